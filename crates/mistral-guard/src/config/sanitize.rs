//! From `[sanitize]` to the layer of screening.

use tower_mistral::{
    sanitize_input::{Guardrails, OnBlock, OverLimit, Role, SanitizeInputLayer, Wrap, WrapKey},
    screen::{self, Screen},
    wire::{Mode, Reason},
};

use super::{
    Config, ConfigError, OnBlockConfig, OverLimitName, Preset, SystemMessagesName, WrapName,
    screening::today,
};

/// What callers send in good faith. That broken JSON passes unread must be said by its own name.
const FROM_CALLERS: &[Reason] = &[Reason::UnsupportedCoding, Reason::UnsupportedMedia];

/// Bytes of the shortest key for the marks around texts.
const SHORTEST_KEY: usize = 32;

impl Config {
    pub(super) fn screen(&self) -> Result<Screen, ConfigError> {
        let config = &self.sanitize;
        let builder = match (config.phrases.is_empty(), self.guard.preset) {
            (true, Preset::Basic) if config.allow.is_empty() => return Ok(Screen::basic()),
            (true, Preset::Basic) => Screen::builder().basic(),
            (true, Preset::Recommended) => Screen::builder().recommended(),
            (false, _) => Screen::builder(),
        };
        let phrases = config.phrases.iter();
        let builder = phrases.fold(builder, |screen, rule| {
            screen.phrase(rule.name.clone(), &rule.phrase, rule.action.into())
        });
        let builder = config.allow.iter().try_fold(builder, |builder, allow| {
            let entry = allow.entry();
            let entry = entry.map_err(|what| ConfigError::key("sanitize.allow", what))?;
            Ok(builder.allow(entry))
        })?;
        builder.build().map_err(|error| {
            let key = match error {
                screen::ConfigError::NoReason | screen::ConfigError::AllowPattern => {
                    "sanitize.allow"
                }
                _ => "sanitize.phrases",
            };
            ConfigError::key(key, error)
        })
    }

    /// What is done about requests. Whatever a server gets comes from somebody who may be lying: no
    /// role is trusted.
    pub(super) fn sanitize_layer(
        &self,
        layer: SanitizeInputLayer,
        screen: Screen,
        parts: SanitizeParts,
    ) -> SanitizeInputLayer {
        let config = &self.sanitize;
        let (max, over, wrap) = match self.guard.preset {
            Preset::Recommended => (200_000, OverLimitName::Refuse, WrapName::None),
            Preset::Basic => (4_000, OverLimitName::Cut, WrapName::Prefix),
        };
        let over = match config.over_limit.unwrap_or(over) {
            OverLimitName::Cut => OverLimit::Cut,
            OverLimitName::Refuse => OverLimit::Refuse,
        };
        let mut layer = layer
            .screen(screen)
            .calendar(today)
            .untrusted_roles()
            .max_chars(config.max_chars.unwrap_or(max), over)
            .wrap(config.wrap.unwrap_or(wrap).into())
            .nonce(config.nonce.into())
            .mode(Mode::from(config.mode).min(self.guard.mode.into()))
            .on_uninspectable(config.on_uninspectable.policy(FROM_CALLERS))
            .on_block(match &config.on_block {
                OnBlockConfig::Error => OnBlock::Error,
                OnBlockConfig::Reply(text) => OnBlock::Reply(text.clone().into()),
            });
        for (role, config) in &config.roles {
            layer = layer.role(role.0, config.policy());
        }
        for (role, max) in &config.max_role_chars {
            layer = layer.max_role_chars(role.0, *max);
        }
        if let Some(max) = config.max_messages {
            layer = layer.max_messages(max);
        }
        if let Some(max) = config.max_total_chars {
            layer = layer.max_total_chars(max);
        }
        if config.system_messages == SystemMessagesName::Refuse {
            layer = layer.refuse_system_messages();
        }
        if !config.system_message.is_empty() {
            layer = layer.system_message(&*config.system_message);
        }
        if config.safe_prompt {
            layer = layer.safe_prompt();
        }
        if let Some(guardrails) = parts.guardrails {
            layer = layer.guardrails(guardrails);
        }
        if let Some(key) = parts.wrap_key {
            layer = layer.wrap_key(key);
        }
        if !config.wrap_sentence {
            layer = layer.without_wrap_sentence();
        }
        match config.max_body {
            Some(size) => layer.max_body(size.0),
            None => layer,
        }
    }

    /// What can be wrong with `[sanitize]` beside its rules.
    pub(super) fn sanitize_parts(&self) -> Result<SanitizeParts, ConfigError> {
        let config = &self.sanitize;
        for (key, limit) in [
            ("sanitize.max_chars", config.max_chars),
            ("sanitize.max_messages", config.max_messages),
            ("sanitize.max_total_chars", config.max_total_chars),
        ] {
            if limit == Some(0) {
                return Err(ConfigError::key(key, "must be at least 1"));
            }
        }
        if config
            .max_role_chars
            .keys()
            .any(|role| role.0 == Role::User)
        {
            let what = "the limit of user messages is max_chars";
            return Err(ConfigError::key("sanitize.max_role_chars", what));
        }
        let guardrails = match config.guardrails.as_str() {
            "" => None,
            json => {
                let read = Guardrails::from_json(json);
                Some(read.map_err(|error| ConfigError::key("sanitize.guardrails", error))?)
            }
        };
        Ok(SanitizeParts {
            guardrails,
            wrap_key: self.wrap_key()?,
        })
    }

    fn wrap_key(&self) -> Result<Option<WrapKey>, ConfigError> {
        let is_keyed = matches!(
            self.sanitize.wrap,
            Some(WrapName::Delimiters | WrapName::Datamark)
        );
        let Some(name) = self.sanitize.wrap_key_env.as_ref().filter(|_| is_keyed) else {
            return Ok(None);
        };
        let error = |what: &str| ConfigError::key("sanitize.wrap_key_env", what);
        let key = std::env::var_os(name.as_str()).ok_or_else(|| error("it is not set"))?;
        match key.as_encoded_bytes() {
            key if key.len() >= SHORTEST_KEY => Ok(Some(WrapKey::new(key))),
            _ => Err(error("what it holds is shorter than 32 bytes")),
        }
    }
}

/// What was read on the way.
pub(super) struct SanitizeParts {
    guardrails: Option<Guardrails>,
    wrap_key: Option<WrapKey>,
}

impl From<WrapName> for Wrap {
    fn from(name: WrapName) -> Self {
        match name {
            WrapName::None => Self::None,
            WrapName::Prefix => Self::Prefix,
            WrapName::Delimiters => Self::Delimiters,
            WrapName::Datamark => Self::Datamark,
        }
    }
}
