//! `gitea:webhook`, ours: whom Gitea tells of what happens in a repository.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{
    About, Action, ActionCall, Outcome, UnknownKeys,
    fetch_plain::token,
    schema,
    target::{Target, named},
};
use crate::{
    config::Secret,
    entity::ScmHost,
    error::Result,
    forge::RepositoryId,
    scaffolder::effects::{CreateWebhook, Effect, Planned},
};

const ID: &str = "gitea:webhook";

pub(super) struct GiteaWebhook;

impl Action for GiteaWebhook {
    fn about(&self) -> About {
        About {
            id: ID,
            description: "Makes a webhook of a repository.",
            input: schema::fields([
                (
                    "repoUrl*",
                    schema::text("The repository: host?owner=…&repo=…"),
                ),
                ("webhookUrl*", schema::text("Where Gitea is to send to")),
                (
                    "webhookSecret",
                    schema::text("What Gitea signs with; give it by a secret"),
                ),
                (
                    "events",
                    schema::texts("Of which events it tells; default: push"),
                ),
                ("active", schema::flag("Whether it is on; default: it is")),
                ("token", token()),
            ]),
            output: None,
            examples: &[(
                "Tell a chat of pushes and pull requests",
                "steps:\n  - action: gitea:webhook\n    id: webhook\n    input:\n      repoUrl: ${{ parameters.repoUrl }}\n      webhookUrl: https://chat.example.com/hooks/shop\n      events: [push, pull_request]\n",
            )],
            supports_dry_run: false,
            unknown_keys: UnknownKeys::Warned,
        }
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let (host, repository) = named(input);
        Ok(vec![effect(input, host, repository).planned()])
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let target = Target::on(call, ScmHost::Gitea, ID).await?;
            let effect = effect(call.input, target.host, target.repository);
            call.perform(effect).await?;
            Ok(Outcome::nothing())
        })
    }
}

fn effect(input: &Value, host: String, repository: RepositoryId) -> Effect {
    let events = input["events"].as_array().map(Vec::as_slice);
    let events: Vec<String> = (events.unwrap_or_default().iter())
        .filter_map(|event| event.as_str().map(str::to_owned))
        .collect();
    let secret = input["webhookSecret"].as_str();
    Effect::Webhook(CreateWebhook {
        host,
        repository,
        url: input["webhookUrl"].as_str().unwrap_or_default().to_owned(),
        events: if events.is_empty() {
            vec!["push".to_owned()]
        } else {
            events
        },
        is_active: input["active"].as_bool().unwrap_or(true),
        secret: secret.filter(|text| !text.is_empty()).map(Secret::new),
    })
}
