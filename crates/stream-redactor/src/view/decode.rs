//! One level of HTML character references and percent encoding, of printable characters.
//!
//! References to tabs and line ends read as tabs: a line ends where it does in the text itself.

/// The longest pending spelling: `&#` or `&#x`, eight digits, one character more.
pub(super) const MAX_BYTES: usize = 16;

const MAX_DIGITS: usize = 8;

/// References with a name that can stand inside a value of some rule.
/// (HTML standard, section 13.5, "Named character references".)
const NAMED: [(&str, char); 14] = [
    ("colon;", ':'),
    ("commat;", '@'),
    ("dash;", '-'),
    ("equals;", '='),
    ("gt;", '>'),
    ("hyphen;", '-'),
    ("lowbar;", '_'),
    ("lt;", '<'),
    ("nbsp;", ' '),
    ("newline;", '\t'),
    ("period;", '.'),
    ("plus;", '+'),
    ("sol;", '/'),
    ("tab;", '\t'),
];

/// Holds back a `&…` or `%…` until it is clear whether it spells a character.
#[derive(Clone, Debug, Default)]
pub(super) struct Decoder {
    pending: Vec<char>,
}

enum Shape {
    /// May still become a spelling.
    Prefix,
    /// Spells this character.
    Spells(char),
    /// All but the last character spell this one: browsers do without the semicolon after digits.
    SpelledBefore(char),
    Nothing,
}

impl Decoder {
    #[inline]
    pub(super) fn push(&mut self, c: char, emit: &mut impl FnMut(char, usize)) {
        if self.pending.is_empty() && c != '&' && c != '%' {
            emit(c, c.len_utf8());
            return;
        }
        self.spelled(c, emit);
    }

    fn spelled(&mut self, c: char, emit: &mut impl FnMut(char, usize)) {
        self.pending.push(c);
        match shape(&self.pending) {
            Shape::Prefix => {}
            Shape::Spells(decoded) => self.spell(decoded, emit),
            Shape::SpelledBefore(decoded) => {
                self.pending.pop();
                self.spell(decoded, emit);
                self.push(c, emit);
            }
            // Only the first character of a spelling can begin one, so only `c` is looked at again.
            Shape::Nothing => {
                self.pending.pop();
                self.literal(emit);
                self.push(c, emit);
            }
        }
    }

    #[inline]
    pub(super) fn is_clear(&self) -> bool {
        self.pending.is_empty()
    }

    pub(super) fn flush(&mut self, emit: &mut impl FnMut(char, usize)) {
        self.literal(emit);
    }

    fn spell(&mut self, decoded: char, emit: &mut impl FnMut(char, usize)) {
        let raw = self.pending.drain(..).map(char::len_utf8).sum();
        emit(decoded, raw);
    }

    fn literal(&mut self, emit: &mut impl FnMut(char, usize)) {
        for c in self.pending.drain(..) {
            emit(c, c.len_utf8());
        }
    }
}

fn shape(pending: &[char]) -> Shape {
    match pending {
        ['&'] | ['%'] => Shape::Prefix,
        ['%', high] if high.is_ascii_hexdigit() => Shape::Prefix,
        ['%', high, low] => match (high.to_digit(16), low.to_digit(16)) {
            (Some(high), Some(low)) => printable(high * 16 + low)
                .filter(char::is_ascii)
                .map_or(Shape::Nothing, Shape::Spells),
            _ => Shape::Nothing,
        },
        ['&', '#', 'x' | 'X', digits @ ..] => numeric(digits, 16),
        ['&', '#', digits @ ..] => numeric(digits, 10),
        ['&', name @ ..] => named(name),
        _ => Shape::Nothing,
    }
}

fn numeric(pending: &[char], radix: u32) -> Shape {
    let Some((last, before)) = pending.split_last() else {
        return Shape::Prefix;
    };
    if last.is_digit(radix) {
        return if pending.len() <= MAX_DIGITS {
            Shape::Prefix
        } else {
            Shape::Nothing
        };
    }
    let value = before.iter().try_fold(0_u32, |sum, c| {
        sum.checked_mul(radix)?.checked_add(c.to_digit(radix)?)
    });
    match value.and_then(printable) {
        Some(c) if *last == ';' => Shape::Spells(c),
        Some(c) => Shape::SpelledBefore(c),
        None => Shape::Nothing,
    }
}

fn named(pending: &[char]) -> Shape {
    let starts = |name: &str| {
        let mut name = name.chars();
        pending
            .iter()
            .all(|c| name.next() == Some(c.to_ascii_lowercase()))
    };
    match NAMED.iter().find(|(name, _)| starts(name)) {
        Some((name, c)) if name.len() == pending.len() => Shape::Spells(*c),
        Some(_) => Shape::Prefix,
        None => Shape::Nothing,
    }
}

fn printable(value: u32) -> Option<char> {
    if matches!(value, 0x9..=0xd) {
        return Some('\t');
    }
    char::from_u32(value).filter(|c| !c.is_control())
}
