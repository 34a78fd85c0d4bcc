//! The filters there are. Which input each takes, and what it does with nothing, is Backstage's engine's.

use super::{
    Dialect, arguments::Values, error::Result, evaluate::Tools, filters_html, filters_list,
    filters_number, filters_repository, filters_text, value::Value,
};

/// What is left of a `|`, its arguments, and what may be used.
pub(super) type Filter = fn(&Value, &Values, &Tools<'_>) -> Result<Value>;

/// The filter of this name.
pub(super) fn named(name: &str) -> Option<Filter> {
    let known = FILTERS
        .binary_search_by_key(&name, |(known, _)| known)
        .ok()?;
    Some(FILTERS[known].1)
}

/// Whether templates of a dialect know the filter.
pub(super) fn is_known(name: &str, dialect: Dialect) -> bool {
    named(name).is_some() && (name != "jsonify" || dialect == Dialect::Cookiecutter)
}

/// The names of all filters.
#[cfg(test)]
pub(super) fn names() -> Vec<&'static str> {
    FILTERS.iter().map(|(name, _)| *name).collect()
}

/// By name, in order.
static FILTERS: [(&str, Filter); 48] = [
    ("abs", filters_number::abs),
    ("batch", filters_list::batch),
    ("capitalize", filters_text::capitalize),
    ("center", filters_text::center),
    ("d", |value, values, _| {
        Ok(filters_list::or_default(value, values))
    }),
    ("default", |value, values, _| {
        Ok(filters_list::or_default(value, values))
    }),
    ("dictsort", filters_list::dictsort),
    ("dump", filters_text::dump),
    ("e", filters_html::escape),
    ("escape", filters_html::escape),
    ("first", filters_list::first),
    ("float", filters_number::float),
    ("forceescape", filters_html::force_escape),
    ("groupby", filters_list::groupby),
    ("indent", filters_text::indent),
    ("int", filters_number::int),
    ("join", filters_list::join),
    ("jsonify", filters_text::jsonify),
    ("last", filters_list::last),
    ("length", filters_list::length),
    ("list", filters_list::list),
    ("lower", filters_text::lower),
    ("nl2br", filters_html::nl2br),
    ("parseEntityRef", filters_repository::parse_entity_ref),
    ("parseRepoUrl", filters_repository::parse_repo_url),
    ("pick", filters_repository::pick),
    ("projectSlug", filters_repository::project_slug),
    ("random", filters_list::random),
    ("reject", filters_list::reject),
    ("rejectattr", filters_list::rejectattr),
    ("replace", filters_text::replace),
    ("reverse", filters_list::reverse),
    ("round", filters_number::round),
    ("safe", filters_html::safe),
    ("select", filters_list::select),
    ("selectattr", filters_list::selectattr),
    ("slice", filters_list::slice),
    ("sort", filters_list::sort),
    ("string", filters_text::string),
    ("striptags", filters_html::striptags),
    ("sum", filters_number::sum),
    ("title", filters_text::title),
    ("trim", filters_text::trim),
    ("truncate", filters_text::truncate),
    ("upper", filters_text::upper),
    ("urlencode", filters_html::urlencode),
    ("urlize", filters_html::urlize),
    ("wordcount", filters_text::wordcount),
];

#[cfg(test)]
mod tests {
    use super::{FILTERS, named};

    #[test]
    fn the_table_is_in_order() {
        assert!(FILTERS.is_sorted_by_key(|(name, _)| name));
        assert!(named("upper").is_some() && named("map").is_none());
    }
}
