//! All that a test's thread logs, down to the finest level.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing::{Dispatch, Level, subscriber::DefaultGuard};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// A log that is kept from its making on.
pub(crate) struct Log {
    kept: Kept,
    _guard: DefaultGuard,
    /// With one subscriber alone, `tracing` lets another test's thread, which has none, decide what is never logged.
    _second: Dispatch,
}

impl Log {
    pub(crate) fn keep() -> Self {
        let second = Dispatch::new(tracing_subscriber::registry());
        let kept = Kept::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_writer(kept.clone())
            .finish();
        Self {
            kept,
            _guard: tracing::subscriber::set_default(subscriber),
            _second: second,
        }
    }

    pub(crate) fn text(&self) -> String {
        let bytes = self.kept.0.lock().expect("no panic");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
