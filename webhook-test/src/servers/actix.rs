//! The middleware over a service of actix-web, and actix-web's own server.

use std::future::pending;
use std::sync::Arc;
use std::thread;

use actix_web::body::MessageBody;
use actix_web::dev::{ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::{Condition, Next, from_fn};
use actix_web::{App as Actix, HttpResponse, HttpServer, Route, rt, web};
use tokio::task::JoinHandle;
use webhook_actix::{VerifiedDelivery, VerifiedEvent, Webhook};

use super::Server;
use crate::app::{App, Payment, Said};
use crate::case::{Protocol, Takes};

pub(super) struct ActixWeb;

impl Server for ActixWeb {
    fn name(&self) -> &'static str {
        "actix"
    }

    fn serve(
        &self,
        app: App,
        listener: std::net::TcpListener,
        protocol: Protocol,
    ) -> JoinHandle<()> {
        let webhook = Webhook::new(app.endpoint().clone());
        let webhook = webhook.unverified_limit(app.unverified().clone());
        let (send, started) = std::sync::mpsc::channel();
        // actix-web's futures stay on one thread, so it gets one.
        thread::spawn(move || {
            let serving = async move {
                let server = HttpServer::new(move || {
                    Actix::new()
                        .app_data(web::Data::new(app.clone()))
                        .wrap(from_fn(limit))
                        .wrap(Condition::new(app.has_layer(), webhook.clone()))
                        .default_service(route(app.takes()))
                });
                let server = server.workers(1).disable_signals();
                let server = match protocol {
                    Protocol::H1 => server.listen(listener),
                    Protocol::H2 => server.listen_auto_h2c(listener),
                };
                let running = server.expect("a server").run();
                send.send(running.handle()).expect("somebody waits for it");
                running.await.expect("a server");
            };
            rt::System::new().block_on(serving);
        });
        let stops = Stops(started.recv().expect("a server"));
        tokio::spawn(async move {
            let _stops = stops;
            pending::<()>().await;
        })
    }
}

/// Stops the server when it is dropped.
struct Stops(ServerHandle);

impl Drop for Stops {
    fn drop(&mut self) {
        // The command is sent at once; its future only waits for the end.
        drop(self.0.stop(false));
    }
}

fn route(takes: Takes) -> Route {
    match takes {
        Takes::Delivery => web::to(delivery),
        Takes::Bytes => web::to(bytes),
        Takes::Payment => web::to(payment),
    }
}

/// actix-web has no limit of its own for handlers that run at once.
async fn limit<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let app = request.app_data::<web::Data<App>>().expect("an app");
    let permits = Arc::clone(app.permits());
    let _permit = permits.acquire_owned().await.expect("never closed");
    next.call(request).await
}

async fn delivery(app: web::Data<App>, delivery: VerifiedDelivery) -> HttpResponse {
    respond(app.handle(delivery.0, None).await)
}

async fn bytes(app: web::Data<App>, delivery: VerifiedDelivery, body: web::Bytes) -> HttpResponse {
    respond(app.handle(delivery.0, Some(body)).await)
}

async fn payment(app: web::Data<App>, event: VerifiedEvent<Payment>) -> HttpResponse {
    respond(app.handle(event.0.delivery, None).await)
}

fn respond(said: Said) -> HttpResponse {
    let status = StatusCode::from_u16(said.status).expect("a status");
    let mut response = HttpResponse::build(status);
    for (name, value) in said.headers {
        response.insert_header((name, value));
    }
    let mut response = response.body(said.body);
    if let Some(disposition) = said.disposition {
        response.extensions_mut().insert(disposition);
    }
    response
}
