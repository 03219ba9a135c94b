//! A Stripe endpoint in axum, and what it makes of genuine, forged, stale and replayed deliveries.
//!
//! ```text
//! cargo run -p quickstart             send each of them, then keep serving
//! cargo run -p quickstart -- --once   send each of them, then exit: 0 if all is as expected
//! ```

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Router, routing::post};
use clap::Parser;
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use webhook_axum::{Signer, UnixTime, VerifiedEvent, WebhookLayer, providers};

/// An application reads it from the environment. Stripe shows it with the endpoint.
const SECRET: &str = "whsec_quickstart_0123456789abcdef";
const PATH: &str = "/webhooks/stripe";
const LATE: Duration = Duration::from_secs(45);

type Runs = Arc<AtomicUsize>;
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The events that this application knows, and all others. Stripe adds event types: an unknown one
/// is not an error.
#[derive(Deserialize)]
#[serde(tag = "type")]
enum StripeEvent {
    #[serde(rename = "invoice.paid")]
    InvoicePaid { data: Data },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Data {
    object: Invoice,
}

#[derive(Deserialize)]
struct Invoice {
    amount_paid: u64,
}

/// Runs only for genuine, fresh and new events. 2xx says that the event is done. After any other
/// answer, Stripe's retry runs again.
async fn receive(State(runs): State<Runs>, event: VerifiedEvent<StripeEvent>) -> StatusCode {
    runs.fetch_add(1, Ordering::SeqCst);
    if let StripeEvent::InvoicePaid { data } = &event.data {
        tokio::time::sleep(Duration::from_millis(100)).await; // the work
        let id = event.id().unwrap_or_default();
        eprintln!("{id} paid {}", data.object.amount_paid);
    }
    StatusCode::OK
}

/// The webhook layer is on its route, so other routes and unknown paths are not concerned. The last
/// layer is the outermost: timeout and tracing are outside the webhook layer.
fn app(webhooks: WebhookLayer, runs: Runs) -> Router {
    let timeout = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LATE);
    Router::new()
        .route(PATH, post(receive).layer(webhooks))
        .layer(timeout)
        .layer(TraceLayer::new_for_http().on_failure(())) // 503 is normal for a copy in flight
        .with_state(runs)
}

#[derive(Parser)]
#[command(about)]
struct Args {
    /// Port on 127.0.0.1, or 0 for any free port
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Exit after the table, with a non-zero code if a row is not as expected
    #[arg(long)]
    once: bool,
}

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr);
    log.with_ansi(false).without_time().init();
    let args = Args::parse();
    let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let listener = TcpListener::bind(wanted).await.map_err(|error| {
        format!("cannot listen on {wanted}: {error}; choose another --port, or 0 for any free one")
    })?;
    let address = listener.local_addr()?;
    let (webhooks, runs) = (WebhookLayer::stripe(SECRET), Runs::default());
    let server = axum::serve(listener, app(webhooks.clone(), runs.clone()))
        .with_graceful_shutdown(async { tokio::signal::ctrl_c().await.unwrap_or_default() });
    let server = tokio::spawn(server.into_future());

    let as_expected = try_everything(address, &runs).await?;
    if !args.once {
        let signed = Signer::new(providers::STRIPE, SECRET)?.sign_now(invoice("evt_curl"));
        println!("\nStill serving. This delivery is good for 5 minutes, and runs once:\n");
        println!("{} -i", signed.curl(&format!("http://{address}{PATH}")));
        server.await??;
        webhooks.drain(Duration::from_secs(30)).await; // handlers whose client has left
    }
    Ok(ExitCode::from(u8::from(!as_expected)))
}

/// Sends good and bad deliveries and prints each answer. Returns whether every answer was as
/// expected.
async fn try_everything(to: SocketAddr, runs: &Runs) -> Result<bool, Failure> {
    let now = UnixTime::now();
    let ten_minutes = Duration::from_secs(600);
    let stripe = Signer::new(providers::STRIPE, SECRET)?;
    let stranger = Signer::new(providers::STRIPE, "whsec_a_stranger_0123456789abcdef")?;

    let genuine = stripe.sign(now, invoice("evt_1"));
    let (mut forged, mut unsigned) = (genuine.clone(), genuine.clone());
    forged.body = invoice("evt_1").replace("1999", "9999").into();
    unsigned.headers.clear();
    let old = stripe.sign(now.saturating_sub(ten_minutes), invoice("evt_2"));
    let early = stripe.sign(now.saturating_add(ten_minutes), invoice("evt_3"));
    let foreign = stranger.sign(now, invoice("evt_4"));
    let oversized = stripe.sign(now, vec![b' '; 2 << 20]);

    println!("{:<30} {:<22} answered", "sent", "expected");
    let mut as_expected = true;
    for (sent, delivery, status, times) in [
        ("genuine", &genuine, 200, 1),
        ("one byte forged", &forged, 401, 0),
        ("no signature", &unsigned, 401, 0),
        ("signed 10 minutes ago", &old, 401, 0),
        ("signed 10 minutes ahead", &early, 401, 0),
        ("signed with another secret", &foreign, 401, 0),
        ("the genuine one again", &genuine, 200, 0),
        ("oversized body, 2 MiB", &oversized, 413, 0),
    ] {
        let before = runs.load(Ordering::SeqCst);
        let answer = send(to, request(&delivery.headers, &delivery.body)).await?;
        let ran = runs.load(Ordering::SeqCst) - before;
        let expected = format!("{status}, {times} run");
        let answered = format!("{answer}, {ran} run");
        as_expected &= print_row(sent, &expected, &answered, expected == answered);
    }

    let other = stripe.sign(now, invoice("evt_5"));
    let before = runs.load(Ordering::SeqCst);
    for (sent, expected, least_taken) in [
        ("20 copies of another at once", "200 or 503, 1 run", 1),
        ("the same 20 again", "all 200, still 1 run", 20),
    ] {
        let copy = || send(to, request(&other.headers, &other.body));
        let copies: JoinSet<_> = (0..20).map(|_| copy()).collect();
        let answers: Result<Vec<_>, _> = copies.join_all().await.into_iter().collect();
        let answers = answers?;
        let count = |status| answers.iter().filter(|&&answer| answer == status).count();
        let (taken, put_off, ran) = (count(200), count(503), runs.load(Ordering::SeqCst) - before);
        let ok = ran == 1 && taken >= least_taken && taken + put_off == 20;
        let answered = format!("{taken} × 200, {put_off} × 503, {ran} run");
        as_expected &= print_row(sent, expected, &answered, ok);
    }
    println!("\nThe handler ran {} times.", runs.load(Ordering::SeqCst));
    Ok(as_expected)
}

fn print_row(sent: &str, expected: &str, answered: &str, ok: bool) -> bool {
    let verdict = if ok { "ok" } else { "MISMATCH" };
    println!("{sent:<30} {expected:<22} {answered:<26} {verdict}");
    ok
}

fn invoice(id: &str) -> String {
    format!(r#"{{"id":"{id}","type":"invoice.paid","data":{{"object":{{"amount_paid":1999}}}}}}"#)
}

fn request(headers: &[(String, String)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("POST {PATH} HTTP/1.1\r\nhost: localhost\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!(
        "content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// Sends a request over a new connection, which the server can close early. Returns the status.
async fn send(to: SocketAddr, request: Vec<u8>) -> Result<u16, Failure> {
    let (mut stream, mut status_line) = (TcpStream::connect(to).await?, *b"HTTP/1.1 200");
    let _ = stream.write_all(&request).await;
    stream.read_exact(&mut status_line).await?;
    Ok(std::str::from_utf8(&status_line[9..])?.parse()?)
}
