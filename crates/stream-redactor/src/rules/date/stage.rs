//! The grammar of dates, a character at a time.

use super::names::Name;

/// What was read of a date so far.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    /// Digits of a day, a month or a year.
    First,
    /// A separator and digits.
    Second(char, u8),
    Third(char, u8),
    /// Letters of an ordinal behind a day.
    Ordinal(char),
    /// An ordinal, or a dot behind a day.
    AfterDay,
    /// Letters of the name of a month.
    Name(Name, Lead),
    /// A blank or hyphen before one.
    BeforeName(Lead),
    /// A dot or comma behind one.
    AfterName(Lead, char),
    /// A blank behind one, so many digits, letters of an ordinal.
    BeforeNumber,
    Number(u8),
    NumberOrdinal(char),
    AfterNumber(char),
    /// Letters of `del` before a year.
    Particle(u8),
    BeforeYear,
    /// Digits of a year; two are enough behind a hyphen.
    Year(u8, bool),
    /// Between a date and a time.
    BeforeTime(char),
    Hour(u8),
    Minute(u8),
    Second60(u8),
    Fraction(u8),
    /// A blank before a half of the day, its first letter, its second or a `Z`.
    BeforeHalf,
    Half,
    Zone,
    /// Digits of an offset, and whether a colon is among them.
    Offset(u8, bool),
}

/// What stands before the name of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    Nothing,
    Day,
    /// A day and "of" or the like.
    DayOf,
}

impl Lead {
    fn longer(self, name: Name, c: char) -> Option<Name> {
        match self {
            Self::Day => name.with(c),
            _ => name.with_month(c),
        }
    }
}

/// The numbers of a date in digits, in their order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    numbers: [u16; 3],
    lens: [u8; 3],
}

impl Parts {
    fn push(&mut self, n: usize, c: char) -> u8 {
        let digit = c.to_digit(10).map_or(0, |digit| digit as u16);
        let (Some(number), Some(len)) = (self.numbers.get_mut(n), self.lens.get_mut(n)) else {
            return 0;
        };
        *number = *number * 10 + digit;
        *len += 1;
        *len
    }

    fn is_year_first(&self) -> bool {
        self.lens[0] == 4
    }

    pub(super) fn is_year(&self) -> bool {
        self.is_year_first() && is_year(self.numbers[0])
    }

    /// Whether there are as many digits as a date in digits has.
    fn is_whole(&self) -> bool {
        match self.lens {
            [4, _, last] => matches!(last, 1 | 2),
            [.., last] => matches!(last, 2 | 4),
        }
    }

    fn is_date(&self, separator: char) -> bool {
        let [a, b, c] = self.numbers;
        let is_day = |day, month| (1..=31).contains(&day) && (1..=12).contains(&month);
        if self.is_year_first() {
            return is_year(a) && is_day(c, b);
        }
        let is_year = match self.lens {
            [2, 2, 2] => true,
            [.., 2] => separator != '.',
            _ => is_year(c),
        };
        is_year && (is_day(a, b) || is_day(b, a))
    }
}

fn is_year(year: u16) -> bool {
    (1500..2200).contains(&year)
}

impl Stage {
    /// Behind the first character.
    pub(super) fn first(c: char, parts: &mut Parts) -> Option<Self> {
        if c.is_ascii_digit() {
            parts.push(0, c);
            return Some(Self::First);
        }
        Some(Self::Name(Name::new().with_month(c)?, Lead::Nothing))
    }

    /// Behind one more character; none if no date goes on like that.
    pub(super) fn next(self, c: char, parts: &mut Parts) -> Option<Self> {
        let len = parts.lens[0];
        Some(match (self, c) {
            (Self::First, '0'..='9') if len < 4 => {
                parts.push(0, c);
                Self::First
            }
            (Self::First, '-' | '/' | '.') if matches!(len, 1 | 2 | 4) => Self::Second(c, 0),
            (Self::First, ' ') if len <= 2 => Self::BeforeName(Lead::Day),
            (Self::First, 's' | 'n' | 'r' | 't' | 'e') if len <= 2 => Self::Ordinal(c),
            (Self::Second(s, n), '0'..='9') if n < if s == '/' && len < 4 { 4 } else { 2 } => {
                Self::Second(s, parts.push(1, c))
            }
            (Self::Second(s, 1 | 2), _) if s == c => Self::Third(s, 0),
            (Self::Second('.', 0), ' ') if len <= 2 => Self::BeforeName(Lead::Day),
            (Self::Second('-' | '.', 0), 'a'..='z') if len <= 2 => {
                Self::Name(Name::new().with(c)?, Lead::Day)
            }
            (Self::Third(s, n), '0'..='9') if n < if len == 4 { 2 } else { 4 } => {
                Self::Third(s, parts.push(2, c))
            }
            (Self::Third(..), 't') if len == 4 && parts.is_whole() => Self::BeforeTime('t'),
            (Self::Third(..), ' ' | ',') if parts.is_whole() => Self::BeforeTime(c),
            (Self::Ordinal(first), _) if is_ordinal(first, c) => Self::AfterDay,
            (Self::AfterDay, ' ') => Self::BeforeName(Lead::Day),
            (Self::BeforeName(lead), 'a'..='z') => Self::Name(lead.longer(Name::new(), c)?, lead),
            (Self::Name(name, lead), 'a'..='z') => Self::Name(lead.longer(name, c)?, lead),
            (Self::Name(name, Lead::Day), ' ') if name.is_particle() => {
                Self::BeforeName(Lead::DayOf)
            }
            (Self::Name(name, lead), '.' | ',' | ' ' | '-') if name.is_month() => {
                return Self::behind_name(lead, ' ', c);
            }
            (Self::AfterName(lead, mark), '.' | ',' | ' ') => {
                return Self::behind_name(lead, mark, c);
            }
            (Self::AfterName(_, '-'), '0'..='9') => Self::Year(parts.push(2, c), true),
            (Self::BeforeNumber, '0'..='9') => Self::Number(parts.push(0, c)),
            (Self::Number(1..=3), '0'..='9') => Self::Number(parts.push(0, c)),
            (Self::Number(1 | 2), 's' | 'n' | 'r' | 't') => Self::NumberOrdinal(c),
            (Self::NumberOrdinal(first), _) if is_ordinal(first, c) => Self::AfterNumber('d'),
            (Self::Number(1 | 2) | Self::AfterNumber('d'), ',') => Self::AfterNumber(','),
            (Self::Number(1 | 2) | Self::AfterNumber('d' | ','), ' ') => Self::AfterNumber(' '),
            (Self::AfterNumber(' ') | Self::BeforeYear, '0'..='9') => {
                Self::Year(parts.push(2, c), false)
            }
            (Self::BeforeNumber | Self::BeforeYear, 'd') => Self::Particle(1),
            (Self::Particle(1), 'e') => Self::Particle(2),
            (Self::Particle(2), 'l') => Self::Particle(3),
            (Self::Particle(2 | 3), ' ') => Self::AfterNumber(' '),
            (Self::Year(1..=3, short), '0'..='9') => Self::Year(parts.push(2, c), short),
            _ => return self.next_of_time(c),
        })
    }

    /// Behind a name and `mark`, in the order `.`, `,`, blank; or a hyphen alone.
    fn behind_name(lead: Lead, mark: char, c: char) -> Option<Self> {
        match (mark, c) {
            (' ', '.') | (' ' | '.', ',') => Some(Self::AfterName(lead, c)),
            (' ', '-') if lead != Lead::Nothing => Some(Self::AfterName(lead, c)),
            (' ' | '.', ' ') if lead == Lead::Nothing => Some(Self::BeforeNumber),
            (' ' | '.' | ',', ' ') => Some(Self::BeforeYear),
            _ => None,
        }
    }

    fn next_of_time(self, c: char) -> Option<Self> {
        Some(match (self, c) {
            (Self::BeforeTime(','), ' ') => Self::BeforeTime(' '),
            (Self::BeforeTime('t' | ' '), '0'..='9') => Self::Hour(1),
            (Self::Hour(1), '0'..='9') => Self::Hour(2),
            (Self::Hour(_), ':') => Self::Minute(0),
            (Self::Minute(n @ 0..=1), '0'..='9') => Self::Minute(n + 1),
            (Self::Minute(2), ':') => Self::Second60(0),
            (Self::Second60(n @ 0..=1), '0'..='9') => Self::Second60(n + 1),
            (Self::Second60(2), '.') => Self::Fraction(0),
            (Self::Fraction(n @ 0..=8), '0'..='9') => Self::Fraction(n + 1),
            (Self::BeforeHalf, 'a' | 'p') => Self::Half,
            (Self::Half, 'm') => Self::Zone,
            (Self::Minute(2) | Self::Second60(2) | Self::Fraction(1..), _) => match c {
                ' ' => Self::BeforeHalf,
                'a' | 'p' => Self::Half,
                'z' => Self::Zone,
                '+' | '-' => Self::Offset(0, false),
                _ => return None,
            },
            (Self::Offset(n @ 0..=3, colon), '0'..='9') => Self::Offset(n + 1, colon),
            (Self::Offset(2, false), ':') => Self::Offset(2, true),
            _ => return None,
        })
    }

    /// Whether it is a year alone.
    pub(super) fn is_year(self) -> bool {
        matches!(self, Self::First)
    }

    /// Whether it has no month's name.
    pub(super) fn is_in_digits(self) -> bool {
        let is_named = matches!(
            self,
            Self::Name(..) | Self::Number(_) | Self::AfterNumber(_) | Self::Year(..)
        );
        !is_named
    }

    /// Whether what was read is a date, if it ends here.
    pub(super) fn is_date(self, parts: &Parts, is_capital: impl Fn() -> bool) -> bool {
        let [first, second, year] = parts.numbers;
        let is_day = parts.lens[0] == 0 || (1..=31).contains(&first);
        match self {
            Self::Second('/', 4) => (1..=12).contains(&first) && is_year(second),
            Self::Third(s, _) => parts.is_whole() && parts.is_date(s),
            Self::Name(name, lead) => lead != Lead::Nothing && name.is_month() && is_day,
            Self::Number(1 | 2) | Self::AfterNumber('d') => is_day && is_capital(),
            Self::Number(4) => is_year(first),
            Self::Year(n, short) => is_day && (n == 4 && is_year(year) || n == 2 && short),
            Self::Minute(2)
            | Self::Second60(2)
            | Self::Fraction(1..)
            | Self::Zone
            | Self::Offset(2 | 4, _) => parts.is_date(' '),
            _ => false,
        }
    }
}

fn is_ordinal(first: char, second: char) -> bool {
    matches!(
        (first, second),
        ('s', 't') | ('n', 'd') | ('r', 'd') | ('t', 'h') | ('e', 'r')
    )
}
