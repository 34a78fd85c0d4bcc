//! What a hostile template tries, each refused without harm.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{
    Answer, TestApp,
    runs::{ended, events, portal, said, start, template},
};

/// Tries a template with these steps and files beside it.
async fn tried(app: &TestApp, steps: Value, files: &[(&str, &str)]) -> Answer {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let files: Vec<Value> = files
        .iter()
        .map(|(path, text)| json!({"path": path, "base64Content": STANDARD.encode(text)}))
        .collect();
    let body = json!({
        "template": {
            "apiVersion": "scaffolder.backstage.io/v1beta3", "kind": "Template",
            "metadata": {"name": "hostile"}, "spec": {"type": "service", "steps": steps},
        },
        "values": {}, "secrets": {}, "directoryContents": files,
    });
    app.send(Method::POST, "/api/scaffolder/v2/dry-run", body)
        .await
}

fn error_name(answer: &Answer) -> String {
    let body = answer.json();
    body["error"]["name"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn paths_that_lead_out_are_refused() {
    let app = portal("").start().await;
    for target in [
        "../out",
        "a/../../out",
        "/tmp/out",
        ".git/config",
        "a/.GIT/hooks/x",
    ] {
        let fetch =
            json!([{"action": "fetch:template", "input": {"url": "./skel", "targetPath": target}}]);
        let answer = tried(&app, fetch, &[("skel/a", "x")]).await;
        assert_eq!(
            (answer.status.as_u16(), error_name(&answer)),
            (403, "NotAllowedError".to_owned()),
            "{target}"
        );
    }
    for (action, input) in [
        ("fs:delete", json!({"files": ["../x"]})),
        (
            "fs:rename",
            json!({"files": [{"from": "a", "to": "../../x"}]}),
        ),
        (
            "fs:rename",
            json!({"files": [{"from": "/etc/passwd", "to": "x"}]}),
        ),
        ("fs:readdir", json!({"paths": ["/etc"]})),
        (
            "catalog:write",
            json!({"filePath": "../x.yaml", "entity": {"kind": "X"}}),
        ),
        (
            "fetch:plain:file",
            json!({"url": "./a", "targetPath": "../x"}),
        ),
        ("fetch:plain", json!({"url": "../../etc"})),
    ] {
        let answer = tried(
            &app,
            json!([{"action": action, "input": input}]),
            &[("a", "a")],
        )
        .await;
        assert_eq!(answer.status, 403, "{action}: {}", answer.text());
    }
}

#[tokio::test]
async fn names_that_are_rendered_lead_nowhere_else() {
    let app = portal("").start().await;
    for name in ["../../out", "x/../../../out", ".git/config"] {
        let fetch = json!([{"action": "fetch:template", "input": {"url": "./skel", "values": {"name": name}}}]);
        let answer = tried(&app, fetch, &[("skel/${{ values.name }}", "x")]).await;
        assert_eq!(answer.status, 403, "{name}: {}", answer.text());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn symbolic_links_are_not_followed() {
    let steps = "    - id: fetch\n      name: Fetch\n      action: fetch:plain\n      input: {url: ./files}\n    - id: write\n      name: Write\n      action: catalog:write\n      input: {filePath: link/out.yaml, entity: {kind: X}}\n";
    let app = portal(&template("linking", steps)).start().await;
    app.write("files/a", "a");
    std::fs::create_dir_all(app.path("outside")).expect("made");
    std::os::unix::fs::symlink(app.path("outside"), app.path("files/link")).expect("linked");
    let id = start(&app, "linking", json!({})).await;
    assert_eq!(ended(&app, &id).await, "failed");
    let said = said(&app, &id).await;
    assert!(
        said.iter()
            .any(|line| line.contains("a symbolic link is on the way")),
        "{said:#?}"
    );
    assert!(!app.path("outside/out.yaml").exists());
}

#[tokio::test]
async fn a_template_does_not_see_the_servers_environment() {
    let app = portal("").start().await;
    let log = json!([{"action": "debug:log", "input": {"message": "${{ process.env.PATH }}|${{ environment.secrets }}|${{ this.constructor }}|${{ steps.constructor }}"}}]);
    let answer = tried(&app, log, &[]).await;
    let path = std::env::var_os("PATH").expect("a PATH");
    assert!(!answer.text().contains(&*path.to_string_lossy()));
}

#[tokio::test]
async fn endless_templates_are_stopped() {
    let app = portal("").start().await;
    let endless = "{% for a in range(100000) %}{% for b in range(100000) %}{% for c in range(100000) %}x{% endfor %}{% endfor %}{% endfor %}";
    let deep = format!("${{{{ {}1{} }}}}", "(".repeat(5000), ")".repeat(5000));
    let recursive = "{% macro again(n) %}${{ again(n + 1) }}{% endmacro %}${{ again(0) }}";
    let growing = "{% set a = \"xxxxxxxxxxxxxxxx\" %}{% for i in range(40) %}{% set a = a ~ a %}{% endfor %}${{ a }}";
    let wide = "{% for i in range(1000) %}${{ \"x\" | center(100000) }}{% endfor %}";
    for text in [endless, deep.as_str(), recursive, growing, wide] {
        let fetch = json!([{"action": "fetch:template", "input": {"url": "./skel"}}]);
        let answer = tried(&app, fetch, &[("skel/a", text)]).await;
        assert_eq!(
            error_name(&answer),
            "TemplateRenderError",
            "{}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn a_workspace_that_is_too_large_is_refused() {
    let steps = "    - id: fetch\n      name: Fetch\n      action: fetch:plain\n      input: {url: ./files}\n";
    let app = portal(&template("large", steps)).start().await;
    app.write("files/big", vec![b'x'; 65 * 1024 * 1024]);
    let id = start(&app, "large", json!({})).await;
    assert_eq!(ended(&app, &id).await, "failed");
    let last = events(&app, &id).await.pop().expect("an event");
    let told = last["body"]["error"]["message"]
        .as_str()
        .expect("a message");
    assert!(told.contains("64 MiB"), "{told}");
}

#[tokio::test]
async fn names_of_repositories_with_options_or_commands_in_them_are_refused() {
    let publish = "    - id: fetch\n      name: Fetch\n      action: fetch:plain\n      input: {url: ./files}\n    - id: publish\n      name: Publish\n      action: publish:git\n      input: {repoUrl: \"${{ parameters.url }}\"}\n";
    let app = super::journal::with_local_host(&template("publish", publish))
        .start()
        .await;
    app.write("files/a", "a");
    let host = super::journal::local_host(&app);
    for name in [
        "--upload-pack=x",
        "a;touch x",
        "$(touch x)",
        "..",
        ".git",
        "a/b/c",
        "a%0Ab",
    ] {
        let url = format!("{host}?owner=acme&repo={name}");
        let id = start(&app, "publish", json!({"url": url})).await;
        assert_eq!(ended(&app, &id).await, "failed", "{name}");
    }
    assert!(super::journal::repositories(&app).await.is_empty());
}

#[tokio::test]
async fn names_of_branches_with_options_or_commands_in_them_are_refused() {
    let publish = "    - id: fetch\n      name: Fetch\n      action: fetch:plain\n      input: {url: ./files}\n    - id: publish\n      name: Publish\n      action: publish:git\n      input: {repoUrl: \"${{ parameters.url }}\", defaultBranch: \"${{ parameters.branch }}\"}\n";
    let app = super::journal::with_local_host(&template("publish", publish))
        .start()
        .await;
    app.write("files/a", "a");
    let host = super::journal::local_host(&app);
    for (number, branch) in [
        "--upload-pack=touch x",
        "-d",
        "a..b",
        "main\ndelete refs/heads/main",
        "a.lock",
        "../../config",
        "@{-1}",
    ]
    .into_iter()
    .enumerate()
    {
        let url = format!("{host}?owner=acme&repo=shop-{number}");
        let values = json!({"url": url, "branch": branch});
        let id = start(&app, "publish", values).await;
        assert_eq!(ended(&app, &id).await, "failed", "{branch}");
    }
}

#[tokio::test]
async fn a_template_that_puts_out_too_much_is_refused() {
    let app = portal("").start().await;
    let log = json!([{"action": "debug:log", "input": {"message": "{% for i in range(400) %}${{ 'x' | center(100000) }}{% endfor %}"}}]);
    let answer = tried(&app, log, &[]).await;
    assert!(answer.body.len() < 1024 * 1024, "{}", answer.body.len());
}
