//! `publish:github`, `github:repo:create` and `github:repo:push`: a repository on GitHub with everything that is said
//! of it.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    About, Action, ActionCall, Given, Outcome, Right, committing,
    github_fields::{FIELDS, OUTPUT},
    github_protection::{self, planned, rules},
    github_settings,
    host_action::undetermined,
    publish, schema,
    target::{Place, Target},
};
use crate::{
    entity::ScmHost,
    error::{Error, Result},
    forge::GitHost,
    scaffolder::effects::{Effect, Planned, Undo},
};

const PUBLISH: &str = "repoUrl* description homepage access bypassPullRequestAllowances requiredApprovingReviewCount restrictions requireCodeOwnerReviews dismissStaleReviews requiredStatusCheckContexts requireBranchesToBeUpToDate requiredConversationResolution requireLastPushApproval repoVisibility defaultBranch protectDefaultBranch protectEnforceAdmins deleteBranchOnMerge gitCommitMessage gitAuthorName gitAuthorEmail allowMergeCommit allowSquashMerge squashMergeCommitTitle squashMergeCommitMessage allowRebaseMerge allowAutoMerge allowUpdateBranch sourcePath collaborators hasProjects hasWiki hasIssues token topics repoVariables secrets oidcCustomization requiredCommitSigning requiredLinearHistory customProperties subscribe";
const CREATE: &str = "access allowAutoMerge allowMergeCommit allowRebaseMerge allowSquashMerge allowUpdateBranch autoInit collaborators customProperties deleteBranchOnMerge description hasIssues hasProjects hasWiki homepage oidcCustomization repoUrl* repoVariables repoVisibility secrets squashMergeCommitMessage squashMergeCommitTitle subscribe token topics workflowAccess";
const PUSH: &str = "repoUrl* requireCodeOwnerReviews dismissStaleReviews requiredStatusCheckContexts bypassPullRequestAllowances requiredApprovingReviewCount restrictions requireBranchesToBeUpToDate requiredConversationResolution requireLastPushApproval defaultBranch protectDefaultBranch protectEnforceAdmins gitCommitMessage gitAuthorName gitAuthorEmail sourcePath token requiredCommitSigning requiredLinearHistory";
/// The branch that counts where the template does not say, as in Backstage.
const BRANCH: &str = "master";

pub(super) struct PublishGitHub;
pub(super) struct CreateGitHub;
pub(super) struct PushGitHub;

impl Action for PublishGitHub {
    fn about(&self) -> About {
        About::new(
            "publish:github",
            "Makes a repository of the workspace's files on GitHub, honouring .gitignore.",
            schema::chosen(FIELDS, PUBLISH),
        )
        .output(schema::chosen(
            OUTPUT,
            "remoteUrl* repoContentsUrl* commitHash*",
        ))
        .example(
            "Publish it, and have the tests pass before a merge",
            EXAMPLE,
        )
        .example(
            "Publish one folder, without rules for its branch, for everybody to see",
            "repoUrl: github.com?owner=acme&repo=${{ parameters.name }}\nrepoVisibility: public\nsourcePath: ./service\nprotectDefaultBranch: false\n",
        )
        .example(
            "Give its pipelines what they need, and its commits the name of who asked",
            PIPELINES,
        )
        .lenient()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let given = Given(input);
        let Ok(place) = Place::of(input, ScmHost::GitHub) else {
            return Ok(vec![undetermined(&self.about(), input)]);
        };
        let mut all = vec![publish::planned(&place)];
        all.extend(
            github_settings::effects(&place, given)
                .iter()
                .map(Effect::planned),
        );
        all.extend(protected(given).then(|| planned(&place, given, branch(given))));
        Ok(all)
    }

    fn rights(&self, _: &Value) -> Vec<Right> {
        vec![Right::Create]
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let target = Target::on(call, ScmHost::GitHub, "publish:github").await?;
            let branch = branch(call.given());
            let files = committing::some_files(call).await?;
            let made = publish::make(call, &target, branch).await?;
            set(call, &target).await?;
            let description = Some(call.given().word("description"));
            let committed =
                publish::first_commit(call, &target, branch, files, description).await?;
            protect(call, &target, branch).await?;
            let mut output = publish::output(call, &target, branch, &made);
            output["commitHash"] = committed["commit"].clone();
            Ok(Outcome::output(output))
        })
    }
}

const EXAMPLE: &str = "\
repoUrl: github.com?owner=acme&repo=shop
defaultBranch: main
requiredStatusCheckContexts: [test]
topics: [shop]
collaborators:
  - team: platform
    access: maintain
";

const PIPELINES: &str = "\
repoUrl: github.com?owner=acme&repo=shop
defaultBranch: main
gitAuthorName: ${{ user.entity.spec.profile.displayName }}
gitAuthorEmail: ${{ user.entity.spec.profile.email }}
repoVariables:
  REGION: eu-central-1
secrets:
  DEPLOY_TOKEN: ${{ secrets.deployToken }}
";

impl Action for CreateGitHub {
    fn about(&self) -> About {
        About::new(
            "github:repo:create",
            "Makes a repository on GitHub, without files.",
            schema::chosen(FIELDS, CREATE),
        )
        .output(schema::chosen(OUTPUT, "remoteUrl* repoContentsUrl*"))
        .example(
            "A repository that the platform team maintains",
            "repoUrl: github.com?owner=acme&repo=shop\nrepoVisibility: internal\naccess: acme/platform\n",
        )
        .lenient()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let Ok(place) = Place::of(input, ScmHost::GitHub) else {
            return Ok(vec![undetermined(&self.about(), input)]);
        };
        let mut all = vec![Planned {
            what: format!("Makes the repository {place}."),
            ..publish::planned(&place)
        }];
        let effects = github_settings::effects(&place, Given(input));
        all.extend(effects.iter().map(Effect::planned));
        Ok(all)
    }

    fn rights(&self, _: &Value) -> Vec<Right> {
        vec![Right::Create]
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let target = Target::on(call, ScmHost::GitHub, "github:repo:create").await?;
            let made = publish::make(call, &target, BRANCH).await?;
            set(call, &target).await?;
            let branch = made["defaultBranch"].as_str().unwrap_or(BRANCH);
            Ok(Outcome::output(publish::output(
                call, &target, branch, &made,
            )))
        })
    }
}

impl Action for PushGitHub {
    fn about(&self) -> About {
        About::new(
            "github:repo:push",
            "Commits the workspace's files to a repository on GitHub that has no commit yet.",
            schema::chosen(FIELDS, PUSH),
        )
        .output(schema::chosen(
            OUTPUT,
            "remoteUrl* repoContentsUrl* commitHash*",
        ))
        .example(
            "Fill the repository made by an earlier step",
            "repoUrl: github.com?owner=acme&repo=shop\ndefaultBranch: main\n",
        )
        .lenient()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let given = Given(input);
        let Ok(place) = Place::of(input, ScmHost::GitHub) else {
            return Ok(vec![undetermined(&self.about(), input)]);
        };
        let mut all = vec![Planned {
            what: format!("Commits the files to {place}."),
            undo: Undo::By(
                "Goes with the repository, if this run made it; the first commit of another stays."
                    .to_owned(),
            ),
        }];
        all.extend(protected(given).then(|| planned(&place, given, branch(given))));
        Ok(all)
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let target = Target::on(call, ScmHost::GitHub, "github:repo:push").await?;
            let branch = branch(call.given());
            let files = committing::some_files(call).await?;
            let found = target.forge.repository(&target.repository).await?;
            let found = found.ok_or_else(|| target.missing("such repository"))?;
            let committed = publish::first_commit(call, &target, branch, files, None).await?;
            protect(call, &target, branch).await?;
            let made = json!({ "cloneUrl": found.clone_url });
            let mut output = publish::output(call, &target, branch, &made);
            output["commitHash"] = committed["commit"].clone();
            Ok(Outcome::output(output))
        })
    }
}

fn branch(given: Given<'_>) -> &str {
    given.text("defaultBranch").unwrap_or(BRANCH)
}

fn protected(given: Given<'_>) -> bool {
    given.flag("protectDefaultBranch").unwrap_or(true)
}

/// Sets what the input says of the repository. As in Backstage, what GitHub refuses of it is told and left out.
async fn set(call: &ActionCall<'_>, target: &Target) -> Result<()> {
    for effect in github_settings::effects(&target.place(), call.given()) {
        let what = effect.planned().what;
        match call.perform(effect).await {
            Err(fault @ (Error::NotAllowed(_) | Error::NotFound(_) | Error::Input(_))) => {
                call.log.warn(&format!("Left out: {what} {fault}"));
            }
            done => drop(done?),
        }
    }
    Ok(())
}

/// Protects the branch, unless the input says not to. A plan of GitHub without protection is told, as in Backstage.
async fn protect(call: &ActionCall<'_>, target: &Target, branch: &str) -> Result<()> {
    if !protected(call.given()) {
        return Ok(());
    }
    let rules = rules(call.given(), branch, "protectEnforceAdmins")?;
    let effect = github_protection::effect(&target.place(), rules);
    match call.perform(effect).await {
        Err(Error::NotAllowed(why)) if why.contains("Upgrade to GitHub") => {
            call.log
                .warn(&format!("The branch {branch} is not protected: {why}"));
            Ok(())
        }
        done => done.map(drop),
    }
}
