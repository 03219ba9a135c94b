//! The suite over actix-web, and what only actix-web has.

use actix_web::{App, HttpResponse, test, web};
use webhook_actix::router::Complete;
use webhook_actix::testing::test_request;
use webhook_actix::{HookError, HookResult, HookResultExt, VerifiedDelivery};
use webhook_actix::{SignedRequest, VerifiedEvent};
use webhook_actix::{Webhook as Layer, WebhookRouter, WebhookService};

use crate::answered::Answered;

#[path = "suite.rs"]
mod suite;

const PATH: &str = "/webhooks/it";

/// An application with a router.
pub(crate) struct Served(WebhookService);

pub(crate) fn serve<F: Complete>(hooks: WebhookRouter<F>) -> Served {
    Served(hooks.at(PATH))
}

impl Served {
    pub(crate) async fn send(&self, delivery: &SignedRequest) -> Answered {
        let hooks = self.0.clone();
        let configure = |app: &mut web::ServiceConfig| {
            app.service(hooks);
        };
        send(configure, delivery).await
    }
}

async fn send(
    configure: impl FnOnce(&mut web::ServiceConfig),
    delivery: &SignedRequest,
) -> Answered {
    let app = test::init_service(App::new().configure(configure)).await;
    let request = test_request(delivery, PATH).to_request();
    let response = test::call_service(&app, request).await;
    let retry_after = response.headers().get("retry-after");
    Answered {
        status: response.status().as_u16(),
        retry_after: retry_after.map(|value| value.to_str().unwrap().to_owned()),
        body: String::from_utf8(test::read_body(response).await.into()).unwrap(),
    }
}

/// A response with this status.
pub(crate) fn status(status: u16) -> HttpResponse {
    HttpResponse::new(actix_web::http::StatusCode::from_u16(status).unwrap())
}

#[actix_web::test]
async fn data_of_the_application_is_extracted() {
    async fn paid(
        shop: web::Data<&'static str>,
        VerifiedEvent(event): VerifiedEvent<suite::Invoice>,
    ) -> Result<String, HookError> {
        Ok(format!("{} {}", **shop, event.data.amount))
    }
    let hooks = WebhookRouter::new(Layer::new(suite::endpoint())).on_event(paid);
    let hooks = hooks.ignore_unknown().at(PATH);
    let books = web::Data::new("books");
    let configure = |app: &mut web::ServiceConfig| {
        app.app_data(books).service(hooks);
    };
    let answer = send(configure, &suite::sent("evt_1", "invoice.paid")).await;
    assert_eq!(answer, Answered::new(200, "books 7"));
}
