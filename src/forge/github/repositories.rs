//! Repositories of GitHub.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::{about, conflict_where, path};
use crate::forge::{
    ForgeError, ForgeErrorKind, NewRepository, Repository, RepositoryChange, RepositoryId, Result,
    Visibility, call::given, client::HostClient, github_like::OwnerJson,
};

/// GitHub fills a repository made from a template after it has answered.
const FILL_ATTEMPTS: u32 = 6;
const FILL_PAUSE: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
struct RepositoryJson {
    id: u64,
    name: String,
    owner: OwnerJson,
    html_url: Url,
    clone_url: Url,
    #[serde(default)]
    default_branch: Option<String>,
    #[serde(default)]
    description: Option<String>,
    private: bool,
    #[serde(default)]
    visibility: Option<String>,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    is_template: bool,
    #[serde(default)]
    topics: Vec<String>,
    /// In KiB, counted now and then: 0 says little.
    #[serde(default)]
    size: u64,
}

#[derive(Deserialize)]
struct AccountJson {
    #[serde(rename = "type")]
    kind: String,
}

impl RepositoryJson {
    fn with(self, is_empty: bool) -> Repository {
        let visibility = match (self.private, self.visibility.as_deref()) {
            (_, Some("internal")) => Visibility::Internal,
            (true, _) => Visibility::Private,
            (false, _) => Visibility::Public,
        };
        Repository {
            id: RepositoryId::new(self.owner.login, self.name),
            host_id: self.id.to_string(),
            web_url: self.html_url,
            clone_url: self.clone_url,
            default_branch: self.default_branch.unwrap_or_default(),
            description: self.description.unwrap_or_default(),
            visibility,
            is_empty,
            is_archived: self.archived,
            is_template: self.is_template,
            topics: self.topics,
        }
    }
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
) -> Result<Option<Repository>> {
    let call = client.get(&path(repository, &[]));
    let Some(found): Option<RepositoryJson> = call.optional().await? else {
        return Ok(None);
    };
    let is_empty = found.size == 0 && is_empty(client, repository).await?;
    Ok(Some(found.with(is_empty)))
}

/// Whether nothing is committed yet: whether there is no branch.
pub(super) async fn is_empty(client: &HostClient, repository: &RepositoryId) -> Result<bool> {
    let branches: Vec<Value> = client
        .get(&path(repository, &["branches"]))
        .query("per_page", "1")
        .about(about(repository))
        .json()
        .await?;
    Ok(branches.is_empty())
}

pub(super) async fn create(client: &HostClient, new: &NewRepository) -> Result<Repository> {
    let owner = new.id.owner.as_str();
    let mut body = json!({
        "name": new.id.name,
        "description": new.description,
        "private": new.visibility != Visibility::Public,
        "auto_init": new.with_readme,
    });
    let account: AccountJson = client
        .get(&["users", owner])
        .about(format!("user or organisation {owner}"))
        .json()
        .await?;
    let call = if account.kind == "Organization" {
        if new.visibility == Visibility::Internal {
            body["visibility"] = Value::from("internal");
        }
        client.post(&["orgs", owner, "repos"])
    } else {
        client.post(&["user", "repos"])
    };
    let made: Result<RepositoryJson> = call
        .body(&body)
        .about(format!("organisation {owner}"))
        .json()
        .await;
    let made = made.map_err(conflict_where(&["already exists"]))?;
    // Without a commit there is no branch to be renamed: the first that is pushed becomes the default.
    let mut made = made.with(!new.with_readme);
    if let Some(branch) = new.default_branch.as_deref().filter(|_| new.with_readme) {
        rename_default(client, &mut made, branch).await?;
    }
    Ok(made)
}

pub(super) async fn generate(
    client: &HostClient,
    template: &RepositoryId,
    new: &NewRepository,
) -> Result<Repository> {
    let body = json!({
        "owner": new.id.owner,
        "name": new.id.name,
        "description": new.description,
        "private": new.visibility != Visibility::Public,
    });
    let made: Result<RepositoryJson> = client
        .post(&path(template, &["generate"]))
        .body(&body)
        .about(format!("template {template}"))
        .json()
        .await;
    let made = made.map_err(conflict_where(&["already exists"]))?;
    let mut made = made.with(false);
    if new.visibility == Visibility::Internal {
        let change = RepositoryChange {
            visibility: Some(Visibility::Internal),
            ..RepositoryChange::default()
        };
        update(client, &new.id, &change).await?;
        made.visibility = Visibility::Internal;
    }
    if let Some(branch) = &new.default_branch {
        rename_default(client, &mut made, branch).await?;
    }
    Ok(made)
}

/// GitHub takes no default branch when it makes a repository.
async fn rename_default(client: &HostClient, made: &mut Repository, branch: &str) -> Result<()> {
    let mut attempts = 0;
    while made.default_branch != branch {
        let call = client.post(&path(
            &made.id,
            &["branches", &made.default_branch, "rename"],
        ));
        let renamed = call
            .body(&json!({ "new_name": branch }))
            .about(format!("branch {} in {}", made.default_branch, made.id))
            .done()
            .await;
        match renamed {
            Ok(()) => branch.clone_into(&mut made.default_branch),
            Err(fault) if fault.kind == ForgeErrorKind::NotFound && attempts < FILL_ATTEMPTS => {
                attempts += 1;
                tokio::time::sleep(FILL_PAUSE * attempts).await;
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

pub(super) async fn update(
    client: &HostClient,
    repository: &RepositoryId,
    change: &RepositoryChange,
) -> Result<Repository> {
    if let Some(topics) = &change.topics {
        let call = client.put(&path(repository, &["topics"]));
        call.body(&json!({ "names": topics }))
            .about(about(repository))
            .done()
            .await?;
    }
    let settings = settings(change);
    if !settings.is_empty() {
        let call = client.patch(&path(repository, &[])).body(&settings);
        call.about(about(repository)).done().await?;
    }
    let changed = get(client, repository).await?;
    changed.ok_or_else(|| ForgeError::not_found(client.host(), &about(repository)))
}

/// Only what is to change: GitHub leaves the rest as it is.
fn settings(change: &RepositoryChange) -> Map<String, Value> {
    let text = |value: &Option<String>| value.clone().map(Value::from);
    let flag = |value: Option<bool>| value.map(Value::from);
    let visibility = change.visibility.map(|visibility| match visibility {
        Visibility::Private => Value::from("private"),
        Visibility::Internal => Value::from("internal"),
        Visibility::Public => Value::from("public"),
    });
    given([
        ("description", text(&change.description)),
        ("homepage", text(&change.homepage)),
        ("default_branch", text(&change.default_branch)),
        ("visibility", visibility),
        ("archived", flag(change.archived)),
        ("is_template", flag(change.template)),
        ("has_issues", flag(change.has_issues)),
        ("has_wiki", flag(change.has_wiki)),
        ("has_projects", flag(change.has_projects)),
        (
            "delete_branch_on_merge",
            flag(change.delete_branch_on_merge),
        ),
        ("allow_merge_commit", flag(change.allow_merge_commit)),
        ("allow_squash_merge", flag(change.allow_squash_merge)),
        ("allow_rebase_merge", flag(change.allow_rebase_merge)),
    ])
}

pub(super) async fn delete(client: &HostClient, repository: &RepositoryId) -> Result<()> {
    client.delete(&path(repository, &[])).gone().await
}
