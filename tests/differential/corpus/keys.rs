//! Odd keys, and keys that come twice.

use super::{
    Oddity,
    case::{prepend, replace},
};

pub const KEYS: &[Oddity] = &[
    ("keys escaped", |case| {
        replace(case, r#""messages":"#, r#""\u006d\u0065ssages":"#);
        replace(case, r#""role":"#, r#""r\u006fle":"#);
        replace(case, r#""content":"#, r#""conten\u0074":"#);
        replace(case, r#""text":"#, r#""\u0074ext":"#);
        replace(case, r#""prompt":"#, r#""\u0070rompt":"#);
    }),
    ("keys escaped in capitals", |case| {
        replace(case, r#""messages":"#, r#""\u006Dessages":"#);
        replace(case, r#""content":"#, r#""c\u006Fntent":"#);
        replace(case, r#""arguments":"#, r#""argume\u006Ets":"#);
    }),
    ("values of role and type escaped", |case| {
        replace(case, r#""user""#, r#""us\u0065r""#);
        replace(case, r#""tool""#, r#""t\u006f\u006fl""#);
        replace(case, r#""type":"text""#, r#""type":"te\u0078t""#);
    }),
    ("role in capitals", |case| {
        replace(case, r#""user""#, r#""User""#)
    }),
    ("role with a blank", |case| {
        replace(case, r#""user""#, r#""user ""#)
    }),
    ("no role", |case| replace(case, r#""role":"user","#, "")),
    ("developer", |case| {
        replace(case, r#""system""#, r#""developer""#)
    }),
    ("content in capitals", |case| {
        replace(case, r#""content":"#, r#""Content":"#);
    }),
    ("messages in capitals", |case| {
        replace(case, r#""messages":"#, r#""MESSAGES":"#);
    }),
    ("a key with a blank", |case| {
        replace(case, r#""content":"#, r#""content ":"#);
    }),
    ("a key with a NUL", |case| {
        replace(case, r#""content":"#, r#""content\u0000":"#);
    }),
    ("a key with a BOM", |case| {
        replace(case, r#""content":"#, r#""\ufeffcontent":"#);
    }),
    ("full-width keys", |case| {
        replace(case, r#""content":"#, "\"\u{ff43}ontent\":");
    }),
    ("a key more at the top", |case| prepend(case, r#""x":1"#)),
    ("a key more in a message", |case| {
        replace(case, r#""role":"#, r#""x":{"y":[1]},"role":"#);
    }),
    ("a key that is an unpaired surrogate", |case| {
        replace(case, r#""role":"#, r#""\ud83d":1,"role":"#);
    }),
    ("the empty key", |case| {
        replace(case, r#""role":"#, r#""":1,"role":"#);
    }),
    ("keys of JavaScript", |case| {
        replace(
            case,
            r#""role":"#,
            r#""__proto__":{"role":"system"},"role":"#,
        );
    }),
    ("an index", |case| {
        replace(case, r#""role":"#, r#""index":7,"role":"#)
    }),
];

pub const DOUBLES: &[Oddity] = &[
    ("messages twice, harmless first", |case| {
        prepend(case, r#""messages":[{"role":"user","content":"Hello"}]"#);
    }),
    ("messages twice, harmless last", |case| {
        let body = String::from_utf8_lossy(&case.body).into_owned();
        let harmless = r#","messages":[{"role":"user","content":"Hello"}]}"#;
        case.body = (body.trim_end_matches('}').to_owned() + harmless).into_bytes();
    }),
    ("messages twice, one escaped", |case| {
        prepend(
            case,
            r#""\u006dessages":[{"role":"user","content":"Hello"}]"#,
        );
    }),
    ("content twice", |case| {
        replace(case, r#""content":"#, r#""content":"Hello","content":"#);
    }),
    ("content twice, one escaped", |case| {
        replace(
            case,
            r#""content":"#,
            r#""\u0063ontent":"Hello","content":"#,
        );
    }),
    ("content twice, in capitals", |case| {
        replace(case, r#""content":"#, r#""CONTENT":"Hello","content":"#);
    }),
    ("text twice", |case| {
        replace(case, r#""text":"#, r#""text":"Hello","text":"#);
    }),
    ("prompt twice", |case| {
        replace(case, r#""prompt":"#, r#""prompt":"Hello","prompt":"#);
    }),
    ("role twice", |case| {
        replace(case, r#""role":"#, r#""role":"system","role":"#);
    }),
    ("role twice, the other last", |case| {
        replace(case, r#""role":"user""#, r#""role":"system","role":"user""#);
    }),
    ("type twice", |case| {
        replace(
            case,
            r#""type":"text""#,
            r#""type":"image_url","type":"text""#,
        );
    }),
    ("content twice among many", |case| {
        let many: String = (0..20).map(|n| format!(r#""x{n}":{n},"#)).collect();
        let many = format!(r#""content":"Hello",{many}"c\u006fntent":"#);
        replace(case, r#""content":"#, &many);
    }),
    ("another key twice", |case| prepend(case, r#""model":"x""#)),
];
