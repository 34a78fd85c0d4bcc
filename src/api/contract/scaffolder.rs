//! The operations of the scaffolder that are checked (`scaffolder-api.md` §1).

use crate::{
    entity::{Fields, Shape},
    http::{Body, Kind, Operation, Parameter},
};

const OBJECT: Shape = Shape::Map(&Fields::of(&[], &[]));

pub(in crate::api) const LIST_TASKS: Operation = Operation {
    method: "GET",
    path: "/api/scaffolder/v2/tasks",
    summary: "Tasks, newest first",
    query: &[
        Parameter::optional("createdBy", Kind::Texts),
        Parameter::optional("limit", Kind::Count),
        Parameter::optional("offset", Kind::Count),
        Parameter::optional("order", Kind::Texts),
        Parameter::optional("status", Kind::Texts),
    ],
    body: Body::None,
};
pub(in crate::api) const CREATE_TASK: Operation = Operation {
    method: "POST",
    path: "/api/scaffolder/v2/tasks",
    summary: "Runs a template",
    query: &[],
    body: Body::Required(Shape::Map(&Fields::of(
        &["templateRef", "values"],
        &[("templateRef", Shape::Text), ("values", OBJECT)],
    ))),
};
pub(in crate::api) const DRY_RUN: Operation = Operation {
    method: "POST",
    path: "/api/scaffolder/v2/dry-run",
    summary: "Shows what running a template would make",
    query: &[],
    body: Body::Required(Shape::Map(&Fields::of(
        &["template"],
        &[("template", Shape::Any)],
    ))),
};
pub(in crate::api) const AUTOCOMPLETE: Operation = Operation {
    method: "POST",
    path: "/api/scaffolder/v2/autocomplete/{provider}/{resource}",
    summary: "Values a field of a template may have",
    query: &[],
    body: Body::Required(Shape::Map(&Fields::of(
        &["token"],
        &[("token", Shape::Text)],
    ))),
};

/// All of them.
pub(in crate::api) const OPERATIONS: &[&Operation] =
    &[&LIST_TASKS, &CREATE_TASK, &DRY_RUN, &AUTOCOMPLETE];
