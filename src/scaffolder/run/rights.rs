//! Before anything is made: may the portal do at the hosts what the steps will ask for?

use super::execution::Execution;
use crate::{
    error::{Error, Result},
    scaffolder::actions::Given,
};

impl Execution<'_> {
    /// Asks the hosts about every step whose repository is known already, and that will be executed for certain.
    ///
    /// [`Error::NotAllowed`] if a step would be refused: then nothing was made yet.
    pub(super) async fn check_rights(&self) -> Result<()> {
        let scope = self.scope_with_secrets();
        for step in self.spec.steps() {
            let depends = step.each.is_some() || step.mentions("steps");
            let Ok(found) = self.engine.actions.action(&step.action) else {
                continue;
            };
            let asks = !found.action.rights(&step.input).is_empty();
            if !asks || depends || !scope.condition(step.condition.as_ref(), false).await?.holds {
                continue;
            }
            let Some(input) = scope.render(&step.input).await? else {
                continue;
            };
            for right in found.action.rights(&input) {
                let services = &self.engine.services;
                let user = self.facts.user.as_ref();
                let asked = right.ask(services, Given(&input), user).await;
                // What cannot be asked now, the step itself will tell.
                if let Err(Error::NotAllowed(why)) = asked {
                    return Err(Error::NotAllowed(format!("Step {}: {why}", step.id)));
                }
            }
        }
        Ok(())
    }
}
