//! The faults that only reading can find, in Backstage's words and in plain ones.

use super::outcome::FileSource;
use crate::{
    entity::{Diagnostic, EntityRef, FaultScope, LocationRef, Severity},
    source::{Missing, SourceError},
};

fn fault(
    name: &str,
    message: String,
    reason: impl Into<String>,
    mend: impl Into<String>,
) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        scope: FaultScope::Location,
        name: name.to_owned(),
        message,
        cause: None,
        reason: reason.into(),
        mend: mend.into(),
        path: None,
        position: None,
    }
}

/// A target that cannot be read.
pub(super) fn target_unreadable(location: &LocationRef, error: &SourceError) -> Diagnostic {
    let message = match (location.kind.as_str(), error.missing) {
        ("url", Missing::NotFound) => {
            format!(
                "Unable to read url, no matching files found for {}",
                location.target
            )
        }
        ("url", _) => format!("Unable to read url, {}", error.message),
        _ => error.message.clone(),
    };
    let name = if error.missing == Missing::NotFound {
        "NotFoundError"
    } else {
        "Error"
    };
    fault(name, message, error.reason.clone(), error.mend.clone())
}

/// The check of a file broke down: our fault, and no reason to stop checking others.
pub(super) fn broke_down(location: &LocationRef, error: &dyn std::error::Error) -> Diagnostic {
    tracing::error!("Checking {location} broke down: {error}");
    fault(
        "Error",
        format!("Unable to check {location}"),
        "The portal broke down over this file. What it said before stays.",
        "Tell the portal's maintainers, with the file.",
    )
}

/// A document that is no YAML.
pub(super) fn in_yaml(location: &LocationRef, found: Diagnostic) -> Diagnostic {
    Diagnostic {
        scope: FaultScope::Location,
        name: "Error".to_owned(),
        message: format!("YAML error at {location}, {}", found.message),
        ..found
    }
}

/// A kind that the rules do not let this location bring.
pub(super) fn kind_not_allowed(entity_ref: &EntityRef, source: &FileSource) -> Diagnostic {
    Diagnostic {
        path: Some("/kind".to_owned()),
        ..fault(
            "NotAllowedError",
            format!(
                "Entity {entity_ref} at {}, originated at {}, is not of an allowed kind for that location",
                source.location, source.origin
            ),
            format!(
                "The rules of this catalog do not let this location bring entities of kind “{}”.",
                entity_ref.kind()
            ),
            "Add the kind to `catalog.rules`, or to the `rules` of the location, in app-config.yaml.",
        )
    }
}

/// A Location of a type that cannot be followed from where it stands.
pub(super) fn target_type_not_allowed(kind: &str) -> Diagnostic {
    Diagnostic {
        path: Some("/spec/type".to_owned()),
        ..fault(
            "InputError",
            "Registered locations must be of an allowed type [\"url\"]".to_owned(),
            format!("A Location read from elsewhere cannot lead to targets of type “{kind}”."),
            "Remove `spec.type`, or write `url`.",
        )
    }
}

/// A placeholder that cannot be filled. `cause` is Backstage's inner message.
pub(super) fn placeholder(
    pointer: &str,
    cause: &str,
    reason: impl Into<String>,
    mend: impl Into<String>,
) -> Diagnostic {
    Diagnostic {
        scope: FaultScope::Entity,
        cause: Some(("Error".to_owned(), cause.to_owned())),
        path: Some(pointer.to_owned()),
        ..fault(
            "InputError",
            format!(
                "Processor PlaceholderProcessor threw an error while preprocessing; caused by Error: {cause}"
            ),
            reason,
            mend,
        )
    }
}

/// A proposed document that describes somebody else.
pub(super) fn another_entity(wanted: &EntityRef, found: &EntityRef) -> Diagnostic {
    Diagnostic {
        scope: FaultScope::Entity,
        path: Some("/metadata/name".to_owned()),
        ..fault(
            "InputError",
            format!("The document describes {found}, not {wanted}"),
            format!("The document describes {found} now, and {wanted} would be gone."),
            "Keep its kind, namespace and name. Others refer to it by these.",
        )
    }
}

/// A proposal of no document, or of several.
pub(super) fn not_one_document(count: usize) -> Diagnostic {
    Diagnostic {
        scope: FaultScope::Entity,
        ..fault(
            "InputError",
            format!("Expected one document, found {count}"),
            format!("There are {count} documents where there was one."),
            "Write one document: no line `---` in it, and not nothing.",
        )
    }
}

/// Said of good documents beside a bad one when `faultIsolation` is `location`.
pub(super) fn held_back(fault_of_neighbour: &Diagnostic) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        scope: FaultScope::Location,
        path: None,
        position: None,
        reason: "Held back: something else its location leads to is wrong.".to_owned(),
        mend: "Mend the other document, or set `callboard.faultIsolation` to `document`."
            .to_owned(),
        ..fault_of_neighbour.clone()
    }
}
