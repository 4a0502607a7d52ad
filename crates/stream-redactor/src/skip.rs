//! The first look: how far a text can be passed over without reading it.
//!
//! Nearly all text holds nothing. A value needs a character that is rare in prose: a digit, `@`,
//! `<`, `:`, a bracket, `&`, `%`, a row of hyphens, or a character outside ASCII that stands for
//! one of those. [`Search`] finds those, many bytes at a time; [`look`] looks at the neighbours
//! of each, and mostly sees that no value can be there (`(for`, `10 apples`, `e.g. 1.2`).
//!
//! What is passed over is kept, and the machine begins anew at the last word before the anchor, or
//! before the end. That is sound at a place where it would have forgotten all else: a blank ends
//! what is alive in a word, and a letter behind it ends what may hold blanks. One rule reads on
//! there, at the `p` of `system prompt`, so the machine never begins anew at a `p`.
//!
//! A new rule enters here with the characters that its values cannot be without.

/// Bytes looked at in one go.
const BLOCK: usize = 32;
/// The longest run of numbers that the first look follows.
const MAX_NUMBERS: usize = 48;

/// Where reading is needed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    /// Where the machine may begin anew; none if it has to read from where it is.
    pub(crate) anew: Option<usize>,
    /// It has to read at least to here.
    pub(crate) until: usize,
}

/// Looks from `at` on for the next place that has to be read.
///
/// `may_be_called` answers whether a word before a place makes any number there one to call.
pub(crate) fn next(text: &[u8], at: usize, may_be_called: &dyn Fn(&[u8]) -> bool) -> Stop {
    let mut search = Search::new(text, at);
    let (anchor, until) = loop {
        let Some(here) = search.next() else {
            break (text.len(), text.len());
        };
        match look(text, at, here, may_be_called) {
            Look::Pass(to) => search.go_to(to),
            Look::Read(until) => break (here, until.min(text.len())),
        }
    };
    Stop {
        anew: word_before(text, at, anchor),
        until,
    }
}

/// Finds the bytes that may belong to a value's anchor, a block at a time.
struct Search<'t> {
    text: &'t [u8],
    /// Where the block begins.
    block: usize,
    /// The bytes of the block that were not looked at yet, the first in the lowest bit.
    mask: u32,
}

impl<'t> Search<'t> {
    fn new(text: &'t [u8], at: usize) -> Self {
        let mut search = Self {
            text,
            block: at,
            mask: 0,
        };
        search.load();
        search
    }

    /// Where the next one is.
    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.mask == 0 {
            self.block += BLOCK;
            self.block = clean(self.text, self.block);
            if self.block >= self.text.len() {
                return None;
            }
            self.load();
        }
        Some(self.block + self.mask.trailing_zeros() as usize)
    }

    /// Goes on at `at`, which is behind the last one.
    #[inline]
    fn go_to(&mut self, at: usize) {
        let n = at - self.block;
        if n < BLOCK {
            self.mask &= u32::MAX << n;
        } else {
            self.block = at;
            self.load();
        }
    }

    #[inline]
    fn whole_block(&self) -> Option<&'t [u8; BLOCK]> {
        self.text.get(self.block..)?.first_chunk()
    }

    #[inline]
    fn load(&mut self) {
        let mut padded = [b' '; BLOCK];
        let block = self.whole_block().unwrap_or_else(|| {
            let rest = self.text.get(self.block..).unwrap_or_default();
            padded
                .iter_mut()
                .zip(rest)
                .for_each(|(to, from)| *to = *from);
            &padded
        });
        let mut hits = [0; BLOCK];
        for (hit, byte) in hits.iter_mut().zip(block) {
            *hit = is_special(*byte);
        }
        // Eight bytes of 0 or 1 become eight bits by one multiplication.
        self.mask = hits.chunks_exact(8).rev().fold(0, |mask, eight| {
            let word = eight
                .iter()
                .rev()
                .fold(0, |word, b| word << 8 | u64::from(*b));
            mask << 8 | (word.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
        });
    }
}

enum Look {
    /// Nothing before this place.
    Pass(usize),
    /// There may be something. It is read at least to here.
    Read(usize),
}

/// The first block from `at` on that holds such a byte. Most hold none, and then it does not matter
/// which.
#[inline(never)]
fn clean(text: &[u8], mut at: usize) -> usize {
    let blocks = text.get(at..).unwrap_or_default().chunks_exact(BLOCK);
    for block in blocks {
        if block.iter().fold(0, |hit, byte| hit | is_special(*byte)) != 0 {
            break;
        }
        at += BLOCK;
    }
    at
}

/// Without branches, so that the compiler takes many bytes at a time.
#[inline(always)]
fn is_special(b: u8) -> u8 {
    // The first bytes outside ASCII, but for those of Latin-1 letters and of Han characters,
    // which stand for nothing else.
    (u8::from(b >= 0xc2) & u8::from(b != 0xc3) & u8::from(b.wrapping_sub(0xe4) > 5))
        | u8::from(b.wrapping_sub(b'0') <= 10)
        | u8::from(b == b'<')
        | u8::from(b == b'@')
        | u8::from(b.wrapping_sub(b'%') <= 1)
        | u8::from(b == b'(')
        | u8::from(b | 0x20 == b'{')
        | u8::from(b == b'-')
}

/// Whether the byte may spell another one: by a reference or an escape, outside ASCII, or because
/// the text ends here for now.
fn may_be_any(byte: Option<&u8>) -> bool {
    byte.is_none_or(|b| *b >= 0x80 && !is_han(*b) || matches!(b, b'&' | b'%'))
}

/// The first byte of a Han character, which stands for nothing else.
fn is_han(byte: u8) -> bool {
    (0xe4..=0xe9).contains(&byte)
}

#[inline(never)]
fn look(text: &[u8], from: usize, at: usize, called: &dyn Fn(&[u8]) -> bool) -> Look {
    let get = |n: usize| text.get(at + n);
    let Some(byte) = text.get(at) else {
        return Look::Pass(at + 1);
    };
    let is_anchor = match byte {
        b'0'..=b'9' => return numbers(text, from, at, called),
        b'-' => return hyphens(text, at),
        0x80.. => return other(text, from, at),
        // Of a row only the last one may anchor a value.
        b'<' | b'@' if get(1) == Some(byte) => {
            let row = text.iter().skip(at).take_while(|b| *b == byte).count();
            return Look::Pass(at + row - 1);
        }
        b'<' => {
            may_be_any(get(1))
                || matches!(get(1), Some(b's' | b'S'))
                    && (may_be_any(get(2)) || matches!(get(2), Some(b'c' | b'C')))
        }
        b'&' => match get(1) {
            Some(b'#') | None => true,
            Some(b) => b"cdghlnps".contains(&b.to_ascii_lowercase()) || *b >= 0x80,
        },
        b'%' => may_be_any(get(1)) || get(1).is_some_and(u8::is_ascii_hexdigit),
        b'@' => {
            let behind = get(1);
            may_be_any(behind) || behind.is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80)
        }
        b'(' | b'[' | b'{' => brackets(text, at),
        b':' => colon(text, from, at),
        _ => true,
    };
    if is_anchor {
        Look::Read(at + 1)
    } else {
        Look::Pass(at + 1)
    }
}

/// `(at)`, `[ dot ]`
fn brackets(text: &[u8], at: usize) -> bool {
    let blanks = usize::from(matches!(text.get(at + 1), Some(b' ' | b'\t')));
    let first = text.get(at + 1 + blanks);
    let second = text.get(at + 2 + blanks);
    may_be_any(first)
        || matches!(first, Some(b'a' | b'A' | b'd' | b'D'))
            && (may_be_any(second) || matches!(second, Some(b't' | b'T' | b'o' | b'O')))
}

/// `prompt:`, `fe80::`, `1:2:`
fn colon(text: &[u8], from: usize, at: usize) -> bool {
    let before = text.get(from..at).unwrap_or_default();
    let is_mark = |b: &&u8| matches!(b, b' ' | b'\t' | b'*' | b'_' | b'"' | b'\'' | b'`');
    let mut words = before.iter().rev().skip_while(is_mark);
    let is_prompt = match words.next() {
        None => true,
        Some(b) if *b >= 0x80 => true,
        Some(b't' | b'T') => words
            .next()
            .is_none_or(|b| *b >= 0x80 || matches!(b, b'p' | b'P')),
        Some(_) => false,
    };
    let group = text.get(at + 1..).unwrap_or_default();
    let digits = group
        .iter()
        .take(5)
        .take_while(|b| b.is_ascii_hexdigit())
        .count();
    let behind = group.get(digits);
    let is_group = digits <= 4 && (behind == Some(&b':') || may_be_any(behind));
    if is_prompt || !is_group {
        return is_prompt;
    }
    let mut head = before.iter().rev().skip_while(|b| b.is_ascii_hexdigit());
    head.next()
        .is_none_or(|b| *b >= 0x80 || !b.is_ascii_alphanumeric())
}

/// `-----BEGIN`
fn hyphens(text: &[u8], at: usize) -> Look {
    let rest = text.get(at..).unwrap_or_default();
    let count = rest.iter().take_while(|b| **b == b'-').count();
    let behind = rest.get(count);
    if may_be_any(behind) && (count > 1 || behind.is_none_or(|b| *b == 0xe2 || *b < 0x80))
        || count >= 5 && matches!(behind, Some(b'b' | b'B'))
    {
        return Look::Read(at + count);
    }
    Look::Pass(at + count)
}

/// Numbers with what may stand between them, up to the next thing that is no number.
fn numbers(text: &[u8], from: usize, at: usize, called: &dyn Fn(&[u8]) -> bool) -> Look {
    let rest = text.get(at..).unwrap_or_default();
    let mut groups = Groups::default();
    let mut len = 0;
    for byte in rest.iter().take(MAX_NUMBERS) {
        match byte {
            b'0'..=b'9' => groups.digit(*byte),
            b'-' if rest.get(len + 1) == Some(&b'-') => break,
            b'(' if brackets(text, at + len) => break,
            b' ' | b'-' | b'/' | b'(' | b')' | b'.' | b'+' => groups.separator(*byte),
            _ => break,
        }
        len += 1;
    }
    groups.separator(0);
    let behind = rest.get(len);
    let before = text.get(from..at).unwrap_or_default();
    let is_long = len >= MAX_NUMBERS
        || may_be_any(behind)
        || matches!(behind, Some(b'(' | b'[' | b'{')) && brackets(text, at + len)
        || matches!(before.iter().rev().find(|b| **b != b'('), None | Some(b'+'));
    if is_long
        || groups.may_be_value
        || groups.dots >= 3
        || is_account(text, from, at)
        || groups.digits >= 7 && called(before)
    {
        return Look::Read(at + len);
    }
    Look::Pass(at + len)
}

/// What the first look wants to know of groups of digits, from left to right.
#[derive(Default)]
struct Groups {
    /// The lengths of the last groups, the last one first.
    lens: [usize; 3],
    /// Digits of the group at hand.
    len: usize,
    digits: usize,
    dots: usize,
    /// Digits since the first group that begins with 0.
    trunk: Option<usize>,
    may_be_value: bool,
}

impl Groups {
    fn digit(&mut self, byte: u8) {
        if self.len == 0 && byte == b'0' && self.trunk.is_none() {
            self.trunk = Some(0);
        }
        self.len += 1;
        self.digits += 1;
        self.trunk = self.trunk.map(|n| n + 1);
    }

    fn separator(&mut self, byte: u8) {
        self.dots += usize::from(byte == b'.');
        self.may_be_value |= byte == b'+';
        if self.len == 0 {
            return;
        }
        let [last, before, _] = self.lens;
        self.lens = [self.len, last, before];
        // A card in one group; a card's fours; a social security number; a number in America.
        let is_card = self.len >= 12 || matches!(self.lens, [4..=6, 4 | 6, 4]);
        let is_number = matches!(self.lens, [4, 2, 3] | [4, 3, 3]);
        self.may_be_value |= is_card || is_number || self.trunk.is_some_and(|n| n >= 9);
        self.len = 0;
    }
}

/// Two letters and two digits, as an account number begins.
fn is_account(text: &[u8], from: usize, at: usize) -> bool {
    let before = text.get(from..at).unwrap_or_default();
    // Behind a character of three bytes that is no letter of another width.
    let is_behind = |tail: &[u8; 3]| matches!(tail, [0xe3..=0xe9, ..] | [0xef, 0xbc, 0x88..=0x9f]);
    if before.last_chunk().is_some_and(is_behind) {
        return false;
    }
    let mut back = before.iter().rev();
    let may_be_letter = |b: Option<&u8>| b.is_none_or(|b| *b >= 0x80 || b.is_ascii_alphabetic());
    let behind = text.get(at + 1);
    may_be_letter(back.next())
        && may_be_letter(back.next())
        && back
            .next()
            .is_none_or(|b| *b >= 0x80 || !b.is_ascii_alphanumeric())
        && (may_be_any(behind) || behind.is_some_and(u8::is_ascii_digit))
}

/// Characters outside ASCII that are seen, and stand neither for a digit nor for a mark that a
/// value may hold. Letters may fold to ASCII letters. All others are read.
fn other(text: &[u8], from: usize, at: usize) -> Look {
    let rest = text.get(at..).unwrap_or_default();
    let mut len = 0;
    // Whole words of another script, without going back to the search.
    while let Some(n) = rest.get(len..).and_then(harmless) {
        len += n;
    }
    if len > 0 {
        return Look::Pass(at + len);
    }
    // A fullwidth colon between Han characters.
    let before = at
        .checked_sub(3)
        .filter(|n| *n >= from)
        .and_then(|n| text.get(n));
    match rest {
        [0xef, 0xbc, 0x9a, next, ..] if is_han(*next) && before.is_some_and(|b| is_han(*b)) => {
            Look::Pass(at + 3)
        }
        _ => Look::Read(at + 1),
    }
}

/// The length of the harmless character that the text begins with.
#[inline]
fn harmless(text: &[u8]) -> Option<usize> {
    match *text {
        // Latin-1 letters, Latin Extended-A, Cyrillic, Greek.
        [0xc3 | 0xc4 | 0xc5 | 0xcf | 0xd0 | 0xd1, ..] => Some(2),
        [0xce, second, ..] if !matches!(second, 0x84..=0x87) => Some(2),
        // No-break space, ¡ £ § © « ® ° » ¿
        [
            0xc2,
            0xa0 | 0xa1 | 0xa3 | 0xa7 | 0xa9 | 0xab | 0xae | 0xb0 | 0xbb | 0xbf,
            ..,
        ] => Some(2),
        // Dashes, quotation marks, bullet, ellipsis.
        [0xe2, 0x80, 0x94 | 0x95 | 0x98..=0x9f | 0xa2 | 0xa6, ..] => Some(3),
        // The en dash is a hyphen, one of a row only if others follow.
        [0xe2, 0x80, 0x93, next, ..] if next < 0x80 && next != b'-' && next != b'&' => Some(3),
        // €, arrows.
        [0xe2, 0x82, 0xac, ..] | [0xe2, 0x86, 0x80..=0xbf, ..] => Some(3),
        // Ideographic comma and full stop, brackets.
        [0xe3, 0x80, 0x81 | 0x82 | 0x8a..=0x91, ..] => Some(3),
        // Kana, without the marks between.
        [0xe3, 0x81 | 0x83, ..] => Some(3),
        [0xe3, 0x82, third, ..] if !matches!(third, 0x99..=0x9c) => Some(3),
        // Han, Hangul.
        [0xe4..=0xe9 | 0xeb | 0xec, _, _, ..] => Some(3),
        [0xea, 0xb0..=0xbf, _, ..] | [0xed, 0x80..=0x9d, _, ..] => Some(3),
        // Fullwidth ! , ; ? and, before a Han character, brackets and the colon.
        [0xef, 0xbc, 0x81 | 0x8c | 0x9b | 0x9f, ..] => Some(3),
        [0xef, 0xbc, 0x89, ..] => Some(3),
        [0xef, 0xbc, 0x88, 0xe4..=0xe9, ..] => Some(3),
        // Pictures, without enclosed letters and digits.
        [0xf0, 0x9f, 0x8c..=0xae | 0xb0..=0xbf, _, ..] => Some(4),
        _ => None,
    }
}

/// The last place in `from..=to` where the machine may begin anew, for all that it would have
/// forgotten there ends at that place or before.
#[inline(never)]
fn word_before(text: &[u8], from: usize, to: usize) -> Option<usize> {
    let mut at = to.min(text.len().checked_sub(1)?);
    while at > from {
        let pair = text.get(at - 1..=at)?;
        match *pair {
            // A blank ends what is alive in a word, and a letter behind it what holds blanks. One
            // rule reads on there, at the `p` of `system prompt`.
            [b' ' | b'\n', next] if begins_word(next) => return Some(at),
            // What holds blanks behind letters holds no number there.
            [b' ', b'0'..=b'9' | b'+'] if at >= from + 4 => {
                let word = text.get(at - 4..at - 1).unwrap_or_default();
                if word.iter().all(u8::is_ascii_alphabetic) {
                    return Some(at);
                }
            }
            // A mark that belongs to no value, and what begins none with it.
            [mark, next] if ends_all(mark) && (begins_word(next) || ends_all(next)) => {
                // Behind `<` a tag may begin, and behind one `@` a domain.
                let is_pair = at - 1 > from && text.get(at - 2) == Some(&mark);
                let is_tag = mark == b'<' && matches!(next, b's' | b'S');
                if !is_tag && (mark != b'@' || is_pair) {
                    return Some(at);
                }
            }
            // Between Han characters punctuation does what a blank does.
            [_, 0xe4..=0xe9] if at >= from + 3 => {
                let before = text.get(at - 3..at);
                if matches!(before, Some([0xe3, 0x80, 0x81 | 0x82] | [0xef, 0xbc, 0x8c])) {
                    return Some(at);
                }
            }
            _ => {}
        }
        at -= 1;
    }
    None
}

fn begins_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() && byte | 0x20 != b'p'
}

/// Marks that no value goes on with, and no spelling of a character.
fn ends_all(byte: u8) -> bool {
    matches!(byte, b'<' | b'>' | b'!' | b'?' | b'|' | b'^' | b'$' | b'@')
}
