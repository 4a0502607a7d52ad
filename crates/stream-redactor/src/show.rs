//! What is shown in place of a finding.

use std::borrow::Cow;
use std::fmt;
use std::hash::Hasher;

use siphasher::sip::SipHasher24;

use crate::edit::Entity;

/// The characters that [`Show::LastFour`] keeps, and how many it hides at least.
const LAST: usize = 4;
const HIDDEN: usize = 8;

/// What is shown in place of what a rule finds.
///
/// An open-ended finding (`SCRIPT`, `SYSTEM_PROMPT`, `PRIVATE_KEY` and the like) is replaced before
/// it is read, so of these only [`Text`](Self::Text) and [`Remove`](Self::Remove) can be had; the
/// others show its placeholder.
///
/// ```
/// use stream_redactor::{Entity, Redactor, Show};
///
/// let redactor = Redactor::builder().show(Entity::CREDIT_CARD, Show::LastFour).build()?;
/// assert_eq!(redactor.redact("Card 4111 1111 1111 1111."), "Card **** **** **** 1111.");
/// # Ok::<(), stream_redactor::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Show {
    /// A text, such as the placeholder that each rule has by itself.
    Text(Cow<'static, str>),
    /// A blank, so that what stands on both sides does not become one.
    Remove,
    /// An asterisk for each letter and digit.
    Mask,
    /// The same but for the last four letters or digits, if at least eight others are hidden.
    LastFour,
    /// The placeholder with a keyed hash of the value in it, `[EMAIL:4f1c0a6be0fd6d4c]`: what is the
    /// same stays the same, in all texts with that key.
    Hash(HashKey),
}

/// The key of [`Show::Hash`], 128 bits. Whoever has it can try values out, so it is as secret as they
/// are; there is no default one.
#[derive(Clone, PartialEq, Eq)]
pub struct HashKey([u8; 16]);

impl HashKey {
    /// A key of sixteen random bytes.
    #[must_use]
    pub const fn new(key: [u8; 16]) -> Self {
        Self(key)
    }

    /// SipHash-2-4 of the entity and the value as rules read it; of numbers the digits alone, however
    /// they are grouped.
    fn hash(&self, entity: &Entity, value: &str) -> u64 {
        let is_number = !value.contains(|c: char| c.is_alphabetic());
        let mut hasher = SipHasher24::new_with_key(&self.0);
        hasher.write(entity.as_str().as_bytes());
        hasher.write(&[0]);
        for c in value.chars().filter(|c| !is_number || c.is_alphanumeric()) {
            hasher.write(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        hasher.finish()
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey")
    }
}

impl Show {
    /// What is shown for a value, which is folded.
    pub(crate) fn of(
        &self,
        value: impl FnOnce() -> String,
        entity: &Entity,
        placeholder: &str,
    ) -> Cow<'static, str> {
        match self {
            Self::Text(text) => text.clone(),
            Self::Remove => Cow::Borrowed(" "),
            Self::Mask => mask(&value(), 0).into(),
            Self::LastFour => mask(&value(), LAST).into(),
            Self::Hash(key) => {
                let hash = key.hash(entity, &value());
                let name = placeholder.strip_suffix(']').unwrap_or(placeholder);
                format!("{name}:{hash:016x}]").into()
            }
        }
    }

    /// What is shown where the value is not known.
    pub(crate) fn of_any(&self, placeholder: &str) -> Cow<'static, str> {
        match self {
            Self::Text(text) => text.clone(),
            Self::Remove => Cow::Borrowed(" "),
            _ => Cow::Owned(placeholder.to_owned()),
        }
    }
}

fn mask(value: &str, keep: usize) -> String {
    let count = value.chars().filter(|c| c.is_alphanumeric()).count();
    let hidden = match count.saturating_sub(keep) {
        hidden if hidden < HIDDEN => count,
        hidden => hidden,
    };
    let mut seen = 0;
    let masked = value.chars().map(|c| {
        seen += usize::from(c.is_alphanumeric());
        if c.is_alphanumeric() && seen <= hidden {
            '*'
        } else {
            c
        }
    });
    masked.collect()
}
