//! Names of months, and words that go with dates, folded as the view folds them.

/// A month in English, French, German, Spanish, Italian, Portuguese, Dutch and Scandinavian
/// languages, in full or short (Unicode CLDR, `gregorian`); and a word between a day and a month. In
/// the order of the alphabet.
const NAMES: [&str; 106] = [
    "abr",
    "abril",
    "ago",
    "agosto",
    "aout",
    "apr",
    "april",
    "aprile",
    "aug",
    "august",
    "augusti",
    "augustus",
    "avr",
    "avril",
    "de",
    "dec",
    "december",
    "decembre",
    "dez",
    "dezember",
    "dezembro",
    "di",
    "dic",
    "dicembre",
    "diciembre",
    "ene",
    "enero",
    "feb",
    "febbraio",
    "febrero",
    "februar",
    "februari",
    "february",
    "fev",
    "fevereiro",
    "fevr",
    "fevrier",
    "gen",
    "gennaio",
    "giu",
    "giugno",
    "jan",
    "janeiro",
    "januar",
    "januari",
    "january",
    "janv",
    "janvier",
    "juil",
    "juillet",
    "juin",
    "jul",
    "julho",
    "juli",
    "julio",
    "july",
    "jun",
    "june",
    "junho",
    "juni",
    "junio",
    "lug",
    "luglio",
    "maart",
    "maerz",
    "mag",
    "maggio",
    "mai",
    "maio",
    "maj",
    "mar",
    "march",
    "marco",
    "mars",
    "marz",
    "marzo",
    "may",
    "mayo",
    "mei",
    "mrt",
    "mrz",
    "nov",
    "november",
    "novembre",
    "novembro",
    "noviembre",
    "oct",
    "october",
    "octobre",
    "octubre",
    "of",
    "okt",
    "oktober",
    "ott",
    "ottobre",
    "out",
    "outubro",
    "sep",
    "sept",
    "september",
    "septembre",
    "septiembre",
    "set",
    "setembro",
    "setiembre",
    "settembre",
];

/// Words before a number of four digits that make it a year.
pub(super) const BEFORE_YEAR: [&str; 18] = [
    "after", "annee", "anno", "ano", "before", "circa", "dal", "depuis", "desde", "en", "in",
    "jahr", "nel", "seit", "since", "until", "vor", "year",
];

/// For each first letter, where its names begin and end in [`NAMES`].
static BY_FIRST: [(u8, u8); 26] = by_first();

const fn by_first() -> [(u8, u8); 26] {
    let mut by_first = [(0, 0); 26];
    let (mut n, mut rest): (u8, &[&str]) = (0, &NAMES);
    while let [name, more @ ..] = rest {
        n += 1;
        if let [first, ..] = name.as_bytes() {
            #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
            let slot = &mut by_first[(*first - b'a') as usize];
            if slot.1 == 0 {
                slot.0 = n - 1;
            }
            slot.1 = n;
        }
        rest = more;
    }
    by_first
}

/// For each first letter, the lengths of names and of words before a year, as bits: most words are
/// dismissed by those.
static LENGTHS: [u16; 26] = lengths();

const fn lengths() -> [u16; 26] {
    let mut lengths = [0; 26];
    let lists: [&[&str]; 2] = [&NAMES, &BEFORE_YEAR];
    let mut n = 0;
    while n < lists.len() {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        let mut rest = lists[n];
        while let [word, more @ ..] = rest {
            if let [first, ..] = word.as_bytes() {
                #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
                let slot = &mut lengths[(*first - b'a') as usize];
                *slot |= 1 << word.len();
            }
            rest = more;
        }
        n += 1;
    }
    lengths
}

/// Whether a word, in any case, may be a name or stand before a year, by its length and first letter.
pub(crate) fn may_be_dated(word: &[u8]) -> bool {
    let first = word.first().map_or(0, u8::to_ascii_lowercase);
    let lengths = LENGTHS.get(usize::from(first.wrapping_sub(b'a')));
    let is_one = lengths.is_some_and(|lengths| word.len() < 16 && lengths >> word.len() & 1 == 1);
    is_one || !word.is_ascii()
}

const PARTICLES: [&str; 3] = ["de", "di", "of"];

/// The names that begin like what was read of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    from: usize,
    to: usize,
    /// Letters read.
    len: usize,
}

impl Name {
    pub(super) fn new() -> Self {
        Self {
            from: 0,
            to: NAMES.len(),
            len: 0,
        }
    }

    /// One more letter; none if no name goes on like that.
    pub(super) fn with(self, c: char) -> Option<Self> {
        let byte = u8::try_from(c).ok()?;
        if self.len == 0 {
            let (from, to) = BY_FIRST
                .get(usize::from(byte.wrapping_sub(b'a')))
                .copied()?;
            let (from, to) = (usize::from(from), usize::from(to));
            return (from < to).then_some(Self { from, to, len: 1 });
        }
        let at = |name: &&str| name.as_bytes().get(self.len).copied();
        let names = NAMES.get(self.from..self.to)?;
        let from = names.iter().position(|name| at(name) == Some(byte))?;
        let count = names
            .iter()
            .skip(from)
            .take_while(|name| at(name) == Some(byte));
        Some(Self {
            from: self.from + from,
            to: self.from + from + count.count(),
            len: self.len + 1,
        })
    }

    /// The same, of a month.
    pub(super) fn with_month(self, c: char) -> Option<Self> {
        let longer = self.with(c)?;
        let names = NAMES.get(longer.from..longer.to)?;
        let has_month = names.iter().any(|name| !PARTICLES.contains(name));
        has_month.then_some(longer)
    }

    fn whole(self) -> Option<&'static str> {
        // The shortest one stands first.
        let name = NAMES.get(self.from).copied()?;
        (name.len() == self.len).then_some(name)
    }

    pub(super) fn is_month(self) -> bool {
        self.whole().is_some_and(|name| !PARTICLES.contains(&name))
    }

    pub(super) fn is_particle(self) -> bool {
        self.whole().is_some_and(|name| PARTICLES.contains(&name))
    }
}

/// Whether a text, in any case, may begin with a month or a word before one: by its first letters.
pub(crate) fn may_begin_month(text: &[u8]) -> bool {
    let mut name = Name::new();
    for byte in text.iter().take(3) {
        if *byte >= 0x80 {
            return true;
        }
        if !byte.is_ascii_alphabetic() {
            return name.len >= 2 && name.whole().is_some();
        }
        match name.with(char::from(byte.to_ascii_lowercase())) {
            Some(longer) => name = longer,
            None => return false,
        }
    }
    true
}

/// Whether a word, in any case, may be a month.
pub(crate) fn may_be_month(word: &[u8]) -> bool {
    let is_name = |name: &&str| name.as_bytes().eq_ignore_ascii_case(word);
    !word.is_ascii() || may_be_dated(word) && NAMES.iter().any(is_name)
}

/// Whether a word, in any case, may stand between parts of a date.
pub(crate) fn may_be_particle(word: &[u8]) -> bool {
    let words = PARTICLES.iter().chain(&["del"]);
    words
        .into_iter()
        .any(|name| name.as_bytes().eq_ignore_ascii_case(word))
}

/// Whether a word, in any case, may stand before a year.
pub(crate) fn may_precede_year(word: &[u8]) -> bool {
    let is_one = |w: &&str| w.as_bytes().eq_ignore_ascii_case(word);
    !word.is_ascii() || may_be_dated(word) && BEFORE_YEAR.iter().any(is_one)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_read() {
        assert!(NAMES.is_sorted() && BEFORE_YEAR.is_sorted());
        for name in NAMES {
            let read = name.chars().try_fold(Name::new(), Name::with).unwrap();
            assert_eq!(read.is_month(), !PARTICLES.contains(&name), "{name}");
            assert_eq!(read.is_particle(), PARTICLES.contains(&name), "{name}");
            assert!(read.with('q').is_none());
        }
    }
}
