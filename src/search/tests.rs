//! What is found, and in which order.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    catalog::Catalog,
    entity::{EntityRef, Kinds},
    error::Result,
    store::{Change, StoredEntity},
};

fn put(kind: &str, name: &str, title: Option<&str>, description: &str) -> Change {
    let mut metadata = json!({"namespace": "default", "name": name, "description": description});
    if let Some(title) = title {
        metadata["title"] = title.into();
    }
    let document = json!({
        "metadata": metadata,
        "apiVersion": "backstage.io/v1alpha1",
        "kind": kind,
        "spec": {"type": "service", "lifecycle": "production", "owner": "team-a"},
    });
    Change::Put(StoredEntity {
        entity_ref: EntityRef::new(kind, "default", name),
        uid: "u".to_owned(),
        document: document.to_string(),
        errors: Vec::new(),
        orphan: false,
        location: None,
        targets: Vec::new(),
    })
}

/// An index and the catalog it follows.
struct Indexed {
    catalog: Catalog,
    index: SearchIndex,
}

impl Indexed {
    fn apply(&self, changes: Vec<Change>) {
        self.index.apply(&changes).expect("applied");
        self.index.publish().expect("published");
        self.catalog.take_in(self.catalog.parse(changes));
        self.catalog.settle();
    }

    fn search(&self, request: &SearchRequest) -> Result<SearchPage> {
        self.index.search(request)
    }
}

fn index() -> Indexed {
    let catalog = Catalog::new(Arc::new(Kinds::builtin()));
    let index = SearchIndex::new(catalog.clone()).expect("an index");
    let indexed = Indexed { catalog, index };
    indexed.apply(vec![
        put(
            "Component",
            "billing-worker",
            None,
            "Sends what the ticket desk wrote",
        ),
        put("Component", "ticket", None, "Exact"),
        put("Component", "ticket-signer", Some("Ticket Signer"), "Signs"),
        put("Component", "old-ticket", None, "A word in the name"),
        put("API", "ticked", None, "A typo away"),
        put("API", "PaymentGateway", None, "Pays"),
        put("API", "cafe-finder", Some("Café"), "Coffee"),
    ]);
    indexed
}

fn request(term: &str) -> SearchRequest {
    SearchRequest {
        term: term.to_owned(),
        limit: 20,
        ..SearchRequest::default()
    }
}

fn titles(index: &Indexed, request: &SearchRequest) -> Vec<String> {
    let page = index.search(request).expect("results");
    assert_eq!(page.total, page.results.len());
    page.results
        .iter()
        .map(|result| {
            result.document["title"]
                .as_str()
                .expect("a title")
                .to_owned()
        })
        .collect()
}

#[test]
fn exact_names_come_before_prefixes_words_and_typos() {
    let found = titles(&index(), &request("ticket"));
    assert_eq!(
        found,
        [
            "ticket",
            "Ticket Signer",
            "old-ticket",
            "billing-worker",
            "ticked"
        ]
    );
}

#[test]
fn all_words_must_match() {
    let index = index();
    for (term, expected) in [
        ("ticket signer", &["Ticket Signer"][..]),
        ("signer ticket", &["Ticket Signer"]),
        ("ticket nowhere", &[]),
        (
            "tick",
            &[
                "ticket",
                "Ticket Signer",
                "ticked",
                "old-ticket",
                "billing-worker",
            ],
        ),
        ("payment", &["PaymentGateway"]),
        ("gateway", &["PaymentGateway"]),
        ("paymentgatway", &["PaymentGateway"]),
        ("CAFÉ", &["Café"]),
        ("cafe", &["Café"]),
    ] {
        let mut found = titles(&index, &request(term));
        let mut expected: Vec<String> = expected.iter().map(|title| (*title).to_owned()).collect();
        if term == "tick" {
            // Among equals no order is promised.
            found.sort();
            expected.sort();
        }
        assert_eq!(found, expected, "{term}");
    }
}

#[test]
fn an_empty_term_lists_everything_by_location() {
    let index = index();
    let all = titles(&index, &request("  -- "));
    assert_eq!(all.len(), 7);
    assert_eq!(all[0], "Café", "/catalog/default/api/cafe-finder");
}

#[test]
fn filters_restrict() {
    let index = index();
    let with = |key: &str, values: &[&str]| SearchRequest {
        filters: vec![(
            key.to_owned(),
            values.iter().map(|value| (*value).to_owned()).collect(),
        )],
        ..request("")
    };
    assert_eq!(titles(&index, &with("kind", &["API"])).len(), 3);
    assert_eq!(
        titles(&index, &with("kind", &["api", "Component"])).len(),
        7
    );
    assert_eq!(titles(&index, &with("name", &["ticket"])), ["ticket"]);
    assert!(titles(&index, &with("nothing", &["x"])).is_empty());
    let techdocs = SearchRequest {
        types: vec!["techdocs".to_owned()],
        ..request("")
    };
    assert!(titles(&index, &techdocs).is_empty());
}

#[test]
fn what_is_found_is_marked() {
    let page = index().search(&request("signer")).expect("results");
    let result = &page.results[0];
    let expected = format!("Ticket {}Signer{}", result.pre_tag, result.post_tag);
    assert_eq!(result.highlight["title"], expected);
}

#[test]
fn changes_are_followed() {
    let index = index();
    index.apply(vec![
        Change::Gone(EntityRef::new("Component", "default", "ticket")),
        put("API", "ticked", None, "moved on"),
    ]);
    assert_eq!(titles(&index, &request("ticket"))[0], "Ticket Signer");
    assert_eq!(titles(&index, &request("moved")), ["ticked"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_term_makes_the_search_fail(term in "\\PC{0,40}", filter in "\\PC{0,10}") {
        let index = index();
        let filters = vec![(filter.clone(), vec![filter])];
let filtered = SearchRequest { filters, ..request(&term) };
        prop_assert!(index.search(&filtered).is_ok());
        prop_assert!(index.search(&request(&term)).is_ok());
    }
}
