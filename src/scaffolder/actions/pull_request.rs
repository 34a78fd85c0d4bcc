//! `publish:gitea:pull-request`, `publish:github:pull-request`, `publish:gitlab:merge-request`: the workspace's files, on a branch, for review.

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    About, Action, ActionCall, Outcome, UnknownKeys, committing,
    fetch_plain::{required, token},
    schema,
    target::Target,
};
use crate::{
    entity::ScmHost,
    error::Result,
    forge::GitHost,
    scaffolder::effects::{
        CommitBase, CommitFiles, CommittedFile, Effect, OpenPullRequest, Planned, Undo,
    },
};

/// Opens pull requests on the hosts of one product.
pub(super) struct PublishPullRequest {
    pub(super) id: &'static str,
    pub(super) product: ScmHost,
    pub(super) supports_dry_run: bool,
}

impl Action for PublishPullRequest {
    fn about(&self) -> About {
        About {
            id: self.id,
            description: "Commits the workspace's files to a new branch, and opens a pull request for it.",
            input: schema::fields([
                (
                    "repoUrl*",
                    schema::text("The repository: host?owner=…&repo=…"),
                ),
                ("branchName*", schema::text("The new branch")),
                ("title*", schema::text("What the pull request is called")),
                (
                    "description",
                    schema::text("What is said about it, in Markdown"),
                ),
                (
                    "targetBranchName",
                    schema::text("The branch it is to be merged into; default: the repository's"),
                ),
                ("draft", schema::flag("Whether it is not to be merged yet")),
                (
                    "sourcePath",
                    schema::text(
                        "The folder of the workspace that is committed; default: all of it",
                    ),
                ),
                (
                    "targetPath",
                    schema::text("Where it goes in the repository; default: its root"),
                ),
                (
                    "filesToDelete",
                    schema::texts("Files of the repository that go"),
                ),
                ("reviewers", schema::texts("Who is asked to look at it")),
                ("assignees", schema::texts("Who cares for it")),
                ("teamReviewers", schema::texts("Which teams are asked")),
                (
                    "commitMessage",
                    schema::text("What the commit says; default: the title"),
                ),
                ("gitAuthorName", schema::text("Who wrote it")),
                ("gitAuthorEmail", schema::text("And their address")),
                ("token", token()),
            ]),
            output: Some(self.output()),
            examples: &[],
            supports_dry_run: self.supports_dry_run,
            unknown_keys: UnknownKeys::Warned,
        }
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let text = |key: &str| input[key].as_str().unwrap_or_default();
        Ok(vec![Planned {
            what: format!(
                "Commits to the branch {} of {}, and opens the pull request “{}”.",
                text("branchName"),
                text("repoUrl"),
                text("title")
            ),
            undo: Undo::By("Closes it and deletes its branch, if it is not merged.".to_owned()),
        }])
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let target = Target::on(call, self.product, self.id).await?;
            if call.journal.is_none() {
                call.perform(Effect::PullRequest(request(call, &target, "")?))
                    .await?;
                return Ok(Outcome::nothing());
            }
            let base = commit(call, &target).await?;
            let effect = Effect::PullRequest(request(call, &target, &base)?);
            let opened = call.perform(effect).await?;
            Ok(Outcome::output(match self.product {
                ScmHost::GitLab => json!({
                    "targetBranchName": base,
                    "projectPath": target.repository.to_string(),
                    "mergeRequestUrl": opened["webUrl"],
                }),
                _ => json!({
                    "targetBranchName": base,
                    "remoteUrl": opened["webUrl"],
                    "pullRequestNumber": opened["number"],
                }),
            }))
        })
    }
}

impl PublishPullRequest {
    fn output(&self) -> Value {
        let base = (
            "targetBranchName",
            schema::text("The branch it is to be merged into"),
        );
        let page = schema::text("Its page");
        match self.product {
            ScmHost::GitLab => schema::fields([
                base,
                ("projectPath", schema::text("The repository")),
                ("mergeRequestUrl", page),
            ]),
            _ => schema::fields([
                base,
                ("remoteUrl", page),
                ("pullRequestNumber", schema::number("Its number")),
            ]),
        }
    }
}

/// Commits to the new branch; answers the branch it is to be merged into.
async fn commit(call: &ActionCall<'_>, target: &Target) -> Result<String> {
    let repository = &target.repository;
    let base = match call.text("targetBranchName") {
        Some(branch) => branch.to_owned(),
        None => target.default_branch().await?,
    };
    let head = target.forge.branch(repository, &base).await?;
    let head = head
        .ok_or_else(|| target.missing(&format!("branch {base}")))?
        .commit;
    let tree = target.forge.tree(repository, head.as_str()).await?;
    let there: HashSet<&str> = tree
        .entries
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    let mut files = committing::files(call, call.text("targetPath").unwrap_or("")).await?;
    for file in &mut files {
        file.replaces = there.contains(file.path.as_str());
    }
    let gone = call.texts("filesToDelete").into_iter();
    files.extend(
        gone.filter(|path| there.contains(path.as_str()))
            .map(|path| CommittedFile {
                path,
                source: None,
                replaces: true,
            }),
    );
    let message = call.text("commitMessage").or_else(|| call.text("title"));
    let commit = CommitFiles {
        host: target.host.clone(),
        repository: repository.clone(),
        branch: required(call, "branchName")?.to_owned(),
        base: Some(CommitBase {
            branch: Some(base.clone()),
            commit: head,
        }),
        message: message.unwrap_or_default().to_owned(),
        author: committing::author(call),
        at: call.services.clock.now(),
        files,
        description: None,
    };
    call.perform(Effect::Commit(commit)).await?;
    Ok(base)
}

fn request(call: &ActionCall<'_>, target: &Target, base: &str) -> Result<OpenPullRequest> {
    Ok(OpenPullRequest {
        host: target.host.clone(),
        repository: target.repository.clone(),
        head: required(call, "branchName")?.to_owned(),
        base: base.to_owned(),
        title: required(call, "title")?.to_owned(),
        body: call.text("description").unwrap_or_default().to_owned(),
        draft: call.flag("draft").unwrap_or(false),
        reviewers: call.texts("reviewers"),
        team_reviewers: call.texts("teamReviewers"),
        assignees: call.texts("assignees"),
    })
}
