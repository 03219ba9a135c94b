//! A router by event type.

mod before;
mod error;
mod handlers;
mod mount;
mod takes_event;

pub use before::{Before, IntoFlow};
pub use error::{HookError, HookResult, HookResultExt};
pub use takes_event::{At, TakesEvent};

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use axum::Router;
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, any};
use webhook_core::adapter::{EventPatterns, Hooks};
use webhook_core::{Duplicate, EventType, Handled, Mode, Otherwise, Rejected};

use crate::WebhookLayer;
use handlers::{Handlers, erase, erase_before};
use mount::Mounted;

/// Runs the handler of each event's type, behind a [`WebhookLayer`].
///
/// ```
/// use axum::Router;
/// use axum::extract::State;
/// use webhook_axum::{HookResult, VerifiedDelivery, VerifiedEvent, WebhookLayer, WebhookRouter};
/// # #[derive(Clone)]
/// # struct Db;
/// # impl Db {
/// #     async fn pay(&self, _: &Invoice) -> Result<(), std::io::Error> { Ok(()) }
/// # }
/// # #[derive(serde::Deserialize)]
/// # struct Invoice {}
/// # #[derive(serde::Deserialize)]
/// # struct Subscription {}
///
/// async fn paid(State(db): State<Db>, VerifiedEvent(event): VerifiedEvent<Invoice>) -> HookResult {
///     db.pay(&event.data).await?;
///     Ok(())
/// }
///
/// async fn changed(VerifiedEvent(event): VerifiedEvent<Subscription>) {
///     println!("{:?}", event.event_type());
/// }
///
/// async fn unknown(VerifiedDelivery(delivery): VerifiedDelivery) {
///     println!("no handler for {:?}", delivery.event_type());
/// }
///
/// fn app(secret: &str, db: Db) -> Router {
///     let hooks = WebhookRouter::new(WebhookLayer::stripe(secret))
///         .on("invoice.paid", paid)
///         .on("customer.subscription.*", changed)
///         .fallback(unknown);
///     Router::new().route("/webhooks/stripe", hooks.into()).with_state(db)
/// }
/// # fn main() {}
/// ```
///
/// # Which handler runs
///
/// That of the event's type, else that of the longest prefix, else that of a
/// [family](webhook_core::EventFamily), else the fallback. For a provider that tells type and
/// [action](webhook_core::Delivery::action) apart, a handler for `<type>.<action>` comes before one
/// for `<type>`: `issues.opened` of GitHub.
///
/// Handlers are handlers of axum: extractors, state and responses work as elsewhere. The type comes
/// from the verified delivery, never from the path.
///
/// # What becomes of the event
///
/// | result | answer | the event |
/// |---|---|---|
/// | `Ok(())`, any 2xx | as given, 200 | done |
/// | an error with `?` | 500 | released: the sender retries |
/// | an error after [`retry_after`](HookResultExt::retry_after) | 503, `Retry-After` | released |
/// | an error after [`permanent`](HookResultExt::permanent) | 200, a warning | given up |
/// | any other status | as given | released |
///
/// [`answer_rejections`](crate::EndpointBuilder::answer_rejections) changes the answers to errors,
/// and [`on_error`](Self::on_error) decides about each.
///
/// # Where it goes
///
/// `.into()` makes a `MethodRouter` for `Router::route` or a `Router` for `Router::nest`. Both accept
/// every method, and the layer refuses those that the provider does not use: some providers send
/// their handshake by `GET`.
#[must_use = "a router does nothing until it is part of an application"]
pub struct WebhookRouter<S = (), F = NoFallback> {
    layer: WebhookLayer,
    handlers: Handlers<S>,
    hooks: Hooks,
    fallback: PhantomData<F>,
}

/// The router does not say yet what becomes of events without a handler.
#[derive(Debug)]
pub struct NoFallback(());

/// The router says what becomes of events without a handler.
#[derive(Debug)]
pub struct HasFallback(());

/// A router that says what becomes of events without a handler.
#[diagnostic::on_unimplemented(
    message = "this `WebhookRouter` does not say what becomes of events without a handler",
    label = "neither `.fallback(handler)` nor `.ignore_unknown()` was called",
    note = "call `.fallback(handler)` to handle them, or `.ignore_unknown()` to answer 200"
)]
pub trait Complete {}

impl Complete for HasFallback {}

/// A handler of axum, for a state `S`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler for a `WebhookRouter` with the state `{S}`",
    label = "not an async fn of extractors that returns a response",
    note = "the last argument may read the body, the others must not; `State<T>` needs `T` to \
            come from the router's state `{S}`",
    note = "an error type that is no response goes through `HookError`: return `HookResult` and \
            use `?`",
    note = "`#[axum::debug_handler]` on the handler says which argument is wrong"
)]
pub trait EventHandler<M, S>: Handler<M, S> {}

#[diagnostic::do_not_recommend]
impl<H: Handler<M, S>, M, S> EventHandler<M, S> for H {}

impl<S: Clone + Send + Sync + 'static> WebhookRouter<S> {
    /// A router behind this layer, without handlers.
    pub fn new(layer: WebhookLayer) -> Self {
        Self {
            layer,
            handlers: Handlers::default(),
            hooks: Hooks::default(),
            fallback: PhantomData,
        }
    }

    /// Runs this handler for events that have no other.
    pub fn fallback<H, M>(mut self, handler: H) -> WebhookRouter<S, HasFallback>
    where
        H: EventHandler<M, S>,
    {
        self.handlers.fallback = Some(erase(handler));
        self.ignore_unknown()
    }

    /// Acknowledges events that have no handler: 200, without a run. They count as
    /// [`ignored`](webhook_core::Counts::ignored).
    pub fn ignore_unknown(self) -> WebhookRouter<S, HasFallback> {
        WebhookRouter {
            layer: self.layer,
            handlers: self.handlers,
            hooks: self.hooks,
            fallback: PhantomData,
        }
    }
}

impl<S: Clone + Send + Sync + 'static, F> WebhookRouter<S, F> {
    /// Takes events of this mode only, live or test, if the provider tells it. An event whose mode is
    /// not told is taken.
    ///
    /// ```
    /// use webhook_axum::{Mode, Otherwise, WebhookLayer, WebhookRouter};
    ///
    /// let layer = WebhookLayer::stripe("whsec_0123456789abcdef");
    /// let hooks = WebhookRouter::<()>::new(layer)
    ///     .only_mode(Mode::Live, Otherwise::Acknowledge);
    /// # let _ = hooks;
    /// ```
    pub fn only_mode(mut self, mode: Mode, otherwise: Otherwise) -> Self {
        self.handlers.admission.only_mode(mode, otherwise);
        self
    }

    /// Takes events of these types only: neither [`before`](Self::before) nor the fallback sees
    /// others.
    ///
    /// # Panics
    ///
    /// If a type is empty or has a star that is not at its end.
    #[track_caller]
    pub fn only_types(mut self, types: impl EventPatterns, otherwise: Otherwise) -> Self {
        self.handlers.admission.only_types(types, otherwise);
        self
    }

    /// Runs this for every event that the router takes, before its handler and in the order in which it was
    /// added. A response ends the delivery: its handler does not run.
    ///
    /// Its arguments are extractors that leave the body alone. It returns `()`, an `Option` of a
    /// response, or a `Result` of these.
    pub fn before<H, M>(mut self, handler: H) -> Self
    where
        H: Before<M, S>,
    {
        self.handlers.before.push(erase_before(handler));
        self
    }

    /// Runs this handler for events of these types: `"invoice.paid"`, `["a", "b"]`, or a prefix
    /// with a star at its end, such as `"customer.subscription.*"`.
    ///
    /// # Panics
    ///
    /// If a type is empty or has a star that is not at its end, and if it has a handler already. The
    /// message names the places of both registrations.
    #[track_caller]
    pub fn on<H, M>(mut self, types: impl EventPatterns, handler: H) -> Self
    where
        H: EventHandler<M, S>,
    {
        self.handlers.table.add(types, erase(handler));
        self
    }

    /// Runs this handler for the events that its `VerifiedEvent<T>` argument names: `T` implements
    /// [`EventType`], with a list of types or a [family](webhook_core::EventFamily).
    ///
    /// ```
    /// use webhook_axum::{EventType, VerifiedEvent, WebhookLayer, WebhookRouter};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Refunded {}
    ///
    /// impl EventType for Refunded {
    ///     const TYPES: &'static [&'static str] = &["charge.refunded"];
    /// }
    ///
    /// async fn refunded(VerifiedEvent(event): VerifiedEvent<Refunded>) {}
    ///
    /// let layer = WebhookLayer::stripe("whsec_0123456789abcdef");
    /// let hooks = WebhookRouter::<()>::new(layer).on_event(refunded);
    /// # let _ = hooks;
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`on`](Self::on).
    #[track_caller]
    pub fn on_event<H, M, Args, P>(mut self, handler: H) -> Self
    where
        H: EventHandler<M, S> + TakesEvent<Args, P, Payload: EventType>,
    {
        self.handlers.table.add_event::<H::Payload>(erase(handler));
        self
    }

    /// Stores deliveries and answers; a worker runs the handlers. It is
    /// [`WebhookLayer::durable`] of the router's layer.
    ///
    /// # Panics
    ///
    /// If the endpoint is durable already, or has no replay protection.
    #[cfg(feature = "inbox")]
    #[track_caller]
    pub fn durable(mut self, inbox: impl webhook_core::Acceptor) -> Self {
        self.layer = self.layer.durable(inbox);
        self
    }

    /// Decides about each [`HookError`] that a handler returns: its response is the answer, and its
    /// status or [`Disposition`](crate::Disposition) settles the event. A `HookError` with another
    /// verdict is a response too.
    ///
    /// ```
    /// use std::io;
    /// use webhook_axum::{HookError, Verdict, WebhookLayer, WebhookRouter};
    ///
    /// let layer = WebhookLayer::stripe("whsec_0123456789abcdef");
    /// let hooks = WebhookRouter::<()>::new(layer).on_error(|error: HookError| {
    ///     match error.downcast_ref::<io::Error>() {
    ///         Some(_) => error,
    ///         None => error.with_verdict(Verdict::GiveUp),
    ///     }
    /// });
    /// # let _ = hooks;
    /// ```
    pub fn on_error<R>(mut self, decide: impl Fn(HookError) -> R + Send + Sync + 'static) -> Self
    where
        R: IntoResponse,
    {
        let decide = move |error| decide(error).into_response();
        self.handlers.on_error = Some(Box::new(decide));
        self
    }

    /// Calls this for every refused delivery. It runs as a task, so it delays no answer.
    ///
    /// At most 1024 hooks of a router run at the same time. Further calls are dropped and logged.
    pub fn on_reject<Fut>(mut self, hook: impl Fn(Rejected) -> Fut + Send + Sync + 'static) -> Self
    where
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.hooks.on_reject = Some(self.layer.tracked_endpoint().detached_hook(hook));
        self
    }

    /// Calls this for every duplicate. It runs as a task, like [`on_reject`](Self::on_reject).
    pub fn on_duplicate<Fut>(
        mut self,
        hook: impl Fn(Duplicate) -> Fut + Send + Sync + 'static,
    ) -> Self
    where
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.hooks.on_duplicate = Some(self.layer.tracked_endpoint().detached_hook(hook));
        self
    }

    /// Calls this for every delivery whose handler has ended, after the store has recorded that. It
    /// runs as a task, like [`on_reject`](Self::on_reject), and is lost if the process ends: for
    /// effects that must not be lost, use the handler.
    pub fn on_handled<Fut>(mut self, hook: impl Fn(Handled) -> Fut + Send + Sync + 'static) -> Self
    where
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.hooks.on_handled = Some(self.layer.tracked_endpoint().detached_hook(hook));
        self
    }
}

/// A route for `Router::route`.
///
/// # Panics
///
/// If another router with hooks has the same endpoint.
impl<S, F> From<WebhookRouter<S, F>> for MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
    F: Complete,
{
    #[track_caller]
    fn from(router: WebhookRouter<S, F>) -> Self {
        if !router.hooks.is_empty() {
            router.layer.endpoint().set_router_hooks(router.hooks);
        }
        any(Mounted::new(router.layer, router.handlers))
    }
}

/// A router with one route, `/`, for `Router::nest`.
///
/// # Panics
///
/// If another router with hooks has the same endpoint.
impl<S, F> From<WebhookRouter<S, F>> for Router<S>
where
    S: Clone + Send + Sync + 'static,
    F: Complete,
{
    #[track_caller]
    fn from(router: WebhookRouter<S, F>) -> Self {
        Self::new().route("/", router.into())
    }
}

impl<S, F> fmt::Debug for WebhookRouter<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookRouter")
            .field("layer", &self.layer)
            .finish_non_exhaustive()
    }
}
