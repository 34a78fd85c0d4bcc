//! `github:pages:enable`: a site made of a repository.

use serde_json::json;

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
    scaffolder::effects::{FoundBy, HostCall, IfThere, reading},
};

const INPUT: &str = r#"
    repoUrl*: string -- The repository: github.com?owner=…&repo=…
    buildType: "legacy" | "workflow" = "workflow" -- What makes the site: a branch, or a workflow
    sourceBranch: string = "main" -- Of a branch: which
    sourcePath: "/" | "/docs" = "/" -- Of a branch: where
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
        "github:pages:enable",
        "Turns GitHub Pages on for a repository.",
        schema::fields(INPUT),
    )
    .example(
        "A site made of the docs folder",
        "repoUrl: github.com?owner=acme&repo=shop\nbuildType: legacy\nsourceBranch: main\nsourcePath: /docs\n",
    )
    .lenient()
}

fn calls(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let mut body = json!({ "build_type": given.text("buildType").unwrap_or("workflow") });
    if body["build_type"] == "legacy" {
        body["source"] = json!({
            "branch": given.text("sourceBranch").unwrap_or("main"),
            "path": given.text("sourcePath").unwrap_or("/"),
        });
    }
    let call = ApiCall::new(Post, path(place, &["pages"])).body(body);
    vec![
        on(place, format!("Turns GitHub Pages on for {place}."), call)
            .found_by(FoundBy::Presence {
                call: reading(path(place, &["pages"])),
                there: IfThere::Call,
            })
            .taken_back_by(
                "Turns the site off.",
                ApiCall::new(Delete, path(place, &["pages"])),
            ),
    ]
}
