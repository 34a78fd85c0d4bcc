//! Repositories of Bitbucket Data Center.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{on, write};
use crate::forge::{
    ForgeError, NewRepository, Repository, RepositoryChange, RepositoryId, Result, Visibility,
    call::given, client::HostClient, commit::FIRST_BRANCH,
};

#[derive(Deserialize)]
struct RepositoryJson {
    id: u64,
    slug: String,
    #[serde(default)]
    description: String,
    project: ProjectJson,
    #[serde(default)]
    public: bool,
    #[serde(default)]
    archived: bool,
    links: LinksJson,
}

#[derive(Deserialize)]
struct ProjectJson {
    key: String,
    #[serde(default)]
    public: bool,
}

#[derive(Deserialize)]
pub(super) struct LinksJson {
    #[serde(rename = "self", default)]
    own: Vec<LinkJson>,
    #[serde(default)]
    clone: Vec<LinkJson>,
}

#[derive(Deserialize)]
struct LinkJson {
    href: String,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BranchJson {
    display_id: String,
}

impl LinksJson {
    /// Its page.
    pub(super) fn page(&self) -> Option<Url> {
        Url::parse(&self.own.first()?.href).ok()
    }

    fn http_clone(&self) -> Option<Url> {
        let http = self.clone.iter().find(|link| link.name.starts_with("http"));
        Url::parse(&http?.href).ok()
    }
}

/// Where links are left out, the addresses are made as Bitbucket makes them.
fn repository_of(client: &HostClient, json: RepositoryJson, branch: Option<String>) -> Repository {
    let below = |path: String| {
        let mut url = client.integration().base_url.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}{path}"));
        url
    };
    let (key, slug) = (json.project.key, json.slug);
    let page = || below(format!("/projects/{key}/repos/{slug}/browse"));
    let clone = || below(format!("/scm/{key}/{slug}.git").to_lowercase());
    let is_public = json.public || json.project.public;
    Repository {
        host_id: json.id.to_string(),
        web_url: json.links.page().unwrap_or_else(page),
        clone_url: json.links.http_clone().unwrap_or_else(clone),
        is_empty: branch.is_none(),
        default_branch: branch.unwrap_or_default(),
        description: json.description,
        visibility: if is_public {
            Visibility::Public
        } else {
            Visibility::Private
        },
        is_archived: json.archived,
        is_template: false,
        topics: Vec::new(),
        id: RepositoryId::new(key, slug),
    }
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
) -> Result<Option<Repository>> {
    let call = on(client, Method::GET, repository, &[]);
    let found: Option<RepositoryJson> = call.optional().await?;
    let Some(found) = found else {
        return Ok(None);
    };
    let branch = default_branch(client, repository).await?;
    Ok(Some(repository_of(client, found, branch)))
}

/// `None` where nothing is committed yet (204, or 404).
pub(super) async fn default_branch(
    client: &HostClient,
    repository: &RepositoryId,
) -> Result<Option<String>> {
    let call = on(client, Method::GET, repository, &["branches", "default"]);
    match call.optional_answer().await? {
        Some(answer) if !answer.bytes.is_empty() => {
            let branch: BranchJson = answer.json(client.host())?;
            Ok(Some(branch.display_id))
        }
        _ => Ok(None),
    }
}

pub(super) async fn create(client: &HostClient, new: &NewRepository) -> Result<Repository> {
    let mut body = json!({
        "name": new.id.name,
        "scmId": "git",
        "description": new.description,
        "public": new.visibility == Visibility::Public,
    });
    if let Some(branch) = &new.default_branch {
        body["defaultBranch"] = Value::from(branch.as_str());
    }
    let made: RepositoryJson = client
        .post(&["projects", &new.id.owner, "repos"])
        .body(&body)
        .about(format!("project {}", new.id.owner))
        .json()
        .await?;
    let mut branch = None;
    if new.with_readme {
        let id = RepositoryId::new(&*made.project.key, &*made.slug);
        let first = new.default_branch.as_deref().unwrap_or(FIRST_BRANCH);
        write::read_me(client, &id, first, &new.id.name).await?;
        branch = Some(first.to_owned());
    }
    Ok(repository_of(client, made, branch))
}

/// Topics, features and ways to merge are no settings of a repository here.
pub(super) async fn update(
    client: &HostClient,
    repository: &RepositoryId,
    change: &RepositoryChange,
) -> Result<Repository> {
    if let Some(branch) = &change.default_branch {
        let call = on(client, Method::PUT, repository, &["branches", "default"]);
        let body = json!({ "id": format!("refs/heads/{branch}") });
        call.body(&body).done().await?;
    }
    let is_public = change
        .visibility
        .map(|visibility| Value::from(visibility == Visibility::Public));
    let body = given([
        ("description", change.description.clone().map(Value::from)),
        ("public", is_public),
        ("archived", change.archived.map(Value::from)),
    ]);
    if !body.is_empty() {
        let call = on(client, Method::PUT, repository, &[]);
        call.body(&body).done().await?;
    }
    let changed = get(client, repository).await?;
    changed.ok_or_else(|| unknown(client, repository))
}

pub(super) async fn delete(client: &HostClient, repository: &RepositoryId) -> Result<()> {
    on(client, Method::DELETE, repository, &[]).gone().await
}

pub(super) fn unknown(client: &HostClient, repository: &RepositoryId) -> ForgeError {
    ForgeError::not_found(client.host(), &format!("repository {repository}"))
}
