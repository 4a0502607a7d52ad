//! Fenced code blocks of Markdown (CommonMark 0.31, section 4.5), as a reader of the outcome sees
//! them.

/// Reads what is shown, and knows whether what comes next stands in a code block. Fences may be
/// indented and quoted, for blocks in lists and quotations are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fence {
    line: Line,
    /// The mark of the fence that is open, and how many of it.
    open: Option<(char, usize)>,
}

/// How the line at hand begins.
#[derive(Clone, Copy, Debug, Default)]
enum Line {
    #[default]
    Blank,
    /// So many of a mark.
    Marks(char, usize),
    /// What stands behind them; of a fence that closes that is nothing.
    Behind(char, usize, bool),
    Text,
}

/// The fewest marks of a fence.
const MIN: usize = 3;

impl Fence {
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub(crate) fn read_all(&mut self, text: &str) {
        text.chars().for_each(|c| self.read(c));
    }

    pub(crate) fn read(&mut self, c: char) {
        if matches!(c, '\n' | '\r') {
            self.end_line();
            return;
        }
        let is_blank = matches!(c, ' ' | '\t');
        self.line = match self.line {
            Line::Blank if is_blank || matches!(c, '>' | '-' | '*' | '+') => Line::Blank,
            Line::Blank if matches!(c, '`' | '~') => Line::Marks(c, 1),
            Line::Marks(mark, n) if c == mark => Line::Marks(mark, n + 1),
            Line::Marks(mark, n) if n >= MIN => Line::Behind(mark, n, is_blank),
            // The name of a language holds no backtick: that is code in a line.
            Line::Behind('`', ..) if c == '`' => Line::Text,
            Line::Behind(mark, n, nothing) => Line::Behind(mark, n, nothing && is_blank),
            _ => Line::Text,
        };
    }

    fn end_line(&mut self) {
        let fence = match std::mem::take(&mut self.line) {
            Line::Marks(mark, n) if n >= MIN => Some((mark, n, true)),
            Line::Behind(mark, n, nothing) => Some((mark, n, nothing)),
            _ => None,
        };
        match (self.open, fence) {
            (None, Some((mark, n, _))) => self.open = Some((mark, n)),
            (Some((open, least)), Some((mark, n, true))) if open == mark && n >= least => {
                self.open = None;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stands_between_fences() {
        for (text, is_code) in [
            ("```\n", true),
            ("  > ~~~~ rust x\nlet", true),
            ("- ```\n", true),
            ("``\n", false),
            ("``` a`b\n", false),
            ("x ```\n", false),
            ("```html\na\n```\n", false),
            ("```html\na\n``` b\n", true),
            ("````\n```\n", true),
            ("```\n~~~\n", true),
            ("```\n````  \r\n```js\r\n", true),
        ] {
            let mut fence = Fence::default();
            fence.read_all(text);
            assert_eq!(fence.is_open(), is_code, "{text:?}");
        }
    }
}
