//! What all services of a layer share.

use std::{fmt, sync::Arc};

use http::{HeaderName, Uri, uri::Scheme};
use tower_mistral_wire::{Modes, body::Budget, ext::Clock, intake::IntakeOptions};

use crate::names::Names;

pub(crate) struct Settings<N> {
    pub(crate) sink: Arc<N>,
    pub(crate) modes: Modes,
    pub(crate) clock: Clock,
    pub(crate) intake: Arc<IntakeOptions>,
    pub(crate) budget: Budget,
    pub(crate) max_reply: usize,
    pub(crate) names: Arc<AllNames>,
    pub(crate) servers: Vec<Arc<str>>,
    pub(crate) passed_on: Vec<HeaderName>,
    /// The rules and the generation of the configuration.
    pub(crate) versions: Option<(u64, u64)>,
}

/// The names that may be said, by sort.
#[derive(Debug)]
pub(crate) struct AllNames {
    pub(crate) models: Names,
    pub(crate) agents: Names,
    pub(crate) conversations: Names,
}

impl AllNames {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            models: Names::new(max),
            agents: Names::new(max),
            conversations: Names::new(max),
        }
    }

    pub(crate) fn with_max(&self, max: usize) -> Self {
        Self {
            models: self.models.with_max(max),
            agents: self.agents.with_max(max),
            conversations: self.conversations.with_max(max),
        }
    }
}

/// The API's own hosts.
const HOSTS: [&str; 4] = [
    "api.mistral.ai",
    "api.eu.mistral.ai",
    "api.us.mistral.ai",
    "codestral.mistral.ai",
];

impl<N> Settings<N> {
    pub(crate) fn new(sink: N) -> Self {
        Self {
            sink: Arc::new(sink),
            modes: Modes::default(),
            clock: Clock::system(),
            intake: Arc::new(IntakeOptions::new()),
            budget: Budget::process(),
            max_reply: 1 << 20,
            names: Arc::new(AllNames::new(Names::MAX)),
            servers: HOSTS.map(Arc::from).to_vec(),
            passed_on: Vec::new(),
            versions: None,
        }
    }

    /// The same with another sink.
    pub(crate) fn with_sink<M>(&self, sink: Arc<M>) -> Settings<M> {
        Settings {
            sink,
            modes: self.modes.clone(),
            clock: self.clock.clone(),
            intake: Arc::clone(&self.intake),
            budget: self.budget.clone(),
            max_reply: self.max_reply,
            names: Arc::clone(&self.names),
            servers: self.servers.clone(),
            passed_on: self.passed_on.clone(),
            versions: self.versions,
        }
    }

    /// The host of `uri` and its port, if it has one: a host that nobody has named is `other`.
    pub(crate) fn server(&self, uri: &Uri) -> Option<(Arc<str>, Option<u16>)> {
        let authority = uri.authority()?;
        let known = |host: &str| {
            let mut servers = self.servers.iter();
            servers.find(|known| known.eq_ignore_ascii_case(host))
        };
        // Hardly anybody writes a port or a user: so there is nothing to be taken apart.
        let (server, port) = match known(authority.as_str()) {
            Some(server) => (Some(server), None),
            None => (known(authority.host()), authority.port_u16()),
        };
        let Some(server) = server else {
            return Some((Names::other(), None));
        };
        let port = port.or(match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => Some(443),
            Some(scheme) if *scheme == Scheme::HTTP => Some(80),
            _ => None,
        });
        Some((Arc::clone(server), port))
    }
}

impl<N> Clone for Settings<N> {
    fn clone(&self) -> Self {
        self.with_sink(Arc::clone(&self.sink))
    }
}

impl<N> fmt::Debug for Settings<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("modes", &self.modes)
            .field("clock", &self.clock)
            .field("max_reply", &self.max_reply)
            .finish_non_exhaustive()
    }
}
