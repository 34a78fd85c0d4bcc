//! The pages of a long list: what is shown, of how many, and the way to the rest.

use askama::{Template, filters::HtmlSafe};

use super::number::grouped;

/// Links to the pages of a list: `{{ pager }}` in a template. Shows nothing when there is one page.
#[derive(Debug, Clone, Template)]
#[template(path = "partial/pager.html")]
pub(crate) struct Pager {
    /// Number of the first row shown, from 1.
    pub(crate) first: usize,
    /// Number of the last row shown.
    pub(crate) last: usize,
    /// How many there are.
    pub(crate) total: usize,
    /// The page before.
    pub(crate) previous: Option<String>,
    /// The page after.
    pub(crate) next: Option<String>,
    /// The pages to jump to; a gap is a link without an address.
    pub(crate) pages: Vec<PageLink>,
}

/// One page to jump to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageLink {
    /// Its number, from 1; 0 is a gap.
    pub(crate) number: usize,
    /// Its address.
    pub(crate) href: String,
    /// Whether it is shown now.
    pub(crate) is_current: bool,
}

impl HtmlSafe for Pager {}

impl Pager {
    /// For page `page` (from 1) of `size` rows each; `address` names a page.
    #[must_use]
    pub(crate) fn new(
        page: usize,
        size: usize,
        total: usize,
        address: impl Fn(usize) -> String,
    ) -> Self {
        let pages = total.div_ceil(size).max(1);
        let first = (page - 1) * size;
        let mut links: Vec<PageLink> = Vec::new();
        for number in numbers(page, pages) {
            links.push(PageLink {
                href: if number == 0 {
                    String::new()
                } else {
                    address(number)
                },
                is_current: number == page,
                number,
            });
        }
        Self {
            first: (first + 1).min(total),
            last: (first + size).min(total),
            total,
            previous: (page > 1).then(|| address((page - 1).min(pages))),
            next: (page < pages).then(|| address(page + 1)),
            pages: links,
        }
    }
}

impl Pager {
    /// `51–100 of 1,201`
    #[must_use]
    pub(crate) fn range(&self) -> String {
        let [first, last, total] = [self.first, self.last, self.total].map(grouped);
        format!("{first}–{last} of {total}")
    }
}

/// The first, the last, and those around `page`; 0 stands for what is left out.
fn numbers(page: usize, pages: usize) -> Vec<usize> {
    let mut numbers = Vec::new();
    for number in 1..=pages {
        let is_near = number.abs_diff(page) <= 1 || number == 1 || number == pages;
        if is_near {
            numbers.push(number);
        } else if numbers.last() != Some(&0) {
            numbers.push(0);
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::{Pager, numbers};

    #[test]
    fn far_pages_are_left_out() {
        assert_eq!(numbers(1, 1), [1]);
        assert_eq!(numbers(1, 3), [1, 2, 3]);
        assert_eq!(numbers(5, 9), [1, 0, 4, 5, 6, 0, 9]);
        assert_eq!(numbers(600, 600), [1, 0, 599, 600]);
    }

    #[test]
    fn a_pager_says_what_is_shown_of_how_many() {
        let pager = Pager::new(2, 50, 120, |page| format!("?page={page}"));
        assert_eq!(pager.range(), "51–100 of 120");
        assert_eq!(pager.previous.as_deref(), Some("?page=1"));
        assert_eq!(pager.next.as_deref(), Some("?page=3"));
        assert!(pager.to_string().contains("aria-current=\"page\""));
    }

    #[test]
    fn nothing_is_an_honest_answer() {
        let pager = Pager::new(1, 50, 0, |page| page.to_string());
        assert_eq!((pager.first, pager.last), (0, 0));
        assert!(pager.next.is_none() && pager.previous.is_none());
    }
}
