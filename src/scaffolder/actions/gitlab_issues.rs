//! `gitlab:issues:create` and `gitlab:issue:edit`.

use serde_json::Value;

use super::{
    About, Given,
    gitlab_calls::below,
    host_action::{HostAction, first},
    schema,
    target::Place,
};
use crate::{
    entity::ScmHost,
    forge::{
        ApiCall,
        ApiMethod::{Post, Put},
    },
    scaffolder::effects::{FoundBy, HostCall, reading},
};

const ISSUE: &str = r#"
    repoUrl*: string -- The project, or the host alone: gitlab.com?owner=…&repo=…
    token: string -- A token to ask GitLab with, in place of the configured one
    projectId: number | string(minLength 1) -- The project's number or path; default: the one of repoUrl
    title*: string -- What it is called
    assignees: number[] -- Numbers of users who care for it
    confidential: boolean -- Whether only members see it
    description: string(maxLength 1048576) -- What is said, in Markdown
    createdAt: string(pattern "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{3})?Z$") -- When it was opened
    dueDate: string(pattern "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{3})?Z$") -- When it is due
    discussionToResolve: string -- A discussion that it resolves
    epicId: number(minimum 0) -- The number of its epic
    labels: string -- Its labels, with commas between
    issueType: "issue" | "incident" | "test_case" | "task" -- What it is; default: issue
    mergeRequestToResolveDiscussionsOf: number -- A merge request whose discussions it resolves
    milestoneId: number -- The number of its milestone
    weight: number(minimum 0) -- How heavy it is
"#;
const EDIT: &str = r#"
    repoUrl*: string -- The project, or the host alone: gitlab.com?owner=…&repo=…
    token: string -- A token to ask GitLab with, in place of the configured one
    projectId*: number -- The project's number
    issueIid*: number -- The issue's number in the project
    addLabels: string -- Labels it gets besides, with commas between
    assignees: number[] -- Numbers of users who care for it
    confidential: boolean -- Whether only members see it
    description: string(maxLength 1048576) -- What is said, in Markdown
    discussionLocked: boolean -- Whether only members may say something
    dueDate: string(pattern "^\\d{4}-\\d{2}-\\d{2}$") -- When it is due
    epicId: number(minimum 0) -- The number of its epic
    issueType: "issue" | "incident" | "test_case" | "task" -- What it is
    labels: string -- All its labels, with commas between
    milestoneId: number -- The number of its milestone
    removeLabels: string -- Labels it loses, with commas between
    stateEvent: "close" | "reopen" -- Whether it is closed or opened again
    title: string -- What it is called
    updatedAt: string(pattern "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{3})?Z$") -- When it was changed
    weight: number(minimum 0, maximum 10) -- How heavy it is
"#;

pub(super) const CREATE: HostAction = HostAction {
    product: ScmHost::GitLab,
    takes_host: true,
    about: about_create,
    calls: create,
    output: first,
};

pub(super) const CHANGE: HostAction = HostAction {
    product: ScmHost::GitLab,
    takes_host: true,
    about: about_edit,
    calls: edit,
    output: first,
};

fn about_create() -> About {
    About::new(
        "gitlab:issues:create",
        "Opens an issue in a project on GitLab.",
        schema::fields(ISSUE),
    )
    .output(schema::fields(
        "issueUrl*: string -- Its page\nissueId*: number -- Its number\nissueIid*: number -- Its number in the project",
    ))
    .example(
        "Ask for what cannot be done by itself",
        "repoUrl: gitlab.com?owner=acme&repo=shop\ntitle: Give the shop a name\nlabels: question\n",
    )
    .lenient()
}

fn create(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let project = match given.id("projectId") {
        id if id.is_empty() => place.repository.to_string(),
        id => id,
    };
    let title = given.word("title");
    let body = given.renamed(
        "title assignees=assignee_ids confidential description createdAt=created_at dueDate=due_date discussionToResolve=discussion_to_resolve epicId=epic_id labels issueType=issue_type mergeRequestToResolveDiscussionsOf=merge_request_to_resolve_discussions_of milestoneId=milestone_id weight",
    );
    let call = ApiCall::new(Post, below(&project, &["issues"])).body(Value::Object(body));
    let what = format!("Opens the issue “{title}” in {project} on {}.", place.host);
    let closing = ApiCall::new(Put, below(&project, &["issues", "{issueIid}"]));
    vec![
        HostCall::new(&place.host, &place.repository.owner, what, call)
            .keeping("issueUrl", "/web_url")
            .keeping("issueId", "/id")
            .keeping("issueIid", "/iid")
            .found_by(FoundBy::Item {
                call: reading(below(&project, &["issues"])).query("per_page", "100"),
                list: String::new(),
                at: "/title".to_owned(),
                value: Some(title.into()),
            })
            .taken_back_by(
                "Closes the issue.",
                closing.body(serde_json::json!({"state_event": "close"})),
            ),
    ]
}

fn about_edit() -> About {
    About::new(
        "gitlab:issue:edit",
        "Changes an issue of a project on GitLab.",
        schema::fields(EDIT),
    )
    .output(schema::fields(
        "issueUrl*: string -- Its page
        projectId*: number -- The project's number
        issueId*: number -- Its number
        issueIid*: number -- Its number in the project
        state*: string -- opened or closed
        title*: string -- What it is called
        updatedAt*: string -- When it was changed",
    ))
    .example(
        "Close what is done",
        "repoUrl: gitlab.com?owner=acme&repo=shop\nprojectId: 42\nissueIid: 7\nstateEvent: close\n",
    )
    .lenient()
}

fn edit(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let (project, issue) = (given.id("projectId"), given.id("issueIid"));
    let body = given.renamed(
        "addLabels=add_labels assignees=assignee_ids confidential description discussionLocked=discussion_locked dueDate=due_date epicId=epic_id issueType=issue_type labels milestoneId=milestone_id removeLabels=remove_labels stateEvent=state_event title updatedAt=updated_at weight",
    );
    let call = ApiCall::new(Put, below(&project, &["issues", &issue])).body(Value::Object(body));
    let what = format!(
        "Changes the issue {issue} of project {project} on {}.",
        place.host
    );
    let made = HostCall::new(&place.host, &place.repository.owner, what, call)
        .stays("What the issue said before is in its history on GitLab: change it back there.");
    let kept = [
        ("issueUrl", "/web_url"),
        ("projectId", "/project_id"),
        ("issueId", "/id"),
        ("issueIid", "/iid"),
        ("state", "/state"),
        ("title", "/title"),
        ("updatedAt", "/updated_at"),
    ];
    let keep = |made: HostCall, (name, pointer): (&str, &str)| made.keeping(name, pointer);
    vec![kept.into_iter().fold(made, keep)]
}
