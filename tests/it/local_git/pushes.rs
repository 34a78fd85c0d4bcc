//! Writing: who may, what it leads to.

use std::time::{Duration, Instant};

use callboard::{
    clock::UnixMillis,
    forge::{FileChange, GitHost, NewCommit, Person as Author, RepositoryId, Written},
};
use serde_json::json;

use super::client::{Host, Person, component, said};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_guest_pushes_where_nobody_has_to_say_who_they_are() {
    let host = Host::new().await;
    host.repository("rail/tickets", "user:default/ana").await;
    let person = Person::new();
    person.clone(&host.url("rail/tickets", None), "c").await;
    person.commit("c", "a.txt", b"hello").await;
    person
        .must(
            "c",
            &[
                "push",
                "--quiet",
                "origin",
                "HEAD:main",
                "HEAD:refs/heads/next/one",
                "HEAD:refs/tags/v1",
            ],
        )
        .await;
    let pushed = person.must("c", &["rev-parse", "HEAD"]).await;
    assert_eq!(host.head("rail/tickets", "main").await, pushed);
    assert_eq!(host.head("rail/tickets", "next/one").await, pushed);
    assert_eq!(host.fsck("rail/tickets").await, "");
    let gone = person
        .git("c", &["push", "--quiet", "origin", ":main"])
        .await;
    assert!(!gone.status.success(), "the default branch stays");
    person
        .must("c", &["push", "--quiet", "origin", ":next/one"])
        .await;
    assert_eq!(host.head("rail/tickets", "next/one").await, "");
}

#[tokio::test]
async fn a_push_to_nothing_says_who_makes_repositories() {
    let host = Host::new().await;
    host.repository("rail/tickets", "user:default/ana").await;
    let person = Person::new();
    person.clone(&host.url("rail/tickets", None), "c").await;
    let pushed = person
        .git("c", &["push", &host.url("rail/nothing", None), "main"])
        .await;
    let told = said(&pushed);
    assert!(
        !pushed.status.success() && told.contains("Templates make repositories here"),
        "{told}"
    );
}

/// A portal whose catalog has a repository's descriptor.
async fn registered() -> (Host, RepositoryId) {
    let host = Host::new().await;
    let id = host.repository("rail/tickets", "user:default/ana").await;
    host.commit(&id, "catalog-info.yaml", &component("one"))
        .await;
    let target = "http://127.0.0.1:7007/git/rail/tickets/src/branch/main/catalog-info.yaml";
    let registered = host
        .app
        .post(
            "/api/catalog/locations",
            json!({"type": "url", "target": target}),
        )
        .await;
    assert_eq!(registered.status, 201, "{}", registered.text());
    host.app
        .until("the first version is there", |app| {
            app.entity("component:default/one").is_some()
        })
        .await;
    let entity = host
        .app
        .entity("component:default/one")
        .expect("it is there");
    let annotation = &entity["metadata"]["annotations"]["backstage.io/view-url"];
    assert_eq!(annotation, target);
    assert_eq!(
        host.app
            .get(&target["http://127.0.0.1:7007".len()..])
            .await
            .status,
        200
    );
    (host, id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_is_in_the_catalog_within_a_second() {
    let (host, _id) = registered().await;
    let person = Person::new();
    person.clone(&host.url("rail/tickets", None), "c").await;
    let mut quickest = Duration::MAX;
    for round in ["two", "three", "four", "five"] {
        person
            .commit("c", "catalog-info.yaml", component(round).as_bytes())
            .await;
        person.must("c", &["push", "--quiet"]).await;
        let pushed = Instant::now();
        let named = format!("component:default/{round}");
        host.app
            .until("the pushed version is there", |app| {
                app.entity(&named).is_some()
            })
            .await;
        println!("seen {:?} after the push", pushed.elapsed());
        quickest = quickest.min(pushed.elapsed());
    }
    // Nothing but the push leads there: nobody reconciles. The machine may be busy with other tests.
    assert!(quickest < Duration::from_secs(1), "{quickest:?}");
}

#[tokio::test]
async fn a_commit_by_the_portal_is_in_the_catalog_too() {
    let (host, id) = registered().await;
    let files = vec![FileChange {
        path: "catalog-info.yaml".to_owned(),
        written: Written::Update {
            content: component("six").into_bytes().into(),
            replaces: None,
        },
    }];
    host.git()
        .commit_files(&id, &commit(files, None))
        .await
        .expect("committed");
    host.app
        .until("the committed version is there", |app| {
            app.entity("component:default/six").is_some()
        })
        .await;
}

fn commit(files: Vec<FileChange>, parent: Option<&str>) -> NewCommit {
    NewCommit {
        branch: "main".to_owned(),
        new_branch_from: None,
        expected_parent: parent.map(|parent| callboard::forge::CommitId(parent.to_owned())),
        message: "Change it\n\nCallboard-Run: 17/publish".to_owned(),
        author: Some(Author {
            name: "Ana".to_owned(),
            email: "ana@example.com".to_owned(),
        }),
        committer: None,
        at: Some(UnixMillis(1_767_225_600_000)),
        files,
    }
}

#[tokio::test]
async fn a_commit_that_is_repeated_is_the_same_commit() {
    let host = Host::new().await;
    let id = host.repository("rail/tickets", "user:default/ana").await;
    let first = host.head("rail/tickets", "main").await;
    let create = |path: &str| FileChange {
        path: path.to_owned(),
        written: Written::Create(b"x".to_vec().into()),
    };
    let git = host.git();
    let new = commit(vec![create("a"), create("b/c")], Some(&first));
    let made = git.commit_files(&id, &new).await.expect("committed");
    let again = git.commit_files(&id, &new).await.expect("committed again");
    assert_eq!(made, again);
    assert_eq!(made.trailer("Callboard-Run"), Some("17/publish"));
    assert_eq!(host.head("rail/tickets", "main").await, made.id.0);
    // Another one on the same parent comes too late.
    let late = git
        .commit_files(&id, &commit(vec![create("z")], Some(&first)))
        .await
        .unwrap_err();
    assert_eq!(
        late.kind,
        callboard::forge::ForgeErrorKind::Conflict,
        "{late}"
    );
    let there = git
        .commit_files(&id, &commit(vec![create("a")], None))
        .await
        .unwrap_err();
    assert_eq!(
        there.kind,
        callboard::forge::ForgeErrorKind::Conflict,
        "{there}"
    );
    let outside = git
        .commit_files(&id, &commit(vec![create(".git/config")], None))
        .await
        .unwrap_err();
    assert_eq!(
        outside.kind,
        callboard::forge::ForgeErrorKind::Invalid,
        "{outside}"
    );
}
