//! The language of patterns.
//!
//! A pattern is a row of items with blanks between them:
//!
//! | item | stands for |
//! |---|---|
//! | `word` | that word, in any case and disguise |
//! | `a\|b_c` | either word; `_` is a blank: `b` and `c` side by side |
//! | `@set` | any of a set of words; `@de.set` only those of one language |
//! | `x?` | `x` or nothing |
//! | `..3` | up to three words, whatever they are, within a sentence |
//! | `^` | the start of a sentence, a line or the text; only as the first item |
//! | `` `[INST]` `` | these very characters, in any case; a blank stands for one or more |

use super::vocabulary::{Row, Unknown, Vocabulary, row};

/// Items of the longest pattern: bounds the work per word of a hostile text.
const MOST_ITEMS: usize = 32;
/// The widest gap.
const WIDEST: u8 = 12;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// Whether it begins where a sentence, a line or the text begins.
    pub(crate) anchored: bool,
    pub(crate) items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// As it is written: items of one spelling are one.
    pub(crate) spelling: String,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Words { rows: Vec<Row>, optional: bool },
    Gap(u8),
    Literal { row: Row, text: String },
}

/// What is wrong with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Empty,
    TooLong,
    Set,
    NoLetters,
    Gap,
    Anchor,
    Literal,
    /// It begins or ends with what may be missing.
    Open,
}

impl Fault {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "a pattern is empty",
            Self::TooLong => "a pattern has more than 32 items",
            Self::Set => "a pattern names a set that does not exist, or one that holds itself",
            Self::NoLetters => "an item of a pattern has no letters or digits",
            Self::Gap => "a gap is not between `..1` and `..12`",
            Self::Anchor => "`^` is not the first item of its pattern",
            Self::Literal => {
                "a literal has no closing backquote, or is not apart from its neighbours"
            }
            Self::Open => "a pattern begins or ends with an item that may be missing",
        }
    }
}

impl Pattern {
    pub(crate) fn parse(text: &str, vocabulary: &Vocabulary) -> Result<Self, Fault> {
        let mut tokens = tokens(text)?;
        let anchored = tokens.first().is_some_and(|token| token == "^");
        if anchored {
            tokens.remove(0);
        }
        if tokens.len() > MOST_ITEMS {
            return Err(Fault::TooLong);
        }
        let items: Result<Vec<Item>, Fault> = tokens
            .into_iter()
            .map(|token| Item::parse(token, vocabulary))
            .collect();
        let items = items?;
        match (items.first(), items.last()) {
            (Some(first), Some(last)) if first.is_sure() && last.is_sure() => {}
            (None, _) => return Err(Fault::Empty),
            _ => return Err(Fault::Open),
        }
        Ok(Self { anchored, items })
    }
}

impl Item {
    fn parse(token: String, vocabulary: &Vocabulary) -> Result<Self, Fault> {
        let kind = if let Some(literal) = token.strip_prefix('`') {
            let text = literal.strip_suffix('`').ok_or(Fault::Literal)?;
            let row = row(text);
            if row.is_empty() {
                return Err(Fault::NoLetters);
            }
            Kind::Literal {
                row,
                text: text.to_owned(),
            }
        } else if let Some(width) = token.strip_prefix("..") {
            let width = width.parse().ok();
            Kind::Gap(
                width
                    .filter(|n| (1..=WIDEST).contains(n))
                    .ok_or(Fault::Gap)?,
            )
        } else if token == "^" {
            return Err(Fault::Anchor);
        } else {
            words(&token, vocabulary)?
        };
        Ok(Self {
            spelling: token,
            kind,
        })
    }

    const fn is_sure(&self) -> bool {
        match self.kind {
            Kind::Words { optional, .. } => !optional,
            Kind::Gap(_) => false,
            Kind::Literal { .. } => true,
        }
    }
}

fn words(token: &str, vocabulary: &Vocabulary) -> Result<Kind, Fault> {
    let words = token.strip_suffix('?');
    let mut rows = Vec::new();
    for alternative in words.unwrap_or(token).split('|') {
        let found = vocabulary
            .rows(alternative)
            .map_err(|unknown| match unknown {
                Unknown::Empty => Fault::NoLetters,
                Unknown::Set => Fault::Set,
            })?;
        rows.extend(found);
    }
    rows.sort_unstable();
    rows.dedup();
    Ok(Kind::Words {
        rows,
        optional: words.is_some(),
    })
}

/// Splits at blanks that are not in backquotes.
fn tokens(text: &str) -> Result<Vec<String>, Fault> {
    let mut tokens = Vec::new();
    let mut token = String::new();
    let mut quoted = false;
    for c in text.chars() {
        if c == '`' {
            if !quoted && !token.is_empty() {
                return Err(Fault::Literal);
            }
            quoted = !quoted;
        }
        if c.is_whitespace() && !quoted {
            tokens.extend((!token.is_empty()).then(|| std::mem::take(&mut token)));
        } else {
            token.push(c);
        }
    }
    if quoted {
        return Err(Fault::Literal);
    }
    tokens.extend((!token.is_empty()).then_some(token));
    Ok(tokens)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]
mod tests {
    use super::*;

    #[test]
    fn what_could_never_work_is_refused() {
        let vocabulary = Vocabulary::default();
        let long = "a ".repeat(33);
        for (text, fault) in [
            ("", Fault::Empty),
            ("^", Fault::Empty),
            (long.as_str(), Fault::TooLong),
            ("a @nobody", Fault::Set),
            ("a --", Fault::NoLetters),
            ("a ``", Fault::NoLetters),
            ("a ..0 b", Fault::Gap),
            ("a ..13 b", Fault::Gap),
            ("a .. b", Fault::Gap),
            ("a ^ b", Fault::Anchor),
            ("a `b", Fault::Literal),
            ("a`b`", Fault::Literal),
            ("a? b", Fault::Open),
            ("a ..2", Fault::Open),
        ] {
            assert_eq!(Pattern::parse(text, &vocabulary), Err(fault), "{text:?}");
        }
    }

    #[test]
    fn sets_are_what_they_name_and_may_name_others() {
        let mut vocabulary = Vocabulary::default();
        vocabulary.add(Some("en"), "rules", "rules order_book");
        vocabulary.add(Some("de"), "rules", "Regeln");
        vocabulary.add(None, "any", "@rules law");
        vocabulary.add(None, "loop", "@loop");
        let rows = |alternative| vocabulary.rows(alternative).map(|rows| rows.len());
        assert_eq!(rows("@rules"), Ok(3));
        assert_eq!(rows("@de.rules"), Ok(1));
        assert_eq!(rows("@any"), Ok(4));
        assert_eq!(rows("@loop"), Err(Unknown::Set));
        assert_eq!(vocabulary.rows("order_book").unwrap()[0].len(), 2);
    }
}
