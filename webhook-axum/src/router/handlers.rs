use std::any::Any;
use std::future::Future;
use std::ops::ControlFlow;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use webhook_core::Delivery;
use webhook_core::adapter::{Admission, EventTable, acknowledge_unknown};
use webhook_tower::respond;

use super::before::Before;
use super::error::HookError;
use crate::rejection::MissingLayer;

pub(super) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A handler whose arguments are no longer known.
pub(super) type Erased<S> = Arc<dyn Fn(Request, S) -> BoxFuture<'static, Response> + Send + Sync>;

pub(super) type ErasedBefore<S> = Box<
    dyn for<'a> Fn(&'a mut http::request::Parts, &'a S) -> super::before::Flow<'a> + Send + Sync,
>;

pub(super) type OnError = Box<dyn Fn(HookError) -> Response + Send + Sync>;

/// What was registered.
pub(super) struct Handlers<S> {
    pub(super) admission: Admission,
    pub(super) table: EventTable<Erased<S>>,
    pub(super) before: Vec<ErasedBefore<S>>,
    /// For events without a handler. `None`: they are acknowledged.
    pub(super) fallback: Option<Erased<S>>,
    pub(super) on_error: Option<OnError>,
}

impl<S> Default for Handlers<S> {
    fn default() -> Self {
        Self {
            admission: Admission::default(),
            table: EventTable::default(),
            before: Vec::new(),
            fallback: None,
            on_error: None,
        }
    }
}

/// A handler that was found, and where it was registered.
type Found<'a, S> = (&'a Erased<S>, Option<&'static Location<'static>>);

impl<S: Clone + Send + Sync + 'static> Handlers<S> {
    fn find(&self, delivery: &Delivery) -> Option<Found<'_, S>> {
        match self.table.route(delivery) {
            Some(found) => Some((&found.handler, Some(found.at))),
            None => Some((self.fallback.as_ref()?, None)),
        }
    }

    /// Runs what is registered for the delivery in this request.
    pub(super) fn dispatch(self: &Arc<Self>, request: Request, state: S) -> Dispatching<S> {
        let Some(delivery) = request.extensions().get::<Delivery>().cloned() else {
            return Dispatching::answered(MissingLayer::report().into_response());
        };
        if let Some(answer) = self.admission.refusal(&delivery) {
            return Dispatching::answered(respond::<Body>(answer));
        }
        if self.before.is_empty() {
            return self.handle(request, state, delivery);
        }
        let handlers = Arc::clone(self);
        let running = Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            for before in &handlers.before {
                if let ControlFlow::Break(response) = before(&mut parts, &state).await {
                    return handlers.conclude(response, &delivery, None);
                }
            }
            let request = Request::from_parts(parts, body);
            handlers.handle(request, state, delivery).await
        });
        Dispatching::Running(running, None)
    }

    fn handle(self: &Arc<Self>, request: Request, state: S, delivery: Delivery) -> Dispatching<S> {
        let Some((handler, at)) = self.find(&delivery) else {
            return Dispatching::answered(respond::<Body>(acknowledge_unknown(&delivery)));
        };
        let running = handler(request, state);
        let conclusion = Conclusion {
            handlers: Arc::clone(self),
            delivery,
            at,
        };
        Dispatching::Running(running, Some(conclusion))
    }

    /// Turns the error of a handler into an answer.
    fn conclude(
        &self,
        mut response: Response,
        delivery: &Delivery,
        at: Option<&Location<'_>>,
    ) -> Response {
        let Some(error) = response.extensions_mut().remove::<HookError>() else {
            return response;
        };
        error.failure().report(delivery, at);
        let error = match &self.on_error {
            None => error,
            Some(on_error) => {
                let mut response = on_error(error);
                match response.extensions_mut().remove::<HookError>() {
                    None => return response,
                    // It returned an error with another verdict.
                    Some(error) => error,
                }
            }
        };
        error.respond(Some(delivery))
    }
}

/// A handler that runs, or an answer without one.
pub(super) enum Dispatching<S> {
    Answered(Option<Box<Response>>),
    /// With what its errors need, unless it has dealt with them.
    Running(BoxFuture<'static, Response>, Option<Conclusion<S>>),
}

pub(super) struct Conclusion<S> {
    handlers: Arc<Handlers<S>>,
    delivery: Delivery,
    at: Option<&'static Location<'static>>,
}

impl<S> Dispatching<S> {
    fn answered(response: Response) -> Self {
        Self::Answered(Some(Box::new(response)))
    }
}

impl<S: Clone + Send + Sync + 'static> Future for Dispatching<S> {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response> {
        Poll::Ready(match &mut *self {
            Self::Answered(response) => *response.take().expect("polled after completion"),
            Self::Running(running, conclusion) => {
                let response = ready!(running.as_mut().poll(cx));
                match conclusion {
                    None => response,
                    Some(Conclusion {
                        handlers,
                        delivery,
                        at,
                    }) => handlers.conclude(response, delivery, *at),
                }
            }
        })
    }
}

pub(super) fn erase<H, M, S>(handler: H) -> Erased<S>
where
    H: Handler<M, S>,
    S: 'static,
{
    Arc::new(move |request, state| boxed(handler.clone().call(request, state)))
}

pub(super) fn erase_before<H, M, S>(handler: H) -> ErasedBefore<S>
where
    H: Before<M, S>,
{
    Box::new(move |parts, state| handler.clone().call(parts, state))
}

/// axum boxes the future of an async function. That box is taken as it is.
fn boxed<F>(future: F) -> BoxFuture<'static, Response>
where
    F: Future<Output = Response> + Send + 'static,
{
    let mut slot = Some(future);
    let any: &mut dyn Any = &mut slot;
    match any.downcast_mut::<Option<BoxFuture<'static, Response>>>() {
        Some(slot) => slot.take().expect("it was put there above"),
        None => Box::pin(slot.take().expect("it was put there above")),
    }
}
