//! Repositories of Bitbucket Cloud.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{on, write};
use crate::forge::{
    ForgeError, NewCommit, NewRepository, Repository, RepositoryChange, RepositoryId, Result,
    Visibility, call::given, client::HostClient, commit::FIRST_BRANCH,
};

#[derive(Deserialize)]
struct RepositoryJson {
    uuid: String,
    full_name: String,
    #[serde(default)]
    description: String,
    is_private: bool,
    /// None while nothing is committed.
    #[serde(default)]
    mainbranch: Option<NameJson>,
    links: LinksJson,
}

#[derive(Deserialize)]
struct NameJson {
    name: String,
}

#[derive(Deserialize)]
struct LinksJson {
    html: LinkJson,
    #[serde(default)]
    clone: Vec<LinkJson>,
}

#[derive(Deserialize)]
struct LinkJson {
    href: Url,
    #[serde(default)]
    name: String,
}

impl From<RepositoryJson> for Repository {
    fn from(json: RepositoryJson) -> Self {
        let web_url = json.links.html.href;
        let mut clones = json.links.clone.into_iter();
        let clone = clones.find(|link| link.name == "https");
        let mut clone_url = clone.map_or_else(|| web_url.clone(), |link| link.href);
        // It names whoever asked.
        let _ = clone_url.set_username("");
        let (owner, name) = json.full_name.split_once('/').unwrap_or_default();
        Self {
            id: RepositoryId::new(owner, name),
            host_id: json.uuid,
            web_url,
            clone_url,
            is_empty: json.mainbranch.is_none(),
            default_branch: json
                .mainbranch
                .map(|branch| branch.name)
                .unwrap_or_default(),
            description: json.description,
            visibility: if json.is_private {
                Visibility::Private
            } else {
                Visibility::Public
            },
            is_archived: false,
            is_template: false,
            topics: Vec::new(),
        }
    }
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
) -> Result<Option<Repository>> {
    let call = on(client, Method::GET, repository, &[]);
    let found: Option<RepositoryJson> = call.optional().await?;
    Ok(found.map(Into::into))
}

/// Without a project it goes to the workspace's oldest one.
pub(super) async fn create(client: &HostClient, new: &NewRepository) -> Result<Repository> {
    let mut body = json!({
        "scm": "git",
        "description": new.description,
        "is_private": new.visibility != Visibility::Public,
    });
    if let Some(key) = &new.project {
        body["project"] = json!({ "key": key });
    }
    let made: Result<RepositoryJson> = on(client, Method::POST, &new.id, &[])
        .body(&body)
        .about(format!("workspace {}", new.id.owner))
        .json()
        .await;
    let made: Repository = made.map_err(as_conflict)?.into();
    if !new.with_readme {
        return Ok(made);
    }
    let branch = new.default_branch.as_deref().unwrap_or(FIRST_BRANCH);
    let first = NewCommit::read_me(branch, &new.id.name);
    write::commit_files(client, &made.id, &first).await?;
    Ok(Repository {
        is_empty: false,
        default_branch: branch.to_owned(),
        ..made
    })
}

/// A name that is taken is answered by 400.
pub(super) fn as_conflict(fault: ForgeError) -> ForgeError {
    fault.conflict_if(&[400], &["already exists"])
}

/// Topics, ways to merge and being archived are no settings of a repository here.
pub(super) async fn update(
    client: &HostClient,
    repository: &RepositoryId,
    change: &RepositoryChange,
) -> Result<Repository> {
    let branch = change.default_branch.as_ref();
    let body = given([
        ("description", change.description.clone().map(Value::from)),
        ("website", change.homepage.clone().map(Value::from)),
        (
            "is_private",
            change
                .visibility
                .map(|visibility| Value::from(visibility != Visibility::Public)),
        ),
        ("mainbranch", branch.map(|name| json!({ "name": name }))),
        ("has_issues", change.has_issues.map(Value::from)),
        ("has_wiki", change.has_wiki.map(Value::from)),
    ]);
    let call = on(client, Method::PUT, repository, &[]);
    let changed: RepositoryJson = call.body(&body).json().await?;
    Ok(changed.into())
}

pub(super) async fn delete(client: &HostClient, repository: &RepositoryId) -> Result<()> {
    on(client, Method::DELETE, repository, &[]).gone().await
}
