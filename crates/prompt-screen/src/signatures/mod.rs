//! Signatures: rules that know what an attack is made of, as data and as a machine over words.
//!
//! [`file`] reads the data, [`pattern`] its little language, [`vocabulary`] the sets of words that
//! patterns share; [`graph`] makes one machine of all patterns, and [`matcher`] runs it.

mod builtin;
pub(crate) mod file;
mod graph;
mod hope;
mod literal;
mod matcher;
pub(crate) mod pattern;
mod table;
pub(crate) mod vocabulary;

pub use self::file::RulesError;
pub(crate) use self::{
    builtin::{rules as builtin, version},
    graph::Signature,
    matcher::{Hit, Matcher, Scratch},
};

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]
mod data_tests;
