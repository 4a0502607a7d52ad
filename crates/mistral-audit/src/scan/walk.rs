//! From a directory to its files, on several threads.

use std::{
    fs, io,
    path::Path,
    sync::{Mutex, PoisonError},
};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::{
    Scan, env_file,
    eye::{Eye, Seen},
    relative,
};
use crate::rule::Rule;

/// What holds pictures, sounds, archives and programs, and never text.
const BINARY: &[&str] = &[
    "png",
    "jpg",
    "jpeg",
    "gif",
    "webp",
    "ico",
    "bmp",
    "tiff",
    "pdf",
    "zip",
    "gz",
    "tgz",
    "bz2",
    "xz",
    "zst",
    "7z",
    "rar",
    "jar",
    "war",
    "class",
    "so",
    "dylib",
    "dll",
    "exe",
    "a",
    "o",
    "rlib",
    "rmeta",
    "wasm",
    "woff",
    "woff2",
    "ttf",
    "otf",
    "eot",
    "mp3",
    "mp4",
    "mov",
    "avi",
    "webm",
    "ogg",
    "wav",
    "flac",
    "pyc",
    "onnx",
    "safetensors",
    "parquet",
    "npy",
    "npz",
    "pt",
    "bin",
];

/// Looks at all files that no ignore file names.
pub(super) fn tree(scan: &Scan, eye: &Eye) -> io::Result<Seen> {
    let root = scan.root.as_path();
    fs::metadata(root)?;
    let is_repository = root.ancestors().any(|folder| folder.join(".git").exists());
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .threads(scan.threads)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build_parallel();
    let all = Mutex::new(Seen::default());
    walk.run(|| {
        let mut own = Share {
            all: &all,
            seen: Seen::default(),
        };
        Box::new(move |entry| {
            match entry {
                Ok(entry) => visit(scan, eye, &entry, is_repository, &mut own.seen),
                Err(error) => own.seen.report.coverage.unreadable.push(error.to_string()),
            }
            WalkState::Continue
        })
    });
    let mut seen = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    seen.report.coverage.too_large.sort();
    seen.report.coverage.unreadable.sort();
    Ok(seen)
}

/// What one thread saw; it is handed over at its end.
struct Share<'a> {
    all: &'a Mutex<Seen>,
    seen: Seen,
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let seen = std::mem::take(&mut self.seen);
        self.all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .add(seen);
    }
}

fn visit(scan: &Scan, eye: &Eye, entry: &DirEntry, is_repository: bool, seen: &mut Seen) {
    let Some(kind) = entry.file_type() else {
        return;
    };
    let root = scan.root.as_path();
    if kind.is_dir() {
        env_file::look(root, entry.path(), seen);
    }
    if !kind.is_file() {
        return;
    }
    let path = relative(root, entry.path());
    let name = entry.file_name().to_string_lossy();
    if is_repository && env_file::is_env_file(&name) {
        seen.push(Rule::ENV_FILE_NOT_IGNORED, &path, "");
    }
    if is_binary(entry.path()) {
        seen.report.coverage.binary += 1;
        return;
    }
    // The length may change until it is read: what counts is what was read.
    match read(entry.path(), scan.max_file) {
        Ok(Some(bytes)) => eye.file(&path, &bytes, None, seen),
        Ok(None) => seen.report.coverage.too_large.push(path),
        Err(_) => seen.report.coverage.unreadable.push(path),
    }
}

pub(super) fn is_binary(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|own| BINARY.iter().any(|known| own.eq_ignore_ascii_case(known)))
}

/// A file, if it is no longer than `max`.
fn read(path: &Path, max: u64) -> io::Result<Option<Vec<u8>>> {
    use io::Read;
    let file = fs::File::open(path)?;
    let len = file.metadata()?.len();
    if len > max {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0) + 1);
    file.take(max + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= max).then_some(bytes))
}
