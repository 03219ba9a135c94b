use std::fmt;
use std::future::Future;
use std::time::Duration;

use tower_layer::Layer;
use webhook_core::Endpoint;

use crate::layer::WebhookLayer;
use crate::shadow::Shadow;

/// Observes the webhooks of one endpoint in front of a service that receives them already.
/// [`WebhookLayer::shadow`] makes it.
///
/// It checks each request as the layer would, counts and logs the result, and hands every request
/// on: head, body and response stay as they are. In the extensions of the request is a
/// [`Shadowed`](webhook_runtime::shadow::Shadowed), with the verdict. There is a
/// [`Delivery`](webhook_core::Delivery) in it only if the request was verified, and none in the
/// extensions themselves.
///
/// ```
/// use std::convert::Infallible;
///
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use http_body_util::Full;
/// use tower::{Service, ServiceBuilder, service_fn};
/// use webhook_tower::testing::TestSender;
/// use webhook_tower::{RejectionKind, ShadowBody, ShadowVerdict, Shadowed, WebhookLayer};
///
/// type Body = ShadowBody<Full<Bytes>>;
///
/// /// The service that is in production.
/// async fn live(request: Request<Body>) -> Result<Response<Full<Bytes>>, Infallible> {
///     let shadowed = request.extensions().get::<Shadowed>().expect("the layer is there");
///     if shadowed.verdict() != ShadowVerdict::Run {
///         println!("it would not run: {:?}", shadowed.verdict());
///     }
///     Ok(Response::default())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = "whsec_0123456789abcdef";
/// let layer = WebhookLayer::stripe(secret).shadow();
/// let mut service = ServiceBuilder::new().layer(layer.clone()).service(service_fn(live));
///
/// let stripe: TestSender<Full<Bytes>> = TestSender::stripe(secret);
/// let event = stripe.event("invoice.paid", ());
/// for request in [stripe.signed(&event), stripe.signed(&event), stripe.forged(&event)] {
///     assert_eq!(service.call(request).await?.status(), 200);
/// }
/// let counts = layer.endpoint().counts();
/// assert_eq!(counts.duplicates, 1);
/// assert_eq!(counts.rejected(RejectionKind::BadSignature), 1);
/// # Ok(())
/// # }
/// ```
///
/// # What it does not do
///
/// * It answers nothing, challenges of the provider included: the service does.
/// * It protects from nothing. Duplicates run, and so do forgeries.
/// * It does not limit the service's time, catch its panics, or let it outlive its client.
///
/// # Limits
///
/// It holds at most as much of a body as the
/// [limit](webhook_core::EndpointBuilder::body_limit) of the endpoint, twice if the body arrives in
/// pieces, and reads it for at most the endpoint's time. What is larger or slower is handed on as
/// it arrives, and counted. An
/// [`UnverifiedLimit`](crate::UnverifiedLimit) holds for it too.
///
/// Only verified requests reach the store. Each waits for its claim before the service is called,
/// and for its commit before it is answered, at most for the
/// [time](webhook_core::EndpointBuilder::store_timeout) of the store each.
#[derive(Clone)]
#[must_use]
pub struct ShadowLayer {
    layer: WebhookLayer,
}

impl WebhookLayer {
    /// Observes instead of refusing: for an endpoint that is in production, before this layer
    /// protects it. See [`ShadowLayer`].
    ///
    /// Log lines say *would be refused*, and have the field `shadow`. So have those of other layers
    /// of the same endpoint: do not let one endpoint observe on one route and refuse on another.
    pub fn shadow(self) -> ShadowLayer {
        self.endpoint().set_shadow();
        ShadowLayer { layer: self }
    }
}

impl ShadowLayer {
    /// The endpoint. Its [counters](Endpoint::counts) say what would have been refused, and what
    /// would have been a duplicate.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.layer.endpoint()
    }

    /// Shuts down: observes no more deliveries from now on, hands them on all the same, and waits
    /// until those that are claimed are settled. Returns the number of deliveries that are not
    /// settled after `timeout`.
    pub fn drain(&self, timeout: Duration) -> impl Future<Output = usize> + Send + 'static {
        self.layer.drain(timeout)
    }
}

impl fmt::Debug for ShadowLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShadowLayer")
            .field("endpoint", self.endpoint())
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for ShadowLayer {
    type Service = Shadow<S>;

    fn layer(&self, inner: S) -> Shadow<S> {
        Shadow::new(inner, self.layer.clone())
    }
}
