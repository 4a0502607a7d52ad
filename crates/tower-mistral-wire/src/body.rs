//! Bodies that are passed on as they came, read whole, or read in part; and what they may cost.

mod budget;
mod collect;
mod held;

pub use self::{
    budget::{Budget, Reservation},
    collect::{Collect, Collected, Whole},
    held::HeldBody,
};

/// The body of a request between layers: as it came, whole, or a head followed by the rest.
///
/// So any [`http_body::Body`] that is [`Unpin`] fits (`Box::pin` makes any body so), large uploads
/// stream on, and no layer needs to make a body of the caller's type.
pub type RequestBody<B> = HeldBody<B>;

/// The body of a reply: the inner service's own, or one that a layer made or read.
pub type ReplyBody<B> = HeldBody<B>;
