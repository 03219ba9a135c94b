//! Trello: the body and the URL. The body is signed as sent, or in low bytes.

use crate::crypto::{Algorithm, RunningDigest};
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::encode;
use crate::parse::low_bytes::LowBytes;
use crate::provider::{Check, CheckInput, Custom, Draft, Verified};
use crate::verify::custom::check::Codes;
use crate::verify::seam::{Seam, SeamRule};

/// The header of the tag.
pub(crate) const TAG: &str = "x-trello-webhook";

/// Trello documents the low bytes: each UTF-16 code unit of the body reduced to its low eight bits.
/// Many texts have the same low bytes, so this form does not cover the body. All of them have the
/// same digest, that of the low bytes.
#[derive(Debug)]
pub(crate) struct Trello;

impl Custom for Trello {
    fn algorithm(&self) -> Option<Algorithm> {
        Some(Algorithm::HmacSha1)
    }

    fn start(&self, asked: &CheckInput<'_>) -> Result<Box<dyn Check>, RejectionKind> {
        let tag = asked.header(TAG)?;
        let codes = || {
            let mut codes = Codes::new(asked, Algorithm::HmacSha1, tag, Encoding::Base64)?;
            codes.suffix = asked.full_url().into_bytes();
            Ok(codes)
        };
        Ok(Box::new(Running {
            as_sent: codes()?,
            in_low_bytes: codes()?,
            low_bytes: LowBytes::default(),
            digest: RunningDigest::new(),
            seam: Seam::new(SeamRule::BEFORE_URL, asked.head)?,
        }))
    }

    fn sign(&self, draft: &mut Draft<'_>) {
        let tag = draft.tag(&[&draft.body, draft.full_url().as_bytes()]);
        draft.push(TAG, encode(tag, Encoding::Base64));
    }
}

struct Running {
    as_sent: Codes,
    in_low_bytes: Codes,
    low_bytes: LowBytes,
    /// SHA-256 of the low bytes.
    digest: RunningDigest,
    seam: Seam,
}

impl Check for Running {
    fn update(&mut self, bytes: &[u8]) {
        self.seam.push(bytes);
        self.as_sent.sign(bytes);
        self.low_bytes.push(bytes, |low| {
            self.in_low_bytes.sign(low);
            self.digest.update(low);
        });
    }

    fn finish(&mut self, body: &[u8]) -> Result<Verified, RejectionKind> {
        // Both are finished before either result is used.
        let (as_sent, low) = (self.as_sent.finish(body), self.in_low_bytes.finish(body));
        match (as_sent, low) {
            _ if !self.seam.holds() => Err(RejectionKind::BadSignature),
            (Ok(verified), _) => Ok(verified),
            (_, Ok(mut verified)) if self.low_bytes.is_text() => {
                verified.coverage.body = false;
                verified.message = Some(self.digest.clone().finish());
                Ok(verified)
            }
            _ => Err(RejectionKind::BadSignature),
        }
    }
}
