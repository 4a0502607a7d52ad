//! What the model looks at: runs of words, and runs of what words mean.
//!
//! A feature is a hash: of a word, of two neighbours, of two words with one between, within a
//! sentence. Words the lexicon knows also stand for their class, so that `disregard prior rules`
//! looks like `ignoriere vorherige Anweisungen`; classes are seen together over a few words.

use super::lexicon::{Class, Lexicon};
use crate::read::{Gap, Word};

/// Words in a sentence before it is cut, so that a text without punctuation has parts as well.
const LONGEST: usize = 40;
/// A sentence of fewer words goes on into the next one ("No. 5", "e.g.").
const SHORTEST: usize = 4;
/// How far apart, in words, two classes are seen together.
const REACH: usize = 6;

/// Stands in front of the first word of a sentence.
const START: u64 = 0x5EED_0000_0000_0001;
/// Stands where there is no word.
const NOTHING: u64 = 0;

/// Kinds of features: the same words in another relation are another feature.
#[derive(Clone, Copy)]
enum Kind {
    One = 1,
    Two,
    Skip,
    Class,
    Classes,
    ThreeClasses,
}

/// Who is told.
pub(crate) trait Sink {
    /// A feature of the sentence that is being read.
    fn feature(&mut self, hash: u64);
    /// The sentence ends in front of word `end`.
    fn sentence(&mut self, end: usize);
}

/// Tells `sink` the features of all sentences in order.
pub(crate) fn features(words: &[Word], lexicon: &Lexicon, sink: &mut impl Sink) {
    let mut first = 0;
    let mut before = [START, NOTHING];
    let mut leader = None;
    let mut muted = true;
    let mut classes = Recent::default();
    for (at, word) in words.iter().enumerate() {
        let ended = word.gap >= Gap::Sentence;
        let count = at - first;
        if ended && count >= SHORTEST || count >= LONGEST {
            sink.sentence(at);
            first = at;
        }
        if ended {
            before = [START, NOTHING];
        }
        if word.gap >= Gap::Paragraph {
            classes = Recent::default();
        }
        let [one, two] = before;
        let key = word.key;
        let (class, leads) = lexicon.class(leader, key);
        leader = leads.then_some(key);
        let mute = class.is_some_and(Class::is_mute);
        if !mute {
            sink.feature(hash(Kind::One, NOTHING, key));
        }
        if !mute || !muted {
            sink.feature(hash(Kind::Two, one, key));
        }
        if two != NOTHING {
            sink.feature(hash(Kind::Skip, two, key));
        }
        if let Some(class) = class.filter(|_| !mute) {
            classes.add(at, class, sink);
        }
        muted = mute;
        before = [key, one];
    }
    if first < words.len() {
        sink.sentence(words.len());
    }
}

/// The last two classes seen and where, the latest first.
#[derive(Default)]
struct Recent {
    one: Option<(usize, Class)>,
    two: Option<(usize, Class)>,
}

impl Recent {
    fn add(&mut self, at: usize, class: Class, sink: &mut impl Sink) {
        let near = |seen: Option<(usize, Class)>, reach| {
            seen.filter(|(place, _)| at - place <= reach)
                .map(|(_, class)| class.id())
        };
        let id = class.id();
        sink.feature(hash(Kind::Class, NOTHING, id));
        let one = near(self.one, REACH);
        if let Some(one) = one {
            sink.feature(hash(Kind::Classes, one, id));
        }
        if let Some(two) = near(self.two, REACH) {
            sink.feature(hash(Kind::Classes, two, id));
        }
        if let (Some(one), Some(two)) = (one, near(self.two, 2 * REACH)) {
            let pair = hash(Kind::Classes, two, one);
            sink.feature(hash(Kind::ThreeClasses, pair, id));
        }
        // A class repeated is one step.
        if self.one.is_none_or(|(_, last)| last != class) {
            self.two = self.one;
        }
        self.one = Some((at, class));
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
