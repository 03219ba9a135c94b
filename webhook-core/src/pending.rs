//! A delivery that waits for something elsewhere.

use std::fmt;

#[cfg(feature = "asymmetric")]
use crate::answer::Answer;
#[cfg(feature = "asymmetric")]
use crate::endpoint::Endpoint;
use crate::error::Rejection;
#[cfg(feature = "asymmetric")]
use crate::error::RejectionKind;
use crate::intake::Finished;
#[cfg(feature = "asymmetric")]
use crate::intake::Intake;
#[cfg(feature = "asymmetric")]
use crate::keys::Confirmation;
#[cfg(feature = "asymmetric")]
use crate::permit::Checked;

/// A delivery whose body is complete, and which waits for something that is elsewhere: a key that its sender names and that is not
/// configured, or the confirmation of a subscription.
#[must_use]
pub struct Pending(Waiting);

enum Waiting {
    #[cfg(feature = "asymmetric")]
    Key(Box<Intake>),
    #[cfg(feature = "asymmetric")]
    Confirmation(Box<Confirming>),
    /// Nothing is elsewhere.
    #[cfg(not(feature = "asymmetric"))]
    #[allow(dead_code, reason = "without public keys no delivery waits")]
    Nothing(std::convert::Infallible),
}

#[cfg(feature = "asymmetric")]
struct Confirming {
    endpoint: Endpoint,
    checked: Checked,
    confirmation: Confirmation,
}

impl Pending {
    #[cfg(feature = "asymmetric")]
    pub(crate) fn key(intake: Intake) -> Self {
        Self(Waiting::Key(Box::new(intake)))
    }

    #[cfg(feature = "asymmetric")]
    pub(crate) fn confirmation(
        endpoint: Endpoint,
        checked: Checked,
        confirmation: Confirmation,
    ) -> Self {
        Self(Waiting::Confirmation(Box::new(Confirming {
            endpoint,
            checked,
            confirmation,
        })))
    }

    /// Asks for what it waits for, and goes on from there: to anything but another wait. It takes as long as the `KeySource` takes: put a limit
    /// to it, and answer [`RejectionKind::KeysUnavailable`](crate::RejectionKind::KeysUnavailable) then. Dropped, it leaves asking to
    /// the next.
    ///
    /// # Errors
    ///
    /// As [`Intake::finish`](crate::Intake::finish); and [`RejectionKind::KeysUnavailable`](crate::RejectionKind::KeysUnavailable) when the
    /// source cannot tell or cannot confirm, [`RejectionKind::UnknownKey`](crate::RejectionKind::UnknownKey) when there is no such key.
    pub async fn resolve(self) -> Result<Finished, Rejection> {
        match self.0 {
            #[cfg(feature = "asymmetric")]
            Waiting::Key(mut intake) => {
                find(&mut intake)
                    .await
                    .map_err(|kind| intake.refuse(kind))?;
                match intake.settle()? {
                    Finished::Pending(Self(Waiting::Confirmation(confirming))) => {
                        confirming.confirm().await
                    }
                    finished => Ok(finished),
                }
            }
            #[cfg(feature = "asymmetric")]
            Waiting::Confirmation(confirming) => confirming.confirm().await,
            #[cfg(not(feature = "asymmetric"))]
            Waiting::Nothing(never) => match never {},
        }
    }
}

/// Supplies the keys that it wants.
#[cfg(feature = "asymmetric")]
async fn find(intake: &mut Intake) -> Result<(), RejectionKind> {
    let endpoint = intake.endpoint().clone();
    let now = endpoint.now().ok_or(RejectionKind::ClockUnavailable)?;
    let (Some(query), Some(cache)) = (intake.wanted().cloned(), &endpoint.inner().keys) else {
        return Err(RejectionKind::UnknownKey);
    };
    let found = cache.keys(&query, now).await?;
    intake.supply(found);
    Ok(())
}

#[cfg(feature = "asymmetric")]
impl Confirming {
    /// Has it confirmed, which is the answer to it; or leaves it to the handler.
    async fn confirm(self) -> Result<Finished, Rejection> {
        let endpoint = &self.endpoint;
        match self.ask().await {
            Ok(true) => {
                endpoint.count_challenge();
                Ok(Finished::Answer(Answer::ok()))
            }
            Ok(false) => Ok(Finished::Event(self.checked)),
            Err(kind) => Err(endpoint.reject(kind.into())),
        }
    }

    async fn ask(&self) -> Result<bool, RejectionKind> {
        let now = self.endpoint.now().ok_or(RejectionKind::ClockUnavailable)?;
        match &self.endpoint.inner().keys {
            Some(cache) => cache.confirm(&self.confirmation, now).await,
            None => Ok(false),
        }
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}
