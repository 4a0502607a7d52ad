//! `INVISIBLE_TEXT`: invisible characters that hide a text or turn one around.
//!
//! More than sixteen in a row end any other value, so they are a finding themselves: otherwise they
//! could tear a value apart unseen. Fewer are one where no text has a use for them:
//!
//! - tag characters (U+E0000 to U+E007F), each an invisible ASCII character, but for a flag: U+1F3F4,
//!   three to six of them and U+E007F (UTS #51, ED-14a);
//! - overrides of the direction, U+202D and U+202E: a reader sees other text than stands there
//!   ("Trojan Source"). Embeddings and isolates stay, for right-to-left languages need them;
//! - two or more variation selectors in a row, which encode a byte each;
//! - eight or more zero-width characters in a row, which encode a bit each. Joiners in emoji and in
//!   Indic and Persian words stand alone or in pairs.
//!
//! They are looked at where they are shown: inside a value they go with it.

use super::{Finder, Spec, Tier};
use crate::edit::Entity;
use crate::view::Sym;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::INVISIBLE_TEXT,
    placeholder: "[INVISIBLE]",
    tier: Tier::Certain,
    about: "invisible characters that hide a text, or many of them",
    source: "Unicode, Default_Ignorable_Code_Point; UTS #51; UTS #55, Trojan Source",
    finder: Finder::Invisible,
    hits: &[
        "a«\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}»b",
        "a«\u{200b}\u{200c}\u{200b}\u{200b}\u{200c}\u{200c}\u{200b}\u{200b}»b",
        "Hi!«\u{e0048}\u{e0069}» there",
        "🏴«\u{e0048}\u{e0069}\u{e0020}\u{e0067}»",
        "if «\u{202e}»x",
        "😀«\u{fe00}\u{e0101}»",
    ],
    misses: &[
        "a\u{200b}b",
        "e\u{301}\u{fe0f}",
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}\u{200d}🔥",
        "می\u{200c}خواهم \u{2067}עברית\u{2069}",
    ],
};

/// So many zero-width characters in a row are a text.
const MIN_ZERO_WIDTH: usize = 8;

/// Whether invisible characters in a row, behind this one, hide something.
pub(crate) fn is_covert(before: Option<char>, run: &[Sym]) -> bool {
    let chars = || run.iter().map(|symbol| symbol.ch);
    let tags = chars().take_while(|c| is_tag(*c)).count();
    let flag = if before == Some('\u{1f3f4}') && is_flag(run.get(..tags).unwrap_or_default()) {
        tags
    } else {
        0
    };
    let is_bad = |c: char| is_tag(c) || matches!(c, '\u{202d}' | '\u{202e}');
    chars().skip(flag).any(is_bad)
        || chars().filter(|c| is_selector(*c)).count() > 1
        || chars().filter(|c| is_zero_width(*c)).count() >= MIN_ZERO_WIDTH
}

/// The tags of a flag, with the one that ends it.
fn is_flag(tags: &[Sym]) -> bool {
    let is_letter =
        |symbol: &Sym| matches!(symbol.ch, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}');
    tags.split_last().is_some_and(|(last, region)| {
        last.ch == '\u{e007f}' && (3..=6).contains(&region.len()) && region.iter().all(is_letter)
    })
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0000}'..='\u{e007f}')
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}
