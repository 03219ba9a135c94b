//! Writing the signed message, part by part.

use crate::error::RejectionKind;
use crate::provider::Part;
use crate::request::Head;

/// The values that a scheme's parts are made of.
pub(super) struct SignedMessage<'a> {
    pub(super) head: &'a Head<'a>,
    pub(super) url: &'a str,
    pub(super) time: &'a [u8],
    pub(super) id: &'a [u8],
}

impl SignedMessage<'_> {
    #[inline]
    pub(super) fn write(
        &self,
        part: Part,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), RejectionKind> {
        match part {
            Part::Literal(text) => sink(text.as_bytes()),
            Part::Time => sink(self.time),
            Part::Id => sink(self.id),
            Part::Method => sink(self.head.method.as_bytes()),
            Part::Url => {
                sink(self.url.as_bytes());
                if let Some(query) = self.head.query() {
                    sink(b"?");
                    sink(query.as_bytes());
                }
            }
            Part::Header(name) => sink(self.head.header(name)?),
            // The body's parts follow through `update`, and the key's parts are not in the head.
            Part::Body | Part::Field(_) | Part::Secret => {}
        }
        Ok(())
    }
}
