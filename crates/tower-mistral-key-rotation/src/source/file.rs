//! Keys in a file.

use std::{borrow::Cow, path::PathBuf, time::Duration};

use super::{
    KeySource, SourceError, parse_keys,
    snapshot::{self, Place},
};
use crate::{BoxFuture, KeySpec};

/// A file with a key a line, such as a secret of Docker: `/run/secrets/mistral_api_key`.
///
/// After a key, behind a blank, there may be `expires=2026-12-31` and `group=organisation`. The file
/// is read every few seconds, wherever links lead by then. Replace it as a whole (write another
/// and rename it); one that is written into is read when it has been left alone for a moment.
#[derive(Clone, Debug)]
pub struct FileSource {
    name: String,
    place: Place,
    group: Cow<'static, str>,
    refresh_every: Duration,
}

impl FileSource {
    /// How often files and directories are looked at: every five seconds.
    pub const EVERY: Duration = Duration::from_secs(5);

    /// The keys in this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self {
            name: format!("file {}", path.display()),
            place: Place::File(path),
            group: Cow::Borrowed(""),
            refresh_every: Self::EVERY,
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

impl KeySource for FileSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn fetch(&self) -> BoxFuture<'_, Result<Vec<KeySpec>, SourceError>> {
        Box::pin(read(&self.name, &self.place, &self.group))
    }

    fn refresh_every(&self) -> Duration {
        self.refresh_every
    }
}

/// The keys of all files at `place`, each under its file's name.
pub(super) async fn read(
    name: &str,
    place: &Place,
    group: &str,
) -> Result<Vec<KeySpec>, SourceError> {
    let contents = snapshot::read(place).await;
    let contents = contents.map_err(|error| SourceError::io(name, &error))?;
    let mut specs = Vec::new();
    for (file, text) in contents {
        let found = parse_keys(&text, group).map_err(|kind| {
            let error = SourceError::new(name, kind);
            match place {
                Place::File(_) => error,
                Place::Directory(_) => error.with_detail(format!("in {file}")),
            }
        })?;
        specs.extend(found.into_iter().map(|spec| spec.id(file.clone())));
    }
    match specs.is_empty() {
        false => Ok(specs),
        true => Err(SourceError::new(name, super::SourceErrorKind::Empty)),
    }
}
