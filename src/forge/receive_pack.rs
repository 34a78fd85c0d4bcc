//! Git's own protocol for pushing, as far as it takes a branch to a commit that the repository has: the server
//! compares where the branch is before it moves it, which the APIs of most hosts do not.
//!
//! gitprotocol-http(5) and gitprotocol-pack(5): one command, and a pack of no objects.

use reqwest::{Method, header::ACCEPT};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use url::Url;

use super::{
    CommitId, ForgeError, ForgeErrorKind, RepositoryId, Result,
    address::encoded,
    client::{HostClient, basic},
};
use crate::{
    config::{CredentialKind, Secret},
    entity::ScmHost,
};

const REQUEST: &str = "application/x-git-receive-pack-request";
const RESULT: &str = "application/x-git-receive-pack-result";
/// `PACK`, version 2, no objects.
const EMPTY_PACK: [u8; 12] = *b"PACK\0\0\0\x02\0\0\0\0";

/// Takes a branch from one commit back to another.
pub(super) async fn reset_branch(
    client: &HostClient,
    repository: &RepositoryId,
    name: &str,
    from: &CommitId,
    to: &CommitId,
) -> Result<()> {
    let reference = format!("refs/heads/{name}");
    let answer = client
        .call_at(Method::POST, address(client, repository))
        .authorized_by(authorization(client))
        .header(ACCEPT, RESULT)
        .bytes(REQUEST, request(&reference, from, to).into())
        .about(format!("repository {repository}"))
        .send()
        .await?;
    let host = client.host();
    match report(&answer.bytes, &reference) {
        Report::Done => Ok(()),
        Report::Refused(why) => Err(ForgeError::conflict(
            host,
            format!("{host} did not move the branch {name} of {repository}: {why}."),
        )),
        Report::Unclear => Err(ForgeError::new(
            ForgeErrorKind::Broken,
            host,
            format!("{host} did not say what became of the branch {name} of {repository}."),
            "Look at what is there now.",
        )),
    }
}

/// Where Git pushes to: below the address of the repository's clones.
fn address(client: &HostClient, repository: &RepositoryId) -> Url {
    let integration = client.integration();
    let prefix = (integration.product == ScmHost::BitbucketServer).then_some("scm");
    // Groups of GitLab are within groups.
    let owners = repository.owner.split('/');
    let path: Vec<String> = prefix
        .into_iter()
        .chain(owners)
        .chain([&*repository.name])
        .map(encoded)
        .collect();
    let mut url = integration.base_url.clone();
    let base = url.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("{base}/{}.git/git-receive-pack", path.join("/")));
    url
}

/// Git is let in by a name and a password, whatever the API wants; which name a token goes with, products say.
fn authorization(client: &HostClient) -> Option<Secret> {
    let name = match client.integration().product {
        ScmHost::GitLab => "oauth2",
        ScmHost::BitbucketCloud | ScmHost::BitbucketServer => "x-token-auth",
        _ => "x-access-token",
    };
    match &client.credentials().first()?.kind {
        CredentialKind::Token(token) => Some(basic(name, token.expose())),
        CredentialKind::Basic { username, password } => Some(basic(username, password.expose())),
        _ => None,
    }
}

fn request(reference: &str, from: &CommitId, to: &CommitId) -> Vec<u8> {
    let is_long = to.as_str().len() == 64;
    let (hash, format) = if is_long {
        (&SHA256, " object-format=sha256")
    } else {
        (&SHA1_FOR_LEGACY_USE_ONLY, "")
    };
    let command = format!("{from} {to} {reference}\0 report-status{format}");
    let mut request = format!("{:04x}{command}0000", command.len() + 4).into_bytes();
    request.extend(EMPTY_PACK);
    request.extend(digest(hash, &EMPTY_PACK).as_ref());
    request
}

/// What a server says became of a command.
#[derive(Debug, PartialEq)]
enum Report {
    Done,
    /// Why, in the server's words.
    Refused(String),
    Unclear,
}

fn report(answer: &[u8], reference: &str) -> Report {
    let (done, refused) = (format!("ok {reference}"), format!("ng {reference} "));
    let mut report = Report::Unclear;
    for line in lines(answer) {
        if let Some(why) = line.strip_prefix("unpack ").filter(|why| *why != "ok") {
            return Report::Refused(why.to_owned());
        }
        if let Some(why) = line.strip_prefix(&refused) {
            return Report::Refused(why.to_owned());
        }
        if line == done {
            report = Report::Done;
        }
    }
    report
}

/// The texts of packet lines, up to the first that is broken.
fn lines(mut rest: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while let Some((length, _)) = rest.split_at_checked(4) {
        let length = std::str::from_utf8(length).ok();
        let length = length.and_then(|text| usize::from_str_radix(text, 16).ok());
        let Some(length) = length else { break };
        // 0000 to 0003 have no content.
        let Some((line, behind)) = rest.split_at_checked(length.max(4)) else {
            break;
        };
        found.push(String::from_utf8_lossy(&line[4..]).trim_end().to_owned());
        rest = behind;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_followed_by_a_pack_of_nothing() {
        let (from, to) = (CommitId("a".repeat(40)), CommitId("b".repeat(40)));
        let request = request("refs/heads/main", &from, &to);
        let text = String::from_utf8_lossy(&request);
        let command = format!("{from} {to} refs/heads/main\0 report-status");
        assert_eq!(command.len() + 4, 0x74);
        assert!(
            text.starts_with(&format!("0074{command}0000PACK")),
            "{text}"
        );
        // The hash of the pack that has nothing, as every Git sends it.
        assert!(request.ends_with(&[0x82, 0x3c, 0xfd, 0x3e, 0xd3, 0x1e]));
    }

    #[test]
    fn what_became_of_it_is_read() {
        for (answer, expected) in [
            ("000eunpack ok\n0017ok refs/heads/main\n0000", Report::Done),
            (
                "000eunpack ok\n0022ng refs/heads/main stale info\n0000",
                Report::Refused("stale info".to_owned()),
            ),
            (
                "0013unpack missing\n0000",
                Report::Refused("missing".to_owned()),
            ),
            (
                "000eunpack ok\n0017ok refs/heads/next\n0000",
                Report::Unclear,
            ),
            ("<html>", Report::Unclear),
            ("ffff", Report::Unclear),
        ] {
            assert_eq!(
                report(answer.as_bytes(), "refs/heads/main"),
                expected,
                "{answer}"
            );
        }
    }
}
