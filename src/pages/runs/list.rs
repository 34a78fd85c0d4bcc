//! Runs as rows of a list.

use super::{
    super::{author::Author, duration, link::EntityLink, moment::Moment, status::Status},
    answers::{Questions, brief, form},
    status::of_run,
};
use crate::{
    catalog::Snapshot,
    clock::UnixMillis,
    entity::EntityRef,
    error::Result,
    http::{ANONYMOUS, AppState},
    scaffolder::spec::TaskSpec,
    store::{self, Run, RunFilter, RunStatus},
    urls,
};

/// Runs of somebody that need them: no more are named on the home page.
const MAX_MINE: u32 = 8;
/// A run that failed longer ago needs nobody any more.
const FAILED_MS: i64 = 7 * 24 * 3_600_000;

/// A run in a list.
#[derive(Debug, Clone)]
pub(in crate::pages) struct RunRow {
    pub(in crate::pages) href: String,
    /// The title of its template.
    pub(in crate::pages) title: String,
    /// The first answers.
    pub(in crate::pages) brief: String,
    pub(in crate::pages) status: Status,
    pub(in crate::pages) by: Author,
    pub(in crate::pages) at: Moment,
    pub(in crate::pages) took: String,
    /// The run it takes back.
    pub(in crate::pages) undoes: Option<String>,
}

impl RunRow {
    /// Ready to show.
    pub(super) fn new(catalog: &Snapshot<'_>, run: &Run, now: UnixMillis) -> Self {
        let template = EntityRef::from_canonical(&run.template_ref);
        let took = run.ended_at.map(|ended| ended.0 - run.created_at.0);
        Self {
            href: urls::run(&run.id),
            title: EntityLink::find(catalog, &template).text,
            brief: briefly(catalog, run),
            status: of_run(run),
            by: Author::new(catalog, run.created_by.as_deref().unwrap_or(ANONYMOUS)),
            at: Moment::new(run.created_at, now),
            took: took.map(duration::spoken).unwrap_or_default(),
            undoes: run.undoes.as_deref().map(urls::run),
        }
    }
}

fn briefly(catalog: &Snapshot<'_>, run: &Run) -> String {
    let Ok(spec) = TaskSpec::parse(&run.spec) else {
        return String::new();
    };
    let form = form(catalog, &run.template_ref);
    let questions = form.as_deref().map(Questions::new);
    brief(questions.as_ref(), &spec)
}

/// The runs of somebody that go on, wait or have failed lately, newest first.
pub(in crate::pages) async fn mine(
    state: &AppState,
    user: &str,
    now: UnixMillis,
) -> Result<Vec<RunRow>> {
    let filter = |status: &[RunStatus], since| RunFilter {
        created_by: vec![user.to_owned()],
        status: status.iter().map(|one| one.as_str().to_owned()).collect(),
        since,
        with_undo_runs: true,
        ..RunFilter::default()
    };
    let open = [RunStatus::Waiting, RunStatus::Processing, RunStatus::Open];
    let open = filter(&open, None);
    let (mut runs, _) = store::runs(&state.store, &open, 0, Some(MAX_MINE)).await?;
    let failed = filter(&[RunStatus::Failed], Some(UnixMillis(now.0 - FAILED_MS)));
    let (failed, _) = store::runs(&state.store, &failed, 0, Some(MAX_MINE)).await?;
    runs.extend(failed.into_iter().filter(|run| !run.cancel_requested));
    let catalog = state.catalog.read();
    let rows = runs.iter().take(MAX_MINE as usize);
    Ok(rows.map(|run| RunRow::new(&catalog, run, now)).collect())
}
