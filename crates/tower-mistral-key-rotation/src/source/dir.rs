//! Keys in the files of a directory.

use std::{borrow::Cow, path::PathBuf, time::Duration};

use super::{FileSource, KeySource, SourceError, file, snapshot::Place};
use crate::{BoxFuture, KeySpec};

/// A directory of files with keys, such as a mounted secret of Kubernetes: each file is read as
/// [`FileSource`] reads it; hidden files and directories in it are not. That all files are replaced
/// at once, by one link, is understood: keys of two versions are never mixed.
#[derive(Clone, Debug)]
pub struct DirSource {
    name: String,
    place: Place,
    group: Cow<'static, str>,
    refresh_every: Duration,
}

impl DirSource {
    /// The keys in the files of this directory.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self {
            name: format!("dir {}", path.display()),
            place: Place::Directory(path),
            group: Cow::Borrowed(""),
            refresh_every: FileSource::EVERY,
        }
    }

    /// The organisation that the keys belong to, where nothing else stands beside a key.
    #[must_use]
    pub fn group(mut self, group: impl Into<Cow<'static, str>>) -> Self {
        self.group = group.into();
        self
    }

    /// How often it is read.
    #[must_use]
    pub fn every(mut self, time: Duration) -> Self {
        self.refresh_every = time;
        self
    }
}

impl KeySource for DirSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn fetch(&self) -> BoxFuture<'_, Result<Vec<KeySpec>, SourceError>> {
        Box::pin(file::read(&self.name, &self.place, &self.group))
    }

    fn refresh_every(&self) -> Duration {
        self.refresh_every
    }
}
