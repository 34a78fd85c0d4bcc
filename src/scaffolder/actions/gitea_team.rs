//! `gitea:team:access`, ours: a team may see or change a repository.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{
    About, Action, ActionCall, Outcome, schema,
    target::{Target, named},
};
use crate::{
    entity::ScmHost,
    error::Result,
    forge::{Access, Grantee, RepositoryId},
    scaffolder::effects::{Effect, GiveAccess, Planned},
};

const ID: &str = "gitea:team:access";

pub(super) struct GiteaTeam;

impl Action for GiteaTeam {
    fn about(&self) -> About {
        let input = r#"
            repoUrl*: string -- The repository: host?owner=…&repo=…
            team*: string -- The team, of the repository's owner
            access: "read" | "write" | "admin" -- What the team must be able to do; default: write
            token: string -- A token to ask the host with, in place of the configured one
        "#;
        About::new(
            ID,
            "Gives a team of the owner a right to a repository. In Gitea the right is the team's: it must have it already.",
            schema::fields(input),
        )
        .example(
            "Let the team in",
            "repoUrl: ${{ parameters.repoUrl }}\nteam: backend\naccess: write\n",
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
    let team = input["team"].as_str().unwrap_or_default().to_owned();
    Effect::Access(GiveAccess {
        host,
        repository,
        grantee: Grantee::Team(team),
        access: match input["access"].as_str() {
            Some("read") => Access::Read,
            Some("admin") => Access::Admin,
            _ => Access::Write,
        },
    })
}
