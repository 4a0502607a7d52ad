//! Finds and redacts personal data, secrets and leaks in text, whole or streamed, with the same result for any cut.

