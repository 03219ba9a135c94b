//! A scheme with everything that can be computed before a delivery arrives.

use zeroize::Zeroizing;

use crate::error::{ConfigError, RejectionKind};
use crate::provider::{Coverage, Part, Provider, Scheme};
use crate::secret::{Key, KeyFormat, Keys};
use crate::time::{Tolerance, UnixTime};
use crate::verify::key::keyed;
use crate::verify::seam::SeamRule;
use crate::verify::{Options, fresh};

/// A verifier's scheme with its keys, shared by the deliveries that it checks.
pub(super) struct Prepared {
    pub(super) scheme: Scheme,
    pub(super) keys: Keys,
    pub(super) key_format: KeyFormat,
    pub(super) coverage: Coverage,
    /// The tolerance of the verifier or the scheme. `None` if no time is signed.
    pub(super) tolerance: Option<Tolerance>,
    /// Where the body is adjacent to other signed parts.
    pub(super) seam: Option<SeamRule>,
    /// The signed parts before the body.
    pub(super) before_body: &'static [Part],
    /// The body and the signed parts after it. Empty if the body is not signed as it is.
    pub(super) from_body: &'static [Part],
}

impl Prepared {
    pub(super) fn new(
        provider: &Provider,
        scheme: &Scheme,
        secrets: &[Zeroizing<Vec<u8>>],
        options: &Options,
    ) -> Result<Self, ConfigError> {
        let parts = scheme.parts();
        let is_body = |part: &Part| matches!(part, Part::Body | Part::BodyLowBytes);
        let body = parts.iter().position(is_body).unwrap_or(parts.len());
        let (before_body, from_body) = parts.split_at(body);
        Ok(Self {
            scheme: *scheme,
            keys: keyed(provider, scheme, secrets)?,
            key_format: provider.key_format(),
            coverage: scheme.coverage(),
            tolerance: options.tolerance.or(scheme.tolerance()),
            seam: SeamRule::new(provider, scheme),
            before_body,
            from_body,
        })
    }

    /// The signed time, if it is fresh. `None` if no time is signed.
    #[inline]
    pub(super) fn fresh_time(
        &self,
        text: Option<&[u8]>,
        now: UnixTime,
    ) -> Result<Option<UnixTime>, RejectionKind> {
        match (self.scheme.time, text) {
            (Some(source), Some(text)) => fresh(text, source.unit, now, self.tolerance).map(Some),
            _ => Ok(None),
        }
    }

    /// The login and the secret of each key.
    pub(super) fn logins_and_secrets(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.keys.texts().map(|text| self.key_format.split(text))
    }

    pub(super) fn key(&self, slot: usize) -> Option<&Key> {
        self.keys.get(slot)
    }
}
