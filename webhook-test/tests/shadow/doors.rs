//! The adapters, each with a shadow, or a layer, around a handler that writes down what it got.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::{Payload, Service, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode as ActixStatus;
use actix_web::test::init_service;
use actix_web::{App, HttpResponse, web};
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use axum::{Router, routing::any};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http_body::Frame;
use http_body_util::{BodyExt as _, Full, StreamBody};
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use webhook_actix::testing::test_request;
use webhook_core::{Delivery, Endpoint, SignedRequest};
use webhook_tower::{ShadowBody, ShadowVerdict, Shadowed, UnverifiedLimit};

pub(crate) const PATH: &str = "/webhooks/it";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    Tower,
    Axum,
    Actix,
}

impl Door {
    pub(crate) const ALL: [Self; 3] = [Self::Tower, Self::Axum, Self::Actix];
}

/// How a body arrives.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Chunk(Bytes),
    Wait(Duration),
    Fail,
}

/// A request for every framework.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) head: SignedRequest,
    pub(crate) body: Vec<Step>,
}

impl From<SignedRequest> for Sent {
    fn from(head: SignedRequest) -> Self {
        let body = match head.body.is_empty() {
            true => Vec::new(),
            false => vec![Step::Chunk(head.body.clone())],
        };
        Self { head, body }
    }
}

impl Sent {
    fn stream(&self) -> impl Stream<Item = Result<Bytes, io::Error>> + Send + Unpin + use<> {
        let steps = stream::iter(self.body.clone());
        Box::pin(steps.filter_map(|step| async {
            match step {
                Step::Chunk(bytes) => Some(Ok(bytes)),
                Step::Fail => Some(Err(io::Error::other("the connection broke"))),
                Step::Wait(time) => {
                    tokio::time::sleep(time).await;
                    None
                }
            }
        }))
    }

    fn http<B>(&self, body: B) -> Request<B> {
        let request = self.head.to_http::<Full<Bytes>>(PATH);
        request.map(|_| body)
    }
}

/// What a handler got.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) verdict: ShadowVerdict,
    pub(crate) delivery: Option<Delivery>,
    /// `None` if the body failed.
    pub(crate) body: Option<Bytes>,
}

/// What handlers got, and the status that they answer.
#[derive(Clone, Debug)]
pub(crate) struct Handler {
    pub(crate) status: u16,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Handler {
    pub(crate) fn new() -> Self {
        Self::answering(200)
    }

    pub(crate) fn answering(status: u16) -> Self {
        Self {
            status,
            got: Arc::default(),
        }
    }

    fn add(&self, shadowed: &Shadowed, body: Option<Bytes>) {
        self.got.lock().unwrap().push(Got {
            verdict: shadowed.verdict(),
            delivery: shadowed.delivery().cloned(),
            body,
        });
    }

    /// What the handlers got since the last call.
    pub(crate) fn take(&self) -> Vec<Got> {
        std::mem::take(&mut self.got.lock().unwrap())
    }
}

/// Sends a request through a shadow of this endpoint.
pub(crate) async fn shadowed(
    door: Door,
    endpoint: &Endpoint,
    sent: &Sent,
    handler: &Handler,
    limit: Option<UnverifiedLimit>,
) -> u16 {
    let (endpoint, handler) = (endpoint.clone(), handler.clone());
    let limit = limit.unwrap_or_default();
    match door {
        Door::Tower => {
            let layer = webhook_tower::WebhookLayer::new(endpoint).unverified_limit(limit);
            let service = ServiceBuilder::new().layer(layer.shadow());
            let service = service.service(service_fn(move |request: Request<ShadowBody<_>>| {
                let handler = handler.clone();
                async move {
                    let (head, body) = request.into_parts();
                    assert!(head.extensions.get::<Delivery>().is_none());
                    let shadowed = head.extensions.get::<Shadowed>().unwrap();
                    let body = body.collect().await.ok().map(|body| body.to_bytes());
                    handler.add(shadowed, body);
                    let mut response = Response::new(Full::<Bytes>::default());
                    *response.status_mut() = StatusCode::from_u16(handler.status).unwrap();
                    Ok::<_, Infallible>(response)
                }
            }));
            let body = StreamBody::new(sent.stream().map(|chunk| chunk.map(Frame::data)));
            let response = service.oneshot(sent.http(body)).await;
            response.unwrap().status().as_u16()
        }
        Door::Axum => {
            let answer = async move |request: webhook_axum::UnverifiedRequest, body: Body| {
                let body = body.collect().await.ok().map(|body| body.to_bytes());
                handler.add(&request, body);
                StatusCode::from_u16(handler.status).unwrap()
            };
            let layer = webhook_axum::WebhookLayer::new(endpoint).unverified_limit(limit);
            let app: Router = Router::new().route(PATH, any(answer).layer(layer.shadow()));
            let request = sent.http(Body::from_stream(sent.stream()));
            app.oneshot(request).await.unwrap().status().as_u16()
        }
        Door::Actix => {
            let answer = move |request: webhook_actix::UnverifiedRequest, payload: web::Payload| {
                let handler = handler.clone();
                async move {
                    let body = payload.to_bytes().await.ok();
                    handler.add(&request, body);
                    HttpResponse::build(ActixStatus::from_u16(handler.status).unwrap()).finish()
                }
            };
            let webhook = webhook_actix::Webhook::new(endpoint).unverified_limit(limit);
            let resource = web::resource(PATH).wrap(webhook.shadow()).to(answer);
            call_actix(resource, sent).await
        }
    }
}

/// Sends a request through the layer itself, around a handler that succeeds.
pub(crate) async fn enforced(door: Door, endpoint: &Endpoint, sent: &Sent) -> u16 {
    let endpoint = endpoint.clone();
    match door {
        Door::Tower => {
            let layer = webhook_tower::WebhookLayer::new(endpoint);
            let handler = service_fn(async |_: Request<_>| {
                Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
            });
            let service = ServiceBuilder::new().layer(layer).service(handler);
            let body = StreamBody::new(sent.stream().map(|chunk| chunk.map(Frame::data)));
            let response = service.oneshot(sent.http(body)).await;
            response.unwrap().status().as_u16()
        }
        Door::Axum => {
            let layer = webhook_axum::WebhookLayer::new(endpoint);
            let app: Router = Router::new().route(PATH, any(async || ()).layer(layer));
            let request = sent.http(Body::from_stream(sent.stream()));
            app.oneshot(request).await.unwrap().status().as_u16()
        }
        Door::Actix => {
            let webhook = webhook_actix::Webhook::new(endpoint);
            let resource = web::resource(PATH).wrap(webhook).to(HttpResponse::Ok);
            call_actix(resource, sent).await
        }
    }
}

/// Sends a request to a handler that takes a verified event, and to one that takes an unverified
/// request, each behind a shadow or behind the layer itself.
pub(crate) async fn extractors(
    door: Door,
    endpoint: &Endpoint,
    sent: &Sent,
    shadow: bool,
) -> (u16, u16) {
    let endpoint = endpoint.clone();
    match door {
        Door::Tower => unreachable!("tower has no extractors"),
        Door::Axum => {
            use webhook_axum::{UnverifiedRequest, VerifiedEvent, WebhookLayer};
            let event = async |_: VerifiedEvent<serde_json::Value>| ();
            let request = async |_: UnverifiedRequest| ();
            let mut answers = Vec::new();
            for route in [any(event), any(request)] {
                let layer = WebhookLayer::new(endpoint.clone());
                let route = match shadow {
                    true => route.layer(layer.shadow()),
                    false => route.layer(layer),
                };
                let app: Router = Router::new().route(PATH, route);
                let request = sent.http(Body::from_stream(sent.stream()));
                answers.push(app.oneshot(request).await.unwrap().status().as_u16());
            }
            (answers[0], answers[1])
        }
        Door::Actix => {
            use webhook_actix::{UnverifiedRequest, VerifiedEvent, Webhook};
            let event = async |_: VerifiedEvent<serde_json::Value>| HttpResponse::Ok();
            let request = async |_: UnverifiedRequest| HttpResponse::Ok();
            let webhook = Webhook::new(endpoint);
            let resource = || web::resource(PATH);
            match shadow {
                true => {
                    let resource = || resource().wrap(webhook.clone().shadow());
                    let event = call_actix(resource().to(event), sent).await;
                    (event, call_actix(resource().to(request), sent).await)
                }
                false => {
                    let resource = || resource().wrap(webhook.clone());
                    let event = call_actix(resource().to(event), sent).await;
                    (event, call_actix(resource().to(request), sent).await)
                }
            }
        }
    }
}

type BoxedPayloadStream = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;

async fn call_actix(
    resource: impl actix_web::dev::HttpServiceFactory + 'static,
    sent: &Sent,
) -> u16 {
    let app = init_service(App::new().service(resource)).await;
    let request = test_request(&sent.head, PATH).to_request();
    let body = sent.stream().map(|chunk| chunk.map_err(PayloadError::Io));
    let payload: BoxedPayloadStream = Box::pin(body);
    let (request, _) = request.replace_payload(Payload::Stream { payload });
    let response: Result<ServiceResponse<_>, _> = app.call(request).await;
    match response {
        Ok(response) => response.status().as_u16(),
        Err(error) => error.as_response_error().status_code().as_u16(),
    }
}
