//! Every provider through a configuration: a key verifies exactly if the provider's constant calls
//! it a secret.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use webhook_core::{
    Clock as _, Endpoint, Head, KeyFormat, Part, Provider, SignedRequest, Signer, SystemClock,
};

use super::routes;
use crate::catalogue::{Key, Kind, every_name, keys, takes_credentials};
use crate::config::Config;
use crate::config::file::Format;

const URL: &str = "https://shop.example/hooks";
/// Text, hexadecimal digits, base64 and base62.
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const OTHER: &str = "fedcba9876543210fedcba9876543210";
/// A body with every field that any provider signs.
const BODY: &str = r#"{"id":"evt_1","type":"a.b","order_id":"1","status_code":"200",
"gross_amount":"1.00","amount":1.5,"currency":"KWD","reference":{"gateway":"g","payment":"p"},
"transaction":{"created":"1"},"status":"s","iyziEventType":"e","paymentId":1,
"paymentConversationId":"c","value":[{}],"Data":{"a":1},"Event":{"Name":"PAYMENT_STATUS_CHANGED"},
"event":{"event_time":"1","event_type":"t"},
"data":{"transaction":{"id":"1-2","status":"APPROVED","amount_in_cents":3}},
"notificationItems":[{"NotificationRequestItem":{"pspReference":"1","additionalData":{}}}]}"#;

/// The providers that sign with a shared secret.
fn shared() -> impl Iterator<Item = &'static Provider> {
    let all = Provider::ALL.iter();
    all.filter(|provider| Signer::new(**provider, as_secret(provider, SECRET)).is_ok())
}

fn as_secret(provider: &Provider, text: &str) -> String {
    match takes_credentials(provider) {
        true => format!("user:{text}"),
        false => text.to_owned(),
    }
}

/// The entries that a route of the provider needs, without the secret.
fn required(provider: &Provider) -> Map<String, Value> {
    let settings = provider.required_settings();
    let settings = settings.map(|name| (name.to_owned(), json!("setting-1")));
    let mut entries: Map<_, _> = settings.collect();
    entries.insert("provider".into(), provider.name().into());
    entries.insert("url".into(), URL.into());
    entries
}

fn endpoint_of(entries: &Map<String, Value>) -> Result<Endpoint, String> {
    let config = json!({ "shop": entries }).to_string();
    let config = Config::parse(config.as_bytes(), Format::Json);
    let routes = config.and_then(|config| routes(&config));
    let routes = routes.map_err(|error| error.to_string())?;
    Ok(routes.into_iter().next().unwrap().endpoint)
}

/// A delivery signed now, with the settings from these entries.
fn sign(provider: &Provider, secret: &str, entries: &Map<String, Value>) -> SignedRequest {
    let signer = Signer::new(*provider, secret).unwrap().public_url(URL);
    let signer = signer.path_and_query("/hooks/shop?data.id=1&requestId=1");
    let mut settings = provider
        .parameters()
        .iter()
        .filter(|known| known.is_setting());
    let signer = settings
        .try_fold(signer, |signer, known| {
            Some(match entries.get(known.name()).and_then(Value::as_str) {
                Some(value) => signer.setting(known.name(), value),
                None => signer,
            })
        })
        .unwrap();
    let parts = provider.schemes()[0].parts().iter();
    let signer = parts.fold(signer, |signer, part| match part {
        Part::Header(name) => signer.header(*name, "signed-1"),
        _ => signer,
    });
    signer.sign(SystemClock.now().unwrap(), BODY)
}

fn accepts(endpoint: &Endpoint, request: &SignedRequest) -> bool {
    let head = Head {
        method: request.method,
        path_and_query: &request.path_and_query,
        headers: &request.headers,
    };
    endpoint.verify(&head, request.body.clone()).is_ok()
}

#[test]
fn a_key_verifies_if_it_names_a_secret_and_else_never() {
    let mut names: BTreeSet<_> = every_name().chain(PLAUSIBLE.iter().copied()).collect();
    // The tests below cover these.
    for name in ["secret", "provider", "username", "password"] {
        names.remove(name);
    }
    let (mut verified, mut ignored, mut refused) = (0, 0, 0);
    for provider in shared() {
        for name in &names {
            match outcome(provider, name) {
                Outcome::Verifies => verified += 1,
                Outcome::VerifiesNothing => ignored += 1,
                Outcome::Refused => refused += 1,
            }
        }
    }
    println!("{verified} keys verify, {ignored} verify nothing, {refused} are refused");
    assert!(verified > 400 && ignored > 100 && refused > 10_000);
}

enum Outcome {
    Verifies,
    VerifiesNothing,
    Refused,
}

/// Configures a route with one secret, and with another as the key `name`. Asserts that the other
/// verifies exactly if the key is a secret.
fn outcome(provider: &Provider, name: &str) -> Outcome {
    let what = format!("{}: {name}", provider.name());
    let known = keys(provider).into_iter().find(|key| key.name == name);
    let genuine = as_secret(provider, SECRET);
    let other = match name {
        "credentials" => format!("user:{OTHER}"),
        _ => as_secret(provider, OTHER),
    };
    let mut entries = required(provider);
    entries.insert("secret".into(), genuine.as_str().into());
    let value = match name {
        "secrets" => json!([other]),
        _ => json!(other),
    };
    entries.insert(name.to_owned(), value);
    let endpoint = match endpoint_of(&entries) {
        Ok(endpoint) => endpoint,
        Err(said) => {
            assert!(!said.contains(OTHER), "{said}");
            assert!(
                known.is_none() || RESTRICTED.contains(&name),
                "{what}: {said}"
            );
            return Outcome::Refused;
        }
    };
    let verifies = |secret: &str| accepts(&endpoint, &sign(provider, secret, &entries));
    assert!(verifies(&genuine) || name == "parameter", "{what}");
    let is_secret = known.is_some_and(|key| key.kind == Kind::Secret);
    assert_eq!(verifies(&other), is_secret, "{what}");
    match is_secret {
        true => Outcome::Verifies,
        false => Outcome::VerifiesNothing,
    }
}

/// Names that providers use for an id or a secret, whether or not a constant has them.
const PLAUSIBLE: &[&str] = &[
    "account_id",
    "account_sid",
    "api_key",
    "app_id",
    "app_key",
    "client_id",
    "client_key",
    "id",
    "key",
    "key_id",
    "merchant_id",
    "project_id",
    "public_id",
    "public_key",
    "publishable_key",
    "user_id",
];

/// Keys that accept only certain values, and no secret.
const RESTRICTED: &[&str] = &[
    "accept_offered_secret",
    "algorithm",
    "amqp",
    "consumers",
    "discard",
    "durable",
    "exec",
    "kafka",
    "nats",
    "forward",
    "identity",
    "max_body_bytes",
    "variant",
    "url",
    "tolerance_secs",
    "parameter",
    "tenants",
];

#[test]
fn each_name_of_a_secret_is_enough() {
    for provider in shared() {
        let secret = as_secret(provider, SECRET);
        let names = keys(provider).into_iter();
        let names = names.filter(|key| key.kind == Kind::Secret && key.name != "secrets");
        for Key { name, .. } in names {
            let mut entries = required(provider);
            entries.insert(name.into(), secret.as_str().into());
            let endpoint = endpoint_of(&entries).unwrap_or_else(|said| panic!("{name}: {said}"));
            let request = sign(provider, &secret, &entries);
            assert!(accepts(&endpoint, &request), "{}: {name}", provider.name());
        }
    }
}

#[test]
fn a_username_alone_or_for_a_password_verifies_nothing() {
    let pairs = shared().filter(|provider| takes_credentials(provider));
    for provider in pairs {
        let mut entries = required(provider);
        entries.insert("username".into(), "user".into());
        assert!(endpoint_of(&entries).is_err(), "{}", provider.name());
        entries.insert("password".into(), "".into());
        assert!(endpoint_of(&entries).is_err(), "{}", provider.name());
        entries.insert("password".into(), SECRET.into());
        let endpoint = endpoint_of(&entries).unwrap();
        let genuine = sign(provider, &format!("user:{SECRET}"), &entries);
        assert!(accepts(&endpoint, &genuine), "{}", provider.name());
        let forged = sign(provider, "user:user", &entries);
        assert!(!accepts(&endpoint, &forged), "{}", provider.name());
    }
}

#[test]
fn pushers_app_key_and_others_that_were_taken_for_secrets_verify_nothing() {
    for &(name, secret, identifier, compared) in IDENTIFIERS {
        let provider = Provider::find(name).unwrap();
        let mut entries = required(provider);
        entries.insert(secret.into(), "realsecret_0123456789".into());
        entries.insert(identifier.into(), "app_key_public1".into());
        let endpoint = endpoint_of(&entries).unwrap();
        let sign = |secret: &str, identified: &str| {
            let mut entries = entries.clone();
            entries.insert(identifier.into(), identified.into());
            sign(provider, secret, &entries)
        };
        let genuine = sign("realsecret_0123456789", "app_key_public1");
        assert!(accepts(&endpoint, &genuine), "{name}");
        let forged = sign("app_key_public1", "app_key_public1");
        assert!(!accepts(&endpoint, &forged), "{name}: {identifier}");
        let another = sign("realsecret_0123456789", "app_key_public2");
        assert_eq!(
            accepts(&endpoint, &another),
            !compared,
            "{name}: {identifier}"
        );
        // The identifier as the secret.
        let mut entries = entries.clone();
        entries.insert(secret.into(), "app_key_public1".into());
        let said = endpoint_of(&entries).unwrap_err();
        assert!(
            said.contains(&format!("key {secret:?}: has the value of {identifier:?}")),
            "{said}"
        );
        entries.remove(secret);
        let said = endpoint_of(&entries).unwrap_err();
        assert!(said.contains(r#"key "secret": "#), "{said}");
    }
}

/// A provider, the names of its secret and of its identifier, and whether deliveries contain the
/// identifier.
const IDENTIFIERS: &[(&str, &str, &str, bool)] = &[
    ("pusher", "secret", "key", true),
    ("getstream", "secret", "api_key", false),
    ("livekit", "api_secret", "api_key", true),
    ("vonage", "signature_secret", "api_key", true),
    ("atlassian-connect", "shared_secret", "client_key", true),
    ("braintree", "private_key", "public_key", true),
    ("braintree", "private_key", "merchant_id", false),
    ("cloudinary", "api_secret", "api_key", false),
    ("midtrans", "server_key", "client_key", false),
    ("shopify", "client_secret", "api_key", false),
    ("trello", "secret", "key", false),
    ("rapyd", "secret_key", "access_key", true),
];

/// The listing has every key that a route can configure, and no other.
#[test]
fn what_is_listed_is_what_may_be_configured() {
    for provider in Provider::ALL {
        let keys = keys(provider);
        let mut seen = BTreeSet::new();
        for key in &keys {
            assert!(
                seen.insert(key.name),
                "{}: {} twice",
                provider.name(),
                key.name
            );
            assert!(every_name().any(|name| name == key.name), "{}", key.name);
        }
        let basic = matches!(provider.key_format(), KeyFormat::Basic);
        let pair = seen.contains("username");
        assert!(pair || !basic, "{}", provider.name());
    }
}
