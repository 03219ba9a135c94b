//! Endpoints for senders that are no provider of ours but use a mechanism everybody knows.

use crate::crypto::Algorithm;
use crate::endpoint::{Endpoint, EndpointBuilder};
use crate::parse::Encoding;
use crate::provider::{Provider, Scheme};
use crate::secret::{Secret, SecretSet};

/// One constructor for each mechanism. Where a sender signs more than the body, or says an id or a type, write a [`Provider`]: see
/// [`Scheme`]. Two senders behind one store need two names of [`consumer`](EndpointBuilder::consumer) or
/// [`tenant`](EndpointBuilder::tenant), as these have all one name.
impl Endpoint {
    /// A shared token in a header; provider `token`. Nothing is signed: the token says who sent the request. The header's name is given in
    /// lower case.
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
    /// If `header` is empty or not the name of a header in lower case.
    #[track_caller]
    pub fn token(header: &'static str, secret: impl Into<SecretSet>) -> EndpointBuilder {
        generic("token", Scheme::token().in_header(header), secret)
    }

    /// A shared token in a query parameter; provider `token-in-query`. As [`token`](Self::token); but URLs are written to logs, so
    /// prefer a header.
    ///
    /// ```
    /// use webhook_core::{Endpoint, Head};
    ///
    /// let endpoint = Endpoint::token_in_query("key", "4f1cd7feda9826e746b7d482").build()?;
    /// let verify = |path_and_query: &str| {
    ///     let head = Head { method: "POST", path_and_query, headers: &[("host", "shop.example")] };
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

    /// A shared token in a field of a form; provider `token-in-form`. As [`token`](Self::token).
    ///
    /// ```
    /// use webhook_core::{Endpoint, Head};
    ///
    /// let endpoint = Endpoint::token_in_form("token", "4f1cd7feda9826e746b7d482").build()?;
    /// let head = Head { method: "POST", path_and_query: "/", headers: &[("host", "shop.example")] };
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

    /// HTTP Basic authentication (RFC 7617); provider `basic`. Nothing is signed.
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

    /// A keyed hash over the body, in a header; provider `hmac`. The header's name is given in
    /// lower case. No time is signed, so deliveries are told apart by their content alone. Where
    /// two events may have equal bodies, say with [`Provider::identified_by`] what else tells them
    /// apart.
    ///
    /// Where something stands before the tag, or more than the body is signed, say so with [`Provider::single`]:
    ///
    /// ```
    /// use webhook_core::{Algorithm, Encoding, Endpoint, Part, Provider, Scheme};
    ///
    /// Endpoint::hmac(Algorithm::HmacSha256, "x-signature", Encoding::Hex, "4f1cd7feda9826e746b7d482").build()?;
    ///
    /// let scheme = Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("x-signature").prefix("sha256=");
    /// Endpoint::builder(Provider::single("acme", scheme), "4f1cd7feda9826e746b7d482").build()?;
    /// # Ok::<(), webhook_core::ConfigError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If `header` is empty or not the name of a header in lower case, or the algorithm is a plain hash.
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
