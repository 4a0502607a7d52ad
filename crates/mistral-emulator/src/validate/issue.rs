//! One entry of a 422's `detail`, in the words of pydantic.

use crate::json::Json;

/// The path to a value: `["body", "messages", 0, "user", "content"]`.
#[derive(Clone)]
pub(super) struct Place(Vec<Json>);

impl Place {
    pub(super) fn body() -> Self {
        Self(vec!["body".into()])
    }

    pub(super) fn at(&self, step: impl Into<Json>) -> Self {
        let mut steps = self.0.clone();
        steps.push(step.into());
        Self(steps)
    }
}

/// What is wrong with one value. The entry echoes that value: this is how prompts get into logs.
pub(super) struct Issue {
    kind: &'static str,
    place: Place,
    message: String,
    input: Json,
    context: Option<Json>,
}

impl Issue {
    pub(super) fn new(kind: &'static str, place: Place, message: &str, input: Json) -> Self {
        Self {
            kind,
            place,
            message: message.to_owned(),
            input,
            context: None,
        }
    }

    pub(super) fn with_context(self, context: Json) -> Self {
        Self {
            context: Some(context),
            ..self
        }
    }

    /// `parent` is what the field is missing from, and is echoed whole.
    pub(super) fn missing(place: Place, parent: Json) -> Self {
        Self::new("missing", place, "Field required", parent)
    }

    pub(super) fn extra(place: Place, input: Json) -> Self {
        Self::new(
            "extra_forbidden",
            place,
            "Extra inputs are not permitted",
            input,
        )
    }

    pub(super) fn no_object(place: Place, input: Json) -> Self {
        let message = "Input should be a valid dictionary or object to extract fields from";
        Self::new("model_attributes_type", place, message, input)
    }

    pub(super) fn no_string(place: Place, input: Json) -> Self {
        Self::new(
            "string_type",
            place,
            "Input should be a valid string",
            input,
        )
    }

    pub(super) fn no_list(place: Place, input: Json) -> Self {
        Self::new("list_type", place, "Input should be a valid list", input)
    }

    pub(super) fn no_json(offset: usize) -> Self {
        let place = Place::body().at(offset);
        let context = Json::object([("error", "Expecting value".into())]);
        Self::new("json_invalid", place, "JSON decode error", Json::object([]))
            .with_context(context)
    }

    /// `key` of `input` chooses among `expected`, and names none of them.
    pub(super) fn no_variant(place: Place, key: &str, input: &Json, expected: &[&str]) -> Self {
        let discriminator = format!("'{key}'");
        let Some(tag) = input.get(key).and_then(Json::as_str) else {
            let message = format!("Unable to extract tag using discriminator {discriminator}");
            return Self::new("union_tag_not_found", place, &message, input.clone())
                .with_context(Json::object([("discriminator", discriminator.into())]));
        };
        let expected: Vec<String> = expected.iter().map(|tag| format!("'{tag}'")).collect();
        let expected = expected.join(", ");
        let message = format!(
            "Input tag '{tag}' found using {discriminator} does not match any of the expected \
             tags: {expected}"
        );
        let context = Json::object([
            ("discriminator", discriminator.into()),
            ("tag", tag.into()),
            ("expected_tags", expected.into()),
        ]);
        Self::new("union_tag_invalid", place, &message, input.clone()).with_context(context)
    }

    pub(super) fn json(self) -> Json {
        let mut json = Json::object([
            ("type", self.kind.into()),
            ("loc", Json::Array(self.place.0)),
            ("msg", self.message.into()),
            ("input", self.input),
        ]);
        if let Some(context) = self.context {
            json.push("ctx", context);
        }
        json
    }
}
