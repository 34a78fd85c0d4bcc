//! What the worker remembers of files and Locations between walks. All of it can be found again.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::Path,
};

use super::{decide::Precedence, outcome::FileSource};
use crate::{
    entity::Diagnostic,
    source::{self, Stamp},
};

/// A file that was met.
struct KnownFile {
    source: FileSource,
    /// The Location entity that led to it.
    parent: Option<String>,
    /// In which walk it was last met, and as which file of it.
    met: (u64, u64),
    stamp: Option<Stamp>,
    /// What its placeholders include.
    includes: Vec<String>,
}

/// A Location entity, as far as it was followed.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownLocation {
    /// Location refs of the files it leads to.
    pub(super) targets: Vec<String>,
    /// What is wrong with targets that name no file.
    pub(super) target_errors: Vec<Diagnostic>,
    /// Targets that stand for many files.
    pub(super) patterns: Vec<String>,
    /// The file the Location is read from.
    pub(super) file: Option<String>,
}

/// See the module.
#[derive(Default)]
pub(super) struct Known {
    files: HashMap<String, KnownFile>,
    locations: HashMap<String, KnownLocation>,
    /// Included file → the files whose placeholders include it.
    includers: HashMap<String, HashSet<String>>,
    walk: u64,
    next: u64,
}

impl Precedence for Known {
    /// What was met earlier, in the order of the roots, comes first; what this walk has not met comes later.
    fn keeps(&self, holder: &str, claimant: &str) -> bool {
        match (self.files.get(holder), self.files.get(claimant)) {
            (Some(holder), Some(claimant)) if holder.met.0 == claimant.met.0 => {
                holder.met.1 <= claimant.met.1
            }
            (Some(holder), Some(claimant)) => holder.met.0 > claimant.met.0,
            _ => false,
        }
    }
}

impl Known {
    /// A walk over everything begins: the order is made anew.
    pub(super) fn begin_walk(&mut self) {
        self.walk += 1;
        self.next = 0;
    }

    /// Notes that a file was met.
    pub(super) fn meet(&mut self, source: &FileSource, parent: Option<&str>) {
        let met = (self.walk, self.next);
        self.next += 1;
        let parent = parent.map(str::to_owned);
        match self.files.get_mut(&source.location.to_string()) {
            Some(file) => {
                file.met = met;
                file.source = source.clone();
                file.parent = parent.or(file.parent.take());
            }
            None => {
                let file = KnownFile {
                    source: source.clone(),
                    parent,
                    met,
                    stamp: None,
                    includes: Vec::new(),
                };
                self.files.insert(source.location.to_string(), file);
            }
        }
    }

    pub(super) fn is_known(&self, location_ref: &str) -> bool {
        self.files.contains_key(location_ref)
    }

    pub(super) fn source(&self, location_ref: &str) -> Option<&FileSource> {
        self.files.get(location_ref).map(|file| &file.source)
    }

    pub(super) fn parent(&self, location_ref: &str) -> Option<&str> {
        self.files
            .get(location_ref)
            .and_then(|file| file.parent.as_deref())
    }

    pub(super) fn stamp(&self, location_ref: &str) -> Option<Stamp> {
        self.files.get(location_ref).and_then(|file| file.stamp)
    }

    /// Notes the stamp a file had before it was read.
    pub(super) fn set_stamp(&mut self, location_ref: &str, stamp: Option<Stamp>) {
        if let Some(file) = self.files.get_mut(location_ref) {
            file.stamp = stamp;
        }
    }

    /// Notes what a file includes.
    pub(super) fn set_dependencies(&mut self, location_ref: &str, dependencies: &[String]) {
        let Some(file) = self.files.get_mut(location_ref) else {
            return;
        };
        for dependency in std::mem::replace(&mut file.includes, dependencies.to_vec()) {
            if let Some(includers) = self.includers.get_mut(&dependency) {
                includers.remove(location_ref);
            }
        }
        for dependency in dependencies {
            let includers = self.includers.entry(dependency.clone()).or_default();
            includers.insert(location_ref.to_owned());
        }
    }

    /// Notes where a Location leads.
    pub(super) fn set_location(&mut self, entity_ref: &str, location: KnownLocation) {
        self.locations.insert(entity_ref.to_owned(), location);
    }

    pub(super) fn location(&self, entity_ref: &str) -> Option<&KnownLocation> {
        self.locations.get(entity_ref)
    }

    /// The files whose location refs begin so, those that include one, and those of Locations with such a pattern.
    pub(super) fn below(&self, prefix: &str) -> Vec<String> {
        let files = self.files.keys().filter(|known| known.starts_with(prefix));
        let mut found: BTreeSet<String> = files.cloned().collect();
        let included = self.includers.iter();
        let included = included.filter(|(file, _)| file.starts_with(prefix));
        found.extend(included.flat_map(|(_, includers)| includers.iter().cloned()));
        let target = prefix.strip_prefix("url:").unwrap_or(prefix);
        let matches = |location: &&KnownLocation| {
            let mut patterns = location.patterns.iter();
            patterns.any(|pattern| pattern.starts_with(target))
        };
        let holders = self.locations.values().filter(matches);
        found.extend(holders.filter_map(|location| location.file.clone()));
        found.into_iter().collect()
    }

    /// The files to read again because something at `path` changed: the file itself, those that include it,
    /// and, if it is new, those with a pattern it may match.
    pub(super) fn touched_by(&self, path: &Path) -> Vec<String> {
        let location_ref = format!("file:{}", path.display());
        let mut touched: Vec<String> = self
            .includers
            .get(&location_ref)
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        if self.files.contains_key(&location_ref) {
            touched.push(location_ref);
        } else {
            let matches = |pattern: &String| path.starts_with(source::pattern_folder(pattern).0);
            let holders = self
                .locations
                .values()
                .filter(|location| location.patterns.iter().any(matches));
            touched.extend(holders.filter_map(|location| location.file.clone()));
        }
        touched
    }
}
