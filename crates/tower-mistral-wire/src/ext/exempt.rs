//! Values that one call may show.

use std::{fmt, sync::Arc};

/// Exact values that redaction leaves alone in the reply of this call, for instance the stand-ins
/// that an outer layer will turn back, or the user's own address.
///
/// Put it into the request's extensions, outside of the redacting layer.
#[derive(Clone, Default)]
pub struct Exempt(Arc<[Box<str>]>);

impl Exempt {
    /// These values.
    pub fn new<T: Into<Box<str>>>(values: impl IntoIterator<Item = T>) -> Self {
        Self(values.into_iter().map(Into::into).collect())
    }

    /// The values.
    pub fn values(&self) -> &Arc<[Box<str>]> {
        &self.0
    }
}

impl fmt::Debug for Exempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exempt")
            .field("values", &self.0.len())
            .finish()
    }
}
