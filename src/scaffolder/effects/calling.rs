//! How a [`HostCall`] is made once, found again and taken back, as it declares.

use serde_json::{Value, json};

use super::{
    Failure, Found, FoundBy, HostCall, IfThere, Planned, SECRETS, TakenBack, Undo, World,
    effect::Perform, if_there,
};
use crate::{
    error::{Error, Result},
    forge::{ApiCall, ApiMethod, Forge, GitHost},
};

impl Perform for HostCall {
    fn host(&self) -> Option<&str> {
        Some(&self.host)
    }

    fn target(&self) -> String {
        self.on.clone()
    }

    fn planned(&self) -> Planned {
        Planned {
            what: self.what.clone(),
            undo: match &*self.taken_back {
                TakenBack::With { what } | TakenBack::Call { what, .. } => Undo::By(what.clone()),
                TakenBack::Never { why } => Undo::None(why.clone()),
            },
        }
    }

    fn undo_of(&self, observed: &Value) -> Undo {
        if observed["exists"] == true && matches!(*self.taken_back, TakenBack::Call { .. }) {
            return Undo::None("It was there before, and stays as it is now.".to_owned());
        }
        self.planned().undo
    }

    fn holds_secret(&self) -> bool {
        !self.secrets.is_empty() || self.boxed.is_some() || self.token.is_some()
    }

    fn answers_secret(&self) -> bool {
        !self.kept_secret.is_empty()
    }

    async fn observe(&self, world: &World<'_>) -> Result<Value> {
        match &*self.found_by {
            FoundBy::Repeating | FoundBy::Asking => Ok(json!({})),
            FoundBy::Presence { call, .. } => {
                let found = self.read(world, call).await?;
                let kept = found.as_ref().map(|answer| self.outcome(answer));
                Ok(json!({"exists": found.is_some(), "kept": kept}))
            }
            FoundBy::Item { .. } => Ok(json!({"items": self.items(world).await?})),
        }
    }

    async fn perform(&self, world: &World<'_>, observed: &Value) -> Result<Value, Failure> {
        let host = self.forge(world)?;
        let mut call = self.whole(world).await?;
        if observed["exists"] == true
            && let FoundBy::Presence { there, .. } = &*self.found_by
        {
            match there {
                IfThere::Call => {}
                IfThere::Nothing => return Ok(observed["kept"].clone()),
                IfThere::Instead(other) => call = other.clone(),
            }
        }
        let answer = host.api(&self.owner, &call).await;
        let answer = match self.call.method {
            ApiMethod::Delete => if_there(answer)?.unwrap_or_default(),
            _ => answer?,
        };
        let mut outcome = self.outcome(&answer);
        for (name, pointer) in &self.kept_secret {
            if let Some(secret) = answer.pointer(pointer) {
                outcome[SECRETS][name] = secret.clone();
            }
        }
        Ok(outcome)
    }

    async fn probe(&self, world: &World<'_>, observed: &Value) -> Result<Found> {
        match &*self.found_by {
            FoundBy::Repeating => Ok(Found::Absent),
            FoundBy::Asking => Ok(Found::Unknown(self.what.clone())),
            FoundBy::Presence { call, .. } => Ok(match self.read(world, call).await? {
                Some(answer) if observed["exists"] != true => Found::Ours(self.outcome(&answer)),
                _ => Found::Absent,
            }),
            FoundBy::Item { .. } => {
                let known = observed["items"].as_array().map(Vec::as_slice);
                let known = known.unwrap_or_default();
                let mut items = self.items(world).await?.into_iter();
                let ours = items.find(|item| !known.contains(item));
                Ok(ours.map_or(Found::Absent, Found::Ours))
            }
        }
    }

    async fn take_back(&self, world: &World<'_>, _: &Value, outcome: &Value) -> Result<String> {
        let TakenBack::Call { what, call } = &*self.taken_back else {
            return Ok(match self.planned().undo {
                Undo::By(what) | Undo::None(what) => what,
            });
        };
        let host = self.forge(world)?;
        let call = with_kept(call, outcome)?;
        Ok(match if_there(host.api(&self.owner, &call).await)? {
            Some(_) => format!("{what} ({})", self.on),
            None => format!("It is gone already: {}", self.on),
        })
    }
}

impl HostCall {
    fn forge(&self, world: &World<'_>) -> Result<Forge> {
        let token = world.token.filter(|_| !self.by_integration);
        let token = self.token.as_ref().or(token);
        world.services.host(&self.host, token, world.user)
    }

    async fn read(&self, world: &World<'_>, call: &ApiCall) -> Result<Option<Value>> {
        let host = self.forge(world)?;
        if_there(host.api(&self.owner, call).await)
    }

    /// The call with everything that is read first, and with its secrets.
    async fn whole(&self, world: &World<'_>) -> Result<ApiCall> {
        let mut call = self.call.clone();
        for (place, reading) in &self.looked_up {
            let answer = self.read(world, &reading.call).await?;
            let found = answer
                .as_ref()
                .and_then(|answer| answer.pointer(&reading.at));
            let found = found.cloned().ok_or_else(|| {
                Error::NotFound(format!(
                    "{} has no {}, or the portal may not see it.",
                    self.host,
                    reading.call.path.join("/")
                ))
            })?;
            put(&mut call.body, place, found);
        }
        for (place, secret) in &self.secrets {
            put(&mut call.body, place, secret.expose().into());
        }
        if let Some((key, secret)) = &self.boxed {
            let host = self.forge(world)?;
            call.body = host.boxed_secret(&self.owner, key, secret).await?;
        }
        Ok(call)
    }

    /// The items of the list that have the value, as they are kept.
    async fn items(&self, world: &World<'_>) -> Result<Vec<Value>> {
        let FoundBy::Item {
            call,
            list,
            at,
            value,
        } = &*self.found_by
        else {
            return Ok(Vec::new());
        };
        let answer = self.read(world, call).await?.unwrap_or_default();
        let items = answer.pointer(list).and_then(Value::as_array);
        let is_meant = |item: &&Value| match (item.pointer(at), value) {
            (Some(found), Some(value)) => found == value,
            (Some(Value::String(text)), None) => world.is_marked(text),
            _ => false,
        };
        let meant = items.into_iter().flatten().filter(is_meant);
        Ok(meant.map(|item| self.outcome(item)).collect())
    }

    fn outcome(&self, answer: &Value) -> Value {
        let kept = self.kept.iter();
        kept.filter_map(|(name, pointer)| Some((name.clone(), answer.pointer(pointer)?.clone())))
            .collect()
    }
}

/// Puts a value where a JSON pointer leads; objects on the way are made.
fn put(body: &mut Value, pointer: &str, value: Value) {
    let mut place = body;
    for key in pointer.split('/').skip(1) {
        place = match key.parse::<usize>() {
            Ok(index) if place.get(index).is_some() => &mut place[index],
            _ => &mut place[key],
        };
    }
    *place = value;
}

/// `{name}` in the path becomes what was kept under that name.
fn with_kept(call: &ApiCall, outcome: &Value) -> Result<ApiCall> {
    let mut call = call.clone();
    for segment in &mut call.path {
        let name = segment
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'));
        let Some(name) = name else { continue };
        *segment = match &outcome[name] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => {
                return Err(Error::Conflict(format!(
                    "The host did not tell the {name} of what was made. Take it back by hand, then leave this step out."
                )));
            }
        };
    }
    Ok(call)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_put_where_a_pointer_leads() {
        let mut body = json!({"list": [{"id": 0}]});
        put(&mut body, "/list/0/id", json!(7));
        put(&mut body, "/config/secret", json!("s"));
        assert_eq!(
            body,
            json!({"list": [{"id": 7}], "config": {"secret": "s"}})
        );
    }

    #[test]
    fn what_was_kept_stands_in_the_path_that_takes_it_back() {
        let call = ApiCall::new(ApiMethod::Delete, ["repos", "a", "b", "hooks", "{id}"]);
        let ready = with_kept(&call, &json!({"id": 4})).expect("known");
        assert_eq!(ready.path[4], "4");
        let refused = with_kept(&call, &json!({})).expect_err("not known");
        assert!(refused.to_string().contains("by hand"), "{refused}");
    }
}
