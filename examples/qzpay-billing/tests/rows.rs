//! What QZPay's guide shows, row by row, over HTTP, against the program itself.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod operation;
mod sender;

use std::time::Duration;

use serde_json::{Value, json};
use webhook_axum::{Endpoint, Head, RejectionKind, Signer, providers};
use webhook_test::{Reply, Rows};

use sender::{
    STRIPE, created, dead, drained, event, invoice, mp, parked, received, refused, services, start,
    stripe, subscription, told,
};

#[tokio::test]
async fn every_row_of_the_guide() {
    let (mut rows, folder) = (Rows::new('Q', 18), tempfile::tempdir().unwrap());
    let services = services().await;
    let program = start(folder.path(), &services, &[]).await;

    let stripe_event = || event("evt_1", "customer.subscription.created", created("sub_1"));
    received(&program, stripe_event()).await;
    subscription(&program, "sub_1", |it| it["status"] == "active").await;
    received(&program, mp("subscription_preapproval", "pre_1")).await;
    subscription(&program, "pre_1", |it| it["plan"] == "plan_1").await;
    rows.passed(
        1,
        "Stripe at /webhooks/stripe, Mercado Pago at /webhooks/mercadopago",
    );

    received(
        &program,
        event("evt_2", "customer.tax_id.created", json!({"id": "txi_1"})),
    )
    .await;
    assert_eq!(
        parked(&program, 1).await[0]["type"],
        "customer.tax_id.created"
    );
    rows.passed(
        2,
        "each type has its handler; one without a handler is 200, and kept",
    );

    let body = r#"{"id":"evt_3","type":"invoice.paid"}"#;
    let signed = Signer::new(providers::STRIPE, STRIPE)
        .unwrap()
        .sign_now(body);
    let pure = Endpoint::stripe(STRIPE)
        .without_replay_protection()
        .build()
        .unwrap();
    let head = Head::new("POST", "/", &signed.headers);
    assert_eq!(pure.verify(&head, body.into()).unwrap().id(), Some("evt_3"));
    let error = pure
        .verify(&head, body.replace("paid", "void").into())
        .unwrap_err();
    assert_eq!(error.kind(), RejectionKind::BadSignature);
    rows.passed(
        3,
        "`Endpoint::verify` is `constructEvent`: bytes in, a delivery or an error out",
    );

    let stored = operation::stored(folder.path());
    refused(&program, stripe_event().body("{}")).await;
    refused(&program, stripe_event().without("stripe-signature")).await;
    refused(&program, mp("payment", "77").set("x-request-id", "another")).await;
    assert_eq!(operation::stored(folder.path()), stored, "verified first");
    let line = program.line("not verified").await;
    for text in [
        "ip=127.0.0.1",
        "path=/webhooks/stripe",
        "reason=\"bad_signature\"",
    ] {
        assert!(line.contains(text), "{line}");
    }
    rows.passed(
        4,
        "400 `Invalid signature`, nothing is stored, and a line with path and IP address",
    );

    // The body names another payment. Nobody signs it, so nobody asks.
    let lying = mp("payment", "77").body(r#"{"id":1,"type":"payment","data":{"id":"78"}}"#);
    received(&program, lying).await;
    let is_paid = |reply: &Reply| reply.json()["payments"][0]["status"] == "payment.succeeded";
    let paid = program.get_until("/billing", is_paid).await.json()["payments"].clone();
    assert_eq!(
        (&paid[0]["id"], &paid[0]["minor"]),
        (&json!("77"), &json!(1990)),
        "{paid}"
    );
    assert_eq!(
        (
            services.calls("/v1/payments/77").len(),
            services.calls("/v1/payments/78").len()
        ),
        (1, 0)
    );
    rows.passed(5, "signed, and fetched from the API by the signed id");

    let old = stripe()
        .event("invoice.payment_succeeded", json!({}))
        .id("evt_4");
    refused(&program, stripe().stale(old.clone()).unwrap().into()).await;
    refused(&program, stripe().future(old).unwrap().into()).await;
    rows.passed(6, "older than 300 s is refused, and so is 300 s ahead");

    // In the middle of the main flow: the failure is counted, and a mail is on its way.
    services.hold("/mail");
    let failed = || {
        event(
            "evt_5",
            "invoice.payment_failed",
            invoice("in_1", "sub_1", 1999),
        )
    };
    received(&program, failed()).await;
    let mails = services.calls("/mail").len();
    services.called("/mail", mails + 1).await;
    subscription(&program, "sub_1", |it| it["failures"] == 1).await;
    let is_at_risk = |it: &Value| it["status"] == "past_due" && it["failures"] == 1;
    program.kill().await;
    let program = start(folder.path(), &services, &[]).await;
    let calls = services.called("/mail", mails + 2).await;
    services.let_go("/mail");
    let keys: Vec<_> = calls
        .iter()
        .rev()
        .take(2)
        .map(|call| call.header("idempotency-key"))
        .collect();
    assert_eq!(keys[0], keys[1]);
    let told_risks = services.called("/risks", 1).await;
    assert_eq!(told_risks[0].json()["id"], "sub_1");
    subscription(&program, "sub_1", is_at_risk).await;
    for _ in 0..3 {
        received(&program, failed()).await; // signed again, as Stripe's retries are
        received(&program, stripe_event()).await;
    }
    subscription(&program, "sub_1", is_at_risk).await;
    assert_eq!(
        services.calls("/features").len(),
        2,
        "one of each subscription"
    );
    rows.passed(
        7,
        "copies, retries and a kill between record and mail: one failure counted",
    );

    received(
        &program,
        event(
            "evt_6",
            "invoice.payment_succeeded",
            invoice("in_2", "sub_1", 1999),
        ),
    )
    .await;
    subscription(&program, "sub_1", |it| it["status"] == "active").await;
    let mut ended = created("sub_1");
    ended["current_period_end"] = json!(1_800_000_000);
    received(
        &program,
        event("evt_7", "customer.subscription.deleted", ended),
    )
    .await;
    subscription(&program, "sub_1", |it| it["status"] == "canceled").await;
    let mut late = created("sub_1");
    late["status"] = json!("past_due");
    received(
        &program,
        event("evt_8", "customer.subscription.updated", late),
    )
    .await;
    services.called("/schedule", 1).await;
    drained(&program).await;
    subscription(&program, "sub_1", |it| {
        it["status"] == "canceled" && it["failures"] == 1
    })
    .await;
    rows.passed(
        8,
        "created, paid, failed and deleted change the record; canceled stays canceled",
    );

    let features = told(&services, "/features");
    assert_eq!(
        features[0],
        json!({"customer": "cus_1", "plan": "price_pro"})
    );
    assert_eq!(told(&services, "/schedule")[0]["at"], 1_800_000_000);
    let of = |template: &str| {
        let mails = told(&services, "/mail");
        mails
            .iter()
            .filter(|mail| mail["template"] == template)
            .count()
    };
    assert_eq!(
        (
            of("subscription_welcome"),
            of("payment_failed"),
            of("cancellation_survey")
        ),
        (2, 1, 1)
    );
    rows.passed(
        9,
        "three listeners of subscription.created, after the commit, each once",
    );

    // For good: the API does not have the payment. For now: the service is down.
    received(&program, mp("payment", "404")).await;
    let first = dead(&program, 1).await;
    assert_eq!(
        (&first[0]["attempts"], &first[0]["provider"]),
        (&json!(1), &json!("mercadopago"))
    );
    services.fail("/features", 3);
    received(
        &program,
        event("evt_9", "customer.subscription.created", created("sub_9")),
    )
    .await;
    assert_eq!(dead(&program, 2).await[1]["attempts"], 3);
    // The database is locked: the sender keeps the event.
    let lock = rusqlite::Connection::open(folder.path().join("billing.db")).unwrap();
    lock.execute_batch("begin immediate").unwrap();
    let reply = program
        .send(event(
            "evt_10",
            "invoice.payment_succeeded",
            invoice("in_3", "sub_9", 5),
        ))
        .await;
    assert_eq!((reply.status, reply.retry_after().is_some()), (503, true));
    drop(lock);
    received(
        &program,
        event(
            "evt_10",
            "invoice.payment_succeeded",
            invoice("in_3", "sub_9", 5),
        ),
    )
    .await;
    drained(&program).await;
    operation::answers_of_on_error(&program, folder.path()).await;
    rows.passed(
        10,
        "400 signature, 200 with a warning for good, 500 else; once stored, 200, or else 503",
    );

    let day = Duration::from_secs(24 * 60 * 60);
    assert!(providers::STRIPE.retry_horizon() >= day * 3);
    assert!(providers::MERCADOPAGO.retry_horizon() >= day * 2);
    let remembered = operation::remembered(folder.path());
    assert!(remembered > 6.9 && remembered <= 7.0, "{remembered} days");
    rows.passed(
        11,
        "remembered for 7 days; Stripe retries for 72 hours, Mercado Pago for 48",
    );

    // As `stripe trigger` sends it: Stripe's own sample, signed with a `whsec_` secret.
    let sample = stripe().event("invoice.payment_succeeded", ());
    received(&program, stripe().signed(sample.clone()).into()).await;
    rows.passed(
        12,
        "the CLI signs as Stripe does: set STRIPE_WEBHOOK_SECRET to what it prints",
    );
    refused(&program, stripe().unsigned(sample).into()).await;
    rows.passed(
        13,
        "`PlainSender::event(type, data)` makes mock events, signed and unsigned",
    );
    let line = program.line(" id=\"evt_7\"").await;
    for text in [
        "INFO",
        "processing webhook",
        "customer.subscription.deleted",
        "attempt=1",
    ] {
        assert!(line.contains(text), "{line}");
    }
    for outcome in ["stored", "duplicate", "refused", "given_up"] {
        let line = program.line(&format!("outcome=\"{outcome}\"")).await;
        assert!(line.contains("webhook.provider="), "{line}");
    }
    rows.passed(
        14,
        "a line with fields for each request and each attempt; `tracing` is the logger",
    );

    assert!(services.calls("/alerts").is_empty());
    received(
        &program,
        event(
            "evt_11",
            "invoice.payment_failed",
            invoice("in_4", "sub_8", 100_001),
        ),
    )
    .await;
    services.called("/alerts", 1).await;
    services.called("/risks", 2).await;
    rows.passed(
        15,
        "above 1000 dollars, and a subscription at risk: told once each",
    );

    let welcomed = of("subscription_welcome");
    assert_eq!(welcomed, 3, "a failed listener does not stop the others");
    let failed = dead(&program, 2).await[1]["id"].clone();
    operation::dead_letters(&program, &services, &failed).await;
    operation::defaults().await;
    rows.passed(
        17,
        "200 while services hang and for copies and unknown types; reclaimed after five minutes; \
         dead after 3 attempts, retried or resolved with notes; alerts at 10 dead and 5 % failed; \
         records for 90 days",
    );

    operation::access_rules().await;
    assert!(program.address().ip().is_loopback());
    rows.passed(
        16,
        "1 row 4, 2 and 3 row 7, 4 row 14, 5 row 17, 6 rows 12 and 13; 7: plain HTTP is refused",
    );

    let large = event("evt_12", "x", json!({"text": "x".repeat(1 << 20)}));
    assert_eq!(program.send(large).await.status, 413);
    let packed = stripe_event().add("content-encoding", "gzip");
    assert_eq!(program.send(packed).await.status, 415);
    operation::forgotten_at_last(&program, folder.path()).await;
    rows.passed(
        18,
        "rate, networks, size, media type, encoding and future; a record is forgotten at last",
    );
    rows.finish();
}
