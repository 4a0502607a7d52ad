//! The keys of a JSON document that comes in pieces.

/// Which strings are keys, and how many of them were edited.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// A bit for each container that is open, set for an object; the lowest is the innermost.
    objects: u128,
    expects_key: bool,
    in_key: bool,
    pub(super) is_edited: bool,
    edited: u64,
    /// The last key, as far as it matters.
    name: String,
}

/// A longer key is cut, in bytes: it is no name of anything.
const MAX_NAME: usize = 64;

impl Keys {
    /// Containers deeper than there are bits forget their kind: then a key is taken for a value.
    pub(super) fn structure(&mut self, byte: u8) {
        match byte {
            b'{' => self.objects = self.objects << 1 | 1,
            b'[' => self.objects <<= 1,
            b'}' | b']' => {
                self.objects >>= 1;
                self.name.clear();
            }
            _ => {}
        }
        self.expects_key = match byte {
            b'{' | b',' => self.objects & 1 == 1,
            b'[' | b'}' | b']' | b':' => false,
            _ => self.expects_key,
        };
    }

    pub(super) fn begin_string(&mut self) {
        self.in_key = self.expects_key;
        self.is_edited = false;
        if self.in_key {
            self.name.clear();
        }
    }

    /// Reads on in a string.
    pub(super) fn read(&mut self, text: &str) {
        if self.in_key && self.name.len() < MAX_NAME {
            let room = MAX_NAME - self.name.len();
            let fits = (0..=room).rev().find_map(|n| text.get(..n.min(text.len())));
            self.name.push_str(fits.unwrap_or_default());
        }
    }

    /// The key of the value that begins now; none for a key.
    pub(super) fn of_value(&self) -> Option<&str> {
        Some(&*self.name).filter(|name| !name.is_empty() && !self.in_key)
    }

    /// The number that a key needs to stay apart from the ones before.
    pub(super) fn end_string(&mut self) -> Option<u64> {
        if !(self.in_key && self.is_edited) {
            return None;
        }
        self.edited += 1;
        (self.edited > 1).then_some(self.edited)
    }
}
