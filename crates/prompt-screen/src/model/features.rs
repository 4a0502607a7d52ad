//! What the model looks at: runs of words, and runs of what words mean.
//!
//! A feature is a hash. Within a sentence these are the words, pairs and triples of neighbours, and
//! pairs with one or two words between. Words the lexicon knows also stand for their class, so
//! that `disregard prior rules` looks like `ignoriere vorherige Anweisungen`.

use super::lexicon::{Class, Lexicon};
use crate::read::{Gap, Word};

/// Words in a sentence before it is cut, so that a text without punctuation has parts as well.
const LONGEST: usize = 40;
/// A sentence of fewer words goes on into the next one ("No. 5", "e.g.").
const SHORTEST: usize = 4;
/// How far apart, in words, two classes are seen together.
const REACH: usize = 6;

/// Where a sentence begins.
const START: u64 = 0x5EED_0000_0000_0001;

/// Kinds of features: the same words in another relation are another feature.
#[derive(Clone, Copy)]
enum Kind {
    One = 1,
    Two,
    Three,
    Skip,
    Class,
    Classes,
    ThreeClasses,
    Around,
}

/// Where a sentence ends, and the features that are in it.
pub(crate) trait Sink {
    /// A feature of the sentence that is being read.
    fn feature(&mut self, hash: u64);
    /// The sentence ends in front of word `end`.
    fn sentence(&mut self, end: usize);
}

/// Tells `sink` the features of all sentences in order.
pub(crate) fn features(words: &[Word], lexicon: &Lexicon, sink: &mut impl Sink) {
    let mut count = 0;
    let mut before = [START, 0, 0];
    let mut classes = Recent::default();
    for (at, word) in words.iter().enumerate() {
        let ends = word.gap >= Gap::Sentence && count >= SHORTEST || count >= LONGEST;
        if ends {
            sink.sentence(at);
            count = 0;
        }
        if word.gap >= Gap::Sentence {
            before = [START, 0, 0];
        }
        if word.gap >= Gap::Paragraph {
            classes = Recent::default();
        }
        count += 1;
        let [one, two, three] = before;
        let key = word.key;
        sink.feature(hash(Kind::One, key, 0));
        sink.feature(hash(Kind::Two, one, key));
        if two != 0 {
            let pair = hash(Kind::Three, two, one);
            sink.feature(hash(Kind::Three, pair, key));
            sink.feature(hash(Kind::Skip, two, key));
        }
        if three != 0 {
            sink.feature(hash(Kind::Skip, three, key));
        }
        before = [key, one, two];
        let class = lexicon.class(one, key);
        if let Some(class) = class {
            classes.add(at, class, sink);
            if one != START {
                sink.feature(hash(Kind::Around, one, class.id()));
            }
        } else if let Some(last) = classes.just_before(at) {
            sink.feature(hash(Kind::Around, last.id(), key));
        }
    }
    if count > 0 {
        sink.sentence(words.len());
    }
}

/// The last classes seen, the latest first.
#[derive(Default)]
struct Recent([Option<(usize, Class)>; 3]);

impl Recent {
    fn add(&mut self, at: usize, class: Class, sink: &mut impl Sink) {
        let [one, two, _] = self.0;
        sink.feature(hash(Kind::Class, class.id(), 0));
        let near = |seen: Option<(usize, Class)>, reach| {
            seen.filter(|(place, _)| at - place <= reach)
                .map(|(_, class)| class.id())
        };
        if let Some(one) = near(one, REACH) {
            sink.feature(hash(Kind::Classes, one, class.id()));
            if let Some(two) = near(two, 2 * REACH) {
                let pair = hash(Kind::Classes, two, one);
                sink.feature(hash(Kind::ThreeClasses, pair, class.id()));
            }
        }
        if let Some(two) = near(two, REACH) {
            sink.feature(hash(Kind::Classes, two, class.id()));
        }
        if one.is_none_or(|(_, last)| last != class) {
            self.0 = [Some((at, class)), one, two];
        } else {
            self.0 = [Some((at, class)), two, self.0[2]];
        }
    }

    fn just_before(&self, at: usize) -> Option<Class> {
        self.0[0]
            .filter(|(place, _)| place + 1 == at)
            .map(|(_, class)| class)
    }
}

fn hash(kind: Kind, one: u64, two: u64) -> u64 {
    let mixed = (one ^ (kind as u64) << 56)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .rotate_left(29)
        ^ two;
    let mixed = mixed.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    mixed ^ mixed >> 32
}
