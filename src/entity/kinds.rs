//! The kinds there are: Backstage's, and those that the configuration declares.

use std::fmt;

use serde_json::Value;

use super::{
    builtin::{self, BuiltinKind},
    declared::DeclaredKind,
    relations::RelationRule,
    shape::{Fields, Shape, check},
    shape_fault::ShapeFault,
};

const WITH_SPEC: Shape = Shape::Map(&Fields {
    required: &["spec"],
    known: &[],
});

/// The kinds there are: Backstage's, and declared ones.
pub struct Kinds {
    declared: Vec<DeclaredKind>,
}

/// A kind declared by the configuration (`callboard.kinds`): a JSON Schema of the whole entity that fixes
/// `properties.kind` and `properties.apiVersion` with `const` or `enum`, at the top or in a member of `allOf`.
/// A `$ref` to Backstage's `Entity` is taken as fulfilled. Relations are named by `x-callboard-relations`: a
/// list of `{field, relation, inverse, defaultKind?, defaultNamespace?}`.
#[derive(Debug, Clone)]
pub struct KindDefinition {
    /// Where the schema was read from, for messages.
    pub file: String,
    /// The schema.
    pub schema: Value,
}

/// Whether a kind takes an entity.
pub(super) enum Verdict {
    /// It does.
    Valid,
    /// It is wrong, says the processor of this name.
    Wrong(&'static str, ShapeFault),
    /// There is no such kind and version.
    Unknown,
}

impl Kinds {
    /// Backstage's kinds.
    #[must_use]
    pub fn builtin() -> Self {
        Self {
            declared: Vec::new(),
        }
    }

    /// Backstage's kinds and declared ones. The error says what is wrong with which file.
    pub fn with_declared(definitions: Vec<KindDefinition>) -> Result<Self, String> {
        let mut declared: Vec<DeclaredKind> = Vec::with_capacity(definitions.len());
        for definition in definitions {
            let file = definition.file.clone();
            let new = DeclaredKind::new(definition)
                .map_err(|fault| format!("The kind in {file}: {fault}"))?;
            let is_new = |name: &str| name.eq_ignore_ascii_case(new.name());
            if builtin::KINDS.iter().any(|known| is_new(known.kind))
                || declared.iter().any(|known| is_new(known.name()))
            {
                return Err(format!(
                    "The kind in {file}: there is a kind {} already. Give it another name.",
                    new.name()
                ));
            }
            declared.push(new);
        }
        Ok(Self { declared })
    }

    /// Whether the kind of an entity takes it.
    pub(super) fn check(&self, value: &Value) -> Verdict {
        let (kind, version) = kind_and_version(value);
        if let Some(builtin) = builtin_kind(kind, version) {
            return match check_builtin(builtin, value) {
                Ok(()) => Verdict::Valid,
                Err(fault) => Verdict::Wrong(builtin.processor, fault),
            };
        }
        match self.declared.iter().find(|known| known.is(kind, version)) {
            Some(declared) => match declared.check(value) {
                Ok(()) => Verdict::Valid,
                Err(fault) => Verdict::Wrong(DeclaredKind::PROCESSOR, fault),
            },
            None => Verdict::Unknown,
        }
    }

    /// Which fields of an entity become relations, and who says so in messages.
    pub(super) fn relation_rules(&self, value: &Value) -> Option<(&'static str, &[RelationRule])> {
        let (kind, version) = kind_and_version(value);
        if let Some(builtin) = builtin_kind(kind, version) {
            return Some((builtin.processor, builtin.relations));
        }
        let declared = self.declared.iter().find(|known| known.is(kind, version))?;
        Some((DeclaredKind::PROCESSOR, declared.relations()))
    }

    /// All kinds with their versions.
    pub(super) fn known(&self) -> impl Iterator<Item = (&str, &str)> {
        let builtin = builtin::KINDS.iter().flat_map(|known| {
            let versions = known.api_versions.iter();
            versions.map(|version| (known.kind, *version))
        });
        let declared = self.declared.iter().flat_map(|known| {
            let versions = known.api_versions().iter();
            versions.map(|version| (known.name(), version.as_str()))
        });
        builtin.chain(declared)
    }
}

impl fmt::Debug for Kinds {
    /// Shows the declared schemas: what this prints changes when the kinds do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schemas = self.declared.iter().map(DeclaredKind::definition);
        f.debug_list().entries(schemas).finish()
    }
}

fn kind_and_version(value: &Value) -> (&str, &str) {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    (text("kind"), text("apiVersion"))
}

fn builtin_kind(kind: &str, version: &str) -> Option<&'static BuiltinKind> {
    builtin::KINDS
        .iter()
        .find(|known| known.kind == kind && known.api_versions.contains(&version))
}

fn check_builtin(kind: &BuiltinKind, value: &Value) -> Result<(), ShapeFault> {
    check(value, WITH_SPEC, &mut String::new())?;
    let spec = &value["spec"];
    let written = spec["type"].as_str();
    let special = kind.types.iter().find(|(name, _)| Some(*name) == written);
    // An API of type `mcp-server` with a definition is an ordinary one: it was one before there were remotes.
    let special = special.filter(|_| kind.kind != "API" || spec.get("definition").is_none());
    let fields = special.map_or(kind.spec, |(_, fields)| fields);
    check(spec, Shape::Map(fields), &mut "/spec".to_owned())
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
        for version in ["example.com/v1", "example.com/v2"] {
            let value = json!({"apiVersion": version, "kind": "Runbook"});
            let (_, rules) = kinds.relation_rules(&value).expect("a known version");
            assert_eq!(rules[0].inverse, "coveredBy");
        }
        let other = json!({"apiVersion": "example.com/v3", "kind": "Runbook"});
        assert!(kinds.relation_rules(&other).is_none());
    }

    #[test]
    fn what_kinds_print_depends_on_their_schemas_only() {
        let runbook = |text: &str| {
            declare(json!({
                "description": text,
                "properties": {"kind": {"const": "Runbook"}, "apiVersion": {"const": "v1"}},
            }))
            .expect("a kind")
        };
        assert_eq!(format!("{:?}", runbook("a")), format!("{:?}", runbook("a")));
        assert_ne!(format!("{:?}", runbook("a")), format!("{:?}", runbook("b")));
        assert_eq!(format!("{:?}", Kinds::builtin()), "[]");
    }
}
