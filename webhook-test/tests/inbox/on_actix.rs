//! The suite over actix-web, and what only actix-web has.

use actix_web::{App, HttpRequest, test, web};
use webhook_actix::inbox::{AppConsumer, Consumer, EventSteps};
use webhook_actix::router::Complete;
use webhook_actix::testing::test_request;
use webhook_actix::{HookResult, HookResultExt, VerifiedDelivery};
use webhook_actix::{SignedRequest, VerifiedEvent};
use webhook_actix::{Webhook as Layer, WebhookRouter, WebhookService};

#[path = "suite.rs"]
mod suite;

use suite::{PATH, Ran};

/// An application with a router.
#[derive(Clone)]
pub(crate) struct Served(Option<WebhookService>);

pub(crate) fn serve<F: Complete>(hooks: WebhookRouter<F>) -> Served {
    Served(Some(hooks.at(PATH)))
}

/// An application without any route.
pub(crate) fn serve_nothing() -> Served {
    Served(None)
}

impl Served {
    pub(crate) async fn send(&self, delivery: &SignedRequest) -> u16 {
        let app = App::new().configure(|app| self.clone().configure(app));
        let app = test::init_service(app).await;
        let request = test_request(delivery, PATH).to_request();
        test::call_service(&app, request).await.status().as_u16()
    }

    pub(crate) fn consumer(&self, layer: &Layer) -> impl Consumer + use<> {
        let served = self.clone();
        let app = move || App::new().configure(|app| served.configure(app));
        AppConsumer::new(layer, app).unwrap()
    }

    fn configure(self, app: &mut web::ServiceConfig) {
        if let Some(hooks) = self.0 {
            app.service(hooks);
        }
    }
}

#[actix_web::test]
async fn data_and_paths_are_those_of_the_application_also_within_a_scope() {
    async fn paid(
        ran: web::Data<Ran>,
        shop: web::Path<String>,
        request: HttpRequest,
        VerifiedEvent(event): VerifiedEvent<suite::Invoice>,
    ) -> HookResult {
        let pattern = request.match_pattern().unwrap();
        let (uri, amount) = (request.uri(), event.data.amount);
        ran.note(&format!("{shop} {pattern} {uri} {amount}"));
        Ok(())
    }
    let (inbox, ran) = (suite::inbox(), Ran::default());
    let layer = Layer::new(suite::endpoint()).durable(inbox.clone());
    let hooks = WebhookRouter::new(layer.clone()).on("invoice.paid", paid);
    let hooks = hooks.ignore_unknown().at("/{shop}/stripe");
    let data = web::Data::new(ran.clone());
    let app = move || {
        let scope = web::scope("/hooks").service(hooks.clone());
        App::new().app_data(data.clone()).service(scope)
    };
    let delivery = suite::sent("evt_1", "invoice.paid");
    let request = test_request(&delivery, "/hooks/books/stripe?v=2").to_request();
    let served = test::init_service(app()).await;
    assert_eq!(test::call_service(&served, request).await.status(), 200);
    assert_eq!(ran.take(), [""; 0], "it is stored");
    suite::finish(&inbox, AppConsumer::new(&layer, app).unwrap()).await;
    let expected = "books /hooks/{shop}/stripe /hooks/books/stripe?v=2 7";
    assert_eq!(ran.take(), [expected]);
    assert_eq!(
        suite::only(&inbox).await.route.as_deref(),
        Some("/hooks/{shop}/stripe")
    );
}
