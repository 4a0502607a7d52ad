//! What holds for any text.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod support;

use prompt_screen::{Action, PLACEHOLDER, Screen, Thresholds, Verdict, cut};
use proptest::{collection::vec, prelude::*, sample::select};
use support::filtered;
use unicode_segmentation::UnicodeSegmentation;

/// Words, halves of words and everything that may stand between, so that phrases form often.
const FRAGMENTS: &[&str] = &[
    "ignore",
    "ig",
    "nore",
    "all",
    "of",
    "the",
    "previous",
    "prior",
    "and",
    "instructions",
    "system",
    "prompt",
    "you",
    "are",
    "now",
    "over",
    "ride",
    "override",
    "s",
    "a",
    "ab",
    "b",
    "Оver",
    "ｒｉｄｅ",
    "指",
    "か\u{3099}",
    "℀",
    "[FILTERED]",
    "[",
    "FILTERED",
    "]",
    "[FILT",
    "ERED]",
    " ",
    " ",
    " ",
    "\n",
    "-",
    "**",
    ".",
    "\u{200B}",
    "\u{200D}",
    "\u{AD}",
    "\u{FE0F}",
    "\u{301}",
    "\u{E0073}",
    "\u{E0020}",
    "\u{E0061}",
    "\u{0}",
    "²",
    "™",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        vec(select(FRAGMENTS), 0..24).prop_map(|parts| parts.concat()),
        vec(any::<char>(), 0..40).prop_map(String::from_iter),
    ]
}

fn screen() -> impl Strategy<Value = Screen> {
    // Words that overlap, repeat and can be read in several ways, under all actions.
    let tangled = Screen::builder()
        .phrase("a-ab", "a ab", Action::Filter)
        .phrase("aa-b", "aa b", Action::Flag)
        .phrase("over", "over ride override", Action::Block)
        .phrase("filtered", "filtered", Action::Filter)
        .phrase("prompt", "prompt ignore", Action::Filter)
        .phrase("glyph", "指か", Action::Filter)
        .build()
        .unwrap();
    select(vec![Screen::basic(), Screen::recommended(), tangled])
}

/// One way of disguising the letters of a phrase; each must leave it a hit.
fn disguise(word: &str, how: &[u8]) -> String {
    let mut out = String::new();
    for (c, how) in word.chars().zip(how.iter().cycle()) {
        let upper = c.to_ascii_uppercase();
        let shifted = |by: u32| char::from_u32(u32::from(c) + by).unwrap();
        match how % 10 {
            0 => out.push(upper),
            1 => out.push(shifted(0xFF41 - 0x61)),
            2 => out.extend([c, '\u{200B}']),
            3 => out.extend(['\u{2066}', c]),
            4 => out.extend([upper, '\u{336}']),
            5 => out.extend([c, '\u{AD}']),
            6 => out.push(shifted(0xE0000)),
            7 => out.push(shifted(0x1D41A - 0x61)),
            8 => out.extend([c, '\u{FE0E}']),
            _ => out.push(c),
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn findings_are_in_order_and_on_boundaries(screen in screen(), text in text()) {
        let screening = screen.screen(&text);
        let mut done = 0;
        for finding in screening.findings() {
            let span = finding.span();
            prop_assert!(span.start >= done && span.start < span.end);
            prop_assert!(text.get(span.clone()).is_some_and(|hit| !hit.contains(PLACEHOLDER)));
            done = span.end;
        }
    }

    #[test]
    fn filtering_twice_is_filtering_once(screen in screen(), text in text()) {
        let once = filtered(&screen, &text);
        prop_assert_eq!(filtered(&screen, &once), once);
    }

    #[test]
    fn a_disguised_phrase_is_found(
        how in vec(any::<u8>(), 1..40),
        between in vec(select(vec![" ", "\n", "\t", "-", "_", "*", ". ", "\u{3000}", "\u{200B}"]), 1..4),
        before in select(vec!["", "Hello, ", "x\u{200B}", "指", "[FILTERED]"]),
        after in select(vec!["", " please", "!", "\u{200B}x", "指", "[FILTERED]"]),
    ) {
        let words = ["ignore", "previous", "instructions"].map(|word| disguise(word, &how));
        let text = format!("{before}{}{after}", words.join(&between.concat()));
        for screen in [Screen::basic(), Screen::recommended()] {
            let screening = screen.screen(&text);
            prop_assert_eq!(screening.findings().len(), 1, "{:?}", text);
            prop_assert_eq!(screening.verdict(&Thresholds::default()), Verdict::Filter);
            let clean = filtered(&screen, &text);
            prop_assert!(clean.starts_with(before) && clean.ends_with(after), "{:?}", clean);
        }
    }

    #[test]
    fn a_cut_fits_and_splits_only_monsters(
        parts in vec(select(vec!["a", "é", "e\u{301}", "\r\n", "👨‍👩‍👧", "🇫🇷", "\u{301}\u{301}\u{301}\u{301}\u{301}"]), 0..60),
        max in 0_usize..80,
    ) {
        let text = parts.concat();
        let count = text.chars().count();
        let Some(at) = cut(&text, max) else {
            prop_assert!(count <= max);
            return Ok(());
        };
        prop_assert!(count > max);
        let kept = text[..at].chars().count();
        prop_assert!(kept <= max);
        let (start, cluster) = text.grapheme_indices(true).take_while(|(i, _)| *i <= at).last().unwrap();
        let inside = text[start..at].chars().count();
        prop_assert!(inside % 32 == 0, "split {inside} into a cluster");
        // As much is kept as fits: the next piece of a cluster would not.
        let next = (cluster.chars().count() - inside).min(32);
        prop_assert!(kept + next > max);
    }
}
