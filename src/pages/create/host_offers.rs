//! What Git hosts offer for the fields of a page: owners, projects, repositories, branches. Asked before the page is
//! drawn, all of them at once, and never for long.

use std::collections::HashMap;

use futures_util::future::join_all;

use super::{
    control::OFFERED,
    loaded::Loaded,
    repository::{part_name, product, shown},
    view::{Offer, id_of},
};
use crate::{
    http::AppState,
    scaffolder::{
        form::{
            Answers, Control, Field, HostList, NamedRepository, Picker, RepoPart, RepoUrl,
            RepoUrlOptions, all_fields,
        },
        host_lists::{HostNames, Patience, host_names},
    },
};

/// The answer whose repository branches are picked from.
const REPO_URL: &str = "/repoUrl";
/// Hosts are asked for so many lists for one page.
const MAX_LISTS: usize = 12;

/// A form, as far as hosts are asked for it.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) state: &'a AppState,
    pub(super) loaded: &'a Loaded,
    pub(super) answers: &'a Answers,
}

/// The answers of the hosts.
pub(super) struct HostOffers<'a> {
    asking: Asking<'a>,
    lists: HashMap<HostList, HostNames>,
    repository: Option<(RepoUrl, RepoUrlOptions)>,
}

/// What is offered for one field.
#[derive(Debug, Default)]
pub(super) struct Offered {
    pub(super) offers: Vec<Offer>,
    /// Why there is nothing; may be empty.
    pub(super) why_none: String,
}

impl<'a> HostOffers<'a> {
    /// Asks for the fields of a page, or for the control of one id alone.
    pub(super) async fn ask(
        asking: Asking<'a>,
        fields: &[Field],
        only: Option<&str>,
        patience: Patience,
    ) -> Self {
        let mut offers = Self {
            asking,
            lists: HashMap::new(),
            repository: repository(asking, fields),
        };
        let mut wanted: Vec<HostList> = Vec::new();
        for (id, list) in all_fields(fields).flat_map(|field| offers.lists_of(field)) {
            if only.is_none_or(|only| only == id) && !wanted.contains(&list) {
                wanted.push(list);
            }
        }
        wanted.truncate(MAX_LISTS);
        let services = asking.state.runs.services();
        let asked = wanted
            .iter()
            .map(|list| host_names(services, list, patience));
        let answers = join_all(asked).await;
        offers.lists = wanted.into_iter().zip(answers).collect();
        offers
    }

    /// The lists behind the controls of a field, by their ids.
    fn lists_of(&self, field: &Field) -> Vec<(String, HostList)> {
        match &field.control {
            Control::Pick { picker, .. } if !self.is_own_owner(picker) => {
                let list = picker.host_list(self.repository());
                let named = |list| (id_of(&field.pointer), list);
                list.map(named).into_iter().collect()
            }
            Control::RepoUrl { url, options } => {
                let shown = shown(self.asking.state, self.asking.loaded, url, options);
                let parts = RepoPart::of(product(self.asking.state, &shown.host)).iter();
                let list = |part: &RepoPart| {
                    let list = self.named(&shown, options).list_of(*part)?;
                    let is_asked =
                        options.allowed(*part).is_empty() && !self.is_known(*part, &shown.host);
                    is_asked.then(|| (id_of(&part_name(*part, &field.pointer)), list))
                };
                parts.filter_map(list).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether what is offered for a part is known without asking: who may own something on the portal's own host.
    fn is_known(&self, part: RepoPart, host: &str) -> bool {
        part == RepoPart::Owner && self.asking.state.forges.is_local(host)
    }

    fn is_own_owner(&self, picker: &Picker) -> bool {
        matches!(picker, Picker::RepoOwner { host, .. } if self.is_known(RepoPart::Owner, host))
    }

    fn named<'r>(&self, url: &'r RepoUrl, options: &'r RepoUrlOptions) -> NamedRepository<'r> {
        NamedRepository {
            url,
            options,
            product: product(self.asking.state, &url.host),
        }
    }

    fn repository(&self) -> Option<NamedRepository<'_>> {
        let (url, options) = self.repository.as_ref()?;
        Some(self.named(url, options))
    }

    fn own_owners(&self) -> Vec<String> {
        self.asking.loaded.owners()
    }

    /// What is offered for a picker; `None` for one that no host is ever asked for.
    pub(super) fn of_picker(&self, picker: &Picker, written: &str) -> Option<Offered> {
        if self.is_own_owner(picker) {
            return Some(Offered::among(&self.own_owners(), written, |name| {
                picker.may_offer(name)
            }));
        }
        let may_offer = |name: &str| picker.may_offer(name);
        picker.is_of_host().then(|| {
            let list = picker.host_list(self.repository());
            self.offered(list.as_ref(), written, may_offer)
        })
    }

    /// What is offered for a part of an address as it is shown; `None` for one that no host is ever asked for.
    pub(super) fn of_part(
        &self,
        part: RepoPart,
        shown: &RepoUrl,
        options: &RepoUrlOptions,
    ) -> Option<Offered> {
        let written = shown.part(part);
        if self.is_known(part, &shown.host) {
            return Some(Offered::among(&self.own_owners(), "", |_| true));
        }
        let named = self.named(shown, options);
        named.is_listed(part).then(|| {
            let list = named.list_of(part);
            self.offered(list.as_ref(), written, |_| true)
        })
    }

    /// What is offered for the control of an id; `None` where no host is asked for it.
    pub(super) fn at(&self, fields: &[Field], id: &str) -> Option<Offered> {
        all_fields(fields).find_map(|field| match &field.control {
            Control::Pick { picker, value, .. } if id_of(&field.pointer) == id => {
                self.of_picker(picker, value)
            }
            Control::RepoUrl { url, options } => {
                let is_here = |part: &RepoPart| id_of(&part_name(*part, &field.pointer)) == id;
                let part = RepoPart::ALL.into_iter().find(is_here)?;
                let shown = shown(self.asking.state, self.asking.loaded, url, options);
                self.of_part(part, &shown, options)
            }
            _ => None,
        })
    }

    fn offered(
        &self,
        list: Option<&HostList>,
        written: &str,
        may_offer: impl Fn(&str) -> bool,
    ) -> Offered {
        match list.and_then(|list| self.lists.get(list)) {
            Some(HostNames::Listed(names)) => Offered::among(names, written, may_offer),
            Some(HostNames::Missing(why)) => Offered {
                why_none: why.clone(),
                ..Offered::default()
            },
            None => Offered::default(),
        }
    }
}

impl Offered {
    /// Those among some names that hold what was written.
    fn among(names: &[String], written: &str, may_offer: impl Fn(&str) -> bool) -> Self {
        let written = written.to_lowercase();
        let fitting = names
            .iter()
            .filter(|name| name.to_lowercase().contains(&written) && may_offer(name));
        Self {
            offers: fitting.take(OFFERED).cloned().map(Offer::named).collect(),
            why_none: String::new(),
        }
    }
}

/// The repository that `repoUrl` names, looked for only where a branch is picked.
fn repository(asking: Asking<'_>, fields: &[Field]) -> Option<(RepoUrl, RepoUrlOptions)> {
    let is_branch = |field: &Field| {
        matches!(
            field.control,
            Control::Pick {
                picker: Picker::Branch,
                ..
            }
        )
    };
    if !all_fields(fields).any(is_branch) {
        return None;
    }
    for page in &asking.loaded.pages {
        let fields = page.fields(asking.answers);
        let found = all_fields(&fields).find(|field| field.pointer == REPO_URL);
        if let Some(Control::RepoUrl { url, options }) = found.map(|field| &field.control) {
            let shown = shown(asking.state, asking.loaded, url, options);
            return Some((shown, options.clone()));
        }
    }
    let written = asking.answers.value(REPO_URL)?.as_str()?;
    Some((RepoUrl::parse(written), RepoUrlOptions::default()))
}

#[cfg(test)]
mod tests {
    use super::Offered;

    #[test]
    fn what_was_written_is_found_anywhere_in_a_name_and_some_are_offered() {
        let names: Vec<String> = (0..200).map(|number| format!("Shop-{number}")).collect();
        let offered = |written| Offered::among(&names, written, |name| name != "Shop-17").offers;
        assert_eq!(offered("").len(), 50);
        assert_eq!(offered("shop-1").len(), 50);
        let found: Vec<String> = offered("-18").into_iter().map(|one| one.value).collect();
        assert_eq!(found[0], "Shop-18");
        assert_eq!(found.len(), 11);
        assert!(offered("shop-17").iter().all(|one| one.value != "Shop-17"));
        assert!(offered("fares").is_empty());
    }
}
