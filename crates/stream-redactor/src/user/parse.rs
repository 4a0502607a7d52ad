//! Regular expressions as trees.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind, Look};

use super::PatternError;
use super::node::{Class, Node};

/// Groups in groups.
const MAX_NESTED: u32 = 32;

pub(super) fn parse(pattern: &str) -> Result<Node, PatternError> {
    let mut parser = ParserBuilder::new()
        .case_insensitive(true)
        .nest_limit(MAX_NESTED)
        .build();
    let hir = parser.parse(pattern).map_err(|error| {
        let why = match &error {
            regex_syntax::Error::Parse(error) => error.kind().to_string(),
            regex_syntax::Error::Translate(error) => error.kind().to_string(),
            _ => "not understood".to_owned(),
        };
        PatternError::Syntax(why)
    })?;
    // A boundary is asked for on both sides anyway.
    let parts = match hir.kind() {
        HirKind::Concat(parts) => parts.as_slice(),
        _ => std::slice::from_ref(&hir),
    };
    let parts = match parts {
        [first, rest @ ..] if is_boundary(first) => rest,
        parts => parts,
    };
    let parts = match parts {
        [rest @ .., last] if is_boundary(last) => rest,
        parts => parts,
    };
    concat(parts)
}

fn is_boundary(hir: &Hir) -> bool {
    matches!(
        hir.kind(),
        HirKind::Look(Look::WordAscii | Look::WordUnicode)
    )
}

fn concat(parts: &[Hir]) -> Result<Node, PatternError> {
    Ok(Node::Concat(
        parts.iter().map(node).collect::<Result<_, _>>()?,
    ))
}

fn node(hir: &Hir) -> Result<Node, PatternError> {
    Ok(match hir.kind() {
        HirKind::Empty => Node::Concat(Vec::new()),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0);
            let text = text.map_err(|_| PatternError::Syntax("not UTF-8".to_owned()))?;
            Node::Concat(text.chars().map(|c| Node::Class(Class::of(c))).collect())
        }
        HirKind::Class(regex_syntax::hir::Class::Unicode(ranges)) => {
            let mut class = Class::default();
            ranges
                .iter()
                .for_each(|range| class.add(range.start(), range.end()));
            Node::Class(class)
        }
        HirKind::Class(regex_syntax::hir::Class::Bytes(ranges)) => {
            let mut class = Class::default();
            for range in ranges.iter().filter(|range| range.start().is_ascii()) {
                class.add(range.start().into(), range.end().min(0x7f).into());
            }
            Node::Class(class)
        }
        HirKind::Look(_) => return Err(PatternError::LooksAround),
        HirKind::Repetition(repeat) => {
            let times = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
            let sub = Box::new(node(&repeat.sub)?);
            Node::Repeat(sub, times(repeat.min), repeat.max.map(times))
        }
        HirKind::Capture(capture) => node(&capture.sub)?,
        HirKind::Concat(parts) => concat(parts)?,
        HirKind::Alternation(parts) => Node::Any(parts.iter().map(node).collect::<Result<_, _>>()?),
    })
}
