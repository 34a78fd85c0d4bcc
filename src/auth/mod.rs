//! Who somebody is: Backstage's tokens, the keys that sign them, and the services that may call.
//!
//! A token comes in and becomes a [`Principal`]; a sign-in becomes a token. It knows no HTTP: which request needs
//! whom is decided in `http`, what they may do in `permission`.

mod cache;
mod external;
mod guest;
mod jws;
mod key_file;
mod keys;
mod principal;
mod seal;
mod session;
mod token;
mod verify;

pub use keys::PublicKey;
pub use principal::{Credentials, Principal, Service, User};
pub use seal::Seal;
pub use session::Session;
pub use token::LimitedToken;

use std::sync::Arc;

use self::{cache::Cache, external::ExternalServices, keys::Keys};
use crate::{
    catalog::Catalog,
    clock::{Clock, UnixMillis},
    config::{AuthConfig, Config, Database},
    error::Result,
    store::Db,
};

/// Signs people in and knows them again. Cheap to clone.
#[derive(Clone)]
pub struct Auth(Arc<Inner>);

struct Inner {
    db: Db,
    /// Knows the groups people are in.
    catalog: Catalog,
    clock: Clock,
    config: AuthConfig,
    /// Who issues our tokens: `<backend.baseUrl>/api/auth`.
    issuer: String,
    keys: Keys,
    services: ExternalServices,
    seen: Cache,
}

impl Auth {
    /// Reads, or makes, the key file of the data folder, where private keys outlive the process and no
    /// `callboard.encryptionKey` is configured.
    pub fn new(config: &Config, db: Db, catalog: Catalog, clock: Clock) -> Result<Self> {
        let seal = match (&config.callboard.encryption_key, &config.backend.database) {
            (Some(key), _) => Some(Seal::new(key.clone())),
            (None, Database::Sqlite { .. }) => Some(Seal::new(key_file::read_or_make(
                &config.callboard.data_dir,
            )?)),
            // Gone with the process, or shared with nodes that have another data folder.
            (None, Database::Temporary | Database::Postgres { .. }) => None,
        };
        let base_url = config.backend.base_url.as_str().trim_end_matches('/');
        Ok(Self(Arc::new(Inner {
            keys: Keys::new(db.clone(), clock.clone(), config.auth.token_lifetime, seal),
            services: ExternalServices::new(&config.backend.auth.external_access),
            seen: Cache::default(),
            issuer: format!("{base_url}/api/auth"),
            config: config.auth.clone(),
            catalog,
            db,
            clock,
        })))
    }

    /// The keys with which our tokens can be checked, newest first; at least one.
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>> {
        self.0.keys.public().await
    }

    fn now(&self) -> UnixMillis {
        self.0.clock.now()
    }
}
