use std::future::poll_fn;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use tokio::time::timeout;
use webhook_core::replay::MAX_ANSWER;
use webhook_core::{Disposition, Permit};

use crate::handler::{HandlerFailure, HandlerResult};
use crate::settle::outcome;
use crate::tracked_endpoint::TrackedEndpoint;

/// The body of a handler's response, read for copies of the delivery.
#[derive(Debug)]
#[must_use]
#[allow(
    clippy::exhaustive_enums,
    reason = "an adapter has to send each of them"
)]
pub enum AnswerBody {
    /// All of it.
    Whole(Bytes),
    /// The beginning of a body that is too long to be remembered. Send this, then the rest.
    Beginning(Bytes),
}

impl TrackedEndpoint {
    /// Whether a response is to be remembered, so that its body has to be
    /// [read](Self::read_answer).
    pub fn remembers<R, E>(
        &self,
        permit: &Permit,
        handled: &HandlerResult<R, E>,
        describe: fn(&R) -> (u16, Option<Disposition>),
    ) -> bool {
        matches!(handled, HandlerResult::Response(_))
            && permit.remembers(outcome(handled, describe))
    }

    /// Reads the body of a response that is to be remembered. The body is then a part of the
    /// handler's work: it has the handler's time.
    ///
    /// `next` polls the framework's body for its next chunk, as in
    /// [`BodyIntake::poll`](crate::BodyIntake::poll). Trailers are dropped.
    ///
    /// # Errors
    ///
    /// The body fails or takes too long. Nothing of the response was sent, so the handler counts as
    /// failed.
    pub async fn read_answer<D: Buf, E>(
        &self,
        mut next: impl FnMut(&mut Context<'_>) -> Poll<Option<Result<Option<D>, E>>>,
    ) -> Result<AnswerBody, HandlerFailure> {
        let mut read = BytesMut::new();
        let reading = async {
            while let Some(chunk) = poll_fn(&mut next).await {
                let chunk = chunk.map_err(|_| HandlerFailure::BodyFailed)?;
                if let Some(mut chunk) = chunk {
                    let len = chunk.remaining();
                    read.extend_from_slice(&chunk.copy_to_bytes(len));
                }
                if read.len() > MAX_ANSWER {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        let limit = self.endpoint().limits().handler_timeout;
        let is_whole = timeout(limit, reading).await;
        let is_whole = is_whole.unwrap_or(Err(HandlerFailure::TimedOut))?;
        Ok(match is_whole {
            true => AnswerBody::Whole(read.freeze()),
            false => AnswerBody::Beginning(read.freeze()),
        })
    }
}
