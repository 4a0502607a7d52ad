//! The rules of a redactor, compiled: for each character what it may begin, and what goes on.
//!
//! One look at [`Class`] tells for all rules at once what a character does, so a new rule costs
//! nothing where its values cannot be.

use std::ops::Range;

use crate::rules::{Automaton, Grouped, Rule, Runs, SPACED_CODE, Table, Tier, is_word};
use crate::skip::Sought;
use crate::view::is_plain;

/// A set of runs or of automata, by their index.
pub(crate) type Mask = u32;

/// The most kinds of runs, and the most automata.
const MAX: usize = Mask::BITS as usize;

/// What a character is to the one behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    #[default]
    Other,
    /// A letter, or a digit outside ASCII.
    Letter,
    Digit,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Other, Self::Letter, Self::Digit];

    pub(crate) fn of(c: char) -> Self {
        match c {
            c if c.is_ascii_digit() => Self::Digit,
            c if is_word(c) => Self::Letter,
            _ => Self::Other,
        }
    }
}

/// What a character does.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Class {
    /// The runs that it goes on.
    pub(crate) body: Mask,
    /// The runs that it is a separator of.
    pub(crate) separator: Mask,
    /// The runs that want to have seen it, or one like it.
    pub(crate) marks: Mask,
    /// The runs that it may begin, by the [`Kind`] of what stands before.
    begins: [Mask; 3],
    /// The automata whose values it may begin, likewise.
    wakes: [Mask; 3],
    pub(crate) kind: Kind,
    /// It is an ASCII character that no spelling begins with, see [`is_plain`].
    pub(crate) is_plain: bool,
    /// It is a blank.
    pub(crate) is_blank: bool,
}

impl Class {
    #[inline]
    pub(crate) fn begins(&self, before: Kind) -> Mask {
        let [other, letter, digit] = self.begins;
        match before {
            Kind::Other => other,
            Kind::Letter => letter,
            Kind::Digit => digit,
        }
    }

    #[inline]
    pub(crate) fn wakes(&self, before: Kind) -> Mask {
        let [other, letter, digit] = self.wakes;
        match before {
            Kind::Other => other,
            Kind::Letter => letter,
            Kind::Digit => digit,
        }
    }
}

/// One kind of run and the rules for it.
#[derive(Clone, Debug)]
pub(crate) struct RunPlan {
    pub(crate) runs: &'static Runs,
    /// The rules by their index.
    pub(crate) rules: Vec<(usize, Tier, &'static Grouped)>,
    /// What the values of other rules look like.
    pub(crate) shapes: Option<&'static Table>,
    /// Which rule each of those is for, in their order.
    pub(crate) shaped: Vec<Option<(usize, Tier)>>,
    /// The length from which one of them judges.
    pub(crate) min_len: usize,
    /// The length of a whole run up to which one of them judges.
    pub(crate) max_len: usize,
    /// The best tier of them.
    pub(crate) tier: Tier,
    /// The rules that want it held, by their index.
    pub(crate) holders: Vec<usize>,
}

impl RunPlan {
    fn add_shapes(&mut self, table: &'static Table, shapes: Range<usize>, rule: (usize, Tier)) {
        self.shapes = Some(table);
        self.shaped.resize(table.shapes.len(), None);
        let slots = self.shaped.get_mut(shapes).unwrap_or_default();
        slots.fill(Some(rule));
        let (least, most) = table.lens;
        // Capitals at the end are separators.
        let is_spaced = std::ptr::eq(self.runs, &SPACED_CODE);
        let least = if is_spaced { least - 3 } else { least };
        // Blanks may set a value apart in a longer run.
        let is_whole = !(self.runs.separator)(' ');
        self.min_len = self.min_len.min(least);
        self.max_len = self.max_len.max(if is_whole { most } else { usize::MAX });
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// By byte; nothing for those that are no character.
    bytes: Box<[Class]>,
    /// Letters and digits outside ASCII that belong to a word.
    word: Class,
    /// Those that may touch a value.
    unspaced: Class,
    /// Control characters outside ASCII.
    control: Class,
    /// Everything else.
    other: Class,
    pub(crate) runs: Vec<RunPlan>,
    /// The rule for what is invisible.
    pub(crate) invisible: Option<usize>,
    /// The rules that the first look has to know of, by their index.
    pub(crate) sought: Vec<(usize, Sought)>,
    /// The rule of each automaton, and how it begins.
    pub(crate) automata: Vec<(usize, Tier, Automaton)>,
    /// The automata that sleep where no word tells of births.
    pub(crate) births: Mask,
    /// The runs that may have 1, 2 and 3 separators in a row, no more.
    pub(crate) max_separators: [Mask; 3],
    /// The runs that slide.
    pub(crate) sliding: Mask,
    /// The runs that a letter may begin behind a letter, or a digit behind a digit.
    inside: Mask,
    /// Whether no automaton is woken there.
    is_calm_inside: bool,
    /// The runs that all letters go on, and all digits.
    words: [Mask; 2],
    /// The runs that some rule judges.
    pub(crate) judged: Mask,
    /// The runs that are judged only if they have a mark.
    pub(crate) marked: Mask,
}

impl Plan {
    /// Whether there is room for so many rules that have automata.
    pub(crate) fn has_room(rules: &[Rule]) -> bool {
        let automata = rules.iter().filter(|rule| rule.automaton().is_some());
        automata.count() <= MAX
    }

    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut plan = Self::default();
        for (index, rule) in rules.iter().enumerate() {
            plan.add(index, rule);
        }
        let is_judged = |plan: &RunPlan| !plan.rules.is_empty() || plan.shapes.is_some();
        plan.judged = mask(&plan.runs, is_judged);
        let is_birth = |automaton: &Automaton| matches!(automaton, Automaton::Date(date) if date.needs_birth());
        plan.births = mask(&plan.automata, |(.., automaton)| is_birth(automaton));
        assert!(
            plan.runs.len() <= MAX && plan.automata.len() <= MAX,
            "sets have room"
        );
        let class = |byte: u8| match char::from(byte) {
            c if c.is_ascii() => plan.class(c, rules),
            _ => Class::default(),
        };
        plan.bytes = (0..=u8::MAX).map(class).collect();
        plan.word = plan.class('ж', rules);
        plan.unspaced = plan.class('字', rules);
        plan.control = plan.class('\u{9b}', rules);
        plan.other = plan.class('€', rules);
        let words = plan.bytes.iter().filter(|class| class.kind != Kind::Other);
        let (inside, wakes) = words.fold((0, 0), |(inside, wakes), class| {
            let kind = class.kind;
            (inside | class.begins(kind), wakes | class.wakes(kind))
        });
        (plan.inside, plan.is_calm_inside) = (inside, wakes == 0);
        let all = |kind| {
            let classes = plan.bytes.iter().filter(|class| class.kind == kind);
            classes.fold(Mask::MAX, |all, class| all & class.body)
        };
        plan.words = [all(Kind::Letter), all(Kind::Digit)];
        plan
    }

    fn add(&mut self, index: usize, rule: &Rule) {
        let tier = rule.tier();
        if rule.is_invisible() {
            self.invisible = Some(index);
        }
        self.sought
            .extend(Sought::of(rule.entity()).map(|sought| (index, sought)));
        if rule.is_user() {
            // The first look does not know what they look for.
            let all = Sought {
                hosts: true,
                ..Sought::default()
            };
            self.sought.push((index, all));
        }
        if let Some(automaton) = rule.automaton() {
            self.automata.push((index, tier, automaton));
        }
        if let Some(plan) = rule.runs().and_then(|runs| self.hold(runs, index, tier)) {
            if let Some(grouped) = rule.grouped() {
                plan.rules.push((index, tier, grouped));
                plan.min_len = plan.min_len.min(grouped.min_len());
                plan.max_len = usize::MAX;
            }
        }
        for (table, shapes) in rule.tables() {
            if let Some(plan) = self.hold(table.runs, index, tier) {
                plan.add_shapes(table, shapes, (index, tier));
            }
        }
    }

    /// The plan for runs that a rule wants held.
    fn hold(&mut self, runs: &'static Runs, rule: usize, tier: Tier) -> Option<&mut RunPlan> {
        let known = self
            .runs
            .iter()
            .position(|plan| std::ptr::eq(plan.runs, runs));
        let at = known.unwrap_or_else(|| self.add_runs(runs));
        let plan = self.runs.get_mut(at)?;
        plan.holders.push(rule);
        plan.tier = plan.tier.min(tier);
        Some(plan)
    }

    fn add_runs(&mut self, runs: &'static Runs) -> usize {
        let bit = 1 << self.runs.len();
        for (n, mask) in self.max_separators.iter_mut().enumerate() {
            if usize::from(runs.max_separators) == n + 1 {
                *mask |= bit;
            }
        }
        if runs.slides {
            self.sliding |= bit;
        }
        if runs.mark.is_some() {
            self.marked |= bit;
        }
        self.runs.push(RunPlan {
            runs,
            rules: Vec::new(),
            shapes: None,
            shaped: Vec::new(),
            min_len: usize::MAX,
            max_len: 0,
            tier: Tier::Loose,
            holders: Vec::new(),
        });
        self.runs.len() - 1
    }

    fn class(&self, c: char, rules: &[Rule]) -> Class {
        let lower = c.to_ascii_lowercase();
        let runs = |is: &dyn Fn(&Runs, char) -> bool| {
            let cased = |runs: &Runs| if runs.is_capital { c } else { lower };
            mask(&self.runs, |plan| is(plan.runs, cased(plan.runs)))
        };
        let wakes = |before| {
            mask(&self.automata, |(rule, ..)| {
                rules
                    .get(*rule)
                    .is_some_and(|rule| rule.wakes(lower, before))
            })
        };
        let begins =
            |before| runs(&|runs, c| (runs.first)(c) && (runs.in_words || before == Kind::Other));
        Class {
            body: runs(&|runs, c| (runs.body)(c)),
            separator: runs(&|runs, c| (runs.separator)(c) && !(runs.body)(c)),
            marks: runs(&|runs, c| runs.mark.is_some_and(|mark| mark(c))),
            begins: Kind::ALL.map(begins),
            wakes: Kind::ALL.map(wakes),
            kind: Kind::of(c),
            is_plain: u8::try_from(c).is_ok_and(is_plain),
            is_blank: c == ' ',
        }
    }

    /// The runs that may have no more separators, of those with 1, 2 and 3 at their end.
    #[inline]
    pub(crate) fn full(&self, [a, b, c]: [Mask; 3]) -> Mask {
        let [one, two, three] = self.max_separators;
        a & one | b & two | c & three
    }

    /// How many letters behind a letter, or digits behind a digit, do nothing but go on with the
    /// runs in `live`.
    #[inline]
    pub(crate) fn inside(&self, before: Kind, live: Mask, enabled: Mask, text: &[u8]) -> usize {
        let [letters, digits] = self.words;
        let begins = self.inside & enabled & !live;
        if live == 0 || begins != 0 || !self.is_calm_inside {
            return 0;
        }
        let text = text.iter();
        match before {
            Kind::Letter if live & !letters == 0 => {
                text.take_while(|b| b.is_ascii_alphabetic()).count()
            }
            Kind::Digit if live & !digits == 0 => text.take_while(|b| b.is_ascii_digit()).count(),
            _ => 0,
        }
    }

    /// What an ASCII character does.
    #[inline]
    pub(crate) fn of_byte(&self, byte: u8) -> Option<&Class> {
        self.bytes.get(usize::from(byte))
    }

    #[inline]
    pub(crate) fn of(&self, c: char) -> &Class {
        let ascii = u8::try_from(c).ok().filter(u8::is_ascii);
        if let Some(class) = ascii.and_then(|byte| self.of_byte(byte)) {
            return class;
        }
        match c {
            c if is_word(c) => &self.word,
            c if c.is_alphanumeric() => &self.unspaced,
            '\u{80}'..='\u{9f}' => &self.control,
            _ => &self.other,
        }
    }
}

fn mask<T>(items: &[T], is: impl Fn(&T) -> bool) -> Mask {
    let items = items.iter().enumerate().filter(|(_, item)| is(item));
    items.fold(0, |mask, (n, _)| mask | 1 << n)
}
