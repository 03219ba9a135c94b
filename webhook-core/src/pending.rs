//! A delivery that waits for a key.

use std::fmt;

use crate::error::Rejection;
#[cfg(feature = "asymmetric")]
use crate::error::RejectionKind;
use crate::intake::{Finished, Intake};

/// A delivery whose body is complete and whose key has to be asked for: the end of an [`Intake`] where the sender names a key that is
/// not configured.
#[must_use]
pub struct Pending {
    intake: Box<Intake>,
}

impl Pending {
    #[cfg_attr(
        not(feature = "asymmetric"),
        allow(dead_code, reason = "no key is elsewhere")
    )]
    pub(crate) fn new(intake: Intake) -> Self {
        let intake = Box::new(intake);
        Self { intake }
    }

    /// Asks for the key, and goes on from there. It takes as long as the `KeySource` takes: put a limit to it, and
    /// answer [`RejectionKind::KeysUnavailable`](crate::RejectionKind::KeysUnavailable) then. Dropped, it leaves asking to the next.
    ///
    /// # Errors
    ///
    /// As [`Intake::finish`]; and [`RejectionKind::KeysUnavailable`](crate::RejectionKind::KeysUnavailable) when the source cannot
    /// tell, [`RejectionKind::UnknownKey`](crate::RejectionKind::UnknownKey) when there is no such key.
    pub async fn resolve(mut self) -> Result<Finished, Rejection> {
        #[cfg(feature = "asymmetric")]
        self.find().await.map_err(|kind| self.intake.refuse(kind))?;
        self.intake.settle()
    }

    #[cfg(feature = "asymmetric")]
    async fn find(&mut self) -> Result<(), RejectionKind> {
        let endpoint = self.intake.endpoint().clone();
        let now = endpoint.now().ok_or(RejectionKind::ClockUnavailable)?;
        let verification = self.intake.verification();
        let (Some(query), Some(cache)) = (verification.wanted().cloned(), &endpoint.inner().keys)
        else {
            return Err(RejectionKind::UnknownKey);
        };
        let keys = cache.keys(&query, now).await?;
        self.intake.verification().supply(&keys);
        Ok(())
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}
