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
            Part::Url => self.url(sink),
            Part::UrlDecoding(marks) => self.url(&mut |piece| decoded(piece, marks, sink)),
            Part::Header(name) => sink(self.head.header(name)?),
            // The body's parts follow through `update`, and the key's parts are not in the head.
            Part::Body | Part::Field(_) | Part::Secret => {}
        }
        Ok(())
    }

    fn url(&self, sink: &mut dyn FnMut(&[u8])) {
        sink(self.url.as_bytes());
        if let Some(query) = self.head.query() {
            sink(b"?");
            sink(query.as_bytes());
        }
    }
}

/// Whether the query has one of the marks, escaped or not, so that it could be spelled in another
/// way.
pub(crate) fn has_mark(head: &Head<'_>, marks: &[u8]) -> bool {
    let mut found = false;
    let mut look = |piece: &[u8]| found |= piece.iter().any(|byte| marks.contains(byte));
    decoded(
        head.query().unwrap_or_default().as_bytes(),
        marks,
        &mut look,
    );
    found
}

/// Writes a piece of a URL with the escapes of `marks` decoded. Any other escape is written as it
/// is.
pub(crate) fn decoded(piece: &[u8], marks: &[u8], sink: &mut dyn FnMut(&[u8])) {
    let mut rest = piece;
    while let Some(at) = memchr::memchr(b'%', rest) {
        let (before, escape) = rest.split_at(at);
        sink(before);
        let mut byte = [0; 1];
        let digits = escape.get(1..3).unwrap_or_default();
        let is_mark = const_hex::decode_to_slice(digits, &mut byte).is_ok()
            && byte.iter().all(|byte| marks.contains(byte));
        let (spelled, behind) = escape.split_at(if is_mark { 3 } else { 1 });
        sink(if is_mark { &byte } else { spelled });
        rest = behind;
    }
    sink(rest);
}
