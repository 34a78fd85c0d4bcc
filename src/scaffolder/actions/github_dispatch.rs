//! `github:actions:dispatch`: a workflow is started. At most once: GitHub tells nobody who started what.

use serde_json::{Value, json};

use super::{
    About, Given,
    github_settings::{on, path},
    host_action::{HostAction, first},
    schema,
    target::Place,
};
use crate::{
    entity::ScmHost,
    forge::{ApiCall, ApiMethod::Post},
    scaffolder::effects::{FoundBy, HostCall},
};

const INPUT: &str = "
    repoUrl*: string -- The repository: github.com?owner=…&repo=…
    workflowId*: string -- The workflow: its number, or the name of its file
    branchOrTagName*: string -- The branch or tag it runs on
    workflowInputs: {*: string} -- What it is given
    returnWorkflowRunDetails: boolean -- Whether GitHub is asked which run it was
    token: string -- A token to ask GitHub with, in place of the configured one
";
const OUTPUT: &str = "
    workflowRunId: number -- The number of the run
    workflowRunUrl: string -- Its address in the API
    workflowRunHtmlUrl: string -- Its page
";

pub(super) const ACTION: HostAction = HostAction {
    product: ScmHost::GitHub,
    takes_host: false,
    about,
    calls,
    output: first,
};

fn about() -> About {
    About::new(
        "github:actions:dispatch",
        "Starts a workflow of GitHub Actions.",
        schema::fields(INPUT),
    )
    .output(schema::fields(OUTPUT))
    .example(
        "Deploy what was merged",
        "repoUrl: github.com?owner=acme&repo=shop\nworkflowId: deploy.yaml\nbranchOrTagName: main\nworkflowInputs:\n  environment: test\n",
    )
    .lenient()
}

fn calls(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let workflow = given.word("workflowId");
    let mut body =
        json!({"ref": given.word("branchOrTagName"), "inputs": given.map("workflowInputs")});
    if let Some(details) = given.flag("returnWorkflowRunDetails") {
        body["return_run_details"] = Value::Bool(details);
    }
    let rest = ["actions", "workflows", workflow, "dispatches"];
    let call = ApiCall::new(Post, path(place, &rest)).body(body);
    vec![
        on(
            place,
            format!("Starts the workflow {workflow} of {place}."),
            call,
        )
        .found_by(FoundBy::Asking)
        .stays("A workflow that was started has done what it does.")
        .keeping("workflowRunId", "/workflow_run_id")
        .keeping("workflowRunUrl", "/run_url")
        .keeping("workflowRunHtmlUrl", "/html_url"),
    ]
}
