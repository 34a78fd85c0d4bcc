//! Files and archives, asked for and taken within their limits; where they are is the host's to say.

use std::time::Duration;

use reqwest::header::IF_NONE_MATCH;

use super::{
    Archive, ArchiveFormat, FileRead, MAX_ARCHIVE_BYTES, MAX_FILE_BYTES, RemoteFile, Result,
    answer::Answer, call::Call,
};

/// From the first byte sent to the last received of an archive.
const ARCHIVE_TIMEOUT: Duration = Duration::from_mins(2);

impl Call<'_> {
    /// Asks for a file, unless it is still what it was when it had an ETag.
    pub(super) fn file(self, etag: Option<&str>) -> Self {
        let call = self.limit(MAX_FILE_BYTES);
        match etag {
            Some(etag) => call.header(IF_NONE_MATCH, etag),
            None => call,
        }
    }

    /// The archive that is answered.
    pub(super) async fn archive(self, format: ArchiveFormat) -> Result<Archive> {
        let call = self.limit(MAX_ARCHIVE_BYTES).timeout(ARCHIVE_TIMEOUT);
        Ok(Archive {
            format,
            bytes: call.send().await?.bytes,
        })
    }
}

impl From<Answer> for FileRead {
    fn from(answer: Answer) -> Self {
        if answer.is_not_modified() {
            return Self::NotModified;
        }
        Self::Found(RemoteFile {
            etag: answer.etag(),
            bytes: answer.bytes,
        })
    }
}
