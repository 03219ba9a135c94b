//! Amazon SNS: a JSON document that signs its own fields and names the certificate.

use std::borrow::Cow;

use serde_json::json;

use crate::crypto::Algorithm;
use crate::crypto::public::PublicKey;
use crate::error::RejectionKind;
use crate::keys::KeyQuery;
use crate::parse::Encoding;
use crate::parse::encoding::{decode_long, encode};
use crate::parse::json::{JsonValue, Pointers, Quoted, scan};
use crate::provider::{Check, CheckInput, Custom, Draft};
use crate::time::{TimeUnit, Tolerance, UnixTime};
use crate::verify::custom::signed_body::{Hashing, SignedContent, signed_body};
use crate::verify::fresh;
use crate::verify::key_ring::KeyRing;
use crate::verify::key_ring::ring;

/// The setting with the accepted topics, separated by commas.
pub(crate) const TOPIC_ARN: &str = "topic_arn";

/// The setting with the URL of the certificate whose key is configured.
pub(crate) const CERT_URL: &str = "cert_url";

/// The signed fields of each type, in order. The subject is omitted if there is none.
const NOTIFICATION: &[&str] = &[
    MESSAGE,
    "/MessageId",
    SUBJECT,
    "/Timestamp",
    "/TopicArn",
    "/Type",
];
const CONFIRMATION: &[&str] = &[
    MESSAGE,
    "/MessageId",
    "/SubscribeURL",
    "/Timestamp",
    "/Token",
    "/TopicArn",
    "/Type",
];

const MESSAGE: &str = "/Message";
const SUBJECT: &str = "/Subject";

/// All fields that are read.
const POINTERS: [&str; 11] = [
    MESSAGE,
    "/MessageId",
    SUBJECT,
    "/Timestamp",
    "/TopicArn",
    "/Type",
    "/SubscribeURL",
    "/Token",
    "/SigningCertURL",
    "/Signature",
    "/SignatureVersion",
];

/// The type of a delivery that asks for confirmation.
const SUBSCRIPTION: &str = "SubscriptionConfirmation";

/// The maximum length of a field other than the message, in bytes. The longest in use, an address
/// with a token, has about 500.
const MAX_LINE: usize = 4 * 1024;

const SIGNER_URL: &str =
    "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0000000000000000.pem";

/// The flag that accepts signature version 1 too.
pub(crate) const ACCEPT_V1: &str = "accept_signature_version_1";

/// A version of the signature. Both sign the same message, which does not contain the version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version {
    /// The value of `SignatureVersion`.
    name: &'static str,
    algorithm: Algorithm,
}

/// SHA-1, for which collisions can be computed. Topics sign with it unless they are changed.
pub(crate) const V1: Version = Version {
    name: "1",
    algorithm: Algorithm::RsaSha1,
};

/// SHA-256.
pub(crate) const V2: Version = Version {
    name: "2",
    algorithm: Algorithm::RsaSha256,
};

/// The accepted versions of the signature.
#[derive(Debug)]
pub(crate) struct Sns {
    /// The version that is always accepted.
    pub(crate) version: Version,
    /// The version that is accepted too if the flag of this name is set.
    pub(crate) further: Option<(&'static str, Version)>,
}

impl Custom for Sns {
    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let topics = asked
            .settings
            .required(TOPIC_ARN)
            .split(|&byte| byte == b',');
        let rules = Rules {
            pointers: Pointers::new(&POINTERS),
            version: self.version,
            further: self
                .further
                .filter(|(flag, _)| asked.settings.is_set(flag))
                .map(|(_, version)| version),
            topics: topics.map(|topic| topic.trim_ascii().to_vec()).collect(),
            name: asked.settings.get(CERT_URL).map(<[u8]>::to_vec),
            public: asked.keys.public(),
            elsewhere: asked.fetches_keys,
            now: asked.now,
            tolerance: asked.tolerance,
        };
        Ok(signed_body(asked.scheme.coverage(), move |body| {
            rules.read(body)
        }))
    }

    fn public(&self) -> Option<Algorithm> {
        Some(self.version.algorithm)
    }

    fn names_keys(&self) -> bool {
        true
    }

    /// The body becomes the message of a notification.
    fn sign(&self, draft: &mut Draft<'_>) {
        let topics = String::from_utf8_lossy(draft.settings.required(TOPIC_ARN));
        let url = draft.settings.get(CERT_URL).map(String::from_utf8_lossy);
        let mut notification = json!({
            "Type": "Notification",
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": topics.split(',').next().unwrap_or_default(),
            "Message": String::from_utf8_lossy(&draft.body),
            "Timestamp": TimeUnit::Rfc3339.format(draft.now),
            "SignatureVersion": self.version.name,
            "SigningCertURL": url.as_deref().unwrap_or(SIGNER_URL),
        });
        // A body that is a notification is signed as one.
        let given: Option<serde_json::Value> = serde_json::from_slice(&draft.body).ok();
        let given = given.filter(|given| given.get("MessageId").is_some());
        for name in ["MessageId", "Message", "Subject", "UnsubscribeURL"] {
            let value = given.as_ref().and_then(|given| given.get(name));
            if let (Some(value), Some(fields)) = (value, notification.as_object_mut()) {
                fields.insert(name.to_owned(), value.clone());
            }
        }
        let text = notification.to_string();
        let mut signed = Vec::new();
        let mut sink = |piece: &[u8]| signed.extend_from_slice(piece);
        let document = Document::read(text.as_bytes(), &Pointers::new(&POINTERS));
        let _ = document.and_then(|document| document.write(NOTIFICATION, &mut sink));
        let signature = draft.signature(&[&signed]);
        if let Some(fields) = notification.as_object_mut() {
            let signature = encode(&signature, Encoding::Base64);
            fields.insert("Signature".to_owned(), signature.into());
        }
        draft.body = notification.to_string().into();
    }
}

/// The requirements on a document.
struct Rules {
    pointers: Pointers,
    version: Version,
    further: Option<Version>,
    topics: Vec<Vec<u8>>,
    name: Option<Vec<u8>>,
    public: Vec<PublicKey>,
    elsewhere: bool,
    now: UnixTime,
    tolerance: Option<Tolerance>,
}

impl Rules {
    fn read(&self, body: &[u8]) -> Result<SignedContent, RejectionKind> {
        let document = Document::read(body, &self.pointers)?;
        let algorithm = self.algorithm(&document.line("/SignatureVersion")?)?;
        let url = document.line("/SigningCertURL")?;
        if !is_certificate(&url) {
            return Err(RejectionKind::UnknownKey);
        }
        let topic = document.line("/TopicArn")?;
        if !self.topics.iter().any(|known| known == topic.as_bytes()) {
            return Err(RejectionKind::BadSignature);
        }
        let kind = document.line("/Type")?;
        let (fields, address) = match kind.as_ref() {
            "Notification" => (NOTIFICATION, None),
            SUBSCRIPTION | "UnsubscribeConfirmation" => {
                let address = document.line("/SubscribeURL")?;
                // This address will be visited.
                if !is_subscription(&address) {
                    return Err(RejectionKind::Malformed);
                }
                (CONFIRMATION, Some(address.into_owned()))
            }
            _ => return Err(RejectionKind::Malformed),
        };
        let signature = document.line("/Signature")?;
        let signature =
            decode_long(signature.as_bytes(), Encoding::Base64).ok_or(RejectionKind::Malformed)?;
        let (time, unit) = (document.line("/Timestamp")?, TimeUnit::Rfc3339);
        let mut hashing = Hashing::new(algorithm);
        document.write(fields, &mut |piece| hashing.update(piece))?;
        let signed = hashing.finish(algorithm)?;
        Ok(SignedContent {
            time: Some(fresh(time.as_bytes(), unit, self.now, self.tolerance)?),
            // An unsubscription is not undone automatically: the handler decides.
            confirms: address.filter(|_| kind == SUBSCRIPTION),
            algorithm: Some(algorithm).filter(|algorithm| *algorithm != self.version.algorithm),
            ..SignedContent::new(vec![signed], signature, self.ring(&url)?)
        })
    }

    /// The algorithm of an accepted version. The document chooses among them, because nothing
    /// signed names its version.
    fn algorithm(&self, version: &str) -> Result<Algorithm, RejectionKind> {
        let mut accepted = std::iter::once(self.version).chain(self.further);
        let found = accepted.find(|known| known.name == version);
        let found = found.ok_or(RejectionKind::UnsupportedScheme)?;
        Ok(found.algorithm)
    }

    fn ring(&self, url: &str) -> Result<KeyRing, RejectionKind> {
        let name = self.name.as_deref();
        let query = || Some(KeyQuery::by_url("aws-sns", url.to_owned(), None));
        ring(&self.public, self.elsewhere, name, Some(url), query)
    }
}

/// The values found at [`POINTERS`].
struct Document<'b>([Option<JsonValue<'b>>; POINTERS.len()]);

impl<'b> Document<'b> {
    fn read(body: &'b [u8], pointers: &Pointers) -> Result<Self, RejectionKind> {
        let found = scan(body, pointers);
        found.map(Self).map_err(|_| RejectionKind::Malformed)
    }

    fn at(&self, pointer: &str) -> Option<JsonValue<'b>> {
        let at = POINTERS.iter().position(|known| *known == pointer)?;
        self.0.get(at).copied().flatten()
    }

    fn text(&self, pointer: &str) -> Result<Quoted<'b>, RejectionKind> {
        match self.at(pointer) {
            Some(JsonValue::Text(text)) => Ok(text),
            Some(_) => Err(RejectionKind::Malformed),
            None => Err(RejectionKind::MissingHeader),
        }
    }

    /// A short text of one line. Only the message may contain line breaks. In another field they
    /// would allow the signed message of one delivery to be read as another delivery.
    fn line(&self, pointer: &str) -> Result<Cow<'b, str>, RejectionKind> {
        let text = self.text(pointer)?.read(MAX_LINE);
        let text = text.filter(|text| !text.contains(['\n', '\r']));
        text.ok_or(RejectionKind::Malformed)
    }

    /// Writes the name and value of each field, one per line.
    fn write(&self, fields: &[&str], sink: &mut dyn FnMut(&[u8])) -> Result<(), RejectionKind> {
        for pointer in fields {
            if *pointer == SUBJECT && self.at(pointer).is_none() {
                continue;
            }
            sink(pointer.trim_start_matches('/').as_bytes());
            sink(b"\n");
            match *pointer {
                MESSAGE => self.text(pointer)?.write(sink),
                _ => sink(self.line(pointer)?.as_bytes()),
            }
            sink(b"\n");
        }
        Ok(())
    }
}

/// Whether the URL is exactly
/// `https://sns.<region>.amazonaws.com/SimpleNotificationService-<hex>.pem`.
fn is_certificate(url: &str) -> bool {
    let name = path(url)
        .and_then(|path| path.strip_prefix("SimpleNotificationService-"))
        .and_then(|rest| rest.strip_suffix(".pem"));
    name.is_some_and(|name| {
        (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

/// Whether the URL is `https://sns.<region>.amazonaws.com/?Action=ConfirmSubscription&…`.
fn is_subscription(url: &str) -> bool {
    let query = path(url).and_then(|path| path.strip_prefix("?Action=ConfirmSubscription&"));
    query.is_some_and(|query| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"=&:-_.%".contains(&b);
        query.len() <= 2048 && query.bytes().all(plain)
    })
}

/// The text after the first slash, if the host is SNS.
fn path(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://sns.")?;
    let (host, path) = rest.split_once('/')?;
    let (region, end) = host.split_once('.')?;
    (end == domain(region) && is_region(region)).then_some(path)
}

/// The domain of the partition that a region belongs to. The partitions are those of the AWS SDKs:
/// China, the European Sovereign Cloud, the isolated ones, and the rest with GovCloud.
fn domain(region: &str) -> &'static str {
    let domains = [
        ("cn-", "amazonaws.com.cn"),
        ("eusc-", "amazonaws.eu"),
        ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
        ("us-isof-", "csp.hci.ic.gov"),
        ("eu-isof-", "csp.hci.ic.gov"),
    ];
    let found = domains.iter().find(|(place, _)| region.starts_with(place));
    found.map_or("amazonaws.com", |(_, domain)| domain)
}

/// Whether this is a region such as `us-east-1` or `us-gov-west-1`: two to four letters, one to
/// three words, a number.
fn is_region(region: &str) -> bool {
    let mut parts: Vec<&str> = region.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    let word = |part: &&str| {
        (2..=12).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_lowercase())
    };
    let place = parts.first().is_some_and(|place| place.len() <= 4);
    place
        && (2..=4).contains(&parts.len())
        && parts.iter().all(word)
        && (1..=2).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_of_sns_are_where_sns_has_them() {
        for url in [
            "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-56e67fcb41f6fec09b0196692625d385.pem",
            "https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sns.ap-southeast-2.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0.pem",
            "https://sns.eusc-de-east-1.amazonaws.eu/SimpleNotificationService-0.pem",
            "https://sns.us-iso-east-1.c2s.ic.gov/SimpleNotificationService-0.pem",
            "https://sns.us-isob-east-1.sc2s.sgov.gov/SimpleNotificationService-0.pem",
            "https://sns.eu-isoe-west-1.cloud.adc-e.uk/SimpleNotificationService-0.pem",
        ] {
            assert!(is_certificate(url), "{url}");
        }
    }

    #[test]
    fn nothing_that_only_looks_like_one_is() {
        for url in [
            "https://sns.s3-us-west-2.amazonaws.com/x.pem",
            "https://sns.s3-us-west-2.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sns.us-east-1.amazonaws.com.evil.com/SimpleNotificationService-0.pem",
            "https://sns.us-east-1.amazonaws.com@evil/SimpleNotificationService-0.pem",
            "https://sns.us-east-1.amazonaws.eu/SimpleNotificationService-0.pem",
            "https://sns.us-east-1.amazonaws.com.cn/SimpleNotificationService-0.pem",
            "https://sns.eusc-de-east-1.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sns.us-east-1.c2s.ic.gov/SimpleNotificationService-0.pem",
            "https://evil@sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
            "http://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
            "HTTPS://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sns.us-east-1.amazonaws.com:8443/SimpleNotificationService-0.pem",
            "https://sns.us-east-1.amazonaws.com:443/SimpleNotificationService-0.pem",
            "https://sns.us-east-1.amazonaws.com/#/SimpleNotificationService-0.pem",
            "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem#",
            "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem?x=.pem",
            "https://sns.us-east-1.amazonaws.com/?x=SimpleNotificationService-0.pem",
            "https://sns.us-east-1.amazonaws.com/../SimpleNotificationService-0.pem",
            "https://sns.us-east-1.amazonaws.com//SimpleNotificationService-0.pem",
            "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-a/b.pem",
            "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-a%2f.pem",
            "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-.pem",
            "https://sns.us-east-1.amazonaws.com./SimpleNotificationService-0.pem",
            "https://sns.us-east-1.amazonaws.com.cn/SimpleNotificationService-0.pem",
            "https://sns.cn-north-1.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sns.us-eäst-1.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sns.xn--us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sns.us-east-.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sns.us-east.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sns.amazonaws.com/SimpleNotificationService-0.pem",
            "https://sqs.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
            "https://169.254.169.254/SimpleNotificationService-0.pem",
            "https://sns.169.254.169.254/SimpleNotificationService-0.pem",
            " https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
            "",
        ] {
            assert!(!is_certificate(url), "{url}");
        }
    }

    #[test]
    fn a_subscription_is_confirmed_at_sns_or_nowhere() {
        let good = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription\
                    &TopicArn=arn:aws:sns:us-east-1:1:t&Token=2336412f";
        assert!(is_subscription(good));
        for url in [
            good.replace("https", "http"),
            good.replace("ConfirmSubscription", "Publish"),
            good.replace(".com/", ".com.evil.example/"),
            good.replace("/?", "/x?"),
            format!("{good}#"),
            format!("{good}&x=\n"),
        ] {
            assert!(!is_subscription(&url), "{url}");
        }
    }
}
