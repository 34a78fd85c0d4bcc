//! Webhooks: whom a host tells of what happens.

use crate::config::Secret;

/// A webhook as its host tells of it. Hosts never tell the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The host's number of it, as text.
    pub id: String,
    /// Where the host sends to.
    pub url: String,
    /// Of which events, in the host's words.
    pub events: Vec<String>,
    /// Whether it is on.
    pub is_active: bool,
}

/// A webhook to be made. Its content is JSON.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Where the host is to send to.
    pub url: String,
    /// What the host signs with.
    pub secret: Option<Secret>,
    /// Of which events, in the words of GitHub: `push`, `pull_request`, `repository`, `*`.
    pub events: Vec<String>,
    /// Whether it is on.
    pub active: bool,
}
