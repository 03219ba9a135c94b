//! The same provider the other way round: deliveries as it would send them.

use std::fmt;

use bytes::Bytes;
use zeroize::Zeroizing;

use crate::crypto::RunningMac;
use crate::crypto::public::PrivateKey;
use crate::error::{ConfigError, SecretProblem};
use crate::parse::Grammar;
use crate::parse::encoding::encode;
use crate::parse::json::{field, with_field};
use crate::parse::low_bytes::LowBytes;
use crate::provider::KeyIdPlace;
use crate::provider::{
    Authentication, Custom, Draft, Location, Locator, Parameter, Part, Provider, Scheme,
    TimeLocation, Value,
};
use crate::request::basic;
use crate::secret::{Secret, Settings};
use crate::time::UnixTime;
use crate::verify::custom::jwt::signing_id;

/// Makes deliveries as a provider would, for tests and tools.
///
/// ```
/// use webhook_core::{Signer, UnixTime, providers};
///
/// let signer = Signer::new(providers::STRIPE, "whsec_0123456789abcdef")?;
/// let signed = signer.sign(UnixTime::from_secs(1_700_000_000), r#"{"id":"evt_1"}"#);
/// assert_eq!(signed.headers[0].0, "stripe-signature");
/// assert!(signed.headers[0].1.starts_with("t=1700000000,v1="));
/// # Ok::<(), webhook_core::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    provider: Provider,
    scheme: Scheme,
    key: Key,
    public_url: String,
    path_and_query: String,
    headers: Vec<(String, String)>,
    id: String,
    event_type: Option<String>,
    settings: Settings,
}

#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "one of them, and not often")]
enum Key {
    /// With login and secret, which may be among what is signed.
    Mac(RunningMac, Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>),
    Text(Zeroizing<String>),
    Private(PrivateKey),
    /// For a scheme with code of its own.
    Raw(Zeroizing<Vec<u8>>),
}

/// A request as the provider would send it.
#[derive(Clone)]
#[non_exhaustive]
pub struct SignedRequest {
    /// The method.
    pub method: &'static str,
    /// Path and query.
    pub path_and_query: String,
    /// The headers, names in lower case: signature headers first.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Signer {
    /// A signer with the provider's preferred scheme. The secret is the private key where a receiver has the public one.
    ///
    /// # Errors
    ///
    /// A secret that is not in the provider's format.
    pub fn new(provider: Provider, secret: impl Into<Secret>) -> Result<Self, ConfigError> {
        let [scheme, ..] = *provider.schemes() else {
            unreachable!("a provider has a scheme");
        };
        let key = Self::key(&provider, &scheme, &secret.into())
            .map_err(|problem| ConfigError::Secret { slot: 0, problem })?;
        Ok(Self {
            provider,
            scheme,
            key,
            public_url: String::new(),
            path_and_query: "/".to_owned(),
            headers: Vec::new(),
            id: "msg_test".to_owned(),
            event_type: None,
            settings: Settings::default(),
        })
    }

    fn key(provider: &Provider, scheme: &Scheme, secret: &Secret) -> Result<Key, SecretProblem> {
        if let Some(algorithm) = scheme.key_algorithm() {
            let key = crate::secret::key_text::private_key(secret.as_bytes())?;
            return PrivateKey::new(algorithm, &key).map(Key::Private);
        }
        let key = provider.key_format.decode(secret)?;
        Ok(match scheme.authentication {
            Authentication::Mac { algorithm, .. } => {
                let (login, secret) = provider.key_format.split(&key);
                let own = |text: &[u8]| Zeroizing::new(text.to_vec());
                Key::Mac(algorithm.key(secret), own(login), own(secret))
            }
            Authentication::Token | Authentication::Basic => {
                Key::Text(Zeroizing::new(String::from_utf8_lossy(&key).into_owned()))
            }
            Authentication::Custom(_) => Key::Raw(key),
        })
    }

    /// The public URL of the endpoint, without query, where it is signed.
    #[must_use]
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public_url = url.into();
        self
    }

    /// Path and query of the request; `/` unless said.
    #[must_use]
    pub fn path_and_query(mut self, target: impl Into<String>) -> Self {
        self.path_and_query = target.into();
        self
    }

    /// A value the provider needs beside its secret, as
    /// [`EndpointBuilder::setting`](crate::EndpointBuilder::setting).
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.settings.set(name, value);
        self
    }

    /// A header of the request; signed if the scheme signs headers of that name.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The id of the delivery, where it is in a header; `msg_test` unless said.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// The type of the event, where it is in a header.
    #[must_use]
    pub fn event_type(mut self, event_type: impl Into<String>) -> Self {
        self.event_type = Some(event_type.into());
        self
    }

    /// Signs `body` as sent at `now`. Where proof or time are in the body, they are put into it, and it has to be a JSON
    /// object.
    pub fn sign(&self, now: UnixTime, body: impl Into<Bytes>) -> SignedRequest {
        let mut body = body.into();
        if let Authentication::Custom(code) = self.scheme.authentication {
            return self.sign_custom(code, now, body);
        }
        let mut path_and_query = self.path_and_query.clone();
        let unit = self.scheme.time.map(|time| time.unit);
        let time = unit.map(|unit| unit.format(now)).unwrap_or_default();
        if let Some(TimeLocation::Body(pointer)) = self.scheme.time.map(|time| time.at) {
            let number = serde_json::from_str(&time).unwrap_or_else(|_| time.as_str().into());
            body = with_field(body, pointer, &number);
        }
        let proof = match (&self.key, self.scheme.authentication) {
            (Key::Text(credentials), Authentication::Basic) => basic::write(credentials.as_bytes()),
            (Key::Text(token), _) => token.to_string(),
            (Key::Raw(_), _) => String::new(),
            (Key::Mac(mac, login, secret), _) => {
                let mut mac = mac.clone();
                for part in self.scheme.parts() {
                    match part {
                        Part::Login => mac.update(login),
                        Part::Secret => mac.update(secret),
                        _ => self.write(*part, &time, &body, &mut |bytes| mac.update(bytes)),
                    }
                }
                self.spell(&encode(mac.finish(), self.scheme.encoding), &time)
            }
            (Key::Private(key), _) => {
                let mut message = key.message();
                for part in self.scheme.parts() {
                    self.write(*part, &time, &body, &mut |bytes| message.update(bytes));
                }
                self.spell(&encode(key.sign(message), self.scheme.encoding), &time)
            }
        };
        let mut headers = Vec::new();
        match self.scheme.location {
            Location::Header(name) | Location::AnyHeader(&[name, ..]) => {
                headers.push((name.to_owned(), proof));
            }
            // A token that is the body is a custom scheme's.
            Location::AnyHeader([]) | Location::Body => {}
            Location::BodyField(pointer) => body = with_field(body, pointer, &proof.into()),
            Location::FormField { field, pointer } => {
                let json = with_field(body, pointer, &proof.into());
                let mut form = form_urlencoded::Serializer::new(String::new());
                form.append_pair(field, &String::from_utf8_lossy(&json));
                body = form.finish().into();
            }
            Location::NumberedHeaders(name) => headers.push((format!("{name}1"), proof)),
            Location::Query(name) => {
                path_and_query.push(if path_and_query.contains('?') {
                    '&'
                } else {
                    '?'
                });
                path_and_query.extend(form_urlencoded::byte_serialize(name.as_bytes()));
                path_and_query.push('=');
                path_and_query.extend(form_urlencoded::byte_serialize(proof.as_bytes()));
            }
        }
        if let Some(TimeLocation::Header(name)) = self.scheme.time.map(|time| time.at) {
            headers.push((name.to_owned(), time));
        }
        if let Some(KeyIdPlace::Header(name)) = self.scheme.key_name.map(|name| name.place) {
            headers.push((name.to_owned(), signing_id(&self.settings)));
        }
        headers.extend(self.labels());
        SignedRequest {
            method: self.method(),
            path_and_query,
            headers,
            body,
        }
    }

    fn sign_custom(&self, code: &dyn Custom, now: UnixTime, body: Bytes) -> SignedRequest {
        let labels = self.labels();
        let key: &[u8] = match &self.key {
            Key::Raw(key) => key,
            _ => &[],
        };
        let mut draft = Draft {
            scheme: &self.scheme,
            key,
            mac: code.mac(key),
            private: match &self.key {
                Key::Private(key) => Some(key),
                _ => None,
            },
            settings: &self.settings,
            now,
            url: &self.public_url,
            method: self.method(),
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
        SignedRequest {
            method: self.method(),
            path_and_query: target,
            headers: headers.into_iter().chain(labels).collect(),
            body,
        }
    }

    /// The headers that are no proof of the scheme: id, type, credentials beside it, and those of the caller.
    fn labels(&self) -> Vec<(String, String)> {
        let id = match (self.scheme.id, self.provider.id) {
            (Some(source), _) => Some(source.header),
            (None, Locator::Header([name, ..])) => Some(*name),
            _ => None,
        };
        let kind = match (self.provider.kind, &self.event_type) {
            (Locator::Header([name, ..]), Some(kind)) => Some(((*name).to_owned(), kind.clone())),
            _ => None,
        };
        let id = id.map(|name| (name.to_owned(), self.id.clone()));
        let parameters = self.provider.parameters().iter();
        let companions = parameters.filter_map(|known| written(known, &self.settings));
        let labels = id.into_iter().chain(kind).chain(companions);
        labels.chain(self.headers.iter().cloned()).collect()
    }

    fn method(&self) -> &'static str {
        self.provider.methods().first().copied().unwrap_or("POST")
    }

    fn write(&self, part: Part, time: &str, body: &Bytes, sink: &mut dyn FnMut(&[u8])) {
        match part {
            Part::Literal(text) => sink(text.as_bytes()),
            Part::Time => sink(time.as_bytes()),
            Part::Id => sink(self.id.as_bytes()),
            Part::Method => sink(self.method().as_bytes()),
            Part::Url => {
                sink(self.public_url.as_bytes());
                if let Some((_, query)) = self.path_and_query.split_once('?') {
                    sink(b"?");
                    sink(query.as_bytes());
                }
            }
            Part::Body => sink(body),
            Part::BodyLowBytes => LowBytes::default().push(body, sink),
            Part::Header(name) => {
                sink(
                    self.value(Value::Header(name))
                        .unwrap_or_default()
                        .as_bytes(),
                );
            }
            Part::Field(pointer) => {
                let value = field(body, pointer).ok().flatten();
                sink(value.unwrap_or_default().as_bytes());
            }
            // Those of the key.
            Part::Login | Part::Secret => {}
            Part::Optional {
                before,
                value,
                after,
            } => {
                if let Some(value) = self.value(value) {
                    sink(before.as_bytes());
                    sink(value.as_bytes());
                    sink(after.as_bytes());
                }
            }
        }
    }

    fn value(&self, value: Value) -> Option<String> {
        let query = |name: &str| {
            let (_, query) = self.path_and_query.split_once('?')?;
            form_urlencoded::parse(query.as_bytes())
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.into_owned())
        };
        match value {
            Value::Header(name) => self
                .headers
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.clone()),
            Value::Query(name) => query(name),
            Value::QueryLowercase(name) => query(name).map(|value| value.to_ascii_lowercase()),
        }
        .filter(|value| !value.is_empty())
    }

    /// The tag in the form of its header.
    fn spell(&self, tag: &str, time: &str) -> String {
        let at = self.scheme.time.map(|time| time.at);
        match (self.scheme.grammar, at) {
            (Grammar::Bare { prefix }, _) => format!("{prefix}{tag}"),
            (Grammar::Versions { label, .. }, _) => format!("{label},{tag}"),
            (Grammar::Keyed { label }, _) => format!("1/{label}/{tag}"),
            (Grammar::List { separator }, Some(TimeLocation::First)) => {
                format!("{time}{}{tag}", char::from(separator))
            }
            (Grammar::List { .. }, _) => tag.to_owned(),
            (Grammar::Json { field }, _) => {
                use base64::Engine as _;
                let mut json = serde_json::json!({ field.trim_start_matches('/'): tag });
                if let (Some((name, id)), Some(fields)) = (self.id_beside(), json.as_object_mut()) {
                    fields.insert(name.trim_start_matches('/').to_owned(), id.into());
                }
                base64::engine::general_purpose::STANDARD.encode(json.to_string())
            }
            (
                Grammar::Pairs {
                    separator, label, ..
                }
                | Grammar::PairSets { separator, label },
                _,
            ) => {
                let time = match at {
                    Some(TimeLocation::Pair(key)) => Some((key, time)),
                    _ => None,
                };
                let id = self.id_beside();
                let id = id.as_ref().map(|(name, id)| (*name, id.as_str()));
                let pairs = time.into_iter().chain(id).chain([(label, tag)]);
                let pairs = pairs.chain(self.beside());
                let pairs = pairs.map(|(key, value)| format!("{key}={value}"));
                let separator = char::from(separator).to_string();
                pairs.collect::<Vec<_>>().join(&separator)
            }
        }
    }

    /// The id of the key, where it is beside the signature.
    fn id_beside(&self) -> Option<(&'static str, String)> {
        if let Some(KeyIdPlace::Beside(name)) = self.scheme.key_name.map(|name| name.place) {
            return Some((name, signing_id(&self.settings)));
        }
        None
    }

    fn beside(&self) -> Option<(&'static str, &'static str)> {
        match self.scheme.grammar {
            Grammar::Pairs { beside, .. } => beside,
            _ => None,
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("provider", &self.provider.name())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("method", &self.method)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
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
