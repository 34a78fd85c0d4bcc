//! `gitea:webhook`, ours: whom Gitea tells of what happens in a repository.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{
    About, Action, ActionCall, Outcome, schema,
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
        let input = "
            repoUrl*: string -- The repository: host?owner=…&repo=…
            webhookUrl*: string -- Where Gitea is to send to
            webhookSecret: string -- What Gitea signs with; give it by a secret
            events: string[] -- Of which events it tells; default: push
            active: boolean -- Whether it is on; default: it is
            token: string -- A token to ask the host with, in place of the configured one
        ";
        About::new(
            ID,
            "Makes a webhook of a repository.",
            schema::fields(input),
        )
        .example(
            "Tell a chat of pushes and pull requests",
            "repoUrl: ${{ parameters.repoUrl }}\nwebhookUrl: https://chat.example.com/hooks/shop\nevents: [push, pull_request]\n",
        )
        .lenient()
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
