//! A router by event type.

mod error;
mod flow;
mod handlers;
mod takes_event;

pub use error::{HookError, HookResult, HookResultExt};
pub use flow::IntoFlow;
pub use takes_event::{At, TakesEvent};

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::dev::{AppService, HttpServiceFactory, fn_service};
use actix_web::{FromRequest, Handler, HttpRequest, Responder, web};
use webhook_core::adapter::{EventPatterns, Hooks};
use webhook_core::{Duplicate, EventType, Handled, Mode, Otherwise, Rejected};

use crate::Webhook;
use flow::response_of;
use handlers::{Handlers, erase, erase_before};

/// Runs the handler of each event's type, behind a [`Webhook`].
///
/// ```no_run
/// use actix_web::{App, HttpServer, web};
/// use webhook_actix::{HookResult, VerifiedDelivery, VerifiedEvent, Webhook, WebhookRouter};
/// # struct Db;
/// # impl Db {
/// #     async fn pay(&self, _: &Invoice) -> Result<(), std::io::Error> { Ok(()) }
/// # }
/// # #[derive(serde::Deserialize)]
/// # struct Invoice {}
/// # #[derive(serde::Deserialize)]
/// # struct Subscription {}
///
/// async fn paid(db: web::Data<Db>, VerifiedEvent(event): VerifiedEvent<Invoice>) -> HookResult {
///     db.pay(&event.data).await?;
///     Ok(())
/// }
///
/// async fn changed(VerifiedEvent(event): VerifiedEvent<Subscription>) -> HookResult {
///     println!("{:?}", event.event_type());
///     Ok(())
/// }
///
/// async fn unknown(VerifiedDelivery(delivery): VerifiedDelivery) -> HookResult {
///     println!("no handler for {:?}", delivery.event_type());
///     Ok(())
/// }
///
/// #[actix_web::main]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let secret = std::env::var("STRIPE_WEBHOOK_SECRET")?;
///     // Made once: all workers share it.
///     let hooks = WebhookRouter::new(Webhook::stripe(secret))
///         .on("invoice.paid", paid)
///         .on("customer.subscription.*", changed)
///         .fallback(unknown)
///         .at("/webhooks/stripe");
///     let db = web::Data::new(Db);
///     let server = HttpServer::new(move || {
///         App::new().app_data(db.clone()).service(hooks.clone())
///     });
///     server.bind(("127.0.0.1", 3000))?.run().await?;
///     Ok(())
/// }
/// ```
///
/// # Which handler runs
///
/// That of the event's type, else that of the longest prefix, else that of a
/// [family](webhook_core::EventFamily), else the fallback. For a provider that tells type and
/// [action](webhook_core::Delivery::action) apart, a handler for `<type>.<action>` comes before one
/// for `<type>`: `issues.opened` of GitHub.
///
/// Handlers are handlers of actix-web: extractors and responders work as elsewhere. All workers
/// share them, so a closure has to be `Send` and `Sync`. The type comes from the verified delivery,
/// never from the path.
///
/// # What becomes of the event
///
/// | result | answer | the event |
/// |---|---|---|
/// | `Ok(())`, any 2xx | as given; 200 for `()` | done |
/// | an error with `?` | 500 | released: the sender retries |
/// | an error after [`retry_after`](HookResultExt::retry_after) | 503, `Retry-After` | released |
/// | an error after [`permanent`](HookResultExt::permanent) | 200, a warning | given up |
/// | any other status | as given | released |
///
/// [`answer_rejections`](crate::EndpointBuilder::answer_rejections) changes the answers to errors,
/// and [`on_error`](Self::on_error) decides about each.
#[must_use = "a router does nothing until it is part of an application"]
pub struct WebhookRouter<F = NoFallback> {
    webhook: Webhook,
    handlers: Handlers,
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

impl WebhookRouter {
    /// A router behind this middleware, without handlers.
    pub fn new(webhook: Webhook) -> Self {
        Self {
            webhook,
            handlers: Handlers::default(),
            hooks: Hooks::default(),
            fallback: PhantomData,
        }
    }

    /// Runs this handler for events that have no other.
    pub fn fallback<H, Args>(mut self, handler: H) -> WebhookRouter<HasFallback>
    where
        H: Handler<Args, Output: Responder> + Send + Sync,
        Args: FromRequest,
    {
        self.handlers.fallback = Some(erase(handler));
        self.ignore_unknown()
    }

    /// Acknowledges events that have no handler: 200, without a run. They count as
    /// [`ignored`](webhook_core::Counts::ignored).
    pub fn ignore_unknown(self) -> WebhookRouter<HasFallback> {
        WebhookRouter {
            webhook: self.webhook,
            handlers: self.handlers,
            hooks: self.hooks,
            fallback: PhantomData,
        }
    }
}

impl<F> WebhookRouter<F> {
    /// Takes events of this mode only, live or test, if the provider tells it. An event whose mode is
    /// not told is taken.
    ///
    /// ```
    /// use webhook_actix::{Mode, Otherwise, Webhook, WebhookRouter};
    ///
    /// let webhook = Webhook::stripe("whsec_0123456789abcdef");
    /// let hooks = WebhookRouter::new(webhook)
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
    /// It returns `()`, an `Option` of a response, or a `Result` of these.
    pub fn before<H, Args>(mut self, handler: H) -> Self
    where
        H: Handler<Args, Output: IntoFlow> + Send + Sync,
        Args: FromRequest,
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
    pub fn on<H, Args>(mut self, types: impl EventPatterns, handler: H) -> Self
    where
        H: Handler<Args, Output: Responder> + Send + Sync,
        Args: FromRequest,
    {
        self.handlers.table.add(types, erase(handler));
        self
    }

    /// Runs this handler for the events that its `VerifiedEvent<T>` argument names: `T` implements
    /// [`EventType`], with a list of types or a [family](webhook_core::EventFamily).
    ///
    /// ```
    /// use webhook_actix::{EventType, HookResult, VerifiedEvent, Webhook, WebhookRouter};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Refunded {}
    ///
    /// impl EventType for Refunded {
    ///     const TYPES: &'static [&'static str] = &["charge.refunded"];
    /// }
    ///
    /// async fn refunded(VerifiedEvent(event): VerifiedEvent<Refunded>) -> HookResult {
    ///     Ok(())
    /// }
    ///
    /// let webhook = Webhook::stripe("whsec_0123456789abcdef");
    /// let hooks = WebhookRouter::new(webhook).on_event(refunded);
    /// # let _ = hooks;
    /// ```
    ///
    /// # Panics
    ///
    /// Like [`on`](Self::on).
    #[track_caller]
    pub fn on_event<H, Args, P>(mut self, handler: H) -> Self
    where
        H: Handler<Args, Output: Responder> + Send + Sync,
        Args: FromRequest + TakesEvent<P, Payload: EventType>,
    {
        self.handlers
            .table
            .add_event::<Args::Payload>(erase(handler));
        self
    }

    /// Stores deliveries and answers; a worker runs the handlers. It is [`Webhook::durable`] of the
    /// router's middleware.
    ///
    /// # Panics
    ///
    /// If the endpoint is durable already, or has no replay protection.
    #[cfg(feature = "inbox")]
    #[track_caller]
    pub fn durable(mut self, inbox: impl webhook_core::Acceptor) -> Self {
        self.webhook = self.webhook.durable(inbox);
        self
    }

    /// Decides about each [`HookError`] that a handler returns: its response is the answer, and its
    /// status or [`Disposition`](crate::Disposition) settles the event. A `HookError` with another
    /// verdict, as the `Err` of a result, is a response too.
    ///
    /// ```
    /// use std::io;
    /// use webhook_actix::{HookError, HookResult, Verdict, Webhook, WebhookRouter};
    ///
    /// let webhook = Webhook::stripe("whsec_0123456789abcdef");
    /// let hooks = WebhookRouter::new(webhook).on_error(|error: HookError| -> HookResult {
    ///     match error.downcast_ref::<io::Error>() {
    ///         Some(_) => Err(error),
    ///         None => Err(error.with_verdict(Verdict::GiveUp)),
    ///     }
    /// });
    /// # let _ = hooks;
    /// ```
    pub fn on_error<R>(mut self, decide: impl Fn(HookError) -> R + Send + Sync + 'static) -> Self
    where
        R: Responder,
    {
        let decide = move |error, request: &HttpRequest| response_of(decide(error), request);
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
        self.hooks.on_reject = Some(self.webhook.tracked_endpoint().detached_hook(hook));
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
        self.hooks.on_duplicate = Some(self.webhook.tracked_endpoint().detached_hook(hook));
        self
    }

    /// Calls this for every delivery whose handler has ended, after the store has recorded that. It
    /// runs as a task, like [`on_reject`](Self::on_reject), and is lost if the process ends: for
    /// effects that must not be lost, use the handler.
    pub fn on_handled<Fut>(mut self, hook: impl Fn(Handled) -> Fut + Send + Sync + 'static) -> Self
    where
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.hooks.on_handled = Some(self.webhook.tracked_endpoint().detached_hook(hook));
        self
    }
}

impl<F: Complete> WebhookRouter<F> {
    /// The service at this path, for `App::service`. Clones share everything.
    ///
    /// # Panics
    ///
    /// If another router with hooks has the same endpoint.
    #[track_caller]
    pub fn at(self, path: impl Into<Arc<str>>) -> WebhookService {
        if !self.hooks.is_empty() {
            self.webhook.endpoint().set_router_hooks(self.hooks);
        }
        WebhookService {
            path: path.into(),
            webhook: self.webhook,
            handlers: Arc::new(self.handlers),
        }
    }
}

/// A [`WebhookRouter`] at a path.
#[derive(Clone)]
#[must_use = "a service does nothing until it is part of an application"]
pub struct WebhookService {
    path: Arc<str>,
    webhook: Webhook,
    handlers: Arc<Handlers>,
}

/// A resource that accepts every method. The middleware refuses those that the provider does not
/// use: some providers send their handshake by `GET`.
impl HttpServiceFactory for WebhookService {
    fn register(self, config: &mut AppService) {
        let handlers = self.handlers;
        let serve = fn_service(move |request| Arc::clone(&handlers).serve(request));
        let resource = web::resource(&*self.path).wrap(self.webhook);
        resource.route(web::route().service(serve)).register(config);
    }
}

impl fmt::Debug for WebhookService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookService")
            .field("path", &self.path)
            .field("webhook", &self.webhook)
            .finish_non_exhaustive()
    }
}

impl<F> fmt::Debug for WebhookRouter<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookRouter")
            .field("webhook", &self.webhook)
            .finish_non_exhaustive()
    }
}
