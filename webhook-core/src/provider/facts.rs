//! What the schemes of a provider imply for an endpoint.

use crate::provider::{Authentication, Handshake, Location, Provider, Reply, Scheme};

impl Provider {
    /// The algorithms of the keys that a [`KeySource`](crate::KeySource) may return. Empty if
    /// deliveries do not name their key.
    pub(crate) fn key_algorithms(&self) -> Vec<crate::Algorithm> {
        let scheme = self.schemes().first().filter(|_| self.names_keys());
        scheme
            .into_iter()
            .flat_map(Scheme::key_algorithms)
            .collect()
    }

    /// The member that every JSON Web Key of a fetched document must have.
    pub(crate) fn key_member(&self) -> Option<&'static str> {
        match self.schemes().first()?.authentication {
            Authentication::Custom(code) => code.key_member(),
            _ => None,
        }
    }

    /// The check for DNS names of the provider, if a fetched certificate is trusted through the
    /// authority that issued it.
    pub(crate) fn certified(&self) -> Option<crate::crypto::chain::IsOwnName> {
        match self.schemes().first()?.authentication {
            Authentication::Custom(code) => code.certified(),
            _ => None,
        }
    }

    /// Whether deliveries name the public key they are signed with, so that a key can be fetched.
    #[must_use]
    pub fn names_keys(&self) -> bool {
        self.schemes().first().is_some_and(Scheme::names_keys)
    }

    /// Whether challenges are answered with tags made by the keys that verify deliveries. Schemes
    /// with custom code never answer this way. Without a signed body, no challenge is genuine.
    pub(crate) fn tags_challenges(&self) -> bool {
        let tags = |handshake: Handshake| {
            matches!(handshake.reply(), Reply::FieldAndTag(..) | Reply::Tag(_))
        };
        let custom = |scheme: &Scheme| matches!(scheme.authentication, Authentication::Custom(_));
        let signs_body = |scheme: &Scheme| scheme.coverage().authenticates_body();
        let mut schemes = self.schemes().iter();
        self.handshake.is_some_and(tags) && !schemes.clone().any(custom) && schemes.any(signs_body)
    }

    pub(crate) fn signs_time(&self) -> bool {
        self.schemes().iter().any(|scheme| scheme.time.is_some())
    }

    /// Whether a token is in the query parameter of this name.
    pub(crate) fn has_token_parameter(&self, name: &str) -> bool {
        self.schemes().iter().any(|scheme| {
            matches!(scheme.location, Location::Query(known) if known == name)
                && matches!(scheme.authentication, Authentication::Token)
        })
    }

    pub(crate) fn token_in_query(&self) -> bool {
        self.schemes().iter().any(|scheme| {
            matches!(scheme.location, Location::Query(_))
                && matches!(scheme.authentication, Authentication::Token)
        })
    }
}
