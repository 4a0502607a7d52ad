//! `DOMAIN_NAME`: labels with dots between and a top level domain that is in use.
//!
//! Labels as in RFC 1123, the last one from the IANA root zone database: countries, and the generic
//! ones that are used most. Those that are endings of files or names in programs as well
//! (`main.rs`, `user.id`) count only behind `www.` or a second level such as `co`.

use super::run::{Grouped, Run};
use super::runs::HOST;
use super::{Finder, Spec, Tier};
use crate::edit::Entity;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::DOMAIN_NAME,
    placeholder: "[DOMAIN]",
    tier: Tier::Loose,
    about: "labels with dots between, and a top level domain",
    source: "RFC 1123, IANA root zone database",
    finder: Finder::Runs(&DOMAIN),
    hits: &[
        "«example.com», «www.example.co.uk»/x",
        "https://«a-b.example.org»:443.",
        "«www.example.rs»",
        "«example.com»-----",
        "an «example.com»-based shop",
    ],
    misses: &[
        "main.rs",
        "e.g. this",
        "1.2.3",
        "done.It is",
        "a_b.com",
        "a.example",
        "user.id",
        "-a.com",
    ],
};

static DOMAIN: Grouped = Grouped {
    runs: &HOST,
    min_len: 4,
    value,
    anchored: |_| None,
};

const GENERIC: &str = "app asia biz blog cat club cloud com dev digital edu email gov int jobs mil \
    mobi museum net news online org shop site space store tech travel website wiki world xyz";

const COUNTRIES: &str = "ad ae af ag ai al ao ar au aw ax az ba bb bd bf bg bh bi bj bm bn bo br bs bt \
    bw by bz ca cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm dz ec ee eg er es et \
    eu fi fj fk fo fr ga gd gf gg gh gi gl gm gn gp gq gr gu gw gy hk hn hr ht hu ie il im io iq ir \
    je jm jo jp ke kg kh ki km kn kp kr kw ky kz lb lc li lk lr ls lu lv ly ma mc mg mh mk mn mo \
    mp mq mr mt mu mv mw mx mz na nc nf ng ni nl np nr nu nz om pa pe pf pg ph pk pn pr pt pw py qa \
    re ro ru rw sa sb sd se sg si sk sl sm sn sr ss sv sx sy sz td tg th tj tk tl tm tn tr tt tw tz \
    ua ug uk uy uz va vc ve vg vi vn vu wf ye yt za zm zw";

/// Endings of files, words, and names in programs.
const AMBIGUOUS: &str = "am as at be cc do fm gs gt id in info is it la lt me ml mm ms my name ne no pl \
    pm pro ps py rs sc sh so st tf to tv us ws md";

/// Levels below a country's.
const SECOND: &str = "ac co com edu gov net org";

fn value(run: &Run<'_>) -> Option<(usize, usize)> {
    let text = std::str::from_utf8(run.text).ok()?;
    let is_authority = run.before == b'/' && run.before_that == b'/';
    let is_part = matches!(run.before, b'@' | b'/' | b'\\' | b'_' | b'-' | b'.' | b'$');
    if is_part && !is_authority {
        return None;
    }
    let goes_on = run.is_open || matches!(run.behind, b'@' | b'_' | b'(');
    // Before a dash it may end, too: `example.com-based`, `example.com-----BEGIN`.
    let dashes = text.rmatch_indices('-').map(|(n, _)| n);
    let ends = Some(text.len()).filter(|_| !goes_on).into_iter();
    let mut hosts = ends.chain(dashes).filter_map(|end| text.get(..end));
    let host = hosts.find(|host| is_host(run, host.trim_end_matches('.')))?;
    Some((0, host.trim_end_matches('.').len()))
}

fn is_host(run: &Run<'_>, text: &str) -> bool {
    let Some((host, top)) = text.rsplit_once('.') else {
        return false;
    };
    let is_label = |label: &str| {
        let is_edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        is_edge(label.chars().next()) && is_edge(label.chars().next_back()) && label.len() <= 63
    };
    let second = host.rsplit('.').next().unwrap_or_default();
    let has = |list: &str, word: &str| list.split(' ').any(|w| w == word);
    let is_told = || host.starts_with("www.") || host.contains('.') && has(SECOND, second);
    let is_top = has(GENERIC, top) || has(COUNTRIES, top) || has(AMBIGUOUS, top) && is_told();
    // `done.It`: a sentence without a blank before it.
    let at = host.len() + 1;
    let is_sentence = run.is_upper(at) && !run.is_upper(at + 1);
    is_top && text.split('.').all(is_label) && !is_sentence
}
