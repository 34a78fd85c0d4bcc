//! What Bitbucket's actions ask for beside files.

use callboard::entity::ScmHost;
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use crate::support::{
    TestApp,
    hosts::{answer, asked, body_of, integration, json_of, token},
    runs::{ended, journal, portal, said, start, template},
};

const AT: &str = "/rest/api/1.0/projects/ACME/repos/shop";
const LARGE_FILES: &str = "/rest/git-lfs/admin/projects/ACME/repos/shop/enabled";

fn steps(publish: &str) -> String {
    format!(
        "    - id: files\n      action: roadiehq:utils:fs:write\n      input: {{path: README.md, content: A shop}}\n    - id: publish\n      action: {publish}\n"
    )
}

async fn run(server: &MockServer, product: ScmHost, publish: &str) -> (TestApp, String) {
    let mut integration = integration(product, &server.uri(), &[token("a-token")]);
    if product == ScmHost::BitbucketServer {
        integration.api_base_url.set_path("/rest/api/1.0");
    }
    let host = integration.host.clone();
    let app = portal(&template("publishing", &steps(publish)))
        .integration(integration)
        .start()
        .await;
    let id = start(&app, "publishing", json!({ "host": host })).await;
    ended(&app, &id).await;
    (app, id)
}

fn shop() -> Value {
    json!({
        "id": 7, "slug": "shop", "name": "shop", "project": {"key": "ACME"},
        "links": {"self": [{"href": "https://bb.example.com/projects/ACME/repos/shop/browse"}]},
    })
}

#[tokio::test]
async fn large_files_are_let_in_before_the_first_commit() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path(AT))
        .respond_with(ResponseTemplate::new(404))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let repositories = "/rest/api/1.0/projects/ACME/repos";
    answer(&server, "POST", repositories, json_of(201, shop())).await;
    answer(&server, "PUT", LARGE_FILES, ResponseTemplate::new(204)).await;
    let publish = "publish:bitbucketServer\n      input: {repoUrl: \"${{ parameters.host }}?project=ACME&repo=shop\", enableLFS: true, signCommit: true}";
    let (app, id) = run(&server, ScmHost::BitbucketServer, publish).await;
    let told = said(&app, &id).await.join("\n");
    let calls = asked(&server).await;
    let made = calls.iter().position(|call| call.starts_with("POST"));
    let let_in = calls
        .iter()
        .position(|call| *call == format!("PUT {LARGE_FILES}"));
    assert!(made.is_some() && made < let_in, "{calls:#?}\n{told}");
    let run = journal(&app, &id).await;
    assert_eq!(
        (&run["effects"][1]["kind"], &run["effects"][1]["state"]),
        (&json!("host-call"), &json!("done")),
        "{run}"
    );
    assert!(
        told.contains("warn: publish:bitbucketServer cannot honour “signCommit”."),
        "{told}"
    );
}

#[tokio::test]
async fn a_repository_of_bitbucket_cloud_belongs_to_the_project_of_its_address() {
    let server = MockServer::start().await;
    let publish = |url: &str| {
        format!(
            "publish:bitbucketCloud\n      input: {{repoUrl: \"${{{{ parameters.host }}}}?{url}\"}}"
        )
    };
    let with_project = publish("workspace=acme&project=SHOPS&repo=shop");
    run(&server, ScmHost::BitbucketCloud, &with_project).await;
    let body = body_of(&server, "POST", "/repositories/acme/shop").await;
    assert_eq!(body["project"], json!({"key": "SHOPS"}), "{body}");

    let server = MockServer::start().await;
    let without = publish("workspace=acme&repo=shop");
    let (app, id) = run(&server, ScmHost::BitbucketCloud, &without).await;
    let told = said(&app, &id).await.join("\n");
    assert!(told.contains("missing project"), "{told}");
    let calls = asked(&server).await;
    assert!(
        !calls.iter().any(|call| call.starts_with("POST")),
        "{calls:#?}"
    );
}
