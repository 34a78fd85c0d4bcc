//! A Git host that remembers what it is told, for what no real one is at hand for: GitHub's and GitLab's own calls.
//!
//! What is put at a path is there; what is posted to a list gets a number; a folder that is deleted takes all below
//! it along. Whether a call is what the product takes, its own description judges (`github_contract`).

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::{Request, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

const SHA: &str = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
/// 32 bytes that are a key.
const PUBLIC_KEY: &str = "2Sg8iYjAxxmI2LvUXpJjkYrMxURPc8r+dB7TJyvvcCU=";

/// A call that was made.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// `POST /repos/acme/shop/hooks`
    pub(crate) line: String,
    pub(crate) body: Value,
}

/// A host that remembers. Cheap to clone.
#[derive(Clone)]
pub(crate) struct FakeHost {
    /// Where it is, without a slash at its end.
    pub(crate) url: String,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    there: BTreeMap<String, Value>,
    calls: Vec<Call>,
    /// Calls that are answered so, once each.
    answers: Vec<(String, StatusCode, Value)>,
    last_number: u64,
    last_commit: Value,
}

impl FakeHost {
    /// Begins to listen, for as long as the test's runtime lives.
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let host = Self {
            url,
            inner: Arc::default(),
        };
        let router = Router::new().fallback(answer).with_state(host.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        host
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no panic")
    }

    /// Something is there already.
    pub(crate) fn with(self, path: &str, value: Value) -> Self {
        self.inner().there.insert(path.to_owned(), value);
        self
    }

    /// The next call of this kind is answered so.
    pub(crate) fn answers(&self, line: &str, status: u16, body: Value) {
        let status = StatusCode::from_u16(status).expect("a status");
        self.inner().answers.push((line.to_owned(), status, body));
    }

    /// Whether something is there.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.inner().there.contains_key(path)
    }

    /// The calls that changed something, in their order.
    pub(crate) fn changes(&self) -> Vec<String> {
        let calls = self.inner().calls.clone().into_iter();
        calls
            .filter(|call| !call.line.starts_with("GET"))
            .map(|call| call.line)
            .collect()
    }

    /// The body of the first call of this kind.
    pub(crate) fn body(&self, line: &str) -> Value {
        let calls = self.inner().calls.clone();
        let found = calls.iter().find(|call| call.line == line);
        let found = found.unwrap_or_else(|| panic!("no {line}: {:#?}", self.changes()));
        found.body.clone()
    }
}

async fn answer(State(host): State<FakeHost>, request: Request<Body>) -> Response {
    let (method, path) = (
        request.method().to_string(),
        request.uri().path().to_owned(),
    );
    let bytes = to_bytes(request.into_body(), usize::MAX)
        .await
        .expect("read");
    if path.ends_with("/git-receive-pack") {
        return host.inner().pushed(&path, &bytes).into_response();
    }
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    let (status, answer) = host.inner().take(&method, &path, body);
    match answer {
        Value::Null => status.into_response(),
        answer => {
            let json = [(CONTENT_TYPE, "application/json")];
            (status, json, answer.to_string()).into_response()
        }
    }
}

impl Inner {
    fn take(&mut self, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        let line = format!("{method} {path}");
        self.calls.push(Call {
            line: line.clone(),
            body: body.clone(),
        });
        if let Some(at) = self.answers.iter().position(|(known, ..)| *known == line) {
            let (_, status, body) = self.answers.remove(at);
            return (status, body);
        }
        match method {
            "GET" | "HEAD" => self.get(path),
            "POST" => self.post(path, body),
            "DELETE" => {
                let inside = format!("{path}/");
                self.there
                    .retain(|known, _| known != path && !known.starts_with(&inside));
                (StatusCode::NO_CONTENT, Value::Null)
            }
            "PATCH" if path.contains("/git/refs/") => {
                self.committed(path.split("/git/").next().unwrap_or_default());
                (StatusCode::OK, json!({}))
            }
            _ => self.put(path, &body),
        }
    }

    fn get(&self, path: &str) -> (StatusCode, Value) {
        if path.ends_with("/public-key") {
            return (StatusCode::OK, json!({"key_id": "1", "key": PUBLIC_KEY}));
        }
        match self.there.get(path) {
            Some(found) => (StatusCode::OK, found.clone()),
            None => (StatusCode::NOT_FOUND, json!({"message": "Not Found"})),
        }
    }

    fn put(&mut self, path: &str, body: &Value) -> (StatusCode, Value) {
        if path.ends_with("/contents/.gitkeep") {
            return (StatusCode::CREATED, json!({}));
        }
        let there = self
            .there
            .entry(path.to_owned())
            .or_insert_with(|| json!({}));
        for (key, value) in body.as_object().into_iter().flatten() {
            there[key] = match value {
                Value::Bool(enabled) if path.ends_with("/protection") => {
                    json!({"enabled": enabled})
                }
                value => as_told(value),
            };
        }
        (StatusCode::OK, there.clone())
    }

    fn post(&mut self, path: &str, body: Value) -> (StatusCode, Value) {
        match path.rsplit('/').next().unwrap_or_default() {
            "repos" => self.github_repository(path, &body),
            "projects" => self.gitlab_project(&body),
            "trees" | "blobs" => (StatusCode::CREATED, json!({ "sha": SHA })),
            "commits" => self.commit(path, &body),
            "forks" => self.fork(path),
            "refs" => self.branch(path, &body),
            _ => self.added(path, body),
        }
    }

    fn added(&mut self, path: &str, mut body: Value) -> (StatusCode, Value) {
        self.last_number += 1;
        for key in ["id", "number", "iid"] {
            body[key] = self.last_number.into();
        }
        body["html_url"] = format!("https://example.com{path}").into();
        body["web_url"] = body["html_url"].clone();
        let name = ["name", "branch", "key"]
            .into_iter()
            .find_map(|key| body[key].as_str());
        let name = name.map_or_else(|| self.last_number.to_string(), str::to_owned);
        self.there
            .insert(format!("{path}/{}", name.replace('/', "%2F")), body.clone());
        self.there
            .insert(format!("{path}/{}", self.last_number), body.clone());
        let list = self
            .there
            .entry(path.to_owned())
            .or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(body.clone());
        }
        (StatusCode::CREATED, body)
    }

    fn github_repository(&mut self, path: &str, body: &Value) -> (StatusCode, Value) {
        let owner = path.split('/').nth(2).unwrap_or_default();
        let name = body["name"].as_str().unwrap_or_default();
        let made = json!({
            "id": 7, "name": name, "owner": {"login": owner},
            "html_url": format!("https://github.example.com/{owner}/{name}"),
            "clone_url": format!("https://github.example.com/{owner}/{name}.git"),
            "default_branch": "main", "description": body["description"], "private": true, "size": 0,
        });
        let at = format!("/repos/{owner}/{name}");
        self.there.insert(format!("{at}/branches"), json!([]));
        self.there.insert(at, made.clone());
        (StatusCode::CREATED, made)
    }

    /// A fork for whose the token is; it has everything of what it is made of.
    fn fork(&mut self, path: &str) -> (StatusCode, Value) {
        let from = path.trim_end_matches("/forks");
        let name = from.rsplit('/').next().unwrap_or_default();
        let login = self.there["/user"]["login"].as_str().unwrap_or_default();
        let at = format!("/repos/{login}/{name}");
        let mut made = self.there[from].clone();
        made["id"] = 8.into();
        made["owner"] = json!({ "login": login });
        made["parent"] = json!({"full_name": from.trim_start_matches("/repos/")});
        let inside = format!("{from}/");
        let copied: Vec<(String, Value)> = self
            .there
            .iter()
            .filter_map(|(known, value)| {
                let rest = known.strip_prefix(&inside)?;
                Some((format!("{at}/{rest}"), value.clone()))
            })
            .collect();
        self.there.extend(copied);
        self.there.insert(at, made.clone());
        (StatusCode::ACCEPTED, made)
    }

    /// The last commit is on a new branch.
    fn branch(&mut self, path: &str, body: &Value) -> (StatusCode, Value) {
        let at = path.trim_end_matches("/git/refs");
        let name = body["ref"].as_str().unwrap_or_default();
        let name = name.trim_start_matches("refs/heads/");
        let branch = json!({"name": name, "commit": self.last_commit});
        self.there.insert(format!("{at}/branches/{name}"), branch);
        self.there
            .insert(format!("{at}/commits/{SHA}"), self.last_commit.clone());
        (
            StatusCode::CREATED,
            json!({"ref": body["ref"], "object": {"sha": SHA}}),
        )
    }

    /// A branch of GitLab is moved by Git, if it is where that says.
    fn pushed(&mut self, path: &str, request: &[u8]) -> String {
        let text = String::from_utf8_lossy(request);
        let command = text[4..].split('\0').next().unwrap_or_default();
        let words: Vec<&str> = command.split(' ').collect();
        let (from, to, reference) = (words[0], words[1], words[2]);
        self.calls.push(Call {
            line: format!("POST {path}"),
            body: json!({"from": from, "to": to, "ref": reference}),
        });
        let project = path
            .trim_start_matches('/')
            .replace(".git/git-receive-pack", "");
        let name = reference.trim_start_matches("refs/heads/");
        let at = format!(
            "/projects/{}/repository/branches/{name}",
            project.replace('/', "%2F")
        );
        let branch = self.there.entry(at).or_default();
        let told = if branch["commit"]["id"] == from {
            branch["commit"]["id"] = to.into();
            format!("ok {reference}\n")
        } else {
            format!("ng {reference} it moved\n")
        };
        format!("000eunpack ok\n{:04x}{told}0000", told.len() + 4)
    }

    fn gitlab_project(&mut self, body: &Value) -> (StatusCode, Value) {
        let name = body["path"].as_str().unwrap_or_default();
        let made = json!({
            "id": 42, "path": name, "namespace": {"full_path": "acme"},
            "web_url": format!("https://gitlab.example.com/acme/{name}"),
            "http_url_to_repo": format!("https://gitlab.example.com/acme/{name}.git"),
            "default_branch": "main", "description": body["description"], "visibility": "private",
        });
        self.there
            .insert(format!("/projects/acme%2F{name}"), made.clone());
        (StatusCode::CREATED, made)
    }

    /// A commit of either product; GitLab's is on its branch at once.
    fn commit(&mut self, path: &str, body: &Value) -> (StatusCode, Value) {
        let message = body["message"]
            .as_str()
            .or_else(|| body["commit_message"].as_str());
        let person = json!({"name": "Ana", "email": "ana@example.com"});
        let made = json!({
            "sha": SHA, "parents": [], "tree": {"sha": SHA}, "message": message, "author": person, "committer": person,
            "id": SHA, "parent_ids": [], "author_name": "Ana", "author_email": "a@b.example",
            "committer_name": "Ana", "committer_email": "a@b.example",
            "commit": {"message": message, "tree": {"sha": SHA}, "author": person, "committer": person},
        });
        self.last_commit = made.clone();
        if let Some(at) = path
            .strip_suffix("/commits")
            .filter(|at| at.ends_with("/repository"))
        {
            let branch = body["branch"].as_str().unwrap_or_default();
            self.there.insert(
                format!("{at}/branches/{branch}"),
                json!({"name": branch, "commit": {"id": SHA}}),
            );
            self.there
                .insert(format!("{at}/commits/{SHA}"), made.clone());
        }
        (StatusCode::CREATED, made)
    }

    /// The last commit is on the branch that counts now.
    fn committed(&mut self, at: &str) {
        let branch = json!({"name": "main", "commit": self.last_commit});
        self.there.insert(format!("{at}/branches"), json!([branch]));
        self.there.insert(format!("{at}/branches/main"), branch);
        self.there
            .insert(format!("{at}/commits/{SHA}"), self.last_commit.clone());
    }
}

/// People and teams, which are told by more than their names.
fn as_told(value: &Value) -> Value {
    let Some(map) = value.as_object() else {
        return value.clone();
    };
    let told = |(key, value): (&String, &Value)| {
        let name = if key == "users" { "login" } else { "slug" };
        let value = match value {
            Value::Array(names) if ["users", "teams", "apps"].contains(&key.as_str()) => {
                names.iter().map(|one| json!({ name: one })).collect()
            }
            value => as_told(value),
        };
        (key.clone(), value)
    };
    map.iter().map(told).collect()
}
