//! Forms: label above, help below it, the fault beside the field and in a summary on top; input is never lost.

use askama::{Template, filters::HtmlSafe};

/// One line of text to fill in: `{{ field }}` in a template.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "partial/field.html")]
pub(crate) struct Field {
    /// Its name in the form, and its id.
    pub(crate) name: &'static str,
    /// What it asks for.
    pub(crate) label: &'static str,
    /// One sentence that helps to answer; may be empty.
    pub(crate) help: &'static str,
    /// What was filled in.
    pub(crate) value: String,
    /// What is wrong with that; empty if nothing is.
    pub(crate) fault: String,
    /// Whether it must be filled in.
    pub(crate) is_required: bool,
}

impl HtmlSafe for Field {}

#[cfg(test)]
mod tests {
    use super::Field;

    #[test]
    fn a_wrong_field_keeps_its_input_and_says_what_is_wrong() {
        let field = Field {
            name: "target",
            label: "Address",
            help: "Of a catalog file.",
            value: "http://\"x".to_owned(),
            fault: "This host is not allowed.".to_owned(),
            is_required: true,
        };
        let html = field.to_string();
        assert!(html.contains("value=\"http://&#34;x\""), "{html}");
        assert!(html.contains("aria-invalid=\"true\""), "{html}");
        assert!(
            html.contains("aria-describedby=\"target-help target-fault\""),
            "{html}"
        );
    }

    #[test]
    fn a_plain_field_names_no_fault() {
        let field = Field {
            name: "target",
            label: "Address",
            ..Field::default()
        };
        let html = field.to_string();
        assert!(!html.contains("aria-invalid"), "{html}");
        assert!(!html.contains("aria-describedby"), "{html}");
    }
}
