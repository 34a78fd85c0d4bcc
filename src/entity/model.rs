//! (signatures)
use super::{Diagnostic, EntityRef, LocationRef, Relation};
use serde_json::Value;

/// The kinds there are: Backstage's, and declared ones.
#[derive(Debug)]
pub struct Kinds;

/// A kind declared by the configuration (`callboard.kinds`): a JSON Schema file.
#[derive(Debug, Clone)]
pub struct KindDefinition {
    /// Where the schema was read from, for messages.
    pub file: String,
    /// The schema.
    pub schema: Value,
}

impl Kinds {
    /// Backstage's kinds.
    #[must_use]
    pub fn builtin() -> Self {
        todo!()
    }
    /// Backstage's kinds and declared ones. The error says what is wrong with which file.
    pub fn with_declared(_definitions: Vec<KindDefinition>) -> Result<Self, String> {
        todo!()
    }
}

/// Where an entity can be seen and edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLinks {
    /// `backstage.io/view-url`
    pub view: String,
    /// `backstage.io/edit-url`
    pub edit: String,
    /// `backstage.io/source-location`, without the leading `url:`.
    pub source: String,
}

/// Which Git host product a host runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScmHost {
    /** GitHub. */
    GitHub,
    /** GitLab. */
    GitLab,
    /** Gitea and Forgejo. */
    Gitea,
    /** Bitbucket Cloud. */
    BitbucketCloud,
    /** Bitbucket Server. */
    BitbucketServer,
    /** Azure Repos. */
    AzureRepos,
    /** Gerrit. */
    Gerrit,
}

/// Where a document was read from.
#[derive(Debug, Clone)]
pub struct Provenance<'a> {
    /// Its file.
    pub location: &'a LocationRef,
    /// The root that led to it.
    pub origin: &'a LocationRef,
    /// Set for URLs.
    pub links: Option<SourceLinks>,
}

/// A `$text`, `$json`, … in a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Placeholder {
    /// JSON pointer of the value to replace.
    pub pointer: String,
    /// `$text`, `$json`, `$yaml`, `$openapi` or `$asyncapi`.
    pub key: String,
    /// As written.
    pub target: Value,
}

/// The ref a document would have, if it has enough of an envelope.
#[must_use]
pub fn ref_of(_value: &Value) -> Option<EntityRef> {
    todo!()
}
/// The envelope, before anything else is looked at.
pub fn check_envelope(_value: &Value) -> Result<(), Diagnostic> {
    todo!()
}
/// Default namespace, managed-by and source annotations, sorted arrays, key order.
#[must_use]
pub fn prepare(_value: Value, _from: &Provenance<'_>) -> Value {
    todo!()
}
/// Formats and the schema of the kind.
pub fn validate(_value: &Value, _kinds: &Kinds) -> Result<EntityRef, Diagnostic> {
    todo!()
}
/// Both directions of every relation a document declares.
pub fn relations(
    _value: &Value,
    _entity_ref: &EntityRef,
    _kinds: &Kinds,
) -> Result<Vec<Relation>, Diagnostic> {
    todo!()
}
/// The placeholders of a document.
#[must_use]
pub fn placeholders(_value: &Value) -> Vec<Placeholder> {
    todo!()
}
/// Puts a value where a placeholder was.
pub fn fill(_value: &mut Value, _pointer: &str, _filled: Value) {
    todo!()
}
/// A URL or path as written in a file at `base`, made absolute as that host's products do.
pub fn resolve_url(_written: &str, _base: &str, _host: Option<ScmHost>) -> Result<String, String> {
    todo!()
}
/// Where a file of a Git host can be seen and edited.
#[must_use]
pub fn source_links(_target: &str, _host: Option<ScmHost>) -> Option<SourceLinks> {
    todo!()
}
