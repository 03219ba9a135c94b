//! One resource behind [`Webhook`], a handler for each kind of event, and octocrab's types as the `T` of
//! `VerifiedEvent<T>`. See `main.rs` for how to run it.

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

/// Where deliveries arrive.
pub const PATH: &str = "/webhooks/github";

/// What happened. In an application this is its database.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// All of it.
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

/// The server, which runs once it is awaited.
///
/// # Errors
///
/// The listener's.
pub fn serve(listener: TcpListener, webhook: Webhook, log: Log) -> io::Result<Server> {
    let log = Data::new(log);
    // The closure runs once for each worker. `webhook` is made outside of it and cloned: clones share what is remembered.
    // Made inside, each worker would remember its own, and a copy that meets another worker would run again.
    let server = HttpServer::new(move || {
        App::new().app_data(log.clone()).service(
            web::resource(PATH)
                // Guards come after the middleware, so they see verified deliveries alone. The header is not signed,
                // though: whoever captured a delivery may send it as another kind. It gets nowhere: the body, which is
                // signed, is what identifies it, so it is a copy of what was handled.
                .route(web::post().guard(Header(KIND, "star")).to(star))
                .route(web::post().guard(Header(KIND, "push")).to(push))
                .route(web::post().to(other))
                .wrap(webhook.clone()),
        )
    });
    Ok(server.listen(listener)?.run())
}

const KIND: &str = "x-github-event";

/// octocrab has a type for what is special about each kind of event. This puts beside it what all of them have.
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

/// `ping`, and what else is ticked in the settings: taken, so that GitHub's page shows no failures.
async fn other(VerifiedDelivery(delivery): VerifiedDelivery) -> HttpResponse {
    println!("nothing to do for {:?}", delivery.event_type());
    HttpResponse::Ok().finish()
}
