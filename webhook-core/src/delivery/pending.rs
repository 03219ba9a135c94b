//! A delivery that waits for a key, a confirmation or an object.

use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::answer::{Answer, Rejection};
use crate::delivery::{Checked, DeliverySpan, Finished, Intake};
use crate::error::RejectionKind;
use crate::keys::Confirmation;
use crate::notification::Notification;

/// A delivery whose body is complete and that waits for something outside the process: a key that
/// is not configured, or the confirmation of a subscription.
#[must_use]
pub struct Pending(Waiting);

enum Waiting {
    Key(Intake),
    Confirmation(Box<Confirming>),
    Object(Box<(Intake, Notification)>),
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

    /// For adapters: says why the delivery is refused if the rest of this is dropped.
    #[doc(hidden)]
    #[must_use]
    pub fn if_dropped(&mut self) -> Arc<OnceLock<RejectionKind>> {
        let reason = Arc::default();
        match &mut self.0 {
            Waiting::Key(intake) => intake.if_dropped(&reason),
            Waiting::Confirmation(confirming) => {
                let mut watch = confirming.checked.0.take_watch();
                watch.if_dropped(&reason);
                confirming.checked.0.set_watch(watch);
            }
            Waiting::Object(waiting) => waiting.0.if_dropped(&reason),
        }
        reason
    }

    /// For adapters: the span of the delivery.
    #[doc(hidden)]
    #[must_use]
    pub fn span(&self) -> DeliverySpan {
        match &self.0 {
            Waiting::Key(intake) => intake.span(),
            Waiting::Confirmation(confirming) => confirming.checked.span(),
            Waiting::Object(waiting) => waiting.0.span(),
        }
    }

    pub(crate) fn object(intake: Intake, notification: Notification) -> Self {
        Self(Waiting::Object(Box::new((intake, notification))))
    }

    /// The refusal if this is not resolved in time.
    #[must_use]
    pub fn timeout_kind(&self) -> RejectionKind {
        match &self.0 {
            Waiting::Key(_) | Waiting::Confirmation(_) => RejectionKind::KeysUnavailable,
            Waiting::Object(_) => RejectionKind::FetchFailed,
        }
    }

    /// Fetches the key or the object, or confirms the subscription, and completes the delivery. The
    /// result is never [`Finished::Pending`]. This takes as long as the `KeySource` or the
    /// `FetchBack` takes, so set a time limit, and answer [`timeout_kind`](Self::timeout_kind) when
    /// it is reached. If the future is dropped, the next delivery with the same key fetches it.
    ///
    /// # Errors
    ///
    /// Those of [`Intake::finish`](crate::Intake::finish).
    /// [`RejectionKind::KeysUnavailable`](crate::RejectionKind::KeysUnavailable) if the source
    /// fails or the subscription cannot be confirmed.
    /// [`RejectionKind::UnknownKey`](crate::RejectionKind::UnknownKey) if the key does not exist.
    pub async fn resolve(self) -> Result<Finished, Rejection> {
        match self.0 {
            Waiting::Key(mut intake) => {
                if let Err(kind) = find(&mut intake).await {
                    return Err(intake.refuse(kind));
                }
                match intake.settle()? {
                    Finished::Pending(Self(Waiting::Confirmation(confirming))) => {
                        confirming.confirm().await
                    }
                    finished => Ok(finished),
                }
            }
            Waiting::Confirmation(confirming) => confirming.confirm().await,
            Waiting::Object(waiting) => {
                let (mut intake, notification) = *waiting;
                match fetch(&intake, &notification).await {
                    Ok(object) => intake.fetched(object, &notification),
                    Err(kind) => Err(intake.refuse(kind)),
                }
            }
        }
    }
}

/// Fetches the object that a notification names.
async fn fetch(intake: &Intake, notification: &Notification) -> Result<Bytes, RejectionKind> {
    let shared = intake.shared().clone();
    let now = shared.now().ok_or(RejectionKind::ClockUnavailable)?;
    match &shared.fetcher {
        Some(fetcher) => fetcher.object(notification, now).await,
        None => Err(RejectionKind::FetchFailed),
    }
}

/// Fetches and supplies the keys that the delivery names.
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
    /// Confirms the subscription, which is then answered without the handler. If the source does
    /// not confirm it, the handler decides.
    async fn confirm(mut self) -> Result<Finished, Rejection> {
        match self.ask().await {
            Ok(true) => {
                let mut watch = self.checked.0.take_watch();
                let scope = self.checked.0.scope();
                scope.challenge_answered(&mut watch);
                Ok(Finished::Answer(Answer::ok()))
            }
            Ok(false) => Ok(Finished::Event(self.checked)),
            Err(kind) => Err(self.checked.reject(kind.into())),
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
