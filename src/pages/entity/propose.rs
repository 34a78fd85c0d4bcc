//! Proposing a change of an entity's document: a few fields or the whole text, checked, then a pull request.

use askama::Template;
use axum::{Form, extract::State, http::StatusCode, response::Response};
use serde::Deserialize;

use super::{
    super::{
        code::{Excerpt, Finding, Language, MAX_LINES},
        diff::{self, Diff, Row},
        error::PageError,
        flash,
        form::Field,
        params::Params,
        path::EntityPath,
        respond,
        shell::Shell,
        sources::place::Place,
        status::Tone,
    },
    Document, Header, Tab,
};
use crate::{
    entity::{EntityRef, RawDocument, parse_document, set_field},
    error::{Error, Result},
    http::{AppState, Viewer, author, committer},
    ingest::{Draft, Proposal, Review},
    urls,
};

/// A field that can be changed without writing YAML: its name in the form, where it stands, what it is called.
const FIELDS: [(&str, &str, &str); 6] = [
    ("f_title", "/metadata/title", "Title"),
    ("f_description", "/metadata/description", "Description"),
    ("f_owner", "/spec/owner", "Owner"),
    ("f_type", "/spec/type", "Type"),
    ("f_lifecycle", "/spec/lifecycle", "Lifecycle"),
    ("f_system", "/spec/system", "System"),
];
const ON_ONE_LINE: &str = "It is no text of one line: change it as YAML.";

/// What was filled in.
#[derive(Default, Deserialize)]
pub(super) struct Answers {
    /// `look` or `propose`.
    #[serde(default)]
    intent: String,
    /// The whole document, where it is written as YAML.
    document: Option<String>,
    /// Git's hash of the file the form was made of.
    #[serde(default)]
    blob: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    why: String,
    #[serde(flatten)]
    fields: std::collections::HashMap<String, String>,
}

#[derive(Template)]
#[template(path = "entity/propose.html")]
struct ProposePage {
    shell: Shell,
    header: Header,
    action: String,
    back: String,
    /// The other way to fill it in.
    other_way: String,
    place: Place,
    branch: String,
    blob: String,
    author: String,
    /// The document as text; `None`: in fields.
    document: Option<String>,
    fields: Vec<Field>,
    title: Field,
    why: String,
    /// What is wrong with the whole.
    fault: String,
    checked: Option<Checked>,
}

/// What came of checking.
struct Checked {
    is_good: bool,
    count: usize,
    excerpt: Option<Excerpt>,
    diff: Diff,
}

/// The form with the document as it is at its host now.
pub(super) async fn show(
    State(state): State<AppState>,
    shell: Shell,
    viewer: Viewer,
    EntityPath(entity_ref): EntityPath,
    params: Params,
) -> Result<Response, PageError> {
    let draft = state.ingest.draft(&entity_ref).await?;
    let as_yaml = params.text("as") == "yaml";
    let answers = Answers {
        document: as_yaml.then(|| draft.document().to_owned()),
        blob: draft.blob.clone(),
        ..Answers::default()
    };
    let page = ProposePage::new(&state, &shell, (&viewer, &draft), &answers)?;
    respond::html(&shell, page.render())
}

/// Checks what was filled in; proposes it if asked to and it is good.
pub(super) async fn submit(
    State(state): State<AppState>,
    shell: Shell,
    viewer: Viewer,
    EntityPath(entity_ref): EntityPath,
    Form(answers): Form<Answers>,
) -> Result<Response, PageError> {
    let draft = state.ingest.draft(&entity_ref).await?;
    let mut page = ProposePage::new(&state, &shell, (&viewer, &draft), &answers)?;
    if answers.blob != draft.blob {
        page.blob.clone_from(&draft.blob);
        let told = "The file has changed at its host since this form was made. Compare with what is there now, below, and propose again.";
        return page.refuse(StatusCode::CONFLICT, told);
    }
    let Some(document) = page.written(&draft, &answers) else {
        return page.refuse(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Some fields cannot be changed like this.",
        );
    };
    let review = state.ingest.review(&draft, &document).await?;
    page.checked = Some(Checked::new(&draft, &review, &document));
    if !review.is_changed {
        return page.refuse(StatusCode::UNPROCESSABLE_ENTITY, "Nothing is changed yet.");
    }
    if !review.is_good() {
        return page.refuse(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The document would not be taken as it is: see below.",
        );
    }
    if answers.intent != "propose" {
        return respond::html(&shell, page.render());
    }
    let title = answers.title.trim().to_owned();
    if title.is_empty() || title.contains(['\n', '\r']) {
        "Say in one line what is changed.".clone_into(&mut page.title.fault);
        return page.refuse(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The change needs a title.",
        );
    }
    let proposal = Proposal {
        document,
        title,
        description: answers.why.replace("\r\n", "\n"),
        author: author(&state, &viewer),
        committer: committer(&state),
    };
    match state.ingest.propose(&draft, &proposal).await {
        Ok(opened) => {
            let told = format!("Pull request {} is open: {}", opened.number, opened.web_url);
            Ok(flash::redirect(&source_page(&entity_ref), Tone::Ok, &told))
        }
        Err(Error::Internal(fault)) => Err(Error::Internal(fault).into()),
        // What was written is kept: the host may be well again in a moment.
        Err(fault) => page.refuse(StatusCode::BAD_GATEWAY, &fault.to_string()),
    }
}

fn source_page(entity_ref: &EntityRef) -> String {
    urls::with_query(&urls::entity(entity_ref), &[("view", "yaml")])
}

impl ProposePage {
    fn new(
        state: &AppState,
        shell: &Shell,
        (viewer, draft): (&Viewer, &Draft),
        answers: &Answers,
    ) -> Result<Self> {
        let entity_ref = &draft.entity_ref;
        let catalog = state.catalog.read();
        let document = Document::find(&catalog, entity_ref)
            .ok_or_else(|| Error::NotFound(format!("There is no {entity_ref} in the catalog.")))?;
        let header = Header::new(&catalog, &document, entity_ref, Tab::Source);
        drop(catalog);
        let person = author(state, viewer);
        let action = urls::entity_propose(entity_ref);
        let as_yaml = answers.document.is_some();
        Ok(Self {
            header,
            other_way: urls::with_query(&action, &[("as", if as_yaml { "form" } else { "yaml" })]),
            back: source_page(entity_ref),
            place: Place::new(&draft.location.to_string(), Some(draft.first_line)),
            branch: draft.branch.clone(),
            blob: answers.blob.clone(),
            author: format!("{} <{}>", person.name, person.email),
            document: answers.document.clone(),
            fields: if as_yaml {
                Vec::new()
            } else {
                fields(draft, answers)
            },
            title: Field {
                name: "title",
                label: "What is changed",
                help: "One line: it becomes the title of the pull request.",
                value: if answers.title.is_empty() {
                    format!("Change {}", entity_ref.name())
                } else {
                    answers.title.clone()
                },
                is_required: true,
                ..Field::default()
            },
            why: answers.why.clone(),
            fault: String::new(),
            checked: None,
            shell: shell.clone(),
            action,
        })
    }

    /// The document as it is to be; `None` with the faults beside the fields that cannot be changed like this.
    fn written(&mut self, draft: &Draft, answers: &Answers) -> Option<String> {
        if let Some(document) = &answers.document {
            // Browsers send lines as HTTP ends them.
            return Some(document.replace("\r\n", "\n"));
        }
        let mut document = draft.document().to_owned();
        let mut is_possible = true;
        for (field, (_, pointer, _)) in self.fields.iter_mut().zip(FIELDS) {
            let wanted = Some(field.value.trim()).filter(|value| !value.is_empty());
            if wanted.unwrap_or_default() == text_at(draft.document(), pointer).unwrap_or_default()
            {
                continue;
            }
            match set_field(&document, pointer, wanted) {
                Some(changed) => document = changed,
                None => {
                    ON_ONE_LINE.clone_into(&mut field.fault);
                    is_possible = false;
                }
            }
        }
        is_possible.then_some(document)
    }

    /// Whether it was checked and found good.
    fn is_ready(&self) -> bool {
        self.checked.as_ref().is_some_and(|checked| checked.is_good)
    }

    fn refuse(mut self, status: StatusCode, fault: &str) -> Result<Response, PageError> {
        fault.clone_into(&mut self.fault);
        let shell = self.shell.clone();
        respond::with_status(&shell, status, self.render())
    }
}

fn fields(draft: &Draft, answers: &Answers) -> Vec<Field> {
    let field = |(name, pointer, label): (&'static str, &str, &'static str)| {
        let written = answers.fields.get(name).cloned();
        Field {
            name,
            label,
            value: written
                .unwrap_or_else(|| text_at(draft.document(), pointer).unwrap_or_default()),
            ..Field::default()
        }
    };
    FIELDS.map(field).into()
}

/// The text of a field, trimmed; `None` if it is none.
fn text_at(document: &str, pointer: &str) -> Option<String> {
    let raw = RawDocument {
        text: document,
        first_line: 1,
    };
    let value = parse_document(&raw, false).ok()??;
    let text = value.pointer(pointer)?.as_str()?;
    Some(text.trim().to_owned())
}

impl Checked {
    fn new(draft: &Draft, review: &Review, document: &str) -> Self {
        let all: Vec<&str> = review.text.lines().collect();
        // Nothing at the end of a file has no line of its own: then it is shown at the last.
        let first = (review.first_line as usize).min(all.len().max(1));
        let count = review.lines.max(1) as usize;
        let findings: Vec<Finding<'_>> = review
            .diagnostics
            .iter()
            .map(|diagnostic| Finding {
                diagnostic,
                first,
                last: first + count - 1,
            })
            .collect();
        let excerpt = Excerpt {
            label: "The document as it would be".to_owned(),
            ..Excerpt::new(
                &all,
                Language::Yaml,
                (first, count.min(MAX_LINES)),
                &findings,
            )
        };
        Self {
            is_good: review.is_good(),
            count: findings.len(),
            excerpt: (!findings.is_empty()).then_some(excerpt),
            diff: diff::compare(draft.document(), document),
        }
    }
}
