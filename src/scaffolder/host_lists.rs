//! What Git hosts answer when a form asks them for a list: owners, projects, repositories, branches.
//!
//! A host is asked with what a run would use there, and no form waits for it long: what did not come in time, or
//! failed, is a sentence for the form. Answers are kept for a minute, so that keystrokes do not ask again. It must
//! not decide who may ask for what: `form` says which lists a field offers from.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::Mutex as Turn, time::timeout};

use super::{Services, form::HostList};
use crate::{
    clock::UnixMillis,
    forge::{ChoicesOf, ForgeError, ForgeErrorKind, GitHost},
};

/// How long an answer is kept.
const KEPT_FOR_MS: i64 = 60 * 1000;
/// How long it is kept that there was none.
const FAILURE_KEPT_FOR_MS: i64 = 30 * 1000;
/// Lists that are kept at once; each has at most 2,000 names.
const MAX_KEPT: usize = 200;

/// How long somebody waits for a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Patience {
    /// A page is drawn meanwhile: one second.
    Page,
    /// They asked for the list alone: six seconds.
    Asked,
}

/// What a host answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostNames {
    /// Names as addresses write them, in order.
    Listed(Arc<[String]>),
    /// Nothing, and why: a sentence, or empty where there is nothing to say.
    Missing(String),
}

/// The answers that are kept. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct HostLists(Arc<Mutex<HashMap<HostList, Arc<Slot>>>>);

/// Whoever asks for a list while it is asked for waits for the same answer.
type Slot = Turn<Option<Kept>>;

#[derive(Debug)]
struct Kept {
    names: HostNames,
    until: UnixMillis,
    /// Of a list that did not come: how long it was waited for.
    waited: Option<Patience>,
}

impl Patience {
    fn limit(self) -> Duration {
        match self {
            Self::Page => Duration::from_secs(1),
            Self::Asked => Duration::from_secs(6),
        }
    }
}

impl HostLists {
    fn slot(&self, list: &HostList) -> Arc<Slot> {
        // No code under this lock can panic; a poisoned one would still hold whole entries.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT && !kept.contains_key(list) {
            kept.retain(|_, slot| slot.try_lock().is_err());
        }
        kept.entry(list.clone()).or_default().clone()
    }
}

/// The names in a list of a host, asked with the portal's own credentials and as `callboard.scaffolder.hostMap` leads.
///
/// Takes no longer than the patience, and never fails.
pub async fn host_names(services: &Services, list: &HostList, patience: Patience) -> HostNames {
    let host = services.config.host_map.get(&list.host);
    let list = HostList {
        host: host.unwrap_or(&list.host).clone(),
        of: list.of.clone(),
    };
    if let Some(why) = closed(services, &list.host) {
        return HostNames::Missing(why);
    }
    let slot = services.host_lists.slot(&list);
    let asked = kept_or_asked(services, &slot, &list, patience);
    if let Ok(names) = timeout(patience.limit(), asked).await {
        return names;
    }
    let names = HostNames::Missing(format!(
        "{} is slow to answer, so nothing is offered yet.",
        list.host
    ));
    // Whoever holds it still waits for the answer.
    if let Ok(mut kept) = slot.try_lock() {
        *kept = Some(Kept {
            until: UnixMillis(services.clock.now().0 + FAILURE_KEPT_FOR_MS),
            waited: Some(patience),
            names: names.clone(),
        });
    }
    names
}

/// Why a host is not asked at all.
fn closed(services: &Services, host: &str) -> Option<String> {
    let Some(integration) = services.forges.integration(host) else {
        // The form says so beside the host.
        return Some(String::new());
    };
    let is_closed = integration.credentials.is_empty() && !services.forges.is_local(host);
    is_closed.then(|| format!("The portal has no token for {host}, so nothing is offered."))
}

async fn kept_or_asked(
    services: &Services,
    slot: &Slot,
    list: &HostList,
    patience: Patience,
) -> HostNames {
    let mut kept = slot.lock().await;
    let now = services.clock.now();
    if let Some(found) = kept.as_ref()
        && found.until > now
        && found.waited.is_none_or(|waited| waited >= patience)
    {
        return found.names.clone();
    }
    let (names, kept_for_ms) = match ask(services, list).await {
        Ok(names) => (HostNames::Listed(names.into()), KEPT_FOR_MS),
        Err(fault) => {
            let told = why(list, &fault);
            tracing::debug!(host = list.host, "No list for a form: {fault}");
            (HostNames::Missing(told), FAILURE_KEPT_FOR_MS)
        }
    };
    *kept = Some(Kept {
        names: names.clone(),
        until: UnixMillis(now.0 + kept_for_ms),
        waited: None,
    });
    names
}

async fn ask(services: &Services, list: &HostList) -> Result<Vec<String>, ForgeError> {
    let Some(forge) = services.forges.host(&list.host) else {
        return Ok(Vec::new());
    };
    let found = forge.choices(&list.of).await?;
    let mut names: Vec<String> = found.into_iter().map(|choice| choice.name).collect();
    names.retain(|name| !name.is_empty());
    names.sort_by_cached_key(|name| name.to_lowercase());
    names.dedup();
    Ok(names)
}

/// Why nothing is offered, without what only an administrator can mend: the log has that.
fn why(list: &HostList, fault: &ForgeError) -> String {
    let host = &list.host;
    match fault.kind {
        ForgeErrorKind::NotSupported => String::new(),
        ForgeErrorKind::NotFound => match &list.of {
            ChoicesOf::Branches(repository) => {
                format!("{host} shows the portal no repository {repository}.")
            }
            ChoicesOf::Repositories {
                owner: Some(owner), ..
            }
            | ChoicesOf::Projects { workspace: owner } => {
                format!("{host} shows the portal nobody called {owner}.")
            }
            _ => format!("{host} shows the portal no such list."),
        },
        ForgeErrorKind::Unauthorized | ForgeErrorKind::Forbidden => {
            format!("{host} does not show this to the portal’s token, so nothing is offered.")
        }
        ForgeErrorKind::RateLimited { .. } => {
            format!("{host} takes no more calls for a while, so nothing is offered.")
        }
        _ => format!("{host} does not answer as it should, so nothing is offered just now."),
    }
}
