//! The spellings of secrets, to be compared with a text.

use zeroize::Zeroizing;

/// So many characters of a spelling tell whether it is worth comparing; each has more.
const HEAD: usize = 8;

/// How a text is read that holds a spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As it is.
    Plain,
    /// In the alphabet with `+` and `/`, without line ends.
    Base64,
    /// Hexadecimal digits alone, small ones.
    Hex,
}

#[derive(Clone, Default)]
pub(super) struct Wires {
    spellings: Vec<Spelling>,
    /// Which hashes of heads there are.
    heads: Heads,
}

#[derive(Clone)]
struct Spelling {
    form: Form,
    text: Zeroizing<Vec<u8>>,
    /// A part of the secret is in the character before.
    has_lead: bool,
}

impl Wires {
    pub(super) fn add(&mut self, secret: &[u8]) {
        self.put(Form::Plain, secret.to_vec(), false);
        self.put(Form::Plain, secret.iter().rev().copied().collect(), false);
        let digits = secret.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let digits = digits.map(|digit| b"0123456789abcdef".get(usize::from(digit)));
        self.put(Form::Hex, digits.flatten().copied().collect(), false);
        for before in 0..3 {
            self.put(Form::Base64, base64(secret, before), before > 0);
        }
    }

    fn put(&mut self, form: Form, text: Vec<u8>, has_lead: bool) {
        if let Some(head) = text.first_chunk() {
            self.heads.add(*head);
        }
        self.spellings.push(Spelling {
            form,
            text: Zeroizing::new(text),
            has_lead,
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.spellings.is_empty()
    }

    /// The length of the shortest spelling of a form.
    pub(super) fn least(&self, form: Form) -> Option<usize> {
        let spellings = self
            .spellings
            .iter()
            .filter(|spelling| spelling.form == form);
        spellings.map(|spelling| spelling.text.len()).min()
    }

    /// Where the first spelling of a form begins.
    pub(super) fn find(&self, form: Form, text: &[u8]) -> Option<usize> {
        let heads = text.windows(HEAD).enumerate();
        let known = heads.filter(|(_, head)| {
            head.first_chunk()
                .is_some_and(|head| self.heads.may_have(*head))
        });
        known.into_iter().find_map(|(at, _)| {
            let rest = text.get(at..)?;
            let is_here = |s: &&Spelling| s.form == form && rest.starts_with(&s.text);
            let spelling = self.spellings.iter().find(is_here)?;
            let before = at.checked_sub(1).and_then(|n| text.get(n));
            let leads = spelling.has_lead && before.is_some_and(|b| super::stretch::is_base64(*b));
            Some(at - usize::from(leads))
        })
    }
}

/// Of heads by their hash: nearly all texts have none of them.
#[derive(Clone)]
struct Heads([u64; 64]);

impl Default for Heads {
    fn default() -> Self {
        Self([0; 64])
    }
}

impl Heads {
    fn add(&mut self, head: [u8; HEAD]) {
        let (word, bit) = place(head);
        if let Some(word) = self.0.get_mut(word) {
            *word |= bit;
        }
    }

    #[inline]
    fn may_have(&self, head: [u8; HEAD]) -> bool {
        let (word, bit) = place(head);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }
}

#[inline]
fn place(head: [u8; HEAD]) -> (usize, u64) {
    let hash = u64::from_le_bytes(head).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((hash >> 58) as usize, 1 << (hash >> 52 & 63))
}

/// The characters of Base64 that tell a text behind so many other bytes, and nothing but that.
fn base64(text: &[u8], before: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes = || std::iter::repeat_n(&0, before).chain(text);
    let bit = |n: usize| bytes().nth(n / 8).map_or(0, |byte| byte >> (7 - n % 8) & 1);
    let first = (before * 8).div_ceil(6);
    let digits = (first..(before + text.len()) * 8 / 6).map(|n| {
        let digit = (6 * n..6 * n + 6).fold(0, |digit, n| digit << 1 | bit(n));
        ALPHABET
            .get(usize::from(digit))
            .copied()
            .unwrap_or_default()
    });
    digits.collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// RFC 4648, section 10, and the same text behind one byte and two.
    #[test]
    fn spells_base64_of_each_alignment() {
        let shown = |before| String::from_utf8(base64(b"foobar", before)).unwrap();
        assert_eq!(shown(0), "Zm9vYmFy");
        // `-foobar` is LWZvb2Jhcg==, `--foobar` is LS1mb29iYXI=.
        assert_eq!((&*shown(1), &*shown(2)), ("Zvb2Jhc", "mb29iYX"));
    }
}
