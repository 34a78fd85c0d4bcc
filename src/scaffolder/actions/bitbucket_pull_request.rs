//! `publish:bitbucketCloud:pull-request` and `publish:bitbucketServer:pull-request`: the workspace's files, on a
//! branch, for review on Bitbucket.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    About, Action, ActionCall, Given, Outcome, Right, branch_commit::BranchCommit,
    fetch_plain::required, pull_request::planned, schema, target::Target,
};
use crate::{
    entity::ScmHost,
    error::Result,
    scaffolder::effects::{Effect, OpenPullRequest, Planned},
};

/// Opens pull requests on one of the Bitbuckets.
pub(super) struct BitbucketPullRequest {
    pub(super) id: &'static str,
    pub(super) product: ScmHost,
}

const FIELDS: &str = "
    repoUrl: string -- The repository: host?project=…&repo=…
    title: string -- What the pull request is called
    description: string -- What is said about it, in Markdown
    targetBranch: string -- The branch it is to be merged into; default: the repository's
    sourceBranch: string -- The new branch
    reviewers: string[] -- Who is asked to look at it
    token: string -- A token to ask the host with, in place of the configured one
    gitAuthorName: string -- Who wrote it
    gitAuthorEmail: string -- And their address
";
const CLOUD: &str =
    "repoUrl* title* description targetBranch sourceBranch* token gitAuthorName gitAuthorEmail";
const SERVER: &str = "repoUrl* title* description targetBranch sourceBranch* reviewers token gitAuthorName gitAuthorEmail";

impl Action for BitbucketPullRequest {
    fn about(&self) -> About {
        let inputs = match self.product {
            ScmHost::BitbucketServer => SERVER,
            _ => CLOUD,
        };
        About::new(
            self.id,
            "Commits the workspace's files to a new branch on Bitbucket, and opens a pull request for it.",
            schema::chosen(FIELDS, inputs),
        )
        .output(schema::fields("pullRequestUrl: string -- Its page"))
        .example(
            "Propose what the steps before have made",
            "repoUrl: ${{ parameters.repoUrl }}\nsourceBranch: add-pipeline\ntitle: Add a pipeline\n",
        )
        .lenient()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        Ok(vec![planned(Given(input), "sourceBranch")])
    }

    fn rights(&self, _: &Value) -> Vec<Right> {
        vec![Right::Push]
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let target = Target::on(call, self.product, self.id).await?;
            let (branch, title) = (required(call, "sourceBranch")?, required(call, "title")?);
            let commit = BranchCommit {
                branch,
                base: call.text("targetBranch"),
                may_exist: false,
                message: title,
                action: "replace",
                gone: Vec::new(),
                may_be_empty: true,
                fork: None,
            };
            let committed = commit.make(call, &target).await?;
            let request = OpenPullRequest {
                host: target.host.clone(),
                repository: target.repository.clone(),
                head: branch.to_owned(),
                base: committed.base,
                title: title.to_owned(),
                body: call.text("description").unwrap_or_default().to_owned(),
                draft: false,
                reviewers: call.texts("reviewers"),
                team_reviewers: Vec::new(),
                assignees: Vec::new(),
            };
            let opened = call.perform(Effect::PullRequest(request)).await?;
            Ok(Outcome::output(json!({"pullRequestUrl": opened["webUrl"]})))
        })
    }
}
