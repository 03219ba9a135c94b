//! How a sender signs a delivery.

use serde_json::Value;

use crate::provider::{KID, Part, Reply};
use crate::secret::Secret;
use crate::signer::{SignedRequest, Signer};
use crate::testing::document::text;
use crate::testing::sample::Samples;
use crate::testing::{Framework, TestPayload, TestSender};
use crate::time::{Tolerance, UnixTime};
use crate::verify::custom::jwt::signing_id;

impl<F: Framework> TestSender<F> {
    #[track_caller]
    pub(super) fn sign(&self, time: UnixTime, payload: &TestPayload) -> SignedRequest {
        let signed = self.signer(payload).sign(time, payload.body.clone());
        with_content_type(signed, payload)
    }

    pub(super) fn now(&self) -> UnixTime {
        self.clock.now().unwrap_or_else(UnixTime::now)
    }

    /// The tolerance, if the provider signs a time.
    pub(super) fn signed_tolerance(&self) -> Option<Tolerance> {
        self.tolerance
    }

    pub(super) fn target(&self, query: Option<&str>) -> String {
        let of_url = || {
            let url = self.public_url.as_deref().unwrap_or_default();
            let (_, rest) = url.split_once("://")?;
            rest.find('/')
                .and_then(|at| rest.get(at..))
                .map(str::to_owned)
        };
        let path = self.path.clone().or_else(of_url);
        let path = path.unwrap_or_else(|| "/".to_owned());
        match query {
            Some(query) => format!("{path}?{query}"),
            None => path,
        }
    }

    /// The signer of a delivery.
    #[track_caller]
    pub(super) fn signer(&self, payload: &TestPayload) -> Signer {
        let name = self.provider.name();
        if self.provider.signs_url() && self.public_url.is_none() {
            panic!("{name} signs the URL of the endpoint: call `.public_url(…)`");
        }
        for setting in self.provider.required_settings() {
            if self.settings.get(setting).is_none() {
                panic!("{name} needs a setting: call `.setting(\"{setting}\", …)`");
            }
        }
        let samples = Samples::of(&self.provider);
        let query = payload.query.clone().or_else(|| {
            let document: Value = serde_json::from_slice(&payload.body).unwrap_or_default();
            samples.query(|pointer| document.pointer(pointer).map(text))
        });
        let signer = Signer::new(self.provider, self.secret.clone());
        let mut signer = signer
            .unwrap_or_else(|error| panic!("a sender of {name}: {error}"))
            .path_and_query(self.target(query.as_deref()))
            .id(payload.id_or_computed())
            .header("content-type", self.content_type(payload));
        signer = signer.public_url(self.url().unwrap_or_default());
        if let Some(name) = &self.token_parameter {
            signer = signer.token_parameter(name);
        }
        if let Some(method) = self.method {
            signer = signer.method(method);
        }
        if let Some(event_type) = &payload.event_type {
            signer = signer.event_type(event_type);
        }
        for (name, value) in self.settings.iter() {
            signer = signer.setting(name, value.clone());
        }
        for (name, value) in self.sent_headers(payload, &samples) {
            signer = signer.header(name, value);
        }
        signer
    }

    /// The headers of the caller, and those that the provider always sends.
    fn sent_headers(&self, payload: &TestPayload, samples: &Samples) -> Vec<(String, String)> {
        let given = payload.headers.iter().chain(&self.headers);
        let mut headers: Vec<_> = given.cloned().collect();
        let mut add = |name: &str, value: &str| {
            let mut known = headers.iter();
            let is_there = known.any(|(known, _)| known.eq_ignore_ascii_case(name));
            if !is_there && !name.eq_ignore_ascii_case("content-type") {
                headers.push((name.to_owned(), value.to_owned()));
            }
        };
        for (name, value) in samples.headers() {
            add(name, value);
        }
        let parts = self.provider.schemes().iter().take(1);
        for part in parts.flat_map(|scheme| scheme.parts()) {
            if let Part::Header(name) = part {
                add(name, &payload.id_or_computed());
            }
        }
        headers
    }

    fn content_type(&self, payload: &TestPayload) -> String {
        let guessed = match self.provider.has_forms() && !payload.is_json() {
            true => "application/x-www-form-urlencoded",
            false => "application/json",
        };
        payload
            .content_type
            .as_deref()
            .unwrap_or(guessed)
            .to_owned()
    }

    pub(super) fn url(&self) -> Option<&str> {
        self.public_url.as_deref()
    }

    /// The verify token, or one that is made up.
    pub(super) fn token(&self) -> Secret {
        let made_up = || Secret::from("test-verify-token");
        self.verify_token.clone().unwrap_or_else(made_up)
    }

    /// Whether deliveries name the key, and the endpoint has no other name for it.
    pub(super) fn names_key(&self) -> bool {
        let mut optional = self.provider.optional_settings();
        let has_name = optional.any(|name| name == KID);
        self.provider.names_keys() && has_name && self.settings.get(KID).is_none()
    }

    pub(super) fn key_id(&self) -> String {
        signing_id(&self.settings)
    }

    /// Whether the URL is part of the answer to a challenge (eBay).
    pub(super) fn answers_with_url(&self) -> bool {
        let reply = self.provider.handshake().map(|handshake| handshake.reply());
        matches!(reply, Some(Reply::Digest(_)))
    }
}

/// With one content type. The code of some schemes wraps the body in a form.
pub(super) fn with_content_type(mut signed: SignedRequest, payload: &TestPayload) -> SignedRequest {
    let mut known = false;
    let is_content_type = |name: &str| name.eq_ignore_ascii_case("content-type");
    signed.headers.retain(|(name, _)| {
        let again = known && is_content_type(name);
        known |= is_content_type(name);
        !again
    });
    let was_form = !matches!(payload.body.first(), Some(b'{' | b'[' | b'<'));
    let is_form = !was_form && !matches!(signed.body.first(), Some(b'{' | b'[' | b'<' | b'-'));
    for (name, value) in &mut signed.headers {
        if is_form && is_content_type(name) {
            "application/x-www-form-urlencoded".clone_into(value);
        }
    }
    signed
}
