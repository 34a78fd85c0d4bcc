//! The built program in a folder of its own: started, asked, and killed from outside.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// Nothing takes longer, unless it is broken.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between two looks whether something is so by now.
const PAUSE: Duration = Duration::from_millis(10);

/// The program, ended with the test.
pub(crate) struct Program {
    pub(crate) process: Child,
    origin: String,
    http: reqwest::Client,
}

impl Program {
    /// Starts it in a folder with an `app-config.yaml`, and waits until a template is served. Its port is another
    /// each time: the last one may be somebody else's by now.
    pub(crate) async fn start(folder: &Path, template: &str) -> Self {
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
        let program = Self {
            process,
            origin: format!("http://127.0.0.1:{port}"),
            http: super::gitea::http(),
        };
        let path = format!("/api/catalog/entities/by-name/template/default/{template}");
        let started = Instant::now();
        while program.get(&path).await.is_none() {
            assert!(started.elapsed() < PATIENCE, "it does not serve");
            tokio::time::sleep(PAUSE).await;
        }
        program
    }

    /// Ends it as a power failure does.
    pub(crate) fn kill(mut self) {
        self.process.kill().expect("SIGKILL is sent");
        self.process.wait().expect("it ends");
    }

    /// What it answers; `None` if it refuses.
    pub(crate) async fn get(&self, path: &str) -> Option<Value> {
        let asked = self.http.get(format!("{}{path}", self.origin)).send().await;
        asked.ok()?.error_for_status().ok()?.json().await.ok()
    }

    /// What it answers when something is sent to it.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.origin));
        let answer = request.json(&body).send().await.expect("answered");
        answer.json().await.expect("JSON")
    }

    /// Starts a run; answers its id.
    pub(crate) async fn start_run(&self, template: &str, values: Value, secrets: Value) -> String {
        let body = json!({"templateRef": template, "values": values, "secrets": secrets});
        let answer = self.post("/api/scaffolder/v2/tasks", body).await;
        let id = answer["id"].as_str();
        id.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// The journal of a run.
    pub(crate) async fn journal(&self, id: &str) -> Value {
        let found = self.get(&format!("/api/callboard/runs/{id}")).await;
        found.expect("the run")
    }

    /// Waits until a run has ended; answers its journal.
    pub(crate) async fn ended(&self, id: &str) -> Value {
        let started = Instant::now();
        loop {
            let run = self.journal(id).await;
            if matches!(run["status"].as_str(), Some("completed" | "failed")) {
                return run;
            }
            assert!(started.elapsed() < PATIENCE, "it does not end: {run}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Takes a run back; answers the journal of the run that does.
    pub(crate) async fn undo(&self, id: &str) -> Value {
        let path = format!("/api/callboard/runs/{id}/undo");
        let answer = self.post(&path, json!({})).await;
        let undo = answer["id"].as_str();
        self.ended(undo.unwrap_or_else(|| panic!("{answer}"))).await
    }

    /// How many locations are registered.
    pub(crate) async fn locations(&self) -> usize {
        let found = self.get("/api/catalog/locations").await;
        let found = found.as_ref().and_then(Value::as_array);
        found.expect("the locations").len()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}

/// Writes a file and the folders it lies in.
pub(crate) fn write(folder: &Path, name: &str, text: &str) {
    let place = folder.join(name);
    std::fs::create_dir_all(place.parent().expect("a folder")).expect("made");
    std::fs::write(place, text).expect("written");
}
