//! Names that say that what is assigned to them is secret: `password: `, `"api_key" => `,
//! `<token>`.
//!
//! Only the end of a name counts (`DB_PASSWORD`, `spring.mail.password`, `openaiApiToken`): what
//! stands there is what the value is. A word behind it makes it something else (`password_hint`,
//! `token_count`).

use crate::left::{REACH, is_line_end};

/// How much a name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// Any value is secret.
    Password,
    /// A value that is no word is secret.
    Secret,
    /// A value that is surely random is secret.
    Key,
    /// The `Authorization` header: a scheme and a secret.
    Header,
}

/// Names of passwords, and those of other secrets, as they end.
const PASSWORDS: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "passwort",
    "kennwort",
    "wachtwoord",
    "contrasena",
    "motdepasse",
    "mot de passe",
    "senha",
    "password_secure",
    "pass_secure",
];
/// The same, as words of their own.
const PASSWORD_WORDS: [&str; 4] = ["pass", "pw", "psw", "passe"];
const SECRETS: [&str; 19] = [
    "secret",
    "secrete",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "api.key",
    "api key",
    "accessid",
    "access_id",
    "sonarlogin",
    "sonar.login",
    "accesskey",
    "access_key",
    "access-key",
    "access key",
    "credential",
    "credentials",
    "sessionid",
];
const SECRET_WORDS: [&str; 8] = [
    "auth",
    "sig",
    "signature",
    "session",
    "bearer",
    "pat",
    "psk",
    "session_id",
];
/// Key names of anything but secrets.
const OPEN_KEYS: [&str; 5] = ["public", "public_", "public-", "pub", "pubkey"];
/// The names of types that stand between a name and its value.
const TYPES: [&str; 6] = ["string", "str", "&str", "char", "const", "varchar"];

/// The longest name that is looked at, and what may stand behind it.
pub(crate) const MAX_NAME: usize = REACH;

/// What the name at the end of `line` promises, which is folded; an assignment with `anchor` (`:`,
/// `=`, `>`, `,`) follows.
pub(crate) fn named(line: &[u8], anchor: u8) -> Option<Name> {
    let mut line = last_line(line);
    if anchor == b'=' {
        // `?=`, `.=`, `!==`
        line = trim(line, |b| matches!(b, b'?' | b'.' | b'!' | b'+'), 1);
        line = trim(line, |b| matches!(b, b' ' | b'\t'), 24);
    } else if anchor == b':' {
        line = trim(line, |b| b == b' ', 3);
    }
    let marked = trim(line, |b| matches!(b, b'"' | b'\'' | b'`' | b'\\' | b'*'), 4);
    let is_quoted = marked.len() < line.len();
    // `config["password"]`, `[password]=`
    if let [inner @ .., b'"' | b'\'', b']'] = line {
        return kind(inner);
    }
    match anchor {
        b',' if !is_quoted => return None,
        b'>' => {
            let name = kind(marked)?;
            let head = trim(marked, is_name, MAX_NAME);
            return (head.last() == Some(&b'<')).then_some(name);
        }
        _ => {}
    }
    let name = kind(marked);
    if name.is_some() {
        return name;
    }
    // `curl -u user:`
    let head = trim(marked, is_name, MAX_NAME);
    if anchor == b':' && head.len() < marked.len() {
        let head = trim(head, |b| matches!(b, b'"' | b'\''), 1);
        let is_flag = |flag: &str| head.ends_with(flag.as_bytes());
        let is_login = [" -u ", " --user "].into_iter().any(is_flag);
        return is_login.then_some(Name::Password);
    }
    // `"name": "DB_PASSWORD", "value": `, `key="password" value=`
    if let Some(head) = marked.strip_suffix(b"value") {
        return kind(trim(head, |b| matches!(b, b'"' | b'\'' | b' ' | b','), 8));
    }
    if anchor != b'=' || is_quoted {
        return None;
    }
    // `var token string = `, `password: str = `
    let head = trim(marked, is_name, MAX_NAME);
    let is_type = TYPES
        .iter()
        .any(|t| marked.get(head.len()..) == Some(t.as_bytes()));
    let head = trim(head, |b| matches!(b, b' ' | b':' | b'*'), 3);
    if is_type { kind(head) } else { None }
}

/// What the name promises that a text ends with.
pub(crate) fn kind(text: &[u8]) -> Option<Name> {
    // `token2`, `unseal key 1`
    let text = trim(text, |b| b.is_ascii_digit(), 2);
    let text = trim(text, |b| b == b' ', 1);
    // Most text is dismissed by its last letter.
    if !matches!(
        text.last()?,
        b'd' | b'e' | b't' | b'y' | b'n' | b's' | b'w' | b'h' | b'g' | b'a' | b'r' | b'k' | b'l'
    ) {
        return None;
    }
    let head = |end: &str| text.strip_suffix(end.as_bytes());
    let is_word = |head: &[u8]| !head.last().is_some_and(u8::is_ascii_alphabetic);
    let ends = |ends: &[&str]| ends.iter().any(|end| head(end).is_some());
    let ends_word = |ends: &[&str]| ends.iter().any(|end| head(end).is_some_and(is_word));
    if ends(&PASSWORDS) || ends_word(&PASSWORD_WORDS) {
        return Some(Name::Password);
    }
    if ends_word(&["authorization", "x-auth-token"]) {
        return Some(Name::Header);
    }
    if ends(&SECRETS) || ends_word(&SECRET_WORDS) {
        return Some(Name::Secret);
    }
    if let Some(head) = head("key") {
        let is_open = OPEN_KEYS.iter().any(|open| head.ends_with(open.as_bytes()));
        let is_secret = [
            "secret", "private", "secret_", "private_", "secret-", "private-", "account", "auth_",
            "shared",
        ]
        .iter()
        .any(|secret| head.ends_with(secret.as_bytes()));
        return match (is_open, is_secret) {
            (true, _) => None,
            (_, true) => Some(Name::Secret),
            _ => Some(Name::Key),
        };
    }
    ends_word(&["mistral"]).then_some(Name::Key)
}

/// Whether a line begins with the name that it ends with, or with another assignment: it is one of
/// a file of settings or of a list of them.
pub(super) fn stands_alone(line: &[u8]) -> bool {
    let head = trim(last_line(line), is_name, MAX_NAME);
    let head = trim(head, |b| matches!(b, b' ' | b'\t'), 24);
    matches!(head.last(), None | Some(b';' | b'"' | b'&' | b'?' | b'#'))
        || ["export", "set", "env", "arg", "-e", "--env"]
            .iter()
            .any(|word| head.ends_with(word.as_bytes()))
}

pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

/// What stands behind the last line end.
pub(super) fn last_line(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|b| is_line_end(*b));
    text.get(end.map_or(0, |n| n + 1)..).unwrap_or_default()
}

fn trim(text: &[u8], is: impl Fn(u8) -> bool, max: usize) -> &[u8] {
    let n = text.iter().rev().take(max).take_while(|b| is(**b)).count();
    text.get(..text.len() - n).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_name_tells() {
        for (line, anchor, expected) in [
            ("db_password", ':', Some(Name::Password)),
            ("the password ", ':', Some(Name::Password)),
            ("\"pass\"", ':', Some(Name::Password)),
            ("**api key", ':', Some(Name::Secret)),
            ("**password**", ':', Some(Name::Password)),
            ("const x: aws_secret_access_key ", '=', Some(Name::Secret)),
            ("var usertoken string ", '=', Some(Name::Secret)),
            ("token ?", '=', Some(Name::Secret)),
            ("config[\"password\"] ", '=', Some(Name::Password)),
            ("authorization", ':', Some(Name::Header)),
            ("mistral", ':', Some(Name::Key)),
            ("<token", '>', Some(Name::Secret)),
            ("password", '>', None),
            ("\"client_token\"", ',', Some(Name::Secret)),
            ("the token", ',', None),
            ("public_key", '=', None),
            ("bypass", '=', None),
            ("max_tokens", '=', None),
            ("password_hint", ':', None),
            ("[secret]", ':', None),
        ] {
            assert_eq!(named(line.as_bytes(), anchor as u8), expected, "{line}");
        }
    }
}
