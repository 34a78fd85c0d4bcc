//! Gitea's runner, which executes the pipelines of a Gitea under test.

use std::process::{Child, Command, Stdio};

use serde_json::json;

use super::gitea::{Gitea, program};

/// A runner, ended with the test; its folder goes as well.
pub(crate) struct Runner {
    process: Child,
    _folder: tempfile::TempDir,
}

impl Runner {
    /// Registers one for the label `host`, and begins to take jobs.
    pub(crate) async fn start(gitea: &Gitea) -> Self {
        let path = "admin/actions/runners/registration-token";
        let token = gitea.api("POST", path, json!({})).await["token"]
            .as_str()
            .expect("a token")
            .to_owned();
        let folder = tempfile::tempdir().expect("a folder");
        let runner = program("gitea-runner").join("gitea-runner");
        let command = |arguments: &[&str]| {
            let mut command = Command::new(&runner);
            command
                .args(arguments)
                .current_dir(folder.path())
                .env("HOME", folder.path());
            command
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .stdin(Stdio::null());
            command
        };
        let arguments = [
            "register",
            "--no-interactive",
            "--instance",
            &gitea.url,
            "--token",
            &token,
            "--name",
            "r",
            "--labels",
            "host:host",
        ];
        assert!(
            command(&arguments)
                .status()
                .expect("the runner runs")
                .success()
        );
        let process = command(&["daemon"]).spawn().expect("the runner runs");
        Self {
            process,
            _folder: folder,
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
