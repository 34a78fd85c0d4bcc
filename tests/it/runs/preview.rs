//! What a run would make, before it starts.

use axum::http::Method;
use callboard::scaffolder::{
    preview::{Preview, preview},
    spec::{TaskSpec, TaskUser},
};
use serde_json::{Value, json};

use crate::support::{
    TestApp,
    runs::{portal, template},
};

const STEPS: &str = "    - id: fetch\n      action: fetch:template\n      input: {url: ./skeleton, values: {name: '${{ parameters.name }}', key: '${{ environment.secrets.key }}'}}\n    - id: make\n      each: '${{ parameters.hosts }}'\n      if: '${{ each.value !== \"none\" }}'\n      action: publish:git\n      input: {repoUrl: '${{ each.value }}?owner=acme&repo=${{ parameters.name }}', sourcePath: ./app}\n    - id: announce\n      action: fetch:template:file\n      input: {url: ./note.txt, targetPath: note.txt, values: {url: '${{ steps.make.output.remoteUrl[0] }}'}}\n    - id: propose-it\n      action: publish:github:pull-request\n      input: {repoUrl: github.com?owner=acme&repo=all, branchName: b, title: t, description: d, targetPath: notes}\n    - id: register\n      action: catalog:register\n      input: {repoContentsUrl: '${{ steps.make.output.repoContentsUrl[0] }}'}\n  output: {pr: \"${{ steps['propose-it'].output.remoteUrl }}\"}\n";

async fn app() -> TestApp {
    portal(&template("making", STEPS))
        .file(
            "skeleton/app/README.md",
            "# ${{ values.name }} ${{ values.key }}\n",
        )
        .file("skeleton/app/.gitignore", "target\n")
        .file("skeleton/app/target/x", "x")
        .file("note.txt", "See ${{ values.url }}.")
        .with(|config| {
            let secret = callboard::config::Secret::new("hunter2");
            config
                .scaffolder
                .environment_secrets
                .insert("key".to_owned(), secret);
        })
        .start()
        .await
}

async fn previewed(app: &TestApp, name: &str, values: Value) -> Preview {
    let path = format!("/api/catalog/entities/by-name/template/default/{name}");
    let template = app.get(&path).await.json();
    let values = values.as_object().expect("an object");
    let spec = TaskSpec::new(&template, values, &TaskUser::default()).expect("a spec");
    let runs = &app.state().runs;
    preview(runs.services(), runs.actions(), &spec, None)
        .await
        .expect("a preview")
}

#[tokio::test]
async fn the_files_of_each_step_that_publishes_are_shown() {
    let app = app().await;
    let values = json!({"name": "shop", "hosts": ["git.example.com", "none"]});
    let found = previewed(&app, "making", values).await;
    assert_eq!(found.stopped, None);
    let files: Vec<(Option<&str>, &str, &[u8])> = found
        .files
        .iter()
        .map(|file| {
            let step = file.step_id.as_deref();
            (step, file.path.as_str(), file.content.as_ref())
        })
        .collect();
    // The configuration's secrets have no value here.
    let note = b"See ${{ steps.make.output.remoteUrl }}.";
    assert_eq!(
        files,
        [
            (Some("make"), ".gitignore", b"target\n".as_slice()),
            (Some("make"), "README.md", b"# shop ***\n"),
            (Some("propose-it"), "notes/app/.gitignore", b"target\n"),
            (Some("propose-it"), "notes/app/README.md", b"# shop ***\n"),
            (Some("propose-it"), "notes/note.txt", note),
        ]
    );
    let effects: Vec<(&str, &str)> = found
        .effects
        .iter()
        .map(|effect| (effect.step_id.as_str(), effect.what.as_str()))
        .collect();
    assert_eq!(effects.len(), 3, "{effects:?}");
    assert!(
        effects[0]
            .1
            .contains("git.example.com?owner=acme&repo=shop")
    );
    assert!(
        effects[2]
            .1
            .contains("${{ steps.make.output.repoContentsUrl }}"),
        "{effects:?}"
    );
    assert_eq!(
        found.output,
        json!({"pr": "${{ steps['propose-it'].output.remoteUrl }}"})
    );
}

#[tokio::test]
async fn a_step_that_cannot_go_on_is_named_and_the_rest_is_planned() {
    let steps = "    - {id: fetch, action: 'fetch:plain', input: {url: ../outside}}\n    - {id: make, action: 'publish:git', input: {repoUrl: 'x?owner=a&repo=b'}}\n";
    let app = portal(&template("climbing", steps)).start().await;
    let body = json!({"templateRef": "climbing", "values": {}});
    let plan = app
        .send(Method::POST, "/api/callboard/plan", body)
        .await
        .json();
    assert_eq!(
        plan["stopped"],
        "Step fetch (fetch:plain) cannot go on: Relative path is not allowed to refer to a directory outside its parent"
    );
    assert_eq!(plan["files"], json!([]));
    assert_eq!(plan["effects"][0]["step"], "make", "{plan}");
}

#[tokio::test]
async fn of_a_template_that_publishes_nothing_the_folder_is_shown() {
    let steps = "    - {id: write, action: 'roadiehq:utils:fs:write', input: {path: a/b.txt, content: '${{ context.task.id }}'}}\n    - {id: wait, action: 'debug:wait', input: {minutes: 10}}\n";
    let app = portal(&template("writing", steps)).start().await;
    let found = previewed(&app, "writing", json!({})).await;
    assert!(
        found.effects.is_empty() && found.stopped.is_none(),
        "{found:?}"
    );
    let [file] = found.files.as_slice() else {
        panic!("{found:?}");
    };
    let shown = (&file.step_id, file.path.as_str(), file.content.as_ref());
    assert_eq!(shown, (&None, "a/b.txt", b"preview".as_slice()));
    let workspaces = app.state().runs.services().folder.clone();
    let left = std::fs::read_dir(workspaces).expect("the folder").count();
    assert_eq!(left, 0, "the preview's folder is gone");
}
