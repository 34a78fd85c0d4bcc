//! Many runs started at once: none is lost, the first line comes soon, memory stays bounded.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::program::{Program, write};

const TEMPLATE: &str = r#"---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata:
  name: many
spec:
  type: service
  steps:
    - id: log
      action: debug:log
      input: {message: "Making ${{ parameters.name }}"}
    - id: fetch
      action: fetch:template
      input:
        url: ./skeleton
        values: {name: "${{ parameters.name }}"}
    - id: publish
      action: publish:git
      input:
        repoUrl: localhost:7007?owner=acme&repo=${{ parameters.name }}
"#;
/// The five files of the skeleton.
const SKELETON: [(&str, &str); 5] = [
    ("README.md", "# ${{ values.name }}\n"),
    (
        "catalog-info.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: ${{ values.name }}\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n",
    ),
    (
        "Cargo.toml",
        "[package]\nname = \"${{ values.name }}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    ),
    (
        "src/main.rs",
        "fn main() {\n    println!(\"${{ values.name }}\");\n}\n",
    ),
    (".gitignore", "/target\n"),
];
const CONFIG: &str = "app:\n  baseUrl: http://localhost:7007\nbackend:\n  baseUrl: http://localhost:7007\n  listen:\n    host: 127.0.0.1\n    port: 7007\n  auth:\n    dangerouslyDisableDefaultAuthPolicy: true\n  database:\n    client: better-sqlite3\n    connection:\n      directory: ./data\ncallboard:\n  localGit: true\ncatalog:\n  rules:\n    - allow: [Component, Template, Location]\n  locations:\n    - type: file\n      target: ./templates.yaml\n";

/// Starts `count` runs at once and prints what that came to.
pub(crate) async fn measure(count: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    lay_down(folder.path());
    let program = Program::start(folder.path(), "many").await;
    // What is made once is made before anything is measured.
    let first = start(&program, "first").await.0;
    program.ended(&first).await;
    let before = memory_mb(&program, "VmRSS");
    let began = Instant::now();
    let names: Vec<String> = (0..count).map(|number| format!("shop-{number}")).collect();
    let started = join_all(names.iter().map(|name| start(&program, name))).await;
    let mut completed = 0;
    for (id, _) in &started {
        completed += usize::from(program.ended(id).await["status"] == "completed");
    }
    let took = began.elapsed();
    let mut waits: Vec<Duration> = started.into_iter().map(|(_, wait)| wait).collect();
    waits.sort_unstable();
    let at = |percent: usize| waits[(waits.len() * percent / 100).min(waits.len() - 1)];
    println!("{count} runs started at once, 10 steps executed at once");
    println!(
        "completed: {completed}; repositories: {}",
        made(folder.path(), &names)?
    );
    println!("all ended after {:.2} s", took.as_secs_f64());
    println!(
        "from request to first log line: p50 {:.3} s, p99 {:.3} s, longest {:.3} s  (aim: p99 under 1 s)",
        at(50).as_secs_f64(),
        at(99).as_secs_f64(),
        at(100).as_secs_f64()
    );
    println!(
        "memory (RSS): {before} MB before, {} MB at its peak",
        memory_mb(&program, "VmHWM")
    );
    anyhow::ensure!(completed == count, "{} runs were lost", count - completed);
    Ok(())
}

fn lay_down(folder: &Path) {
    write(folder, "templates.yaml", TEMPLATE);
    write(folder, "app-config.yaml", CONFIG);
    for (name, text) in SKELETON {
        write(folder, &format!("skeleton/{name}"), text);
    }
}

/// Starts a run; answers its id, and how long it took until its first line was there.
async fn start(program: &Program, name: &str) -> (String, Duration) {
    let asked = Instant::now();
    let id = program
        .start_run("many", json!({"name": name}), json!({}))
        .await;
    // Is answered when there is an event.
    let path = format!("/api/scaffolder/v2/tasks/{id}/events");
    let events = program.get(&path).await;
    let is_there = events.as_ref().and_then(Value::as_array);
    assert!(is_there.is_some_and(|events| !events.is_empty()), "{name}");
    (id, asked.elapsed())
}

/// How many of the repositories are there.
fn made(folder: &Path, names: &[String]) -> anyhow::Result<usize> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder.join("data/git/acme"))? {
        found.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    let is_made = |name: &&String| found.contains(&format!("{name}.git"));
    Ok(names.iter().filter(is_made).count())
}

fn memory_mb(program: &Program, line: &str) -> u64 {
    let path = format!("/proc/{}/status", program.process.id());
    let status = std::fs::read_to_string(path).unwrap_or_default();
    let mut lines = status.lines();
    let found = lines.find_map(|found| found.strip_prefix(line)?.strip_prefix(':'));
    let kilobytes = found.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok());
    kilobytes.unwrap_or(0_u64) * 1024 / 1_000_000
}
