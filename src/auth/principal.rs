//! Who a token stands for.

use std::sync::Arc;

use crate::{
    clock::UnixMillis,
    config::AccessRestriction,
    entity::EntityRef,
    error::{Error, Result},
};

/// Who asks: Backstage's kinds of principals.
#[derive(Debug, Clone, Default)]
pub enum Principal {
    /// A person who signed in.
    User(Arc<User>),
    /// Another program.
    Service(Arc<Service>),
    /// Nobody we know.
    #[default]
    Nobody,
}

/// A person who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The user in the catalog, who need not exist there.
    pub entity_ref: EntityRef,
    /// In whose name they own things: themselves and their groups.
    pub ownership_refs: Vec<String>,
}

/// Another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// `external:<subject>`
    pub subject: String,
    /// What it may do; `None`: everything.
    pub restrictions: Option<Vec<AccessRestriction>>,
}

/// A principal, and how far the token reaches that stood for it.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Who.
    pub principal: Principal,
    /// Whether the token is a limited one, good for reading static files only.
    pub is_limited: bool,
    /// When the token ends; `None`: never.
    pub expires_at: Option<UnixMillis>,
}

impl Principal {
    /// `user`, `service` or `none`, as Backstage's messages have it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Service(_) => "service",
            Self::Nobody => "none",
        }
    }

    /// The person. [`Error::Authentication`] for nobody, [`Error::NotAllowed`] for a service.
    pub fn user(&self) -> Result<&User> {
        match self {
            Self::User(user) => Ok(user),
            other => Err(other.refused()),
        }
    }

    /// The service. [`Error::Authentication`] for nobody, [`Error::NotAllowed`] for a person.
    pub fn service(&self) -> Result<&Service> {
        match self {
            Self::Service(service) => Ok(service),
            other => Err(other.refused()),
        }
    }

    /// Why somebody else was wanted.
    #[must_use]
    pub fn refused(&self) -> Error {
        match self {
            Self::Nobody => Error::Authentication("Missing credentials".to_owned()),
            other => Error::NotAllowed(format!(
                "This endpoint does not allow '{}' credentials",
                other.kind()
            )),
        }
    }
}

impl Service {
    /// [`Error::NotAllowed`] unless it may call this plugin.
    pub fn check_plugin(&self, plugin: &str) -> Result<()> {
        let Some(restrictions) = &self.restrictions else {
            return Ok(());
        };
        if restrictions.iter().any(|allowed| allowed.plugin == plugin) {
            return Ok(());
        }
        let plugins: Vec<String> = restrictions
            .iter()
            .map(|allowed| format!("'{}'", allowed.plugin))
            .collect();
        Err(Error::NotAllowed(format!(
            "This token's access is restricted to plugin(s) {}",
            plugins.join(", ")
        )))
    }
}
