//! A place in a source: a file, perhaps a line, shown short and linked.

use askama::{Template, filters::HtmlSafe};

use crate::urls;

/// Segments of a path that tell files apart.
const SEGMENTS: usize = 3;

/// `fares/catalog-info.yaml:42`, a link to that line: `{{ place }}` in a template.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r#"{% if is_known %}<a class="place" href="{{ href }}" title="{{ whole }}">{{ short }}</a>{% else %}<span class="place" title="{{ whole }}">{{ short }}</span>{% endif %}"#,
    ext = "html"
)]
pub(in crate::pages) struct Place {
    href: String,
    whole: String,
    short: String,
    /// Whether there is a page about the file.
    is_known: bool,
}

impl HtmlSafe for Place {}

impl Place {
    /// A file by its location ref, and a line of it.
    pub(in crate::pages) fn new(location_ref: &str, line: Option<u32>) -> Self {
        let suffix = line.map(|line| format!(":{line}")).unwrap_or_default();
        Self {
            href: match line {
                Some(line) => urls::source_line(location_ref, line),
                None => urls::source_file(location_ref),
            },
            whole: format!("{}{suffix}", target_of(location_ref)),
            short: format!("{}{suffix}", short_name(location_ref)),
            is_known: true,
        }
    }
}

impl Place {
    /// Its name alone, where a link would lead to the page one is on.
    pub(in crate::pages) fn short(&self) -> &str {
        &self.short
    }
}

impl Place {
    /// The same, no link if nothing leads to the file any more.
    pub(in crate::pages) fn if_known(mut self, is_known: bool) -> Self {
        self.is_known = is_known;
        self
    }

    /// The same with its file's name alone: enough beside the name of the one who is written there.
    pub(in crate::pages) fn in_own_file(mut self) -> Self {
        if let Some((_, name)) = self.short.rsplit_once('/') {
            self.short = name.to_owned();
        }
        self
    }
}

/// The path or URL of a location ref, without its type.
pub(in crate::pages) fn target_of(location_ref: &str) -> &str {
    let parts = location_ref.split_once(':');
    parts.map_or(location_ref, |(_, target)| target)
}

/// The end of a path, or of a URL with its host: enough to recognise a file.
pub(in crate::pages) fn short_name(location_ref: &str) -> String {
    let target = target_of(location_ref);
    let path = target.split(['?', '#']).next().unwrap_or(target);
    let host = path
        .split_once("://")
        .and_then(|(_, rest)| rest.split('/').next());
    let segments: Vec<&str> = path
        .split_once("://")
        .map_or(path, |(_, rest)| {
            rest.split_once('/').map_or("", |(_, path)| path)
        })
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let shown = segments[segments.len().saturating_sub(SEGMENTS)..].join("/");
    match host {
        Some(host) if segments.len() > SEGMENTS => format!("{host}/…/{shown}"),
        Some(host) => format!("{host}/{shown}"),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, short_name};

    #[test]
    fn names_are_short_and_still_tell_files_apart() {
        for (location_ref, short) in [
            (
                "file:/srv/catalog/systems/fares/catalog-info.yaml",
                "systems/fares/catalog-info.yaml",
            ),
            ("file:/all.yaml", "all.yaml"),
            (
                "url:https://git.x/a/b/blob/main/catalog-info.yaml",
                "git.x/…/blob/main/catalog-info.yaml",
            ),
            (
                "url:https://git.x:3000/all.yaml?ref=main",
                "git.x:3000/all.yaml",
            ),
        ] {
            assert_eq!(short_name(location_ref), short);
        }
    }

    #[test]
    fn a_place_leads_to_its_line() {
        let html = Place::new("file:/a/b.yaml", Some(7)).to_string();
        assert!(html.contains("#L7\""), "{html}");
        assert!(html.contains("title=\"/a/b.yaml:7\""), "{html}");
        assert!(html.ends_with(">a/b.yaml:7</a>"), "{html}");
    }
}
