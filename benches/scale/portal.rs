//! The built program, started on a configuration and measured from outside.

use std::{
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::client::fetch;

/// The program.
pub(crate) struct Portal {
    pub address: SocketAddr,
    child: Child,
}

/// Writes a configuration for a catalog; everything is kept beside it.
pub(crate) fn write_config(folder: &Path, catalog: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join("app-config.yaml");
    let all = catalog.canonicalize()?.join("all.yaml");
    std::fs::write(
        &path,
        format!(
            "app:\n  baseUrl: http://127.0.0.1\nbackend:\n  baseUrl: http://127.0.0.1\n  listen:\n    host: 127.0.0.1\n  database:\n    client: better-sqlite3\n    connection:\n      directory: {}\n  auth:\n    dangerouslyDisableDefaultAuthPolicy: true\ncatalog:\n  rules:\n    - allow: [Component, API, System, Domain, Resource, Group, User, Location]\n  locations:\n    - type: file\n      target: {}\n",
            folder.join("data").display(),
            all.display()
        ),
    )?;
    Ok(path)
}

impl Portal {
    /// Starts it on a free port.
    pub(crate) fn start(config: &Path) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new(env!("CARGO_BIN_EXE_callboard"))
            .arg("--config")
            .arg(config)
            .env("APP_CONFIG_backend_listen_port", address.port().to_string())
            .env("LOG_LEVEL", "error")
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Self { address, child })
    }

    /// Waits until all entities are served, and the relations that the generator knows of.
    pub(crate) async fn until_complete(
        &self,
        expected: u64,
        manifest: &Value,
    ) -> anyhow::Result<()> {
        let started = Instant::now();
        loop {
            anyhow::ensure!(
                started.elapsed() < Duration::from_mins(10),
                "the catalog is not complete"
            );
            if self.count().await == Some(expected) && self.has_relations(manifest).await {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until all entities are found by the search as well, and nothing is left to do.
    pub(crate) async fn until_at_rest(&self, expected: u64) -> anyhow::Result<()> {
        let started = Instant::now();
        while self.number("/api/search/query", "numberOfResults").await != Some(expected) {
            anyhow::ensure!(
                started.elapsed() < Duration::from_mins(10),
                "the search is not complete"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(())
    }

    async fn count(&self) -> Option<u64> {
        self.number("/api/catalog/entities/by-query?limit=0", "totalItems")
            .await
    }

    async fn number(&self, path: &str, field: &str) -> Option<u64> {
        let answer = fetch(self.address, path, None).await.ok()?;
        let page: Value = serde_json::from_slice(&answer.body).ok()?;
        page[field].as_u64()
    }

    async fn has_relations(&self, manifest: &Value) -> bool {
        for pair in manifest["pairs"].as_array().into_iter().flatten() {
            let text = |index: usize| pair[index].as_str().unwrap_or_default();
            let path = format!(
                "/api/catalog/entities/by-name/{}",
                text(0).replace(':', "/")
            );
            let Ok(answer) = fetch(self.address, &path, None).await else {
                return false;
            };
            let relation = format!(r#"{{"type":"{}","targetRef":"{}"}}"#, text(1), text(2));
            if !String::from_utf8_lossy(&answer.body).contains(&relation) {
                return false;
            }
        }
        true
    }

    /// Resident memory, in MB.
    pub(crate) fn rss_mb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes =
            line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kilobytes.unwrap_or(0) * 1024 / 1_000_000
    }

    /// Stops it.
    pub(crate) fn stop(mut self) {
        // It is made to survive this.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
