//! Odd bytes around and instead of a body.

use super::{
    Case, Oddity,
    case::{header, label, replace, surround},
};

pub const SPACES: &[Oddity] = &[
    ("blanks everywhere", |case| {
        replace(case, "\":", "\" \t:\r\n ");
        replace(case, ",\"", " ,\n\t\"");
    }),
    ("blanks around", |case| {
        surround(case, b" \t\r\n", b"\n\r\t ")
    }),
    ("a form feed in front", |case| surround(case, b"\x0c", b"")),
    ("a no-break space in front", |case| {
        surround(case, "\u{a0}".as_bytes(), b"")
    }),
    ("a NUL behind", |case| surround(case, b"", b"\0")),
    ("a NUL in front", |case| surround(case, b"\0", b"")),
    ("two documents", |case| surround(case, b"{}\n", b"")),
    ("garbage behind", |case| surround(case, b"", b" x")),
    ("a comma behind", |case| replace(case, "}]", "},]")),
    ("comments", |case| surround(case, b"/* x */", b"// y")),
    ("a guard in front", |case| surround(case, b")]}',\n", b"")),
    ("single quotes", |case| replace(case, "\"", "'")),
    ("bare keys", |case| replace(case, r#""model":"#, "model:")),
    ("no body", |case| case.body.clear()),
    ("cut off", |case| {
        case.body.pop();
    }),
];

pub const ENCODINGS: &[Oddity] = &[
    ("UTF-8 with a BOM", |case| {
        surround(case, b"\xef\xbb\xbf", b"")
    }),
    ("two BOMs", |case| {
        surround(case, b"\xef\xbb\xbf\xef\xbb\xbf", b"")
    }),
    ("UTF-16LE", |case| units(case, b"", UTF16_LE)),
    ("UTF-16BE", |case| units(case, b"", UTF16_BE)),
    ("UTF-16LE with a BOM", |case| {
        units(case, b"\xff\xfe", UTF16_LE)
    }),
    ("UTF-16BE with a BOM", |case| {
        units(case, b"\xfe\xff", UTF16_BE)
    }),
    ("UTF-32LE", |case| units(case, b"", UTF32_LE)),
    ("UTF-32BE", |case| units(case, b"", UTF32_BE)),
    ("UTF-32LE with a BOM", |case| {
        units(case, b"\xff\xfe\0\0", UTF32_LE)
    }),
    ("UTF-32BE with a BOM", |case| {
        units(case, b"\0\0\xfe\xff", UTF32_BE)
    }),
    ("UTF-16 that says so", |case| {
        units(case, b"\xff\xfe", UTF16_LE);
        label(case, "application/json; charset=utf-16");
    }),
    ("Latin-1", |case| bytes_in_text(case, b"\xe9 ")),
    ("an overlong form", |case| bytes_in_text(case, b"\xc0\xa2 ")),
    ("a surrogate in UTF-8", |case| {
        bytes_in_text(case, b"\xed\xa0\xbd ")
    }),
    ("a surrogate pair in UTF-8", |case| {
        bytes_in_text(case, b"\xed\xa0\xbd\xed\xb8\x80 ");
    }),
    ("beyond Unicode", |case| {
        bytes_in_text(case, b"\xf4\x90\x80\x80 ")
    }),
    ("UTF-7", |case| {
        replace(case, "ignore", "+AGkAZwBuAG8AcgBl-");
        label(case, "application/json; charset=utf-7");
    }),
    ("said to be gzip", |case| {
        header(case, "content-encoding", "gzip")
    }),
    ("said to be br", |case| {
        header(case, "content-encoding", "br, identity")
    }),
    ("said to be nothing", |case| {
        header(case, "content-encoding", "")
    }),
    ("said to be identity", |case| {
        header(case, "content-encoding", "Identity")
    }),
];

/// UTF-16 or UTF-32 units, as bytes.
fn units<const N: usize>(case: &mut Case, bom: &[u8], unit: fn(char) -> Vec<[u8; N]>) {
    let body = String::from_utf8_lossy(&case.body).into_owned();
    let units = body.chars().flat_map(unit).flatten();
    case.body = bom.iter().copied().chain(units).collect();
}

fn utf16(unit: fn(u16) -> [u8; 2], character: char) -> Vec<[u8; 2]> {
    let mut space = [0; 2];
    character
        .encode_utf16(&mut space)
        .iter()
        .map(|u| unit(*u))
        .collect()
}

const UTF16_LE: fn(char) -> Vec<[u8; 2]> = |c| utf16(u16::to_le_bytes, c);
const UTF16_BE: fn(char) -> Vec<[u8; 2]> = |c| utf16(u16::to_be_bytes, c);
const UTF32_LE: fn(char) -> Vec<[u8; 4]> = |c| vec![u32::from(c).to_le_bytes()];
const UTF32_BE: fn(char) -> Vec<[u8; 4]> = |c| vec![u32::from(c).to_be_bytes()];

/// Puts bytes that are no UTF-8 in front of the phrase.
fn bytes_in_text(case: &mut Case, bytes: &[u8]) {
    let at = case.body.windows(6).position(|word| word == b"ignore");
    if let Some(at) = at {
        case.body.splice(at..at, bytes.iter().copied());
    }
}
