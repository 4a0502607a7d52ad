//! Words that tell language from noise, as they are and enciphered.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use super::Kind;
use crate::{key::key, read::Word};

/// What a word that is no plain one can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    /// One of the commonest words, by this cipher.
    Enciphered(Kind),
    /// A letter, by the NATO alphabet.
    Nato(char),
}

/// The words that can be something else, in order.
pub(crate) fn senses(words: &[Word]) -> Vec<(Sense, &Word)> {
    let table = &*TABLE;
    let mut senses = Vec::new();
    for word in words {
        if table.may_have(word.key) {
            senses.extend(table.get(word.key).map(|sense| (sense, word)));
        }
    }
    senses
}

/// The letters of ROT13.
pub(crate) fn rot13(c: char) -> char {
    let turn = |first: u8| char::from(first + (c as u8 - first + 13) % 26);
    match c {
        'a'..='z' => turn(b'a'),
        'A'..='Z' => turn(b'A'),
        _ => c,
    }
}

/// The letters of the alphabet read from its end.
pub(crate) fn atbash(c: char) -> char {
    match c {
        'a'..='z' => char::from(b'a' + b'z' - c as u8),
        'A'..='Z' => char::from(b'A' + b'Z' - c as u8),
        _ => c,
    }
}

/// Few words are in it: a bit for each key by its upper bits says so at once for most others.
struct Table {
    bits: [u64; 1 << (BITS - 6)],
    senses: HashMap<u64, Sense>,
}

/// Of the number of a bit.
const BITS: u32 = 14;

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let plain: HashSet<u64> = words(COMMON).chain(words(TAKEN)).map(key).collect();
    let mut table = Table {
        bits: [0; 1 << (BITS - 6)],
        senses: HashMap::new(),
    };
    for word in words(COMMON).filter(|word| word.len() > 2) {
        let ciphers = [
            (Kind::Rot13, word.chars().map(rot13).collect::<String>()),
            (Kind::Atbash, word.chars().map(atbash).collect()),
            (Kind::Reversed, word.chars().rev().collect()),
        ];
        for (kind, word) in ciphers {
            let key = key(&word);
            if !plain.contains(&key) {
                table.insert(key, Sense::Enciphered(kind));
            }
        }
    }
    for word in words(NATO) {
        if let Some(letter) = word.chars().next() {
            table.insert(key(word), Sense::Nato(letter));
        }
    }
    table
});

impl Table {
    #[inline]
    fn may_have(&self, key: u64) -> bool {
        let bit = key >> (64 - BITS);
        let bits = self.bits.get((bit / 64) as usize);
        bits.is_some_and(|bits| bits >> (bit % 64) & 1 == 1)
    }

    fn get(&self, key: u64) -> Option<Sense> {
        self.senses.get(&key).copied()
    }

    fn insert(&mut self, key: u64, sense: Sense) {
        let bit = key >> (64 - BITS);
        if let Some(bits) = self.bits.get_mut((bit / 64) as usize) {
            *bits |= 1 << (bit % 64);
        }
        self.senses.insert(key, sense);
    }
}

fn words(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split_ascii_whitespace()
}

/// Of English, and what instructions to a model are made of.
const COMMON: &str = "the and you that was for are with his they this have from one had word but \
    not what all were when your can said there use each which she how their will other about out \
    many then them these some her would make like him into time has look two more write see \
    number way could people than first been call who its now find long down day did get come made \
    may part over new sound take only little work know place year live back give most very after \
    thing our just name good sentence man think say great where help through much before line \
    right too mean old any same tell boy follow came want show also around form three small set \
    put end does another well large must big even such because turn here why ask went men read \
    need land different home move try kind hand picture again change off play spell air away \
    animal house point page letter mother answer found study still learn should world ignore \
    previous instruction instructions system prompt rules rule reveal secret password hidden \
    forget override bypass disregard everything above print output repeat text words message \
    messages user users data file files send email delete execute command code admin mode \
    developer safety filter filters restrictions policy guidelines pretend unrestricted following \
    respond response request never always without anything please internal confidential key keys \
    access information provide model assistant training limits limitations content initial \
    original configuration";

/// Words and abbreviations that are a common word read backwards, or turned by a cipher.
const TAKEN: &str = "dna era saw ton won tub tog got nip pan nap pot raw war ward live evil on no \
    now yam yap rof dad mom eye pop pup ram mar mad nam pam tap pat sera aera era nor ron sin nis \
    sih peels loot tool draw drawer ward reward flow wolf deer reed keel lager spot stop nerd \
    llih dam nod don net ten nit tin guh tug gut bus bun nus nur urn non ere hre eno neo tey \
    emit time edit tide edoc eman rae ear nac can rac car yam ynam eva one own owt nwo \
    oot tae eta tes tis ris sah ssap vex irk green";

const NATO: &str = "alfa alpha bravo charlie delta echo foxtrot golf hotel india juliett juliet \
    kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey whisky \
    xray yankee zulu";
