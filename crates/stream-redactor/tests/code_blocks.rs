//! Active content in code blocks.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::sync::LazyLock;

use common::{chars, everything, redact, stream};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use stream_redactor::{Edit, End, Group, Redactor, Rule, UserRule};

fn sparing() -> Redactor {
    static SPARING: LazyLock<Redactor> =
        LazyLock::new(|| everything().spare_code_blocks().build().unwrap());
    SPARING.clone()
}

#[test]
fn active_content_stays_in_code_blocks_alone() {
    let redactor = sparing();
    for (text, expected) in [
        (
            "```\n<script>x</script>\n```\n<script>y</script>",
            "```\n<script>x</script>\n```\n[SCRIPT]",
        ),
        (
            "- ~~~html\n  <a onclick='f()'>",
            "- ~~~html\n  <a onclick='f()'>",
        ),
        (
            "~~~html\n  <iframe src='x'>\n\u{1b}[31m\n~~~\n<iframe src='x'>",
            "~~~html\n  <iframe src='x'>\n\u{1b}[31m\n~~~\n[ACTIVE]",
        ),
        ("`<script>x</script>` ok", "`[SCRIPT]` ok"),
        // A block within what disappears is none.
        (
            "<script>\n```\n</script>\n<script>x</script>",
            "[SCRIPT]\n[SCRIPT]",
        ),
        (
            "```\njane@example.com ![a](https://e.example/?q=secret+words+here)",
            "```\n[EMAIL] ![a]([LINK])",
        ),
    ] {
        assert_eq!(redact(&redactor, text), expected);
    }
}

#[test]
fn rules_have_groups() {
    let own = UserRule::list("TICKET", ["x"]).unwrap();
    let redactor = everything()
        .rule(own.clone())
        .rule(own.group(Group::Secret))
        .build()
        .unwrap();
    let groups = |name: &str| -> Vec<Group> {
        let rules = redactor
            .rules()
            .iter()
            .filter(|rule| rule.entity().as_str() == name);
        rules.map(Rule::group).collect()
    };
    for (name, group) in [
        ("EMAIL_ADDRESS", Group::Personal),
        ("SECRET", Group::Secret),
        ("TRIPWIRE", Group::Secret),
        ("SCRIPT", Group::Active),
        ("EXTERNAL_IMAGE", Group::Exfiltration),
        ("SYSTEM_PROMPT", Group::Leak),
    ] {
        assert!(!groups(name).is_empty(), "{name}");
        assert!(groups(name).iter().all(|g| *g == group), "{name}");
    }
    assert_eq!(groups("TICKET"), [Group::Personal, Group::Secret]);
}

const PIECES: &[&str] = &[
    "```",
    "`",
    "~~~",
    "\n",
    "\n",
    "```html\n",
    "\n```\n",
    " ",
    "> ",
    "<script>",
    "</script>",
    "<script",
    "x",
    "é",
    "\u{200b}",
    "jane@example.com",
    "<iframe src='x'>",
    "javascript:alert(1) ",
    "system prompt:",
    "[SCRIPT]",
    "&#96;",
    "-----",
    "and so it goes on, ",
    "<b onclick=\"f()\">",
    "4111 1111 1111 1111",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..<_>::default() })]

    #[test]
    fn the_laws_hold_in_code_blocks(words in vec(select(PIECES), 0..24)) {
        let text = words.concat();
        let redactor = sparing();
        let whole = redact(&redactor, &text);
        let mut machine = redactor.stream();
        for (at, _) in text.char_indices() {
            let pieces = [&text[..at], &text[at..]];
            prop_assert_eq!(&stream(&mut machine, &pieces, End::Complete, 4096), &whole);
        }
        prop_assert_eq!(&redact(&redactor, &whole), &whole);
        let broken = stream(&mut machine, &[&text], End::Cut, 4096);
        prop_assert_eq!(stream(&mut machine, &chars(&text), End::Cut, 4096), broken);
        let (mut slow, mut edits) = (redactor.stream(), Vec::<Edit>::new());
        slow.read_all();
        slow.push(&text, &mut edits);
        slow.finish(End::Complete, &mut edits);
        prop_assert_eq!(common::apply(&text, &edits), whole);
    }
}
