//! Pull requests, from their opening to their merge.

use callboard::forge::{
    CommitId, Forge, ForgeErrorKind, GitHost, Merge, MergeMethod, NewCommit, NewPullRequest,
    PullRequest, PullRequestChange, PullRequestState, RepositoryId,
};

use super::{commit, file, repository, write};
use crate::support::gitea::Gitea;

async fn branch(forge: &Forge, id: &RepositoryId, name: &str) -> CommitId {
    let new = NewCommit {
        branch: name.to_owned(),
        new_branch_from: Some("main".to_owned()),
        ..commit(
            &format!("Change by {name}"),
            vec![file(&format!("{name}.txt"), "x")],
        )
    };
    forge.commit_files(id, &new).await.expect("committed").id
}

fn request(head: &str) -> NewPullRequest {
    NewPullRequest {
        title: format!("Take {head}"),
        body: "Because.\n\nCallboard-Run: 17/propose".to_owned(),
        head: head.to_owned(),
        base: "main".to_owned(),
        ..NewPullRequest::default()
    }
}

/// A repository with an open pull request.
async fn opened(gitea: &Gitea, owner: &str) -> (Forge, RepositoryId, PullRequest) {
    let forge = gitea.forge();
    gitea.new_organisation(owner).await;
    let id = repository(&forge, owner, "app").await;
    branch(&forge, &id, "change/a").await;
    let opened = forge.create_pull_request(&id, &request("change/a")).await;
    (forge, id, opened.expect("opened"))
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_pull_request_is_opened_once_and_found_by_its_branch() {
    let gitea = Gitea::shared();
    let (forge, id, opened) = opened(gitea, "askers").await;
    let head = forge
        .branch(&id, "change/a")
        .await
        .expect("asked")
        .expect("there")
        .commit;
    assert_eq!(
        (opened.head.as_str(), opened.base.as_str()),
        ("change/a", "main")
    );
    assert_eq!(opened.head_commit, Some(head));
    assert_eq!(opened.state, PullRequestState::Open);
    assert_eq!(
        opened.web_url.as_str(),
        format!("{}/askers/app/pulls/{}", gitea.url, opened.number)
    );
    let twice = forge
        .create_pull_request(&id, &request("change/a"))
        .await
        .expect_err("open already");
    assert_eq!(twice.kind, ForgeErrorKind::Conflict, "{twice}");
    let found = forge
        .pull_requests_of(&id, "change/a")
        .await
        .expect("listed");
    assert_eq!(
        found.iter().map(|found| found.number).collect::<Vec<_>>(),
        [opened.number]
    );
    assert!(found[0].body.contains("Callboard-Run: 17/propose"));
    assert!(
        forge
            .pull_requests_of(&id, "change")
            .await
            .expect("listed")
            .is_empty()
    );
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_pull_request_is_discussed_and_changed() {
    let (forge, id, opened) = opened(Gitea::shared(), "talkers").await;
    let said = forge
        .comment(&id, opened.number, "Looks **well**.")
        .await
        .expect("said");
    let comments = forge.comments(&id, opened.number).await.expect("listed");
    assert_eq!(comments, [said]);
    let change = PullRequestChange {
        title: Some("Take it".to_owned()),
        body: Some("Better words".to_owned()),
        ..PullRequestChange::default()
    };
    let changed = forge
        .update_pull_request(&id, opened.number, &change)
        .await
        .expect("changed");
    assert_eq!(
        (changed.title.as_str(), changed.body.as_str()),
        ("Take it", "Better words")
    );
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_pull_request_is_merged_at_the_commit_that_was_looked_at() {
    let (forge, id, opened) = opened(Gitea::shared(), "mergers").await;
    let head = opened.head_commit.clone().expect("told");
    let late = Merge {
        expected_head: Some(CommitId(
            "0123456789012345678901234567890123456789".to_owned(),
        )),
        ..Merge::default()
    };
    let fault = forge
        .merge_pull_request(&id, opened.number, &late)
        .await
        .expect_err("another head");
    assert_eq!(fault.kind, ForgeErrorKind::Conflict, "{fault}");
    let merge = Merge {
        method: MergeMethod::Squash,
        message: Some("Merged by a test\n\nWith a body.".to_owned()),
        expected_head: Some(head),
        delete_branch: true,
    };
    let merged = forge
        .merge_pull_request(&id, opened.number, &merge)
        .await
        .expect("merged");
    assert_eq!(merged.state, PullRequestState::Merged);
    let main = forge
        .commit(&id, "main")
        .await
        .expect("asked")
        .expect("there");
    assert_eq!(merged.merge_commit, Some(main.id));
    assert!(
        main.message.starts_with("Merged by a test\n\nWith a body."),
        "{}",
        main.message
    );
    assert_eq!(forge.branch(&id, "change/a").await.expect("asked"), None);
    let again = forge
        .merge_pull_request(&id, opened.number, &Merge::default())
        .await
        .expect_err("it is merged");
    assert_eq!(again.kind, ForgeErrorKind::Conflict, "{again}");
    let found = forge
        .pull_requests_of(&id, "change/a")
        .await
        .expect("listed");
    assert_eq!(found.len(), 1, "also when its branch is gone");
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_pull_request_is_closed_and_opened_again() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("doubters").await;
    let id = repository(&forge, "doubters", "app").await;
    branch(&forge, &id, "b").await;
    let draft = NewPullRequest {
        draft: true,
        ..request("b")
    };
    let opened = forge
        .create_pull_request(&id, &draft)
        .await
        .expect("opened");
    assert!(opened.is_draft);
    for (open, state) in [
        (false, PullRequestState::Closed),
        (true, PullRequestState::Open),
    ] {
        let change = PullRequestChange {
            open: Some(open),
            ..PullRequestChange::default()
        };
        forge
            .update_pull_request(&id, opened.number, &change)
            .await
            .expect("changed");
        let now = forge
            .pull_request(&id, opened.number)
            .await
            .expect("asked")
            .expect("there");
        assert_eq!(now.state, state);
    }
    assert_eq!(forge.pull_request(&id, 999).await.expect("asked"), None);
    let nowhere = forge
        .create_pull_request(&id, &request("nothing"))
        .await
        .expect_err("no branch");
    assert_eq!(nowhere.kind, ForgeErrorKind::NotFound, "{nowhere}");
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_pull_request_that_contradicts_is_not_merged() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("quarrels").await;
    let id = repository(&forge, "quarrels", "app").await;
    branch(&forge, &id, "b").await;
    write(&forge, &id, &[("b.txt", "something else")]).await;
    let opened = forge
        .create_pull_request(&id, &request("b"))
        .await
        .expect("opened");
    let fault = forge
        .merge_pull_request(&id, opened.number, &Merge::default())
        .await
        .expect_err("it contradicts");
    assert_eq!(fault.kind, ForgeErrorKind::Conflict, "{fault}");
    let now = forge
        .pull_request(&id, opened.number)
        .await
        .expect("asked")
        .expect("there");
    assert_eq!(
        (now.state, now.is_mergeable),
        (PullRequestState::Open, Some(false))
    );
}
