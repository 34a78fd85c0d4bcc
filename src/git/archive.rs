//! All files of a commit, packed.

use super::{error::Result, name::CommitId, repository::Repository};

impl Repository {
    /// A `.tar.gz` of a commit with the one folder `top` in it. The same commit gives the same bytes.
    ///
    /// [`super::GitError::TooLarge`] above `max_bytes`.
    pub async fn archive(&self, commit: &CommitId, top: &str, max_bytes: usize) -> Result<Vec<u8>> {
        let prefix = format!("--prefix={top}/");
        let args = ["archive", "--format=tar.gz", &prefix, commit.as_str()];
        let mut call = self.call(&args);
        call.max_output = max_bytes;
        Ok(self.git.run(call).await?.bytes)
    }
}
