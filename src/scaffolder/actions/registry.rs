//! All actions there are.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use super::{
    About, Action,
    catalog_fetch::CatalogFetch,
    catalog_register::CatalogRegister,
    catalog_write::CatalogWrite,
    debug_log::DebugLog,
    debug_wait::DebugWait,
    fetch_plain::{FetchPlain, FetchPlainFile},
    fetch_template::{FetchTemplate, FetchTemplateFile},
    fs_delete::FsDelete,
    fs_readdir::FsReaddir,
    fs_rename::FsRename,
    gitea_protection::GiteaProtection,
    gitea_secret::GiteaSecret,
    gitea_team::GiteaTeam,
    gitea_webhook::GiteaWebhook,
    publish::Publish,
    pull_request::PublishPullRequest,
    roadie_data::{Merge, Serialize, Sleep},
    roadie_files::{FsAppend, FsParse, FsReplace, FsWrite},
    wait::WaitFor,
};
use crate::{
    entity::ScmHost,
    error::{Error, Result},
};

/// All actions by id. Cheap to clone.
#[derive(Clone)]
pub struct Registry(Arc<BTreeMap<&'static str, Arc<dyn Action>>>);

impl Default for Registry {
    fn default() -> Self {
        let mut all: Vec<Arc<dyn Action>> = vec![
            Arc::new(CatalogFetch),
            Arc::new(CatalogRegister),
            Arc::new(CatalogWrite),
            Arc::new(DebugLog),
            Arc::new(DebugWait),
            Arc::new(FetchPlain),
            Arc::new(FetchPlainFile),
            Arc::new(FetchTemplate),
            Arc::new(FetchTemplateFile),
            Arc::new(FsDelete),
            Arc::new(FsReaddir),
            Arc::new(FsRename),
            Arc::new(GiteaProtection),
            Arc::new(GiteaSecret),
            Arc::new(GiteaTeam),
            Arc::new(GiteaWebhook),
            Arc::new(WaitFor),
        ];
        all.extend(publishing());
        all.extend(roadie());
        let named = all.into_iter().map(|action| (action.about().id, action));
        Self(Arc::new(named.collect()))
    }
}

/// Those of Roadie's that real templates use.
fn roadie() -> Vec<Arc<dyn Action>> {
    let serialize = |id, is_yaml| -> Arc<dyn Action> { Arc::new(Serialize { id, is_yaml }) };
    vec![
        Arc::new(FsAppend),
        Arc::new(FsParse),
        Arc::new(FsReplace),
        Arc::new(FsWrite),
        Arc::new(Sleep),
        Arc::new(Merge {
            id: "roadiehq:utils:merge",
        }),
        Arc::new(Merge {
            id: "roadiehq:utils:json:merge",
        }),
        serialize("roadiehq:utils:serialize:json", false),
        serialize("roadiehq:utils:serialize:yaml", true),
    ]
}

/// What makes repositories and pull requests, for every product.
fn publishing() -> Vec<Arc<dyn Action>> {
    let publish = |id, product, branch| -> Arc<dyn Action> {
        Arc::new(Publish {
            id,
            product,
            branch,
        })
    };
    let pull_request = |id, product, supports_dry_run| -> Arc<dyn Action> {
        Arc::new(PublishPullRequest {
            id,
            product,
            supports_dry_run,
        })
    };
    vec![
        publish("publish:git", None, "main"),
        publish("publish:gitea", Some(ScmHost::Gitea), "main"),
        publish("publish:github", Some(ScmHost::GitHub), "master"),
        publish("publish:gitlab", Some(ScmHost::GitLab), "master"),
        pull_request("publish:gitea:pull-request", ScmHost::Gitea, false),
        pull_request("publish:github:pull-request", ScmHost::GitHub, true),
        pull_request("publish:gitlab:merge-request", ScmHost::GitLab, false),
    ]
}

impl Registry {
    /// An action, by id. [`Error::NotFound`] in Backstage's words.
    pub fn action(&self, id: &str) -> Result<Arc<dyn Action>> {
        self.0.get(id).cloned().ok_or_else(|| {
            Error::NotFound(format!(
                "Template action with ID '{id}' is not registered. See https://backstage.io/docs/features/software-templates/builtin-actions/ on how to add a new action module."
            ))
        })
    }

    /// Every action as clients are told of it, by id.
    #[must_use]
    pub fn described(&self) -> Value {
        self.0
            .values()
            .map(|action| shown(&action.about()))
            .collect()
    }
}

fn shown(about: &About) -> Value {
    let mut schema = json!({"input": about.input});
    if let Some(output) = &about.output {
        schema["output"] = output.clone();
    }
    let example = |(description, example): &(&str, &str)| json!({"description": description, "example": example});
    let examples: Vec<Value> = about.examples.iter().map(example).collect();
    let mut shown = json!({"id": about.id, "description": about.description});
    if !examples.is_empty() {
        shown["examples"] = examples.into();
    }
    shown["schema"] = schema;
    shown
}
