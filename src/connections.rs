//! The connections of the portal to the servers around it: one pool for all of them.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{Client, redirect::Policy};

/// How long a server may take to be reached.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Made when the first call needs them: reading the certificates of the system takes a third of a start. Cheap to
/// clone; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Connections(Arc<OnceLock<Client>>);

impl Connections {
    /// What makes calls. It follows no redirects: who calls decides where it may be led.
    ///
    /// A builder's error if the system has no certificates.
    pub fn client(&self) -> reqwest::Result<&Client> {
        if let Some(client) = self.0.get() {
            return Ok(client);
        }
        // Once a process; the second time says it is there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("callboard/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(self.0.get_or_init(|| client))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_what_the_first_call_made() {
        let (one, other) = (Connections::default(), Connections::default());
        let clone = one.clone();
        let client = one.client().expect("certificates");
        assert!(std::ptr::eq(client, clone.client().expect("made")));
        assert!(other.0.get().is_none(), "nobody called");
    }
}
