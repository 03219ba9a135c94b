use std::future::Future;
use std::ops::ControlFlow::{self, Break, Continue};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response, request};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;
use webhook_core::{Checked, Disposition, Permit};
use webhook_runtime::{
    BodyIntake, BodyResult, ClaimResult, HandlerFailure, HandlerResult, HandlerRun, SettleResult,
    StoreCall, TrackedEndpoint,
};

use crate::answer::{ResponseContext, refusal, response};
use crate::body::{RequestBody, ResponseBody};
use crate::call::ServiceCall;
use crate::remember::remember;

pub(crate) type Output<S, ResBody> = Result<Response<ResponseBody<ResBody>>, Error<S>>;

type Error<S> = <S as Service<Request<RequestBody>>>::Error;

pin_project! {
    /// One delivery: body, claim, handler, settlement. It is boxed once, as a whole, so that the
    /// connection's task can hand it to another task without a move.
    pub(crate) struct Run<S, ResBody>
    where
        S: Service<Request<RequestBody>>,
    {
        body: BodyIntake,
        #[pin]
        handler: HandlerRun<ServiceCall<S>>,
        permit: Option<Permit>,
        step: Step<S, ResBody>,
        context: ResponseContext,
    }
}

enum Step<S, ResBody>
where
    S: Service<Request<RequestBody>>,
{
    Reading,
    Verified(Option<Checked>),
    Claiming(Boxed<ClaimResult>),
    Handling,
    Remembering(Boxed<Remembered<ResBody>>),
    Settling(Boxed<SettleResult<Response<ResponseBody<ResBody>>, Error<S>>>),
}

/// The response, unless its body failed.
type Remembered<B> = (Result<Response<ResponseBody<B>>, HandlerFailure>, Permit);

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The next step, or the end.
type Next<S, ResBody> = ControlFlow<Output<S, ResBody>, Step<S, ResBody>>;

const DONE: &str = "ResponseFuture polled after completion";

impl<S, ResBody> Run<S, ResBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>, Error: Send + 'static>,
    ResBody: Body<Data = Bytes, Error: Send> + Send + 'static,
{
    pub(crate) fn new(body: BodyIntake, inner: S, head: request::Parts) -> Pin<Box<Self>> {
        Box::pin(Self {
            context: ResponseContext::of(&head),
            handler: HandlerRun::new(ServiceCall::without_body(inner, head), body.endpoint()),
            body,
            permit: None,
            step: Step::Reading,
        })
    }

    pub(crate) fn context(&self) -> ResponseContext {
        self.context
    }

    /// Reads the body to its end.
    pub(crate) fn poll_body<B: Body>(
        self: Pin<&mut Self>,
        mut body: Pin<&mut B>,
        cx: &mut Context<'_>,
    ) -> Poll<BodyResult> {
        self.project().body.poll(cx, |cx| {
            let frame = body.as_mut().poll_frame(cx);
            frame.map_ok(|frame| frame.into_data().ok())
        })
    }

    /// The delivery is verified: the run may be polled.
    pub(crate) fn begin(self: Pin<&mut Self>, checked: Checked) {
        *self.project().step = Step::Verified(Some(checked));
    }

    /// Waits for a step, and takes it.
    fn advance(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Next<S, ResBody>> {
        let mut this = self.project();
        let (endpoint, context) = (this.body.endpoint(), *this.context);
        Poll::Ready(match this.step {
            Step::Reading => return Poll::Pending,
            Step::Verified(checked) => match endpoint.claim(checked.take().expect(DONE)) {
                StoreCall::Answered(claimed) => {
                    Self::claimed(claimed, this.handler, this.permit, endpoint, context)
                }
                StoreCall::Waiting(claim) => Continue(Step::Claiming(Box::pin(claim))),
            },
            Step::Claiming(claim) => {
                let claimed = ready!(claim.as_mut().poll(cx));
                Self::claimed(claimed, this.handler, this.permit, endpoint, context)
            }
            Step::Handling => {
                let handled = ready!(this.handler.as_mut().poll(cx));
                let permit = this.permit.take().expect(DONE);
                let remembers = endpoint.remembers(&permit, &handled, describe);
                match handled {
                    HandlerResult::Response(response) if remembers => {
                        let remember = remember(response, permit, endpoint.clone());
                        Continue(Step::Remembering(Box::pin(remember)))
                    }
                    handled => {
                        let handled = handled.map(|response| response.map(ResponseBody::inner));
                        Self::settle(endpoint, permit, handled, context)
                    }
                }
            }
            Step::Remembering(remember) => {
                let (response, permit) = ready!(remember.as_mut().poll(cx));
                let handled = match response {
                    Ok(response) => HandlerResult::Response(response),
                    Err(failure) => HandlerResult::Failed(failure),
                };
                Self::settle(endpoint, permit, handled, context)
            }
            Step::Settling(settle) => Break(output(ready!(settle.as_mut().poll(cx)), context)),
        })
    }

    fn settle(
        endpoint: &TrackedEndpoint,
        permit: Permit,
        handled: HandlerResult<Response<ResponseBody<ResBody>>, Error<S>>,
        context: ResponseContext,
    ) -> Next<S, ResBody> {
        match endpoint.settle(permit, handled, describe) {
            StoreCall::Answered(settled) => Break(output(settled, context)),
            StoreCall::Waiting(settle) => Continue(Step::Settling(Box::pin(settle))),
        }
    }

    /// Gives the delivery to the handler, or answers.
    fn claimed(
        claimed: ClaimResult,
        mut handler: Pin<&mut HandlerRun<ServiceCall<S>>>,
        held: &mut Option<Permit>,
        endpoint: &TrackedEndpoint,
        context: ResponseContext,
    ) -> Next<S, ResBody> {
        match claimed {
            ClaimResult::Run(permit) => {
                handler.as_mut().hold(&permit, endpoint);
                if let Some(call) = handler.waiting() {
                    call.deliver(permit.delivery().clone());
                }
                *held = Some(permit);
                Continue(Step::Handling)
            }
            ClaimResult::Duplicate(answer) => Break(Ok(response(answer, context))),
            ClaimResult::Refused(rejection) => Break(Ok(refusal(rejection, context))),
        }
    }
}

impl<S, ResBody> Future for Run<S, ResBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>, Error: Send + 'static>,
    ResBody: Body<Data = Bytes, Error: Send> + Send + 'static,
{
    type Output = Output<S, ResBody>;

    /// Ends only after it has [begun](Run::begin).
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match ready!(self.as_mut().advance(cx)) {
                Continue(step) => *self.as_mut().project().step = step,
                Break(output) => return Poll::Ready(output),
            }
        }
    }
}

fn describe<B>(response: &Response<B>) -> (u16, Option<Disposition>) {
    let disposition = response.extensions().get().copied();
    (response.status().as_u16(), disposition)
}

fn output<B, E>(
    settled: SettleResult<Response<ResponseBody<B>>, E>,
    context: ResponseContext,
) -> Result<Response<ResponseBody<B>>, E> {
    match settled {
        SettleResult::Response(response) => Ok(response),
        SettleResult::Acknowledged {
            answer: acknowledged,
            ..
        } => Ok(response(acknowledged, context)),
        SettleResult::Error(error) => Err(error),
        SettleResult::Refused { rejection, .. } => Ok(refusal(rejection, context)),
    }
}
