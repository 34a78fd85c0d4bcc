//! What the portal must be allowed to do at a host for a step, asked before anything is made.

use super::{Given, target::Target};
use crate::{
    entity::EntityRef,
    error::{Error, Result},
    forge::{ForgeErrorKind, GitHost},
    scaffolder::Services,
};

/// What the portal must be allowed to do with the repository a step names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Make it.
    Create,
    /// Push to it.
    Push,
}

impl Right {
    /// Asks the host that an input names, for somebody. [`Error::NotAllowed`] if it says no.
    pub async fn ask(
        self,
        services: &Services,
        given: Given<'_>,
        user: Option<&EntityRef>,
    ) -> Result<()> {
        self.check(&Target::find(services, given, user).await?)
            .await
    }

    /// Asks the host. [`Error::NotAllowed`] if it says no; a host that cannot be asked says nothing.
    pub(super) async fn check(self, target: &Target) -> Result<()> {
        let (host, repository) = (&target.host, &target.repository);
        let may = match self {
            Self::Create => target.forge.can_create_in(&repository.owner).await,
            // One that is not there yet may be made by a step before.
            Self::Push => match target.forge.repository(repository).await? {
                Some(_) => target.forge.can_push(repository).await,
                None => Ok(true),
            },
        };
        let may = match may {
            Err(fault) if fault.kind == ForgeErrorKind::NotSupported => true,
            may => may?,
        };
        if may {
            return Ok(());
        }
        Err(Error::NotAllowed(match self {
            Self::Create => format!(
                "The portal may not make repositories for {} on {host}. Give its token the right to, or choose another owner.",
                repository.owner
            ),
            Self::Push => format!(
                "The portal may not push to {host}/{repository}. Give its token the right to, or choose another repository."
            ),
        }))
    }
}
