//! A portal that listens, and the `git` of a person: their own folder, nothing of this machine's settings.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use callboard::{
    auth::Auth,
    config::GuestProvider,
    entity::EntityRef,
    forge::{
        FileChange, GitHost, LocalHost, NewCommit, NewRepository, RepositoryId, Visibility, Written,
    },
};
use tempfile::TempDir;
use tokio::{net::TcpListener, process::Command};

use crate::support::TestApp;

/// A catalog file of one component.
pub(super) fn component(name: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}}}\nspec: {{type: service, lifecycle: production, owner: gates}}\n"
    )
}

/// A portal that listens.
pub(super) struct Host {
    pub(super) app: TestApp,
    pub(super) address: SocketAddr,
}

impl Host {
    pub(super) async fn new() -> Self {
        Self::of(TestApp::builder().start().await).await
    }

    pub(super) async fn of(app: TestApp) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let router = app.router();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self { app, address }
    }

    pub(super) fn git(&self) -> LocalHost {
        self.app.state().local_git.clone().expect("it is on")
    }

    /// Makes a repository with one commit, for somebody.
    pub(super) async fn repository(&self, id: &str, creator: &str) -> RepositoryId {
        let (owner, name) = id.split_once('/').expect("owner/name");
        let id = RepositoryId::new(owner, name);
        let host = self.git().on_behalf_of(&EntityRef::from_canonical(creator));
        let new = NewRepository {
            id: id.clone(),
            description: "A test".to_owned(),
            visibility: Visibility::Private,
            default_branch: None,
            with_readme: true,
            project: None,
        };
        host.create_repository(&new).await.expect("it is made");
        id
    }

    /// Commits a file through the interface of all hosts.
    pub(super) async fn commit(&self, id: &RepositoryId, path: &str, text: &str) -> String {
        let new = NewCommit {
            branch: "main".to_owned(),
            new_branch_from: None,
            expected_parent: None,
            message: format!("Add {path}"),
            author: None,
            committer: None,
            at: None,
            files: vec![FileChange {
                path: path.to_owned(),
                written: Written::Create(text.as_bytes().to_vec().into()),
            }],
        };
        let made = self.git().commit_files(id, &new).await;
        made.expect("it is committed").id.0
    }

    /// The token of somebody who signed in, and owns things in the name of these as well.
    pub(super) async fn token(&self, user: &str, groups: &[&str]) -> String {
        let state = self.app.state();
        let refs = std::iter::once(user).chain(groups.iter().copied());
        let mut config = (*state.config).clone();
        config.auth.guest = Some(GuestProvider {
            user: EntityRef::from_canonical(user),
            ownership_refs: refs.map(str::to_owned).collect(),
            is_for_everyone: false,
        });
        let auth = Auth::new(
            &config,
            state.store.clone(),
            state.catalog.clone(),
            self.app.clock().clone(),
        );
        let session = auth.expect("it signs").sign_in_guest(true).await;
        session
            .expect("it signs in")
            .expect("there is a guest")
            .token
    }

    /// The clone address, with a token as its password if there is one.
    pub(super) fn url(&self, id: &str, token: Option<&str>) -> String {
        let user = token
            .map(|token| format!("me:{token}@"))
            .unwrap_or_default();
        format!("http://{user}{}/git/{id}.git", self.address)
    }

    /// The bare repository on disk.
    pub(super) fn folder(&self, id: &str) -> PathBuf {
        self.app.path("data").join("git").join(format!("{id}.git"))
    }

    /// What Git says of the repository on disk: nothing, if it is sound.
    pub(super) async fn fsck(&self, id: &str) -> String {
        let output = run(&self.folder(id), &["fsck", "--full", "--no-dangling"]).await;
        said(&output)
    }

    pub(super) async fn head(&self, id: &str, branch: &str) -> String {
        let reference = format!("refs/heads/{branch}");
        let output = run(
            &self.folder(id),
            &["rev-parse", "--verify", "--quiet", &reference],
        )
        .await;
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

/// A person with a folder.
pub(super) struct Person {
    pub(super) folder: TempDir,
}

impl Person {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) async fn clone(&self, url: &str, name: &str) -> Output {
        run(self.folder.path(), &["clone", "--quiet", url, name]).await
    }

    /// Writes a file into a clone and commits it.
    pub(super) async fn commit(&self, clone: &str, file: &str, content: &[u8]) {
        let folder = self.path(clone);
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().expect("below the clone")).expect("made");
        std::fs::write(path, content).expect("written");
        self.must(clone, &["add", "--all", "--force", "--", file])
            .await;
        self.must(clone, &["commit", "--quiet", "-m", "Change it"])
            .await;
    }

    pub(super) async fn git(&self, clone: &str, args: &[&str]) -> Output {
        run(&self.path(clone), args).await
    }

    pub(super) async fn must(&self, clone: &str, args: &[&str]) -> String {
        let output = self.git(clone, args).await;
        assert!(output.status.success(), "git {args:?}: {}", said(&output));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

pub(super) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .args(args)
        .current_dir(folder)
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_AUTHOR_NAME", "Ana")
        .env("GIT_AUTHOR_EMAIL", "ana@example.com")
        .env("GIT_COMMITTER_NAME", "Ana")
        .env("GIT_COMMITTER_EMAIL", "ana@example.com")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

pub(super) async fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().await.expect("git runs")
}

pub(super) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}
