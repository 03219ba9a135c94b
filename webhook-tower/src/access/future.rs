use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use pin_project_lite::pin_project;
use tracing::field::display;
use webhook_core::adapter::{LogLimit, excerpt};
use webhook_core::{Rejection, RejectionClass};

/// Who has sent a request, and where to.
pub(super) struct Sender {
    pub(super) address: Option<IpAddr>,
    pub(super) path: Box<str>,
}

impl Sender {
    /// A layer inside leaves its rejection in the response.
    fn report(&self, rejection: Option<&Rejection>) {
        static LINE: LogLimit = LogLimit::new();
        let is_forged = |it: &&Rejection| it.kind().class() == RejectionClass::Unverified;
        let forged = rejection.filter(is_forged);
        if let Some(rejection) = forged
            && let Some(suppressed) = LINE.pass()
        {
            let (ip, reason) = (self.address.map(display), rejection.kind().as_str());
            // The sender has chosen the path.
            let path = excerpt(&self.path);
            tracing::warn!(target: "webhook", ip, %path, reason, suppressed, "not verified");
        }
    }
}

pin_project! {
    /// Response future of [`Access`](super::Access).
    pub struct AccessFuture<F, B> {
        #[pin]
        state: State<F, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, B> {
        Passed { #[pin] call: F, sender: Option<Sender> },
        Refused { response: Option<Response<B>> },
    }
}

impl<F, B> AccessFuture<F, B> {
    pub(super) const fn passed(call: F, sender: Option<Sender>) -> Self {
        Self {
            state: State::Passed { call, sender },
        }
    }

    pub(super) const fn refused(response: Response<B>) -> Self {
        Self {
            state: State::Refused {
                response: Some(response),
            },
        }
    }
}

impl<F, B, E> Future for AccessFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        match self.project().state.project() {
            StateProjection::Passed { call, sender } => {
                let answered = ready!(call.poll(cx));
                if let (Some(sender), Ok(response)) = (sender, &answered) {
                    sender.report(response.extensions().get());
                }
                Poll::Ready(answered)
            }
            StateProjection::Refused { response } => {
                let response = response
                    .take()
                    .expect("AccessFuture polled after completion");
                Poll::Ready(Ok(response))
            }
        }
    }
}

impl<F, B> fmt::Debug for AccessFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessFuture").finish_non_exhaustive()
    }
}
