//! A module uses only those above it in `src/lib.rs`; `api` and `pages` do not know each other.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Pairs that stand side by side: neither may use the other, whatever their order.
const STRANGERS: [(&str, &str); 1] = [("api", "pages")];

/// One mention of another module.
#[derive(Debug, PartialEq, Eq)]
struct Use {
    line: usize,
    module: String,
}

#[test]
fn modules_use_only_those_above_them() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let order = declared_modules(&read(&src.join("lib.rs")));
    assert!(order.len() > 10, "lib.rs lists the modules: {order:?}");

    let mut faults = Vec::new();
    let mut files = 0;
    for file in rust_files(&src) {
        let path = file.strip_prefix(&src).expect("a file of src/");
        let Some(module) = module_of(path) else {
            continue;
        };
        files += 1;
        for found in uses(&read(&file)) {
            if let Some(fault) = fault(&order, &module, &found.module) {
                faults.push(format!("src/{}:{}: {fault}", path.display(), found.line));
            }
        }
    }
    assert!(files >= order.len(), "only {files} files were read");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn folders_are_at_most_two_deep_and_named_after_things() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let vague = ["utils", "helpers", "common", "misc", "manager", "service"];
    for file in rust_files(&src) {
        let path = file.strip_prefix(&src).expect("a file of src/");
        assert!(
            path.components().count() <= 3,
            "too deep: {}",
            path.display()
        );
        for part in path.with_extension("").components() {
            let name = part.as_os_str().to_string_lossy();
            assert!(
                !vague.contains(&name.as_ref()),
                "src/{} says nothing of what is in it",
                path.display()
            );
        }
    }
}

#[test]
fn every_way_to_name_a_module_is_seen() {
    let source = "\
//! Talks of `crate::ingest`, which is no use.
use crate::error::{Error, Result};
use crate::{
    clock::{Clock, UnixMillis},
    store as rows,
};
fn f() -> crate::pages::Page { crate::urls::home() } // crate::api is not meant
macro_rules! m { () => { $crate::http::x() } }
";
    let found: Vec<(usize, String)> = uses(source)
        .into_iter()
        .map(|found| (found.line, found.module))
        .collect();
    let expected = [
        (2, "error"),
        (3, "clock"),
        (3, "store"),
        (7, "pages"),
        (7, "urls"),
        (8, "http"),
    ];
    assert_eq!(found, expected.map(|(line, name)| (line, name.to_owned())));
}

#[test]
fn a_use_downwards_or_across_is_a_fault() {
    let order: Vec<String> = ["error", "store", "api", "pages"].map(str::to_owned).into();
    assert_eq!(fault(&order, "store", "error"), None);
    assert_eq!(fault(&order, "store", "store"), None);
    assert!(fault(&order, "store", "api").is_some());
    assert!(fault(&order, "pages", "api").is_some());
    assert!(fault(&order, "api", "pages").is_some());
    assert!(fault(&order, "api", "nowhere").is_some());
}

/// What is wrong with `module` using `used`, if anything.
fn fault(order: &[String], module: &str, used: &str) -> Option<String> {
    let place = |name: &str| order.iter().position(|listed| listed == name);
    if module == used {
        return None;
    }
    let (Some(at), Some(target)) = (place(module), place(used)) else {
        return Some(format!("`{module}` uses `{used}`: not both are in lib.rs"));
    };
    let strangers = STRANGERS
        .iter()
        .any(|&(a, b)| (module, used) == (a, b) || (module, used) == (b, a));
    if strangers {
        return Some(format!("`{module}` and `{used}` must not know each other"));
    }
    (target > at).then(|| format!("`{module}` uses `{used}`, which stands below it"))
}

/// The modules of `lib.rs`, in their order.
fn declared_modules(lib: &str) -> Vec<String> {
    lib.lines()
        .filter_map(|line| line.trim().strip_suffix(';'))
        .filter_map(|line| line.rsplit_once("mod "))
        .filter(|(visibility, _)| matches!(*visibility, "" | "pub " | "pub(crate) "))
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// The top module a file of `src/` belongs to; `main.rs` and `lib.rs` belong to none.
fn module_of(path: &Path) -> Option<String> {
    let first = path.components().next()?.as_os_str().to_str()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (!matches!(name, "lib" | "main")).then(|| name.to_owned())
}

/// Every module named by a `crate::` path, with the line it starts on; comments do not count.
fn uses(source: &str) -> Vec<Use> {
    let code: Vec<&str> = source.lines().map(without_comment).collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = code[at..].find("crate::") {
        let start = at + next;
        at = start + "crate::".len();
        let line = code[..start].matches('\n').count() + 1;
        let modules = first_segments(&code[at..]);
        found.extend(modules.into_iter().map(|module| Use { line, module }));
    }
    found
}

/// The line up to `//`. A `//` in a string cuts too much at worst: such a line names no module.
fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// `error::Error` names `error`; `{a::{b, c}, d as e}` names `a` and `d`.
fn first_segments(path: &str) -> BTreeSet<String> {
    let Some(list) = path.strip_prefix('{') else {
        return identifier(path).into_iter().collect();
    };
    let mut names = BTreeSet::new();
    let mut depth = 0_u32;
    let mut fresh = true;
    for (index, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            _ if fresh && !c.is_whitespace() => {
                names.extend(identifier(&list[index..]));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

/// The lower-case identifier `text` begins with. Items of the crate root are modules only, but
/// an exported macro (`crate::on_db!`) lives there too and belongs to no module.
fn identifier(text: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let is_macro = text[end..].starts_with('!');
    (end > 0 && !is_macro).then(|| text[..end].to_owned())
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
