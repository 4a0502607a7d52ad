//! The rules that come with the crate.

use std::sync::LazyLock;

use crate::signatures::{
    file::{self, RuleFile},
    vocabulary::Vocabulary,
};

/// The version of the data: a new major one may change verdicts everywhere, a minor one brings
/// rules (to be observed at first), a patch mends rules.
const VERSION: &str = "1.0.0";

const WORDS: &str = include_str!("../../signatures/words.toml");

const FILES: &[&str] = &[
    include_str!("../../signatures/instruction-override.toml"),
    include_str!("../../signatures/jailbreak.toml"),
    include_str!("../../signatures/prompt-extraction.toml"),
    include_str!("../../signatures/template-token.toml"),
    include_str!("../../signatures/fake-turn.toml"),
    include_str!("../../signatures/exfiltration.toml"),
    include_str!("../../signatures/encoded-payload.toml"),
    include_str!("../../signatures/many-shot.toml"),
    include_str!("../../signatures/goal-hijacking.toml"),
    include_str!("../../signatures/payload-splitting.toml"),
    include_str!("../../signatures/delimiter-confusion.toml"),
    include_str!("../../signatures/adversarial-suffix.toml"),
];

/// The built-in rules and the sets of words they are written with.
pub(crate) fn rules() -> &'static (Vocabulary, RuleFile) {
    static RULES: LazyLock<(Vocabulary, RuleFile)> = LazyLock::new(|| {
        let vocabulary = file::words(WORDS).expect("invariant: the built-in sets are valid");
        let mut all = RuleFile::default();
        for text in FILES {
            let rules = file::parse(text).expect("invariant: the built-in rules are valid");
            all.extend(rules);
        }
        (vocabulary, all)
    });
    &RULES
}

/// [`VERSION`] and a hash of the data, so that two builds with the same rules say so.
pub(crate) fn version() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let bytes = FILES.iter().chain([&WORDS]).flat_map(|text| text.bytes());
        let hash = bytes.fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
        format!("{VERSION}+{hash:016x}")
    });
    &TEXT
}
