//! Which endpoint a method and a path mean.

use http::Method;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Route {
    Chat,
    Fim,
    Agents,
    Embeddings,
    Moderations,
    ChatModerations,
    ModelList,
    Model(String),
    /// The gateway knows no such route: its 404 comes before any look at the key.
    None,
}

impl Route {
    pub(crate) fn find(method: &Method, path: &str) -> Self {
        let segments = normalised(path);
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match (method.as_str(), segments.as_slice()) {
            ("POST", ["v1", "chat", "completions"]) => Self::Chat,
            ("POST", ["v1", "fim", "completions"]) => Self::Fim,
            ("POST", ["v1", "agents", "completions"]) => Self::Agents,
            ("POST", ["v1", "embeddings"]) => Self::Embeddings,
            ("POST", ["v1", "moderations"]) => Self::Moderations,
            ("POST", ["v1", "chat", "moderations"]) => Self::ChatModerations,
            ("GET", ["v1", "models"]) => Self::ModelList,
            ("GET", ["v1", "models", id]) if !id.is_empty() => Self::Model((*id).to_owned()),
            _ => Self::None,
        }
    }
}

/// The path's segments the way the Kong gateway sees them before it looks for a route: unreserved
/// characters percent-decoded, dot segments resolved, runs of slashes merged. An odd spelling
/// therefore reaches the endpoint, and a guard in front has to know it. A slash at the end stays,
/// as an empty last segment.
fn normalised(path: &str) -> Vec<String> {
    let decoded = decode_unreserved(path);
    let mut segments: Vec<String> = Vec::new();
    for segment in decoded.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment.to_owned()),
        }
    }
    if decoded.ends_with('/') {
        segments.push(String::new());
    }
    segments
}

fn decode_unreserved(path: &str) -> String {
    let mut parts = path.split('%');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match unreserved(part) {
            Some((character, rest)) => {
                decoded.push(character);
                decoded.push_str(rest);
            }
            None => {
                decoded.push('%');
                decoded.push_str(part);
            }
        }
    }
    decoded
}

fn unreserved(part: &str) -> Option<(char, &str)> {
    let (hex, rest) = part.split_at_checked(2)?;
    let byte = u8::from_str_radix(hex, 16).ok()?;
    let is_unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    is_unreserved.then_some((char::from(byte), rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]
mod tests {
    use super::*;

    #[test]
    fn odd_spellings_reach_the_endpoint_and_others_do_not() {
        for (method, path, expected) in [
            ("POST", "/v1/chat/completions", Route::Chat),
            ("POST", "//v1/./chat//completions", Route::Chat),
            ("POST", "/v1/models/../chat/completions", Route::Chat),
            ("POST", "/%76%31/ch%61t/completions", Route::Chat),
            ("POST", "/v1/chat%2Fcompletions", Route::None),
            ("POST", "/v1/chat/completions/", Route::None),
            ("POST", "/V1/chat/completions", Route::None),
            ("POST", "/v1/chat/completions%", Route::None),
            ("POST", "/v1/chat/completions%zé", Route::None),
            ("GET", "/v1/chat/completions", Route::None),
            ("POST", "/v1/chat/moderations", Route::ChatModerations),
            ("GET", "/v1/models", Route::ModelList),
            ("GET", "/v1/models/", Route::None),
            (
                "GET",
                "/v1/models/codestral-latest",
                Route::Model("codestral-latest".into()),
            ),
            ("GET", "/v1/admin/api-keys", Route::None),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(Route::find(&method, path), expected, "{method} {path}");
        }
    }
}
