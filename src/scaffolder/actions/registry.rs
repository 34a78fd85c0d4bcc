//! All actions there are.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use super::{
    About, Action,
    backstage_request::BackstageRequest,
    bitbucket_pull_request::BitbucketPullRequest,
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
    github_autolinks, github_deploy_key, github_dispatch,
    github_environment::Environment,
    github_issues, github_pages,
    github_protection::BranchProtection,
    github_publish::{CreateGitHub, PublishGitHub, PushGitHub},
    github_webhook, gitlab_groups, gitlab_issues,
    gitlab_merge_request::PublishMergeRequest,
    gitlab_pipeline,
    gitlab_publish::PublishGitLab,
    gitlab_push::PushGitLab,
    gitlab_tokens,
    gitlab_user::UserInfo,
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
pub struct Registry(Arc<BTreeMap<String, Arc<Registered>>>);

/// An action, with what it says of itself.
pub struct Registered {
    /// What it is called and takes.
    pub about: About,
    /// What it does.
    pub action: Arc<dyn Action>,
}

impl Default for Registry {
    fn default() -> Self {
        let mut all: Vec<Arc<dyn Action>> = vec![
            Arc::new(BackstageRequest),
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
        all.extend(proposing());
        all.extend(github());
        all.extend(gitlab());
        all.extend(roadie());
        Self::of(all)
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

/// Publishing to products that need nothing of their own for it: id, product, the branch that counts, inputs.
const PUBLISHING: [(&str, Option<ScmHost>, &str, &str); 5] = [
    (
        "publish:git",
        None,
        "main",
        "repoUrl* description defaultBranch repoVisibility gitCommitMessage gitAuthorName gitAuthorEmail sourcePath token",
    ),
    (
        "publish:gitea",
        Some(ScmHost::Gitea),
        "main",
        "repoUrl* description* defaultBranch repoVisibility gitCommitMessage gitAuthorName gitAuthorEmail sourcePath signCommit",
    ),
    (
        "publish:azure",
        Some(ScmHost::AzureRepos),
        "master",
        "repoUrl* description defaultBranch sourcePath token gitCommitMessage gitAuthorName gitAuthorEmail signCommit",
    ),
    (
        "publish:bitbucketCloud",
        Some(ScmHost::BitbucketCloud),
        "master",
        "repoUrl* description defaultBranch repoVisibility gitCommitMessage sourcePath token signCommit",
    ),
    (
        "publish:bitbucketServer",
        Some(ScmHost::BitbucketServer),
        "master",
        "repoUrl* description repoVisibility defaultBranch sourcePath token gitCommitMessage gitAuthorName gitAuthorEmail signCommit enableLFS",
    ),
];

/// What makes repositories, for the products that need nothing of their own for it.
fn publishing() -> Vec<Arc<dyn Action>> {
    let publish = |(id, product, branch, inputs)| -> Arc<dyn Action> {
        Arc::new(Publish {
            id,
            product,
            branch,
            inputs,
        })
    };
    PUBLISHING.into_iter().map(publish).collect()
}

/// What opens pull requests, for the products that need nothing of their own for it.
fn proposing() -> Vec<Arc<dyn Action>> {
    let pull_request = |id, product, supports_dry_run| -> Arc<dyn Action> {
        Arc::new(PublishPullRequest {
            id,
            product,
            supports_dry_run,
        })
    };
    let bitbucket =
        |id, product| -> Arc<dyn Action> { Arc::new(BitbucketPullRequest { id, product }) };
    let (cloud, server) = (ScmHost::BitbucketCloud, ScmHost::BitbucketServer);
    vec![
        bitbucket("publish:bitbucketCloud:pull-request", cloud),
        bitbucket("publish:bitbucketServer:pull-request", server),
        pull_request("publish:git:pull-request", None, false),
        pull_request("publish:gitea:pull-request", Some(ScmHost::Gitea), false),
        pull_request("publish:github:pull-request", Some(ScmHost::GitHub), true),
    ]
}

/// GitHub's own.
fn github() -> Vec<Arc<dyn Action>> {
    vec![
        Arc::new(BranchProtection),
        Arc::new(CreateGitHub),
        Arc::new(Environment),
        Arc::new(PublishGitHub),
        Arc::new(PushGitHub),
        Arc::new(github_autolinks::ACTION),
        Arc::new(github_deploy_key::ACTION),
        Arc::new(github_dispatch::ACTION),
        Arc::new(github_issues::CREATE),
        Arc::new(github_issues::LABEL),
        Arc::new(github_pages::ACTION),
        Arc::new(github_webhook::ACTION),
    ]
}

/// GitLab's own.
fn gitlab() -> Vec<Arc<dyn Action>> {
    vec![
        Arc::new(PublishGitLab),
        Arc::new(PublishMergeRequest),
        Arc::new(PushGitLab),
        Arc::new(UserInfo),
        Arc::new(gitlab_groups::ACCESS),
        Arc::new(gitlab_groups::EnsureGroup),
        Arc::new(gitlab_groups::MigrateGroup),
        Arc::new(gitlab_issues::CHANGE),
        Arc::new(gitlab_issues::CREATE),
        Arc::new(gitlab_pipeline::ACTION),
        Arc::new(gitlab_tokens::ACCESS),
        Arc::new(gitlab_tokens::DEPLOY),
        Arc::new(gitlab_tokens::VARIABLE),
    ]
}

impl Registry {
    fn of(all: Vec<Arc<dyn Action>>) -> Self {
        let named = all.into_iter().map(|action| {
            let about = action.about();
            let id = about.id.clone().into_owned();
            (id, Arc::new(Registered { about, action }))
        });
        Self(Arc::new(named.collect()))
    }

    /// With more; those take the place of what has the same id.
    #[must_use]
    pub fn with(&self, more: Vec<Arc<dyn Action>>) -> Self {
        let mut all = BTreeMap::clone(&self.0);
        all.extend(BTreeMap::clone(&Self::of(more).0));
        Self(Arc::new(all))
    }

    /// An action, by id; `None`: there is none.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Registered> {
        self.0.get(id).map(Arc::as_ref)
    }

    /// The ids of all, in their order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// An action, by id. [`Error::NotFound`] in Backstage's words.
    pub fn action(&self, id: &str) -> Result<Arc<Registered>> {
        self.0.get(id).cloned().ok_or_else(|| {
            Error::NotFound(format!(
                "Template action with ID '{id}' is not registered. See https://backstage.io/docs/features/software-templates/builtin-actions/ on how to add a new action module."
            ))
        })
    }

    /// Every action as clients are told of it, by id.
    #[must_use]
    pub fn described(&self) -> Value {
        self.0.values().map(|found| shown(&found.about)).collect()
    }
}

fn shown(about: &About) -> Value {
    let mut schema = json!({"input": about.input});
    if let Some(output) = &about.output {
        schema["output"] = output.clone();
    }
    let mut shown = json!({"id": about.id, "description": about.description});
    if !about.examples.is_empty() {
        shown["examples"] = about
            .examples
            .iter()
            .map(|one| example(&about.id, one))
            .collect();
    }
    shown["schema"] = schema;
    shown
}

/// An example as clients show it: a whole step.
fn example(id: &str, (shows, input): &(&str, &str)) -> Value {
    let name = id.rsplit(':').next().unwrap_or(id);
    let mut step = format!("steps:\n  - id: {name}\n    action: {id}\n    input:\n");
    for line in input.lines() {
        step.extend(["      ", line, "\n"]);
    }
    json!({"description": shows, "example": step})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        entity::{parse_document, split_documents},
        scaffolder::schema::faults,
    };

    fn yaml(text: &str) -> Value {
        let raw = split_documents(text)
            .into_iter()
            .next()
            .expect("a document");
        parse_document(&raw, true)
            .expect("it is YAML")
            .expect("a value")
    }

    #[test]
    fn every_example_is_a_step_that_its_action_takes() {
        let registry = Registry::default();
        for found in registry.0.values() {
            let about = &found.about;
            for one in &about.examples {
                let shown = example(&about.id, one);
                let text = shown["example"].as_str().expect("a text");
                let step: Value = yaml(text);
                let step = &step["steps"][0];
                assert_eq!(step["action"], about.id.as_ref());
                let faults = faults(&about.input, &step["input"]).expect("a schema");
                // What an expression comes to is not known here.
                let faults = faults
                    .iter()
                    .filter(|fault| !fault.instance.to_string().contains("${{"));
                assert_eq!(
                    faults.map(|fault| &fault.stack).collect::<Vec<_>>(),
                    Vec::<&String>::new(),
                    "{text}"
                );
            }
        }
    }
}
