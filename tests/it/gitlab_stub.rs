//! GitLab as its documentation says it answers. A stub: no real GitLab was asked.

use callboard::{
    clock::Clock,
    config::Secret,
    entity::ScmHost,
    forge::{
        Access, CommitId, CommitStatus, FileChange, FileRead, Forge, ForgeErrorKind, GitHost,
        Grantee, Merge, NewCommit, NewPullRequest, NewRepository, NewWebhook, Person,
        PipelineState, PipelineTrigger, Protection, PullRequestChange, PullRequestState,
        RepositoryChange, RepositoryId, RunFilter, StatusState, Variable, Visibility, Written,
    },
};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path, query_param},
};

use crate::support::{
    START,
    hosts::{answer, asked, body_of, forge, integration, json_of, token},
};

const SHA: &str = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
const AT: &str = "/projects/acme%2Fteam%2Fshop";

fn shop() -> RepositoryId {
    RepositoryId::new("acme/team", "shop")
}

fn gitlab(server: &MockServer) -> Forge {
    let integration = integration(ScmHost::GitLab, &server.uri(), &[token("a-token")]);
    forge(&integration, &Clock::fixed(START))
}

fn at(rest: &str) -> String {
    format!("{AT}/{rest}")
}

fn project() -> Value {
    json!({
        "id": 3, "path": "shop", "namespace": { "full_path": "acme/team" },
        "web_url": "https://gitlab.com/acme/team/shop",
        "http_url_to_repo": "https://gitlab.com/acme/team/shop.git",
        "default_branch": "main", "visibility": "internal", "topics": ["a"],
    })
}

fn commit() -> Value {
    json!({
        "id": SHA, "parent_ids": [], "message": "One", "author_name": "Ana", "author_email": "a@b.example",
        "committer_name": "Bo", "committer_email": "b@b.example", "authored_date": "2026-01-01T00:00:00.000+01:00",
    })
}

fn merge_request(state: &str, status: &str) -> Value {
    json!({
        "iid": 4, "web_url": "https://gitlab.com/x", "title": "Add", "description": "So", "state": state,
        "detailed_merge_status": status, "source_branch": "feature/x", "sha": SHA, "target_branch": "main",
        "merge_commit_sha": "c9", "author": { "username": "ana" },
    })
}

#[tokio::test]
async fn a_stub_of_gitlab_is_read() {
    let server = MockServer::start().await;
    answer(&server, "GET", AT, json_of(200, project())).await;
    answer(
        &server,
        "GET",
        &at("repository/commits/feature%2Fx"),
        json_of(200, commit()),
    )
    .await;
    let file = ResponseTemplate::new(200)
        .set_body_string("a")
        .insert_header("etag", "W/\"1\"");
    let raw = at("repository/files/docs%2Fa.md/raw");
    Mock::given(path(raw.as_str()))
        .and(header("if-none-match", "W/\"1\""))
        .respond_with(ResponseTemplate::new(304))
        .with_priority(1)
        .mount(&server)
        .await;
    answer(&server, "GET", &raw, file).await;
    let gitlab = gitlab(&server);
    let found = gitlab
        .repository(&shop())
        .await
        .expect("asked")
        .expect("there");
    assert_eq!((found.id, found.visibility), (shop(), Visibility::Internal));
    let found = gitlab
        .commit(&shop(), "feature/x")
        .await
        .expect("asked")
        .expect("there");
    assert_eq!(
        (found.author.name.as_str(), found.committer.name.as_str()),
        ("Ana", "Bo")
    );
    assert_eq!(gitlab.commit(&shop(), "other").await.expect("asked"), None);
    let read = gitlab
        .read_file(&shop(), "main", "docs/a.md", None)
        .await
        .expect("read");
    let FileRead::Found(file) = read else {
        panic!("it was not read before");
    };
    let again = gitlab
        .read_file(&shop(), "main", "docs/a.md", file.etag.as_deref())
        .await;
    assert_eq!(again.expect("asked"), FileRead::NotModified);
}

#[tokio::test]
async fn a_tree_of_a_stub_of_gitlab_is_read_page_by_page() {
    let server = MockServer::start().await;
    let entry =
        |path: &str, mode: &str| json!({ "id": path, "type": "blob", "path": path, "mode": mode });
    let place = at("repository/tree");
    let link = format!(
        "<{}{place}?page_token=t2&per_page=100>; rel=\"next\", <x>; rel=\"first\"",
        server.uri()
    );
    Mock::given(path(place.as_str()))
        .and(query_param("page_token", "t2"))
        .respond_with(json_of(200, json!([entry("a.sh", "100755")])))
        .with_priority(1)
        .expect(1)
        .mount(&server)
        .await;
    let folder = json!({ "id": "f", "type": "tree", "path": "docs", "mode": "040000" });
    let first = json_of(200, json!([entry("b.md", "100644"), folder]));
    answer(
        &server,
        "GET",
        &place,
        first.insert_header("link", link.as_str()),
    )
    .await;
    let tree = gitlab(&server).tree(&shop(), SHA).await.expect("a tree");
    let paths: Vec<&str> = tree
        .entries
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    assert_eq!(paths, ["a.sh", "b.md"]);
    assert!(!tree.is_truncated);
}

#[tokio::test]
async fn projects_of_a_stub_of_gitlab_are_made_and_changed() {
    let server = MockServer::start().await;
    answer(
        &server,
        "GET",
        "/namespaces/acme%2Fteam",
        json_of(200, json!({ "id": 8 })),
    )
    .await;
    let taken = json_of(
        400,
        json!({ "message": { "path": ["has already been taken"] } }),
    );
    Mock::given(method("POST"))
        .and(path("/projects"))
        .respond_with(json_of(201, project()))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    answer(&server, "POST", "/projects", taken).await;
    answer(&server, "POST", &at("archive"), json_of(201, project())).await;
    answer(&server, "PUT", AT, json_of(200, project())).await;
    answer(&server, "GET", AT, json_of(200, project())).await;
    answer(&server, "DELETE", AT, json_of(202, json!({}))).await;
    let gitlab = gitlab(&server);
    let new = NewRepository {
        id: shop(),
        description: "Sells".to_owned(),
        visibility: Visibility::Internal,
        default_branch: Some("trunk".to_owned()),
        with_readme: true,
        project: None,
    };
    gitlab.create_repository(&new).await.expect("made");
    let body = body_of(&server, "POST", "/projects").await;
    assert_eq!(body.get("namespace_id"), Some(&json!(8)));
    assert_eq!(body.get("default_branch"), Some(&json!("trunk")));
    let fault = gitlab.create_repository(&new).await.expect_err("taken");
    assert_eq!(fault.kind, ForgeErrorKind::Conflict, "{fault}");
    let change = RepositoryChange {
        archived: Some(true),
        has_wiki: Some(false),
        allow_squash_merge: Some(false),
        ..RepositoryChange::default()
    };
    gitlab
        .update_repository(&shop(), &change)
        .await
        .expect("changed");
    let body = body_of(&server, "PUT", AT).await;
    assert_eq!(
        body,
        json!({ "wiki_access_level": "disabled", "squash_option": "never" })
    );
    gitlab.delete_repository(&shop()).await.expect("deleted");
}

fn new_commit(files: Vec<(&str, Written)>) -> NewCommit {
    let file = |(path, written): (&str, Written)| FileChange {
        path: path.to_owned(),
        written,
    };
    NewCommit {
        branch: "feature/x".to_owned(),
        new_branch_from: Some("main".to_owned()),
        expected_parent: Some(CommitId(SHA.to_owned())),
        message: "Change".to_owned(),
        author: Some(Person {
            name: "Ana".to_owned(),
            email: "a@b.example".to_owned(),
        }),
        committer: None,
        at: None,
        files: files.into_iter().map(file).collect(),
    }
}

/// A GitLab with the branch `main`, which has `a.md`, to which can be committed.
async fn writable() -> MockServer {
    let server = MockServer::start().await;
    let branch = json!({ "name": "main", "commit": { "id": SHA }, "protected": true });
    answer(
        &server,
        "GET",
        &at("repository/branches/main"),
        json_of(200, branch),
    )
    .await;
    let known = ResponseTemplate::new(200)
        .insert_header("x-gitlab-blob-id", "b1")
        .insert_header("x-gitlab-last-commit-id", "c1");
    answer(&server, "HEAD", &at("repository/files/a.md"), known).await;
    answer(
        &server,
        "POST",
        &at("repository/commits"),
        json_of(201, commit()),
    )
    .await;
    server
}

fn update(blob: Option<&str>) -> Written {
    Written::Update {
        content: "b".into(),
        replaces: blob.map(str::to_owned),
    }
}

#[tokio::test]
async fn many_files_are_committed_at_once_to_a_stub_of_gitlab() {
    let server = writable().await;
    let gitlab = gitlab(&server);
    let files = vec![
        ("a.md", update(Some("b1"))),
        ("b.md", update(None)),
        ("c.md", Written::Create("c".into())),
    ];
    gitlab
        .commit_files(&shop(), &new_commit(files))
        .await
        .expect("made");
    let body = body_of(&server, "POST", &at("repository/commits")).await;
    assert_eq!(body.get("start_sha"), Some(&json!(SHA)));
    assert_eq!(
        body.get("actions"),
        Some(&json!([
            { "action": "update", "file_path": "a.md", "content": "Yg==", "encoding": "base64", "last_commit_id": "c1" },
            { "action": "create", "file_path": "b.md", "content": "Yg==", "encoding": "base64" },
            { "action": "create", "file_path": "c.md", "content": "Yw==", "encoding": "base64" },
        ]))
    );
}

#[tokio::test]
async fn what_changed_in_between_is_a_conflict_on_a_stub_of_gitlab() {
    let server = writable().await;
    let gitlab = gitlab(&server);
    let stale = new_commit(vec![("a.md", update(Some("b0")))]);
    let fault = gitlab
        .commit_files(&shop(), &stale)
        .await
        .expect_err("changed");
    assert_eq!(fault.kind, ForgeErrorKind::Conflict);
    let gone = new_commit(vec![("b.md", Written::Delete)]);
    let fault = gitlab
        .commit_files(&shop(), &gone)
        .await
        .expect_err("not there");
    assert_eq!(fault.kind, ForgeErrorKind::NotFound);
    let mut moved = new_commit(vec![("c.md", Written::Create("c".into()))]);
    moved.expected_parent = Some(CommitId("0".repeat(40)));
    let fault = gitlab
        .commit_files(&shop(), &moved)
        .await
        .expect_err("moved on");
    assert_eq!(fault.kind, ForgeErrorKind::Conflict);
}

#[tokio::test]
async fn a_project_of_a_stub_of_gitlab_is_made_of_the_files_of_another() {
    let server = MockServer::start().await;
    let template = "/projects/acme%2Ftemplate";
    let mut of_template = project();
    of_template["path"] = json!("template");
    answer(&server, "GET", template, json_of(200, of_template)).await;
    answer(
        &server,
        "GET",
        &format!("{template}/repository/commits/main"),
        json_of(200, commit()),
    )
    .await;
    let entry = json!([{ "id": "b1", "type": "blob", "path": "run.sh", "mode": "100755" }]);
    answer(
        &server,
        "GET",
        &format!("{template}/repository/tree"),
        json_of(200, entry),
    )
    .await;
    let raw = ResponseTemplate::new(200).set_body_string("x");
    answer(
        &server,
        "GET",
        &format!("{template}/repository/blobs/b1/raw"),
        raw,
    )
    .await;
    answer(
        &server,
        "GET",
        "/namespaces/acme%2Fteam",
        json_of(200, json!({ "id": 8 })),
    )
    .await;
    answer(&server, "POST", "/projects", json_of(201, project())).await;
    answer(
        &server,
        "POST",
        &at("repository/commits"),
        json_of(201, commit()),
    )
    .await;
    answer(&server, "GET", AT, json_of(200, project())).await;
    let new = NewRepository {
        id: shop(),
        description: String::new(),
        visibility: Visibility::Private,
        default_branch: None,
        with_readme: false,
        project: None,
    };
    let template = RepositoryId::new("acme", "template");
    gitlab(&server)
        .create_from_template(&template, &new)
        .await
        .expect("made");
    let body = body_of(&server, "POST", &at("repository/commits")).await;
    assert_eq!(body.pointer("/actions/0/action"), Some(&json!("chmod")));
}

#[tokio::test]
async fn a_merge_request_of_a_stub_of_gitlab_is_opened() {
    let server = MockServer::start().await;
    let all = at("merge_requests");
    answer(
        &server,
        "GET",
        "/users",
        json_of(200, json!([{ "id": 11, "username": "ana" }])),
    )
    .await;
    answer(
        &server,
        "POST",
        &all,
        json_of(201, merge_request("opened", "checking")),
    )
    .await;
    let gitlab = gitlab(&server);
    let new = NewPullRequest {
        title: "Add".to_owned(),
        head: "feature/x".to_owned(),
        base: "main".to_owned(),
        draft: true,
        reviewers: vec!["ana".to_owned()],
        ..NewPullRequest::default()
    };
    let made = gitlab
        .create_pull_request(&shop(), &new)
        .await
        .expect("opened");
    assert_eq!((made.number, made.is_mergeable), (4, None));
    let body = body_of(&server, "POST", &all).await;
    assert_eq!(body.get("title"), Some(&json!("Draft: Add")));
    assert_eq!(body.get("reviewer_ids"), Some(&json!([11])));
}

#[tokio::test]
async fn merge_requests_of_a_stub_of_gitlab_are_found_and_closed() {
    let server = MockServer::start().await;
    let (all, one) = (at("merge_requests"), at("merge_requests/4"));
    let closed = merge_request("closed", "not_open");
    answer(&server, "GET", &all, json_of(200, json!([closed]))).await;
    answer(&server, "PUT", &one, json_of(200, closed)).await;
    let gitlab = gitlab(&server);
    let found = gitlab
        .pull_requests_of(&shop(), "feature/x")
        .await
        .expect("listed");
    assert_eq!(found[0].state, PullRequestState::Closed);
    let change = PullRequestChange {
        open: Some(false),
        ..PullRequestChange::default()
    };
    gitlab
        .update_pull_request(&shop(), 4, &change)
        .await
        .expect("closed");
    assert_eq!(
        body_of(&server, "PUT", &one).await,
        json!({ "state_event": "close" })
    );
}

#[tokio::test]
async fn a_merge_request_of_a_stub_of_gitlab_is_merged_once_it_can_be() {
    let server = MockServer::start().await;
    let one = at("merge_requests/4");
    Mock::given(method("GET"))
        .and(path(one.as_str()))
        .respond_with(json_of(200, merge_request("opened", "checking")))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let mergeable = json_of(200, merge_request("opened", "mergeable"));
    answer(&server, "GET", &one, mergeable).await;
    let merged = json_of(200, merge_request("merged", "not_open"));
    answer(&server, "PUT", &format!("{one}/merge"), merged).await;
    let gitlab = gitlab(&server);
    let merge = Merge {
        expected_head: Some(CommitId(SHA.to_owned())),
        ..Merge::default()
    };
    let merged = gitlab
        .merge_pull_request(&shop(), 4, &merge)
        .await
        .expect("merged");
    assert_eq!(merged.state, PullRequestState::Merged);
    assert_eq!(merged.merge_commit, Some(CommitId("c9".to_owned())));
}

#[tokio::test]
async fn what_a_stub_of_gitlab_notes_itself_is_no_comment() {
    let server = MockServer::start().await;
    let note = |system: bool| json!({ "id": 1, "body": "Well", "author": { "username": "ana" }, "system": system });
    let notes = json_of(200, json!([note(true), note(false)]));
    answer(&server, "GET", &at("merge_requests/4/notes"), notes).await;
    let said = gitlab(&server).comments(&shop(), 4).await.expect("listed");
    assert_eq!(said.len(), 1);
}

/// A GitLab that knows the user `ana` and the group `acme/ops`.
async fn with_people() -> MockServer {
    let server = MockServer::start().await;
    answer(
        &server,
        "GET",
        "/users",
        json_of(200, json!([{ "id": 11, "username": "ana" }])),
    )
    .await;
    answer(
        &server,
        "GET",
        "/users/11",
        json_of(200, json!({ "id": 11, "username": "ana" })),
    )
    .await;
    let group = json!({ "id": 21, "full_path": "acme/ops", "project_creation_level": "developer" });
    answer(&server, "GET", "/groups/acme%2Fops", json_of(200, group)).await;
    server
}

#[tokio::test]
async fn a_group_of_a_stub_of_gitlab_says_who_may_make_projects() {
    let server = with_people().await;
    answer(
        &server,
        "GET",
        "/user",
        json_of(200, json!({ "id": 1, "username": "portal" })),
    )
    .await;
    answer(
        &server,
        "GET",
        "/groups/21/members/all/1",
        json_of(200, json!({ "access_level": 30 })),
    )
    .await;
    let gitlab = gitlab(&server);
    assert!(gitlab.can_create_in("acme/ops").await.expect("asked"));
    assert!(!gitlab.can_create_in("elsewhere").await.expect("asked"));
}

#[tokio::test]
async fn rights_to_a_project_of_a_stub_of_gitlab_are_set() {
    let server = with_people().await;
    answer(&server, "POST", &at("members"), json_of(201, json!({}))).await;
    answer(&server, "POST", &at("share"), json_of(201, json!({}))).await;
    let members = json!([{ "username": "ana", "access_level": 40 }]);
    answer(&server, "GET", &at("members"), json_of(200, members)).await;
    let mut shared = project();
    shared["shared_with_groups"] =
        json!([{ "group_full_path": "acme/ops", "group_access_level": 30 }]);
    answer(&server, "GET", AT, json_of(200, shared)).await;
    let gitlab = gitlab(&server);
    let (user, team) = (
        Grantee::User("ana".to_owned()),
        Grantee::Team("acme/ops".to_owned()),
    );
    gitlab
        .set_access(&shop(), &user, Access::Maintain)
        .await
        .expect("set");
    gitlab
        .set_access(&shop(), &team, Access::Write)
        .await
        .expect("set");
    assert_eq!(
        body_of(&server, "POST", &at("members")).await,
        json!({ "user_id": 11, "access_level": 40 })
    );
    assert_eq!(
        body_of(&server, "POST", &at("share")).await,
        json!({ "group_id": 21, "group_access": 30 })
    );
    let found = gitlab.collaborators(&shop()).await.expect("listed");
    let rights: Vec<Access> = found.iter().map(|found| found.access).collect();
    assert_eq!(rights, [Access::Maintain, Access::Write]);
}

#[tokio::test]
async fn rules_of_a_branch_of_a_stub_of_gitlab_are_made_anew() {
    let server = with_people().await;
    let rules =
        json!({ "name": "main", "push_access_levels": [{ "access_level": 40, "user_id": 11 }] });
    let place = at("protected_branches");
    answer(&server, "POST", &place, json_of(201, rules)).await;
    let gitlab = gitlab(&server);
    let user = Grantee::User("ana".to_owned());
    let rules = Protection {
        branch: "main".to_owned(),
        may_push: vec![user.clone()],
        required_approvals: 2,
        ..Protection::default()
    };
    let set = gitlab.protect_branch(&shop(), &rules).await.expect("set");
    assert_eq!((set.may_push, set.required_approvals), (vec![user], 0));
    let calls = asked(&server).await;
    assert!(
        calls.contains(&format!("DELETE {AT}/protected_branches/main")),
        "{calls:?}"
    );
}

#[tokio::test]
async fn masked_variables_of_a_stub_of_gitlab_are_secrets() {
    let server = MockServer::start().await;
    let variables = json!([
        { "key": "OPEN", "value": "a", "masked": false },
        { "key": "HIDDEN", "value": "b", "masked": true },
    ]);
    answer(&server, "GET", &at("variables"), json_of(200, variables)).await;
    answer(
        &server,
        "PUT",
        &at("variables/OPEN"),
        json_of(200, json!({})),
    )
    .await;
    answer(&server, "POST", &at("variables"), json_of(201, json!({}))).await;
    let gitlab = gitlab(&server);
    assert_eq!(gitlab.secrets(&shop()).await.expect("listed"), ["HIDDEN"]);
    assert_eq!(
        gitlab.variables(&shop()).await.expect("listed")[0].name,
        "OPEN"
    );
    let variable = Variable {
        name: "OPEN".to_owned(),
        value: "c".to_owned(),
    };
    gitlab.set_variable(&shop(), &variable).await.expect("set");
    gitlab
        .set_secret(&shop(), "NEW", &Secret::new("12345678"))
        .await
        .expect("set");
    assert_eq!(
        body_of(&server, "POST", &at("variables")).await,
        json!({ "value": "12345678", "masked": true, "raw": true, "key": "NEW" })
    );
}

#[tokio::test]
async fn pipelines_of_a_stub_of_gitlab_are_started_and_watched() {
    let server = MockServer::start().await;
    let pipeline = json!({
        "id": 5, "sha": SHA, "ref": "main", "status": "manual", "source": "api", "web_url": "https://gitlab.com/p/5",
    });
    let all = json_of(200, json!([pipeline]));
    answer(&server, "GET", &at("pipelines"), all).await;
    answer(&server, "POST", &at("pipeline"), json_of(201, pipeline)).await;
    let job = json!([{ "id": 6, "name": "build", "status": "canceled", "web_url": "https://gitlab.com/j/6" }]);
    answer(&server, "GET", &at("pipelines/5/jobs"), json_of(200, job)).await;
    let log = ResponseTemplate::new(200).set_body_string("built");
    answer(&server, "GET", &at("jobs/6/trace"), log).await;
    let gitlab = gitlab(&server);
    let trigger = PipelineTrigger {
        revision: "main".to_owned(),
        inputs: vec![("A".to_owned(), "b".to_owned())],
        ..PipelineTrigger::default()
    };
    let run = gitlab
        .trigger_pipeline(&shop(), &trigger)
        .await
        .expect("started")
        .expect("told");
    assert_eq!(run.state, PipelineState::Waiting);
    assert_eq!(
        gitlab
            .pipeline_runs(&shop(), &RunFilter::default())
            .await
            .expect("listed")
            .len(),
        1
    );
    let jobs = gitlab.pipeline_jobs(&shop(), 5).await.expect("listed");
    assert_eq!(jobs[0].state, PipelineState::Cancelled);
    assert_eq!(gitlab.job_log(&shop(), 6).await.expect("read"), "built");
}

#[tokio::test]
async fn webhooks_and_statuses_of_a_stub_of_gitlab() {
    let server = MockServer::start().await;
    let hook = json!({ "id": 7, "url": "https://portal.example/h", "push_events": true, "note_events": false });
    answer(&server, "POST", &at("hooks"), json_of(201, hook)).await;
    let said_so = json_of(
        400,
        json!({ "message": "Cannot transition status via :enqueue from :pending" }),
    );
    answer(&server, "POST", &at(&format!("statuses/{SHA}")), said_so).await;
    let gitlab = gitlab(&server);
    let new = NewWebhook {
        url: "https://portal.example/h".to_owned(),
        secret: Some(Secret::new("hook-secret")),
        events: vec!["push".to_owned()],
        active: true,
    };
    let made = gitlab.create_webhook(&shop(), &new).await.expect("made");
    assert_eq!(
        (made.events, made.is_active),
        (vec!["push_events".to_owned()], true)
    );
    let body = body_of(&server, "POST", &at("hooks")).await;
    assert_eq!(body.get("token"), Some(&json!("hook-secret")));
    assert_eq!(body.get("note_events"), Some(&json!(false)));
    let off = NewWebhook {
        active: false,
        ..new
    };
    let fault = gitlab
        .create_webhook(&shop(), &off)
        .await
        .expect_err("not possible");
    assert_eq!(fault.kind, ForgeErrorKind::NotSupported);
    let status = CommitStatus {
        state: StatusState::Pending,
        context: "callboard".to_owned(),
        description: String::new(),
        target_url: None,
    };
    let commit = CommitId(SHA.to_owned());
    gitlab
        .set_commit_status(&shop(), &commit, &status)
        .await
        .expect("it says so already");
}

#[tokio::test]
async fn a_limit_of_a_stub_of_gitlab_is_honoured() {
    let server = MockServer::start().await;
    answer(
        &server,
        "GET",
        "/user",
        ResponseTemplate::new(429).insert_header("retry-after", "45"),
    )
    .await;
    let gitlab = gitlab(&server);
    for _ in 0..2 {
        let fault = gitlab.current_user().await.expect_err("limited");
        assert!(
            matches!(fault.kind, ForgeErrorKind::RateLimited { .. }),
            "{fault}"
        );
    }
    assert_eq!(asked(&server).await.len(), 1);
}
