//! The secret of a portal that is not given one: a file of the data folder, for its owner only.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::rand::{SecureRandom, SystemRandom};

use crate::{
    config::Secret,
    error::{Error, Result},
};

/// The name of the file.
const FILE: &str = "callboard.key";

/// The secret in the folder's file, which is made if it is missing.
pub(super) fn read_or_make(folder: &Path) -> Result<Secret> {
    let path = folder.join(FILE);
    let problem = |what: &str, source: &std::io::Error| {
        Error::ServiceUnavailable(format!(
            "The key file {} cannot be {what}: {source}. Let this user read and write it, or set callboard.encryptionKey.",
            path.display()
        ))
    };
    match fs::read_to_string(&path) {
        Ok(text) if text.trim().len() >= 32 => return Ok(Secret::new(text.trim())),
        Ok(_) => {
            return Err(Error::ServiceUnavailable(format!(
                "The key file {} is too short. Put it back from a backup; or remove it, and everybody signs in again.",
                path.display()
            )));
        }
        Err(source) if source.kind() == ErrorKind::NotFound => {}
        Err(source) => return Err(problem("read", &source)),
    }
    let mut random = [0; 32];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| Error::internal("no random bytes"))?;
    let secret = STANDARD.encode(random);
    // Whole or not at all: a start that is killed here leaves no half key under the name.
    let draft = folder.join("callboard.key.new");
    write_private(&draft, &secret)
        .and_then(|()| fs::rename(&draft, &path))
        .map_err(|source| problem("written", &source))?;
    Ok(Secret::new(secret))
}

fn write_private(path: &Path, secret: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    writeln!(file, "{secret}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_and_is_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = read_or_make(folder.path()).expect("made");
        assert_eq!(first.expose().len(), 44);
        assert_eq!(read_or_make(folder.path()).expect("read"), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let file = fs::metadata(folder.path().join(FILE)).expect("there");
            assert_eq!(file.permissions().mode() & 0o777, 0o600);
        }
        fs::write(folder.path().join(FILE), "short").expect("written");
        let refused = read_or_make(folder.path())
            .expect_err("too short")
            .to_string();
        assert!(
            refused.contains("too short") && !refused.contains("short\n"),
            "{refused}"
        );
    }
}
