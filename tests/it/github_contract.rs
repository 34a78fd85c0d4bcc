//! Every call to GitHub is as GitHub's own description says. Ignored by default, since it needs node:
//! `npm ci` in `tests/real/github`, then `cargo test --test it -- --ignored github_contract::`.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use callboard::{
    clock::{Clock, UnixMillis},
    config::Secret,
    entity::ScmHost,
    forge::{
        Access, CommitId, CommitStatus, FileChange, FileRead, Forge, GitHost, Grantee, Merge,
        MergeMethod, NewCommit, NewPullRequest, NewRepository, NewWebhook, Person, PipelineTrigger,
        Protection, PullRequestChange, PushRestriction, RepositoryChange, RepositoryId, RunFilter,
        StatusState, Variable, Visibility, Written,
    },
};
use serde_json::json;

use crate::support::{
    START,
    hosts::{app, forge, integration, token},
    prism::Contract,
};

const SHA: &str = "6dcb09b5b57875f334f61aebed695e2e4193db5e";

fn shop() -> RepositoryId {
    RepositoryId::new("acme", "shop")
}

fn github(contract: &Contract) -> Forge {
    let integration = integration(ScmHost::GitHub, &contract.url, &[token("a-token")]);
    forge(&integration, &Clock::fixed(START))
}

fn new_repository(name: &str, visibility: Visibility) -> NewRepository {
    NewRepository {
        id: RepositoryId::new("acme", name),
        description: "Sells things".to_owned(),
        visibility,
        default_branch: Some("trunk".to_owned()),
        with_readme: true,
        project: None,
    }
}

fn ana() -> Person {
    Person {
        name: "Ana".to_owned(),
        email: "ana@example.com".to_owned(),
    }
}

#[tokio::test]
#[ignore = "needs node: npm ci in tests/real/github"]
async fn reading_is_as_described() {
    let contract = Contract::begin([]).await;
    let github = github(&contract);
    let commit = CommitId(SHA.to_owned());
    let found = github.repository(&shop()).await.expect("asked");
    assert_eq!(found.expect("there").default_branch, "master");
    let found = github.commit(&shop(), "main").await.expect("asked");
    assert_eq!(found.expect("there").id.as_str(), SHA);
    let tree = github.tree(&shop(), SHA).await.expect("a tree");
    assert!(tree.entries.iter().any(|entry| entry.path == "file.rb"));
    let read = github
        .read_file(&shop(), "main", "docs/a b.md", Some("\"etag\""))
        .await;
    assert!(matches!(read.expect("read"), FileRead::Found(_)));
    let archive = github.archive(&shop(), &commit).await.expect("packed");
    assert_eq!(archive.bytes, "what lies elsewhere");
    let user = github.current_user().await.expect("asked").expect("known");
    assert_eq!(user.login, "octocat");
    contract.expect(&[
        "GET /repos/acme/shop",
        "GET /repos/acme/shop/commits/main?per_page=1",
        &format!("GET /repos/acme/shop/git/trees/{SHA}?recursive=1"),
        "GET /repos/acme/shop/contents/docs%2Fa%20b.md?ref=main",
        &format!("GET /repos/acme/shop/tarball/{SHA}"),
        "GET /user",
    ]);
}

#[tokio::test]
#[ignore = "needs node: npm ci in tests/real/github"]
async fn making_repositories_is_as_described() {
    let contract = Contract::begin([("GET /users/acme", json!({ "type": "Organization" }))]).await;
    let github = github(&contract);
    let new = new_repository("shop", Visibility::Private);
    github.create_repository(&new).await.expect("made");
    let mut own = new.clone();
    own.id.owner = "octocat".to_owned();
    github.create_repository(&own).await.expect("made");
    let template = RepositoryId::new("acme", "template");
    let made = github.create_from_template(&template, &new).await;
    assert_eq!(made.expect("made").default_branch, "trunk");
    let change = RepositoryChange {
        description: Some("Sells".to_owned()),
        homepage: Some("https://acme.example.com".to_owned()),
        visibility: Some(Visibility::Public),
        default_branch: Some("main".to_owned()),
        archived: Some(false),
        template: Some(true),
        topics: Some(vec!["shop".to_owned()]),
        has_issues: Some(true),
        has_wiki: Some(false),
        has_projects: Some(false),
        delete_branch_on_merge: Some(true),
        allow_merge_commit: Some(false),
        allow_squash_merge: Some(true),
        allow_rebase_merge: Some(false),
    };
    github
        .update_repository(&shop(), &change)
        .await
        .expect("changed");
    github.delete_repository(&shop()).await.expect("deleted");
    contract.expect(&[
        "GET /users/acme",
        "POST /orgs/acme/repos",
        "POST /repos/octocat/Hello-World/branches/master/rename",
        "GET /users/octocat",
        "POST /user/repos",
        "POST /repos/octocat/Hello-World/branches/master/rename",
        "POST /repos/acme/template/generate",
        "POST /repos/octocat/Hello-World/branches/master/rename",
        "PUT /repos/acme/shop/topics",
        "PATCH /repos/acme/shop",
        "GET /repos/acme/shop",
        "DELETE /repos/acme/shop",
    ]);
}

fn commit() -> NewCommit {
    let write = |path: &str, content: &'static [u8]| FileChange {
        path: path.to_owned(),
        written: Written::Create(Bytes::from_static(content)),
    };
    let delete = FileChange {
        path: "file.rb".to_owned(),
        written: Written::Delete,
    };
    NewCommit {
        branch: "main".to_owned(),
        new_branch_from: None,
        expected_parent: None,
        message: "Add it\n\nCallboard-Run: 1/publish".to_owned(),
        author: Some(ana()),
        committer: Some(ana()),
        at: Some(UnixMillis(1_700_000_000_000)),
        files: vec![write("a/b.md", b"text"), write("c.bin", &[0, 159]), delete],
    }
}

#[tokio::test]
#[ignore = "needs node: npm ci in tests/real/github"]
async fn committing_is_as_described() {
    let contract = Contract::begin([]).await;
    let github = github(&contract);
    github.commit_files(&shop(), &commit()).await.expect("made");
    let on_new = NewCommit {
        branch: "feature/x".to_owned(),
        new_branch_from: Some("main".to_owned()),
        ..commit()
    };
    github.commit_files(&shop(), &on_new).await.expect("made");
    let tree =
        "GET /repos/acme/shop/git/trees/b4eecafa9be2f2006ce1b709d6857b07069b4608?recursive=1";
    let made = [
        "GET /repos/acme/shop/branches/main",
        tree,
        "POST /repos/acme/shop/git/blobs",
        "POST /repos/acme/shop/git/trees",
        "POST /repos/acme/shop/git/commits",
    ];
    let mut expected = made.to_vec();
    expected.push("PATCH /repos/acme/shop/git/refs/heads%2Fmain");
    expected.extend(made);
    expected.push("POST /repos/acme/shop/git/refs");
    contract.expect(&expected);
}

#[tokio::test]
#[ignore = "needs node: npm ci in tests/real/github"]
async fn the_first_commit_of_an_empty_repository_is_as_described() {
    let opened = json!({
        "name": "main",
        "commit": {
            "sha": SHA,
            "parents": [],
            "commit": { "message": "Open the repository", "tree": { "sha": SHA } },
        },
    });
    let contract = Contract::begin([("GET /repos/acme/shop/branches/main", opened)]).await;
    let mut new = commit();
    new.files.pop();
    let made = github(&contract).commit_files(&shop(), &new).await;
    made.expect("made");
    contract.expect(&[
        "GET /repos/acme/shop/branches/main",
        "POST /repos/acme/shop/git/blobs",
        "POST /repos/acme/shop/git/trees",
        "POST /repos/acme/shop/git/commits",
        "PATCH /repos/acme/shop/git/refs/heads%2Fmain",
    ]);
}

/// Every rule GitHub knows.
fn every_rule() -> Protection {
    Protection {
        branch: "main".to_owned(),
        required_approvals: 2,
        dismiss_stale_approvals: true,
        require_code_owners: true,
        required_checks: vec!["build".to_owned()],
        require_up_to_date: true,
        require_signed_commits: true,
        enforce_admins: true,
        may_push: vec![
            Grantee::User("ana".to_owned()),
            Grantee::Team("ops".to_owned()),
        ],
        apps_may_push: vec!["bot".to_owned()],
        restricted_to: Some(PushRestriction {
            users: vec!["ana".to_owned()],
            teams: Vec::new(),
            apps: vec!["bot".to_owned()],
        }),
        require_conversation_resolution: true,
        require_last_push_approval: true,
        require_linear_history: true,
        block_creations: true,
    }
}

#[tokio::test]
#[ignore = "needs node: npm ci in tests/real/github"]
async fn branches_and_their_protection_are_as_described() {
    let contract = Contract::begin([]).await;
    let github = github(&contract);
    github
        .branch(&shop(), "main")
        .await
        .expect("asked")
        .expect("there");
    github
        .create_branch(&shop(), "feature/x", SHA)
        .await
        .expect("made");
    github
        .delete_branch(&shop(), "feature/x")
        .await
        .expect("removed");
    github
        .protection(&shop(), "main")
        .await
        .expect("asked")
        .expect("there");
    let rules = every_rule();
    github.protect_branch(&shop(), &rules).await.expect("set");
    let bare = Protection {
        branch: "main".to_owned(),
        ..Protection::default()
    };
    github.protect_branch(&shop(), &bare).await.expect("set");
    github
        .unprotect_branch(&shop(), "main")
        .await
        .expect("removed");
    let rules = "/repos/acme/shop/branches/main/protection";
    contract.expect(&[
        "GET /repos/acme/shop/branches/main",
        "POST /repos/acme/shop/git/refs",
        "DELETE /repos/acme/shop/git/refs/heads%2Ffeature%2Fx",
        &format!("GET {rules}"),
        &format!("PUT {rules}"),
        &format!("POST {rules}/required_signatures"),
        &format!("GET {rules}"),
        &format!("PUT {rules}"),
        &format!("DELETE {rules}/required_signatures"),
        &format!("GET {rules}"),
        &format!("DELETE {rules}"),
    ]);
}

#[tokio::test]
#[ignore = "needs node: npm ci in tests/real/github"]
async fn pull_requests_are_as_described() {
    let contract = Contract::begin([]).await;
    let github = github(&contract);
    let found = github.pull_request(&shop(), 7).await.expect("asked");
    assert_eq!(found.expect("there").author, "octocat");
    let found = github.pull_requests_of(&shop(), "feature/x").await;
    assert_eq!(found.expect("listed").len(), 1);
    let new = NewPullRequest {
        title: "Add it".to_owned(),
        body: "Because.".to_owned(),
        head: "feature/x".to_owned(),
        base: "main".to_owned(),
        draft: true,
        reviewers: vec!["ana".to_owned()],
        team_reviewers: vec!["ops".to_owned()],
        assignees: vec!["bo".to_owned()],
    };
    github
        .create_pull_request(&shop(), &new)
        .await
        .expect("opened");
    let change = PullRequestChange {
        title: Some("Add".to_owned()),
        body: Some("So.".to_owned()),
        base: Some("trunk".to_owned()),
        open: Some(false),
    };
    github
        .update_pull_request(&shop(), 7, &change)
        .await
        .expect("changed");
    let merge = Merge {
        method: MergeMethod::Squash,
        message: Some("Add it\n\nAll of it".to_owned()),
        expected_head: Some(CommitId(SHA.to_owned())),
        delete_branch: true,
    };
    github
        .merge_pull_request(&shop(), 7, &merge)
        .await
        .expect("merged");
    github.comment(&shop(), 7, "Well done").await.expect("said");
    assert_eq!(github.comments(&shop(), 7).await.expect("listed").len(), 1);
    contract.expect(&[
        "GET /repos/acme/shop/pulls/7",
        "GET /repos/acme/shop/pulls?state=all&head=acme%3Afeature%2Fx&sort=created&direction=desc&per_page=100&page=1",
        "POST /repos/acme/shop/pulls",
        "POST /repos/acme/shop/pulls/1347/requested_reviewers",
        "POST /repos/acme/shop/issues/1347/assignees",
        "PATCH /repos/acme/shop/pulls/7",
        "PUT /repos/acme/shop/pulls/7/merge",
        "GET /repos/acme/shop/pulls/7",
        "DELETE /repos/acme/shop/git/refs/heads%2Fnew-topic",
        "POST /repos/acme/shop/issues/7/comments",
        "GET /repos/acme/shop/issues/7/comments?per_page=100&page=1",
    ]);
}

#[tokio::test]
#[ignore = "needs node: npm ci in tests/real/github"]
async fn rights_are_as_described() {
    let membership = json!({
        "state": "active",
        "role": "member",
        "organization": { "login": "acme" },
    });
    let contract = Contract::begin([("GET /user/memberships/orgs/acme", membership)]).await;
    let github = github(&contract);
    github.can_create_in("acme").await.expect("asked");
    assert_eq!(
        github.collaborators(&shop()).await.expect("listed").len(),
        2
    );
    let (user, team) = (
        Grantee::User("ana".to_owned()),
        Grantee::Team("ops".to_owned()),
    );
    github
        .set_access(&shop(), &user, Access::Write)
        .await
        .expect("set");
    github
        .set_access(&shop(), &team, Access::Maintain)
        .await
        .expect("set");
    github.remove_access(&shop(), &user).await.expect("removed");
    github.remove_access(&shop(), &team).await.expect("removed");
    contract.expect(&[
        "GET /user",
        "GET /user/memberships/orgs/acme",
        "GET /orgs/acme",
        "GET /repos/acme/shop/collaborators?affiliation=direct&per_page=100&page=1",
        "GET /repos/acme/shop/teams?per_page=100&page=1",
        "PUT /repos/acme/shop/collaborators/ana",
        "PUT /orgs/acme/teams/ops/repos/acme/shop",
        "DELETE /repos/acme/shop/collaborators/ana",
        "DELETE /orgs/acme/teams/ops/repos/acme/shop",
    ]);
}

#[tokio::test]
#[ignore = "needs node: npm ci in tests/real/github"]
async fn secrets_and_variables_are_as_described() {
    // The example of a key is none.
    let key = json!({ "key_id": "1", "key": BASE64_STANDARD.encode([9; 32]) });
    let place = "GET /repos/acme/shop/actions/secrets/public-key";
    let contract = Contract::begin([(place, key)]).await;
    let github = github(&contract);
    github.secrets(&shop()).await.expect("listed");
    let value = Secret::new("a-value");
    github
        .set_secret(&shop(), "TOKEN", &value)
        .await
        .expect("set");
    github
        .delete_secret(&shop(), "TOKEN")
        .await
        .expect("removed");
    github.variables(&shop()).await.expect("listed");
    let variable = Variable {
        name: "STAGE".to_owned(),
        value: "test".to_owned(),
    };
    github.set_variable(&shop(), &variable).await.expect("set");
    github
        .delete_variable(&shop(), "STAGE")
        .await
        .expect("removed");
    contract.expect(&[
        "GET /repos/acme/shop/actions/secrets?per_page=100&page=1",
        "GET /repos/acme/shop/actions/secrets/public-key",
        "PUT /repos/acme/shop/actions/secrets/TOKEN",
        "DELETE /repos/acme/shop/actions/secrets/TOKEN",
        "GET /repos/acme/shop/actions/variables?per_page=100&page=1",
        "PATCH /repos/acme/shop/actions/variables/STAGE",
        "DELETE /repos/acme/shop/actions/variables/STAGE",
    ]);
}

#[tokio::test]
#[ignore = "needs node: npm ci in tests/real/github"]
async fn webhooks_and_checks_are_as_described() {
    let contract = Contract::begin([]).await;
    let github = github(&contract);
    let commit = CommitId(SHA.to_owned());
    github.webhooks(&shop()).await.expect("listed");
    let hook = NewWebhook {
        url: "https://portal.example.com/hook".to_owned(),
        secret: Some(Secret::new("hook-secret")),
        events: vec!["push".to_owned()],
        active: true,
    };
    github.create_webhook(&shop(), &hook).await.expect("made");
    github.delete_webhook(&shop(), "12").await.expect("removed");
    github
        .commit_statuses(&shop(), &commit)
        .await
        .expect("listed");
    let status = CommitStatus {
        state: StatusState::Success,
        context: "callboard".to_owned(),
        description: "Well".to_owned(),
        target_url: Some("https://portal.example.com".to_owned()),
    };
    github
        .set_commit_status(&shop(), &commit, &status)
        .await
        .expect("set");
    let at = format!("/repos/acme/shop/commits/{SHA}");
    contract.expect(&[
        "GET /repos/acme/shop/hooks?per_page=100&page=1",
        "POST /repos/acme/shop/hooks",
        "DELETE /repos/acme/shop/hooks/12",
        &format!("GET {at}/status?per_page=100&page=1"),
        &format!("GET {at}/check-runs?filter=latest&per_page=100&page=1"),
        &format!("POST /repos/acme/shop/statuses/{SHA}"),
    ]);
}

#[tokio::test]
#[ignore = "needs node: npm ci in tests/real/github"]
async fn pipelines_are_as_described() {
    let contract = Contract::begin([]).await;
    let github = github(&contract);
    let trigger = PipelineTrigger {
        workflow: "build.yaml".to_owned(),
        revision: "main".to_owned(),
        inputs: vec![("stage".to_owned(), "test".to_owned())],
    };
    github
        .trigger_pipeline(&shop(), &trigger)
        .await
        .expect("started");
    let filter = RunFilter {
        commit: Some(CommitId(SHA.to_owned())),
        branch: Some("main".to_owned()),
    };
    github
        .pipeline_runs(&shop(), &filter)
        .await
        .expect("listed");
    github
        .pipeline_run(&shop(), 5)
        .await
        .expect("asked")
        .expect("there");
    github.pipeline_jobs(&shop(), 5).await.expect("listed");
    let log = github.job_log(&shop(), 6).await.expect("read");
    assert_eq!(log, "what lies elsewhere");
    contract.expect(&[
        "POST /repos/acme/shop/actions/workflows/build.yaml/dispatches",
        "GET /repos/acme/shop/actions/runs/1",
        &format!("GET /repos/acme/shop/actions/runs?per_page=50&head_sha={SHA}&branch=main"),
        "GET /repos/acme/shop/actions/runs/5",
        "GET /repos/acme/shop/actions/runs/5/jobs?per_page=100&page=1",
        "GET /repos/acme/shop/actions/jobs/6/logs",
    ]);
}

#[tokio::test]
#[ignore = "needs node: npm ci in tests/real/github"]
async fn the_calls_of_an_app_are_as_described() {
    let installed = json!([{ "id": 1, "account": { "login": "Acme" } }]);
    let list = "GET /app/installations?per_page=100&page=1";
    let contract = Contract::begin([(list, installed)]).await;
    let integration = integration(ScmHost::GitHub, &contract.url, &[app(&[])]);
    let github = forge(&integration, &Clock::fixed(START));
    github
        .repository(&shop())
        .await
        .expect("asked")
        .expect("there");
    let user = github.current_user().await.expect("asked").expect("known");
    assert!(user.login.ends_with("[bot]"), "{user:?}");
    github.can_create_in("acme").await.expect("asked");
    contract.expect(&[
        list,
        "POST /app/installations/1/access_tokens",
        "GET /repos/acme/shop",
        "GET /app",
        list,
    ]);
}
