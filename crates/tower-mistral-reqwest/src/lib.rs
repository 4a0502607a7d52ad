//! Adapters: a tower stack over reqwest, and a tower layer inside reqwest-middleware.

#![forbid(unsafe_code)]
