//! The models the emulator serves.

use crate::json::Json;
use crate::routes::Route;

/// A model's name and what it can do.
pub(crate) struct Model {
    name: String,
    chat: bool,
    fim: bool,
    embed: bool,
    moderate: bool,
}

impl Model {
    /// The models of the emulator, and those of `more`, which can do everything.
    pub(crate) fn catalogue(more: Vec<String>) -> Vec<Self> {
        let known = CHAT.iter().map(|name| Self {
            chat: true,
            ..Self::named(name)
        });
        let code = CODE.iter().map(|name| Self {
            chat: true,
            fim: true,
            ..Self::named(name)
        });
        let embed = EMBED.iter().map(|name| Self {
            embed: true,
            ..Self::named(name)
        });
        let moderate = MODERATE.iter().map(|name| Self {
            moderate: true,
            ..Self::named(name)
        });
        let more = more.into_iter().map(|name| Self {
            name,
            chat: true,
            fim: true,
            embed: true,
            moderate: true,
        });
        known
            .chain(code)
            .chain(embed)
            .chain(moderate)
            .chain(more)
            .collect()
    }

    pub(crate) fn serves(&self, name: &str, route: &Route) -> bool {
        let able = match route {
            Route::Chat => self.chat,
            Route::Fim => self.fim,
            Route::Embeddings => self.embed,
            Route::Moderations | Route::ChatModerations => self.moderate,
            _ => true,
        };
        able && self.name == name
    }

    pub(crate) fn json(&self, created: u64) -> Json {
        let reasoning = self.name.starts_with("magistral");
        let capabilities = Json::object([
            ("completion_chat", self.chat.into()),
            ("completion_fim", self.fim.into()),
            ("function_calling", self.chat.into()),
            ("fine_tuning", false.into()),
            ("vision", (self.chat && !self.fim).into()),
            ("ocr", false.into()),
            ("classification", false.into()),
            ("moderation", self.moderate.into()),
            ("audio", false.into()),
            ("audio_transcription", false.into()),
            ("audio_transcription_realtime", false.into()),
            ("audio_speech", false.into()),
            ("reasoning", reasoning.into()),
        ]);
        Json::object([
            ("id", self.name.as_str().into()),
            ("object", "model".into()),
            ("created", created.into()),
            ("owned_by", "mistralai".into()),
            ("capabilities", capabilities),
            ("name", self.name.as_str().into()),
            ("description", "An emulated model.".into()),
            ("max_context_length", 262_144_u64.into()),
            ("aliases", Json::array([])),
            ("deprecation", Json::Null),
            ("deprecation_replacement_model", Json::Null),
            ("default_model_temperature", Json::float(0.3)),
            ("type", "base".into()),
        ])
    }

    fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            chat: false,
            fim: false,
            embed: false,
            moderate: false,
        }
    }
}

pub(crate) fn list(models: &[Model], created: u64) -> Json {
    let data = Json::array(models.iter().map(|model| model.json(created)));
    Json::object([("object", "list".into()), ("data", data)])
}

/// The reasoning models' streams were recorded without padding.
pub(crate) fn pads_events(model: &str) -> bool {
    !model.starts_with("magistral")
}

/// The model that answers for an agent.
pub(crate) const AGENT_MODEL: &str = "mistral-medium-latest";

const CHAT: &[&str] = &[
    "mistral-small-latest",
    "mistral-medium-latest",
    "mistral-large-latest",
    "mistral-small-2603",
    "mistral-medium-3-5",
    "mistral-tiny",
    "ministral-3b-latest",
    "ministral-8b-latest",
    "magistral-small-latest",
    "magistral-medium-latest",
    "devstral-latest",
    "pixtral-large-latest",
    "voxtral-small-latest",
    "open-mistral-nemo",
];
const CODE: &[&str] = &["codestral-latest", "codestral-2508"];
const EMBED: &[&str] = &["mistral-embed", "codestral-embed"];
const MODERATE: &[&str] = &["mistral-moderation-latest", "mistral-moderation-2603"];
