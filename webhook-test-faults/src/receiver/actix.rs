//! The receiver in actix-web.

use std::net::TcpListener;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, HttpResponse, HttpServer, web};
use webhook_actix::{VerifiedDelivery, Webhook};
use webhook_core::Endpoint;

use crate::Failure;
use crate::receiver::application::Application;

pub(super) async fn serve(
    endpoint: Endpoint,
    application: Application,
    listener: TcpListener,
) -> Result<(), Failure> {
    let webhook = Webhook::new(endpoint);
    let server = HttpServer::new(move || {
        let hook = web::resource("/").wrap(webhook.clone());
        App::new()
            .app_data(web::Data::new(application.clone()))
            .wrap(from_fn(answer))
            .service(hook.route(web::post().to(handle)))
    });
    let server = server.workers(2).disable_signals();
    Ok(server.listen_auto_h2c(listener)?.run().await?)
}

async fn handle(
    application: web::Data<Application>,
    VerifiedDelivery(delivery): VerifiedDelivery,
) -> HttpResponse {
    let status = StatusCode::from_u16(application.handle(&delivery).await);
    HttpResponse::new(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
}

async fn answer<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let application = request.app_data::<web::Data<Application>>().cloned();
    let response = next.call(request).await?;
    if let Some(application) = application {
        application.answers(response.status().as_u16());
    }
    Ok(response)
}
