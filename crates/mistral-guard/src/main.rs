//! `mistral-guard`: the program. All of it is in the library.

#![forbid(unsafe_code)]

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;
use mistral_guard::{
    audit, audit_log,
    cli::{Cli, Command, ServeArgs},
    compare, demo, logging, redact, screen,
    serve::{Server, Signals, harden},
};
use tower_mistral::wire::BoxError;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Audit(args) => return judged(audit::run(&args)),
        Command::Compare(args) => return judged(compare::run(&args).or_else(enough)),
        Command::Demo(args) => demo::run(args),
        Command::Redact(args) => redact::run(args),
        Command::Screen(args) => return judged(screen::run(&args).or_else(enough)),
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
fn judged(done: Result<bool, BoxError>) -> ExitCode {
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let _ = writeln!(anstream::stderr(), "mistral-guard: {error}");
            ExitCode::from(2)
        }
    }
}

/// A reader that has seen enough is no failure.
fn enough(error: BoxError) -> Result<bool, BoxError> {
    match is_broken_pipe(&error) {
        true => Ok(true),
        false => Err(error),
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
