//! How fast and how large: a catalog of 1,000, 10,000 and 100,000 entities, the built program, and figures.
//!
//!     cargo bench --bench scale              all three sizes
//!     cargo bench --bench scale -- 10000     one of them
//!
//! The catalogs are made by the generator in the folder that `CALLBOARD_SHARED` names; without it nothing is
//! measured, and that is said. Rates are given beside those of a bare axum handler that returns as many bytes,
//! measured in turns, because machines differ and are shared. No figure makes this program fail.

#![expect(clippy::print_stdout, reason = "figures are what it is for")]

mod client;
mod limit;
mod portal;

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;

use client::{Load, fetch, load};
use portal::Portal;

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// Each request is sent over and over for so long, in each of the turns.
const TURN: Duration = Duration::from_millis(1_500);
const TURNS: usize = 3;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    if arguments
        .first()
        .is_some_and(|argument| argument == limit::ARGUMENT)
    {
        return runtime.block_on(limit::serve());
    }
    let Some(shared) = std::env::vars().find(|(name, _)| name == "CALLBOARD_SHARED") else {
        println!(
            "Nothing is measured: CALLBOARD_SHARED does not name the folder with the generator of catalogs."
        );
        return Ok(());
    };
    let asked: Vec<usize> = arguments
        .iter()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let sizes = if asked.is_empty() {
        SIZES.to_vec()
    } else {
        asked
    };
    for size in sizes {
        let folder = tempfile::tempdir()?;
        let fixture = generate(Path::new(&shared.1), folder.path(), size)?;
        runtime.block_on(measure(&fixture, size))?;
    }
    reference(Path::new(&shared.1));
    Ok(())
}

/// A catalog, and what the generator says of it.
struct Fixture {
    folder: PathBuf,
    manifest: Value,
}

fn generate(shared: &Path, folder: &Path, size: usize) -> anyhow::Result<Fixture> {
    let out = folder.join("catalog");
    let status = Command::new("python3")
        .arg(shared.join("rig/fixtures/generate.py"))
        .args(["--entities", &size.to_string(), "--out"])
        .arg(&out)
        .stdout(std::process::Stdio::null())
        .status()?;
    anyhow::ensure!(status.success(), "the generator failed");
    let manifest = serde_json::from_slice(&std::fs::read(out.join("manifest.json"))?)?;
    Ok(Fixture {
        folder: out,
        manifest,
    })
}

async fn measure(fixture: &Fixture, size: usize) -> anyhow::Result<()> {
    println!("\n== {size} entities ==");
    let data = tempfile::tempdir()?;
    let config = portal::write_config(data.path(), &fixture.folder)?;
    let expected = fixture.manifest["expectedWithLocations"]
        .as_u64()
        .unwrap_or(size as u64 + 2);

    let started = Instant::now();
    let portal = Portal::start(&config)?;
    portal.until_complete(expected, &fixture.manifest).await?;
    let cold = started.elapsed();
    let served = portal.rss_mb();
    portal.until_at_rest(expected).await?;
    aim(
        "cold start to everything served",
        &seconds(cold),
        match size {
            10_000 => "1 s",
            100_000 => "10 s",
            _ => "",
        },
    );
    aim(
        "memory (RSS) when everything is served",
        &format!("{served} MB"),
        "",
    );
    aim(
        "memory (RSS) when the search has it too",
        &format!("{} MB", portal.rss_mb()),
        match size {
            10_000 => "90 MB",
            100_000 => "450 MB",
            _ => "",
        },
    );

    requests(&portal, fixture).await?;
    aim(
        "memory (RSS) after the load",
        &format!("{} MB", portal.rss_mb()),
        "",
    );
    let edit = edits(&portal, fixture).await?;
    aim(
        "edited file to changed answer, median of 5",
        &seconds(edit),
        "0.3 s",
    );

    portal.stop();
    let started = Instant::now();
    let portal = Portal::start(&config)?;
    portal.until_complete(expected, &fixture.manifest).await?;
    aim(
        "restart to everything served",
        &seconds(started.elapsed()),
        if size == 100_000 { "3 s" } else { "" },
    );
    portal.stop();
    Ok(())
}

/// Name, path and body of what is asked, and the p99 to stay under.
#[expect(clippy::too_many_lines, reason = "a table")]
fn questions(manifest: &Value) -> Vec<(&'static str, String, Option<String>, &'static str)> {
    let by_name = manifest["byName"][0]
        .as_str()
        .unwrap_or("component:default/x")
        .replace([':'], "/");
    let owner = manifest["owner"].as_str().unwrap_or_default();
    let term = manifest["fullTextTerm"].as_str().unwrap_or("a");
    let refs = serde_json::json!({"entityRefs": manifest["byRefs"]}).to_string();
    let catalog = "/api/catalog";
    vec![
        (
            "by-name",
            format!("{catalog}/entities/by-name/{by_name}"),
            None,
            "5 ms",
        ),
        (
            "by-query 20, kind",
            format!("{catalog}/entities/by-query?limit=20&filter=kind=component"),
            None,
            "5 ms",
        ),
        (
            "by-query 20, kind, ordered",
            format!(
                "{catalog}/entities/by-query?limit=20&filter=kind=component&orderField=metadata.name,asc"
            ),
            None,
            "5 ms",
        ),
        (
            "by-query full text",
            format!(
                "{catalog}/entities/by-query?limit=20&fullTextFilterTerm={term}&fullTextFilterFields=metadata.name,metadata.title,metadata.description"
            ),
            None,
            "30 ms",
        ),
        (
            "by-query owner, ordered",
            format!(
                "{catalog}/entities/by-query?limit=20&filter=relations.ownedBy={owner}&orderField=metadata.name,asc"
            ),
            None,
            "5 ms",
        ),
        (
            "facets kind, type",
            format!("{catalog}/entity-facets?facet=kind&facet=spec.type"),
            None,
            "",
        ),
        (
            "by-refs 50",
            format!("{catalog}/entities/by-refs"),
            Some(refs),
            "",
        ),
        (
            "search",
            format!(
                "/api/search/query?term={}&pageLimit=25",
                manifest["searchTerm"].as_str().unwrap_or("a")
            ),
            None,
            "",
        ),
        ("page: catalog", "/catalog".to_owned(), None, "15 ms"),
        ("page: entity", page_of(manifest), None, "15 ms"),
    ]
}

fn page_of(manifest: &Value) -> String {
    let entity_ref = manifest["byName"][0].as_str().unwrap_or_default();
    let (kind, rest) = entity_ref.split_once(':').unwrap_or_default();
    let (namespace, name) = rest.split_once('/').unwrap_or_default();
    format!("/catalog/{namespace}/{kind}/{name}")
}

async fn requests(portal: &Portal, fixture: &Fixture) -> anyhow::Result<()> {
    let bare = limit::Bare::start().await?;
    println!(
        "{:<30} {:>8} {:>9} {:>8} {:>8} {:>8} {:>7}  aim p99",
        "16 connections", "bytes", "req/s", "p50 ms", "p99 ms", "limit/s", "ratio"
    );
    for (name, path, body, aim) in questions(&fixture.manifest) {
        // The first answer makes what is made when first asked for.
        let first = fetch(portal.address, &path, body.as_deref()).await?;
        anyhow::ensure!(first.status == 200, "{path}: {}", first.status);
        let mut turns: Vec<(Load, f64)> = Vec::new();
        for _ in 0..TURNS {
            let ours = load(portal.address, &path, body.as_deref(), TURN).await?;
            let limit = load(bare.address, &format!("/{}", first.length), None, TURN / 2).await?;
            turns.push((ours, limit.rate));
        }
        turns.sort_by(|a, b| (a.0.rate / a.1).total_cmp(&(b.0.rate / b.1)));
        let (ours, limit) = &turns[TURNS / 2];
        println!(
            "{name:<30} {:>8} {:>9.0} {:>8.2} {:>8.2} {limit:>8.0} {:>7.3}  {aim}",
            first.length,
            ours.rate,
            ours.p50_ms,
            ours.p99_ms,
            ours.rate / limit
        );
    }
    let (pages, items, took) = walk(portal).await?;
    println!(
        "walk over all components by name: {items} in {pages} pages of 100, {}",
        seconds(took)
    );
    Ok(())
}

/// A walk by cursors through everything.
async fn walk(portal: &Portal) -> anyhow::Result<(usize, usize, Duration)> {
    let started = Instant::now();
    let base = "/api/catalog/entities/by-query?limit=100&fields=metadata.name";
    let mut path = format!("{base}&filter=kind=component&orderField=metadata.name,asc");
    let (mut pages, mut items) = (0, 0);
    loop {
        let answer = fetch(portal.address, &path, None).await?;
        let page: Value = serde_json::from_slice(&answer.body)?;
        pages += 1;
        items += page["items"].as_array().map_or(0, Vec::len);
        let Some(cursor) = page["pageInfo"]["nextCursor"].as_str() else {
            break;
        };
        let cursor: String = form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
        path = format!("{base}&cursor={cursor}");
    }
    Ok((pages, items, started.elapsed()))
}

/// From writing a file to the changed answer.
async fn edits(portal: &Portal, fixture: &Fixture) -> anyhow::Result<Duration> {
    let refresh = &fixture.manifest["refresh"];
    let text = |key: &str| refresh[key].as_str().unwrap_or_default().to_owned();
    let file = fixture.folder.join(text("file"));
    let path = format!(
        "/api/catalog/entities/by-name/{}",
        text("ref").replace(':', "/")
    );
    let original = std::fs::read_to_string(&file)?;
    let mut times = Vec::new();
    // The description may go over several lines: what begins it is changed.
    let name = text("ref");
    let name = name.rsplit('/').next().unwrap_or_default();
    let (head, tail) = original
        .split_once(&format!("  name: {name}\n"))
        .ok_or_else(|| anyhow::anyhow!("{} does not describe {name}", file.display()))?;
    for round in 0..5 {
        let marker = format!("edited {round} by the benchmark");
        let described = tail.replacen("  description: ", &format!("  description: {marker} "), 1);
        std::fs::write(&file, format!("{head}  name: {name}\n{described}"))?;
        let started = Instant::now();
        loop {
            let answer = fetch(portal.address, &path, None).await?;
            if String::from_utf8_lossy(&answer.body).contains(&marker) {
                break;
            }
            anyhow::ensure!(
                started.elapsed() < Duration::from_secs(30),
                "the edit is not seen"
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        times.push(started.elapsed());
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    std::fs::write(&file, original)?;
    times.sort();
    Ok(times[times.len() / 2])
}

/// What Backstage itself took on a quiet machine of this kind.
fn reference(shared: &Path) {
    for name in ["quiet-sqlite-10000.json", "quiet-pg-10000.json"] {
        let read = std::fs::read(shared.join("rig/results").join(name)).ok();
        let Some(figures) = read.and_then(|text| serde_json::from_slice::<Value>(&text).ok())
        else {
            continue;
        };
        println!(
            "\nBackstage, {} entities ({}):",
            figures["entities"], figures["label"]
        );
        println!(
            "  everything served after {} s, {} MiB after the load, refresh seen after {} s",
            figures["converged_s"],
            figures["memory_after_load"]["rss_mib"],
            figures["refresh"]["median_s"]
        );
        for (endpoint, measured) in figures["endpoints"].as_object().into_iter().flatten() {
            println!(
                "  {endpoint:<24} {:>8} req/s  p50 {:>9} ms  p99 {:>9} ms",
                measured["c16"]["rps"], measured["c16"]["p50"], measured["c16"]["p99"]
            );
        }
    }
}

fn aim(what: &str, found: &str, aim: &str) {
    let aim = if aim.is_empty() {
        String::new()
    } else {
        format!("  (aim: under {aim})")
    };
    println!("{what}: {found}{aim}");
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}
