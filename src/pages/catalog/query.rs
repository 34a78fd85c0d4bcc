//! What the address of the list asks for: kind, filters, text, order, page. Nothing of it can fail;
//! what makes no sense is left out.

use super::property::{Column, Facet};
use crate::{
    catalog::{Filter, OrderField},
    entity::EntityRef,
    urls,
};

/// Rows a page, where the address names no other number.
pub(super) const PAGE_SIZE: usize = 50;
/// The numbers of rows a page may have.
const PAGE_SIZES: [usize; 3] = [25, PAGE_SIZE, 100];
/// Filter values an address may hold; more are left out.
const MAX_VALUES: usize = 50;

/// The annotation of entities no file lists any more.
pub(in crate::pages) const ORPHAN: &str = "metadata.annotations.backstage.io/orphan";

/// Which part of the catalog, in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListQuery {
    /// In lower case; `None`: not said.
    pub(super) kind: Option<String>,
    /// What is looked for in names, titles and descriptions.
    pub(super) text: String,
    /// Only what no file lists any more.
    pub(super) orphans: bool,
    /// Ordered by.
    pub(super) sort: Column,
    /// From the end.
    pub(super) descending: bool,
    /// From 1.
    pub(super) page: usize,
    /// Rows a page.
    pub(super) size: usize,
    chosen: Vec<(Facet, String)>,
}

/// The kind that means all of them.
pub(super) const EVERY_KIND: &str = "all";

impl ListQuery {
    /// From a query string; Backstage's `filters[kind]=…` leads to the same list.
    pub(super) fn parse(query: &str) -> Self {
        let mut list = Self {
            kind: None,
            text: String::new(),
            orphans: false,
            sort: Column::Name,
            descending: false,
            page: 1,
            size: PAGE_SIZE,
            chosen: Vec::new(),
        };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            if !value.is_empty() {
                list.take(&without_brackets(&key), value);
            }
        }
        list
    }

    fn take(&mut self, key: &str, value: &str) {
        match key {
            "kind" => self.kind = Some(value.to_lowercase()),
            "q" | "text" => self.text = value.chars().take(100).collect(),
            "orphans" => self.orphans = value == "only",
            "sort" => {
                self.descending = value.starts_with('-');
                let name = value.trim_start_matches('-');
                let column = Column::ALL.into_iter().find(|c| c.param() == name);
                self.sort = column.unwrap_or(Column::Name);
            }
            "page" => self.page = value.parse().unwrap_or(1).clamp(1, 1_000_000),
            "size" => {
                let size = value.parse().ok().filter(|size| PAGE_SIZES.contains(size));
                self.size = size.unwrap_or(PAGE_SIZE);
            }
            _ => {
                let name = key.strip_suffix('s').unwrap_or(key);
                let facet = Facet::ALL.into_iter().find(|f| f.param() == name);
                if let Some(facet) = facet {
                    self.choose(facet, value);
                }
            }
        }
    }

    fn choose(&mut self, facet: Facet, value: &str) {
        let value = match facet {
            // Backstage's addresses name a group of the default namespace by its name alone.
            Facet::Owner if !value.contains(':') => {
                EntityRef::new("group", "default", value).to_string()
            }
            _ => value.to_owned(),
        };
        let chosen = (facet, value);
        if self.chosen.len() < MAX_VALUES && !self.chosen.contains(&chosen) {
            self.chosen.push(chosen);
        }
    }

    /// The values chosen of a facet.
    pub(super) fn chosen(&self, facet: Facet) -> impl Iterator<Item = &str> {
        self.chosen
            .iter()
            .filter(move |(of, _)| *of == facet)
            .map(|(_, value)| value.as_str())
    }

    /// Everything chosen, in the order of the address.
    pub(super) fn all_chosen(&self) -> &[(Facet, String)] {
        &self.chosen
    }

    /// The same, with a kind; type and lifecycle mean something else there.
    pub(super) fn of_kind(&self, kind: &str) -> Self {
        let mut other = self.clone();
        other.kind = Some(kind.to_lowercase());
        other
            .chosen
            .retain(|(facet, _)| matches!(facet, Facet::Owner | Facet::Tag));
        other.page = 1;
        other
    }

    /// The same without one value.
    pub(super) fn without(&self, facet: Facet, value: &str) -> Self {
        let mut other = self.clone();
        other
            .chosen
            .retain(|(f, v)| (*f, v.as_str()) != (facet, value));
        other.page = 1;
        other
    }

    /// The same without text.
    pub(super) fn without_text(&self) -> Self {
        Self {
            text: String::new(),
            page: 1,
            ..self.clone()
        }
    }

    /// The same, orphans or not.
    pub(super) fn with_all(&self) -> Self {
        Self {
            orphans: false,
            page: 1,
            ..self.clone()
        }
    }

    /// The same, narrowed by nothing but the kind.
    pub(super) fn whole(&self) -> Self {
        let mut other = self.without_text().with_all();
        other.chosen.clear();
        other
    }

    /// The same, ordered by a column; by the same column again: the other way round.
    pub(super) fn sorted_by(&self, column: Column) -> Self {
        Self {
            descending: self.sort == column && !self.descending,
            sort: column,
            page: 1,
            ..self.clone()
        }
    }

    /// The same, another page.
    pub(super) fn on_page(&self, page: usize) -> Self {
        Self {
            page,
            ..self.clone()
        }
    }

    /// Its address below a path; what is as always is not written.
    pub(super) fn url(&self, path: &str) -> String {
        let sort = format!(
            "{}{}",
            if self.descending { "-" } else { "" },
            self.sort.param()
        );
        let (page, size) = (self.page.to_string(), self.size.to_string());
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        if let Some(kind) = &self.kind {
            pairs.push(("kind", kind));
        }
        for (facet, value) in &self.chosen {
            pairs.push((facet.param(), value));
        }
        if !self.text.is_empty() {
            pairs.push(("q", &self.text));
        }
        if self.orphans {
            pairs.push(("orphans", "only"));
        }
        if sort != Column::Name.param() {
            pairs.push(("sort", &sort));
        }
        if self.size != PAGE_SIZE {
            pairs.push(("size", &size));
        }
        if self.page > 1 {
            pairs.push(("page", &page));
        }
        urls::with_query(path, &pairs)
    }

    /// What must hold, but for `kind` and text, and but for the choices of `left_out`.
    pub(super) fn filter(&self, left_out: Option<Facet>) -> Vec<Filter> {
        let mut all = Vec::new();
        if self.orphans {
            all.push(Filter::In(ORPHAN.to_owned(), vec!["true".to_owned()]));
        }
        for facet in Facet::ALL.into_iter().filter(|f| Some(*f) != left_out) {
            let values: Vec<String> = self.chosen(facet).map(str::to_lowercase).collect();
            if !values.is_empty() {
                all.push(Filter::In(facet.field().to_owned(), values));
            }
        }
        all
    }

    /// The order, made total by the name.
    pub(super) fn order(&self) -> Vec<OrderField> {
        let mut order = vec![OrderField {
            field: self.sort.field().to_owned(),
            descending: self.descending,
        }];
        if self.sort != Column::Name {
            order.push(OrderField {
                field: Column::Name.field().to_owned(),
                descending: false,
            });
        }
        order
    }
}

/// `filters[owners][0]` is `owners`.
fn without_brackets(key: &str) -> String {
    let Some(inner) = key.strip_prefix("filters[") else {
        return key.to_owned();
    };
    inner.split(']').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_being_read_and_written() {
        for query in [
            "",
            "kind=api",
            "kind=component&owner=group%3Adefault%2Fgates&type=service&type=website&q=tick+et",
            "kind=all&tag=java&orphans=only&sort=-owner&size=100&page=3",
        ] {
            let url = ListQuery::parse(query).url("/catalog");
            let expected = if query.is_empty() {
                "/catalog".to_owned()
            } else {
                format!("/catalog?{query}")
            };
            assert_eq!(url, expected);
        }
    }

    #[test]
    fn backstages_addresses_lead_to_the_same_list() {
        let theirs = "filters[kind]=Component&filters[type]=service&filters[owners][0]=gates&filters[owners][1]=group:rail/x&filters[lifecycles]=production&filters[tags]=java&filters[text]=a&limit=20";
        let ours = "kind=component&type=service&owner=group:default/gates&owner=group:rail/x&lifecycle=production&tag=java&q=a";
        assert_eq!(ListQuery::parse(theirs), ListQuery::parse(ours));
    }

    #[test]
    fn nonsense_is_left_out() {
        let list = ListQuery::parse("page=-1&size=7000000&sort=etag&type=&q=+&unknown=1");
        assert_eq!(list, ListQuery::parse(""));
        let many = (0..200)
            .map(|n| format!("tag=t{n}"))
            .collect::<Vec<_>>()
            .join("&");
        assert_eq!(ListQuery::parse(&many).all_chosen().len(), MAX_VALUES);
    }

    #[test]
    fn another_kind_keeps_owner_and_tag() {
        let list =
            ListQuery::parse("kind=component&type=service&owner=group:default/x&tag=t&page=4");
        assert_eq!(
            list.of_kind("API").url("/catalog"),
            "/catalog?kind=api&owner=group%3Adefault%2Fx&tag=t"
        );
    }

    #[test]
    fn a_head_orders_and_then_turns_the_order_round() {
        let list = ListQuery::parse("page=2");
        let once = list.sorted_by(Column::Owner);
        assert_eq!(once.url("/catalog"), "/catalog?sort=owner");
        assert_eq!(
            once.sorted_by(Column::Owner).url("/catalog"),
            "/catalog?sort=-owner"
        );
        assert_eq!(once.order().len(), 2);
        assert_eq!(list.order().len(), 1);
    }

    #[test]
    fn values_of_one_facet_are_alternatives_and_facets_narrow_each_other() {
        let list = ListQuery::parse("type=Service&type=website&tag=java");
        let both = list.filter(None);
        assert_eq!(both.len(), 2);
        let types = vec!["service".to_owned(), "website".to_owned()];
        assert_eq!(both[0], Filter::In("spec.type".to_owned(), types));
        assert_eq!(list.filter(Some(Facet::Type)).len(), 1);
    }
}
