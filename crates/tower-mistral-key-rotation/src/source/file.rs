//! Keys in a file, or in the files of a directory.

use std::{borrow::Cow, path::PathBuf, time::Duration};

use super::{
    KeySource, SourceError, SourceErrorKind, parse_keys,
    snapshot::{self, Place},
};
use crate::{BoxFuture, KeySpec};

/// What both sources here are made of.
#[derive(Clone, Debug)]
struct Files {
    name: String,
    place: Place,
    group: Cow<'static, str>,
    refresh_every: Duration,
}

impl Files {
    fn new(name: String, place: Place) -> Self {
        Self {
            name,
            place,
            group: Cow::Borrowed(""),
            refresh_every: FileSource::EVERY,
        }
    }

    /// The keys of all files at the place, each under its file's name.
    async fn read(&self) -> Result<Vec<KeySpec>, SourceError> {
        let error = |kind| SourceError::new(&self.name, kind);
        let contents = snapshot::read(&self.place).await;
        let contents = contents.map_err(|error| SourceError::io(&self.name, &error))?;
        let mut specs = Vec::new();
        for (file, text) in contents {
            let found = parse_keys(&text, &self.group).map_err(|kind| match &self.place {
                Place::File(_) => error(kind),
                Place::Directory(_) => error(kind).with_detail(format!("in {file}")),
            })?;
            specs.extend(found.into_iter().map(|spec| spec.id(file.clone())));
        }
        match specs.is_empty() {
            false => Ok(specs),
            true => Err(error(SourceErrorKind::Empty)),
        }
    }
}

/// What can be said of both, and what is asked of both.
macro_rules! source_of_files {
    ($source:ident) => {
        impl $source {
            /// The organisation that the keys belong to, where nothing else stands beside a key.
            #[must_use]
            pub fn group(mut self, group: impl Into<Cow<'static, str>>) -> Self {
                self.0.group = group.into();
                self
            }

            /// How often it is read.
            #[must_use]
            pub fn every(mut self, time: Duration) -> Self {
                self.0.refresh_every = time;
                self
            }
        }

        impl KeySource for $source {
            fn name(&self) -> &str {
                &self.0.name
            }

            fn fetch(&self) -> BoxFuture<'_, Result<Vec<KeySpec>, SourceError>> {
                Box::pin(self.0.read())
            }

            fn refresh_every(&self) -> Duration {
                self.0.refresh_every
            }
        }
    };
}

/// A file with a key a line, such as a secret of Docker: `/run/secrets/mistral_api_key`.
///
/// After a key, behind a blank, there may be `expires=2026-12-31` and `group=organisation`. The file
/// is read every few seconds, wherever links lead by then. Replace it as a whole (write another
/// and rename it); one that is written into is read when it has been left alone for a moment.
#[derive(Clone, Debug)]
pub struct FileSource(Files);

impl FileSource {
    /// How often files and directories are looked at: every five seconds.
    pub const EVERY: Duration = Duration::from_secs(5);

    /// The keys in this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self(Files::new(
            format!("file {}", path.display()),
            Place::File(path),
        ))
    }
}

source_of_files!(FileSource);

/// A directory of files with keys, such as a mounted secret of Kubernetes: each file is read as
/// [`FileSource`] reads it; hidden files and directories in it are not. That all files are replaced
/// at once, by one link, is understood: keys of two versions are never mixed.
#[derive(Clone, Debug)]
pub struct DirSource(Files);

impl DirSource {
    /// The keys in the files of this directory.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self(Files::new(
            format!("dir {}", path.display()),
            Place::Directory(path),
        ))
    }
}

source_of_files!(DirSource);
