//! The last page before a run: the answers, what would be made and how it can be taken back, the files.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use serde_json::{Map, Value};

use super::{
    super::{
        code::Prose, error::PageError, flash, planned::in_words, respond, shell::Shell,
        status::Tone,
    },
    answered::{Answered, Shown as Answer},
    credentials::{self, repo_urls},
    files::{self, Place, Shown},
    form::{CHANGED, Pairs, value},
    loaded::{Loaded, task_user},
    sitting::{About, StepLink, steps},
};
use crate::{
    entity::EntityRef,
    error::{Error, Result},
    http::{AppState, Viewer},
    scaffolder::{
        NewRun,
        draft::Draft,
        dry_run::{DryRunFault, check_values},
        effects::Undo,
        form::{Answers, final_values},
        preview::{PlannedStep, Preview, preview},
        schema::faults,
        spec::TaskSpec,
    },
    urls,
};

#[derive(Template)]
#[template(path = "create/review.html")]
struct ReviewPage {
    shell: Shell,
    about: About,
    steps: Vec<StepLink>,
    action: String,
    etag: String,
    /// Whether there is a draft to throw away.
    is_draft: bool,
    /// What must be mended before anything is made.
    problems: Vec<Problem>,
    note: Prose,
    /// What would go wrong.
    warnings: Vec<String>,
    pages: Vec<Answered>,
    effects: Vec<EffectView>,
    places: Vec<Place>,
    stopped: Option<String>,
    create: String,
    back: Option<(String, String)>,
}

/// A fault, and the page it is on.
#[derive(Clone)]
struct Problem {
    href: Option<String>,
    text: String,
}

/// Something that would be made.
struct EffectView {
    what: String,
    step: String,
    /// How it is taken back, or why it stays.
    undo: String,
    can_undo: bool,
}

/// A form that is about to be sent.
struct Ready<'a> {
    loaded: &'a Loaded,
    draft: &'a Draft,
    is_saved: bool,
    is_changed: bool,
    values: Map<String, Value>,
    problems: Vec<Problem>,
}

/// Shows what a draft would make; sends on to a page that was not answered yet.
pub(super) async fn show(
    state: &AppState,
    shell: &Shell,
    viewer: &Viewer,
    (loaded, draft): (&Loaded, &Draft),
) -> Result<Response, PageError> {
    let done = &draft.answers.progress.done;
    let is_changed = draft.template_etag != loaded.etag;
    let missing = (0..loaded.pages.len()).find(|index| !done.contains(index));
    if let Some(index) = missing {
        let page = urls::draft_page(&loaded.entity_ref, &draft.id, index);
        return Ok(flash::see_other(&page));
    }
    let mut ready = Ready::new(state, loaded, draft)?;
    ready.is_changed = is_changed;
    let page = ready.page(state, shell, viewer).await?;
    respond::html(shell, page.render())
}

/// The same for a template that asks nothing, where no draft is needed.
pub(super) async fn show_unsaved(
    state: &AppState,
    shell: &Shell,
    viewer: &Viewer,
    (loaded, draft): (&Loaded, &Draft),
) -> Result<Response, PageError> {
    let mut ready = Ready::new(state, loaded, draft)?;
    ready.is_saved = false;
    let page = ready.page(state, shell, viewer).await?;
    respond::html(shell, page.render())
}

/// Starts the run, if nothing is wrong and the template is still what was looked at.
pub(super) async fn submit(
    state: &AppState,
    shell: &Shell,
    viewer: &Viewer,
    (loaded, draft): (&Loaded, &Draft),
    pairs: &Pairs,
) -> Result<Response, PageError> {
    let mut ready = Ready::new(state, loaded, draft)?;
    ready.is_changed = value(pairs, "etag") != loaded.etag;
    if !ready.problems.is_empty() || ready.is_changed {
        let page = ready.page(state, shell, viewer).await?;
        let status = if ready.is_changed {
            StatusCode::CONFLICT
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        return respond::with_status(shell, status, page.render());
    }
    let user = task_user(state, viewer)?;
    let secrets = draft.answers.secrets.iter();
    let new = NewRun {
        spec: TaskSpec::new(&loaded.entity, &ready.values, &user)?,
        secrets: secrets
            .map(|(name, text)| (name.clone(), text.as_str().into()))
            .collect(),
        created_by: user.entity_ref,
    };
    state.runs.start_once(&draft.id, new).await?;
    draft.discard(state.runs.services()).await?;
    let told = format!("{} has begun.", loaded.template.title);
    Ok(flash::redirect(&urls::run(&draft.id), Tone::Ok, &told))
}

impl<'a> Ready<'a> {
    fn new(state: &AppState, loaded: &'a Loaded, draft: &'a Draft) -> Result<Self> {
        let answers = &draft.answers;
        let mut problems = Vec::new();
        for (index, page) in loaded.pages.iter().enumerate() {
            let faults = loaded.around(state, |around| page.faults(answers, around))?;
            let href = urls::draft_page(&loaded.entity_ref, &draft.id, index) + "?check=1";
            problems.extend(faults.into_iter().map(|fault| Problem {
                text: match fault.label.as_str() {
                    "" => format!("{}: {}", page.title, fault.message),
                    label => format!("{label}: {}", fault.message),
                },
                href: Some(href.clone()),
            }));
        }
        let values = final_values(&loaded.pages, answers);
        if problems.is_empty() {
            problems = refused(loaded, &values, answers)?;
        }
        Ok(Self {
            loaded,
            draft,
            is_saved: true,
            is_changed: false,
            values,
            problems,
        })
    }

    async fn page(&self, state: &AppState, shell: &Shell, viewer: &Viewer) -> Result<ReviewPage> {
        let loaded = self.loaded;
        let preview = self.preview(state, viewer).await?;
        let entity_ref = &loaded.entity_ref;
        let answers = &self.draft.answers;
        let buttons = loaded.template.presentation.clone().unwrap_or_default();
        let or =
            |text: Option<String>, otherwise: &str| text.unwrap_or_else(|| otherwise.to_owned());
        let at = |index| urls::draft_page(entity_ref, &self.draft.id, index);
        let pages = loaded.pages.iter().enumerate();
        let effects = preview.effects.iter();
        let last = loaded.pages.len().checked_sub(1);
        Ok(ReviewPage {
            shell: shell.clone(),
            about: About::new(loaded),
            steps: steps(loaded, &self.draft.id, answers, None),
            action: if self.is_saved {
                urls::draft_review(entity_ref, &self.draft.id)
            } else {
                urls::create(entity_ref)
            },
            etag: loaded.etag.clone(),
            is_draft: self.is_saved,
            problems: self.problems.clone(),
            note: Prose::new(if self.is_changed { CHANGED } else { "" }),
            warnings: credentials::warnings(state, &loaded.pages, answers),
            pages: pages
                .map(|(index, page)| Answered::new(page, answers, at(index)))
                .collect(),
            effects: effects.map(|effect| self.effect(effect)).collect(),
            places: files::places(&preview, |id| step_name(loaded, id)),
            stopped: preview.stopped,
            create: or(buttons.create_button_text, "Create"),
            back: last.map(|index| (at(index), or(buttons.back_button_text, "Back"))),
        })
    }

    fn effect(&self, planned: &PlannedStep) -> EffectView {
        let name = |id: &str| step_name(self.loaded, id);
        let mut what = in_words(&planned.what, name, |_| None);
        for url in repo_urls(&self.loaded.pages, &self.draft.answers) {
            what = what.replace(&url.text(), &url.readable());
        }
        let (undo, can_undo) = match &planned.undo {
            Undo::By(how) => (how.clone(), true),
            Undo::None(why) => (why.clone(), false),
        };
        EffectView {
            what,
            step: name(&planned.step_id),
            undo,
            can_undo,
        }
    }

    /// What would be made; nothing is looked at while something is wrong with the answers.
    async fn preview(&self, state: &AppState, viewer: &Viewer) -> Result<Preview> {
        if !self.problems.is_empty() {
            return Ok(Preview::default());
        }
        let user = task_user(state, viewer)?;
        let spec = TaskSpec::new(&self.loaded.entity, &self.values, &user)?;
        let named = user.entity_ref.as_deref().map(EntityRef::from_canonical);
        let services = state.runs.services();
        preview(services, state.runs.actions(), &spec, named.as_ref()).await
    }
}

/// What Backstage's checks refuse, though no page does: fields that no page asks, secrets.
fn refused(
    loaded: &Loaded,
    values: &Map<String, Value>,
    answers: &Answers,
) -> Result<Vec<Problem>> {
    let problem = |stack: &str| Problem {
        text: format!("The template refuses these answers: {stack}."),
        href: None,
    };
    let mut problems = Vec::new();
    match check_values(&loaded.entity, values) {
        Ok(()) => {}
        Err(DryRunFault::Error(fault)) => return Err(fault),
        Err(DryRunFault::Values(found)) => {
            problems.extend(found.iter().map(|fault| problem(&fault.stack)));
        }
    }
    if let Some(schema) = &loaded.template.secrets_schema {
        let secrets = serde_json::to_value(&answers.secrets).map_err(Error::internal)?;
        let found = faults(schema, &secrets)?;
        problems.extend(found.iter().map(|fault| Problem {
            text: format!(
                "The template needs a secret that its form does not ask for, or another one: {}.",
                fault.stack.replacen("instance", "secrets", 1)
            ),
            href: None,
        }));
    }
    Ok(problems)
}

fn step_name(loaded: &Loaded, id: &str) -> String {
    let step = loaded.template.steps.iter().find(|step| step.id == id);
    step.map_or_else(|| id.to_owned(), |step| step.name.clone())
}
