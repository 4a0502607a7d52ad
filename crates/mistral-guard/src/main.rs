//! `mistral-guard`: the program. All of it is in the library.

#![forbid(unsafe_code)]

use std::{error::Error, io::Write, process::ExitCode};

use clap::Parser;
use mistral_guard::{
    cli::{Cli, Command, ServeArgs},
    demo, logging,
    serve::Server,
};

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Demo(args) => demo::run(args),
        Command::Serve(args) => serve(&args),
        _ => Ok(()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if stderr is closed.
            let _ = writeln!(anstream::stderr(), "mistral-guard: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(args: &ServeArgs) -> Result<(), Box<dyn Error>> {
    let config = args.config()?;
    if args.check_config {
        writeln!(anstream::stdout(), "configuration is valid")?;
        return Ok(());
    }
    logging::init(&config.log)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let running = Server::new(config).start().await?;
        write!(anstream::stdout(), "{}", running.banner())?;
        running.until_signal().await?;
        Ok(())
    })
}
