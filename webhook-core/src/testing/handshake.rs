//! Challenges, as a provider sends them.

use bytes::Bytes;
use form_urlencoded::Serializer;
use serde_json::{Value, json};

use crate::provider::{Challenge, Handshake, When};
use crate::secret::Secret;
use crate::signer::SignedRequest;
use crate::testing::document::put;
use crate::testing::{Framework, TestPayload, TestSender};

/// A value that every provider could send: some answer lower-case hexadecimal digits alone.
const VALUE: &str = "0123456789abcdef0123456789abcdef";

impl<F: Framework> TestSender<F> {
    /// The challenge that the provider sends before or between its deliveries: it is answered, and
    /// no handler runs. `None` if the provider sends none.
    ///
    /// If the endpoint needs a [verify token](crate::EndpointBuilder::verify_token), the sender
    /// needs [the same](Self::verify_token). If the provider offers a secret, the endpoint needs a
    /// hook that [accepts it](crate::EndpointBuilder::on_offered_secret). The value of the
    /// challenge is [`CHALLENGE`](Self::CHALLENGE).
    #[must_use]
    #[track_caller]
    pub fn handshake(&self) -> Option<F::Request> {
        let handshake = self.provider.handshake()?;
        Some(F::request(self.challenge(handshake)))
    }

    /// The value of the challenge of [`handshake`](Self::handshake).
    pub const CHALLENGE: &'static str = VALUE;

    fn challenge(&self, handshake: Handshake) -> SignedRequest {
        match handshake.challenge() {
            Challenge::Signed { when, value } => {
                let mut body = json!({});
                put(&mut body, value, VALUE.into());
                say(&mut body, when);
                self.sign(self.now(), &TestPayload::new(body.to_string()))
            }
            Challenge::UnsignedField(at) => {
                let mut body = Value::Null;
                put(&mut body, at, VALUE.into());
                self.bare("POST", None, "application/json", body.to_string())
            }
            Challenge::Encrypted { when, value, token } => {
                let mut body = json!({});
                say(&mut body, when);
                put(&mut body, value, VALUE.into());
                let known = self.token();
                let known = String::from_utf8_lossy(Secret::as_bytes(&known));
                put(&mut body, token, known.into());
                // Encrypted like a delivery, but without its signature.
                let signed = self.sign(self.now(), &TestPayload::new(body.to_string()));
                self.bare("POST", None, "application/json", signed.body)
            }
            Challenge::UnsignedForm(field) => {
                let kind = "application/x-www-form-urlencoded";
                self.bare("POST", None, kind, format!("{field}=1"))
            }
            Challenge::UnsignedWithout(_) => {
                self.bare("POST", None, "application/json", "{}".to_owned())
            }
            Challenge::Query(method, name) => {
                let mut query = Serializer::new(String::new());
                query.extend_pairs(handshake.condition);
                let token = self.token();
                let token = String::from_utf8_lossy(Secret::as_bytes(&token));
                query.extend_pairs(handshake.token.map(|name| (name, token)));
                query.append_pair(name, VALUE);
                self.bare(method, Some(&query.finish()), "", String::new())
            }
            Challenge::Header(method, name) => {
                let mut request = self.bare(method, None, "", String::new());
                request.headers.push((name.to_owned(), VALUE.to_owned()));
                request
            }
            Challenge::Method(method) => self.bare(method, None, "", String::new()),
        }
    }

    /// A request that is not a delivery.
    fn bare(
        &self,
        method: &'static str,
        query: Option<&str>,
        content_type: &str,
        body: impl Into<Bytes>,
    ) -> SignedRequest {
        let mut request = SignedRequest::new(method, self.target(query), body.into());
        if !content_type.is_empty() {
            let header = ("content-type".to_owned(), content_type.to_owned());
            request.headers.push(header);
        }
        request
    }
}

/// Writes into the body that it is a challenge.
fn say(body: &mut Value, when: When) {
    match when {
        When::Text(at, text) => put(body, at, text.into()),
        When::Number(at, number) => put(body, at, number.into()),
        When::Has(at) => put(body, at, VALUE.into()),
    }
}
