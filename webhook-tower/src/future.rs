use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response, request};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;
use webhook_core::{Answer, Endpoint, Intake, Rejection, RejectionKind};

use crate::answer::{Asked, refusal, response};
use crate::body::{RequestBody, ResponseBody};
use crate::deadline::Deadline;
use crate::outliving::Outliving;
use crate::run::{Output, Run};
use crate::tracker::Tracker;

/// Frames taken in one go before others get their turn: a body that always has one more must not keep the thread.
const FRAMES_A_POLL: usize = 64;

pin_project! {
    /// Response future of [`Webhook`](crate::Webhook).
    ///
    /// Dropped before it is done, it leaves a handler that has begun running, as a task.
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
    #[allow(clippy::large_enum_variant, reason = "a box would be a heap allocation for every delivery")]
    enum State<S, ReqBody, ResBody>
    where
        S: Service<Request<RequestBody>>,
    {
        Refused { response: Option<Response<ResponseBody<ResBody>>> },
        Reading {
            #[pin]
            body: ReqBody,
            run: Option<Pin<Box<Run<S, ResBody>>>>,
            deadline: Deadline,
            tracker: Tracker,
        },
        Passing { run: Pin<Box<dyn Future<Output = Output<S, ResBody>> + Send>> },
        Running { run: Outliving<Pin<Box<Run<S, ResBody>>>>, asked: Asked },
    }
}

impl<S, ReqBody, ResBody> ResponseFuture<S, ReqBody, ResBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>> + Send + 'static,
    S::Future: Send,
    S::Error: Send + 'static,
    ResBody: Send + 'static,
{
    pub(crate) fn refuse(rejection: Rejection, parts: &request::Parts) -> Self {
        let response = Some(refusal(rejection, Asked::by(parts)));
        Self {
            state: State::Refused { response },
        }
    }

    pub(crate) fn answer(answer: Answer, parts: &request::Parts) -> Self {
        let response = Some(response(answer, Asked::by(parts)));
        Self {
            state: State::Refused { response },
        }
    }

    pub(crate) fn pass(inner: S, request: Request<RequestBody>) -> Self {
        let run = async { Ok(oneshot(inner, request).await?.map(ResponseBody::inner)) };
        Self {
            state: State::Passing { run: Box::pin(run) },
        }
    }

    pub(crate) fn read(
        body: ReqBody,
        intake: Intake,
        inner: S,
        parts: request::Parts,
        endpoint: Endpoint,
        tracker: Tracker,
    ) -> Self {
        let deadline = Deadline::new(endpoint.limits().body_timeout);
        Self {
            state: State::Reading {
                body,
                run: Some(Run::new(intake, inner, parts, endpoint)),
                deadline,
                tracker,
            },
        }
    }
}

impl<S, ReqBody, ResBody> Future for ResponseFuture<S, ReqBody, ResBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>> + Send + 'static,
    S::Future: Send,
    S::Error: Send + 'static,
    ReqBody: Body,
    ResBody: Send + 'static,
{
    type Output = Output<S, ResBody>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProjection::Refused { response } => {
                    let response = response
                        .take()
                        .expect("ResponseFuture polled after completion");
                    return Poll::Ready(Ok(response));
                }
                StateProjection::Passing { run } => return run.as_mut().poll(cx),
                StateProjection::Running { run, asked } => {
                    return Poll::Ready(match ready!(run.poll(cx)) {
                        Ok(output) => output,
                        Err(rejection) => Ok(refusal(rejection, *asked)),
                    });
                }
                StateProjection::Reading {
                    body,
                    run,
                    deadline,
                    tracker,
                } => {
                    let reading = run
                        .as_mut()
                        .expect("ResponseFuture polled after completion");
                    let read = ready!(read(body, reading.as_mut(), deadline, cx));
                    let run = run.take().expect("it was there just above");
                    go_on(read, run, tracker)
                }
            };
            state.set(next);
        }
    }
}

/// Takes in frames until the body ends. The end is when the body says so by `None`: hints are not believed.
fn read<S, ReqBody, ResBody>(
    mut body: Pin<&mut ReqBody>,
    mut run: Pin<&mut Run<S, ResBody>>,
    deadline: &mut Deadline,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Rejection>>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>, Error: Send + 'static>,
    ReqBody: Body,
    ResBody: Send + 'static,
{
    let refuse = |endpoint: &Endpoint, kind| {
        let rejection = Rejection::new(kind).with_unread_body();
        Poll::Ready(Err(endpoint.reject(rejection)))
    };
    for _ in 0..FRAMES_A_POLL {
        match body.as_mut().poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                // Trailers are nothing a signature covers, so they are dropped.
                if let Ok(data) = frame.into_data()
                    && let Err(rejection) = run.as_mut().push(data)
                {
                    return Poll::Ready(Err(rejection));
                }
            }
            Poll::Ready(Some(Err(_))) => return refuse(run.endpoint(), RejectionKind::BodyError),
            Poll::Ready(None) => return Poll::Ready(Ok(())),
            Poll::Pending => {
                ready!(deadline.poll(cx));
                return refuse(run.endpoint(), RejectionKind::BodyTimeout);
            }
        }
    }
    cx.waker().wake_by_ref();
    ready!(deadline.poll(cx));
    refuse(run.endpoint(), RejectionKind::BodyTimeout)
}

/// The body is read, or not to be read on.
fn go_on<S, ReqBody, ResBody>(
    read: Result<(), Rejection>,
    mut run: Pin<Box<Run<S, ResBody>>>,
    tracker: &Tracker,
) -> State<S, ReqBody, ResBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>> + Send + 'static,
    S::Future: Send,
    S::Error: Send + 'static,
    ResBody: Send + 'static,
{
    let asked = run.asked();
    let refused = |response| State::Refused {
        response: Some(response),
    };
    if let Err(rejection) = read {
        return refused(refusal(rejection, asked));
    }
    if let Some(response) = run.as_mut().finish() {
        return refused(response);
    }
    match tracker.start() {
        Ok(running) => State::Running {
            run: Outliving::new(running, run.endpoint().clone(), run),
            asked,
        },
        Err(kind) => refused(refusal(run.endpoint().reject(kind.into()), asked)),
    }
}

/// Readies the service and calls it.
async fn oneshot<S, R>(mut service: S, request: R) -> Result<S::Response, S::Error>
where
    S: Service<R>,
{
    poll_fn(|cx| service.poll_ready(cx)).await?;
    service.call(request).await
}

impl<S, ReqBody, ResBody> fmt::Debug for ResponseFuture<S, ReqBody, ResBody>
where
    S: Service<Request<RequestBody>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
