//! Kill -9 of the real program in the middle of a run: one repository, one registration.

use std::{path::Path, process::Command, time::Duration};

use serde_json::json;

use crate::support::program::{Program, write};

/// Kills; a longer run is asked for with `CALLBOARD_KILLS`.
const KILLS: u64 = 20;

fn lay_down(folder: &Path) {
    let template = crate::support::runs::template("making", super::journal::MAKING);
    write(folder, "templates.yaml", &template);
    write(
        folder,
        "skeleton/catalog-info.yaml",
        super::journal::DESCRIPTOR,
    );
    write(folder, "skeleton/README.md", "# ${{ values.name }}\n");
    let config = "app:\n  baseUrl: http://localhost:7007\nbackend:\n  baseUrl: http://localhost:7007\n  listen:\n    host: 127.0.0.1\n    port: 7007\n  auth:\n    dangerouslyDisableDefaultAuthPolicy: true\n  database:\n    client: better-sqlite3\n    connection:\n      directory: ./data\ncallboard:\n  localGit: true\ncatalog:\n  rules:\n    - allow: [Component, Template, Location]\n  locations:\n    - type: file\n      target: ./templates.yaml\n";
    write(folder, "app-config.yaml", config);
}

#[tokio::test]
async fn killed_at_any_moment_a_run_makes_everything_once() {
    let kills = std::env::var_os("CALLBOARD_KILLS")
        .and_then(|text| text.to_str()?.parse().ok())
        .unwrap_or(KILLS);
    let folder = tempfile::tempdir().expect("a folder");
    lay_down(folder.path());
    let mut portal = Program::start(folder.path(), "making").await;
    let mut interrupted = 0;
    for number in 0..kills {
        let name = format!("shop-{number}");
        let values = json!({"name": name, "host": "localhost:7007"});
        let id = portal.start_run("making", values, json!({})).await;
        tokio::time::sleep(Duration::from_millis(13 * number)).await;
        portal.kill();
        portal = Program::start(folder.path(), "making").await;
        interrupted += u64::from(portal.journal(&id).await["status"] != "completed");
        let run = portal.ended(&id).await;
        assert_eq!(run["status"], "completed", "{name}: {run}");
        let effects = run["effects"].as_array().expect("a list");
        assert_eq!(effects.len(), 3, "{run}");
        assert!(
            effects.iter().all(|effect| effect["state"] == "done"),
            "{run}"
        );
    }
    let locations = portal.locations().await;
    assert_eq!(locations, usize::try_from(kills).expect("few"));
    portal.kill();
    for number in 0..kills {
        let repository = folder
            .path()
            .join(format!("data/git/acme/shop-{number}.git"));
        let count = Command::new("git")
            .arg("--git-dir")
            .arg(&repository)
            .args(["rev-list", "--all", "--count"])
            .output()
            .expect("git runs");
        assert_eq!(
            String::from_utf8_lossy(&count.stdout).trim(),
            "1",
            "{}",
            repository.display()
        );
    }
    println!("{kills} kills, {interrupted} of them before the end of the run");
}
