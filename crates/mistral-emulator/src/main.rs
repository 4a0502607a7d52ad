//! `mistral-emulator`: the emulator as a program, for trying clients by hand.

#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::net::SocketAddr;

use clap::Parser;
use mistral_emulator::Emulator;

/// A stand-in for the Mistral AI API on this machine.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8485")]
    listen: SocketAddr,

    /// A key to accept; repeat for more. Without any, a built-in one is printed
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<String>,

    /// A model to serve besides the built-in ones; repeat for more
    #[arg(long = "model", value_name = "NAME")]
    models: Vec<String>,

    /// Makes ids and padding reproducible
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let options = Options::parse();
    let built_in = options.keys.is_empty();
    let mut builder = Emulator::builder().addr(options.listen);
    for key in options.keys {
        builder = builder.key(key);
    }
    for model in options.models {
        builder = builder.model(model);
    }
    if let Some(seed) = options.seed {
        builder = builder.seed(seed);
    }

    let emulator = builder.start().await?;
    let mut out = io::stdout();
    writeln!(out, "{}", emulator.base_url())?;
    if built_in {
        writeln!(out, "key: {}", Emulator::DEFAULT_KEY)?;
    }
    out.flush()?;

    tokio::signal::ctrl_c().await?;
    emulator.shutdown().await;
    Ok(())
}
