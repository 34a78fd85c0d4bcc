//! Any Git server, as the portal pushes to it; here it is the portal itself.

use std::path::{Path, PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};
use callboard::{
    clock::{Clock, UnixMillis},
    config::Secret,
    entity::ScmHost,
    forge::{ForgeErrorKind, GitHost},
    git::{BranchName, Change, CommitId, Git, GitError, NewCommit, Remote, Signature},
};

use super::client::Host;
use crate::support::{
    START,
    hosts::{forge, integration, token},
};

/// A `git` that notes how it was called.
fn noting(folder: &Path) -> (Git, PathBuf) {
    let noted = folder.join("noted");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> {}\nexec /usr/bin/env -S PATH=/usr/bin:/bin git \"$@\"\n",
        noted.display()
    );
    let program = folder.join("git");
    std::fs::write(&program, script).expect("written");
    std::fs::set_permissions(
        &program,
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .expect("can be run");
    let path = format!("{}:/usr/bin:/bin", folder.display());
    (
        Git::new(folder.join("home"), vec![("PATH".to_owned(), path)]),
        noted,
    )
}

fn branch(name: &str) -> BranchName {
    BranchName::parse(name).expect("a name")
}

/// A commit of one file.
fn commit<'a>(
    branch: &'a BranchName,
    expected: Option<&'a CommitId>,
    text: &str,
    who: &'a Signature,
) -> NewCommit<'a> {
    NewCommit {
        branch,
        expected,
        parent: expected,
        changes: vec![Change::Write {
            path: "a.txt".to_owned(),
            content: text.into(),
            executable: false,
        }],
        message: "Add it",
        author: who,
        committer: who,
        at: UnixMillis(1_767_225_600_000),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_pushed_and_fetched_without_a_word_of_the_token() {
    let host = Host::new().await;
    host.repository("rail/tickets", "user:default/ana").await;
    let folder = tempfile::tempdir().expect("a folder");
    let (git, noted) = noting(folder.path());
    let token = host.token("user:default/ana", &[]).await;
    let basic = BASE64_STANDARD.encode(format!("me:{token}"));
    let secret = Secret::new(format!("Basic {basic}"));
    let url = host.url("rail/tickets", None).parse().expect("a URL");
    let remote = Remote {
        url: &url,
        authorization: Some(&secret),
    };
    let who = Signature {
        name: "Ana".to_owned(),
        email: "ana@example.com".to_owned(),
    };
    let (main, next) = (branch("main"), branch("next"));
    let head = git
        .remote_branch(&remote, &main)
        .await
        .unwrap()
        .expect("there is one");
    let new = commit(&main, Some(&head), "one", &who);
    let pushed = git.push(&remote, &new).await.expect("pushed");
    assert_eq!(git.push(&remote, &new).await.expect("pushed again"), pushed);
    assert_eq!(host.head("rail/tickets", "main").await, pushed.as_str());
    let late = git
        .push(&remote, &commit(&main, Some(&head), "two", &who))
        .await
        .unwrap_err();
    assert!(matches!(late, GitError::Moved(_)), "{late}");
    git.push(&remote, &commit(&next, None, "one", &who))
        .await
        .expect("a new branch");
    let fetched = git.fetch(&remote, &pushed).await.expect("fetched");
    let read = fetched
        .repository
        .file(&fetched.commit, "a.txt", 100)
        .await
        .unwrap();
    assert_eq!(read.expect("it is there").1, b"one");
    let noted = std::fs::read_to_string(noted).expect("it was called");
    assert!(
        noted.contains("push --quiet") && noted.contains("fast-import"),
        "{noted}"
    );
    assert!(
        !noted.contains(&basic) && !noted.contains(&token),
        "{noted}"
    );
    assert!(!format!("{late} {late:?} {remote:?}").contains(&basic));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_refuses_is_told_apart() {
    let host = Host::new().await;
    host.repository("rail/tickets", "user:default/ana").await;
    let folder = tempfile::tempdir().expect("a folder");
    let git = Git::new(folder.path().join("home"), Vec::new());
    let wrong = Secret::new("Basic bWU6bm90aGluZw==");
    let url = |text: &str| url::Url::parse(text).expect("a URL");
    let (there, missing) = (
        url(&host.url("rail/tickets", None)),
        url(&host.url("rail/nothing", None)),
    );
    let (nobody, file) = (url("http://127.0.0.1:9/a.git"), url("file:///etc"));
    let with_password = url(&host.url("rail/tickets", Some("s3cret")));
    let ask = async |url: &url::Url, authorization| {
        let remote = Remote { url, authorization };
        git.remote_branch(&remote, &branch("main")).await
    };
    let refused = ask(&there, Some(&wrong)).await.unwrap_err();
    assert!(matches!(refused, GitError::Refused(_)), "{refused}");
    let fault = ask(&missing, None).await.unwrap_err();
    assert!(matches!(fault, GitError::NotFound(_)), "{fault}");
    let fault = ask(&nobody, None).await.unwrap_err();
    assert!(matches!(fault, GitError::Unreachable(_)), "{fault}");
    for url in [&file, &with_password] {
        let fault = ask(url, None).await.unwrap_err();
        assert!(matches!(fault, GitError::BadName(_)), "{fault}");
        assert!(!fault.to_string().contains("s3cret"), "{fault}");
    }
    assert!(ask(&there, None).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_goes_back_only_from_where_it_is_said_to_be() {
    let host = Host::new().await;
    let id = host.repository("rail/tickets", "user:default/ana").await;
    let first = host.head("rail/tickets", "main").await;
    let second = host.commit(&id, "a.txt", "one").await;
    let secret = host.token("user:default/ana", &[]).await;
    let base = format!("http://{}/git", host.address);
    let at = |text: &str| callboard::forge::CommitId(text.to_owned());
    let asked_with = |secret: &str| {
        let integration = integration(ScmHost::Gitea, &base, &[token(secret)]);
        forge(&integration, &Clock::fixed(START))
    };
    let refused = asked_with("nothing")
        .reset_branch(&id, "main", &at(&second), &at(&first))
        .await
        .expect_err("nobody may push with that");
    assert_eq!(refused.kind, ForgeErrorKind::Unauthorized, "{refused}");
    let forge = asked_with(&secret);
    let moved = forge
        .reset_branch(&id, "main", &at(&second), &at(&first))
        .await;
    moved.expect("it goes back");
    assert_eq!(host.head("rail/tickets", "main").await, first);
    let third = host.commit(&id, "b.txt", "two").await;
    let late = forge
        .reset_branch(&id, "main", &at(&second), &at(&first))
        .await
        .expect_err("it is at the third commit");
    assert_eq!(late.kind, ForgeErrorKind::Conflict, "{late}");
    assert!(!format!("{late} {late:?}").contains(&secret));
    assert_eq!(host.head("rail/tickets", "main").await, third);
    assert_eq!(host.fsck("rail/tickets").await, "");
    let inside = host.git();
    let moved = inside
        .reset_branch(&id, "main", &at(&third), &at(&first))
        .await;
    moved.expect("the same in process");
    let late = inside
        .reset_branch(&id, "main", &at(&third), &at(&second))
        .await;
    late.expect_err("it is elsewhere");
    assert_eq!(host.head("rail/tickets", "main").await, first);
}
