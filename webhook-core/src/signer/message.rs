//! The signed message, as a sender writes it.

use bytes::Bytes;

use crate::parse::json::field;
use crate::provider::Part;
use crate::signer::Signer;
use crate::verify::message::decoded;

impl Signer {
    pub(super) fn write(&self, part: Part, time: &str, body: &Bytes, sink: &mut dyn FnMut(&[u8])) {
        match part {
            Part::Literal(text) => sink(text.as_bytes()),
            Part::Time => sink(time.as_bytes()),
            Part::Id => sink(self.id.as_bytes()),
            Part::Method => sink(self.sent_method().as_bytes()),
            Part::Url => self.url(sink),
            Part::UrlDecoding(marks) => self.url(&mut |piece| decoded(piece, marks, sink)),
            Part::Body => sink(body),
            Part::Header(name) => {
                let is_named = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
                let found = self.headers.iter().find(is_named);
                sink(found.map_or(&[], |(_, value)| value.as_bytes()));
            }
            Part::Field(pointer) => {
                let value = field(body, pointer).ok().flatten();
                sink(value.unwrap_or_default().as_bytes());
            }
            // The signing key writes it.
            Part::Secret => {}
        }
    }

    fn url(&self, sink: &mut dyn FnMut(&[u8])) {
        sink(self.public_url.as_bytes());
        if let Some((_, query)) = self.path_and_query.split_once('?') {
            sink(b"?");
            sink(query.as_bytes());
        }
    }
}
