//! What the caller says, without all else that a walk finds.
//!
//! A log reads no text, so it has no use for what a redactor has to look at: places that no row
//! names are passed over, with all that is in them.

use super::{
    TextKind,
    pattern::{Each, Mark, Rows, State},
};
use crate::json::{Kind, Tape, Value};

/// What there is to count in a request.
pub(crate) enum Input<'a> {
    /// A key of the body, unescaped, and its value.
    Parameter(&'a [u8], Value<'a>),
    /// A message, of this role: what [`Found::Element`](super::Found::Element) says.
    Message(TextKind),
    /// A text of a [kind that the caller sends](TextKind::is_input).
    Text(Value<'a>),
}

/// Hands over the same messages and texts of the caller's as [`walk`](super::walk) does.
pub(crate) fn walk_input(tape: &Tape, rows: &Rows, mut found: impl FnMut(Input<'_>)) {
    let root = tape.root();
    let place = Place {
        state: rows.states.first(),
        ..Place::default()
    };
    let mut walker = Walker {
        rows,
        found: &mut found,
    };
    if root.kind() != Kind::Object {
        return walker.value(root, place);
    }
    let place = place.entered();
    for (key, value) in root.raw_entries() {
        let key = key.text();
        (walker.found)(Input::Parameter(&key, value));
        walker.entry(&key, value, place);
    }
}

/// Where the walk is.
#[derive(Clone, Copy, Default)]
struct Place<'r> {
    /// The rows that can still match.
    state: Option<&'r State>,
    /// Set by a `**` row above.
    below: Option<Mark>,
    role: Option<TextKind>,
    /// A numbered element is open.
    numbered: bool,
}

struct Walker<'r, 'f, F> {
    rows: &'r Rows,
    found: &'f mut F,
}

impl<'r, F: FnMut(Input<'_>)> Walker<'r, '_, F> {
    /// Recursion is as deep as the tape, whose depth has a limit.
    fn value(&mut self, value: Value<'_>, place: Place<'r>) {
        let mark = place.state.and_then(|state| state.here);
        match (value.kind(), mark) {
            (Kind::String, _) => self.string(value, mark, place),
            (_, Some(Mark::Kind(TextKind::Logprobs))) => {}
            (Kind::Object, Some(Mark::Kind(TextKind::Usage))) => {
                let nobody = Place {
                    state: None,
                    ..place
                };
                self.object(value, nobody);
            }
            (Kind::Object, _) => self.object(value, place.entered()),
            (Kind::Array, _) => self.array(value, place.entered()),
            _ => {}
        }
    }

    fn string(&mut self, value: Value<'_>, mark: Option<Mark>, place: Place<'r>) {
        let mark = mark.or(place.below);
        if mark.is_some_and(|mark| place.counts(mark)) {
            (self.found)(Input::Text(value));
        }
    }

    fn object(&mut self, object: Value<'_>, place: Place<'r>) {
        if place.is_idle() {
            return;
        }
        for (key, value) in object.raw_entries() {
            self.entry(&key.text(), value, place);
        }
    }

    fn entry(&mut self, key: &[u8], value: Value<'_>, place: Place<'r>) {
        if !matches!(value.kind(), Kind::String | Kind::Object | Kind::Array) {
            return;
        }
        let state = place
            .state
            .and_then(|state| state.next(key))
            .and_then(|next| self.rows.states.get(usize::from(next)));
        if state.is_none() && matches!(key, b"logprobs" | b"prompt_logprobs") {
            return;
        }
        self.value(value, Place { state, ..place });
    }

    fn array(&mut self, array: Value<'_>, place: Place<'r>) {
        if place.is_idle() {
            return;
        }
        let each = place.state.and_then(|state| state.each);
        let (each, state) = match each {
            Some((each, next)) => (each, self.rows.states.get(usize::from(next))),
            None => (Each::Parts, None),
        };
        for element in array.elements() {
            let mut inner = Place { state, ..place };
            if each != Each::Parts && !place.numbered {
                inner.numbered = true;
                if each == Each::Role {
                    let role = element.get("role").and_then(Value::as_str);
                    let role = role.map(|role| TextKind::of_role(&role));
                    inner.role = Some(role.unwrap_or(TextKind::Generic));
                }
                let role = inner.role.unwrap_or(TextKind::Generic);
                (self.found)(Input::Message(role));
            }
            self.value(element, inner);
        }
    }
}

impl Place<'_> {
    /// Whether a string that is marked so is the caller's.
    fn counts(self, mark: Mark) -> bool {
        match mark {
            Mark::Kind(kind) => kind.is_input(),
            Mark::ByRole => self.role.is_some_and(TextKind::is_input),
        }
    }

    /// Whether nothing in here can count: no row goes on, and none covers all.
    fn is_idle(self) -> bool {
        self.state.is_none() && !self.below.is_some_and(|mark| self.counts(mark))
    }

    fn entered(self) -> Self {
        let below = self.state.and_then(State::covers);
        Self {
            below: below.or(self.below),
            ..self
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use bytes::Bytes;
    use http::Method;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        json::Limits,
        table::{Endpoint, Endpoints, Found, walk},
    };

    /// Bodies of the keys that rows name, and of some that none does.
    fn bodies() -> impl Strategy<Value = serde_json::Value> {
        let scalar = prop_oneof![
            proptest::sample::select(&["user", "system", "tool", "", "x y", "é\"\n"][..])
                .prop_map(serde_json::Value::from),
            Just(serde_json::Value::Null),
            any::<u8>().prop_map(serde_json::Value::from),
        ];
        const KEYS: &[&str] = &[
            "messages",
            "content",
            "role",
            "text",
            "thinking",
            "tools",
            "function",
            "arguments",
            "parameters",
            "prompt",
            "suffix",
            "resource",
            "prediction",
            "usage",
            "logprobs",
            "tool_calls",
            "all",
            "list",
            "x",
            "signature",
            "type",
        ];
        scalar.prop_recursive(6, 60, 5, |inner| {
            let keys = proptest::sample::select(KEYS).prop_map(str::to_owned);
            prop_oneof![
                2 => proptest::collection::btree_map(keys, inner.clone(), 0..5)
                    .prop_map(|map| map.into_iter().collect()),
                1 => proptest::collection::vec(inner, 0..4).prop_map(serde_json::Value::from),
            ]
        })
    }

    fn endpoints() -> Vec<Endpoint> {
        let own = Endpoint::builder(Method::POST, "/x")
            .request("all.**", TextKind::User)
            .request("all.usage", TextKind::Usage)
            .request("messages[role].x.**", TextKind::Input)
            .request("list[n].list[index].x", TextKind::Code)
            .request("text", TextKind::System)
            .request("logprobs", TextKind::Logprobs)
            .request_by_role("messages[role].content.**");
        let find = |path: &str| {
            let path = crate::table::RequestPath::of(&path.parse().unwrap()).unwrap();
            Endpoint::clone(&Endpoints::mistral().find(&Method::POST, &path))
        };
        let all = Endpoint::builder(Method::POST, "/y").request("**", TextKind::Input);
        vec![
            own.build().unwrap(),
            all.build().unwrap(),
            find("/v1/chat/completions"),
            find("/v1/fim/completions"),
            find("/v1/other"),
        ]
    }

    proptest! {
        #[test]
        fn it_counts_what_the_full_walk_finds(body in bodies()) {
            let tape = Tape::parse(Bytes::from(body.to_string()), &Limits::default()).unwrap();
            for endpoint in endpoints() {
                let (mut expected, mut seen) = (Vec::new(), Vec::new());
                walk(&tape, endpoint.request(), |found| match found {
                    Found::Element { role, .. } => expected.push((Some(role), 0..0)),
                    Found::Text(slot) if slot.kind.is_input() => {
                        expected.push((None, slot.value.span()));
                    }
                    _ => {}
                });
                walk_input(&tape, endpoint.request(), |input| match input {
                    Input::Parameter(..) => {}
                    Input::Message(role) => seen.push((Some(role), 0..0)),
                    Input::Text(value) => seen.push((None, value.span())),
                });
                prop_assert_eq!(seen, expected, "{} {}", endpoint.name(), body);
            }
        }
    }
}
