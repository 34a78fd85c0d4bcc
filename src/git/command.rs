//! The one place that builds and runs a `git` command.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    sync::Semaphore,
};

use super::error::{GitError, Result};

/// Nothing but a clone or a push takes longer.
const TIMEOUT: Duration = Duration::from_mins(1);
/// Commands at once, besides those that serve a clone or a push.
const MAX_AT_ONCE: usize = 16;
/// As much of what it says on standard error is kept.
const MAX_SAID: usize = 8 * 1024;

/// What holds for every command, over the repository's own configuration: no hooks, no helpers, objects checked, and
/// bounds for what a hostile pack may cost.
const CONFIG: [(&str, &str); 17] = [
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.attributesFile", "/dev/null"),
    ("core.excludesFile", "/dev/null"),
    ("core.bigFileThreshold", "16m"),
    ("core.fsync", "committed,reference"),
    ("credential.helper", ""),
    // The data folder is ours, whoever the file system says it belongs to.
    ("safe.directory", "*"),
    ("protocol.allow", "never"),
    ("http.followRedirects", "false"),
    ("transfer.fsckObjects", "true"),
    ("transfer.unpackLimit", "1"),
    ("gc.autoDetach", "false"),
    ("maintenance.autoDetach", "false"),
    ("pack.threads", "1"),
    ("pack.windowMemory", "32m"),
    ("fastimport.unpackLimit", "1"),
];
/// No single object or delta may take more memory than this.
const MEMORY: &str = "256m";

/// Runs Git. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Git(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    home: PathBuf,
    environment: Vec<(String, String)>,
    permits: Semaphore,
}

/// What one command is given.
#[derive(Debug, Default)]
pub(super) struct Call<'a> {
    /// Subcommand and arguments; what comes from outside stands behind `--` or has been checked.
    pub(super) args: Vec<&'a str>,
    /// The repository; `None`: none.
    pub(super) git_dir: Option<&'a Path>,
    /// The folder it is run in; `None`: its home.
    pub(super) work_tree: Option<&'a Path>,
    /// What it reads on standard input.
    pub(super) input: Vec<u8>,
    /// Most bytes it may say; 0: 1 MiB.
    pub(super) max_output: usize,
    /// More configuration, such as the header with a token.
    pub(super) config: Vec<(String, String)>,
    /// Protocols it may speak to others, as `GIT_ALLOW_PROTOCOL` lists them; empty: none.
    pub(super) protocols: &'static str,
    /// The version of the protocol in which it answers a client.
    pub(super) protocol: Option<&'static str>,
}

/// What a command answered.
#[derive(Debug)]
pub(super) struct Output {
    /// Standard output.
    pub(super) bytes: Vec<u8>,
    /// The end code; `None` if a signal ended it.
    pub(super) code: Option<i32>,
    /// The beginning of standard error.
    pub(super) said: String,
}

impl Output {
    /// Standard output as text; what is no UTF-8 is replaced.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).trim_end().to_owned()
    }
}

impl Git {
    /// A runner with a home folder of its own, made when first needed. `environment` is what the commands see of the
    /// machine's: `PATH`, proxies, certificates.
    #[must_use]
    pub fn new(home: PathBuf, environment: Vec<(String, String)>) -> Self {
        Self(Arc::new(Inner {
            home,
            environment,
            permits: Semaphore::new(MAX_AT_ONCE),
        }))
    }

    /// A folder for what is thrown away.
    pub(super) fn home(&self) -> Result<&Path> {
        std::fs::create_dir_all(&self.0.home)?;
        Ok(&self.0.home)
    }

    /// Whether there is a `git`, and which: `git version 2.39.5`.
    pub async fn version(&self) -> Result<String> {
        let call = Call {
            args: vec!["version"],
            ..Call::default()
        };
        Ok(self.run(call).await?.text())
    }

    /// Runs a command that must succeed.
    pub(super) async fn run(&self, call: Call<'_>) -> Result<Output> {
        let command = call.args.first().copied().unwrap_or_default().to_owned();
        let output = self.try_run(call).await?;
        if output.code == Some(0) {
            return Ok(output);
        }
        Err(GitError::Failed {
            command,
            said: output.said,
        })
    }

    /// Runs a command whose end code the caller judges.
    pub(super) async fn try_run(&self, call: Call<'_>) -> Result<Output> {
        // The semaphore is never closed.
        let _permit = self.0.permits.acquire().await.ok();
        let name = call.args.first().copied().unwrap_or_default().to_owned();
        let limit = match call.max_output {
            0 => 1024 * 1024,
            limit => limit,
        };
        let input = call.input.clone();
        let mut child = self.spawn(&call)?;
        let finished = tokio::time::timeout(TIMEOUT, converse(&mut child, input, limit)).await;
        match finished {
            Err(_) => Err(GitError::TimedOut(name)),
            Ok(Err(fault)) => Err(fault.into()),
            Ok(Ok(output)) if output.bytes.len() > limit => {
                Err(GitError::TooLarge(name, limit / (1024 * 1024)))
            }
            Ok(Ok(output)) => Ok(output),
        }
    }

    /// Starts a command; it ends with its handle.
    pub(super) fn spawn(&self, call: &Call<'_>) -> Result<Child> {
        let mut command = self.command(call)?;
        command.spawn().map_err(|fault| match fault.kind() {
            std::io::ErrorKind::NotFound => GitError::NotInstalled,
            _ => GitError::Io(fault),
        })
    }

    fn command(&self, call: &Call<'_>) -> Result<Command> {
        let home = self.home()?;
        let mut command = Command::new("git");
        command
            .env_clear()
            .envs(self.0.environment.iter().map(|(name, value)| (name, value)))
            .env("HOME", home)
            .env("LC_ALL", "C.UTF-8")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_ALLOC_LIMIT", MEMORY)
            .env("GIT_ALLOW_PROTOCOL", call.protocols)
            .current_dir(call.work_tree.unwrap_or(home))
            .args(&call.args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(version) = call.protocol {
            command.env("GIT_PROTOCOL", version);
        }
        if let Some(folder) = call.git_dir {
            command.env("GIT_DIR", folder);
        }
        match call.work_tree {
            Some(folder) => command.env("GIT_WORK_TREE", folder),
            // A path is a path, whatever it begins with; only `check-ignore` cannot be told so.
            None => command.env("GIT_LITERAL_PATHSPECS", "1"),
        };
        let own = CONFIG.iter().map(|(key, value)| (*key, *value));
        let more = call
            .config
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()));
        let mut count = 0_usize;
        for (key, value) in own.chain(more) {
            command
                .env(format!("GIT_CONFIG_KEY_{count}"), key)
                .env(format!("GIT_CONFIG_VALUE_{count}"), value);
            count += 1;
        }
        command.env("GIT_CONFIG_COUNT", count.to_string());
        Ok(command)
    }
}

/// Feeds a command, and takes what it says; one byte more than `limit` means that it said too much.
async fn converse(child: &mut Child, input: Vec<u8>, limit: usize) -> std::io::Result<Output> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async move {
        if let Some(mut stdin) = stdin {
            // A command that has made up its mind does not read to the end.
            let _ = stdin.write_all(&input).await;
        }
    };
    let ((), bytes, said) = tokio::join!(feed, beginning(stdout, limit + 1), whole(stderr));
    let status = child.wait().await?;
    Ok(Output {
        bytes: bytes?,
        code: status.code(),
        said,
    })
}

/// The first bytes of a pipe. The pipe is closed behind them: a command that writes on is ended by that.
async fn beginning(pipe: Option<impl AsyncRead + Unpin>, limit: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(limit as u64).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// The beginning of standard error, read to its end so that nobody waits.
pub(super) async fn whole(pipe: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut pipe) = pipe else {
        return String::new();
    };
    let mut said = Vec::new();
    let mut chunk = [0; 2048];
    while let Ok(read @ 1..) = pipe.read(&mut chunk).await {
        let room = MAX_SAID.saturating_sub(said.len()).min(read);
        said.extend_from_slice(&chunk[..room]);
    }
    String::from_utf8_lossy(&said).trim_end().to_owned()
}
