//! `gitea:secret:create`, ours: a secret for the pipelines of a repository.

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
    scaffolder::effects::{Effect, Planned, SetSecret},
};

const ID: &str = "gitea:secret:create";

pub(super) struct GiteaSecret;

impl Action for GiteaSecret {
    fn about(&self) -> About {
        About {
            id: ID,
            description: "Sets a secret that the pipelines of a repository see.",
            input: schema::fields([
                (
                    "repoUrl*",
                    schema::text("The repository: host?owner=…&repo=…"),
                ),
                (
                    "name*",
                    schema::text("What it is called; Gitea writes it in capitals"),
                ),
                ("value*", schema::text("Its value; give it by a secret")),
                ("token", token()),
            ]),
            output: None,
            examples: &[(
                "Hand over a token",
                "steps:\n  - action: gitea:secret:create\n    id: secret\n    input:\n      repoUrl: ${{ parameters.repoUrl }}\n      name: DEPLOY_TOKEN\n      value: ${{ secrets.deployToken }}\n",
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
    Effect::Secret(SetSecret {
        host,
        repository,
        name: input["name"].as_str().unwrap_or_default().to_owned(),
        value: input["value"].as_str().map(Secret::new),
    })
}
