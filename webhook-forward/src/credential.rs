//! What tells the receiver that a request comes from the forwarder.

use http::{HeaderMap, HeaderName, HeaderValue};
use webhook_core::{Secret, Signer, UnixTime, providers};

use bytes::Bytes;

use crate::error::ForwardError;
use crate::headers::is_reserved;

/// The proof of the forwarder.
#[derive(Clone, Debug)]
pub(crate) enum HopCredential {
    Nothing,
    /// The value is marked as sensitive, so that `Debug` does not show it.
    Header(HeaderName, HeaderValue),
    Signature(Box<Signer>),
}

impl HopCredential {
    pub(crate) fn signature(secret: Secret) -> Result<Self, ForwardError> {
        let signer = Signer::new(providers::STANDARD_WEBHOOKS, secret);
        signer
            .map(|signer| Self::Signature(Box::new(signer)))
            .map_err(ForwardError::Secret)
    }

    pub(crate) fn header(name: &str, value: &str) -> Result<Self, ForwardError> {
        let invalid = |problem| ForwardError::Credential { problem };
        let name = HeaderName::from_bytes(name.as_bytes());
        let name = name.map_err(|_| invalid("has an invalid name of a header"))?;
        // A secret that the receiver knows already can be in one of the names that a sender must
        // not choose, such as `x-checkout-secret`.
        if is_reserved(&name) && !is_verdict(&name) {
            return Err(invalid(
                "is in a header that the forwarder or the connection needs: choose another name",
            ));
        }
        if value.trim().is_empty() {
            return Err(invalid("has an empty value"));
        }
        if value.trim() != value {
            return Err(invalid("has a value with white space around it"));
        }
        let value = HeaderValue::from_str(value);
        let mut value = value
            .map_err(|_| invalid("has a value with a character that a header does not allow"))?;
        value.set_sensitive(true);
        Ok(Self::Header(name, value))
    }

    /// The header that holds it, which is never passed on.
    pub(crate) fn own_header(&self) -> Option<&HeaderName> {
        match self {
            Self::Header(name, _) => Some(name),
            Self::Nothing | Self::Signature(_) => None,
        }
    }

    /// Adds it to the headers of a request.
    pub(crate) fn add(&self, headers: &mut HeaderMap, id: &str, body: &Bytes) {
        match self {
            Self::Nothing => {}
            Self::Header(name, value) => {
                headers.insert(name.clone(), value.clone());
            }
            Self::Signature(signer) => {
                let signer = Signer::clone(signer).id(id);
                let signed = signer.sign(UnixTime::now(), body.clone());
                for (name, value) in &signed.headers {
                    let name = HeaderName::from_bytes(name.as_bytes());
                    if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
                        headers.insert(name, value);
                    }
                }
            }
        }
    }
}

/// Whether a header is reserved only because a receiver may believe it.
fn is_verdict(name: &HeaderName) -> bool {
    crate::headers::VERDICTS.contains(&name.as_str()) || name.as_str().starts_with("x-verified")
}
