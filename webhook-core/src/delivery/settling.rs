//! A settlement that waits for the store.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::ready;
use std::task::{Context, Poll};

use crate::answer::{Answer, Rejection};
use crate::delivery::claiming::Call;
use crate::delivery::permit::{Ending, Told};
use crate::delivery::{Late, Permit, Unsettled};
use crate::error::StoreErrorKind;

/// A settlement in progress: a future of [`Settled`].
///
/// Like [`Claiming`](crate::Claiming), do not drop this future before it is ready. To stop waiting,
/// [give it up](Self::give_up).
#[must_use = "futures do nothing unless they are awaited"]
pub struct Settling(pub(super) SettleStep);

pub(super) enum SettleStep {
    Known(Option<Settled>),
    Told {
        ending: Ending,
        /// Whether a commit that fails can be repeated.
        is_retryable: bool,
        permit: Option<Permit>,
        call: Call<Told>,
    },
}

impl Future for Settling {
    type Output = Settled;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Settled> {
        Poll::Ready(match &mut self.0 {
            SettleStep::Known(settled) => settled.take().expect(POLLED),
            SettleStep::Told { permit, call, .. } => {
                let told = ready!(call.as_mut().poll(cx));
                permit.take().expect(POLLED).told(told)
            }
        })
    }
}

impl Settling {
    /// Stops waiting. Returns what to answer, and the rest of the call, which still counts if it
    /// succeeds late.
    ///
    /// The handler's answer is sent, since its effects have happened. If they are part of the
    /// store's transaction, they may not have happened, and the answer is a rejection.
    #[must_use = "the rest of the call has to be awaited"]
    pub fn give_up(self) -> (Settled, Late) {
        let SettleStep::Told {
            ending,
            is_retryable,
            permit: Some(mut permit),
            call,
        } = self.0
        else {
            return (Settled::Pass, Late::nothing());
        };
        permit.failed(ending, &StoreErrorKind::Timeout.into());
        let is_acknowledged = matches!(ending, Ending::Commit | Ending::GiveUp);
        let is_lost = is_acknowledged && permit.has_lost_its_claim();
        let is_retryable = is_retryable && !is_lost;
        let settled = match ending {
            _ if is_lost => Settled::Replace(permit.lost()),
            Ending::Commit if !is_retryable => Settled::Replace(permit.unrecorded()),
            _ => {
                permit.handled();
                Settled::Pass
            }
        };
        let shared = permit.delivery.shared().clone();
        let late = async move {
            match call.await {
                Told::Committed(Err(_), lease, answer) if is_retryable => {
                    Some(Unsettled::new(shared, lease, answer))
                }
                _ => None,
            }
        };
        (settled, Late(Box::pin(late)))
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
    /// Send this rejection instead: another claim took over while the handler ran, or the handler's
    /// transaction was not committed.
    Replace(Rejection),
    /// Send this answer instead: the handler has failed too often, and the event is dead.
    Acknowledge(Answer),
    /// Send the handler's answer, since its effects have happened, and retry the commit in the
    /// background.
    Later(Unsettled),
}

const POLLED: &str = "polled after completion";
