//! Reads a tree of files.
//!
//! Files that `.gitignore` and `.ignore` name are not read, but for the permissions of files of
//! environment variables: those are ignored for good reason, and should be nobody else's to read.

mod compromised;
mod env_file;
mod eye;
mod harmless;
#[cfg(feature = "history")]
mod history;
mod look;
mod secrets;
mod text;
mod walk;
mod wiring;

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use self::eye::{Eye, Seen};
use crate::{
    finding::{Finding, Place},
    report::Report,
    rule::Rule,
};

/// Looks through a tree of files for keys that are written down, and for wiring that gives something
/// away.
#[derive(Clone)]
#[must_use]
pub struct Scan {
    root: PathBuf,
    max_file: u64,
    threads: usize,
    key: Option<[u8; 16]>,
    keeps_keys: bool,
    #[cfg(feature = "history")]
    history: bool,
}

impl Scan {
    /// The largest file that is read, in bytes, unless told otherwise: 4 MiB.
    pub const MAX_FILE: u64 = 4 << 20;

    /// Of this directory, or of this one file.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            max_file: Self::MAX_FILE,
            threads: 0,
            key: None,
            keeps_keys: false,
            #[cfg(feature = "history")]
            history: false,
        }
    }

    /// Does not read larger files. The report names them. Default [`MAX_FILE`](Self::MAX_FILE).
    pub fn max_file(mut self, bytes: u64) -> Self {
        self.max_file = bytes;
        self
    }

    /// Uses that many threads. Default 0: as many as there are processors.
    pub fn threads(mut self, n: usize) -> Self {
        self.threads = n;
        self
    }

    /// Makes fingerprints with this key, so that they stay the same from run to run. By default each
    /// run has a key of its own.
    pub fn fingerprint_key(mut self, key: impl AsRef<[u8]>) -> Self {
        let hash = Sha256::digest(key.as_ref());
        let mut own = [0; 16];
        for (byte, from) in own.iter_mut().zip(hash.iter()) {
            *byte = *from;
        }
        self.key = Some(own);
        self
    }

    /// Hands the keys of Mistral that were found out with the report, for whoever asks the API about
    /// them. Default: they are forgotten.
    pub fn keep_keys(mut self, keeps: bool) -> Self {
        self.keeps_keys = keeps;
        self
    }

    /// Reads each version of each file that a reference of the Git repository leads to, too. Default:
    /// only the files that are there.
    #[cfg(feature = "history")]
    pub fn history(mut self, reads: bool) -> Self {
        self.history = reads;
        self
    }

    /// Reads.
    ///
    /// # Errors
    ///
    /// The root cannot be read, or there is no history where one was asked for. Single files that
    /// cannot be read are named in the report.
    pub fn run(&self) -> io::Result<Scanned> {
        let eye = Eye::new(self.fingerprints()?, self.keeps_keys);
        let mut seen = walk::tree(self, &eye)?;
        #[cfg(feature = "history")]
        history::look(self, &eye, &mut seen)?;
        seen.judge_project();
        let Seen { report, keys, .. } = seen;
        let mut scanned = Scanned { report, keys };
        scanned.report.sort();
        Ok(scanned)
    }

    /// Looks at one text as if it were a file at `path`.
    #[must_use]
    pub fn text(&self, path: &str, text: &[u8]) -> Scanned {
        let key = self.key.unwrap_or_default();
        let mut seen = Seen::default();
        Eye::new(key, self.keeps_keys).file(path, text, None, &mut seen);
        let Seen { report, keys, .. } = seen;
        Scanned { report, keys }
    }

    fn fingerprints(&self) -> io::Result<[u8; 16]> {
        if let Some(key) = self.key {
            return Ok(key);
        }
        let mut key = [0; 16];
        getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(key)
    }
}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("root", &self.root)
            .field("max_file", &self.max_file)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// What a scan found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Scanned {
    /// The report.
    pub report: Report,
    /// Keys of Mistral, if they were [asked for](Scan::keep_keys).
    pub keys: Vec<FoundKey>,
}

/// A key of Mistral that was found.
#[derive(Clone)]
pub struct FoundKey {
    fingerprint: String,
    key: SecretString,
}

impl FoundKey {
    fn new(fingerprint: String, key: &str) -> Self {
        Self {
            fingerprint,
            key: key.into(),
        }
    }

    /// The fingerprint by which findings name it.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The key itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.key.expose_secret()
    }
}

impl fmt::Debug for FoundKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FoundKey").field(&self.fingerprint).finish()
    }
}

/// The path from the root, with `/` between its parts.
fn relative(root: &Path, path: &Path) -> String {
    let path = path
        .strip_prefix(root)
        .ok()
        .filter(|rest| rest.components().next().is_some())
        .unwrap_or_else(
            // The root is the file itself.
            || path.file_name().map_or(path, Path::new),
        );
    let parts = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// A finding about a whole file.
fn about(rule: &'static Rule, path: &str, detail: &str) -> Finding {
    Finding::new(rule, Place::file(path), detail)
}
