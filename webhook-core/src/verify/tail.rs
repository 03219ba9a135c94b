//! The signed parts after the body, and the requirements on the body.

use std::sync::Arc;

use crate::crypto::RunningDigest;
use crate::error::RejectionKind;
use crate::parse::low_bytes::LowBytes;
use crate::parse::utf8::Utf8;
use crate::provider::Part;
use crate::verify::message::SignedMessage;
use crate::verify::prepared::Prepared;
use crate::verify::seam::Seam;

/// The requirements on a scheme's body, and the signed parts after it.
///
/// A plain hash with the secret in front can be extended by anyone who has one: with the padding of
/// the hash and any text after it. The padding starts with a byte that cannot follow a complete
/// character of UTF-8. So a body that must be text cannot be extended.
#[derive(Default)]
pub(super) struct Tail {
    /// With the digest of the low bytes.
    pub(super) low_bytes: Option<(LowBytes, RunningDigest)>,
    /// Set if the body has to be text.
    pub(super) text: Option<Utf8>,
    pub(super) seam: Option<Seam>,
    /// The parts after the body.
    pub(super) suffix: Vec<u8>,
    /// Whose secrets are signed last, each with its own key.
    pub(super) secrets_of: Option<Arc<Prepared>>,
}

impl Tail {
    /// Adds a part that replaces or follows the body.
    pub(super) fn add(
        &mut self,
        part: Part,
        prepared: &Arc<Prepared>,
        message: &SignedMessage<'_>,
    ) -> Result<(), RejectionKind> {
        match part {
            Part::Secret => {
                self.secrets_of = Some(Arc::clone(prepared));
                Ok(())
            }
            Part::BodyLowBytes => {
                self.low_bytes = Some((LowBytes::default(), RunningDigest::new()));
                Ok(())
            }
            _ => message.write(part, &mut |bytes| self.suffix.extend_from_slice(bytes)),
        }
    }

    /// Takes the next bytes of the body and signs their signed form.
    pub(super) fn push(&mut self, bytes: &[u8], mut sign: impl FnMut(&[u8])) {
        if let Some(seam) = &mut self.seam {
            seam.push(bytes);
        }
        if let Some(text) = &mut self.text {
            text.push(bytes, |_| {});
        }
        match &mut self.low_bytes {
            Some((low_bytes, digest)) => low_bytes.push(bytes, |bytes| {
                sign(bytes);
                digest.update(bytes);
            }),
            None => sign(bytes),
        }
    }

    /// The SHA-256 of the signed form of the body if it differs from the body. `None` for a body
    /// that cannot have been signed this way.
    pub(super) fn finish(self) -> Option<Option<[u8; 32]>> {
        let is_text = self.text.is_none_or(|text| text.is_text());
        let holds = self.seam.is_none_or(|seam| seam.holds());
        match self.low_bytes {
            _ if !is_text || !holds => None,
            Some((low_bytes, _)) if !low_bytes.is_text() => None,
            Some((_, digest)) => Some(Some(digest.finish())),
            None => Some(None),
        }
    }
}
