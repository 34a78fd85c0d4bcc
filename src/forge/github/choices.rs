//! Lists of GitHub for pickers.

use futures_util::future::try_join;
use serde::Deserialize;

use super::{about, apps, path};
use crate::{
    config::{Credential, CredentialKind},
    forge::{
        Choice, ChoicesOf, ForgeError, ForgeErrorKind, RepositoryId, Result, client::HostClient,
        pages,
    },
};

/// Of an owner with very many repositories, those pushed to most recently, a hundred on a page.
const MAX_PAGES: usize = 5;

#[derive(Deserialize)]
struct LoginJson {
    login: String,
}

#[derive(Deserialize)]
struct RepositoryJson {
    full_name: String,
}

#[derive(Deserialize)]
struct BranchJson {
    name: String,
}

pub(super) async fn list(client: &HostClient, of: &ChoicesOf) -> Result<Vec<Choice>> {
    let names: Vec<String> = match of {
        ChoicesOf::Owners => organisations(client).await?,
        ChoicesOf::Accounts => accounts(client).await?,
        ChoicesOf::Repositories {
            owner: Some(owner), ..
        } => repositories(client, owner).await?,
        ChoicesOf::Repositories { owner: None, .. } => {
            let found: Vec<RepositoryJson> = pages::all(client.get(&["user", "repos"])).await?;
            return Ok(found.into_iter().map(whole_name).collect());
        }
        ChoicesOf::Branches(repository) => branches(client, repository).await?,
        ChoicesOf::Projects { .. } => {
            return Err(ForgeError::not_supported(client.host(), "projects"));
        }
    };
    Ok(names.into_iter().map(Choice::named).collect())
}

/// A repository among those of all owners.
fn whole_name(repository: RepositoryJson) -> Choice {
    let name = repository.full_name.rsplit('/').next();
    Choice {
        name: name.unwrap_or_default().to_owned(),
        ..Choice::named(repository.full_name)
    }
}

async fn organisations(client: &HostClient) -> Result<Vec<String>> {
    let found: Vec<LoginJson> = pages::all(client.get(&["user", "orgs"])).await?;
    Ok(found.into_iter().map(|one| one.login).collect())
}

/// Where the apps are installed, and whom the first token belongs to with their organisations.
async fn accounts(client: &HostClient) -> Result<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for credential in client.credentials() {
        let more = match &credential.kind {
            CredentialKind::GitHubApp(app) => apps::accounts(client, credential, app).await?,
            _ => of_token(client, credential).await?,
        };
        for login in more {
            if !found.contains(&login) {
                found.push(login);
            }
        }
        if !matches!(credential.kind, CredentialKind::GitHubApp(_)) {
            break;
        }
    }
    Ok(found)
}

async fn of_token(client: &HostClient, credential: &Credential) -> Result<Vec<String>> {
    let client = client.with_credentials(vec![credential.clone()]);
    // The token of a workflow belongs to nobody (403).
    let user = client.get(&["user"]).optional_of(&[403]);
    let (user, organisations) = try_join(user, organisations(&client)).await?;
    let user: Option<LoginJson> = user;
    let own = user.into_iter().map(|user| user.login);
    Ok(own.chain(organisations).collect())
}

/// Those of an organisation, of the user themselves, or what somebody else shows everybody.
async fn repositories(client: &HostClient, owner: &str) -> Result<Vec<String>> {
    let client = apps::client_for(client, owner).await?;
    let newest = |segments: &[&str]| {
        let call = client.get(segments).about(format!("owner {owner}"));
        pages::up_to(MAX_PAGES, call.query("sort", "pushed"))
    };
    let of_organisation: Result<Vec<RepositoryJson>> = newest(&["orgs", owner, "repos"]).await;
    let found = match of_organisation {
        Err(fault) if fault.kind == ForgeErrorKind::NotFound => {
            let call = client.get(&["user", "repos"]);
            let own = pages::up_to(MAX_PAGES, call.query("affiliation", "owner")).await;
            let own = names_below(own.or_else(nobodys)?, owner);
            if !own.is_empty() {
                return Ok(own);
            }
            newest(&["users", owner, "repos"]).await?
        }
        found => found?,
    };
    Ok(names_below(found, owner))
}

/// An app has no repositories of its own (403).
fn nobodys(fault: ForgeError) -> Result<Vec<RepositoryJson>> {
    match fault.kind {
        ForgeErrorKind::Forbidden => Ok(Vec::new()),
        _ => Err(fault),
    }
}

fn names_below(found: Vec<RepositoryJson>, owner: &str) -> Vec<String> {
    let name = |repository: RepositoryJson| {
        let (of, name) = repository.full_name.split_once('/')?;
        of.eq_ignore_ascii_case(owner).then(|| name.to_owned())
    };
    found.into_iter().filter_map(name).collect()
}

async fn branches(client: &HostClient, repository: &RepositoryId) -> Result<Vec<String>> {
    let client = apps::client_for(client, &repository.owner).await?;
    let call = client.get(&path(repository, &["branches"]));
    let found: Vec<BranchJson> = pages::all(call.about(about(repository))).await?;
    Ok(found.into_iter().map(|one| one.name).collect())
}
