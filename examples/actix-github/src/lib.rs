//! One resource with the middleware [`Webhook`], and one handler for each kind of event. octocrab's
//! types are the `T` of `VerifiedEvent<T>`. `main.rs` says how to run the example.

use std::io;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::dev::Server;
use actix_web::guard::Header;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use octocrab::models::Repository;
use octocrab::models::webhook_events::payload::{
    PushWebhookEventPayload, StarWebhookEventAction, StarWebhookEventPayload,
};
use serde::Deserialize;
use webhook_actix::{VerifiedDelivery, VerifiedEvent, Webhook};

/// The path of the endpoint.
pub const PATH: &str = "/webhooks/github";

/// A log of handled events. An application writes to its database.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// Every line.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn write(&self, line: String) {
        println!("{line}");
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line);
    }
}

/// The server. It runs when it is awaited.
///
/// # Errors
///
/// The server cannot use the listener.
pub fn serve(listener: TcpListener, webhook: Webhook, log: Log) -> io::Result<Server> {
    let log = Data::new(log);
    // The closure runs once for each worker, and clones of `webhook` share their memory. Create
    // `webhook` outside: otherwise a copy that reaches another worker runs again.
    let server = HttpServer::new(move || {
        App::new().app_data(log.clone()).service(
            web::resource(PATH)
                // Guards run after the middleware, so they see only verified deliveries. GitHub
                // does not sign this header, so an attacker can send a captured delivery as another
                // kind. That is useless: the signed body identifies the delivery, so it is a
                // duplicate.
                .route(web::post().guard(Header(KIND, "star")).to(star))
                .route(web::post().guard(Header(KIND, "push")).to(push))
                .route(web::post().to(other))
                .wrap(webhook.clone()),
        )
    });
    Ok(server.listen(listener)?.run())
}

const KIND: &str = "x-github-event";

/// octocrab has a type for the fields of each kind of event. This adds the fields that all have.
#[derive(Deserialize)]
struct In<T> {
    repository: Repository,
    #[serde(flatten)]
    event: T,
}

impl<T> In<T> {
    fn repository(&self) -> &str {
        let Repository {
            full_name, name, ..
        } = &self.repository;
        full_name.as_ref().unwrap_or(name)
    }
}

async fn star(log: Data<Log>, event: VerifiedEvent<In<StarWebhookEventPayload>>) -> HttpResponse {
    let sign = match event.data.event.action {
        StarWebhookEventAction::Created => '+',
        _ => '-',
    };
    log.write(format!("{}: {sign}1 star", event.data.repository()));
    HttpResponse::Ok().finish()
}

async fn push(log: Data<Log>, event: VerifiedEvent<In<PushWebhookEventPayload>>) -> HttpResponse {
    let In { event: push, .. } = &event.data;
    let (repository, commits) = (event.data.repository(), push.commits.len());
    log.write(format!("{repository}: {commits} commits to {}", push.r#ref));
    HttpResponse::Ok().finish()
}

/// Accepts `ping` and every other kind, so that GitHub's page shows no failures.
async fn other(VerifiedDelivery(delivery): VerifiedDelivery) -> HttpResponse {
    println!("nothing to do for {:?}", delivery.event_type());
    HttpResponse::Ok().finish()
}
