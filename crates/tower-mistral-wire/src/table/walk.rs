//! One pass over a tape that finds every text, by the rows of the table.

use super::{
    Found, Group, Slot, TextKind,
    pattern::{Each, Mark, Rows, State},
};
use crate::json::{Kind, Tape, Value};

/// Walks `tape` by `rows` and hands over what it finds.
pub fn walk<'a>(tape: &'a Tape, rows: &Rows, mut found: impl FnMut(Found<'a>)) {
    found(Found::Root(tape.root()));
    let mut walker = Walker {
        rows,
        found: &mut found,
    };
    let place = Place {
        state: rows.states.first(),
        piece: true,
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
    /// The key above names a piece of a text that goes on in later events.
    piece: bool,
    /// The key above is `content`: its string, its part and its list of parts are one text.
    content: bool,
    /// It is an element of an array.
    in_array: bool,
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
            if self.fact(kind, value, key, place) {
                return;
            }
        }
        match value.kind() {
            Kind::Object => self.object(value, place.entered()),
            Kind::Array => self.array(value, key, place.entered()),
            Kind::String => self.string(value, key, mark, place),
            Kind::Number if holds_json(mark.or(place.below)) => {
                self.string(value, key, mark, place);
            }
            _ => {}
        }
    }

    /// Says what is no text to be rewritten. True if there is nothing more to the value.
    fn fact(&mut self, kind: TextKind, value: Value<'a>, key: &'a str, place: Place<'_>) -> bool {
        let outer = place.group.outer;
        match (kind, value.kind()) {
            (TextKind::Logprobs, _) => {
                self.logprobs(value, place);
                return true;
            }
            (TextKind::Usage, Kind::Object) => {
                (self.found)(Found::Usage(value));
                self.object(
                    value,
                    Place {
                        state: None,
                        ..place
                    },
                );
                return true;
            }
            (TextKind::Padding, Kind::String) if is_name(value.raw()) => {
                (self.found)(Found::Padding(value));
                return true;
            }
            (TextKind::Signature, Kind::String) => {
                (self.found)(Found::Signature {
                    group: thinking(place),
                    value,
                });
                return true;
            }
            (TextKind::Model, Kind::String) => (self.found)(Found::Model(value)),
            // Some servers send an empty reason with every delta.
            (TextKind::FinishReason, Kind::String) if !value.raw().is_empty() => {
                (self.found)(Found::Finish {
                    outer,
                    reason: value,
                });
            }
            _ => {}
        }
        if kind.is_text() || value.kind() != Kind::String {
            return false;
        }
        // An identifier is none if it does not look like one.
        if !is_name(value.raw()) {
            self.string(value, key, Some(Mark::Kind(TextKind::Generic)), place);
        }
        true
    }

    fn object(&mut self, object: Value<'a>, place: Place<'_>) {
        for (name, value) in object.raw_entries() {
            let text = name.text();
            let key: &[u8] = &text;
            let state = place
                .state
                .and_then(|state| state.next(key))
                .and_then(|next| self.rows.states.get(usize::from(next)));
            let trail = match place.content && key == b"text" {
                true => place.trail,
                false => step(place.trail, key),
            };
            let inner = Place {
                state,
                trail,
                piece: is_piece_key(key),
                content: key == b"content",
                in_array: false,
                ..place
            };
            if state.is_none() && !is_name(name.raw()) {
                // Nobody knows this key, so it may be text as well; one that no edit may touch.
                let is_prompt =
                    |mark: &Mark| !matches!(mark, Mark::Kind(kind) if !kind.is_prompt());
                let generic = Mark::Kind(TextKind::Generic);
                let mark = place.below.filter(is_prompt).map(|_| generic);
                let place = Place {
                    trail: !trail,
                    piece: false,
                    ..inner
                };
                self.string(name.value(), "", mark, place);
            }
            if state.is_none() && matches!(key, b"logprobs" | b"prompt_logprobs") {
                self.logprobs(value, place);
                continue;
            }
            self.value(value, name.plain(), inner);
        }
    }

    fn array(&mut self, array: Value<'a>, key: &'a str, place: Place<'_>) {
        let (each, state) = match place.state.and_then(|state| state.each) {
            Some((each, next)) => (each, self.rows.states.get(usize::from(next))),
            None => (Each::Parts, None),
        };
        let part_types = place.state.and_then(|state| state.part_types);
        let elements = Place {
            state,
            in_array: true,
            ..place
        };
        let mut empty = true;
        for (n, element) in array.elements().enumerate() {
            empty = false;
            let n = n as u32;
            if part_types.is_some_and(|known| is_unknown_part(element, known)) {
                (self.found)(Found::UnknownPart(element));
            }
            let inner = match each {
                Each::Parts => {
                    // Parts are told apart only where nobody says that they are one text.
                    let is_one = state.is_some() || elements.content;
                    let trail = if is_one {
                        elements.trail
                    } else {
                        step(elements.trail, &n.to_le_bytes())
                    };
                    Place {
                        trail,
                        part: elements.part.or(Some(n)),
                        ..elements
                    }
                }
                Each::Place | Each::Index | Each::Role => self.numbered(each, n, element, elements),
            };
            self.value(element, key, inner);
        }
        if empty && key == "thinking" && !place.in_array {
            (self.found)(Found::ThinkingClosed {
                outer: place.group.outer,
            });
        }
    }

    fn numbered<'r>(
        &mut self,
        each: Each,
        n: u32,
        element: Value<'a>,
        mut place: Place<'r>,
    ) -> Place<'r> {
        let index = element.get("index").filter(|_| each == Each::Index);
        let number = match index {
            // A number that is none still tells the elements apart.
            Some(index) => index.as_u64().unwrap_or_else(|| step(0, index.raw()) >> 32),
            None => u64::from(n),
        };
        place.trail = step(place.trail, &number.to_le_bytes());
        if place.numbered {
            // Tool calls of messages of a choice: three levels, told apart by all of them.
            place.group.inner = (place.group.inner << 32) | number.min(u64::from(u32::MAX));
            let (outer, inner) = (place.group.outer, place.group.inner);
            (self.found)(Found::Inner { outer, inner });
            return place;
        }
        place.numbered = true;
        place.group.outer = u32::try_from(number).unwrap_or(u32::MAX);
        if each == Each::Role {
            let role = element.get("role").and_then(Value::as_str);
            let entry = || element.get("type").and_then(Value::as_str);
            place.role = Some(match role {
                Some(role) => TextKind::of_role(&role),
                None => entry().map_or(TextKind::Generic, |entry| TextKind::of_type(&entry)),
            });
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
        let is_named = mark.is_some() && kind != TextKind::Generic;
        // Each string below a `**` row, and each unnamed one, is a text of its own.
        if !is_named {
            group.inner = place.trail;
        }
        // One thinking part is one text; the parts of a content list are one text together.
        if kind == TextKind::Thinking {
            group = thinking(place);
        }
        let piece = if is_named {
            kind.flows()
        } else {
            place.piece && !kind.holds_json()
        };
        (self.found)(Found::Text(Slot {
            kind,
            group,
            value,
            key,
            // A number is whole.
            piece: piece && value.kind() == Kind::String,
        }));
    }

    fn logprobs(&mut self, value: Value<'a>, place: Place<'_>) {
        let says_something = match value.kind() {
            Kind::Object => value.entries().next().is_some(),
            Kind::Array => value.elements().next().is_some(),
            kind => kind != Kind::Null,
        };
        if says_something {
            (self.found)(Found::Logprobs {
                outer: place.group.outer,
                value,
            });
        }
    }
}

impl Place<'_> {
    /// Inside of a container.
    fn entered(self) -> Self {
        let below = self.state.and_then(State::covers);
        Self {
            below: below.or(self.below),
            ..self
        }
    }
}

/// Whether a key holds a piece of a text where no row says so. Under any other key a string is
/// whole: holding the end of an identifier back would corrupt it.
fn is_piece_key(key: &[u8]) -> bool {
    matches!(
        key,
        b"delta"
            | b"content"
            | b"text"
            | b"arguments"
            | b"message"
            | b"output"
            | b"refusal"
            | b"thinking"
            | b"reasoning"
            | b"reasoning_content"
            | b"summary"
            | b"reply"
            | b"answer"
            | b"completion"
            | b"token"
            | b"chunk"
            | b"part"
            | b"generated_text"
            | b"output_text"
    )
}

/// Whether a spelling has the shape of an identifier: up to 64 letters, digits and `-_.:/`, a letter
/// among them.
pub(crate) fn is_name(raw: &[u8]) -> bool {
    raw.len() <= 64
        && raw
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.:/".contains(b))
        && (raw.is_empty() || raw.iter().any(u8::is_ascii_alphabetic))
}

fn is_unknown_part(part: Value<'_>, known: &[&str]) -> bool {
    let kind = part.get("type").and_then(Value::as_str);
    kind.is_some_and(|kind| !known.contains(&kind.as_ref()))
}

fn thinking(place: Place<'_>) -> Group {
    Group {
        outer: place.group.outer,
        inner: u64::from(place.part.unwrap_or(0)),
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
