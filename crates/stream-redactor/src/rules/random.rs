//! What tells a random string from words: digits and letters in turn, and few that repeat.

/// Whether most of a text is rows of one character: what fills the place of a value.
pub(super) fn is_filler(text: &[u8]) -> bool {
    let rows = text.chunk_by(u8::eq_ignore_ascii_case).map(<[u8]>::len);
    let filled: usize = rows.filter(|len| *len >= MIN_ROW).sum();
    filled * 2 > text.len()
}

/// Whether letters and digits count up in turn, as in `a1b2c3d4e5f6`, whatever hyphens stand between:
/// what a hand types for a value.
pub(super) fn counts_up(text: &[u8]) -> bool {
    let (mut before, mut last, mut len) = (0_u8, 0_u8, 0);
    for byte in text
        .iter()
        .filter(|b| **b != b'-')
        .map(u8::to_ascii_lowercase)
    {
        let is_turn = byte.is_ascii_digit() && last.is_ascii_lowercase()
            || byte.is_ascii_lowercase() && last.is_ascii_digit();
        len = match (is_turn, byte.checked_sub(before)) {
            (true, Some(1)) => len + 1,
            (true, _) => 2,
            (false, _) => 1,
        };
        if len >= SERIES {
            return true;
        }
        (before, last) = (last, byte);
    }
    false
}

/// Characters in a row that count as one of a filler, and in a series.
const MIN_ROW: usize = 4;
const SERIES: usize = 12;

/// What a string is made of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mix {
    pub(super) len: usize,
    pub(super) digits: usize,
    pub(super) lower: usize,
    pub(super) upper: usize,
    /// Different marks, up to eight of them.
    pub(super) marks: usize,
    /// Different characters.
    pub(super) distinct: usize,
    /// Neighbours of another kind among letters and digits, but for a capital before small letters.
    pub(super) turns: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Digit,
    Lower,
    Upper,
    Mark,
}

impl Mix {
    /// Of visible ASCII characters; all others count as marks.
    pub(super) fn of(text: &[u8]) -> Self {
        let (mut mix, mut seen, mut before) = (Self::default(), 0_u128, Kind::Mark);
        for byte in text {
            let bit = 1_u128 << (byte & 0x7f);
            let is_new = seen & bit == 0;
            seen |= bit;
            let kind = match byte {
                b'0'..=b'9' => Kind::Digit,
                b'a'..=b'z' => Kind::Lower,
                b'A'..=b'Z' => Kind::Upper,
                _ => Kind::Mark,
            };
            match kind {
                Kind::Digit => mix.digits += 1,
                Kind::Lower => mix.lower += 1,
                Kind::Upper => mix.upper += 1,
                Kind::Mark => mix.marks += usize::from(is_new),
            }
            let is_name = before == Kind::Upper && kind == Kind::Lower;
            let is_turn = kind != before && kind != Kind::Mark && before != Kind::Mark;
            mix.turns += usize::from(is_turn && !is_name);
            before = kind;
        }
        mix.len = text.len();
        mix.distinct = seen.count_ones() as usize;
        mix
    }

    pub(super) fn letters(&self) -> usize {
        self.lower + self.upper
    }

    /// Letters and digits as nobody writes them in words: for what stands behind a name that says
    /// that it is secret.
    pub(super) fn is_random(&self) -> bool {
        let is_varied = self.distinct >= 6 && self.distinct * 6 >= self.len.min(48);
        let is_mixed = self.digits >= 2 && self.letters() >= 2 && self.turns * 8 >= self.len;
        let is_numbered = self.digits * 3 >= self.len && self.letters() >= 2 && self.turns >= 2;
        let is_cased = self.len >= 20 && self.lower > 0 && self.upper > 0;
        let is_number = self.digits >= 15 && self.digits == self.len;
        is_varied
            && (is_mixed || is_numbered || is_cased && self.turns * 5 >= self.len || is_number)
    }

    /// So long and mixed that a word in it is chance.
    pub(super) fn is_long_and_mixed(&self) -> bool {
        self.len >= 20 && self.is_random() && self.turns * 5 >= self.len
    }

    /// The same without doubt, for what stands behind a name that may also be something else.
    pub(super) fn is_surely_random(&self) -> bool {
        self.len >= 16
            && self.distinct >= 8
            && self.digits >= 2
            && self.letters() >= 2
            && self.turns * 5 >= self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fills_a_place_is_told_from_chance() {
        for (text, filler, series) in [
            ("aaaaaaaaaa1b2d", true, false),
            ("5555555dAAAAA7777777CcccCF", true, false),
            ("x-a1b2c3d4-e5f6", false, true),
            ("a1B2c3D4=a1B2c3D4=", false, false),
            ("12345678", false, false),
            ("0123456789abcdef0123456789abcdef", false, false),
            ("16C7e42F292c6912E7710c838347Ae178B4a", false, false),
        ] {
            let told = (is_filler(text.as_bytes()), counts_up(text.as_bytes()));
            assert_eq!(told, (filler, series), "{text}");
        }
    }

    #[test]
    fn tells_words_from_keys() {
        for (text, random, surely) in [
            ("0123456789abcdef0123456789abcdef", true, false),
            ("8f844bc79b0556fe585535ac611d679d", true, true),
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", true, false),
            ("hunter2", false, false),
            ("your-api-key", false, false),
            ("my_access_token_name", false, false),
            ("aaaaaaaaaaaaaaaaaaaa1b", false, false),
            ("gpt-4o-mini-2024-07-18", false, false),
            ("getAccessTokenFromStore", false, false),
        ] {
            let mix = Mix::of(text.as_bytes());
            assert_eq!(
                (mix.is_random(), mix.is_surely_random()),
                (random, surely),
                "{text}"
            );
        }
    }
}
