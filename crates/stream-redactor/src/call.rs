//! Words before a number that make it one to call, in the languages of most answers.

use crate::left::is_word;

/// In the order of the alphabet.
const CALL: [&str; 37] = [
    "answering",
    "appeler",
    "call",
    "callback",
    "called",
    "calling",
    "cell",
    "cellphone",
    "cellulare",
    "celular",
    "contact",
    "dial",
    "dialed",
    "fax",
    "handy",
    "helpline",
    "hotline",
    "landline",
    "mobil",
    "mobile",
    "movil",
    "phone",
    "phoned",
    "phones",
    "portable",
    "reach",
    "ring",
    "rufnummer",
    "sms",
    "tel",
    "telefon",
    "telefone",
    "telefonnummer",
    "telefono",
    "telephone",
    "text",
    "whatsapp",
];

/// For each letter, where its words begin in [`CALL`].
const STARTS: [usize; 27] = starts();

/// What a byte is to the search, by its value.
const BYTES: [Byte; 256] = bytes();

#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    /// It ends a word.
    Gap,
    /// It belongs to one.
    Word,
    /// It belongs to one, and a word of [`CALL`] begins like this.
    First,
}

/// Whether such a word stands in a line, folded to ASCII, and not in brackets, which is how
/// placeholders are written.
pub(crate) fn find(line: &[u8]) -> bool {
    let mut before = Byte::Gap;
    for (at, byte) in line.iter().enumerate() {
        let this = BYTES.get(usize::from(*byte)).copied().unwrap_or(Byte::Gap);
        let is_first = before == Byte::Gap && this == Byte::First;
        before = this;
        if is_first && is_call(line, at) {
            return true;
        }
    }
    false
}

/// Whether a word of [`CALL`] begins at `at`.
fn is_call(line: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|n| line.get(n));
    let word = line.get(at..).unwrap_or_default();
    let candidates = word.first().map_or(&[][..], |first| candidates(*first));
    !matches!(before, Some(b'[' | b'<' | b'_'))
        && candidates.iter().any(|call| begins_with(word, call))
}

fn candidates(first: u8) -> &'static [&'static str] {
    let letter = usize::from(first.wrapping_sub(b'a'));
    match STARTS.get(letter..letter + 2) {
        Some([from, to]) => CALL.get(*from..*to).unwrap_or_default(),
        _ => &[],
    }
}

/// Whether `call` is the whole first word of a text.
fn begins_with(text: &[u8], call: &str) -> bool {
    let behind = text.strip_prefix(call.as_bytes());
    behind.is_some_and(|rest| match rest.first() {
        Some(next) => !is_word(*next) && !matches!(next, b']' | b'>' | b'_'),
        None => true,
    })
}

const fn bytes() -> [Byte; 256] {
    let mut bytes = [Byte::Gap; 256];
    let mut n = 0;
    while n < 256 {
        let byte = n as u8;
        let letter = byte.wrapping_sub(b'a') as usize;
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        if byte.is_ascii_lowercase() && STARTS[letter] < STARTS[letter + 1] {
            bytes[n] = Byte::First;
        } else if is_word(byte) {
            bytes[n] = Byte::Word;
        }
        n += 1;
    }
    bytes
}

const fn starts() -> [usize; 27] {
    let mut starts = [CALL.len(); 27];
    let mut n = CALL.len();
    let mut rest: &[&str] = &CALL;
    while let [head @ .., last] = rest {
        n -= 1;
        if let [first, ..] = last.as_bytes() {
            let mut letter = (*first - b'a') as usize;
            #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
            loop {
                starts[letter] = n;
                // Letters without words begin where the next one does.
                if letter == 0 || starts[letter - 1] < n {
                    break;
                }
                letter -= 1;
            }
        }
        rest = head;
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_found_alone() {
        for word in CALL {
            assert!(
                find(word.as_bytes()) && find(format!("my {word}: ").as_bytes()),
                "{word}"
            );
            for other in [
                "",
                "x y",
                word.trim_start_matches(|c| word.starts_with(c)),
                &format!("{word}x"),
                &format!("[{word}]"),
            ] {
                assert!(!find(other.as_bytes()) || CALL.contains(&other), "{other}");
            }
        }
    }
}
