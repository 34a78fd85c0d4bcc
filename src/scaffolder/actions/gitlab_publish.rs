//! `publish:gitlab`: a project on GitLab with everything that is said of it.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    About, Action, ActionCall, Given, Outcome, Right, committing,
    gitlab_calls::{self, on},
    host_action::undetermined,
    publish, schema,
    target::{Place, Target},
};
use crate::{
    entity::ScmHost,
    error::Result,
    forge::{
        ApiCall,
        ApiMethod::{Post, Put},
        GitHost,
    },
    scaffolder::{
        effects::{Effect, FoundBy, HostCall, IfThere, Planned, reading},
        run::StepJournal,
    },
};

/// The branch that counts where the template does not say, as in Backstage.
const BRANCH: &str = "master";
/// GitLab's number of the right of owners.
const OWNER: u32 = 50;

const INPUT: &str = r#"
    repoUrl*: string -- The project: gitlab.com?owner=…&repo=…
    repoVisibility: "private" | "public" | "internal" -- Who sees it (deprecated: settings.visibility)
    defaultBranch: string -- The branch that counts; default: master
    gitCommitMessage: string -- What the first commit says
    gitAuthorName: string -- Who wrote it
    gitAuthorEmail: string -- And their address
    signCommit: boolean -- Not honoured: the host makes the commit
    sourcePath: string | boolean -- The folder of the workspace that is published; default: all of it, false: nothing
    skipExisting: boolean -- Whether a project that is there is left as it is
    token: string -- A token to ask GitLab with, in place of the configured one
    setUserAsOwner: boolean -- Whether the user of the token owns it
    ownerUsername: string -- Who owns it
    topics: string[] -- Words it is found by (deprecated: settings.topics)
    settings: {name: string, path: string, auto_devops_enabled: boolean, ci_config_path: string, description: string, merge_method: "merge" | "rebase_merge" | "ff", squash_option: "default_off" | "default_on" | "never" | "always", topics: string[], visibility: "private" | "public" | "internal", only_allow_merge_if_all_discussions_are_resolved: boolean, only_allow_merge_if_pipeline_succeeds: boolean, allow_merge_on_skipped_pipeline: boolean} -- Its settings, in GitLab's words
    branches: {name*: string, protect: boolean, create: boolean, ref: string}[] -- Branches to make and to protect
    projectVariables: {key*: string, value*: string, description: string, variable_type: "env_var" | "file", protected: boolean, masked: boolean, masked_and_hidden: boolean, raw: boolean, environment_scope: string}[] -- Variables of its pipelines
"#;
const OUTPUT: &str = "
    remoteUrl*: string -- Where it is cloned
    repoContentsUrl*: string -- Where its files are seen
    projectId*: number -- Its number
    commitHash*: string -- The first commit
    created*: boolean -- Whether it was made
";
const EXAMPLE: &str = "\
repoUrl: gitlab.com?owner=acme&repo=shop
defaultBranch: main
settings:
  visibility: internal
  squash_option: always
branches:
  - name: develop
    ref: main
    create: true
    protect: true
projectVariables:
  - key: REGION
    value: eu-central-1
";

pub(super) struct PublishGitLab;

impl Action for PublishGitLab {
    fn about(&self) -> About {
        About::new(
            "publish:gitlab",
            "Makes a project of the workspace's files on GitLab, honouring .gitignore.",
            schema::fields(INPUT),
        )
        .output(schema::fields(OUTPUT))
        .example(
            "Publish it, with a protected branch for development",
            EXAMPLE,
        )
        .not_honouring("signCommit", publish::NOT_SIGNED)
        .lenient()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let given = Given(input);
        let Ok(place) = place(input) else {
            return Ok(vec![undetermined(&self.about(), input)]);
        };
        let mut all = vec![publish::planned(&place)];
        let calls = before_files(&place, given)
            .into_iter()
            .chain(behind_files(&place, given));
        all.extend(calls.map(|call| Effect::HostCall(call).planned()));
        Ok(all)
    }

    fn rights(&self, input: &Value) -> Vec<Right> {
        // What is there need not be made.
        if input["skipExisting"] == true {
            Vec::new()
        } else {
            vec![Right::Create]
        }
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let mut target = Target::on(call, ScmHost::GitLab, "publish:gitlab").await?;
            target.repository = place(call.input)?.repository;
            if let Some(output) = there(call, &target).await? {
                return Ok(Outcome::output(output));
            }
            made_and_set(call, &target).await.map(Outcome::output)
        })
    }
}

async fn made_and_set(call: &ActionCall<'_>, target: &Target) -> Result<Value> {
    let (place, given) = (target.place(), call.given());
    let branch = branch(given);
    let has_files = call.input["sourcePath"] != false;
    let files = if has_files {
        committing::some_files(call).await?
    } else {
        Vec::new()
    };
    let made = publish::make(call, target, branch).await?;
    for made in before_files(&place, given) {
        call.perform(Effect::HostCall(made)).await?;
    }
    own(call, target).await?;
    let mut output = publish::output(call, target, branch, &made);
    if has_files {
        let description = Some(Given(&call.input["settings"]).word("description"));
        let committed = publish::first_commit(call, target, branch, files, description).await?;
        output["commitHash"] = committed["commit"].clone();
    }
    for made in behind_files(&place, given) {
        call.perform(Effect::HostCall(made)).await?;
    }
    output["projectId"] = number(&made["hostId"]);
    output["created"] = true.into();
    Ok(output)
}

/// The project that is made: its path may be given apart from the name in `repoUrl`.
fn place(input: &Value) -> Result<Place> {
    let mut place = Place::of(input, ScmHost::GitLab)?;
    if let Some(path) = Given(&input["settings"]).text("path") {
        path.clone_into(&mut place.repository.name);
    }
    Ok(place)
}

fn branch(given: Given<'_>) -> &str {
    given.text("defaultBranch").unwrap_or(BRANCH)
}

fn number(host_id: &Value) -> Value {
    let number = host_id.as_str().and_then(|id| id.parse::<u64>().ok());
    number.into()
}

/// The output for a project that is there already and is to be left as it is.
async fn there(call: &ActionCall<'_>, target: &Target) -> Result<Option<Value>> {
    let is_made_here = call.journal.is_some_and(StepJournal::has_begun);
    if call.flag("skipExisting") != Some(true) || is_made_here {
        return Ok(None);
    }
    let Some(found) = target.forge.repository(&target.repository).await? else {
        return Ok(None);
    };
    call.log.info(&format!(
        "{} is there already, and is left as it is.",
        target.place()
    ));
    let made = json!({ "cloneUrl": found.clone_url });
    let mut output = publish::output(call, target, branch(call.given()), &made);
    output["projectId"] = number(&found.host_id.into());
    output["created"] = false.into();
    Ok(Some(output))
}

/// What is set before there are files: what GitLab calls settings.
fn before_files(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let settings = given.object("settings").cloned().unwrap_or_default();
    let mut settings: Value = settings
        .into_iter()
        .filter(|(key, _)| key != "path")
        .collect();
    let topics = given.texts("topics");
    if settings["topics"].is_null() && !topics.is_empty() {
        settings["topics"] = topics.into();
    }
    if settings.as_object().is_none_or(serde_json::Map::is_empty) {
        return Vec::new();
    }
    let what = format!("Changes the settings of {place}.");
    vec![on(place, what, Put, &[], settings)]
}

/// Branches and variables: they need a commit, or are of use only behind one.
fn behind_files(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let mut all = Vec::new();
    for branch in given.list("branches") {
        let branch = Given(branch);
        let name = branch.word("name");
        if branch.flag("create") == Some(true) {
            let from = branch.text("ref").unwrap_or(BRANCH);
            let what = format!("Makes the branch {name} of {place}.");
            let body = json!({"branch": name, "ref": from});
            let rest = ["repository", "branches"];
            all.push(
                on(place, what, Post, &rest, body).found_by(FoundBy::Presence {
                    call: reading(gitlab_calls::path(place, &["repository", "branches", name])),
                    there: IfThere::Nothing,
                }),
            );
        }
        if branch.flag("protect") == Some(true) {
            let what = format!("Protects the branch {name} of {place}.");
            let rest = ["protected_branches"];
            all.push(
                on(place, what, Post, &rest, json!({ "name": name })).found_by(FoundBy::Presence {
                    call: reading(gitlab_calls::path(place, &["protected_branches", name])),
                    there: IfThere::Nothing,
                }),
            );
        }
    }
    for variable in given.list("projectVariables") {
        let body = Given(variable).renamed(
            "key description variable_type protected masked masked_and_hidden raw environment_scope",
        );
        let value = Given(variable).word("value");
        all.push(gitlab_calls::variable(
            place,
            &place.repository.to_string(),
            body.into(),
            value,
        ));
    }
    all
}

/// Makes the user of the token, or one who is named, an owner. The configured token does it.
async fn own(call: &ActionCall<'_>, target: &Target) -> Result<()> {
    let place = target.place();
    let member = |who: &str| {
        let what = format!("Makes {who} an owner of {place}.");
        let body = json!({"user_id": 0, "access_level": OWNER});
        let mut made = on(&place, what, Post, &["members"], body);
        made.by_integration = true;
        made
    };
    if call.flag("setUserAsOwner") == Some(true) {
        let call_user = ApiCall::new(crate::forge::ApiMethod::Get, ["user"]);
        let user = target.forge.api("", &call_user).await?;
        let mut made = member(user["username"].as_str().unwrap_or("the user of the token"));
        made.call.body["user_id"] = user["id"].clone();
        let path = gitlab_calls::path(&place, &["members", &user["id"].to_string()]);
        let made = made.found_by(FoundBy::Presence {
            call: reading(path),
            there: IfThere::Nothing,
        });
        call.perform(Effect::HostCall(made)).await?;
    }
    if let Some(name) = call.text("ownerUsername") {
        let found = reading(["users"]).query("username", name);
        let path = gitlab_calls::path(&place, &["members"]);
        let made = member(name)
            .looking_up("/user_id", found, "/0/id")
            .found_by(FoundBy::Item {
                call: reading(path).query("query", name),
                list: String::new(),
                at: "/username".to_owned(),
                value: Some(name.into()),
            });
        call.perform(Effect::HostCall(made)).await?;
    }
    Ok(())
}
