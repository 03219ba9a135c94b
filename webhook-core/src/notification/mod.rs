//! Notifications that prove nothing, and the objects that they are about.
//!
//! Some senders sign nothing: they post the id of an object, and expect the receiver to fetch it.
//! Anybody can post an id. Such a request is a [`Notification`], and never an event. The engine
//! fetches the object with a [`FetchBack`], and the *object* becomes the event: its payload is the
//! API's answer, and its [`Proof`](crate::Proof) says that it was
//! [fetched](crate::Proof::is_fetched).
//!
//! ```
//! use bytes::Bytes;
//! use webhook_core::notification::{FetchBack, FetchError, MOLLIE_CLASSIC, Notification};
//! use webhook_core::{Begun, Endpoint, Finished, Head};
//!
//! /// `HttpsApi` of webhook-keys, or a client that you have already.
//! #[derive(Debug)]
//! struct Api;
//!
//! impl FetchBack for Api {
//!     async fn fetch(&self, notification: &Notification) -> Result<Option<Bytes>, FetchError> {
//!         // GET https://api.example{path}, with your credentials.
//!         assert_eq!(notification.path(), "/v2/payments/tr_7");
//!         Ok(Some(r#"{"id":"tr_7","status":"paid"}"#.into()))
//!     }
//! }
//!
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut future = std::pin::pin!(future);
//! #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
//! #     loop {
//! #         if let std::task::Poll::Ready(out) = future.as_mut().poll(&mut cx) { break out }
//! #     }
//! # }
//! let endpoint = Endpoint::notifications(MOLLIE_CLASSIC, Api).build()?;
//!
//! // What an adapter does.
//! let headers = [("content-type", "application/x-www-form-urlencoded")];
//! let head = Head { method: "POST", path_and_query: "/", headers: &headers };
//! let Begun::Read(mut intake) = endpoint.begin(&head) else { panic!() };
//! intake.push("id=tr_7".into()).unwrap();
//! let Finished::Pending(pending) = intake.finish().unwrap() else { panic!() };
//! let Finished::Event(event) = block_on(pending.resolve()).unwrap() else { panic!() };
//! assert_eq!(event.copy().id(), Some("tr_7"));
//! assert!(event.copy().proof().is_fetched());
//! # Ok::<(), webhook_core::ConfigError>(())
//! ```
//!
//! # What one event is
//!
//! The object as it was fetched: its id and its content. So a notification that is repeated while
//! the object stays the same is a duplicate, and one after the object has changed is another event,
//! whatever the notifications themselves say. If the API's answer has parts that change without a
//! meaning, name those that count: [`NotificationSpec::version_at`].
//!
//! # Answers
//!
//! | | answer |
//! |---|---|
//! | the notification has no id, or one that cannot be one | 401 |
//! | the API does not have the object | 401 |
//! | another notification of it within 10 s | 503, without a fetch |
//! | the API fails, is too slow, or answers with another object | 503 |
//! | too many fetches | 503 |
//!
//! # A flood of invented ids
//!
//! There is one fetch at a time for an object, however many notifications name it, and one answers
//! for all that arrived before it began. At most 16 run at a time, and 600 begin in a minute, 60 of
//! them at once; [`EndpointBuilder::fetches`](crate::EndpointBuilder::fetches) sets other numbers.
//! What finds them spent is answered 503, so that a genuine notification comes again. A flood can
//! delay genuine notifications, because nothing tells them apart. Put a path that cannot be guessed
//! into the URL that you register.

mod fetch;
mod flights;
mod presets;
mod request;
mod spec;

pub(crate) use fetch::Fetcher;
pub use fetch::{FetchBack, FetchError};
pub use presets::{EASYPAY_SINGLE, MERCADOPAGO_IPN, MOLLIE_CLASSIC};
pub(crate) use request::Named;
pub use request::Notification;
pub use spec::{NotificationSpec, Place, Resource};
