//! A pusher who means harm: names, links, sizes, hooks, refs. The repository may become ugly; nothing else does.

use std::{process::Stdio, time::Duration};

use callboard::forge::{ForgeErrorKind, GitHost};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use tokio::io::AsyncWriteExt;

use super::client::{Host, Person, command, said};

/// Writes an object as it is, whatever Git thinks of it.
async fn object(person: &Person, kind: &str, bytes: &[u8]) -> String {
    let args = ["hash-object", "-w", "--literally", "-t", kind, "--stdin"];
    let mut child = command(&person.path("c"), &args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git runs");
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(bytes)
        .await
        .expect("fed");
    let output = child.wait_with_output().await.expect("it ends");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A commit whose root folder has one entry of this mode and name.
async fn commit_of(person: &Person, mode: &str, name: &[u8], content: &str) -> String {
    let mut tree = format!("{mode} ").into_bytes();
    tree.extend_from_slice(name);
    tree.push(0);
    let digits = content.as_bytes().chunks(2);
    tree.extend(digits.map(|pair| {
        let text = std::str::from_utf8(pair).expect("digits");
        u8::from_str_radix(text, 16).expect("digits")
    }));
    let tree = object(person, "tree", &tree).await;
    let text = format!(
        "tree {tree}\nauthor A <a@b> 1767225600 +0000\ncommitter A <a@b> 1767225600 +0000\n\nx\n"
    );
    object(person, "commit", text.as_bytes()).await
}

async fn prepared() -> (Host, Person) {
    let host = Host::new().await;
    host.repository("rail/tickets", "user:default/ana").await;
    let person = Person::new();
    let cloned = person.clone(&host.url("rail/tickets", None), "c").await;
    assert!(cloned.status.success(), "{}", said(&cloned));
    (host, person)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_are_gits_own_are_refused() {
    let (host, person) = prepared().await;
    let blob = object(&person, "blob", b"[core]\n\tfsmonitor = touch /tmp/x\n").await;
    let folder = {
        let commit = commit_of(&person, "100644", b"config", &blob).await;
        person
            .must("c", &["rev-parse", &format!("{commit}^{{tree}}")])
            .await
    };
    for (mode, name, content) in [
        ("40000", b".git".as_slice(), &folder),
        ("40000", b".GIT", &folder),
        ("40000", b"git~1", &folder),
        ("40000", b"..", &folder),
        ("40000", b".", &folder),
        ("100644", b"a/b", &blob),
        ("120000", b".gitmodules", &blob),
        ("40000", ".g\u{200c}it".as_bytes(), &folder),
    ] {
        let commit = commit_of(&person, mode, name, content).await;
        let pushed = person
            .git(
                "c",
                &["push", "origin", &format!("{commit}:refs/heads/bad")],
            )
            .await;
        let shown = String::from_utf8_lossy(name);
        assert!(
            !pushed.status.success(),
            "{shown} was taken: {}",
            said(&pushed)
        );
        assert_eq!(host.head("rail/tickets", "bad").await, "", "{shown}");
    }
    assert_eq!(host.fsck("rail/tickets").await, "");
}

/// Names that mean something to a page, a shell, Git or a reader's eye.
const ODD: [&str; 6] = [
    "<img src=x onerror=alert(1)>.txt",
    "a\nb",
    "-rf",
    "quote\"'&amp;",
    "\u{202e}gpj.exe",
    ":(glob)**",
];

/// Pushes links, and files with odd names.
async fn push_oddities(host: &Host, person: &Person) {
    let secret = host.app.path("secret.yaml");
    std::fs::write(&secret, "TOP-SECRET").expect("made");
    std::os::unix::fs::symlink(&secret, person.path("c/catalog-info.yaml")).expect("made");
    std::os::unix::fs::symlink(host.app.path(""), person.path("c/folder")).expect("made");
    for name in ODD {
        std::fs::write(person.path("c").join(name), "odd").expect("made");
    }
    std::fs::write(
        person
            .path("c")
            .join(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"\xff\xfe")),
        "bytes",
    )
    .expect("made");
    person.must("c", &["add", "--all"]).await;
    person
        .must(
            "c",
            &["commit", "--quiet", "-m", "<script>alert(1)</script>"],
        )
        .await;
    person
        .must("c", &["push", "--quiet", "origin", "HEAD:main"])
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_and_odd_names_are_only_shown_as_text() {
    let (host, person) = prepared().await;
    push_oddities(&host, &person).await;
    let id = callboard::forge::RepositoryId::new("rail", "tickets");
    for path in ["catalog-info.yaml", "folder/secret.yaml", "folder"] {
        let fault = host
            .git()
            .read_file(&id, "main", path, None)
            .await
            .unwrap_err();
        assert_eq!(fault.kind, ForgeErrorKind::NotFound, "{path}: {fault}");
    }
    for path in [
        "/git/rail/tickets",
        "/git/rail/tickets/commits/branch/main",
        "/git/rail/tickets/src/branch/main/catalog-info.yaml",
    ] {
        let page = host.app.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        assert!(
            !page.text().contains("<script>alert") && !page.text().contains("<img src=x"),
            "{path}"
        );
        assert!(!page.text().contains('\u{202e}'), "{path}");
        assert!(!page.text().contains("TOP-SECRET"), "{path}");
    }
    let link = host
        .app
        .get("/git/rail/tickets/src/branch/main/catalog-info.yaml")
        .await;
    assert!(
        link.text().contains("secret.yaml"),
        "a link shows where it points"
    );
    for name in ODD {
        let address =
            percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
        let page = host
            .app
            .get(&format!("/git/rail/tickets/src/branch/main/{address}"))
            .await;
        assert_eq!(page.status, 200, "{name:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_hook_and_no_configuration_of_a_pusher_has_effect() {
    let (host, person) = prepared().await;
    let proof = host.app.path("proof");
    let script = format!("#!/bin/sh\ntouch {}\n", proof.display());
    // Worse than a pusher can: the hooks lie in the repository itself.
    let hooks = host.folder("rail/tickets").join("hooks");
    std::fs::create_dir_all(&hooks).unwrap();
    for name in [
        "pre-receive",
        "update",
        "post-receive",
        "post-update",
        "reference-transaction",
        "proc-receive",
    ] {
        let hook = hooks.join(name);
        std::fs::write(&hook, &script).unwrap();
        std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
    }
    person
        .commit("c", "config", b"[core]\n\tfsmonitor = /bin/false\n")
        .await;
    person
        .commit("c", "hooks/post-receive", script.as_bytes())
        .await;
    person
        .commit("c", ".gitattributes", b"* filter=x diff=x textconv=x\n")
        .await;
    person
        .must("c", &["push", "--quiet", "origin", "HEAD:main"])
        .await;
    let id = callboard::forge::RepositoryId::new("rail", "tickets");
    host.commit(&id, "by-the-portal", "x").await;
    assert!(!proof.exists(), "a hook ran");
    for reference in [
        "refs/replace/0123",
        "refs/callboard/x",
        "refs/notes/x",
        "refs/pull/1/head",
    ] {
        let pushed = person
            .git("c", &["push", "origin", &format!("HEAD:{reference}")])
            .await;
        assert!(!pushed.status.success(), "{reference} was taken");
    }
    let option = person
        .git(
            "c",
            &["push", "--push-option=x", "origin", "HEAD:refs/heads/other"],
        )
        .await;
    assert!(!option.status.success(), "push options are not taken");
}

/// An object of a pack, its content stored without being compressed.
fn packed(kind: u8, size: usize, extra: &[u8], content: &[u8]) -> Vec<u8> {
    let mut rest = size >> 4;
    let mut out = vec![(kind << 4) | u8::try_from(size & 15).expect("four bits")];
    while rest > 0 {
        *out.last_mut().expect("a first byte") |= 0x80;
        out.push(u8::try_from(rest & 0x7f).expect("seven bits"));
        rest >>= 7;
    }
    out.extend_from_slice(extra);
    out.extend_from_slice(&[0x78, 0x01]);
    let mut chunks = content.chunks(65_535).peekable();
    while let Some(chunk) = chunks.next() {
        let length = u16::try_from(chunk.len()).expect("a short chunk");
        out.push(u8::from(chunks.peek().is_none()));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(chunk);
    }
    out.extend_from_slice(&adler(content).to_be_bytes());
    out
}

/// The checksum of zlib; zeros, of which there are many, are counted at once.
fn adler(content: &[u8]) -> u32 {
    const MODULUS: u64 = 65_521;
    let zeros = vec![0; 65_535];
    let (mut low, mut high) = (1_u64, 0_u64);
    for chunk in content.chunks(65_535) {
        if *chunk == zeros[..chunk.len()] {
            high += low * chunk.len() as u64;
        } else {
            for byte in chunk {
                low += u64::from(*byte);
                high += low;
            }
        }
        (low, high) = (low % MODULUS, high % MODULUS);
    }
    u32::try_from((high << 16) | low).expect("two halves")
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).expect("seven bits");
        number >>= 7;
        if number == 0 {
            out.push(low);
            return out;
        }
        out.push(low | 0x80);
    }
}

/// A push of one new branch with these objects.
fn push_of(commit: &str, objects: &[Vec<u8>]) -> Vec<u8> {
    let line = format!(
        "{} {commit} refs/heads/bad\0report-status side-band-64k",
        "0".repeat(40)
    );
    let mut pack = b"PACK\0\0\0\x02".to_vec();
    pack.extend_from_slice(&u32::try_from(objects.len()).expect("a few").to_be_bytes());
    for object in objects {
        pack.extend_from_slice(object);
    }
    let sum = digest(&SHA1_FOR_LEGACY_USE_ONLY, &pack);
    let mut push = format!("{:04x}{line}0000", line.len() + 4).into_bytes();
    push.extend(pack);
    push.extend_from_slice(sum.as_ref());
    push
}

async fn send(host: &Host, body: Vec<u8>) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .timeout(Duration::from_mins(2))
        .build()
        .expect("a client");
    let sent = client
        .post(format!(
            "http://{}/git/rail/tickets/git-receive-pack",
            host.address
        ))
        .header("content-type", "application/x-git-receive-pack-request")
        .body(body)
        .send()
        .await;
    match sent {
        Ok(answer) => {
            let status = answer.status();
            let told = answer.bytes().await.unwrap_or_default();
            format!("{status} {}", String::from_utf8_lossy(&told))
        }
        Err(fault) => format!("{fault:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn huge_objects_are_refused_before_they_fill_memory_or_disk() {
    let (host, _person) = prepared().await;
    // A few bytes that claim to become one GiB.
    let base = b"x";
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, b"blob 1\0x");
    let mut delta = varint(1);
    delta.extend(varint(1 << 30));
    delta.extend_from_slice(&[0x90, 1]);
    let bomb = [
        packed(3, 1, &[], base),
        packed(7, delta.len(), hash.as_ref(), &delta),
    ];
    let told = send(&host, push_of(&"a".repeat(40), &bomb)).await;
    assert!(
        told.contains("unpack index-pack")
            || told.contains("unpacker error")
            || told.contains("attempting to allocate"),
        "{told}"
    );
    // A pack that is larger than any may be.
    let size = 257 * 1024 * 1024;
    let large = packed(3, size, &[], &vec![0; size]);
    let told = send(&host, push_of(&"b".repeat(40), &[large])).await;
    assert!(
        told.contains("maximum allowed size"),
        "{}",
        &told[..told.len().min(2000)]
    );
    assert_eq!(host.head("rail/tickets", "bad").await, "");
    assert_eq!(host.fsck("rail/tickets").await, "");
    let left: Vec<_> = std::fs::read_dir(host.folder("rail/tickets").join("objects"))
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name())
        .filter(|name| name.to_string_lossy().starts_with("incoming"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_of_endless_branches_makes_none() {
    let (host, person) = prepared().await;
    let head = person.must("c", &["rev-parse", "HEAD"]).await;
    let mut body = Vec::new();
    for number in 0..20_000 {
        let line = format!("{} {head} refs/heads/b{number}", "0".repeat(40));
        body.extend(format!("{:04x}{line}", line.len() + 4).into_bytes());
    }
    body.extend_from_slice(b"0000");
    send(&host, body).await;
    let listed = host
        .git()
        .find(&callboard::forge::RepositoryName::parse("rail", "tickets").unwrap())
        .await
        .unwrap()
        .unwrap();
    let branches = listed.git.branches().await.unwrap();
    assert_eq!(branches.len(), 1, "{branches:?}");
}
