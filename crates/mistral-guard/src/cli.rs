//! The command line.

use std::{net::SocketAddr, num::NonZeroUsize, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use tower_mistral::{metadata_log::audit::Head, redactor::Entity};

use crate::{
    audit, compare,
    config::{Config, ConfigError, Door, LogFormat, ModeName, Origin, Preset},
    redact, screen,
};

/// A guard in front of the Mistral AI API: prompts screened, replies redacted, keys rotated,
/// metadata logged and never content.
#[derive(Debug, Parser)]
#[command(name = "mistral-guard", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Look through a project for keys that are written down and wiring that gives something away
    #[command(after_help = AUDIT_HELP)]
    Audit(AuditArgs),
    /// Show the guard at work on real exchanges; no key and no network are needed
    Demo(DemoArgs),
    /// Redact a text: files or standard input, to standard output, as it comes
    #[command(after_help = redact::help())]
    Redact(RedactArgs),
    /// Tell prompt injection in a text: files or standard input; findings as lines of JSON
    #[command(after_help = screen::HELP)]
    Screen(ScreenArgs),
    /// Tell what other rules would change for the texts of files {"id", "text"}
    #[command(after_help = compare::HELP)]
    Compare(CompareArgs),
    /// Serve the API to any SDK, guarded: point its base URL here
    #[command(after_help = SERVE_HELP)]
    Serve(Box<ServeArgs>),
    /// Check the audit trail that `serve` writes with `[audit_log]`
    AuditLog(AuditLogArgs),
}

const SERVE_HELP: &str = "\
Environment:
  MISTRAL_API_KEY      the API key, or several separated by commas; also
                       MISTRAL_API_KEYS; files, directories and Secret Manager
                       can take their place: keys.sources of the file
  MISTRAL_GUARD_TOKEN  the token that callers use as their key; without it, one
                       is made and printed at every start
  RUST_LOG             directives for the log, in the place of --log

No proxy is taken from the environment. SIGINT and SIGTERM let calls under way
finish; a second signal does not. SIGHUP reads the file again; if anything is
wrong with it, nothing changes.";

const AUDIT_HELP: &str = "\
Exit codes: 0 nothing was found, 1 findings, 2 it could not run. Secrets are
never shown: of one of 20 characters or more, the first two.

A comment `mistral-guard:allow` on a line, or alone on the line above, allows
what stands there; with names of rules behind it, those only.

Environment:
  MISTRAL_GUARD_FINGERPRINT_KEY  makes fingerprints of secrets the same from run
                                 to run; without it, each run has its own key";

const UPSTREAM_HELP: &str = "The origin of the API [default: https://api.mistral.ai]";

/// Options of `audit`.
#[derive(Clone, Debug, Args)]
pub struct AuditArgs {
    /// The project: a directory, or a file
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,

    /// How the report looks
    #[arg(long, value_enum, default_value_t)]
    pub format: audit::Format,

    /// A guard's configuration [default: mistral-guard.toml in PATH, if there is one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Findings that are known and accepted: they are not reported
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Write the findings of this run as a baseline, and stop
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub write_baseline: Option<PathBuf>,

    /// Read what Git remembers, too (needs a build with the feature `history`)
    #[arg(long)]
    pub history: bool,

    /// Ask the API whether found keys are live: each is sent to it, and to nobody else
    #[arg(long)]
    pub verify: bool,

    /// Where --verify asks
    #[arg(
        long,
        value_name = "ORIGIN",
        requires = "verify",
        hide_default_value = true
    )]
    #[arg(default_value = "https://api.mistral.ai", help = VERIFY_HELP)]
    pub verify_origin: Origin,

    /// Leave out what is less severe
    #[arg(long, value_enum, default_value_t)]
    pub min_severity: audit::MinSeverity,

    /// Do not read larger files, in bytes [default: 4194304]
    #[arg(long, value_name = "BYTES")]
    pub max_file: Option<u64>,

    /// Use that many threads [default: one a processor]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

const VERIFY_HELP: &str = "Where --verify asks [default: https://api.mistral.ai]";

/// Options of `demo`.
#[derive(Clone, Copy, Debug, Args)]
pub struct DemoArgs {
    /// Print one JSON document instead
    #[arg(long)]
    pub json: bool,
}

/// Options of `redact`.
#[derive(Clone, Debug, Default, Args)]
pub struct RedactArgs {
    /// Files, joined as by `cat`; `-` is standard input [default: -]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Read lines {"id", "text"}, write lines {"id", "text", "findings"}
    #[arg(long)]
    pub jsonl: bool,

    /// Say what was found where and why, never the value
    #[arg(long)]
    pub explain: bool,

    /// Look for these entities only, separated by commas
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = redact::entity)]
    pub entities: Vec<Entity>,

    /// Do not look for these entities, separated by commas
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = redact::entity)]
    pub without: Vec<Entity>,

    /// Feed at most N characters at a time; what comes out stays the same
    #[arg(long, value_name = "N")]
    pub stream: Option<NonZeroUsize>,
}

/// Options of `screen`.
#[derive(Clone, Debug, Default, Args)]
pub struct ScreenArgs {
    /// Files, joined as by `cat`; `-` is standard input [default: -]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// Read lines {"id", "text"}, each a text of its own
    #[arg(long)]
    pub jsonl: bool,

    /// Say what each rule is for and how the score came about, never more of the text
    #[arg(long)]
    pub explain: bool,

    /// Rules of your own, beside the built-in ones; may be given more than once
    #[arg(long, value_name = "FILE.toml")]
    pub rules: Vec<PathBuf>,

    /// How texts are judged.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// How texts are judged.
#[derive(Clone, Debug, Default, Args)]
pub struct JudgeArgs {
    /// Flag from this score on: 0 to 1 or never, for all or one CATEGORY= [default: 0.5]
    #[arg(long, value_name = "[CATEGORY=]SCORE")]
    pub flag: Vec<screen::Limit>,

    /// Filter from this score on [default: 0.8]
    #[arg(long, value_name = "[CATEGORY=]SCORE")]
    pub filter: Vec<screen::Limit>,

    /// Block from this score on [default: never]
    #[arg(long, value_name = "[CATEGORY=]SCORE")]
    pub block: Vec<screen::Limit>,

    /// What may pass although rules find it; may be given more than once
    #[arg(long, value_name = "FILE.toml")]
    pub allow: Vec<PathBuf>,

    /// Score by the rules alone, without the learned model
    #[arg(long)]
    pub without_model: bool,

    /// Look for the rules of files alone, which also leaves the model out
    #[arg(long)]
    pub without_builtin: bool,
}

/// Options of `compare`.
#[derive(Clone, Debug, Args)]
pub struct CompareArgs {
    /// The rules of today and those to come: see below
    #[arg(long, value_name = "OLD,NEW")]
    pub rules: compare::Sides,

    /// Files of lines {"id", "text"}; `-` is standard input [default: -]
    #[arg(value_name = "FILE.jsonl")]
    pub files: Vec<PathBuf>,

    /// Print one JSON document instead
    #[arg(long)]
    pub json: bool,

    /// How texts are judged.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// What to do with an audit trail.
#[derive(Clone, Debug, Args)]
pub struct AuditLogArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: AuditLogCommand,
}

/// What to do with an audit trail.
#[derive(Clone, Debug, Subcommand)]
pub enum AuditLogCommand {
    /// Tell the first line that is not as it was written
    Verify(VerifyArgs),
}

/// Options of `audit-log verify`.
#[derive(Clone, Debug, Args)]
pub struct VerifyArgs {
    /// The files of the trail in the order of their names
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// The file with the key that the trail was begun with
    #[arg(long, value_name = "FILE")]
    pub key_file: PathBuf,

    /// A head that was told elsewhere, as `number:tag`: the trail must have it, and so was not cut
    /// before it
    #[arg(long, value_name = "HEAD")]
    pub head: Option<Head>,
}

/// Options of `serve`. They win over the file.
#[derive(Clone, Debug, Default, Args)]
pub struct ServeArgs {
    /// Where callers come in; port 0 takes a free one [default: 127.0.0.1:8484]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,

    /// The origin of the API.
    #[arg(long, value_name = "ORIGIN", help = UPSTREAM_HELP)]
    pub upstream: Option<Origin>,

    /// Use the built-in emulator of the API: no key and no network are needed
    #[arg(long, conflicts_with = "upstream")]
    pub demo_upstream: bool,

    /// A TOML file with all options; mistral-guard.example.toml describes them
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Check the options, say what is wrong, and stop
    #[arg(long)]
    pub check_config: bool,

    /// Where /healthz and /readyz answer [default: nowhere]
    #[arg(long, value_name = "ADDRESS")]
    pub health_listen: Option<SocketAddr>,

    /// Where /metrics and /status answer: a port of 127.0.0.1, or an address [default: nowhere]
    #[arg(long, value_name = "ADDRESS")]
    pub admin_listen: Option<Door>,

    /// The rules to start from [default: recommended]
    #[arg(long, value_enum)]
    pub preset: Option<Preset>,

    /// What screening and redaction do at most [default: enforce]
    #[arg(long, value_enum)]
    pub mode: Option<ModeName>,

    /// How lines of the log look [default: auto]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,

    /// A level for our own lines, or directives as in RUST_LOG [default: info]
    #[arg(long, value_name = "FILTER")]
    pub log: Option<String>,

    /// Lend the key to whoever reaches the address, without a token
    #[arg(long)]
    pub insecure_no_auth: bool,
}

impl ServeArgs {
    /// The file, with the options of the command line on top.
    ///
    /// # Errors
    ///
    /// What is wrong with the file or with the whole.
    pub fn config(&self) -> Result<Config, ConfigError> {
        let mut config = match &self.config {
            Some(path) => Config::read(path)?,
            None => Config::default(),
        };
        let set = self.clone();
        config.server.listen = set.listen.unwrap_or(config.server.listen);
        config.server.health_listen = set.health_listen.or(config.server.health_listen);
        config.server.admin_listen = set.admin_listen.or(config.server.admin_listen);
        config.server.insecure_no_auth |= set.insecure_no_auth;
        if let Some(url) = set.upstream {
            (config.upstream.url, config.upstream.demo) = (url, false);
        }
        config.upstream.demo |= set.demo_upstream;
        config.guard.preset = set.preset.unwrap_or(config.guard.preset);
        config.guard.mode = set.mode.unwrap_or(config.guard.mode);
        config.log.format = set.log_format.unwrap_or(config.log.format);
        config.log.filter = set.log.unwrap_or(config.log.filter);
        config.check()?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::Cli::command().debug_assert();
    }
}
