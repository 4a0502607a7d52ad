//! Whether a value that is assigned to a secret's name is one: no stand-in, no type, no code.

use super::names::{self, Name};
use super::random::{Mix, counts_up};
use super::token;

/// What is known of a value besides its characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) name: Name,
    /// It stands in quotation marks.
    pub(super) is_quoted: bool,
    /// No blanks around the `=` of a line of settings, as in a file of environment variables.
    pub(super) is_plain: bool,
}

/// Values that stand for what a reader has to put in, in part.
const STAND_INS: [&str; 22] = [
    "your",
    "xxxx",
    "****",
    "....",
    "____",
    "----",
    "placeholder",
    "example",
    "changeme",
    "change_me",
    "replace",
    "insert",
    "redacted",
    "process.env",
    "environ",
    "getenv",
    "dummy",
    "sample",
    "todo",
    "<",
    "fake",
    "%s",
];
/// Words that are no values: types, states and labels.
const WORDS: [&str; 34] = [
    "string",
    "str",
    "text",
    "none",
    "null",
    "nil",
    "true",
    "false",
    "undefined",
    "required",
    "optional",
    "number",
    "integer",
    "boolean",
    "bytes",
    "object",
    "array",
    "hidden",
    "empty",
    "invalid",
    "incorrect",
    "missing",
    "password",
    "passwd",
    "passwort",
    "passphrase",
    "contrasena",
    "secret",
    "token",
    "username",
    "user",
    "email",
    "varchar",
    "credentials",
];

/// The fewest characters of a value, so that a shorter one need not be read.
pub(crate) fn shortest(name: Name) -> usize {
    match name {
        Name::Password => 5,
        Name::Secret => 8,
        Name::Key => 16,
        // A scheme comes first.
        Name::Header => 0,
    }
}

/// Whether `value` is what its name says.
pub(super) fn is_secret(value: &[u8], setting: Setting) -> bool {
    let mut room = [0; 64];
    let Some(lower) = room.get_mut(..value.len()) else {
        return false;
    };
    lower.copy_from_slice(value);
    lower.make_ascii_lowercase();
    let lower = &*lower;
    let mix = Mix::of(value);
    if is_reference(value, lower, mix, setting) || mix.distinct < 3 {
        return false;
    }
    if counts_up(value) || is_clock(value) || token::is_fragment(value) {
        return false;
    }
    let is_uuid = is_uuid(value);
    match setting.name {
        // What is random beyond doubt is no stand-in, whatever it holds by chance.
        _ if mix.is_surely_random() && !has(lower, "process.env") => {
            !is_uuid || setting.name != Name::Key
        }
        Name::Key => false,
        _ if !mix.is_long_and_mixed() && STAND_INS.iter().any(|word| has(lower, word)) => false,
        Name::Secret | Name::Header => is_uuid || is_token(mix, setting),
        Name::Password => is_password(lower, mix, setting),
    }
}

/// It only says where the value is: `$VAR`, `{{ var }}`, `[SECRET]`, `/run/secrets/x`, `get()`.
fn is_reference(value: &[u8], lower: &[u8], mix: Mix, setting: Setting) -> bool {
    let is_name = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_');
    let is_call = |b: &u8| matches!(b, b'(' | b'[' | b'{' | b'<');
    let begins = match value {
        [b'$' | b'%' | b'#' | b'@', b'{' | b'(' | b'<', ..] => true,
        [b'{', ..] | [b'[', ..] | [b'<', ..] | [b'(', ..] | [b'*', ..] => true,
        [b'/' | b'.' | b'~', ..] => !mix.is_surely_random(),
        [b'\'' | b'"' | b'`', b'$' | b'{' | b'<' | b' ', ..] => true,
        [b'0', b'x', digits @ ..] => digits.len() <= 16 && digits.iter().all(u8::is_ascii_hexdigit),
        [b'#', id @ ..] => id.iter().all(is_name),
        [b'$', first, ..] => first.is_ascii_alphabetic() || *first == b'_',
        [b'%', .., b'%'] | [b'&', ..] => true,
        [drive, b':', b'\\' | b'/', ..] => drive.is_ascii_alphabetic(),
        _ => value.starts_with(b"http") && value.windows(3).any(|w| w == b"://"),
    };
    // A member or a call, but not a number of a version or a mark in a password.
    let is_member = |pair: &[u8]| matches!(pair, [a, b'.', b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic());
    let arrow = value.windows(2).any(|pair| matches!(pair, b"->" | b"::"));
    let is_code =
        value.iter().any(is_call) || arrow || value.windows(3).any(is_member) && !mix.is_random();
    // `settings.api_key2`, `ed25519.PrivateKey`
    let is_key = value.contains(&b'.') && names::kind(lower).is_some();
    begins || !setting.is_quoted && (is_code || is_key)
}

/// Letters and digits in turn, or many marks among letters.
fn is_token(mix: Mix, setting: Setting) -> bool {
    let is_long = mix.len >= 12 && mix.is_random();
    let is_short = mix.len >= 8 && mix.digits >= 2 && mix.letters() >= 2 && mix.turns >= 4;
    is_long || is_short || setting.is_quoted && mix.marks >= 6 && mix.letters() >= 4
}

fn is_password(lower: &[u8], mix: Mix, setting: Setting) -> bool {
    let letters = mix.letters();
    let is_word = letters == mix.len;
    if WORDS.iter().any(|word| lower == word.as_bytes()) || letters == 0 && mix.len < 8 {
        return false;
    }
    if setting.is_quoted {
        // `challengePassword` names one.
        if is_word && mix.upper > 0 && lower.ends_with(b"password") {
            return false;
        }
        return mix.len >= 5 && letters + mix.digits >= 3;
    }
    if setting.is_plain {
        return mix.len >= 6;
    }
    let is_name = lower
        .iter()
        .all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b'.'));
    // `8-16`, `2FA`, but `hunter2`, `P@ss!w0rd`
    !is_word && !is_name && mix.len >= 6 && letters >= 2 && (mix.digits > 0 || mix.marks >= 2)
}

fn is_uuid(value: &[u8]) -> bool {
    let is_hyphen = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    value.len() == 36
        && value.iter().enumerate().all(|(at, b)| {
            if is_hyphen(at) {
                *b == b'-'
            } else {
                b.is_ascii_hexdigit()
            }
        })
}

/// A UUID made from the time and the address of a machine (version 1), which are no secrets (RFC
/// 9562, sections 5.1 and 8).
fn is_clock(value: &[u8]) -> bool {
    let is_version = value.get(14) == Some(&b'1');
    let is_variant = matches!(value.get(19), Some(b'8' | b'9' | b'a' | b'b' | b'A' | b'B'));
    is_uuid(value) && is_version && is_variant
}

fn has(text: &[u8], word: &str) -> bool {
    text.windows(word.len())
        .any(|window| window == word.as_bytes())
}
