//! The endpoints of a table and how a request finds its own.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use http::Method;

use super::{RequestPath, RowError, Rows, TextKind, builtin, pattern::Mark, route::Route};

/// What ends a stream of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StreamEnd {
    /// An event with the data `[DONE]`; a stream that ends without it was cut off.
    Done,
    /// The end of the body.
    #[default]
    Body,
}

/// One endpoint: how it is recognised, and where text stands in its bodies.
#[derive(Clone)]
pub struct Endpoint {
    pub(super) name: Arc<str>,
    pub(super) operation: Option<&'static str>,
    pub(super) method: Option<Method>,
    pub(super) path: Box<str>,
    pub(super) request: Rows,
    pub(super) reply: Rows,
    pub(super) event: Rows,
    pub(super) stream_end: StreamEnd,
    pub(super) is_completion: bool,
}

impl Endpoint {
    /// Begins an endpoint of your own: its method and its path, with `{name}` for a segment that
    /// varies; `**` alone is any path that no other endpoint of this method has. A base path in
    /// front of it is allowed in requests, and so is a beginning that a router has taken off: see
    /// [`Endpoints::find`].
    ///
    /// ```
    /// use http::Method;
    /// use tower_mistral_wire::table::{Endpoint, Endpoints, TextKind};
    ///
    /// let chat = Endpoint::builder(Method::POST, "/chat")
    ///     .request("message", TextKind::User)
    ///     .reply("reply", TextKind::Content)
    ///     .event("delta", TextKind::Content)
    ///     .build()?;
    /// let table = Endpoints::mistral().with(chat);
    /// # Ok::<(), tower_mistral_wire::table::RowError>(())
    /// ```
    pub fn builder(method: Method, path: &str) -> EndpointBuilder {
        let mut endpoint = Self::generic();
        endpoint.name = path.into();
        endpoint.path = path.into();
        endpoint.method = Some(method);
        EndpointBuilder {
            endpoint,
            error: None,
        }
    }

    /// What a request is that no endpoint of the table matches: all its strings are looked at.
    pub(super) fn generic() -> Self {
        let mut rows = Rows::default();
        for (pattern, kind) in [("model", TextKind::Model), ("usage", TextKind::Usage)] {
            rows.row(pattern, kind).expect("the pattern is a plain key");
        }
        Self {
            name: "other".into(),
            operation: None,
            method: None,
            path: "".into(),
            request: rows.clone(),
            reply: rows.clone(),
            event: rows,
            stream_end: StreamEnd::Body,
            is_completion: false,
        }
    }

    /// Its route, for instance `/v1/chat/completions`; `other` for one that is not in the table.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// OpenTelemetry's `gen_ai.operation.name`, where it has one.
    pub fn operation(&self) -> Option<&'static str> {
        self.operation
    }

    /// Where text stands in requests.
    pub fn request(&self) -> &Rows {
        &self.request
    }

    /// Where text stands in JSON replies.
    pub fn reply(&self) -> &Rows {
        &self.reply
    }

    /// Where text stands in the events of streamed replies.
    pub fn event(&self) -> &Rows {
        &self.event
    }

    /// What ends its streams.
    pub fn stream_end(&self) -> StreamEnd {
        self.stream_end
    }

    /// Whether its reply is a chat completion, so that one can be made in its place.
    pub fn is_completion(&self) -> bool {
        self.is_completion
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Builds an [`Endpoint`].
#[derive(Clone, Debug)]
pub struct EndpointBuilder {
    endpoint: Endpoint,
    error: Option<RowError>,
}

impl EndpointBuilder {
    /// A row of the request: see [`RowError`] for the language of `pattern`.
    #[must_use]
    pub fn request(mut self, pattern: &str, kind: TextKind) -> Self {
        let added = self.endpoint.request.row(pattern, kind);
        self.note(added)
    }

    /// A row of JSON replies.
    #[must_use]
    pub fn reply(mut self, pattern: &str, kind: TextKind) -> Self {
        let added = self.endpoint.reply.row(pattern, kind);
        self.note(added)
    }

    /// A row of the events of streamed replies.
    #[must_use]
    pub fn event(mut self, pattern: &str, kind: TextKind) -> Self {
        let added = self.endpoint.event.row(pattern, kind);
        self.note(added)
    }

    /// Request texts whose kind is given by the `role` of their `[role]` element.
    #[must_use]
    pub fn request_by_role(mut self, pattern: &str) -> Self {
        let added = self.endpoint.request.add(pattern, Mark::ByRole);
        self.note(added)
    }

    /// Lists of typed parts, in requests: a part of another type is an unknown one.
    pub(super) fn request_parts(mut self, at: &str, types: &'static [&'static str]) -> Self {
        let added = self.endpoint.request.part_types(at, types);
        self.note(added)
    }

    /// The same in JSON replies.
    pub(super) fn reply_parts(mut self, at: &str, types: &'static [&'static str]) -> Self {
        let added = self.endpoint.reply.part_types(at, types);
        self.note(added)
    }

    /// The same in events.
    pub(super) fn event_parts(mut self, at: &str, types: &'static [&'static str]) -> Self {
        let added = self.endpoint.event.part_types(at, types);
        self.note(added)
    }

    /// What ends its streams. Default [`StreamEnd::Body`].
    #[must_use]
    pub fn stream_end(mut self, end: StreamEnd) -> Self {
        self.endpoint.stream_end = end;
        self
    }

    pub(super) fn named(mut self, name: &str) -> Self {
        self.endpoint.name = name.into();
        self
    }

    pub(super) fn completion(mut self, operation: &'static str) -> Self {
        self.endpoint.operation = Some(operation);
        self.endpoint.is_completion = true;
        self.endpoint.stream_end = StreamEnd::Done;
        self
    }

    /// The endpoint.
    ///
    /// # Errors
    ///
    /// The first row whose pattern is not one.
    pub fn build(self) -> Result<Endpoint, RowError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.endpoint),
        }
    }

    fn note(mut self, added: Result<(), RowError>) -> Self {
        if let (None, Err(error)) = (&self.error, added) {
            self.error = Some(error);
        }
        self
    }
}

/// A table of endpoints. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// Those with longer paths before those with shorter ones.
    known: Arc<Vec<(Route, Arc<Endpoint>)>>,
    generic: Arc<Endpoint>,
}

impl Endpoints {
    /// The endpoints of the Mistral AI API that the table knows: chat, FIM and agents completions,
    /// and `options` for `OPTIONS` on any path.
    pub fn mistral() -> Self {
        static TABLE: LazyLock<Endpoints> = LazyLock::new(|| {
            let empty = Endpoints {
                known: Arc::default(),
                generic: Arc::new(Endpoint::generic()),
            };
            let builtin = builtin::endpoints().into_iter().rev();
            builtin.fold(empty, Endpoints::with)
        });
        TABLE.clone()
    }

    /// The same table with an endpoint of your own.
    #[must_use]
    pub fn with(mut self, endpoint: Endpoint) -> Self {
        let known = Arc::make_mut(&mut self.known);
        let route = Route::new(&endpoint.path);
        // In front of those of the same length.
        let at = known.partition_point(|(other, _)| other.segments() > route.segments());
        known.insert(at, (route, Arc::new(endpoint)));
        self
    }

    /// The endpoint of a request: of those that match the one with the longest path, of two of
    /// the same length your own. One that is not in the table gets the generic one.
    ///
    /// A layer inside of axum's `Router::nest("/v1", ..)` sees `/chat/completions`. So a path that
    /// is the end of exactly one endpoint's path is for that one; where it is the end of several
    /// (`/completions`), add an endpoint with the path that the layer sees.
    pub fn find(&self, method: &Method, path: &RequestPath) -> Arc<Endpoint> {
        let of_method = |(_, endpoint): &&(Route, Arc<Endpoint>)| {
            let wanted = endpoint.method.as_ref();
            wanted.is_none_or(|wanted| wanted == method)
        };
        let mut matching = self.known.iter().filter(of_method);
        if let Some((_, known)) = matching.find(|(route, _)| route.ends(path)) {
            return Arc::clone(known);
        }
        let nested = self.known.iter().filter(of_method);
        let mut nested = nested.filter(|(route, _)| route.is_nested(path));
        match (nested.next(), nested.next()) {
            (Some((_, only)), None) => Arc::clone(only),
            _ => Arc::clone(&self.generic),
        }
    }

    /// What a request is that no endpoint matches: all strings are looked at, none is a prompt.
    pub fn generic(&self) -> Arc<Endpoint> {
        Arc::clone(&self.generic)
    }
}

impl Default for Endpoints {
    fn default() -> Self {
        Self::mistral()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_method_and_the_longest_path_name_the_endpoint() {
        let own = Endpoint::builder(Method::OPTIONS, "/chat").build().unwrap();
        let table = Endpoints::mistral().with(own);
        let cases = [
            (Method::POST, "/v1/chat/completions", "/v1/chat/completions"),
            (Method::GET, "/v1/chat/completions", "other"),
            (Method::OPTIONS, "/v1/chat/completions", "options"),
            (Method::OPTIONS, "*", "options"),
            (Method::OPTIONS, "/chat", "/chat"),
            (Method::POST, "/v1/other", "other"),
            // Within a nested router.
            (Method::POST, "/chat/completions", "/v1/chat/completions"),
            (Method::GET, "/chat/completions", "other"),
            (Method::POST, "/completions", "other"),
            (Method::POST, "/other/chat/completions", "other"),
            (Method::POST, "/", "other"),
        ];
        for (method, path, name) in cases {
            let path = RequestPath::of(&path.parse().unwrap()).unwrap();
            assert_eq!(table.find(&method, &path).name(), name, "{method} {path:?}");
        }
    }
}
