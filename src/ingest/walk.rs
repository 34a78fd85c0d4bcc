//! From the roots to the documents: reads groups of files, writes them, follows what they lead to.

use std::collections::{HashSet, VecDeque};

use futures_util::{StreamExt, stream};

use super::{
    apply::Writer,
    check::check_file,
    context::Context,
    decide::Cause,
    faults,
    known::KnownLocation,
    outcome::{CheckedFile, FileCheck, FileSource, Outcome},
    targets::{self, Targets},
    worker::Worker,
};
use crate::{
    entity::Diagnostic,
    error::{Error, Result},
    source::Stamp,
    store::{self, File, Verdict},
};

/// Files read and checked ahead of the writer.
const READ_AHEAD: usize = 24;
/// Files on a disk are there at once: more of them would only wait in memory.
const READ_AHEAD_ON_DISK: usize = 16;
/// Files written in one transaction at most, so that nobody waits long for the writer; refs and uids are spread over
/// all pages of their indexes, so that many small transactions write each page many times.
const BATCH_FILES: usize = 24;

/// Files that one Location entity leads to, or that somebody asked for.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// The Location entity.
    pub(super) parent: Option<String>,
    pub(super) files: Vec<FileSource>,
}

/// What came of a group.
struct ReadGroup {
    /// What it leads to.
    found: Vec<Group>,
    /// Whether a fault keeps all of it from being written.
    is_held_back: bool,
}

/// How far to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// To everything that is led to.
    Whole,
    /// To what was not known before.
    New,
}

/// A file that was read, before it is written.
struct ReadFile {
    source: FileSource,
    stamp: Option<Stamp>,
    previous: Option<File>,
    check: FileCheck,
}

impl Worker {
    /// Reads the groups and all they lead to; answers how many files that were.
    pub(super) async fn walk(
        &mut self,
        groups: Vec<Group>,
        cause: &Cause,
        depth: Depth,
    ) -> Result<usize> {
        let mut queue = VecDeque::from(groups);
        let mut seen = HashSet::new();
        while let Some(mut group) = queue.pop_front() {
            group
                .files
                .retain(|source| seen.insert(source.location.to_string()));
            for source in &group.files {
                self.known.meet(source, group.parent.as_deref());
                self.watch(source);
            }
            let read = self.read_group(&group, cause, depth).await?;
            if read.is_held_back {
                // Another Location may lead to the same files, and be without a fault.
                for source in &group.files {
                    seen.remove(&source.location.to_string());
                }
            }
            for mut child in read.found {
                // A fault anywhere under a Location holds back all of it: then it is judged as a whole.
                if depth == Depth::New && !self.context.holds_back() {
                    child
                        .files
                        .retain(|source| !self.known.is_known(&source.location.to_string()));
                }
                queue.push_back(child);
            }
        }
        Ok(seen.len())
    }

    async fn read_group(
        &mut self,
        group: &Group,
        cause: &Cause,
        depth: Depth,
    ) -> Result<ReadGroup> {
        let mut found = Vec::new();
        let mut reads = Box::pin(reads(&self.context, self.with_stamps(&group.files)));
        if self.context.holds_back() {
            let mut all = reads
                .collect::<Vec<_>>()
                .await
                .into_iter()
                .collect::<Result<Vec<_>>>()?;
            let faults = self.group_faults(group, &all);
            if let Some(fault) = faults.first() {
                for read in &mut all {
                    read.hold_back(fault);
                }
            }
            found = self.write(all, cause).await?;
            let is_held_back = !faults.is_empty();
            if let Some(parent) = &group.parent {
                self.write_location(parent, Some(faults), cause).await?;
            }
            return Ok(ReadGroup {
                found,
                is_held_back,
            });
        }
        let mut batches = reads.as_mut().ready_chunks(BATCH_FILES);
        while let Some(batch) = batches.next().await {
            let batch = batch.into_iter().collect::<Result<Vec<_>>>()?;
            found.extend(self.write(batch, cause).await?);
            if depth == Depth::Whole {
                self.overtake().await;
            }
        }
        if let Some(parent) = &group.parent {
            self.write_location(parent, None, cause).await?;
        }
        Ok(ReadGroup {
            found,
            is_held_back: false,
        })
    }

    fn with_stamps(&self, files: &[FileSource]) -> Vec<(FileSource, Option<Stamp>)> {
        files
            .iter()
            .map(|source| {
                (
                    source.clone(),
                    self.known.stamp(&source.location.to_string()),
                )
            })
            .collect()
    }

    /// What holds back a whole Location, as Backstage judges.
    fn group_faults(&self, group: &Group, reads: &[ReadFile]) -> Vec<Diagnostic> {
        let known = group
            .parent
            .as_deref()
            .and_then(|parent| self.known.location(parent));
        let mut faults = known
            .map(|location| location.target_errors.clone())
            .unwrap_or_default();
        for read in reads {
            match &read.check {
                FileCheck::Unreadable(fault) => faults.push(fault.clone()),
                FileCheck::Checked(checked) => faults.extend(checked.location_faults().cloned()),
                FileCheck::Unchanged(_) | FileCheck::Absent => {}
            }
        }
        faults
    }

    /// Writes files in one transaction; answers what they lead to.
    async fn write(&mut self, batch: Vec<ReadFile>, cause: &Cause) -> Result<Vec<Group>> {
        let mut found = Vec::new();
        let mut writer = Writer::begin(&self.context, &self.known, cause).await?;
        let mut dispossessed = Vec::new();
        let mut read = Vec::with_capacity(batch.len());
        for ReadFile {
            source,
            stamp,
            previous,
            check,
        } in batch
        {
            let location_ref = source.location.to_string();
            let mut dependencies = None;
            match check {
                FileCheck::Unchanged(file) => {
                    if previous.is_none_or(|previous| previous.revision != file.revision) {
                        writer.put_revision(&file).await?;
                    }
                    dependencies = Some(file.dependencies.clone());
                    found.push(Led::Kept(source, file));
                }
                FileCheck::Absent if previous.is_none() => {}
                FileCheck::Absent => writer.put_absent(&location_ref).await?,
                FileCheck::Unreadable(fault) => {
                    found.extend(
                        previous
                            .clone()
                            .map(|file| Led::Kept(source.clone(), Box::new(file))),
                    );
                    writer.put_unreadable(&source, fault, previous).await?;
                }
                FileCheck::Checked(checked) => {
                    dependencies = Some(checked.dependencies.clone());
                    found.push(Led::New(locations_in(&checked), location_ref.clone()));
                    let losers = writer.put_file(&source, checked, previous.as_ref()).await?;
                    dispossessed.extend(losers);
                }
            }
            read.push((location_ref, stamp, dependencies));
        }
        let committed = writer.commit().await?;
        for (location_ref, stamp, dependencies) in read {
            self.known.set_stamp(&location_ref, stamp);
            if let Some(dependencies) = dependencies {
                self.known.set_dependencies(&location_ref, &dependencies);
            }
        }
        self.recheck.extend(dispossessed);
        self.announce(committed);
        self.groups_of(found).await
    }

    async fn groups_of(&mut self, found: Vec<Led>) -> Result<Vec<Group>> {
        let mut groups = Vec::new();
        for led in found {
            match led {
                Led::New(locations, file) => {
                    for (entity_ref, targets) in locations {
                        groups.push(self.follow(entity_ref, targets, Some(file.clone())));
                    }
                }
                Led::Kept(source, file) => groups.extend(self.follow_kept(&source, &file).await?),
            }
        }
        Ok(groups)
    }

    /// The Locations of a file that is as it was: their patterns may match other files now.
    async fn follow_kept(&mut self, source: &FileSource, file: &File) -> Result<Vec<Group>> {
        let accepted = file
            .documents
            .iter()
            .filter(|document| document.verdict == Verdict::Accepted);
        let refs = accepted.filter_map(|document| document.entity_ref.as_ref());
        let locations: Vec<&str> = refs
            .filter(|named| named.kind() == "location")
            .map(crate::entity::EntityRef::as_str)
            .collect();
        let mut groups = Vec::new();
        if locations.is_empty() {
            return Ok(groups);
        }
        for (entity_ref, document) in store::live_documents(&self.context.db, &locations).await? {
            let value = serde_json::from_str(&document).map_err(Error::internal)?;
            // Its type was allowed when it was accepted.
            let Ok(targets) = targets::of_location(&self.context, source, &value).await else {
                continue;
            };
            groups.push(self.follow(entity_ref, targets, Some(file.location_ref.clone())));
        }
        Ok(groups)
    }

    /// Notes where a Location leads, and makes a group of it.
    pub(super) fn follow(
        &mut self,
        entity_ref: String,
        targets: Targets,
        file: Option<String>,
    ) -> Group {
        for pattern in &targets.patterns {
            self.watch_pattern(pattern);
        }
        let location = KnownLocation {
            targets: targets
                .files
                .iter()
                .map(|source| source.location.to_string())
                .collect(),
            target_errors: targets.errors,
            patterns: targets.patterns,
            file,
        };
        self.known.set_location(&entity_ref, location);
        Group {
            parent: Some(entity_ref),
            files: targets.files,
        }
    }

    /// Brings a Location's row up to date: where it leads, what is wrong with that, whether it is to be seen.
    /// `held_back` are the faults that hold back everything, where that is how faults are judged.
    async fn write_location(
        &mut self,
        parent: &str,
        held_back: Option<Vec<Diagnostic>>,
        cause: &Cause,
    ) -> Result<()> {
        let Some(location) = self.known.location(parent).cloned() else {
            return Ok(());
        };
        let succeeded = held_back.as_ref().is_none_or(Vec::is_empty);
        let errors = match held_back {
            Some(faults) => faults,
            None => {
                let mut errors = location.target_errors.clone();
                errors.extend(store::file_errors(&self.context.db, &location.targets).await?);
                errors
            }
        };
        let mut writer = Writer::begin(&self.context, &self.known, cause).await?;
        writer
            .put_location(parent, &location, &errors, succeeded)
            .await?;
        let committed = writer.commit().await?;
        self.announce(committed);
        Ok(())
    }
}

/// What a file leads to.
enum Led {
    /// By its new documents: Locations, and the file they stand in.
    New(Vec<(String, Targets)>, String),
    /// By those it had before.
    Kept(FileSource, Box<File>),
}

fn locations_in(checked: &CheckedFile) -> Vec<(String, Targets)> {
    let good = checked.documents.iter().filter_map(|document| {
        match (&document.entity_ref, &document.outcome) {
            (Some(entity_ref), Outcome::Good(candidate)) if entity_ref.kind() == "location" => {
                Some((entity_ref.as_str().to_owned(), candidate.targets.clone()))
            }
            _ => None,
        }
    });
    good.collect()
}

/// Reads files side by side, in order.
fn reads(
    context: &Context,
    files: Vec<(FileSource, Option<Stamp>)>,
) -> impl futures_util::Stream<Item = Result<ReadFile>> + use<> {
    let context = context.clone();
    let are_on_disk = files
        .iter()
        .all(|(source, _)| source.location.kind == "file");
    let ahead = if are_on_disk {
        READ_AHEAD_ON_DISK
    } else {
        READ_AHEAD
    };
    stream::iter(files)
        .map(move |(source, known)| {
            let context = context.clone();
            tokio::spawn(async move { read_one(&context, source, known).await })
        })
        .buffered(ahead)
        .map(|joined| joined.map_err(Error::internal)?)
}

async fn read_one(context: &Context, source: FileSource, known: Option<Stamp>) -> Result<ReadFile> {
    let previous = store::file(&context.db, &source.location.to_string()).await?;
    // Taken before reading: a change in between shows as a difference the next time.
    let stamp = context.reader.stamp(&source.location);
    let is_untouched = |file: &File| {
        stamp.is_some()
            && stamp == known
            && file.error.is_none()
            && !file.fingerprint.is_empty()
            && file.dependencies.is_empty()
    };
    let check = match previous.clone() {
        Some(file) if is_untouched(&file) => FileCheck::Unchanged(Box::new(file)),
        previous => check_file(context, &source, previous).await,
    };
    Ok(ReadFile {
        source,
        stamp,
        previous,
        check,
    })
}

impl ReadFile {
    /// Keeps everything as it was, and says why.
    fn hold_back(&mut self, fault: &Diagnostic) {
        if let FileCheck::Checked(checked) = &mut self.check {
            // The neighbour may be mended without a change here.
            checked.fingerprint.clear();
            checked.is_held_back = true;
            for document in &mut checked.documents {
                if matches!(document.outcome, Outcome::Good(_)) {
                    document.outcome = Outcome::Refused(faults::held_back(fault));
                }
            }
        }
    }
}
