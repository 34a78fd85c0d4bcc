//! Software templates: their expressions, what they say, and whether it is right.
//!
//! An entity and the text of its file come in; a typed template, values, text and diagnostics go out.

mod check;
pub mod expression;
mod template;

pub use check::check_template;
pub use template::{
    API_VERSION, FormDecorator, OutputLink, OutputText, ParameterStep, Presentation,
    TemplateEntity, TemplateOutput, TemplateStep,
};
