//! Calls to GitLab's API that several of its actions make.

use serde_json::Value;

use super::target::Place;
use crate::{
    forge::{
        ApiCall,
        ApiMethod::{self, Post},
    },
    scaffolder::effects::{FoundBy, HostCall, IfThere, reading},
};

/// A path of GitLab's API below a project, by its own path.
pub(super) fn path(place: &Place, rest: &[&str]) -> Vec<String> {
    below(&place.repository.to_string(), rest)
}

/// The same, below a project by its number or path.
pub(super) fn below(project: &str, rest: &[&str]) -> Vec<String> {
    let mut path = vec!["projects".to_owned(), project.to_owned()];
    path.extend(rest.iter().map(|segment| (*segment).to_owned()));
    path
}

/// A call about the project that a place names.
pub(super) fn on(
    place: &Place,
    what: String,
    method: ApiMethod,
    rest: &[&str],
    body: Value,
) -> HostCall {
    let call = ApiCall::new(method, path(place, rest)).body(body);
    HostCall::new(&place.host, &place.repository.owner, what, call)
}

/// A variable of a project's pipelines is made; its value is never written down.
pub(super) fn variable(place: &Place, project: &str, body: Value, value: &str) -> HostCall {
    let key = body["key"].as_str().unwrap_or_default().to_owned();
    let scope = body["environment_scope"].as_str().unwrap_or("*").to_owned();
    let what = format!("Sets the variable {key} of {} in {project}.", place.host);
    let read = reading(below(project, &["variables", &key]));
    let call = ApiCall::new(Post, below(project, &["variables"])).body(body);
    HostCall::new(&place.host, &place.repository.owner, what, call)
        .with_secret("/value", value)
        .found_by(FoundBy::Presence {
            call: read.query("filter[environment_scope]", &scope),
            there: IfThere::Call,
        })
}
