//! A claim that waits for the store.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::ready;
use std::task::{Context, Poll};

use crate::answer::Rejection;
#[cfg(feature = "inbox")]
use crate::delivery::accepting::Storing;
use crate::delivery::{Checked, Claimed, Unsettled};
use crate::error::{RejectionKind, StoreError, StoreErrorKind};
use crate::metrics::StoreVerb;
use crate::replay::{Claim, ReplayStore as _};

/// A claim in progress: a future of `Result<Claimed, Rejection>`.
///
/// A store call must not be cancelled halfway, so do not drop this future before it is ready. To
/// stop waiting, [give it up](Self::give_up).
#[must_use = "futures do nothing unless they are awaited"]
pub struct Claiming(pub(super) ClaimStep);

pub(super) enum ClaimStep {
    Known(Option<Result<Claimed, Rejection>>),
    Asked {
        checked: Option<Checked>,
        call: Call<Result<Claim, StoreError>>,
    },
    #[cfg(feature = "inbox")]
    Stored {
        storing: Option<Storing>,
        call: Call<Result<crate::delivery::Accepted, StoreError>>,
    },
}

/// A store call, with everything that it borrows.
pub(super) type Call<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl Future for Claiming {
    type Output = Result<Claimed, Rejection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match &mut self.0 {
            ClaimStep::Known(claimed) => claimed.take().expect(POLLED),
            ClaimStep::Asked { checked, call } => {
                let claim = ready!(call.as_mut().poll(cx));
                let mut checked = checked.take().expect(POLLED);
                checked.0.claimed();
                checked.conclude(claim)
            }
            #[cfg(feature = "inbox")]
            ClaimStep::Stored { storing, call } => {
                let accepted = ready!(call.as_mut().poll(cx));
                storing.take().expect(POLLED).conclude(accepted)
            }
        })
    }
}

impl Claiming {
    /// Stops waiting. Returns what becomes of the delivery, as if the store had failed, and the rest
    /// of the call. If the claim succeeds late, it is released.
    #[must_use = "the rest of the call has to be awaited"]
    pub fn give_up(self) -> (Result<Claimed, Rejection>, Late) {
        #[cfg(feature = "inbox")]
        if let ClaimStep::Stored {
            storing: Some(storing),
            call,
        } = self.0
        {
            let refused = Err(storing.fail(&StoreErrorKind::Timeout.into()));
            let late = async move {
                // Whether it is stored or not, the next copy finds out.
                let _known_later = call.await;
                None
            };
            return (refused, Late(Box::pin(late)));
        }
        let ClaimStep::Asked {
            checked: Some(checked),
            call,
        } = self.0
        else {
            return (Err(RejectionKind::StoreUnavailable.into()), Late::nothing());
        };
        let shared = checked.0.shared().clone();
        let claimed = checked.without_answer(&StoreErrorKind::Timeout.into());
        let late = async move {
            if let Ok(Claim::Acquired(lease)) = call.await
                && let Some(store) = &shared.store
                && let Err(error) = shared
                    .timed(StoreVerb::Release, store.release(&lease))
                    .await
            {
                let observer = &shared.observer;
                observer.release_failed(shared.provider.name(), &error);
            }
            None
        };
        (claimed, Late(Box::pin(late)))
    }
}

impl fmt::Debug for Claiming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claiming").finish_non_exhaustive()
    }
}

/// The rest of a store call that was given up. Await this future to its end in the background.
///
/// If it returns an [`Unsettled`], the commit failed and has to be retried.
#[must_use = "futures do nothing unless they are awaited"]
pub struct Late(pub(super) Call<Option<Unsettled>>);

impl Late {
    pub(super) fn nothing() -> Self {
        Self(Box::pin(std::future::ready(None)))
    }
}

impl Future for Late {
    type Output = Option<Unsettled>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Late").finish_non_exhaustive()
    }
}

const POLLED: &str = "polled after completion";
