//! What stands around the code says the truth: the image's recipe, the documents, the scripts.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn dockerfile_copies_what_exists_and_is_not_ignored() {
    let copied = copied_from_checkout();
    assert!(copied.len() > 5, "{copied:?}");
    let let_in: BTreeSet<String> = read(".dockerignore")
        .lines()
        .filter_map(|line| line.strip_prefix('!'))
        .map(str::to_owned)
        .collect();
    for source in &copied {
        assert!(at(source).exists(), "the Dockerfile copies {source}");
    }
    assert_eq!(copied, let_in, "Dockerfile and .dockerignore agree");
}

#[test]
fn dockerfile_copies_what_the_build_reads() {
    let copied = copied_from_checkout();
    for (table, folder) in [("[[bench]]", "benches"), ("[[example]]", "examples")] {
        let declared = read("Cargo.toml").contains(table);
        assert!(
            !declared || copied.contains(folder),
            "Cargo.toml names a target in {folder}/: cargo will not build without it"
        );
    }
    for file in files_below(&at("src")) {
        let source = fs::read_to_string(&file).expect("UTF-8");
        for folder in embedded_folders(&source) {
            let top = folder.split('/').next().expect("a folder");
            assert!(
                copied.contains(top),
                "{} embeds {folder}, which the image does not have",
                file.display()
            );
        }
    }
}

#[test]
fn dockerfile_and_manifest_name_the_same_rust() {
    let manifest = read("Cargo.toml");
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .expect("a rust-version")
        .trim_matches('"');
    let image = format!("FROM rust:{version}-");
    assert!(read("Dockerfile").contains(&image), "expected {image}");
}

#[test]
fn documents_link_to_what_exists() {
    let mut documents = vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned()];
    documents.push("CHANGELOG.md".to_owned());
    for file in files_below(&at("docs")) {
        if file.extension().is_some_and(|ending| ending == "md") {
            documents.push(relative(&file));
        }
    }
    let mut links = 0;
    for document in &documents {
        let folder = Path::new(document).parent().expect("a folder");
        for target in links_of(&read(document)) {
            links += 1;
            let path = target.split('#').next().unwrap_or_default();
            assert!(
                path.is_empty() || at(folder.join(path)).exists(),
                "{document} links to {target}"
            );
        }
    }
    assert!(links > 5, "only {links} links were found");
}

#[test]
fn both_readme_commands_are_there() {
    let readme = read("README.md");
    for command in ["cargo run --release", "tests/run"] {
        assert!(readme.contains(command), "README.md names `{command}`");
    }
    assert!(read(".ci/run").contains("tests/run"));
}

#[test]
fn links_in_markdown_are_seen() {
    let text =
        "See [a](docs/A.md#x), ![b](b.png) and [web](https://example.com).\n    [no](code)\n";
    assert_eq!(links_of(text), ["docs/A.md#x", "b.png"]);
}

/// What the Dockerfile takes from the checkout, not from an earlier stage.
fn copied_from_checkout() -> BTreeSet<String> {
    let mut sources = BTreeSet::new();
    for line in read("Dockerfile").lines() {
        let Some(arguments) = line.strip_prefix("COPY ") else {
            continue;
        };
        if arguments.contains("--from=") {
            continue;
        }
        let mut parts: Vec<&str> = arguments.split_whitespace().collect();
        parts.pop();
        sources.extend(parts.into_iter().map(str::to_owned));
    }
    sources
}

/// The folders rust-embed and `sqlx::migrate!` read while compiling.
fn embedded_folders(source: &str) -> Vec<String> {
    let mut folders = Vec::new();
    for marker in ["#[folder = \"", "migrate!(\""] {
        for (at, _) in source.match_indices(marker) {
            let rest = &source[at + marker.len()..];
            let path = rest.split('"').next().unwrap_or_default();
            let path = path.trim_start_matches("$CARGO_MANIFEST_DIR/");
            folders.push(path.trim_start_matches("./").to_owned());
        }
    }
    folders
}

/// Relative link and image targets outside code blocks.
fn links_of(markdown: &str) -> Vec<String> {
    let mut fenced = false;
    let mut targets = Vec::new();
    for line in markdown.lines() {
        fenced ^= line.starts_with("```");
        if fenced || line.starts_with("    ") {
            continue;
        }
        for (at, _) in line.match_indices("](") {
            let target = line[at + 2..].split([')', ' ']).next().unwrap_or_default();
            if !target.contains("://") {
                targets.push(target.to_owned());
            }
        }
    }
    targets
}

fn at(path: impl AsRef<Path>) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn relative(path: &Path) -> String {
    let root = at("");
    let path = path.strip_prefix(root).expect("a file of the checkout");
    path.to_str().expect("UTF-8").to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}
