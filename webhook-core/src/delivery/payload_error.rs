//! A payload that is not of the handler's type.

use std::error::Error;
use std::fmt;

use serde::de::DeserializeOwned;

use crate::answer::Rejection;
use crate::delivery::{Delivery, payload_differs};
use crate::error::RejectionKind;
use crate::observe::log_limit::excerpt;

/// A payload that is not of the requested type.
///
/// `Display` contains the position and no part of the payload. The JSON error may quote the
/// payload, so it is only in [`source`](std::error::Error::source).
///
/// With `?` in a handler, it converts to the adapter's `NotAnEvent`, which is logged and answered
/// 422.
pub struct PayloadError {
    problem: Problem,
    delivery: Delivery,
}

enum Problem {
    Json {
        source: serde_json::Error,
        path: fn(&[u8]) -> String,
    },
    /// Found by a [`FromDelivery`](crate::FromDelivery) of its own.
    Other {
        path: String,
        source: Box<dyn Error + Send + Sync>,
    },
}

impl PayloadError {
    pub(super) fn new<T: DeserializeOwned>(source: serde_json::Error, delivery: Delivery) -> Self {
        Self {
            problem: Problem::Json {
                source,
                path: path_to_difference::<T>,
            },
            delivery,
        }
    }

    /// An error of a [`FromDelivery`](crate::FromDelivery), at this path in the payload. The path is
    /// logged, so it has no values of the payload.
    pub fn at(
        path: impl AsRef<str>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
        delivery: &Delivery,
    ) -> Self {
        Self {
            problem: Problem::Other {
                path: excerpt(path.as_ref()),
                source: source.into(),
            },
            delivery: delivery.clone(),
        }
    }

    /// The path to the value that does not fit: field names and indexes, no values. Escaped, and at
    /// most 200 characters. This parses the payload again.
    #[must_use]
    pub fn path(&self) -> String {
        match &self.problem {
            Problem::Json { path, .. } => path(self.delivery.payload()),
            Problem::Other { path, .. } => path.clone(),
        }
    }

    /// The rejection to answer: 422, or the answer that the endpoint
    /// [sets](crate::EndpointBuilder::answer_rejections). The claim is released.
    #[must_use]
    pub fn rejection(&self) -> Rejection {
        let rejection = Rejection::new(RejectionKind::Unprocessable);
        self.delivery.shared().with_answers(rejection)
    }
}

/// The path, which `serde_json` alone does not report.
fn path_to_difference<T: DeserializeOwned>(payload: &[u8]) -> String {
    let mut json = serde_json::Deserializer::from_slice(payload);
    match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Ok(_) => "end of document".to_owned(),
        // The sender chooses the keys of a map, and they can be long.
        Err(error) if error.inner().is_data() => excerpt(&error.path().to_string()),
        Err(_) => "not JSON".to_owned(),
    }
}

/// A [`PayloadError`] that has been logged: the content of every adapter's `NotAnEvent`.
#[derive(Clone, Debug)]
pub struct PayloadMismatch {
    path: String,
    rejection: Rejection,
}

impl PayloadMismatch {
    /// See [`PayloadError::path`].
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// See [`PayloadError::rejection`].
    #[must_use]
    pub const fn rejection(&self) -> &Rejection {
        &self.rejection
    }
}

/// Logs the error, at most once a second.
impl From<PayloadError> for PayloadMismatch {
    fn from(error: PayloadError) -> Self {
        let path = error.path();
        payload_differs(&error.delivery, &path);
        Self {
            path,
            rejection: error.rejection(),
        }
    }
}

impl fmt::Display for PayloadMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, .. } = self;
        write!(f, "payload does not match the expected type at {path}")
    }
}

impl fmt::Debug for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PayloadError({self})")
    }
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match &self.problem {
            Problem::Json { source, .. } => source,
            Problem::Other { path, .. } => {
                return write!(f, "payload does not match the expected type at {path}");
            }
        };
        let what = match source.classify() {
            serde_json::error::Category::Data => "does not match the expected type",
            _ => "is not JSON",
        };
        let (line, column) = (source.line(), source.column());
        write!(f, "payload {what} at line {line} column {column}")
    }
}

impl Error for PayloadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            Problem::Json { source, .. } => Some(source),
            Problem::Other { source, .. } => Some(&**source),
        }
    }
}
