//! Whether something decoded can have been meant to be read.

/// The text in decoded bytes, if somebody wrote it: characters that are seen or blank, at least
/// half of them letters; a short one of nothing but letters and blanks.
///
/// Bytes that are none turn out so once in thousands of times if short, and never if long.
pub(crate) fn readable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?.trim_end_matches('\0');
    let mut letters = 0;
    let mut count = 0;
    for c in text.chars() {
        if c.is_control() && !c.is_ascii_whitespace() {
            return None;
        }
        letters += usize::from(c.is_alphabetic() || c == ' ');
        count += 1;
    }
    let enough = if count < SHORT {
        count
    } else {
        count.div_ceil(2)
    };
    (count >= LEAST && letters >= enough).then_some(text)
}

const LEAST: usize = 4;
const SHORT: usize = 9;
