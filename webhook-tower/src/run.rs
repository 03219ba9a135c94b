//! Body, claim, handler, settlement: what becomes of a delivery whose head was found good.

use std::future::Future;
use std::ops::ControlFlow::{self, Break, Continue};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use http::{Request, Response, request};
use pin_project_lite::pin_project;
use tower_service::Service;
use webhook_core::{
    Checked, Claimed, Delivery, Disposition, Endpoint, Finished, Intake, Outcome, Permit,
    Rejection, RejectionKind, Settled, Unsettled,
};

use crate::answer::{Asked, refusal, response};
use crate::body::{RequestBody, ResponseBody};
use crate::guard::{Ended, Guarded};
use crate::resolve::resolve;

pub(crate) type Output<S, ResBody> = Result<Response<ResponseBody<ResBody>>, Error<S>>;

type Error<S> = <S as Service<Request<RequestBody>>>::Error;

/// What a handler left behind.
type Handled<S, ResBody> = Result<Result<Response<ResBody>, Error<S>>, Ended>;

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

pin_project! {
    /// One delivery on its way: body, claim, handler, settlement. It is boxed as a whole, once, so that it can be handed from the
    /// connection's task to one of its own while what is in it stays where it is.
    pub(crate) struct Run<S, ResBody>
    where
        S: Service<Request<RequestBody>>,
    {
        intake: Intake,
        #[pin]
        handler: Guarded<Call<S>>,
        permit: Option<Permit>,
        step: Step<S, ResBody>,
        endpoint: Endpoint,
        asked: Asked,
    }
}

enum Step<S, ResBody>
where
    S: Service<Request<RequestBody>>,
{
    Reading,
    Verified(Option<Checked>),
    /// A source of keys that are elsewhere is asked.
    Resolving(Boxed<Result<Finished, Rejection>>),
    /// A store that is elsewhere is asked.
    Claiming(Boxed<Result<Claimed, Rejection>>),
    Handling,
    /// A store that is elsewhere is told.
    Settling(Boxed<(Settled, Handled<S, ResBody>)>),
}

/// The next step, or the end.
type Next<S, ResBody> = ControlFlow<Output<S, ResBody>, Step<S, ResBody>>;

const DONE: &str = "ResponseFuture polled after completion";

impl<S, ResBody> Run<S, ResBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>, Error: Send + 'static>,
    ResBody: Send + 'static,
{
    pub(crate) fn new(
        intake: Intake,
        inner: S,
        head: request::Parts,
        endpoint: Endpoint,
    ) -> Pin<Box<Self>> {
        Box::pin(Self {
            intake,
            asked: Asked::by(&head),
            handler: Guarded::within(Call::new(inner, head), endpoint.limits().handler_timeout),
            permit: None,
            step: Step::Reading,
            endpoint,
        })
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(crate) fn asked(&self) -> Asked {
        self.asked
    }

    /// Takes in a piece of the body.
    pub(crate) fn push(self: Pin<&mut Self>, data: impl Buf) -> Result<(), Rejection> {
        self.project().intake.push_buf(data)
    }

    /// The body is complete. Unless there is an answer already, the handler may run: poll for what comes of it.
    pub(crate) fn finish(self: Pin<&mut Self>) -> Option<Response<ResponseBody<ResBody>>> {
        let this = self.project();
        match Self::finished(this.intake.conclude(), this.endpoint, *this.asked) {
            Continue(step) => {
                *this.step = step;
                None
            }
            Break(response) => Some(response),
        }
    }

    /// What comes after the body, or after the key it had to wait for.
    fn finished(
        finished: Result<Finished, Rejection>,
        endpoint: &Endpoint,
        asked: Asked,
    ) -> ControlFlow<Response<ResponseBody<ResBody>>, Step<S, ResBody>> {
        match finished {
            Ok(Finished::Event(checked)) => Continue(Step::Verified(Some(checked))),
            Ok(Finished::Answer(answer)) => Break(response(answer, asked)),
            Ok(Finished::Pending(pending)) => Continue(Step::Resolving(Box::pin(resolve(
                pending,
                endpoint.clone(),
            )))),
            Ok(_) => Break(refusal(RejectionKind::Unprocessable.into(), asked)),
            Err(rejection) => Break(refusal(rejection, asked)),
        }
    }

    /// Waits in a step, and takes it.
    fn advance(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Next<S, ResBody>> {
        let mut this = self.project();
        let (endpoint, asked) = (&*this.endpoint, *this.asked);
        let claimed = match this.step {
            Step::Reading => return Poll::Pending,
            Step::Verified(checked) => match checked.take().expect(DONE).claim_at_once() {
                Ok(claimed) => claimed,
                Err(checked) => {
                    let claim = Box::pin(checked.claim());
                    return Poll::Ready(Continue(Step::Claiming(claim)));
                }
            },
            Step::Resolving(resolve) => {
                let finished = ready!(resolve.as_mut().poll(cx));
                return Poll::Ready(match Self::finished(finished, endpoint, asked) {
                    Continue(step) => Continue(step),
                    Break(response) => Break(Ok(response)),
                });
            }
            Step::Claiming(claim) => ready!(claim.as_mut().poll(cx)),
            Step::Handling => {
                let handled = ready!(this.handler.poll(cx));
                let permit = this.permit.take().expect(DONE);
                return Poll::Ready(Self::handled(handled, permit, endpoint, asked));
            }
            Step::Settling(settle) => {
                let (settled, handled) = ready!(settle.as_mut().poll(cx));
                let output = Self::settled(settled, handled, endpoint, asked);
                return Poll::Ready(Break(output));
            }
        };
        Poll::Ready(match claimed {
            Ok(Claimed::Run(permit)) => {
                let delivery = permit.delivery().clone();
                if let Some(call) = this.handler.as_mut().get_pin_mut() {
                    call.deliver(delivery);
                }
                *this.permit = Some(permit);
                Continue(Step::Handling)
            }
            Ok(Claimed::Duplicate(answer)) => Break(Ok(response(answer, asked))),
            Ok(_) => Break(Ok(refusal(RejectionKind::StoreUnavailable.into(), asked))),
            Err(rejection) => Break(Ok(refusal(rejection, asked))),
        })
    }

    /// What comes after the handler: word to the store, and the end.
    fn handled(
        handled: Handled<S, ResBody>,
        permit: Permit,
        endpoint: &Endpoint,
        asked: Asked,
    ) -> Next<S, ResBody> {
        let outcome = match &handled {
            Ok(Ok(response)) => match response.extensions().get::<Disposition>() {
                Some(disposition) => Outcome::Decided(*disposition),
                None => Outcome::Status(response.status().as_u16()),
            },
            Ok(Err(_)) | Err(_) => Outcome::Failed,
        };
        match permit.settle_at_once(outcome) {
            Ok(settled) => Break(Self::settled(settled, handled, endpoint, asked)),
            Err(permit) => {
                let settle = async move { (permit.settle(outcome).await, handled) };
                Continue(Step::Settling(Box::pin(settle)))
            }
        }
    }

    fn settled(
        settled: Settled,
        handled: Handled<S, ResBody>,
        endpoint: &Endpoint,
        asked: Asked,
    ) -> Output<S, ResBody> {
        match settled {
            Settled::Replace(rejection) => return Ok(refusal(rejection, asked)),
            Settled::Later(unsettled) => {
                tokio::spawn(keep_trying(unsettled));
            }
            _ => {}
        }
        match handled {
            Ok(Ok(response)) => Ok(response.map(ResponseBody::inner)),
            Ok(Err(error)) => Err(error),
            Err(ended) => {
                let rejection = Rejection::new(ended.into());
                Ok(refusal(endpoint.reject(rejection), asked))
            }
        }
    }
}

impl<S, ResBody> Future for Run<S, ResBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>, Error: Send + 'static>,
    ResBody: Send + 'static,
{
    type Output = Output<S, ResBody>;

    /// Comes to its end once the body is [finished](Run::finish).
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match ready!(self.as_mut().advance(cx)) {
                Continue(step) => *self.as_mut().project().step = step,
                Break(output) => return Poll::Ready(output),
            }
        }
    }
}

pin_project! {
    /// A call of the inner service, once that is ready for it.
    #[project = CallProjection]
    enum Call<S>
    where
        S: Service<Request<RequestBody>>,
    {
        Waiting { inner: S, request: Option<Request<RequestBody>> },
        Called { #[pin] future: S::Future },
    }
}

impl<S> Call<S>
where
    S: Service<Request<RequestBody>>,
{
    fn new(inner: S, head: request::Parts) -> Self {
        Self::Waiting {
            inner,
            request: Some(Request::from_parts(head, RequestBody::default())),
        }
    }

    /// Puts into the request what was verified.
    fn deliver(self: Pin<&mut Self>, delivery: Delivery) {
        if let CallProjection::Waiting {
            request: Some(request),
            ..
        } = self.project()
        {
            *request.body_mut() = RequestBody::new(delivery.raw().clone());
            request.extensions_mut().insert(delivery);
        }
    }
}

impl<S> Future for Call<S>
where
    S: Service<Request<RequestBody>>,
{
    type Output = Result<S::Response, S::Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match self.as_mut().project() {
                CallProjection::Waiting { inner, request } => {
                    ready!(inner.poll_ready(cx))?;
                    let future = inner.call(request.take().expect(DONE));
                    self.set(Self::Called { future });
                }
                CallProjection::Called { future } => return future.poll(cx),
            }
        }
    }
}

async fn keep_trying(mut unsettled: Unsettled) {
    while let Some(wait) = unsettled.wait() {
        tokio::time::sleep(wait).await;
        if unsettled.retry().await {
            return;
        }
    }
}
