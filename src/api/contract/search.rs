//! The one operation of search (`search-api.md` §1). Its query is free: `filters[kind][0]` is not one parameter.

use crate::http::{Body, Kind, Operation, Parameter};

const SEARCH: Operation = Operation {
    method: "GET",
    path: "/api/search/query",
    summary: "Documents that match a term and filters",
    query: &[
        Parameter::optional("term", Kind::Text),
        Parameter::optional("filters", Kind::Texts),
        Parameter::optional("types", Kind::Texts),
        Parameter::optional("pageCursor", Kind::Text),
        Parameter::optional("pageLimit", Kind::Count),
    ],
    body: Body::None,
};

/// All of them.
pub(in crate::api) const OPERATIONS: &[&Operation] = &[&SEARCH];
