//! Tenants of one endpoint, for every provider: each has its own secrets, and no one else's work.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "common/parties.rs"]
#[allow(dead_code, reason = "no test uses all of it")]
mod parties;

use std::sync::{Arc, Mutex};

use webhook_core::providers::unconfirmed;
use webhook_core::{
    Answer, Begun, Claimed, ConfigError, Delivery, Endpoint, EndpointBuilder, Finished, Head,
    MemoryStore, Outcome, Provider, Rejection, RejectionKind, SecretSet, SignedRequest, Signer,
    TenantSecrets, UnixTime, providers,
};

use common::block_on;
use parties::{NOW, URL, configured, secrets, setting, signed_headers, signing_secret};

fn template(provider: &Provider) -> EndpointBuilder {
    let builder = Endpoint::builder(*provider, SecretSet::per_tenant()).public_url(URL);
    configured(builder, provider)
        .clock(NOW)
        .store(MemoryStore::new())
}

/// A delivery to whoever has the first of the provider's secrets. `None` if it cannot be made.
fn delivery(provider: &Provider) -> Option<SignedRequest> {
    let signer = Signer::new(*provider, signing_secret(provider).as_str()).ok()?;
    let required = provider.required_settings();
    let signer = required.fold(signer, |signer, name| signer.setting(name, setting(name)));
    let signer = signer.public_url(URL).path_and_query("/hooks?data.id=1");
    let names = signed_headers(provider).into_iter();
    let signer = names.fold(signer, |signer, name| signer.header(name, "signed-1"));
    Some(signer.sign(
        NOW,
        r#"{"id":"evt_1","type":"order.paid","event_id":"evt_1"}"#,
    ))
}

fn is_genuine(provider: &Provider, sent: &SignedRequest) -> bool {
    let [secret, _] = secrets(provider);
    let builder = Endpoint::builder(*provider, secret.as_str()).public_url(URL);
    let endpoint = configured(builder, provider).clock(NOW).build().unwrap();
    let head = Head::new(sent.method, &sent.path_and_query, &sent.headers);
    endpoint.verify(&head, sent.body.clone()).is_ok()
}

fn receive(endpoint: &Endpoint, sent: &SignedRequest) -> Result<Claimed, Rejection> {
    let head = Head::new(sent.method, &sent.path_and_query, &sent.headers);
    let mut intake = match endpoint.begin(&head) {
        Begun::Read(intake) => intake,
        Begun::Refused(rejection) => return Err(rejection),
        Begun::Answer(answer) => panic!("answered: {answer:?}"),
    };
    intake.push(sent.body.clone())?;
    let finished = match intake.finish()? {
        Finished::Pending(pending) => block_on(pending.resolve())?,
        finished => finished,
    };
    match finished {
        Finished::Event(checked) => block_on(checked.claim()),
        other => panic!("no event: {other:?}"),
    }
}

fn run(endpoint: &Endpoint, sent: &SignedRequest) -> Result<Delivery, Rejection> {
    match receive(endpoint, sent)? {
        Claimed::Run(permit) => {
            let delivery = permit.delivery().clone();
            let _ = block_on(permit.settle(Outcome::Status(200)));
            Ok(delivery)
        }
        other => panic!("does not run: {other:?}"),
    }
}

#[test]
fn the_secret_of_a_tenant_verifies_for_this_tenant_alone() {
    let mut untried = Vec::new();
    for provider in Provider::ALL.iter().chain(unconfirmed::ALL) {
        let name = provider.name();
        let template = template(provider)
            .build()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let Some(sent) = delivery(provider).filter(|sent| is_genuine(provider, sent)) else {
            untried.push(name);
            continue;
        };
        let [own, other] = secrets(provider);
        let acme = template.for_tenant("acme", own.as_str()).unwrap();
        let initech = template.for_tenant("initech", other.as_str()).unwrap();
        let second = template.for_tenant("acme-2", own.as_str()).unwrap();

        let refused = run(&initech, &sent).unwrap_err();
        assert_eq!(refused.kind(), RejectionKind::BadSignature, "{name}");
        let unknown = run(&template, &sent).unwrap_err();
        assert_eq!(unknown.kind(), RejectionKind::UnknownTenant, "{name}");
        assert_eq!(Answer::from(&refused), Answer::from(&unknown), "{name}");

        let delivery = run(&acme, &sent).unwrap();
        assert_eq!(delivery.tenant(), Some("acme"), "{name}");
        assert!(delivery.is_of(&template) && delivery.is_of(&acme), "{name}");
        // The same delivery is another event for a tenant with the same secret.
        let again = run(&second, &sent).unwrap();
        assert_ne!(delivery.replay_key(), again.replay_key(), "{name}");
        assert_eq!(template.counts().verified, 2, "{name}: counted together");
    }
    // They sign one form of body only, or cannot be signed for.
    let special = [
        "adyen",
        "iyzico",
        "microsoft-graph",
        "midtrans",
        "myfatoorah-v2",
        "tap",
        "wompi",
        "ebanx",
        "paddle-classic",
        "aws-sns-legacy-sha1",
        "myfatoorah-v1",
        "konduto",
    ];
    assert_eq!(untried, special);
}

#[cfg(feature = "asymmetric")]
#[test]
fn what_a_template_verifies_is_refused_all_the_same() {
    // A key that is fetched by its name verifies for every tenant.
    let public = include_str!("../../webhook-test/vectors/keys/p256.pub.pem");
    let source = webhook_core::StaticKeys::new().with("key-1", public);
    let template = template(&providers::PLAID).keys(source).build().unwrap();
    let acme = template.for_tenant("acme", SecretSet::fetched()).unwrap();

    let private = include_str!("../../webhook-test/vectors/keys/p256.pem");
    let signer = Signer::new(providers::PLAID, private).unwrap();
    let sent = signer.setting("kid", "key-1").sign(NOW, r#"{"id":"1"}"#);
    assert_eq!(run(&acme, &sent).unwrap().tenant(), Some("acme"));
    let unknown = run(&template, &sent).unwrap_err();
    assert_eq!(unknown.kind(), RejectionKind::UnknownTenant);
}

#[test]
fn a_url_that_is_signed_is_that_of_the_tenant() {
    let url = "https://shop.example/hooks/{tenant}";
    let template = Endpoint::square(SecretSet::per_tenant(), url).store(MemoryStore::new());
    let template = template.clock(NOW).build().unwrap();
    let acme = template.for_tenant("acme inc", "0123456789abcdef").unwrap();
    let own = TenantSecrets::new("0123456789abcdef").public_url("https://initech.example/square");
    let initech = template.for_tenant("initech", own).unwrap();

    let sent_to = |url: &str| {
        let signer = Signer::new(providers::SQUARE, "0123456789abcdef").unwrap();
        let signer = signer.public_url(url).path_and_query("/");
        signer.sign(NOW, r#"{"event_id":"1","type":"payment.updated"}"#)
    };
    let to_acme = sent_to("https://shop.example/hooks/acme%20inc");
    let to_initech = sent_to("https://initech.example/square");
    assert!(run(&acme, &to_acme).is_ok());
    assert!(run(&initech, &to_initech).is_ok());
    for (endpoint, other) in [(&acme, &to_initech), (&initech, &to_acme)] {
        let refused = run(endpoint, other).unwrap_err();
        assert_eq!(refused.kind(), RejectionKind::BadSignature);
    }
}

#[cfg(feature = "asymmetric")]
#[test]
fn a_template_needs_no_key_to_decrypt_with_and_each_tenant_has_its_own() {
    let stone = providers::STONE_OPEN_BANK;
    let bare = Endpoint::builder(stone, SecretSet::per_tenant()).clock(NOW);
    let bare = bare.store(MemoryStore::new()).build().unwrap();
    let [secret, _] = secrets(&stone);
    let refused = bare.for_tenant("acme", secret.as_str()).unwrap_err();
    let name = "private_key";
    assert!(matches!(refused, ConfigError::MissingSetting { name: missing } if missing == name));
    let own = TenantSecrets::new(secret.as_str()).setting(name, setting(name));
    let acme = bare.for_tenant("acme", own).unwrap();
    let sent = delivery(&stone).unwrap();
    assert_eq!(run(&acme, &sent).unwrap().tenant(), Some("acme"));
    assert!(run(&bare, &sent).is_err());
}

#[cfg(feature = "asymmetric")]
#[test]
fn settings_of_a_tenant_take_the_place_of_those_of_the_template() {
    let paypal = providers::PAYPAL;
    let [secret, _] = secrets(&paypal);
    let bare = Endpoint::builder(paypal, SecretSet::per_tenant())
        .build()
        .unwrap();
    let refused = bare.for_tenant("acme", secret.as_str()).unwrap_err();
    assert!(matches!(
        refused,
        ConfigError::MissingSetting { name: "webhook_id" }
    ));
    let own = TenantSecrets::new(secret.as_str()).setting("webhook_id", "of-acme");
    assert!(bare.for_tenant("acme", own).is_ok());

    let template = template(&paypal).build().unwrap();
    let own = TenantSecrets::new(secret.as_str()).setting("webhook_id", "of-acme");
    let acme = template.for_tenant("acme", own).unwrap();
    let signed = |webhook_id: &str| {
        let signer = Signer::new(paypal, signing_secret(&paypal).as_str()).unwrap();
        let signer = signer.setting("webhook_id", webhook_id);
        signer.sign(
            NOW,
            r#"{"id":"WH-1","event_type":"PAYMENT.SALE.COMPLETED"}"#,
        )
    };
    assert!(run(&acme, &signed("of-acme")).is_ok());
    let refused = run(&acme, &signed(setting("webhook_id"))).unwrap_err();
    assert_eq!(refused.kind(), RejectionKind::BadSignature);

    let unknown = TenantSecrets::new(secret.as_str()).setting("webhook", "of-acme");
    let refused = template.for_tenant("acme", unknown).unwrap_err();
    assert!(
        matches!(refused, ConfigError::UnknownSetting { .. }),
        "{refused:?}"
    );
}

#[test]
fn a_tenant_without_a_usable_secret_or_name_is_an_error() {
    let template = template(&providers::STRIPE).build().unwrap();
    let of = |name: &str, secret: &str| template.for_tenant(name, secret).unwrap_err();
    for secret in ["", " ", "whsec_"] {
        assert!(matches!(of("acme", secret), ConfigError::Secret { .. }));
    }
    let none = template.for_tenant("acme", SecretSet::default());
    assert_eq!(none.unwrap_err(), ConfigError::NoSecret);
    let secret = "whsec_0123456789abcdef";
    assert_eq!(of("", secret), ConfigError::InvalidTenant);
    assert_eq!(of(&"a".repeat(256), secret), ConfigError::InvalidTenant);
    assert!(template.for_tenant("a".repeat(255), secret).is_ok());
}

#[test]
fn a_secret_of_one_tenant_is_replaced_without_the_others() {
    let template = template(&providers::STRIPE).build().unwrap();
    let acme = template
        .for_tenant("acme", "whsec_0123456789abcdef")
        .unwrap();
    let initech = template
        .for_tenant("initech", "whsec_0123456789abcdef")
        .unwrap();
    acme.replace_secrets("whsec_fedcba9876543210").unwrap();
    let signer = Signer::new(providers::STRIPE, "whsec_0123456789abcdef").unwrap();
    let sent = signer.sign(NOW, r#"{"id":"evt_1"}"#);
    assert!(run(&initech, &sent).is_ok());
    let refused = run(&acme, &sent).unwrap_err();
    assert_eq!(refused.kind(), RejectionKind::BadSignature);
}

#[test]
fn hooks_and_dead_letters_say_the_tenant() {
    let refused = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&refused);
    let template = template(&providers::STRIPE).on_reject(move |rejected| {
        let tenant = rejected.tenant.as_deref().map(str::to_owned);
        seen.lock().unwrap().push((tenant, rejected.kind));
    });
    let template = template.build().unwrap();
    let acme = template
        .for_tenant("acme", "whsec_0123456789abcdef")
        .unwrap();
    let signer = Signer::new(providers::STRIPE, "whsec_fedcba9876543210").unwrap();
    let sent = signer.sign(NOW, r#"{"id":"evt_1"}"#);
    for endpoint in [&acme, &template] {
        run(endpoint, &sent).unwrap_err();
    }
    let expected = [
        (Some("acme".to_owned()), RejectionKind::BadSignature),
        (None, RejectionKind::UnknownTenant),
    ];
    assert_eq!(*refused.lock().unwrap(), expected);
}

#[test]
fn a_head_that_no_secret_could_make_good_is_refused_without_one() {
    let stripe = template(&providers::STRIPE).build().unwrap();
    let refusal = |sent: &SignedRequest| {
        let head = Head::new(sent.method, &sent.path_and_query, &sent.headers);
        stripe.refuse_head(&head).map(|rejection| rejection.kind())
    };
    let signer = Signer::new(providers::STRIPE, "whsec_0123456789abcdef").unwrap();
    let sent = signer.sign(NOW, r#"{"id":"evt_1"}"#);
    assert_eq!(refusal(&sent), None);
    let old = UnixTime::from_secs(NOW.as_secs() - 301);
    let old = signer.sign(old, r#"{"id":"evt_1"}"#);
    assert_eq!(refusal(&old), Some(RejectionKind::Stale));
    let mut unsigned = sent;
    unsigned.headers.clear();
    assert_eq!(refusal(&unsigned), Some(RejectionKind::MissingHeader));

    // A token is compared in the head, and the tenant's own decides.
    let gitlab = template(&providers::GITLAB_TOKEN).build().unwrap();
    let headers = [
        ("x-gitlab-token", "0123456789abcdef"),
        ("x-gitlab-event", "Push Hook"),
    ];
    let head = Head::new("POST", "/", &headers);
    assert!(gitlab.refuse_head(&head).is_none());

    // So does it for a challenge that is answered with a value of the tenant.
    let meta = template(&providers::META)
        .verify_token("a-token")
        .build()
        .unwrap();
    let headers: [(&str, &str); 0] = [];
    let head = Head::new("GET", "/?hub.mode=subscribe&hub.challenge=1", &headers);
    assert!(meta.refuse_head(&head).is_none());
}
