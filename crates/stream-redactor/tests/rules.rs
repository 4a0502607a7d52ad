//! What each rule replaces and what it leaves alone.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use common::{chars, redact, stream};
use stream_redactor::{End, Redactor};

fn check(cases: &[(&str, &str)]) {
    let redactor = Redactor::recommended();
    for (text, expected) in cases {
        let shown = redact(&redactor, text);
        assert_eq!(shown, *expected, "{text:?}");
        assert_eq!(redact(&redactor, &shown), shown, "again: {text:?}");
    }
}

/// Texts in which nothing is to be found.
fn check_untouched(texts: &[&str]) {
    let cases: Vec<_> = texts.iter().map(|text| (*text, *text)).collect();
    check(&cases);
}

#[test]
fn email_addresses() {
    check(&[
        ("jane@example.com", "[EMAIL]"),
        ("Write to jane@example.com.", "Write to [EMAIL]."),
        (
            "<jane@example.com>, 'bob@b.org'; x=a@b.cc",
            "<[EMAIL]>, '[EMAIL]'; x=[EMAIL]",
        ),
        (
            "[Jane](mailto:Jane.Doe+tag@Mail.Example.co.uk)",
            "[Jane](mailto:[EMAIL])",
        ),
        (
            "`jane@example.com` **jane@example.com**",
            "`[EMAIL]` **[EMAIL]**",
        ),
        ("o'brien_x%y@a-b.example", "[EMAIL]"),
        ("jane@example.com-foo bob@b.org_x", "[EMAIL]-foo [EMAIL]_x"),
        ("jane@example.com-foo@b.org", "[EMAIL]-[EMAIL]"),
        ("a@b.com.x1, a@b.com..", "[EMAIL].x1, [EMAIL].."),
        ("a@b@example.com", "a@[EMAIL]"),
        ("a@b.cc@example.com", "[EMAIL]@example.com"),
        ("a@b.cc\njane@x.yz\n", "[EMAIL]\n[EMAIL]\n"),
        // Other spellings.
        ("JANE＠ＥＸＡＭＰＬＥ．ＣＯＭ!", "[EMAIL]!"),
        ("jane (at) example (dot) com ok", "[EMAIL] ok"),
        ("jane[at]example[dot]com", "[EMAIL]"),
        (
            "jane&#64;example&period;com jane%40example%2Ecom",
            "[EMAIL] [EMAIL]",
        ),
        (
            "ja\u{200b}ne\u{ad}@exam\u{2060}ple.c\u{e0041}om\u{200b}",
            "[EMAIL]\u{200b}",
        ),
        ("jose\u{301}@example.com", "[EMAIL]"),
        // All scripts, with and without blanks around.
        ("jürgen@müller.de иван@пример.рф", "[EMAIL] [EMAIL]"),
        ("用户@例子.公司。", "[EMAIL]。"),
        ("联系jane@example.com谢谢", "联系[EMAIL]谢谢"),
        (
            "jane@example。com jane@example.com。谢谢",
            "[EMAIL] [EMAIL]。谢谢",
        ),
        ("jane@example.com으로 보내", "[EMAIL]으로 보내"),
        ("a@xn--bcher-kva.xn--p1ai", "[EMAIL]"),
        // A token of other rules inside.
        ("123-45-6789@example.com", "[EMAIL]"),
    ]);
    check_untouched(&[
        "",
        "jane@",
        "@example.com",
        "jane@example",
        "jane@example.c",
        "jane@example.c1",
        "jane @example.com",
        "jane@ example.com",
        "jane@.example.com",
        "jane@example..com",
        "lodash@4.17.21 and @scope/pkg@1.0.0",
        "one (at) two, three [dot] four",
        "'@example.com",
        "decorators: @app.route",
        "100% & <b>bold</b> &amp; co &#",
    ]);
}

#[test]
fn long_local_parts_and_domains() {
    let redactor = Redactor::recommended();
    let x = "x".repeat(70);
    let cases = [
        (
            format!("{x}@example.com"),
            format!("{}[EMAIL]", "x".repeat(70 - 64 + 8)),
        ),
        (format!("{x}.jane@example.com"), format!("{x}.[EMAIL]")),
        // The head that stays must not become a value of another kind.
        (
            format!("123-45-6789{}@b.cc", "1".repeat(64)),
            "123-45-678911111111[EMAIL]".to_owned(),
        ),
        (
            format!("123-45-6789.{x}@b.cc"),
            format!("[SSN].{}[EMAIL]", "x".repeat(14)),
        ),
        (format!("a@{x}.com"), format!("a@{x}.com")),
        (format!("a@b.{x}1 end"), "[EMAIL]xxxxxx1 end".to_owned()),
        (
            format!("a@b.{x}1jane@b.cc end"),
            "[EMAIL][EMAIL] end".to_owned(),
        ),
        (
            format!("a@{}com end", "b.".repeat(126)),
            "[EMAIL] end".to_owned(),
        ),
        (
            format!("a@{}com end", "b.".repeat(127)),
            "[EMAIL]om end".to_owned(),
        ),
    ];
    for (text, expected) in cases {
        let shown = redact(&redactor, &text);
        assert_eq!(shown, expected, "{text}");
        assert_eq!(redact(&redactor, &shown), shown);
    }
}

#[test]
fn social_security_numbers() {
    check(&[
        ("123-45-6789", "[SSN]"),
        ("SSN: 123-45-6789.", "SSN: [SSN]."),
        ("(123 45 6789), 123.45.6789!", "([SSN]), [SSN]!"),
        ("１２３－４５－６７８９ and ١٢٣-٤٥-٦٧٨٩", "[SSN] and [SSN]"),
        ("123‑45‑6789 123\u{a0}45\u{a0}6789", "[SSN] [SSN]"),
        ("1\u{200b}23-4\u{200d}5-67\u{fe0f}89", "[SSN]"),
        ("号码123-45-6789是", "号码[SSN]是"),
        ("123-123-45-6789", "123-[SSN]"),
        ("123 456-78-9012", "123 [SSN]"),
        ("123-45-678-90-1234", "123-45-[SSN]"),
        ("123-45-6789 123-45-6789", "[SSN] [SSN]"),
        ("123-45-6789-123-45-6789", "[SSN]-[SSN]"),
    ]);
    check_untouched(&[
        "123456789",
        "123-456789",
        "123-45 6789",
        "123--45-6789",
        "123-45-67890",
        "0123-45-6789",
        "a123-45-6789",
        "123-45-6789a",
        "000-45-6789",
        "666-45-6789",
        "900-45-6789",
        "123-00-6789",
        "123-45-0000",
        "12-345-6789",
        "123 45\n6789",
        "555-123-4567",
        "2024-01-02 10.0.0.1",
    ]);
}

#[test]
fn scripts() {
    check(&[
        ("a<script>alert(1)</script>b", "a[SCRIPT]b"),
        ("<SCRIPT src='x'>1</ScRiPt >b", "[SCRIPT]b"),
        ("<script/>x</script\n a=b>y", "[SCRIPT]y"),
        ("<script\tdefer>if (a</scriptx>b) <</script>y", "[SCRIPT]y"),
        ("<<script>1</script>>", "<[SCRIPT]>"),
        ("<script>open to the end\n\njane@example.com", "[SCRIPT]"),
        ("&lt;script&gt;1&lt;/script&gt;.", "[SCRIPT]."),
        ("<scr\u{200b}ipt>1</script>.", "[SCRIPT]."),
        ("<script>1</script>jane@example.com", "[SCRIPT][EMAIL]"),
        (
            "Use `<script>` or `<script src=a>` tags",
            "Use `[SCRIPT]` or `[SCRIPT]` tags",
        ),
        ("`<script>1</script>`", "`[SCRIPT]`"),
        // Nothing forms anew around a gap.
        ("<scr<script></script>ipt>", "<scr[SCRIPT]ipt>"),
        (
            "jane<script></script>@example.com",
            "jane[SCRIPT]@example.com",
        ),
        ("123-45-<script></script>6789", "123-45-[SCRIPT]6789"),
    ]);
    check_untouched(&[
        "<script",
        "< script>",
        "<scripts>x</scripts>",
        "</script>",
        "script>",
        "a <b> c <scrip t>",
        "x<y && y>z",
    ]);
}

#[test]
fn prompt_lines() {
    check(&[
        ("System prompt: be nice", "[REDACTED]"),
        ("a\nsystem  prompt :\tbe nice\nb", "a\n[REDACTED]\nb"),
        ("My SYSTEM\u{a0}PROMPT： secret\r\nb", "My [REDACTED]\r\nb"),
        ("**System prompt:** x\u{2028}y", "**[REDACTED]\u{2028}y"),
        ("{\"system prompt\": \"x\"}", "{\"[REDACTED]"),
        ("system system prompt:x\u{85}y", "system [REDACTED]\u{85}y"),
        ("system prompt:", "[REDACTED]"),
        (
            "system prompt: a\nsystem prompt: b",
            "[REDACTED]\n[REDACTED]",
        ),
        ("ｓｙｓｔｅｍ pro\u{200b}mpt:x", "[REDACTED]"),
    ]);
    check_untouched(&[
        "the system prompt is secret",
        "ecosystem prompt: x",
        "system\nprompt: x",
        "systemprompt: x",
        "system prompts: x",
        "system prompt\n: x",
    ]);
}

/// What began like a value past doubt is not shown when the text breaks off.
#[test]
fn a_cut_text() {
    let redactor = Redactor::recommended();
    let cases = [
        ("to jane@", "to [EMAIL]"),
        ("to jane@exam", "to [EMAIL]"),
        ("to jane@example.co", "to [EMAIL]"),
        ("to jane", "to jane"),
        ("no 123-45-", "no [SSN]"),
        ("no 123-45-67", "no [SSN]"),
        ("no 123-45", "no 123-45"),
        ("no 000-45-67", "no 000-45-67"),
        ("x <script", "x [SCRIPT]"),
        ("x <scr", "x <scr"),
        ("jane@exam ple", "jane@exam ple"),
        ("x <script>a", "x [SCRIPT]"),
    ];
    for (text, expected) in cases {
        let shown = stream(&mut redactor.stream(), &chars(text), End::Cut, 4096);
        assert_eq!(shown, expected, "{text}");
        assert_eq!(
            stream(&mut redactor.stream(), &[text], End::Cut, 4096),
            expected
        );
    }
}
