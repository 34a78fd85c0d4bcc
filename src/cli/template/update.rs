//! `--update`: what came out is written into a test, below what its author wrote.

use std::collections::BTreeMap;

use super::{
    case::{EXPECTATIONS, Expected, ExpectedFile, PartOfFile, Test},
    compare::{Found, effects_of, is_as_expected, named_files},
};
use crate::scaffolder::preview::{Preview, PreviewFile};

/// The text of a test that expects what was found. Answers and comments above them stay as they are written; what
/// is expected of parts of a file stays where it holds.
pub(super) fn updated(test: &Test, found: &Found) -> Result<String, String> {
    let expected = match found {
        Found::Refused(faults) => Expected {
            refused: faults.first().cloned(),
            ..Expected::default()
        },
        Found::Preview(preview) => of_preview(&test.case.expected, preview),
    };
    let written = serde_saphyr::to_string(&expected).map_err(|fault| fault.to_string())?;
    let kept = written_by_hand(&test.text);
    let gap = if kept.is_empty() || kept.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    Ok(format!("{kept}{gap}{written}"))
}

/// Everything above the first line that begins an expectation.
fn written_by_hand(text: &str) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let key = line.split(':').next().unwrap_or_default();
        if EXPECTATIONS.contains(&key) {
            break;
        }
        end += line.len();
    }
    &text[..end]
}

fn of_preview(before: &Expected, found: &Preview) -> Expected {
    let known = before.files.clone().unwrap_or_default();
    let files = named_files(&found.files).into_iter().map(|(name, file)| {
        let kept = known
            .get(&name)
            .filter(|wanted| is_as_expected(wanted, file));
        let expected = kept.cloned().unwrap_or_else(|| whole(file));
        (name, expected)
    });
    let files: BTreeMap<String, ExpectedFile> = files.collect();
    Expected {
        refused: None,
        effects: Some(effects_of(found)),
        stopped: found.stopped.clone(),
        output: Some(found.output.clone()).filter(|output| !output.is_null()),
        files: Some(files),
    }
}

fn whole(file: &PreviewFile) -> ExpectedFile {
    let executable = file.is_executable.then_some(true);
    match std::str::from_utf8(&file.content) {
        Ok(text) if executable.is_none() => ExpectedFile::Text(text.to_owned()),
        Ok(text) => ExpectedFile::Part(PartOfFile {
            text: Some(text.to_owned()),
            executable,
            ..PartOfFile::default()
        }),
        Err(_) => ExpectedFile::Part(PartOfFile {
            bytes: Some(file.content.len()),
            executable,
            ..PartOfFile::default()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_author_wrote_stays() {
        let text = "# why\nvalues:\n  files: 1\n  name: shop\nfiles:\n  a: b\n";
        assert_eq!(
            written_by_hand(text),
            "# why\nvalues:\n  files: 1\n  name: shop\n"
        );
        assert_eq!(written_by_hand("values: {}"), "values: {}");
    }
}
