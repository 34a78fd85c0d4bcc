//! Whom the function is given that answers a method of [`GitHost`](super::GitHost), and so who asks the host.

use super::{NewRepository, RepositoryId};

/// Whom a function asks that answers a method: `host` itself, its `client`, the client that `signed_in`, or the
/// `client_for` the owner of what the method is about, which is its first parameter.
macro_rules! asked {
    (host $host:ident $($name:ident)*) => {
        $host
    };
    (client $host:ident $($name:ident)*) => {
        &$host.client
    };
    (signed_in $host:ident $($name:ident)*) => {
        &$host.signed_in().await?
    };
    (client_for $host:ident $about:ident $($name:ident)*) => {
        &$host
            .client_for($crate::forge::asked::Owned::owner($about))
            .await?
    };
}
pub(super) use asked;

/// What belongs to somebody on a host: whose it is may decide who asks.
pub(super) trait Owned {
    /// As the host's addresses write it.
    fn owner(&self) -> &str;
}

impl Owned for RepositoryId {
    fn owner(&self) -> &str {
        &self.owner
    }
}

impl Owned for NewRepository {
    fn owner(&self) -> &str {
        &self.id.owner
    }
}

/// An owner themselves.
impl Owned for str {
    fn owner(&self) -> &str {
        self
    }
}
