//! What the schemes of a provider imply for an endpoint.

use crate::provider::{Authentication, Handshake, Location, Provider, Reply, Scheme};

impl Provider {
    /// The algorithm of the keys that a [`KeySource`](crate::KeySource) may have, where deliveries say which key they are signed with.
    pub(crate) fn key_algorithm(&self) -> Option<crate::Algorithm> {
        let scheme = self.schemes().first().filter(|_| self.names_keys())?;
        scheme.key_algorithm()
    }

    /// Whether a DNS name is one of the provider's, where a certificate that was found is believed for the authority behind it.
    pub(crate) fn certified(&self) -> Option<crate::crypto::chain::IsOwnName> {
        match self.schemes().first()?.authentication {
            Authentication::Custom(code) => code.certified(),
            _ => None,
        }
    }

    /// Whether deliveries say which public key they are signed with, so that one may be found that is not configured.
    #[must_use]
    pub fn names_keys(&self) -> bool {
        self.schemes().first().is_some_and(Scheme::names_keys)
    }

    /// Whether challenges are answered with tags by the keys that verify deliveries. Those of a
    /// scheme with code of its own answer nothing, and without a signed body no challenge is
    /// genuine.
    pub(crate) fn tags_challenges(&self) -> bool {
        let tags = |handshake: Handshake| matches!(handshake.reply(), Reply::FieldAndTag(..));
        let custom = |scheme: &Scheme| matches!(scheme.authentication, Authentication::Custom(_));
        let signs_body = |scheme: &Scheme| scheme.coverage().authenticates_body();
        let mut schemes = self.schemes().iter();
        self.handshake.is_some_and(tags) && !schemes.clone().any(custom) && schemes.any(signs_body)
    }

    pub(crate) fn signs_time(&self) -> bool {
        self.schemes().iter().any(|scheme| scheme.time.is_some())
    }

    pub(crate) fn token_in_query(&self) -> bool {
        self.schemes().iter().any(|scheme| {
            matches!(scheme.location, Location::Query(_))
                && matches!(scheme.authentication, Authentication::Token)
        })
    }
}
