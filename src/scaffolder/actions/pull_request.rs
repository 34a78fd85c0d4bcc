//! `publish:git:pull-request`, `publish:gitea:pull-request`, `publish:github:pull-request`: the workspace's files, on
//! a branch, for review.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    About, Action, ActionCall, Given, Outcome, Right, branch_commit::BranchCommit,
    fetch_plain::required, github_fork, schema, target::Target,
};
use crate::{
    entity::ScmHost,
    error::Result,
    forge::{GitHost, PullRequestState},
    scaffolder::effects::{Effect, OpenPullRequest, Planned, Undo},
};

/// Opens pull requests on the hosts of one product.
pub(super) struct PublishPullRequest {
    pub(super) id: &'static str,
    /// `None`: any.
    pub(super) product: Option<ScmHost>,
    pub(super) supports_dry_run: bool,
}

const FIELDS: &str = "
    repoUrl: string -- The repository: host?owner=…&repo=…
    branchName: string -- The new branch
    filesToDelete: string[] -- Files of the repository that go
    targetBranchName: string -- The branch it is to be merged into; default: the repository's
    title: string -- What the pull request is called
    description: string -- What is said about it, in Markdown
    draft: boolean -- Whether it is not to be merged yet
    sourcePath: string -- The folder of the workspace that is committed; default: all of it
    targetPath: string -- Where it goes in the repository; default: its root
    token: string -- A token to ask the host with, in place of the configured one
    reviewers: string[] -- Who is asked to look at it
    assignees: string[] -- Who cares for it
    teamReviewers: string[] -- Which teams are asked
    commitMessage: string -- What the commit says; default: the title
    update: boolean -- Whether a branch and pull request that are there are added to
    forceFork: boolean -- Whether its branch goes to a fork, in the account of the token
    gitAuthorName: string -- Who wrote it
    gitAuthorEmail: string -- And their address
    forceEmptyGitAuthor: boolean -- Whether GitHub names the author: then it signs the commits of an app
    createWhenEmpty: boolean -- Whether it is opened also where nothing is changed; default: yes
";
/// What Backstage's action takes; ours need no description.
const GITHUB: &str = "repoUrl* branchName* filesToDelete targetBranchName title* description* draft sourcePath targetPath token reviewers assignees teamReviewers commitMessage update forceFork gitAuthorName gitAuthorEmail forceEmptyGitAuthor createWhenEmpty";
const OURS: &str = "repoUrl* branchName* filesToDelete targetBranchName title* description draft sourcePath targetPath token reviewers assignees teamReviewers commitMessage update gitAuthorName gitAuthorEmail createWhenEmpty";
const OUTPUT: &str = "
    targetBranchName*: string -- The branch it is to be merged into
    remoteUrl*: string -- Its page
    pullRequestNumber*: number -- Its number
";

const ONE_FOLDER: &str = "\
repoUrl: github.com?owner=acme&repo=environments
branchName: add-${{ parameters.name }}
targetBranchName: production
title: Add ${{ parameters.name }}
description: Its namespace, its rights and its limits.
sourcePath: ./manifests
targetPath: clusters/eu/${{ parameters.name }}
filesToDelete:
  - clusters/eu/placeholder.yaml
teamReviewers: [platform]
";
const FROM_A_FORK: &str = "\
repoUrl: github.com?owner=acme&repo=standards
branchName: correct-licence
title: Correct the licence
description: The year was wrong.
forceFork: true
token: ${{ secrets.USER_OAUTH_TOKEN }}
createWhenEmpty: false
";

impl Action for PublishPullRequest {
    fn about(&self) -> About {
        let inputs = match self.product {
            Some(ScmHost::GitHub) => GITHUB,
            _ => OURS,
        };
        let about = About {
            supports_dry_run: self.supports_dry_run,
            ..About::new(
                self.id,
                "Commits the workspace's files to a new branch, and opens a pull request for it.",
                schema::chosen(FIELDS, inputs),
            )
        }
        .output(schema::fields(OUTPUT))
        .example(
            "Propose what the steps before have made",
            "repoUrl: ${{ parameters.repoUrl }}\nbranchName: add-pipeline\ntitle: Add a pipeline\ndescription: It builds and tests every change.\n",
        )
        .lenient();
        match self.product {
            Some(ScmHost::GitHub) => about
                .example(
                    "Change one folder of a large repository, and ask a team to look at it",
                    ONE_FOLDER,
                )
                .example(
                    "Propose to a repository the token may not push to",
                    FROM_A_FORK,
                ),
            _ => about,
        }
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let given = Given(input);
        let fork = is_forked(given).then(|| github_fork::planned(given.word("repoUrl")));
        let opened = planned(given, "branchName");
        Ok(fork.into_iter().chain([opened]).collect())
    }

    fn rights(&self, input: &Value) -> Vec<Right> {
        // To a fork, its owner pushes.
        if is_forked(Given(input)) {
            Vec::new()
        } else {
            vec![Right::Push]
        }
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let target = Target::of(call).await?;
            if let Some(product) = self.product {
                target.must_be_of(product, self.id)?;
            }
            if call.journal.is_none() {
                let effect = Effect::PullRequest(request(call, &target, None, "")?);
                call.perform(effect).await?;
                return Ok(Outcome::nothing());
            }
            if is_forked(call.given()) {
                let fork = github_fork::fork(call, &target).await?;
                return propose(call, &target, Some(&fork)).await;
            }
            propose(call, &target, None).await
        })
    }
}

/// What opening a pull request is announced as; `branch` is what the input calls its branch.
pub(super) fn planned(given: Given<'_>, branch: &str) -> Planned {
    Planned {
        what: format!(
            "Commits to the branch {} of {}, and opens the pull request “{}”.",
            given.word(branch),
            given.word("repoUrl"),
            given.word("title")
        ),
        undo: Undo::By("Closes it and deletes its branch, if it is not merged.".to_owned()),
    }
}

fn is_forked(given: Given<'_>) -> bool {
    given.flag("forceFork") == Some(true)
}

async fn propose(call: &ActionCall<'_>, target: &Target, fork: Option<&Target>) -> Result<Outcome> {
    let updates = call.flag("update").unwrap_or(false);
    let may_be_empty = call.flag("createWhenEmpty").unwrap_or(true);
    let message = call.text("commitMessage").or_else(|| call.text("title"));
    let commit = BranchCommit {
        branch: required(call, "branchName")?,
        base: call.text("targetBranchName"),
        may_exist: updates,
        message: message.unwrap_or_default(),
        action: if may_be_empty { "replace" } else { "auto" },
        gone: call.texts("filesToDelete"),
        may_be_empty,
        fork,
    };
    let committed = commit.make(call, target).await?;
    if committed.commit.is_none() {
        return Ok(Outcome::output(json!({"targetBranchName": committed.base})));
    }
    let request = request(call, target, fork, &committed.base)?;
    let opened = match open_one(target, &request).await?.filter(|_| updates) {
        Some(opened) => opened,
        None => call.perform(Effect::PullRequest(request)).await?,
    };
    Ok(Outcome::output(json!({
        "targetBranchName": committed.base,
        "remoteUrl": opened["webUrl"],
        "pullRequestNumber": opened["number"],
    })))
}

/// The pull request that is open for the branch.
async fn open_one(target: &Target, request: &OpenPullRequest) -> Result<Option<Value>> {
    let found = target
        .forge
        .pull_requests_of(&target.repository, &request.head)
        .await?;
    let mut found = found.into_iter();
    let open = found.find(|one| one.state == PullRequestState::Open && one.base == request.base);
    Ok(open.map(|one| json!({"number": one.number, "webUrl": one.web_url})))
}

fn request(
    call: &ActionCall<'_>,
    target: &Target,
    fork: Option<&Target>,
    base: &str,
) -> Result<OpenPullRequest> {
    let branch = required(call, "branchName")?;
    Ok(OpenPullRequest {
        host: target.host.clone(),
        repository: target.repository.clone(),
        head: match fork {
            Some(fork) => format!("{}:{branch}", fork.repository.owner),
            None => branch.to_owned(),
        },
        base: base.to_owned(),
        title: required(call, "title")?.to_owned(),
        body: call.text("description").unwrap_or_default().to_owned(),
        draft: call.flag("draft").unwrap_or(false),
        reviewers: call.texts("reviewers"),
        team_reviewers: call.texts("teamReviewers"),
        assignees: call.texts("assignees"),
    })
}
