//! `callboard.scaffolder.hostMap`: steps that name one Git host use another, on purpose and never silently.

use std::borrow::Cow;

use serde_json::Value;

use super::{Services, actions::StepLog};
use crate::entity::ScmHost;

/// The action and the input of a step, with its host exchanged where the configuration says so; the log tells.
///
/// What publishes to one product becomes what does the same on the other. Other actions stay: they refuse the host.
#[must_use]
pub fn redirected<'a>(
    services: &Services,
    action: &'a str,
    mut input: Value,
    log: &StepLog,
) -> (Cow<'a, str>, Value) {
    let written = input["repoUrl"].as_str().unwrap_or_default().to_owned();
    let named = written.split(['?', '/']).next().unwrap_or_default();
    let Some(host) = services.config.host_map.get(named) else {
        return (action.into(), input);
    };
    log.info(&format!(
        "{named} is redirected to {host} (callboard.scaffolder.hostMap)"
    ));
    input["repoUrl"] = format!("{host}{}", &written[named.len()..]).into();
    let product = services
        .forges
        .integration(host)
        .map(|integration| integration.product);
    (exchanged(action, product).into(), input)
}

/// The action that does the same on a product.
fn exchanged(action: &str, product: Option<ScmHost>) -> &str {
    match (action, product) {
        ("publish:github", Some(ScmHost::GitHub)) | ("publish:gitlab", Some(ScmHost::GitLab)) => {
            action
        }
        ("publish:github" | "publish:gitlab" | "publish:gitea", _) => "publish:git",
        ("publish:github:pull-request", Some(ScmHost::Gitea)) => "publish:gitea:pull-request",
        ("publish:github:pull-request", Some(ScmHost::GitLab)) => "publish:gitlab:merge-request",
        _ => action,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_publishes_becomes_what_does_the_same_there() {
        for (action, product, expected) in [
            ("publish:github", ScmHost::GitHub, "publish:github"),
            ("publish:github", ScmHost::Gitea, "publish:git"),
            (
                "publish:github:pull-request",
                ScmHost::Gitea,
                "publish:gitea:pull-request",
            ),
            ("github:webhook", ScmHost::Gitea, "github:webhook"),
        ] {
            assert_eq!(exchanged(action, Some(product)), expected);
        }
    }
}
