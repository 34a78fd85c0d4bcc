//! `gitea:team:access`, ours: a team may see or change a repository.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{
    About, Action, ActionCall, Outcome, UnknownKeys,
    fetch_plain::token,
    schema,
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
        About {
            id: ID,
            description: "Gives a team of the owner a right to a repository. In Gitea the right is the team's: it must have it already.",
            input: schema::fields([
                (
                    "repoUrl*",
                    schema::text("The repository: host?owner=…&repo=…"),
                ),
                ("team*", schema::text("The team, of the repository's owner")),
                (
                    "access",
                    schema::choice(
                        &["read", "write", "admin"],
                        "What the team must be able to do; default: write",
                    ),
                ),
                ("token", token()),
            ]),
            output: None,
            examples: &[(
                "Let the team in",
                "steps:\n  - action: gitea:team:access\n    id: team\n    input:\n      repoUrl: ${{ parameters.repoUrl }}\n      team: backend\n      access: write\n",
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
