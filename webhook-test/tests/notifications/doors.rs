//! The adapters, each around a handler that writes down what it got.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::StatusCode as ActixStatus;
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::{App, HttpResponse, web};
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use axum::{Router, routing::any};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use serde_json::Value;
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use webhook_core::{Delivery, Endpoint};
use webhook_tower::RequestBody;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    Tower,
    Axum,
    Actix,
}

impl Door {
    pub(crate) const ALL: [Self; 3] = [Self::Tower, Self::Axum, Self::Actix];
}

/// A notification, as anybody can send it.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) target: String,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

impl Sent {
    pub(crate) fn form(body: &str) -> Self {
        Self {
            target: "/hooks".to_owned(),
            content_type: "application/x-www-form-urlencoded",
            body: body.to_owned(),
        }
    }

    pub(crate) fn json(body: &str) -> Self {
        Self {
            content_type: "application/json",
            ..Self::form(body)
        }
    }

    pub(crate) fn query(query: &str) -> Self {
        Self {
            target: format!("/hooks?{query}"),
            ..Self::json("")
        }
    }

    pub(crate) fn http<B>(&self, body: B) -> Request<B> {
        let request = Request::post(&self.target).header("content-type", self.content_type);
        request.body(body).unwrap()
    }
}

/// The handler: what it got, and the status that it answers.
#[derive(Clone, Debug)]
pub(crate) struct Handler {
    pub(crate) status: u16,
    got: Arc<Mutex<Vec<Delivery>>>,
}

impl Handler {
    pub(crate) fn answering(status: u16) -> Self {
        Self {
            status,
            got: Arc::default(),
        }
    }

    pub(crate) fn new() -> Self {
        Self::answering(200)
    }

    fn add(&self, delivery: &Delivery) {
        self.got.lock().unwrap().push(delivery.clone());
    }

    /// What ran since the last call.
    pub(crate) fn take(&self) -> Vec<Delivery> {
        std::mem::take(&mut self.got.lock().unwrap())
    }
}

/// Status, `Retry-After` and body.
pub(crate) type Answered = (u16, Option<String>, String);

pub(crate) async fn send(
    door: Door,
    endpoint: &Endpoint,
    sent: &Sent,
    handler: &Handler,
) -> Answered {
    let (endpoint, handler) = (endpoint.clone(), handler.clone());
    match door {
        Door::Tower => {
            let service = service_fn(move |request: Request<RequestBody>| {
                let handler = handler.clone();
                async move {
                    handler.add(request.extensions().get::<Delivery>().unwrap());
                    let mut response = Response::new(Full::<Bytes>::default());
                    *response.status_mut() = StatusCode::from_u16(handler.status).unwrap();
                    Ok::<_, Infallible>(response)
                }
            });
            let layer = webhook_tower::WebhookLayer::new(endpoint);
            let service = ServiceBuilder::new().layer(layer).service(service);
            let request = sent.http(Full::new(Bytes::from(sent.body.clone())));
            let response = service.oneshot(request).await.unwrap();
            let (head, body) = response.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            answered(head.status.as_u16(), head.headers.get("retry-after"), &body)
        }
        Door::Axum => {
            let answer = async move |event: webhook_axum::VerifiedEvent<Value>| {
                handler.add(&event.0.delivery);
                StatusCode::from_u16(handler.status).unwrap()
            };
            let layer = webhook_axum::WebhookLayer::new(endpoint);
            let app: Router = Router::new().route("/hooks", any(answer).layer(layer));
            let response = app.oneshot(sent.http(Body::from(sent.body.clone()))).await;
            let (head, body) = response.unwrap().into_parts();
            let body = to_bytes(body, 4096).await.unwrap();
            answered(head.status.as_u16(), head.headers.get("retry-after"), &body)
        }
        Door::Actix => {
            let answer = move |event: webhook_actix::VerifiedEvent<Value>| {
                handler.add(&event.0.delivery);
                let status = ActixStatus::from_u16(handler.status).unwrap();
                async move { HttpResponse::build(status).finish() }
            };
            let webhook = webhook_actix::Webhook::new(endpoint);
            let resource = web::resource("/hooks").wrap(webhook).to(answer);
            let app = init_service(App::new().service(resource)).await;
            let request = TestRequest::post()
                .uri(&sent.target)
                .insert_header(("content-type", sent.content_type))
                .set_payload(sent.body.clone());
            let response: ServiceResponse<_> = app.call(request.to_request()).await.unwrap();
            let status = response.status().as_u16();
            let retry = response.headers().get("retry-after");
            let retry = retry.map(|value| value.to_str().unwrap().to_owned());
            let body = read_body(response).await;
            (status, retry, String::from_utf8(body.to_vec()).unwrap())
        }
    }
}

fn answered(status: u16, retry: Option<&http::HeaderValue>, body: &[u8]) -> Answered {
    let retry = retry.map(|value| value.to_str().unwrap().to_owned());
    (status, retry, String::from_utf8(body.to_vec()).unwrap())
}
