//! What the address of the gallery asks for. Nothing of it can fail; what makes no sense is left out.

use crate::{
    catalog::{Filter, FullTextFilter},
    entity::EntityRef,
    pages::params::Params,
    urls,
};

/// Where a text is looked for.
const TEXT_FIELDS: [&str; 4] = [
    "metadata.name",
    "metadata.title",
    "metadata.description",
    "metadata.tags",
];

/// Which templates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct GalleryFilter {
    /// What is looked for.
    pub(super) text: String,
    /// `spec.type`; empty: any.
    pub(super) kind: String,
    /// Ref of the owner; empty: any.
    pub(super) owner: String,
    /// A tag; empty: any.
    pub(super) tag: String,
    /// From 1.
    pub(super) page: usize,
}

impl GalleryFilter {
    /// From an address.
    pub(super) fn read(params: &Params) -> Self {
        let owner = params.text("owner");
        Self {
            text: params.text("q").chars().take(100).collect(),
            kind: params.text("type").to_owned(),
            owner: match EntityRef::parse(owner, Some("group"), "default") {
                Ok(owner) => owner.to_string(),
                Err(_) => String::new(),
            },
            tag: params.text("tag").to_owned(),
            page: params.number("page", 1).clamp(1, 100_000),
        }
    }

    /// Whether everything is listed.
    pub(super) fn is_open(&self) -> bool {
        *self
            == Self {
                page: self.page,
                ..Self::default()
            }
    }

    /// Its address.
    pub(super) fn url(&self) -> String {
        let page = self.page.to_string();
        let pairs = [
            ("q", self.text.as_str()),
            ("type", &self.kind),
            ("owner", &self.owner),
            ("tag", &self.tag),
            ("page", if self.page > 1 { &page } else { "" }),
        ];
        let said: Vec<(&str, &str)> = pairs
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        urls::with_query(urls::CREATE, &said)
    }

    /// The same, with another page.
    pub(super) fn on_page(&self, page: usize) -> Self {
        Self {
            page,
            ..self.clone()
        }
    }

    /// What must hold; but for the choice of one key, whose values are to be counted.
    pub(super) fn filter(&self, left_out: &str) -> Filter {
        let mut all = vec![Filter::equals("kind", "template")];
        for (key, value) in [(TYPE, &self.kind), (OWNER, &self.owner), (TAG, &self.tag)] {
            if key != left_out && !value.is_empty() {
                all.push(Filter::equals(key, value));
            }
        }
        Filter::AllOf(all)
    }

    /// The text that is looked for.
    pub(super) fn full_text(&self) -> Option<FullTextFilter> {
        (!self.text.is_empty()).then(|| FullTextFilter {
            term: self.text.clone(),
            fields: TEXT_FIELDS.map(str::to_owned).to_vec(),
        })
    }
}

/// Keys of what templates are narrowed by.
pub(super) const TYPE: &str = "spec.type";
pub(super) const OWNER: &str = "relations.ownedby";
pub(super) const TAG: &str = "metadata.tags";
