//! `mistral-guard`: the program. All of it is in the library.

#![forbid(unsafe_code)]

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;
use mistral_guard::{
    audit, audit_log,
    cli::{AuditArgs, Cli, Command, ServeArgs},
    demo, logging, redact,
    serve::{Server, Signals, harden},
};
use tower_mistral::wire::BoxError;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Audit(args) => return audited(&args),
        Command::Demo(args) => demo::run(args),
        Command::Redact(args) => redact::run(args),
        Command::Serve(args) => serve(&args),
        Command::AuditLog(args) => audit_log::run(args),
        _ => Ok(()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // A reader that has seen enough, such as `head`, is no failure.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if stderr is closed.
            let _ = writeln!(anstream::stderr(), "mistral-guard: {error}");
            ExitCode::FAILURE
        }
    }
}

/// 0 if nothing was found, 1 if something was, 2 if it could not run.
fn audited(args: &AuditArgs) -> ExitCode {
    match audit::run(args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let _ = writeln!(anstream::stderr(), "mistral-guard: {error}");
            ExitCode::from(2)
        }
    }
}

fn serve(args: &ServeArgs) -> Result<(), BoxError> {
    let config = args.config()?;
    if args.check_config {
        writeln!(anstream::stdout(), "configuration is valid")?;
        return Ok(());
    }
    logging::init(&config.log)?;
    // Before there is a key in the memory.
    harden();
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let signals = Signals::new()?;
        let running = Server::new(config).start().await?;
        write!(anstream::stdout(), "{}", running.banner())?;
        running.until(signals, || args.config()).await;
        Ok(())
    })
}

fn is_broken_pipe(error: &BoxError) -> bool {
    let error = error.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
