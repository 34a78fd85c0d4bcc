//! `gitlab:pipeline:trigger`: a pipeline is started. At most once: GitLab tells nobody who started what.

use serde_json::{Value, json};

use super::{
    About, Given,
    gitlab_calls::below,
    host_action::{HostAction, first},
    schema,
    target::Place,
};
use crate::{
    entity::ScmHost,
    forge::{ApiCall, ApiMethod::Post},
    scaffolder::effects::{FoundBy, HostCall},
};

pub(super) const ACTION: HostAction = HostAction {
    product: ScmHost::GitLab,
    takes_host: true,
    about,
    calls,
    output: first,
};

fn about() -> About {
    let input = "
        repoUrl*: string -- The host: gitlab.com?owner=…&repo=…
        token: string -- A token to ask GitLab with, in place of the configured one
        projectId*: number -- The project's number
        tokenDescription*: string -- Not used: no trigger token is made
        branch*: string -- The branch it runs on
        variables: {*: string} -- Variables it sees
    ";
    About::new(
        "gitlab:pipeline:trigger",
        "Starts a pipeline of a project on GitLab.",
        schema::fields(input),
    )
    .output(schema::fields("pipelineUrl*: string -- Its page"))
    .example(
        "Deploy what was merged",
        "repoUrl: gitlab.com?owner=acme&repo=shop\nprojectId: 42\ntokenDescription: deployment\nbranch: main\n",
    )
    .lenient()
}

fn calls(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let (project, branch) = (given.id("projectId"), given.word("branch"));
    let variable = |(key, value)| json!({"key": key, "value": value});
    let variables: Vec<Value> = given.map("variables").into_iter().map(variable).collect();
    let body = json!({"ref": branch, "variables": variables});
    let call = ApiCall::new(Post, below(&project, &["pipeline"])).body(body);
    let what = format!("Starts a pipeline of project {project} on {}.", place.host);
    vec![
        HostCall::new(&place.host, &place.repository.owner, what, call)
            .keeping("pipelineUrl", "/web_url")
            .found_by(FoundBy::Asking)
            .stays("A pipeline that was started has done what it does."),
    ]
}
