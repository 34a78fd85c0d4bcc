//! `callboard template preview` and `test`: the program itself, without a portal.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const TEMPLATE: &str = "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: shop, annotations: {backstage.io/source-location: 'url:https://elsewhere.example/x'}}\nspec:\n  type: service\n  parameters:\n    required: [name]\n    properties: {name: {type: string, pattern: '^[a-z]+$'}}\n  steps:\n    - id: fetch\n      action: fetch:template\n      input: {url: ./skeleton, values: {name: '${{ parameters.name }}', host: '${{ (\"git.example.com?owner=acme&repo=x\" | parseRepoUrl).host }}'}}\n    - id: make\n      action: publish:github\n      input: {repoUrl: 'github.com?owner=acme&repo=${{ parameters.name }}'}\n  output: {remoteUrl: '${{ steps.make.output.remoteUrl }}'}\n";

fn write(folder: &Path, name: &str, text: &str) {
    let place = folder.join(name);
    fs::create_dir_all(place.parent().expect("a folder")).expect("made");
    fs::write(place, text).expect("written");
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "template.yaml", TEMPLATE);
    let readme = "# ${{ values.name }} at ${{ values.host }}\n";
    write(
        folder.path(),
        "skeleton/${{ values.name }}/README.md",
        readme,
    );
    write(folder.path(), "values.yaml", "name: shop\n");
    folder
}

fn callboard(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_callboard"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("it is executed");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn a_preview_shows_what_would_be_made_and_writes_the_files() {
    let folder = folder();
    let arguments = [
        "template",
        "preview",
        "template.yaml",
        "--values",
        "values.yaml",
        "--out",
        "out",
    ];
    let (code, shown, errors) = callboard(folder.path(), &arguments);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{shown}");
    insta::assert_snapshot!(shown, @r"
    Effects: 3
      make: Makes the repository github.com/acme/shop, and commits the files to it.
        taken back: Deletes the repository, if nothing was committed to it since.
      make: Changes the settings of github.com/acme/shop.
        taken back: Goes with the repository.
      make: Protects the branch master of github.com/acme/shop.
        taken back: Puts back the rules it had, if they were not changed since.
    Files: 1
      make: shop/README.md (26 bytes)
    Output:
      remoteUrl: ${{ steps.make.output.remoteUrl }}
    ");
    let written = fs::read_to_string(folder.path().join("out/shop/README.md"));
    assert_eq!(written.expect("written"), "# shop at git.example.com\n");
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .expect("read")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["out", "skeleton", "template.yaml", "values.yaml"]);

    let (code, _, errors) = callboard(folder.path(), &arguments);
    assert_eq!(code, Some(2));
    assert!(errors.contains("out is not empty"), "{errors}");
    let forced: Vec<&str> = arguments.into_iter().chain(["--force"]).collect();
    assert_eq!(callboard(folder.path(), &forced).0, Some(0));
}

#[test]
fn a_preview_says_what_is_in_its_way() {
    let folder = folder();
    let preview = |values: &str| {
        write(folder.path(), "v.yaml", values);
        callboard(
            folder.path(),
            &["template", "preview", "template.yaml", "--values", "v.yaml"],
        )
    };
    let (code, _, errors) = preview("name: NOT ok\n");
    assert_eq!(code, Some(1));
    assert!(
        errors.contains("instance.name does not match pattern"),
        "{errors}"
    );
    let (code, _, errors) = preview("- a\n");
    assert_eq!(code, Some(2));
    assert!(errors.contains("v.yaml: it is not one object"), "{errors}");
    fs::remove_dir_all(folder.path().join("skeleton")).expect("removed");
    let (code, shown, _) = preview("name: shop\n");
    assert_eq!(code, Some(1));
    assert!(
        shown.contains("Stopped: Step fetch (fetch:template) cannot go on: ENOENT"),
        "{shown}"
    );
    let (code, _, errors) = callboard(folder.path(), &["template", "preview", "v.yaml"]);
    assert_eq!(code, Some(2));
    assert!(errors.starts_with("error: v.yaml:"), "{errors}");
}

#[test]
fn tests_of_templates_say_what_differs_and_are_updated() {
    let folder = folder();
    let hand = "# The usual answers\nvalues:\n  name: shop\n";
    write(
        folder.path(),
        "tests/usual.yaml",
        &format!("{hand}files:\n  shop/README.md: |\n    # store\n"),
    );
    write(
        folder.path(),
        "tests/refused.yaml",
        "values: {name: UPPER}\nrefused: does not match pattern\n",
    );
    let (code, shown, _) = callboard(folder.path(), &["template", "test", "."]);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(shown, @r"
    ok      ./tests/refused.yaml
    FAILED  ./tests/usual.yaml
        shop/README.md:
        --- expected
        +++ found
        @@ -1 +1 @@
        -# store
        +# shop at git.example.com
    2 tests, 1 failed
    ");
    let (code, shown, _) = callboard(folder.path(), &["template", "test", ".", "--update"]);
    assert_eq!(code, Some(0), "{shown}");
    let text = fs::read_to_string(folder.path().join("tests/usual.yaml")).expect("read");
    assert!(text.starts_with(hand), "{text}");
    insta::assert_snapshot!(&text[hand.len()..], @r"
    effects:
    - step: make
      what: Makes the repository github.com/acme/shop, and commits the files to it.
    - step: make
      what: Changes the settings of github.com/acme/shop.
    - step: make
      what: Protects the branch master of github.com/acme/shop.
    output:
      remoteUrl: ${{ steps.make.output.remoteUrl }}
    files:
      shop/README.md: |
        # shop at git.example.com
    ");
    let (code, shown, _) = callboard(folder.path(), &["template", "test", "template.yaml"]);
    assert_eq!(
        (code, shown.ends_with("2 tests, 0 failed\n")),
        (Some(0), true),
        "{shown}"
    );
    fs::remove_dir_all(folder.path().join("tests")).expect("removed");
    let (code, _, errors) = callboard(folder.path(), &["template", "test", "."]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("there are no tests"), "{errors}");
}

#[test]
fn a_host_is_redirected_on_purpose_only() {
    let folder = folder();
    write(
        folder.path(),
        "c.yaml",
        "app: {baseUrl: http://x}\nbackend: {baseUrl: http://x}\nintegrations: {gitea: [{host: git.example.com}]}\ncallboard: {scaffolder: {hostMap: {github.com: git.example.com}}}\n",
    );
    let preview = [
        "template",
        "preview",
        "template.yaml",
        "--values",
        "values.yaml",
        "--config",
        "c.yaml",
    ];
    let (code, shown, errors) = callboard(folder.path(), &preview);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{shown}");
    assert!(
        shown.contains("make: Makes the repository git.example.com?owner=acme&repo=shop"),
        "{shown}"
    );
    write(
        folder.path(),
        "c.yaml",
        "app: {baseUrl: http://x}\nbackend: {baseUrl: http://x}\ncallboard: {scaffolder: {hostMap: {github.com: nowhere.example}}}\n",
    );
    let (code, _, errors) = callboard(folder.path(), &preview);
    assert_eq!(code, Some(1));
    assert!(
        errors.contains("callboard.scaffolder.hostMap.github.com"),
        "{errors}"
    );
}

#[test]
fn the_examples_come_out_as_their_tests_say() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (code, shown, errors) = callboard(
        checkout,
        &["template", "test", "catalog-examples/templates"],
    );
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{shown}");
}
