//! Phrases that begin in one message and go on in the next.

use std::{collections::BTreeMap, ops::Range};

use prompt_screen::{Action, Category, LEARNED_MODEL, PLACEHOLDER, RuleName, Verdict};
use tower_mistral_wire::{
    Mode,
    table::{Group, TextKind},
};

use crate::{
    config::Config,
    judge::{Gone, Judge},
    role::Role,
    switch::Switch,
    text::Text,
};

/// Bytes that are looked at on either side of the place where two messages meet. A phrase is
/// shorter.
const REACH: usize = 2048;

/// The part of a phrase that stands in one text.
#[derive(Clone, Debug)]
pub(crate) struct Crossing {
    pub(crate) span: Range<usize>,
    pub(crate) rule: RuleName,
    pub(crate) category: Option<Category>,
    pub(crate) verdict: Verdict,
    pub(crate) score: f32,
}

/// One text of a request, and where in it begins what is not ours.
pub(crate) struct Turn<'t, 'a> {
    pub(crate) kind: TextKind,
    pub(crate) group: Group,
    pub(crate) text: &'t Text<'a>,
    pub(crate) start: usize,
}

/// The phrases that reach over the border of two consecutive untrusted messages, by the place of
/// the text in `turns`. What stands in one message alone is not said again.
pub(crate) fn crossings(
    config: &Config,
    switch: &Switch<'_>,
    turns: &[Turn<'_, '_>],
) -> BTreeMap<usize, Vec<Crossing>> {
    let mut found = BTreeMap::new();
    let mut chain = Chain::default();
    let mut last = None;
    let mut order: Vec<usize> = (0..turns.len()).collect();
    order.sort_by_key(|at| turns.get(*at).map(|turn| turn.group.outer));
    for at in order {
        let Some(turn) = turns.get(at) else {
            continue;
        };
        let role = Role::of(turn.kind);
        if !is_turn(turn.kind) {
            continue;
        }
        let is_next = last.is_none_or(|last| last != turn.group.outer);
        let is_untrusted = config.roles.is_untrusted(role);
        if !is_next || !is_untrusted || switch.of_kind(turn.kind) == Mode::Off {
            chain.close(config, switch, &mut found);
        }
        if is_untrusted {
            chain.push(at, turn, config, switch, &mut found);
        }
        last = Some(turn.group.outer);
    }
    chain.close(config, switch, &mut found);
    found
}

fn is_turn(kind: TextKind) -> bool {
    matches!(
        kind,
        TextKind::User | TextKind::System | TextKind::Assistant | TextKind::ToolResult
    )
}

/// What stands in one text, and where its piece of the chain begins.
struct Piece {
    turn: usize,
    kind: TextKind,
    from: usize,
    text: String,
}

#[derive(Default)]
struct Chain(Vec<Piece>);

impl Chain {
    fn push(
        &mut self,
        at: usize,
        turn: &Turn<'_, '_>,
        config: &Config,
        switch: &Switch<'_>,
        found: &mut BTreeMap<usize, Vec<Crossing>>,
    ) {
        let text = turn.text.as_str();
        let body = text.get(turn.start..).unwrap_or_default();
        let piece = |range: Range<usize>| Piece {
            turn: at,
            kind: turn.kind,
            from: turn.start + range.start,
            text: body.get(range).unwrap_or_default().to_owned(),
        };
        if body.len() <= 2 * REACH {
            self.0.push(piece(0..body.len()));
            return;
        }
        self.0.push(piece(0..boundary(body, REACH)));
        self.close(config, switch, found);
        self.0
            .push(piece(boundary(body, body.len() - REACH)..body.len()));
    }

    fn close(
        &mut self,
        config: &Config,
        switch: &Switch<'_>,
        found: &mut BTreeMap<usize, Vec<Crossing>>,
    ) {
        let pieces = std::mem::take(&mut self.0);
        if pieces.len() > 1 {
            read(&pieces, config, switch, found);
        }
    }
}

fn read(
    pieces: &[Piece],
    config: &Config,
    switch: &Switch<'_>,
    found: &mut BTreeMap<usize, Vec<Crossing>>,
) {
    let text = Text::join(pieces.iter().map(|piece| piece.text.as_str().into()));
    // The user's thresholds count where there is user's text: only that can be filtered.
    let kinds = pieces.iter().map(|piece| piece.kind);
    let kind = kinds.max_by_key(|kind| kind.is_prompt());
    let kind = kind.unwrap_or(TextKind::Generic);
    let judge = Judge {
        screen: &config.screen,
        thresholds: &config.roles.get(Role::of(kind)).thresholds,
        today: config.today(),
    };
    let judged = judge.judge(&text, |rule| switch.of(rule.as_str(), kind) != Mode::Off);
    if judged.verdict == Verdict::Allow {
        return;
    }
    let places = Places::new(pieces);
    let mut deal = |span: &Range<usize>, rule: &RuleName, category, verdict| {
        for (turn, part) in places.parts(span) {
            found.entry(turn).or_default().push(Crossing {
                span: part,
                rule: rule.clone(),
                category,
                verdict,
                score: judged.score,
            });
        }
    };
    // Sentences that only the model takes for an attack are looked at where they stand; and no
    // phrase forms around a placeholder.
    let is_phrase = |span: &Range<usize>, rule: &RuleName| {
        let said = text.as_str().get(span.clone()).unwrap_or_default();
        places.crosses(span) && rule.as_str() != LEARNED_MODEL && !said.contains(PLACEHOLDER)
    };
    for (span, rule) in &judged.gone {
        if is_phrase(span, rule) {
            deal(span, rule, None, Verdict::Filter);
        }
    }
    let is_gone = |span: &Range<usize>| {
        let overlaps = |(gone, _): &Gone| gone.start < span.end && span.start < gone.end;
        judged.gone.iter().any(overlaps)
    };
    for hit in judged.hits.iter().filter(|hit| !hit.is_observed) {
        if is_gone(&hit.span) || !is_phrase(&hit.span, &hit.rule) {
            continue;
        }
        let verdict = match (judged.verdict, hit.action) {
            (Verdict::Block, Action::Block) => Verdict::Block,
            (Verdict::Block, Action::Filter) => Verdict::Filter,
            _ => Verdict::Flag,
        };
        deal(&hit.span, &hit.rule, Some(hit.category), verdict);
    }
}

/// Where the pieces stand in the chain.
struct Places<'p> {
    pieces: Vec<(Range<usize>, &'p Piece)>,
}

impl<'p> Places<'p> {
    fn new(pieces: &'p [Piece]) -> Self {
        let mut at = 0;
        let pieces = pieces.iter().map(|piece| {
            let start = at;
            at += piece.text.len();
            (start..at, piece)
        });
        Self {
            pieces: pieces.collect(),
        }
    }

    fn parts(&self, span: &Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> {
        let first = self
            .pieces
            .partition_point(|(place, _)| place.end <= span.start);
        let pieces = self.pieces.iter().skip(first);
        pieces
            .take_while(|(place, _)| place.start < span.end)
            .map(|(place, piece)| {
                let (start, end) = (span.start.max(place.start), span.end.min(place.end));
                let at = |at: usize| piece.from + (at - place.start);
                (piece.turn, at(start)..at(end))
            })
            .filter(|(_, part)| !part.is_empty())
    }

    fn crosses(&self, span: &Range<usize>) -> bool {
        self.parts(span).nth(1).is_some()
    }
}

/// The last character border up to `at`.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
