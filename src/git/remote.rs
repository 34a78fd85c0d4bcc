//! Any Git server over HTTP: a commit is pushed to it, a commit is fetched from it. Nothing is kept.

use tempfile::TempDir;
use url::Url;

use super::{
    command::{Call, Git, Output},
    commit::NewCommit,
    error::{GitError, Result},
    name::{BranchName, CommitId},
    repository::Repository,
};
use crate::config::Secret;

/// A server and who we are there.
#[derive(Debug, Clone, Copy)]
pub struct Remote<'a> {
    /// `http` or `https`, without a name or password in it.
    pub url: &'a Url,
    /// The value of the `Authorization` header; it goes to Git by its environment, never as an argument.
    pub authorization: Option<&'a Secret>,
}

/// A commit that was fetched, in a repository that is gone with this.
#[derive(Debug)]
pub struct Fetched {
    /// Where it is read.
    pub repository: Repository,
    /// What was asked for.
    pub commit: CommitId,
    /// Holds the folder.
    _folder: TempDir,
}

impl Git {
    /// Where a branch of a remote is; `None`: there is none of that name.
    pub async fn remote_branch(
        &self,
        remote: &Remote<'_>,
        branch: &BranchName,
    ) -> Result<Option<CommitId>> {
        let reference = branch.reference();
        let args = [
            "ls-remote",
            "--quiet",
            "--",
            remote.url.as_str(),
            &reference,
        ];
        let output = self.talk(remote, None, &args).await?;
        Ok(output.text().split('\t').next().and_then(CommitId::parse))
    }

    /// Fetches one commit of a remote, without its history.
    pub async fn fetch(&self, remote: &Remote<'_>, commit: &CommitId) -> Result<Fetched> {
        let folder = tempfile::tempdir_in(self.home()?)?;
        let repository = Repository::at(self.clone(), folder.path().join("fetched.git"));
        repository.init(&BranchName::parse("main")?).await?;
        let (url, id) = (remote.url.as_str(), commit.as_str());
        let args = [
            "fetch",
            "--quiet",
            "--depth=1",
            "--no-tags",
            "--no-write-fetch-head",
            "--",
            url,
            id,
        ];
        self.talk(remote, Some(&repository), &args).await?;
        Ok(Fetched {
            repository,
            commit: commit.clone(),
            _folder: folder,
        })
    }

    /// Makes a commit and pushes it, if the branch is where the commit expects it. Pushed again, it succeeds again.
    ///
    /// [`GitError::Moved`] if the branch is elsewhere, [`GitError::Refused`] if the server does not let us.
    pub async fn push(&self, remote: &Remote<'_>, commit: &NewCommit<'_>) -> Result<CommitId> {
        let folder = tempfile::tempdir_in(self.home()?)?;
        let mut repository = Repository::at(self.clone(), folder.path().join("pushed.git"));
        let fetched = match commit.parent {
            Some(parent) => Some(self.fetch(remote, parent).await?),
            None => None,
        };
        match &fetched {
            Some(fetched) => repository = fetched.repository.clone(),
            None => repository.init(commit.branch).await?,
        }
        let local = NewCommit {
            expected: None,
            ..commit.clone()
        };
        let id = repository.commit(&local).await?;
        let reference = commit.branch.reference();
        let expected = commit.expected.map_or("", CommitId::as_str);
        let lease = format!("--force-with-lease={reference}:{expected}");
        let spec = format!("{id}:{reference}");
        let args = ["push", "--quiet", &lease, "--", remote.url.as_str(), &spec];
        self.talk(remote, Some(&repository), &args).await?;
        Ok(id)
    }

    async fn talk(
        &self,
        remote: &Remote<'_>,
        repository: Option<&Repository>,
        args: &[&str],
    ) -> Result<Output> {
        check_address(remote.url)?;
        let header = remote.authorization.map(|value| {
            let key = format!("http.{}.extraHeader", remote.url);
            (key, format!("Authorization: {}", value.expose()))
        });
        let call = Call {
            args: args.to_vec(),
            git_dir: repository.map(Repository::folder),
            config: header.into_iter().collect(),
            protocols: "http:https",
            ..Call::default()
        };
        let output = self.try_run(call).await?;
        if output.code == Some(0) {
            return Ok(output);
        }
        let said = match remote.authorization {
            Some(secret) => output.said.replace(secret.expose(), "***"),
            None => output.said,
        };
        Err(failure(remote.url, &said))
    }
}

fn check_address(url: &Url) -> Result<()> {
    let is_web = matches!(url.scheme(), "http" | "https");
    if is_web && url.username().is_empty() && url.password().is_none() {
        return Ok(());
    }
    Err(GitError::BadName(
        "The address of a Git server must begin with https:// or http://, and hold no name or password."
            .to_owned(),
    ))
}

/// What Git says of a server that did not do it, in our words and its own.
fn failure(url: &Url, said: &str) -> GitError {
    let host = url.host_str().unwrap_or_default();
    let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if has(&[
        "stale info",
        "[rejected]",
        "[remote rejected]",
        "fetch first",
    ]) {
        return GitError::Moved(format!(
            "{host} did not take the branch: it is not where it was expected, or is protected. {said}"
        ));
    }
    if has(&[
        "Authentication failed",
        "terminal prompts disabled",
        "error: 401",
        "error: 403",
    ]) {
        return GitError::Refused(format!(
            "{host} refused the credentials, or they may not do this. Check the integration of this host in app-config.yaml."
        ));
    }
    if has(&["not found", "error: 404"]) {
        return GitError::NotFound(format!("{host} has no repository at {url}."));
    }
    GitError::Unreachable(format!("{host} could not be used: {said}"))
}
