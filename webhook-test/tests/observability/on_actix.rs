//! The suite over actix-web.

use std::rc::Rc;

use actix_http::Request;
use actix_web::dev::Payload;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{App, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use futures_util::stream;
use webhook_actix::{VerifiedDelivery, Webhook as Layer, WebhookRouter};
use webhook_test::Sent;

use suite::{Arrives, Handler};

#[path = "suite.rs"]
mod suite;

pub(crate) const FRAMEWORK: &str = "actix-web";

type Call = Box<dyn Fn(Request) -> LocalBoxFuture<'static, u16>>;

pub(crate) struct Served(Call);

async fn act(handler: Handler, delivery: VerifiedDelivery) -> HttpResponse {
    let (status, disposition) = handler.act(delivery.0).await;
    let mut response = HttpResponse::new(StatusCode::from_u16(status).unwrap());
    if let Some(disposition) = disposition {
        response.extensions_mut().insert(disposition);
    }
    response
}

async fn app(configure: impl FnOnce(&mut web::ServiceConfig)) -> Served {
    let app = Rc::new(init_service(App::new().configure(configure)).await);
    Served(Box::new(move |request| {
        let app = Rc::clone(&app);
        Box::pin(async move {
            match try_call_service(&*app, request).await {
                Ok(response) => response.status().as_u16(),
                Err(error) => error.error_response().status().as_u16(),
            }
        })
    }))
}

pub(crate) async fn serve(layer: Layer, handler: Handler) -> Served {
    let act = move |delivery| act(handler.clone(), delivery);
    let hook = web::resource("/").wrap(layer).route(web::route().to(act));
    app(|app| {
        app.service(hook);
    })
    .await
}

/// A router with the types `known.type` and `known.family.*`.
pub(crate) async fn route(layer: Layer) -> Served {
    let hooks = WebhookRouter::new(layer)
        .on(["known.type", "known.family.*"], async || {
            HttpResponse::Ok().finish()
        })
        .ignore_unknown();
    app(|app| {
        app.service(hooks.at("/hooks/{tenant}"));
    })
    .await
}

impl Served {
    pub(crate) async fn send(&self, sent: &Sent, arrives: Arrives) -> u16 {
        let method = Method::from_bytes(sent.method.as_bytes()).unwrap();
        let request = TestRequest::with_uri(&sent.target).method(method);
        let headers = sent.headers.iter();
        let request = headers.fold(request, |request, (name, value)| {
            request.append_header((name.as_str(), value.as_slice()))
        });
        let request = match arrives {
            Arrives::Whole => request.set_payload(sent.body.clone()).to_request(),
            Arrives::Never => {
                let payload = Box::pin(stream::pending());
                let payload: Payload = Payload::Stream { payload };
                request.to_request().replace_payload(payload).0
            }
        };
        (self.0)(request).await
    }
}
