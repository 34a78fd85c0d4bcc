//! What clients send, read as Backstage's runtime and libraries read it, and refused in their words.
//!
//! Clients of Backstage show these messages to people, and recorded exchanges compare them; so the JSON parser, the
//! base64 reader and the schema checks here speak as V8, Node and zod do. Nothing here knows what the data is about.

mod base64;
mod issue;
mod json;
mod json_fault;

pub use base64::decode_base64;
pub use issue::{Issue, Outcome, Path, Step, list_issues, tell_issues};
pub use json::{parse_json, parse_json_body};
