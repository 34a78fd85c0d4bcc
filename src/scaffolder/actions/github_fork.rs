//! `forceFork` of `publish:github:pull-request`: the branch goes to a fork in the account of the token.

use std::time::Duration;

use super::{ActionCall, target::Target};
use crate::{
    error::{Error, Result},
    forge::{GitHost, RepositoryId},
    scaffolder::effects::{Effect, ForkRepository, Planned, Undo},
};

/// GitHub makes forks in the background: it is looked so often whether one is there.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
const LOOKS: u32 = 60;

/// What forking is announced as, before anybody knows whose the token is.
pub(super) fn planned(repository: &str) -> Planned {
    Planned {
        what: format!("Forks {repository} to the account of the token, unless there is a fork."),
        undo: Undo::By(
            "Deletes the fork, if this made it and nobody made a branch in it.".to_owned(),
        ),
    }
}

/// The fork of a repository, which is made if it is not there.
///
/// [`Error::Input`] if the token is of no user, or of whose the repository is.
pub(super) async fn fork(call: &ActionCall<'_>, target: &Target) -> Result<Target> {
    let user = target.forge.current_user().await?;
    let login = user.map(|user| user.login).unwrap_or_default();
    let RepositoryId { owner, name } = &target.repository;
    if login.is_empty() || login.ends_with("[bot]") {
        return Err(Error::Input(
            "forceFork needs the token of a user: an app has no account to fork to. Give the step one in `token`, or leave forceFork out."
                .to_owned(),
        ));
    }
    if login.eq_ignore_ascii_case(owner) {
        return Err(Error::Input(format!(
            "{} belongs to {login}, whose token this is, and cannot be forked to the same account. Leave forceFork out.",
            target.repository
        )));
    }
    let fork = RepositoryId::new(login, name);
    let effect = ForkRepository {
        host: target.host.clone(),
        repository: target.repository.clone(),
        fork: fork.clone(),
    };
    call.perform(Effect::Fork(effect)).await?;
    for _ in 0..LOOKS {
        if target.forge.repository(&fork).await?.is_some() {
            return Ok(Target {
                host: target.host.clone(),
                product: target.product,
                repository: fork,
                forge: target.forge.clone(),
            });
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Err(Error::ServiceUnavailable(format!(
        "{}/{fork} is not there yet: forks are made in the background. Retry in a moment.",
        target.host
    )))
}
