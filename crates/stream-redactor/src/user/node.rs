//! A pattern as a tree.

use crate::view;

/// What a pattern is made of.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Class(Class),
    /// One behind the other.
    Concat(Vec<Self>),
    /// Any one of them.
    Any(Vec<Self>),
    /// So many in a row at least, and at most if there is an end.
    Repeat(Box<Self>, usize, Option<usize>),
}

/// A set of characters of the folded view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Class {
    ascii: u128,
    /// Those outside ASCII, first and last of each range.
    others: Vec<(char, char)>,
}

/// A range of so many characters was written as it stands, and its characters are folded. A longer one
/// is `.`, or what some class leaves out, and has whatever is not left out.
const MAX_FOLDED: usize = 128;

impl Class {
    pub(crate) fn of(c: char) -> Self {
        let mut class = Self::default();
        class.add(c, c);
        class
    }

    pub(crate) fn add(&mut self, from: char, to: char) {
        let ascii = (from..=to).take_while(char::is_ascii);
        self.ascii |= ascii.fold(0, |set, c| set | bit(c.to_ascii_lowercase()));
        if to.is_ascii() {
            return;
        }
        let others = from.max('\u{80}')..=to;
        self.others.push((*others.start(), to));
        if (from..=to).nth(MAX_FOLDED).is_some() {
            return;
        }
        for folded in others.map(|c| view::folded_char(c).ch) {
            match folded {
                c if c.is_ascii() => self.ascii |= bit(c),
                c => self.others.push((c, c)),
            }
        }
    }

    #[inline]
    pub(crate) fn has(&self, c: char) -> bool {
        if c.is_ascii() {
            return self.ascii & bit(c) != 0;
        }
        self.others
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&c))
    }

    pub(crate) fn ascii(&self) -> u128 {
        self.ascii
    }

    pub(crate) fn has_others(&self) -> bool {
        !self.others.is_empty()
    }

    pub(crate) fn has_blanks(&self) -> bool {
        ('\0'..=' ').any(|c| self.has(c)) || self.has('\u{85}') || self.has('\u{2028}')
    }
}

#[inline]
pub(crate) fn bit(c: char) -> u128 {
    1 << (c as u32 & 127)
}

impl Node {
    /// The fewest characters of a match, and the most.
    pub(crate) fn lens(&self) -> (usize, Option<usize>) {
        match self {
            Self::Class(_) => (1, Some(1)),
            Self::Concat(nodes) => nodes.iter().map(Self::lens).fold((0, Some(0)), |all, one| {
                let most = all.1.zip(one.1);
                (
                    all.0.saturating_add(one.0),
                    most.map(|(all, one)| all.saturating_add(one)),
                )
            }),
            Self::Any(nodes) => {
                let lens = || nodes.iter().map(Self::lens);
                let most = lens().map(|(_, most)| most);
                (
                    lens().map(|(least, _)| least).min().unwrap_or(0),
                    most.reduce(|a, b| a.zip(b).map(|(a, b)| a.max(b)))
                        .flatten(),
                )
            }
            Self::Repeat(node, min, max) => {
                let (least, most) = node.lens();
                let most = most.zip(*max).map(|(most, max)| most.saturating_mul(max));
                (least.saturating_mul(*min), most)
            }
        }
    }
}
