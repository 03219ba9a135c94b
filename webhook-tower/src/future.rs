use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response, request};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;
use webhook_core::{Begun, Rejection};
use webhook_runtime::tenants::TenantWait;
use webhook_runtime::{
    BodyIntake, BodyResult, DetachOnDrop, KeyWait, TrackedEndpoint, call_unguarded,
};

use crate::answer::{ResponseContext, refusal, response};
use crate::body::{RequestBody, ResponseBody};
use crate::call::ServiceCall;
use crate::layer::WebhookLayer;
use crate::run::{Output, Run};

pin_project! {
    /// Response future of [`Webhook`](crate::Webhook).
    ///
    /// When it is dropped early, a handler that has begun continues as a task.
    pub struct ResponseFuture<S, ReqBody, ResBody>
    where
        S: Service<Request<RequestBody>>,
    {
        #[pin]
        state: State<S, ReqBody, ResBody>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, ReqBody, ResBody>
    where
        S: Service<Request<RequestBody>>,
    {
        Answered { response: Option<Response<ResponseBody<ResBody>>> },
        Resolving { wait: TenantWait, request: Option<Box<Unresolved<S, ReqBody>>> },
        Reading {
            #[pin]
            body: ReqBody,
            run: Option<Pin<Box<Run<S, ResBody>>>>,
        },
        WaitingForKey { key: KeyWait, run: Option<Pin<Box<Run<S, ResBody>>>> },
        Passing { call: Pin<Box<dyn Future<Output = Output<S, ResBody>> + Send>> },
        Running { run: DetachOnDrop<Pin<Box<Run<S, ResBody>>>>, context: ResponseContext },
    }
}

/// A request whose tenant's secrets are not known yet. Nothing of its body is read.
struct Unresolved<S, ReqBody> {
    layer: WebhookLayer,
    inner: S,
    head: request::Parts,
    body: ReqBody,
}

const DONE: &str = "ResponseFuture polled after completion";

impl<S, ReqBody, ResBody> ResponseFuture<S, ReqBody, ResBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>> + Send + 'static,
    S::Future: Send,
    S::Error: Send + 'static,
    ResBody: Body<Data = Bytes, Error: Send> + Send + 'static,
{
    /// Reads the body if the head passed, and answers otherwise.
    pub(crate) fn begin(
        begun: Begun<BodyIntake>,
        inner: S,
        head: request::Parts,
        body: ReqBody,
    ) -> Self {
        Self {
            state: State::begun(begun, inner, head, body),
        }
    }

    /// Waits for the secrets of the tenant, and begins then.
    pub(crate) fn resolve(
        wait: TenantWait,
        layer: WebhookLayer,
        inner: S,
        head: request::Parts,
        body: ReqBody,
    ) -> Self {
        let request = Box::new(Unresolved {
            layer,
            inner,
            head,
            body,
        });
        Self {
            state: State::Resolving {
                wait,
                request: Some(request),
            },
        }
    }

    /// Calls the inner service with a request that is verified already.
    pub(crate) fn pass(inner: S, request: Request<RequestBody>) -> Self {
        let call = call_unguarded(ServiceCall::new(inner, request));
        let call = Box::pin(async { Ok(call.await?.map(ResponseBody::inner)) });
        Self {
            state: State::Passing { call },
        }
    }
}

impl<S, ReqBody, ResBody> Future for ResponseFuture<S, ReqBody, ResBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>> + Send + 'static,
    S::Future: Send,
    S::Error: Send + 'static,
    ReqBody: Body,
    ResBody: Body<Data = Bytes, Error: Send> + Send + 'static,
{
    type Output = Output<S, ResBody>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProjection::Answered { response } => {
                    return Poll::Ready(Ok(response.take().expect(DONE)));
                }
                StateProjection::Resolving { wait, request } => {
                    let found = ready!(Pin::new(wait).poll(cx));
                    State::resolved(found, *request.take().expect(DONE))
                }
                StateProjection::Reading { body, run } => {
                    let reading = run.as_mut().expect(DONE).as_mut();
                    let result = ready!(reading.poll_body(body, cx));
                    State::after_body(result, run.take().expect(DONE))
                }
                StateProjection::WaitingForKey { key, run } => {
                    let result = ready!(Pin::new(key).poll(cx));
                    State::after_body(result, run.take().expect(DONE))
                }
                StateProjection::Passing { call } => return call.as_mut().poll(cx),
                StateProjection::Running { run, context } => {
                    return Poll::Ready(match ready!(Pin::new(run).poll(cx)) {
                        Ok(output) => output,
                        Err(rejection) => Ok(refusal(rejection, *context)),
                    });
                }
            };
            state.set(next);
        }
    }
}

impl<S, ReqBody, ResBody> State<S, ReqBody, ResBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>> + Send + 'static,
    S::Future: Send,
    S::Error: Send + 'static,
    ResBody: Body<Data = Bytes, Error: Send> + Send + 'static,
{
    fn answered(response: Response<ResponseBody<ResBody>>) -> Self {
        Self::Answered {
            response: Some(response),
        }
    }

    fn begun(begun: Begun<BodyIntake>, inner: S, head: request::Parts, body: ReqBody) -> Self {
        let context = ResponseContext::of(&head);
        match begun {
            Begun::Read(intake) => Self::Reading {
                body,
                run: Some(Run::new(intake, inner, head)),
            },
            Begun::Answer(answer) => Self::answered(response(answer, context)),
            Begun::Refused(rejection) => Self::answered(refusal(rejection, context)),
        }
    }

    fn resolved(
        found: Result<TrackedEndpoint, Rejection>,
        request: Unresolved<S, ReqBody>,
    ) -> Self {
        let Unresolved {
            layer,
            inner,
            head,
            body,
        } = request;
        let begun = match found {
            Ok(endpoint) => layer.begin(&head, Some(&endpoint)),
            Err(rejection) => Begun::Refused(rejection),
        };
        Self::begun(begun, inner, head, body)
    }

    /// Runs what is verified, waits for a key, or answers.
    fn after_body(result: BodyResult, mut run: Pin<Box<Run<S, ResBody>>>) -> Self {
        let context = run.context();
        match result {
            BodyResult::Event { checked, running } => {
                run.as_mut().begin(checked);
                Self::Running {
                    run: DetachOnDrop::new(running, run),
                    context,
                }
            }
            BodyResult::Pending(key) => Self::WaitingForKey {
                key,
                run: Some(run),
            },
            BodyResult::Answer(answer) => Self::answered(response(answer, context)),
            BodyResult::Refused(rejection) => Self::answered(refusal(rejection, context)),
        }
    }
}

impl<S, ReqBody, ResBody> fmt::Debug for ResponseFuture<S, ReqBody, ResBody>
where
    S: Service<Request<RequestBody>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
