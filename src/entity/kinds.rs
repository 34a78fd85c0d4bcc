//! The kinds there are: Backstage's as tables, and declared ones as JSON Schemas.

use std::{collections::HashMap, fmt};

use serde_json::Value;

use super::shape::{Fields, Shape};

/// How a field of `spec` becomes relations: `kind` on the entity itself, `inverse` on what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RelationRule {
    pub(super) field: String,
    pub(super) kind: String,
    pub(super) inverse: String,
    /// For refs that name no kind; `None`: they must.
    pub(super) default_kind: Option<String>,
}

/// A kind Backstage has built in (`catalog-model.md` §3).
#[derive(Debug)]
pub(super) struct BuiltinKind {
    pub(super) name: &'static str,
    pub(super) api_versions: &'static [&'static str],
    pub(super) spec: Shape,
    /// The processor Backstage names in its messages.
    pub(super) processor: &'static str,
    /// (field, relation, inverse, default kind), in the order in which they are read.
    relations: &'static [(
        &'static str,
        &'static str,
        &'static str,
        Option<&'static str>,
    )],
}

const CORE: &[&str] = &["backstage.io/v1alpha1", "backstage.io/v1beta1"];
const CORE_PROCESSOR: &str = "BuiltinKindsEntityProcessor";
const REFS: Shape = Shape::List(&Shape::Filled);
const PROFILE: Shape = Shape::Map(&Fields {
    required: &[],
    known: &[
        ("displayName", Shape::Filled),
        ("email", Shape::Filled),
        ("picture", Shape::Filled),
    ],
});
const STEP: Shape = Shape::Map(&Fields {
    required: &["action"],
    known: &[
        ("id", Shape::Text),
        ("name", Shape::Text),
        ("action", Shape::Text),
        ("input", Shape::MapOf(&Shape::Any)),
    ],
});

type Rule = (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
);
const OWNER: Rule = ("owner", "ownedBy", "ownerOf", Some("Group"));
const SYSTEM: Rule = ("system", "partOf", "hasPart", Some("System"));
const DEPENDS_ON: Rule = ("dependsOn", "dependsOn", "dependencyOf", None);
const DEPENDENCY_OF: Rule = ("dependencyOf", "dependencyOf", "dependsOn", None);

static BUILTIN: [BuiltinKind; 9] = [
    BuiltinKind {
        name: "Component",
        api_versions: CORE,
        spec: Shape::Map(&Fields {
            required: &["type", "lifecycle", "owner"],
            known: &[
                ("type", Shape::Filled),
                ("lifecycle", Shape::Filled),
                ("owner", Shape::Filled),
                ("system", Shape::Filled),
                ("subcomponentOf", Shape::Filled),
                ("providesApis", REFS),
                ("consumesApis", REFS),
                ("dependsOn", REFS),
                ("dependencyOf", REFS),
            ],
        }),
        processor: CORE_PROCESSOR,
        relations: &[
            OWNER,
            ("subcomponentOf", "partOf", "hasPart", Some("Component")),
            ("providesApis", "providesApi", "apiProvidedBy", Some("API")),
            ("consumesApis", "consumesApi", "apiConsumedBy", Some("API")),
            DEPENDS_ON,
            DEPENDENCY_OF,
            SYSTEM,
        ],
    },
    BuiltinKind {
        name: "API",
        api_versions: CORE,
        spec: Shape::Map(&Fields {
            required: &["type", "lifecycle", "owner", "definition"],
            known: &[
                ("type", Shape::Filled),
                ("lifecycle", Shape::Filled),
                ("owner", Shape::Filled),
                ("definition", Shape::Filled),
                ("system", Shape::Filled),
            ],
        }),
        processor: CORE_PROCESSOR,
        relations: &[OWNER, SYSTEM],
    },
    BuiltinKind {
        name: "Resource",
        api_versions: CORE,
        spec: Shape::Map(&Fields {
            required: &["type", "owner"],
            known: &[
                ("type", Shape::Filled),
                ("owner", Shape::Filled),
                ("dependsOn", REFS),
                ("dependencyOf", REFS),
                ("system", Shape::Filled),
            ],
        }),
        processor: CORE_PROCESSOR,
        relations: &[OWNER, DEPENDS_ON, DEPENDENCY_OF, SYSTEM],
    },
    BuiltinKind {
        name: "System",
        api_versions: CORE,
        spec: Shape::Map(&Fields {
            required: &["owner"],
            known: &[
                ("owner", Shape::Filled),
                ("domain", Shape::Filled),
                ("type", Shape::Filled),
            ],
        }),
        processor: CORE_PROCESSOR,
        relations: &[OWNER, ("domain", "partOf", "hasPart", Some("Domain"))],
    },
    BuiltinKind {
        name: "Domain",
        api_versions: CORE,
        spec: Shape::Map(&Fields {
            required: &["owner"],
            known: &[
                ("owner", Shape::Filled),
                ("subdomainOf", Shape::Filled),
                ("type", Shape::Filled),
            ],
        }),
        processor: CORE_PROCESSOR,
        relations: &[OWNER, ("subdomainOf", "partOf", "hasPart", Some("Domain"))],
    },
    BuiltinKind {
        name: "Group",
        api_versions: CORE,
        spec: Shape::Map(&Fields {
            required: &["type", "children"],
            known: &[
                ("type", Shape::Filled),
                ("profile", PROFILE),
                ("parent", Shape::Filled),
                ("children", REFS),
                ("members", REFS),
            ],
        }),
        processor: CORE_PROCESSOR,
        relations: &[
            ("parent", "childOf", "parentOf", Some("Group")),
            ("children", "parentOf", "childOf", Some("Group")),
            ("members", "hasMember", "memberOf", Some("User")),
        ],
    },
    BuiltinKind {
        name: "User",
        api_versions: CORE,
        spec: Shape::Map(&Fields {
            required: &["memberOf"],
            known: &[("profile", PROFILE), ("memberOf", REFS)],
        }),
        processor: CORE_PROCESSOR,
        relations: &[("memberOf", "memberOf", "hasMember", Some("Group"))],
    },
    BuiltinKind {
        name: "Location",
        api_versions: CORE,
        spec: Shape::Map(&Fields {
            required: &[],
            known: &[
                ("type", Shape::Filled),
                ("target", Shape::Filled),
                ("targets", REFS),
                ("presence", Shape::OneOf(&["required", "optional"])),
            ],
        }),
        processor: CORE_PROCESSOR,
        relations: &[],
    },
    BuiltinKind {
        name: "Template",
        api_versions: &["scaffolder.backstage.io/v1beta3"],
        spec: Shape::Map(&Fields {
            required: &["type", "steps"],
            known: &[
                ("type", Shape::Filled),
                ("owner", Shape::Filled),
                ("lifecycle", Shape::Filled),
                ("parameters", Shape::ObjectOrObjects),
                ("steps", Shape::List(&STEP)),
                ("output", Shape::MapOf(&Shape::Any)),
            ],
        }),
        processor: "ScaffolderEntitiesProcessor",
        relations: &[OWNER],
    },
];

/// A kind declared by the configuration (`callboard.kinds`): a JSON Schema of the whole entity that fixes
/// `properties.kind` and `properties.apiVersion` with `const` or `enum`. Relations are named by
/// `x-callboard-relations`: a list of `{field, relation, inverse, defaultKind?}`.
#[derive(Debug, Clone)]
pub struct KindDefinition {
    /// Where the schema was read from, for messages.
    pub file: String,
    /// The schema.
    pub schema: Value,
}

/// A declared kind, ready to validate.
pub(super) struct DeclaredKind {
    pub(super) name: String,
    pub(super) api_versions: Vec<String>,
    pub(super) schema: jsonschema::Validator,
    pub(super) relations: Vec<RelationRule>,
    definition: KindDefinition,
}

impl fmt::Debug for DeclaredKind {
    /// The schema as text: what it says decides whether files are looked at anew.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.definition.schema)
    }
}

/// The kinds there are: Backstage's, and declared ones.
#[derive(Debug)]
pub struct Kinds {
    /// By name in lower case.
    relations: HashMap<&'static str, Vec<RelationRule>>,
    pub(super) declared: Vec<DeclaredKind>,
}

impl Kinds {
    /// Backstage's kinds.
    #[must_use]
    pub fn builtin() -> Self {
        let relations = BUILTIN
            .iter()
            .map(|kind| (kind.name, kind.relations.iter().map(rule).collect()));
        Self {
            relations: relations.collect(),
            declared: Vec::new(),
        }
    }

    /// Backstage's kinds and declared ones. The error says what is wrong with which file.
    pub fn with_declared(definitions: Vec<KindDefinition>) -> Result<Self, String> {
        let mut kinds = Self::builtin();
        for definition in definitions {
            let file = definition.file.clone();
            let declared = DeclaredKind::new(definition)
                .map_err(|fault| format!("The kind in {file}: {fault}"))?;
            let is_known = |name: &str| name.eq_ignore_ascii_case(&declared.name);
            if BUILTIN.iter().any(|kind| is_known(kind.name))
                || kinds.declared.iter().any(|kind| is_known(&kind.name))
            {
                return Err(format!(
                    "The kind in {file}: there is a kind {} already. Give it another name.",
                    declared.name
                ));
            }
            kinds.declared.push(declared);
        }
        Ok(kinds)
    }

    /// The built-in kind of this name, compared as written.
    pub(super) fn builtin_kind(name: &str) -> Option<&'static BuiltinKind> {
        BUILTIN.iter().find(|kind| kind.name == name)
    }

    /// How the fields of a kind become relations.
    pub(super) fn relation_rules(&self, kind: &str) -> &[RelationRule] {
        if let Some(rules) = self.relations.get(kind) {
            return rules;
        }
        self.declared
            .iter()
            .find(|declared| declared.name == kind)
            .map_or(&[], |declared| &declared.relations)
    }
}

fn rule((field, kind, inverse, default_kind): &Rule) -> RelationRule {
    RelationRule {
        field: (*field).to_owned(),
        kind: (*kind).to_owned(),
        inverse: (*inverse).to_owned(),
        default_kind: default_kind.map(str::to_owned),
    }
}

impl DeclaredKind {
    fn new(definition: KindDefinition) -> Result<Self, String> {
        let schema = &definition.schema;
        let names = fixed_values(schema, "kind")?;
        let [name] = names.as_slice() else {
            return Err(
                "`properties.kind` must name one kind. Write \"const\": \"YourKind\".".to_owned(),
            );
        };
        let relations = schema["x-callboard-relations"].as_array();
        let relations = relations
            .into_iter()
            .flatten()
            .map(relation_rule)
            .collect::<Result<_, _>>()?;
        let validator = jsonschema::validator_for(schema)
            .map_err(|fault| format!("it is no JSON Schema: {fault}"))?;
        Ok(Self {
            name: name.clone(),
            api_versions: fixed_values(schema, "apiVersion")?,
            schema: validator,
            relations,
            definition,
        })
    }
}

/// The values a property may have, from `const` or `enum`.
fn fixed_values(schema: &Value, property: &str) -> Result<Vec<String>, String> {
    let property_schema = &schema["properties"][property];
    let listed = property_schema["enum"].as_array().into_iter().flatten();
    let values: Vec<String> = listed
        .chain(property_schema.get("const"))
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    if values.is_empty() {
        return Err(format!(
            "`properties.{property}` must have a \"const\" or an \"enum\" of texts."
        ));
    }
    Ok(values)
}

fn relation_rule(written: &Value) -> Result<RelationRule, String> {
    let text = |key: &str| {
        let found = written[key]
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned);
        found.ok_or_else(|| format!("an item of `x-callboard-relations` lacks the text \"{key}\"."))
    };
    Ok(RelationRule {
        field: text("field")?,
        kind: text("relation")?,
        inverse: text("inverse")?,
        default_kind: written["defaultKind"].as_str().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn declare(schema: Value) -> Result<Kinds, String> {
        Kinds::with_declared(vec![KindDefinition {
            file: "k.json".to_owned(),
            schema,
        }])
    }

    #[test]
    fn a_faulty_declaration_says_what_is_wrong() {
        for (schema, expected) in [
            (json!({}), "properties.kind"),
            (
                json!({"properties": {"kind": {"const": "Runbook"}}}),
                "properties.apiVersion",
            ),
            (
                json!({"properties": {"kind": {"const": "api"}, "apiVersion": {"const": "v1"}}}),
                "another name",
            ),
            (
                json!({"properties": {"kind": {"const": "R"}, "apiVersion": {"const": "v1"}}, "x-callboard-relations": [{"field": "a"}]}),
                "relation",
            ),
            (
                json!({"type": 5, "properties": {"kind": {"const": "R"}, "apiVersion": {"const": "v1"}}}),
                "JSON Schema",
            ),
        ] {
            let fault = declare(schema).expect_err("a fault");
            assert!(
                fault.contains("k.json") && fault.contains(expected),
                "{fault}"
            );
        }
    }

    #[test]
    fn a_declared_kind_has_relations() {
        let kinds = declare(json!({
            "properties": {"kind": {"const": "Runbook"}, "apiVersion": {"enum": ["example.com/v1", "example.com/v2"]}},
            "x-callboard-relations": [{"field": "covers", "relation": "covers", "inverse": "coveredBy"}],
        }))
        .expect("a kind");
        assert_eq!(kinds.relation_rules("Runbook")[0].inverse, "coveredBy");
        assert_eq!(
            kinds.declared[0].api_versions,
            ["example.com/v1", "example.com/v2"]
        );
    }
}
