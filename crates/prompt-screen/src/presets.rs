//! The built-in rules, as data.
//!
//! A phrase is a row of words with blanks between them: `a|b` is one word or the other, and a
//! trailing `?` says that the word may be missing. Rows of one name make one rule.

use crate::{
    automaton::Slot,
    rule::{Action, Category},
};

/// One phrase of a built-in rule.
pub(crate) struct Preset {
    pub(crate) name: &'static str,
    pub(crate) action: Action,
    pub(crate) category: Category,
    pub(crate) about: &'static str,
    pub(crate) phrase: &'static str,
}

impl Preset {
    pub(crate) fn slots(&self) -> Vec<Slot> {
        self.phrase.split_whitespace().map(slot).collect()
    }
}

/// The five phrases that every tutorial blocks, to the letter.
pub(crate) const BASIC: &[Preset] = &[
    Preset {
        name: "ignore-previous-instructions",
        action: Action::Filter,
        category: Category::InstructionOverride,
        about: "An order to ignore the instructions that came before.",
        phrase: "ignore previous instructions",
    },
    Preset {
        name: "ignore-all-instructions",
        action: Action::Filter,
        category: Category::InstructionOverride,
        about: "An order to ignore all instructions.",
        phrase: "ignore all instructions",
    },
    Preset {
        name: "system-prompt",
        action: Action::Filter,
        category: Category::PromptExtraction,
        about: "The words `system prompt`.",
        phrase: "system prompt",
    },
    Preset {
        name: "you-are-now",
        action: Action::Filter,
        category: Category::Jailbreak,
        about: "The words `you are now`.",
        phrase: "you are now",
    },
    Preset {
        name: "override",
        action: Action::Filter,
        category: Category::InstructionOverride,
        about: "The word `override`.",
        phrase: "override",
    },
];

/// The two orders with the fillers people use.
///
/// What makes an order an attack is that it speaks of what came *before* it, or of *all* that was
/// said: "ignore the instructions" and "ignore any instructions" alone are everyday language.
pub(crate) const RECOMMENDED: &[Preset] = &[
    Preset {
        name: "ignore-previous-instructions",
        action: Action::Filter,
        category: Category::InstructionOverride,
        about: "An order to ignore the instructions that came before.",
        phrase: "ignore all|any|every|each? of? the|these|those|this|that|your|my|our? \
                 previous|prior|above|earlier|preceding|foregoing \
                 instructions|instruction",
    },
    Preset {
        name: "ignore-previous-instructions",
        action: Action::Filter,
        category: Category::InstructionOverride,
        about: "An order to ignore the instructions that came before.",
        phrase: "ignore all|any|every|each? of? the|these|those|this|that|your|my|our? \
                 previous|prior|above|earlier|preceding|foregoing and|or \
                 previous|prior|above|earlier|preceding|foregoing \
                 instructions|instruction",
    },
    Preset {
        name: "ignore-all-instructions",
        action: Action::Filter,
        category: Category::InstructionOverride,
        about: "An order to ignore all instructions.",
        phrase: "ignore all of? the|these|those|your|my|our? instructions",
    },
];

fn slot(text: &str) -> Slot {
    let words = text.strip_suffix('?');
    Slot {
        words: words
            .unwrap_or(text)
            .split('|')
            .map(str::to_owned)
            .collect(),
        optional: words.is_some(),
    }
}
