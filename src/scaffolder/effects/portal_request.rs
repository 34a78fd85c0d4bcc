//! A call to the portal's own API that changes something.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Failure, Found, Planned, Undo, World, effect::Perform};
use crate::{
    config::Secret,
    entity::EntityRef,
    error::{Error, Result},
    scaffolder::{Services, outgoing::OutgoingAnswer, portal::PortalCall},
};

/// A call to the portal's own API, for the run's user.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PortalRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// Its path, with parameters.
    pub path: String,
    /// What is sent, as JSON; a text as it is, null: nothing.
    pub body: Value,
    /// Its headers. They are never written down: the step that asks for it again has them of its own input.
    #[serde(skip)]
    pub headers: Vec<(String, Secret)>,
}

impl Perform for PortalRequest {
    fn host(&self) -> Option<&str> {
        None
    }

    fn target(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method)
    }

    fn planned(&self) -> Planned {
        Planned {
            what: format!("Calls the portal: {}.", self.target()),
            undo: Undo::None("A call that was made has done what it does.".to_owned()),
        }
    }

    fn holds_secret(&self) -> bool {
        !self.headers.is_empty()
    }

    async fn observe(&self, _: &World<'_>) -> Result<Value> {
        Ok(json!({}))
    }

    async fn perform(&self, world: &World<'_>, _: &Value) -> Result<Value, Failure> {
        let answer = self.send(world.services, world.user).await?;
        if answer.status >= 500 {
            let told = format!("{} answers {}.", self.target(), answer.status);
            return Err(Failure::Unclear(Error::ServiceUnavailable(told)));
        }
        Ok(outcome(&answer))
    }

    async fn probe(&self, _: &World<'_>, _: &Value) -> Result<Found> {
        Ok(Found::Unknown(self.planned().what))
    }

    async fn take_back(&self, _: &World<'_>, _: &Value, _: &Value) -> Result<String> {
        Ok("A call that was made has done what it does.".to_owned())
    }
}

impl PortalRequest {
    async fn send(&self, services: &Services, user: Option<&EntityRef>) -> Result<OutgoingAnswer> {
        let token = match user {
            Some(user) => Some(Secret::new(services.auth.token_for_run(user).await?)),
            None => None,
        };
        let mut headers: Vec<(String, String)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.expose().to_owned()))
            .collect();
        let body = match &self.body {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
                other.to_string()
            }
        };
        let call = PortalCall {
            method: self.method.clone(),
            path: self.path.clone(),
            headers,
            token,
            body,
        };
        services.portal.call(call).await
    }
}

/// What a call answers that changes nothing, and so is no effect: `{code, headers, body}`.
pub async fn portal_read(
    request: &PortalRequest,
    services: &Services,
    user: Option<&EntityRef>,
) -> Result<Value> {
    Ok(outcome(&request.send(services, user).await?))
}

fn outcome(answer: &OutgoingAnswer) -> Value {
    let text = String::from_utf8_lossy(&answer.body);
    let body = serde_json::from_str(&text).unwrap_or_else(|_| Value::from(text.as_ref()));
    let headers = answer.headers.iter();
    let headers: Map<String, Value> = headers
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    json!({"code": answer.status, "headers": headers, "body": body})
}
