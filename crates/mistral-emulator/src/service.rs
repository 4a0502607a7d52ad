//! From a request to an answer: route, key, body, model, order of messages, then the script.

use axum::response::Response;

use crate::call::Call;
use crate::error::ApiError;
use crate::ids::IdSource;
use crate::json::Json;
use crate::keys::{Access, Keys};
use crate::models::{self, AGENT_MODEL, Model};
use crate::playback::Plan;
use crate::record::{Received, Recorder};
use crate::routes::Route;
use crate::script::Script;
use crate::{encode, validate};

/// Everything a running emulator holds.
pub(crate) struct Service {
    pub(crate) keys: Keys,
    pub(crate) script: Script,
    pub(crate) recorder: Recorder,
    pub(crate) ids: IdSource,
    pub(crate) models: Vec<Model>,
    /// The answer to an unknown key.
    pub(crate) unauthorized: ApiError,
}

impl Service {
    pub(crate) async fn answer(&self, received: Received) -> Response {
        let mut call = Call::new(self.ids.next_call());
        self.recorder.push(received.clone());
        let plan = match self.plan(&received, &mut call) {
            Ok(plan) => plan,
            Err(error) => call.error(&error),
        };
        let gzip = encode::wants_gzip(plan.delivery.gzip, &received.headers);
        plan.play(gzip).await
    }

    pub(crate) async fn refuse(&self, error: &ApiError) -> Response {
        Call::new(self.ids.next_call())
            .error(error)
            .play(false)
            .await
    }

    fn plan(&self, received: &Received, call: &mut Call) -> Result<Plan, ApiError> {
        let route = Route::find(&received.method, received.bare_path());
        if route == Route::None {
            return self.elsewhere(received, call);
        }
        self.admit(received, call)?;
        match &route {
            Route::ModelList => {
                let list = models::list(&self.models, call.created());
                return Ok(call.json(&list, 0));
            }
            Route::Model(name) => {
                let model = self.models.iter().find(|model| model.serves(name, &route));
                let model = model.ok_or_else(ApiError::not_found)?;
                let model = model.json(call.created());
                return Ok(call.json(&model, 0));
            }
            _ => {}
        }

        let request = validate::read(&route, &received.headers, &received.body)?;
        let model = self.model(&route, &request)?;
        validate::check_order(&request)?;
        // Only a call the API would serve takes a reply from the script.
        let reply = self.script.next();
        Ok(call.fulfil(&route, &request, model, reply, received.body.len()))
    }

    /// A path that only the test knows: nothing is checked but the key.
    fn elsewhere(&self, received: &Received, call: &mut Call) -> Result<Plan, ApiError> {
        let reply = self
            .script
            .at(received.bare_path())
            .ok_or_else(ApiError::no_route)?;
        self.admit(received, call)?;
        let request = serde_json::from_slice(&received.body).unwrap_or(Json::Null);
        let bytes = received.body.len();
        Ok(call.fulfil(&Route::None, &request, AGENT_MODEL, reply, bytes))
    }

    fn admit(&self, received: &Received, call: &mut Call) -> Result<(), ApiError> {
        match self.keys.admit(received.key.as_deref()) {
            Access::Granted { calls } => {
                call.calls = calls;
                Ok(())
            }
            Access::Limited { retry_after } => Err(ApiError::rate_limited(retry_after)),
            Access::Unknown => Err(self.unauthorized.clone()),
        }
    }

    fn model<'a>(&self, route: &Route, request: &'a Json) -> Result<&'a str, ApiError> {
        if *route == Route::Agents {
            return Ok(AGENT_MODEL);
        }
        let name = request
            .get("model")
            .and_then(Json::as_str)
            .unwrap_or_default();
        if self.models.iter().any(|model| model.serves(name, route)) {
            return Ok(name);
        }
        Err(ApiError::invalid_model(name))
    }
}
