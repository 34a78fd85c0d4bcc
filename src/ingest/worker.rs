//! The one task that reads sources and writes the catalog: a background reconcile, overtaken by a fast lane.

use std::{
    collections::{BTreeSet, HashSet},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::sync::{mpsc, oneshot, watch};
use tracing::{error, info};

use super::{
    apply::Writer,
    context::Context,
    decide::Cause,
    known::Known,
    outcome::FileSource,
    roots::{Root, roots},
    settle::settle,
    targets::Targets,
    walk::{Depth, Group},
};
use crate::{
    error::{Error, Result},
    source::{Watcher, pattern_folder},
    store,
};

/// Changes of files are gathered this long, because editors write in several steps.
const GATHER: Duration = Duration::from_millis(25);
/// Rounds of looking again at files whose entities changed hands; two are the rule.
const MAX_ROUNDS: usize = 5;

/// What the fast lane can be asked for.
pub(super) enum Command {
    /// Read these files again, and what they newly lead to.
    Files {
        location_refs: Vec<String>,
        cause: Cause,
        done: oneshot::Sender<()>,
    },
    /// Read the files again whose location refs begin so.
    Below {
        prefix: String,
        cause: Cause,
        done: oneshot::Sender<()>,
    },
    /// Roots were registered or removed.
    Roots {
        cause: Cause,
        done: oneshot::Sender<()>,
    },
    /// Compare everything with its source.
    Reconcile { done: oneshot::Sender<()> },
}

/// See the module. `walk` holds the other half of what it does.
pub(super) struct Worker {
    pub(super) context: Context,
    pub(super) known: Known,
    /// Files that lost an entity to another, or may take one over: to be looked at anew.
    pub(super) recheck: BTreeSet<String>,
    commands: mpsc::Receiver<Command>,
    changed_paths: mpsc::UnboundedReceiver<PathBuf>,
    watcher: Watcher,
    committed: watch::Sender<i64>,
    roots: Vec<Root>,
}

impl Worker {
    /// A worker that obeys `commands` and announces every commit by its last change id.
    pub(super) fn new(
        context: Context,
        commands: mpsc::Receiver<Command>,
        committed: watch::Sender<i64>,
    ) -> Self {
        let (sender, changed_paths) = mpsc::unbounded_channel();
        Self {
            context,
            known: Known::default(),
            recheck: BTreeSet::new(),
            commands,
            changed_paths,
            watcher: Watcher::new(sender),
            committed,
            roots: Vec::new(),
        }
    }

    /// Runs until every handle is gone. `first_walk` is told when everything was compared once.
    pub(super) async fn run(mut self, first_walk: watch::Sender<bool>) {
        logged("The first reconcile", self.reconcile("start").await);
        first_walk.send_replace(true);
        self.rest().await;
        let interval = self.context.options.reconcile_interval;
        loop {
            let pause = async {
                match interval {
                    Some(interval) => tokio::time::sleep(interval).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                command = self.commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => return,
                },
                Some(path) = self.changed_paths.recv() => self.paths_changed(path).await,
                () = pause => {
                    logged("The reconcile", self.reconcile("reconcile").await);
                    self.rest().await;
                }
            }
        }
    }

    async fn obey(&mut self, command: Command) {
        let (result, done) = match command {
            Command::Files {
                location_refs,
                cause,
                done,
            } => (self.read_again(location_refs, &cause).await, done),
            Command::Below {
                prefix,
                cause,
                done,
            } => {
                let location_refs = self.known.below(&prefix);
                (self.read_again(location_refs, &cause).await, done)
            }
            Command::Roots { cause, done } => (self.roots_changed(&cause).await, done),
            Command::Reconcile { done } => {
                let result = self.reconcile("reconcile").await;
                self.rest().await;
                (result, done)
            }
        };
        logged("What was asked for", result);
        // Who asked may have gone.
        let _ = done.send(());
    }

    /// Serves the fast lane while something longer is under way.
    pub(super) async fn overtake(&mut self) {
        while let Ok(command) = self.commands.try_recv() {
            Box::pin(self.obey(command)).await;
        }
        if let Ok(path) = self.changed_paths.try_recv() {
            Box::pin(self.paths_changed(path)).await;
        }
    }

    /// Tells who follows the feed that it has grown.
    pub(super) fn announce(&self, committed: Option<i64>) {
        if let Some(change_id) = committed {
            self.committed.send_if_modified(|last| {
                let is_newer = change_id > *last;
                *last = (*last).max(change_id);
                is_newer
            });
        }
    }

    /// Has a file watched, if it is one that can be.
    pub(super) fn watch(&mut self, source: &FileSource) {
        if source.location.kind == "file"
            && let Some(folder) = Path::new(&source.location.target).parent()
        {
            self.watcher.watch(folder, false);
        }
    }

    /// Has the folder of a pattern watched.
    pub(super) fn watch_pattern(&mut self, pattern: &str) {
        if pattern.starts_with('/') {
            let (folder, with_subfolders) = pattern_folder(pattern);
            self.watcher.watch(&folder, with_subfolders);
        }
    }

    /// Compares everything with its source, in the order of the roots.
    async fn reconcile(&mut self, what: &'static str) -> Result<()> {
        let cause = Cause {
            what,
            by: "system".to_owned(),
            revives: true,
        };
        let started = self.context.clock.now();
        self.context = self.context.looking_once();
        self.known.begin_walk();
        self.roots = roots(&self.context).await?;
        let mut count = 0;
        for root in self.roots.clone() {
            let group = self.write_root(&root, &cause).await?;
            count += self.walk(vec![group], &cause, Depth::Whole).await?;
        }
        self.settle(&cause).await?;
        let took = self.context.clock.now().0 - started.0;
        info!(
            files = count,
            duration_ms = took,
            "Compared {count} files with their sources in {took} ms"
        );
        Ok(())
    }

    /// After a reconcile, which may have written much.
    async fn rest(&self) {
        logged("Tidying the database up", self.context.db.rest().await);
    }

    async fn roots_changed(&mut self, cause: &Cause) -> Result<()> {
        let before: HashSet<String> = self
            .roots
            .iter()
            .map(|root| root.location.to_string())
            .collect();
        self.context = self.context.looking_once();
        self.roots = roots(&self.context).await?;
        for root in self.roots.clone() {
            if !before.contains(&root.location.to_string()) {
                let group = self.write_root(&root, cause).await?;
                self.walk(vec![group], cause, Depth::Whole).await?;
            }
        }
        self.settle(cause).await
    }

    async fn write_root(&mut self, root: &Root, cause: &Cause) -> Result<Group> {
        let mut targets = Targets::default();
        targets.add(&self.context, root.source()).await;
        let files = targets
            .files
            .iter()
            .map(|source| source.location.to_string())
            .collect();
        let mut writer = Writer::begin(&self.context, &self.known, cause).await?;
        writer
            .put_root(root.new_entity(&self.context, files))
            .await?;
        let committed = writer.commit().await?;
        self.announce(committed);
        Ok(self.follow(root.entity_ref.as_str().to_owned(), targets, None))
    }

    /// Reads known files again, whatever their stamps say, and settles what follows.
    async fn read_again(&mut self, location_refs: Vec<String>, cause: &Cause) -> Result<()> {
        self.context = self.context.looking_once();
        let groups = self.groups_to_read_again(location_refs);
        self.walk(groups, cause, Depth::New).await?;
        self.settle(cause).await
    }

    /// Known files, under the Locations that lead to them; where faults hold back their Location, with all it leads to.
    fn groups_to_read_again(&mut self, location_refs: Vec<String>) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for location_ref in location_refs {
            self.known.set_stamp(&location_ref, None);
            let Some(source) = self.known.source(&location_ref).cloned() else {
                continue;
            };
            let parent = self.known.parent(&location_ref).map(str::to_owned);
            match groups.iter_mut().find(|group| group.parent == parent) {
                Some(group) => group.files.push(source),
                None => groups.push(Group {
                    parent,
                    files: vec![source],
                }),
            }
        }
        if self.context.holds_back() {
            for group in &mut groups {
                let location = group
                    .parent
                    .as_deref()
                    .and_then(|parent| self.known.location(parent));
                let targets = location.into_iter().flat_map(|location| &location.targets);
                group.files.extend(
                    targets
                        .filter_map(|target| self.known.source(target))
                        .cloned(),
                );
            }
        }
        groups
    }

    /// Some paths changed: reads the files they are, those that include them, and those whose patterns they may match.
    async fn paths_changed(&mut self, first: PathBuf) {
        tokio::time::sleep(GATHER).await;
        let mut paths = HashSet::from([first]);
        while let Ok(path) = self.changed_paths.try_recv() {
            paths.insert(path);
        }
        let touched: BTreeSet<String> = paths
            .iter()
            .flat_map(|path| self.known.touched_by(path))
            .collect();
        if !touched.is_empty() {
            let cause = Cause {
                what: "file changed",
                by: "system".to_owned(),
                revives: false,
            };
            logged(
                "Reading what changed",
                self.read_again(touched.into_iter().collect(), &cause).await,
            );
        }
    }

    /// Removes what is missing, and lets heirs take over what became free.
    async fn settle(&mut self, cause: &Cause) -> Result<()> {
        for _ in 0..MAX_ROUNDS {
            let roots: HashSet<String> = self
                .roots
                .iter()
                .map(|root| root.location.to_string())
                .collect();
            let settled = settle(&self.context, &roots, cause).await?;
            self.announce(settled.last_change);
            self.recheck.extend(settled.heirs);
            let recheck: Vec<String> = std::mem::take(&mut self.recheck).into_iter().collect();
            if recheck.is_empty() {
                return Ok(());
            }
            let mut tx = self.context.db.begin().await?;
            for location_ref in &recheck {
                store::forget_fingerprint(&mut tx, location_ref).await?;
            }
            tx.commit().await?;
            let groups = self.groups_to_read_again(recheck);
            Box::pin(self.walk(groups, cause, Depth::New)).await?;
        }
        Ok(())
    }
}

fn logged(what: &str, result: Result<()>) {
    if let Err(fault) = result {
        let source = match &fault {
            Error::Internal(source) => source.to_string(),
            other => other.to_string(),
        };
        error!("{what} broke off: {source}. It is tried again at the next reconcile.");
    }
}
