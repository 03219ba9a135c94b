use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response, request};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;
use webhook_core::{Answer, Endpoint, Finished, Intake, Rejection, RejectionKind};

use crate::answer::{Asked, refusal, response};
use crate::body::{RequestBody, ResponseBody};
use crate::deadline::Deadline;
use crate::outliving::Outliving;
use crate::resolve::resolve;
use crate::run::{Conclusion, Output, Run};
use crate::tracker::Tracker;
use crate::unverified::Held;

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
        },
        // Nothing is verified yet, so this ends with the request, and holds no place of what runs.
        Resolving {
            resolve: Pin<Box<dyn Future<Output = Result<Finished, Rejection>> + Send>>,
            run: Option<Pin<Box<Run<S, ResBody>>>>,
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
        Self {
            state: State::refused(refusal(rejection, Asked::by(parts))),
        }
    }

    pub(crate) fn answer(answer: Answer, parts: &request::Parts) -> Self {
        Self {
            state: State::refused(response(answer, Asked::by(parts))),
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
        held: Held,
    ) -> Self {
        let deadline = Deadline::new(endpoint.limits().body_timeout);
        Self {
            state: State::Reading {
                body,
                run: Some(Run::new(intake, inner, parts, endpoint, tracker, held)),
                deadline,
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
                    return Poll::Ready(Ok(response.take().expect(DONE)));
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
                } => {
                    let reading = run.as_mut().expect(DONE);
                    let read = ready!(read(body, reading.as_mut(), deadline, cx));
                    let mut run = run.take().expect(DONE);
                    match read {
                        Ok(()) => {
                            let conclusion = run.as_mut().finish();
                            go_on(conclusion, run)
                        }
                        Err(rejection) => State::refused(refusal(rejection, run.asked())),
                    }
                }
                StateProjection::Resolving { resolve, run } => {
                    let finished = ready!(resolve.as_mut().poll(cx));
                    let mut run = run.take().expect(DONE);
                    let conclusion = run.as_mut().conclude(finished);
                    go_on(conclusion, run)
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

/// The body is read: runs what is verified, waits for a key, or answers.
fn go_on<S, ReqBody, ResBody>(
    conclusion: Conclusion<ResBody>,
    run: Pin<Box<Run<S, ResBody>>>,
) -> State<S, ReqBody, ResBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>> + Send + 'static,
    S::Future: Send,
    S::Error: Send + 'static,
    ResBody: Send + 'static,
{
    match conclusion {
        Conclusion::Answered(response) => return State::refused(response),
        Conclusion::Pending(pending) => {
            return State::Resolving {
                resolve: Box::pin(resolve(pending, run.endpoint().clone())),
                run: Some(run),
            };
        }
        Conclusion::Verified => {}
    }
    let asked = run.asked();
    match run.tracker().start() {
        Ok(running) => State::Running {
            run: Outliving::new(running, run.endpoint().clone(), run),
            asked,
        },
        Err(kind) => State::refused(refusal(run.endpoint().reject(kind.into()), asked)),
    }
}

const DONE: &str = "ResponseFuture polled after completion";

impl<S, ReqBody, ResBody> State<S, ReqBody, ResBody>
where
    S: Service<Request<RequestBody>>,
{
    fn refused(response: Response<ResponseBody<ResBody>>) -> Self {
        Self::Refused {
            response: Some(response),
        }
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
