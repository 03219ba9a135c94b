//! A scheme with everything that can be computed before a delivery arrives.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::error::{ConfigError, RejectionKind};
use crate::provider::{Coverage, Part, Provider, Scheme};
use crate::secret::{Key, Keys};
use crate::time::{Tolerance, UnixTime};
use crate::verify::key::keyed;
use crate::verify::seam::SeamRule;
use crate::verify::{Options, fresh};

/// A verifier's scheme with its keys. Clones share both.
#[derive(Clone)]
pub(super) struct Prepared {
    pub(super) plan: Arc<Plan>,
    pub(super) keys: Keys,
}

/// Everything about a scheme that can be computed without the secrets. All tenants share it.
pub(super) struct Plan {
    pub(super) scheme: Scheme,
    pub(super) coverage: Coverage,
    /// The tolerance of the verifier or the scheme. `None` if no time is signed.
    tolerance: Option<Tolerance>,
    /// Where the body is adjacent to other signed parts.
    pub(super) seam: Option<SeamRule>,
    /// The signed parts before the body.
    pub(super) before_body: &'static [Part],
    /// The body and the signed parts after it. Empty if the body is not signed.
    pub(super) from_body: &'static [Part],
}

impl Plan {
    pub(super) fn new(provider: &Provider, scheme: &Scheme, options: &Options) -> Self {
        let parts = scheme.parts();
        let body = parts.iter().position(|part| *part == Part::Body);
        let body = body.unwrap_or(parts.len());
        let (before_body, from_body) = parts.split_at(body);
        Self {
            scheme: *scheme,
            coverage: scheme.coverage(),
            tolerance: options.tolerance.or(scheme.tolerance()),
            seam: SeamRule::new(provider, scheme),
            before_body,
            from_body,
        }
    }

    pub(super) fn tolerance(&self) -> Option<Tolerance> {
        self.tolerance
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
}

impl Prepared {
    pub(super) fn new(
        provider: &Provider,
        plan: &Arc<Plan>,
        secrets: &[Zeroizing<Vec<u8>>],
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            plan: Arc::clone(plan),
            keys: keyed(provider, &plan.scheme, secrets)?,
        })
    }

    pub(super) fn key(&self, slot: usize) -> Option<&Key> {
        self.keys.get(slot)
    }
}
