//! Tower layers for the Mistral AI API: screen prompts, redact replies, rotate keys, log metadata only.

#![forbid(unsafe_code)]
