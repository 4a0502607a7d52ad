//! What the commands read that take texts: files or standard input, as one text or line by line.

pub(crate) mod lines;
mod source;

pub(crate) use self::source::{InputError, Problem, Source, Sources};
