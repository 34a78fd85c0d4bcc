//! What a run must know and nobody may read: given by its user, encrypted in the database, masked in everything said.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    auth::Seal,
    error::{Error, Result},
    scaffolder::{Services, actions::Mask, spec::BACKSTAGE_TOKEN},
    store::{RunEffect, Tx, put_run_secret, run_secrets},
};

/// Secrets a run may carry, and how long each may be.
const MAX_SECRETS: usize = 100;
const MAX_SECRET_BYTES: usize = 64 * 1024;

/// The secrets of a run, opened.
#[derive(Clone, Default)]
pub(super) struct Secrets {
    /// Given by its user.
    given: BTreeMap<String, String>,
    /// Inputs and outputs of steps that hold secrets, by `input:<step>` and `output:<step>`.
    kept: BTreeMap<String, String>,
    token: Option<String>,
}

fn purpose(run_id: &str, name: &str) -> String {
    format!("run {run_id} secret {name}")
}

/// The texts among what a user gave; the token every run carries is not kept.
///
/// [`Error::ServiceUnavailable`] if there are some and no key to encrypt them with.
pub(super) fn check(
    given: &Map<String, Value>,
    seal: Option<&Seal>,
) -> Result<BTreeMap<String, String>> {
    let texts = given.iter().filter(|(name, _)| *name != BACKSTAGE_TOKEN);
    let texts: BTreeMap<String, String> = texts
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    if texts.is_empty() {
        return Ok(texts);
    }
    if texts.len() > MAX_SECRETS || texts.values().any(|text| text.len() > MAX_SECRET_BYTES) {
        return Err(Error::Input(format!(
            "A run carries at most {MAX_SECRETS} secrets of 64 KiB each."
        )));
    }
    if seal.is_none() {
        return Err(no_key());
    }
    Ok(texts)
}

pub(super) fn no_key() -> Error {
    Error::ServiceUnavailable(
        "This run carries secrets, and there is no key to encrypt them with. Set callboard.encryptionKey in app-config.yaml, the same on every node."
            .to_owned(),
    )
}

/// Keeps secrets of a run, encrypted.
pub(super) async fn put(
    tx: &mut Tx,
    run_id: &str,
    secrets: &BTreeMap<String, String>,
    seal: Option<&Seal>,
) -> Result<()> {
    for (name, text) in secrets {
        put_one(tx, run_id, &format!("given:{name}"), text, seal).await?;
    }
    Ok(())
}

/// Keeps one encrypted text of a run.
pub(super) async fn put_one(
    tx: &mut Tx,
    run_id: &str,
    name: &str,
    text: &str,
    seal: Option<&Seal>,
) -> Result<()> {
    let seal = seal.ok_or_else(no_key)?;
    let sealed = seal.seal(&purpose(run_id, name), text.as_bytes())?;
    put_run_secret(tx, run_id, name, &sealed).await
}

/// Where what a host answered to an effect is kept, if it is secret.
pub(super) fn of_effect(row: &RunEffect) -> String {
    format!("effect:{}#{}", row.step_key, row.ordinal)
}

/// The texts of a JSON object.
pub(super) fn texts(secrets: &Value) -> Vec<String> {
    let all = secrets.as_object().into_iter().flatten();
    all.filter_map(|(_, secret)| secret.as_str().map(str::to_owned))
        .collect()
}

impl Secrets {
    /// Opens what is kept of a run.
    pub(super) async fn load(services: &Services, run_id: &str) -> Result<Self> {
        let mut secrets = Self::default();
        for (name, sealed) in run_secrets(&services.db, run_id).await? {
            let seal = services.seal.as_ref().ok_or_else(no_key)?;
            let opened = seal.open(&purpose(run_id, &name), &sealed);
            let text = opened.and_then(|bytes| String::from_utf8(bytes).ok());
            let text = text.ok_or_else(|| {
                Error::ServiceUnavailable(
                    "The secrets of this run were encrypted with another key. Set callboard.encryptionKey, or put the key file back."
                        .to_owned(),
                )
            })?;
            match name.strip_prefix("given:") {
                Some(name) => secrets.given.insert(name.to_owned(), text),
                None => secrets.kept.insert(name, text),
            };
        }
        Ok(secrets)
    }

    /// With the token of the run's user.
    pub(super) fn with_token(mut self, token: String) -> Self {
        self.token = Some(token);
        self
    }

    /// Whether its user gave some: then files are encrypted, too.
    pub(super) fn are_given(&self) -> bool {
        !self.given.is_empty()
    }

    /// What is kept under a name such as `input:<step>`, JSON.
    pub(super) fn kept(&self, name: &str) -> Result<Option<Value>> {
        let text = self.kept.get(name);
        text.map(|text| serde_json::from_str(text).map_err(Error::internal))
            .transpose()
    }

    /// What expressions see as `secrets`.
    pub(super) fn as_value(&self) -> Value {
        let given = self.given.iter();
        let mut map: Map<String, Value> = given
            .map(|(name, text)| (name.clone(), text.as_str().into()))
            .collect();
        let token = self.token.as_deref();
        map.extend(token.map(|token| (BACKSTAGE_TOKEN.to_owned(), token.into())));
        Value::Object(map)
    }

    /// Replaces them all, and what hosts answered that is secret.
    pub(super) fn mask(&self, more: impl IntoIterator<Item = String>) -> Mask {
        let answered = self
            .kept
            .iter()
            .filter(|(name, _)| name.starts_with("effect:"));
        let answered = answered
            .filter_map(|(_, text)| serde_json::from_str(text).ok())
            .flat_map(|secrets: Value| texts(&secrets));
        let all = self.given.values().cloned().chain(answered);
        Mask::new(all.chain(self.token.clone()).chain(more))
    }
}
