//! `TRIPWIRE`: exact texts that the caller gives. They are found in front of the machine, see
//! [`trip`](crate::trip).

use super::{Finder, Spec, Tier};
use crate::edit::Entity;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::TRIPWIRE,
    placeholder: super::SECRET_TEXT,
    tier: Tier::Certain,
    about: "a text that the caller gave to be found, such as a live key",
    source: "the caller",
    finder: Finder::Outside,
    hits: &[],
    misses: &[],
};
