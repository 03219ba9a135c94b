//! The way of a delivery behind its head: body, claim, handler, settlement.

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::EitherBody;
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage as _};
use futures_util::{Stream as _, stream};
use webhook_core::{
    Checked, Claimed, Delivery, Disposition, Endpoint, Finished, Intake, Outcome, Rejection,
    RejectionKind,
};
use webhook_tower::adapter::{
    Deadline, Ended as Stopped, Guarded, Held, Tracker, claim, conclude, resolve, settle,
};

use crate::answer::{Refused, respond};
use crate::outliving::Outliving;

/// Chunks taken in one go before others get their turn: a body that always has one more must not keep the worker.
const CHUNKS_A_POLL: usize = 64;

type Resolving = Pin<Box<dyn Future<Output = Result<Finished, Rejection>>>>;

type Output<B> = Result<ServiceResponse<EitherBody<B>>, Error>;

/// Takes in the body, and then runs what must not end with the request. Written out, because an `async` block would hold the
/// intake twice.
pub(crate) struct Receive<S, B: 'static> {
    /// Until its run begins.
    request: Option<ServiceRequest>,
    payload: Payload,
    intake: Intake,
    deadline: Deadline,
    inner: Rc<S>,
    endpoint: Endpoint,
    tracker: Tracker,
    held: Held,
    /// While a key that is elsewhere is asked for.
    resolving: Option<Resolving>,
    run: Option<Outliving<Output<B>>>,
}

impl<S, B> Receive<S, B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
{
    pub(crate) fn new(
        mut request: ServiceRequest,
        intake: Intake,
        inner: Rc<S>,
        endpoint: Endpoint,
        tracker: Tracker,
        held: Held,
    ) -> Self {
        Self {
            payload: request.take_payload(),
            request: Some(request),
            intake,
            deadline: Deadline::new(endpoint.limits().body_timeout),
            inner,
            endpoint,
            tracker,
            held,
            resolving: None,
            run: None,
        }
    }

    /// The body is read, or not to be read on: begins the run, or answers.
    fn go_on(&mut self, finished: Result<Finished, Rejection>) -> Option<Output<B>> {
        let request = self.request.take().expect("polled after completion");
        let refuse = |request: ServiceRequest, rejection| {
            let response = request.error_response(Refused::from(rejection));
            Some(Ok(response.map_into_right_body()))
        };
        let checked = match finished {
            Ok(Finished::Event(checked)) => checked,
            Ok(Finished::Answer(answer)) => {
                let response = request.into_response(respond(answer));
                return Some(Ok(response.map_into_right_body()));
            }
            Ok(Finished::Pending(pending)) => {
                let endpoint = self.endpoint.clone();
                self.resolving = Some(Box::pin(resolve(pending, endpoint)));
                self.request = Some(request);
                return None;
            }
            Ok(_) => return refuse(request, RejectionKind::Unprocessable.into()),
            Err(rejection) => return refuse(request, rejection),
        };
        self.held = Held::default();
        let (endpoint, tracker) = (self.endpoint.clone(), self.tracker.clone());
        match self.tracker.start() {
            Ok(running) => {
                let inner = Rc::clone(&self.inner);
                let run = handle(checked, inner, request, endpoint.clone(), tracker);
                self.run = Some(Outliving::new(running, endpoint, run));
                None
            }
            Err(kind) => refuse(request, endpoint.reject(kind.into())),
        }
    }
}

impl<S, B> Future for Receive<S, B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
{
    type Output = Output<B>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        while this.run.is_none() {
            let finished = match &mut this.resolving {
                Some(resolving) => ready!(resolving.as_mut().poll(cx)),
                None => ready!(read(this, cx)).and_then(|()| this.intake.conclude()),
            };
            if let Some(output) = this.go_on(finished) {
                return Poll::Ready(output);
            }
        }
        let run = this.run.as_mut().expect("begun just above");
        Poll::Ready(match ready!(Pin::new(run).poll(cx)) {
            Ok(output) => output,
            // The request went down with it, so the answer goes up as an error.
            Err(rejection) => Err(Refused::from(rejection).into()),
        })
    }
}

/// Nothing in it is pinned where it lies.
impl<S, B> Unpin for Receive<S, B> {}

/// Takes in chunks until the body ends.
fn read<S, B>(reading: &mut Receive<S, B>, cx: &mut Context<'_>) -> Poll<Result<(), Rejection>> {
    let Receive {
        payload,
        intake,
        deadline,
        endpoint,
        held,
        ..
    } = reading;
    let refuse = |kind| {
        let rejection = Rejection::new(kind).with_unread_body();
        Poll::Ready(Err(endpoint.reject(rejection)))
    };
    for _ in 0..CHUNKS_A_POLL {
        match Pin::new(&mut *payload).poll_next(cx) {
            Poll::Ready(Some(Ok(chunk))) => {
                if let Err(kind) = held.add(chunk.len()) {
                    return refuse(kind);
                }
                if let Err(rejection) = intake.push(chunk) {
                    return Poll::Ready(Err(rejection));
                }
            }
            Poll::Ready(Some(Err(_))) => return refuse(RejectionKind::BodyError),
            Poll::Ready(None) => return Poll::Ready(Ok(())),
            Poll::Pending => {
                ready!(deadline.poll(cx));
                return refuse(RejectionKind::BodyTimeout);
            }
        }
    }
    cx.waker().wake_by_ref();
    ready!(deadline.poll(cx));
    refuse(RejectionKind::BodyTimeout)
}

/// Claim, handler, settlement: from the first store call to the last.
async fn handle<S, B>(
    checked: Checked,
    inner: Rc<S>,
    mut request: ServiceRequest,
    endpoint: Endpoint,
    tracker: Tracker,
) -> Output<B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    // What waits is boxed, so that this future is small where nothing does.
    let claimed = match checked.claim_at_once() {
        Ok(claimed) => claimed,
        Err(checked) => Box::pin(claim(checked, endpoint.clone(), tracker.clone())).await,
    };
    let refused = match claimed {
        Ok(Claimed::Run(permit)) => {
            let delivery = permit.delivery().clone();
            request.set_payload(replay(&delivery));
            request.extensions_mut().insert(delivery);
            let handled = call(inner, request, endpoint.limits().handler_timeout).await;
            let outcome = match &handled {
                Ok(Ok(response)) => outcome(response),
                Ok(Err(_)) | Err(_) => Outcome::Failed,
            };
            let replaced = match permit.settle_at_once(outcome) {
                Ok(settled) => conclude(settled, &tracker),
                Err(permit) => Box::pin(settle(permit, outcome, endpoint.clone(), tracker)).await,
            };
            if let Some(rejection) = replaced {
                let refused = Refused::from(rejection);
                return match handled {
                    Ok(Ok(response)) => Ok(response.error_response(refused).map_into_right_body()),
                    Ok(Err(_)) | Err(_) => Err(refused.into()),
                };
            }
            return match handled {
                Ok(Ok(response)) => Ok(response.map_into_left_body()),
                Ok(Err(error)) => Err(error),
                Err(ended) => Err(refusal(&endpoint, ended.into())),
            };
        }
        Ok(Claimed::Duplicate(answer)) => {
            return Ok(request.into_response(respond(answer)).map_into_right_body());
        }
        Ok(_) => RejectionKind::StoreUnavailable.into(),
        Err(rejection) => rejection,
    };
    let response = request.error_response(Refused::from(refused));
    Ok(response.map_into_right_body())
}

/// Calls the inner service. It may take half of the time to be ready, so that what begins has all
/// of it, and still ends well within the lease.
async fn call<S, B>(
    inner: Rc<S>,
    request: ServiceRequest,
    timeout: Duration,
) -> Result<Result<ServiceResponse<B>, Error>, Stopped>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    let ready = poll_fn(|cx| inner.poll_ready(cx));
    if let Err(error) = Guarded::within(ready, timeout / 2).await? {
        return Ok(Err(error));
    }
    Guarded::within(async { inner.call(request).await }, timeout).await
}

fn outcome<B>(response: &ServiceResponse<B>) -> Outcome {
    let response = response.response();
    match response.extensions().get::<Disposition>() {
        Some(disposition) => Outcome::Decided(*disposition),
        None => Outcome::Status(response.status().as_u16()),
    }
}

fn refusal(endpoint: &Endpoint, kind: RejectionKind) -> Error {
    Refused::from(endpoint.reject(kind.into())).into()
}

/// The very bytes that were verified, as a payload to extract from.
pub(crate) fn replay(delivery: &Delivery) -> Payload {
    let bytes = delivery.raw().clone();
    if bytes.is_empty() {
        return Payload::None;
    }
    Payload::Stream {
        payload: Box::pin(stream::iter([Ok(bytes)])),
    }
}

/// Readies the service and calls it.
pub(crate) async fn oneshot<S, B>(
    service: Rc<S>,
    request: ServiceRequest,
) -> Result<ServiceResponse<B>, Error>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    poll_fn(|cx| service.poll_ready(cx)).await?;
    service.call(request).await
}
