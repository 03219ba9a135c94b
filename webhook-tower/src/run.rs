//! Body, claim, handler, settlement: what becomes of a delivery whose head was found good.

use std::future::Future;
use std::ops::ControlFlow::{self, Break, Continue};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Buf;
use http::{Request, Response, request};
use pin_project_lite::pin_project;
use tower_service::Service;
use webhook_core::{
    Checked, Claimed, Delivery, Disposition, Endpoint, Finished, Intake, Outcome, Pending, Permit,
    Rejection, RejectionKind,
};

use crate::answer::{Asked, refusal, response};
use crate::body::{RequestBody, ResponseBody};
use crate::deadline::Deadline;
use crate::guard::{Ended, Guarded};
use crate::store;
use crate::tracker::Tracker;
use crate::unverified::Held;

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
        deadline: Deadline,
        begun: bool,
        permit: Option<Permit>,
        step: Step<S, ResBody>,
        endpoint: Endpoint,
        tracker: Tracker,
        asked: Asked,
        held: Held,
    }
}

enum Step<S, ResBody>
where
    S: Service<Request<RequestBody>>,
{
    Reading,
    Verified(Option<Checked>),
    /// A store that does not answer at once is asked.
    Claiming(Boxed<Result<Claimed, Rejection>>),
    Handling,
    /// A store that does not answer at once is told. Gives what replaces the handler's answer.
    Settling(Boxed<(Option<Rejection>, Handled<S, ResBody>)>),
}

/// What comes after the body, or after the key it had to wait for.
pub(crate) enum Conclusion<ResBody> {
    /// It is genuine: poll the run for what becomes of it.
    Verified,
    /// A key has to be asked for.
    Pending(Pending),
    /// It ends with this.
    Answered(Response<ResponseBody<ResBody>>),
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
        tracker: Tracker,
        held: Held,
    ) -> Pin<Box<Self>> {
        Box::pin(Self {
            intake,
            tracker,
            held,
            asked: Asked::by(&head),
            handler: Guarded::new(Call::new(inner, head)),
            deadline: Deadline::new(turn(&endpoint)),
            begun: false,
            permit: None,
            step: Step::Reading,
            endpoint,
        })
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(crate) fn tracker(&self) -> &Tracker {
        &self.tracker
    }

    pub(crate) fn asked(&self) -> Asked {
        self.asked
    }

    /// Takes in a piece of the body.
    pub(crate) fn push(self: Pin<&mut Self>, data: impl Buf) -> Result<(), Rejection> {
        let this = self.project();
        if let Err(kind) = this.held.add(data.remaining()) {
            return Err(this
                .endpoint
                .reject(Rejection::new(kind).with_unread_body()));
        }
        this.intake.push_buf(data)
    }

    /// The body is complete.
    pub(crate) fn finish(mut self: Pin<&mut Self>) -> Conclusion<ResBody> {
        let finished = self.as_mut().project().intake.conclude();
        self.conclude(finished)
    }

    /// The body is complete, and so are the keys unless they are asked for.
    pub(crate) fn conclude(
        self: Pin<&mut Self>,
        finished: Result<Finished, Rejection>,
    ) -> Conclusion<ResBody> {
        let this = self.project();
        let asked = *this.asked;
        let rejection = match finished {
            Ok(Finished::Event(checked)) => {
                *this.held = Held::default();
                *this.step = Step::Verified(Some(checked));
                return Conclusion::Verified;
            }
            Ok(Finished::Pending(pending)) => return Conclusion::Pending(pending),
            Ok(Finished::Answer(answer)) => return Conclusion::Answered(response(answer, asked)),
            Ok(_) => RejectionKind::Unprocessable.into(),
            Err(rejection) => rejection,
        };
        Conclusion::Answered(refusal(rejection, asked))
    }

    /// Waits in a step, and takes it.
    fn advance(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Next<S, ResBody>> {
        let mut this = self.project();
        let (endpoint, tracker, asked) = (&*this.endpoint, &*this.tracker, *this.asked);
        let claimed = match this.step {
            Step::Reading => return Poll::Pending,
            Step::Verified(checked) => match checked.take().expect(DONE).claim_at_once() {
                Ok(claimed) => claimed,
                Err(checked) => {
                    let claim = store::claim(checked, endpoint.clone(), tracker.clone());
                    let claim = Box::pin(claim);
                    return Poll::Ready(Continue(Step::Claiming(claim)));
                }
            },
            Step::Claiming(claim) => ready!(claim.as_mut().poll(cx)),
            Step::Handling => {
                let limit = endpoint.limits().handler_timeout;
                let (deadline, begun) = (this.deadline, this.begun);
                let handled = ready!(poll_handler(this.handler, deadline, begun, limit, cx));
                let permit = this.permit.take().expect(DONE);
                return Poll::Ready(Self::handled(handled, permit, endpoint, tracker, asked));
            }
            Step::Settling(settle) => {
                let (replaced, handled) = ready!(settle.as_mut().poll(cx));
                let output = Self::settled(replaced, handled, endpoint, asked);
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
        tracker: &Tracker,
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
            Ok(settled) => {
                let replaced = store::conclude(settled, tracker);
                Break(Self::settled(replaced, handled, endpoint, asked))
            }
            Err(permit) => {
                let settle = store::settle(permit, outcome, endpoint.clone(), tracker.clone());
                let settle = async move { (settle.await, handled) };
                Continue(Step::Settling(Box::pin(settle)))
            }
        }
    }

    fn settled(
        replaced: Option<Rejection>,
        handled: Handled<S, ResBody>,
        endpoint: &Endpoint,
        asked: Asked,
    ) -> Output<S, ResBody> {
        if let Some(rejection) = replaced {
            return Ok(refusal(rejection, asked));
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

/// How long a verified delivery waits for the inner service to be ready. Half of the handler's
/// time: what begins has all of that time, and still ends well within the lease.
fn turn(endpoint: &Endpoint) -> Duration {
    endpoint.limits().handler_timeout / 2
}

/// Polls a handler within its time, which counts from its beginning.
fn poll_handler<S, ResBody>(
    mut handler: Pin<&mut Guarded<Call<S>>>,
    deadline: &mut Deadline,
    begun: &mut bool,
    limit: Duration,
    cx: &mut Context<'_>,
) -> Poll<Handled<S, ResBody>>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>>,
{
    // What waited too long for its turn must not begin, even if its turn comes now. Some services
    // wait in their call.
    if deadline.is_over() {
        return Poll::Ready(Err(handler.end(Ended::TimedOut)));
    }
    if let Poll::Ready(handled) = handler.as_mut().poll(cx) {
        return Poll::Ready(handled);
    }
    let call = handler.as_mut().get_pin_mut();
    if !*begun && call.is_some_and(Call::has_begun) {
        *begun = true;
        *deadline = Deadline::new(limit);
    }
    ready!(deadline.poll(cx));
    Poll::Ready(Err(handler.end(Ended::TimedOut)))
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

    /// Whether the inner service was ready for it.
    fn has_begun(self: Pin<&mut Self>) -> bool {
        matches!(self.project(), CallProjection::Called { .. })
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
