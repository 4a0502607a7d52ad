//! `mistral-guard audit-log`, and the trail that `serve` writes: see
//! [`tower_mistral::metadata_log::audit`] for what it proves and what it does not.

use std::{
    error::Error,
    fmt,
    fs::File,
    io::{self, BufReader, Write},
    path::PathBuf,
};

use tower_mistral::{
    metadata_log::audit::{AuditKey, AuditTrail, OnFailure, OpenError, Verifier},
    wire::BoxError,
};

use crate::{
    cli::{AuditLogArgs, AuditLogCommand, VerifyArgs},
    config::{AuditLogConfig, OnFailureName},
};

/// Does what `args` say.
///
/// # Errors
///
/// A file cannot be read, or the first line of the trail that is not as it was written.
pub fn run(args: AuditLogArgs) -> Result<(), BoxError> {
    match args.command {
        AuditLogCommand::Verify(args) => verify(args),
    }
}

fn verify(args: VerifyArgs) -> Result<(), BoxError> {
    let named = |name: &str, error: io::Error| format!("{name}: {error}");
    let key = AuditKey::read(&args.key_file);
    let key = key.map_err(|error| named(&args.key_file.display().to_string(), error))?;
    let mut verifier = Verifier::new(key);
    if let Some(head) = args.head {
        verifier = verifier.head(head);
    }
    for path in args.files {
        let name = path.display().to_string();
        let file = File::open(&path).map_err(|error| named(&name, error))?;
        verifier.file(&name, BufReader::new(file))?;
    }
    writeln!(anstream::stdout(), "{}", verifier.finish()?)?;
    Ok(())
}

/// The trail that the configuration asks for, if it does.
pub(crate) fn open(config: &AuditLogConfig) -> Result<Option<AuditTrail>, AuditError> {
    let Some(dir) = &config.dir else {
        return Ok(None);
    };
    let mut builder = AuditTrail::builder(dir)
        .on_failure(match config.on_failure {
            OnFailureName::Continue => OnFailure::Continue,
            OnFailureName::Refuse => OnFailure::Refuse,
        })
        .max_file(config.max_file.0 as u64)
        .daily(config.daily)
        .sync(config.sync)
        .head_every(config.head_every.0);
    if let Some(path) = &config.key_file {
        match AuditKey::read(path) {
            Ok(key) => builder = builder.start_key(key),
            // It has been taken away after the first start, as it should be.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(AuditError::Key(path.clone(), error)),
        }
    }
    builder.open().map(Some).map_err(AuditError::Open)
}

/// Why there is no audit trail.
#[derive(Debug)]
#[non_exhaustive]
pub enum AuditError {
    /// The file of the start key holds something else, or cannot be read.
    Key(PathBuf, io::Error),
    /// The trail cannot be opened.
    Open(OpenError),
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(path, error) => write!(f, "audit_log.key_file {}: {error}", path.display()),
            Self::Open(error) => write!(f, "audit_log: {error}"),
        }
    }
}

impl Error for AuditError {}
