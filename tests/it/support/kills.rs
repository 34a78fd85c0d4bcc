//! A template of ten steps on a real Gitea, killed with SIGKILL at random moments: whatever broke off, in the end
//! everything is there once, and undo leaves what was there before.
//!
//! Twenty of them are a test; a program in `benches/` does more and prints the table.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use callboard::store::{self, Db, EffectState, StepStatus};
use serde_json::{Value, json};

use super::{
    gitea::Gitea,
    program::{Program, write},
};

const OWNER: &str = "killers";
const TEMPLATE: &str = "ten";
/// Whose repositories stay as they are.
const STANDING: &str = "standing";
/// A secret that the run sets and nothing may keep.
const SECRET: &str = "hunter2-is-no-password";

const STEPS: &str = r#"---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata:
  name: ten
spec:
  type: service
  steps:
    - id: greet
      action: debug:log
      input: {message: "Making ${{ parameters.name }}"}
    - id: fetch
      action: fetch:template
      input:
        url: ./skeleton
        values: {name: "${{ parameters.name }}"}
    - id: publish
      action: publish:gitea
      input:
        repoUrl: ${{ parameters.host }}?owner=killers&repo=${{ parameters.name }}
        description: Made by a run that was killed
    - id: protect
      action: gitea:branch-protection:create
      input:
        repoUrl: ${{ parameters.host }}?owner=killers&repo=${{ parameters.name }}
        branch: main
        requiredApprovingReviewCount: 1
    - id: secret
      action: gitea:secret:create
      input:
        repoUrl: ${{ parameters.host }}?owner=killers&repo=${{ parameters.name }}
        name: DEPLOY_TOKEN
        value: ${{ secrets.token }}
    - id: webhook
      action: gitea:webhook
      input:
        repoUrl: ${{ parameters.host }}?owner=killers&repo=${{ parameters.name }}
        webhookUrl: http://127.0.0.1:9/hook
        webhookSecret: ${{ secrets.token }}
    - id: register
      action: catalog:register
      input:
        repoContentsUrl: ${{ steps.publish.output.repoContentsUrl }}
    - id: more
      action: fetch:plain
      input: {url: ./more, targetPath: more}
    - id: propose
      action: publish:gitea:pull-request
      input:
        repoUrl: ${{ parameters.host }}?owner=killers&repo=${{ parameters.name }}
        branchName: more
        title: More of it
        sourcePath: more
    - id: done
      action: debug:log
      input: {message: "See ${{ steps.propose.output.remoteUrl }}"}
"#;
const DESCRIPTOR: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: ${{ values.name }}\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n";

/// The place where it all happens.
pub(crate) struct Killing {
    gitea: Gitea,
    folder: tempfile::TempDir,
    program: Option<Program>,
    random: Random,
    /// How long a run takes that nobody disturbs.
    pub(crate) undisturbed: Duration,
}

/// What became of one kill.
#[derive(Debug)]
pub(crate) struct Round {
    /// The step that was executed; `None`: the run was over or had not begun.
    pub(crate) step: Option<String>,
    /// The effect that was meant and not known to be done.
    pub(crate) intended: Option<String>,
    /// From the kill until the run had ended, the start of the program included.
    pub(crate) recovered_in: Duration,
}

impl Killing {
    /// Starts a Gitea and the program, and lets one run end undisturbed.
    pub(crate) async fn prepare(seed: u64) -> Self {
        let gitea = Gitea::start();
        gitea.new_organisation(OWNER).await;
        let standing = json!({"name": STANDING, "auto_init": true, "default_branch": "main"});
        let path = format!("orgs/{OWNER}/repos");
        gitea.api("POST", &path, standing).await;
        let folder = tempfile::tempdir().expect("a folder");
        lay_down(folder.path(), &gitea);
        let program = Program::start(folder.path(), TEMPLATE).await;
        let mut killing = Self {
            gitea,
            folder,
            program: Some(program),
            random: Random(seed | 1),
            undisturbed: Duration::ZERO,
        };
        let began = Instant::now();
        let id = killing.start_run("shop").await;
        killing.check_made(&id, "shop").await;
        killing.undisturbed = began.elapsed();
        killing.check_undone(&id).await;
        killing
    }

    /// One run, killed at a random moment and followed to its end, then taken back.
    pub(crate) async fn round(&mut self, number: usize) -> Round {
        let name = format!("shop-{number}");
        let id = self.start_run(&name).await;
        let limit = u64::try_from(self.undisturbed.as_micros()).unwrap_or(u64::MAX);
        let moment = Duration::from_micros(self.random.below(limit));
        tokio::time::sleep(moment).await;
        self.program.take().expect("it runs").kill();
        let killed = Instant::now();
        let (step, intended) = self.left_behind(&id).await;
        self.program = Some(Program::start(self.folder.path(), TEMPLATE).await);
        self.program().ended(&id).await;
        let recovered_in = killed.elapsed();
        self.check_made(&id, &name).await;
        self.check_undone(&id).await;
        Round {
            step,
            intended,
            recovered_in,
        }
    }

    fn program(&self) -> &Program {
        self.program.as_ref().expect("it runs")
    }

    async fn start_run(&self, name: &str) -> String {
        let host = self.gitea.url.trim_start_matches("http://");
        let values = json!({"name": name, "host": host});
        let secrets = json!({"token": SECRET});
        self.program().start_run(TEMPLATE, values, secrets).await
    }

    /// What the dead process wrote down last: the step it was in, and what it meant to do.
    async fn left_behind(&self, id: &str) -> (Option<String>, Option<String>) {
        let file = self.folder.path().join("data/callboard.sqlite");
        let db = Db::open_sqlite(&file).await.expect("the database opens");
        let steps = store::run_steps(&db, id).await.expect("read");
        let effects = store::run_effects(&db, id).await.expect("read");
        db.close().await;
        let steps = steps.into_iter();
        let mut open = steps.filter(|step| step.status == StepStatus::Processing);
        let mut meant = (effects.into_iter()).filter(|effect| effect.state == EffectState::Intent);
        (
            open.next().map(|step| step.key),
            meant.next().map(|effect| effect.kind),
        )
    }

    /// Everything is there, and once.
    async fn check_made(&self, id: &str, name: &str) {
        let run = self.program().ended(id).await;
        assert_eq!(run["status"], "completed", "{name}: {run}");
        let all_done = |effect: &Value| effect["state"] == "done";
        let effects = run["effects"].as_array().expect("a list");
        assert!(effects.len() == 8 && effects.iter().all(all_done), "{run}");
        assert_eq!(self.repositories().await, [name, STANDING]);
        let repository = format!("repos/{OWNER}/{name}");
        for (list, expected) in [
            ("commits?sha=main", 1),
            ("branches", 2),
            ("pulls?state=all", 1),
            ("hooks", 1),
            ("actions/secrets", 1),
            ("branch_protections", 1),
        ] {
            let found = self.listed(&format!("{repository}/{list}")).await;
            assert_eq!(found.len(), expected, "{name}: {list}: {found:?}");
        }
        let described = self.gitea.api("GET", &repository, Value::Null).await;
        assert_eq!(described["description"], "Made by a run that was killed");
        assert_eq!(self.program().locations().await, 1, "{name}");
    }

    /// Nothing is there but what was before.
    async fn check_undone(&self, id: &str) {
        let undo = self.program().undo(id).await;
        assert_eq!(undo["status"], "completed", "{undo}");
        assert_eq!(self.repositories().await, [STANDING]);
        let commits = format!("repos/{OWNER}/{STANDING}/commits");
        assert_eq!(self.listed(&commits).await.len(), 1);
        assert_eq!(self.program().locations().await, 0);
    }

    async fn repositories(&self) -> Vec<String> {
        let found = self.listed(&format!("orgs/{OWNER}/repos")).await;
        let names = found.iter().filter_map(|found| found["name"].as_str());
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort();
        names
    }

    async fn listed(&self, path: &str) -> Vec<Value> {
        let found = self.gitea.api("GET", path, Value::Null).await;
        found.as_array().expect("a list").clone()
    }
}

fn lay_down(folder: &Path, gitea: &Gitea) {
    write(folder, "templates.yaml", STEPS);
    write(folder, "skeleton/catalog-info.yaml", DESCRIPTOR);
    write(folder, "skeleton/README.md", "# ${{ values.name }}\n");
    write(folder, "more/docs/index.md", "# More\n");
    let config = json!({
        "app": {"baseUrl": "http://localhost:7007"},
        "backend": {
            "baseUrl": "http://localhost:7007",
            "listen": {"host": "127.0.0.1", "port": 7007},
            "auth": {"dangerouslyDisableDefaultAuthPolicy": true},
            "database": {"client": "better-sqlite3", "connection": {"directory": "./data"}},
        },
        "integrations": {"gitea": [{
            "host": gitea.url.trim_start_matches("http://"),
            "baseUrl": gitea.url,
            "password": gitea.token,
        }]},
        "catalog": {
            "rules": [{"allow": ["Component", "Template", "Location"]}],
            "locations": [{"type": "file", "target": "./templates.yaml"}],
        },
    });
    // JSON is YAML.
    write(folder, "app-config.yaml", &config.to_string());
}

/// Numbers that look random and are the same for a seed (xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }
}
