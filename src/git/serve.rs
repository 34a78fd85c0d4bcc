//! Smart HTTP: the server's side of a clone or a push, by `git upload-pack` and `git receive-pack`.

use std::time::Duration;

use tokio::{
    io::AsyncRead,
    process::{Child, ChildStdout},
};

use super::{
    command::{Call, whole},
    error::{GitError, Result},
    repository::Repository,
};

/// No pack that is pushed is larger.
const MAX_PACK: &str = "256m";
/// Refs of a repository, as told at the beginning.
const MAX_ADVERTISED: usize = 16 * 1024 * 1024;
/// From the first byte to the last.
const TIMEOUT: Duration = Duration::from_mins(15);
/// A client that says nothing for so long is gone; in seconds, as Git takes it.
const SILENCE: &str = "--timeout=60";
/// With its pipes closed, Git cleans up and ends by itself within this.
const GRACE: Duration = Duration::from_secs(3);

/// What a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// To fetch: `git-upload-pack`.
    UploadPack,
    /// To push: `git-receive-pack`.
    ReceivePack,
}

impl Service {
    /// By the name it has in addresses.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "git-upload-pack" => Some(Self::UploadPack),
            "git-receive-pack" => Some(Self::ReceivePack),
            _ => None,
        }
    }

    /// The name it has in addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UploadPack => "git-upload-pack",
            Self::ReceivePack => "git-receive-pack",
        }
    }
}

/// A clone or push under way.
#[derive(Debug)]
pub struct Exchange {
    service: Service,
    child: Child,
}

impl Repository {
    /// The refs, as `GET …/info/refs` tells them. `protocol` is the client's `Git-Protocol` header.
    pub async fn advertise(&self, service: Service, protocol: Option<&str>) -> Result<Vec<u8>> {
        let folder = self.folder.to_string_lossy();
        let mut call = serving(service, protocol, &folder);
        call.args.insert(1, "--advertise-refs");
        call.max_output = MAX_ADVERTISED;
        let told = self.git.run(call).await?.bytes;
        if is_version_2(service, protocol) {
            return Ok(told);
        }
        let head = format!("# service={}\n", service.name());
        let mut answer = format!("{:04x}{head}0000", head.len() + 4).into_bytes();
        answer.extend(told);
        Ok(answer)
    }

    /// Starts the server's side of a `POST …/git-upload-pack` or `…/git-receive-pack`.
    pub fn exchange(&self, service: Service, protocol: Option<&str>) -> Result<Exchange> {
        let folder = self.folder.to_string_lossy();
        let child = self.git.spawn(&serving(service, protocol, &folder))?;
        Ok(Exchange { service, child })
    }
}

impl Exchange {
    /// What goes to the client; once.
    pub fn output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Hands over what the client sends, and waits for the end. When the client is `gone`, or takes longer than 15
    /// minutes, Git is ended: what was pushed so far counts for nothing.
    pub async fn finish(
        mut self,
        mut input: impl AsyncRead + Unpin,
        gone: impl Future<Output = ()>,
    ) -> Result<()> {
        let (stdin, stderr) = (self.child.stdin.take(), self.child.stderr.take());
        let feed = async move {
            if let Some(mut stdin) = stdin {
                // Git, or the client, has had enough: what Git answers says why.
                let _ = tokio::io::copy(&mut input, &mut stdin).await;
            }
        };
        let talk = async { tokio::join!(feed, whole(stderr)).1 };
        let broken = async {
            tokio::select! {
                () = gone => {}
                () = tokio::time::sleep(TIMEOUT) => {}
            }
        };
        let said = tokio::select! {
            said = talk => said,
            () = broken => String::new(),
        };
        let status = tokio::time::timeout(GRACE, self.child.wait()).await;
        match status {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Err(fault)) => Err(fault.into()),
            _ => Err(GitError::Failed {
                command: self.service.name().to_owned(),
                said,
            }),
        }
    }
}

fn is_version_2(service: Service, protocol: Option<&str>) -> bool {
    // Nobody pushes by version 2.
    service == Service::UploadPack
        && protocol.is_some_and(|told| told.split(':').any(|part| part == "version=2"))
}

fn serving<'a>(service: Service, protocol: Option<&str>, folder: &'a str) -> Call<'a> {
    let args = match service {
        Service::UploadPack => vec![
            "upload-pack",
            "--stateless-rpc",
            "--strict",
            SILENCE,
            "--",
            folder,
        ],
        Service::ReceivePack => vec!["receive-pack", "--stateless-rpc", folder],
    };
    let version = if is_version_2(service, protocol) {
        "version=2"
    } else {
        "version=0"
    };
    let config = [
        ("receive.maxInputSize", MAX_PACK),
        // Only branches and tags are taken and given: nothing that Git itself reads a meaning into.
        ("transfer.hideRefs", "refs/"),
        ("transfer.hideRefs", "!refs/heads/"),
        ("transfer.hideRefs", "!refs/tags/"),
        // As the second version of the protocol does anyway: a partial clone asks for what it left out.
        ("uploadpack.allowAnySHA1InWant", "true"),
        ("uploadpack.allowFilter", "true"),
        ("uploadpackfilter.allow", "false"),
        ("uploadpackfilter.blob:none.allow", "true"),
        ("uploadpackfilter.blob:limit.allow", "true"),
    ];
    Call {
        args,
        config: config
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        protocol: Some(version),
        ..Call::default()
    }
}
