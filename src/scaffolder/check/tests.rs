//! One finding at a time, on a template that has none.

use std::collections::BTreeSet;

use super::check_template;
use crate::entity::{Severity, parse_document, split_documents};
use crate::scaffolder::actions::Registry;

const GOOD: &str = "\
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: shop}
spec:
  type: service
  owner: group:a
  parameters:
    - title: One
      required: [name]
      properties:
        name: {type: string}
        kind: {type: string}
        hosts: {type: array, items: {type: string}}
        token: {type: string, ui:field: Secret}
      dependencies:
        kind:
          oneOf:
            - properties:
                kind: {enum: [a]}
                extra: {type: string}
  steps:
    - id: fetch-it
      action: fetch:template
      input:
        url: ./skeleton
        values: {name: '${{ parameters.name }}', extra: '${{ parameters.extra }}'}
        token: ${{ secrets.token }}
    - id: publish
      action: publish:github
      if: ${{ parameters.name !== 'x' or failure() }}
      input:
        repoUrl: github.com?owner=a&repo=${{ parameters.name }}
    - id: log
      each: ${{ parameters.hosts }}
      action: debug:log
      input:
        message: ${{ each.value }} ${{ user.ref }}
  output:
    links:
      - title: Open
        url: ${{ steps.publish.output.remoteUrl }}
";

/// Severity, message and `line:column` of every finding.
fn findings(template: &str) -> Vec<String> {
    let mut told = Vec::new();
    for raw in split_documents(template) {
        let entity = parse_document(&raw, false).unwrap().unwrap();
        for found in check_template(&raw, &entity, &Registry::default()) {
            let at = found.position.expect("a place");
            assert!(
                !found.reason.is_empty() && !found.mend.is_empty(),
                "{found:?}"
            );
            let severity = match found.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            told.push(format!(
                "{}:{} {severity}: {}",
                at.line, at.column, found.message
            ));
        }
    }
    told
}

#[test]
fn a_good_template_has_no_findings() {
    assert_eq!(findings(GOOD), [""; 0]);
}

/// What to put into the good template instead of what, and what is found then.
const CASES: [(&str, &str, &[&str]); 28] = [
    (
        "publish:github\n      if: ${{ parameters.name !== 'x' or failure() }}\n      input:",
        "publish:gitea\n      input:\n        description: A shop\n        signCommit: true",
        &["32:21 warning: `publish:gitea` cannot honour `signCommit`"],
    ),
    (
        "publish:github\n      if: ${{ parameters.name !== 'x' or failure() }}\n      input:",
        "publish:gitea\n      input:\n        description: A shop\n        signCommit: false",
        &[],
    ),
    (
        "parameters.name }}', extra",
        "parameters.nam }}', extra",
        &["26:29 error: There is no parameter `nam`"],
    ),
    (
        "'${{ parameters.name }}', extra",
        "'${{ parameters.name | slug }}', extra",
        &["26:47 error: There is no filter `slug`"],
    ),
    (
        "'${{ parameters.name }}', extra",
        "'${{ parameters.name ? 1 }}', extra",
        &["26:45 error: `?` has no meaning here: write `a if condition else b`"],
    ),
    (
        "name: '${{ parameters.name }}'",
        "name: 'a {{ parameters.name }}'",
        &["26:27 warning: This is not evaluated"],
    ),
    (
        "parameters.extra",
        "parameters.name",
        &["20:17 warning: Nothing uses the parameter `extra`"],
    ),
    (
        "required: [name]",
        "required: [nane]",
        &["9:18 error: `nane` is required, but not there"],
    ),
    (
        "secrets.token",
        "secrets.tokn",
        &["27:20 warning: Nothing asks for the secret `tokn`"],
    ),
    (
        "name: {type: string}\n        kind",
        "name: {type: strin}\n        kind",
        &["11:22 error: This is no JSON Schema"],
    ),
    (
        "debug:log",
        "debug:lag",
        &["35:15 error: There is no action `debug:lag`"],
    ),
    (
        "url: ./skeleton",
        "urls: ./skeleton",
        &[
            "24:7 error: `fetch:template` needs the input `url`",
            "25:15 error: `fetch:template` knows no input `urls`",
        ],
    ),
    (
        "repoUrl: github",
        "private: true\n        repoUrl: github",
        &["32:18 warning: `publish:github` knows no input `private`"],
    ),
    (
        "id: publish",
        "id: fetch-it",
        &[
            "28:11 error: There are two steps `fetch-it`",
            "41:18 error: There is no step `publish`",
        ],
    ),
    (
        "parameters.name !== 'x' or failure()",
        "not parameters.name == 'x'",
        &["30:15 warning: `not` is applied to the left side only"],
    ),
    (
        "if: ${{ parameters.name !== 'x' or failure() }}",
        "if: parameters.name",
        &["30:11 warning: This condition always holds"],
    ),
    (
        "if: ${{ parameters.name !== 'x' or failure() }}",
        "if: ${{ parameters.name }} and ${{ true }}",
        &["30:11 warning: This condition may always hold"],
    ),
    (
        "each: ${{ parameters.hosts }}",
        "each: a, b",
        &[
            "13:9 warning: Nothing uses the parameter `hosts`",
            "34:13 error: `each` needs a list or a map",
        ],
    ),
    (
        "      each: ${{ parameters.hosts }}\n",
        "      if: ${{ parameters.hosts }}\n",
        &["37:22 error: There is no `each` here"],
    ),
    (
        "user.ref",
        "usr.ref",
        &["37:40 error: There is no variable `usr`"],
    ),
    (
        "user.ref",
        "values.ref",
        &["37:40 error: There is no variable `values`"],
    ),
    (
        "user.ref",
        "failure()",
        &["37:40 error: `failure()` exists only in the `if` of a step"],
    ),
    (
        "user.ref",
        "steps.log.output.x",
        &["37:40 error: The step `log` has not run yet here"],
    ),
    (
        "user.ref",
        "steps.fetch-it.output.x",
        &[
            "37:40 error: There is no step `fetch`",
            "37:52 error: There is no variable `it`",
        ],
    ),
    (
        "publish.output.remoteUrl",
        "publish.remoteUrl",
        &["41:18 error: A step has no `remoteUrl`"],
    ),
    (
        "publish.output.remoteUrl",
        "publish.output.url",
        &["41:18 warning: `publish:github` does not put out `url`"],
    ),
    (
        "publish.output.remoteUrl",
        "publish.output.remoteUrl ~ secrets.token",
        &["41:51 error: There are no secrets here"],
    ),
    (
        "user.ref",
        "\"aa\" | replace(r/(a)\\1/, \"\")",
        &[
            "37:55 error: Patterns here are matched in linear time, which rules out back-references, such as \\1",
        ],
    ),
];

#[test]
fn each_fault_is_found_at_its_place() {
    for (good, bad, expected) in CASES {
        assert!(GOOD.contains(good), "{good}");
        assert_eq!(findings(&GOOD.replacen(good, bad, 1)), expected, "{bad}");
    }
}

#[test]
fn what_other_files_bring_is_not_called_missing() {
    let template = GOOD
        .replace(
            "    - title: One\n",
            "    - $yaml: ./one.yaml\n    - title: One\n",
        )
        .replace("parameters.name }}', extra", "parameters.other }}', extra");
    assert_eq!(findings(&template), [""; 0]);
}

#[test]
fn other_kinds_have_no_findings() {
    assert_eq!(
        findings("kind: Component\nspec: {steps: [{if: a}]}\n"),
        [""; 0]
    );
}

const HEAD: &str = "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: example}\nspec:\n  type: service\n  owner: group:a\n  parameters:\n    - title: One\n      properties:\n        seen: {type: string}";
/// A form asks for something at least, and something reads it.
const READER: &str = "  steps:\n    - id: reads-it\n      action: debug:log\n      input: {message: '${{ parameters.seen }}'}";

/// The names behind a word of an example, such as `parameters.`.
fn names(example: &str, before: &str) -> BTreeSet<String> {
    let is_name = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    let behind = example.split(before).skip(1);
    behind
        .map(|rest| rest.chars().take_while(is_name).collect())
        .collect()
}

/// An action that puts out what an example reads of an earlier step.
fn giving<'a>(actions: &'a Registry, output: &str) -> &'a str {
    let gives = |id: &&str| {
        let about = &actions.find(id).expect("it is there").about;
        about
            .output
            .as_ref()
            .is_some_and(|schema| schema["properties"].get(output).is_some())
    };
    actions.ids().find(gives).expect("an action gives it")
}

/// A template that ends with the step of an example, behind what it mentions; and how many lines are before it.
fn around(actions: &Registry, example: &str) -> (String, usize) {
    let mut lines = vec![HEAD.to_owned()];
    for name in names(example, "parameters.") {
        lines.push(format!("        {name}: {{type: string}}"));
    }
    for name in names(example, "secrets.") {
        lines.push(format!(
            "        {name}: {{type: string, ui:field: Secret}}"
        ));
    }
    lines.push(READER.to_owned());
    for step in names(example, "steps.") {
        for output in names(example, &format!("steps.{step}.output.")) {
            let action = giving(actions, &output);
            lines.push(format!("    - {{id: {step}, action: '{action}'}}"));
        }
    }
    let before = lines.join("\n").lines().count();
    let steps = example.strip_prefix("steps:\n").expect("steps").lines();
    lines.extend(steps.map(|line| format!("  {line}")));
    (lines.join("\n") + "\n", before)
}

#[test]
fn every_example_is_a_template_without_findings() {
    const MOST_USED: [&str; 5] = [
        "catalog:register",
        "fetch:plain",
        "fetch:template",
        "publish:github",
        "publish:github:pull-request",
    ];
    let actions = Registry::default();
    let described = actions.described();
    for action in described.as_array().expect("a list") {
        let examples = action["examples"].as_array().map(Vec::as_slice);
        let examples = examples.unwrap_or_default();
        let id = action["id"].as_str().expect("an id");
        assert!(
            !MOST_USED.contains(&id) || examples.len() >= 2,
            "{id} is used much"
        );
        for example in examples {
            let example = example["example"].as_str().expect("a text");
            let (template, before) = around(&actions, example);
            let is_of_example = |found: &String| {
                let line = found.split(':').next().and_then(|line| line.parse().ok());
                line.is_some_and(|line: usize| line > before)
            };
            let mut found = findings(&template);
            found.retain(is_of_example);
            assert_eq!(found, [""; 0], "{template}");
        }
    }
}
