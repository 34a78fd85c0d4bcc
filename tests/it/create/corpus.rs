//! Forms of real templates of public repositories, filled in page by page. They are no part of this project: the
//! folder is named by `CALLBOARD_SHARED`, and without it this test is left out.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use axum::http::{StatusCode, header};
use callboard::{
    entity::{ScmHost, parse_document, split_documents},
    scaffolder::{
        TemplateEntity,
        form::{
            Answers, Control, Field, FormPage, Look, RepoPart, Sent, Surroundings, TextKind,
            all_fields, pages, read_page,
        },
    },
};
use serde_json::{Value, json};

use crate::support::{TestApp, runs::portal, shared};

/// What is tried where an answer is refused; nothing in the end.
const OTHERS: [&str; 9] = [
    "abc",
    "abc123",
    "ABC-123",
    "G-ABC123",
    "1.2.3",
    "12345678",
    "https://example.com/acme/shop.git",
    "10.0.0.0/16",
    "",
];
/// No page is larger.
const MAX_PAGE_BYTES: usize = 100 * 1024;

fn yaml_files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_yaml = path
            .extension()
            .is_some_and(|ending| ending == "yaml" || ending == "yml");
        if path.is_dir() {
            yaml_files_below(&path, found);
        } else if is_yaml {
            found.push(path);
        }
    }
}

/// Every template below a folder, with the file it is from.
fn templates_below(folder: &Path) -> Vec<(PathBuf, Value)> {
    let mut files = Vec::new();
    yaml_files_below(folder, &mut files);
    files.sort();
    let mut templates = Vec::new();
    for file in files {
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        for raw in split_documents(&text) {
            let Ok(Some(entity)) = parse_document(&raw, false) else {
                continue;
            };
            if entity["kind"] == "Template" && TemplateEntity::read(&entity).is_ok() {
                templates.push((file.clone(), entity));
            }
        }
    }
    templates
}

/// What somebody who answers everything would send for a field.
fn answer(field: &Field, sent: &mut Vec<(String, String)>) {
    let mut push = |name: String, text: &str| sent.push((name, text.to_owned()));
    let at = field.pointer.clone();
    match &field.control {
        Control::Text { kind, value, .. } => {
            let own = match kind {
                TextKind::Number | TextKind::Integer => "8080",
                TextKind::Email => "ana@example.com",
                TextKind::Url => "https://example.com",
                TextKind::Date => "2026-01-31",
                TextKind::Text | TextKind::Yaml => "abc-def",
            };
            push(at, if value.is_empty() { own } else { value });
        }
        Control::Area { kind, value, .. } => {
            let own = if *kind == TextKind::Yaml {
                ""
            } else {
                "Some words"
            };
            push(at, if value.is_empty() { own } else { value });
        }
        Control::Check { is_checked, .. } => push(at, if *is_checked { "true" } else { "" }),
        Control::Choice { look, options } => {
            let chosen = options.iter().find(|option| option.is_chosen);
            if *look == Look::Checkboxes {
                push(at.clone(), "");
            }
            if let Some(option) = chosen.or(options.first()) {
                push(at, &option.key);
            }
        }
        Control::Pick { value, .. } => push(at, if value.is_empty() { "platform" } else { value }),
        Control::RepoUrl { options, .. } => {
            let host = options.hosts.first().map_or("github.com", String::as_str);
            push(format!("host:{at}"), host);
            for part in RepoPart::ALL {
                let own = options.allowed(part).first().map_or("acme", String::as_str);
                push(format!("{}:{at}", part.name()), own);
            }
        }
        Control::Secret { .. } | Control::Password { .. } => push(at, "a-secret-word"),
        Control::List { .. } => push(at, ""),
        Control::Hidden(_) | Control::Group(_) | Control::Variants { .. } => {}
    }
    for inner in field.fields() {
        answer(inner, sent);
    }
}

/// Answers for a page, those among them that are asked because of others. What is refused is answered otherwise.
fn answers(app: &TestApp, page: &FormPage, known: &Answers) -> Vec<(String, String)> {
    let catalog = app.state().catalog.read();
    let around = Surroundings {
        catalog: &catalog,
        user_ref: "user:development/guest",
        ownership_refs: &[],
        product: &|_| Some(ScmHost::GitHub),
    };
    let mut sent = Vec::new();
    let mut others: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..OTHERS.len() {
        let mut answers = known.clone();
        for _ in 0..3 {
            sent.clear();
            let fields = page.fields(&answers);
            for field in &fields {
                answer(field, &mut sent);
            }
            for (name, text) in &mut sent {
                if let Some(other) = others.get(name) {
                    OTHERS[*other].clone_into(text);
                }
            }
            read_page(page, &mut answers, &Sent::new(&sent));
        }
        let faults = page.faults(&answers, &around).expect("a schema");
        if faults.is_empty() {
            break;
        }
        for fault in faults {
            let next = others.get(&fault.pointer).map_or(0, |other| other + 1);
            others.insert(fault.pointer, next.min(OTHERS.len() - 1));
        }
    }
    sent
}

/// `EntityPicker`, or the type with its widget.
fn kind_of(field: &Field) -> String {
    let text = format!("{:?}", field.control);
    let end = text.find([' ', '(']).unwrap_or(text.len());
    text[..end].to_owned()
}

/// What became of the form of one template.
#[derive(Default)]
struct Table {
    forms: usize,
    pages: usize,
    fields: BTreeMap<String, usize>,
    unknown: BTreeMap<String, usize>,
    refused: Vec<String>,
    largest: usize,
}

#[tokio::test]
#[ignore = "reads the folder that CALLBOARD_SHARED names"]
async fn real_forms_are_shown_and_take_valid_answers() {
    let corpus = shared("corpus/templates");
    let mut templates = templates_below(&corpus);
    let mut documents = String::new();
    for (index, (_, entity)) in templates.iter_mut().enumerate() {
        entity["metadata"]["name"] = format!("t{index}").into();
        entity["metadata"]["namespace"] = "corpus".into();
        documents.push_str("---\n");
        documents.push_str(&entity.to_string());
        documents.push('\n');
    }
    let app = portal(&documents).start().await;
    let mut table = Table::default();
    for (file, entity) in &templates {
        let name = entity["metadata"]["name"].as_str().expect("a name");
        let shown = file.strip_prefix(&corpus).expect("inside").display();
        if app.entity(&format!("template:corpus/{name}")).is_none() {
            table
                .refused
                .push(format!("{shown}: the catalog refuses it"));
            continue;
        }
        table.forms += 1;
        // The drafts of one millisecond are all as old.
        app.clock().advance(1);
        if let Err(why) = fill_in(&app, entity, &mut table).await {
            table.refused.push(format!("{shown}: {why}"));
        }
    }
    println!("{}", told(&table));
    assert!(table.forms > 50, "only {} forms", table.forms);
    let broken = table
        .refused
        .iter()
        .filter(|told| !told.contains("refuses"));
    assert_eq!(broken.count(), 0, "{:#?}", table.refused);
}

async fn fill_in(app: &TestApp, entity: &Value, table: &mut Table) -> Result<(), String> {
    let template = TemplateEntity::read(entity).map_err(|fault| fault.to_string())?;
    let name = entity["metadata"]["name"].as_str().unwrap_or_default();
    let mut address = format!("/create/corpus/{name}");
    let mut known = Answers::default();
    for page in &pages(&template) {
        table.pages += 1;
        let html = app.get(&address).await;
        if html.status != StatusCode::OK {
            return Err(format!("{address} answers {}", html.status));
        }
        table.largest = table.largest.max(html.body.len());
        if html.body.len() > MAX_PAGE_BYTES {
            return Err(format!("{address} has {} bytes", html.body.len()));
        }
        let fields = page.fields(&known);
        for field in all_fields(&fields) {
            *table.fields.entry(kind_of(field)).or_default() += 1;
            if let Some((_, rest)) = field.note.split_once("field of its own, `") {
                let unknown = rest.split('`').next().unwrap_or_default();
                *table.unknown.entry(unknown.to_owned()).or_default() += 1;
            }
        }
        let sent = answers(app, page, &known);
        read_page(page, &mut known, &Sent::new(&sent));
        let pairs: Vec<(&str, &str)> = sent
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let answer = app.submit(&address, &pairs).await;
        if answer.status != StatusCode::SEE_OTHER {
            let summary = answer.text().split("class=\"note failed summary\"").nth(1);
            let summary = summary.and_then(|rest| rest.split("</div>").next());
            return Err(format!(
                "refuses {} at {address}: {}",
                json!(sent),
                summary.unwrap_or_default()
            ));
        }
        let to = answer.headers[header::LOCATION].to_str().expect("ASCII");
        to.clone_into(&mut address);
    }
    Ok(())
}

/// The table, as it is printed.
fn told(table: &Table) -> String {
    let mut lines = vec![format!(
        "{} forms, {} pages, the largest of {} bytes",
        table.forms, table.pages, table.largest
    )];
    let fields = table.fields.iter();
    lines.extend(fields.map(|(kind, count)| format!("{count:>5} {kind}")));
    let unknown = table.unknown.iter();
    lines.extend(
        unknown
            .map(|(field, count)| format!("{count:>5} ui:field {field}, shown as a plain field")),
    );
    let refused = table.refused.iter();
    lines.extend(refused.map(|told| format!("not to the end: {told}")));
    lines.join("\n")
}
