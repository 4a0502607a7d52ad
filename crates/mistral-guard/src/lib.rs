//! A ready-made guard in front of the Mistral AI API: demo, serve.

#![forbid(unsafe_code)]
