//! The digests of the body (RFC 9530).

use crate::crypto::{RunningDigest, RunningWideDigest, constant_time_eq};
use crate::error::RejectionKind;
use crate::parse::Encoding;
use crate::parse::encoding::decode_long;
use crate::parse::structured::Dictionary;

/// The digests that a request names, and those of the body so far.
#[derive(Default)]
pub(super) struct BodyDigests {
    sha256: Option<(Vec<u8>, RunningDigest)>,
    sha512: Option<(Vec<u8>, Box<RunningWideDigest>)>,
}

impl BodyDigests {
    /// Reads `Content-Digest`. Unknown algorithms are ignored.
    pub(super) fn of(named: &Dictionary<'_>, has_base64url: bool) -> Result<Self, RejectionKind> {
        let digest = |name| {
            let spelled = match named.get(name) {
                Some(member) => member.bytes().ok_or(RejectionKind::Malformed)?,
                None => return Ok(None),
            };
            let digest = decoded(spelled, has_base64url).ok_or(RejectionKind::Malformed)?;
            Ok(Some(digest))
        };
        let (sha256, sha512) = (digest("sha-256")?, digest("sha-512")?);
        if sha256.is_none() && sha512.is_none() {
            return Err(RejectionKind::UnsupportedScheme);
        }
        Ok(Self {
            sha256: sha256.map(|digest| (digest, RunningDigest::new())),
            sha512: sha512.map(|digest| (digest, Box::default())),
        })
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        if let Some((_, running)) = &mut self.sha256 {
            running.update(bytes);
        }
        if let Some((_, running)) = &mut self.sha512 {
            running.update(bytes);
        }
    }

    /// Whether the body has all of the digests, and the request named one.
    pub(super) fn match_body(self) -> bool {
        let narrow = self
            .sha256
            .map(|(named, body)| constant_time_eq(&named, &body.finish()));
        let wide = self
            .sha512
            .map(|(named, body)| constant_time_eq(&named, &body.finish()));
        let mut verdicts = narrow.into_iter().chain(wide).peekable();
        verdicts.peek().is_some() && verdicts.all(|matches| matches)
    }
}

/// Decodes a binary value: canonical base64 with padding, or base64url without, if allowed.
pub(super) fn decoded(spelled: &str, has_base64url: bool) -> Option<Vec<u8>> {
    let for_urls = || decode_long(spelled.as_bytes(), Encoding::Base64Url);
    decode_long(spelled.as_bytes(), Encoding::Base64)
        .or_else(|| for_urls().filter(|_| has_base64url))
}
