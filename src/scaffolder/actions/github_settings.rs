//! What `publish:github` and `github:repo:create` set of a repository they made, call by call.

use serde_json::{Value, json};

use super::{Given, target::Place};
use crate::{
    config::Secret,
    forge::{
        ApiCall,
        ApiMethod::{Patch, Put},
    },
    scaffolder::effects::{Effect, HostCall, SetSecret, SetVariable},
};

/// Settings, as GitHub calls them, with what they are where the input does not say; `None`: GitHub decides.
const SETTINGS: [(&str, &str, Option<bool>); 9] = [
    ("hasProjects", "has_projects", None),
    ("hasWiki", "has_wiki", Some(true)),
    ("hasIssues", "has_issues", Some(true)),
    ("deleteBranchOnMerge", "delete_branch_on_merge", Some(false)),
    ("allowMergeCommit", "allow_merge_commit", Some(true)),
    ("allowSquashMerge", "allow_squash_merge", Some(true)),
    ("allowRebaseMerge", "allow_rebase_merge", Some(true)),
    ("allowAutoMerge", "allow_auto_merge", Some(false)),
    ("allowUpdateBranch", "allow_update_branch", Some(false)),
];

/// A path of GitHub's API below a repository.
pub(super) fn path<'p>(place: &'p Place, rest: &[&'p str]) -> Vec<&'p str> {
    let repository = &place.repository;
    let mut path = vec!["repos", &repository.owner, &repository.name];
    path.extend(rest);
    path
}

/// A call about a repository.
pub(super) fn on(place: &Place, what: String, call: ApiCall) -> HostCall {
    HostCall::new(&place.host, &place.repository.owner, what, call)
}

/// Everything an input says of the repository, but for its files and the protection of its branch.
pub(super) fn effects(place: &Place, given: Given<'_>) -> Vec<Effect> {
    let mut all = vec![Effect::HostCall(settings(place, given))];
    all.extend(access(place, given).into_iter().map(Effect::HostCall));
    all.extend(further(place, given).into_iter().map(Effect::HostCall));
    for (name, value) in given.map("repoVariables") {
        all.push(Effect::Variable(SetVariable {
            host: place.host.clone(),
            repository: place.repository.clone(),
            name,
            value,
        }));
    }
    for (name, value) in given.map("secrets") {
        all.push(Effect::Secret(SetSecret {
            host: place.host.clone(),
            repository: place.repository.clone(),
            name,
            value: Some(Secret::new(value)),
        }));
    }
    all
}

fn settings(place: &Place, given: Given<'_>) -> HostCall {
    // With its description, the mark of the run goes.
    let mut body = json!({ "description": given.word("description") });
    for (key, name, default) in SETTINGS {
        if let Some(value) = given.flag(key).or(default) {
            body[name] = value.into();
        }
    }
    if given.flag("allowSquashMerge").unwrap_or(true) {
        let title = given.text("squashMergeCommitTitle");
        let message = given.text("squashMergeCommitMessage");
        body["squash_merge_commit_title"] = title.unwrap_or("COMMIT_OR_PR_TITLE").into();
        body["squash_merge_commit_message"] = message.unwrap_or("COMMIT_MESSAGES").into();
    }
    if let Some(homepage) = given.text("homepage") {
        body["homepage"] = homepage.into();
    }
    let call = ApiCall::new(Patch, path(place, &[])).body(body);
    on(place, format!("Changes the settings of {place}."), call)
}

/// Who gets which right to it.
fn access(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let owner = place.repository.owner.as_str();
    let mut all = Vec::new();
    if let Some(access) = given.text("access").filter(|access| *access != owner) {
        all.push(match access.split_once('/') {
            Some((organization, team)) if organization == owner => team_right(place, team, "admin"),
            _ => user_right(place, access, "admin"),
        });
    }
    for one in given.list("collaborators") {
        let one = Given(one);
        let right = one.word("access");
        match (one.text("user"), one.text("team")) {
            (Some(user), _) => all.push(user_right(place, name_of(user), right)),
            (None, Some(team)) => all.push(team_right(place, name_of(team), right)),
            (None, None) => {}
        }
    }
    all
}

/// Of an entity ref its name.
fn name_of(written: &str) -> &str {
    written.rsplit([':', '/']).next().unwrap_or(written)
}

fn user_right(place: &Place, user: &str, right: &str) -> HostCall {
    let call = ApiCall::new(Put, path(place, &["collaborators", user]));
    let what = format!("Gives the user {user} the right “{right}” to {place}.");
    on(place, what, call.body(json!({ "permission": right })))
}

fn team_right(place: &Place, team: &str, right: &str) -> HostCall {
    let (owner, name) = (
        place.repository.owner.as_str(),
        place.repository.name.as_str(),
    );
    let call = ApiCall::new(Put, ["orgs", owner, "teams", team, "repos", owner, name]);
    let what = format!("Gives the team {team} the right “{right}” to {place}.");
    on(place, what, call.body(json!({ "permission": right })))
}

/// The rest, where the input asks for it.
fn further(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let put = |rest: &[&str], body: Value| ApiCall::new(Put, path(place, rest)).body(body);
    let mut all = Vec::new();
    let topics = given.texts("topics");
    if !topics.is_empty() {
        let topics: Vec<String> = topics.iter().map(|topic| topic.to_lowercase()).collect();
        let what = format!("Gives {place} the topics {}.", topics.join(", "));
        all.push(on(
            place,
            what,
            put(&["topics"], json!({ "names": topics })),
        ));
    }
    if given.object("oidcCustomization").is_some() {
        let custom = Given(&given.0["oidcCustomization"]);
        let body = json!({
            "use_default": custom.flag("useDefault").unwrap_or(true),
            "include_claim_keys": custom.texts("includeClaimKeys"),
        });
        let what = format!("Sets what the OpenID Connect tokens of {place} say.");
        let rest = ["actions", "oidc", "customization", "sub"];
        all.push(on(place, what, put(&rest, body)));
    }
    if let Some(custom) = given.object("customProperties") {
        let property = |(name, value)| json!({ "property_name": name, "value": value });
        let properties: Vec<Value> = custom.iter().map(property).collect();
        let call = ApiCall::new(Patch, path(place, &["properties", "values"]));
        let what = format!("Sets the custom properties of {place}.");
        all.push(on(
            place,
            what,
            call.body(json!({ "properties": properties })),
        ));
    }
    if given.flag("subscribe") == Some(true) {
        let body = json!({"subscribed": true, "ignored": false});
        let what = format!("Watches {place}.");
        all.push(on(place, what, put(&["subscription"], body)));
    }
    if let Some(level) = given.text("workflowAccess") {
        let what = format!("Lets workflows of others use those of {place}: {level}.");
        let rest = ["actions", "permissions", "access"];
        all.push(on(
            place,
            what,
            put(&rest, json!({ "access_level": level })),
        ));
    }
    all
}
