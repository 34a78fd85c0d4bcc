//! The page of one run: what it is, what it needs, its steps with their log, what came of it.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{
    super::{
        author::Author, error::PageError, link::EntityLink, moment::Moment, respond, shell::Shell,
    },
    actions::Actions,
    answers::{self, Answer},
    asked::Asked,
    effects::{Source, commit_of_address},
    line::LogLine,
    loaded::Loaded,
    log::Tail,
    rest::Rest,
    state,
    steps::{self, StepView},
};
use crate::{
    catalog::Snapshot,
    entity::EntityRef,
    error::Result,
    http::{ANONYMOUS, AppState},
    store::RunStatus,
    urls,
};

#[derive(Template)]
#[template(path = "runs/run.html")]
struct RunPage {
    shell: Shell,
    head: Head,
    actions: Actions,
    state: state::State,
    steps: Vec<StepView>,
    /// What no step said.
    lines: Vec<LogLine>,
    rest: Rest,
    /// Whether what came of it is what one comes for.
    is_completed: bool,
    answers: Vec<Answer>,
    log_href: String,
    is_cut: bool,
    /// The stream of what happens, where something still does.
    live: Option<String>,
    is_live: bool,
}

/// What a run is.
struct Head {
    title: String,
    template: EntityLink,
    template_title: String,
    /// The commit its template was read at.
    commit: Option<Source>,
    by: Author,
    at: Moment,
    id: String,
    /// The run it takes back.
    undoes: Option<String>,
}

/// Answers [`crate::urls::RUN`].
pub(super) async fn page(
    State(state): State<AppState>,
    shell: Shell,
    asked: Asked,
) -> Result<Response, PageError> {
    let loaded = Loaded::read(&state, &asked.run.id).await?;
    let tail = Tail::read(&state, &asked.run.id, &loaded.steps).await?;
    let page = RunPage::new(shell.clone(), &state, &loaded, tail);
    respond::html(&shell, page.render())
}

impl RunPage {
    fn new(shell: Shell, state: &AppState, loaded: &Loaded, mut tail: Tail) -> Self {
        let catalog = state.catalog.read();
        let id = loaded.run.id.clone();
        let head = Head::new(state, &catalog, loaded, &shell);
        let live = urls::with_query(
            &urls::run_part(&id, "live"),
            &[("after", &tail.last.to_string())],
        );
        Self {
            actions: Actions::new(loaded),
            state: state::State::new(loaded, shell.now),
            steps: steps::views(loaded, &mut tail, shell.now),
            lines: tail.lines.remove("run-log").unwrap_or_default(),
            rest: Rest::new(state, &catalog, loaded),
            is_completed: loaded.run.status == RunStatus::Completed,
            answers: answers::answers(&catalog, &loaded.spec),
            log_href: urls::run_part(&id, "log"),
            is_cut: tail.is_cut,
            live: loaded.is_followed().then_some(live),
            is_live: loaded.is_live(),
            head,
            shell,
        }
    }
}

impl Head {
    fn new(state: &AppState, catalog: &Snapshot<'_>, loaded: &Loaded, shell: &Shell) -> Self {
        let run = &loaded.run;
        let template = EntityLink::find(catalog, &EntityRef::from_canonical(&run.template_ref));
        let title = template.text.clone();
        Self {
            title: match &run.undoes {
                Some(_) => format!("Take back: {title}"),
                None => title.clone(),
            },
            template_title: title,
            template,
            commit: template_source(state, loaded),
            by: Author::new(catalog, run.created_by.as_deref().unwrap_or(ANONYMOUS)),
            at: Moment::new(run.created_at, shell.now),
            id: run.id.clone(),
            undoes: run.undoes.as_deref().map(urls::run),
        }
    }
}

/// The template's file, at its commit.
fn template_source(state: &AppState, loaded: &Loaded) -> Option<Source> {
    let commit = loaded.run.template_commit.clone()?;
    let location = loaded.spec.location()?;
    let address = location.strip_prefix("url:").unwrap_or(location);
    Some(Source {
        href: commit_of_address(state, address, &commit),
        address: address.to_owned(),
        commit,
    })
}
