use std::borrow::Cow;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::header::CONTENT_LENGTH;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version, request};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;
use tracing::Instrument as _;
use webhook_core::{
    Answer, Checked, Claimed, Disposition, Endpoint, Finished, Intake, Outcome, Rejection,
    RejectionKind, Settled, Unsettled,
};

use crate::body::{RequestBody, ResponseBody};
use crate::deadline::Deadline;
use crate::guard::Guarded;
use crate::tracker::{Running, Tracker};

/// Frames taken in one go before others get their turn: a body that always has one more must not keep the thread.
const FRAMES_A_POLL: usize = 64;

type Output<S, ResBody> =
    Result<Response<ResponseBody<ResBody>>, <S as Service<Request<RequestBody>>>::Error>;

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
            reading: Option<Reading<S>>,
            deadline: Deadline,
        },
        Passing { run: Boxed<Output<S, ResBody>> },
        Running { run: Outliving<Output<S, ResBody>>, asked: Asked },
    }
}

/// What is needed once the body is complete.
struct Reading<S> {
    intake: Intake,
    inner: S,
    parts: request::Parts,
    endpoint: Endpoint,
    tracker: Tracker,
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
        let reading = Some(Reading {
            intake,
            inner,
            parts,
            endpoint,
            tracker,
        });
        Self {
            state: State::Reading {
                body,
                reading,
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
                    reading,
                    deadline,
                } => {
                    let taken = reading
                        .as_mut()
                        .expect("ResponseFuture polled after completion");
                    let read = ready!(read(body, taken, deadline, cx));
                    let taken = reading.take().expect("taken just above");
                    taken.go_on(read)
                }
            };
            state.set(next);
        }
    }
}

/// Takes in frames until the body ends. The end is when the body says so by `None`: hints are not believed.
fn read<S, ReqBody: Body>(
    mut body: Pin<&mut ReqBody>,
    reading: &mut Reading<S>,
    deadline: &mut Deadline,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Rejection>> {
    let refuse = |reading: &Reading<S>, kind| {
        let rejection = Rejection::new(kind).with_unread_body();
        Poll::Ready(Err(reading.endpoint.reject(rejection)))
    };
    for _ in 0..FRAMES_A_POLL {
        match body.as_mut().poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                // Trailers are nothing a signature covers, so they are dropped.
                if let Ok(data) = frame.into_data()
                    && let Err(rejection) = reading.intake.push_buf(data)
                {
                    return Poll::Ready(Err(rejection));
                }
            }
            Poll::Ready(Some(Err(_))) => return refuse(reading, RejectionKind::BodyError),
            Poll::Ready(None) => return Poll::Ready(Ok(())),
            Poll::Pending => {
                ready!(deadline.poll(cx));
                return refuse(reading, RejectionKind::BodyTimeout);
            }
        }
    }
    cx.waker().wake_by_ref();
    ready!(deadline.poll(cx));
    refuse(reading, RejectionKind::BodyTimeout)
}

impl<S> Reading<S> {
    fn go_on<ReqBody, ResBody>(self, read: Result<(), Rejection>) -> State<S, ReqBody, ResBody>
    where
        S: Service<Request<RequestBody>, Response = Response<ResBody>> + Send + 'static,
        S::Future: Send,
        S::Error: Send + 'static,
        ResBody: Send + 'static,
    {
        let asked = Asked::by(&self.parts);
        let refused = |response| State::Refused {
            response: Some(response),
        };
        match read.and_then(|()| self.intake.finish()) {
            Ok(Finished::Event(checked)) => {
                let running = match self.tracker.start() {
                    Ok(running) => running,
                    Err(kind) => {
                        return refused(refusal(self.endpoint.reject(kind.into()), asked));
                    }
                };
                let endpoint = self.endpoint.clone();
                let run = handle(checked, self.inner, self.parts, self.endpoint);
                State::Running {
                    run: Outliving::new(running, endpoint, run),
                    asked,
                }
            }
            Ok(Finished::Answer(answer)) => refused(response(answer, asked)),
            Ok(_) => refused(refusal(RejectionKind::Unprocessable.into(), asked)),
            Err(rejection) => refused(refusal(rejection, asked)),
        }
    }
}

/// Claim, handler, settlement: from the first store call to the last.
async fn handle<S, ResBody>(
    checked: Checked,
    inner: S,
    parts: request::Parts,
    endpoint: Endpoint,
) -> Output<S, ResBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResBody>>,
{
    let asked = Asked::by(&parts);
    let permit = match checked.claim().await {
        Ok(Claimed::Run(permit)) => permit,
        Ok(Claimed::Duplicate(answer)) => return Ok(response(answer, asked)),
        Ok(_) => return Ok(refusal(RejectionKind::StoreUnavailable.into(), asked)),
        Err(rejection) => return Ok(refusal(rejection, asked)),
    };
    let delivery = permit.delivery().clone();
    let mut request = Request::from_parts(parts, RequestBody::new(delivery.raw().clone()));
    request.extensions_mut().insert(delivery);

    let handled = Guarded::within(oneshot(inner, request), endpoint.limits().handler_timeout).await;
    let outcome = match &handled {
        Ok(Ok(response)) => match response.extensions().get::<Disposition>() {
            Some(disposition) => Outcome::Decided(*disposition),
            None => Outcome::Status(response.status().as_u16()),
        },
        Ok(Err(_)) | Err(_) => Outcome::Failed,
    };
    match permit.settle(outcome).await {
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

async fn keep_trying(mut unsettled: Unsettled) {
    while let Some(wait) = unsettled.wait() {
        tokio::time::sleep(wait).await;
        if unsettled.retry().await {
            return;
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

fn refusal<B>(rejection: Rejection, asked: Asked) -> Response<ResponseBody<B>> {
    let mut response = response(Answer::from(&rejection), asked);
    response.extensions_mut().insert(rejection);
    response
}

/// What the form of an answer depends on.
#[derive(Clone, Copy)]
struct Asked {
    version: Version,
    head: bool,
}

impl Asked {
    fn by(parts: &request::Parts) -> Self {
        Self {
            version: parts.version,
            head: parts.method == Method::HEAD,
        }
    }
}

fn response<B>(answer: Answer, asked: Asked) -> Response<ResponseBody<B>> {
    let status = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut headers = http::HeaderMap::with_capacity(4);
    for (name, value) in answer.headers() {
        // RFC 9113 §8.2.2: connection-specific fields make an HTTP/2 message malformed.
        if name == "connection" && asked.version > Version::HTTP_11 {
            continue;
        }
        let value = match value {
            Cow::Borrowed(value) => Ok(HeaderValue::from_static(value)),
            Cow::Owned(value) => HeaderValue::try_from(value),
        };
        if let Ok(value) = value {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let mut body = answer.into_body();
    if asked.head {
        // RFC 9110 §9.3.2: the length of a body, and no body. Not every server takes it out, and in HTTP/2 it is an error.
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        body.clear();
    }
    let mut response = Response::new(ResponseBody::answer(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A future that goes on as a task when it is dropped before its end.
///
/// It is guarded outside of its box, where a guard is moved cheaply.
struct Outliving<T> {
    run: Option<Guarded<Boxed<T>>>,
    endpoint: Endpoint,
    span: tracing::Span,
    running: Option<Running>,
    /// [`detach`] for this type, kept from where it was known to be `'static`.
    detach: fn(Guarded<Boxed<T>>, Endpoint, Running, &tracing::Span),
}

impl<T: 'static> Outliving<T> {
    fn new(
        running: Running,
        endpoint: Endpoint,
        run: impl Future<Output = T> + Send + 'static,
    ) -> Self {
        Self {
            run: Some(Guarded::new(Box::pin(run))),
            endpoint,
            span: tracing::Span::current(),
            running: Some(running),
            detach,
        }
    }
}

impl<T> Outliving<T> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, Rejection>> {
        let run = self
            .run
            .as_mut()
            .expect("ResponseFuture polled after completion");
        let output = ready!(Pin::new(run).poll(cx));
        self.run = None;
        Poll::Ready(output.map_err(|_| unanswered(&self.endpoint)))
    }
}

impl<T> Drop for Outliving<T> {
    fn drop(&mut self) {
        if let (Some(run), Some(running)) = (self.run.take(), self.running.take()) {
            (self.detach)(run, self.endpoint.clone(), running, &self.span);
        }
    }
}

/// A store or a hook may panic as well, and is then no better than one that gives no answer. What the handler did or did
/// not do is not known, so the sender has to try again.
fn unanswered(endpoint: &Endpoint) -> Rejection {
    endpoint.reject(RejectionKind::StoreUnavailable.into())
}

/// Outside of a runtime the run is dropped: its claim is released, or ends with its lease, as the drop of its permit
/// says.
fn detach<T: 'static>(
    run: Guarded<Boxed<T>>,
    endpoint: Endpoint,
    running: Running,
    span: &tracing::Span,
) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        let detached = running.tracker().detach();
        let rest = async move {
            let _held = (running, detached);
            if run.await.is_err() {
                let _ = unanswered(&endpoint);
            }
        };
        runtime.spawn(rest.instrument(span.clone()));
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
