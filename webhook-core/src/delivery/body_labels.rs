//! The labels in a body.

use bytes::Bytes;

use crate::delivery::{Envelope, EnvelopeSpec, Label};
use crate::error::RejectionKind;
use crate::provider::Mode;

/// The labels of an event that are in its body.
#[derive(Clone, Debug, Default)]
pub(crate) struct BodyLabels {
    pub(crate) id: Option<Label>,
    pub(crate) kind: Option<Label>,
    pub(crate) mode: Option<Mode>,
}

impl BodyLabels {
    pub(crate) fn read(
        wanted: &EnvelopeSpec,
        raw: &Bytes,
        vouched: bool,
    ) -> Result<Self, RejectionKind> {
        Envelope::read(wanted, raw)?.labels(raw, vouched)
    }
}
