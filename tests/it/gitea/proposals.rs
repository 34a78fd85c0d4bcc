//! A change of a descriptor, proposed in the portal and merged on Gitea.

use axum::http::Method;
use callboard::forge::{Forge, GitHost, Merge, PullRequest, PullRequestState, RepositoryId};
use serde_json::{Value, json};

use super::{
    catalog::{component, new_home, portal},
    write,
};
use crate::support::{TestApp, gitea::Gitea};

const DRAFT: &str = "/api/callboard/proposals/draft?entityRef=component:default/shop";
const USER: &str = "\
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: guest
  namespace: development
spec:
  memberOf: []
  profile:
    displayName: Gwen Guest
    email: gwen@example.com
";
const PAGE: &str = "/catalog/default/component/shop/propose";

/// The hidden field that says which content the form was made of.
fn blob(page: &str) -> String {
    let after = page
        .split("name=\"blob\" value=\"")
        .nth(1)
        .unwrap_or_else(|| panic!("no form: {page}"));
    after.split('"').next().expect("a value").to_owned()
}

async fn open_requests(forge: &Forge, id: &RepositoryId) -> Vec<PullRequest> {
    let mut found = Vec::new();
    for number in 1..10 {
        found.extend(forge.pull_request(id, number).await.expect("asked"));
    }
    found.retain(|found| found.state == PullRequestState::Open);
    found
}

fn shop() -> String {
    format!(
        "# Ours.\n{}---\n{}",
        component("shop", "team-a # for now"),
        component("till", "team-a")
    )
}

/// The form, filled in.
fn answers<'a>(blob: &'a str, owner: &'a str, intent: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut answers = vec![("blob", blob), ("f_owner", owner), ("intent", intent)];
    answers.extend([("f_type", "service"), ("f_lifecycle", "production")]);
    answers.extend([("f_title", ""), ("f_description", ""), ("f_system", "")]);
    answers.extend([("title", "Give the shop to team B"), ("why", "They asked.")]);
    answers
}

fn owner(app: &TestApp) -> Value {
    app.entity("component:default/shop").expect("there")["spec"]["owner"].clone()
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_form_is_checked_before_anything_is_proposed() {
    let gitea = Gitea::shared();
    let (forge, id, base) = new_home(gitea, "checkers", &[("all.yaml", &shop())]).await;
    let (app, _recorder) = portal(gitea, "checkers").await;
    let source = app.get("/catalog/default/component/shop?view=yaml").await;
    assert!(
        source.text().contains(PAGE),
        "the source tab leads to the form: {}",
        source.text()
    );
    assert!(source.text().contains(base.short()), "and names the commit");
    let form = app.get(PAGE).await;
    assert!(form.text().contains("value=\"team-a\""), "{}", form.text());
    let blob = blob(form.text());
    let submit = async |owner, intent| app.submit(PAGE, &answers(&blob, owner, intent)).await;
    let same = submit("team-a", "propose").await;
    assert_eq!(same.status, 422, "nothing is changed");
    let wrong = submit("group:", "propose").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("What was found"), "{}", wrong.text());
    let looked = submit("team-b", "look").await;
    assert_eq!(looked.status, 200);
    assert!(
        looked.text().contains("What would change") && looked.text().contains("# for now"),
        "{}",
        looked.text()
    );
    assert!(
        open_requests(&forge, &id).await.is_empty(),
        "looking changes nothing"
    );
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_change_by_form_becomes_a_pull_request_and_shows_when_merged() {
    let gitea = Gitea::shared();
    let (forge, id, base) = new_home(gitea, "shopkeepers", &[("all.yaml", &shop())]).await;
    let (app, _recorder) = portal(gitea, "shopkeepers").await;
    let form = app.get(PAGE).await;
    let blob = blob(form.text());
    let submit = async |owner, intent| app.submit(PAGE, &answers(&blob, owner, intent)).await;
    let proposed = submit("team-b", "propose").await;
    assert_eq!(proposed.status, 303, "{}", proposed.text());
    let again = submit("team-b", "propose").await;
    assert_eq!(again.status, 303, "{}", again.text());
    let open = open_requests(&forge, &id).await;
    assert_eq!(open.len(), 1, "the same proposal twice is one: {open:?}");
    let open = &open[0];
    assert_eq!(
        (open.title.as_str(), open.base.as_str()),
        ("Give the shop to team B", "main")
    );
    assert!(
        open.body.contains("They asked.") && open.body.contains("guest"),
        "{}",
        open.body
    );
    let commit = forge
        .commit(&id, &open.head)
        .await
        .expect("asked")
        .expect("there");
    assert_eq!(commit.author.name, "guest");
    assert_eq!(commit.committer.name, "Callboard");
    assert_eq!(commit.parents, [base]);
    assert_eq!(owner(&app), "team-a", "not merged yet");

    forge
        .merge_pull_request(&id, open.number, &Merge::default())
        .await
        .expect("merged");
    let refreshed = app
        .submit("/catalog/default/component/shop/refresh", &[])
        .await;
    assert_eq!(refreshed.status, 303);
    assert_eq!(owner(&app), "team-b");
    let source = app.get("/catalog/default/component/shop?view=yaml").await;
    assert!(source.text().contains("# for now"), "its comments stay");
    let late = submit("team-c", "propose").await;
    assert_eq!(late.status, 409, "the form was made of what is no more");
}

/// Documents that are refused, and what is said of each.
fn bad(good: &str) -> [(String, &'static str); 6] {
    [
        (good.replace("owner: team-b", "owner: 7"), "/spec/owner"),
        (
            good.replace("name: till", "name: drawer"),
            "component:default/drawer",
        ),
        (
            good.replace("kind: Component", "kind: Component\nkind: API"),
            "kind",
        ),
        (
            format!("{good}---\n{}", component("third", "a")),
            "There are 2 documents",
        ),
        (String::new(), "There are 0 documents"),
        (
            good.replace("  type: service\n", "  type: [\n"),
            "What was found",
        ),
    ]
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_change_as_yaml_is_checked_line_by_line() {
    let gitea = Gitea::shared();
    let (forge, id, _) = new_home(gitea, "writers-of-yaml", &[("all.yaml", &shop())]).await;
    let (app, _recorder) = portal(gitea, "writers-of-yaml").await;
    let form = app
        .get("/catalog/default/component/till/propose?as=yaml")
        .await;
    assert!(
        form.text().contains("name: till") && !form.text().contains("name: shop"),
        "one document: {}",
        form.text()
    );
    let blob = blob(form.text());
    let page = "/catalog/default/component/till/propose";
    let submit = async |document: &str, intent: &str| {
        let document = document.replace('\n', "\r\n");
        let answers = [
            ("blob", blob.as_str()),
            ("document", &document),
            ("title", "Change the till"),
            ("why", ""),
            ("intent", intent),
        ];
        app.submit(page, &answers).await
    };
    let good = component("till", "team-b");
    for (document, said) in bad(&good) {
        let refused = submit(&document, "propose").await;
        assert_eq!(refused.status, 422, "{document}");
        assert!(refused.text().contains(said), "{said}: {}", refused.text());
        assert!(
            document.is_empty() || refused.text().contains("name=\"document\""),
            "what was written is kept"
        );
    }
    assert!(open_requests(&forge, &id).await.is_empty());
    let proposed = submit(&good, "propose").await;
    assert_eq!(proposed.status, 303, "{}", proposed.text());
    let open = open_requests(&forge, &id).await;
    let read = forge
        .read_file(&id, &open[0].head, "all.yaml", None)
        .await
        .expect("read");
    let callboard::forge::FileRead::Found(file) = read else {
        panic!("nothing was known");
    };
    let expected = shop().replace(&component("till", "team-a"), &good);
    assert_eq!(
        String::from_utf8_lossy(&file.bytes),
        expected,
        "the rest of the file is as it was"
    );
}

/// What the API is sent.
fn body(draft: &Value, document: &str, more: Value) -> Value {
    let mut body = json!({
        "entityRef": "component:default/shop",
        "blob": draft["blob"],
        "document": document,
        "title": "Change it",
    });
    if let Value::Object(more) = more {
        body.as_object_mut().expect("an object").extend(more);
    }
    body
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_change_by_the_api_is_checked_as_the_form_is() {
    let gitea = Gitea::shared();
    let (forge, id, _) = new_home(gitea, "engines", &[("all.yaml", &shop())]).await;
    let (app, _recorder) = portal(gitea, "engines").await;
    let draft = app.get(DRAFT).await;
    assert_eq!(draft.status, 200, "{}", draft.text());
    let draft = draft.json();
    let document = draft["document"].as_str().expect("a document");
    assert!(document.starts_with("# Ours.") && !document.contains("till"));
    let changed = document.replace("team-a", "team-z");
    let bad = document.replace("owner:", "owners:");
    let path = "/api/callboard/proposals";
    let checked = app
        .post(path, body(&draft, &bad, json!({"dryRun": true})))
        .await
        .json();
    assert_eq!(
        (checked["good"].clone(), checked["changed"].clone()),
        (json!(false), json!(true))
    );
    assert_eq!(
        app.post(path, body(&draft, &bad, json!({}))).await.status,
        400
    );
    assert_eq!(
        app.post(path, body(&draft, &changed, json!({"blob": "0"})))
            .await
            .status,
        409
    );
    assert_eq!(
        app.post(path, body(&draft, document, json!({})))
            .await
            .status,
        400,
        "nothing is changed"
    );
    let nowhere = app
        .get("/api/callboard/proposals/draft?entityRef=component:default/none")
        .await;
    assert_eq!(nowhere.status, 404);
    assert!(open_requests(&forge, &id).await.is_empty());
}

#[tokio::test]
#[ignore = "needs the real Gitea: tests/real/build gitea"]
async fn a_change_by_the_api_is_proposed_by_who_asks() {
    let gitea = Gitea::shared();
    let all = format!("{}{USER}", shop());
    let (forge, id, _) = new_home(gitea, "machines", &[("all.yaml", &all)]).await;
    let (app, _recorder) = portal(gitea, "machines").await;
    let draft = app.get(DRAFT).await.json();
    let document = draft["document"].as_str().expect("a document");
    let changed = document.replace("team-a", "team-z");
    let path = "/api/callboard/proposals";
    let token = app.guest_token().await;
    let change = || body(&draft, &changed, json!({}));
    let opened = app.send_as(&token, Method::POST, path, change()).await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    let opened = opened.json();
    assert_eq!(
        opened["author"],
        json!({"name": "Gwen Guest", "email": "gwen@example.com"})
    );
    let again = app.send_as(&token, Method::POST, path, change()).await;
    assert_eq!(again.json()["number"], opened["number"]);
    let commit = forge
        .commit(&id, opened["branch"].as_str().expect("a branch"))
        .await
        .expect("asked")
        .expect("there");
    assert_eq!(
        (commit.author.name.as_str(), commit.author.email.as_str()),
        ("Gwen Guest", "gwen@example.com")
    );
    write(&forge, &id, &[("other.txt", "x")]).await;
    let still = app
        .get("/api/callboard/proposals/draft?entityRef=component:default/shop")
        .await
        .json();
    assert_eq!(still["blob"], draft["blob"], "another file is no matter");
}
