//! MetadataLogLayer: one record a call to the Mistral AI API, metadata only, never content.

#![forbid(unsafe_code)]
