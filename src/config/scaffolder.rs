//! `scaffolder` and `callboard.scaffolder`: how templates are executed.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Map, Value};

use super::{Integration, OwnActions, Secret, reader::Section};

/// Backstage executes ten tasks at once.
const CONCURRENT_TASKS: usize = 10;
/// Backstage gives a task up after a day without a sign of life.
const TASK_TIMEOUT: Duration = Duration::from_hours(24);

/// `scaffolder`
#[derive(Debug, Clone)]
pub struct ScaffolderConfig {
    /// `scaffolder.concurrentTasksLimit`: steps executed at once by this process; 0: none, it only serves.
    pub concurrent_tasks_limit: usize,
    /// `scaffolder.taskTimeout`: how long a run may be executed without waiting for anything.
    pub task_timeout: Duration,
    /// `scaffolder.defaultAuthor.name`
    pub author_name: Option<String>,
    /// `scaffolder.defaultAuthor.email`
    pub author_email: Option<String>,
    /// `scaffolder.defaultCommitMessage`
    pub commit_message: String,
    /// `scaffolder.defaultEnvironment.parameters`: what expressions see as `environment.parameters`.
    pub environment: Map<String, Value>,
    /// `scaffolder.defaultEnvironment.secrets`: what inputs see as `environment.secrets`.
    pub environment_secrets: BTreeMap<String, Secret>,
    /// `callboard.scaffolder.hostMap`: the host that steps mean, and the one that is used in its place.
    pub host_map: BTreeMap<String, String>,
    /// `callboard.scaffolder`
    pub own: OwnActions,
}

/// Reads the section; what is wrong is noted.
pub(super) fn read(
    section: Section<'_>,
    own: Section<'_>,
    integrations: &[Integration],
) -> ScaffolderConfig {
    let limit = section.whole("concurrentTasksLimit");
    let (author_name, author_email) = section.section("defaultAuthor", |author| {
        let text = |key| author.text(key).map(str::to_owned);
        (text("name"), text("email"))
    });
    let (environment, environment_secrets) = section.section("defaultEnvironment", environment);
    ScaffolderConfig {
        concurrent_tasks_limit: limit.map_or(CONCURRENT_TASKS, |limit| {
            usize::try_from(limit).unwrap_or(usize::MAX)
        }),
        task_timeout: section.duration("taskTimeout").unwrap_or(TASK_TIMEOUT),
        author_name,
        author_email,
        commit_message: section
            .text("defaultCommitMessage")
            .unwrap_or("initial commit")
            .to_owned(),
        environment,
        environment_secrets,
        host_map: host_map(own, integrations),
        own: OwnActions::default(),
    }
}

/// Every host that is used must be one of the configuration.
fn host_map(own: Section<'_>, integrations: &[Integration]) -> BTreeMap<String, String> {
    own.section("hostMap", |hosts| {
        let names = own.map("hostMap").into_iter().flat_map(Map::keys);
        let pairs = names.filter_map(|name| {
            let host = hosts.text(name)?;
            if !integrations.iter().any(|known| known.host == host) {
                hosts.problem(
                    name,
                    format!(
                        "is redirected to {host}, which no entry of `integrations` names. Add one."
                    ),
                );
            }
            Some((name.clone(), host.to_owned()))
        });
        pairs.collect()
    })
}

fn environment(section: Section<'_>) -> (Map<String, Value>, BTreeMap<String, Secret>) {
    if section.is_absent() {
        return (Map::new(), BTreeMap::new());
    }
    let secrets = section.section("secrets", |secrets| {
        let names = section.map("secrets").into_iter().flat_map(Map::keys);
        names
            .filter_map(|name| Some((name.clone(), Secret::new(secrets.text(name)?))))
            .collect()
    });
    let parameters = section.map("parameters").cloned().unwrap_or_default();
    (parameters, secrets)
}
