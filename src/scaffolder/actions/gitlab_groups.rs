//! `gitlab:group:ensureExists`, `gitlab:group:access` and `gitlab:group:migrate`.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    About, Action, ActionCall, Given, Outcome, host_action::HostAction, schema, target::Place,
};
use crate::{
    config::Secret,
    entity::ScmHost,
    error::{Error, Result},
    forge::{
        ApiCall,
        ApiMethod::{Delete, Post, Put},
        authority,
    },
    scaffolder::effects::{Effect, FoundBy, HostCall, IfThere, Planned, Undo, reading},
};

/// The names of GitLab's rights, and their numbers.
const LEVELS: [(&str, u64); 8] = [
    ("no access", 0),
    ("minimal access", 5),
    ("guest", 10),
    ("planner", 15),
    ("reporter", 20),
    ("developer", 30),
    ("maintainer", 40),
    ("owner", 50),
];
const DEVELOPER: u64 = 30;

pub(super) struct EnsureGroup;

impl Action for EnsureGroup {
    fn about(&self) -> About {
        let input = "
            repoUrl*: string -- The host: gitlab.com
            token: string -- A token to ask GitLab with, in place of the configured one
            description: string -- What the group is, in a few words
            path*: (string | {name*: string, slug*: string})[](minItems 1) -- The group, from the outermost on
        ";
        About::new(
            "gitlab:group:ensureExists",
            "Makes a group on GitLab, with those above it, unless it is there.",
            schema::fields(input),
        )
        .output(schema::fields("groupId: number -- The group's number"))
        .example(
            "A group for a team",
            "repoUrl: gitlab.com\npath:\n  - acme\n  - name: Team One\n    slug: team-1\n",
        )
        .in_dry_runs()
        .lenient()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let all = levels(Given(input));
        let path: Vec<&str> = all.iter().map(|(_, slug)| slug.as_str()).collect();
        Ok(vec![Planned {
            what: format!("Makes the group {}, unless it is there.", path.join("/")),
            undo: Undo::By("Removes the groups it made.".to_owned()),
        }])
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let place = Place::named(call.input, ScmHost::GitLab, true)?;
            place.must_be_of(call, ScmHost::GitLab, "gitlab:group:ensureExists")?;
            let (mut above, mut id) = (String::new(), Value::Null);
            for (name, slug) in levels(call.given()) {
                let path = match above.as_str() {
                    "" => slug.clone(),
                    above => format!("{above}/{slug}"),
                };
                let mut body = json!({"name": name, "path": slug});
                if !id.is_null() {
                    body["parent_id"] = id;
                }
                if let Some(description) = call.text("description") {
                    body["description"] = description.into();
                }
                let made = ensured(&place.host, &path, body);
                id = call.perform(Effect::HostCall(made)).await?["id"].take();
                above = path;
            }
            match call.journal {
                Some(_) => Ok(Outcome::output(json!({ "groupId": id }))),
                None => Ok(Outcome::nothing()),
            }
        })
    }
}

/// Name and slug of every group of the path, the outermost first.
fn levels(given: Given<'_>) -> Vec<(String, String)> {
    let level = |part: &Value| match part {
        Value::String(slug) => (slug.clone(), slug.clone()),
        part => {
            let part = Given(part);
            (part.word("name").to_owned(), part.word("slug").to_owned())
        }
    };
    given.list("path").iter().map(level).collect()
}

fn ensured(host: &str, path: &str, body: Value) -> HostCall {
    let what = format!("Makes the group {path} on {host}, unless it is there.");
    let removal = ApiCall::new(Delete, ["groups", "{id}"]);
    HostCall::new(host, path, what, ApiCall::new(Post, ["groups"]).body(body))
        .keeping("id", "/id")
        .found_by(FoundBy::Presence {
            call: reading(["groups", path]),
            there: IfThere::Nothing,
        })
        .taken_back_by("Removes the group.", removal)
}

pub(super) const ACCESS: HostAction = HostAction {
    product: ScmHost::GitLab,
    takes_host: true,
    about: about_access,
    calls: access,
    output: access_output,
};

fn about_access() -> About {
    let input = r#"
        repoUrl*: string -- The host: gitlab.com
        token: string -- A token to ask GitLab with, in place of the configured one
        path*: number | string -- The group's number or path
        userIds: number[] -- Numbers of users
        groupIds: number[] -- Numbers of groups
        action: "add" | "remove" = "add" -- Whether they get the right or lose it
        accessLevel: number | string = 30 -- What they may do: a number, or guest, reporter, developer, maintainer, owner
    "#;
    let output = "
        userIds: number[] -- Numbers of the users
        groupIds: number[] -- Numbers of the groups
        path: number | string -- The group's number or path
        accessLevel: number -- What they may do
    ";
    About::new(
        "gitlab:group:access",
        "Gives users and groups a right in a group on GitLab, or takes it away.",
        schema::fields(input),
    )
    .output(schema::fields(output))
    .example(
        "Two users become maintainers",
        "repoUrl: gitlab.com\npath: acme/team-1\nuserIds: [7, 8]\naccessLevel: maintainer\n",
    )
    .in_dry_runs()
    .lenient()
}

fn level(given: Given<'_>) -> u64 {
    let named = given.text("accessLevel").map(str::to_lowercase);
    let named = named.and_then(|name| {
        let mut levels = LEVELS.into_iter();
        levels
            .find(|(known, _)| *known == name)
            .map(|(_, level)| level)
    });
    given.0["accessLevel"]
        .as_u64()
        .or(named)
        .unwrap_or(DEVELOPER)
}

fn access(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let group = given.id("path");
    let adds = given.text("action") != Some("remove");
    let level = level(given);
    let ids = |key: &str| given.list(key).iter().map(ToString::to_string);
    let users = ids("userIds").map(|id| {
        let one = vec![
            "groups".to_owned(),
            group.clone(),
            "members".to_owned(),
            id.clone(),
        ];
        let what = format!("the user {id}");
        if !adds {
            return removal(place, &group, &what, one);
        }
        let body = json!({"user_id": number(&id), "access_level": level});
        let call = ApiCall::new(Post, one[..3].to_vec()).body(body);
        let change = ApiCall::new(Put, one.clone()).body(json!({ "access_level": level }));
        addition(place, &group, &what, call)
            .found_by(FoundBy::Presence {
                call: reading(one.clone()),
                there: IfThere::Instead(change),
            })
            .taken_back_by("Takes the right away.", ApiCall::new(Delete, one))
    });
    let groups = ids("groupIds").map(|id| {
        let one = vec![
            "groups".to_owned(),
            group.clone(),
            "share".to_owned(),
            id.clone(),
        ];
        let what = format!("the group {id}");
        if !adds {
            return removal(place, &group, &what, one);
        }
        let body = json!({"group_id": number(&id), "group_access": level});
        let call = ApiCall::new(Post, one[..3].to_vec()).body(body);
        addition(place, &group, &what, call)
            .keeping("id", "/group_id")
            .found_by(FoundBy::Item {
                call: reading(["groups", &group]),
                list: "/shared_with_groups".to_owned(),
                at: "/group_id".to_owned(),
                value: Some(number(&id)),
            })
            .taken_back_by("Takes the right away.", ApiCall::new(Delete, one))
    });
    users.chain(groups).collect()
}

fn number(id: &str) -> Value {
    id.parse::<u64>().ok().into()
}

fn addition(place: &Place, group: &str, who: &str, call: ApiCall) -> HostCall {
    let what = format!(
        "Gives {who} a right in the group {group} on {}.",
        place.host
    );
    HostCall::new(&place.host, group, what, call)
}

/// Removing who is gone already is no error of GitLab's that matters: it is looked for first.
fn removal(place: &Place, group: &str, who: &str, path: Vec<String>) -> HostCall {
    let what = format!(
        "Takes the right of {who} in the group {group} on {} away.",
        place.host
    );
    let call = ApiCall::new(Delete, path);
    HostCall::new(&place.host, group, what, call)
        .stays("Give the right anew by hand: the portal does not know which it was.")
}

fn access_output(given: Given<'_>, _: &[Value]) -> Value {
    let mut output = json!({});
    for key in ["userIds", "groupIds", "path"] {
        if !given.0[key].is_null() {
            output[key] = given.0[key].clone();
        }
    }
    if given.text("action") != Some("remove") {
        output["accessLevel"] = level(given).into();
    }
    output
}

pub(super) struct MigrateGroup;

impl Action for MigrateGroup {
    fn about(&self) -> About {
        let input = "
            destinationAccessToken*: string -- A token of the GitLab that gets the group
            destinationUrl*: string -- Where the group goes: its address there
            sourceAccessToken*: string -- A token of the GitLab that has the group
            sourceFullPath*: string -- The group's path there
            sourceUrl*: string -- The address of that GitLab
        ";
        let output = "
            importedRepoUrl*: string -- Where the group is then
            migrationId*: number -- The number of the migration
        ";
        About::new(
            "gitlab:group:migrate",
            "Starts the migration of a group from one GitLab to another.",
            schema::fields(input),
        )
        .output(schema::fields(output))
        .example(
            "Move a group to the company's own GitLab",
            "destinationAccessToken: ${{ secrets.to }}\ndestinationUrl: https://gitlab.example.com/acme/shop\nsourceAccessToken: ${{ secrets.from }}\nsourceFullPath: acme/shop\nsourceUrl: https://gitlab.com\n",
        )
        .lenient()
    }

    fn plan(&self, input: &Value) -> Result<Vec<Planned>> {
        let given = Given(input);
        Ok(vec![Planned {
            what: migration_told(given),
            undo: Undo::None(STAYS.to_owned()),
        }])
    }

    fn execute<'a>(&'a self, call: &'a ActionCall<'a>) -> BoxFuture<'a, Result<Outcome>> {
        Box::pin(async move {
            let made = migration(call.given())?;
            let made = call.perform(Effect::HostCall(made)).await?;
            Ok(Outcome::output(json!({
                "importedRepoUrl": call.text("destinationUrl"),
                "migrationId": made["migrationId"],
            })))
        })
    }
}

const STAYS: &str = "A migration that was started goes on: remove the group where it went.";

fn migration_told(given: Given<'_>) -> String {
    format!(
        "Starts the migration of the group {} from {} to {}.",
        given.word("sourceFullPath"),
        given.word("sourceUrl"),
        given.word("destinationUrl")
    )
}

/// Started at most once: a second one would make the group a second time.
fn migration(given: Given<'_>) -> Result<HostCall> {
    let written = given.word("destinationUrl");
    let url = url::Url::parse(written).map_err(|fault| {
        Error::Input(format!(
            "The destinationUrl “{written}” is no address: {fault}"
        ))
    })?;
    let path = url.path().trim_matches('/');
    let (namespace, slug) = path.rsplit_once('/').unwrap_or(("", path));
    let body = json!({
        "configuration": {"url": given.word("sourceUrl")},
        "entities": [{
            "source_type": "group_entity",
            "source_full_path": given.word("sourceFullPath"),
            "destination_slug": slug,
            "destination_namespace": namespace,
        }],
    });
    let call = ApiCall::new(Post, ["bulk_imports"]).body(body);
    let mut made = HostCall::new(&authority(&url), namespace, migration_told(given), call)
        .keeping("migrationId", "/id")
        .found_by(FoundBy::Asking)
        .stays(STAYS)
        .with_secret(
            "/configuration/access_token",
            given.word("sourceAccessToken"),
        );
    made.token = Some(Secret::new(given.word("destinationAccessToken")));
    Ok(made)
}
