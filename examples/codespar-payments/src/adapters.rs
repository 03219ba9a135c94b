//! Inbound adapters: what providers post to.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::put;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use webhook_axum::inbox::{EventSteps, Pipeline, Steps, step};
use webhook_axum::tenants::from_path;
use webhook_axum::{
    Algorithm, Answer, Endpoint, Event, HookResult, HttpsApi, Part, Provider, Scheme, SecretSet,
    TenantSecrets, VerifiedEvent, WebhookLayer, WebhookRouter, contracts, providers,
};
use webhook_payments::{PaymentEvent, PaymentKind};

use crate::{Failure, Parts};

/// The `<server_id>` in the path, and the scheme of its provider. Those of `unconfirmed` follow the
/// best evidence there is, but not a page of the provider: try them before you rely on them.
const ADAPTERS: [(&str, Provider); 17] = [
    ("asaas", providers::ASAAS),
    ("mercado-pago", providers::MERCADOPAGO),
    ("stripe", providers::STRIPE),
    ("iugu", providers::unconfirmed::IUGU),
    ("stone", providers::STONE_OPEN_BANK),
    ("coinbase-commerce", providers::COINBASE_COMMERCE),
    ("bitso", providers::BITSO),
    ("melhor-envio", providers::unconfirmed::MELHOR_ENVIO),
    ("nfe-io", providers::NFEIO),
    ("z-api", providers::unconfirmed::ZAPI),
    ("persona", providers::PERSONA),
    ("sift", providers::unconfirmed::SIFT),
    ("konduto", providers::unconfirmed::KONDUTO),
    ("truora", providers::unconfirmed::TRUORA),
    // For senders of your own: the other schemes that the guide names.
    ("ecdsa", own("ecdsa", ECDSA)),
    ("basic", own("basic", Scheme::basic())),
    (
        "secret-in-body",
        own("secret-in-body", Scheme::token().in_body("/secret")),
    ),
];

const ECDSA: Scheme =
    Scheme::signature(Algorithm::EcdsaP256Sha256, &[Part::Body]).in_header("x-signature");

const fn own(name: &'static str, scheme: Scheme) -> Provider {
    Provider::single(name, scheme).type_at(&["/event"])
}

/// The adapters, and the layer of each for the worker.
pub(crate) struct Adapters {
    pub(crate) app: Router,
    pub(crate) layers: Vec<WebhookLayer>,
}

#[derive(Clone)]
struct Context {
    parts: Parts,
    mercadopago: HttpsApi,
}

pub(crate) fn app(parts: &Parts, mercadopago: HttpsApi) -> Result<Adapters, Failure> {
    let (mut app, mut layers) = (Router::new(), Vec::new());
    for (server, provider) in ADAPTERS {
        // What all connections share. Each has a secret of its own, which is looked up.
        let template = Endpoint::builder(provider, SecretSet::per_tenant())
            .consumer(server)
            .store(parts.store.clone())
            .durable(parts.inbox.clone())
            .answer_rejections(contracts::codespar)
            .answer_stored(|_| Answer::json(r#"{"received":true}"#))
            .build()?;
        let path = format!("/v1/webhooks/{server}/{{tenant}}");
        let secret_of = parts.secrets.resolver(provider);
        let layer = WebhookLayer::per_tenant(template, from_path(&path), secret_of);
        let hooks = WebhookRouter::new(layer.clone()).fallback(forward);
        app = app.route(&path, hooks.into());
        layers.push(layer);
    }
    let context = Context {
        parts: parts.clone(),
        mercadopago,
    };
    Ok(Adapters {
        app: app.with_state(context),
        layers,
    })
}

/// Calls every trigger of the event. One that fails is called again later, and holds up no other.
async fn forward(
    State(context): State<Context>,
    VerifiedEvent(event): VerifiedEvent<PaymentEvent>,
    EventSteps(steps): EventSteps,
) -> HookResult {
    let payment = context.fetched(&event.data, &steps).await?;
    let (name, body) = normalised(&event, &payment, steps.key("event"));
    let triggers = context.parts.triggers.of(name).await?;
    let mut calls = Pipeline::new().abort_on_error(false);
    for trigger in &triggers {
        let call = |_| trigger.call(&context.parts.client, &body);
        calls = calls.step(step(&*trigger.id, call));
    }
    calls.run(&steps).await?.into_result()?;
    Ok(())
}

impl Context {
    /// Mercado Pago signs the id of a payment and nothing else, so the payment is fetched. That is
    /// a step too: the next attempt is about the same payment, even if it has changed since.
    async fn fetched(&self, payment: &PaymentEvent, steps: &Steps) -> HookResult<PaymentEvent> {
        let Some(object) = &payment.to_fetch else {
            return Ok(payment.clone());
        };
        let fetch = async || -> Result<_, Failure> {
            let found = self.mercadopago.object(object.path()).await?;
            Ok(String::from_utf8(found.ok_or("no such payment")?.to_vec())?)
        };
        let fetched: String = steps.run("fetch", fetch).await?;
        Ok(object.read(fetched)?)
    }
}

/// The event in CodeSpar's words. It has to have the same bytes in every attempt: the receiver
/// knows a copy by them.
fn normalised(
    event: &Event<PaymentEvent>,
    payment: &PaymentEvent,
    key: String,
) -> (String, String) {
    let source = event.consumer().unwrap_or_default();
    let name = match payment.kind {
        PaymentKind::PaymentSucceeded => "payment.confirmed".to_owned(),
        PaymentKind::Other => format!(
            "{source}.{}",
            payment.event_type.as_deref().unwrap_or("event")
        ),
        kind => kind.to_string(),
    };
    let data: Value = serde_json::from_slice(&payment.raw).unwrap_or_default();
    let metadata = ["/data/object/metadata", "/event/data/metadata", "/metadata"];
    let metadata = metadata
        .iter()
        .find_map(|at| data.pointer(at))
        .cloned()
        .unwrap_or_default();
    let body = json!({
        "event": name,
        "idempotency_key": key,
        "source": source,
        "connection": event.tenant(),
        "payment_id": payment.ids.payment,
        "amount": payment.amount.map(|amount| amount.minor()),
        "currency": payment.amount.map(|amount| amount.currency().code().to_owned()),
        "customer": {"cpf": metadata["cpf"], "phone": metadata["phone"]},
        "items": metadata["items"],
        "shipping": {"cep": metadata["cep"], "weight": metadata["weight"]},
        // Some providers sign only a part of what they send.
        "signed": {"body": event.proof().coverage().body, "type": event.proof().covers_type()},
        "data": data,
    });
    (name, body.to_string())
}

/// A connection: the secret of somebody's account at a provider.
#[derive(Deserialize)]
struct Connection {
    /// Or the public key, or `username:password`.
    secret: String,
    #[serde(default)]
    settings: std::collections::BTreeMap<String, String>,
}

pub(crate) fn api(parts: &Parts) -> Router {
    let connections =
        Router::new().route("/v1/connections/{server_id}/{connection_id}", put(connect));
    connections.with_state(parts.clone())
}

async fn connect(
    State(parts): State<Parts>,
    Path((server, connection)): Path<(String, String)>,
    Json(given): Json<Connection>,
) -> Result<Json<Value>, (StatusCode, String)> {
    let known = ADAPTERS.iter().find(|(name, _)| *name == server);
    let (_, provider) = known.ok_or((StatusCode::NOT_FOUND, "unknown server".to_owned()))?;
    let mut secrets = TenantSecrets::new(given.secret);
    for (name, value) in given.settings {
        secrets = secrets.setting(name, value);
    }
    let stored = parts.secrets.put(provider, &connection, &secrets).await;
    stored.map_err(|error| (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    Ok(Json(
        json!({"webhook_path": format!("/v1/webhooks/{server}/{connection}")}),
    ))
}
