//! Gitea killed in the middle: nothing is lost, nothing is done twice.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use callboard::forge::{GitHost, PullRequestState, RepositoryId};
use serde_json::json;

use super::{
    catalog::{component, location, new_home, portal},
    write,
};
use crate::support::gitea::Gitea;

/// The portal does not try a host that is down for so long.
const DOWN_MS: i64 = 6_000;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_host_that_dies_in_the_middle_of_a_reconcile_loses_nothing() {
    const COUNT: usize = 40;
    let gitea = Arc::new(Gitea::start());
    let files: Vec<(String, String)> = (0..COUNT)
        .map(|number| {
            (
                format!("c/{number:02}.yaml"),
                component(&format!("c-{number}"), "a"),
            )
        })
        .collect();
    let all = location(&["./c/*.yaml".to_owned()]);
    let mut borrowed: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    borrowed.push(("all.yaml", &all));
    let (forge, id, _) = new_home(&gitea, "mortals", &borrowed).await;
    let (app, recorder) = portal(&gitea, "mortals").await;
    let count = |app: &crate::support::TestApp| {
        app.refs()
            .iter()
            .filter(|named| named.starts_with("component:"))
            .count()
    };
    assert_eq!(count(&app), COUNT);

    let changed: Vec<(String, String)> = files
        .iter()
        .map(|(path, text)| (path.clone(), text.replace("owner: a", "owner: b")))
        .collect();
    let borrowed: Vec<(&str, &str)> = changed
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    write(&forge, &id, &borrowed).await;
    let (mortal, seen) = (Arc::clone(&gitea), Arc::new(AtomicUsize::new(0)));
    recorder.watch(move |request| {
        if request.contains("/raw/") && seen.fetch_add(1, Ordering::SeqCst) == COUNT / 2 {
            mortal.kill();
        }
    });
    app.reconcile().await;
    assert_eq!(count(&app), COUNT, "what could not be read stays as it was");
    let owners = |app: &crate::support::TestApp, owner: &str| {
        let entities =
            (0..COUNT).filter_map(|number| app.entity(&format!("component:default/c-{number}")));
        entities
            .filter(|entity| entity["spec"]["owner"] == owner)
            .count()
    };
    let half = owners(&app, "b");
    println!("killed after {half} of {COUNT} files were read anew");
    assert!(half > 0 && half < COUNT, "in the middle: {half}");
    let uids = |app: &crate::support::TestApp| -> Vec<serde_json::Value> {
        (0..COUNT)
            .map(|number| {
                app.entity(&format!("component:default/c-{number}"))
                    .expect("there")["metadata"]["uid"]
                    .clone()
            })
            .collect()
    };
    let before = uids(&app);

    recorder.watch(|_| {});
    gitea.run();
    app.clock().advance(DOWN_MS);
    app.reconcile().await;
    assert_eq!((count(&app), owners(&app, "b")), (COUNT, COUNT));
    assert_eq!(uids(&app), before, "they are the same entities");
    for number in 0..COUNT {
        let target = format!(
            "{}/mortals/home/src/branch/main/c/{number:02}.yaml",
            recorder.url
        );
        let file = callboard::store::file(&app.state().store, &format!("url:{target}")).await;
        let file = file.expect("read").expect("known");
        assert_eq!(file.error, None, "{target}");
    }
}

/// Proposes a change while Gitea is killed at a request; then Gitea comes back and the same is proposed again.
async fn propose_through_a_crash(owner: &str, dies_at: &'static str, late_ms: Option<u64>) {
    let gitea = Arc::new(Gitea::start());
    let (forge, id, base) = new_home(&gitea, owner, &[("all.yaml", &component("shop", "a"))]).await;
    let (app, recorder) = portal(&gitea, owner).await;
    let draft = app
        .get("/api/callboard/proposals/draft?entityRef=component:default/shop")
        .await
        .json();
    let document = draft["document"]
        .as_str()
        .expect("a document")
        .replace("owner: a", "owner: b");
    let body =
        json!({"entityRef": "component:default/shop", "document": document, "title": "Change it"});
    let mortal = Arc::clone(&gitea);
    recorder.watch(move |request| {
        if request.starts_with(dies_at) {
            let mortal = Arc::clone(&mortal);
            match late_ms {
                None => mortal.kill(),
                Some(late_ms) => {
                    std::thread::spawn(move || {
                        std::thread::sleep(std::time::Duration::from_millis(late_ms));
                        mortal.kill();
                    });
                }
            }
        }
    });
    let broken = app.post("/api/callboard/proposals", body.clone()).await;
    assert_eq!(broken.status, 503, "{}", broken.text());
    recorder.watch(|_| {});
    gitea.kill();
    gitea.run();
    app.clock().advance(DOWN_MS);
    let opened = app.post("/api/callboard/proposals", body.clone()).await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    let again = app.post("/api/callboard/proposals", body).await.json();
    assert_eq!(again["number"], opened.json()["number"]);
    let branch = opened.json()["branch"]
        .as_str()
        .expect("a branch")
        .to_owned();
    let commit = forge
        .commit(&id, &branch)
        .await
        .expect("asked")
        .expect("there");
    assert_eq!(commit.parents, [base], "one commit");
    assert_eq!(count_open(&forge, &id).await, 1, "one pull request");
}

async fn count_open(forge: &callboard::forge::Forge, id: &RepositoryId) -> usize {
    let mut open = 0;
    for number in 1..6 {
        let found = forge.pull_request(id, number).await.expect("asked");
        open += usize::from(found.is_some_and(|found| found.state == PullRequestState::Open));
    }
    open
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_host_that_dies_before_a_commit_gets_one_commit_in_the_end() {
    propose_through_a_crash("early", "POST /api/v1/repos/early/home/contents", None).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_host_that_dies_in_the_middle_of_a_commit_gets_one_commit_in_the_end() {
    for (owner, late_ms) in [("middle-a", 20), ("middle-b", 60), ("middle-c", 120)] {
        let dies_at: &'static str =
            Box::leak(format!("POST /api/v1/repos/{owner}/home/contents").into_boxed_str());
        propose_through_a_crash(owner, dies_at, Some(late_ms)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_host_that_dies_between_commit_and_pull_request_gets_one_of_each() {
    propose_through_a_crash("late", "POST /api/v1/repos/late/home/pulls", None).await;
}
