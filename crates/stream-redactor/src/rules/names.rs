//! Names that say that what is assigned to them is secret: `password: `, `"api_key" => `,
//! `<token>`.
//!
//! Only the end of a name counts (`DB_PASSWORD`, `spring.mail.password`, `openaiApiToken`): what
//! stands there is what the value is. A word behind it makes it something else (`password_hint`,
//! `token_count`).

use crate::left::{REACH, is_line_end};

use self::Name::{Header, Key, Password, Secret};

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

/// What a name ends with, and what that promises.
struct Ending {
    text: &'static str,
    /// It stands for itself: no letter before it.
    is_word: bool,
    /// Nothing, if it only looks like the name of a secret.
    name: Option<Name>,
}

const fn end(text: &'static str, name: Option<Name>) -> Ending {
    Ending {
        text,
        is_word: false,
        name,
    }
}

const fn word(text: &'static str, name: Option<Name>) -> Ending {
    Ending {
        text,
        is_word: true,
        name,
    }
}

/// By their last characters, in the order of the alphabet; of two that fit the first one counts.
#[rustfmt::skip]
static ENDINGS: &[Ending] = &[
    end("contrasena", Some(Password)),
    end("senha", Some(Password)),
    word("crumb", Some(Secret)),
    end("password", Some(Password)),
    end("passwd", Some(Password)),
    end("pwd", Some(Password)),
    end("wachtwoord", Some(Password)),
    end("sessionid", Some(Secret)),
    word("session_id", Some(Secret)),
    end("accessid", Some(Secret)),
    end("access_id", Some(Secret)),
    end("passphrase", Some(Password)),
    end("passcode", Some(Password)),
    end("motdepasse", Some(Password)),
    end("mot de passe", Some(Password)),
    word("passe", Some(Password)),
    end("password_secure", Some(Password)),
    end("pass_secure", Some(Password)),
    end("secrete", Some(Secret)),
    word("signature", Some(Key)),
    word("sig", Some(Key)),
    word("auth", Some(Secret)),
    word("psk", Some(Secret)),
    end("credential", Some(Secret)),
    word("mistral", Some(Key)),
    end("token", Some(Secret)),
    word("session", Some(Secret)),
    word("authorization", Some(Header)),
    end("sonarlogin", Some(Secret)),
    end("sonar.login", Some(Secret)),
    end("sonar_login", Some(Secret)),
    word("bearer", Some(Secret)),
    word("pass", Some(Password)),
    end("credentials", Some(Secret)),
    end("passwort", Some(Password)),
    end("kennwort", Some(Password)),
    end("secret", Some(Secret)),
    word("pat", Some(Secret)),
    word("pw", Some(Password)),
    word("psw", Some(Password)),
    end("apikey", Some(Secret)),
    end("api_key", Some(Secret)),
    end("api-key", Some(Secret)),
    end("api.key", Some(Secret)),
    end("api key", Some(Secret)),
    end("accesskey", Some(Secret)),
    end("access_key", Some(Secret)),
    end("access-key", Some(Secret)),
    end("access key", Some(Secret)),
    end("secretkey", Some(Secret)),
    end("secret_key", Some(Secret)),
    end("secret-key", Some(Secret)),
    end("privatekey", Some(Secret)),
    end("private_key", Some(Secret)),
    end("private-key", Some(Secret)),
    end("accountkey", Some(Secret)),
    end("auth_key", Some(Secret)),
    end("sharedkey", Some(Secret)),
    end("publickey", None),
    end("public_key", None),
    end("public-key", None),
    end("pubkey", None),
    end("key", Some(Key)),
];

/// For each last character, where its endings begin and end in [`ENDINGS`].
static BY_LAST: [(u8, u8); 128] = by_last();

const fn by_last() -> [(u8, u8); 128] {
    let mut by_last = [(0, 0); 128];
    let (mut n, mut rest) = (0, ENDINGS);
    while let [ending, more @ ..] = rest {
        n += 1;
        if let [.., last] = ending.text.as_bytes() {
            #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
            let slot = &mut by_last[*last as usize];
            if slot.1 == 0 {
                slot.0 = n - 1;
            }
            slot.1 = n;
        }
        rest = more;
    }
    by_last
}

/// For the last two characters, five bits each, the ones before them as bits: most names are
/// dismissed by those.
static LAST: [u32; 1024] = last();

const fn last() -> [u32; 1024] {
    let mut last = [0; 1024];
    let mut rest = ENDINGS;
    while let [ending, more @ ..] = rest {
        add(&mut last, ending.text);
        rest = more;
    }
    let mut types: &[&str] = &TYPES;
    while let [name, more @ ..] = types {
        add(&mut last, name);
        types = more;
    }
    add(&mut last, "value");
    last
}

const fn add(lasts: &mut [u32; 1024], text: &str) {
    let (before, [.., b, c]) = (
        match text.as_bytes() {
            [.., a, _, _] => 1 << (*a & 31),
            _ => u32::MAX,
        },
        text.as_bytes(),
    ) else {
        return;
    };
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    let slot = &mut lasts[(*b as usize & 31) << 5 | *c as usize & 31];
    *slot |= before;
}

/// Whether a name may end with these three characters, as they were written.
pub(crate) fn may_end([a, b, c]: [u8; 3]) -> bool {
    let before = LAST.get(usize::from(b & 31) << 5 | usize::from(c & 31));
    let is_one = before.is_none_or(|before| before >> (a & 31) & 1 == 1);
    c.is_ascii_digit() || !(a.is_ascii() && b.is_ascii()) || is_one
}

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
        // In a URL a signature opens what it signs; elsewhere it only tells who wrote something.
        let signs = ["signature", "sig"].into_iter();
        let is_sign = signs.map(str::as_bytes).any(|sign| marked.ends_with(sign));
        return name.filter(|_| !is_sign || anchor == b'=');
    }
    // `curl -u user:`
    let head = trim(marked, is_name, MAX_NAME);
    if anchor == b':' && head.len() < marked.len() {
        let head = trim(head, |b| matches!(b, b'"' | b'\''), 1);
        let is_flag = |flag: &str| head.ends_with(flag.as_bytes());
        let is_login = [" -u ", " --user "].into_iter().any(is_flag);
        return is_login.then_some(Password);
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
    let (from, to) = BY_LAST.get(usize::from(*text.last()?)).copied()?;
    let endings = ENDINGS.get(usize::from(from)..usize::from(to))?;
    let fits = |ending: &&Ending| {
        let head = text.strip_suffix(ending.text.as_bytes());
        head.is_some_and(|head| {
            !ending.is_word || !head.last().is_some_and(u8::is_ascii_alphabetic)
        })
    };
    endings.iter().find(fits)?.name
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
            ("db_password", ':', Some(Password)),
            ("the password ", ':', Some(Password)),
            ("\"pass\"", ':', Some(Password)),
            ("**api key", ':', Some(Secret)),
            ("**password**", ':', Some(Password)),
            ("const x: aws_secret_access_key ", '=', Some(Secret)),
            ("var usertoken string ", '=', Some(Secret)),
            ("token ?", '=', Some(Secret)),
            ("config[\"password\"] ", '=', Some(Password)),
            ("authorization", ':', Some(Header)),
            ("mistral", ':', Some(Key)),
            ("<token", '>', Some(Secret)),
            ("password", '>', None),
            ("\"client_token\"", ',', Some(Secret)),
            ("the token", ',', None),
            ("public_key", '=', None),
            ("bypass", '=', None),
            ("?x-amz-signature", '=', Some(Key)),
            ("\"signature\"", ':', None),
            ("max_tokens", '=', None),
            ("password_hint", ':', None),
            ("[secret]", ':', None),
        ] {
            assert_eq!(named(line.as_bytes(), anchor as u8), expected, "{line}");
        }
    }
}
