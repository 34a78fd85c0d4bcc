//! Gitea cut off between a moved branch and its database: Git has the commit, the branch is not known.

use std::{path::Path, process::Command};

use callboard::forge::{GitHost, NewCommit, NewRepository, RepositoryId, Visibility, Written};
use serde_json::Value;

use super::{commit, repository};
use crate::support::gitea::Gitea;

const MESSAGE: &str = "Make it\n\nCallboard-Run: 17/publish\n";

/// Moves a branch in Git alone, as a push does whose hook was killed.
fn commit_by_half(folder: &Path, branch: &str, parent: Option<&str>) -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .arg("--git-dir")
            .arg(folder)
            .args(arguments)
            .envs([
                ("GIT_AUTHOR_NAME", "Ana"),
                ("GIT_AUTHOR_EMAIL", "ana@example.com"),
                ("GIT_COMMITTER_NAME", "Callboard"),
                ("GIT_COMMITTER_EMAIL", "callboard@example.com"),
            ])
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout)
            .expect("text")
            .trim()
            .to_owned()
    };
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let blob = git(&["hash-object", "-w", readme]);
    let entry = format!("100644,{blob},README.md");
    git(&["update-index", "--add", "--cacheinfo", &entry]);
    let tree = git(&["write-tree"]);
    let mut arguments = vec!["commit-tree", &tree, "-m", MESSAGE];
    arguments.extend(parent.into_iter().flat_map(|parent| ["-p", parent]));
    let made = git(&arguments);
    git(&["update-ref", &format!("refs/heads/{branch}"), &made]);
    made
}

async fn branches(gitea: &Gitea, id: &RepositoryId) -> Vec<String> {
    let path = format!("repos/{id}/branches");
    let found = gitea.api("GET", &path, Value::Null).await;
    let found = found.as_array().expect("a list").iter();
    let names = found.filter_map(|branch| branch["name"].as_str());
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names
}

fn of_run() -> NewCommit {
    let file = super::FileChange {
        path: "README.md".to_owned(),
        written: Written::Create("# Shop\n".into()),
    };
    commit(MESSAGE, vec![file])
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_new_branch_that_was_made_by_half_is_made_anew() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("halves").await;
    let id = repository(&forge, "halves", "app").await;
    let base = forge
        .branch(&id, "main")
        .await
        .expect("asked")
        .expect("there");
    let folder = gitea.repository_folder("halves", "app");
    let half = commit_by_half(&folder, "more", Some(base.commit.as_str()));
    assert_eq!(branches(gitea, &id).await, ["main"]);
    let new = NewCommit {
        branch: "more".to_owned(),
        new_branch_from: Some("main".to_owned()),
        expected_parent: Some(base.commit.clone()),
        message: MESSAGE.to_owned(),
        ..of_run()
    };
    let new = NewCommit {
        files: vec![super::file("more.md", "More\n")],
        ..new
    };
    let made = forge.commit_files(&id, &new).await.expect("made anew");
    assert_ne!(made.id.as_str(), half);
    assert_eq!(made.parents, [base.commit]);
    assert_eq!(branches(gitea, &id).await, ["main", "more"]);
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_first_commit_that_was_made_by_half_becomes_known() {
    let gitea = Gitea::shared();
    let forge = gitea.forge();
    gitea.new_organisation("firsts").await;
    let id = RepositoryId::new("firsts", "app");
    let new = NewRepository {
        id: id.clone(),
        description: String::new(),
        visibility: Visibility::Private,
        default_branch: Some("main".to_owned()),
        with_readme: false,
        project: None,
    };
    forge.create_repository(&new).await.expect("made");
    let folder = gitea.repository_folder("firsts", "app");
    let first = commit_by_half(&folder, "main", None);
    let half = forge.repository(&id).await.expect("asked").expect("there");
    assert!(half.is_empty);
    // Somebody else's is left alone.
    let other = commit("Another\n", vec![super::file("a", "1")]);
    let other = NewCommit {
        files: of_run().files,
        ..other
    };
    let refused = forge.commit_files(&id, &other).await;
    refused.expect_err("a file of that name is there");
    assert_eq!(
        forge
            .commit(&id, "main")
            .await
            .expect("asked")
            .map(|found| found.id.0),
        Some(first.clone())
    );

    let made = forge.commit_files(&id, &of_run()).await.expect("found");
    assert_eq!(made.id.as_str(), first);
    let whole = forge.repository(&id).await.expect("asked").expect("there");
    assert_eq!(
        (whole.is_empty, whole.default_branch.as_str()),
        (false, "main")
    );
    assert_eq!(branches(gitea, &id).await, ["main"]);
}
