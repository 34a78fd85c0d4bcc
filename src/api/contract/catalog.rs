//! The operations of the catalog (`catalog-api.md` §4).

use crate::{
    entity::{Fields, Shape},
    http::{Body, Kind, Operation, Parameter},
};

const FILTER: Parameter = Parameter::optional("filter", Kind::Texts);
const FIELDS: Parameter = Parameter::optional("fields", Kind::Texts);
const LIMIT: Parameter = Parameter::optional("limit", Kind::Count);
const OFFSET: Parameter = Parameter::optional("offset", Kind::Count);

const TEXTS: Shape = Shape::List(&Shape::Text);
const OBJECT: Shape = Shape::Map(&Fields::of(&[], &[]));

const ORDER: Shape = Shape::Map(&Fields::of(
    &["field", "order"],
    &[
        ("field", Shape::Text),
        ("order", Shape::OneOf(&["asc", "desc"])),
    ],
));
const FULL_TEXT: Shape = Shape::Map(&Fields::of(
    &[],
    &[("term", Shape::Text), ("fields", TEXTS)],
));
const QUERY: Shape = Shape::Map(&Fields::of(
    &[],
    &[
        ("cursor", Shape::Text),
        ("limit", Shape::Number),
        ("offset", Shape::Number),
        ("query", OBJECT),
        ("orderBy", Shape::List(&ORDER)),
        ("fullTextFilter", FULL_TEXT),
        ("fields", TEXTS),
        ("totalItems", Shape::OneOf(&["include", "exclude"])),
    ],
));
const REFS: Shape = Shape::Map(&Fields::of(
    &["entityRefs"],
    &[("entityRefs", TEXTS), ("fields", TEXTS), ("query", OBJECT)],
));
const FACETS: Shape = Shape::Map(&Fields::of(
    &["facets"],
    &[("facets", TEXTS), ("query", OBJECT)],
));
const REFRESH: Shape = Shape::Closed(&Fields::of(
    &["entityRef"],
    &[
        ("authorizationToken", Shape::Text),
        ("entityRef", Shape::Text),
    ],
));
const VALIDATE: Shape = Shape::Map(&Fields::of(
    &["location", "entity"],
    &[("location", Shape::Text), ("entity", OBJECT)],
));
const ANALYZE: Shape = Shape::Map(&Fields::of(
    &["location"],
    &[("catalogFileName", Shape::Text), ("location", NEW_TARGET)],
));
const NEW_TARGET: Shape = Shape::Closed(&Fields::of(
    &["type", "target"],
    &[("target", Shape::Text), ("type", Shape::Text)],
));
const LOCATION: Shape = Shape::Map(&Fields::of(
    &["target", "type"],
    &[("target", Shape::Text), ("type", Shape::Text)],
));
const LOCATION_QUERY: Shape = Shape::Map(&Fields::of(
    &[],
    &[
        ("cursor", Shape::Text),
        ("limit", Shape::Number),
        ("query", OBJECT),
    ],
));

const fn plain(method: &'static str, path: &'static str, summary: &'static str) -> Operation {
    Operation {
        method,
        path,
        summary,
        query: &[],
        body: Body::None,
    }
}

const fn sent(path: &'static str, summary: &'static str, body: Body) -> Operation {
    Operation {
        method: "POST",
        path,
        summary,
        query: &[],
        body,
    }
}

pub(in crate::api) const LIST_ENTITIES: Operation = Operation {
    method: "GET",
    path: "/api/catalog/entities",
    summary: "Entities, all or a page by offset",
    query: &[
        FIELDS,
        LIMIT,
        FILTER,
        OFFSET,
        Parameter::optional("after", Kind::Text),
        Parameter::optional("order", Kind::Texts),
    ],
    body: Body::None,
};
pub(in crate::api) const QUERY_ENTITIES: Operation = Operation {
    method: "GET",
    path: "/api/catalog/entities/by-query",
    summary: "A page of entities, with cursors to the pages beside it",
    query: &[
        FIELDS,
        LIMIT,
        OFFSET,
        Parameter::optional("orderField", Kind::Texts),
        Parameter::optional("cursor", Kind::Text),
        FILTER,
        Parameter::optional("totalItems", Kind::OneOf(&["include", "exclude"])),
        Parameter::optional("fullTextFilterTerm", Kind::Text),
        Parameter::optional("fullTextFilterFields", Kind::Texts),
    ],
    body: Body::None,
};
pub(in crate::api) const QUERY_ENTITIES_BY_PREDICATE: Operation = sent(
    "/api/catalog/entities/by-query",
    "A page of entities that a predicate chooses",
    Body::Optional(QUERY),
);
pub(in crate::api) const ENTITIES_BY_REFS: Operation = Operation {
    method: "POST",
    path: "/api/catalog/entities/by-refs",
    summary: "The entities of some refs, in their order",
    query: &[FILTER],
    body: Body::Optional(REFS),
};
pub(in crate::api) const ENTITY_BY_UID: Operation = plain(
    "GET",
    "/api/catalog/entities/by-uid/{uid}",
    "One entity, by its uid",
);
pub(in crate::api) const DELETE_ENTITY: Operation = plain(
    "DELETE",
    "/api/catalog/entities/by-uid/{uid}",
    "Removes an entity",
);
pub(in crate::api) const ENTITY_BY_NAME: Operation = plain(
    "GET",
    "/api/catalog/entities/by-name/{kind}/{namespace}/{name}",
    "One entity, by its name",
);
pub(in crate::api) const ANCESTRY: Operation = plain(
    "GET",
    "/api/catalog/entities/by-name/{kind}/{namespace}/{name}/ancestry",
    "The Locations that lead to an entity",
);
pub(in crate::api) const FACETS_BY_FILTER: Operation = Operation {
    method: "GET",
    path: "/api/catalog/entity-facets",
    summary: "Values of fields, with the number of entities that have them",
    query: &[Parameter::required("facet", Kind::Texts), FILTER],
    body: Body::None,
};
pub(in crate::api) const FACETS_BY_PREDICATE: Operation = sent(
    "/api/catalog/entity-facets",
    "The same for entities that a predicate chooses",
    Body::Required(FACETS),
);
pub(in crate::api) const REFRESH_ENTITY: Operation = sent(
    "/api/catalog/refresh",
    "Reads again what an entity is made from",
    Body::Required(REFRESH),
);
pub(in crate::api) const VALIDATE_ENTITY: Operation = sent(
    "/api/catalog/validate-entity",
    "Checks an entity without taking it",
    Body::Required(VALIDATE),
);
pub(in crate::api) const ANALYZE_LOCATION: Operation = sent(
    "/api/catalog/analyze-location",
    "A draft of an entity for an address",
    Body::Required(ANALYZE),
);
pub(in crate::api) const LIST_LOCATIONS: Operation =
    plain("GET", "/api/catalog/locations", "Registered locations");
pub(in crate::api) const REGISTER_LOCATION: Operation = Operation {
    method: "POST",
    path: "/api/catalog/locations",
    summary: "Registers a location, or says what would come of it",
    query: &[
        Parameter::optional("dryRun", Kind::Text),
        Parameter::optional("onConflict", Kind::OneOf(&["refresh", "reject"])),
    ],
    body: Body::Required(LOCATION),
};
pub(in crate::api) const QUERY_LOCATIONS: Operation = sent(
    "/api/catalog/locations/by-query",
    "A page of registered locations",
    Body::Optional(LOCATION_QUERY),
);
pub(in crate::api) const GET_LOCATION: Operation = plain(
    "GET",
    "/api/catalog/locations/{id}",
    "One registered location",
);
pub(in crate::api) const REPLACE_LOCATION: Operation = Operation {
    method: "PUT",
    path: "/api/catalog/locations/{id}",
    summary: "Gives a registered location another target",
    query: &[],
    body: Body::Required(NEW_TARGET),
};
pub(in crate::api) const UNREGISTER_LOCATION: Operation = plain(
    "DELETE",
    "/api/catalog/locations/{id}",
    "Removes a location and all that only it leads to",
);
pub(in crate::api) const LOCATION_OF_ENTITY: Operation = plain(
    "GET",
    "/api/catalog/locations/by-entity/{kind}/{namespace}/{name}",
    "The registered location an entity comes from",
);

/// All of them.
pub(in crate::api) const OPERATIONS: &[&Operation] = &[
    &LIST_ENTITIES,
    &QUERY_ENTITIES,
    &QUERY_ENTITIES_BY_PREDICATE,
    &ENTITIES_BY_REFS,
    &ENTITY_BY_UID,
    &DELETE_ENTITY,
    &ENTITY_BY_NAME,
    &ANCESTRY,
    &FACETS_BY_FILTER,
    &FACETS_BY_PREDICATE,
    &REFRESH_ENTITY,
    &VALIDATE_ENTITY,
    &ANALYZE_LOCATION,
    &LIST_LOCATIONS,
    &REGISTER_LOCATION,
    &QUERY_LOCATIONS,
    &GET_LOCATION,
    &REPLACE_LOCATION,
    &UNREGISTER_LOCATION,
    &LOCATION_OF_ENTITY,
];
