//! `gitea:secret:create`, ours: a secret for the pipelines of a repository.

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
    scaffolder::effects::{Effect, Planned, SetSecret},
};

const ID: &str = "gitea:secret:create";

pub(super) struct GiteaSecret;

impl Action for GiteaSecret {
    fn about(&self) -> About {
        let input = "
            repoUrl*: string -- The repository: host?owner=…&repo=…
            name*: string -- What it is called; Gitea writes it in capitals
            value*: string -- Its value; give it by a secret
            token: string -- A token to ask the host with, in place of the configured one
        ";
        About::new(
            ID,
            "Sets a secret that the pipelines of a repository see.",
            schema::fields(input),
        )
        .example(
            "Hand over a token",
            "repoUrl: ${{ parameters.repoUrl }}\nname: DEPLOY_TOKEN\nvalue: ${{ secrets.deployToken }}\n",
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
    Effect::Secret(SetSecret {
        host,
        repository,
        name: input["name"].as_str().unwrap_or_default().to_owned(),
        value: input["value"].as_str().map(Secret::new),
    })
}
