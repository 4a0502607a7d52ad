//! Keys as they are written into variables and files.

use secrecy::{ExposeSecret, SecretString};

use super::{SourceErrorKind, expiry};
use crate::{ApiKey, KeyClass, KeySpec, Keys};

/// The keys of a text, for sources whose secrets are texts: one a line, or several with commas
/// between them. After a key, behind a blank, there may be `expires=2026-12-31` or
/// `expires=2026-12-31T12:00:00Z`, in UTC, `group=organisation` and `class=admin`; where no group is
/// named, `group` is.
///
/// # Errors
///
/// There is no key, there are more than [`Keys::MAX`], or one of them is none.
pub fn parse_keys(text: &SecretString, group: &str) -> Result<Vec<KeySpec>, SourceErrorKind> {
    let entries = text.expose_secret().split([',', '\n']).map(str::trim);
    let entries: Vec<&str> = entries.filter(|entry| !entry.is_empty()).collect();
    if entries.is_empty() {
        return Err(SourceErrorKind::Empty);
    }
    if entries.len() > Keys::MAX {
        return Err(SourceErrorKind::TooLarge);
    }
    let specs = entries.into_iter().enumerate();
    specs
        .map(|(at, entry)| spec(entry, at + 1, group))
        .collect()
}

fn spec(entry: &str, number: usize, group: &str) -> Result<KeySpec, SourceErrorKind> {
    let mut words = entry.split_whitespace();
    let key = ApiKey::new(words.next().unwrap_or_default())
        .map_err(|fault| SourceErrorKind::Key { number, fault })?;
    let spec = KeySpec::new(key).group(group.to_owned());
    words.try_fold(spec, |spec, word| {
        attribute(spec, word).ok_or(SourceErrorKind::Attribute { number })
    })
}

fn attribute(spec: KeySpec, word: &str) -> Option<KeySpec> {
    match word.split_once('=')? {
        ("expires", date) => Some(spec.expires_at(expiry::parse(date)?)),
        ("class", "admin") => Some(spec.class(KeyClass::Admin)),
        ("class", "api") => Some(spec.class(KeyClass::Api)),
        ("group", name) if !name.is_empty() => Some(spec.group(name.to_owned())),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::KeyFault;

    fn read(text: &str) -> Result<Vec<String>, SourceErrorKind> {
        let specs = parse_keys(&text.into(), "ours")?;
        let shown = specs.iter().map(|spec| {
            let (key, group) = (spec.material().expose_secret(), spec.organisation());
            let expires = if spec.expiry().is_some() { "!" } else { "" };
            let class = if spec.key_class() == KeyClass::Admin {
                "+"
            } else {
                ""
            };
            format!("{key}@{group}{expires}{class}")
        });
        Ok(shown.collect())
    }

    #[test]
    fn a_text_holds_keys_and_what_is_known_of_them() {
        let bad = |number, fault| Err(SourceErrorKind::Key { number, fault });
        let attribute = |number| Err(SourceErrorKind::Attribute { number });
        let table = [
            ("one", Ok(vec!["one@ours"])),
            ("one\r\n", Ok(vec!["one@ours"])),
            ("one, two", Ok(vec!["one@ours", "two@ours"])),
            ("one\n\n two \n", Ok(vec!["one@ours", "two@ours"])),
            ("one,,two,", Ok(vec!["one@ours", "two@ours"])),
            (
                "one group=a\ntwo expires=2026-12-31 group=b",
                Ok(vec!["one@a", "two@b!"]),
            ),
            ("", Err(SourceErrorKind::Empty)),
            (" \n,\n", Err(SourceErrorKind::Empty)),
            ("one\ncl\u{e9}", bad(2, KeyFault::NotVisibleAscii { at: 3 })),
            ("one two", attribute(1)),
            ("one\ntwo expires=tomorrow", attribute(2)),
            ("one group=", attribute(1)),
            ("one class=root", attribute(1)),
            ("one class=admin", Ok(vec!["one@ours+"])),
        ];
        for (text, expected) in table {
            let expected =
                expected.map(|keys: Vec<&str>| keys.into_iter().map(String::from).collect());
            assert_eq!(read(text), expected, "{text:?}");
        }
    }
}
