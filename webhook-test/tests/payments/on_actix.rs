//! The suite over actix-web.

use actix_web::{App, test};
use webhook_actix::router::Complete;
use webhook_actix::testing::test_request;
use webhook_actix::{HookResult, SignedRequest, VerifiedDelivery, VerifiedEvent};
use webhook_actix::{Webhook as Layer, WebhookRouter, WebhookService};

#[path = "suite.rs"]
mod suite;

const PATH: &str = "/webhooks/it";

pub(crate) struct Served(WebhookService);

pub(crate) fn serve<F: Complete>(hooks: WebhookRouter<F>) -> Served {
    Served(hooks.at(PATH))
}

impl Served {
    pub(crate) async fn send(&self, delivery: &SignedRequest) -> u16 {
        let app = test::init_service(App::new().service(self.0.clone())).await;
        let request = test_request(delivery, PATH).to_request();
        test::call_service(&app, request).await.status().as_u16()
    }
}
