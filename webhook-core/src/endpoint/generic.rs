//! Endpoints for senders that are not in the list of providers but use a common mechanism.

use crate::crypto::Algorithm;
use crate::endpoint::{Endpoint, EndpointBuilder};
use crate::parse::Encoding;
use crate::provider::{Provider, Scheme};
use crate::secret::{Secret, SecretSet};

/// Constructors for common mechanisms. If a sender signs more than the body, or sends an id or a
/// type, write a [`Provider`]: see [`Scheme`]. All endpoints of one mechanism have the same
/// provider name, so two senders that share a store need different
/// [`consumer`](EndpointBuilder::consumer) or [`tenant`](EndpointBuilder::tenant) names.
impl Endpoint {
    /// A shared token in a header. The provider's name is `token`. Nothing is signed: the token
    /// only shows who sent the request. Give the header name in lower case.
    ///
    /// ```
    /// use webhook_core::{Endpoint, Head};
    ///
    /// let endpoint = Endpoint::token("x-api-token", "4f1cd7feda9826e746b7d482").build()?;
    /// let verify = |token: &str| {
    ///     let headers = [("X-Api-Token", token)];
    ///     let head = Head { method: "POST", path_and_query: "/", headers: &headers };
    ///     endpoint.verify(&head, "{}".into()).is_ok()
    /// };
    /// assert!(verify("4f1cd7feda9826e746b7d482"));
    /// assert!(!verify("another"));
    /// # Ok::<(), webhook_core::ConfigError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `header` is empty or not a lower-case header name.
    #[track_caller]
    pub fn token(header: &'static str, secret: impl Into<SecretSet>) -> EndpointBuilder {
        generic("token", Scheme::token().in_header(header), secret)
    }

    /// A shared token in a query parameter. The provider's name is `token-in-query`. Like
    /// [`token`](Self::token), but prefer a header: URLs end up in logs.
    ///
    /// ```
    /// use webhook_core::{Endpoint, Head};
    ///
    /// let endpoint = Endpoint::token_in_query("key", "4f1cd7feda9826e746b7d482").build()?;
    /// let verify = |path_and_query: &str| {
    ///     let headers = [("host", "shop.example")];
    ///     let head = Head { method: "POST", path_and_query, headers: &headers };
    ///     endpoint.verify(&head, "{}".into()).is_ok()
    /// };
    /// assert!(verify("/hook?key=4f1cd7feda9826e746b7d482"));
    /// assert!(!verify("/hook?key=another"));
    /// # Ok::<(), webhook_core::ConfigError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `name` is empty.
    #[track_caller]
    pub fn token_in_query(name: &'static str, secret: impl Into<SecretSet>) -> EndpointBuilder {
        generic("token-in-query", Scheme::token().in_query(name), secret)
    }

    /// A shared token in a form field. The provider's name is `token-in-form`. Otherwise like
    /// [`token`](Self::token).
    ///
    /// ```
    /// use webhook_core::{Endpoint, Head};
    ///
    /// let endpoint = Endpoint::token_in_form("token", "4f1cd7feda9826e746b7d482").build()?;
    /// let headers = [("host", "shop.example")];
    /// let head = Head { method: "POST", path_and_query: "/", headers: &headers };
    /// assert!(endpoint.verify(&head, "a=1&token=4f1cd7feda9826e746b7d482".into()).is_ok());
    /// assert!(endpoint.verify(&head, "a=1&token=another".into()).is_err());
    /// # Ok::<(), webhook_core::ConfigError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `field` is empty.
    #[track_caller]
    pub fn token_in_form(field: &'static str, secret: impl Into<SecretSet>) -> EndpointBuilder {
        generic("token-in-form", Scheme::token_in_form(field), secret)
    }

    /// HTTP Basic authentication (RFC 7617). The provider's name is `basic`. Nothing is signed.
    ///
    /// ```
    /// use webhook_core::{Endpoint, Head};
    ///
    /// let endpoint = Endpoint::basic("shop", "correct horse battery").build()?;
    /// let headers = [("authorization", "Basic c2hvcDpjb3JyZWN0IGhvcnNlIGJhdHRlcnk=")];
    /// let head = Head { method: "POST", path_and_query: "/", headers: &headers };
    /// assert!(endpoint.verify(&head, "{}".into()).is_ok());
    /// # Ok::<(), webhook_core::ConfigError>(())
    /// ```
    pub fn basic(username: &str, password: &str) -> EndpointBuilder {
        generic("basic", Scheme::basic(), Secret::basic(username, password))
    }

    /// A keyed hash of the body in a header. The provider's name is `hmac`. Give the header name in
    /// lower case. No timestamp is signed, so the content alone identifies a delivery. If two
    /// events can have equal bodies, use [`Provider::identified_by`] to say what else distinguishes
    /// them.
    ///
    /// If the tag has a prefix, or more than the body is signed, use [`Provider::single`]:
    ///
    /// ```
    /// use webhook_core::{Algorithm, Encoding, Endpoint, Part, Provider, Scheme};
    ///
    /// let secret = "4f1cd7feda9826e746b7d482";
    /// Endpoint::hmac(Algorithm::HmacSha256, "x-signature", Encoding::Hex, secret).build()?;
    ///
    /// let scheme = Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
    ///     .in_header("x-signature")
    ///     .prefix("sha256=");
    /// Endpoint::builder(Provider::single("acme", scheme), secret).build()?;
    /// # Ok::<(), webhook_core::ConfigError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `header` is empty or not a lower-case header name, or if `algorithm` is a plain hash.
    #[track_caller]
    pub fn hmac(
        algorithm: Algorithm,
        header: &'static str,
        encoding: Encoding,
        secret: impl Into<SecretSet>,
    ) -> EndpointBuilder {
        let scheme = Scheme::hmac(algorithm, &[crate::Part::Body]);
        generic("hmac", scheme.in_header(header).encoding(encoding), secret)
    }
}

#[track_caller]
fn generic(name: &'static str, scheme: Scheme, secret: impl Into<SecretSet>) -> EndpointBuilder {
    Endpoint::builder(Provider::single(name, scheme), secret)
}
