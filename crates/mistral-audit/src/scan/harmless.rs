//! Values that look like secrets and open nothing: what stands in for one, what is public by its
//! specification, and what is over when it is read.

use super::{secrets::Secret, text};
use crate::rule::Rule;

/// Whether a value opens nothing, by itself or by what stands before it.
pub(super) fn opens_nothing(text: &str, secret: &Secret) -> bool {
    let value = text.get(secret.range.clone()).unwrap_or_default();
    let (start, end) = text::line_of(text, secret.range.start);
    let before = text.get(start..secret.range.start).unwrap_or_default();
    match secret.rule {
        rule if rule == Rule::URL_CREDENTIALS => {
            let behind = text.get(secret.range.end..).unwrap_or_default();
            is_sample_login(behind, &value.to_ascii_lowercase())
        }
        rule if rule == Rule::ASSIGNED_SECRET => {
            is_example(value)
                || is_word_for_one(value)
                || is_signature(before, value)
                || is_public(before, value)
                || is_badge(before)
        }
        rule if rule == Rule::API_TOKEN => {
            let line = text.get(start..end).unwrap_or_default();
            is_example(value) || is_algorithm(value) || is_within_base64(line, value)
        }
        _ => false,
    }
}

/// The keys of AWS's documentation end so.
fn is_example(value: &str) -> bool {
    value.ends_with("EXAMPLE") || value.ends_with("EXAMPLEKEY")
}

/// The name of a thing in the place of its value (`=> "mysql_clear_password"`, `Hash::of_password`),
/// and bytes that count up, as test vectors have them.
fn is_word_for_one(value: &str) -> bool {
    const COUNTS: &str = "000102030405060708";
    value.to_ascii_lowercase().ends_with("password")
        || value.contains("::")
        || value.starts_with(COUNTS)
}

/// A signature shows that somebody has a key and does not hold it. Those of a single request lapse
/// in fifteen minutes in a header and in seven days at most in a URL (AWS Signature Version 4, the
/// V4 signatures of Google Cloud Storage). `sig` of a shared access signature (Azure) in a URL may be
/// good for years: it stays.
fn is_signature(before: &str, value: &str) -> bool {
    let is_of_request = |text: &str| text.contains("AWS4-HMAC") || text.contains("AWS4-ECDSA");
    if value.starts_with("Credential=") && is_of_request(before) || is_of_request(value) {
        return true;
    }
    let (before, name) = name_before(before);
    if before.ends_with(['?', '&']) {
        return matches!(name.as_str(), "x-amz-signature" | "x-goog-signature");
    }
    name == "sig" || name.ends_with("signature") || name.ends_with("_sig") || name.ends_with("-sig")
}

/// What is given to everybody: the half of a key pair that is called so, keys in the encoding of
/// OpenSSH (RFC 4253, 6.6), recipients of age.
fn is_public(before: &str, value: &str) -> bool {
    const FORMS: &[&str] = &[
        "ssh-rsa",
        "ssh-ed25519",
        "ecdsa-sha2-",
        "AAAAB3NzaC1",
        "AAAAC3NzaC1",
        "age1",
    ];
    let (before, name) = name_before(before);
    let is_called = ["public_key", "public-key", "publickey", "pubkey", "pub_key"]
        .iter()
        .any(|end| name.ends_with(end));
    is_called
        || FORMS.iter().any(|form| value.starts_with(form))
        || name == "key" && before.trim_end().to_ascii_lowercase().ends_with("public")
}

/// Codecov's token for a badge shows a percentage, and stands in READMEs.
fn is_badge(before: &str) -> bool {
    before.ends_with("badge.svg?token=")
}

/// Key types of OpenSSH with a security key (PROTOCOL.u2f).
fn is_algorithm(value: &str) -> bool {
    value.starts_with("sk-ssh-ed25519") || value.starts_with("sk-ecdsa-sha2-nistp256")
}

/// Whether a line is one of data in base64 (RFC 4648), of which the token is only a part: marks that
/// no token of an issuer has stand in it, or nothing else does.
fn is_within_base64(line: &str, value: &str) -> bool {
    /// Lines of PEM have 64 characters, those of MIME 76.
    const MIN_LINE: usize = 60;
    let line = line.trim_matches(|c: char| !is_base64(c));
    line.len() >= MIN_LINE && line.len() > value.len() && line.chars().all(is_base64)
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/')
}

/// What stands before a value without quotation and assignment: the name, in lower case, and all
/// before it.
fn name_before(before: &str) -> (&str, String) {
    let mark = |c: char| {
        matches!(
            c,
            ' ' | '\t' | '"' | '\'' | '`' | '\\' | ':' | '=' | '>' | '(' | ','
        )
    };
    let before = before.trim_end_matches(mark);
    let rest =
        before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let name = before.get(rest.len()..).unwrap_or_default();
    (rest, name.to_ascii_lowercase())
}

/// Users and passwords of examples, and the hosts of them.
fn is_sample_login(behind: &str, login: &str) -> bool {
    const WORDS: &[&str] = &[
        "password", "passwd", "secret", "username", "postgres", "changeme", "example", "letmein",
        "123456", "redacted", "canary",
    ];
    const HOSTS: &[&str] = &["localhost", "127.0.0.1", "foo", "host", "domain", "server"];
    /// Shorter ones explain, or are guessed.
    const MIN_PASSWORD: usize = 6;
    let password = login
        .trim_end_matches('@')
        .split_once(':')
        .map_or(login, |(_, word)| word);
    let host = behind.strip_prefix('@').unwrap_or(behind);
    let end = host.find(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-'));
    let host = host.get(..end.unwrap_or(host.len())).unwrap_or_default();
    let is_code = password.contains(['{', '$', '<', '%', '*', '(']) || password.contains("...");
    is_code
        || password.len() < MIN_PASSWORD
        || WORDS.contains(&password)
        || host
            .split('.')
            .any(|label| label == "example" || label == "test")
        || HOSTS.iter().any(|name| host.starts_with(name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]
mod tests {
    use super::super::secrets::Secrets;

    fn found(text: &str) -> usize {
        Secrets::new().find(text, false).len()
    }

    /// Sixty-four hexadecimal digits, and the same in base64.
    fn random() -> (String, String) {
        (
            [
                "3066023100b4c1897895e4c214af7ac546",
                "230ab6ea733a9d1b8ef4c2a677e0",
            ]
            .concat(),
            ["D/y9XyIEdUzEbdV570h8dou", "mfkbMA1lKCOPqPDPAd0"].concat(),
        )
    }

    #[test]
    fn what_is_public_or_over_is_no_finding_and_what_opens_something_is() {
        let (hex, base64) = random();
        for (name, is_secret) in [
            ("\"sig\" : ", false),
            ("expected_sig = ", false),
            ("x-goog-signature: ", false),
            (
                "https://b.s3.aws.com/?X-Amz-Expires=30&X-Amz-Signature=",
                false,
            ),
            ("https://a.blob.core.windows.net/c?sv=2022&sig=", true),
            ("public_key = ", false),
            ("# public key: ", false),
            ("secret_key = ", true),
            ("signing_secret = ", true),
        ] {
            let quote = if name.ends_with("= ") || name.ends_with(": ") {
                "\""
            } else {
                ""
            };
            let values =
                [&hex, &base64].map(|value| found(&format!("{name}{quote}{value}{quote}\n")));
            assert_eq!(values, [usize::from(is_secret); 2], "{name}");
        }
    }

    #[test]
    fn tokens_within_data_are_part_of_it() {
        let token = [
            "EAAC2z2N1cnYAAAAAAAAAGgAAAMsByQNjBZIIawv2",
            "ED8VUq9ZKz4Lw7xTn1B",
        ]
        .concat();
        assert_eq!(found(&format!("token {token}\n")), 1);
        assert_eq!(found(&format!("JKAAAA+{token}\n")), 0);
    }

    #[test]
    fn names_in_the_place_of_values_are_no_values() {
        for text in [
            "password = \"caching_sha2_password\"",
            "hash_password => `Phc::hash_password_customized`",
            "key = \"000102030405060708090a0b0c0d0e0f\"",
            "f(\"sk-ssh-ed25519-cert-v01@openssh.com\")",
            "https://codecov.io/gh/a/b/graph/badge.svg?token=Z92NHFQ70G",
        ] {
            assert_eq!(found(text), 0, "{text}");
        }
    }
}
