//! A reference to a body that is not sent: a claim check.

use std::error::Error;
use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use webhook_core::StoreError;
use webhook_inbox::{InboxTable, JobId};
use webhook_worker::Stored;

use crate::key;

/// What travels in place of a body that is too long for a message.
///
/// As JSON, with the content type [`CONTENT_TYPE`](Self::CONTENT_TYPE):
///
/// ```
/// use webhook_relay::Reference;
///
/// let message = br#"{
///     "key": "6a09e667f3bcc908b2fb1366ea957d3e3adec17512775099da2f590b0667322a",
///     "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
///     "size": 3,
///     "content_type": "text/plain",
///     "job": 7
/// }"#;
/// let reference = Reference::parse(message)?;
/// assert!(reference.check(b"abc").is_ok());
/// assert!(reference.check(b"ab").is_err());
/// # Ok::<(), webhook_relay::ReferenceError>(())
/// ```
///
/// The receiver takes the body from where the relay's [`BodyStore`](crate::BodyStore) has put it,
/// or from the inbox with [`find_in`](Self::find_in), and [checks](Self::check) it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    key: Box<str>,
    sha256: Box<str>,
    size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<Box<str>>,
    job: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<Box<str>>,
}

impl Reference {
    /// The content type of a reference.
    pub const CONTENT_TYPE: &str = "application/vnd.webhook.reference+json";

    pub(crate) fn to_body(stored: &Stored, content_type: Option<&str>) -> Self {
        let body = stored.delivery().raw();
        Self {
            key: key::of(stored).into(),
            sha256: digest(body).into(),
            size: body.len() as u64,
            content_type: content_type.map(Into::into),
            job: key::job(stored),
            location: None,
        }
    }

    pub(crate) fn with_location(mut self, location: Box<str>) -> Self {
        self.location = Some(location);
        self
    }

    /// Reads the body of a message.
    ///
    /// # Errors
    ///
    /// [`ReferenceError::Format`] if it is not a reference.
    pub fn parse(body: &[u8]) -> Result<Self, ReferenceError> {
        let parsed: Self = serde_json::from_slice(body).map_err(ReferenceError::Format)?;
        Ok(parsed)
    }

    /// The reference as JSON.
    #[must_use]
    pub fn to_json(&self) -> Bytes {
        // Texts and numbers: nothing in it cannot be written.
        serde_json::to_vec(self).unwrap_or_default().into()
    }

    /// The [key](crate::Message::key) of the event.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// SHA-256 of the body, as 64 hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The length of the body in bytes.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The content type of the body, if it is known.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The job of the inbox that has the body.
    #[must_use]
    pub const fn job(&self) -> JobId {
        JobId::from_number(self.job)
    }

    /// Where a [`BodyStore`](crate::BodyStore) has put the body.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// Checks that these bytes are the body.
    ///
    /// # Errors
    ///
    /// [`ReferenceError::OtherBody`].
    pub fn check(&self, body: &[u8]) -> Result<(), ReferenceError> {
        let is_body = body.len() as u64 == self.size && digest(body) == *self.sha256;
        is_body.then_some(()).ok_or(ReferenceError::OtherBody)
    }

    /// Takes the body from the table of the inbox that stored the delivery, and checks it.
    ///
    /// # Errors
    ///
    /// [`ReferenceError::Pruned`] if the table has it no longer: bodies are removed 7 days after a
    /// job was done, unless the worker's retention says something else.
    pub async fn find_in<T: InboxTable>(&self, table: &T) -> Result<Bytes, ReferenceError> {
        let found = table.find(self.job()).await;
        let found = found.map_err(ReferenceError::Store)?;
        let body = found.and_then(|job| job.body);
        let body = body.ok_or(ReferenceError::Pruned)?;
        self.check(&body)?;
        Ok(body)
    }
}

fn digest(body: &[u8]) -> String {
    const_hex::encode(Sha256::digest(body))
}

/// Why a reference does not lead to a body.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReferenceError {
    /// The message is not a reference.
    Format(serde_json::Error),
    /// The bytes are not the body: their length or their digest is another one.
    OtherBody,
    /// The inbox has no such body any more.
    Pruned,
    /// The inbox cannot be asked.
    Store(StoreError),
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format(_) => "the message is not a reference to a body",
            Self::OtherBody => "the bytes are not the body that the reference names",
            Self::Pruned => "the inbox has no such body: it was pruned, or is of another table",
            Self::Store(_) => "the inbox cannot be asked for the body",
        })
    }
}

impl Error for ReferenceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Format(error) => Some(error),
            Self::Store(error) => Some(error),
            Self::OtherBody | Self::Pruned => None,
        }
    }
}
