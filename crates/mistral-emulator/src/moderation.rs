//! Moderation: the answers of its endpoints, and the guardrails of a chat request.

use crate::completion::Usage;
use crate::embeddings;
use crate::error::ApiError;
use crate::json::Json;

/// The score of everything that no script flags.
const HARMLESS: f64 = 0.000_02;
/// The threshold of a category that the request gives none.
const THRESHOLD: f64 = 0.5;

const CATEGORIES: [&str; 11] = [
    "sexual",
    "hate_and_discrimination",
    "violence_and_threats",
    "dangerous",
    "criminal",
    "selfharm",
    "health",
    "financial",
    "law",
    "pii",
    "jailbreaking",
];

/// Scripted scores by category.
pub(crate) type Flags = [(String, f64)];

pub(crate) fn body(request: &Json, flags: &Flags, id: String, model: &str, usage: Usage) -> Json {
    let count = results(request);
    let scores = CATEGORIES.map(|category| (category, score(category, flags)));
    let result = Json::object([
        (
            "category_scores",
            Json::object(scores.map(|(c, score)| (c, Json::float(score)))),
        ),
        (
            "categories",
            Json::object(scores.map(|(c, score)| (c, (score >= THRESHOLD).into()))),
        ),
    ]);
    Json::object([
        ("id", id.into()),
        ("usage", usage.input_only(count.into())),
        ("model", model.into()),
        ("results", Json::array(std::iter::repeat_n(result, count))),
    ])
}

/// What the guardrails of `request` say: an error if one blocks, else the report that goes into
/// the completion, if the request has guardrails at all.
pub(crate) fn guard(request: &Json, flags: &Flags) -> Result<Option<Json>, ApiError> {
    let Some(configs) = request.get("guardrails").and_then(Json::items) else {
        return Ok(None);
    };
    let mut reports = Vec::new();
    for config in configs {
        for kind in ["moderation_llm_v1", "moderation_llm_v2"] {
            if let Some(rule) = config.present(kind) {
                reports.push(judge(kind, rule, flags)?);
            }
        }
    }
    Ok(Some(Json::Array(reports)))
}

fn judge(kind: &str, rule: &Json, flags: &Flags) -> Result<Json, ApiError> {
    let decisions: Vec<Decision<'_>> = covered(rule)
        .into_iter()
        .map(|(category, threshold)| {
            let score = score(category, flags);
            Decision {
                category,
                threshold,
                score,
                violated: score >= threshold,
            }
        })
        .collect();
    let blocks = rule.get("action").and_then(Json::as_str) == Some("block");
    if blocks && decisions.iter().any(|decision| decision.violated) {
        return Err(ApiError::guardrails(blocked(kind, rule, &decisions)));
    }

    let categories = decisions.iter().map(|decision| {
        let verdict = [
            ("score", Json::float(decision.score)),
            ("violated", decision.violated.into()),
        ];
        (decision.category.to_owned(), Json::object(verdict))
    });
    let report = Json::object([
        ("action", "none".into()),
        ("categories", Json::Object(categories.collect())),
    ]);
    Ok(Json::object([(kind, report)]))
}

struct Decision<'a> {
    category: &'a str,
    threshold: f64,
    score: f64,
    violated: bool,
}

fn blocked(kind: &str, rule: &Json, decisions: &[Decision<'_>]) -> Json {
    let violated = decisions
        .iter()
        .filter(|decision| decision.violated)
        .map(|decision| {
            let verdict = [
                ("threshold", Json::float(decision.threshold)),
                ("score", Json::float(decision.score)),
                ("violated", true.into()),
            ];
            (decision.category.to_owned(), Json::object(verdict))
        });
    let model = rule.get("model_name").and_then(Json::as_str);
    let verdict = Json::object([
        (
            "model_name",
            model.unwrap_or("mistral-moderation-2603").into(),
        ),
        ("decisions", Json::Object(violated.collect())),
        ("violated", true.into()),
        ("action", "block".into()),
    ]);
    Json::object([(kind, verdict)])
}

/// The categories a rule looks at, with their thresholds.
fn covered(rule: &Json) -> Vec<(&str, f64)> {
    let custom: Vec<(&str, f64)> = rule
        .get("custom_category_thresholds")
        .and_then(Json::members)
        .unwrap_or_default()
        .iter()
        .filter_map(|(category, threshold)| Some((category.as_str(), threshold.as_f64()?)))
        .collect();
    if rule
        .get("ignore_other_categories")
        .is_some_and(Json::is_true)
    {
        return custom;
    }
    let others = CATEGORIES
        .into_iter()
        .filter(|c| !custom.iter().any(|(name, _)| name == c));
    let others: Vec<(&str, f64)> = others.map(|category| (category, THRESHOLD)).collect();
    custom.into_iter().chain(others).collect()
}

fn score(category: &str, flags: &Flags) -> f64 {
    flags
        .iter()
        .rev()
        .find(|(name, _)| name == category)
        .map_or(HARMLESS, |(_, score)| *score)
}

/// One result per text, or per conversation.
fn results(request: &Json) -> usize {
    let texts = embeddings::inputs(request).len();
    match request.get("input") {
        Some(Json::Array(items)) if items.iter().all(|item| item.items().is_some()) => items.len(),
        _ => texts.max(1),
    }
}
