//! RedactOutputLayer: redacts the replies of the Mistral AI API, streams too.

#![forbid(unsafe_code)]
