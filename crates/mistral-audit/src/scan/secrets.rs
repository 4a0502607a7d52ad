//! Secrets in a text, by the rules of the redactor and with the eyes of somebody who reads code.

use std::ops::Range;

use stream_redactor::{Edit, Entity, Redactor, RedactorBuilder};

use super::{harmless::opens_nothing, look::Look};
use crate::rule::Rule;

/// A secret and where it stands, in bytes.
pub(super) struct Secret {
    pub(super) rule: &'static Rule,
    pub(super) range: Range<usize>,
}

pub(super) struct Secrets {
    look: Look,
    redactor: Redactor,
}

impl Secrets {
    pub(super) fn new() -> Self {
        let wanted = |entity: &Entity| rule(entity).is_some();
        let all = Redactor::recommended();
        let others = all.rules().iter().map(|rule| rule.entity().clone());
        let builder = others
            .filter(|entity| !wanted(entity))
            .fold(Redactor::builder(), RedactorBuilder::without);
        Self {
            look: Look::new(),
            redactor: builder
                .build()
                .expect("the rules' own placeholders are sound"),
        }
    }

    /// The secrets of a text in their order.
    ///
    /// In a language whose texts stand in quotation marks, what is assigned without them is code.
    pub(super) fn find(&self, text: &str, quotes: bool) -> Vec<Secret> {
        let lines = self.look.lines(text);
        if lines.is_empty() {
            return Vec::new();
        }
        let size = lines.iter().map(Range::len).sum::<usize>() + lines.len();
        let mut picked = String::with_capacity(size);
        let mut starts = Vec::with_capacity(lines.len());
        for range in lines {
            starts.push((picked.len(), range.start));
            picked.push_str(text.get(range).unwrap_or_default());
            // What was left out stood between them.
            picked.push('\n');
        }
        let mut secrets: Vec<Secret> = Vec::new();
        let mut at = 0;
        for edit in self.redactor.edits(&picked) {
            let (n, found) = match edit {
                Edit::Keep(n) => (n, None),
                Edit::Replace { n, entity, with } => (n, Some((entity, with))),
                _ => break,
            };
            let range = at..at + n;
            at += n;
            let Some((entity, with)) = found else {
                continue;
            };
            let after = starts.partition_point(|(picked, _)| *picked <= range.start);
            let Some((from, to)) = after.checked_sub(1).and_then(|n| starts.get(n)) else {
                continue;
            };
            let range = range.start - from + to..range.end - from + to;
            // An open-ended replacement that goes on.
            if with.is_empty() {
                if let Some(last) = secrets.last_mut() {
                    last.range.end = range.end.min(text.len());
                }
                continue;
            }
            if let Some(rule) = rule(&entity) {
                secrets.push(Secret { rule, range });
            }
        }
        let explains =
            |secret: &Secret| opens_nothing(text, secret) || quotes && is_code(text, secret);
        secrets.retain(|secret| !explains(secret));
        if has_mistral(text) {
            self.keys(text, &mut secrets);
        }
        secrets
    }

    /// Which of the secrets are keys of Mistral, and those that no rule has found.
    fn keys(&self, text: &str, secrets: &mut Vec<Secret>) {
        for secret in &mut *secrets {
            let value = text.get(secret.range.clone()).unwrap_or_default();
            if secret.rule == Rule::ASSIGNED_SECRET && is_key(value) {
                secret.rule = Rule::MISTRAL_API_KEY;
            }
        }
        let mut start = 0;
        let mut more = Vec::new();
        for line in text.split_inclusive('\n') {
            if line.len() >= KEY + 7 && has_mistral(line) {
                for range in words(line) {
                    let value = line.get(range.clone()).unwrap_or_default();
                    let range = range.start + start..range.end + start;
                    let is_known = secrets.iter().any(|known| {
                        known.range.start < range.end && range.start < known.range.end
                    });
                    if is_key(value) && !is_known {
                        more.push(Secret {
                            rule: Rule::MISTRAL_API_KEY,
                            range,
                        });
                    }
                }
            }
            start += line.len();
        }
        secrets.append(&mut more);
        secrets.sort_by_key(|secret| secret.range.start);
    }
}

/// The rule for what the redactor calls `entity`.
fn rule(entity: &Entity) -> Option<&'static Rule> {
    let rules = [
        (Entity::API_TOKEN, Rule::API_TOKEN),
        (Entity::SECRET, Rule::ASSIGNED_SECRET),
        (Entity::PRIVATE_KEY, Rule::PRIVATE_KEY),
        (Entity::URL_CREDENTIALS, Rule::URL_CREDENTIALS),
    ];
    rules
        .into_iter()
        .find(|(known, _)| known == entity)
        .map(|(_, rule)| rule)
}

/// Characters of a key of Mistral: letters and digits, no prefix, no checksum.
const KEY: usize = 32;

/// Whether a word may be a key of Mistral, where something says that there is one.
fn is_key(word: &str) -> bool {
    let count = |is: fn(&u8) -> bool| word.bytes().filter(is).count();
    word.len() == KEY
        && word.bytes().all(|b| b.is_ascii_alphanumeric())
        && count(u8::is_ascii_digit) >= 1
        && count(u8::is_ascii_lowercase) >= 2
        && count(u8::is_ascii_uppercase) >= 2
        && entropy(word) >= 3.6
}

/// Words of letters, digits and what could belong to a longer identifier.
fn words(line: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let mut next = 0;
    line.split_inclusive(move |c| !is_word(c))
        .filter_map(move |piece| {
            let start = next;
            next += piece.len();
            let word = piece.trim_end_matches(|c| !is_word(c));
            (word.len() == KEY).then(|| start..start + word.len())
        })
}

/// Whether `mistral` stands there, in whatever case.
fn has_mistral(text: &str) -> bool {
    const NAME: &[u8] = b"istral";
    memchr::memmem::find_iter(text.as_bytes(), NAME).any(|at| {
        at.checked_sub(1)
            .and_then(|at| text.as_bytes().get(at))
            .is_some_and(|b| b.eq_ignore_ascii_case(&b'm'))
    }) || memchr::memmem::find(text.as_bytes(), b"MISTRAL").is_some()
}

/// Bits a character (Shannon).
fn entropy(word: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in word.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let len = word.len() as f64;
    let bits = counts.iter().filter(|n| **n > 0).map(|n| {
        let share = f64::from(*n) / len;
        -share * share.log2()
    });
    bits.sum()
}

/// Whether what is assigned is a number, a type or a call: there is no quotation mark before it.
fn is_code(text: &str, secret: &Secret) -> bool {
    let (start, _) = super::text::line_of(text, secret.range.start);
    let before = text.get(start..secret.range.start).unwrap_or_default();
    let is_key = is_key(text.get(secret.range.clone()).unwrap_or_default());
    secret.rule == Rule::ASSIGNED_SECRET && !is_key && !before.contains(['"', '\'', '`'])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]
mod tests {
    use super::*;

    /// No scanner of this repository finds a key in here.
    fn key() -> String {
        ["K7hQ2mZx9LpT4vRb", "8NcY3sWd6FgJ1aUe"].concat()
    }

    fn found(text: &str) -> Vec<(&'static str, String)> {
        let secrets = Secrets::new().find(text, false);
        let shown = |secret: &Secret| (secret.rule.id, text[secret.range.clone()].to_owned());
        secrets.iter().map(shown).collect()
    }

    #[test]
    fn keys_of_mistral_are_known_by_what_stands_around_them() {
        let key = key();
        for text in [
            format!("client = Mistral(api_key=\"{key}\")"),
            format!("client = Mistral(\n    server_url=url,\n    api_key='{key}',\n)"),
            format!("MISTRAL_API_KEY={key}\n"),
            format!("let c = MistralClient::new(\"{key}\");"),
            format!("mistral:\n  key: {key}\n"),
            format!("from mistralai import Mistral\n\n\nAPI_KEY = \"{key}\"\n"),
            format!("# our Mistral account\ncurl -H 'Authorization: Bearer {key}' x"),
        ] {
            assert_eq!(found(&text), [("mistral-api-key", key.clone())], "{text}");
        }
        for text in [
            format!("client = OpenAI(api_key=\"{key}\")"),
            "MISTRAL_API_KEY=your-mistral-api-key-goes-here-ok".to_owned(),
            "mistral_checksum: 0123456789abcdef0123456789abcdef".to_owned(),
            "api_key = os.environ[\"MISTRAL_API_KEY\"]".to_owned(),
            format!("mistral_{key}_request_id"),
        ] {
            let ids: Vec<_> = found(&text).into_iter().map(|(id, _)| id).collect();
            assert!(!ids.contains(&"mistral-api-key"), "{text} {ids:?}");
        }
    }

    #[test]
    fn places_are_those_of_the_whole_text() {
        let padding = "fn main() {}\n".repeat(50);
        let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
        let pem = ["-----BEGIN ", "PRIVATE KEY-----\n"].concat();
        let end = ["-----END ", "PRIVATE KEY-----"].concat();
        let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n".repeat(6);
        let text = format!("é{padding}x({token})\n{padding}{pem}{body}{end}\n{padding}");
        let secrets = found(&text);
        assert_eq!(secrets[0], ("api-token", token));
        assert_eq!(secrets[1].0, "private-key");
        assert!(
            secrets[1].1.starts_with(&pem) && secrets[1].1.ends_with(&end),
            "{secrets:?}"
        );
        assert_eq!(secrets.len(), 2);
    }

    #[test]
    fn a_tag_may_stand_on_the_line_above() {
        let value = ["x7b56kwjlshw", "9_8xcdgokothbi"].concat();
        for before in ["", "a\n", "token: 1234567890abc\n"] {
            let text = format!("{before}<rapidToken>\n    {value}\n</rapidToken>\n");
            assert!(
                found(&text).contains(&("assigned-secret", value.clone())),
                "{text}"
            );
        }
    }

    #[test]
    fn code_is_no_value_where_texts_stand_in_quotation_marks() {
        let find = |text: &str| Secrets::new().find(text, true).len();
        assert_eq!(find("const ERROR_WRONG_PASSWORD: u32 = 1323u32;"), 0);
        assert_eq!(find("let password = \"hunter2horse\";"), 1);
        assert_eq!(find("connect(\"Server=db;Pwd=hunter2horse;\")"), 1);
    }

    #[test]
    fn what_only_explains_is_no_finding() {
        for text in [
            "postgres://user:password@localhost/db",
            "https://user:hunter2@example.com/x",
            "amqp://{user}:{pw}@broker/",
            "let password = std::env::var(\"PASSWORD\")?;",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
        let url = ["postgres://app:", "s3cr3tPhrase9@db.acme.io/x"].concat();
        assert_eq!(found(&url).len(), 1);
    }
}
