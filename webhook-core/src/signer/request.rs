//! A signed request, as a provider would send it.

use std::fmt::{self, Write as _};

use bytes::Bytes;
use form_urlencoded::byte_serialize;

use crate::parse::json::with_field;
use crate::provider::Location;
use crate::signer::Signer;
use crate::time::UnixTime;

/// A signed request, as a provider would send it.
#[derive(Clone)]
#[non_exhaustive]
pub struct SignedRequest {
    /// The method.
    pub method: &'static str,
    /// The path and query.
    pub path_and_query: String,
    /// The headers, with names in lower case. Signature headers come first.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// The input it was signed from.
    pub(super) origin: Option<Box<(Signer, UnixTime, Bytes)>>,
}

impl SignedRequest {
    pub(crate) const fn new(method: &'static str, path_and_query: String, body: Bytes) -> Self {
        Self {
            method,
            path_and_query,
            headers: Vec::new(),
            body,
            origin: None,
        }
    }

    /// The same delivery, signed with a wrong secret. A receiver answers it 401.
    ///
    /// ```
    /// use webhook_core::{Endpoint, Head, Signer, providers};
    ///
    /// let secret = "whsec_0123456789abcdef";
    /// let endpoint = Endpoint::stripe(secret).without_replay_protection().build()?;
    /// let signed = Signer::new(providers::STRIPE, secret)?.sign_now(r#"{"id":"evt_1"}"#);
    ///
    /// let verifies = |request: &webhook_core::SignedRequest| {
    ///     let head = Head::new(request.method, &request.path_and_query, &request.headers);
    ///     endpoint.verify(&head, request.body.clone()).is_ok()
    /// };
    /// assert!(verifies(&signed));
    /// assert!(!verifies(&signed.forged()));
    /// # Ok::<(), webhook_core::ConfigError>(())
    /// ```
    #[must_use]
    pub fn forged(&self) -> Self {
        match &self.origin {
            Some(origin) => {
                let (signer, now, body) = &**origin;
                signer.forge(*now, body.clone())
            }
            None => self.clone(),
        }
    }

    /// Converts it to a request for the route `path`, with the signed query.
    ///
    /// If the provider signs the path, sign for the same one: [`Signer::path_and_query`].
    ///
    /// Needs the feature `http` of webhook-core. webhook-tower and webhook-axum turn it on.
    ///
    /// # Panics
    ///
    /// If `path`, or a header that was passed to the signer, is not valid in a request.
    #[cfg(feature = "http")]
    #[must_use]
    pub fn to_http<B: From<Bytes>>(&self, path: &str) -> http::Request<B> {
        let mut request = http::Request::builder()
            .method(self.method)
            .uri(self.target(path));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(B::from(self.body.clone()));
        request.unwrap_or_else(|error| panic!("a signed request for {path:?}: {error}"))
    }

    /// A shell command that sends the request to `url` with curl.
    ///
    /// The body is an argument, so it has to be text.
    #[must_use]
    pub fn curl(&self, url: &str) -> String {
        let mut command = format!("curl -X {} {}", self.method, quoted(&self.target(url)));
        for (name, value) in &self.headers {
            let _ = write!(command, " -H {}", quoted(&format!("{name}: {value}")));
        }
        let body = quoted(&String::from_utf8_lossy(&self.body));
        let _ = write!(command, " --data-binary {body}");
        command
    }

    /// `path` with the query of the signed request.
    fn target(&self, path: &str) -> String {
        match self.path_and_query.split_once('?') {
            Some((_, query)) => format!("{path}?{query}"),
            None => path.to_owned(),
        }
    }

    /// Puts the signature or the token where the scheme expects it. `parameter` is the configured
    /// name of a parameter of the query.
    pub(super) fn place(&mut self, location: Location, parameter: Option<&str>, proof: String) {
        match location {
            Location::Header(name) | Location::AnyHeader(&[name, ..]) => {
                self.headers.push((name.to_owned(), proof));
            }
            Location::BodyField(pointer) => {
                self.body = with_field(std::mem::take(&mut self.body), pointer, &proof.into());
            }
            Location::Query(name) => {
                let mark = match self.path_and_query.contains('?') {
                    true => '&',
                    false => '?',
                };
                self.path_and_query.push(mark);
                let name = parameter.unwrap_or(name);
                self.path_and_query.extend(byte_serialize(name.as_bytes()));
                self.path_and_query.push('=');
                self.path_and_query.extend(byte_serialize(proof.as_bytes()));
            }
            // Custom code places its signature itself.
            Location::AnyHeader([]) | Location::FormField(_) | Location::Code => {}
        }
    }
}

/// A quoted shell word.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("method", &self.method)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
