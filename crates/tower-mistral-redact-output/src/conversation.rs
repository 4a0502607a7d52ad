//! What was said before the reply: the texts of the request.

use stream_redactor::{Edit, Redactor};
use tower_mistral_wire::{
    ext::Exempt,
    json::{Tape, Value},
    table::{Endpoint, Found, TextKind, walk},
};

#[derive(Default)]
pub(crate) struct Conversation<'t> {
    /// All system texts, one behind the other.
    pub(crate) system: String,
    pub(crate) user: Vec<Value<'t>>,
    pub(crate) assistant: Vec<Value<'t>>,
}

impl<'t> Conversation<'t> {
    pub(crate) fn read(endpoint: &Endpoint, tape: &'t Tape) -> Self {
        let mut read = Self::default();
        walk(tape, endpoint.request(), |found| {
            let Found::Text(slot) = found else {
                return;
            };
            match slot.kind {
                TextKind::System => {
                    read.system.extend(slot.value.as_str().as_deref());
                    read.system.push('\n');
                }
                TextKind::User => read.user.push(slot.value),
                TextKind::Assistant | TextKind::Prediction => read.assistant.push(slot.value),
                _ => {}
            }
        });
        read
    }

    /// The values that the user has written, beside those that are exempt already.
    pub(crate) fn exempt(&self, redactor: &Redactor, exempt: &Exempt) -> Exempt {
        let mut values = exempt.values().to_vec();
        for text in self.user.iter().filter_map(|text| text.as_str()) {
            let mut rest = &*text;
            for edit in redactor.edits(&text) {
                let (Edit::Keep(n) | Edit::Replace { n, .. }) = edit else {
                    break;
                };
                let (value, behind) = rest.split_at_checked(n).unwrap_or_default();
                if matches!(edit, Edit::Replace { .. }) {
                    values.push(value.into());
                }
                rest = behind;
            }
        }
        Exempt::new(values)
    }
}
