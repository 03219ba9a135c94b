//! The layer over plain services, and hyper in front of them.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper_util::service::TowerToHyperService;
use tokio::task::JoinHandle;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::{Layer as _, service_fn};
use webhook_core::{Answer, Delivery, Event};
use webhook_tower::{RequestBody, WebhookLayer};

use super::{Server, listen};
use crate::app::{App, Payment, Said};
use crate::case::{Protocol, Takes};

pub(super) struct Tower;

impl Server for Tower {
    fn name(&self) -> &'static str {
        "tower"
    }

    fn serve(&self, app: App, listener: std::net::TcpListener, _: Protocol) -> JoinHandle<()> {
        let layer = WebhookLayer::new(app.endpoint().clone());
        let layer = layer.unverified_limit(app.unverified().clone());
        let limit = GlobalConcurrencyLimitLayer::with_semaphore(Arc::clone(app.permits()));
        let handler = service_fn(move |request| handle(app.clone(), request));
        let service = TowerToHyperService::new(layer.layer(limit.layer(handler)));
        tokio::spawn(listen::serve(listener, service))
    }
}

async fn handle(
    app: App,
    request: Request<RequestBody>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let delivery = request.extensions().get::<Delivery>();
    let delivery = delivery.expect("the layer is there").clone();
    let body = request.into_body().into_bytes();
    let said = match app.takes() {
        Takes::Delivery => app.handle(delivery, None).await,
        Takes::Bytes => app.handle(delivery, Some(body)).await,
        Takes::Payment => match Event::<Payment>::parse(delivery) {
            Ok(event) => app.handle(event.delivery, None).await,
            Err(error) => Said::from(Answer::from(&error.rejection())),
        },
    };
    Ok(said.response())
}
