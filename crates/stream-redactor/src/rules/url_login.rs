//! `URL_CREDENTIALS`: what stands between `://` and the `@` before a host (RFC 3986, section
//! 3.2.1), with a password in it: `postgres://user:password@host`, of any scheme. What is hidden is
//! the user too, for that is often half of the secret. A user without a password is a name.

use super::{Automaton, Finder, Found, Scan, Spec, Tier};
use crate::edit::Entity;
use crate::left::Left;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::URL_CREDENTIALS,
    placeholder: "[SECRET]",
    tier: Tier::Certain,
    about: "user and password between :// and the @ before a host",
    source: "RFC 3986, section 3.2.1",
    finder: Finder::Scan {
        new: || Automaton::UrlLogin(UrlLogin::default()),
        wakes: |c, _| c == '/',
        holds: None,
    },
    hits: &[
        "postgres://«app:s3cr3t»@db.example.com:5432/app",
        "(redis://«:pass»@cache)",
        "mongodb+srv://«u:p%40ss@word»@cluster0.example.net/?w=1",
    ],
    misses: &[
        "https://example.com:8080/@user",
        "ssh://git@example.com/repo.git",
        "http://user:@example.com, ftp://${USER}:${PASS}@host",
    ],
};

/// The longest that is looked at; longer ones are not found.
const MAX_LEN: usize = 128;

#[derive(Clone, Debug, Default)]
pub(crate) struct UrlLogin {
    /// Where it begins, and what was read.
    live: Option<(u64, Login)>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Login {
    len: usize,
    /// How many characters stand before the first colon.
    user: Option<usize>,
    /// An `@` was read.
    is_host: bool,
}

impl Scan for UrlLogin {
    fn step(&mut self, c: char, at: u64, left: Left<'_>) -> Option<Found> {
        let Some((start, login)) = &mut self.live else {
            self.wake(c, at, left);
            return None;
        };
        if !is_login(c) || login.len == MAX_LEN {
            self.live = None;
            self.wake(c, at, left);
            return None;
        }
        let before = *login;
        login.len += 1;
        login.user = login.user.or((c == ':').then_some(before.len));
        login.is_host |= c == '@';
        let has_password = before.user.is_some_and(|user| user + 1 < before.len);
        let start = *start;
        (c == '@' && has_password).then(|| Found::new(start, at))
    }

    fn live(&self) -> Option<u64> {
        self.live.map(|(start, _)| start)
    }

    /// Behind the colon a port would be a number.
    fn is_anchored(&self, at: u64, left: Left<'_>) -> bool {
        let Some((
            start,
            Login {
                user: Some(user),
                is_host: false,
                ..
            },
        )) = self.live
        else {
            return false;
        };
        let visible = left
            .held
            .slice(start, at)
            .iter()
            .filter(|symbol| !symbol.hidden);
        visible
            .skip(user + 1)
            .any(|symbol| !symbol.ch.is_ascii_digit())
    }

    fn reset(&mut self) {
        self.live = None;
    }
}

impl UrlLogin {
    fn wake(&mut self, c: char, at: u64, left: Left<'_>) {
        let mut back = left.back(at);
        if c == '/'
            && back.next() == Some(b'/')
            && back.next() == Some(b':')
            && back.next().is_some_and(|b| b.is_ascii_alphanumeric())
        {
            self.live = Some((at + 1, Login::default()));
        }
    }
}

/// The characters of a user and a password, and others that people forget to escape.
fn is_login(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(
            c,
            '-' | '.'
                | '_'
                | '~'
                | '!'
                | '$'
                | '&'
                | '('
                | ')'
                | '*'
                | '+'
                | ','
                | ';'
                | '='
                | '%'
                | ':'
                | '@'
                | '^'
                | '#'
        )
}
