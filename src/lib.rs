//! Owns the whole-stack tests (`tests/`) and runs the README's examples; has no code of its own.

/// The README, so that its examples are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
