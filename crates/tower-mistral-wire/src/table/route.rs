//! Whether a path is one of an endpoint's. Matching is from the end: a base path in front is allowed,
//! and a trailing slash does not hide an endpoint.

use super::RequestPath;

/// The path of an endpoint, made ready to be compared: one is compared with each of the table's at
/// every call.
#[derive(Clone, Debug)]
pub(super) enum Route {
    /// `**`: any path.
    Any,
    /// No segment varies. Without slashes at its ends.
    Plain(Box<str>, usize),
    /// Segments, `{name}` for any one.
    Varying(Box<str>, usize),
}

impl Route {
    pub(super) fn new(path: &str) -> Self {
        if path == "**" {
            return Self::Any;
        }
        let path = path.trim_matches('/');
        let segments = path.split('/').count();
        match path.split('/').any(|segment| segment.starts_with('{')) {
            true => Self::Varying(path.into(), segments),
            false => Self::Plain(path.into(), segments),
        }
    }

    /// How many segments it has: the endpoint with most of those that match is meant.
    pub(super) fn segments(&self) -> usize {
        match self {
            Self::Any => 0,
            Self::Plain(_, segments) | Self::Varying(_, segments) => *segments,
        }
    }

    /// Whether the last segments of `path` are those of the route.
    pub(super) fn ends(&self, path: &RequestPath) -> bool {
        let path = path.as_str().trim_end_matches('/');
        match self {
            Self::Any => true,
            Self::Plain(route, _) => {
                let before = path.strip_suffix(&**route);
                before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
            }
            Self::Varying(route, _) => {
                let mut path = path.rsplit('/');
                route.rsplit('/').all(|want| {
                    let segment = path.next();
                    let varies = want.starts_with('{');
                    segment.is_some_and(|it| it == want || varies && !it.is_empty())
                })
            }
        }
    }

    /// Whether `path` is what is left of the route when its first segments were taken off, as a router
    /// does for what is nested in it. It begins with a segment that does not vary: of
    /// `/v1/models/{id}` any path of one segment would be the end.
    pub(super) fn is_nested(&self, path: &RequestPath) -> bool {
        let path = path.as_str().trim_matches('/');
        if path.is_empty() {
            return false;
        }
        match self {
            Self::Any => false,
            Self::Plain(route, _) => {
                let before = route.strip_suffix(path);
                before.is_some_and(|before| before.ends_with('/'))
            }
            Self::Varying(route, _) => {
                let mut wanted = route.rsplit('/');
                let mut varies = true;
                for segment in path.rsplit('/') {
                    let Some(want) = wanted.next() else {
                        return false;
                    };
                    varies = want.starts_with('{');
                    if segment != want && !varies {
                        return false;
                    }
                }
                !varies && wanted.next().is_some()
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn path(text: &str) -> RequestPath {
        RequestPath::of(&text.parse().unwrap()).unwrap()
    }

    #[test]
    fn spellings_of_one_path_are_one_endpoint() {
        let (chat, model) = ("/v1/chat/completions", "/v1/models/{id}");
        let table = [
            (chat, "/v1/chat/completions", true),
            (chat, "/v1/chat/completions/", true),
            (chat, "/v1/%63hat/completions?x=1", true),
            (chat, "https://host/base/v1/chat/completions", true),
            (chat, "/v1/chat/completions/x", false),
            (chat, "/v1/xchat/completions", false),
            (chat, "/xv1/chat/completions", false),
            (chat, "/chat/completions", false),
            (chat, "*", false),
            (model, "/v1/models/abc", true),
            (model, "/base/v1/models/abc/", true),
            (model, "/v1/models", false),
            (model, "/v1/models/", false),
            ("/v1/models/abc/{id}", "/v1/models/abc", false),
            ("/", "/", true),
            ("/", "/x", false),
            ("**", "/x", true),
        ];
        for (route, text, matches) in table {
            assert_eq!(
                Route::new(route).ends(&path(text)),
                matches,
                "{text} {route}"
            );
        }
    }

    #[test]
    fn a_path_without_its_beginning_is_the_end_of_an_endpoint() {
        let table = [
            ("/chat", "/api/chat", true),
            ("/v1/chat/", "/api/v1/chat", true),
            ("/models/abc", "/v1/models/{id}", true),
            ("/abc", "/v1/models/{id}", false),
            ("/v1/models/abc", "/v1/models/{id}", false),
            ("/api/chat", "/api/chat", false),
            ("/x/chat", "/api/chat", false),
            ("/hat", "/api/chat", false),
            ("/", "/api/chat", false),
            ("/**", "**", false),
        ];
        for (text, route, is_end) in table {
            assert_eq!(
                Route::new(route).is_nested(&path(text)),
                is_end,
                "{text} {route}"
            );
        }
    }
}
