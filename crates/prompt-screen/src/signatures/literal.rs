//! Characters that a pattern wants as they stand: tokens of templates, fences.

/// Characters to be compared, and how many words they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    pub(crate) text: String,
    pub(crate) words: usize,
}

impl Literal {
    /// What stands before its first word, and the rest.
    pub(crate) fn parts(&self) -> (&str, &str) {
        let lead = self.text.find(char::is_alphanumeric).unwrap_or_default();
        self.text.split_at(lead)
    }
}

/// The bytes of `text` that `literal` takes at its start.
pub(crate) fn starts_with(text: &str, literal: &str) -> Option<usize> {
    let mut rest = text;
    for c in literal.chars() {
        if c == ' ' {
            let trimmed = rest.trim_start_matches([' ', '\t']);
            if trimmed.len() == rest.len() {
                return None;
            }
            rest = trimmed;
            continue;
        }
        let mut chars = rest.chars();
        if !chars.next()?.eq_ignore_ascii_case(&c) {
            return None;
        }
        rest = chars.as_str();
    }
    Some(text.len() - rest.len())
}

/// Where `literal` begins at the end of `text`.
pub(crate) fn ends_with(text: &str, literal: &str) -> Option<usize> {
    let mut rest = text;
    for c in literal.chars().rev() {
        if c == ' ' {
            let trimmed = rest.trim_end_matches([' ', '\t']);
            if trimmed.len() == rest.len() {
                return None;
            }
            rest = trimmed;
            continue;
        }
        let mut chars = rest.chars();
        if !chars.next_back()?.eq_ignore_ascii_case(&c) {
            return None;
        }
        rest = chars.as_str();
    }
    Some(rest.len())
}
