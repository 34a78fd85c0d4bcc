//! What became of files and documents, in words and states.

use super::super::status::{Status, Tone};
use crate::store::{FileDocument, FileSummary, Verdict};

/// A file in a word or two: the worst first.
pub(in crate::pages) fn file_status(file: &FileSummary) -> Status {
    let counted = |count: usize, word: &str| (count > 0).then(|| format!("{count} {word}"));
    if file.error.is_some() {
        return Status::new(Tone::Failed, "cannot be read");
    }
    let faults: Vec<String> = [
        counted(file.refused, "refused"),
        counted(file.conflicting, "in conflict"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !faults.is_empty() {
        let tone = if file.refused > 0 {
            Tone::Failed
        } else {
            Tone::Degraded
        };
        return Status::new(tone, faults.join(", "));
    }
    match file.accepted {
        0 => Status::new(Tone::Unknown, "says nothing"),
        1 => Status::new(Tone::Ok, "1 entity"),
        count => Status::new(Tone::Ok, format!("{count} entities")),
    }
}

/// A document in a word or two.
pub(super) fn document_status(document: &FileDocument) -> Status {
    match &document.verdict {
        Verdict::Accepted => Status::new(Tone::Ok, "in the catalog"),
        Verdict::Refused if is_held_back(document) => Status::new(Tone::Suspended, "held back"),
        Verdict::Refused => Status::new(Tone::Failed, "refused"),
        Verdict::Conflict { .. } => Status::new(Tone::Degraded, "in conflict"),
        Verdict::Empty => Status::new(Tone::Unknown, "says nothing"),
    }
}

/// Whether nothing is wrong with it but its neighbours (`faultIsolation: location`).
fn is_held_back(document: &FileDocument) -> bool {
    use crate::entity::Severity;
    !document.diagnostics.is_empty()
        && document
            .diagnostics
            .iter()
            .all(|diagnostic| diagnostic.severity == Severity::Warning)
}

#[cfg(test)]
mod tests {
    use super::{FileSummary, Status, Tone, file_status};
    use crate::clock::UnixMillis;

    #[test]
    fn the_worst_is_said_first() {
        let file = |accepted, refused, conflicting| FileSummary {
            location_ref: String::new(),
            origin: String::new(),
            error: None,
            accepted,
            refused,
            conflicting,
            empty: 0,
            read_at: UnixMillis(0),
        };
        let cases = [
            (file(3, 0, 0), Tone::Ok, "3 entities"),
            (file(1, 0, 0), Tone::Ok, "1 entity"),
            (file(3, 1, 2), Tone::Failed, "1 refused, 2 in conflict"),
            (file(3, 0, 2), Tone::Degraded, "2 in conflict"),
            (file(0, 0, 0), Tone::Unknown, "says nothing"),
        ];
        for (file, tone, word) in cases {
            assert_eq!(file_status(&file), Status::new(tone, word));
        }
    }
}
