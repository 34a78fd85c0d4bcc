//! What pickers offer from Git hosts: owners, repositories and branches, with a host that stands in.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use callboard::{
    config::Credential,
    entity::ScmHost,
    forge::{GitHost, NewRepository, RepositoryId, Visibility},
};
use serde_json::{Value, json};
use wiremock::MockServer;

use super::{asking, led_to, look};
use crate::support::{
    TestApp,
    hosts::{answer, asked, integration, json_of, token},
    runs::portal,
};

const FORM: &str = "/create/default/asking";
const OWNER: &str = "fowner_3a--repoUrl";
const REPO: &str = "frepo_3a--repoUrl";

/// A form that asks for a repository, with options, and one of its branches.
fn form(options: &str, host: &str) -> String {
    asking(&format!(
        "    - properties:\n        repoUrl: {{type: string, ui:field: RepoUrlPicker, ui:options: {{{options}}}}}\n        branch: {{type: string, ui:field: RepoBranchPicker}}\n        org: {{type: string, ui:field: RepoOwnerPicker, ui:options: {{host: '{host}', excludedOwners: [ana]}}}}\n"
    ))
}

/// A portal that knows the host, as GitHub, and that asks so.
async fn knowing(server: &MockServer, credentials: &[Credential], options: &str) -> TestApp {
    let host = integration(ScmHost::GitHub, &server.uri(), credentials);
    let options = options.replace("HOST", &host.host);
    portal(&form(&options, &host.host))
        .integration(host)
        .start()
        .await
}

/// A host with the organisation `acme`, its repositories, and branches of one.
async fn acme() -> MockServer {
    let server = MockServer::start().await;
    let list = |list: Value| json_of(200, list);
    answer(&server, "GET", "/user", list(json!({"login": "ana"}))).await;
    answer(
        &server,
        "GET",
        "/user/orgs",
        list(json!([{"login": "acme"}])),
    )
    .await;
    let repositories = json!([{"full_name": "acme/tickets"}, {"full_name": "acme/Shop"}]);
    answer(&server, "GET", "/orgs/acme/repos", list(repositories)).await;
    let branches = json!([{"name": "main"}, {"name": "next"}]);
    answer(&server, "GET", "/repos/acme/Shop/branches", list(branches)).await;
    server
}

/// The values a control's list has, in the HTML of a page.
fn listed<'h>(html: &'h str, id: &str) -> Vec<&'h str> {
    let list = html.split(&format!("<datalist id=\"{id}-offers\"")).nth(1);
    let list = list.unwrap_or_else(|| panic!("no list {id}: {html}"));
    options(list.split("</datalist>").next().unwrap_or_default())
}

fn options(html: &str) -> Vec<&str> {
    let options = html.split("<option value=\"").skip(1);
    options
        .filter_map(|option| option.split('"').next())
        .collect()
}

/// What is offered for a control after this was typed, and why nothing is.
async fn offered(app: &TestApp, id: &str, typed: &[(&str, &str)]) -> (Vec<String>, String) {
    let mut sent = vec![("page", "0"), ("offers", id)];
    sent.extend(typed);
    let found = look(app, &format!("{FORM}/look"), &format!("{id}-offers"), &sent).await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.text());
    let why = found.text().split(&format!("id=\"{id}-offered\"")).nth(1);
    let why = why.and_then(|rest| rest.split('>').nth(1)?.split('<').next());
    let names = options(found.text()).into_iter().map(str::to_owned);
    (names.collect(), why.unwrap_or_default().to_owned())
}

/// What failed is remembered. A call that was given up may still reach the host.
async fn nothing_is_asked_twice(server: &MockServer) {
    let calls = asked(server).await;
    let different: BTreeSet<&String> = calls.iter().collect();
    assert_eq!(different.len(), calls.len(), "{calls:?}");
}

#[tokio::test]
async fn without_script_the_page_has_what_the_host_has() {
    let server = acme().await;
    let app = knowing(&server, &[token("t")], "allowedHosts: [HOST]").await;
    let first = app.get(FORM).await;
    assert_eq!(listed(first.text(), OWNER), ["acme", "ana"]);
    assert_eq!(listed(first.text(), REPO), [""; 0]);
    assert_eq!(listed(first.text(), "f--org"), ["acme"], "ana is excluded");
    let host = server.address().to_string();
    let sent = [
        ("host:/repoUrl", host.as_str()),
        ("owner:/repoUrl", "acme"),
        ("repo:/repoUrl", "s"),
        ("do", "lookup:repo:/repoUrl"),
    ];
    let to = led_to(&app.submit(FORM, &sent).await);
    assert!(to.ends_with("/1#frepo_3a--repoUrl"), "{to}");
    let again = app.get(to.split('#').next().expect("a path")).await;
    assert_eq!(listed(again.text(), REPO), ["Shop", "tickets"]);
    assert!(again.text().contains("value=\"lookup:repo:/repoUrl\""));
    let whole = [
        ("repo:/repoUrl", "Shop"),
        sent[0],
        sent[1],
        ("do", "update"),
    ];
    let page = led_to(&app.submit(&to, &whole).await);
    let page = app.get(page.split('#').next().expect("a path")).await;
    assert_eq!(listed(page.text(), "f--branch"), ["main", "next"]);
    let requests = server.received_requests().await.expect("recorded");
    for request in requests {
        assert_eq!(request.headers["authorization"], "Bearer t");
    }
}

#[tokio::test]
async fn typing_finds_names_and_asks_the_host_once_a_minute() {
    let server = acme().await;
    let app = knowing(&server, &[token("t")], "allowedHosts: [HOST]").await;
    let host = server.address().to_string();
    let typed = |repo: &'static str| {
        [
            ("host:/repoUrl", host.clone()),
            ("owner:/repoUrl", "acme".to_owned()),
            ("repo:/repoUrl", repo.to_owned()),
        ]
    };
    for (repo, expected) in [
        ("", vec!["Shop", "tickets"]),
        ("SHO", vec!["Shop"]),
        ("fares", vec![]),
    ] {
        let sent = typed(repo);
        let sent: Vec<(&str, &str)> = sent
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .collect();
        let (names, why) = offered(&app, REPO, &sent).await;
        assert_eq!(
            (names, why.as_str()),
            (expected.into_iter().map(str::to_owned).collect(), ""),
            "{repo}"
        );
    }
    assert_eq!(asked(&server).await, ["GET /orgs/acme/repos"]);
    app.clock().advance(60 * 1000);
    offered(
        &app,
        REPO,
        &[("host:/repoUrl", &host), ("owner:/repoUrl", "acme")],
    )
    .await;
    assert_eq!(asked(&server).await.len(), 2);
}

#[tokio::test]
async fn what_the_template_does_not_allow_is_not_asked_for() {
    let server = acme().await;
    let app = knowing(
        &server,
        &[token("t")],
        "allowedHosts: [HOST], allowedOwners: [acme, other]",
    )
    .await;
    let host = server.address().to_string();
    let of = |owner: &'static str| {
        [
            ("host:/repoUrl", host.clone()),
            ("owner:/repoUrl", owner.to_owned()),
            ("repo:/repoUrl", "Shop".to_owned()),
        ]
    };
    for (id, owner, expected) in [
        (REPO, "secret", 0),
        ("f--branch", "secret", 0),
        (OWNER, "acme", 0),
        (REPO, "acme", 1),
        ("f--branch", "acme", 2),
    ] {
        let sent = of(owner);
        let sent: Vec<(&str, &str)> = sent
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .collect();
        let (names, _) = offered(&app, id, &sent).await;
        assert_eq!(
            names.is_empty(),
            expected == 0,
            "{id} of {owner}: {names:?}"
        );
        assert_eq!(asked(&server).await.len(), expected, "{id} of {owner}");
    }
}

#[tokio::test]
async fn a_slow_host_holds_up_no_form_and_is_waited_for_by_who_looks() {
    let server = MockServer::start().await;
    let slow = json_of(200, json!({"login": "ana"})).set_delay(Duration::from_secs(3));
    answer(&server, "GET", "/user", slow).await;
    answer(&server, "GET", "/user/orgs", json_of(200, json!([]))).await;
    let app = knowing(&server, &[token("t")], "allowedHosts: [HOST]").await;
    let began = Instant::now();
    let page = app.get(FORM).await;
    let told = format!(
        "{} is slow to answer, so nothing is offered yet.",
        server.address()
    );
    assert!(page.text().contains(&told), "{}", page.text());
    assert!(
        page.text()
            .contains("<input class=\"input\" type=\"text\" id=\"fowner_3a--repoUrl\"")
    );
    assert!(began.elapsed() < Duration::from_secs(3), "it does not wait");
    app.get(FORM).await;
    nothing_is_asked_twice(&server).await;
    let host = server.address().to_string();
    let (names, why) = offered(&app, OWNER, &[("host:/repoUrl", &host)]).await;
    assert_eq!((names, why.as_str()), (vec!["ana".to_owned()], ""));
    assert_eq!(listed(app.get(FORM).await.text(), OWNER), ["ana"]);
}

#[tokio::test]
async fn a_host_that_refuses_or_is_closed_leaves_a_plain_field_that_says_why() {
    for (credentials, status, told) in [
        (vec![token("t")], 401, "does not show this to the portal"),
        (vec![token("t")], 500, "does not answer as it should"),
        (vec![token("t")], 429, "takes no more calls for a while"),
        (vec![], 200, "The portal has no token for"),
    ] {
        let server = MockServer::start().await;
        let refusal =
            json_of(status, json!({"message": "No"})).insert_header("retry-after", "3600");
        answer(&server, "GET", "/user", refusal.clone()).await;
        answer(&server, "GET", "/user/orgs", refusal).await;
        let app = knowing(&server, &credentials, "allowedHosts: [HOST]").await;
        let page = app.get(FORM).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains(told), "{status}: {}", page.text());
        assert_eq!(listed(page.text(), OWNER), [""; 0]);
        app.get(FORM).await;
        nothing_is_asked_twice(&server).await;
        let is_asked = !asked(&server).await.is_empty();
        assert_eq!(is_asked, !credentials.is_empty(), "{status}");
        let host = server.address().to_string();
        let sent = [
            ("host:/repoUrl", host.as_str()),
            ("owner:/repoUrl", "o"),
            ("repo:/repoUrl", "r"),
        ];
        led_to(&app.submit(FORM, &sent).await);
    }
}

#[tokio::test]
async fn repositories_are_not_offered_where_the_template_says_so() {
    let server = acme().await;
    let app = knowing(
        &server,
        &[token("t")],
        "allowedHosts: [HOST], disableRepoAutocomplete: true",
    )
    .await;
    let page = app.get(FORM).await;
    assert!(page.text().contains("id=\"frepo_3a--repoUrl\""));
    assert!(
        !page.text().contains("frepo_3a--repoUrl-offers"),
        "{}",
        page.text()
    );
}

#[tokio::test]
async fn the_host_in_the_portal_offers_its_own_also_in_place_of_another() {
    let mut own_host = String::new();
    let app = portal(&form("", ""))
        .with(|config| {
            own_host = config
                .local_git()
                .map(|local| local.host)
                .unwrap_or_default();
            let hosts = &mut config.scaffolder.host_map;
            hosts.insert("github.com".to_owned(), own_host.clone());
        })
        .start()
        .await;
    let new = NewRepository {
        id: RepositoryId::new("acme", "shop"),
        description: String::new(),
        visibility: Visibility::Private,
        default_branch: Some("trunk".to_owned()),
        with_readme: true,
        project: None,
    };
    let local = app.state().forges.host(&own_host).expect("it is on");
    local.create_repository(&new).await.expect("made");
    for host in [own_host.as_str(), "github.com"] {
        let sent = [
            ("host:/repoUrl", host),
            ("owner:/repoUrl", "acme"),
            ("repo:/repoUrl", "shop"),
        ];
        let (repositories, _) = offered(&app, REPO, &sent).await;
        assert_eq!(repositories, ["shop"], "{host}");
        let (branches, _) = offered(&app, "f--branch", &sent).await;
        assert_eq!(branches, ["trunk"], "{host}");
    }
}
