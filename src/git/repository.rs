//! A bare repository on this machine.

use std::path::{Path, PathBuf};

use super::{
    command::{Call, Git, Output},
    error::Result,
    name::BranchName,
};

/// A bare repository. Cheap to clone; what is done with it is in the other files of this module.
#[derive(Debug, Clone)]
pub struct Repository {
    pub(super) git: Git,
    pub(super) folder: PathBuf,
}

impl Repository {
    /// The repository in a folder, which need not exist yet.
    #[must_use]
    pub fn at(git: Git, folder: PathBuf) -> Self {
        Self { git, folder }
    }

    /// Where it lies.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes it, empty, without hooks; its default branch is not there before the first commit.
    pub async fn init(&self, default_branch: &BranchName) -> Result<()> {
        let branch = format!("--initial-branch={default_branch}");
        let folder = self.folder.to_string_lossy();
        let args = vec![
            "init",
            "--quiet",
            "--bare",
            "--template=",
            &branch,
            "--",
            &folder,
        ];
        let call = Call {
            args,
            ..Call::default()
        };
        self.git.run(call).await.map(drop)
    }

    pub(super) fn call<'a>(&'a self, args: &[&'a str]) -> Call<'a> {
        Call {
            args: args.to_vec(),
            git_dir: Some(&self.folder),
            ..Call::default()
        }
    }

    pub(super) async fn run(&self, args: &[&str]) -> Result<Output> {
        self.git.run(self.call(args)).await
    }

    /// Packs what has become many small pieces, if it has.
    pub async fn tidy(&self) -> Result<()> {
        self.run(&["gc", "--auto", "--quiet"]).await.map(drop)
    }

    /// How many KiB its objects take on disk.
    pub async fn size_kib(&self) -> Result<u64> {
        let counted = self.run(&["count-objects", "-v"]).await?.text();
        let number = |key: &str| {
            let line = counted.lines().find_map(|line| line.strip_prefix(key));
            line.and_then(|number| number.trim().parse::<u64>().ok())
                .unwrap_or(0)
        };
        Ok(number("size:") + number("size-pack:") + number("size-garbage:"))
    }
}
