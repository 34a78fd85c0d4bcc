//! Looks at answers while they are typed, and keeps nothing: what is wrong with them, what else is asked because of
//! them, what is offered for what was typed so far.

use askama::Template;
use axum::{Form, extract::State, response::Response};

use super::{
    super::{error::PageError, flash, path::TemplatePath, respond, shell::Shell},
    control::OFFERED,
    form::{Pairs, value},
    host_offers::{Asking, HostOffers},
    loaded::Loaded,
    sitting::Sitting,
    view::{Offer, id_of},
};
use crate::{
    error::Error,
    http::{AppState, Viewer},
    scaffolder::{
        form::{
            AnswerFault, Answers, Control, Field, FormPage, Sent, all_fields, read_page,
            suggestions,
        },
        host_lists::Patience,
    },
    urls,
};

/// What is wrong, beside each field; says nothing of fields that are empty still.
#[derive(Template)]
#[template(
    source = r#"{% if faults.is_empty() %}Nothing is wrong so far.{% else %}{{ faults.len() }} to correct.{% endif %}{% for (id, message) in slots %}<p class="fault" id="{{ id }}-fault" hx-swap-oob="true">{{ message }}</p>{% endfor %}"#,
    ext = "html"
)]
struct Checked {
    faults: Vec<AnswerFault>,
    slots: Vec<(String, String)>,
}

#[derive(Template)]
#[template(
    source = r#"{% for offer in offers %}<option value="{{ offer.value }}"{% if !offer.label.is_empty() %} label="{{ offer.label }}"{% endif %}></option>{% endfor %}{% if let Some((id, why)) = lookup %}<p class="help offered" id="{{ id }}-offered" role="status" hx-swap-oob="true">{{ why }}</p>{% endif %}"#,
    ext = "html"
)]
struct Offers {
    offers: Vec<Offer>,
    /// Where a Git host was asked: the control, and why it offers nothing.
    lookup: Option<(String, String)>,
}

/// Answers [`urls::TEMPLATE_LOOK`], for htmx alone.
pub(super) async fn look(
    State(state): State<AppState>,
    shell: Shell,
    viewer: Viewer,
    path: TemplatePath,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    let loaded = Loaded::find(&state, &viewer, &path.template)?;
    if !shell.is_fragment() {
        return Ok(flash::see_other(&urls::create(&loaded.entity_ref)));
    }
    let draft = value(&pairs, "draft");
    let (from, brought) = (value(&pairs, "from"), value(&pairs, "formData"));
    let mut answers = if draft.is_empty() {
        loaded.first_answers(&state, from, brought).await?
    } else {
        loaded.draft(state.runs.services(), draft).await?.answers
    };
    let index: usize = value(&pairs, "page").parse().unwrap_or(0);
    let page = loaded.pages.get(index).ok_or_else(|| {
        Error::NotFound("The template has changed, and has no such page any more.".to_owned())
    })?;
    read_page(page, &mut answers, &Sent::new(&pairs));
    if shell.wants("fields") {
        let sitting = Sitting {
            loaded: &loaded,
            answers: &answers,
            index,
            draft,
            faults: &[],
            from,
            brought,
            note: "",
        };
        return sitting.draw_questions(&state, &shell).await;
    }
    match value(&pairs, "offers") {
        "" => checked(&state, &shell, &loaded, (page, &answers)),
        id => {
            let asking = Asking {
                state: &state,
                loaded: &loaded,
                answers: &answers,
            };
            let offers = offers(asking, &page.fields(&answers), id).await;
            respond::html(&shell, offers.render())
        }
    }
}

fn checked(
    state: &AppState,
    shell: &Shell,
    loaded: &Loaded,
    (page, answers): (&FormPage, &Answers),
) -> Result<Response, PageError> {
    let mut faults = loaded.around(state, |around| page.faults(answers, around))?;
    faults.retain(|fault| answers.value(&fault.pointer).is_some());
    let fields = page.fields(answers);
    let is_shown =
        |field: &&Field| !field.pointer.is_empty() && !matches!(field.control, Control::Hidden(_));
    let slots = all_fields(&fields).filter(is_shown).map(|field| {
        let fault = faults.iter().find(|fault| fault.pointer == field.pointer);
        let message = fault.map_or_else(String::new, |fault| fault.message.clone());
        (id_of(&field.pointer), message)
    });
    let checked = Checked {
        slots: slots.collect(),
        faults: faults.clone(),
    };
    respond::html(shell, checked.render())
}

async fn offers(asking: Asking<'_>, fields: &[Field], id: &str) -> Offers {
    let hosts = HostOffers::ask(asking, fields, Some(id), Patience::Asked).await;
    if let Some(found) = hosts.at(fields, id) {
        return Offers {
            offers: found.offers,
            lookup: Some((id.to_owned(), found.why_none)),
        };
    }
    let asked = all_fields(fields).find(|field| id_of(&field.pointer) == id);
    let offers = match asked.map(|field| &field.control) {
        Some(Control::Pick { picker, value, .. }) => {
            // What was typed is a name, which may have become a whole ref already.
            let term = value.rsplit(['/', ':']).next().unwrap_or_default();
            let (found, _) = asking.loaded.around(asking.state, |around| {
                suggestions(picker, term, OFFERED, around)
            });
            found.into_iter().map(Offer::from).collect()
        }
        _ => Vec::new(),
    };
    Offers {
        offers,
        lookup: None,
    }
}
