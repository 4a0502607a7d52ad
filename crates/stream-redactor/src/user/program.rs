//! A pattern as an automaton: a state for each class in it (Glushkov's construction), so that one
//! character is one step.

use super::node::{Class, Node};
use super::{PatternError, UserRule};
use crate::plan::Kind;
use crate::rules::is_word;

/// The most states, and the most transitions.
const MAX_STATES: usize = 1 << 14;
const MAX_EDGES: usize = 1 << 17;

#[derive(Debug)]
pub(crate) struct Program {
    states: Vec<State>,
    /// The states that a match may begin with.
    first: Vec<u32>,
    /// What a match may go on with without end.
    tail: Option<Class>,
}

#[derive(Debug, Default)]
struct State {
    class: Class,
    next: Vec<u32>,
    /// A match may end here.
    is_last: bool,
}

/// A part of the automaton: where it begins and ends, and whether it may be left out.
#[derive(Default)]
struct Part {
    first: Vec<u32>,
    last: Vec<u32>,
    is_optional: bool,
}

impl Program {
    pub(super) fn new(node: &Node) -> Result<Self, PatternError> {
        let (node, tail) = without_tail(node);
        let (least, most) = node.lens();
        let least = least + usize::from(tail.as_ref().is_some_and(|tail| tail.min > 0));
        if least == 0 {
            return Err(PatternError::Empty);
        }
        match most {
            None => return Err(PatternError::Unbounded),
            Some(len) if len > UserRule::MAX_LEN => return Err(PatternError::TooLong(len)),
            Some(_) => {}
        }
        if tail.as_ref().is_some_and(|tail| tail.class.has_blanks()) {
            return Err(PatternError::Unbounded);
        }
        let mut program = Self {
            states: Vec::new(),
            first: Vec::new(),
            tail: tail.as_ref().map(|tail| tail.class.clone()),
        };
        let mut whole = program.add(&node)?;
        if let Some(tail) = tail {
            let head = Node::Repeat(
                Box::new(Node::Class(tail.class.clone())),
                tail.min,
                Some(tail.min),
            );
            if tail.min > UserRule::MAX_LEN {
                return Err(PatternError::TooLong(tail.min));
            }
            let head = program.add(&head)?;
            whole = program.concat(whole, head)?;
            let mut rest = program.class(&tail.class)?;
            let ends = (rest.last.clone(), rest.first.clone());
            program.link(&ends.0, &ends.1)?;
            rest.is_optional = true;
            whole = program.concat(whole, rest)?;
        }
        for last in &whole.last {
            if let Some(state) = program.state_mut(*last) {
                state.is_last = true;
            }
        }
        program.first = whole.first;
        Ok(program)
    }

    fn add(&mut self, node: &Node) -> Result<Part, PatternError> {
        match node {
            Node::Class(class) => self.class(class),
            Node::Concat(nodes) => nodes.iter().try_fold(empty(), |all, node| {
                let part = self.add(node)?;
                self.concat(all, part)
            }),
            Node::Any(nodes) => nodes.iter().try_fold(Part::default(), |mut all, node| {
                let part = self.add(node)?;
                all.first.extend(part.first);
                all.last.extend(part.last);
                all.is_optional |= part.is_optional;
                Ok(all)
            }),
            Node::Repeat(node, min, max) => {
                // `(x(x)?)?`, from inside out.
                let mut rest = empty();
                for n in (0..max.unwrap_or(*min)).rev() {
                    let part = self.add(node)?;
                    rest = self.concat(part, rest)?;
                    rest.is_optional |= n >= *min;
                }
                Ok(rest)
            }
        }
    }

    fn class(&mut self, class: &Class) -> Result<Part, PatternError> {
        if self.states.len() >= MAX_STATES {
            return Err(PatternError::TooLarge);
        }
        let at = u32::try_from(self.states.len()).map_err(|_| PatternError::TooLarge)?;
        self.states.push(State {
            class: class.clone(),
            ..State::default()
        });
        Ok(Part {
            first: vec![at],
            last: vec![at],
            is_optional: false,
        })
    }

    fn concat(&mut self, mut head: Part, tail: Part) -> Result<Part, PatternError> {
        self.link(&head.last, &tail.first)?;
        if head.is_optional {
            head.first.extend(tail.first);
        }
        let mut last = tail.last;
        if tail.is_optional {
            last.extend(head.last);
        }
        Ok(Part {
            first: head.first,
            last,
            is_optional: head.is_optional && tail.is_optional,
        })
    }

    fn link(&mut self, from: &[u32], to: &[u32]) -> Result<(), PatternError> {
        for at in from {
            if let Some(state) = self.state_mut(*at) {
                state.next.extend(to);
            }
        }
        let edges = self.states.iter().map(|state| state.next.len());
        if from.len() * to.len() > 64 && edges.sum::<usize>() > MAX_EDGES {
            return Err(PatternError::TooLarge);
        }
        Ok(())
    }

    fn state_mut(&mut self, at: u32) -> Option<&mut State> {
        self.states.get_mut(at as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.states.len()
    }

    /// The states behind one, or those that a match begins with, as far as they take a character.
    #[inline]
    pub(super) fn next(&self, from: Option<u32>, c: char) -> impl Iterator<Item = u32> {
        let next = match from {
            None => Some(&self.first),
            Some(from) => self.states.get(from as usize).map(|state| &state.next),
        };
        let takes = move |at: &&u32| {
            let state = self.states.get(**at as usize);
            state.is_some_and(|state| state.class.has(c))
        };
        next.into_iter().flatten().filter(takes).copied()
    }

    pub(super) fn is_last(&self, at: u32) -> bool {
        self.states
            .get(at as usize)
            .is_some_and(|state| state.is_last)
    }

    pub(super) fn tail(&self) -> Option<&Class> {
        self.tail.as_ref()
    }

    /// Whether a match may begin with a character behind one of this kind. One outside ASCII stands
    /// for all like it.
    pub(crate) fn wakes(&self, c: char, before: Kind) -> bool {
        if is_word(c) && before != Kind::Other {
            return false;
        }
        self.first.iter().any(|at| {
            let class = self.states.get(*at as usize).map(|state| &state.class);
            class.is_some_and(|class| match c {
                c if c.is_ascii() => class.has(c),
                _ => class.has_others(),
            })
        })
    }
}

/// Nothing, which is always there.
fn empty() -> Part {
    Part {
        is_optional: true,
        ..Part::default()
    }
}

/// A class that is repeated without end at the end of a pattern.
struct Tail {
    class: Class,
    min: usize,
}

fn without_tail(node: &Node) -> (Node, Option<Tail>) {
    match node {
        Node::Repeat(sub, min, None) => match &**sub {
            Node::Class(class) => {
                let tail = Tail {
                    class: class.clone(),
                    min: *min,
                };
                (Node::Concat(Vec::new()), Some(tail))
            }
            _ => (node.clone(), None),
        },
        Node::Concat(nodes) => {
            let Some((last, head)) = nodes.split_last() else {
                return (node.clone(), None);
            };
            let (last, tail) = without_tail(last);
            (
                Node::Concat(head.iter().cloned().chain([last]).collect()),
                tail,
            )
        }
        _ => (node.clone(), None),
    }
}
