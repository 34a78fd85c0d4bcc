//! Checks a location or an entity as if it were taken, and writes nothing.
//!
//! Stricter than taking it, as in Backstage: the first thing that is wrong refuses the whole.

use std::{collections::HashSet, sync::Arc};

use serde_json::Value;

use super::{
    Ingest, NewLocation,
    check::{check_text, finish_entity},
    context::Context,
    faults,
    outcome::{CheckedDocument, FileSource, Outcome},
    people::check_location,
    roots::Root,
    targets::Targets,
};
use crate::{
    entity::{Diagnostic, LocationRef, Provenance, check_envelope, placeholders, prepare},
    error::{Error, Result},
    source::Missing,
};

/// No dry run looks at more documents than this.
const MAX_DOCUMENTS: usize = 20_000;

/// What registering a location would bring.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// Whether it is registered already.
    pub exists: bool,
    /// Ref of the Location entity that would be generated.
    pub entity_ref: String,
    /// The entities, the generated Location first.
    pub entities: Vec<Value>,
}

/// A file as a dry run read it.
#[derive(Debug)]
pub struct ReadFile {
    /// Where it is.
    pub location: LocationRef,
    /// What it says.
    pub text: String,
}

/// What is wrong, and with which file.
#[derive(Debug)]
pub struct Fault {
    /// What is wrong.
    pub diagnostic: Diagnostic,
    /// The file that says it; none if it could not be read.
    pub file: Option<Arc<ReadFile>>,
}

/// Why nothing would come of registering a location.
#[derive(Debug)]
pub struct Refusal {
    /// All that is wrong with the first thing that is wrong; empty if that is not a document or a file.
    pub faults: Vec<Fault>,
    /// The same in Backstage's words.
    pub error: Error,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self {
            faults: Vec::new(),
            error,
        }
    }
}

impl Ingest {
    /// What registering a location would bring. [`Error::Input`] with all that is wrong with the first thing
    /// that is wrong.
    pub async fn dry_run(&self, new: NewLocation) -> Result<DryRun> {
        self.preview(new).await.map_err(|refusal| refusal.error)
    }

    /// As [`Ingest::dry_run`], for who can show reasons and mends.
    pub async fn preview(&self, new: NewLocation) -> Result<DryRun, Refusal> {
        check_location(&new)?;
        self.preview_configured(new).await
    }

    /// The same of a location that the configuration may name, but nobody register: a file.
    pub async fn preview_configured(&self, new: NewLocation) -> Result<DryRun, Refusal> {
        let exists = self.registered(&new.kind, &new.target).await?.is_some();
        let root = Root::of(
            LocationRef {
                kind: new.kind,
                target: new.target,
            },
            new.presence,
        );
        let context = self.context.looking_once();
        let mut entities = vec![root.entity(&context)];
        let mut seen = HashSet::from([root.entity_ref.clone()]);
        let mut targets = Targets::default();
        targets.add(&context, root.source()).await;
        let mut stack = documents_of(&context, targets).await?;
        while let Some((file, document)) = stack.pop() {
            let candidate = match document.outcome {
                Outcome::Empty => continue,
                Outcome::Refused(diagnostic) => {
                    return Err(refusal(vec![Fault {
                        diagnostic,
                        file: Some(file),
                    }]));
                }
                Outcome::Good(candidate) => candidate,
            };
            let named = document
                .entity_ref
                .ok_or_else(|| Error::Input("An entity has no name".to_owned()))?;
            if !seen.insert(named.clone()) || entities.len() >= MAX_DOCUMENTS {
                return Err(Error::Input(format!("Duplicate nested entity: {named}")).into());
            }
            entities.push(serde_json::from_str(&candidate.document).map_err(Error::internal)?);
            stack.extend(documents_of(&context, candidate.targets).await?);
        }
        Ok(DryRun {
            exists,
            entity_ref: root.entity_ref.as_str().to_owned(),
            entities,
        })
    }

    /// Everything that is wrong with an entity at a location; an empty list if it would be taken.
    pub async fn validate(&self, entity: Value, location: &LocationRef) -> Result<Vec<Diagnostic>> {
        if let Err(fault) = check_envelope(&entity) {
            return Ok(vec![fault]);
        }
        let context = self.context.looking_once();
        let links = context.source_links(location);
        let value = prepare(
            entity,
            &Provenance {
                location,
                origin: location,
                links,
            },
        );
        let open = placeholders(&value);
        let source = FileSource {
            location: location.clone(),
            origin: location.clone(),
            optional: false,
        };
        match finish_entity(&context, &source, value, open, &mut Vec::new()).await {
            Ok(candidate) => {
                let (_, faults) = read_all(&context, candidate.targets).await;
                Ok(faults.into_iter().map(|fault| fault.diagnostic).collect())
            }
            Err(fault) => Ok(vec![fault]),
        }
    }
}

/// The documents of all targets, or what is wrong with reading them.
async fn documents_of(context: &Context, targets: Targets) -> Result<Vec<ReadDocument>, Refusal> {
    let (documents, faults) = read_all(context, targets).await;
    if faults.is_empty() {
        Ok(documents)
    } else {
        Err(refusal(faults))
    }
}

async fn read_all(context: &Context, targets: Targets) -> (Vec<ReadDocument>, Vec<Fault>) {
    let mut documents = Vec::new();
    let mut faults: Vec<Fault> = targets.errors.into_iter().map(unread).collect();
    for source in targets.files {
        match context.reader.read(&source.location).await {
            Ok(read) => match check_text(context, &source, read).await {
                Ok(checked) => {
                    let wrong: Vec<Diagnostic> = checked.location_faults().cloned().collect();
                    let file = Arc::new(ReadFile {
                        location: source.location,
                        text: checked.text,
                    });
                    faults.extend(wrong.into_iter().map(|diagnostic| Fault {
                        diagnostic,
                        file: Some(Arc::clone(&file)),
                    }));
                    let checked = checked.documents.into_iter();
                    documents.extend(checked.map(|document| (Arc::clone(&file), document)));
                }
                Err(fault) => faults.push(unread(fault)),
            },
            Err(fault) if source.optional && fault.missing == Missing::NotFound => {}
            Err(fault) => {
                faults.push(unread(faults::target_unreadable(&source.location, &fault)));
            }
        }
    }
    (documents, faults)
}

/// A document and the file it is in.
type ReadDocument = (Arc<ReadFile>, CheckedDocument);

fn unread(diagnostic: Diagnostic) -> Fault {
    Fault {
        diagnostic,
        file: None,
    }
}

fn refusal(faults: Vec<Fault>) -> Refusal {
    let told: Vec<String> = faults
        .iter()
        .map(|Fault { diagnostic, .. }| format!("{}: {}", diagnostic.name, diagnostic.message))
        .collect();
    Refusal {
        error: Error::Input(told.join(", ")),
        faults,
    }
}
