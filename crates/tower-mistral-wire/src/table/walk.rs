//! One pass over a tape that finds every text, by the rows of the table.

use super::{
    TextKind,
    pattern::{Each, Mark, Rows, State},
};
use crate::json::{Kind, Tape, Value};

/// Which message or choice a text belongs to, and which of its tool calls or unnamed places.
///
/// All text of one kind in one group is one text: that is a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Group {
    /// The outermost numbered element: the choice, the message. 0 where there is none.
    pub outer: u32,
    /// The inner numbered element (tool call), or the place of a [`TextKind::Generic`] string.
    pub inner: u64,
}

/// A string of a body; also a key that no row names, and a number inside of tool arguments.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'a> {
    /// What it is.
    pub kind: TextKind,
    /// Which channel of that kind it is part of.
    pub group: Group,
    /// The string.
    pub value: Value<'a>,
    /// The key it stands under; empty for elements of an array.
    pub key: &'a str,
}

/// What a walk finds, in document order.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Found<'a> {
    /// A string to look at.
    Text(Slot<'a>),
    /// A choice says why it ended.
    Finish {
        /// Which choice.
        outer: u32,
        /// The reason: a string.
        reason: Value<'a>,
    },
    /// The model's name.
    Model(Value<'a>),
    /// The object of token counts.
    Usage(Value<'a>),
    /// Random filler.
    Padding(Value<'a>),
    /// The signature over a thinking part.
    Signature {
        /// Of which choice, and which of its parts.
        group: Group,
        /// The signature: a string.
        value: Value<'a>,
    },
    /// A numbered element of the outer array begins: a message or a choice.
    Element {
        /// Its number.
        outer: u32,
        /// Its role, as its kind of text; [`TextKind::Generic`] without one.
        role: TextKind,
    },
    /// A numbered inner element begins: a tool call.
    Inner,
    /// A `thinking` part is marked as closed: an empty list, or `"closed": true`.
    ThinkingClosed {
        /// Of which choice.
        outer: u32,
    },
    /// The text of a choice once more, token by token: not null.
    Logprobs {
        /// Of which choice.
        outer: u32,
        /// The whole value.
        value: Value<'a>,
    },
}

/// Walks `tape` by `rows` and hands over what it finds.
pub fn walk<'a>(tape: &'a Tape, rows: &Rows, mut found: impl FnMut(Found<'a>)) {
    let mut walker = Walker {
        rows,
        found: &mut found,
    };
    let place = Place {
        state: rows.states.first(),
        ..Place::default()
    };
    walker.value(tape.root(), "", place);
}

/// Where the walk is. Copied down, so that nothing has to be undone on the way up.
#[derive(Clone, Copy, Default)]
struct Place<'r> {
    /// The rows that can still match, or none: then all is generic.
    state: Option<&'r State>,
    /// Set by a `**` row above.
    below: Option<Mark>,
    role: Option<TextKind>,
    group: Group,
    /// A numbered element is open, so the next one is an inner one.
    numbered: bool,
    /// The place in the first list of parts that is open.
    part: Option<u32>,
    /// Hash of the keys and places on the way, the identity of a generic string.
    trail: u64,
}

struct Walker<'r, 'f, F> {
    rows: &'r Rows,
    found: &'f mut F,
}

impl<'a, F: FnMut(Found<'a>)> Walker<'_, '_, F> {
    /// Recursion is as deep as the tape, whose depth has a limit.
    fn value(&mut self, value: Value<'a>, key: &'a str, place: Place<'_>) {
        let mark = place.state.and_then(|state| state.here);
        if let Some(Mark::Kind(kind)) = mark {
            match kind {
                TextKind::Usage if value.kind() == Kind::Object => {
                    return (self.found)(Found::Usage(value));
                }
                TextKind::FinishReason if value.kind() == Kind::String => {
                    let outer = place.group.outer;
                    return (self.found)(Found::Finish {
                        outer,
                        reason: value,
                    });
                }
                TextKind::Logprobs => {
                    if !value.is_null() {
                        (self.found)(Found::Logprobs {
                            outer: place.group.outer,
                            value,
                        });
                    }
                    return;
                }
                TextKind::Model if value.kind() == Kind::String => {
                    return (self.found)(Found::Model(value));
                }
                TextKind::Padding if value.kind() == Kind::String => {
                    return (self.found)(Found::Padding(value));
                }
                TextKind::Signature if value.kind() == Kind::String => {
                    let group = thinking(place);
                    return (self.found)(Found::Signature { group, value });
                }
                _ => {}
            }
        }
        match value.kind() {
            Kind::Object => self.object(value, key, place),
            Kind::Array => self.array(value, key, place),
            Kind::String => self.string(value, key, mark, place),
            Kind::Number if holds_json(place.below) => self.string(value, key, mark, place),
            Kind::True if key == "closed" => self.thinking_closed(place),
            _ => {}
        }
    }

    fn object(&mut self, object: Value<'a>, _key: &'a str, place: Place<'_>) {
        for (name, value) in object.raw_entries() {
            let state = place.state.and_then(|state| {
                let next = state.keys.iter().find(|(key, _)| name.is(key))?.1;
                self.rows.states.get(usize::from(next))
            });
            let below = match state.or(place.state) {
                Some(state) if state.below.is_some() => state.below,
                _ => place.below,
            };
            let trail = step(place.trail, name.raw());
            // Nobody knows these keys, so they may be text as well.
            if state.is_none() && (below.is_none() || holds_json(below)) {
                let place = Place {
                    state,
                    below,
                    trail: !trail,
                    ..place
                };
                self.string(name.value(), "", None, place);
            }
            self.value(
                value,
                name.plain(),
                Place {
                    state,
                    below,
                    trail,
                    ..place
                },
            );
        }
    }

    fn array(&mut self, array: Value<'a>, key: &'a str, place: Place<'_>) {
        let (each, state) = match place.state.and_then(|state| state.each) {
            Some((each, next)) => (each, self.rows.states.get(usize::from(next))),
            None => (Each::Parts, None),
        };
        let below = state.and_then(|state| state.below).or(place.below);
        let mut empty = true;
        for (n, element) in array.elements().enumerate() {
            empty = false;
            let n = n as u32;
            let inner = match each {
                // Parts of one text are told apart only where no row says what they are.
                Each::Parts => {
                    let trail = match state {
                        Some(_) => place.trail,
                        None => step(place.trail, &n.to_le_bytes()),
                    };
                    Place {
                        state,
                        below,
                        trail,
                        part: place.part.or(Some(n)),
                        ..place
                    }
                }
                Each::Index | Each::Role => self.numbered(
                    each,
                    n,
                    element,
                    Place {
                        state,
                        below,
                        ..place
                    },
                ),
            };
            self.value(element, "", inner);
        }
        if empty && key == "thinking" {
            self.thinking_closed(place);
        }
    }

    fn numbered<'r>(
        &mut self,
        each: Each,
        n: u32,
        element: Value<'a>,
        mut place: Place<'r>,
    ) -> Place<'r> {
        let number = match each {
            Each::Index => element.get("index").and_then(Value::as_u64),
            _ => None,
        };
        let number = number.unwrap_or(u64::from(n));
        place.trail = step(place.trail, &number.to_le_bytes());
        if place.numbered {
            place.group.inner = number;
            (self.found)(Found::Inner);
            return place;
        }
        place.numbered = true;
        place.group.outer = u32::try_from(number).unwrap_or(u32::MAX);
        if each == Each::Role {
            let role = element.get("role").and_then(Value::as_str);
            place.role = Some(role.map_or(TextKind::Generic, |role| TextKind::of_role(&role)));
        }
        (self.found)(Found::Element {
            outer: place.group.outer,
            role: place.role.unwrap_or(TextKind::Generic),
        });
        place
    }

    fn string(&mut self, value: Value<'a>, key: &'a str, mark: Option<Mark>, place: Place<'_>) {
        let kind = match mark.or(place.below) {
            Some(Mark::Kind(kind)) => kind,
            Some(Mark::ByRole) => place.role.unwrap_or(TextKind::Generic),
            None => TextKind::Generic,
        };
        if !kind.is_text() {
            return;
        }
        let mut group = place.group;
        // Each string below a `**` row, and each unnamed one, is a text of its own.
        if mark.is_none() || kind == TextKind::Generic {
            group.inner = place.trail;
        }
        // One thinking part is one text; the parts of a content list are one text together.
        if kind == TextKind::Thinking {
            group = thinking(place);
        }
        (self.found)(Found::Text(Slot {
            kind,
            group,
            value,
            key,
        }));
    }

    fn thinking_closed(&mut self, place: Place<'_>) {
        (self.found)(Found::ThinkingClosed {
            outer: place.group.outer,
        });
    }
}

fn thinking(place: Place<'_>) -> Group {
    let inner = u64::from(place.part.unwrap_or(0));
    Group {
        outer: place.group.outer,
        inner,
    }
}

fn holds_json(mark: Option<Mark>) -> bool {
    matches!(mark, Some(Mark::Kind(kind)) if kind.holds_json())
}

/// FNV-1a. Deterministic: the same place in two events of a stream is the same channel.
fn step(trail: u64, part: &[u8]) -> u64 {
    const PRIME: u64 = 0x0100_0000_01b3;
    part.iter()
        .fold((trail ^ 0xff).wrapping_mul(PRIME), |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(PRIME)
        })
}
