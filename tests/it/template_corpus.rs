//! Real templates of public repositories, tried out: each lies in a repository of the portal's own Git host, is read
//! from there, answered by generated answers and previewed to its end, or to a stop that has a name.
//!
//! They are no part of this project: the folder is named by `CALLBOARD_SHARED`, and without it these tests are left
//! out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use callboard::{
    entity::{EntityRef, parse_document, split_documents},
    forge::{
        FileChange, GitHost, NewCommit, NewRepository, RepositoryId, Visibility, Written,
        encoded_path,
    },
    ingest::NewLocation,
    scaffolder::{
        preview::{Preview, preview},
        spec::{TaskSpec, TaskUser},
    },
};
use serde_json::Value;

use crate::support::{
    TestApp,
    answers::{Amount, answers},
    shared,
};

/// Why a template does not get to its end, and by which words that is seen; the first row counts. What stands in no
/// row is our fault.
const STOPS: [(&str, &[&str]); 6] = [
    ("an action that is not here", &["is not registered"]),
    ("a proxy, which is not here yet", &["has no proxy yet"]),
    (
        "a host that is not asked here",
        &[
            "cannot be reached",
            "is not allowed. You may need",
            "No token available",
        ],
    ),
    (
        "a source the repository does not have",
        &[
            "There is no folder",
            "was not found",
            "does not name",
            "no file",
        ],
    ),
    (
        "a fault of the template",
        &[
            "is undefined",
            "Filter `",
            "each parameter",
            "Invalid input passed",
            "Missing entity reference",
            "is no folder of the workspace",
        ],
    ),
    ("an entity of another catalog", &["Entity "]),
];
/// Entities that pickers offer.
const PICKED: [&str; 5] = [
    "group:default/team-a",
    "component:default/team-a",
    "system:default/team-a",
    "domain:default/team-a",
    "resource:default/team-a",
];

/// The entities a catalog must have for these templates: those that are picked, and those that steps name.
fn descriptors(files: &[PathBuf]) -> String {
    let mut refs: BTreeSet<EntityRef> = PICKED.into_iter().map(EntityRef::from_canonical).collect();
    for file in files {
        let Ok(text) = fs::read_to_string(file) else {
            continue;
        };
        for raw in split_documents(&text) {
            let Ok(Some(entity)) = parse_document(&raw, false) else {
                continue;
            };
            let steps = entity["spec"]["steps"].as_array().into_iter().flatten();
            let fetching = steps.filter(|step| step["action"] == "catalog:fetch");
            let named = fetching.filter_map(|step| step["input"]["entityRef"].as_str());
            refs.extend(named.filter_map(|text| EntityRef::parse(text, None, "default").ok()));
        }
    }
    refs.iter().map(descriptor).collect()
}

fn descriptor(named: &EntityRef) -> String {
    let version = "backstage.io/v1alpha1";
    let (kind, namespace, name) = (named.kind(), named.namespace(), named.name());
    let kind = match kind {
        "api" => "API".to_owned(),
        kind => kind[..1].to_uppercase() + &kind[1..],
    };
    format!(
        "---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {{type: x, lifecycle: x, owner: team-a, definition: x, children: [], memberOf: []}}\n"
    )
}

/// A portal with these entities and no way to hosts but its own.
async fn portal(entities: &str) -> TestApp {
    let builder = TestApp::builder()
        .file("all.yaml", entities)
        .location("all.yaml");
    let own = |config: &callboard::config::Config| config.local_git().expect("it is on").host;
    let nowhere = url::Url::parse("http://127.0.0.1:9/").expect("a URL");
    builder
        .with(|config| {
            let own = own(config);
            for integration in config
                .integrations
                .iter_mut()
                .filter(|known| known.host != own)
            {
                integration.api_base_url = nowhere.clone();
                integration.base_url = nowhere.clone();
            }
        })
        .start()
        .await
}

/// What came of a template with one set of answers.
enum Came {
    ToTheEnd { files: usize, effects: usize },
    Refused(String),
    Stopped(String),
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Puts a folder into a repository of its own; answers the files that may be templates.
async fn publish(app: &TestApp, folder: &Path) -> (RepositoryId, Vec<String>) {
    let name = folder
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .to_lowercase();
    let (owner, name) = name.split_once("__").expect("owner__name");
    let id = RepositoryId::new(owner, name);
    let host = app.state().local_git.clone().expect("it is on");
    let new = NewRepository {
        id: id.clone(),
        description: String::new(),
        visibility: Visibility::Public,
        default_branch: None,
        with_readme: false,
        project: None,
    };
    host.create_repository(&new).await.expect("made");
    let mut files = Vec::new();
    files_below(folder, &mut files);
    let (mut changes, mut templates) = (Vec::new(), Vec::new());
    for file in files {
        let content = fs::read(&file).expect("read");
        let path = file
            .strip_prefix(folder)
            .expect("inside")
            .to_string_lossy()
            .into_owned();
        let is_template = String::from_utf8_lossy(&content)
            .lines()
            .any(|line| line.trim_end() == "kind: Template");
        let ending = file.extension().unwrap_or_default();
        if is_template && (ending == "yaml" || ending == "yml") {
            templates.push(path.clone());
        }
        changes.push(FileChange {
            path,
            written: Written::Create(content.into()),
        });
    }
    let commit = NewCommit {
        branch: "main".to_owned(),
        new_branch_from: None,
        expected_parent: None,
        message: "As it is".to_owned(),
        author: None,
        committer: None,
        at: None,
        files: changes,
    };
    host.commit_files(&id, &commit).await.expect("committed");
    (id, templates)
}

/// The templates of a file of a repository, as the catalog reads them.
async fn read(app: &TestApp, id: &RepositoryId, path: &str) -> Result<Vec<Value>, String> {
    let base = app.state().config.local_git().expect("it is on").base_url;
    let base = base.as_str().trim_end_matches('/').to_owned();
    let target = format!("{base}/{id}/src/branch/main/{}", encoded_path(path));
    let location = NewLocation {
        kind: "url".to_owned(),
        target,
        presence: None,
    };
    let found = app.state().ingest.dry_run(location).await;
    let found = found.map_err(|fault| fault.to_string())?.entities;
    let is_template = |entity: &Value| entity["kind"] == "Template";
    Ok(found.into_iter().filter(is_template).collect())
}

async fn try_out(app: &TestApp, template: &Value, amount: Amount) -> Came {
    let host = app.state().config.local_git().expect("it is on").host;
    let values = match answers(template, amount, &host) {
        Ok(values) => values,
        Err(faults) => return Came::Refused(faults.join("; ")),
    };
    let user = TaskUser {
        entity_ref: Some("user:default/guest".to_owned()),
        entity: None,
    };
    let spec = match TaskSpec::new(template, &values, &user) {
        Ok(spec) => spec,
        Err(fault) => return Came::Refused(fault.to_string()),
    };
    let runs = &app.state().runs;
    let found = preview(runs.services(), runs.actions(), &spec, None).await;
    match found.expect("no fault of ours") {
        Preview {
            stopped: Some(told),
            ..
        } => Came::Stopped(told),
        found => Came::ToTheEnd {
            files: found.files.len(),
            effects: found.effects.len(),
        },
    }
}

#[derive(Default)]
struct Table {
    templates: usize,
    to_the_end: BTreeMap<&'static str, usize>,
    files: usize,
    effects: usize,
    stops: BTreeMap<&'static str, Vec<String>>,
    unnamed: Vec<String>,
}

impl Table {
    fn add(&mut self, shown: &str, amount: &'static str, came: Came) {
        match came {
            Came::ToTheEnd { files, effects } => {
                *self.to_the_end.entry(amount).or_default() += 1;
                self.files += files;
                self.effects += effects;
            }
            Came::Refused(told) => self
                .unnamed
                .push(format!("{shown} {amount}: refused: {told}")),
            Came::Stopped(told) => self.stop(&format!("{shown} {amount}"), &told),
        }
    }

    fn stop(&mut self, shown: &str, told: &str) {
        let line = format!("{shown}: {told}");
        let named = STOPS
            .iter()
            .find(|(_, words)| words.iter().any(|word| told.contains(word)));
        match named {
            Some((reason, _)) => self.stops.entry(reason).or_default().push(line),
            None => self.unnamed.push(line),
        }
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "{} templates: to the end {:?}, {} files, {} effects",
            self.templates, self.to_the_end, self.files, self.effects
        )];
        let mut add = |reason: &str, stopped: &[String]| {
            lines.push(format!("{:>4} {reason}", stopped.len()));
            lines.extend(stopped.iter().map(|line| format!("       {line}")));
        };
        for (reason, stopped) in &self.stops {
            add(reason, stopped);
        }
        add("without a name", &self.unnamed);
        lines
    }
}

#[tokio::test]
#[ignore = "reads the folder that CALLBOARD_SHARED names"]
async fn real_templates_are_tried_out_to_their_end_or_to_a_stop_with_a_name() {
    let corpus = shared("corpus/templates");
    let mut files = Vec::new();
    files_below(&corpus, &mut files);
    let app = portal(&descriptors(&files)).await;
    let mut table = Table::default();
    let mut folders: Vec<PathBuf> = fs::read_dir(&corpus)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    println!("{} files of {} repositories", files.len(), folders.len());
    for folder in folders {
        let (id, paths) = publish(&app, &folder).await;
        for path in paths {
            let shown = format!("{id}/{path}");
            let templates = match read(&app, &id, &path).await {
                Ok(templates) => templates,
                Err(told) => {
                    table
                        .stops
                        .entry("refused by the catalog")
                        .or_default()
                        .push(format!("{shown}: {told}"));
                    continue;
                }
            };
            for template in templates {
                table.templates += 1;
                for (name, amount) in [("minimal", Amount::Minimal), ("full", Amount::Full)] {
                    let came = try_out(&app, &template, amount).await;
                    table.add(&shown, name, came);
                }
            }
        }
    }
    println!("{}", table.lines().join("\n"));
    assert!(
        table.templates > 50,
        "only {} templates were found",
        table.templates
    );
    assert!(table.unnamed.is_empty(), "{}", table.unnamed.join("\n"));
}
