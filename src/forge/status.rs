//! What checks say about a commit.

/// What a check says about a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitStatus {
    /// What it came to.
    pub state: StatusState,
    /// The name of the check: a later status with the same name replaces an earlier one.
    pub context: String,
    /// In a few words.
    pub description: String,
    /// Where more is told.
    pub target_url: Option<String>,
}

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusState {
    /// Not yet known.
    Pending,
    /// Well.
    Success,
    /// Not well.
    Failure,
    /// The check itself broke.
    Error,
}
