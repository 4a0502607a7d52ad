//! What calls are answered with now, and how it is made: anew for each configuration.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use secrecy::{ExposeSecret, SecretString};
use tower_mistral::{
    Guard,
    key_rotation::{Keys, source::LiveKeys},
    metadata_log::audit::AuditTrail,
};

use super::{
    StartError, auth::Callers, checkups::Checkups, front::Front, gate::Gate, hosts::Hosts,
    upstream::Upstream,
};
use crate::{
    config::{Config, Origin},
    metrics::Metrics,
};

/// What calls are answered with. A shared handle; a call keeps the one that it began with.
#[derive(Clone)]
pub(crate) struct Current {
    pub(crate) front: Front,
    pub(crate) guard: Guard,
    /// The sources of the keys; none if the keys were given.
    pub(crate) live: Option<LiveKeys>,
    pub(crate) callers: Callers,
    /// Goes on for as long as this configuration is in force, or a call under way has it.
    _checkups: Checkups,
}

/// What all configurations of a process have in common.
#[derive(Clone, Debug)]
pub(super) struct Common {
    /// Lent in the place of those from sources.
    pub(super) keys: Option<Keys>,
    /// The callers' token, whatever the environment says.
    pub(super) token: Option<String>,
    /// The token that was made at the start, for as long as there is no other.
    pub(super) made: Option<SecretString>,
    pub(super) metrics: Option<Metrics>,
    pub(super) trail: Option<AuditTrail>,
    /// How many configurations have been in force.
    pub(super) generation: Arc<AtomicU64>,
    /// The built-in emulator, if it is the upstream.
    pub(super) emulator: Option<Origin>,
}

impl Common {
    /// All of it, or nothing: what is running is not touched. Keys that `before` had, too, are known.
    pub(super) async fn make(
        &self,
        config: &Config,
        addr: SocketAddr,
        before: Option<&Current>,
    ) -> Result<Current, StartError> {
        let mut config = config.clone();
        if let Some(emulator) = &self.emulator {
            config.upstream.url = emulator.clone();
        }
        let callers = self.callers(&config)?;
        let (keys, live) = match &self.keys {
            Some(keys) => (keys.clone(), None),
            None => {
                let live = config.keys.sources()?.start().await?;
                (live.keys(), Some(live))
            }
        };
        let generation = self.generation.load(Ordering::Relaxed) + 1;
        let sinks = (self.metrics.clone(), self.trail.clone());
        let keys = (keys, before.map(|before| before.guard.ring()));
        let guard = config.build(keys, &config.upstream.url, generation, sinks)?;
        if let Some(live) = &live {
            live.feed(&guard.ring());
        }
        let hosts = Hosts::new(addr, &config.server.allowed_hosts);
        let gate = Gate::new(hosts, callers.clone());
        let upstream = Upstream::new(&config.upstream);
        let checkups = Checkups::begin(&guard, upstream.client.clone());
        let front = Front::new(gate, &guard.layer(), upstream);
        self.generation.store(generation, Ordering::Relaxed);
        if let Some(metrics) = &self.metrics {
            metrics.says_versions((config.rule_set(), generation));
        }
        Ok(Current {
            front: front
                .counts(self.metrics.clone())
                .records(self.trail.clone()),
            guard,
            live,
            callers,
            _checkups: checkups,
        })
    }

    pub(super) fn callers(&self, config: &Config) -> Result<Callers, StartError> {
        let made = self.made.as_ref().map(ExposeSecret::expose_secret);
        Ok(Callers::new(&config.server, self.token.clone(), made)?)
    }
}
