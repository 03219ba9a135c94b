//! Signing a delivery.

use bytes::Bytes;

use crate::parse::encoding::encode;
use crate::parse::json::with_field;
use crate::provider::{
    Authentication, Custom, Draft, KeyIdPlace, Locator, Parameter, Part, TimeLocation,
};
use crate::request::basic;
use crate::secret::Settings;
use crate::signer::key::SigningKey;
use crate::signer::{SignedRequest, Signer};
use crate::time::UnixTime;
use crate::verify::custom::jwt::signing_id;

impl Signer {
    /// Signs `body` as sent at `now`.
    ///
    /// If the scheme has its signature or time in the body, they are added to it, and `body` has to
    /// be a JSON object.
    pub fn sign(&self, now: UnixTime, body: impl Into<Bytes>) -> SignedRequest {
        let body = body.into();
        let mut request = match self.scheme.authentication {
            Authentication::Custom(code) => self.sign_custom(code, now, body.clone()),
            _ => self.sign_parts(now, body.clone()),
        };
        request.origin = Some(Box::new((self.clone(), now, body)));
        request
    }

    /// Like [`sign`](Self::sign), with the time of the operating system. For tests of an endpoint
    /// with the default clock.
    pub fn sign_now(&self, body: impl Into<Bytes>) -> SignedRequest {
        self.sign(UnixTime::now(), body)
    }

    /// Signs with a key that no receiver has.
    pub(super) fn forge(&self, now: UnixTime, body: Bytes) -> SignedRequest {
        let forger = Self {
            key: self.key.wrong(&self.scheme),
            ..self.clone()
        };
        forger.sign(now, body)
    }

    fn sign_parts(&self, now: UnixTime, mut body: Bytes) -> SignedRequest {
        let unit = self.scheme.time.map(|time| time.unit);
        let time = unit.map(|unit| unit.format(now)).unwrap_or_default();
        if let Some(TimeLocation::Body(pointer)) = self.scheme.time.map(|time| time.at) {
            let number = serde_json::from_str(&time).unwrap_or_else(|_| time.as_str().into());
            body = with_field(body, pointer, &number);
        }
        let proof = self.proof(&time, &body);
        let mut request = SignedRequest::new(self.sent_method(), self.path_and_query.clone(), body);
        request.place(self.scheme.location, self.token_parameter.as_deref(), proof);
        if let Some(TimeLocation::Header(name)) = self.scheme.time.map(|time| time.at) {
            request.headers.push((name.to_owned(), time));
        }
        if let Some(KeyIdPlace::Header(name)) = self.scheme.key_name.map(|name| name.place) {
            let id = signing_id(&self.settings);
            request.headers.push((name.to_owned(), id));
        }
        request.headers.extend(self.labels());
        request
    }

    /// The tag in the form of its header, or the token.
    fn proof(&self, time: &str, body: &Bytes) -> String {
        let tag = match &self.key {
            SigningKey::Text(token) if self.scheme.authentication.is_basic() => {
                return basic::write(token);
            }
            SigningKey::Text(token) => return String::from_utf8_lossy(token).into_owned(),
            SigningKey::Custom(_) => return String::new(),
            SigningKey::Mac(mac, secret) => {
                let mut mac = mac.clone();
                for part in self.scheme.parts() {
                    match part {
                        Part::Secret => mac.update(secret),
                        _ => self.write(*part, time, body, &mut |bytes| mac.update(bytes)),
                    }
                }
                encode(mac.finish(), self.scheme.encoding)
            }
            SigningKey::Private(key) => {
                let mut message = key.message();
                for part in self.scheme.parts() {
                    self.write(*part, time, body, &mut |bytes| message.update(bytes));
                }
                encode(key.sign(message), self.scheme.encoding)
            }
        };
        self.spell(&tag, time)
    }

    fn sign_custom(&self, code: &dyn Custom, now: UnixTime, body: Bytes) -> SignedRequest {
        let labels = self.labels();
        let secret = self.key.secret();
        let mut draft = Draft {
            scheme: &self.scheme,
            key: secret,
            mac: code.mac(secret),
            private: self.key.private(),
            settings: &self.settings,
            now,
            url: &self.public_url,
            method: self.sent_method(),
            given: &labels,
            target: self.path_and_query.clone(),
            headers: Vec::new(),
            body,
        };
        code.sign(&mut draft);
        let Draft {
            target,
            headers,
            body,
            ..
        } = draft;
        let mut request = SignedRequest::new(self.sent_method(), target, body);
        request.headers = headers.into_iter().chain(labels).collect();
        request
    }

    /// The delivery without signature, token and extra credentials.
    #[cfg(feature = "testing")]
    pub(crate) fn unsigned(&self, body: Bytes) -> SignedRequest {
        let target = self.path_and_query.clone();
        let mut request = SignedRequest::new(self.sent_method(), target, body);
        request.headers = self.names().chain(self.headers.iter().cloned()).collect();
        request
    }

    /// The headers that are not signatures: id, type, extra credentials, and those of the caller.
    fn labels(&self) -> Vec<(String, String)> {
        let parameters = self.provider.parameters().iter();
        let companions = parameters.filter_map(|known| written(known, &self.settings));
        let labels = self.names().chain(companions);
        labels.chain(self.headers.iter().cloned()).collect()
    }

    /// The headers of id and type.
    fn names(&self) -> impl Iterator<Item = (String, String)> {
        let id = match (self.scheme.id, self.provider.id) {
            (Some(header), _) => Some(header),
            (None, Locator::Header([name, ..])) => Some(*name),
            _ => None,
        };
        let kind = match (self.provider.kind, &self.event_type) {
            (Locator::Header([name, ..]), Some(kind)) => Some(((*name).to_owned(), kind.clone())),
            _ => None,
        };
        let id = id.map(|name| (name.to_owned(), self.id.clone()));
        id.into_iter().chain(kind)
    }

    pub(super) fn sent_method(&self) -> &'static str {
        let first = || self.provider.methods().first().copied();
        self.method.or_else(first).unwrap_or("POST")
    }
}

/// The header of a parameter with its configured value, as a sender writes it.
pub(crate) fn written(parameter: &Parameter, settings: &Settings) -> Option<(String, String)> {
    let (companion, value) = (parameter.companion()?, settings.get(parameter.name())?);
    let value = match companion.basic {
        true => basic::write(value),
        false => {
            let first = parameter.values(value).next().unwrap_or_default();
            String::from_utf8_lossy(first).into_owned()
        }
    };
    Some((companion.header.to_owned(), value))
}
