//! Every provider as a sender.

use serde_json::{Value, json};
use webhook_axum::testing::PlainSender;
use webhook_axum::{Algorithm, Part, Provider, Scheme, providers};
use webhook_test::Sent;

const TEXT: &str = "0123456789abcdef0123456789abcdef";
const RSA: (&str, &str) = (
    include_str!("../../../../webhook-test/vectors/keys/rsa.pem"),
    include_str!("../../../../webhook-test/vectors/keys/rsa.pub.pem"),
);
const P256: (&str, &str) = (
    include_str!("../../../../webhook-test/vectors/keys/p256.pem"),
    include_str!("../../../../webhook-test/vectors/keys/p256.pub.pem"),
);
const ECDSA: Provider = Provider::single(
    "ecdsa",
    Scheme::signature(Algorithm::EcdsaP256Sha256, &[Part::Body]).in_header("x-signature"),
);
const BASIC: Provider = Provider::single("basic", Scheme::basic());
const IN_BODY: Provider = Provider::single("secret-in-body", Scheme::token().in_body("/secret"));

/// A provider, what it sends, and how CodeSpar's event of it is called.
pub(crate) struct Sender {
    pub(crate) server: &'static str,
    pub(crate) event: &'static str,
    provider: Provider,
    kind: &'static str,
    data: Value,
}

/// The fourteen of the guide, and the other schemes that it names.
pub(crate) fn all() -> Vec<Sender> {
    let unknown = json!({"event": "changed", "type": "changed", "event_type": "changed"});
    let konduto = json!({"order_id": "o1", "timestamp": 1, "status": "approved"});
    let stone = json!({"event_type": "cash_in", "iat": 0});
    [
        (
            "asaas",
            providers::ASAAS,
            "PAYMENT_CONFIRMED",
            json!({"value": 19.99}),
            "payment.confirmed",
        ),
        (
            "mercado-pago",
            providers::MERCADOPAGO,
            "payment",
            json!({"data": {"id": "123"}}),
            "payment.confirmed",
        ),
        (
            "stripe",
            providers::STRIPE,
            "payment_intent.succeeded",
            stripe(),
            "payment.confirmed",
        ),
        (
            "iugu",
            providers::unconfirmed::IUGU,
            "changed",
            unknown.clone(),
            "iugu.event",
        ),
        (
            "stone",
            providers::STONE_OPEN_BANK,
            "cash_in",
            stone,
            "stone.cash_in",
        ),
        (
            "coinbase-commerce",
            providers::COINBASE_COMMERCE,
            "charge:confirmed",
            json!({}),
            "payment.confirmed",
        ),
        (
            "bitso",
            providers::BITSO,
            "withdrawal",
            json!({}),
            "bitso.withdrawal",
        ),
        (
            "melhor-envio",
            providers::unconfirmed::MELHOR_ENVIO,
            "changed",
            unknown.clone(),
            "melhor-envio.changed",
        ),
        (
            "nfe-io",
            providers::NFEIO,
            "issued",
            unknown.clone(),
            "nfe-io.issued",
        ),
        (
            "z-api",
            providers::unconfirmed::ZAPI,
            "changed",
            unknown.clone(),
            "z-api.changed",
        ),
        (
            "persona",
            providers::PERSONA,
            "inquiry.approved",
            json!({}),
            "persona.inquiry.approved",
        ),
        (
            "sift",
            providers::unconfirmed::SIFT,
            "changed",
            unknown.clone(),
            "sift.event",
        ),
        (
            "konduto",
            providers::unconfirmed::KONDUTO,
            "approved",
            konduto,
            "konduto.approved",
        ),
        (
            "truora",
            providers::unconfirmed::TRUORA,
            "changed",
            unknown.clone(),
            "truora.changed",
        ),
        ("ecdsa", ECDSA, "changed", unknown.clone(), "ecdsa.changed"),
        ("basic", BASIC, "changed", unknown.clone(), "basic.changed"),
        (
            "secret-in-body",
            IN_BODY,
            "changed",
            unknown,
            "secret-in-body.changed",
        ),
    ]
    .map(|(server, provider, kind, data, event)| Sender {
        server,
        event,
        provider,
        kind,
        data,
    })
    .into()
}

fn stripe() -> Value {
    let metadata =
        json!({"cpf": "000", "phone": "+55", "cep": "01000-000", "weight": "1.5", "items": "1"});
    json!({"amount": 1999, "amount_received": 1999, "currency": "brl", "metadata": metadata})
}

impl Sender {
    /// What is put for a connection: the secret, or the public key.
    pub(crate) fn connection(&self) -> Value {
        let (_, receiving) = self.secrets();
        match self.server {
            "stone" => json!({"secret": receiving, "settings": {"private_key": RSA.0}}),
            _ => json!({"secret": receiving}),
        }
    }

    fn secrets(&self) -> (&'static str, &'static str) {
        match self.server {
            "bitso" | "stone" => RSA,
            "ecdsa" => P256,
            "basic" => ("codespar:0123456789abcdef", "codespar:0123456789abcdef"),
            _ => (TEXT, TEXT),
        }
    }

    fn plain(&self) -> PlainSender {
        let sender = PlainSender::new(self.provider, self.secrets().0);
        match self.server {
            "stone" => sender.setting("private_key", RSA.0),
            _ => sender,
        }
    }

    fn to(&self, connection: &str, sent: impl Into<Sent>) -> Sent {
        let mut sent = sent.into();
        let query = sent
            .target
            .split_once('?')
            .map(|(_, query)| format!("?{query}"));
        let path = format!("/v1/webhooks/{}/{connection}", self.server);
        sent.target = path + &query.unwrap_or_default();
        sent
    }

    /// A genuine delivery of the event with this number, and a forged one.
    pub(crate) fn deliveries(&self, connection: &str, number: u32) -> [Sent; 2] {
        let (sender, mut data) = (self.plain(), self.data.clone());
        data["number"] = number.into();
        // Each event of a sender has another id, if the provider has ids.
        (1..number).for_each(|_| drop(sender.event(self.kind, &data)));
        let event = || sender.event(self.kind, &data);
        let (genuine, forged) = (sender.signed(event()), sender.forged(event()));
        [self.to(connection, genuine), self.to(connection, forged)]
    }
}
