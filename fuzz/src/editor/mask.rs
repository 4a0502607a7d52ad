//! An engine whose edits are easy to foretell, whatever way a text is cut.

use tower_mistral_wire::{
    rewrite::{Edit, End, Engine, Engines},
    table::{Group, TextKind},
};

/// What a run of marked characters becomes: all of it has to be escaped in JSON.
const PLACEHOLDER: &str = "[\"\\\n]";

/// Characters of every length and every spelling. None of them stands in a number or a literal.
const CHARACTERS: [char; 8] = ['@', 'x', 'é', '😀', '"', '\\', '\n', '#'];

/// Replaces each run of the marked characters by a placeholder, and holds some characters back.
#[derive(Clone, Copy)]
pub(super) struct Mask {
    /// Which of the characters are marked, a bit each.
    pub(super) marks: u8,
    /// How many characters stay undecided until more come.
    pub(super) hold: usize,
    /// Puts a placeholder in front of each text that is not empty.
    pub(super) inserts: bool,
}

impl Mask {
    /// The whole text as it comes out.
    pub(super) fn apply(self, text: &str) -> String {
        let mut out = String::new();
        if self.inserts && !text.is_empty() {
            out.push_str(PLACEHOLDER);
        }
        let mut in_run = false;
        for character in text.chars() {
            let is_marked = self.marks(character);
            if !is_marked {
                out.push(character);
            } else if !in_run {
                out.push_str(PLACEHOLDER);
            }
            in_run = is_marked;
        }
        out
    }

    pub(super) fn edits_nothing(self) -> bool {
        self.marks == 0 && !self.inserts
    }

    fn marks(self, character: char) -> bool {
        let place = CHARACTERS.iter().position(|marked| *marked == character);
        place.is_some_and(|place| self.marks & (1 << place) != 0)
    }
}

impl Engines for Mask {
    type Engine = Masking;

    fn open(&mut self, _: TextKind, _: Group) -> Option<Masking> {
        Some(Masking {
            mask: *self,
            held: String::new(),
            has_begun: false,
            in_run: false,
        })
    }

    fn edits(&self, _: TextKind) -> bool {
        !self.edits_nothing()
    }
}

/// One text on its way.
pub(super) struct Masking {
    mask: Mask,
    held: String,
    has_begun: bool,
    in_run: bool,
}

impl Masking {
    /// Decides about all but the last `hold` characters.
    fn decide(&mut self, hold: usize, out: &mut Vec<Edit>) {
        let decided = self.held.chars().count().saturating_sub(hold);
        let characters: Vec<char> = self.held.chars().collect();
        let (now, later) = characters.split_at(decided);
        for character in now {
            if self.mask.inserts && !self.has_begun {
                let with = PLACEHOLDER.into();
                out.push(Edit::Replace { n: 0, with });
            }
            self.has_begun = true;
            let n = character.len_utf8();
            let is_marked = self.mask.marks(*character);
            out.push(match (is_marked, self.in_run) {
                (false, _) => Edit::Keep(n),
                (true, false) => Edit::Replace {
                    n,
                    with: PLACEHOLDER.into(),
                },
                (true, true) => Edit::Replace { n, with: "".into() },
            });
            self.in_run = is_marked;
        }
        self.held = later.iter().collect();
    }
}

impl Engine for Masking {
    fn push(&mut self, text: &str, out: &mut Vec<Edit>) {
        self.held.push_str(text);
        self.decide(self.mask.hold, out);
    }

    fn finish(&mut self, _: End, out: &mut Vec<Edit>) {
        self.decide(0, out);
        (self.has_begun, self.in_run) = (false, false);
    }
}
