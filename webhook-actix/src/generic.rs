//! Constructors for senders that are no provider of ours: those of [`Endpoint`].

use webhook_core::{Algorithm, Encoding, Endpoint, SecretSet};

use crate::Webhook;

/// One constructor for each mechanism that everybody knows, with the defaults of
/// [`EndpointBuilder`](webhook_core::EndpointBuilder). Each panics where a name or secret cannot be used, with a text that says why and does
/// not contain it.
impl Webhook {
    /// A shared token in a header; see [`Endpoint::token`].
    ///
    /// # Panics
    ///
    /// If the header or the secret cannot be used.
    #[track_caller]
    pub fn token(header: &'static str, secret: impl Into<SecretSet>) -> Self {
        Self::build(Endpoint::token(header, secret))
    }

    /// A shared token in a query parameter; see [`Endpoint::token_in_query`].
    ///
    /// # Panics
    ///
    /// If the name or the secret cannot be used.
    #[track_caller]
    pub fn token_in_query(name: &'static str, secret: impl Into<SecretSet>) -> Self {
        Self::build(Endpoint::token_in_query(name, secret))
    }

    /// A shared token in a field of a form; see [`Endpoint::token_in_form`].
    ///
    /// # Panics
    ///
    /// If the field or the secret cannot be used.
    #[track_caller]
    pub fn token_in_form(field: &'static str, secret: impl Into<SecretSet>) -> Self {
        Self::build(Endpoint::token_in_form(field, secret))
    }

    /// HTTP Basic authentication; see [`Endpoint::basic`].
    ///
    /// # Panics
    ///
    /// If the credentials cannot be used.
    #[track_caller]
    pub fn basic(username: &str, password: &str) -> Self {
        Self::build(Endpoint::basic(username, password))
    }

    /// A keyed hash over the body, in a header; see [`Endpoint::hmac`].
    ///
    /// # Panics
    ///
    /// If algorithm, header or secret cannot be used.
    #[track_caller]
    pub fn hmac(
        algorithm: Algorithm,
        header: &'static str,
        encoding: Encoding,
        secret: impl Into<SecretSet>,
    ) -> Self {
        Self::build(Endpoint::hmac(algorithm, header, encoding, secret))
    }
}
