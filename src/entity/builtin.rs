//! Backstage's own kinds, as tables. Backstage: catalog-model, `schema/kinds`, and `BuiltinKindsEntityProcessor`;
//! scaffolder-common, `Template.v1beta3.schema.json`.

use super::{
    relations::RelationRule,
    shape::{Fields, Shape},
};

/// A kind of Backstage's.
#[derive(Debug)]
pub(super) struct BuiltinKind {
    pub(super) kind: &'static str,
    pub(super) api_versions: &'static [&'static str],
    /// Who speaks in Backstage's messages.
    pub(super) processor: &'static str,
    pub(super) spec: &'static Fields,
    /// Other tables for some values of `spec.type`.
    pub(super) types: &'static [(&'static str, &'static Fields)],
    pub(super) relations: &'static [RelationRule],
}

const CATALOG: &[&str] = &["backstage.io/v1alpha1", "backstage.io/v1beta1"];
const PROCESSOR: &str = "BuiltinKindsEntityProcessor";
const REFS: Shape = Shape::List(&Shape::Filled);

const OWNER: RelationRule = RelationRule::builtin("owner", Some("Group"), "ownedBy", "ownerOf");
const SYSTEM: RelationRule = RelationRule::builtin("system", Some("System"), "partOf", "hasPart");
const DEPENDS_ON: RelationRule =
    RelationRule::builtin("dependsOn", None, "dependsOn", "dependencyOf");
const DEPENDENCY_OF: RelationRule =
    RelationRule::builtin("dependencyOf", None, "dependencyOf", "dependsOn");

/// All of them.
pub(super) static KINDS: [BuiltinKind; 10] = [
    BuiltinKind {
        kind: "Component",
        api_versions: CATALOG,
        processor: PROCESSOR,
        spec: &COMPONENT,
        types: &[],
        relations: &[
            OWNER,
            RelationRule::builtin("subcomponentOf", Some("Component"), "partOf", "hasPart"),
            RelationRule::builtin("providesApis", Some("API"), "providesApi", "apiProvidedBy"),
            RelationRule::builtin("consumesApis", Some("API"), "consumesApi", "apiConsumedBy"),
            DEPENDS_ON,
            DEPENDENCY_OF,
            SYSTEM,
        ],
    },
    BuiltinKind {
        kind: "API",
        api_versions: CATALOG,
        processor: PROCESSOR,
        spec: &API,
        types: &[("mcp-server", &MCP_SERVER)],
        relations: &[OWNER, SYSTEM],
    },
    BuiltinKind {
        kind: "Resource",
        api_versions: CATALOG,
        processor: PROCESSOR,
        spec: &RESOURCE,
        types: &[],
        relations: &[OWNER, DEPENDS_ON, DEPENDENCY_OF, SYSTEM],
    },
    BuiltinKind {
        kind: "Group",
        api_versions: CATALOG,
        processor: PROCESSOR,
        spec: &GROUP,
        types: &[],
        relations: &[
            RelationRule::builtin("parent", Some("Group"), "childOf", "parentOf"),
            RelationRule::builtin("children", Some("Group"), "parentOf", "childOf"),
            RelationRule::builtin("members", Some("User"), "hasMember", "memberOf"),
        ],
    },
    BuiltinKind {
        kind: "User",
        api_versions: CATALOG,
        processor: PROCESSOR,
        spec: &USER,
        types: &[],
        relations: &[RelationRule::builtin(
            "memberOf",
            Some("Group"),
            "memberOf",
            "hasMember",
        )],
    },
    BuiltinKind {
        kind: "System",
        api_versions: CATALOG,
        processor: PROCESSOR,
        spec: &SYSTEM_SPEC,
        types: &[],
        relations: &[
            OWNER,
            RelationRule::builtin("domain", Some("Domain"), "partOf", "hasPart"),
        ],
    },
    BuiltinKind {
        kind: "Domain",
        api_versions: CATALOG,
        processor: PROCESSOR,
        spec: &DOMAIN,
        types: &[],
        relations: &[
            OWNER,
            RelationRule::builtin("subdomainOf", Some("Domain"), "partOf", "hasPart"),
        ],
    },
    BuiltinKind {
        kind: "Location",
        api_versions: CATALOG,
        processor: PROCESSOR,
        spec: &LOCATION,
        types: &[],
        relations: &[],
    },
    BuiltinKind {
        kind: "Template",
        api_versions: &["scaffolder.backstage.io/v1beta3"],
        processor: "ScaffolderEntitiesProcessor",
        spec: &TEMPLATE,
        types: &[],
        relations: &[OWNER],
    },
    BuiltinKind {
        kind: "AiResource",
        api_versions: &["backstage.io/v1alpha1"],
        processor: PROCESSOR,
        spec: &AI_RESOURCE,
        types: &[
            ("skill", &AI_SKILL),
            ("rule", &AI_RULE),
            ("plugin", &AI_PLUGIN),
            ("marketplace", &AI_MARKETPLACE),
        ],
        relations: &[
            OWNER,
            SYSTEM,
            RelationRule::builtin("dependsOn", Some("AiResource"), "dependsOn", "dependencyOf")
                .of_type("skill"),
            RelationRule::builtin("skills", Some("AiResource"), "hasPart", "partOf")
                .of_type("plugin"),
            RelationRule::builtin("plugins", Some("AiResource"), "hasPart", "partOf")
                .of_type("marketplace"),
        ],
    },
];

static COMPONENT: Fields = Fields::of(
    &["type", "lifecycle", "owner"],
    &[
        ("type", Shape::Filled),
        ("lifecycle", Shape::Filled),
        ("owner", Shape::Filled),
        ("system", Shape::Filled),
        ("subcomponentOf", Shape::Filled),
        ("providesApis", REFS),
        ("consumesApis", REFS),
        ("dependsOn", REFS),
    ],
);

static API: Fields = Fields::of(
    &["type", "lifecycle", "owner", "definition"],
    &[
        ("type", Shape::Filled),
        ("lifecycle", Shape::Filled),
        ("owner", Shape::Filled),
        ("system", Shape::Filled),
        ("definition", Shape::Filled),
    ],
);

static MCP_SERVER: Fields = Fields::of(
    &["type", "lifecycle", "owner", "remotes"],
    &[
        ("lifecycle", Shape::Filled),
        ("owner", Shape::Filled),
        ("system", Shape::Filled),
        (
            "remotes",
            Shape::FilledList(&Shape::Map(&Fields::of(
                &["type", "url"],
                &[("type", Shape::Filled), ("url", Shape::Filled)],
            ))),
        ),
    ],
);

static RESOURCE: Fields = Fields::of(
    &["type", "owner"],
    &[
        ("type", Shape::Filled),
        ("owner", Shape::Filled),
        ("dependsOn", REFS),
        ("dependencyOf", REFS),
        ("system", Shape::Filled),
    ],
);

static SYSTEM_SPEC: Fields = Fields::of(
    &["owner"],
    &[
        ("owner", Shape::Filled),
        ("domain", Shape::Filled),
        ("type", Shape::Filled),
    ],
);

static DOMAIN: Fields = Fields::of(
    &["owner"],
    &[
        ("owner", Shape::Filled),
        ("subdomainOf", Shape::Filled),
        ("type", Shape::Filled),
    ],
);

static PROFILE: Fields = Fields::of(
    &[],
    &[
        ("displayName", Shape::Filled),
        ("email", Shape::Filled),
        ("picture", Shape::Filled),
    ],
);

static GROUP: Fields = Fields::of(
    &["type", "children"],
    &[
        ("type", Shape::Filled),
        ("profile", Shape::Map(&PROFILE)),
        ("parent", Shape::Filled),
        ("children", REFS),
        ("members", REFS),
    ],
);

static USER: Fields = Fields::of(
    &["memberOf"],
    &[("profile", Shape::Map(&PROFILE)), ("memberOf", REFS)],
);

static LOCATION: Fields = Fields::of(
    &[],
    &[
        ("type", Shape::Filled),
        ("target", Shape::Filled),
        ("targets", REFS),
        ("presence", Shape::OneOf(&["required", "optional"])),
    ],
);

static TEMPLATE: Fields = Fields::of(
    &["type", "steps"],
    &[
        ("type", Shape::Filled),
        ("owner", Shape::Filled),
        ("lifecycle", Shape::Filled),
        ("parameters", Shape::MapOrMaps(&PERMITTED)),
        (
            "secrets",
            Shape::Map(&Fields::of(&[], &[("schema", ANY_OBJECT)])),
        ),
        (
            "presentation",
            Shape::Map(&Fields::of(
                &[],
                &[(
                    "buttonLabels",
                    Shape::Map(&Fields::of(
                        &[],
                        &[
                            ("backButtonText", Shape::Text),
                            ("createButtonText", Shape::Text),
                            ("reviewButtonText", Shape::Text),
                        ],
                    )),
                )],
            )),
        ),
        (
            "EXPERIMENTAL_recovery",
            Shape::Map(&Fields::of(&[], &[("EXPERIMENTAL_strategy", Shape::Text)])),
        ),
        (
            "EXPERIMENTAL_formDecorators",
            Shape::List(&Shape::Map(&Fields::of(
                &[],
                &[("id", Shape::Text), ("input", ANY_OBJECT)],
            ))),
        ),
        ("steps", Shape::List(&Shape::Map(&STEP))),
        ("output", Shape::MapWith(&OUTPUT, &Shape::Text)),
    ],
);
const ANY_OBJECT: Shape = Shape::MapOf(&Shape::Any);
const PERMISSIONS: Shape = Shape::Map(&Fields::of(&[], &[("tags", Shape::List(&Shape::Text))]));

static PERMITTED: Fields = Fields::of(&[], &[("backstage:permissions", PERMISSIONS)]);

static STEP: Fields = Fields::of(
    &["action"],
    &[
        ("id", Shape::Text),
        ("name", Shape::Text),
        ("action", Shape::Text),
        ("input", ANY_OBJECT),
        ("if", Shape::TextOrFlag),
        ("backstage:permissions", PERMISSIONS),
    ],
);

static OUTPUT: Fields = Fields::of(
    &[],
    &[
        (
            "links",
            Shape::List(&Shape::Map(&Fields::of(
                &[],
                &[
                    ("if", Shape::TextOrFlag),
                    ("url", Shape::Filled),
                    ("entityRef", Shape::Filled),
                    ("title", Shape::Filled),
                    ("icon", Shape::Filled),
                ],
            ))),
        ),
        (
            "text",
            Shape::List(&Shape::Map(&Fields::of(
                &[],
                &[
                    ("if", Shape::TextOrFlag),
                    ("title", Shape::Filled),
                    ("icon", Shape::Filled),
                    ("content", Shape::Text),
                ],
            ))),
        ),
    ],
);

static AI_RESOURCE: Fields = Fields::of(
    &["type", "lifecycle", "owner"],
    &[
        ("type", Shape::Filled),
        ("lifecycle", Shape::Filled),
        ("owner", Shape::Filled),
        ("system", Shape::Filled),
    ],
);

static AI_SKILL: Fields = Fields::of(
    &["type", "lifecycle", "owner"],
    &[
        ("lifecycle", Shape::Filled),
        ("owner", Shape::Filled),
        ("system", Shape::Filled),
        ("disciplines", REFS),
        ("categories", REFS),
        ("agents", REFS),
        ("dependsOn", REFS),
        ("allowedTools", REFS),
        ("license", Shape::Filled),
        ("compatibility", Shape::Short(500)),
    ],
);

static AI_RULE: Fields = Fields::of(
    &["type", "lifecycle", "owner", "category", "rationale"],
    &[
        ("lifecycle", Shape::Filled),
        ("owner", Shape::Filled),
        ("system", Shape::Filled),
        ("disciplines", REFS),
        ("category", Shape::Filled),
        ("rationale", Shape::Filled),
    ],
);

static AI_PLUGIN: Fields = Fields::of(
    &["type", "lifecycle", "owner", "skills"],
    &[
        ("lifecycle", Shape::Filled),
        ("owner", Shape::Filled),
        ("system", Shape::Filled),
        ("skills", REFS),
        ("version", Shape::Filled),
    ],
);

static AI_MARKETPLACE: Fields = Fields::of(
    &["type", "lifecycle", "owner", "plugins"],
    &[
        ("lifecycle", Shape::Filled),
        ("owner", Shape::Filled),
        ("system", Shape::Filled),
        ("plugins", REFS),
    ],
);
