//! `github:deployKey:create`: a key that may read and write a repository, and its private half as a secret of it.

use serde_json::{Value, json};

use super::{
    About, Given,
    github_settings::{on, path},
    host_action::HostAction,
    schema,
    target::Place,
};
use crate::{
    config::Secret,
    entity::ScmHost,
    forge::{
        ApiCall,
        ApiMethod::{Delete, Post, Put},
    },
    scaffolder::effects::{FoundBy, HostCall, IfThere, reading},
};

const INPUT: &str = "
    repoUrl*: string -- The repository: github.com?owner=…&repo=…
    publicKey*: string -- The public half, as in authorized_keys
    privateKey*: string -- The private half
    deployKeyName*: string -- What the key is called
    privateKeySecretName: string -- What the secret is called; default: KEY_NAME_PRIVATE_KEY
    token: string -- A token to ask GitHub with, in place of the configured one
";

pub(super) const ACTION: HostAction = HostAction {
    product: ScmHost::GitHub,
    takes_host: false,
    about,
    calls,
    output,
};

fn about() -> About {
    About::new(
        "github:deployKey:create",
        "Gives a repository on GitHub a deploy key, and its private half as a secret.",
        schema::fields(INPUT),
    )
    .output(schema::fields(
        "privateKeySecretName*: string -- What the secret is called",
    ))
    .example(
        "A key for the deployment",
        "repoUrl: github.com?owner=acme&repo=shop\npublicKey: ${{ secrets.publicKey }}\nprivateKey: ${{ secrets.privateKey }}\ndeployKeyName: deploy\n",
    )
    .lenient()
}

/// As Backstage names it where nobody does.
fn secret_name(given: Given<'_>) -> String {
    match given.text("privateKeySecretName") {
        Some(name) => name.to_owned(),
        None => {
            let name = given.word("deployKeyName").to_uppercase();
            format!("{}_PRIVATE_KEY", name.replace(' ', "_"))
        }
    }
}

fn calls(place: &Place, given: Given<'_>) -> Vec<HostCall> {
    let (name, secret) = (given.word("deployKeyName"), secret_name(given));
    let body = json!({"title": name, "key": given.word("publicKey"), "read_only": false});
    let key = ApiCall::new(Post, path(place, &["keys"])).body(body);
    let key = on(
        place,
        format!("Makes the deploy key {name} of {place}."),
        key,
    )
    .keeping("id", "/id")
    .found_by(FoundBy::Item {
        call: reading(path(place, &["keys"])),
        list: String::new(),
        at: "/title".to_owned(),
        value: Some(name.into()),
    })
    .taken_back_by(
        "Removes the deploy key.",
        ApiCall::new(Delete, path(place, &["keys", "{id}"])),
    );
    let rest = ["actions", "secrets", &secret];
    let kept = ApiCall::new(Put, path(place, &rest));
    let mut kept = on(place, format!("Sets the secret {secret} of {place}."), kept)
        .found_by(FoundBy::Presence {
            call: reading(path(place, &rest)),
            there: IfThere::Call,
        })
        .taken_back_by(
            "Removes the secret.",
            ApiCall::new(Delete, path(place, &rest)),
        );
    let public = path(place, &["actions", "secrets", "public-key"]);
    let public = public.into_iter().map(str::to_owned).collect();
    kept.boxed = Some((public, Secret::new(given.word("privateKey"))));
    vec![key, kept]
}

fn output(given: Given<'_>, _: &[Value]) -> Value {
    json!({ "privateKeySecretName": secret_name(given) })
}
