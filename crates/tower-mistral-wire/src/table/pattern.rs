//! Rows: path patterns compiled into a trie, so that one walk of a tape finds every text.

use std::fmt;

use super::TextKind;

/// What is wrong with the path pattern of a row.
///
/// A pattern names keys with dots between them: `metadata.title`. Behind a key, `[]` stands for
/// each element of an array whose texts are parts of one, `[n]` for each element as a text of its
/// own, `[index]` for each element numbered by its own key `index` (choices, tool calls), `[role]`
/// for each element whose key `role` says whose text it is. `**` at the end stands for every string
/// below: `tools[].function.parameters.**`.
///
/// What it shows names the right spelling: `choices[0].text` should be `choices[index].text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    pattern: String,
}

impl RowError {
    /// The pattern with `[index]` in the place of brackets that say nothing: `[0]`, `[*]`.
    fn meant(&self) -> Option<String> {
        let mended = |segment: &str| match segment.split_once('[') {
            Some((key, bracket)) if Each::of(bracket).is_none() => format!("{key}[index]"),
            _ => segment.to_owned(),
        };
        let meant: Vec<String> = self.pattern.split('.').map(mended).collect();
        let meant = meant.join(".");
        let is_one = Rows::default().row(&meant, TextKind::Generic).is_ok();
        Some(meant).filter(|_| is_one)
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pattern = &self.pattern;
        match self.meant() {
            Some(meant) => write!(f, "`{pattern}` is no path pattern: write `{meant}`"),
            None => write!(
                f,
                "`{pattern}` is no path pattern: write keys with dots between them, and behind the \
                 key of an array `[]`, `[n]`, `[index]` or `[role]`, as `choices[index].text`"
            ),
        }
    }
}

impl std::error::Error for RowError {}

/// How the elements of an array are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Each {
    /// They are parts of one text, in order.
    Parts,
    /// By their place.
    Place,
    /// By their key `index`, else by their place.
    Index,
    /// By their place; their key `role` says whose text it is.
    Role,
}

impl Each {
    /// What stands behind the opening bracket.
    fn of(bracket: &str) -> Option<Self> {
        Some(match bracket {
            "]" => Self::Parts,
            "n]" => Self::Place,
            "index]" => Self::Index,
            "role]" => Self::Role,
            _ => return None,
        })
    }
}

/// What a row says of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Kind(TextKind),
    /// As the `role` of the message says.
    ByRole,
}

#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) keys: Vec<(Box<str>, u16)>,
    pub(super) each: Option<(Each, u16)>,
    /// A string, number, object or null right here.
    pub(super) here: Option<Mark>,
    /// Every string below.
    pub(super) below: Option<Mark>,
    /// The `type`s that the elements of the list here may have.
    pub(super) part_types: Option<&'static [&'static str]>,
}

impl State {
    /// The state of the place that `key` names in an object here.
    pub(super) fn next(&self, key: &[u8]) -> Option<u16> {
        let mut keys = self.keys.iter();
        Some(keys.find(|(known, _)| known.as_bytes() == key)?.1)
    }

    /// What every string inside of a container that stands here is: a `**` row begins to count, and
    /// so does a row that expected a string here and knows of nothing further inside.
    pub(super) fn covers(&self) -> Option<Mark> {
        let is_leaf = self.keys.is_empty() && self.each.is_none();
        // What is no text where a string is expected may be text where none was.
        let is_text = |mark: &Mark| !matches!(mark, Mark::Kind(kind) if !kind.is_text());
        self.below.or(self.here.filter(is_text).filter(|_| is_leaf))
    }
}

/// The rows of one body, compiled.
#[derive(Clone, Debug)]
pub struct Rows {
    pub(super) states: Vec<State>,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            states: vec![State::default()],
        }
    }
}

impl Rows {
    /// Adds a row: what stands at `pattern` is of `kind`.
    ///
    /// # Errors
    ///
    /// The pattern has an empty key, an unknown bracket, or `**` before its end.
    pub fn row(&mut self, pattern: &str, kind: TextKind) -> Result<(), RowError> {
        self.add(pattern, Mark::Kind(kind))
    }

    pub(super) fn add(&mut self, pattern: &str, mark: Mark) -> Result<(), RowError> {
        if pattern == "**" {
            self.state(0).below = Some(mark);
            return Ok(());
        }
        let (pattern, is_below) = match pattern.strip_suffix(".**") {
            Some(pattern) => (pattern, true),
            None => (pattern, false),
        };
        let at = self.place(pattern)?;
        let state = self.state(at);
        if is_below {
            state.below = Some(mark);
        } else {
            state.here = Some(mark);
        }
        Ok(())
    }

    /// The parts in the list at `pattern` are of these types; one of another is an unknown one.
    pub(super) fn part_types(
        &mut self,
        pattern: &str,
        types: &'static [&'static str],
    ) -> Result<(), RowError> {
        let at = self.place(pattern)?;
        self.state(at).part_types = Some(types);
        Ok(())
    }

    /// The state of the place that `pattern` names.
    fn place(&mut self, pattern: &str) -> Result<u16, RowError> {
        let error = || RowError {
            pattern: pattern.to_owned(),
        };
        let mut at = 0u16;
        for segment in pattern.split('.') {
            let (key, bracket) = match segment.split_once('[') {
                Some((key, bracket)) => (key, Some(bracket)),
                None => (segment, None),
            };
            if key.is_empty() || key.contains([']', '*']) {
                return Err(error());
            }
            at = self.key(at, key);
            if let Some(bracket) = bracket {
                at = self.each(at, Each::of(bracket).ok_or_else(error)?);
            }
        }
        Ok(at)
    }

    fn state(&mut self, at: u16) -> &mut State {
        let at = usize::from(at);
        debug_assert!(at < self.states.len(), "states are never removed");
        if self.states.len() <= at {
            self.states.resize_with(at + 1, State::default);
        }
        self.states.get_mut(at).expect("resized just above")
    }

    fn key(&mut self, at: u16, key: &str) -> u16 {
        if let Some((_, next)) = self.state(at).keys.iter().find(|(name, _)| **name == *key) {
            return *next;
        }
        let next = self.grow();
        self.state(at).keys.push((key.into(), next));
        next
    }

    fn each(&mut self, at: u16, each: Each) -> u16 {
        if let Some((_, next)) = self.state(at).each {
            return next;
        }
        let next = self.grow();
        self.state(at).each = Some((each, next));
        next
    }

    fn grow(&mut self) -> u16 {
        self.states.push(State::default());
        u16::try_from(self.states.len() - 1).unwrap_or(u16::MAX)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_checked() {
        for good in ["a", "a.b", "a[].b", "a[index].b[role]", "a.**", "**"] {
            assert_eq!(Rows::default().row(good, TextKind::User), Ok(()), "{good}");
        }
        for bad in [
            "", ".", "a.", "a..b", "a[x]", "a[", "a]", "**.a", "a*", "[]",
        ] {
            assert!(Rows::default().row(bad, TextKind::User).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_error_names_the_right_spelling() {
        let table = [
            ("choices[0].text", "write `choices[index].text`"),
            (
                "choices[*].delta.content",
                "write `choices[index].delta.content`",
            ),
            ("a[0].b[]", "write `a[index].b[]`"),
            ("a..b", "as `choices[index].text`"),
        ];
        for (pattern, expected) in table {
            let error = Rows::default().row(pattern, TextKind::User).unwrap_err();
            assert!(error.to_string().ends_with(expected), "{error}");
        }
    }
}
