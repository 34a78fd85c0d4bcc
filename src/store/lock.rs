//! One process a data folder.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::error::{Error, Result};

/// A program that a killed portal was just starting holds its lock until it runs: no longer than this.
const GRACE: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(10);

/// Held for as long as the process uses the folder; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct DataFolderLock(File);

impl Drop for DataFolderLock {
    fn drop(&mut self) {
        // Said aloud: a program that is just being started holds all our files for a moment, and the lock with them.
        let _ = self.0.unlock();
    }
}

impl DataFolderLock {
    /// Makes the folder if it is missing, and takes it. [`Error::Conflict`] if another process has it.
    pub fn take(folder: &Path) -> Result<Self> {
        let problem = |what: &str, source: &std::io::Error| {
            Error::ServiceUnavailable(format!(
                "The data folder {} cannot be {what}: {source}. Set callboard.dataDir to a folder that can be written to.",
                folder.display()
            ))
        };
        std::fs::create_dir_all(folder).map_err(|source| problem("made", &source))?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(folder.join("callboard.lock"))
            .map_err(|source| problem("used", &source))?;
        let asked = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if asked.elapsed() < GRACE => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(taken(folder, &mut file)),
                Err(TryLockError::Error(source)) => return Err(problem("locked", &source)),
            }
        }
        let note = |file: &mut File| -> std::io::Result<()> {
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "{}", std::process::id())
        };
        note(&mut file).map_err(|source| problem("written to", &source))?;
        Ok(Self(file))
    }
}

fn taken(folder: &Path, file: &mut File) -> Error {
    let mut holder = String::new();
    // Only to name the holder; the lock itself has already said no.
    let _ = file.read_to_string(&mut holder);
    Error::Conflict(format!(
        "Another Callboard (process {}) is using the data folder {}. Stop it, or give this one a folder of its own with callboard.dataDir.",
        holder.trim(),
        folder.display()
    ))
}
