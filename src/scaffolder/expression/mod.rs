//! The expression language of templates: `${{ … }}`, `{% … %}`, `{# … #}`.
//!
//! An evaluator of our own, because existing templates must run unchanged and nobody's template may harm the
//! portal: the values are JavaScript's, the syntax is Nunjucks' as far as Backstage's engine knows it, and every
//! step, byte and level is charged to a budget before it is taken. It sees the context it is given, and nothing else.
//!
//! A template is cut into pieces (`scan`), its tags and expressions are parsed (`lexer`, `parse_*`) into a tree
//! (`syntax`), and the tree is rendered (`render`) with the values of expressions (`evaluate`).

mod arguments;
mod budget;
mod coerce;
mod decimal;
mod error;
mod evaluate;
mod filters;
mod filters_html;
mod filters_list;
mod filters_number;
mod filters_repository;
mod filters_text;
mod function;
mod globals;
mod json;
mod lexer;
mod lookup;
mod mentions;
mod methods;
mod methods_list;
mod methods_number;
mod methods_python;
mod methods_text;
mod number;
mod operate;
mod parse_expression;
mod parse_primary;
mod parse_tags;
mod parser;
mod pattern;
mod predicates;
mod quoted;
mod render;
mod replacement;
mod scan;
mod scopes;
mod sequence;
mod setting;
mod sort;
mod syntax;
mod template;
mod translate;
mod utf16;
mod value;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;

pub use error::ExpressionError;
pub use mentions::{Mention, Mentions, Remark, RemarkKind};
pub use setting::{Dialect, HostKind, Outcome, RepoHosts, Setting, Syntax};
pub use template::Template;
