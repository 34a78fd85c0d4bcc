//! The read model against a naive one, and itself after changes against itself made anew.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::store::StoredEntity;

/// A component of few words, so that random ones have much in common.
#[derive(Debug, Clone)]
struct Draft {
    name: u8,
    kind: &'static str,
    owner: u8,
    lifecycle: Option<&'static str>,
    tags: Vec<&'static str>,
    depends_on: Vec<u8>,
    revision: u8,
}

impl Draft {
    fn entity_ref(&self) -> EntityRef {
        EntityRef::new(self.kind, "default", &format!("n{}", self.name))
    }

    fn change(&self) -> Change {
        let mut spec = json!({"type": "service", "owner": format!("team-{}", self.owner), "revision": self.revision});
        if let Some(lifecycle) = self.lifecycle {
            spec["lifecycle"] = lifecycle.into();
        }
        if self.kind == "Component" {
            spec["dependsOn"] = self
                .depends_on
                .iter()
                .map(|name| format!("component:n{name}"))
                .collect();
        }
        let document = json!({
            "metadata": {"namespace": "default", "name": format!("n{}", self.name), "tags": self.tags},
            "apiVersion": "backstage.io/v1alpha1",
            "kind": self.kind,
            "spec": spec,
        });
        Change::Put(StoredEntity {
            entity_ref: self.entity_ref(),
            uid: format!("uid-{:02}-{}", 99 - self.name, self.kind),
            document: document.to_string(),
            errors: Vec::new(),
            orphan: false,
            location: None,
            targets: Vec::new(),
        })
    }
}

fn take(catalog: &Catalog, changes: Vec<Change>) {
    catalog.take_in(catalog.parse(changes));
}

fn draft() -> impl Strategy<Value = Draft> {
    let lifecycle = prop::sample::select(vec![
        None,
        Some("Production"),
        Some("production"),
        Some("experimental"),
    ]);
    let tags = prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 0..3);
    let depends_on = prop::collection::vec(0_u8..12, 0..4);
    (
        0_u8..12,
        prop::sample::select(vec!["Component", "API"]),
        0_u8..3,
        lifecycle,
        tags,
        depends_on,
        0_u8..3,
    )
        .prop_map(
            |(name, kind, owner, lifecycle, mut tags, depends_on, revision)| {
                tags.dedup();
                Draft {
                    name,
                    kind,
                    owner,
                    lifecycle,
                    tags,
                    depends_on,
                    revision,
                }
            },
        )
}

#[derive(Debug, Clone)]
enum Step {
    Put(Draft),
    Gone(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![4 => draft().prop_map(Step::Put), 1 => (0_u8..12).prop_map(Step::Gone)]
}

fn catalog() -> Catalog {
    Catalog::new(Arc::new(Kinds::builtin()))
}

/// The drafts that are alive after some steps.
fn alive(steps: &[Step]) -> BTreeMap<EntityRef, Draft> {
    let mut alive = BTreeMap::new();
    for step in steps {
        match step {
            Step::Put(draft) => drop(alive.insert(draft.entity_ref(), draft.clone())),
            Step::Gone(name) => {
                drop(alive.remove(&EntityRef::new("Component", "default", &format!("n{name}"))));
            }
        }
    }
    alive
}

fn apply_one_by_one(catalog: &Catalog, steps: &[Step]) {
    for step in steps {
        let change = match step {
            Step::Put(draft) => draft.change(),
            Step::Gone(name) => {
                Change::Gone(EntityRef::new("Component", "default", &format!("n{name}")))
            }
        };
        take(catalog, vec![change]);
    }
}

/// Packs every document, in small slices.
fn pack(catalog: &Catalog) {
    let mut next = Some(0);
    while let Some(first) = next {
        next = catalog.write().pack(first, 3);
    }
}

fn by_query(filter: Filter, order: &[(&str, bool)], limit: usize) -> EntityQuery {
    let order = order.iter().map(|(field, descending)| OrderField {
        field: (*field).to_owned(),
        descending: *descending,
    });
    EntityQuery {
        filter,
        full_text: None,
        order: order.collect(),
        limit,
        offset: 0,
        with_total: true,
    }
}

fn names(items: &[Bytes]) -> Vec<String> {
    let name = |item: &Bytes| {
        let entity: Value = serde_json::from_slice(item).expect("entities are JSON");
        format!(
            "{}:{}",
            entity["kind"].as_str().expect("a kind"),
            entity["metadata"]["name"].as_str().expect("a name")
        )
    };
    items.iter().map(name).collect()
}

/// Everything that can be asked, so that it is made and has to be kept up to date.
fn warm(catalog: &Catalog) {
    let snapshot = catalog.read();
    for key in [
        "kind",
        "spec.lifecycle",
        "metadata.tags",
        "metadata.name",
        "relations.ownedby",
        "relations.dependencyof",
        "metadata.uid",
    ] {
        let _ = snapshot.query(&by_query(
            Filter::Exists(key.to_owned()),
            &[(key, false)],
            5,
        ));
        let _ = snapshot.facet(key, &Filter::All);
    }
    let _ = holding(&snapshot, "pr");
}

/// How many hold a text.
fn holding(snapshot: &Snapshot<'_>, term: &str) -> usize {
    let text = FullTextFilter {
        term: term.to_owned(),
        fields: ["metadata.name", "spec.lifecycle", "spec.owner"]
            .map(str::to_owned)
            .to_vec(),
    };
    snapshot.count(Which {
        filter: &Filter::All,
        full_text: Some(&text),
    })
}

type Everything = (
    Vec<String>,
    Vec<usize>,
    Vec<Arc<[FacetValue]>>,
    Vec<Vec<String>>,
);

fn everything(catalog: &Catalog) -> Everything {
    let snapshot = catalog.read();
    let text = |item: &Bytes| String::from_utf8(item.to_vec()).expect("text");
    let all = snapshot
        .query(&by_query(Filter::All, &[], 1_000))
        .items
        .iter()
        .map(text)
        .collect();
    let keys = [
        "kind",
        "spec.lifecycle",
        "metadata.tags",
        "relations.ownedby",
        "relations.dependencyof",
        "spec.revision",
    ];
    let facets = keys.map(|key| snapshot.facet(key, &Filter::All));
    let orders = ["spec.lifecycle", "metadata.tags", "relations.dependencyof"].map(|key| {
        names(
            &snapshot
                .query(&by_query(Filter::All, &[(key, true)], 1_000))
                .items,
        )
    });
    let held = ["pr", "n1", "team-2", "o"].map(|term| holding(&snapshot, term));
    (all, held.to_vec(), facets.to_vec(), orders.to_vec())
}

/// A filter, and what it says of a draft.
type Case = (Filter, fn(&Draft) -> bool);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn following_changes_equals_starting_anew(steps in prop::collection::vec(step(), 1..40)) {
        let followed = catalog();
        take(&followed, vec![Draft { name: 99, kind: "API", owner: 1, lifecycle: None, tags: vec!["z"], depends_on: vec![], revision: 0 }.change()]);
        warm(&followed);
        take(&followed, vec![Change::Gone(EntityRef::new("API", "default", "n99"))]);
        for steps in steps.chunks(10) {
            apply_one_by_one(&followed, steps);
            pack(&followed);
        }
        let anew = catalog();
        take(&anew, alive(&steps).values().map(Draft::change).collect());
        anew.settle();
        prop_assert_eq!(everything(&followed), everything(&anew));
        prop_assert_eq!(followed.read().len(), alive(&steps).len());
    }

    #[test]
    fn filters_select_what_they_say(steps in prop::collection::vec(step(), 1..40)) {
        let catalog = catalog();
        apply_one_by_one(&catalog, &steps);
        let cases: Vec<Case> = vec![
            (Filter::equals("kind", "component"), |draft| draft.kind == "Component"),
            (Filter::equals("spec.lifecycle", "production"), |draft| draft.lifecycle.is_some_and(|found| found.eq_ignore_ascii_case("production"))),
            (Filter::Exists("spec.lifecycle".into()), |draft| draft.lifecycle.is_some()),
            (Filter::Not(Box::new(Filter::Exists("metadata.tags.a".into()))), |draft| !draft.tags.contains(&"a")),
            (Filter::Prefix("spec.lifecycle".into(), "exp".into()), |draft| draft.lifecycle == Some("experimental")),
            (Filter::equals("relations.ownedby", "group:default/team-1"), |draft| draft.owner == 1),
            (
                Filter::AllOf(vec![Filter::equals("kind", "api"), Filter::AnyOf(vec![Filter::equals("metadata.tags", "a"), Filter::equals("metadata.tags", "b")])]),
                |draft| draft.kind == "API" && (draft.tags.contains(&"a") || draft.tags.contains(&"b")),
            ),
        ];
        for (filter, expected) in cases {
            let expected = alive(&steps).values().filter(|draft| expected(draft)).count();
            prop_assert_eq!(catalog.read().count(&filter), expected, "{:?}", filter);
            let again = Filter::from_predicate(&filter.to_predicate()).expect("a predicate");
            prop_assert_eq!(catalog.read().count(&again), expected, "{:?}", again);
        }
    }

    #[test]
    fn cursors_walk_through_everything_and_back(
        steps in prop::collection::vec(step(), 1..60),
        limit in 1_usize..7,
        key in prop::sample::select(vec!["", "metadata.name", "spec.lifecycle", "metadata.tags"]),
        descending in any::<bool>(),
        kind in prop::sample::select(vec![None, Some("api")]),
    ) {
        let catalog = catalog();
        apply_one_by_one(&catalog, &steps);
        let snapshot = catalog.read();
        let filter = kind.map_or(Filter::All, |kind| Filter::equals("kind", kind));
        let order = if key.is_empty() { vec![] } else { vec![(key, descending)] };
        let whole = names(&snapshot.query(&by_query(filter.clone(), &order, 1_000)).items);
        let mut page = snapshot.query(&by_query(filter, &order, limit));
        prop_assert!(page.prev_cursor.is_none());
        let total = page.total_items;
        let mut pages = vec![names(&page.items)];
        while let Some(cursor) = page.next_cursor.clone() {
            page = snapshot.continue_query(&cursor, limit).expect("our own cursor");
            prop_assert_eq!(page.total_items, total);
            pages.push(names(&page.items));
        }
        prop_assert_eq!(pages.concat(), whole);
        let mut back = vec![names(&page.items)];
        while let Some(cursor) = page.prev_cursor.clone() {
            page = snapshot.continue_query(&cursor, limit).expect("our own cursor");
            prop_assert!(page.next_cursor.is_some());
            back.push(names(&page.items));
        }
        back.reverse();
        prop_assert_eq!(back, pages);
    }
}

#[test]
fn relations_and_ancestors_follow_those_who_declare_them() {
    let catalog = catalog();
    let component = Draft {
        name: 1,
        kind: "Component",
        owner: 1,
        lifecycle: None,
        tags: vec![],
        depends_on: vec![2],
        revision: 0,
    };
    let other = Draft {
        name: 2,
        depends_on: vec![],
        ..component.clone()
    };
    take(&catalog, vec![component.change(), other.change()]);
    let relations = |entity_ref: &str| -> Vec<(String, String)> {
        let entity = catalog.read().entity(entity_ref).expect("it is there");
        let entity: Value = serde_json::from_slice(&entity).expect("entities are JSON");
        let relation = |relation: &Value| {
            (
                relation["type"].as_str().unwrap().to_owned(),
                relation["targetRef"].as_str().unwrap().to_owned(),
            )
        };
        entity["relations"]
            .as_array()
            .expect("a list")
            .iter()
            .map(relation)
            .collect()
    };
    let pair = |kind: &str, target: &str| (kind.to_owned(), target.to_owned());
    assert_eq!(
        relations("component:default/n2"),
        [
            pair("dependencyOf", "component:default/n1"),
            pair("ownedBy", "group:default/team-1")
        ]
    );
    let views = catalog.read().relations("component:default/n2");
    assert_eq!(views[0].declared_by, [component.entity_ref()]);
    assert!(!views[1].target_exists, "there is no such group");
    take(&catalog, vec![Change::Gone(component.entity_ref())]);
    assert_eq!(
        relations("component:default/n2"),
        [pair("ownedBy", "group:default/team-1")]
    );
    let around = catalog
        .read()
        .graph("component:default/n2", 2, 10, &[])
        .expect("it is there");
    assert_eq!((around.nodes.len(), around.edges.len()), (2, 1));
    assert_eq!(around.nodes[1].kind, None);
}

#[test]
fn full_text_looks_into_the_fields_asked_for() {
    let catalog = catalog();
    let draft = |name| Draft {
        name,
        kind: "API",
        owner: 1,
        lifecycle: Some("production"),
        tags: vec![],
        depends_on: vec![],
        revision: 0,
    };
    take(&catalog, (0..12).map(|name| draft(name).change()).collect());
    let find = |term: &str, fields: &[&str]| {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        let full_text = Some(FullTextFilter {
            term: term.to_owned(),
            fields,
        });
        catalog
            .read()
            .query(&EntityQuery {
                full_text,
                ..by_query(Filter::All, &[], 50)
            })
            .total_items
    };
    assert_eq!(find("N1", &["metadata.name"]), 3, "n1, n10, n11");
    assert_eq!(
        find("n1", &[]),
        0,
        "without order and fields the uid is looked at"
    );
    assert_eq!(find("N_", &["metadata.name"]), 12);
    assert_eq!(find("  ", &["metadata.name"]), 12, "an empty term is off");
}
