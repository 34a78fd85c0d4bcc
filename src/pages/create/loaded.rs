//! A template and who fills in its form: what every page of the form begins with.

use serde_json::{Map, Value};

use crate::{
    catalog::Snapshot,
    entity::EntityRef,
    error::{Error, Result},
    http::{AppState, Viewer},
    scaffolder::{
        Services, TemplateEntity,
        draft::{Draft, draft, template_etag},
        form::{Answers, FormPage, Surroundings, all_fields, pages},
        spec::TaskUser,
    },
};

/// Longest list of answers an address may bring, in bytes.
const MAX_BROUGHT: usize = 64 * 1024;

/// A template, ready to be filled in by somebody.
pub(super) struct Loaded {
    /// Its ref.
    pub(super) entity_ref: EntityRef,
    /// As the catalog has it.
    pub(super) entity: Value,
    /// As the scaffolder reads it.
    pub(super) template: TemplateEntity,
    /// Its pages.
    pub(super) pages: Vec<FormPage>,
    /// Tells whether it has changed.
    pub(super) etag: String,
    /// Whose drafts these are.
    pub(super) user_ref: String,
    ownership_refs: Vec<String>,
}

impl Loaded {
    /// The template an address names. [`Error::NotFound`] if there is none.
    pub(super) fn find(state: &AppState, viewer: &Viewer, named: &EntityRef) -> Result<Self> {
        let json = state.catalog.read().entity(named.as_str());
        let json = json.ok_or_else(|| {
            Error::NotFound(format!(
                "There is no template {} in the catalog.",
                named.name()
            ))
        })?;
        let entity: Value = serde_json::from_slice(&json).map_err(Error::internal)?;
        let template = TemplateEntity::read(&entity)?;
        let user = viewer.user().ok();
        Ok(Self {
            entity_ref: named.clone(),
            pages: pages(&template),
            etag: template_etag(&entity),
            template,
            entity,
            user_ref: viewer.actor().to_owned(),
            ownership_refs: user.map_or_else(Vec::new, |user| user.ownership_refs.clone()),
        })
    }

    /// A draft of this template and this user. [`Error::NotFound`] if there is none.
    pub(super) async fn draft(&self, services: &Services, id: &str) -> Result<Draft> {
        let found = draft(services, id, &self.user_ref).await?;
        let found = found.filter(|draft| draft.template == self.entity_ref);
        found.ok_or_else(|| {
            Error::NotFound(
                "There is no such form any more: it was sent, thrown away, or not touched for a week. Begin anew."
                    .to_owned(),
            )
        })
    }

    /// The first answers of a form: those of a run to be made again, or those an address brings; else none.
    ///
    /// [`Error::NotFound`] if there is no such run of this template.
    pub(super) async fn first_answers(
        &self,
        state: &AppState,
        run: &str,
        brought: &str,
    ) -> Result<Answers> {
        if run.is_empty() {
            let values = Some(brought).filter(|brought| brought.len() <= MAX_BROUGHT);
            let values: Option<Map<String, Value>> =
                values.and_then(|text| serde_json::from_str(text).ok());
            return Ok(Answers {
                values: values.unwrap_or_default(),
                ..Answers::default()
            });
        }
        let run = state.runs.run(run).await?;
        if run.template_ref != self.entity_ref.as_str() || run.undoes.is_some() {
            let told = format!("This run was not made by {}.", self.template.title);
            return Err(Error::NotFound(told));
        }
        let spec: Value = serde_json::from_str(&run.spec).map_err(Error::internal)?;
        let values = spec["parameters"].as_object().cloned().unwrap_or_default();
        Ok(self.again(values))
    }

    /// Answers of a run, as if they were given just now. Its secrets are not known any more.
    fn again(&self, values: Map<String, Value>) -> Answers {
        let mut answers = Answers {
            values,
            ..Answers::default()
        };
        for page in &self.pages {
            let fields = page.fields(&answers);
            let asked = all_fields(&fields).map(|field| field.pointer.clone());
            answers.progress.asked.extend(asked);
        }
        answers
    }

    /// What the form is filled in with at hand, for as long as a closure takes.
    pub(super) fn around<T>(
        &self,
        state: &AppState,
        then: impl FnOnce(&Surroundings<'_>) -> T,
    ) -> T {
        let catalog: Snapshot<'_> = state.catalog.read();
        let product = |host: &str| {
            let integration = state.forges.integration(host);
            integration.map(|integration| integration.product)
        };
        then(&Surroundings {
            catalog: &catalog,
            user_ref: &self.user_ref,
            ownership_refs: &self.ownership_refs,
            product: &product,
        })
    }

    /// In whose name the user makes repositories on the portal's own Git host.
    pub(super) fn owners(&self) -> Vec<String> {
        let own = std::iter::once(&self.user_ref).chain(&self.ownership_refs);
        let mut names: Vec<String> = Vec::new();
        for entity_ref in own.filter(|entity_ref| entity_ref.contains(':')) {
            let name = EntityRef::from_canonical(entity_ref).name().to_owned();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// Who runs the template, as templates see them.
pub(super) fn task_user(state: &AppState, viewer: &Viewer) -> Result<TaskUser> {
    let Ok(user) = viewer.user() else {
        return Ok(TaskUser::default());
    };
    let entity = state.catalog.read().entity(user.entity_ref.as_str());
    let entity = entity.map(|json| serde_json::from_slice(&json).map_err(Error::internal));
    Ok(TaskUser {
        entity_ref: Some(user.entity_ref.to_string()),
        entity: entity.transpose()?,
    })
}
