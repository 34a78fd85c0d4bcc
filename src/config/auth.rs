//! `auth`, `backend.auth` and `permission`: who signs in how, which services may call, whether anyone must be known.

use std::time::Duration;

use serde_json::Value;

use super::{Secret, reader::Section};
use crate::entity::EntityRef;

/// Backstage: `auth.backstageTokenExpiration`, "must be between 10 minutes and 24 hours".
const TOKEN_LIFETIMES: (Duration, Duration) = (Duration::from_mins(10), Duration::from_hours(24));
const TOKEN_LIFETIME: Duration = Duration::from_hours(1);
/// Backstage's guest, in a namespace where no catalog has its people.
const GUEST: &str = "user:development/guest";
/// Who calls with a token made of `backend.auth.keys`.
const LEGACY_SUBJECT: &str = "external:backstage-plugin";
const MIN_TOKEN_LENGTH: usize = 8;

/// `auth`
#[derive(Debug, Clone)]
pub struct AuthConfig {
    /// `auth.providers.guest`; `None`: nobody is a guest.
    pub guest: Option<GuestProvider>,
    /// `auth.backstageTokenExpiration`, within 10 minutes and 24 hours.
    pub token_lifetime: Duration,
    /// `auth.omitIdentityTokenOwnershipClaim`: whether `ent` is left out of tokens.
    pub omits_ownership_claim: bool,
}

/// `auth.providers.guest`
#[derive(Debug, Clone)]
pub struct GuestProvider {
    /// `userEntityRef`: who guests are.
    pub user: EntityRef,
    /// `ownershipEntityRefs`: in whose name they own things.
    pub ownership_refs: Vec<String>,
    /// `dangerouslyAllowOutsideDevelopment`: whether others than this machine's own users are guests.
    pub is_for_everyone: bool,
}

/// `backend.auth`
#[derive(Debug, Clone, Default)]
pub struct BackendAuth {
    /// `dangerouslyDisableDefaultAuthPolicy`: whether the API answers callers it does not know.
    pub is_policy_disabled: bool,
    /// `externalAccess` and `keys`: services that may call.
    pub external_access: Vec<ExternalAccess>,
}

/// One of `backend.auth.externalAccess`
#[derive(Debug, Clone)]
pub struct ExternalAccess {
    /// Who calls: `external:<subject>`.
    pub subject: String,
    /// How it shows that.
    pub proof: ServiceProof,
    /// `accessRestrictions`; `None`: everything.
    pub restrictions: Option<Vec<AccessRestriction>>,
}

/// How a service shows who it is.
#[derive(Debug, Clone)]
pub enum ServiceProof {
    /// `static`: it sends this token.
    Token(Secret),
    /// `legacy`: it signs a JWT with this secret (base64).
    SharedSecret(Secret),
}

/// One of `accessRestrictions`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRestriction {
    /// The plugin it may call.
    pub plugin: String,
    /// Names of the permissions it may use there; empty: all.
    pub permissions: Vec<String>,
    /// What these may be for (`create`, `read`, `update`, `delete`); empty: all.
    pub actions: Vec<String>,
}

pub(super) fn read(auth: Section<'_>) -> AuthConfig {
    let (shortest, longest) = TOKEN_LIFETIMES;
    AuthConfig {
        guest: auth.section("providers", |providers| providers.section("guest", guest)),
        token_lifetime: auth
            .duration("backstageTokenExpiration")
            .unwrap_or(TOKEN_LIFETIME)
            .clamp(shortest, longest),
        omits_ownership_claim: auth.bool("omitIdentityTokenOwnershipClaim").unwrap_or(true),
    }
}

fn guest(guest: Section<'_>) -> Option<GuestProvider> {
    if guest.is_absent() {
        return None;
    }
    let user = entity_ref(
        guest,
        "userEntityRef",
        guest.text("userEntityRef").unwrap_or(GUEST),
    )?;
    let ownership_refs = match guest.texts("ownershipEntityRefs") {
        None => vec![user.as_str().to_owned()],
        Some(refs) => refs
            .iter()
            .filter_map(|text| entity_ref(guest, "ownershipEntityRefs", text))
            .map(|owner| owner.as_str().to_owned())
            .collect(),
    };
    Some(GuestProvider {
        user,
        ownership_refs,
        is_for_everyone: guest
            .bool("dangerouslyAllowOutsideDevelopment")
            .unwrap_or(false),
    })
}

fn entity_ref(section: Section<'_>, key: &str, text: &str) -> Option<EntityRef> {
    EntityRef::parse(text, None, "default")
        .map_err(|_| {
            section.problem(
                key,
                format!("“{text}” is no entity ref. Write it as kind:namespace/name."),
            );
        })
        .ok()
}

/// Entries of a type that is not here are told in `unread`.
pub(super) fn read_backend(backend: Section<'_>) -> (BackendAuth, Vec<String>) {
    backend.section("auth", |auth| {
        let mut external_access = auth.sections("externalAccess", external);
        external_access.extend(auth.sections("keys", |key| {
            let secret = shared_secret(key, key.required_text("secret")?)?;
            Some(ExternalAccess {
                subject: LEGACY_SUBJECT.to_owned(),
                proof: ServiceProof::SharedSecret(secret),
                restrictions: None,
            })
        }));
        let read = BackendAuth {
            is_policy_disabled: auth
                .bool("dangerouslyDisableDefaultAuthPolicy")
                .unwrap_or(false),
            external_access,
        };
        (read, unread(auth))
    })
}

fn external(entry: Section<'_>) -> Option<ExternalAccess> {
    let kind = entry.required_text("type")?;
    let (subject, proof) = entry.section("options", |options| match kind {
        "static" => Some((
            options.required_text("subject")?.to_owned(),
            ServiceProof::Token(static_token(options)?),
        )),
        "legacy" => Some((
            options.required_text("subject")?.to_owned(),
            ServiceProof::SharedSecret(shared_secret(options, options.required_text("secret")?)?),
        )),
        "jwks" => None,
        other => {
            entry.problem(
                "type",
                format!("is “{other}”; it must be one of: static, legacy, jwks."),
            );
            None
        }
    })?;
    let restrictions = entry
        .get("accessRestrictions")
        .map(|_| entry.sections("accessRestrictions", restriction));
    Some(ExternalAccess {
        subject: format!("external:{subject}"),
        proof,
        restrictions,
    })
}

/// The token of a service. Its problems do not repeat it.
fn static_token(options: Section<'_>) -> Option<Secret> {
    let token = options.required_text("token")?;
    if token.contains(char::is_whitespace) {
        options.problem("token", "has white space in it. Remove it.");
        return None;
    }
    if token.chars().count() < MIN_TOKEN_LENGTH {
        options.problem(
            "token",
            format!("is shorter than {MIN_TOKEN_LENGTH} characters. Make a longer one."),
        );
        return None;
    }
    Some(Secret::new(token))
}

fn shared_secret(section: Section<'_>, text: &str) -> Option<Secret> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    if STANDARD.decode(text).is_err() {
        section.problem(
            "secret",
            "is no base64. Make one with: openssl rand -base64 24",
        );
        return None;
    }
    Some(Secret::new(text))
}

fn restriction(entry: Section<'_>) -> Option<AccessRestriction> {
    let actions = entry.section("permissionAttribute", |attribute| attribute.texts("action"));
    Some(AccessRestriction {
        plugin: entry.required_text("plugin")?.to_owned(),
        permissions: words(entry.texts("permission")),
        actions: words(actions),
    })
}

/// Several words may stand in one text, between commas or blanks.
fn words(texts: Option<Vec<String>>) -> Vec<String> {
    let texts = texts.unwrap_or_default();
    texts
        .iter()
        .flat_map(|text| text.split([',', ' ']))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Keys of services that prove themselves in ways that are not here.
fn unread(auth: Section<'_>) -> Vec<String> {
    let Some(Value::Array(entries)) = auth.get("externalAccess") else {
        return Vec::new();
    };
    let entries = entries.iter().enumerate();
    entries
        .filter(|(_, entry)| entry["type"] == "jwks")
        .map(|(index, _)| format!("backend.auth.externalAccess[{index}] (type jwks)"))
        .collect()
}
