//! A delivery that waits for something elsewhere.

use std::fmt;

use crate::answer::{Answer, Rejection};
use crate::delivery::{Checked, Finished, Intake};
use crate::error::RejectionKind;
use crate::keys::Confirmation;

/// A delivery whose body is complete, and which waits for something that is elsewhere: a key that its sender names and that is not
/// configured, or the confirmation of a subscription.
#[must_use]
pub struct Pending(Waiting);

enum Waiting {
    Key(Intake),
    Confirmation(Box<Confirming>),
}

struct Confirming {
    checked: Checked,
    confirmation: Confirmation,
}

impl Pending {
    pub(crate) fn key(intake: Intake) -> Self {
        Self(Waiting::Key(intake))
    }

    pub(crate) fn confirmation(checked: Checked, confirmation: Confirmation) -> Self {
        Self(Waiting::Confirmation(Box::new(Confirming {
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
            Waiting::Confirmation(confirming) => confirming.confirm().await,
        }
    }
}

/// Supplies the keys that it wants.
async fn find(intake: &mut Intake) -> Result<(), RejectionKind> {
    let shared = intake.shared().clone();
    let now = shared.now().ok_or(RejectionKind::ClockUnavailable)?;
    let (Some(query), Some(cache)) = (intake.wanted().cloned(), &shared.keys) else {
        return Err(RejectionKind::UnknownKey);
    };
    let found = cache.keys(&query, now).await?;
    intake.supply(found);
    Ok(())
}

impl Confirming {
    /// Has it confirmed, which is the answer to it; or leaves it to the handler.
    async fn confirm(self) -> Result<Finished, Rejection> {
        let shared = self.checked.0.shared();
        match self.ask().await {
            Ok(true) => {
                shared.count_challenge();
                Ok(Finished::Answer(Answer::ok()))
            }
            Ok(false) => Ok(Finished::Event(self.checked)),
            Err(kind) => Err(shared.reject(kind.into())),
        }
    }

    async fn ask(&self) -> Result<bool, RejectionKind> {
        let shared = self.checked.0.shared();
        let now = shared.now().ok_or(RejectionKind::ClockUnavailable)?;
        match &shared.keys {
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
