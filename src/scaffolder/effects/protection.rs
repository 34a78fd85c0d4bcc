//! A branch is given rules.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, Found, Planned, Undo, World, effect::Perform, if_there};
use crate::{
    error::{Error, Result},
    forge::{GitHost, Protection, RepositoryId},
};

/// A branch is given rules, in place of those it has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProtectBranch {
    /// The host, as in URLs.
    pub host: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The branch and its rules.
    pub rules: Protection,
}

impl Perform for ProtectBranch {
    fn target(&self) -> String {
        format!("{}/{} ({})", self.host, self.repository, self.rules.branch)
    }

    fn planned(&self) -> Planned {
        Planned {
            what: format!(
                "Protects the branch {} of {}/{}.",
                self.rules.branch, self.host, self.repository
            ),
            undo: Undo::By(
                "Puts back the rules it had, if they were not changed since.".to_owned(),
            ),
        }
    }

    async fn observe(&self, world: &World<'_>) -> Result<Value> {
        let found = self.found(world).await?;
        Ok(json!({ "rules": found }))
    }

    async fn perform(&self, world: &World<'_>, _: &Value) -> Result<Value, Failure> {
        let host = world.host(&self.host)?;
        let kept = host.protect_branch(&self.repository, &self.rules).await?;
        Ok(json!({ "rules": kept }))
    }

    async fn probe(&self, world: &World<'_>, observed: &Value) -> Result<Found> {
        let found = self.found(world).await?;
        if json!(found) == observed["rules"] {
            return Ok(Found::Absent);
        }
        Ok(match found {
            // What a host does not know it leaves out.
            Some(found) if is_part_of(&found, &self.rules) => {
                Found::Ours(json!({ "rules": found }))
            }
            _ => Found::Foreign(format!(
                "The rules of {} were changed meanwhile, and not by this run.",
                self.target()
            )),
        })
    }

    async fn take_back(
        &self,
        world: &World<'_>,
        observed: &Value,
        outcome: &Value,
    ) -> Result<String> {
        let host = world.host(&self.host)?;
        let found = json!(self.found(world).await?);
        let before: Option<Protection> =
            serde_json::from_value(observed["rules"].clone()).map_err(Error::internal)?;
        if found == observed["rules"] {
            return Ok(format!(
                "The rules of {} are as they were already.",
                self.target()
            ));
        }
        if found != outcome["rules"] {
            return Err(Error::Conflict(format!(
                "The rules of {} were changed since. Nothing was taken back: decide what they are to be.",
                self.target()
            )));
        }
        match before {
            Some(before) => {
                host.protect_branch(&self.repository, &before).await?;
                Ok(format!("Put back the rules of {}.", self.target()))
            }
            None => {
                host.unprotect_branch(&self.repository, &self.rules.branch)
                    .await?;
                Ok(format!("Took the rules of {} away.", self.target()))
            }
        }
    }
}

impl ProtectBranch {
    async fn found(&self, world: &World<'_>) -> Result<Option<Protection>> {
        let host = world.host(&self.host)?;
        let found = host.protection(&self.repository, &self.rules.branch).await;
        Ok(if_there(found)?.flatten())
    }
}

/// Whether there is no rule that was not asked for.
fn is_part_of(kept: &Protection, asked: &Protection) -> bool {
    let flags = |rules: &Protection| {
        [
            rules.dismiss_stale_approvals,
            rules.require_code_owners,
            rules.require_up_to_date,
            rules.require_signed_commits,
        ]
    };
    let mut pairs = flags(kept).into_iter().zip(flags(asked));
    pairs.all(|(kept, asked)| !kept || asked)
        && kept.branch == asked.branch
        && [0, asked.required_approvals].contains(&kept.required_approvals)
        && (kept.required_checks.iter()).all(|check| asked.required_checks.contains(check))
        && (kept.may_push.iter()).all(|kept| asked.may_push.iter().any(|asked| asked.is(kept)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::Grantee;

    #[test]
    fn rules_a_host_leaves_out_are_still_ours_and_others_are_not() {
        let asked = Protection {
            branch: "main".to_owned(),
            required_approvals: 2,
            require_code_owners: true,
            require_up_to_date: true,
            may_push: vec![Grantee::User("ana".to_owned())],
            ..Protection::default()
        };
        let without = Protection {
            require_code_owners: false,
            may_push: vec![Grantee::User("Ana".to_owned())],
            ..asked.clone()
        };
        assert!(is_part_of(&asked, &asked) && is_part_of(&without, &asked));
        let foreign = [
            Protection {
                required_approvals: 1,
                ..asked.clone()
            },
            Protection {
                require_signed_commits: true,
                ..asked.clone()
            },
            Protection {
                required_checks: vec!["ci".to_owned()],
                ..asked.clone()
            },
            Protection {
                may_push: vec![Grantee::Team("ana".to_owned())],
                ..asked.clone()
            },
        ];
        for kept in foreign {
            assert!(!is_part_of(&kept, &asked), "{kept:?}");
        }
    }
}
