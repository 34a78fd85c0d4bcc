//! `github:branch-protection:create`, and the rules of a branch as GitHub's actions write them.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{
    About, Action, ActionCall, Given, Outcome,
    github_fields::FIELDS,
    host_action::undetermined,
    schema,
    target::{Place, Target},
};
use crate::{
    entity::ScmHost,
    error::{Error, Result},
    forge::{Grantee, Protection, PushRestriction},
    scaffolder::effects::{Effect, Planned, ProtectBranch},
};

/// The most approvals GitHub lets be asked for.
const MAX_APPROVALS: u64 = 6;

pub(super) struct BranchProtection;

impl Action for BranchProtection {
    fn about(&self) -> About {
        About::new(
            "github:branch-protection:create",
            "Protects a branch of a repository on GitHub.",
            schema::chosen(
                FIELDS,
                "repoUrl* branch enforceAdmins requiredApprovingReviewCount requireCodeOwnerReviews dismissStaleReviews bypassPullRequestAllowances restrictions requiredStatusCheckContexts requireBranchesToBeUpToDate requiredConversationResolution requireLastPushApproval requiredCommitSigning requiredLinearHistory blockCreations token",
            ),
        )
        .example(
            "Two must approve, and the tests must pass",
            "repoUrl: github.com?owner=acme&repo=shop\nbranch: main\nrequiredApprovingReviewCount: 2\nrequiredStatusCheckContexts: [test]\n",
        )
        .lenient()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let given = Given(input);
        let branch = given.text("branch").unwrap_or("that counts");
        Ok(vec![match Place::of(input, ScmHost::GitHub) {
            Ok(place) => planned(&place, given, branch),
            Err(_) => undetermined(&self.about(), input),
        }])
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let target = Target::on(call, ScmHost::GitHub, &self.about().id).await?;
            let branch = match call.text("branch") {
                Some(branch) => branch.to_owned(),
                None => target.default_branch().await?,
            };
            let rules = rules(call.given(), &branch, "enforceAdmins")?;
            call.perform(effect(&target.place(), rules)).await?;
            Ok(Outcome::nothing())
        })
    }
}

/// What protecting a branch is announced as.
pub(super) fn planned(place: &Place, given: Given<'_>, branch: &str) -> Planned {
    effect(
        place,
        rules(given, branch, "enforceAdmins").unwrap_or_default(),
    )
    .planned()
}

pub(super) fn effect(place: &Place, rules: Protection) -> Effect {
    Effect::BranchProtection(ProtectBranch {
        host: place.host.clone(),
        repository: place.repository.clone(),
        rules,
    })
}

/// The rules of a branch; `enforce_admins` is what the input calls whether they bind administrators.
///
/// [`Error::Input`] for more approvals than GitHub takes.
pub(super) fn rules(given: Given<'_>, branch: &str, enforce_admins: &str) -> Result<Protection> {
    let approvals = given.0["requiredApprovingReviewCount"].as_u64();
    if approvals.is_some_and(|count| count > MAX_APPROVALS) {
        return Err(Error::Input(format!(
            "requiredApprovingReviewCount is at most {MAX_APPROVALS} on GitHub."
        )));
    }
    let flag = |key: &str| given.flag(key).unwrap_or(false);
    let bypass = given.object("bypassPullRequestAllowances");
    let bypass = bypass.map(|_| push_restriction(given, "bypassPullRequestAllowances"));
    let bypass = bypass.unwrap_or_default();
    let users = bypass.users.into_iter().map(Grantee::User);
    let teams = bypass.teams.into_iter().map(Grantee::Team);
    Ok(Protection {
        branch: branch.to_owned(),
        required_approvals: approvals
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(1),
        dismiss_stale_approvals: flag("dismissStaleReviews"),
        require_code_owners: flag("requireCodeOwnerReviews"),
        required_checks: given.texts("requiredStatusCheckContexts"),
        require_up_to_date: given.flag("requireBranchesToBeUpToDate").unwrap_or(true),
        require_signed_commits: flag("requiredCommitSigning"),
        enforce_admins: given.flag(enforce_admins).unwrap_or(true),
        may_push: users.chain(teams).collect(),
        apps_may_push: bypass.apps,
        restricted_to: given
            .object("restrictions")
            .map(|_| push_restriction(given, "restrictions")),
        require_conversation_resolution: flag("requiredConversationResolution"),
        require_last_push_approval: flag("requireLastPushApproval"),
        require_linear_history: flag("requiredLinearHistory"),
        block_creations: flag("blockCreations"),
    })
}

fn push_restriction(given: Given<'_>, key: &str) -> PushRestriction {
    let of = Given(&given.0[key]);
    PushRestriction {
        users: of.texts("users"),
        teams: of.texts("teams"),
        apps: of.texts("apps"),
    }
}
