//! From a configuration to the stack.

use sha2::{Digest, Sha256};
use tower_mistral::{
    BuildError, Guard, GuardBuilder,
    key_rotation::{KeyRing, Keys},
    metadata_log::audit::AuditTrail,
    redact_output::{Profile, RedactOutputLayer},
    redactor::{Entity, RedactorBuilder, Show, UserRule},
    sanitize_input,
    screen::{Action, Screen},
    wire::{Handling, Mode, OnUninspectable, Reason, body::Budget, rewrite::StreamOptions},
};

use super::{
    ActionName, Config, ConfigError, Origin, PatternConfig, Preset, ProfileName, ShowName,
    UninspectableConfig, UninspectableName,
};
use crate::{
    logging::{self, CallLog},
    metrics::Metrics,
};

impl Config {
    /// Checks what can be checked without keys and without a socket.
    ///
    /// # Errors
    ///
    /// The first key whose value does not fit, and why.
    pub fn check(&self) -> Result<(), ConfigError> {
        // Stands in for the keys, which a check does not read.
        let keys = Keys::new(["check"]);
        self.keys.sources().map(drop)?;
        self.build((keys, None), &self.upstream.url, 0, (None, None))
            .map(drop)
    }

    /// The stack over these keys, of which the ring of before may know something, for calls to `upstream`, which are recorded in the trail before
    /// anybody is told of them, and counted.
    pub(crate) fn build(
        &self,
        (keys, before): (Keys, Option<KeyRing>),
        upstream: &Origin,
        generation: u64,
        (metrics, trail): (Option<Metrics>, Option<AuditTrail>),
    ) -> Result<Guard, ConfigError> {
        self.check_server()?;
        let screen = self.screen()?;
        let parts = self.sanitize_parts()?;
        let patterns = self.patterns()?;
        let builder = match self.guard.preset {
            Preset::Recommended => Guard::recommended(),
            Preset::Basic => Guard::basic(),
        };
        let keys_config = self.keys.clone();
        let builder = self
            .origins(builder.keys(keys), upstream)?
            .replace_caller_authorization()
            .rotation(move |layer| {
                let layer = layer
                    .rotate_every(keys_config.rotate_every.0)
                    .bench_for(keys_config.bench_for.0)
                    .max_replay(keys_config.max_replay.0);
                match &before {
                    Some(before) => layer.inherit(before),
                    None => layer,
                }
            })
            .budget(Budget::new(self.guard.buffer_budget.0))
            .sanitize(|layer| self.sanitize_layer(layer, screen.clone(), parts))
            .redact(|rules| {
                self.redact_rules(patterns.into_iter().fold(rules, RedactorBuilder::rule))
            })
            .redact_layer(|layer| self.redact_layer(layer))
            .log(|log| log.versions(self.rule_set(), generation))
            .on_record((trail, CallLog::new(self.log.format)))
            .also_on_record(metrics);
        let guard = builder.build().map_err(build_error)?;
        self.switch(&guard, &screen)?;
        Ok(guard)
    }

    /// A hash of all that decides on what is found and what is done about it, by this program.
    pub(crate) fn rule_set(&self) -> u64 {
        let version = env!("CARGO_PKG_VERSION");
        let rules = (version, &self.guard, &self.sanitize, &self.redact);
        // The sections hold no secrets, and their maps are sorted.
        let hash = Sha256::digest(format!("{rules:?}"));
        hash.first_chunk()
            .map_or(0, |first| u64::from_be_bytes(*first))
    }

    fn check_server(&self) -> Result<(), ConfigError> {
        if self.server.max_connections == 0 {
            return Err(ConfigError::key(
                "server.max_connections",
                "must be at least 1",
            ));
        }
        for host in &self.server.allowed_hosts {
            let authority: Option<http::uri::Authority> = host.parse().ok();
            if authority.is_none_or(|authority| authority.as_str().contains('@')) {
                let what = "a host is a name or an address, with or without a port";
                return Err(ConfigError::key("server.allowed_hosts", what));
            }
        }
        logging::check(&self.log.filter).map_err(|what| ConfigError::key("log.filter", what))
    }

    fn origins(
        &self,
        builder: GuardBuilder,
        upstream: &Origin,
    ) -> Result<GuardBuilder, ConfigError> {
        let own = std::slice::from_ref(upstream);
        let origins = match self.keys.origins.as_slice() {
            [] => own,
            _ if self.upstream.demo => own,
            listed if listed.contains(upstream) => listed,
            _ => {
                return Err(ConfigError::key(
                    "keys.origins",
                    "the upstream is not among them",
                ));
            }
        };
        let plain = self.upstream.dangerous_plain_http;
        let with = |builder: GuardBuilder, origin: &Origin| match plain {
            true => builder.dangerous_plain_http_origin(origin.to_string()),
            false => builder.origin(origin.to_string()),
        };
        let builder = origins.iter().try_fold(builder, with);
        builder.map_err(build_error)
    }

    fn patterns(&self) -> Result<Vec<UserRule>, ConfigError> {
        let read = |config: &PatternConfig| {
            let entity = config.entity.clone();
            let rule = match (&config.pattern, &config.texts) {
                (Some(pattern), None) => UserRule::regex(entity, pattern),
                (None, Some(texts)) => UserRule::list(entity, texts),
                _ => {
                    let what = format!("`{entity}` needs either a pattern or texts");
                    return Err(ConfigError::key("redact.patterns", what));
                }
            };
            let rule = rule.map_err(|error| {
                let what = format!("`{}`: {error}", config.entity);
                ConfigError::key("redact.patterns", what)
            })?;
            Ok(match &config.show {
                Some(text) => rule.placeholder(text.clone()),
                None => rule,
            })
        };
        self.redact.patterns.iter().map(read).collect()
    }

    fn redact_rules(&self, rules: RedactorBuilder) -> RedactorBuilder {
        let config = &self.redact;
        let entities =
            |names: &[String]| names.iter().cloned().map(Entity::new).collect::<Vec<_>>();
        let with = entities(&config.with).into_iter();
        let rules = with.fold(rules, RedactorBuilder::with);
        let without = entities(&config.without).into_iter();
        let rules = without.fold(rules, RedactorBuilder::without);
        let rules = config.allow.iter().fold(rules, RedactorBuilder::allow);
        let domains = config.allow_domains.iter();
        let rules = domains.fold(rules, RedactorBuilder::allow_domain);
        let rules = config
            .allow_hosts
            .iter()
            .fold(rules, RedactorBuilder::allow_host);
        let rules = config
            .canaries
            .iter()
            .fold(rules, RedactorBuilder::tripwire);
        let mut rules = Profile::from(config.profile).rules(rules);
        if config.all_images {
            rules = rules.all_images();
        }
        if config.allow_documentation_values {
            rules = rules.allow_documentation_values();
        }
        for (entity, with) in &config.replacements {
            rules = rules.replacement(Entity::new(entity.clone()), with.clone());
        }
        for (entity, show) in &config.show {
            rules = rules.show(Entity::new(entity.clone()), (*show).into());
        }
        match config.max_hold {
            Some(size) => rules.max_hold(size.0),
            None => rules,
        }
    }

    fn redact_layer(&self, layer: RedactOutputLayer) -> RedactOutputLayer {
        let config = &self.redact;
        let layer = layer
            .mode(Mode::from(config.mode).min(self.guard.mode.into()))
            .profile(config.profile.into())
            .on_uninspectable(config.on_uninspectable.policy(FROM_API));
        let mut layer = match config.max_reply {
            Some(size) => layer.max_reply(size.0),
            None => layer,
        };
        if let Some(mode) = config.protect_system_text {
            layer = layer.protect_system_text(mode.into());
        }
        if config.end_blocked_streams {
            layer = layer.end_blocked_streams();
        }
        if config.allow_values_from_request {
            layer = layer.allow_values_from_request();
        }
        for (entity, max) in &config.max_findings {
            layer = layer.max_findings(Entity::new(entity.clone()), *max);
        }
        if let Some(max) = config.max_leak_hits {
            layer = layer.max_leak_hits(max);
        }
        let Some(size) = config.max_event else {
            return layer;
        };
        let mut stream = StreamOptions::default();
        stream.max_event = size.0;
        layer.stream_options(stream)
    }

    /// Sets the modes of single rules, which must exist.
    fn switch(&self, guard: &Guard, screen: &Screen) -> Result<(), ConfigError> {
        let screen = screen.rules().iter().map(|rule| rule.name().as_str());
        let known: Vec<_> = screen
            .chain([
                sanitize_input::MAX_CHARS,
                sanitize_input::MAX_MESSAGES,
                sanitize_input::MAX_TOTAL_CHARS,
                sanitize_input::SCORE,
                sanitize_input::SYSTEM_MESSAGE,
                sanitize_input::OPTIONS,
                sanitize_input::PREFIX,
                sanitize_input::WRAP,
            ])
            .collect();
        for (rule, mode) in &self.sanitize.rules {
            check_rule("sanitize.rules", rule, &known)?;
            guard.sanitize_modes().set_rule(rule, (*mode).into());
        }
        let rules = guard.redactor().rules().iter();
        let known: Vec<_> = rules.map(|rule| rule.entity().as_str()).collect();
        for rule in self.redact.max_findings.keys() {
            check_rule("redact.max_findings", rule, &known)?;
        }
        for (rule, mode) in &self.redact.rules {
            check_rule("redact.rules", rule, &known)?;
            guard.redact_modes().set_rule(rule, (*mode).into());
        }
        Ok(())
    }
}

fn check_rule(section: &str, rule: &str, known: &[&str]) -> Result<(), ConfigError> {
    if known.contains(&rule) {
        return Ok(());
    }
    let known = known.join("`, `");
    Err(ConfigError::key(
        section,
        format!("unknown rule `{rule}`, expected one of `{known}`"),
    ))
}

fn build_error(error: BuildError) -> ConfigError {
    let key = match &error {
        BuildError::Keys(_) | BuildError::NoKeys => "keys",
        BuildError::Origin(_) => "upstream.url",
        BuildError::Rules(_) => "redact",
        _ => "guard",
    };
    ConfigError::key(key, error)
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Chat => Self::Chat,
            ProfileName::Rag => Self::Rag,
            ProfileName::Agent => Self::Agent,
            ProfileName::Code => Self::Code,
        }
    }
}

impl From<ShowName> for Show {
    fn from(name: ShowName) -> Self {
        match name {
            ShowName::Mask => Self::Mask,
            ShowName::LastFour => Self::LastFour,
            ShowName::Remove => Self::Remove,
        }
    }
}

impl From<ActionName> for Action {
    fn from(name: ActionName) -> Self {
        match name {
            ActionName::Flag => Self::Flag,
            ActionName::Filter => Self::Filter,
            ActionName::Block => Self::Block,
        }
    }
}

/// What replies are in good faith. Streams that end too early or pass a limit still break, and parts
/// of unknown types can always be read.
const FROM_API: &[Reason] = &[
    Reason::NotJson,
    Reason::DuplicateKey,
    Reason::InvalidUtf8,
    Reason::TooDeep,
    Reason::TooManyValues,
    Reason::BodyTooLarge,
    Reason::OverBudget,
    Reason::UnsupportedCoding,
    Reason::UnsupportedMedia,
    Reason::PartialReply,
    Reason::Upgrade,
];

impl UninspectableConfig {
    /// The policy; a name alone is for each of `reasons`.
    pub(super) fn policy(&self, reasons: &[Reason]) -> OnUninspectable {
        let policy = OnUninspectable::default();
        match self {
            Self::All(UninspectableName::Refuse) => policy,
            Self::All(name) => policy.with_all(reasons.iter().copied(), (*name).into()),
            Self::Each(each) => each.iter().fold(policy, |policy, (reason, name)| {
                policy.with(reason.0, (*name).into())
            }),
        }
    }
}

impl From<UninspectableName> for Handling {
    fn from(name: UninspectableName) -> Self {
        match name {
            UninspectableName::Refuse => Self::Refuse,
            UninspectableName::Pass => Self::Pass,
            UninspectableName::Scan => Self::Scan,
        }
    }
}
