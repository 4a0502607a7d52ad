//! Finds prompt injection in text and points at the spans.

#![forbid(unsafe_code)]
