//! `github:issues:create` and `github:issues:label`.

use serde_json::{Value, json};

use super::{
    About, Given,
    github_settings::{on, path},
    host_action::{HostAction, first, nothing},
    schema,
    target::Place,
};
use crate::{
    entity::ScmHost,
    forge::{
        ApiCall,
        ApiMethod::{Patch, Post},
    },
    scaffolder::effects::{FoundBy, HostCall, reading},
};

const ISSUE: &str = "
    repoUrl*: string -- The repository: github.com?owner=…&repo=…
    title*: string -- What it is called
    body: string -- What is said, in Markdown
    assignees: string[] -- Who cares for it
    milestone: string | number -- Its milestone
    labels: string[] -- Its labels
    token: string -- A token to ask GitHub with, in place of the configured one
";
const LABELS: &str = "
    repoUrl*: string -- The repository: github.com?owner=…&repo=…
    number*: number -- The issue or pull request
    labels*: string[] -- Its labels
    token: string -- A token to ask GitHub with, in place of the configured one
";

pub(super) const CREATE: HostAction = HostAction {
    product: ScmHost::GitHub,
    takes_host: false,
    about: about_create,
    calls: create,
    output: first,
};

pub(super) const LABEL: HostAction = HostAction {
    product: ScmHost::GitHub,
    takes_host: false,
    about: about_label,
    calls: label,
    output: nothing,
};

fn about_create() -> About {
    About::new(
        "github:issues:create",
        "Opens an issue in a repository on GitHub.",
        schema::fields(ISSUE),
    )
    .output(schema::fields(
        "issueUrl*: string -- Its page\nissueNumber*: number -- Its number",
    ))
    .example(
        "Ask for what cannot be done by itself",
        "repoUrl: github.com?owner=acme&repo=shop\ntitle: Give the shop a name\nlabels: [question]\n",
    )
    .in_dry_runs()
    .lenient()
}

fn create(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let title = given.word("title");
    let body = Value::Object(given.renamed("title body assignees milestone labels"));
    let call = ApiCall::new(Post, path(place, &["issues"])).body(body);
    let found = reading(path(place, &["issues"]))
        .query("state", "all")
        .query("per_page", "100");
    let closing = ApiCall::new(Patch, path(place, &["issues", "{issueNumber}"]));
    vec![
        on(
            place,
            format!("Opens the issue “{title}” in {place}."),
            call,
        )
        .keeping("issueUrl", "/html_url")
        .keeping("issueNumber", "/number")
        .found_by(FoundBy::Item {
            call: found,
            list: String::new(),
            at: "/title".to_owned(),
            value: Some(title.into()),
        })
        .taken_back_by(
            "Closes the issue.",
            closing.body(json!({"state": "closed", "state_reason": "not_planned"})),
        ),
    ]
}

fn about_label() -> About {
    About::new(
        "github:issues:label",
        "Gives an issue or pull request on GitHub labels.",
        schema::fields(LABELS),
    )
    .example(
        "Mark the pull request of an earlier step",
        "repoUrl: github.com?owner=acme&repo=shop\nnumber: ${{ steps.propose.output.pullRequestNumber }}\nlabels: [generated]\n",
    )
    .lenient()
}

fn label(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let (number, labels) = (given.id("number"), given.texts("labels"));
    let what = format!("Gives {place}#{number} the labels {}.", labels.join(", "));
    let call = ApiCall::new(Post, path(place, &["issues", &number, "labels"]));
    vec![
        on(place, what, call.body(json!({ "labels": labels })))
            .stays("Labels may have been there before: take them off by hand."),
    ]
}
