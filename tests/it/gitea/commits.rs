//! Commits of many files, and branches.

use callboard::{
    clock::UnixMillis,
    forge::{CommitId, FileChange, ForgeErrorKind, GitHost, NewCommit, Written},
};

use super::{ana, callboard, commit, file, repository, write};
use crate::support::gitea::Gitea;

fn change(path: &str, written: Written) -> FileChange {
    FileChange {
        path: path.to_owned(),
        written,
    }
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn many_files_go_in_one_commit_with_its_author_and_mark() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("writers").await;
    let id = repository(&forge, "writers", "app").await;
    let base = write(&forge, &id, &[("old.txt", "old"), ("kept.txt", "1")]).await;
    let new = NewCommit {
        expected_parent: Some(base.clone()),
        at: Some(UnixMillis(1_767_225_600_000)),
        ..commit(
            "Change three\n\nWhy it is so.\n\nCallboard-Run: 17/publish",
            vec![
                change("new/a.txt", Written::Create("a".into())),
                file("kept.txt", "2"),
                change("old.txt", Written::Delete),
            ],
        )
    };
    let made = forge.commit_files(&id, &new).await.expect("committed");
    assert_eq!(made.parents, std::slice::from_ref(&base));
    let seen = forge
        .commit(&id, "main")
        .await
        .expect("asked")
        .expect("there");
    assert_eq!(seen.id, made.id);
    assert_eq!(seen.trailer("Callboard-Run"), Some("17/publish"));
    assert_eq!((seen.author, seen.committer), (ana(), callboard()));
    assert_eq!(seen.authored_at, Some(UnixMillis(1_767_225_600_000)));
    let tree = forge.tree(&id, "main").await.expect("listed");
    let paths: Vec<&str> = tree
        .entries
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    assert_eq!(paths, ["README.md", "kept.txt", "new/a.txt"]);

    let late = forge
        .commit_files(&id, &new)
        .await
        .expect_err("main moved on");
    assert_eq!(late.kind, ForgeErrorKind::Conflict, "{late}");
    let head = forge
        .branch(&id, "main")
        .await
        .expect("asked")
        .expect("there")
        .commit;
    assert_eq!(head, made.id, "nothing was done");
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_file_that_is_not_what_it_was_thought_to_be_is_a_conflict() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("rivals").await;
    let id = repository(&forge, "rivals", "app").await;
    write(&forge, &id, &[("a.txt", "1")]).await;
    let tree = forge.tree(&id, "main").await.expect("listed");
    let blob = tree
        .entries
        .iter()
        .find(|entry| entry.path == "a.txt")
        .expect("listed")
        .blob
        .clone();
    let update = |replaces: &str| Written::Update {
        content: "2".into(),
        replaces: Some(replaces.to_owned()),
    };
    let commit_of = |written: Written| commit("Change", vec![change("a.txt", written)]);
    forge
        .commit_files(&id, &commit_of(update(&blob)))
        .await
        .expect("it was that");
    for written in [update(&blob), Written::Create("3".into())] {
        let fault = forge
            .commit_files(&id, &commit_of(written))
            .await
            .expect_err("it is not");
        assert_eq!(fault.kind, ForgeErrorKind::Conflict, "{fault}");
    }
    let gone = commit("Remove", vec![change("none.txt", Written::Delete)]);
    let fault = forge
        .commit_files(&id, &gone)
        .await
        .expect_err("no such file");
    assert_eq!(fault.kind, ForgeErrorKind::NotFound, "{fault}");
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_branch_is_made_by_its_first_commit() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("gardeners").await;
    let id = repository(&forge, "gardeners", "app").await;
    let base = write(&forge, &id, &[("a.txt", "1")]).await;
    let new = NewCommit {
        branch: "change/one".to_owned(),
        new_branch_from: Some("main".to_owned()),
        expected_parent: Some(base.clone()),
        ..commit("On a branch", vec![file("a.txt", "2")])
    };
    let made = forge.commit_files(&id, &new).await.expect("committed");
    let branch = forge
        .branch(&id, "change/one")
        .await
        .expect("asked")
        .expect("there");
    assert_eq!((branch.commit, branch.is_protected), (made.id, false));
    let main = forge
        .branch(&id, "main")
        .await
        .expect("asked")
        .expect("there");
    assert_eq!(main.commit, base);
    let again = forge
        .commit_files(&id, &new)
        .await
        .expect_err("the branch is there");
    assert_eq!(again.kind, ForgeErrorKind::Conflict, "{again}");
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_branch_is_made_alone_and_removed() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("pruners").await;
    let id = repository(&forge, "pruners", "app").await;
    let base = write(&forge, &id, &[("a.txt", "1")]).await;
    let alone = forge
        .create_branch(&id, "release/1", base.as_str())
        .await
        .expect("made");
    assert_eq!(alone.commit, base);
    let again = forge
        .create_branch(&id, "release/1", "main")
        .await
        .expect_err("there is one");
    assert_eq!(again.kind, ForgeErrorKind::Conflict, "{again}");
    let nowhere = forge
        .create_branch(&id, "release/2", "nothing")
        .await
        .expect_err("from nowhere");
    assert_eq!(nowhere.kind, ForgeErrorKind::NotFound, "{nowhere}");
    forge
        .delete_branch(&id, "release/1")
        .await
        .expect("removed");
    forge
        .delete_branch(&id, "release/1")
        .await
        .expect("gone already");
    assert_eq!(forge.branch(&id, "release/1").await.expect("asked"), None);
    let nothing = callboard::forge::RepositoryId::new("pruners", "nothing");
    forge
        .delete_branch(&nothing, "x")
        .await
        .expect_err("no such repository");
    let id_of_nothing = CommitId("0".repeat(40));
    assert_eq!(
        forge
            .commit(&id, id_of_nothing.as_str())
            .await
            .expect("asked"),
        None
    );
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_branch_is_reset_only_from_where_it_is_said_to_be() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("resetters").await;
    let id = repository(&forge, "resetters", "app").await;
    let first = write(&forge, &id, &[("a.txt", "1")]).await;
    let second = write(&forge, &id, &[("b.txt", "2")]).await;
    let reset = forge.reset_branch(&id, "main", &second, &first).await;
    reset.expect("it goes back");
    let main = forge.branch(&id, "main").await.expect("asked");
    assert_eq!(main.expect("there").commit, first);
    let third = write(&forge, &id, &[("c.txt", "3")]).await;
    let late = forge.reset_branch(&id, "main", &second, &first).await;
    let late = late.expect_err("it is at the third commit");
    assert_eq!(late.kind, ForgeErrorKind::Conflict, "{late}");
    let main = forge.branch(&id, "main").await.expect("asked");
    assert_eq!(main.expect("there").commit, third);
}
