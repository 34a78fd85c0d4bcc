//! `github:autolinks:create`: texts such as `TICKET-123` become links.

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
    scaffolder::effects::{FoundBy, HostCall, reading},
};

const INPUT: &str = "
    repoUrl*: string -- The repository: github.com?owner=…&repo=…
    keyPrefix*: string -- What the texts begin with, such as TICKET-
    urlTemplate*: string -- Where they lead; <num> stands for what follows
    isAlphanumeric: boolean = true -- Whether letters may follow, or digits only
    token: string -- A token to ask GitHub with, in place of the configured one
";

pub(super) const ACTION: HostAction = HostAction {
    product: ScmHost::GitHub,
    takes_host: false,
    about,
    calls,
    output: nothing,
};

fn about() -> About {
    About::new(
        "github:autolinks:create",
        "Makes texts that begin with a prefix links, in a repository on GitHub.",
        schema::fields(INPUT),
    )
    .example(
        "Tickets lead to the tracker",
        "repoUrl: github.com?owner=acme&repo=shop\nkeyPrefix: TICKET-\nurlTemplate: https://tickets.example.com/<num>\n",
    )
    .lenient()
}

fn calls(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let prefix = given.word("keyPrefix");
    let body = json!({
        "key_prefix": prefix,
        "url_template": given.word("urlTemplate"),
        "is_alphanumeric": given.flag("isAlphanumeric").unwrap_or(true),
    });
    let call = ApiCall::new(Post, path(place, &["autolinks"])).body(body);
    let removal = ApiCall::new(Delete, path(place, &["autolinks", "{id}"]));
    vec![
        on(
            place,
            format!("Links texts with {prefix} in {place}."),
            call,
        )
        .keeping("id", "/id")
        .found_by(FoundBy::Item {
            call: reading(path(place, &["autolinks"])),
            list: String::new(),
            at: "/key_prefix".to_owned(),
            value: Some(prefix.into()),
        })
        .taken_back_by("Removes the links.", removal),
    ]
}
