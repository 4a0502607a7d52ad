//! Which endpoint a request is for, and where text stands in its bodies.
//!
//! The table is data: an [`Endpoint`] has *rows*, each a [path pattern](RowError) and a
//! [`TextKind`]; adding an endpoint means adding rows. What no row names is scanned as
//! [`TextKind::Generic`], so that a new field is never text that passes unread.

mod builtin;
mod endpoint;
mod found;
mod input;
mod kind;
mod path;
mod pattern;
mod route;
mod walk;

pub use self::{
    endpoint::{Endpoint, EndpointBuilder, Endpoints, StreamEnd},
    found::{Found, Group, Slot},
    kind::TextKind,
    path::{PathError, RequestPath},
    pattern::{RowError, Rows},
    walk::walk,
};
pub(crate) use self::{
    input::{Input, walk_input},
    walk::is_name,
};
