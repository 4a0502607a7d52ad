//! The learned score: a linear model over hashed runs of words.

pub(crate) mod features;
pub(crate) mod lexicon;
pub(crate) mod window;
