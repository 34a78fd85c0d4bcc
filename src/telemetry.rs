//! Logs: what happened, to standard error. `LOG_LEVEL` says how much, `LOG_FORMAT=json` one JSON object a line.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts logging. `level` is a level (`debug`) or a list of directives (`info,callboard::ingest=debug`); a faulty
/// one counts as `info`.
pub fn start(level: Option<&str>, format: Option<&str>) {
    let level = level.filter(|level| !level.is_empty()).unwrap_or("info");
    // Two chatty dependencies that have nothing to tell an operator.
    let directives = format!("{level},tantivy=warn,notify=warn");
    let filter = EnvFilter::try_new(directives).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    match format {
        Some("json") => builder.json().init(),
        _ => builder.init(),
    }
}
