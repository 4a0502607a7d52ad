//! `API_TOKEN`: a token that tells by its shape what it opens: the issuer's prefix and a body of
//! the alphabet and length that the issuer documents.
//!
//! Tokens stand in runs of letters and digits with marks between. The prefix begins at the
//! beginning of a word, in the letters' case that the issuer writes. A body that could be words
//! or a stand-in (`ghp_xxxx`) is none. Of a token that is longer than a run the placeholder goes
//! out as soon as its head is certain, and the rest of its characters disappear.

use super::issuers::{self, Body, Token};
use super::random::{Mix, counts_up, is_filler};
use super::run::{Grouped, Run};
use super::runs::{MAX_RUN, SECRET};
use super::{Finder, Spec, Swallow, Tier};
use crate::edit::Entity;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::API_TOKEN,
    placeholder: "[SECRET]",
    tier: Tier::Certain,
    about: "an issuer's prefix and a random body of its alphabet and length",
    source: "the issuers' documentation, see the table of prefixes; RFC 7515 for JWT",
    finder: Finder::Runs(&FINDER),
    hits: &[
        "token «ghp_16C7e42F292c6912E7710c838347Ae178B4a».",
        "AWS_ACCESS_KEY_ID=«AKIAIOSFODNN7EXAMPLE»",
        "«sk-proj-Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z», and",
        "«eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N» ok",
        "(«https://hooks.slack.com/services/T00000000/B00000001/a1B2c3D4e5F6g7H8i9J0k1L2»)",
        "bot «123456789:AAF4xQ-1kYb2zT8uW3vLr7nPq5sDc9eGh0J»",
        "stream «live_126031192_m3owJxYRKOf531B9Zc3ZQcLfOLCzKK»",
        "[\"«10-6LZBVhNq8zze0rzXJptfSWDBoskWuThnQb3fUVw4sVNgJ7GKT3ITVIovhwPf34oL»\"]",
    ],
    misses: &[
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "the sk-learn-like-estimator-interface, task-1234567890abcdef1234",
        "AKIAIOSFODNN7EXAMPLES",
        "glagent-hellOworld380_testing",
        "export T=ops_eyJzaWduSW5BZGRyZXNzIjoiaHR0cHM6...",
        "sgp_78Ad84a5B6e8A2fE5B_4085FB0ccaDDd29DB66Fd7FE9bA2C1cdCE8400CD",
        "px-api-9f8c1d2e-3b4a-g968-h786-4bd02c6e8f17",
        "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8NRAL, xoxp-1-SlackAppConfigurationAccessTokenHere",
        "xoxp-572370529330-573807301142-572331691188-####################",
        "8f844bc79b0556fe585535ac611D679D-us2",
        "SG.ngeVfQFYQlKU0ufo8x5d1A..TwL2iGABf9DHoTf-09kqeF8tAmbihYzrnopKc",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        "GHP_16C7E42F292C6912E7710C838347AE178B4A",
        "hf_model_name_or_path_in_the_hub_1",
    ],
};

pub(super) static FINDER: Grouped = Grouped {
    runs: &SECRET,
    min_len: 18,
    value,
    anchored,
};

/// Characters of a body behind which a token is past doubt, though it is not whole.
pub(super) const CERTAIN: usize = 24;

fn value(run: &Run<'_>) -> Option<(usize, usize)> {
    let mut room = [0; MAX_RUN];
    let text = run.spelled(&mut room);
    words(text).find_map(|from| {
        let rest = text.get(from..)?;
        let len = issued(rest, run.goes_on()).or_else(|| shaped(rest, run.goes_on()))?;
        Some((from, from + len))
    })
}

/// A token that is not whole.
fn anchored(run: &Run<'_>) -> Option<usize> {
    let mut room = [0; MAX_RUN];
    let text = run.spelled(&mut room);
    words(text).find(|from| {
        let rest = text.get(*from..).unwrap_or_default();
        let len = issued(rest, true).or_else(|| shaped(rest, true));
        len == Some(rest.len())
    })
}

/// Where words begin.
fn words(text: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let mut before = b' ';
    text.iter().enumerate().filter_map(move |(at, byte)| {
        let begins = byte.is_ascii_alphanumeric() && !is_word(before);
        before = *byte;
        begins.then_some(at)
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// The length of the token of an issuer that a text begins with.
fn issued(text: &[u8], goes_on: bool) -> Option<usize> {
    let lens = issuers::of(text).filter_map(|token| {
        let body = text.get(token.prefix.len()..)?;
        let len = body_len(token.body, body);
        let (body, behind) = body.split_at_checked(len)?;
        let is_cut = behind.is_empty() && goes_on;
        let min = if is_cut {
            token.min.min(CERTAIN)
        } else {
            token.min
        };
        let is_whole = !behind.first().is_some_and(|b| is_word(*b));
        let fits = is_whole && len >= min && (token.max == 0 || len <= token.max);
        // The header of a JWT says nothing, and is no secret by itself.
        let is_jose = token.prefix.starts_with("eyJ") && token.prefix != "eyJrIjoi";
        let is_alone = is_jose && !is_cut && !body.contains(&b'.');
        (fits && !is_alone && is_issued(token, body)).then_some(token.prefix.len() + len)
    });
    lens.max()
}

fn body_len(body: Body, text: &[u8]) -> usize {
    let is_hex = |small: bool| {
        move |b: &&u8| {
            b.is_ascii_digit()
                || if small {
                    (b'a'..=b'f').contains(*b)
                } else {
                    (b'A'..=b'F').contains(*b)
                }
        }
    };
    let text = text.iter();
    match body {
        Body::Hex => text
            .clone()
            .take_while(is_hex(true))
            .count()
            .max(text.take_while(is_hex(false)).count()),
        Body::Alnum => text.take_while(|b| b.is_ascii_alphanumeric()).count(),
        Body::Upper => text
            .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            .count(),
        Body::Url => text.take_while(|b| is_url(**b)).count(),
        Body::Dots => parted(text.as_slice(), |b| is_url(b) || b == b'.'),
        Body::Parts => parted(text.as_slice(), |b| {
            is_url(b) || matches!(b, b'.' | b'+' | b'/')
        }),
    }
}

/// The length of a body with dots in it, of which two in a row end it: a part cannot be empty, and
/// three say that something is left out.
fn parted(text: &[u8], is: impl Fn(u8) -> bool) -> usize {
    let end = text.iter().position(|b| !is(*b)).unwrap_or(text.len());
    let dots = text.windows(2).position(|pair| pair == b"..");
    dots.map_or(end, |dots| dots.min(end))
}

fn is_url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether a body may have been issued: no words, no stand-in.
fn is_issued(token: &Token, body: &[u8]) -> bool {
    // Long enough to be certain, whatever follows.
    if token.prefix.len() >= 16 {
        return true;
    }
    if is_filler(body) || !is_built(token, body) {
        return false;
    }
    let mix = Mix::of(body);
    let is_varied = mix.distinct >= 6.min(token.min / 2);
    // Slack writes numbers first.
    let is_slack = !token.prefix.starts_with("xox")
        || body.first().is_some_and(u8::is_ascii_digit)
        || mix.len > 40;
    let is_words = match token.body {
        Body::Url | Body::Dots | Body::Parts => {
            mix.digits == 0 || mix.turns * 12 < mix.len.min(CERTAIN) && mix.digits * 4 < mix.len
        }
        Body::Alnum => mix.digits == 0 && mix.turns * 5 < mix.len,
        Body::Hex | Body::Upper => mix.digits == 0,
    };
    is_varied && is_slack && !is_words
}

/// Whether the parts of a body are those that its issuer makes.
fn is_built(token: &Token, body: &[u8]) -> bool {
    let is_hex = |part: &[u8]| part.iter().all(u8::is_ascii_hexdigit);
    match token.prefix {
        // The identifier of an instance, and forty digits. One that is cut may end in either.
        "sgp_" => {
            let mut parts = body.splitn(3, |b| *b == b'_');
            match (parts.next(), parts.next(), parts.next()) {
                (Some(key), None, _) => is_hex(key),
                (Some(b"local"), Some(key), None) => is_hex(key),
                (Some(instance), Some(key), None) => {
                    instance.len() == 16 && is_hex(instance) && is_hex(key)
                }
                _ => false,
            }
        }
        // A UUID.
        "px-api-" | "px-dep-" => body.split(|b| *b == b'-').all(is_hex),
        // Numbers of a team and a user, and then the secret.
        _ if token.prefix.starts_with("xox") => {
            let mix = Mix::of(body);
            mix.letters() >= 2 && mix.digits >= 2
        }
        // The header of a JWT is an object (RFC 7515, section 4).
        _ if token.prefix.starts_with("eyJ") => {
            let end = body.iter().position(|b| *b == b'.');
            end.is_none_or(|end| {
                let header = body.get(..end).unwrap_or_default();
                ends_object(token.prefix.len() + end, header)
            })
        }
        _ => true,
    }
}

/// Whether a header of `len` characters of Base64url ends in `}`; its last ones are in `tail`.
fn ends_object(len: usize, tail: &[u8]) -> bool {
    let last = |n: usize| {
        tail.len()
            .checked_sub(n)
            .and_then(|at| tail.get(at))
            .copied()
    };
    match (len % 4, last(3), last(2), last(1)) {
        // `}` is 0111 1101: alone behind six bits, behind four bits of one before, behind two.
        (0, _, Some(high), Some(low)) => low == b'9' && b"BFJNRVZdhlptx159".contains(&high),
        (2, _, Some(high), Some(low)) => high == b'f' && low == b'Q',
        (3, _, Some(high), Some(low)) => low == b'0' && b"HXn3".contains(&high),
        _ => false,
    }
}

/// Whether a value begins as an issuer's tokens do and is too short to be one: such a one opens
/// nothing.
pub(super) fn is_fragment(value: &[u8]) -> bool {
    let telling = |token: &&Token| token.prefix.len() >= MIN_TELLING;
    let least = issuers::of(value).filter(telling);
    let least = least.map(|token| token.prefix.len() + token.min).min();
    least.is_some_and(|least| value.len() < least)
}

/// A prefix of so many characters says whose token it is.
const MIN_TELLING: usize = 4;

/// The length of a token without a prefix of its own, that a text begins with.
fn shaped(text: &[u8], goes_on: bool) -> Option<usize> {
    let is_alnum = |b: &u8| b.is_ascii_alphanumeric();
    let len = |text: &[u8], is: fn(&u8) -> bool| text.iter().take_while(|b| is(b)).count();
    let head = len(text, u8::is_ascii_alphanumeric);
    let (word, tail) = text.split_at_checked(head)?;
    let mix = Mix::of(word);
    let behind = |skip: usize, is: fn(&u8) -> bool| len(tail.get(skip..).unwrap_or_default(), is);
    let url = |b: &u8| is_url(*b);
    let found = match (word, tail) {
        // Telegram: the number of a bot and its token.
        (_, [b':', b'A', ..]) if mix.digits == head && (8..=10).contains(&head) => {
            let n = behind(1, url);
            ((34..=36).contains(&n)).then_some(head + 1 + n)
        }
        // Microsoft Entra ID, secret of a client: three characters, a digit, `Q~`.
        ([_, _, _, digit, b'Q'], [b'~', ..]) if digit.is_ascii_digit() => {
            let n = behind(1, |b| is_url(*b) || matches!(b, b'.' | b'~'));
            ((31..=34).contains(&n)).then_some(head + 1 + n)
        }
        // Mailchimp and Mailgun: 32 hexadecimal digits and more.
        (_, [b'-', rest @ ..]) if head == 32 && is_hash(word, mix) => {
            let center = len(rest, u8::is_ascii_alphanumeric);
            match rest {
                [b'u', b's', digits @ ..]
                    if (3..=4).contains(&center)
                        && len(digits, u8::is_ascii_digit) + 2 == center =>
                {
                    Some(head + 1 + center)
                }
                _ if rest.get(8) == Some(&b'-')
                    && len(rest, u8::is_ascii_hexdigit) == 8
                    && behind(10, is_alnum_byte) == 8 =>
                {
                    Some(head + 18)
                }
                _ => None,
            }
        }
        // TrueNAS: the number of a key, and 64 letters and digits.
        (_, [b'-', ..]) if mix.digits == head && head <= 4 => {
            let n = behind(1, u8::is_ascii_alphanumeric);
            let is_cut = goes_on && head + 1 + n == text.len();
            let key = Mix::of(tail.get(1..1 + n)?);
            let is_key = key.is_surely_random() && key.upper > 7 && key.lower > 7;
            ((n == 64 || is_cut && n >= 56) && is_key).then_some(head + 1 + n)
        }
        // Twitch, key of a stream: the number of a channel, and thirty letters and digits.
        (b"live", [b'_', rest @ ..]) => {
            let number = len(rest, u8::is_ascii_digit);
            let n = behind(number + 2, u8::is_ascii_alphanumeric);
            let key = Mix::of(tail.get(number + 2..number + 2 + n)?);
            let is_one = number >= 6 && rest.get(number) == Some(&b'_') && n == 30;
            (is_one && key.upper > 0 && key.lower > 0).then_some(head + number + 2 + n)
        }
        // Airtable: `pat`, 14 characters, and hexadecimal digits.
        ([b'p', b'a', b't', ..], [b'.', ..]) if head == 17 => {
            let n = behind(1, u8::is_ascii_hexdigit);
            let is_cut = goes_on && head + 1 + n == text.len();
            let hex = Mix::of(tail.get(1..1 + n)?);
            ((n == 64 || is_cut && n >= CERTAIN) && hex.digits > 0).then_some(head + 1 + n)
        }
        // HCP Terraform.
        (_, [b'.', b'a', b't', b'l', b'a', b's', b'v', b'1', b'.', ..])
            if head == 14 && mix.distinct >= 6 =>
        {
            let n = behind(9, url);
            let is_cut = goes_on && head + 9 + n == text.len();
            (n >= 60 || is_cut && n >= CERTAIN).then_some(head + 9 + n)
        }
        // Vault, of old.
        ([b's' | b'b' | b'r'], [b'.', ..]) => {
            let n = behind(1, u8::is_ascii_alphanumeric);
            let body = Mix::of(tail.get(1..1 + n)?);
            (n == 24 && body.is_random() && body.lower > 0 && body.upper > 0).then_some(25 + head)
        }
        // Discord: the number of a bot in Base64, a time, and a code.
        ([b'M' | b'N' | b'O', ..], [b'.', ..]) if (23..=28).contains(&head) && mix.is_random() => {
            let time = behind(1, url);
            let n = behind(2 + time, url);
            (time == 6 && (27..=40).contains(&n) && tail.get(7) == Some(&b'.'))
                .then_some(head + 8 + n)
        }
        // New Relic, licence.
        ([key @ .., b'N', b'R', b'A', b'L'], _)
            if key.len() == 36 && mix.is_random() && !counts_up(key) =>
        {
            Some(head)
        }
        _ => None,
    };
    let end = found?;
    (!text.get(end).is_some_and(is_alnum)).then_some(end)
}

/// Hexadecimal digits with letters of one case.
fn is_hash(word: &[u8], mix: Mix) -> bool {
    let is_hex = word.iter().all(u8::is_ascii_hexdigit);
    is_hex && mix.digits > 0 && (mix.lower == 0 || mix.upper == 0)
}

fn is_alnum_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// Goes on with the characters that a token is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenCloser;

impl TokenCloser {
    pub(super) fn step(self, c: char) -> Swallow {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '/' | '=' | '~') {
            Swallow::More
        } else {
            Swallow::EndBefore
        }
    }
}

/// Whether a token may begin where a raw text does, for the first look.
pub(crate) fn may_begin(text: &[u8]) -> bool {
    issuers::of(text).next().is_some()
        || text.starts_with(b"atlasv1.")
        || text.starts_with(b"live_")
}
