//! Repositories and what lies in them.

use callboard::forge::{
    ArchiveFormat, CommitId, FileChange, FileRead, ForgeErrorKind, GitHost, NewCommit,
    NewRepository, RepositoryChange, RepositoryId, TreeEntryKind, Visibility, Written,
};
use serde_json::json;

use super::{commit, file, repository, write};
use crate::support::gitea::{Gitea, PORTAL};

fn new(owner: &str, name: &str) -> NewRepository {
    NewRepository {
        id: RepositoryId::new(owner, name),
        description: "Made by a test".to_owned(),
        visibility: Visibility::Private,
        default_branch: Some("trunk".to_owned()),
        with_readme: true,
        project: None,
    }
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_repository_is_made_for_an_owner_and_deleted() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("makers").await;
    let made = forge
        .create_repository(&new("makers", "one"))
        .await
        .expect("made");
    assert_eq!(made.id, RepositoryId::new("makers", "one"));
    assert_eq!(
        (made.default_branch.as_str(), made.is_empty),
        ("trunk", false)
    );
    assert_eq!(made.visibility, Visibility::Private);
    assert_eq!(made.web_url.as_str(), format!("{}/makers/one", gitea.url));
    assert_eq!(
        made.clone_url.as_str(),
        format!("{}/makers/one.git", gitea.url)
    );
    let again = forge
        .create_repository(&new("makers", "one"))
        .await
        .expect_err("there is one");
    assert_eq!(again.kind, ForgeErrorKind::Conflict, "{again}");
    let nowhere = forge
        .create_repository(&new("nobody-here", "one"))
        .await
        .expect_err("no owner");
    assert_eq!(nowhere.kind, ForgeErrorKind::NotFound, "{nowhere}");
    assert!(
        nowhere.reason.contains("organisation nobody-here"),
        "{nowhere}"
    );
    let own = forge
        .create_repository(&new(PORTAL, "own"))
        .await
        .expect("a user's own");
    assert_eq!(own.id.owner, PORTAL);

    forge.delete_repository(&made.id).await.expect("deleted");
    forge
        .delete_repository(&made.id)
        .await
        .expect("gone already");
    assert_eq!(forge.repository(&made.id).await.expect("asked"), None);
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_repository_is_changed_and_archived() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("changers").await;
    let made = forge.create_repository(&new("changers", "one")).await;
    let made = made.expect("made");
    let change = RepositoryChange {
        description: Some("Another".to_owned()),
        topics: Some(vec!["rust".to_owned(), "portal".to_owned()]),
        visibility: Some(Visibility::Public),
        has_wiki: Some(false),
        delete_branch_on_merge: Some(true),
        ..RepositoryChange::default()
    };
    forge
        .update_repository(&made.id, &change)
        .await
        .expect("changed");
    let now = forge
        .repository(&made.id)
        .await
        .expect("asked")
        .expect("there");
    assert_eq!(
        (now.description.as_str(), now.visibility),
        ("Another", Visibility::Public)
    );
    let mut topics = now.topics;
    topics.sort();
    assert_eq!(topics, ["portal", "rust"]);
    let archived = RepositoryChange {
        archived: Some(true),
        ..RepositoryChange::default()
    };
    let archived = forge
        .update_repository(&made.id, &archived)
        .await
        .expect("archived");
    assert!(archived.is_archived);
    let late = NewCommit {
        branch: "trunk".to_owned(),
        ..commit("Too late", vec![file("late.md", "x")])
    };
    let refused = forge.commit_files(&made.id, &late).await;
    let refused = refused.expect_err("it takes no changes");
    assert_eq!(refused.kind, ForgeErrorKind::Conflict, "{refused}");
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_repository_is_made_of_a_template() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("templates").await;
    let template = repository(&forge, "templates", "service").await;
    write(&forge, &template, &[("src/main.rs", "fn main() {}\n")]).await;
    let wanted = NewRepository {
        default_branch: Some("main".to_owned()),
        ..new("templates", "billing")
    };
    let refused = forge.create_from_template(&template, &wanted).await;
    refused.expect_err("it is no template yet");
    let change = RepositoryChange {
        template: Some(true),
        ..RepositoryChange::default()
    };
    let template = forge
        .update_repository(&template, &change)
        .await
        .expect("a template now");
    assert!(template.is_template);
    let made = forge
        .create_from_template(&template.id, &wanted)
        .await
        .expect("made");
    let tree = forge.tree(&made.id, "main").await.expect("listed");
    assert!(tree.entries.iter().any(|entry| entry.path == "src/main.rs"));
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn files_are_listed_by_commit() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("readers").await;
    let id = repository(&forge, "readers", "mono").await;
    let odd = "docs/a b/ü#1?.md";
    let first = write(
        &forge,
        &id,
        &[("a/catalog-info.yaml", "kind: A\n"), (odd, "odd\n")],
    )
    .await;
    let second = write(&forge, &id, &[("a/catalog-info.yaml", "kind: B\n")]).await;

    let tree = forge.tree(&id, "main").await.expect("listed");
    assert_eq!(tree.commit, second);
    assert!(!tree.is_truncated);
    let paths: Vec<&str> = tree
        .entries
        .iter()
        .map(|entry| entry.path.as_str())
        .collect();
    assert_eq!(paths, ["README.md", "a/catalog-info.yaml", odd]);
    assert!(
        tree.entries
            .iter()
            .all(|entry| entry.kind == TreeEntryKind::File)
    );
    assert_eq!(
        forge
            .tree(&id, first.as_str())
            .await
            .expect("listed")
            .commit,
        first
    );
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn files_are_read_by_commit_and_not_again() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("rereaders").await;
    let id = repository(&forge, "rereaders", "mono").await;
    let odd = "docs/a b/ü#1?.md";
    let files = [("a/catalog-info.yaml", "kind: A\n"), (odd, "odd\n")];
    let first = write(&forge, &id, &files).await;
    write(&forge, &id, &[("a/catalog-info.yaml", "kind: B\n")]).await;
    let read = |revision: String, path: &'static str, etag: Option<String>| {
        let (forge, id) = (forge.clone(), id.clone());
        async move { forge.read_file(&id, &revision, path, etag.as_deref()).await }
    };
    let found = |read: FileRead| match read {
        FileRead::Found(file) => file,
        FileRead::NotModified => panic!("it was not known"),
    };
    let now = found(
        read("main".to_owned(), "a/catalog-info.yaml", None)
            .await
            .expect("read"),
    );
    assert_eq!(now.bytes, "kind: B\n");
    let then = found(
        read(first.to_string(), "a/catalog-info.yaml", None)
            .await
            .expect("read"),
    );
    assert_eq!(then.bytes, "kind: A\n");
    assert_eq!(
        found(read("main".to_owned(), odd, None).await.expect("read")).bytes,
        "odd\n"
    );
    let again = read("main".to_owned(), "a/catalog-info.yaml", now.etag)
        .await
        .expect("asked");
    assert_eq!(again, FileRead::NotModified);
    let changed = read("main".to_owned(), "a/catalog-info.yaml", then.etag)
        .await
        .expect("asked");
    assert_eq!(found(changed).bytes, "kind: B\n");
    let absent = read("main".to_owned(), "nothing.yaml", None)
        .await
        .expect_err("no such file");
    assert_eq!(absent.kind, ForgeErrorKind::NotFound);
    assert!(absent.reason.contains("nothing.yaml"), "{absent}");
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn revisions_stand_for_commits() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("resolvers").await;
    let id = repository(&forge, "resolvers", "app").await;
    let head = write(&forge, &id, &[("x", "1")]).await;
    forge
        .create_branch(&id, "feature/slash", "main")
        .await
        .expect("made");
    let tag = json!({"tag_name": "v1.0", "target": "main"});
    gitea.api("POST", "repos/resolvers/app/tags", tag).await;
    for revision in ["main", "feature/slash", "v1.0", head.as_str()] {
        let found = forge.commit(&id, revision).await.expect("asked");
        assert_eq!(
            found.map(|commit| commit.id),
            Some(head.clone()),
            "{revision}"
        );
    }
    let other = "0123456789012345678901234567890123456789";
    for revision in ["nothing", "odd..name", other] {
        assert_eq!(
            forge.commit(&id, revision).await.expect("asked"),
            None,
            "{revision}"
        );
    }
    let commit = forge
        .commit(&id, "main")
        .await
        .expect("asked")
        .expect("there");
    assert_eq!(
        (commit.author.name.as_str(), commit.committer.name.as_str()),
        ("Ana", "Callboard")
    );
    assert!(commit.tree.is_some() && commit.authored_at.is_some());
    let nowhere = RepositoryId::new("resolvers", "nothing");
    assert_eq!(forge.commit(&nowhere, "main").await.expect("asked"), None);
    let empty = NewRepository {
        with_readme: false,
        project: None,
        ..new("resolvers", "empty")
    };
    let empty = forge.create_repository(&empty).await.expect("made");
    assert!(empty.is_empty);
    assert_eq!(forge.commit(&empty.id, "trunk").await.expect("asked"), None);
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn an_archive_holds_every_file_of_its_commit() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("archivists").await;
    let id = repository(&forge, "archivists", "app").await;
    let commit = write(&forge, &id, &[("src/lib.rs", "//! it\n")]).await;
    write(&forge, &id, &[("later.txt", "not in it")]).await;
    let archive = forge.archive(&id, &commit).await.expect("packed");
    assert_eq!(archive.format, ArchiveFormat::TarGz);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("archive.tar.gz");
    std::fs::write(&file, &archive.bytes).expect("written");
    let listed = std::process::Command::new("tar")
        .arg("-tzf")
        .arg(&file)
        .output();
    let text = String::from_utf8(listed.expect("tar runs").stdout).expect("names");
    assert!(
        text.contains("src/lib.rs") && !text.contains("later.txt"),
        "{text}"
    );
    let nothing = CommitId("0123456789012345678901234567890123456789".to_owned());
    forge
        .archive(&id, &nothing)
        .await
        .expect_err("no such commit");
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_first_commit_goes_to_a_repository_without_any() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("beginners").await;
    let empty = NewRepository {
        with_readme: false,
        project: None,
        ..new("beginners", "empty")
    };
    let id = forge.create_repository(&empty).await.expect("made").id;
    let files = vec![FileChange {
        path: "deep/er/file.txt".to_owned(),
        written: Written::Create("first\n".into()),
    }];
    let first = NewCommit {
        branch: "trunk".to_owned(),
        ..commit("First", files)
    };
    let made = forge.commit_files(&id, &first).await.expect("committed");
    assert!(made.parents.is_empty());
    let now = forge.repository(&id).await.expect("asked").expect("there");
    assert_eq!(
        (now.is_empty, now.default_branch.as_str()),
        (false, "trunk")
    );
}
