//! Steps that name one Git host use another, where the configuration says so.

use serde_json::json;

use super::journal::{local_host, repositories, with_local_host};
use crate::support::runs::{ended, said, start, template};

const STEPS: &str = "    - {id: fetch, action: 'fetch:template', input: {url: ./skeleton, values: {name: shop}}}\n    - {id: publish, action: 'publish:github', input: {repoUrl: 'github.com?owner=acme&repo=shop', topics: [a]}}\n    - {id: hook, action: 'publish:github:pull-request', input: {repoUrl: 'github.com?owner=acme&repo=shop', branchName: b, title: t, description: d}}\n";

#[tokio::test]
async fn what_is_published_to_a_redirected_host_goes_there() {
    let app = with_local_host(&template("making", STEPS))
        .with(|config| {
            let own = config.local_git().expect("it is on").host;
            let hosts = &mut config.scaffolder.host_map;
            hosts.insert("github.com".to_owned(), own);
        })
        .start()
        .await;
    let id = start(&app, "making", json!({})).await;
    // The host in the portal has no pull requests.
    assert_eq!(ended(&app, &id).await, "failed");
    assert_eq!(repositories(&app).await, ["acme/shop"]);
    let said = said(&app, &id).await.join("\n");
    let told = format!("github.com is redirected to {}", local_host(&app));
    assert!(said.contains(&told), "{said}");
}
