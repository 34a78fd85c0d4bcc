//! `gitea:branch-protection:create`, ours: the rules of a branch.

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
    forge::{Grantee, Protection},
    scaffolder::effects::{Effect, Planned, ProtectBranch},
};

const ID: &str = "gitea:branch-protection:create";

pub(super) struct GiteaProtection;

impl Action for GiteaProtection {
    fn about(&self) -> About {
        About {
            id: ID,
            description: "Protects a branch of a repository: what goes there goes through pull requests, but for those who may push.",
            input: schema::fields([
                (
                    "repoUrl*",
                    schema::text("The repository: host?owner=…&repo=…"),
                ),
                (
                    "branch",
                    schema::text("The branch, or a pattern; default: the repository's"),
                ),
                (
                    "requiredApprovingReviewCount",
                    schema::number("How many must approve before a merge; default: none"),
                ),
                (
                    "dismissStaleReviews",
                    schema::flag("Whether a push makes approvals void"),
                ),
                (
                    "requiredStatusCheckContexts",
                    schema::texts("Checks that must have passed"),
                ),
                (
                    "requireBranchesToBeUpToDate",
                    schema::flag("Whether a branch must hold all of its base; default: it must"),
                ),
                (
                    "requiredCommitSigning",
                    schema::flag("Whether commits must be signed"),
                ),
                (
                    "enforceAdmins",
                    schema::flag("Whether the rules bind administrators too; default: they do"),
                ),
                (
                    "restrictions",
                    schema::object([
                        ("users", schema::texts("Users who may push")),
                        ("teams", schema::texts("Teams that may push")),
                    ]),
                ),
                ("token", token()),
            ]),
            output: None,
            examples: &[(
                "Ask for one approval",
                "steps:\n  - action: gitea:branch-protection:create\n    id: protect\n    input:\n      repoUrl: ${{ parameters.repoUrl }}\n      branch: main\n      requiredApprovingReviewCount: 1\n",
            )],
            supports_dry_run: false,
            unknown_keys: UnknownKeys::Warned,
        }
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let (host, repository) = named(input);
        let branch = input["branch"].as_str().unwrap_or("that counts");
        let effect = ProtectBranch {
            host,
            repository,
            rules: rules(input, branch),
        };
        Ok(vec![Effect::BranchProtection(effect).planned()])
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let target = Target::on(call, ScmHost::Gitea, ID).await?;
            let branch = match call.text("branch") {
                Some(branch) => branch.to_owned(),
                None => target.default_branch().await?,
            };
            let effect = ProtectBranch {
                host: target.host,
                repository: target.repository,
                rules: rules(call.input, &branch),
            };
            call.perform(Effect::BranchProtection(effect)).await?;
            Ok(Outcome::nothing())
        })
    }
}

fn rules(input: &Value, branch: &str) -> Protection {
    let texts = |list: &Value| -> Vec<String> {
        let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
        let texts = list.iter().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    };
    let users = texts(&input["restrictions"]["users"]).into_iter();
    let teams = texts(&input["restrictions"]["teams"]).into_iter();
    let approvals = input["requiredApprovingReviewCount"].as_u64().unwrap_or(0);
    let flag = |name: &str, default| input[name].as_bool().unwrap_or(default);
    Protection {
        branch: branch.to_owned(),
        required_approvals: u32::try_from(approvals).unwrap_or(u32::MAX),
        dismiss_stale_approvals: flag("dismissStaleReviews", false),
        // Gitea does not wait for the owners of the code.
        require_code_owners: false,
        required_checks: texts(&input["requiredStatusCheckContexts"]),
        require_up_to_date: flag("requireBranchesToBeUpToDate", true),
        require_signed_commits: flag("requiredCommitSigning", false),
        enforce_admins: flag("enforceAdmins", true),
        may_push: (users.map(Grantee::User))
            .chain(teams.map(Grantee::Team))
            .collect(),
    }
}
