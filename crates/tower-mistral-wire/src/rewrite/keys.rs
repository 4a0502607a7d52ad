//! Edited values as they fit in their places.

use std::collections::BTreeMap;

use crate::json::{Kind, Tape, Value};

/// The keys of a document, of which some are edited: an object cannot have a key twice.
pub(super) struct Keys<'a> {
    tape: &'a Tape,
    /// How often each spelling is wanted. Made when the first key is edited, for few ever are.
    wanted: Option<BTreeMap<Vec<u8>, u32>>,
}

impl<'a> Keys<'a> {
    pub(super) fn of(tape: &'a Tape) -> Self {
        Self { tape, wanted: None }
    }

    /// The new spelling of a value: a number becomes a string, and a key gets a number if there is
    /// one like it, be it edited or not.
    pub(super) fn fitted(&mut self, value: Value<'_>, spelled: Vec<u8>) -> Vec<u8> {
        match value.kind() {
            Kind::Number => [b"\"", &spelled[..], b"\""].concat(),
            Kind::Key => self.apart(spelled),
            _ => spelled,
        }
    }

    fn apart(&mut self, spelled: Vec<u8>) -> Vec<u8> {
        let tape = self.tape;
        let wanted = self.wanted.get_or_insert_with(|| {
            let keys = tape.raw_keys();
            keys.map(|key| (key.to_owned(), 1)).collect()
        });
        let mut count = wanted.get(&spelled).copied().unwrap_or(0);
        let free = loop {
            count += 1;
            let name = match count {
                1 => spelled.clone(),
                _ => [&spelled[..], format!(" {count}").as_bytes()].concat(),
            };
            if !wanted.contains_key(&name) {
                break name;
            }
        };
        wanted.insert(spelled, count);
        wanted.entry(free.clone()).or_insert(1);
        free
    }
}
