//! The resolver: the system's, without its non-public answers.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::error::FetchError;
use crate::public::is_public;

/// The system's resolver. It refuses a name that leads to a non-public address.
pub(crate) struct PublicResolver;

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            only_public(found.collect()).map_err(Into::into)
        })
    }
}

/// Accepts all addresses or refuses all of them: a name with both kinds of addresses is an attack.
pub(crate) fn only_public(addresses: Vec<SocketAddr>) -> Result<Addrs, FetchError> {
    match addresses.iter().all(|address| is_public(address.ip())) {
        true => Ok(Box::new(addresses.into_iter())),
        false => Err(FetchError::NotPublic),
    }
}
