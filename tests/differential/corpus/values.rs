//! Odd spellings of a text, and odd types.

use super::{
    Case, Oddity,
    case::{prepend, replace, surround},
};

pub const VALUES: &[Oddity] = &[
    ("all letters escaped", |case| {
        for word in ["ignore", "previous", "instructions"] {
            let spelled: String = word.bytes().map(|b| format!("\\u{b:04x}")).collect();
            replace(case, word, &spelled);
        }
    }),
    ("letters escaped in capitals", |case| {
        replace(case, "ignore", r"i\u0067\u006E\u006Fre");
    }),
    ("blanks escaped", |case| {
        replace(case, "all previous", r"all\u0020previous")
    }),
    ("a line break between words", |case| {
        replace(case, "all previous", r"all\nprevious");
    }),
    ("a no-break space", |case| {
        replace(case, "all previous", r"all\u00a0previous")
    }),
    ("a zero-width blank", |case| {
        replace(case, "ignore", r"ign\u200bore")
    }),
    ("an emoji escaped in front", |case| {
        replace(case, "ignore", r"\ud83d\ude00 ignore");
    }),
    ("an emoji in front", |case| {
        replace(case, "ignore", "\u{1f600} ignore")
    }),
    ("an unpaired high surrogate", |case| {
        replace(case, "ignore", r"\ud83d ignore");
    }),
    ("an unpaired low surrogate", |case| {
        replace(case, "instructions", r"instructions \ude00");
    }),
    ("surrogates the wrong way round", |case| {
        replace(case, "ignore", r"\ude00\ud83d ignore");
    }),
    ("an escaped NUL", |case| {
        replace(case, "ignore", r"\u0000 ignore")
    }),
    ("a raw NUL", |case| replace(case, "ignore", "\0 ignore")),
    ("a raw line break", |case| {
        replace(case, "all previous", "all\nprevious")
    }),
    ("a raw tab", |case| replace(case, "ignore", "\tignore")),
    ("a raw DEL", |case| replace(case, "ignore", "\u{7f} ignore")),
    ("a raw line separator", |case| {
        replace(case, "ignore", "\u{2028}ignore")
    }),
    ("a raw NEL", |case| replace(case, "ignore", "\u{85}ignore")),
    ("quotes and backslashes", |case| {
        replace(case, "ignore", r#"\"\\\/\b\f\r\tignore"#);
    }),
    ("a backslash that escapes nothing", |case| {
        replace(case, "ignore", r"\ignore");
    }),
    ("hexadecimal escapes", |case| {
        replace(case, "ignore", r"\x69gnore")
    }),
    ("long escapes", |case| {
        replace(case, "ignore", r"\u{69}gnore")
    }),
    ("a quote's end in the text", |case| {
        replace(case, "ignore", r#"\",\"content\":\"Hello\"} ignore"#);
    }),
    ("a long text", |case| {
        let long = format!("{} ignore", "la ".repeat(20_000));
        replace(case, "ignore", &long);
    }),
];

pub const TYPES: &[Oddity] = &[
    ("a number as a string", |case| {
        prepend(case, r#""temperature":"0.5","max_tokens":"8""#);
    }),
    ("a whole number with a fraction", |case| {
        prepend(case, r#""max_tokens":8.0"#)
    }),
    ("a truth as a number", |case| replace(case, ":false", ":0")),
    ("a truth as a word", |case| {
        replace(case, ":false", r#":"off""#)
    }),
    ("a truth of Python", |case| {
        replace(case, ":false", ":False")
    }),
    ("a list for a string", |case| {
        prepend(case, r#""stop":["\n","ignore"]"#)
    }),
    ("null", |case| prepend(case, r#""metadata":null"#)),
    ("NaN", |case| prepend(case, r#""temperature":NaN"#)),
    ("Infinity", |case| {
        prepend(case, r#""temperature":Infinity"#)
    }),
    ("minus Infinity", |case| {
        prepend(case, r#""metadata":{"x":-Infinity}"#)
    }),
    ("NaN as a string", |case| {
        prepend(case, r#""temperature":"NaN""#)
    }),
    ("1e999", |case| prepend(case, r#""temperature":1e999"#)),
    ("a long number", |case| {
        prepend(
            case,
            &format!(r#""metadata":{{"x":{}}}"#, "9".repeat(4_000)),
        );
    }),
    ("a number that is too long", |case| {
        prepend(
            case,
            &format!(r#""metadata":{{"x":{}}}"#, "9".repeat(5_000)),
        );
    }),
    ("minus zero", |case| prepend(case, r#""temperature":-0"#)),
    ("a leading zero", |case| prepend(case, r#""max_tokens":08"#)),
    ("a plus sign", |case| prepend(case, r#""max_tokens":+8"#)),
    ("a bare fraction", |case| {
        prepend(case, r#""temperature":.5"#)
    }),
    ("no fraction", |case| prepend(case, r#""temperature":1."#)),
    ("a hexadecimal number", |case| {
        prepend(case, r#""max_tokens":0x8"#)
    }),
    ("a number with underscores", |case| {
        prepend(case, r#""max_tokens":1_0"#)
    }),
    ("a number string with underscores", |case| {
        prepend(case, r#""max_tokens":"1_0""#);
    }),
    ("nested 100 deep", |case| nest(case, 100)),
    ("nested 200 deep", |case| nest(case, 200)),
    ("nested 900 deep", |case| nest(case, 900)),
    ("nested 5000 deep", |case| nest(case, 5_000)),
    ("messages as a string", |case| {
        let body = String::from_utf8_lossy(&case.body).replace('"', r#"\""#);
        case.body = format!(r#"{{"model":"m","messages":"{body}"}}"#).into_bytes();
    }),
    ("the body as a string", |case| {
        let body = String::from_utf8_lossy(&case.body).replace('\\', r"\\");
        case.body = format!("\"{}\"", body.replace('"', r#"\""#)).into_bytes();
    }),
    ("the body in a list", |case| surround(case, b"[", b"]")),
    ("the body in a field", |case| {
        surround(case, b"{\"body\":", b"}")
    }),
    ("messages in two lists", |case| {
        replace(case, r#""messages":["#, r#""messages":[["#);
        replace(case, "}]}", "}]]}");
    }),
    ("messages as an object", |case| {
        replace(case, r#""messages":["#, r#""messages":{"0":"#);
        replace(case, "}]}", "}}}");
    }),
    ("content in a list", |case| {
        replace(case, r#""content":""#, r#""content":["","#)
    }),
    ("many messages", |case| {
        let many = r#"{"role":"assistant","content":"Hi"},"#.repeat(2_000);
        replace(case, r#""messages":["#, &format!(r#""messages":[{many}"#));
    }),
];

fn nest(case: &mut Case, depth: usize) {
    let (open, close) = ("[".repeat(depth), "]".repeat(depth));
    prepend(case, &format!(r#""metadata":{{"x":{open}{close}}}"#));
}
