//! Why something could not be read, in Backstage's words and in plain ones.

/// Whether the thing is not there, or cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// There is no such file or page.
    NotFound,
    /// It is there, perhaps, but cannot be read.
    Unreadable,
}

/// Why a location could not be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// What kind of failure.
    pub missing: Missing,
    /// The error name of Backstage's reader: `NotFoundError`, `NotAllowedError` or `Error`.
    pub name: &'static str,
    /// The message of Backstage's reader.
    pub message: String,
    /// Why, in plain words.
    pub reason: String,
    /// What to do.
    pub mend: String,
}

impl SourceError {
    pub(super) fn unreadable(
        message: impl Into<String>,
        reason: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            missing: Missing::Unreadable,
            name: "Error",
            message: message.into(),
            reason: reason.into(),
            mend: mend.into(),
        }
    }

    pub(super) fn not_found(
        message: impl Into<String>,
        reason: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            missing: Missing::NotFound,
            name: "NotFoundError",
            ..Self::unreadable(message, reason, mend)
        }
    }

    pub(super) fn not_allowed(
        message: impl Into<String>,
        reason: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            name: "NotAllowedError",
            ..Self::unreadable(message, reason, mend)
        }
    }

    pub(super) fn interrupted(what: &str) -> Self {
        Self::unreadable(
            format!("reading {what} was interrupted"),
            "The portal was stopping while it read this.",
            "Nothing: it is read again at the next start.",
        )
    }

    pub(super) fn unknown_type(kind: &str) -> Self {
        Self::unreadable(
            format!("Unable to read location of type {kind}"),
            format!("Locations of type “{kind}” cannot be read."),
            "Use a location of type `url` or `file`.",
        )
    }

    pub(super) fn too_large(what: &str) -> Self {
        let limit = super::MAX_FILE_BYTES / (1024 * 1024);
        Self::unreadable(
            format!("{what} is larger than {limit} MiB"),
            format!("The file is larger than {limit} MiB, the limit for a descriptor."),
            "Split it into several files, and move large API definitions out of the catalog file.",
        )
    }

    pub(super) fn no_text(what: &str, at: usize) -> Self {
        Self::unreadable(
            format!("{what} is not UTF-8 text (byte {at})"),
            format!("The file is no UTF-8 text: byte {at} does not belong to any character."),
            "Save the file as UTF-8. If it is a binary file, the location points at the wrong one.",
        )
    }
}

/// The text of some bytes, if they are text.
pub(super) fn text_of(bytes: Vec<u8>, what: &str) -> Result<String, SourceError> {
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        return Err(SourceError::no_text(what, at));
    }
    String::from_utf8(bytes)
        .map_err(|fault| SourceError::no_text(what, fault.utf8_error().valid_up_to()))
}
