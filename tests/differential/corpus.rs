//! Odd requests: plain ones, and what can be odd about them.

mod bytes;
mod case;
mod head;
mod keys;
mod places;
mod values;

use self::{
    bytes::{ENCODINGS, SPACES},
    head::{LABELS, PATHS},
    keys::{DOUBLES, KEYS},
    values::{TYPES, VALUES},
};
pub use self::{case::Case, places::PLACES};

/// A plain request with a text in one place.
pub type Plain = fn(&str) -> Case;

/// One thing that is odd about a request.
pub type Oddity = (&'static str, fn(&mut Case));

/// What may come together: one oddity of each axis.
pub const AXES: &[&[Oddity]] = &[
    KEYS, DOUBLES, VALUES, TYPES, SPACES, ENCODINGS, LABELS, PATHS,
];
