//! KeyRotationLayer: lends calls to the Mistral AI API a healthy key.

#![forbid(unsafe_code)]
