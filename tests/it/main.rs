//! Everything that needs more than one module, in one test binary: one `mod` a feature.

mod support;

mod bad_input;
mod house;
mod ingest;
mod layering;
mod url_locations;
