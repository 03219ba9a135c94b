//! The adapters, each around a handler that succeeds and writes down what it got.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use actix_web::dev::{Service, ServiceResponse};
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, HttpResponse, web};
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use axum::{Router, routing::any};
use bytes::Bytes;
use http_body_util::Full;
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use webhook_actix::testing::ActixWeb;
use webhook_core::testing::{Framework, Http};
use webhook_core::{Delivery, Endpoint};
use webhook_tower::RequestBody;

pub(crate) const PATH: &str = "/webhooks/it";

/// What handlers got: id and type of each event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ran(Arc<Mutex<Vec<Labels>>>);

pub(crate) type Labels = (Option<String>, Option<String>);

impl Ran {
    fn add(&self, delivery: &Delivery) {
        let text = |label: Option<&str>| label.map(str::to_owned);
        let labels = (text(delivery.id()), text(delivery.event_type()));
        self.0.lock().unwrap().push(labels);
    }

    /// What ran since the last call.
    pub(crate) fn take(&self) -> Vec<Labels> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// An application with one route, in a framework.
pub(crate) trait Door: Sized {
    type Framework: Framework;

    const NAME: &'static str;

    async fn open(endpoint: Endpoint, ran: Ran) -> Self;

    async fn send(&self, request: <Self::Framework as Framework>::Request) -> u16;
}

pub(crate) struct Tower(Endpoint, Ran);

impl Door for Tower {
    type Framework = Http<Full<Bytes>>;

    const NAME: &'static str = "tower";

    async fn open(endpoint: Endpoint, ran: Ran) -> Self {
        Self(endpoint, ran)
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> u16 {
        let ran = self.1.clone();
        let handler = service_fn(move |request: Request<RequestBody>| {
            ran.add(request.extensions().get::<Delivery>().unwrap());
            async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) }
        });
        let layer = webhook_tower::WebhookLayer::new(self.0.clone());
        let service = ServiceBuilder::new().layer(layer).service(handler);
        service.oneshot(request).await.unwrap().status().as_u16()
    }
}

pub(crate) struct Axum(Router);

impl Door for Axum {
    type Framework = Http<Body>;

    const NAME: &'static str = "axum";

    async fn open(endpoint: Endpoint, ran: Ran) -> Self {
        let handler = async move |delivery: webhook_axum::VerifiedDelivery| {
            ran.add(&delivery.0);
            StatusCode::OK
        };
        let layer = webhook_axum::WebhookLayer::new(endpoint);
        Self(Router::new().route(PATH, any(handler).layer(layer)))
    }

    async fn send(&self, request: Request<Body>) -> u16 {
        let response = self.0.clone().oneshot(request).await;
        response.unwrap().status().as_u16()
    }
}

pub(crate) struct Actix(Endpoint, Ran);

impl Door for Actix {
    type Framework = ActixWeb;

    const NAME: &'static str = "actix-web";

    async fn open(endpoint: Endpoint, ran: Ran) -> Self {
        Self(endpoint, ran)
    }

    async fn send(&self, request: TestRequest) -> u16 {
        let ran = self.1.clone();
        let handler = move |delivery: webhook_actix::VerifiedDelivery| {
            ran.add(&delivery.0);
            async { HttpResponse::Ok().finish() }
        };
        let webhook = webhook_actix::Webhook::new(self.0.clone());
        let resource = web::resource(PATH).wrap(webhook).to(handler);
        let app = init_service(App::new().service(resource)).await;
        let response: Result<ServiceResponse<_>, _> = app.call(request.to_request()).await;
        match response {
            Ok(response) => response.status().as_u16(),
            Err(error) => error.as_response_error().status_code().as_u16(),
        }
    }
}
