use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage as _};
use futures_util::Stream as _;
use futures_util::future::LocalBoxFuture;
use webhook_runtime::{BodyIntake, BodyResult, DetachOnDrop, DetachedRun, KeyWait};

use crate::answer::{Refused, respond};
use crate::handle::{Output, handle};

/// Reads the body, and then runs what must not end with the request. Written by hand: an `async`
/// block would hold the body's intake twice.
pub(crate) struct Receive<S, B: 'static> {
    /// Until its run begins.
    request: Option<ServiceRequest>,
    payload: Payload,
    body: BodyIntake,
    inner: Rc<S>,
    key: Option<KeyWait>,
    run: Option<Run<B>>,
}

type Run<B> = DetachOnDrop<LocalBoxFuture<'static, Output<B>>>;

impl<S, B> Receive<S, B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody,
{
    pub(crate) fn new(mut request: ServiceRequest, body: BodyIntake, inner: Rc<S>) -> Self {
        Self {
            payload: request.take_payload(),
            request: Some(request),
            body,
            inner,
            key: None,
            run: None,
        }
    }

    /// Reads the body, or waits for its key.
    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<BodyResult> {
        if let Some(key) = &mut self.key {
            return Pin::new(key).poll(cx);
        }
        let mut payload = Pin::new(&mut self.payload);
        let next = |cx: &mut Context<'_>| payload.as_mut().poll_next(cx).map_ok(Some);
        self.body.poll(cx, next)
    }

    /// Runs what is verified, waits for a key, or answers.
    fn after_body(&mut self, result: BodyResult) -> Option<Output<B>> {
        let request = self.request.take().expect("polled after completion");
        let response = match result {
            BodyResult::Event { checked, running } => {
                let (endpoint, inner) = (self.body.endpoint().clone(), Rc::clone(&self.inner));
                let run = Box::pin(handle(checked, endpoint, inner, request));
                self.run = Some(DetachOnDrop::with_spawner(running, run, spawn_local));
                return None;
            }
            BodyResult::Pending(key) => {
                self.key = Some(key);
                self.request = Some(request);
                return None;
            }
            BodyResult::Answer(answer) => request.into_response(respond(answer)),
            BodyResult::Refused(rejection) => request.error_response(Refused::from(rejection)),
        };
        Some(Ok(response.map_into_right_body()))
    }
}

impl<S, B> Future for Receive<S, B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody,
{
    type Output = Output<B>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            if let Some(run) = &mut this.run {
                let output = ready!(Pin::new(run).poll(cx));
                // The run took the request, so the answer is an error.
                return Poll::Ready(
                    output.unwrap_or_else(|rejection| Err(Refused::from(rejection).into())),
                );
            }
            let result = ready!(this.poll_body(cx));
            if let Some(output) = this.after_body(result) {
                return Poll::Ready(output);
            }
        }
    }
}

/// Nothing in it is pinned in place.
impl<S, B> Unpin for Receive<S, B> {}

/// Spawns on the worker of the request. Panics if the worker is gone.
fn spawn_local<T: 'static>(rest: DetachedRun<LocalBoxFuture<'static, T>>) {
    actix_web::rt::spawn(rest);
}
