//! Escapes decoded in place: HTML entities, percent-encoding, quoted-printable, and the backslash
//! escapes of JSON and program texts.

use std::str;

use super::map::Decoded;

/// The text with its escapes decoded, `None` if it has none.
pub(crate) fn decode(text: &str) -> Option<Decoded> {
    let mut out = Decoded::default();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = next(text, at) {
        at = found + 1;
        let Some((n, decoded)) = escape(text.get(found..)?) else {
            continue;
        };
        out.copy(text, copied..found);
        out.put(&decoded, found..found + n);
        at = found + n;
        copied = at;
    }
    if copied == 0 {
        return None;
    }
    out.copy(text, copied..text.len());
    Some(out)
}

/// Where the next escape may begin.
fn next(text: &str, from: usize) -> Option<usize> {
    let rest = text.as_bytes().get(from..)?;
    let found = rest
        .iter()
        .position(|byte| matches!(byte, b'&' | b'%' | b'\\' | b'='))?;
    Some(from + found)
}

/// The escape that `text` begins with: its bytes and what they stand for.
fn escape(text: &str) -> Option<(usize, String)> {
    match text.as_bytes().first()? {
        b'&' => entity(text),
        b'%' => octets(text, '%', |byte| byte.is_ascii_hexdigit()),
        b'=' if text.starts_with("=\n") => Some((2, String::new())),
        b'=' if text.starts_with("=\r\n") => Some((3, String::new())),
        b'=' => octets(text, '=', |byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')),
        _ => backslash(text),
    }
}

/// A run of signs with two digits each, together the UTF-8 of something readable.
fn octets(text: &str, sign: char, is_digit: impl Fn(u8) -> bool) -> Option<(usize, String)> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::new();
    let mut n = 0;
    while bytes.get(n) == Some(&(sign as u8)) {
        let Some(digits) = bytes.get(n + 1..n + 3) else {
            break;
        };
        if !digits.iter().all(|byte| is_digit(*byte)) {
            break;
        }
        decoded.push(u8::try_from(number(digits, 16)?).ok()?);
        n += 3;
    }
    let decoded = String::from_utf8(decoded).ok()?;
    (n > 0).then_some((n, decoded))
}

/// `&lt;`, `&#105;`, `&#x69;`; the semicolon may be missing after a number.
fn entity(text: &str) -> Option<(usize, String)> {
    let name = text.get(1..)?;
    let Some(digits) = name.strip_prefix('#') else {
        let end = name.bytes().take(9).position(|byte| byte == b';')?;
        let name = name.get(..end)?;
        let found = ENTITIES.iter().find(|(known, _)| *known == name)?;
        return Some((name.len() + 2, found.1.to_owned()));
    };
    let (digits, radix, prefix) = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 3),
        None => (digits, 10, 2),
    };
    let digits = digits.as_bytes();
    let n = digits
        .iter()
        .take(8)
        .take_while(|byte| char::from(**byte).is_digit(radix))
        .count();
    let c = char::from_u32(number(digits.get(..n)?, radix)?)?;
    let semicolon = usize::from(digits.get(n) == Some(&b';'));
    (n > 0).then_some((prefix + n + semicolon, c.to_string()))
}

/// The names that hide letters' neighbours: blanks, brackets, quotation marks, signs.
const ENTITIES: &[(&str, &str)] = &[
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("ensp", " "),
    ("emsp", " "),
    ("thinsp", " "),
    ("Tab", "\t"),
    ("NewLine", "\n"),
    ("shy", "\u{AD}"),
    ("zwj", "\u{200D}"),
    ("zwnj", "\u{200C}"),
    ("lrm", "\u{200E}"),
    ("rlm", "\u{200F}"),
    ("excl", "!"),
    ("num", "#"),
    ("lpar", "("),
    ("rpar", ")"),
    ("comma", ","),
    ("period", "."),
    ("sol", "/"),
    ("colon", ":"),
    ("semi", ";"),
    ("equals", "="),
    ("quest", "?"),
    ("lsqb", "["),
    ("lbrack", "["),
    ("rsqb", "]"),
    ("rbrack", "]"),
    ("lowbar", "_"),
    ("vert", "|"),
    ("lbrace", "{"),
    ("rbrace", "}"),
];

/// `\u0069`, `\u{69}`, `\U00000069`, `\x69`, `\n`, `\"`.
fn backslash(text: &str) -> Option<(usize, String)> {
    let rest = text.get(1..)?;
    let kind = rest.chars().next()?;
    let plain = |c: &str| Some((2, c.to_owned()));
    match kind {
        'n' | 'r' => plain("\n"),
        't' => plain("\t"),
        '"' | '\'' | '\\' | '/' => plain(rest.get(..1)?),
        'u' if rest.starts_with("u{") => {
            let (digits, _) = rest.get(2..rest.len().min(10))?.split_once('}')?;
            let c = char::from_u32(number(digits.as_bytes(), 16)?)?;
            Some((digits.len() + 4, c.to_string()))
        }
        'u' => utf16(text),
        'U' => fixed(text, 8),
        'x' => fixed(text, 2),
        _ => None,
    }
}

fn fixed(text: &str, n: usize) -> Option<(usize, String)> {
    let digits = text.as_bytes().get(2..2 + n)?;
    let c = char::from_u32(number(digits, 16)?)?;
    Some((2 + n, c.to_string()))
}

/// One `\uXXXX`, or two that are one character.
fn utf16(text: &str) -> Option<(usize, String)> {
    let unit = |from: usize| {
        let escape = text.get(from..from + 6)?;
        let digits = escape.strip_prefix("\\u")?;
        u16::try_from(number(digits.as_bytes(), 16)?).ok()
    };
    let first = unit(0)?;
    if let Ok(c) = String::from_utf16(&[first]) {
        return Some((6, c));
    }
    Some((12, String::from_utf16(&[first, unit(6)?]).ok()?))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if !digits.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    u32::from_str_radix(str::from_utf8(digits).ok()?, radix).ok()
}
