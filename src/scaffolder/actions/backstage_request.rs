//! `http:backstage:request`: the portal's own API, called for the run's user.
//!
//! Roadie's `scaffolder-backend-module-http-request`, as real templates use it.

use futures_util::future::BoxFuture;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::{About, Action, ActionCall, Given, Outcome, schema};
use crate::{
    config::Secret,
    error::{Error, Result},
    scaffolder::effects::{Effect, Planned, PortalRequest, portal_read},
};

const INPUT: &str = r#"
    method*: "GET" | "HEAD" | "OPTIONS" | "POST" | "UPDATE" | "DELETE" | "PUT" | "PATCH" -- How
    path*: string -- The path in the portal, such as /api/catalog/entities
    headers: {*: string} -- Headers that are sent
    params: {*: string} -- Parameters behind the path
    body: any -- What is sent: an object as JSON, a text as it is
    logRequestPath: boolean -- Whether the path is told in the log; default: yes
    continueOnBadResponse: boolean -- Whether the step goes on when the answer says no
"#;
const OUTPUT: &str = "
    code: number -- The status of the answer
    headers: {*: any} -- Its headers
    body: any -- What it says
";

pub(super) struct BackstageRequest;

impl Action for BackstageRequest {
    fn about(&self) -> About {
        About::new(
            "http:backstage:request",
            "Calls the portal's own API for whoever runs the template.",
            schema::fields(INPUT),
        )
        .output(schema::fields(OUTPUT))
        .example(
            "Find the groups there are",
            "method: GET\npath: /api/catalog/entities\nparams:\n  filter: kind=group\n",
        )
        .lenient()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        if is_reading(input) {
            return Ok(Vec::new());
        }
        Ok(vec![Effect::Portal(request(Given(input))?).planned()])
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let request = request(call.given())?;
            if call.flag("logRequestPath") != Some(false) {
                call.log
                    .info(&format!("{} {}", request.method, request.path));
            }
            let output = if is_reading(call.input) {
                portal_read(&request, call.services, call.run.user.as_ref()).await?
            } else {
                call.perform(Effect::Portal(request)).await?
            };
            let code = output["code"].as_u64().unwrap_or_default();
            if code >= 400 && call.flag("continueOnBadResponse") != Some(true) {
                return Err(Error::Input(format!(
                    "The portal answers {code}: {}",
                    output["body"]
                )));
            }
            Ok(Outcome::output(output))
        })
    }
}

fn is_reading(input: &Value) -> bool {
    matches!(input["method"].as_str(), Some("GET" | "HEAD" | "OPTIONS"))
}

/// [`Error::NotImplemented`] for the proxy, which there is not yet, [`Error::Input`] for what is no path of the API.
fn request(given: Given<'_>) -> Result<PortalRequest> {
    let written = given.word("path").trim_start_matches('/');
    let path = match written.strip_prefix("api/") {
        Some(path) => path,
        None => written,
    };
    if path == "proxy" || path.starts_with("proxy/") {
        return Err(Error::NotImplemented(
            "The portal has no proxy yet: /proxy/… cannot be called. Declare an action of your own that calls the service (callboard.scaffolder.actions)."
                .to_owned(),
        ));
    }
    let is_inside = !path.split(['/', '?']).any(|segment| segment == "..");
    if path.is_empty() || !is_inside {
        return Err(Error::Input(format!(
            "“{}” is no path of the portal's API. Write it as /api/catalog/entities.",
            given.word("path")
        )));
    }
    let mut path = format!("/api/{path}");
    let params = given.map("params");
    if !params.is_empty() {
        let params = Serializer::new(String::new()).extend_pairs(params).finish();
        path.push(if path.contains('?') { '&' } else { '?' });
        path.push_str(&params);
    }
    Ok(PortalRequest {
        method: given.word("method").to_owned(),
        path,
        body: given.0.get("body").cloned().unwrap_or_default(),
        headers: given
            .map("headers")
            .into_iter()
            .map(|(name, value)| (name, Secret::new(value)))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(written: &str, params: &Value) -> Result<String> {
        let input = json!({"method": "GET", "path": written, "params": params});
        request(Given(&input)).map(|request| request.path)
    }

    #[test]
    fn a_path_leads_into_the_api() {
        let none = json!({});
        for written in [
            "/api/catalog/entities",
            "api/catalog/entities",
            "catalog/entities",
        ] {
            assert_eq!(
                path(written, &none).expect("a path"),
                "/api/catalog/entities"
            );
        }
        let params = json!({"filter": "kind=group", "limit": "1"});
        assert_eq!(
            path("/api/catalog/entities", &params).expect("a path"),
            "/api/catalog/entities?filter=kind%3Dgroup&limit=1"
        );
        for written in ["", "/", "/api/../create", "//evil.example.com/../x"] {
            assert!(
                matches!(path(written, &none), Err(Error::Input(_))),
                "{written}"
            );
        }
        for written in ["/proxy/jira", "/api/proxy/jira"] {
            let refused = path(written, &none).expect_err("no proxy");
            assert!(refused.to_string().contains("no proxy yet"), "{refused}");
        }
    }
}
