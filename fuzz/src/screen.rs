use std::sync::LazyLock;

use prompt_screen::{Counts, Edit, PLACEHOLDER, Screen, Screening, Thresholds, Verdict};

/// All rules with the model, all rules alone, and a few with actions that overlap them.
static SCREENS: LazyLock<[Screen; 3]> = LazyLock::new(|| {
    let own = r#"
[[rule]]
id = "watched"
category = "custom"
mode = "observe"
weight = 1.0
patterns = ["ignore ..3 instructions", "prompt"]

[[rule]]
id = "blocked"
category = "custom"
action = "block"
weight = 0.1
patterns = ["^ forbidden ..2 `[word]`"]
"#;
    let rules = Screen::builder().recommended().without_model();
    let both = Screen::builder().recommended().rules(own);
    [Ok(Screen::recommended()), rules.build(), both.build()]
        .map(|screen| screen.expect("the rules are valid"))
});

/// Any text: places lie in it and on its characters, edits tile it, a verdict to filter comes with a
/// rewrite, the score is what its parts make, and a second look, with all that the first left
/// behind, sees the same.
pub fn screen(data: &[u8]) {
    let (_, input) = crate::split(data);
    let text = String::from_utf8_lossy(input);
    let strict = Thresholds::default().filter(0.5).block(0.95);
    for screen in SCREENS.iter() {
        let screening = screen.screen(&text);
        check(&text, &screening);
        for thresholds in [&Thresholds::default(), &strict] {
            let verdict = screening.verdict(thresholds);
            match screening.filter(thresholds) {
                Some(edits) => assert!(
                    tiles(&text, &edits) && verdict != Verdict::Block,
                    "a filter rewrites the text"
                ),
                None => assert!(verdict == Verdict::Block, "what no filter helps is blocked"),
            }
        }
        assert!(
            tiles(&text, &screening.edits(|_| true)),
            "edits tile the text"
        );
        let again = screen.screen(&text);
        assert!(again == screening, "a second look sees something else");
    }
}

fn check(text: &str, screening: &Screening) {
    let score = screening.score();
    assert!((0.0..=1.0).contains(&score), "a score is between 0 and 1");
    let parts = screening.contributions();
    let added = parts.iter().filter(|part| part.counts() == Counts::Added);
    let doubt: f32 = added.map(|part| 1.0 - part.weight()).product();
    assert!((score - (1.0 - doubt)).abs() < 1e-5, "parts make the score");
    // Those of observed rules stand beside the others.
    let mut ends = [0, 0];
    for finding in screening.findings() {
        let span = finding.span();
        let found = text.get(span.clone());
        let found = found.expect("spans lie on the characters of the text");
        assert!(
            !found.is_empty() && !found.contains(PLACEHOLDER),
            "a span is of the text"
        );
        let end = &mut ends[usize::from(finding.is_observed())];
        assert!(span.start >= *end, "findings do not overlap");
        *end = span.end;
    }
}

fn tiles(text: &str, edits: &[Edit]) -> bool {
    let mut at = 0;
    edits.iter().all(|edit| {
        let (Edit::Keep(n) | Edit::Replace { n, .. }) = edit else {
            unreachable!("there are no other edits so far")
        };
        at += n;
        *n > 0 && text.is_char_boundary(at)
    }) && at == text.len()
}
