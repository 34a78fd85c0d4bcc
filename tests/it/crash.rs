//! Kill -9 at any moment: what was served before is served again, and in the end the catalog is the same.

use std::{
    collections::BTreeMap,
    fmt::Write,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::reqwest_client;

/// Kills; a longer run is asked for with `CALLBOARD_KILLS`.
const KILLS: u64 = 6;
const FILES: usize = 20;
const ENTITIES_A_FILE: usize = 25;

struct Portal {
    process: Child,
    origin: String,
}

impl Drop for Portal {
    /// SIGKILL, also where a test fails.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Portal {
    fn start(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        drop(listener);
        let process = Command::new(env!("CARGO_BIN_EXE_callboard"))
            .args(["--config", "app-config.yaml"])
            .current_dir(folder)
            .env("APP_CONFIG_backend_listen_port", port.to_string())
            .env("LOG_LEVEL", "error")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the program starts");
        Self {
            process,
            origin: format!("http://127.0.0.1:{port}"),
        }
    }

    fn kill(self) {
        drop(self);
    }

    /// Every entity by ref; `None` while nobody answers.
    async fn entities(&self, client: &reqwest::Client) -> Option<BTreeMap<String, Value>> {
        let answer = client
            .get(format!("{}/api/catalog/entities", self.origin))
            .send()
            .await
            .ok()?;
        let list: Vec<Value> = answer.error_for_status().ok()?.json().await.ok()?;
        let named = |entity: &Value| {
            let part = |pointer: &str| {
                entity
                    .pointer(pointer)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_lowercase()
            };
            format!(
                "{}:{}/{}",
                part("/kind"),
                part("/metadata/namespace"),
                part("/metadata/name")
            )
        };
        Some(
            list.into_iter()
                .map(|entity| (named(&entity), entity))
                .collect(),
        )
    }

    async fn complete(&self, client: &reqwest::Client) -> BTreeMap<String, Value> {
        let started = Instant::now();
        loop {
            // Two Locations beside the entities of the files.
            if let Some(entities) = self.entities(client).await
                && entities.len() == FILES * ENTITIES_A_FILE + 2
                && entities.values().all(is_complete)
            {
                return entities;
            }
            assert!(
                started.elapsed() < Duration::from_mins(1),
                "the catalog is not complete"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Whether an entity is what its file says now, with the relation that another declares.
fn is_complete(entity: &Value) -> bool {
    let relations = entity["relations"].as_array().into_iter().flatten();
    let is_named = relations
        .map(|relation| &relation["type"])
        .any(|kind| kind == "dependencyOf");
    entity["spec"]["type"] != "draft" && (is_named || entity["kind"] != "Component")
}

/// A catalog of many files; `kind` is the type of every component in them.
fn write_catalog(folder: &Path, kind: &str) {
    let mut all = String::from(
        "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: all\nspec:\n  targets:\n",
    );
    for file in 0..FILES {
        writeln!(all, "    - ./part-{file}.yaml").expect("text grows");
        let mut text = String::new();
        for number in 0..ENTITIES_A_FILE {
            write!(
                text,
                "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: c-{file}-{number}\nspec:\n  type: {kind}\n  lifecycle: production\n  owner: team-{}\n  dependsOn: [component:c-{}-{number}]\n",
                number % 7,
                (file + 1) % FILES,
            )
            .expect("text grows");
        }
        std::fs::write(folder.join(format!("part-{file}.yaml")), text).expect("written");
    }
    std::fs::write(folder.join("all.yaml"), all).expect("written");
    std::fs::write(
        folder.join("app-config.yaml"),
        "app:\n  baseUrl: http://localhost:7007\nbackend:\n  baseUrl: http://localhost:7007\n  listen:\n    host: 127.0.0.1\n    port: 7007\n  database:\n    client: better-sqlite3\n    connection:\n      directory: ./data\n  auth:\n    dangerouslyDisableDefaultAuthPolicy: true\ncatalog:\n  locations:\n    - type: file\n      target: ./all.yaml\n",
    )
    .expect("written");
}

/// What must be the same: all but ids, and what is made from them.
fn comparable(entities: &BTreeMap<String, Value>, folder: &Path) -> BTreeMap<String, String> {
    let folder = folder.to_string_lossy();
    let stripped = entities.iter().map(|(named, entity)| {
        let mut entity = entity.clone();
        let metadata = entity["metadata"].as_object_mut().expect("an object");
        metadata.remove("uid");
        metadata.remove("etag");
        // The name of a generated Location is a hash of the folder.
        let named = if named.contains("/generated-") {
            "generated".to_owned()
        } else {
            named.clone()
        };
        if named == "generated" {
            entity["metadata"]["name"] = Value::Null;
        }
        (named, entity.to_string().replace(&*folder, "FOLDER"))
    });
    stripped.collect()
}

#[tokio::test]
async fn a_kill_at_any_moment_loses_nothing() {
    let kills = std::env::vars()
        .find(|(name, _)| name == "CALLBOARD_KILLS")
        .map_or(KILLS, |(_, kills)| {
            kills.parse().expect("CALLBOARD_KILLS is a number")
        });
    let client = reqwest_client();
    let calm = tempfile::tempdir().expect("a folder");
    let calm_path = calm.path().canonicalize().expect("there");
    write_catalog(&calm_path, "service");
    let portal = Portal::start(&calm_path);
    let expected = comparable(&portal.complete(&client).await, &calm_path);
    portal.kill();

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().canonicalize().expect("there");
    let mut uids: BTreeMap<String, Value> = BTreeMap::new();
    for round in 0..kills {
        // Every third round begins with an empty database, so that the first ingest is hit as well.
        if round % 3 == 0 {
            std::fs::remove_dir_all(path.join("data")).ok();
            uids.clear();
        }
        write_catalog(&path, if round % 2 == 0 { "service" } else { "draft" });
        let portal = Portal::start(&path);
        // 30 ms to 1 s: before the first row, while rows are written, after everything is served.
        let moment = Duration::from_millis(30 + (round * 7919) % 970);
        let until = Instant::now() + moment;
        let mut served = None;
        while Instant::now() < until {
            served = portal.entities(&client).await.or(served);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        portal.kill();
        for (named, entity) in served.unwrap_or_default() {
            let uid = entity["metadata"]["uid"].clone();
            let before = uids.entry(named.clone()).or_insert_with(|| uid.clone());
            assert_eq!(*before, uid, "{named} has another uid in round {round}");
        }
    }
    write_catalog(&path, "service");
    let portal = Portal::start(&path);
    let found = portal.complete(&client).await;
    portal.kill();
    for (named, uid) in &uids {
        assert_eq!(
            found[named]["metadata"]["uid"], *uid,
            "{named} has another uid after all"
        );
    }
    assert_eq!(comparable(&found, &path), expected);
}

#[tokio::test]
async fn a_second_process_on_the_same_data_folder_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().canonicalize().expect("there");
    write_catalog(&path, "service");
    let first = Portal::start(&path);
    first.complete(&reqwest_client()).await;
    let second = Command::new(env!("CARGO_BIN_EXE_callboard"))
        .args(["--config", "app-config.yaml"])
        .current_dir(&path)
        .env("APP_CONFIG_backend_listen_port", "0")
        .output()
        .expect("the program runs");
    let told = String::from_utf8_lossy(&second.stderr);
    assert!(!second.status.success(), "{told}");
    assert!(
        told.contains("Another Callboard") && told.contains("callboard.dataDir"),
        "{told}"
    );
    first.kill();
}
