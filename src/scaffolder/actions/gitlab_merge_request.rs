//! `publish:gitlab:merge-request`: the workspace's files, on a branch, for review on GitLab.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    About, Action, ActionCall, Given, Outcome, Right,
    branch_commit::BranchCommit,
    fetch_plain::required,
    gitlab_calls::{on, path},
    gitlab_push::project,
    pull_request::planned,
    schema,
    target::Target,
};
use crate::{
    entity::ScmHost,
    error::Result,
    forge::{ApiMethod::Put, GitHost},
    scaffolder::effects::{Effect, OpenPullRequest, Planned, reading},
};

const INPUT: &str = r#"
    repoUrl*: string -- The project: gitlab.com?owner=…&repo=…
    title*: string -- What the merge request is called
    description: string -- What is said about it, in Markdown
    branchName*: string -- The new branch
    targetBranchName: string -- The branch it is to be merged into; default: the project's
    sourcePath: string -- The folder of the workspace that is committed; default: all of it
    targetPath: string -- Where it goes in the project; default: its root
    token: string -- A token to ask GitLab with, in place of the configured one
    commitAction: "create" | "delete" | "update" | "skip" | "auto" -- What is done to the files; default: auto
    projectid: string -- Not used (deprecated): repoUrl says which project
    removeSourceBranch: boolean -- Whether the branch goes when it is merged
    assignee: string -- Who cares for it
    reviewers: string[] -- Who is asked to look at it
    assignReviewersFromApprovalRules: boolean -- Whether those who may approve are asked
    labels: string | string[] -- Its labels
    autoMerge: boolean -- Whether it is merged by itself when its pipeline has passed
"#;
const OUTPUT: &str = "
    targetBranchName*: string -- The branch it is to be merged into
    projectid*: string -- The project's path
    projectPath*: string -- The project's path
    mergeRequestUrl*: string -- Its page
";

pub(super) struct PublishMergeRequest;

impl Action for PublishMergeRequest {
    fn about(&self) -> About {
        About::new(
            "publish:gitlab:merge-request",
            "Commits the workspace's files to a new branch on GitLab, and opens a merge request for it.",
            schema::fields(INPUT),
        )
        .output(schema::fields(OUTPUT))
        .example(
            "Propose what the steps before have made",
            "repoUrl: gitlab.com?owner=acme&repo=shop\nbranchName: add-pipeline\ntitle: Add a pipeline\nremoveSourceBranch: true\n",
        )
        .lenient()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        Ok(vec![planned(Given(input), "branchName")])
    }

    fn rights(&self, _: &Value) -> Vec<Right> {
        vec![Right::Push]
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let target = Target::on(call, ScmHost::GitLab, "publish:gitlab:merge-request").await?;
            let base = commit(call, &target).await?;
            let opened = call
                .perform(Effect::PullRequest(request(call, &target, &base)?))
                .await?;
            settle(call, &target, &opened["number"].to_string()).await?;
            let mut output = project(&target);
            output["targetBranchName"] = base.into();
            output["mergeRequestUrl"] = opened["webUrl"].clone();
            Ok(Outcome::output(output))
        })
    }
}

/// Commits, unless the input says to skip that; answers the branch it is to be merged into.
async fn commit(call: &ActionCall<'_>, target: &Target) -> Result<String> {
    let action = call.text("commitAction").unwrap_or("auto");
    if action == "skip" {
        return match call.text("targetBranchName") {
            Some(base) => Ok(base.to_owned()),
            None => target.default_branch().await,
        };
    }
    let commit = BranchCommit {
        branch: required(call, "branchName")?,
        base: call.text("targetBranchName"),
        may_exist: false,
        message: required(call, "title")?,
        action,
        gone: Vec::new(),
        may_be_empty: true,
        fork: None,
    };
    Ok(commit.make(call, target).await?.base)
}

fn request(call: &ActionCall<'_>, target: &Target, base: &str) -> Result<OpenPullRequest> {
    Ok(OpenPullRequest {
        host: target.host.clone(),
        repository: target.repository.clone(),
        head: required(call, "branchName")?.to_owned(),
        base: base.to_owned(),
        title: required(call, "title")?.to_owned(),
        body: call.text("description").unwrap_or_default().to_owned(),
        draft: false,
        reviewers: call.texts("reviewers"),
        team_reviewers: Vec::new(),
        assignees: call
            .text("assignee")
            .map(str::to_owned)
            .into_iter()
            .collect(),
    })
}

/// What is set of a merge request that is open.
async fn settle(call: &ActionCall<'_>, target: &Target, number: &str) -> Result<()> {
    let place = target.place();
    let mut body = json!({});
    if let Some(removes) = call.flag("removeSourceBranch") {
        body["remove_source_branch"] = removes.into();
    }
    let labels = match &call.input["labels"] {
        Value::String(labels) => labels.clone(),
        _ => call.texts("labels").join(","),
    };
    if !labels.is_empty() {
        body["labels"] = labels.into();
    }
    if call.flag("assignReviewersFromApprovalRules") == Some(true) {
        body["reviewer_ids"] = approvers(target, number).await?.into();
    }
    let rest = ["merge_requests", number];
    if body.as_object().is_some_and(|body| !body.is_empty()) {
        let what = format!("Sets labels, reviewers and the like of merge request {number}.");
        let made = on(&place, what, Put, &rest, body).goes_with("Goes with the merge request.");
        call.perform(Effect::HostCall(made)).await?;
    }
    if call.flag("autoMerge") == Some(true) {
        let what = format!("Has merge request {number} merged when its pipeline has passed.");
        let body = json!({ "merge_when_pipeline_succeeds": true });
        let made = on(
            &place,
            what,
            Put,
            &["merge_requests", number, "merge"],
            body,
        )
        .goes_with("Goes with the merge request.");
        call.perform(Effect::HostCall(made)).await?;
    }
    Ok(())
}

/// The numbers of those who may approve.
async fn approvers(target: &Target, number: &str) -> Result<Vec<Value>> {
    let rest = ["merge_requests", number, "approval_rules"];
    let call = reading(path(&target.place(), &rest));
    let rules = target.forge.api(&target.repository.owner, &call).await?;
    let rules = rules.as_array().map(Vec::as_slice).unwrap_or_default();
    let approvers = rules
        .iter()
        .flat_map(|rule| rule["eligible_approvers"].as_array().into_iter().flatten())
        .map(|user| user["id"].clone());
    let mut all: Vec<Value> = Vec::new();
    for id in approvers {
        if !all.contains(&id) {
            all.push(id);
        }
    }
    Ok(all)
}
