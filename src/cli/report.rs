//! What a check found, and how it is written down.

use std::io::{self, Write};

use serde::Serialize;

use super::render::{Style, render};
use crate::entity::{Diagnostic, Severity};

/// All findings about all files.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    /// Documents looked at; empty ones do not count.
    pub(super) documents: usize,
    /// Findings that make the portal refuse something.
    pub(super) errors: usize,
    pub(super) findings: Vec<Finding>,
}

/// One finding, and what it is about.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Finding {
    pub(super) file: String,
    /// Line the document begins on; none: it is about the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) document_line: Option<u32>,
    /// `kind:namespace/name`, if the document has got that far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) entity_ref: Option<String>,
    #[serde(flatten)]
    pub(super) diagnostic: Diagnostic,
}

impl Report {
    pub(super) fn push(&mut self, finding: Finding) {
        self.errors += usize::from(finding.diagnostic.severity == Severity::Error);
        self.findings.push(finding);
    }

    /// `3 documents, 1 error`
    pub(super) fn summary(&self) -> String {
        let counted = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let mut summary =
            counted(self.documents, "document") + ", " + &counted(self.errors, "error");
        let warnings = self.findings.len() - self.errors;
        if warnings > 0 {
            summary += &(", ".to_owned() + &counted(warnings, "warning"));
        }
        summary
    }

    pub(super) fn write_json(&self, output: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *output, self)?;
        writeln!(output)
    }
}

impl Finding {
    /// As a compiler prints it. `source` is the text of the whole file.
    pub(super) fn write_text(
        &self,
        source: &str,
        style: Style,
        output: &mut dyn Write,
    ) -> io::Result<()> {
        writeln!(
            output,
            "{}",
            render(&self.diagnostic, &self.file, source, style)
        )
    }
}
