//! What CodeSpar's guide shows, row by row, over HTTP, against the program itself.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod codespar;
mod providers;

use std::collections::BTreeSet;
use std::path::Path;

use codespar::{delivery, event, verifies};
use serde_json::{Value, json};
use webhook_test::{Program, Reply, Rows, Sent, StandIn};

const INVOICE: &str = "/codespar_invoice";
const SHIP: &str = "/codespar_ship";
const NOTIFY: &str = "/codespar_notify";

/// The services, the receiver of a trigger, and Mercado Pago's API.
async fn services() -> StandIn {
    let payment =
        json!({"id": 123, "status": "approved", "transaction_amount": 10.5, "currency_id": "BRL"});
    StandIn::start([
        ("/sessions", json!({})),
        ("/sessions/close", json!({})),
        (
            INVOICE,
            json!({"data": {"pdf_url": "https://nfe.example/1.pdf"}}),
        ),
        (SHIP, json!({"data": {"tracking_code": "BR123"}})),
        (NOTIFY, json!({"data": {"sent": true}})),
        ("/hook", json!({})),
        ("/v1/payments/123", payment),
    ])
    .await
}

/// The program, and the door of its private API.
struct System {
    program: Program,
    private: std::net::SocketAddr,
}

impl System {
    async fn start(data: &Path, services: &StandIn) -> Self {
        let quick = ["--attempts", "2", "--first-wait", "20", "--lease", "1"];
        Self::start_with(data, services, &quick).await
    }

    async fn start_with(data: &Path, services: &StandIn, settings: &[&str]) -> Self {
        let (data, url) = (data.to_str().unwrap(), services.url());
        let arguments = ["--data", data, "--services", &url];
        let arguments = arguments.iter().chain(settings);
        let program = Program::start(env!("CARGO_BIN_EXE_codespar-payments"), arguments).await;
        let line = program.line("private API on http://").await;
        let (_, private) = line.rsplit_once("http://").unwrap();
        let private = private.parse().unwrap();
        Self { program, private }
    }

    async fn send(&self, sent: Sent) -> Reply {
        self.program.send(sent).await
    }

    async fn private(&self, method: &str, path: &str, body: Value) -> Reply {
        let sent = Sent::post(path, body.to_string()).method(method);
        Program::ask(self.private, sent).await
    }

    /// The steps of a job, and what became of each.
    async fn steps(&self, job: &Value) -> Vec<(String, String)> {
        let path = format!("/v1/jobs/{}", job["id"]);
        let job = Program::ask(self.private, Sent::get(&path)).await.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let steps = job["steps"].as_array().unwrap().iter();
        steps
            .map(|step| (text(&step["name"]), text(&step["state"])))
            .collect()
    }

    /// The jobs, once they are as they should be.
    async fn jobs(&self, is_right: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let jobs = |reply: &Reply| reply.json().as_array().unwrap().clone();
        let reply = self
            .program
            .ask_until(self.private, "/v1/jobs", |reply| is_right(&jobs(reply)));
        jobs(&reply.await)
    }
}

fn accepted(reply: &Reply) {
    assert_eq!((reply.status, reply.text()), (200, r#"{"received":true}"#));
}

fn refused(reply: &Reply) {
    assert_eq!(
        (reply.status, reply.text()),
        (401, r#"{"error":"Invalid signature"}"#)
    );
}

fn of<'a>(jobs: &'a [Value], consumer: &str) -> Vec<&'a Value> {
    jobs.iter()
        .filter(|job| job["consumer"] == consumer)
        .collect()
}

fn named(steps: &[(&str, &str)]) -> Vec<(String, String)> {
    let steps = steps.iter();
    steps
        .map(|(name, state)| ((*name).to_owned(), (*state).to_owned()))
        .collect()
}

/// How many payments the shop has processed.
fn processed(jobs: &[Value]) -> usize {
    let is_it = |job: &&&Value| job["type"] == "payment.confirmed" && job["state"] == "done";
    of(jobs, "shop").iter().filter(is_it).count()
}

#[tokio::test]
async fn every_row_of_the_guide() {
    let (mut rows, folder) = (Rows::new('C', 20), tempfile::tempdir().unwrap());
    let services = services().await;
    let system = System::start(folder.path(), &services).await;

    refusals(&system).await;
    rows.passed(
        1,
        "the hex HMAC-SHA-256 of the body: of another body, or in part, it is refused",
    );
    rows.passed(
        2,
        "401 `{\"error\":\"Invalid signature\"}` for a wrong, short or missing one",
    );

    accepted(
        &system
            .send(delivery(&event("payment.refunded", "pay_0", "")))
            .await,
    );
    system
        .jobs(|jobs| of(jobs, "shop").iter().any(|job| job["state"] == "done"))
        .await;
    assert!(services.calls("/sessions").is_empty());
    rows.passed(
        3,
        "another event: 200 `{\"received\":true}`, and no step runs",
    );

    let system = kill_in_the_middle(system, folder.path(), &services).await;
    rows.passed(
        7,
        "the steps run in order, with values of the event and of earlier steps",
    );
    rows.passed(
        18,
        "one of 20 copies runs, also after kill -9; another event of the payment runs too",
    );
    rows.passed(20, "copies are answered `{\"already_processed\":true}`");
    let jobs = system.jobs(|_| true).await;
    let confirmed = of(&jobs, "shop").into_iter();
    for job in confirmed.filter(|job| job["type"] == "payment.confirmed") {
        let all = [("invoice", "done"), ("ship", "done"), ("notify", "done")];
        assert_eq!(
            (&job["state"], system.steps(job).await),
            (&json!("done"), named(&all))
        );
    }
    rows.passed(
        4,
        "acknowledged before the work: what was processed, and its steps, are at /v1/jobs",
    );

    let body = event("payment.confirmed", "pay_keyed", "");
    accepted(
        &system
            .send(delivery(&body).add("idempotency_key", "1"))
            .await,
    );
    let copy = system
        .send(delivery(&body).add("idempotency_key", "2"))
        .await;
    assert_eq!(copy.text(), r#"{"already_processed":true}"#);
    for (key, is_new) in [("a", true), ("b", true), ("a", false)] {
        let mut keyed = body.clone();
        keyed["idempotency_key"] = json!(key);
        let reply = system.send(delivery(&keyed)).await;
        let word = if is_new {
            "received"
        } else {
            "already_processed"
        };
        assert_eq!(reply.json(), json!({ word: true }), "{key}");
    }
    rows.passed(
        19,
        "the header is not signed, so it makes no new event; the one in a trigger's body does",
    );

    failed_steps(&system, &services, &mut rows).await;
    adapters(&system, folder.path(), &services, &mut rows).await;
    killed_while_it_forwards(system, folder.path(), &services).await;
    rows.finish();
}

async fn refusals(system: &System) {
    let genuine = delivery(&event("payment.confirmed", "pay_forged", ""));
    let tag = genuine.text("x-codespar-signature");
    for forged in [&tag[1..], "", "0", "é"] {
        refused(
            &system
                .send(genuine.clone().set("x-codespar-signature", forged))
                .await,
        );
    }
    refused(
        &system
            .send(genuine.clone().without("x-codespar-signature"))
            .await,
    );
    refused(
        &system
            .send(genuine.body(event("payment.confirmed", "other", "").to_string()))
            .await,
    );
}

/// The receiver of a trigger has the event, and the process dies before it hears so.
async fn killed_while_it_forwards(system: System, data: &Path, services: &StandIn) {
    let before = services.calls("/hook").len();
    services.hold("/hook");
    let [genuine, _] = providers::all()[0].deliveries("conn_1", 3);
    accepted(&system.send(genuine).await);
    services.called("/hook", before + 1).await;
    system.program.kill().await;
    let system = System::start(data, services).await;
    let calls = services.called("/hook", before + 2).await;
    services.let_go("/hook");
    let last = [before, before + 1].map(|n| &calls[n].body);
    assert_eq!(last[0], last[1], "the receiver knows the copy by its bytes");
    let done = |jobs: &[Value]| of(jobs, "asaas").iter().all(|job| job["state"] == "done");
    system
        .jobs(|jobs| of(jobs, "asaas").len() == 2 && done(jobs))
        .await;
}

/// The invoice is issued and the parcel ordered, and the process dies before it hears so.
async fn kill_in_the_middle(system: System, data: &Path, services: &StandIn) -> System {
    let payment = event("payment.confirmed", "pay_1", "first");
    services.hold(SHIP);
    let copies = (0..20).map(|_| system.send(delivery(&payment)));
    for reply in futures_util::future::join_all(copies).await {
        assert!([200, 503].contains(&reply.status), "{reply:?}");
    }
    services.called(SHIP, 1).await;
    assert_eq!(services.calls(INVOICE).len(), 1, "the step before");
    assert!(services.calls(NOTIFY).is_empty(), "the step after");
    system.program.kill().await;
    let system = System::start(data, services).await;
    let shipped = services.called(SHIP, 2).await;
    services.let_go(SHIP);
    let notified = services.called(NOTIFY, 1).await;
    assert_eq!(
        shipped[0].header("idempotency-key"),
        shipped[1].header("idempotency-key")
    );
    assert_eq!(
        [INVOICE, SHIP, NOTIFY].map(|path| services.effects(path)),
        [1, 1, 1]
    );
    assert_eq!(
        services.calls(INVOICE).len(),
        1,
        "what is done is not done again"
    );
    let invoiced = services.calls(INVOICE)[0].json();
    assert_eq!(
        (&invoiced["customer_cpf"], &invoiced["total"]),
        (&json!("00000000000"), &json!(19.99))
    );
    let variables = json!({"tracking": "BR123", "nfe_url": "https://nfe.example/1.pdf"});
    assert_eq!(notified[0].json()["variables"], variables);

    let copy = system.send(delivery(&payment)).await;
    assert_eq!(
        (copy.status, copy.text()),
        (200, r#"{"already_processed":true}"#)
    );
    accepted(
        &system
            .send(delivery(&event("payment.confirmed", "pay_1", "second")))
            .await,
    );
    services.called(NOTIFY, 2).await;
    system.jobs(|jobs| processed(jobs) == 2).await;
    system
}

async fn failed_steps(system: &System, services: &StandIn, rows: &mut Rows) {
    services.called(NOTIFY, 5).await;
    services.called("/sessions/close", 5).await;
    let opened = services.calls("/sessions").len();
    // Two attempts, in each of which the step is tried twice.
    services.fail(INVOICE, 4);
    accepted(
        &system
            .send(delivery(&event("payment.confirmed", "pay_fails", "")))
            .await,
    );
    let dead = |jobs: &[Value]| {
        of(jobs, "shop")
            .into_iter()
            .find(|job| job["state"] == "dead")
            .cloned()
    };
    let jobs = system.jobs(|jobs| dead(jobs).is_some()).await;
    let job = dead(&jobs).unwrap();
    let notified = services.called(NOTIFY, 6).await[5].json();
    assert_eq!(
        notified["variables"],
        json!({"tracking": "BR123", "nfe_url": null})
    );
    rows.passed(
        8,
        "results are found by name: the tracking code is not taken for the invoice",
    );
    let after = [("invoice", "failed"), ("ship", "done"), ("notify", "done")];
    assert_eq!(system.steps(&job).await, named(&after));
    rows.passed(
        9,
        "abort_on_error(false): the customer still gets the tracking code",
    );
    assert!(system.program.said().contains("step failed"));
    assert!(system.program.said().contains("step completed"));
    rows.passed(10, "both hooks");
    let line = system.program.line("success=false").await;
    assert!(line.contains("completed=2 of=3"), "{line}");
    rows.passed(
        11,
        "no success with a failed step; two of three are completed",
    );
    assert_eq!((&job["attempts"], services.effects(SHIP)), (&json!(2), 6));
    waits_between_attempts().await;
    rows.passed(
        12,
        "retries within and between attempts: doubled, capped, half random, limited",
    );

    let invoices = services.calls(INVOICE).len();
    let who = json!({"by": "ana", "why": "the tax office is back"});
    let redriven = system
        .private("POST", "/v1/jobs/requeue?state=dead", who)
        .await;
    assert_eq!(redriven.json(), json!({"changed": 1}));
    services.called(INVOICE, invoices + 1).await;
    system
        .jobs(|jobs| {
            dead(jobs).is_none() && of(jobs, "shop").iter().all(|job| job["state"] == "done")
        })
        .await;
    assert_eq!(
        (services.calls(SHIP).len(), services.calls(NOTIFY).len()),
        (7, 6)
    );
    rows.passed(
        13,
        "the retry queue has each failed step under its name; a redrive runs it alone",
    );
    let opened = services.calls("/sessions").len() - opened;
    assert_eq!(opened, 3, "two attempts and the redrive");
    services.called("/sessions/close", 5 + opened).await;
    rows.passed(
        14,
        "the session is closed after a success and after an error",
    );
}

/// A wait of a thousand seconds is doubled, and an hour is the most. The half of it is random. The
/// test does not wait: it moves the time in the row.
async fn waits_between_attempts() {
    let (folder, services) = (tempfile::tempdir().unwrap(), services().await);
    let settings = ["--attempts", "4", "--first-wait", "1000000"];
    let system = System::start_with(folder.path(), &services, &settings).await;
    services.fail(INVOICE, 100);
    accepted(
        &system
            .send(delivery(&event("payment.confirmed", "pay_waits", "")))
            .await,
    );
    let database = rusqlite::Connection::open(folder.path().join("payments.db")).unwrap();
    let patience = std::time::Duration::from_secs(5);
    database.busy_timeout(patience).unwrap();
    for (attempt, most) in [(1, 1000.0), (2, 2000.0), (3, 3600.0)] {
        let is_waiting = |job: &Value| job["attempts"] == attempt && job["state"] == "due";
        system.jobs(|jobs| jobs.iter().any(is_waiting)).await;
        let wait = "select run_at / 1000000.0 - unixepoch('subsec') from webhook_delivery";
        let wait: f64 = database.query_row(wait, [], |row| row.get(0)).unwrap();
        // Some seconds may have passed.
        assert!(
            wait > most / 2.0 - 30.0 && wait <= most,
            "{attempt}: {wait}"
        );
        let now = "update webhook_delivery set run_at = 0 where state = 0";
        assert_eq!(database.execute(now, []).unwrap(), 1);
    }
    system
        .jobs(|jobs| jobs[0]["state"] == "dead" && jobs[0]["attempts"] == 4)
        .await;
}

async fn adapters(system: &System, folder: &Path, services: &StandIn, rows: &mut Rows) {
    let senders = providers::all();
    assert_eq!(senders.len(), 17, "the fourteen, and three schemes");
    for sender in &senders {
        let path = format!("/v1/connections/{}/conn_1", sender.server);
        let put = system.private("PUT", &path, sender.connection()).await;
        assert_eq!(put.status, 200, "{path}: {}", put.text());
    }
    let events: BTreeSet<_> = senders.iter().map(|sender| sender.event).collect();
    // A receiver that is always broken, in front of one that is not.
    let broken =
        json!({"name": "broken", "event": "sift.event", "webhook_url": services.url() + "/broken"});
    assert_eq!(
        system.private("POST", "/v1/triggers", broken).await.status,
        200
    );
    let mut secrets = std::collections::BTreeMap::new();
    for event in events {
        let (name, url) = (format!("mine {event}"), services.url() + "/hook");
        let new = json!({"name": name, "event": event, "webhook_url": url});
        let created = system.private("POST", "/v1/triggers", new.clone()).await;
        secrets.insert(event, created.json()["secret"].as_str().unwrap().to_owned());
        assert_eq!(
            system.private("POST", "/v1/triggers", new).await.status,
            409
        );
    }

    for (n, sender) in senders.iter().enumerate() {
        let [genuine, forged] = sender.deliveries("conn_1", 1);
        refused(&system.send(forged).await);
        let [stranger, _] = sender.deliveries("conn_unknown", 1);
        refused(&system.send(stranger).await);
        accepted(&system.send(genuine.clone()).await);
        let state = match sender.server {
            "sift" => "dead",
            _ => "done",
        };
        let done = |jobs: &[Value]| {
            of(jobs, sender.server)
                .iter()
                .any(|job| job["state"] == state)
        };
        system.jobs(done).await;
        let calls = services.called("/hook", n + 1).await;
        let call = &calls[n];
        assert!(verifies(&secrets[sender.event], call), "{}", sender.server);
        let (body, server) = (call.json(), sender.server);
        assert_eq!(
            (&body["event"], &body["source"]),
            (&json!(sender.event), &json!(server))
        );
        assert!(system.send(genuine).await.status == 200);
    }
    rows.passed(
        15,
        "fourteen providers, each connection with its own secret; unknown ones are 401",
    );
    rows.passed(
        16,
        "HMAC, ECDSA P-256, HTTP Basic, a secret in a header or in the body (and RSA, JWE, JWT)",
    );
    assert_eq!(
        services.calls("/hook").len(),
        senders.len(),
        "copies are not forwarded"
    );
    rows.passed(
        17,
        "only verified events, signed anew with the trigger's secret: the guide's check holds",
    );
    let fetched = services.calls("/hook");
    let fetched = fetched
        .iter()
        .find(|call| call.json()["source"] == "mercado-pago")
        .unwrap()
        .json();
    assert_eq!(
        (&fetched["payment_id"], &fetched["amount"]),
        (&json!("123"), &json!(1050))
    );
    rows.passed(
        6,
        "names and amounts of one vocabulary; what Mercado Pago only names is fetched",
    );

    // The secret of a trigger is replaced by one that its receiver knows already.
    let rotate = |secret: &str| {
        let path = "/v1/triggers/mine%20stone.cash_in/rotate-secret";
        system.private("POST", path, json!({"secret": secret}))
    };
    assert_eq!(rotate("").await.status, 422);
    assert_eq!(rotate(&"x".repeat(1025)).await.status, 422);
    assert_eq!(rotate("whsec_the_next_0123456789").await.status, 200);
    let stone = senders
        .iter()
        .find(|sender| sender.server == "stone")
        .unwrap();
    let [again, _] = stone.deliveries("conn_1", 2);
    accepted(&system.send(again).await);
    let calls = services.called("/hook", senders.len() + 1).await;
    let call = calls.last().unwrap();
    assert!(
        verifies("whsec_the_next_0123456789", call) && !verifies(&secrets["stone.cash_in"], call)
    );
    for file in ["payments.db", "payments.db-wal"] {
        let bytes = std::fs::read(folder.join(file)).unwrap_or_default();
        let has = |text: &str| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        assert!(!secrets.values().any(|secret| has(secret)), "{file}");
    }
    rows.passed(
        5,
        "the secret is returned once, sealed in the table, and rotated",
    );
}
