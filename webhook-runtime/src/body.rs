use std::fmt;
use std::task::{Context, Poll};

use bytes::Buf;
use webhook_core::{Intake, Rejection, RejectionKind};

use crate::body_result::BodyResult;
use crate::deadline::Deadline;
use crate::policy::CHUNKS_PER_POLL;
use crate::tracked_endpoint::TrackedEndpoint;
use crate::unverified::UnverifiedBytes;

/// The body of a request whose head was accepted.
#[must_use]
pub struct BodyIntake {
    /// `None` once the body was read to its end.
    intake: Option<Intake>,
    deadline: Deadline,
    unverified: UnverifiedBytes,
    endpoint: TrackedEndpoint,
}

impl BodyIntake {
    pub(crate) fn new(
        intake: Intake,
        endpoint: TrackedEndpoint,
        unverified: UnverifiedBytes,
    ) -> Self {
        Self {
            intake: Some(intake),
            deadline: Deadline::default(),
            unverified,
            endpoint,
        }
    }

    /// The endpoint that it was begun with.
    #[must_use]
    pub fn endpoint(&self) -> &TrackedEndpoint {
        &self.endpoint
    }

    /// Says the template of the route, such as `/webhooks/{tenant}`, for an inbox.
    #[cfg(feature = "inbox")]
    pub fn set_route(&mut self, template: &str) {
        if let Some(intake) = &mut self.intake {
            intake.set_route(template);
        }
    }

    /// Reads the body to its end, and verifies it.
    ///
    /// `next` polls the framework's body for its next chunk. It gives `Some(Ok(None))` for what is
    /// no data, such as trailers: no signature covers those, so they are dropped. Only `None` ends
    /// the body, since hints about its length are not reliable.
    ///
    /// Polled again after it was ready, it refuses the delivery.
    pub fn poll<D: Buf, E>(
        &mut self,
        cx: &mut Context<'_>,
        next: impl FnMut(&mut Context<'_>) -> Poll<Option<Result<Option<D>, E>>>,
    ) -> Poll<BodyResult> {
        let Poll::Ready(read) = self.poll_read(cx, next) else {
            self.unverified.show(self.endpoint.endpoint());
            return Poll::Pending;
        };
        let finished = match (read, self.intake.take()) {
            (Ok(()), Some(intake)) => intake.finish(),
            (Ok(()), None) => Err(self.refuse(RejectionKind::BodyError)),
            (Err(rejection), _) => Err(rejection),
        };
        let unverified = std::mem::take(&mut self.unverified);
        Poll::Ready(BodyResult::new(finished, &self.endpoint, unverified))
    }

    fn poll_read<D: Buf, E>(
        &mut self,
        cx: &mut Context<'_>,
        mut next: impl FnMut(&mut Context<'_>) -> Poll<Option<Result<Option<D>, E>>>,
    ) -> Poll<Result<(), Rejection>> {
        for _ in 0..CHUNKS_PER_POLL {
            let chunk = match next(cx) {
                Poll::Ready(Some(Ok(Some(chunk)))) => chunk,
                Poll::Ready(Some(Ok(None))) => continue,
                Poll::Ready(Some(Err(_))) => {
                    return Poll::Ready(Err(self.refuse(RejectionKind::BodyError)));
                }
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Pending => return self.poll_deadline(cx).map(Err),
            };
            if let Err(rejection) = self.push(chunk) {
                return Poll::Ready(Err(rejection));
            }
        }
        cx.waker().wake_by_ref();
        self.poll_deadline(cx).map(Err)
    }

    fn push(&mut self, chunk: impl Buf) -> Result<(), Rejection> {
        if let Err(kind) = self.unverified.add(chunk.remaining()) {
            return Err(self.refuse(kind));
        }
        match &mut self.intake {
            Some(intake) => intake.push_buf(chunk),
            None => Err(self.refuse(RejectionKind::BodyError)),
        }
    }

    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<Rejection> {
        let limit = self.endpoint.endpoint().limits().body_timeout;
        let over = self.deadline.poll(limit, cx);
        over.map(|()| self.refuse(RejectionKind::BodyTimeout))
    }

    fn refuse(&mut self, kind: RejectionKind) -> Rejection {
        let rejection = Rejection::new(kind).with_unread_body();
        match &mut self.intake {
            Some(intake) => intake.reject(rejection),
            // Polled once more than it should be: the request has an outcome already.
            None => self.endpoint.endpoint().reject(rejection),
        }
    }
}

impl fmt::Debug for BodyIntake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyIntake")
            .field("intake", &self.intake)
            .finish_non_exhaustive()
    }
}
