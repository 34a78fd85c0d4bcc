//! What is wrong with a document, where, and how to mend it.

use serde::{Deserialize, Serialize};

/// A place in a file. Lines and columns count from 1, columns and length in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Line in the file, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// How many characters the fault covers on that line, at least 1.
    pub length: u32,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document was refused.
    Error,
    /// The document was taken, with a remark.
    Warning,
}

/// Whose fault it is in Backstage's engine (`catalog-model.md` §10.2a): with
/// `callboard.faultIsolation: location` a fault of the location holds back everything beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultScope {
    /// The Location that reads the file: unreadable, no YAML, no envelope, kind not allowed.
    Location,
    /// The entity alone.
    Entity,
}

/// One finding about one document or file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Whose fault it is.
    pub scope: FaultScope,
    /// Backstage's error name, such as `InputError`.
    pub name: String,
    /// Backstage's message, as its API and the entity's `status.items` show it.
    pub message: String,
    /// The inner error Backstage carries as `cause`, as (name, message).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<(String, String)>,
    /// Why, in plain words, for the file's author.
    pub reason: String,
    /// What to do about it, in one sentence.
    pub mend: String,
    /// JSON pointer of the value the finding is about (`/spec/owner`), from the document's root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Where, once located.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// An error, not yet placed.
pub(super) fn fault(
    scope: FaultScope,
    name: &str,
    message: String,
    reason: String,
    mend: String,
) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        scope,
        name: name.to_owned(),
        message,
        cause: None,
        reason,
        mend,
        path: None,
        position: None,
    }
}
