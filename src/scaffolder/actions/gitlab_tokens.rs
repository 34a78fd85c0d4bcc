//! `gitlab:projectAccessToken:create`, `gitlab:projectDeployToken:create` and `gitlab:projectVariable:create`.
//!
//! Tokens are told once: the journal keeps them encrypted until the run ends, and logs and pages show stars.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    About, Action, ActionCall, Given, Outcome,
    gitlab_calls::{below, variable},
    host_action::{HostAction, nothing},
    schema,
    target::Place,
};
use crate::{
    entity::ScmHost,
    error::{Error, Result},
    forge::{
        ApiCall,
        ApiMethod::{Delete, Post},
    },
    scaffolder::effects::{Effect, FoundBy, HostCall, Planned, SECRETS},
};

/// Makes a token of a project, of one kind.
pub(super) struct ProjectToken {
    id: &'static str,
    description: &'static str,
    input: &'static str,
    output: &'static str,
    example: &'static str,
    /// What it is called in GitLab's paths.
    segment: &'static str,
    /// The inputs that are sent, and how GitLab calls them.
    sent: &'static str,
    /// What the token is called in the output.
    name: &'static str,
}

pub(super) const ACCESS: ProjectToken = ProjectToken {
    id: "gitlab:projectAccessToken:create",
    description: "Makes an access token of a project on GitLab.",
    input: "
        projectId*: number | string -- The project's number or path
        token: string -- A token to ask GitLab with, in place of the configured one
        name: string -- What it is called
        repoUrl*: string -- The host: gitlab.com?owner=…&repo=…
        accessLevel: number -- What it may do: 10 guest, 20 reporter, 30 developer, 40 maintainer, 50 owner; default: 40
        scopes: string[] -- What for, such as read_api
        expiresAt: string -- Until when, such as 2027-01-31
    ",
    output: "access_token*: string -- The token",
    example: "repoUrl: gitlab.com?owner=acme&repo=shop\nprojectId: ${{ steps.publish.output.projectId }}\nname: deploy\naccessLevel: 30\nscopes: [read_repository]\nexpiresAt: '2027-01-31'\n",
    segment: "access_tokens",
    sent: "name accessLevel=access_level scopes expiresAt=expires_at",
    name: "access_token",
};

pub(super) const DEPLOY: ProjectToken = ProjectToken {
    id: "gitlab:projectDeployToken:create",
    description: "Makes a deploy token of a project on GitLab.",
    input: "
        repoUrl*: string -- The host: gitlab.com?owner=…&repo=…
        token: string -- A token to ask GitLab with, in place of the configured one
        projectId*: number | string -- The project's number or path
        name*: string -- What it is called
        username: string -- The user name that goes with it
        scopes*: string[] -- What for, such as read_registry
    ",
    output: "deploy_token*: string -- The token\nuser*: string -- The user name that goes with it",
    example: "repoUrl: gitlab.com?owner=acme&repo=shop\nprojectId: ${{ steps.publish.output.projectId }}\nname: cluster\nscopes: [read_registry]\n",
    segment: "deploy_tokens",
    sent: "name username scopes",
    name: "deploy_token",
};

impl Action for ProjectToken {
    fn about(&self) -> About {
        About::new(self.id, self.description, schema::fields(self.input))
            .output(schema::fields(self.output))
            .example("For the deployment", self.example)
            .lenient()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let host = Place::named(input, ScmHost::GitLab, true).map(|place| place.host);
        let made = self.call(&host.unwrap_or_default(), Given(input));
        Ok(vec![Effect::HostCall(made).planned()])
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let place = Place::named(call.input, ScmHost::GitLab, true)?;
            place.must_be_of(call, ScmHost::GitLab, self.id)?;
            let made = self.call(&place.host, call.given());
            let made = call.perform(Effect::HostCall(made)).await?;
            if call.journal.is_none() {
                return Ok(Outcome::nothing());
            }
            let token = &made[SECRETS]["token"];
            if !token.is_string() {
                return Err(Error::Conflict(
                    "The token that was made is not known any more. Remove it on GitLab, then make another."
                        .to_owned(),
                ));
            }
            let mut output = json!({});
            output[self.name] = token.clone();
            if made["username"].is_string() {
                output["user"] = made["username"].clone();
            }
            Ok(Outcome::output(output))
        })
    }
}

impl ProjectToken {
    fn call(&self, host: &str, given: Given<'_>) -> HostCall {
        let project = given.id("projectId");
        let mut body = Value::Object(given.renamed(self.sent));
        if self.segment == "access_tokens" && body["access_level"].is_null() {
            body["access_level"] = 40.into();
        }
        let call = ApiCall::new(Post, below(&project, &[self.segment])).body(body);
        let removal = ApiCall::new(Delete, below(&project, &[self.segment, "{id}"]));
        let what = format!("Makes a token of project {project} on {host}.");
        let mut made = HostCall::new(host, "", what, call)
            .keeping("id", "/id")
            .keeping("username", "/username")
            .found_by(FoundBy::Asking)
            .taken_back_by("Removes the token.", removal);
        made.kept_secret
            .insert("token".to_owned(), "/token".to_owned());
        made
    }
}

pub(super) const VARIABLE: HostAction = HostAction {
    product: ScmHost::GitLab,
    takes_host: true,
    about: about_variable,
    calls: variables,
    output: nothing,
};

fn about_variable() -> About {
    let input = r#"
        repoUrl*: string -- The host: gitlab.com?owner=…&repo=…
        token: string -- A token to ask GitLab with, in place of the configured one
        projectId*: number | string -- The project's number or path
        key*: string(pattern "^[A-Za-z0-9_]{1,255}$") -- What it is called
        value*: string -- Its value
        variableType*: string -- env_var or file
        variableProtected: boolean = false -- Whether only protected branches see it
        masked: boolean = false -- Whether logs do not show it
        maskedAndHidden: boolean = false -- Whether nobody can read it any more, either
        raw: boolean = false -- Whether $ in it is no reference to another
        environmentScope: string = "*" -- Which environments see it
    "#;
    About::new(
        "gitlab:projectVariable:create",
        "Makes a variable of the pipelines of a project on GitLab.",
        schema::fields(input),
    )
    .example(
        "A token for the pipeline",
        "repoUrl: gitlab.com?owner=acme&repo=shop\nprojectId: ${{ steps.publish.output.projectId }}\nkey: DEPLOY_TOKEN\nvalue: ${{ steps.token.output.access_token }}\nvariableType: env_var\nmasked: true\n",
    )
    .lenient()
}

fn variables(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let (project, key) = (given.id("projectId"), given.word("key"));
    let body = given.renamed(
        "key variableType=variable_type variableProtected=protected masked maskedAndHidden=masked_and_hidden raw environmentScope=environment_scope",
    );
    let scope = given.text("environmentScope").unwrap_or("*");
    let removal = ApiCall::new(Delete, below(&project, &["variables", key]))
        .query("filter[environment_scope]", scope);
    vec![
        variable(place, &project, body.into(), given.word("value"))
            .taken_back_by("Removes the variable.", removal),
    ]
}
