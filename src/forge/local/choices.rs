//! Lists of the host inside the portal for pickers.

use super::LocalHost;
use crate::forge::{Choice, ChoicesOf, ForgeError, GitHost, Result};

pub(super) async fn list(host: &LocalHost, of: &ChoicesOf) -> Result<Vec<Choice>> {
    let names: Vec<String> = match of {
        ChoicesOf::Owners | ChoicesOf::Accounts => {
            let all = host.names().await.map_err(|fault| host.broken(&fault))?;
            // By owner, so that equal ones stand together.
            let mut owners: Vec<String> = all.iter().map(|name| name.owner().to_owned()).collect();
            owners.dedup();
            owners
        }
        ChoicesOf::Repositories { owner, .. } => {
            let all = host.names().await.map_err(|fault| host.broken(&fault))?;
            let is_theirs = |of: &str| {
                owner
                    .as_ref()
                    .is_none_or(|one| of.eq_ignore_ascii_case(one))
            };
            let theirs = all.iter().filter(|name| is_theirs(name.owner()));
            theirs.map(|name| name.name().to_owned()).collect()
        }
        ChoicesOf::Branches(repository) => {
            let found = host.open(repository).await?;
            let branches = found.git.branches().await;
            let branches = branches.map_err(|fault| host.fault(&fault))?;
            branches.into_iter().map(|branch| branch.name).collect()
        }
        ChoicesOf::Projects { .. } => {
            return Err(ForgeError::not_supported(host.host(), "projects"));
        }
    };
    Ok(names.into_iter().map(Choice::named).collect())
}
