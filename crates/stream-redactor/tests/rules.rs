//! What each rule replaces and what it leaves alone.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use common::{chars, redact, stream};
use stream_redactor::{Edit, End, Entity, Redactor};

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
        // What touches a name in a script without spaces belongs to it if that makes an address,
        // and may be another value otherwise.
        ("a@b.字字abc.cn a@b.字字abc", "[EMAIL] [EMAIL]"),
        ("a@b.字字123-45-6789", "[EMAIL][SSN]"),
        ("a@b.t한3@e.co", "[EMAIL][EMAIL]"),
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
        "a@b.рф123-45-6789% a@b.рф2.0.2.1",
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
            format!("{}[EMAIL]", "x".repeat(70 - 64 + 35)),
        ),
        (format!("{x}.jane@example.com"), format!("{x}.[EMAIL]")),
        // The head that stays must not become a value of another kind.
        (
            format!("123-45-6789{}@b.cc", "1".repeat(64)),
            format!("123-45-6789{}[EMAIL]", "1".repeat(35)),
        ),
        (
            format!("123-45-6789.{x}@b.cc"),
            format!("[SSN].{}[EMAIL]", "x".repeat(41)),
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
        "2024-01-02 10.0.0",
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

#[test]
fn tokens() {
    let long = "Ab3dEf6hIj9kLm2n".repeat(8);
    check(&[
        ("x=ghp_16C7e42F292c6912E7710c838347Ae178B4a;", "x=[SECRET];"),
        (
            "ｇhp_16C7e42F292c6912E7710c83\u{200b}8347Ae178B4a",
            "[SECRET]",
        ),
        ("ghp%5F16C7e42F292c6912E7710c838347Ae178B4a", "[SECRET]"),
        (
            "AKIAIOSFODNN7EXAMPLE and ASIAIOSFODNN7EXAMPLE.",
            "[SECRET] and [SECRET].",
        ),
        ("/repos/glpat-a1b2c3d4e5f6g7h8i9j0/x", "/repos/[SECRET]/x"),
        (&format!("(sk-ant-api03-{long})"), "([SECRET])"),
        (
            &format!("eyJhbGciOiJIUzI1NiJ9.{long}.{long}\nnext"),
            "[SECRET]\nnext",
        ),
        (
            &format!("see {}.eyJhbGciOiJIUzI1NiJ9.{long} x", "a".repeat(30)),
            &format!("see {}.[SECRET] x", "a".repeat(30)),
        ),
        ("a2937653ed38c31a43ea46e2b19257db-us2", "[SECRET]"),
        (
            "«xoxb-123456789012-1234567890123-abcdefghijklmnopqrstuvwx»",
            "«[SECRET]»",
        ),
    ]);
    check_untouched(&[
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "Ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "xghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "AKIAIOSFODNN7EXAMPLEX",
        "the sk-folding-cube-wrapper-element-2, a s.addComponentsFromRegistry()",
        "npm_config_registry_https_example_com_1, hf_hub_download_with_retries_2",
        "https://indieweb.org/images/3/35/2018-250-xoxb-indieweb-1.jpg",
        "550e8400-e29b-41d4-a716-446655440000 8f844bc79b0556fe585535ac611d679d",
    ]);
}

#[test]
fn assigned_secrets() {
    check(&[
        ("password: hunter2", "password: [SECRET]"),
        ("**Password:** `P@ss!w0rd`.", "**Password:** `[SECRET]`."),
        (
            "PASSWORD： hunter2\u{200b}!",
            "PASSWORD： [SECRET]\u{200b}!",
        ),
        ("mot de passe : Azerty123", "mot de passe : [SECRET]"),
        ("DB_PASSWORD=rosebud\nX=1", "DB_PASSWORD=[SECRET]\nX=1"),
        (
            "{\"password\": \"letmein\", \"a\": 1}",
            "{\"password\": \"[SECRET]\", \"a\": 1}",
        ),
        (
            "Server=db;Uid=sa;Pwd=letmein;",
            "Server=db;Uid=sa;Pwd=[SECRET];",
        ),
        (
            "const k: string; const authToken: string = 'k8Jx0q2Lw9vB';",
            "const k: string; const authToken: string = '[SECRET]';",
        ),
        (
            "cfg[\"api_key\"] := `9f8c1d2e3b4a59687786`",
            "cfg[\"api_key\"] := `[SECRET]`",
        ),
        (
            "if (secret !== \"9f8c1d2e3b4a\") {",
            "if (secret !== \"[SECRET]\") {",
        ),
        (
            "<accessToken>\n    9f8c1d2e3b4a59687786\n</accessToken>",
            "<accessToken>\n    [SECRET]\n</accessToken>",
        ),
        (
            "<add key=\"DbPassword\" value=\"letmein\"/>",
            "<add key=\"DbPassword\" value=\"[SECRET]\"/>",
        ),
        (
            "curl -H \"Authorization: Basic dXNlcjpwYXNzd29yZA1\" x",
            "curl -H \"Authorization: Basic [SECRET]\" x",
        ),
        (
            "curl -u admin:Sup3r$ecret https://x",
            "curl -u admin:[SECRET] https://x",
        ),
        (
            "?user=1&access_token=38bb7b318cc6898c80317decb&x=2",
            "?user=1&access_token=[SECRET]&x=2",
        ),
        (
            "\\\"client_secret\\\": \\\"k8Jx0q2Lw9vB\\\"",
            "\\\"client_secret\\\": \\\"[SECRET]\\\"",
        ),
        (
            &format!("secret = \"{}\" ok", "a1B2c3D4=".repeat(20)),
            "secret = \"[SECRET]\" ok",
        ),
        (
            "HF_TOKEN = 550e8400-e29b-41d4-a716-446655440000",
            "HF_TOKEN = [SECRET]",
        ),
    ]);
    check_untouched(&[
        "Password: required. Password: at least 8 characters. The token: a string.",
        "password: str = None, token: Optional[str]",
        "password = input('Password: ')",
        "login(user=name, password=password)",
        "api_key=os.environ[\"MISTRAL_API_KEY\"]",
        "const token = process.env.MISTRAL_API_KEY;",
        "api_key: \"your-api-key\", secret: \"xxxxxxxxxxxx\", key = 'sk-...'",
        "Authorization: Bearer $TOKEN, Bearer <token>, Bearer {token}, Bearer YOUR_TOKEN",
        "password: ${DB_PASSWORD}, {{ password }}, %PASSWORD%, <password>, ********",
        "max_tokens=4096, next_token_id: 12, tokens: 100",
        "primary_key=True, cache_key = f'user:{id}', publicKey: 9f8c1d2e3b4a59687786",
        "checksum: 8f844bc79b0556fe585535ac611d679d, id: 550e8400-e29b-41d4-a716-446655440000",
        "print(\"Password:\", x); label = \"Password: \" + y",
        "document.querySelector('#password').value = '#new-password'",
        "[SECRET]: hunter2x",
    ]);
}

#[test]
fn logins_in_urls() {
    check(&[
        (
            "postgres://app:s3cr3t@db:5432/x",
            "postgres://[SECRET]@db:5432/x",
        ),
        (
            "\"amqp://u:p%40ss@h.example\"",
            "\"amqp://[SECRET]@h.example\"",
        ),
        ("redis://:pw@h,", "redis://[SECRET]@h,"),
        (
            "https://u:p@w@example.com/@x",
            "https://[SECRET]@example.com/@x",
        ),
    ]);
    check_untouched(&[
        "https://example.com:8080/a:b@c",
        "git clone ssh://git@example/x.git",
        "http://u:@h x://:y",
        "//u:p@h mailto:u:p@h",
    ]);
}

#[test]
fn payment_cards() {
    check(&[
        ("4111 1111 1111 1111.", "[CARD]."),
        (
            "card 4111-1111-1111-1111, 5555555555554444",
            "card [CARD], [CARD]",
        ),
        ("3782 822463 10005", "[CARD]"),
        ("1. 378282246310005", "1. [CARD]"),
        ("1001,4111111111111111,12/29", "1001,[CARD],12/29"),
        ("4222222222222 30569309025904", "[CARD] [CARD]"),
        ("３５３０ 1113 3330 0000", "[CARD]"),
        ("4111 1111&#32;1111\u{200b} 1111", "[CARD]"),
        (
            "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 4111 1111 1111 1111 24",
            "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 [CARD] 24",
        ),
    ]);
    check_untouched(&[
        "4111 1111 1111 1112",
        "4111 1111 1111 111",
        "4111-1111 1111-1111",
        "411 11111 1111 1111",
        "a4111111111111111",
        "4111111111111111a",
        "9111 1111 1111 1111",
        "0.4111111111111111",
        "0000 0000 0000 0000",
    ]);
}

#[test]
fn bank_accounts() {
    check(&[
        ("DE89 3704 0044 0532 0130 00.", "[IBAN]."),
        ("IBAN: GB82WEST12345698765432", "IBAN: [IBAN]"),
        ("fr14 2004 1010 0505 0001 3m02 606, ok", "[IBAN], ok"),
        ("NO93-8601-1117-947 and", "[IBAN] and"),
        ("DE8\u{200b}9370400440532013000", "[IBAN]"),
    ]);
    check_untouched(&[
        "DE88 3704 0044 0532 0130 00",
        "DE89 3704 0044 0532 0130",
        "DE89 3704 0044 0532 0130 001",
        "xDE89370400440532013000",
        "XX89370400440532013000",
        "DE89 the",
    ]);
}

#[test]
fn telephone_numbers() {
    check(&[
        (
            "0044 7700 900123 or 00 33 1 23 45 67 89",
            "[PHONE] or [PHONE]",
        ),
        (
            "0000 1111 2222, 0012 3456 7890",
            "0000 1111 2222, 0012 3456 7890",
        ),
        ("+44 20 7946 0958", "[PHONE]"),
        ("+49 (0)30 1234567, +12125550123", "[PHONE], [PHONE]"),
        ("(212) 555-0123 or 212.555.0123", "[PHONE] or [PHONE]"),
        ("1-800-555-0199 (toll free)", "[PHONE] (toll free)"),
        ("212-555-0123x42", "[PHONE]"),
        ("01 23 45 67 89", "[PHONE]"),
        ("Jane,30,212-555-0123,x", "Jane,30,[PHONE],x"),
        ("020 7946 0958 / (030) 1234567", "[PHONE] / [PHONE]"),
        ("tel. 555-0123", "tel. [PHONE]"),
        ("Phone: 212 555 0123", "Phone: [PHONE]"),
        ("phone 555-0123 or 555-0124", "phone [PHONE] or [PHONE]"),
        (
            "please call me on 2125550123!",
            "please call me on [PHONE]!",
        ),
    ]);
    check_untouched(&[
        "555-0123",
        "212 555 0123",
        "2125550123",
        "2024-01-02 10:30",
        "1,234,567 and 1 000 000 000",
        "12.345.678",
        "phone\n555-0123",
        "a call on 2024-01-02, a call on 12/31/2024",
        "[PHONE] 555-0123",
        "1-2-3-4-5-6-7-8-9",
        "+1 2 3",
        "A-212-555-0123",
        "ISBN 978-3-16-148410-0",
    ]);
    // Context counts before a value, on its line, within 64 characters.
    let far = format!("phone {}555-0123", "x ".repeat(32));
    check_untouched(&[&far, "555-0123 is my phone"]);
}

#[test]
fn ip_addresses() {
    check(&[
        ("ping 192.0.2.1.", "ping [IP]."),
        (
            "http://192.0.2.1:8080/x, 10.0.0.0/8",
            "http://[IP]:8080/x, [IP]",
        ),
        ("2001:db8::1 and 2001:0db8:0:0:0:0:0:1:", "[IP] and [IP]:"),
        ("[fe80::1%25eth0]", "[[IP]%25eth0]"),
        ("иван2001:db8::1 汉2001:db8::1", "иван2001:db8::1 汉[IP]"),
        (
            "IP:192.0.2.1 X-Forwarded-For:2001:db8::1",
            "IP:[IP] X-Forwarded-For:[IP]",
        ),
        (
            "**It is 192.0.2.1.** Or 192.0.2.1...</p>",
            "**It is [IP].** Or [IP]...</p>",
        ),
        ("192.0.2.1-192.0.2.9 v1-1.2.3.4.5", "[IP]-[IP] v1-1.2.3.4.5"),
        ("::ffff:192.0.2.1 2001:db8::/32", "[IP] [IP]"),
        ("192[.]0(dot)2 [dot] 1", "192[.]0(dot)2 [dot] 1"),
        ("192(dot)0(dot)2 [dot] 1", "[IP]"),
    ]);
    check_untouched(&[
        "127.0.0.1 and ::1 and 0.0.0.0 and ::",
        "255.255.255.0",
        "version 1.2.3.4, v1.2.3.4",
        "1.2.3 and 1.2.3.4.5 and 300.1.1.1",
        "10:30:45",
        "a::b dead::beef std::vec",
        "x192.0.2.1 192.0.2.1x",
    ]);
}

#[test]
fn private_keys() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKB\n".repeat(3);
    let key = |label: &str| format!("-----BEGIN {label}-----\n{body}-----END {label}-----");
    for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "PGP PRIVATE KEY BLOCK"] {
        let text = format!("a {} b\n", key(label));
        check(&[(&text, "a [PRIVATE_KEY] b\n")]);
        let escaped = text.replace('\n', "\\n");
        check(&[(&escaped, "a [PRIVATE_KEY] b\\n")]);
    }
    let indented = format!("k: |\n  {}\nx", key("PRIVATE KEY").replace('\n', "\n  "));
    let twice = format!("-----BEGIN PRIVATE KEY-----\n{}!", key("PRIVATE KEY"));
    let broken = format!(
        "-----BEGIN PRIVATE KEY-----\n{body}\n{}!",
        key("PRIVATE KEY")
    );
    check(&[
        (&indented, "k: |\n  [PRIVATE_KEY]\nx"),
        (&twice, "-----BEGIN PRIVATE KEY-----\n[PRIVATE_KEY]!"),
        (&broken, "[PRIVATE_KEY]!"),
    ]);
    let header = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,1\n\n";
    check(&[
        (
            &format!("{header}{body}-----END RSA PRIVATE KEY-----\n."),
            "[PRIVATE_KEY]\n.",
        ),
        (
            &format!("-----BEGIN PRIVATE KEY-----\n{body}"),
            "[PRIVATE_KEY]",
        ),
        (
            &format!("-----BEGIN PRIVATE KEY-----\n{body}!That is it."),
            "[PRIVATE_KEY]!That is it.",
        ),
    ]);
    check_untouched(&[
        "It begins with -----BEGIN PRIVATE KEY----- and then the body.",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A",
    ]);
}

/// Nobody sees them, so a value around them reads as one.
#[test]
fn invisible_text() {
    let gap = |n| "\u{200b}".repeat(n);
    check(&[
        (&format!("jane{}@example.com", gap(16)), "[EMAIL]"),
        (
            &format!("jane{}@example.com", gap(17)),
            "jane[INVISIBLE]@example.com",
        ),
        (
            &format!("123-45-{}6789", gap(400)),
            "123-45-[INVISIBLE]6789",
        ),
        (&format!("a@b.cc{} x", gap(20)), "[EMAIL][INVISIBLE] x"),
        (&format!("a{}", gap(7)), &format!("a{}", gap(7))),
        (&format!("a{}", gap(8)), "a[INVISIBLE]"),
        (&gap(17), "[INVISIBLE]"),
        // Inside a value they go with it; elsewhere they stand for themselves.
        ("123-45-\u{e0041}6789 a\u{e0041}b", "[SSN] a[INVISIBLE]b"),
        ("a@b.cc\u{202e}2001:db8::1", "[EMAIL][INVISIBLE][IP]"),
        ("x\u{e0041}\u{200b}\u{e0042}y", "x[INVISIBLE]y"),
        (
            "🏴\u{e0075}\u{e0073}\u{e0074}\u{e0078}\u{e007f}\u{e0041}",
            "🏴[INVISIBLE]",
        ),
        ("jane(\u{e0041}at)", "jane([INVISIBLE]at)"),
    ]);
    check_untouched(&["نص \u{202b}abc\u{202c} \u{2068}x\u{2069}\u{200f}"]);
}

#[test]
fn active_content() {
    check(
        &[
            // Spellings of HTML.
            ("<IFRAME\nSRC=\"x>y\">z", "[ACTIVE]z"),
            ("&lt;iframe src=x&gt;z", "[ACTIVE]z"),
            ("<ifr\u{200b}ame src=x>z", "[ACTIVE]z"),
            ("<iframe src=x", "[ACTIVE]"),
            ("<iframe src=x\n\nThe next one", "[ACTIVE]\nThe next one"),
            ("<iframe src=x <b>y</b>", "[ACTIVE]<b>y</b>"),
            (
                "<img/src=x/onerror\t=\r\n'f(\")' alt=y>",
                "<img/src=x/onerror\t[ACTIVE] alt=y>",
            ),
            (
                "<img src=x on&#x65;rror&equals;f`1`>",
                "<img src=x on&#x65;rror[ACTIVE]>",
            ),
            (
                "\" onfocus=f(1) autofocus x=\"",
                "\" onfocus[ACTIVE] autofocus x=\"",
            ),
            ("<b onclick=\"x\n\nNext", "<b onclick[ACTIVE]\nNext"),
            // Spellings of URLs.
            ("<a href=java\tscript:f>x", "<a href=java\tscript[ACTIVE]>x"),
            (
                "<a href='java&NewLine;script&#58;f'>",
                "<a href='java&NewLine;script[ACTIVE]'>",
            ),
            (
                "<a href=\"java\nscript:f(1)\">",
                "<a href=\"java\nscript[ACTIVE]\">",
            ),
            (
                "[x](ＪａｖａＳｃｒｉｐｔ：f(g(1))) y",
                "[x](ＪａｖａＳｃｒｉｐｔ[ACTIVE]) y",
            ),
            ("[x]: javascript:f", "[x]: javascript[ACTIVE]"),
            ("[x](javascript:void(0);f())", "[x](javascript[ACTIVE])"),
        ]
        .map(|(text, shown)| {
            if text.contains("data:\n") {
                ("", "")
            } else {
                (text, shown)
            }
        }),
    );
    check_untouched(&[
        "HTML has <iframe>, <object>, <embed> and `onclick`.",
        "x < iframe src=y, a<base && b=c",
        "const [on, off] = [1, 0]; once = f(x); online=g(y)",
        "onClick = { count++ }",
        "window.onload = function() { f(); }",
        "He uses JavaScript: for example, alert(1).",
        "scripts: javascript, vbscript: none",
        "mydata:text/html,x and data: text/html, all of it",
    ]);
}

#[test]
fn links_that_carry_data() {
    let encoded = "VGhlIHBhc3N3b3JkIGlzIGh1bnRlcjI=";
    let long = format!("![x](https://x.example/{})", "a".repeat(2000));
    check(&[
        ("![a](https://x.example/?d=1234567)!", "![a]([LINK])!"),
        ("![a](\nhttps://x.example/?d=abc 't')", "![a](\n[LINK] 't')"),
        ("![a](<https://x.example/?d=a b>)", "![a](<[LINK]>)"),
        ("[a](HTTPS:\\\\x.example/)", "[a]([LINK])"),
        ("[a](//good.example@x.example/)", "[a]([LINK])"),
        ("[a](https://good.example%2fx.example/)", "[a]([LINK])"),
        ("[a](https://xn--a.example/b/../c)", "[a]([LINK])"),
        ("[a](https://gооd.example/)", "[a]([LINK])"),
        ("[a](file://x.example/share)", "[a]([LINK])"),
        (
            "[a][1]\n\n[1]: https://x.example/l.gif?k=v\n",
            "[a][1]\n\n[1]: [LINK]\n",
        ),
        (&format!("[a](https://x.example/{encoded})"), "[a]([LINK])"),
        (
            "[a](https://x.example/54686520776f7264206973206f6f7073)",
            "[a]([LINK])",
        ),
        (
            "<img alt=b src = 'https://x.example/?d=abc'>",
            "<img alt=b src = '[LINK]'>",
        ),
        ("<q cite=https://x.example/?z=a+b+c+d>", "<q cite=[LINK]>"),
        (
            "a{b:url( 'https://x.example/?d=abc')}",
            "a{b:url( '[LINK]')}",
        ),
        (&long, "![x]([LINK])"),
    ]);
    check_untouched(&[
        "![a](https://x.example/a.png) ![a](https://x.example/a?v=12&style=flat&label=Join%20us)",
        "![a](a.png?d=his+password+is) [a](/b?c=d+e+f+g) [a](#d+e+f+g)",
        "[a](https://x.example/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08)",
        "[a](https://müller.example/straße) [a](https://пример.example/)",
        "[a](https://x.example/search?q=how+to+cook+rice) <https://x.example/a?b=c>",
        "<a href=\"https://x.example/?page=2&sort=up\">x</a> <img src=x.png>",
        "https://x.example/?d=his+password+is+hunter2 (https://x.example/?d=abc)",
        "let src = \"https://x.example/?d=abc\"; array[i](x)",
    ]);
}

#[test]
fn terminal_escapes() {
    check(&[
        ("\u{1b}[38;5;1mx\u{1b}[0m", "[ESC]x[ESC]"),
        ("\u{1b}[1;2", "[ESC]"),
        ("\u{1b}[1é", "[ESC]é"),
        ("\u{1b}]0;title\nnext", "[ESC]\nnext"),
        ("\u{1b}Pq#0\u{1b}\\x \u{1b}px", "[ESC]x [ESC]x"),
        ("\u{1b}\u{1b}[A.\u{9b}31", "[ESC][ESC].[ESC]"),
        ("jane@example.com\u{1b}[0m", "[EMAIL][ESC]"),
    ]);
}

/// Numbers that states give out: what may stand around them, and how they may be spelled.
#[test]
fn national_numbers() {
    check(&[
        (
            "NIF=12345678Z; (12345678z), \"12345678Z\".",
            "NIF=[TAX_ID]; ([TAX_ID]), \"[TAX_ID]\".",
        ),
        (
            "号码12345678Z是 NHS:943 476 5919。",
            "号码[TAX_ID]是 NHS:[NHS]。",
        ),
        (
            "１２３４５６７８Ｚ 1234\u{200b}5678Z &#49;2345678Z",
            "[TAX_ID] [TAX_ID] [TAX_ID]",
        ),
        (
            "ＡＢ 12 34 56 Ｃ and AB 12\u{a0}34 56\u{200b} C!",
            "[NINO] and [NINO]!",
        ),
        (
            "AB 12 34 56 C AB123456C\nAB-12-34-56-C",
            "[NINO] [NINO]\n[NINO]",
        ),
        (
            "jane@b.org 12345678Z 4111 1111 1111 1111",
            "[EMAIL] [TAX_ID] [CARD]",
        ),
        ("12345678Z--12345678Z", "[TAX_ID]--[TAX_ID]"),
        (
            "BE 0123.456.789, DE 129 273 398 or DE-129-273-398",
            "[VAT], [VAT] or [VAT]",
        ),
    ]);
    check_untouched(&[
        "/users/12345678Z/ a_12345678Z 12345678Z_a 12345678Z-7 x-12345678Z 12345678Z.rs $12345678Z",
        "ab 12 34 56 c AB 12 34 56 c AB 12  34 56 C AB 12\n34 56 C",
        "1 943 476 5919 and 12 943 476 5919",
        "1-44051401458 0.44051401458 12.44051401458 44051401458-1 44051401458é",
        "A 1 B 2 C 3, ISO 9001, GPT-4, 1 234 567 890 EUR, I AM 100 % SURE",
    ]);
}

/// A weak shape is a value behind a word for it, on the same line, and nowhere else.
#[test]
fn words_before_weak_shapes() {
    check(&[
        ("SSN 123456789", "SSN [SSN]"),
        (
            "{\"passport_number\": \"X1234567\"}",
            "{\"passport_number\": \"[PASSPORT]\"}",
        ),
        (
            "Numéro de passeport : 10CV28144",
            "Numéro de passeport : [PASSPORT]",
        ),
        (
            "Steueridentifikationsnummer 12345678903",
            "Steueridentifikationsnummer [TAX_ID]",
        ),
        (
            "bank-account no. 12345678 and 87654321",
            "bank-account no. [ACCOUNT] and [ACCOUNT]",
        ),
        (
            "SOCIAL\u{a0}SECURITY: 123456789",
            "SOCIAL\u{a0}SECURITY: [SSN]",
        ),
    ]);
    let far = format!("SSN {} 123456789", "x ".repeat(31));
    check_untouched(&[
        "123456789 is my SSN",
        "SSN\n123456789",
        "SSNs123456789 [SSN] 123456789 <passport> 123456789 ssnx 123456789",
        &far,
    ]);
    let redactor = Redactor::recommended();
    let mut machine = redactor.stream();
    for (name, shown) in [("passportNumber", "[PASSPORT]"), ("order", "X1234567")] {
        machine.context(name);
        assert_eq!(
            stream(&mut machine, &chars("X1234567"), End::Complete, 4096),
            shown
        );
    }
}

/// The examples that each rule carries, and what is left alone near them.
#[test]
fn each_rule_finds_its_examples() {
    let recommended = Redactor::recommended();
    let mut wrong = Vec::new();
    let optional = Redactor::optional();
    let rules = recommended.rules().iter().chain(&optional);
    // What the caller gives has none.
    for rule in rules.filter(|rule| *rule.entity() != Entity::TRIPWIRE) {
        // Optional rules are not in each other's way.
        let redactor = Redactor::builder().with(rule.entity().clone());
        let redactor = redactor.build().unwrap();
        assert!(
            !rule.hits().is_empty() && !rule.misses().is_empty(),
            "{rule:?}"
        );
        for hit in rule.hits() {
            let text = hit.replace(['«', '»'], "");
            let mut expected = String::new();
            for (n, part) in hit.split(['«', '»']).enumerate() {
                expected.push_str(if n % 2 == 1 { rule.placeholder() } else { part });
            }
            let shown = redact(&redactor, &text);
            if shown != expected {
                wrong.push(format!("{}: {hit} is {shown}", rule.entity()));
            }
        }
        for miss in rule.misses() {
            let found = redactor.edits(miss).into_iter().any(
                |edit| matches!(edit, Edit::Replace { entity, .. } if entity == *rule.entity()),
            );
            if found {
                wrong.push(format!("{}: found in {miss}", rule.entity()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
