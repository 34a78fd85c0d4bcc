//! `github:webhook`: whom GitHub tells of what happens in a repository.

use serde_json::{Value, json};

use super::{
    About, Given,
    github_settings::{on, path},
    host_action::{HostAction, nothing},
    schema,
    target::Place,
};
use crate::{
    entity::ScmHost,
    forge::{
        ApiCall,
        ApiMethod::{Delete, Post},
    },
    scaffolder::effects::{FoundBy, HostCall, reading},
};

const INPUT: &str = r#"
    repoUrl*: string -- The repository: github.com?owner=…&repo=…
    webhookUrl*: string -- Where GitHub sends to
    webhookSecret: string -- What it signs with
    events: ("branch_protection_rule" | "check_run" | "check_suite" | "code_scanning_alert" | "commit_comment" | "create" | "delete" | "dependabot_alert" | "deploy_key" | "deployment" | "deployment_status" | "discussion" | "discussion_comment" | "fork" | "github_app_authorization" | "gollum" | "installation" | "installation_repositories" | "installation_target" | "issue_comment" | "issues" | "label" | "marketplace_purchase" | "member" | "membership" | "merge_group" | "meta" | "milestone" | "org_block" | "organization" | "package" | "page_build" | "ping" | "project" | "project_card" | "project_column" | "projects_v2_item" | "public" | "pull_request" | "pull_request_review" | "pull_request_review_comment" | "pull_request_review_thread" | "push" | "registry_package" | "release" | "repository" | "repository_dispatch" | "repository_import" | "repository_vulnerability_alert" | "secret_scanning_alert" | "security_advisory" | "sponsorship" | "star" | "status" | "team" | "team_add" | "watch" | "workflow_dispatch" | "workflow_job" | "workflow_run")[] | "*"[] = ["push"] -- Of which events
    active: boolean = true -- Whether it is on
    contentType: "form" | "json" = "form" -- How the events are written
    insecureSsl: boolean = false -- Whether certificates are not checked
    token: string -- A token to ask GitHub with, in place of the configured one
"#;

pub(super) const ACTION: HostAction = HostAction {
    product: ScmHost::GitHub,
    takes_host: false,
    about,
    calls,
    output: nothing,
};

fn about() -> About {
    About::new(
        "github:webhook",
        "Makes a webhook of a repository on GitHub.",
        schema::fields(INPUT),
    )
    .example(
        "Tell of pushes and pull requests",
        "repoUrl: github.com?owner=acme&repo=shop\nwebhookUrl: https://hooks.example.com/github\nevents: [push, pull_request]\ncontentType: json\n",
    )
    .in_dry_runs()
    .lenient()
}

fn calls(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let url = given.word("webhookUrl");
    let mut events = given.texts("events");
    if events.is_empty() {
        events.push("push".to_owned());
    }
    let insecure = given.flag("insecureSsl").unwrap_or(false);
    let body = json!({
        "config": {
            "url": url,
            "content_type": given.text("contentType").unwrap_or("form"),
            "insecure_ssl": if insecure { "1" } else { "0" },
        },
        "events": events,
        "active": given.flag("active").unwrap_or(true),
    });
    let call = ApiCall::new(Post, path(place, &["hooks"])).body(body);
    let removal = ApiCall::new(Delete, path(place, &["hooks", "{id}"]));
    let made = on(place, format!("Makes a webhook of {place} to {url}."), call)
        .keeping("id", "/id")
        .found_by(FoundBy::Item {
            call: reading(path(place, &["hooks"])),
            list: String::new(),
            at: "/config/url".to_owned(),
            value: Some(Value::from(url)),
        })
        .taken_back_by("Removes the webhook.", removal);
    vec![match given.text("webhookSecret") {
        Some(secret) => made.with_secret("/config/secret", secret),
        None => made,
    }]
}
