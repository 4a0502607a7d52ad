//! `DATE_TIME` and `DATE_OF_BIRTH`: dates in digits or with the name of a month.
//!
//! In digits: year, month, day (ISO 8601) or day and month in either order and a year, with one
//! separator throughout, and a time of day behind; a month and a year with a slash. With names
//! (Unicode CLDR): `17 May 2024`, `17. Mai`, `1er mai`, `5-MAY-2021`, `17 de mayo de 2024`,
//! `May 17th, 2024`, `May 2024`. A year alone counts behind a word such as "since". A date of birth is
//! a date behind a word that says so, on its line; behind "born" only one in digits, for with a month's
//! name lives of well-known people are told.

mod names;
mod stage;

use self::names::BEFORE_YEAR;
pub(crate) use self::names::{may_be_month, may_be_particle, may_begin_month, may_precede_year};
use self::stage::{Parts, Stage};
use super::{Automaton, Finder, Found, Scan, Spec, Tier, is_word};
use crate::context::Context;
use crate::edit::Entity;
use crate::left::Left;
use crate::plan::Kind;

pub(super) static DATE: Spec = Spec {
    entity: Entity::DATE_TIME,
    placeholder: "[DATE]",
    tier: Tier::Loose,
    about: "a date in digits or with a month's name, and a time behind it",
    source: "ISO 8601, Unicode CLDR",
    finder: Finder::Scan {
        new: || Automaton::Date(Date::new(false)),
        wakes,
        holds: None,
    },
    hits: &[
        "«2024-03-15T14:30:00.123Z», «1988-05-19 07:13:05»",
        "on «5/21/2021» or «21.05.2021», «05/2021»",
        "«January 19th, 2014», «Jan. 19», «17 May 2024», «5-MAY-21»",
        "le «1er mai 2024», am «17. März», el «19 de enero de 2014», in «Dezember 2024»",
        "founded in «1971»",
    ],
    misses: &[
        "10.20.30.40",
        "2024-13-01",
        "1/2",
        "you may 5 times",
        "1971",
        "May the 4 of you",
        "in 1971a",
    ],
};

pub(super) static BIRTH: Spec = Spec {
    entity: Entity::DATE_OF_BIRTH,
    placeholder: "[DATE_OF_BIRTH]",
    tier: Tier::Shaped,
    about: "a date behind \"date of birth\" and the like, one in digits behind \"born\"",
    source: "ISO 8601, Unicode CLDR, HIPAA 45 CFR 164.514(b)(2)(i)(C)",
    finder: Finder::Scan {
        new: || Automaton::Date(Date::new(true)),
        wakes,
        holds: None,
    },
    hits: &[
        "She was born on «6/4/1967».",
        "DOB: «1990-05-17»",
        "date de naissance : «3 février 1954», Geburtsdatum «17. Mai 1990»",
        "nato il «17/06/1976», geboren am «17.6.1976»",
        "date of birth: «May 17, 1990»",
    ],
    misses: &[
        "2024-05-17",
        "on May 17, 1990",
        "Mozart was born on January 27, 1756",
        "born in 1990",
        "born to 3 parents",
    ],
};

fn wakes(c: char, before: Kind) -> bool {
    before == Kind::Other && may_begin(c)
}

fn may_begin(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, 'a' | 'd'..='g' | 'j' | 'l'..='o' | 's')
}

#[derive(Clone, Debug)]
pub(crate) struct Date {
    /// Only dates of birth.
    of_birth: bool,
    live: Option<Live>,
}

#[derive(Clone, Debug)]
struct Live {
    start: u64,
    /// Behind its last letter or digit.
    end: u64,
    stage: Stage,
    parts: Parts,
}

impl Date {
    fn new(of_birth: bool) -> Self {
        Self {
            of_birth,
            live: None,
        }
    }

    fn finds(&self, live: &Live, left: Left<'_>) -> bool {
        if live.stage.is_year() {
            return !self.of_birth
                && live.parts.is_year()
                && left.follows_word(live.start, &BEFORE_YEAR);
        }
        let is_capital = || left.held.get(live.start).is_some_and(|symbol| symbol.upper);
        if !live.stage.is_date(&live.parts, is_capital) {
            return false;
        }
        // Of a tale only what is written as in a record: with a month's name it is told of anybody.
        !self.of_birth || live.stage.is_in_digits() || left.contexts(live.start).has(Context::BIRTH)
    }

    /// Whether a date that begins at a place would be one of those that are looked for.
    fn may_begin(&self, c: char, at: u64, left: Left<'_>) -> bool {
        // What goes on with a path, a number or a name is no date.
        let is_part =
            |before: char| is_word(before) || matches!(before, '.' | '-' | '/' | '_' | '$');
        let is_told = || {
            left.may_tell_of_birth(at) && left.contexts(at).has(Context::BIRTH.or(Context::BORN))
        };
        may_begin(c) && !left.prev.is_some_and(is_part) && (!self.of_birth || is_told())
    }

    /// Whether it sleeps where no word tells of births.
    pub(crate) fn needs_birth(&self) -> bool {
        self.of_birth
    }
}

impl Scan for Date {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        let mut found = None;
        if let Some(mut live) = self.live.take() {
            if !is_word(c) && self.finds(&live, left) {
                found = Some(Found::new(live.start, live.end));
            }
            if let Some(stage) = live.stage.next(c, &mut live.parts) {
                live.stage = stage;
                if c.is_ascii_alphanumeric() {
                    live.end = at + 1;
                }
                self.live = Some(live);
                return found;
            }
        }
        if found.is_none() && self.may_begin(c, at, left) {
            let mut parts = Parts::default();
            let stage = Stage::first(c, &mut parts);
            self.live = stage.map(|stage| Live {
                start: at,
                end: at + 1,
                stage,
                parts,
            });
        }
        found
    }

    fn live(&self) -> Option<u64> {
        self.live.as_ref().map(|live| live.start)
    }

    fn is_anchored(&self, _: u64, _: Left<'_>) -> bool {
        false
    }

    fn reset(&mut self) {
        self.live = None;
    }
}
