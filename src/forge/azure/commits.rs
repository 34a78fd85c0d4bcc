//! Commits and branches of Azure DevOps.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::{ListJson, NO_COMMIT, on};
use crate::forge::{
    Branch, Commit, CommitId, ForgeError, Person, RepositoryId, Result, answer::instant,
    client::HostClient,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommitJson {
    commit_id: String,
    #[serde(default)]
    tree_id: Option<String>,
    #[serde(default)]
    parents: Vec<String>,
    comment: String,
    author: PersonJson,
    committer: PersonJson,
}

#[derive(Deserialize)]
struct PersonJson {
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    date: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReferenceJson {
    name: String,
    object_id: String,
    /// Of an annotated tag: what it names.
    #[serde(default)]
    peeled_object_id: Option<String>,
    #[serde(default)]
    is_locked: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdatedJson {
    success: bool,
    #[serde(default)]
    update_status: String,
}

impl From<PersonJson> for Person {
    fn from(json: PersonJson) -> Self {
        Self {
            name: json.name,
            email: json.email,
        }
    }
}

impl From<CommitJson> for Commit {
    fn from(json: CommitJson) -> Self {
        Self {
            id: CommitId(json.commit_id),
            tree: json.tree_id,
            parents: json.parents.into_iter().map(CommitId).collect(),
            message: json.comment,
            authored_at: instant(json.author.date.as_deref()),
            author: json.author.into(),
            committer: json.committer.into(),
        }
    }
}

/// A reference by its whole name but for `refs/`: `heads/main`.
async fn reference(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<Option<ReferenceJson>> {
    // The filter is how a name begins.
    let call = on(client, Method::GET, repository, &["refs"]).query("filter", name);
    let found: Option<ListJson<ReferenceJson>> = call.query("peelTags", "true").optional().await?;
    let whole = format!("refs/{name}");
    let mut found = found.into_iter().flat_map(|list| list.value);
    Ok(found.find(|reference| reference.name == whole))
}

/// The commit a revision stands for; `None` if there is none.
async fn id_of(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<Option<CommitId>> {
    if CommitId::is_commit(revision) {
        return Ok(Some(CommitId(revision.to_owned())));
    }
    for kind in ["heads", "tags"] {
        let found = reference(client, repository, &format!("{kind}/{revision}")).await?;
        if let Some(found) = found {
            let id = found.peeled_object_id.unwrap_or(found.object_id);
            return Ok(Some(CommitId(id)));
        }
    }
    Ok(None)
}

pub(super) async fn get(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<Option<Commit>> {
    let Some(id) = id_of(client, repository, revision).await? else {
        return Ok(None);
    };
    let call = on(client, Method::GET, repository, &["commits", id.as_str()]);
    let found: Option<CommitJson> = call.optional().await?;
    Ok(found.map(Into::into))
}

/// The commit a revision stands for, which must be there.
pub(super) async fn resolve(
    client: &HostClient,
    repository: &RepositoryId,
    revision: &str,
) -> Result<CommitId> {
    let found = id_of(client, repository, revision).await?;
    found.ok_or_else(|| {
        let what = format!("branch, tag or commit {revision} in {repository}");
        ForgeError::not_found(client.host(), &what)
    })
}

pub(super) async fn branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<Option<Branch>> {
    let found = reference(client, repository, &format!("heads/{name}")).await?;
    Ok(found.map(|reference| Branch {
        name: name.to_owned(),
        commit: CommitId(reference.object_id),
        is_protected: reference.is_locked,
    }))
}

pub(super) async fn create_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
    revision: &str,
) -> Result<Branch> {
    let commit = resolve(client, repository, revision).await?;
    move_branch(client, repository, name, (NO_COMMIT, commit.as_str())).await?;
    Ok(Branch {
        name: name.to_owned(),
        commit,
        is_protected: false,
    })
}

pub(super) async fn delete_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
) -> Result<()> {
    match branch(client, repository, name).await? {
        Some(found) => {
            let now = found.commit.as_str();
            move_branch(client, repository, name, (now, NO_COMMIT)).await
        }
        None => Ok(()),
    }
}

pub(super) async fn reset_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
    from: &CommitId,
    to: &CommitId,
) -> Result<()> {
    move_branch(client, repository, name, (from.as_str(), to.as_str())).await
}

/// Moves a branch that is at one commit to another; Azure answers 200 also where it did not do it.
pub(super) async fn move_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
    (from, to): (&str, &str),
) -> Result<()> {
    let body = json!([{
        "name": format!("refs/heads/{name}"),
        "oldObjectId": from,
        "newObjectId": to,
    }]);
    let call = on(client, Method::POST, repository, &["refs"]);
    let updated: ListJson<UpdatedJson> = call.body(&body).json().await?;
    match updated.value.into_iter().next() {
        Some(updated) if !updated.success => Err(ForgeError::conflict(
            client.host(),
            format!(
                "The branch {name} of {repository} is not what it was ({}).",
                updated.update_status
            ),
        )),
        _ => Ok(()),
    }
}
