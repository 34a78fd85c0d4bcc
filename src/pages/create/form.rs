//! One page of a form: shown, answered, checked, and on to the next.

use axum::{Form, extract::State, http::StatusCode, response::Response};

use super::{
    super::{
        error::PageError, flash, params::Params, path::TemplatePath, shell::Shell, status::Tone,
    },
    host_offers::{Asking, HostOffers},
    loaded::Loaded,
    review,
    sitting::Sitting,
    view::id_of,
};
use crate::{
    error::{Error, Result},
    http::{AppState, Viewer},
    scaffolder::{
        draft::Draft,
        form::{AnswerFault, Answers, FormPage, Sent, read_page},
        host_lists::Patience,
    },
    urls,
};

/// The page whose address is `…/review`.
const REVIEW: &str = "review";

/// What the form sent, in its order.
pub(super) type Pairs = Vec<(String, String)>;

/// Answers a page of a form that was begun.
pub(super) async fn show(
    State(state): State<AppState>,
    shell: Shell,
    viewer: Viewer,
    path: TemplatePath,
    params: Params,
) -> Result<Response, PageError> {
    let loaded = Loaded::find(&state, &viewer, &path.template)?;
    let services = state.runs.services();
    if is_run(&state, &path).await? {
        return Ok(flash::see_other(&urls::run(&path.draft)));
    }
    let draft = loaded.draft(services, &path.draft).await?;
    if path.page == REVIEW {
        return review::show(&state, &shell, &viewer, (&loaded, &draft)).await;
    }
    let index = page_index(&loaded, &path.page)?;
    let is_changed = draft.template_etag != loaded.etag;
    let page = &loaded.pages[index];
    let was_answered = draft.answers.progress.done.contains(&index);
    let faults = if params.text("check") == "1" || (is_changed && was_answered) {
        loaded.around(&state, |around| page.faults(&draft.answers, around))?
    } else {
        Vec::new()
    };
    let sitting = Sitting {
        loaded: &loaded,
        answers: &draft.answers,
        index,
        draft: &draft.id,
        faults: &faults,
        from: "",
        brought: "",
        note: if is_changed { CHANGED } else { "" },
    };
    sitting.draw(&state, &shell, StatusCode::OK).await
}

/// Said where a template is not what it was.
pub(super) const CHANGED: &str =
    "The template has changed since you began. Your answers are kept; each page is checked again.";

/// Takes the answers of a page, or starts the run.
pub(super) async fn submit(
    State(state): State<AppState>,
    shell: Shell,
    viewer: Viewer,
    path: TemplatePath,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    let loaded = Loaded::find(&state, &viewer, &path.template)?;
    // The form was sent twice.
    if is_run(&state, &path).await? {
        return Ok(flash::see_other(&urls::run(&path.draft)));
    }
    let draft = loaded.draft(state.runs.services(), &path.draft).await?;
    if intent(&pairs) == "discard" {
        draft.discard(state.runs.services()).await?;
        let told = format!("Your answers to {} are thrown away.", loaded.template.title);
        return Ok(flash::redirect(urls::CREATE, Tone::Ok, &told));
    }
    if path.page == REVIEW {
        return review::submit(&state, &shell, &viewer, (&loaded, &draft), &pairs).await;
    }
    let index = page_index(&loaded, &path.page)?;
    answer(&state, &shell, (&loaded, draft), index, &pairs).await
}

/// Whether a draft has become a run.
async fn is_run(state: &AppState, path: &TemplatePath) -> Result<bool> {
    let run = crate::store::run(&state.store, &path.draft).await?;
    Ok(run.is_some_and(|run| run.template_ref == path.template.as_str()))
}

fn page_index(loaded: &Loaded, page: &str) -> Result<usize> {
    let number: Option<usize> = page.parse().ok();
    let index = number.and_then(|number| number.checked_sub(1));
    index
        .filter(|index| *index < loaded.pages.len())
        .ok_or_else(|| {
            let count = loaded.pages.len();
            Error::NotFound(format!(
                "This form has {count} pages, and none called {page}."
            ))
        })
}

/// Which button was pressed.
pub(super) fn intent(pairs: &Pairs) -> &str {
    value(pairs, "do")
}

/// What the form carries under a name; empty if nothing.
pub(super) fn value<'p>(pairs: &'p Pairs, name: &str) -> &'p str {
    let found = pairs.iter().find(|(key, _)| key == name);
    found.map_or("", |(_, value)| value)
}

/// Takes what was sent for a page into a draft, and leads on: to the next page, or back to this one with what is wrong.
pub(super) async fn answer(
    state: &AppState,
    shell: &Shell,
    (loaded, mut draft): (&Loaded, Draft),
    index: usize,
    pairs: &Pairs,
) -> Result<Response, PageError> {
    let services = state.runs.services();
    let page = &loaded.pages[index];
    read_page(page, &mut draft.answers, &Sent::new(pairs));
    if services.seal.is_none() {
        draft.answers.secrets.clear();
    }
    if draft.template_etag != loaded.etag {
        draft.template_etag.clone_from(&loaded.etag);
        draft.answers.progress.done.clear();
    }
    if let Some(name) = intent(pairs).strip_prefix("lookup:") {
        look_up(state, loaded, &draft.answers, (page, name)).await;
    }
    if let Some(to) = aside(loaded, &mut draft, index, intent(pairs)) {
        draft.save(services).await?;
        return Ok(flash::see_other(&to));
    }
    draft.answers.close_gaps();
    let mut faults = loaded.around(state, |around| page.faults(&draft.answers, around))?;
    if faults.is_empty() {
        draft.answers.progress.done.insert(index);
    } else {
        draft.answers.progress.done.remove(&index);
    }
    match draft.save(services).await {
        Err(Error::Input(told)) => faults.push(AnswerFault {
            pointer: String::new(),
            label: String::new(),
            message: told,
        }),
        saved => saved?,
    }
    if faults.is_empty() {
        let next = match index + 1 {
            next if next < loaded.pages.len() => {
                urls::draft_page(&loaded.entity_ref, &draft.id, next)
            }
            _ => urls::draft_review(&loaded.entity_ref, &draft.id),
        };
        return Ok(flash::see_other(&next));
    }
    let sitting = Sitting {
        loaded,
        answers: &draft.answers,
        index,
        draft: &draft.id,
        faults: &faults,
        from: "",
        brought: "",
        note: "",
    };
    sitting
        .draw(state, shell, StatusCode::UNPROCESSABLE_ENTITY)
        .await
}

/// Asks a host what it offers for a control, so that the page that is drawn next has it at hand.
async fn look_up(
    state: &AppState,
    loaded: &Loaded,
    answers: &Answers,
    (page, name): (&FormPage, &str),
) {
    let asking = Asking {
        state,
        loaded,
        answers,
    };
    let fields = page.fields(answers);
    HostOffers::ask(asking, &fields, Some(&id_of(name)), Patience::Asked).await;
}

/// What buttons do that check nothing: where to go then. `None` for the button that goes on.
fn aside(loaded: &Loaded, draft: &mut Draft, index: usize, intent: &str) -> Option<String> {
    let here = urls::draft_page(&loaded.entity_ref, &draft.id, index);
    match intent.split_once(':').unwrap_or((intent, "")) {
        ("add", list) => {
            draft.answers.add_item(list);
            Some(format!("{here}#{}", id_of(list)))
        }
        ("remove", item) => {
            draft.answers.remove_item(item);
            let list = item.rsplit_once('/').map_or("", |(list, _)| list);
            Some(format!("{here}#{}", id_of(list)))
        }
        ("lookup", name) => Some(format!("{here}#{}", id_of(name))),
        ("update", _) => Some(format!("{here}#fields")),
        ("back", _) => {
            let before = index.saturating_sub(1);
            Some(urls::draft_page(&loaded.entity_ref, &draft.id, before))
        }
        _ => None,
    }
}
