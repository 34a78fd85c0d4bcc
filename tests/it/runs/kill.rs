//! Kill -9 of the real program in the middle of a run: one repository, one registration.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// Kills; a longer run is asked for with `CALLBOARD_KILLS`.
const KILLS: u64 = 20;
const PATIENCE: Duration = Duration::from_mins(1);

struct Portal {
    process: Child,
    origin: String,
    client: reqwest::Client,
}

impl Portal {
    /// On a port of its own each time: the last one may be somebody else's by now.
    async fn start(folder: &Path) -> Self {
        let port = free_port();
        let process = Command::new(env!("CARGO_BIN_EXE_callboard"))
            .args(["--config", "app-config.yaml"])
            .current_dir(folder)
            .env("APP_CONFIG_backend_listen_port", port.to_string())
            .env("LOG_LEVEL", "error")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the program starts");
        let origin = format!("http://127.0.0.1:{port}");
        let client = reqwest::Client::builder().build().expect("a client");
        let portal = Self {
            process,
            origin,
            client,
        };
        let started = Instant::now();
        while portal
            .get("/api/catalog/entities/by-name/template/default/making")
            .await
            .is_none()
        {
            assert!(started.elapsed() < PATIENCE, "it does not serve");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        portal
    }

    fn kill(mut self) {
        self.process.kill().expect("SIGKILL is sent");
        self.process.wait().expect("it ends");
    }

    async fn get(&self, path: &str) -> Option<Value> {
        let answer = self
            .client
            .get(format!("{}{path}", self.origin))
            .send()
            .await
            .ok()?;
        answer.error_for_status().ok()?.json().await.ok()
    }

    async fn start_run(&self, values: Value) -> String {
        let body = json!({"templateRef": "making", "values": values});
        let answer = self
            .client
            .post(format!("{}/api/scaffolder/v2/tasks", self.origin))
            .json(&body)
            .send()
            .await
            .expect("answered");
        let body: Value = answer.json().await.expect("JSON");
        body["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{body}"))
            .to_owned()
    }

    async fn journal(&self, id: &str) -> Value {
        let found = self.get(&format!("/api/callboard/runs/{id}")).await;
        found.expect("the run")
    }

    async fn ended(&self, id: &str) -> String {
        let started = Instant::now();
        loop {
            let task = self.get(&format!("/api/scaffolder/v2/tasks/{id}")).await;
            let status = task.and_then(|task| task["status"].as_str().map(str::to_owned));
            if let Some(status) = status.filter(|status| status != "open" && status != "processing")
            {
                return status;
            }
            assert!(started.elapsed() < PATIENCE, "run {id} does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}

fn lay_down(folder: &Path) {
    let write = |name: &str, text: &str| {
        let place = folder.join(name);
        std::fs::create_dir_all(place.parent().expect("a folder")).expect("made");
        std::fs::write(place, text).expect("written");
    };
    write(
        "templates.yaml",
        &crate::support::runs::template("making", super::journal::MAKING),
    );
    write("skeleton/catalog-info.yaml", super::journal::DESCRIPTOR);
    write("skeleton/README.md", "# ${{ values.name }}\n");
    let config = "app:\n  baseUrl: http://localhost:7007\nbackend:\n  baseUrl: http://localhost:7007\n  listen:\n    host: 127.0.0.1\n    port: 7007\n  auth:\n    dangerouslyDisableDefaultAuthPolicy: true\n  database:\n    client: better-sqlite3\n    connection:\n      directory: ./data\ncallboard:\n  localGit: true\ncatalog:\n  rules:\n    - allow: [Component, Template, Location]\n  locations:\n    - type: file\n      target: ./templates.yaml\n";
    write("app-config.yaml", config);
}

#[tokio::test]
async fn killed_at_any_moment_a_run_makes_everything_once() {
    let kills = std::env::var_os("CALLBOARD_KILLS")
        .and_then(|text| text.to_str()?.parse().ok())
        .unwrap_or(KILLS);
    let folder = tempfile::tempdir().expect("a folder");
    lay_down(folder.path());
    let mut portal = Portal::start(folder.path()).await;
    let mut interrupted = 0;
    for number in 0..kills {
        let name = format!("shop-{number}");
        let id = portal
            .start_run(json!({"name": name, "host": "localhost:7007"}))
            .await;
        tokio::time::sleep(Duration::from_millis(13 * number)).await;
        portal.kill();
        portal = Portal::start(folder.path()).await;
        interrupted += u64::from(portal.journal(&id).await["status"] != "completed");
        assert_eq!(portal.ended(&id).await, "completed", "{name}");
        let run = portal.journal(&id).await;
        let effects = run["effects"].as_array().expect("a list");
        assert_eq!(effects.len(), 3, "{run}");
        assert!(
            effects.iter().all(|effect| effect["state"] == "done"),
            "{run}"
        );
    }
    let locations = portal
        .get("/api/catalog/locations")
        .await
        .expect("the locations");
    assert_eq!(
        locations.as_array().map(Vec::len),
        Some(usize::try_from(kills).expect("few"))
    );
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
