//! Real catalog files of public repositories, all in one run. They are no part of this project: the folder
//! is named by `CALLBOARD_SHARED`, and without it these tests are left out.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use callboard::{entity::LocationRef, store::Verdict};

use crate::support::{TestApp, shared};

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[tokio::test]
#[ignore = "reads the folder that CALLBOARD_SHARED names"]
async fn every_document_of_real_catalogs_gets_a_verdict() {
    let corpus = shared("corpus/catalog");
    let mut files = Vec::new();
    files_below(&corpus, &mut files);
    files.sort();
    let locations = files.iter().map(|path| LocationRef {
        kind: "file".to_owned(),
        target: path.to_string_lossy().into_owned(),
    });
    let app = TestApp::builder()
        .with(|config| {
            config.catalog.locations = locations.collect();
            config.callboard.file_roots.push(corpus.clone());
        })
        .start()
        .await;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in &files {
        let location_ref = format!("file:{}", path.display());
        let file = callboard::store::file(&app.state().store, &location_ref)
            .await
            .expect("read");
        let file = file.unwrap_or_else(|| panic!("{location_ref} was dropped"));
        *counts.entry("files").or_default() += 1;
        if let Some(fault) = &file.error {
            println!(
                "{}: {}",
                path.strip_prefix(&corpus).expect("inside").display(),
                fault.message
            );
        }
        for document in &file.documents {
            *counts.entry("documents").or_default() += 1;
            *counts.entry(verdict_name(&document.verdict)).or_default() += 1;
            if document.verdict == Verdict::Refused {
                let found = document.diagnostics.first().expect("a refusal says why");
                let position = found.position.expect("and where");
                assert!(position.line >= document.line, "{location_ref}: {found:?}");
                assert!(
                    !found.reason.is_empty() && !found.mend.is_empty(),
                    "{location_ref}: {found:?}"
                );
                println!(
                    "{}:{}:{}: {}",
                    path.strip_prefix(&corpus).expect("inside").display(),
                    position.line,
                    position.column,
                    found.reason
                );
            }
        }
    }
    println!("{counts:?}, {} entities served", app.refs().len());
    let of = |name: &str| counts.get(name).copied().unwrap_or_default();
    let sum = of("accepted") + of("refused") + of("conflicting") + of("empty");
    assert_eq!(sum, of("documents"), "one document, one verdict");
    assert_eq!(of("files"), files.len());
}

fn verdict_name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted => "accepted",
        Verdict::Refused => "refused",
        Verdict::Conflict { .. } => "conflicting",
        Verdict::Empty => "empty",
    }
}
