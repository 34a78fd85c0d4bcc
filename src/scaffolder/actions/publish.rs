//! `publish:git`, `publish:gitea`, `publish:github`, `publish:gitlab`: the workspace becomes a new repository.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    About, Action, ActionCall, Outcome, UnknownKeys, committing, fetch_plain::token, schema,
    target::Target,
};
use crate::{
    entity::ScmHost,
    error::{Error, Result},
    forge::{Address, GitHost, Visibility},
    scaffolder::effects::{CommitFiles, CreateRepository, Effect, Planned, Undo},
};

/// Publishes to the hosts of one product, or with `None` to any.
pub(super) struct Publish {
    pub(super) id: &'static str,
    pub(super) product: Option<ScmHost>,
    /// The branch that counts where the template does not say.
    pub(super) branch: &'static str,
}

impl Action for Publish {
    fn about(&self) -> About {
        About {
            id: self.id,
            description: "Makes a repository of the workspace's files, honouring .gitignore.",
            input: schema::fields([
                ("repoUrl*", schema::text("Which: host?owner=…&repo=…")),
                ("description", schema::text("What it is, in a few words")),
                (
                    "repoVisibility",
                    schema::choice(&["private", "internal", "public"], "Who sees it"),
                ),
                ("defaultBranch", schema::text("The branch that counts")),
                (
                    "gitCommitMessage",
                    schema::text("What the first commit says"),
                ),
                ("gitAuthorName", schema::text("Who wrote it")),
                ("gitAuthorEmail", schema::text("And their address")),
                (
                    "sourcePath",
                    schema::text(
                        "The folder of the workspace that is published; default: all of it",
                    ),
                ),
                ("token", token()),
            ]),
            output: Some(schema::fields([
                ("remoteUrl", schema::text("Where it is cloned")),
                ("repoContentsUrl", schema::text("Where its files are seen")),
                ("commitHash", schema::text("The first commit")),
            ])),
            examples: &[],
            supports_dry_run: false,
            unknown_keys: UnknownKeys::Warned,
        }
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let url = input["repoUrl"].as_str().unwrap_or_default();
        Ok(vec![Planned {
            what: format!("Makes the repository {url}, and commits the files to it."),
            undo: Undo::By(
                "Deletes the repository, if nothing was committed to it since.".to_owned(),
            ),
        }])
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let target = Target::of(call).await?;
            if self
                .product
                .is_some_and(|product| product != target.product)
            {
                return Err(Error::Input(format!(
                    "{} does not publish to {}: its integration is of another product. Use publish:git, or the action of that product.",
                    self.id, target.host
                )));
            }
            let owner = &target.repository.owner;
            if !target.forge.can_create_in(owner).await? {
                return Err(Error::NotAllowed(format!(
                    "The portal may not make repositories for {owner} on {}. Give its token the right to, or choose another owner.",
                    target.host
                )));
            }
            self.publish(call, &target).await.map(Outcome::output)
        })
    }
}

impl Publish {
    async fn publish(&self, call: &ActionCall<'_>, target: &Target) -> Result<Value> {
        let description = call.text("description").unwrap_or_default().to_owned();
        let branch = call.text("defaultBranch").unwrap_or(self.branch).to_owned();
        let repository = CreateRepository {
            host: target.host.clone(),
            repository: target.repository.clone(),
            description: description.clone(),
            visibility: match call.text("repoVisibility") {
                Some("public") => Visibility::Public,
                Some("internal") => Visibility::Internal,
                _ => Visibility::Private,
            },
            default_branch: branch.clone(),
        };
        let files = committing::files(call, "").await?;
        if files.is_empty() {
            return Err(Error::Input(
                "There are no files to publish. Fetch some first.".to_owned(),
            ));
        }
        let made = call.perform(Effect::Repository(repository)).await?;
        let message = call.text("gitCommitMessage");
        let commit = CommitFiles {
            host: target.host.clone(),
            repository: target.repository.clone(),
            branch: branch.clone(),
            base: None,
            message: message
                .unwrap_or(&call.services.config.commit_message)
                .to_owned(),
            author: committing::author(call),
            at: call.services.clock.now(),
            files,
            description: Some(description),
        };
        let committed = call.perform(Effect::Commit(commit)).await?;
        let remote_url = made["cloneUrl"].as_str().unwrap_or_default();
        let remote_url = match target.product {
            ScmHost::GitLab => remote_url.trim_end_matches(".git"),
            _ => remote_url,
        };
        Ok(json!({
            "remoteUrl": remote_url,
            "repoContentsUrl": contents_url(call, target, &branch),
            "commitHash": committed["commit"],
        }))
    }
}

/// Where the files are seen, as the product's pages have it; relative paths count from there.
fn contents_url(call: &ActionCall<'_>, target: &Target, branch: &str) -> String {
    let address = Address {
        repository: target.repository.clone(),
        revision: Some(branch.to_owned()),
        path: String::new(),
    };
    let integration = call.services.forges.integration(&target.host);
    let url = integration.map(|integration| address.view_url(integration));
    let url = url.unwrap_or_default();
    match target.product {
        // Backstage leaves the slash only on Gitea.
        ScmHost::Gitea => url,
        _ => url.trim_end_matches('/').to_owned(),
    }
}
