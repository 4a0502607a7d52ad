//! `INVISIBLE_TEXT`: more than sixteen invisible characters in a row.
//!
//! They end any other value, so they are a finding themselves: otherwise they could tear a value
//! apart unseen, or carry a text that nobody sees.

use super::{Finder, Spec, Tier};
use crate::edit::Entity;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::INVISIBLE_TEXT,
    placeholder: "[INVISIBLE]",
    tier: Tier::Certain,
    about: "more than sixteen invisible characters in a row",
    source: "Unicode, Default_Ignorable_Code_Point",
    finder: Finder::Invisible,
    hits: &[
        "a«\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}»b",
    ],
    misses: &["a\u{200b}b", "e\u{301}\u{fe0f}"],
};
