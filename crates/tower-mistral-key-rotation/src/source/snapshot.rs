//! Files, read as they were at one moment although others replace them meanwhile.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use secrecy::{SecretString, zeroize::Zeroizing};

/// More than all the keys of a ring need.
const MAX_LEN: u64 = 1 << 20;

/// How old a file has to be to be taken for finished. Those who replace files as a whole need no
/// such wait; those who write into them do.
const FRESH: Duration = Duration::from_secs(1);

/// How long to wait before a fresh file is looked at again.
const SETTLE: Duration = Duration::from_millis(100);

const TRIES: usize = 10;

/// What tells a file from the one that takes its place. It is that of the file a link leads to: a
/// volume of Kubernetes changes by one link to a directory, and all files in it change with it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    changed: Option<SystemTime>,
    len: u64,
    #[cfg(unix)]
    file: (u64, u64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        Self {
            changed: metadata.modified().ok(),
            len: metadata.len(),
            #[cfg(unix)]
            file: (metadata.dev(), metadata.ino()),
        }
    }

    /// Whether it was written just now, or at a time that has not come yet.
    fn is_fresh(&self) -> bool {
        let changed = self.changed.unwrap_or(SystemTime::UNIX_EPOCH);
        SystemTime::now()
            .duration_since(changed)
            .map_or(true, |age| age < FRESH)
    }
}

/// What is read: one file, or all files of a directory.
#[derive(Clone, Debug)]
pub(super) enum Place {
    File(PathBuf),
    Directory(PathBuf),
}

/// A file's name and what it holds.
pub(super) type Content = (String, SecretString);

/// The files at `place`, all of the same moment, by name.
pub(super) async fn read(place: &Place) -> io::Result<Vec<Content>> {
    let mut before = None;
    for _ in 0..TRIES {
        let place = place.clone();
        let look = tokio::task::spawn_blocking(move || place.look()).await;
        let look = look.map_err(|_| io::ErrorKind::Other)??;
        let is_settled = !look.stamps.iter().any(Stamp::is_fresh);
        if look.is_whole && (is_settled || before.as_ref() == Some(&look.stamps)) {
            return Ok(look.contents);
        }
        before = Some(look.stamps);
        tokio::time::sleep(SETTLE).await;
    }
    Err(io::ErrorKind::InvalidData.into())
}

struct Look {
    contents: Vec<Content>,
    stamps: Vec<Stamp>,
    /// Nothing was replaced between the first and the last file.
    is_whole: bool,
}

impl Place {
    fn look(&self) -> io::Result<Look> {
        let paths = self.paths()?;
        let read: Vec<_> = paths
            .iter()
            .map(|path| file(path))
            .collect::<Result<_, _>>()?;
        let now = |path: &PathBuf| fs::metadata(path).map(|metadata| Stamp::of(&metadata)).ok();
        let after: Vec<_> = self.paths()?.iter().map(now).collect();
        let (contents, stamps): (Vec<_>, Vec<_>) = read.into_iter().unzip();
        let is_whole = stamps.iter().cloned().map(Some).eq(after);
        Ok(Look {
            contents,
            stamps,
            is_whole,
        })
    }

    /// Hidden files are none: Kubernetes keeps its versions in `..data` and the like.
    fn paths(&self) -> io::Result<Vec<PathBuf>> {
        let directory = match self {
            Self::File(path) => return Ok(vec![path.clone()]),
            Self::Directory(path) => path,
        };
        let mut paths = Vec::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let path = entry.path();
            let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if !is_hidden && fs::metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }
}

fn file(path: &Path) -> io::Result<(Content, Stamp)> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if metadata.len() > MAX_LEN {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    // As large as needed from the start: what is left behind by growing is not wiped.
    let len = usize::try_from(metadata.len()).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(len.max(4096) + 1));
    let mut limited = file.by_ref().take(MAX_LEN + 1);
    limited.read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_LEN {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| io::ErrorKind::InvalidData)?;
    let text = SecretString::from(text);
    let stamp = Stamp::of(&file.metadata()?);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(((name.into_owned(), text), stamp))
}
