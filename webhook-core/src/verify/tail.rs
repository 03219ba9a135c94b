//! The signed parts after the body, and the requirements on the body.

use crate::error::RejectionKind;
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
    /// Set if the body has to be text.
    pub(super) text: Option<Utf8>,
    pub(super) seam: Option<Seam>,
    /// The parts after the body.
    pub(super) suffix: Vec<u8>,
    /// Whose secrets are signed last, each with its own key.
    pub(super) secrets_of: Option<Prepared>,
}

impl Tail {
    /// Adds a part that follows the body.
    pub(super) fn add(
        &mut self,
        part: Part,
        prepared: &Prepared,
        message: &SignedMessage<'_>,
    ) -> Result<(), RejectionKind> {
        match part {
            Part::Secret => {
                self.secrets_of = Some(prepared.clone());
                Ok(())
            }
            _ => message.write(part, &mut |bytes| self.suffix.extend_from_slice(bytes)),
        }
    }

    /// Takes the next bytes of the body.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if let Some(seam) = &mut self.seam {
            seam.push(bytes);
        }
        if let Some(text) = &mut self.text {
            text.push(bytes, |_| {});
        }
    }

    /// Whether the body meets the requirements.
    pub(super) fn holds(self) -> bool {
        let is_text = self.text.is_none_or(|text| text.is_text());
        is_text && self.seam.is_none_or(|seam| seam.holds())
    }
}
