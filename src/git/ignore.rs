//! Which files of a rendered tree its own `.gitignore` files leave out.

use std::collections::HashSet;

use super::{
    command::{Call, Git},
    error::{GitError, Result},
    name::{BranchName, check_path},
    repository::Repository,
};

/// More rules than anybody writes.
const MAX_RULES: usize = 1024 * 1024;
const MAX_OUTPUT: usize = 16 * 1024 * 1024;

impl Git {
    /// The paths among `paths` that are ignored. `rules` are the `.gitignore` files of the tree: path and content.
    ///
    /// Only the rules are laid down, in a folder of their own: Git never looks at the tree itself.
    pub async fn ignored(
        &self,
        rules: &[(&str, &[u8])],
        paths: &[&str],
    ) -> Result<HashSet<String>> {
        if rules.is_empty() || paths.is_empty() {
            return Ok(HashSet::new());
        }
        let total: usize = rules.iter().map(|(_, content)| content.len()).sum();
        if total > MAX_RULES {
            return Err(GitError::TooLarge("check-ignore".to_owned(), 1));
        }
        for path in rules.iter().map(|(path, _)| path).chain(paths) {
            check_path(path)?;
        }
        let draft = tempfile::tempdir_in(self.home()?)?;
        let (tree, folder) = (draft.path().join("tree"), draft.path().join("rules.git"));
        for (path, content) in rules {
            let file = tree.join(path);
            std::fs::create_dir_all(file.parent().unwrap_or(&tree))?;
            std::fs::write(file, content)?;
        }
        let repository = Repository::at(self.clone(), folder.clone());
        repository.init(&BranchName::parse("main")?).await?;
        let call = Call {
            args: vec![
                "-c",
                "core.bare=false",
                "check-ignore",
                "--no-index",
                "-z",
                "--stdin",
            ],
            git_dir: Some(&folder),
            work_tree: Some(&tree),
            // Behind `./` no path has a meaning of its own.
            input: paths
                .iter()
                .flat_map(|path| ["./", path, "\0"])
                .collect::<String>()
                .into_bytes(),
            max_output: MAX_OUTPUT,
            ..Call::default()
        };
        let output = self.try_run(call).await?;
        // 1: none of them.
        if !matches!(output.code, Some(0 | 1)) {
            return Err(GitError::Failed {
                command: "check-ignore".to_owned(),
                said: output.said,
            });
        }
        let found = String::from_utf8_lossy(&output.bytes);
        let paths = found.split('\0').filter_map(|path| path.strip_prefix("./"));
        Ok(paths.map(str::to_owned).collect())
    }
}
