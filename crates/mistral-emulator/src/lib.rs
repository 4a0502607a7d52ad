//! A faithful stand-in for the Mistral AI API on loopback, library and binary.

#![forbid(unsafe_code)]
