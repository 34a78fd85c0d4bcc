//! `catalog.rules`: which kinds a location may bring (`catalog-model.md` §8).

use globset::GlobBuilder;
use serde_json::Value;

use super::{AllowedKind, CatalogConfig, CatalogRule, LocationMatch, TargetMatch, reader::Section};
use crate::entity::LocationRef;

/// What holds without `catalog.rules`.
const DEFAULT_KINDS: [&str; 3] = ["Component", "API", "Location"];

impl CatalogConfig {
    /// Whether the rules let a root bring an entity of this kind: any rule that matches will do.
    #[must_use]
    pub fn allows(
        rules: &[CatalogRule],
        kind: &str,
        spec_type: Option<&str>,
        origin: &LocationRef,
    ) -> bool {
        rules.iter().any(|rule| {
            let is_kind = rule.allow.iter().any(|allowed| {
                allowed.kind.eq_ignore_ascii_case(kind)
                    && allowed.spec_type.as_deref().is_none_or(|wanted| {
                        spec_type.is_some_and(|found| found.eq_ignore_ascii_case(wanted))
                    })
            });
            is_kind
                && (rule.locations.is_empty()
                    || rule
                        .locations
                        .iter()
                        .any(|location| matches(location, origin)))
        })
    }
}

fn matches(wanted: &LocationMatch, origin: &LocationRef) -> bool {
    wanted.kind == origin.kind
        && match &wanted.target {
            TargetMatch::Any => true,
            TargetMatch::Exact(target) => *target == origin.target,
            TargetMatch::Pattern(pattern) => pattern.is_match(&origin.target),
        }
}

/// `catalog.rules`, or what holds without.
pub(super) fn read(catalog: Section<'_>) -> Vec<CatalogRule> {
    if catalog.get("rules").is_none() {
        let allow = DEFAULT_KINDS
            .iter()
            .map(|kind| AllowedKind {
                kind: (*kind).to_owned(),
                spec_type: None,
            })
            .collect();
        return vec![CatalogRule {
            allow,
            locations: Vec::new(),
        }];
    }
    catalog.sections("rules", |rule| {
        let locations = rule.sections("locations", location_match);
        Some(CatalogRule {
            allow: allowed_kinds(rule),
            locations,
        })
    })
}

/// The `allow` of a rule.
pub(super) fn allowed_kinds(rule: Section<'_>) -> Vec<AllowedKind> {
    let Some(Value::Array(list)) = rule.get("allow") else {
        rule.problem("allow", "must be a list of kinds.");
        return Vec::new();
    };
    let mut allowed = Vec::new();
    for item in list {
        let kind = item.as_str().or_else(|| item["kind"].as_str());
        match kind {
            Some(kind) => allowed.push(AllowedKind {
                kind: kind.to_owned(),
                spec_type: item["spec.type"].as_str().map(str::to_owned),
            }),
            None => rule.problem(
                "allow",
                "has an item that is neither a kind nor `{kind: …}`.",
            ),
        }
    }
    allowed
}

fn location_match(location: Section<'_>) -> Option<LocationMatch> {
    let kind = location.required_text("type")?.to_owned();
    let target = match (location.text("exact"), location.text("pattern")) {
        (Some(_), Some(_)) => {
            location.problem("pattern", "stands beside `exact`. Keep one of them.");
            return None;
        }
        (Some(exact), None) => TargetMatch::Exact(exact.to_owned()),
        (None, Some(pattern)) => {
            // As minimatch with `nocase` and `dot`: `*` stops at slashes.
            let glob = GlobBuilder::new(pattern)
                .case_insensitive(true)
                .literal_separator(true)
                .build();
            match glob {
                Ok(glob) => TargetMatch::Pattern(glob.compile_matcher()),
                Err(fault) => {
                    location.problem("pattern", format!("is no pattern: {fault}."));
                    return None;
                }
            }
        }
        (None, None) => TargetMatch::Any,
    };
    Some(LocationMatch { kind, target })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::problem::Problems;

    #[test]
    fn any_rule_that_matches_will_do() {
        let config = json!({"rules": [
            {"allow": ["Component"]},
            {"allow": ["User", {"kind": "Resource", "spec.type": "cluster"}], "locations": [{"type": "url", "pattern": "https://example.com/ORG/**"}]},
            {"allow": ["Group"], "locations": [{"type": "file", "exact": "/a.yaml"}]},
        ]});
        let problems = Problems::default();
        let rules = read(Section::root(&config, &problems));
        for (kind, spec_type, origin, expected) in [
            ("component", None, "file:/x", true),
            ("User", None, "url:https://example.com/org/a/b.yaml", true),
            ("User", None, "url:https://example.com/other/b.yaml", false),
            (
                "Resource",
                Some("cluster"),
                "url:https://example.com/org/a.yaml",
                true,
            ),
            (
                "Resource",
                Some("database"),
                "url:https://example.com/org/a.yaml",
                false,
            ),
            ("Group", None, "file:/a.yaml", true),
            ("Group", None, "file:/b.yaml", false),
            ("API", None, "file:/a.yaml", false),
        ] {
            let origin = LocationRef::parse(origin).expect("a location ref");
            assert_eq!(
                CatalogConfig::allows(&rules, kind, spec_type, &origin),
                expected,
                "{kind} {origin}"
            );
        }
    }

    #[test]
    fn without_rules_backstages_defaults_hold() {
        let problems = Problems::default();
        let rules = read(Section::root(&Value::Null, &problems));
        let origin = LocationRef::parse("file:/a").expect("a location ref");
        assert!(CatalogConfig::allows(&rules, "API", None, &origin));
        assert!(!CatalogConfig::allows(&rules, "Template", None, &origin));
    }
}
