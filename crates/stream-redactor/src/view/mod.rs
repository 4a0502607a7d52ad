//! The folded view: what the rules read instead of the raw characters.
//!
//! Three small transducers in a row, each with bounded memory: [`decode`] undoes one level of HTML
//! character references and percent encoding, [`fold`] removes width, case and accents and hides
//! what nobody sees, [`bracket`] reads ` (at) ` and `[dot]`. Every symbol knows how many raw bytes
//! it stands for, so the symbols tile the input.

mod bracket;
mod decode;
mod fold;

use self::bracket::Brackets;
use self::decode::Decoder;
use crate::symbols::Symbols;

/// The most raw bytes that the view itself can hold back.
pub(crate) const MAX_PENDING: usize = bracket::MAX_SYMBOLS * decode::MAX_BYTES + decode::MAX_BYTES;

/// One character of the view.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sym {
    /// The folded character.
    pub(crate) ch: char,
    /// Bytes of raw input it stands for.
    pub(crate) raw: u16,
    /// It was an ASCII capital, or folds to one but for its case: some values know both cases.
    pub(crate) upper: bool,
    /// Rules do not see it; it only takes its place in the tiling.
    pub(crate) hidden: bool,
    /// Nobody sees it either. (A blank beside `(at)` is hidden, but not invisible.)
    pub(crate) invisible: bool,
}

impl Sym {
    /// An ASCII character that stands for itself.
    #[inline]
    pub(crate) fn ascii(byte: u8) -> Self {
        Self {
            ch: char::from(byte.to_ascii_lowercase()),
            raw: 1,
            upper: byte.is_ascii_uppercase(),
            hidden: false,
            invisible: false,
        }
    }
}

/// Whether the byte is a character that no spelling begins with.
#[inline]
pub(crate) fn is_plain(byte: u8) -> bool {
    byte < 0x80 && !matches!(byte, b'&' | b'%' | b'(' | b'[' | b'{' | b' ' | b'\t')
}

#[derive(Clone, Debug, Default)]
pub(crate) struct View {
    decoder: Decoder,
    brackets: Brackets,
}

impl View {
    pub(crate) fn push(&mut self, c: char, out: &mut Symbols) {
        let brackets = &mut self.brackets;
        self.decoder
            .push(c, &mut |c, raw| brackets.push(fold::symbol(c, raw), out));
    }

    /// Whether nothing is held back, and what comes next is read as if the text began there.
    #[inline]
    pub(crate) fn is_clear(&self) -> bool {
        self.decoder.is_clear() && self.brackets.is_clear()
    }

    /// Gives out what was held back, as it stands.
    pub(crate) fn flush(&mut self, out: &mut Symbols) {
        let brackets = &mut self.brackets;
        self.decoder
            .flush(&mut |c, raw| brackets.push(fold::symbol(c, raw), out));
        brackets.flush(out);
    }
}

/// One character, folded alone.
pub(crate) fn folded_char(c: char) -> Sym {
    fold::symbol(c, c.len_utf8())
}

/// The view of a whole value, without what is hidden.
pub(crate) fn folded(value: &str) -> String {
    let mut view = View::default();
    let mut out = Symbols::default();
    for c in value.chars() {
        view.push(c, &mut out);
    }
    view.flush(&mut out);
    visible(out.iter()).collect()
}

/// The characters that rules see.
pub(crate) fn visible<'s>(
    symbols: impl IntoIterator<Item = &'s Sym>,
) -> impl Iterator<Item = char> {
    symbols.into_iter().filter(|s| !s.hidden).map(|s| s.ch)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn folds_what_a_reader_takes_for_the_same() {
        let cases = [
            ("Jane@Example.COM", "jane@example.com"),
            ("ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ", "jane@example.com"),
            ("𝐣𝐚𝐧𝐞﹫x", "jane@x"),
            (
                "j\u{200b}a\u{ad}n\u{2060}e\u{fe0f}\u{e0041}\u{202e}!",
                "jane!",
            ),
            ("jose\u{301} josé", "jose jose"),
            (
                "a&#64;b &#x40;c &#0064;d &commat;e &lt;f &#64g",
                "a@b @c @d @e <f @g",
            ),
            ("a%40b %2e %zz %4", "a@b . %zz %4"),
            (
                "&amp;#64; &#1; &#xZ; &; &&lt;",
                "&amp;#64; &#1; &#xz; &; &<",
            ),
            ("j (at) x (dot) y", "j@x.y"),
            ("j[AT]x{ dot }y ( (at)z", "j@x.y (@z"),
            ("a (b) (atx) [do] (at]    (at)", "a (b) (atx) [do] (at] @"),
            ("(a\u{200b}t)", "@"),
            ("١٢٣-४५-６７８𝟗", "123-45-6789"),
            ("1‑2–3−4\u{a0}5\u{202f}6", "1-2-3-4 5 6"),
            ("한국 例。ﬁ…", "한국 例。ﬁ…"),
        ];
        for (raw, view) in cases {
            assert_eq!(folded(raw), view, "{raw}");
        }
    }

    #[test]
    fn symbols_tile_the_input() {
        for text in [
            "a &#64",
            " (at",
            "x%4",
            "&commat",
            "(at)     b",
            "é\u{301}(d\u{200b}ot) ",
            "",
        ] {
            let (mut view, mut out) = (View::default(), Symbols::default());
            text.chars().for_each(|c| view.push(c, &mut out));
            view.flush(&mut out);
            assert_eq!(
                out.iter().map(|s| usize::from(s.raw)).sum::<usize>(),
                text.len(),
                "{text}"
            );
        }
    }
}
