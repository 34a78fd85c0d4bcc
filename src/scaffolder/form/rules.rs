//! What the standard fields refuse beyond the schema: names, tags, entities and addresses.

use serde_json::Value;

use super::{
    answers::Answers,
    fault::AnswerFault,
    field::{Control, Field, all_fields},
    picker::{EntityPicker, Picker, Whose},
    repo_url::{RepoUrl, RepoUrlOptions},
};
use crate::{
    catalog::{Filter, Snapshot},
    entity::{ScmHost, is_entity_name, is_tag},
};

/// What a form is filled in with at hand. Holds the catalog's lock: never keep one over an await.
pub struct Surroundings<'a> {
    /// The catalog.
    pub catalog: &'a Snapshot<'a>,
    /// Ref of the user; empty if nobody said who they are.
    pub user_ref: &'a str,
    /// In whose name they own things.
    pub ownership_refs: &'a [String],
    /// The product of a host, by `host` or `host:port`; `None` for a host without an integration.
    pub product: &'a dyn Fn(&str) -> Option<ScmHost>,
}

impl Surroundings<'_> {
    /// Everything a picker lets pick.
    pub(super) fn filter(&self, picker: &EntityPicker) -> Filter {
        let own = |key: &str, refs: Vec<String>| Filter::In(key.to_owned(), refs);
        let whose = match picker.whose {
            Whose::Anybodys => Filter::All,
            Whose::Mine => {
                let refs = self.ownership_refs.iter();
                own(
                    "relations.ownedby",
                    refs.map(|one| one.to_lowercase()).collect(),
                )
            }
            Whose::MyGroups => own("relations.hasmember", vec![self.user_ref.to_lowercase()]),
        };
        picker.filter.clone().and(whose)
    }

    fn has(&self, picker: &EntityPicker, entity_ref: &str) -> bool {
        let refs = [entity_ref.to_owned()];
        let found = self.catalog.entities_by_refs(&refs, &self.filter(picker));
        found.iter().any(Option::is_some)
    }
}

/// What the fields refuse of the answers there are.
pub(super) fn faults(
    fields: &[Field],
    answers: &Answers,
    around: &Surroundings<'_>,
) -> Vec<AnswerFault> {
    let answered = all_fields(fields).filter_map(|field| {
        let answer = answers.value(&field.pointer).and_then(Value::as_str)?;
        let refused = refused(field, answer, around)?;
        Some(AnswerFault::of(field, refused))
    });
    answered.collect()
}

fn refused(field: &Field, answer: &str, around: &Surroundings<'_>) -> Option<String> {
    match &field.control {
        Control::Secret { is_kept: false } => {
            Some("Fill this in again: secrets are not kept for another run.".to_owned())
        }
        Control::RepoUrl { url, options } => refused_url(url, options, around),
        Control::Pick { picker, .. } => refused_pick(picker, answer, around),
        _ => None,
    }
}

fn refused_pick(picker: &Picker, answer: &str, around: &Surroundings<'_>) -> Option<String> {
    let is_refused = match picker {
        Picker::EntityName => !is_entity_name(answer),
        Picker::Tag { .. } => !is_tag(answer),
        Picker::RepoOwner { excluded, .. } => excluded.iter().any(|owner| owner == answer),
        Picker::Entity(entity) => !entity.allows_others && !around.has(entity, answer),
        Picker::Branch => answer.chars().any(|c| c.is_whitespace() || c.is_control()),
    };
    let told = match picker {
        Picker::EntityName => {
            "Use up to 63 letters, digits, “-”, “_” and “.”, a letter or digit first and last."
        }
        Picker::Tag { .. } => {
            "Use up to 63 small letters, digits, “:”, “+” and “#”, in parts separated by “-”."
        }
        Picker::RepoOwner { .. } => "The template does not let this owner be chosen.",
        Picker::Entity(_) => {
            "Choose one that is offered: the catalog has nothing fitting of this name."
        }
        Picker::Branch => "The name of a branch has no blanks.",
    };
    is_refused.then(|| told.to_owned())
}

fn refused_url(
    url: &RepoUrl,
    options: &RepoUrlOptions,
    around: &Surroundings<'_>,
) -> Option<String> {
    let text = url.text();
    if text.is_empty() {
        return None;
    }
    if !options.allows_host(&url.host) {
        return Some(format!(
            "The host must be one of {}.",
            options.hosts.join(", ")
        ));
    }
    let product = (around.product)(&url.host);
    if product.is_none() {
        return Some(format!(
            "The portal does not know the host “{}”. Choose one that is offered, or have it added under `integrations` in app-config.yaml.",
            url.host
        ));
    }
    let faults = url.faults(product, options);
    let told: Vec<String> = faults.into_iter().map(|(_, told)| told).collect();
    (!told.is_empty()).then(|| told.join(" "))
}
