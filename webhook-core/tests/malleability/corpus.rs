//! Genuine requests to begin with: what the signer makes of bodies that fit a provider, and the
//! known answers of `webhook-test/vectors`.

use serde_json::{Map, Value, json};
use webhook_core::providers::unconfirmed;
use webhook_core::{Endpoint, EndpointBuilder, Locator, Provider, SignedRequest, Signer};

use crate::loader::{self, Vector, Verdict};
use crate::parties::{NOW, URL, configured, secrets, setting, signed_headers, signing_secret};
use crate::request::Request;
use crate::soak;

/// A captured request, and how the endpoint that it was meant for is configured.
pub(crate) struct Case {
    pub(crate) provider: &'static Provider,
    pub(crate) name: String,
    pub(crate) builder: Box<dyn Fn() -> EndpointBuilder>,
    pub(crate) now: u64,
    pub(crate) request: Request,
    /// Other deliveries under the same secret.
    pub(crate) others: Vec<Request>,
    /// The shared secret, whose length an attacker may guess.
    pub(crate) secret_len: usize,
    /// Mutants of each mutator that are tried.
    pub(crate) effort: usize,
    /// Mutants that verified and are changed once more.
    pub(crate) second_round: usize,
    pub(crate) seed: u64,
    /// Which one of the provider it is.
    pub(crate) number: usize,
}

/// How much is tried.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    /// Mutants of each mutator, of a request that the signer made.
    pub(crate) signed: usize,
    /// Of a known answer.
    pub(crate) known: usize,
    /// Known answers of a provider.
    pub(crate) vectors: usize,
    /// Mutants of a request that are changed once more.
    pub(crate) second_round: usize,
    pub(crate) seed: u64,
}

impl Effort {
    /// What takes seconds in a debug build, or so many times as much in a soak run.
    pub(crate) fn of_this_run() -> Self {
        let times = usize::try_from(soak::cases(1)).unwrap();
        Self {
            signed: 12 * times,
            known: 3 * times,
            vectors: 3 * times,
            second_round: 2 * times,
            seed: soak::seed(0x5eed),
        }
    }
}

/// Every provider, the unconfirmed ones too.
pub(crate) fn providers() -> impl Iterator<Item = &'static Provider> {
    Provider::ALL.iter().chain(unconfirmed::ALL)
}

/// All cases of a provider.
pub(crate) fn cases(provider: &'static Provider, effort: Effort) -> Vec<Case> {
    let mut cases = signed(provider, effort);
    cases.extend(known(provider, effort));
    cases
}

/// What the signer makes.
fn signed(provider: &'static Provider, effort: Effort) -> Vec<Case> {
    let secret = signing_secret(provider);
    let Ok(signer) = Signer::new(*provider, secret.as_str()) else {
        return Vec::new();
    };
    let settings = provider.required_settings();
    let signer = settings.fold(signer, |signer, name| signer.setting(name, setting(name)));
    let signer = signer.public_url(URL).event_type("order.paid");
    let mut requests = Vec::new();
    for (i, (kind, body)) in bodies(provider).into_iter().enumerate() {
        let target = [
            "/hooks".to_owned(),
            "/hooks?data.id=Ab1&requestId=r1&x=a.b%20c+d".to_owned(),
            format!("/hooks?a=1&back={URL}?b"),
        ];
        let target = target[i % 3].clone();
        let mut signer = signer.clone().path_and_query(target);
        if !kind.is_empty() {
            signer = signer.header("content-type", kind);
        }
        for name in signed_headers(provider) {
            signer = signer.header(name, ["signed-1", "signed.2:b|c"][i % 2]);
        }
        // Some providers sign what the sender likes.
        signer = signer
            .header("x-kind", "order.paid")
            .header("x-trace", "a.b");
        requests.push((kind, Request::from(signer.sign(NOW, body))));
    }
    let is_public = secret != secrets(provider)[0];
    let all: Vec<_> = requests
        .iter()
        .map(|(_, request)| request.clone())
        .collect();
    let case = |(i, (kind, request)): (usize, (&str, Request))| Case {
        provider,
        name: format!("signed {i} {kind}"),
        builder: Box::new(|| endpoint(provider)),
        now: NOW.as_secs(),
        others: all
            .iter()
            .filter(|other| **other != request)
            .cloned()
            .collect(),
        request,
        secret_len: secret.len(),
        // Public keys take their time.
        effort: if is_public {
            effort.signed / 3 + 1
        } else {
            effort.signed
        },
        second_round: effort.second_round * 4,
        seed: effort.seed ^ i as u64,
        number: i,
    };
    requests.into_iter().enumerate().map(case).collect()
}

impl From<SignedRequest> for Request {
    fn from(signed: SignedRequest) -> Self {
        let headers = signed
            .headers
            .into_iter()
            .map(|(name, value)| (name, value.into_bytes()));
        Self {
            method: signed.method.to_owned(),
            target: signed.path_and_query,
            headers: headers.collect(),
            body: signed.body.to_vec(),
        }
    }
}

pub(crate) fn endpoint(provider: &Provider) -> EndpointBuilder {
    let [secret, _] = secrets(provider);
    let mut builder = Endpoint::builder(*provider, secret.as_str());
    if provider.signs_url() {
        builder = builder.public_url(URL);
    }
    configured(builder, provider)
}

/// Bodies with the content types they come with. Their texts have in them what separates the parts
/// of signed messages.
fn bodies(provider: &Provider) -> Vec<(&'static str, Vec<u8>)> {
    let json = "application/json";
    let form = "application/x-www-form-urlencoded";
    let mut bodies = vec![
        (
            json,
            fitting(provider, "a.b:c|d,e;f&g=h/i", "evt_1").to_string(),
        ),
        (
            json,
            fitting(provider, "caf\u{e9} \u{2013} \u{1f600} 1.x", "evt_2").to_string(),
        ),
        (json, fitting(provider, "plain", "evt_1").to_string()),
        (
            form,
            "AccountSid=AC1&Body=good.bye+%2B1&Empty=&Zip=a.b".into(),
        ),
        (
            form,
            "From=%2B15557654321&Text=caf%C3%A9.1800000000.x".into(),
        ),
    ];
    if !provider.schemes()[0].needs_full_body() {
        // As some write JSON: with more escapes than it takes.
        let escaped = r#"{"id":"evt_4","note":"caf\u00e9 a\/b","type":"order.paid"}"#;
        bodies.push((json, escaped.to_owned()));
        bodies.push(("text/plain", "1800000000.{\"id\":\"evt_1\"}".into()));
        bodies.push(("text/plain", "1800000000.5".into()));
        bodies.push((json, format!(" [{}]", fitting(provider, "x", "evt_3"))));
        bodies.push((json, String::new()));
    }
    bodies
        .into_iter()
        .map(|(kind, body)| (kind, body.into_bytes()))
        .collect()
}

/// A document that has what the provider signs, an id and a type.
fn fitting(provider: &Provider, note: &str, id: &str) -> Value {
    let mut document = match provider.name() {
        "adyen" => json!({"live": "false", "notificationItems": [{"NotificationRequestItem": {
            "additionalData": {}, "amount": {"currency": "EUR", "value": 1000},
            "eventCode": "AUTHORISATION", "merchantAccountCode": "shop",
            "merchantReference": note, "pspReference": id, "success": "true",
        }}]}),
        "iyzico" => {
            json!({
                "iyziEventType": "a", "paymentId": 12, "paymentConversationId": note, "status": "c",
            })
        }
        "midtrans" => {
            json!({
                "order_id": format!("{id}1"), "status_code": "200",
                "gross_amount": "1.00", "note": note,
            })
        }
        "microsoft-graph" => json!({"value": [{"note": note}, {"note": id}]}),
        "myfatoorah-v1" => json!({"Data": {"a": 1, "b": null, "c": note}, "note": id}),
        "myfatoorah-v2" => json!({"Event": {"Name": "PAYMENT_STATUS_CHANGED"},
            "Data": {"Invoice": {"Id": id, "Status": "PAID"}, "Transaction": {"PaymentId": note}},
            "note": note}),
        "paymob" => {
            // A transaction has numbers. What the signer adds is signed too.
            return json!({
                "type": "TRANSACTION", "note": note,
                "obj": {
                    "id": id.len(), "amount_cents": 100 + note.len(),
                    "order": {"id": 7, "note": note},
                },
            });
        }
        "tap" => {
            json!({
                "id": id, "amount": 1.5, "currency": "KWD",
                "reference": {"gateway": "b", "payment": "c"},
                "status": "CAPTURED", "transaction": {"created": "1"}, "note": note,
            })
        }
        "wompi" => json!({"data": {"transaction": {"id": id, "status": "APPROVED",
            "amount_in_cents": 4490000, "reference": note}}, "note": note}),
        _ => json!({"order_id": 1, "status": "NEW", "timestamp": 2, "note": note, "live": true,
            "items": [{"a": 1, "name": note}, {"a": 2}], "url": format!("{URL}?x={note}")}),
    };
    for (locator, value) in [
        (provider.id_locator(), id),
        (provider.type_locator(), "order.paid"),
    ] {
        if let Locator::Body(pointers) = locator {
            put(&mut document, pointers[0], value);
        }
    }
    document
}

/// Puts a text at a pointer, unless something is there or the way to it is another one's.
fn put(document: &mut Value, pointer: &str, text: &str) {
    let mut at = document;
    let names: Vec<_> = pointer.split('/').skip(1).collect();
    for name in &names {
        at = match at {
            Value::Object(members) => members.entry(*name).or_insert(Value::Null),
            Value::Null => {
                *at = Value::Object(Map::new());
                let Value::Object(members) = at else {
                    unreachable!()
                };
                members.entry(*name).or_insert(Value::Null)
            }
            _ => return,
        };
    }
    if at.is_null() {
        *at = text.into();
    }
}

/// The valid ones among the known answers.
fn known(provider: &'static Provider, effort: Effort) -> Vec<Case> {
    let vectors = loader::of(provider.name()).into_iter();
    let vectors = vectors.filter(|vector| vector.expect == Verdict::Valid);
    let vectors = vectors.filter(|vector| vector.response.is_none());
    let case = |(i, vector): (usize, Vector)| Case {
        provider,
        name: vector.name.clone(),
        now: vector.now,
        secret_len: vector.secrets.first().map_or(0, String::len),
        request: request(&vector),
        builder: Box::new(move || configured_for(provider, &vector)),
        others: Vec::new(),
        effort: effort.known,
        second_round: effort.second_round,
        seed: effort.seed ^ (100 + i as u64),
        number: i,
    };
    vectors.enumerate().take(effort.vectors).map(case).collect()
}

fn request(vector: &Vector) -> Request {
    let headers = vector.headers.iter().cloned();
    Request {
        method: vector.method.clone(),
        target: vector.path_and_query.clone(),
        headers: headers
            .map(|(name, value)| (name, value.into_bytes()))
            .collect(),
        body: vector.body(),
    }
}

fn configured_for(provider: &Provider, vector: &Vector) -> EndpointBuilder {
    let mut builder = Endpoint::builder(*provider, vector.secrets());
    if provider.signs_url() {
        let url = vector.url.as_deref().unwrap();
        builder = builder.public_url(url.split_once('?').map_or(url, |(url, _)| url));
    }
    for (name, value) in &vector.settings {
        builder = builder.setting(name, value.as_str());
    }
    builder
}
