//! A page of a form as it is drawn: its questions, what is wrong, the way through all pages.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use super::{
    super::{code::Prose, error::PageError, respond, shell::Shell},
    field::Drawing,
    host_offers::{Asking, HostOffers},
    loaded::Loaded,
    rich::Rich,
    view::{FieldView, id_of},
};
use crate::{
    http::AppState,
    scaffolder::{
        form::{AnswerFault, Answers, FormPage},
        host_lists::Patience,
        makes,
    },
    urls,
};

#[derive(Template)]
#[template(path = "create/form.html", blocks = ["questions"])]
struct FormPageView {
    shell: Shell,
    about: About,
    title: String,
    lead: Rich,
    steps: Vec<StepLink>,
    fields: Vec<FieldView>,
    summary: Vec<SummaryLine>,
    /// What is to be said about the whole form; may be empty.
    note: Prose,
    sent: Carried,
    next: String,
    back: Option<String>,
}

/// What is the same on all pages of a form.
pub(super) struct About {
    pub(super) title: String,
    pub(super) description: Rich,
    pub(super) href: String,
    pub(super) form: String,
    pub(super) makes: String,
}

/// A page of the form, in the list of all.
pub(super) struct StepLink {
    pub(super) label: String,
    /// `None`: it is not its turn yet.
    pub(super) href: Option<String>,
    pub(super) is_current: bool,
    pub(super) is_done: bool,
}

/// A fault, with the field it leads to.
struct SummaryLine {
    href: String,
    text: String,
}

/// What the form carries beside the answers.
struct Carried {
    action: String,
    look: String,
    page: usize,
    draft: String,
    from: String,
    brought: String,
}

/// A form that is being filled in, and where one is in it.
pub(super) struct Sitting<'a> {
    pub(super) loaded: &'a Loaded,
    pub(super) answers: &'a Answers,
    /// From 0.
    pub(super) index: usize,
    /// Id of its draft; empty: there is none yet.
    pub(super) draft: &'a str,
    pub(super) faults: &'a [AnswerFault],
    /// The run it repeats; may be empty.
    pub(super) from: &'a str,
    /// The answers its address brought; may be empty.
    pub(super) brought: &'a str,
    pub(super) note: &'a str,
}

impl About {
    pub(super) fn new(loaded: &Loaded) -> Self {
        Self {
            title: loaded.template.title.clone(),
            description: Rich::new(loaded.template.description.as_deref().unwrap_or_default()),
            href: urls::entity(&loaded.entity_ref),
            form: urls::create(&loaded.entity_ref),
            makes: makes(&loaded.template),
        }
    }
}

impl Sitting<'_> {
    fn page(&self) -> Option<&FormPage> {
        self.loaded.pages.get(self.index)
    }

    async fn view(&self, state: &AppState, shell: &Shell) -> FormPageView {
        let page = self.page();
        let fields = page.map_or_else(Vec::new, |page| page.fields(self.answers));
        let asking = Asking {
            state,
            loaded: self.loaded,
            answers: self.answers,
        };
        let offers = HostOffers::ask(asking, &fields, None, Patience::Page).await;
        let drawing = Drawing {
            state,
            loaded: self.loaded,
            faults: self.faults,
            offers: &offers,
        };
        let entity_ref = &self.loaded.entity_ref;
        let buttons = self
            .loaded
            .template
            .presentation
            .clone()
            .unwrap_or_default();
        let or =
            |text: Option<String>, otherwise: &str| text.unwrap_or_else(|| otherwise.to_owned());
        let is_last = self.index + 1 >= self.loaded.pages.len();
        FormPageView {
            shell: shell.clone(),
            about: About::new(self.loaded),
            title: page.map_or_else(String::new, |page| page.title.clone()),
            lead: Rich::new(page.map_or("", |page| &page.description)),
            steps: steps(self.loaded, self.draft, self.answers, Some(self.index)),
            fields: drawing.fields(&fields),
            summary: self.faults.iter().map(SummaryLine::new).collect(),
            note: Prose::new(self.note),
            sent: Carried {
                action: match self.draft {
                    "" => urls::create(entity_ref),
                    draft => urls::draft_page(entity_ref, draft, self.index),
                },
                look: urls::template_look(entity_ref),
                page: self.index,
                draft: self.draft.to_owned(),
                from: self.from.to_owned(),
                brought: self.brought.to_owned(),
            },
            next: if is_last {
                or(buttons.review_button_text, "Review")
            } else {
                "Continue".to_owned()
            },
            back: (self.index > 0).then(|| or(buttons.back_button_text, "Back")),
        }
    }

    /// The whole page.
    pub(super) async fn draw(
        &self,
        state: &AppState,
        shell: &Shell,
        status: StatusCode,
    ) -> Result<Response, PageError> {
        respond::with_status(shell, status, self.view(state, shell).await.render())
    }

    /// The questions alone.
    pub(super) async fn draw_questions(
        &self,
        state: &AppState,
        shell: &Shell,
    ) -> Result<Response, PageError> {
        respond::html(shell, self.view(state, shell).await.as_questions().render())
    }
}

impl SummaryLine {
    fn new(fault: &AnswerFault) -> Self {
        let label = fault.label.as_str();
        Self {
            href: match fault.pointer.as_str() {
                "" => "#fields".to_owned(),
                pointer => format!("#{}", id_of(pointer)),
            },
            text: match label {
                "" => fault.message.clone(),
                label => format!("{label}: {}", fault.message),
            },
        }
    }
}

/// The pages of a form and its review, with where one is; `None`: in the review.
pub(super) fn steps(
    loaded: &Loaded,
    draft: &str,
    answers: &Answers,
    current: Option<usize>,
) -> Vec<StepLink> {
    let done = &answers.progress.done;
    let is_reachable = |index: usize| !draft.is_empty() && (0..index).all(|i| done.contains(&i));
    let pages = loaded.pages.iter().enumerate();
    let mut steps: Vec<StepLink> = pages
        .map(|(index, page)| StepLink {
            label: page.title.clone(),
            href: is_reachable(index).then(|| urls::draft_page(&loaded.entity_ref, draft, index)),
            is_current: current == Some(index),
            is_done: done.contains(&index),
        })
        .collect();
    steps.push(StepLink {
        label: "Review".to_owned(),
        href: is_reachable(loaded.pages.len())
            .then(|| urls::draft_review(&loaded.entity_ref, draft)),
        is_current: current.is_none(),
        is_done: false,
    });
    steps
}
