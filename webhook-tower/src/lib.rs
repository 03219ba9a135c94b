//! A tower [`Layer`](tower_layer::Layer) that receives webhooks: verified, fresh, never run twice, remembered as done
//! exactly when the inner service succeeded.
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::{BodyExt, Full};
//! use tower::{Service, ServiceBuilder, service_fn};
//! use webhook_core::{Delivery, Signer, UnixTime, SystemClock, Clock, providers};
//! use webhook_tower::{RequestBody, WebhookLayer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! async fn paid(request: Request<RequestBody>) -> Result<Response<Full<Bytes>>, std::convert::Infallible> {
//!     let delivery = request.extensions().get::<Delivery>().expect("the layer is there");
//!     println!("{:?} happened", delivery.event_type());
//!     Ok(Response::default())
//! }
//!
//! let secret = "whsec_0123456789abcdef";
//! let mut service = ServiceBuilder::new()
//!     .layer(WebhookLayer::stripe(secret))
//!     .service(service_fn(paid));
//!
//! let now = SystemClock.now().ok_or("no time")?;
//! let signed = Signer::new(providers::STRIPE, secret)?.sign(now, r#"{"id":"evt_1","type":"invoice.paid"}"#);
//! let request = |body: Bytes| {
//!     let (name, value) = &signed.headers[0];
//!     Request::post("/").header(name, value).body(Full::new(body))
//! };
//!
//! let genuine = service.call(request(signed.body.clone())?).await?;
//! assert_eq!(genuine.status(), 200);
//!
//! let forged = service.call(request("{}".into())?).await?;
//! assert_eq!(forged.status(), 401);
//! # Ok(())
//! # }
//! ```
//!
//! # What happens to a request
//!
//! Headers are checked before anything of the body is read; the body is hashed as it arrives, under
//! a limit and a deadline; then signatures are compared, the delivery is claimed, and only then is
//! the inner service asked whether it is ready, and called. It gets the same bytes as a
//! [`RequestBody`], and the [`Delivery`](webhook_core::Delivery) in the extensions. Its answer
//! settles the claim: 2xx commits, anything else, an error, a panic or a timeout releases it, so
//! that the sender's retry runs again. A handler that knows better puts a
//! [`Disposition`](webhook_core::Disposition) into the extensions of its response. The response's
//! own body is sent after that: if it fails, the delivery stays done.
//!
//! All that the layer answers by itself is in the table of [`Answer`](webhook_core::Answer); the
//! [`Rejection`](webhook_core::Rejection) is in the extensions of such a response, for layers further out.
//!
//! # When the client goes away
//!
//! hyper drops a request's future when its client disconnects, and a timeout layer does so too. Claim, handler and
//! settlement are one future that outlives that: when the response is dropped, the rest runs on as a task of its own. The
//! handler finishes, its success is remembered, and the retry is answered as a duplicate. Task-locals do not come along.
//!
//! # Deployment
//!
//! * Put the layer inside of tracing and outer timeouts, and outside of anything that reads the body. A layer that
//!   decompresses or rewrites the body further out makes every signature wrong.
//! * `poll_ready` of this service is always ready: the inner service is asked only for verified deliveries, so that forged
//!   ones never hold a permit of a limit inside.
//! * Within a service that rewrites the URI, say with [`WebhookLayer::original_uri`] where the
//!   original is: some providers sign the path.
//! * [`UnverifiedLimit`] bounds what a server holds of bodies before they are verified.
//! * Needs a tokio runtime with time enabled.

mod answer;
mod body;
mod call;
mod future;
mod layer;
mod run;
mod service;

pub use body::{RequestBody, ResponseBody};
pub use future::ResponseFuture;
pub use layer::WebhookLayer;
pub use service::Webhook;
pub use webhook_runtime::UnverifiedLimit;
