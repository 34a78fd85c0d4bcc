//! `github:environment:create`: an environment that workflows deploy to, with its rules, variables and secrets.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    About, Action, ActionCall, Given, Outcome,
    github_settings::{on, path},
    host_action::undetermined,
    schema,
    target::{Place, Target},
};
use crate::{
    config::Secret,
    entity::{EntityRef, ScmHost},
    error::{Error, Result},
    forge::{
        ApiCall,
        ApiMethod::{Delete, Post, Put},
    },
    scaffolder::effects::{Effect, FoundBy, HostCall, IfThere, Planned, reading},
};

const INPUT: &str = "
    repoUrl*: string -- The repository: github.com?owner=…&repo=…
    name*: string -- What it is called
    deploymentBranchPolicy: {protected_branches*: boolean, custom_branch_policies*: boolean} -- Which branches are deployed to it
    customBranchPolicyNames: string[] -- Patterns of branches that are
    customTagPolicyNames: string[] -- Patterns of tags that are
    environmentVariables: {*: string} -- Variables its workflows see
    secrets: {*: string} -- Secrets its workflows see
    token: string -- A token to ask GitHub with, in place of the configured one
    waitTimer: number -- How many minutes a deployment waits
    preventSelfReview: boolean -- Whether who started a deployment may not approve it
    reviewers: string[] -- Who must approve a deployment: refs of users and groups
";
const EXAMPLE: &str = "\
repoUrl: github.com?owner=acme&repo=shop
name: production
deploymentBranchPolicy:
  protected_branches: false
  custom_branch_policies: true
customBranchPolicyNames: [main, release/*]
environmentVariables:
  REGION: eu-central-1
reviewers: [group:default/platform]
";

pub(super) struct Environment;

impl Action for Environment {
    fn about(&self) -> About {
        About::new(
            "github:environment:create",
            "Makes an environment of a repository on GitHub.",
            schema::fields(INPUT),
        )
        .example("Production, which the platform team opens", EXAMPLE)
        .lenient()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let Ok(place) = Place::of(input, ScmHost::GitHub) else {
            return Ok(vec![undetermined(&self.about(), input)]);
        };
        let calls = calls(&place, Given(input));
        Ok(calls
            .into_iter()
            .map(|call| Effect::HostCall(call).planned())
            .collect())
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let target = Target::on(call, ScmHost::GitHub, &self.about().id).await?;
            let place = target.place();
            let mut calls = calls(&place, call.given());
            if let Some(environment) = calls.first_mut() {
                review(call, &place, environment)?;
            }
            for made in calls {
                call.perform(Effect::HostCall(made)).await?;
            }
            Ok(Outcome::nothing())
        })
    }
}

/// Who must approve is known to GitHub by numbers, which are asked for when it is made.
fn review(call: &ActionCall<'_>, place: &Place, environment: &mut HostCall) -> Result<()> {
    let mut reviewers = Vec::new();
    for (index, written) in call.texts("reviewers").iter().enumerate() {
        let reviewer = EntityRef::parse(written, Some("group"), "default").map_err(|fault| {
            Error::Input(format!(
                "The reviewer “{written}” is no entity ref: {fault}"
            ))
        })?;
        let entity = call.services.catalog.read().entity(reviewer.as_str());
        let entity: Value = entity
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let named = |annotation: &str| {
            let name = entity["metadata"]["annotations"][annotation].as_str();
            let name = name.unwrap_or(reviewer.name());
            name.rsplit('/').next().unwrap_or(name).to_owned()
        };
        let owner = place.repository.owner.clone();
        let (kind, found) = if reviewer.kind() == "user" {
            let login = named("github.com/user-login");
            ("User", reading(["users".to_owned(), login]))
        } else {
            let team = named("github.com/team-slug");
            let path = ["orgs".to_owned(), owner, "teams".to_owned(), team];
            ("Team", reading(path))
        };
        reviewers.push(json!({"type": kind, "id": 0}));
        let place = format!("/reviewers/{index}/id");
        *environment = environment.clone().looking_up(&place, found, "/id");
    }
    if !reviewers.is_empty() {
        environment.call.body["reviewers"] = reviewers.into();
    }
    Ok(())
}

fn calls(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let mut all = vec![environment(place, given)];
    let patterns = [
        ("customBranchPolicyNames", "branch"),
        ("customTagPolicyNames", "tag"),
    ];
    for (key, kind) in patterns {
        for pattern in given.texts(key) {
            all.push(pattern_of(place, given, kind, &pattern));
        }
    }
    for (name, value) in given.map("environmentVariables") {
        let what = format!("Sets the variable {name} of the environment.");
        let body = json!({"name": name, "value": value});
        let call = ApiCall::new(Post, below(place, given, &["variables"])).body(body);
        let found = reading(below(place, given, &["variables", &name]));
        all.push(with_environment(on(place, what, call)).found_by(presence(found)));
    }
    for (name, value) in given.map("secrets") {
        let what = format!("Sets the secret {name} of the environment.");
        let call = ApiCall::new(Put, below(place, given, &["secrets", &name]));
        let mut made = with_environment(on(place, what, call));
        let key = below(place, given, &["secrets", "public-key"]);
        let key = key.into_iter().map(str::to_owned).collect();
        made.boxed = Some((key, Secret::new(value)));
        all.push(made);
    }
    all
}

fn below<'p>(place: &'p Place, given: Given<'p>, rest: &[&'p str]) -> Vec<&'p str> {
    let mut path = path(place, &["environments", given.word("name")]);
    path.extend(rest);
    path
}

fn presence(call: ApiCall) -> FoundBy {
    FoundBy::Presence {
        call,
        there: IfThere::Call,
    }
}

/// What belongs to the environment goes with it.
fn with_environment(call: HostCall) -> HostCall {
    call.goes_with("Goes with the environment.")
}

fn environment(place: &Place, given: Given<'_>) -> HostCall {
    let body = given.renamed(
        "waitTimer=wait_timer preventSelfReview=prevent_self_review deploymentBranchPolicy=deployment_branch_policy",
    );
    let at = below(place, given, &[]);
    let call = ApiCall::new(Put, at.clone()).body(body.into());
    let what = format!("Makes the environment {} of {place}.", given.word("name"));
    on(place, what, call)
        .found_by(presence(reading(at.clone())))
        .taken_back_by("Removes the environment.", ApiCall::new(Delete, at))
}

fn pattern_of(place: &Place, given: Given<'_>, kind: &str, pattern: &str) -> HostCall {
    let rest = ["deployment-branch-policies"];
    let body = json!({"name": pattern, "type": kind});
    let call = ApiCall::new(Post, below(place, given, &rest)).body(body);
    let what = format!("Lets the {kind} {pattern} be deployed to the environment.");
    with_environment(on(place, what, call))
        .keeping("id", "/id")
        .found_by(FoundBy::Item {
            call: reading(below(place, given, &rest)),
            list: "/branch_policies".to_owned(),
            at: "/name".to_owned(),
            value: Some(pattern.into()),
        })
}
