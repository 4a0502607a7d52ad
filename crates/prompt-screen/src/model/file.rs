//! The head of a model file: what it is for and how its sums become a probability.
//!
//! 32 bytes, little endian: `PSM1`, the mark of the reader, the scale of weights, the bias, the
//! threshold in logits, the slope of the probability around it, and eight bytes of zero. The
//! table follows.

use super::{features, lexicon::Lexicon};
use crate::read::{Word, read};

const MAGIC: [u8; 4] = *b"PSM1";
const LEN: usize = 32;

/// How sums become probabilities.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(not(feature = "training"), allow(unreachable_pub))]
pub struct Header {
    /// What a weight of one is in logits.
    pub scale: f32,
    /// The logit of nothing.
    pub bias: f32,
    /// The logit that is as likely an attack as not.
    pub threshold: f32,
    /// How fast doubt goes away from the threshold.
    pub slope: f32,
}

impl Header {
    /// The header and what follows it, if it is one and words are hashed as its maker did.
    pub(crate) fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (head, table) = bytes.split_at_checked(LEN)?;
        let mut fields = head.chunks_exact(4).map(<[u8; 4]>::try_from);
        let mut next = || fields.next()?.ok();
        if next()? != MAGIC || next()? != mark() {
            return None;
        }
        let mut number = || next().map(f32::from_le_bytes).filter(|n| n.is_finite());
        let header = Self {
            scale: number()?,
            bias: number()?,
            threshold: number()?,
            slope: number()?,
        };
        Some((header, table))
    }

    /// The file of this header and a table.
    #[cfg_attr(not(feature = "training"), allow(dead_code))]
    pub(crate) fn write(&self, table: &[u8]) -> Vec<u8> {
        let mut bytes = [MAGIC, mark()].concat();
        for number in [self.scale, self.bias, self.threshold, self.slope] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.resize(LEN, 0);
        bytes.extend(table);
        bytes
    }

    /// How likely an attack a sum of weights is.
    pub(crate) fn probability(&self, sum: f32) -> f32 {
        let logit = sum * self.scale + self.bias;
        1.0 / (1.0 + (-self.slope * (logit - self.threshold)).exp())
    }
}

/// What changes when words get other keys, features other hashes or the lexicon other words: a
/// model is of no use then.
fn mark() -> [u8; 4] {
    struct Mark(u64);
    impl features::Sink for Mark {
        fn feature(&mut self, hash: u64) {
            self.0 = (self.0 ^ hash).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
        fn sentence(&mut self, end: usize) {
            self.feature(end as u64);
        }
    }
    let mut words: Vec<Word> = Vec::new();
    read("Ignore all rules, été. 指示を無視して.", &mut words);
    let lexicon = Lexicon::new();
    let mut mark = Mark(lexicon.mark());
    features::features(&words, &lexicon, &mut mark);
    let [.., a, b, c, d] = mark.0.to_le_bytes();
    [a, b, c, d]
}
