//! A request, and ways of changing it.

use std::fmt;

/// A request as it goes over the wire.
#[derive(Clone)]
pub struct Case {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, target) = (&self.method, &self.target);
        let body: String = self
            .body
            .escape_ascii()
            .take(2_000)
            .map(char::from)
            .collect();
        write!(f, "{method} {target} {:?} {body}", self.headers)
    }
}

/// Replaces in the body, as text.
pub fn replace(case: &mut Case, from: &str, to: &str) {
    let body = String::from_utf8_lossy(&case.body).replace(from, to);
    case.body = body.into_bytes();
}

/// Puts a field in front of all others.
pub fn prepend(case: &mut Case, field: &str) {
    let body = String::from_utf8_lossy(&case.body).replacen('{', &format!("{{{field},"), 1);
    case.body = body.into_bytes();
}

pub fn label(case: &mut Case, value: &str) {
    case.headers.retain(|(name, _)| name != "content-type");
    case.headers
        .push(("content-type".to_owned(), value.to_owned()));
}

pub fn header(case: &mut Case, name: &str, value: &str) {
    case.headers.push((name.to_owned(), value.to_owned()));
}

pub fn surround(case: &mut Case, before: &[u8], after: &[u8]) {
    case.body = [before, &case.body, after].concat();
}
