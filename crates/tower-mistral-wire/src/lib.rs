//! What an exchange with the Mistral AI API looks like: endpoints, JSON tape, text channels, edits, SSE, errors, bodies, report.

#![forbid(unsafe_code)]
