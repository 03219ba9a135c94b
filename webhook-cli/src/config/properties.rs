//! Of every provider, through a configuration: what is a secret by its const verifies, and no other key does.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use webhook_core::{Clock as _, Head, KeyFormat, Part, SignedRequest, Signer, SystemClock};

use super::*;
use crate::keys::{Key, Kind, every_name, keys};

const URL: &str = "https://shop.example/hooks";
/// Text, hexadecimal digits, base64 and base62.
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const OTHER: &str = "fedcba9876543210fedcba9876543210";
/// A body that has what any of the providers signs values of.
const BODY: &str = r#"{"id":"evt_1","type":"a.b","order_id":"1","status_code":"200","gross_amount":"1.00","amount":1.5,
"currency":"KWD","reference":{"gateway":"g","payment":"p"},"transaction":{"created":"1"},"status":"s","iyziEventType":"e",
"paymentId":1,"paymentConversationId":"c","value":[{}],"Data":{"a":1},"Event":{"Name":"PAYMENT_STATUS_CHANGED"},
"event":{"event_time":"1","event_type":"t"},
"notificationItems":[{"NotificationRequestItem":{"pspReference":"1","additionalData":{}}}]}"#;

/// Those whose deliveries are signed with a secret.
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

/// What a route of the provider cannot be without, but for the secret.
fn required(provider: &Provider) -> Map<String, Value> {
    let settings = provider.required_settings();
    let settings = settings.map(|name| (name.to_owned(), json!("setting-1")));
    let mut entries: Map<_, _> = settings.collect();
    entries.insert("provider".into(), provider.name().into());
    entries.insert("url".into(), URL.into());
    entries
}

fn endpoint_of(entries: &Map<String, Value>) -> Result<Endpoint, String> {
    let config = Config::parse(json!({ "shop": entries }).to_string().as_bytes());
    let routes = config.map_err(|error| error.to_string())?.routes;
    Ok(routes.into_iter().next().unwrap().endpoint)
}

/// Signed now, with these entries for settings.
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

fn is_taken(endpoint: &Endpoint, request: &SignedRequest) -> bool {
    let head = Head {
        method: request.method,
        path_and_query: &request.path_and_query,
        headers: &request.headers,
    };
    endpoint.verify(&head, request.body.clone()).is_ok()
}

#[test]
fn a_key_verifies_if_it_names_a_secret_and_else_never() {
    let mut names: BTreeSet<_> = every_name().collect();
    // What providers call an id or a secret, whether or not a const does.
    names.extend([
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
    ]);
    let (mut verified, mut ignored, mut refused) = (0, 0, 0);
    for provider in shared() {
        let genuine_secret = as_secret(provider, SECRET);
        let keys = keys(provider);
        for name in &names {
            let value = match *name {
                "credentials" => format!("user:{OTHER}"),
                _ => as_secret(provider, OTHER),
            };
            let mut entries = required(provider);
            entries.insert("secret".into(), genuine_secret.as_str().into());
            let given = match *name {
                "secrets" => json!([value]),
                "secret" | "provider" | "username" | "password" => continue,
                _ => json!(value),
            };
            entries.insert((*name).to_owned(), given);
            let known = keys.iter().find(|key| key.name == *name);
            let what = format!("{}: {name}", provider.name());
            let endpoint = match endpoint_of(&entries) {
                Ok(endpoint) => endpoint,
                Err(said) => {
                    assert!(!said.contains(OTHER), "{said}");
                    let of_a_value = matches!(
                        *name,
                        "algorithm"
                            | "identity"
                            | "variant"
                            | "url"
                            | "tolerance_secs"
                            | "parameter"
                    );
                    assert!(known.is_none() || of_a_value, "{what}: {said}");
                    refused += 1;
                    continue;
                }
            };
            assert!(
                is_taken(&endpoint, &sign(provider, &genuine_secret, &entries))
                    || *name == "parameter",
                "{what}"
            );
            let is_secret = known.is_some_and(|key| key.kind == Kind::Secret);
            let is_verified = is_taken(&endpoint, &sign(provider, &value, &entries));
            assert_eq!(is_verified, is_secret, "{what}");
            match is_secret {
                true => verified += 1,
                false => ignored += 1,
            }
        }
    }
    println!(
        "{verified} keys verify, {ignored} are taken and verify nothing, {refused} are refused"
    );
    assert!(verified > 400 && ignored > 100 && refused > 10_000);
}

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
            assert!(is_taken(&endpoint, &request), "{}: {name}", provider.name());
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
        assert!(is_taken(&endpoint, &genuine), "{}", provider.name());
        let forged = sign(provider, "user:user", &entries);
        assert!(!is_taken(&endpoint, &forged), "{}", provider.name());
    }
}

#[test]
fn pushers_app_key_and_others_that_were_taken_for_secrets_verify_nothing() {
    #[rustfmt::skip]
    let rows = [
        // the provider, its secret and its identifier by their names, and whether deliveries name
        // the identifier
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
    for (name, secret, identifier, compared) in rows {
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
        assert!(is_taken(&endpoint, &genuine), "{name}");
        let forged = sign("app_key_public1", "app_key_public1");
        assert!(!is_taken(&endpoint, &forged), "{name}: {identifier}");
        let another = sign("realsecret_0123456789", "app_key_public2");
        assert_eq!(
            is_taken(&endpoint, &another),
            !compared,
            "{name}: {identifier}"
        );
        // An identifier in the place of the secret.
        let mut entries = entries.clone();
        entries.insert(secret.into(), "app_key_public1".into());
        let said = endpoint_of(&entries).unwrap_err();
        assert!(
            said.contains(&format!(
                "key {secret:?}: is also the value of {identifier:?}"
            )),
            "{said}"
        );
        entries.remove(secret);
        let said = endpoint_of(&entries).unwrap_err();
        assert!(said.contains(r#"key "secret": "#), "{said}");
    }
}

/// Nobody may configure what the listing does not have, nor the listing have what cannot be configured.
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
        let basic = matches!(provider.key_format(), KeyFormat::Basic | KeyFormat::Login);
        let pair = seen.contains("username");
        assert!(pair || !basic, "{}", provider.name());
    }
}
