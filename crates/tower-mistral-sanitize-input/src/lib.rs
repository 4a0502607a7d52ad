//! SanitizeInputLayer: screens the prompts of calls to the Mistral AI API.

#![forbid(unsafe_code)]
