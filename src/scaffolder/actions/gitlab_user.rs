//! `gitlab:user:info`: who somebody is on GitLab.

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::{About, Action, ActionCall, Outcome, schema, target::Place};
use crate::{entity::ScmHost, error::Result, forge::GitHost, scaffolder::effects::reading};

/// The output, and where it is in GitLab's answer.
const KEPT: [(&str, &str); 8] = [
    ("id", "id"),
    ("username", "username"),
    ("name", "name"),
    ("state", "state"),
    ("webUrl", "web_url"),
    ("email", "email"),
    ("createdAt", "created_at"),
    ("publicEmail", "public_email"),
];

pub(super) struct UserInfo;

impl Action for UserInfo {
    fn about(&self) -> About {
        let input = "
            repoUrl*: string -- The host: gitlab.com?owner=…&repo=…
            token: string -- A token to ask GitLab with, in place of the configured one
            userId: number -- The user's number; default: whose token it is
        ";
        let output = "
            id*: number -- Their number
            username*: string -- As in addresses
            name*: string -- As they are called
            state*: string -- active or blocked
            webUrl*: string -- Their page
            email: string -- Where they are reached
            createdAt: string -- Since when they are there
            publicEmail: string -- Where everybody may reach them
        ";
        About::new(
            "gitlab:user:info",
            "Reads who somebody is on GitLab.",
            schema::fields(input),
        )
        .output(schema::fields(output))
        .example(
            "Whose token it is",
            "repoUrl: gitlab.com?owner=acme&repo=shop\ntoken: ${{ secrets.USER_OAUTH_TOKEN }}\n",
        )
        .lenient()
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let place = Place::named(call.input, ScmHost::GitLab, true)?;
            place.must_be_of(call, ScmHost::GitLab, "gitlab:user:info")?;
            let path = match call.given().number("userId") {
                Some(id) => vec!["users".to_owned(), id.to_string()],
                None => vec!["user".to_owned()],
            };
            let token = call.token();
            let user = call.run.user.as_ref();
            let host = call.services.host(&place.host, token.as_ref(), user)?;
            let found = host.api("", &reading(path)).await?;
            let kept = KEPT.into_iter().filter_map(|(name, key)| {
                let value = found.get(key).filter(|value| !value.is_null())?;
                Some((name.to_owned(), value.clone()))
            });
            Ok(Outcome::Done(kept.collect::<Map<String, Value>>()))
        })
    }
}
