//! What a walk over a body finds.

use super::TextKind;
use crate::json::Value;

/// Which message or choice a text belongs to, and which of its tool calls or unnamed places.
///
/// All text of one kind in one group is one text: that is a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Group {
    /// The outermost numbered element: the choice, the message. 0 where there is none.
    pub outer: u32,
    /// The inner numbered element (tool call), or the place of a [`TextKind::Generic`] string.
    pub inner: u64,
}

/// A string of a body; also a key that no row names, and a number inside of tool arguments.
#[derive(Clone, Copy, Debug)]
pub struct Slot<'a> {
    /// What it is.
    pub kind: TextKind,
    /// Which channel of that kind it is part of.
    pub group: Group,
    /// The string.
    pub value: Value<'a>,
    /// The key that it, or the array that it is an element of, stands under.
    pub key: &'a str,
    /// In a stream it is a piece of a text that goes on in later events, not a whole value.
    pub piece: bool,
}

/// What a walk finds, in document order.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Found<'a> {
    /// The whole document: before all else.
    Root(Value<'a>),
    /// A string to look at.
    Text(Slot<'a>),
    /// A choice says why it ended.
    Finish {
        /// Which choice.
        outer: u32,
        /// The reason: a string.
        reason: Value<'a>,
    },
    /// The model's name.
    Model(Value<'a>),
    /// The object of token counts.
    Usage(Value<'a>),
    /// Random filler.
    Padding(Value<'a>),
    /// The signature over a thinking part.
    Signature {
        /// Of which choice, and which of its parts.
        group: Group,
        /// The signature: a string.
        value: Value<'a>,
    },
    /// A numbered element of the outer array begins: a message or a choice.
    Element {
        /// Its number.
        outer: u32,
        /// Its role, as its kind of text; [`TextKind::Generic`] without one.
        role: TextKind,
    },
    /// A numbered inner element begins: a tool call.
    Inner {
        /// Of which choice.
        outer: u32,
        /// Which one.
        inner: u64,
    },
    /// A part of a message whose `type` the table does not know; its strings come next.
    UnknownPart(Value<'a>),
    /// A `thinking` part is marked as closed, by an empty list.
    ThinkingClosed {
        /// Of which choice.
        outer: u32,
    },
    /// The text of a choice once more, token by token: neither null nor empty.
    Logprobs {
        /// Of which choice.
        outer: u32,
        /// The whole value.
        value: Value<'a>,
    },
}
