//! `gitlab:repo:push`: the workspace's files become a commit on a branch of a project.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    About, Action, ActionCall, Given, Outcome, Right, branch_commit::BranchCommit,
    fetch_plain::required, schema, target::Target,
};
use crate::{
    entity::ScmHost,
    error::Result,
    scaffolder::effects::{Planned, Undo},
};

const INPUT: &str = r#"
    repoUrl*: string -- The project: gitlab.com?owner=…&repo=…
    branchName*: string -- The branch; it is made if it is not there
    commitMessage*: string -- What the commit says
    sourcePath: string -- The folder of the workspace that is committed; default: all of it
    targetPath: string -- Where it goes in the project; default: its root
    token: string -- A token to ask GitLab with, in place of the configured one
    commitAction: "create" | "update" | "delete" | "auto" -- What is done to the files; default: create
    allowEmpty: boolean -- Whether a commit that changes nothing is made
"#;
const OUTPUT: &str = "
    projectid*: string -- The project's path
    projectPath*: string -- The project's path
    commitHash: string -- The commit
";

pub(super) struct PushGitLab;

impl Action for PushGitLab {
    fn about(&self) -> About {
        About::new(
            "gitlab:repo:push",
            "Commits the workspace's files to a branch of a project on GitLab.",
            schema::fields(INPUT),
        )
        .output(schema::fields(OUTPUT))
        .example(
            "Change what differs",
            "repoUrl: gitlab.com?owner=acme&repo=shop\nbranchName: generated\ncommitMessage: Bring up to date\ncommitAction: auto\n",
        )
        .lenient()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let given = Given(input);
        let (branch, url) = (given.word("branchName"), given.word("repoUrl"));
        Ok(vec![Planned {
            what: format!("Commits the files to the branch {branch} of {url}."),
            undo: Undo::By(
                "Deletes the branch if this made it, else takes it back to where it was; if nothing was committed to it since."
                    .to_owned(),
            ),
        }])
    }

    fn rights(&self, _: &Value) -> Vec<Right> {
        vec![Right::Push]
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let target = Target::on(call, ScmHost::GitLab, "gitlab:repo:push").await?;
            let commit = BranchCommit {
                branch: required(call, "branchName")?,
                base: None,
                may_exist: true,
                message: required(call, "commitMessage")?,
                action: call.text("commitAction").unwrap_or("create"),
                gone: Vec::new(),
                may_be_empty: call.flag("allowEmpty").unwrap_or(false),
                fork: None,
            };
            let committed = commit.make(call, &target).await?;
            let mut output = project(&target);
            if let Some(commit) = committed.commit {
                output["commitHash"] = commit;
            }
            Ok(Outcome::output(output))
        })
    }
}

/// `projectid` and `projectPath`: both its path, as in Backstage.
pub(super) fn project(target: &Target) -> Value {
    let path = target.repository.to_string();
    json!({"projectid": path, "projectPath": path})
}
