//! `mistral-guard redact`: a text in, the same text without what must not be read out.
//!
//! Text is written as soon as it is decided, so memory does not grow with the input and `tail -f`
//! can stand in front. What is no UTF-8 ends the run with an error: it cannot be looked at. With
//! `--jsonl`, an `id` is passed on as it is: it is what lines are joined by later.

mod feed;
mod jsonl;
mod position;
mod rules;
mod text;

use std::io;

use tower_mistral::wire::BoxError;

pub use self::rules::{entity, help};

use self::{feed::Feed, rules::Rules};
use crate::{cli::RedactArgs, input::Sources};

/// Redacts what `args` name and writes it to stdout.
///
/// # Errors
///
/// No entity is left to look for, an input cannot be read or is no UTF-8, a line is no JSON object
/// with a `text`, or stdout is closed. What was read before the error has been written; a value
/// that the error cut in two is masked.
pub fn run(args: RedactArgs) -> Result<(), BoxError> {
    let rules = Rules::new(&args.entities, &args.without)?;
    let feed = Feed::new(rules.stream(), args.stream);
    let sources = Sources::new(args.files);
    // As it is: nothing strips escape codes, which belong to the text.
    let out = io::stdout().lock();
    let why = args.explain.then_some(&rules);
    match args.jsonl {
        true => jsonl::run(sources, feed, why, out),
        false => text::run(sources, feed, why, out, io::stderr().lock()),
    }
}
