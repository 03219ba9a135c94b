//! A settlement that waits for the store.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::ready;
use std::task::{Context, Poll};

use crate::answer::Rejection;
use crate::delivery::claiming::Call;
use crate::delivery::{Late, Permit, Unsettled};
use crate::error::{StoreError, StoreErrorKind};
use crate::replay::{Commit, Lease};

/// A settlement in progress: a future of [`Settled`].
///
/// Like [`Claiming`](crate::Claiming), do not drop this future before it is ready. To stop waiting,
/// [give it up](Self::give_up).
#[must_use = "futures do nothing unless they are awaited"]
pub struct Settling(pub(super) SettleStep);

pub(super) enum SettleStep {
    Known(Option<Settled>),
    Told {
        commits: bool,
        permit: Option<Permit>,
        call: Call<Told>,
    },
}

/// The lease, and the store's answer. A release has no answer that matters.
pub(super) type Told = (Lease, Result<Option<Commit>, StoreError>);

impl Future for Settling {
    type Output = Settled;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Settled> {
        Poll::Ready(match &mut self.0 {
            SettleStep::Known(settled) => settled.take().expect(POLLED),
            SettleStep::Told {
                commits,
                permit,
                call,
            } => {
                let (lease, told) = ready!(call.as_mut().poll(cx));
                permit.take().expect(POLLED).told(*commits, lease, told)
            }
        })
    }
}

impl Settling {
    /// Stops waiting. Send the handler's answer, since its effects have happened. The rest of the
    /// call still counts if it succeeds late.
    pub fn give_up(self) -> Late {
        let SettleStep::Told {
            commits,
            permit: Some(permit),
            call,
        } = self.0
        else {
            return Late::nothing();
        };
        permit.failed(commits, &StoreErrorKind::Timeout.into());
        let shared = permit.delivery.shared().clone();
        Late(Box::pin(async move {
            let (lease, told) = call.await;
            (commits && told.is_err()).then(|| Unsettled::new(shared, lease))
        }))
    }
}

impl fmt::Debug for Settling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settling").finish_non_exhaustive()
    }
}

/// The result of settling a [`Permit`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Settled {
    /// Send the handler's answer.
    Pass,
    /// Send this rejection instead: another claim took over while the handler ran.
    Replace(Rejection),
    /// Send the handler's answer, since its effects have happened, and retry the commit in the
    /// background.
    Later(Unsettled),
}

const POLLED: &str = "polled after completion";
