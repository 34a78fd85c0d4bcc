//! Against the real `git`.

use tempfile::TempDir;

use super::{
    BranchName, Change, Commit, CommitId, EntryKind, Git, GitError, NewCommit, Repository,
    Signature,
};
use crate::clock::UnixMillis;

const AT: UnixMillis = UnixMillis(1_767_225_600_000);

struct Bench {
    folder: TempDir,
    repository: Repository,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let git = Git::new(folder.path().join("home"), Vec::new());
        let repository = Repository::at(git, folder.path().join("a.git"));
        repository.init(&main()).await.unwrap();
        Self { folder, repository }
    }

    async fn commit(
        &self,
        expected: Option<&CommitId>,
        changes: &[Change],
    ) -> Result<CommitId, GitError> {
        self.commit_at(expected, expected, changes).await
    }

    async fn commit_at(
        &self,
        expected: Option<&CommitId>,
        parent: Option<&CommitId>,
        changes: &[Change],
    ) -> Result<CommitId, GitError> {
        let who = Signature {
            name: "Ana <b>\nx".to_owned(),
            email: "ana@example.com".to_owned(),
        };
        let commit = NewCommit {
            branch: &main(),
            expected,
            parent,
            changes: changes.to_vec(),
            message: "Add it\n\nCallboard-Run: 1/publish\n",
            author: &who,
            committer: &who,
            at: AT,
        };
        self.repository.commit(&commit).await
    }

    async fn log(&self, at: &CommitId) -> Vec<Commit> {
        self.repository.log(at, "", (0, 10)).await.unwrap()
    }
}

fn main() -> BranchName {
    BranchName::parse("main").unwrap()
}

fn write(path: &str, content: &str) -> Change {
    Change::Write {
        path: path.to_owned(),
        content: content.as_bytes().to_vec(),
        executable: path.strip_suffix(".sh").is_some(),
    }
}

#[tokio::test]
async fn the_same_commit_twice_has_one_hash() {
    let (one, other) = (Bench::new().await, Bench::new().await);
    let files = [
        write("a \"q\"\\ü.txt", "a"),
        write("d/run.sh", "#!/bin/sh\n"),
    ];
    let first = one.commit(None, &files).await.unwrap();
    assert_eq!(one.commit(None, &files).await.unwrap(), first);
    assert_eq!(other.commit(None, &files).await.unwrap(), first);
    let next = [
        Change::Delete {
            path: "d".to_owned(),
        },
        write("b", "b"),
    ];
    let second = one.commit(Some(&first), &next).await.unwrap();
    assert_eq!(one.commit(Some(&first), &next).await.unwrap(), second);
    let log = one.log(&second).await;
    assert_eq!(log.len(), 2);
    assert_eq!(log[0].parents, [first]);
    assert_eq!(log[0].author.name, "Ana bx");
    assert_eq!((log[0].subject(), log[0].at), ("Add it", AT));
    assert!(log[0].message.ends_with("Callboard-Run: 1/publish"));
    let left: Vec<String> = one
        .repository
        .branches()
        .await
        .unwrap()
        .into_iter()
        .map(|branch| branch.name)
        .collect();
    assert_eq!(left, ["main"], "no draft stays");
}

#[tokio::test]
async fn a_branch_that_moved_is_not_written_over() {
    let bench = Bench::new().await;
    let first = bench.commit(None, &[write("a", "1")]).await.unwrap();
    let second = bench
        .commit(Some(&first), &[write("a", "2")])
        .await
        .unwrap();
    let late = bench.commit(Some(&first), &[write("a", "3")]).await;
    assert!(matches!(late, Err(GitError::Moved(_))), "{late:?}");
    let new = bench
        .commit_at(None, Some(&first), &[write("a", "3")])
        .await;
    assert!(matches!(new, Err(GitError::Moved(_))), "{new:?}");
    assert_eq!(
        bench.repository.resolve("main").await.unwrap(),
        Some(second.clone())
    );
    let delete = bench.repository.delete_branch(&main(), &first).await;
    assert!(matches!(delete, Err(GitError::Moved(_))), "{delete:?}");
    bench
        .repository
        .delete_branch(&main(), &second)
        .await
        .unwrap();
    bench
        .repository
        .delete_branch(&main(), &second)
        .await
        .unwrap();
    assert_eq!(bench.repository.resolve("main").await.unwrap(), None);
}

#[tokio::test]
async fn files_and_folders_are_read_as_they_were() {
    let bench = Bench::new().await;
    let files = [
        write("a.txt", "old"),
        write("d/e/f.sh", "x"),
        write(":(top)x", "magic"),
        write("-v", "flag"),
    ];
    let first = bench.commit(None, &files).await.unwrap();
    let second = bench
        .commit(Some(&first), &[write("a.txt", "new")])
        .await
        .unwrap();
    let repository = &bench.repository;
    for (commit, path, expected) in [
        (&first, "a.txt", Some("old")),
        (&second, "a.txt", Some("new")),
        (&second, ":(top)x", Some("magic")),
        (&second, "-v", Some("flag")),
        (&second, "d", None),
        (&second, "d/../a.txt", None),
        (&second, "nowhere", None),
    ] {
        let read = repository.file(commit, path, 100).await.unwrap();
        let text = read.map(|(_, bytes)| String::from_utf8(bytes).unwrap());
        assert_eq!(text.as_deref(), expected, "{path}");
    }
    let names = |entries: Vec<super::TreeEntry>| -> Vec<(String, EntryKind)> {
        entries
            .into_iter()
            .map(|entry| (entry.path, entry.kind))
            .collect()
    };
    let root = names(repository.tree(&second, "", false).await.unwrap());
    assert!(
        root.contains(&("d".to_owned(), EntryKind::Folder)),
        "{root:?}"
    );
    let below = names(repository.tree(&second, "d/", true).await.unwrap());
    assert_eq!(below, [("e/f.sh".to_owned(), EntryKind::Executable)]);
    let missing = repository.tree(&second, "nowhere", false).await;
    assert!(matches!(missing, Err(GitError::NotFound(_))), "{missing:?}");
    let large = repository.file(&second, "a.txt", 2).await;
    assert!(matches!(large, Err(GitError::TooLarge(..))), "{large:?}");
    let packed = repository.archive(&second, "a", 1024 * 1024).await.unwrap();
    assert_eq!(
        packed,
        repository.archive(&second, "a", 1024 * 1024).await.unwrap()
    );
    let too_large = repository.archive(&second, "a", 10).await;
    assert!(
        matches!(too_large, Err(GitError::TooLarge(..))),
        "{too_large:?}"
    );
}

#[tokio::test]
async fn only_whole_names_are_resolved() {
    let bench = Bench::new().await;
    let first = bench.commit(None, &[write("a", "1")]).await.unwrap();
    for (revision, is_found) in [
        ("main", true),
        (first.as_str(), true),
        (&first.as_str()[..10], false),
        ("main~0", false),
        (":/Add", false),
        ("HEAD", false),
        ("main\nmain", false),
        ("0000000000000000000000000000000000000001", false),
    ] {
        let found = bench.repository.resolve(revision).await.unwrap();
        assert_eq!(found.is_some(), is_found, "{revision:?}");
    }
}

#[tokio::test]
async fn what_the_rules_of_a_tree_leave_out_is_left_out() {
    let bench = Bench::new().await;
    let git = Git::new(bench.folder.path().join("home"), Vec::new());
    let rules: [(&str, &[u8]); 2] = [
        (".gitignore", b"node_modules/\n*.log\n!keep.log\n/build\n"),
        ("sub/.gitignore", b"secret\n"),
    ];
    let paths = [
        "a.txt",
        "x.log",
        "keep.log",
        "node_modules/a/b.js",
        "sub/node_modules/c",
        "build/x",
        "sub/build/x",
        "sub/secret",
        "secret",
        ":!x.log",
        "sub/.gitignore",
    ];
    let mut ignored: Vec<String> = git
        .ignored(&rules, &paths)
        .await
        .unwrap()
        .into_iter()
        .collect();
    ignored.sort();
    assert_eq!(
        ignored,
        [
            ":!x.log",
            "build/x",
            "node_modules/a/b.js",
            "sub/node_modules/c",
            "sub/secret",
            "x.log"
        ]
    );
    assert!(git.ignored(&[], &paths).await.unwrap().is_empty());
    let outside = git
        .ignored(&[("../.gitignore", b"*".as_slice())], &paths)
        .await;
    assert!(matches!(outside, Err(GitError::BadName(_))), "{outside:?}");
}

#[tokio::test]
async fn a_machine_without_git_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = vec![("PATH".to_owned(), folder.path().display().to_string())];
    let git = Git::new(folder.path().join("home"), nowhere);
    let fault = git.version().await.unwrap_err();
    assert!(matches!(fault, GitError::NotInstalled), "{fault:?}");
    assert!(fault.to_string().contains("install Git"), "{fault}");
}
