//! Pages are filled in as a browser would.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    Answers, Control, Field, FormPage, Look, Sent, Surroundings, all_fields, final_values, pages,
    read_page,
};
use crate::{
    catalog::Catalog,
    entity::{Kinds, ScmHost},
    scaffolder::TemplateEntity,
};

fn form(parameters: &Value) -> Vec<FormPage> {
    let template = json!({
        "apiVersion": "scaffolder.backstage.io/v1beta3", "kind": "Template", "metadata": {"name": "t"},
        "spec": {"type": "service", "steps": [], "parameters": parameters},
    });
    pages(&TemplateEntity::read(&template).expect("a template"))
}

fn page(schema: &Value) -> FormPage {
    form(schema).remove(0)
}

fn send(page: &FormPage, answers: &mut Answers, pairs: &[(&str, &str)]) {
    let pairs: Vec<(String, String)> = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    read_page(page, answers, &Sent::new(&pairs));
}

fn answers(page: &FormPage, pairs: &[(&str, &str)]) -> Value {
    let mut answers = Answers::default();
    send(page, &mut answers, pairs);
    Value::Object(answers.values)
}

fn faults(page: &FormPage, pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut answers = Answers::default();
    send(page, &mut answers, pairs);
    let catalog = Catalog::new(Arc::new(Kinds::builtin()));
    let around = Surroundings {
        catalog: &catalog.read(),
        user_ref: "user:default/ana",
        ownership_refs: &[],
        product: &|host| (host == "git.example.com").then_some(ScmHost::Gitea),
    };
    let faults = page.faults(&answers, &around).expect("a schema");
    faults
        .into_iter()
        .map(|fault| (fault.pointer, fault.message))
        .collect()
}

fn named<'f>(fields: &'f [Field], pointer: &str) -> &'f Field {
    let found = all_fields(fields).find(|field| field.pointer == pointer);
    found.unwrap_or_else(|| panic!("no field {pointer}: {fields:#?}"))
}

fn pointers(page: &FormPage, answers: &Answers) -> Vec<String> {
    let fields = page.fields(answers);
    all_fields(&fields)
        .map(|field| field.pointer.clone())
        .collect()
}

#[test]
fn the_type_decides_what_a_text_means_and_empty_is_absent() {
    let page = page(&json!({"properties": {
        "text": {"type": "string"}, "port": {"type": "integer"}, "share": {"type": "number"},
        "on": {"type": "boolean"}, "off": {"type": "boolean", "default": true}, "unasked": {"type": "boolean"},
        "size": {"type": "integer", "enum": [1, 2], "enumNames": ["One", "Two"]},
        "tags": {"type": "array", "uniqueItems": true, "items": {"enum": ["a", "b"]}},
        "free": {"type": "object"}, "wrong": {"type": "number"}, "empty": {"type": "string"},
    }}));
    let sent = [
        ("/text", "a\r\nb"),
        ("/port", " 8080 "),
        ("/share", "1.5"),
        ("/on", ""),
        ("/on", "true"),
        ("/off", ""),
        ("/unasked", ""),
        ("/size", "2"),
        ("/tags", ""),
        ("/tags", "b"),
        ("/free", "a: 1\nb: [x]"),
        ("/wrong", "many"),
        ("/empty", ""),
        ("/foreign", "x"),
    ];
    assert_eq!(
        answers(&page, &sent),
        json!({
            "text": "a\nb", "port": 8080, "share": 1.5, "on": true, "off": false, "size": 2,
            "tags": ["b"], "free": {"a": 1, "b": ["x"]}, "wrong": "many",
        })
    );
}

#[test]
fn what_could_not_be_understood_is_shown_again_with_what_is_wrong() {
    let page = page(&json!({"required": ["name", "kind"], "properties": {
        "name": {"title": "Name", "type": "string"},
        "port": {"type": "integer", "minimum": 1024},
        "mail": {"type": "string", "format": "email"},
        "kind": {"type": "string", "enum": ["a", "b"]},
    }}));
    let sent = [
        ("/name", ""),
        ("/port", "x"),
        ("/mail", "nobody"),
        ("/kind", ""),
    ];
    let told = faults(&page, &sent);
    let told: Vec<(&str, &str)> = told
        .iter()
        .map(|(at, told)| (at.as_str(), told.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("/name", "Fill this in."),
            ("/port", "Write a whole number, such as 8080."),
            ("/mail", "It must be an address such as ana@example.com."),
            ("/kind", "Choose an answer."),
        ]
    );
    let mut kept = Answers::default();
    send(&page, &mut kept, &sent);
    let fields = page.fields(&kept);
    let Control::Text { value, .. } = &named(&fields, "/port").control else {
        panic!("a line of text");
    };
    assert_eq!(value, "x");
}

#[test]
fn defaults_count_until_somebody_emptied_the_field() {
    let page = page(&json!({"properties": {
        "name": {"type": "string", "default": "shop"},
        "db": {"type": "string", "enum": ["none", "own"], "default": "own"},
        "fixed": {"type": "string", "ui:widget": "hidden", "default": "f"},
        "shut": {"type": "string", "ui:disabled": true, "default": "s"},
    }, "dependencies": {"db": {"oneOf": [
        {"properties": {"db": {"enum": ["none"]}}},
        {"properties": {"db": {"enum": ["own"]}, "size": {"type": "integer", "default": 3}}},
    ]}}}));
    let fresh = Answers::default();
    assert_eq!(
        pointers(&page, &fresh),
        ["/name", "/db", "/fixed", "/shut", "/size"]
    );
    let mut emptied = Answers::default();
    send(
        &page,
        &mut emptied,
        &[
            ("/name", ""),
            ("/db", "own"),
            ("/size", "3"),
            ("/shut", "changed"),
        ],
    );
    assert_eq!(
        Value::Object(emptied.values.clone()),
        json!({"fixed": "f", "shut": "s", "db": "own", "size": 3})
    );
    let fields = page.fields(&emptied);
    let Control::Text { value, .. } = &named(&fields, "/name").control else {
        panic!("a line of text");
    };
    assert_eq!(value, "");
    assert!(named(&fields, "/db").steers && !named(&fields, "/name").steers);
}

#[test]
fn an_answer_of_another_page_decides_and_what_is_not_asked_any_more_is_left_out() {
    let pages = form(&json!([
        {"properties": {"cloud": {"type": "string"}}},
        {"dependencies": {"cloud": {"oneOf": [
            {"properties": {"cloud": {"enum": ["aws"]}, "region": {"type": "string"}}},
            {"properties": {"cloud": {"enum": ["gcp"]}, "zone": {"type": "string"}}},
        ]}}},
    ]));
    let mut answers = Answers::default();
    send(&pages[0], &mut answers, &[("/cloud", "aws")]);
    assert_eq!(pointers(&pages[1], &answers), ["/region"]);
    send(&pages[1], &mut answers, &[("/region", "eu")]);
    assert_eq!(
        Value::Object(final_values(&pages, &answers)),
        json!({"cloud": "aws", "region": "eu"})
    );
    send(&pages[0], &mut answers, &[("/cloud", "gcp")]);
    assert_eq!(pointers(&pages[1], &answers), ["/zone"]);
    assert_eq!(
        Value::Object(final_values(&pages, &answers)),
        json!({"cloud": "gcp"})
    );
}

#[test]
fn a_choice_and_what_it_asks_are_answered_in_one_go() {
    let page = page(&json!({
        "properties": {"name": {"type": "string"}},
        "oneOf": [
            {"title": "Own", "properties": {"host": {"type": "string"}}, "required": ["host"]},
            {"title": "Shared", "properties": {"team": {"type": "string"}}, "required": ["team"]},
        ],
    }));
    assert_eq!(pointers(&page, &Answers::default()), ["/name", "", "/host"]);
    let sent = [("/name", "a"), ("choice:", "1"), ("/team", "gates")];
    assert_eq!(answers(&page, &sent), json!({"name": "a", "team": "gates"}));
    assert_eq!(faults(&page, &sent), []);
    let missing = [("/name", "a"), ("choice:", "1"), ("/team", "")];
    assert_eq!(
        faults(&page, &missing),
        [("/team".to_owned(), "Fill this in.".to_owned())]
    );
}

#[test]
fn lists_have_a_place_to_begin_with_and_forms_of_their_own() {
    let page = page(&json!({"properties": {
        "names": {"type": "array", "items": {"type": "string", "maxLength": 3}},
        "people": {"type": "array", "title": "Person", "items": {"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"}, "more": {"type": "array", "items": {"type": "string"}},
        }}},
    }}));
    let mut answers = Answers::default();
    assert_eq!(pointers(&page, &answers), ["/names", "/names/0", "/people"]);
    answers.add_item("/people");
    let sent = [
        ("/names", ""),
        ("/names/0", ""),
        ("/names/1", "toolong"),
        ("/people", ""),
        ("/people/0/name", "ana"),
        ("/people/0/more", ""),
        ("/people/0/more/0", "x"),
        ("/people/1/name", ""),
    ];
    send(&page, &mut answers, &sent);
    assert_eq!(
        Value::Object(answers.values),
        json!({"names": [null, "toolong"], "people": [{"name": "ana", "more": ["x"]}, {}]})
    );
    let told = faults(&page, &sent);
    let at: Vec<&str> = told.iter().map(|(at, _)| at.as_str()).collect();
    assert_eq!(at, ["/names/1", "/people/1/name"]);
}

#[test]
fn a_secret_leaves_asterisks_and_its_text_elsewhere() {
    let page = page(&json!({"required": ["token"], "properties": {
        "token": {"type": "string", "ui:field": "Secret", "minLength": 4},
        "pass": {"type": "string", "ui:widget": "password"},
    }}));
    let mut answers = Answers::default();
    send(
        &page,
        &mut answers,
        &[("/token", "s3cret"), ("/pass", "word")],
    );
    assert_eq!(
        Value::Object(answers.values.clone()),
        json!({"token": "******", "pass": "word"})
    );
    assert_eq!(answers.secrets["token"], "s3cret");
    // Neither is shown again: empty keeps them.
    send(&page, &mut answers, &[("/token", ""), ("/pass", "")]);
    assert_eq!(answers.secrets["token"], "s3cret");
    assert_eq!(answers.values["pass"], "word");
    let shown = format!("{:?}", page.fields(&answers));
    assert!(
        !shown.contains("s3cret") && !shown.contains("word\""),
        "{shown}"
    );
}

#[test]
fn a_repository_is_named_by_its_parts() {
    let page = page(&json!({"required": ["repoUrl"], "properties": {
        "repoUrl": {"type": "string", "ui:field": "RepoUrlPicker", "ui:options": {"allowedOwners": ["acme"]}},
    }}));
    let sent = [
        ("host:/repoUrl", "git.example.com"),
        ("owner:/repoUrl", "acme"),
        ("repo:/repoUrl", "shop"),
    ];
    assert_eq!(
        answers(&page, &sent),
        json!({"repoUrl": "git.example.com?owner=acme&repo=shop"})
    );
    assert_eq!(faults(&page, &sent), []);
    for (sent, expected) in [
        (vec![("host:/repoUrl", "git.example.com")], "Fill this in."),
        (
            vec![
                ("host:/repoUrl", "git.example.com"),
                ("owner:/repoUrl", "acme"),
            ],
            "Repository: say which.",
        ),
        (
            vec![
                ("host:/repoUrl", "other.example.com"),
                ("repo:/repoUrl", "x"),
            ],
            "The portal does not know the host “other.example.com”. Choose one that is offered, or have it added under `integrations` in app-config.yaml.",
        ),
    ] {
        let told = faults(&page, &sent);
        assert_eq!(
            told,
            [("/repoUrl".to_owned(), expected.to_owned())],
            "{sent:?}"
        );
    }
}

#[test]
fn standard_fields_refuse_what_they_cannot_mean() {
    let page = page(&json!({"properties": {
        "name": {"type": "string", "ui:field": "EntityNamePicker"},
        "owner": {"type": "string", "ui:field": "OwnerPicker", "ui:options": {"allowArbitraryValues": false}},
        "other": {"type": "string", "ui:field": "OwnerPicker"},
        "tags": {"type": "array", "ui:field": "EntityTagsPicker"},
        "org": {"type": "string", "ui:field": "RepoOwnerPicker", "ui:options": {"excludedOwners": ["root"]}},
        "strange": {"type": "string", "ui:field": "OrganizationPicker"},
    }}));
    let told = faults(
        &page,
        &[
            ("/name", "-x"),
            ("/owner", "nobody"),
            ("/other", "anybody"),
            ("/tags", ""),
            ("/tags/0", "ok"),
            ("/tags/1", "Not ok"),
            ("/org", "root"),
        ],
    );
    let at: Vec<&str> = told.iter().map(|(at, _)| at.as_str()).collect();
    assert_eq!(at, ["/name", "/owner", "/tags/1", "/org"]);
    let fields = page.fields(&Answers::default());
    assert!(
        named(&fields, "/strange")
            .note
            .contains("OrganizationPicker")
    );
    assert_eq!(
        answers(&page, &[("/other", "Gates")]),
        json!({"other": "group:default/gates"})
    );
}

#[test]
fn few_choices_are_side_by_side_where_one_must_be_made() {
    let fields = page(&json!({"required": ["a"], "properties": {
        "a": {"enum": ["x", "y"]}, "b": {"enum": ["x", "y"]}, "c": {"enum": [1, 2, 3, 4], "default": 1},
        "d": {"oneOf": [{"const": "m", "title": "Metre"}, {"const": "f", "title": "Foot"}], "ui:widget": "radio"},
    }}))
    .fields(&Answers::default());
    let looks: Vec<Look> = fields
        .iter()
        .map(|field| match &field.control {
            Control::Choice { look, .. } => *look,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        looks,
        [Look::Radio, Look::Select, Look::Select, Look::Radio]
    );
    let Control::Choice { options, .. } = &named(&fields, "/d").control else {
        unreachable!("seen above");
    };
    assert_eq!(options[1].label, "Foot");
}

#[test]
fn order_features_and_review_are_as_the_template_says() {
    let page = page(
        &json!({"ui:order": ["b", "*"], "required": ["f"], "properties": {
            "a": {"type": "string", "ui:backstage": {"review": {"mask": "hidden"}}},
            "b": {"type": "string", "ui:options": {"help": "Helps"}},
            "f": {"type": "string", "ui:backstage": {"featureFlag": "new"}},
        }}),
    );
    assert_eq!(pointers(&page, &Answers::default()), ["/b", "/a"]);
    assert_eq!(faults(&page, &[("/a", "x")]), []);
    let fields = page.fields(&Answers::default());
    assert_eq!(named(&fields, "/b").help, "Helps");
    assert_eq!(
        named(&fields, "/a").review,
        super::Review::Masked("hidden".to_owned())
    );
}

#[test]
fn a_schema_that_goes_round_in_circles_ends() {
    let page = page(&json!({
        "definitions": {"tree": {"type": "object", "properties": {
            "left": {"$ref": "#/definitions/tree"}, "right": {"$ref": "#/definitions/tree"}, "name": {"type": "string"},
        }}},
        "properties": {"root": {"$ref": "#/definitions/tree"}},
    }));
    let fields = page.fields(&Answers::default());
    assert!(all_fields(&fields).count() <= 501);
    let mut answers = Answers::default();
    send(&page, &mut answers, &[("/root/left/name", "x")]);
    assert_eq!(answers.value("/root/left/name"), Some(&json!("x")));
    assert_eq!(final_values(&[page], &answers).len(), 1);
    let nothing: Map<String, Value> = Map::new();
    assert_eq!(final_values(&[], &Answers::default()), nothing);
}
