//! What one event is: genuine events with equal bodies all run, and a captured delivery runs once,
//! or a bounded number of times.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use webhook_core::providers::{
    ADYEN, BITBUCKET, COINBASE_CDP, DROPBOX, GITEA, GITHUB, GITLAB_TOKEN, MICROSOFT_GRAPH, OKTA,
    PATREON, PLIVO, QSTASH, SANITY, SENTRY, SHOPIFY, SLACK, STRIPE, SUPABASE, TWILIO, WOOCOMMERCE,
    XENDIT,
};
use webhook_core::{
    Begun, Claimed, Endpoint, EndpointBuilder, Finished, Head, Identity, IdentityPolicy,
    MemoryStore, Outcome, Provider, RejectionKind, SignedRequest, Signer, UnixTime,
};

mod common;

use common::block_on;

const NOW: u64 = 1_800_000_000;
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const URL: &str = "https://shop.example/hooks";

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Became {
    /// Its handler ran and succeeded.
    Ran,
    /// It was answered as a copy of one that is done.
    Duplicate,
    Refused(RejectionKind),
}
use Became::{Duplicate, Ran, Refused};

/// An endpoint and its sender, with a clock for both.
struct Pair {
    provider: Provider,
    endpoint: Endpoint,
}

impl Pair {
    fn of(provider: Provider) -> Self {
        Self::with(provider, |builder| builder)
    }

    fn with(provider: Provider, set: impl FnOnce(EndpointBuilder) -> EndpointBuilder) -> Self {
        let mut builder = Endpoint::builder(provider, SECRET)
            .clock(UnixTime::from_secs(NOW))
            .store(MemoryStore::new());
        if provider.signs_url() {
            builder = builder.public_url(URL);
        }
        for name in provider.required_settings() {
            builder = builder.setting(name, "setting-1");
        }
        Self {
            provider,
            endpoint: set(builder).build().unwrap(),
        }
    }

    /// A delivery signed `secs` ago.
    fn signed(&self, body: &str, headers: &[(&str, &str)], secs: u64) -> SignedRequest {
        let mut signer = Signer::new(self.provider, SECRET).unwrap().public_url(URL);
        for name in self.provider.required_settings() {
            signer = signer.setting(name, "setting-1");
        }
        if let Some((_, id)) = headers.iter().find(|(name, _)| *name == "webhook-id") {
            signer = signer.id(*id);
        }
        let mut request = signer.sign(UnixTime::from_secs(NOW - secs), body.to_owned());
        for (name, value) in headers {
            set(&mut request, name, value);
        }
        request
    }

    fn send(&self, body: &str, headers: &[(&str, &str)], secs: u64) -> Became {
        self.receive(&self.signed(body, headers, secs))
    }

    fn receive(&self, request: &SignedRequest) -> Became {
        self.receive_and_settle(request, Outcome::Status(200))
    }

    fn receive_and_settle(&self, request: &SignedRequest, outcome: Outcome) -> Became {
        match begin(&self.endpoint, request) {
            Err(kind) => Refused(kind),
            Ok(Claimed::Duplicate(_)) => Duplicate,
            Ok(Claimed::Run(permit)) => {
                block_on(permit.settle(outcome));
                Ran
            }
            Ok(other) => panic!("{other:?}"),
        }
    }
}

/// Sets an unsigned header, in place of the signer's.
fn set(request: &mut SignedRequest, name: &str, value: &str) {
    request.headers.retain(|(known, _)| known != name);
    request.headers.push((name.to_owned(), value.to_owned()));
}

fn begin(endpoint: &Endpoint, request: &SignedRequest) -> Result<Claimed, RejectionKind> {
    let head = Head {
        method: request.method,
        path_and_query: &request.path_and_query,
        headers: &request.headers,
    };
    let mut intake = match endpoint.begin(&head) {
        Begun::Read(intake) => intake,
        Begun::Refused(rejection) => return Err(rejection.kind()),
        Begun::Answer(_) => panic!("a delivery was taken for a challenge"),
    };
    intake
        .push(request.body.clone())
        .map_err(|rejection| rejection.kind())?;
    match intake.finish().map_err(|rejection| rejection.kind())? {
        Finished::Event(checked) => block_on(checked.claim()).map_err(|rejection| rejection.kind()),
        other => panic!("no event: {other:?}"),
    }
}

#[test]
fn equal_bodies_of_a_qstash_schedule_all_run() {
    let pair = Pair::of(QSTASH);
    for run in 0..24 {
        assert_eq!(pair.send("", &[], 10 * run), Ran, "run {run}");
    }
    let captured = pair.signed("", &[], 1);
    assert_eq!(pair.receive(&captured), Ran);
    assert_eq!(pair.receive(&captured), Duplicate);
}

#[test]
fn equal_bodies_under_other_delivery_ids_all_run() {
    for (provider, header) in [
        (GITLAB_TOKEN, "idempotency-key"),
        (GITLAB_TOKEN, "x-gitlab-event-uuid"),
        (XENDIT, "webhook-id"),
        (GITHUB, "x-github-delivery"),
        (GITEA, "x-gitea-delivery"),
        (BITBUCKET, "x-request-uuid"),
        (SENTRY, "request-id"),
        (SHOPIFY, "x-shopify-event-id"),
        (WOOCOMMERCE, "x-wc-webhook-delivery-id"),
    ] {
        let pair = Pair::of(provider);
        let body = r#"{"action":"added","id":123}"#;
        for id in ["added", "removed", "added-again"] {
            let name = provider.name();
            assert_eq!(pair.send(body, &[(header, id)], 0), Ran, "{name}: {id}");
            assert_eq!(
                pair.send(body, &[(header, id)], 0),
                Duplicate,
                "{name}: {id}"
            );
        }
    }
}

#[test]
fn a_dispatch_that_is_repeated_with_the_same_inputs_runs_every_time() {
    let pair = Pair::of(GITHUB);
    let body = r#"{"ref":"main","inputs":{"target":"production"},"workflow":"deploy.yml"}"#;
    let event = ("x-github-event", "workflow_dispatch");
    for guid in 0..40 {
        let guid = format!("72d3162e-cc78-11e3-81ab-4c9367dc{guid:04}");
        let headers = [event, ("x-github-delivery", guid.as_str())];
        assert_eq!(pair.send(body, &headers, 0), Ran, "{guid}");
        // A redelivery by hand has the same GUID; another event type is no new label.
        assert_eq!(pair.send(body, &headers, 0), Duplicate, "{guid}");
        let other = [("x-github-event", "ping"), ("x-github-delivery", &guid)];
        assert_eq!(pair.send(body, &other, 0), Duplicate, "{guid}");
    }
}

#[test]
fn invented_labels_run_a_captured_delivery_a_bounded_number_of_times() {
    for (provider, header, at_most) in [
        (SHOPIFY, "x-shopify-topic", 16),
        (SHOPIFY, "shopify-topic", 16),
        (SHOPIFY, "x-shopify-event-id", 16),
        (PATREON, "x-patreon-event", 16),
        (WOOCOMMERCE, "x-wc-webhook-topic", 64),
        (GITHUB, "x-github-delivery", 64),
        (GITEA, "x-gitea-delivery", 64),
        (BITBUCKET, "x-request-uuid", 64),
        (SENTRY, "request-id", 64),
    ] {
        let pair = Pair::of(provider);
        let captured = pair.signed(r#"{"id":123}"#, &[], 0);
        let mut runs = 0;
        for label in 0..500 {
            let mut forged = captured.clone();
            // Invented, padded, long and unreadable ones.
            let label = match label % 4 {
                0 => format!("topic-{label}"),
                1 => format!("{}x", " ".repeat(label)),
                2 => "x".repeat(label + 300),
                _ => format!("\u{e9}{label}"),
            };
            set(&mut forged, header, &label);
            match pair.receive(&forged) {
                Ran => runs += 1,
                Duplicate => {}
                Refused(kind) => panic!("{kind:?}"),
            }
        }
        assert_eq!(runs, at_most, "{} by {header}", provider.name());
        assert!(pair.endpoint.counts().over_bound >= 400, "{header}");
        // The genuine one under a label that is known is known.
        assert_eq!(pair.receive(&captured), Duplicate, "{header}");
        // Other content is not touched.
        assert_eq!(pair.send(r#"{"id":124}"#, &[], 0), Ran, "{header}");
    }
}

#[test]
fn a_failed_delivery_runs_again_though_its_content_is_at_its_bound() {
    let pair = Pair::of(SHOPIFY);
    let body = r#"{"id":123}"#;
    let first = pair.signed(body, &[("x-shopify-topic", "orders/paid")], 0);
    assert_eq!(pair.receive_and_settle(&first, Outcome::Failed), Ran);
    for topic in 0..20 {
        let topic = format!("topic-{topic}");
        pair.send(body, &[("x-shopify-topic", &topic)], 0);
    }
    assert_eq!(pair.receive(&first), Ran);
    assert_eq!(pair.receive(&first), Duplicate);
}

#[test]
fn signed_only_knows_equal_contents_as_one() {
    for provider in [GITHUB, SHOPIFY, WOOCOMMERCE, GITLAB_TOKEN, DROPBOX] {
        let pair = Pair::with(provider, |builder| {
            builder.identity(IdentityPolicy::SignedOnly)
        });
        let name = provider.name();
        let labels = provider.identity();
        assert_eq!(pair.send(r#"{"id":1}"#, &[], 0), Ran, "{name}");
        for header in ["x-github-delivery", "x-shopify-topic", "idempotency-key"] {
            let became = pair.send(r#"{"id":1}"#, &[(header, "other")], 0);
            assert_eq!(became, Duplicate, "{name}: {labels:?}");
        }
    }
}

#[test]
fn notifications_that_never_say_what_changed_all_run_one_at_a_time() {
    let notification = concat!(
        r#"{"value":[{"clientState":"0123456789abcdef0123456789abcdef","#,
        r#""changeType":"updated","resource":"me/drive/root"}]}"#
    );
    for (provider, body) in [
        (MICROSOFT_GRAPH, notification),
        (DROPBOX, r#"{"list_folder":{"accounts":["dbid:1"]}}"#),
    ] {
        let pair = Pair::of(provider);
        let name = provider.name();
        assert_eq!(pair.send(body, &[], 0), Ran, "{name}");
        assert_eq!(pair.send(body, &[], 0), Ran, "{name}");
        let request = pair.signed(body, &[], 0);
        let running = match begin(&pair.endpoint, &request).unwrap() {
            Claimed::Run(permit) => permit,
            other => panic!("{name}: {other:?}"),
        };
        let meanwhile = Refused(RejectionKind::InFlight);
        assert_eq!(pair.send(body, &[], 0), meanwhile, "{name}");
        assert_eq!(running.delivery().attempt(), 1, "{name}");
        block_on(running.settle(Outcome::Status(200)));
        assert_eq!(pair.send(body, &[], 0), Ran, "{name}");
    }
}

#[test]
fn a_question_is_never_answered_as_a_duplicate() {
    let form = "payload=%7B%22type%22%3A%22block_suggestion%22%2C%22value%22%3A%22a%22%7D";
    for (provider, body) in [
        (SLACK, form),
        (SLACK, "command=%2Fweather&text=94070"),
        (TWILIO, "CallSid=CA1&From=%2B1"),
        (PLIVO, "CallUUID=1"),
        (
            OKTA,
            concat!(
                r#"{"eventId":"a","eventType":"com.okta.oauth2.tokens.transform","#,
                r#""data":{"context":{}}}"#
            ),
        ),
        (
            SUPABASE,
            r#"{"user_id":"8c","claims":{"iat":1},"authentication_method":"password"}"#,
        ),
    ] {
        let pair = Pair::of(provider);
        let request = pair.signed(body, &[], 0);
        for _ in 0..3 {
            assert_eq!(pair.receive(&request), Ran, "{}: {body}", provider.name());
        }
    }
    #[cfg(feature = "asymmetric")]
    assert_eq!(
        webhook_core::providers::DISCORD_INTERACTIONS.questions(),
        webhook_core::Questions::All
    );
}

#[test]
fn the_same_question_at_another_time_is_not_kept_waiting_by_the_first() {
    let pair = Pair::of(SLACK);
    let body = "payload=%7B%22type%22%3A%22block_suggestion%22%7D";
    let first = begin(&pair.endpoint, &pair.signed(body, &[], 2)).unwrap();
    let Claimed::Run(first) = first else {
        panic!("{first:?}")
    };
    assert_eq!(pair.send(body, &[], 1), Ran);
    block_on(first.settle(Outcome::Status(200)));
}

#[test]
fn notifications_of_a_provider_with_questions_are_known_all_the_same() {
    for (provider, body) in [
        (
            SLACK,
            r#"{"type":"event_callback","event_id":"Ev1","event":{"type":"message"}}"#,
        ),
        (
            OKTA,
            r#"{"eventId":"a","data":{"events":[{"eventType":"user.session.start"}]}}"#,
        ),
        (SUPABASE, r#"{"user":{"id":"8c"},"sms":{"otp":"561166"}}"#),
        (
            SUPABASE,
            r#"{"user":{"id":"8c"},"email_data":{"token":"305805"}}"#,
        ),
    ] {
        let pair = Pair::of(provider);
        let request = pair.signed(body, &[], 0);
        assert_eq!(pair.receive(&request), Ran, "{}", provider.name());
        assert_eq!(pair.receive(&request), Duplicate, "{}", provider.name());
    }
}

#[test]
fn an_id_that_is_new_for_every_attempt_does_not_send_a_second_message() {
    let pair = Pair::of(SUPABASE);
    let code = |otp: &str| format!(r#"{{"user":{{"id":"8c"}},"sms":{{"otp":"{otp}"}}}}"#);
    assert_eq!(
        pair.send(&code("561166"), &[("webhook-id", "first")], 6),
        Ran
    );
    let retry = pair.send(&code("561166"), &[("webhook-id", "second")], 0);
    assert_eq!(retry, Duplicate);
    assert_eq!(
        pair.send(&code("561167"), &[("webhook-id", "third")], 0),
        Ran
    );
}

#[test]
fn an_id_that_names_an_object_does_not_swallow_its_next_event() {
    let pair = Pair::of(COINBASE_CDP);
    for status in ["failed", "success", "expired"] {
        let body = format!(
            r#"{{"id":"69163c762331ed43a2b6ff0e","eventType":"payment_link.payment.{status}"}}"#
        );
        assert_eq!(pair.send(&body, &[], 0), Ran, "{status}");
        assert_eq!(pair.send(&body, &[], 1), Duplicate, "a retry of {status}");
    }
}

#[test]
fn an_order_that_is_deleted_restored_and_deleted_again_is_two_events() {
    let pair = Pair::of(WOOCOMMERCE);
    let topic = ("x-wc-webhook-topic", "order.deleted");
    for id in ["a", "b"] {
        let headers = [topic, ("x-wc-webhook-delivery-id", id)];
        assert_eq!(pair.send(r#"{"id":123}"#, &headers, 0), Ran, "{id}");
    }
}

#[test]
fn a_body_that_others_write_is_told_apart_by_the_signed_time() {
    let pair = Pair::of(SANITY);
    assert_eq!(pair.send("{}", &[], 2), Ran);
    assert_eq!(pair.send("{}", &[], 1), Ran);
    assert_eq!(pair.send("{}", &[], 1), Duplicate);
}

#[test]
fn deliveries_are_remembered_for_twice_the_time_their_sender_retries() {
    let month = std::time::Duration::from_secs(30 * 86_400);
    assert_eq!(ADYEN.remembers_for(), Some(2 * month));
    for provider in Provider::ALL {
        if let Some(kept) = provider.remembers_for() {
            assert!(kept >= 2 * provider.retry_horizon(), "{}", provider.name());
        }
    }
}

#[test]
fn every_provider_says_what_one_event_is_and_why() {
    for provider in Provider::ALL {
        let (identity, name) = (provider.identity(), provider.name());
        assert!(!provider.identity_reason().is_empty(), "{name}");
        match identity {
            Identity::ContentAndLabels { at_most: None, .. } => {
                assert!(provider.coverage().is_sender_only(), "{name}");
            }
            Identity::ContentAndLabels {
                at_most: Some(bound),
                ..
            } => assert!(bound.get() <= 64, "{name}"),
            _ => {}
        }
    }
    assert_eq!(STRIPE.identity(), Identity::Id);
}
