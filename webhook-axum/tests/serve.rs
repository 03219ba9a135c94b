//! A server that is told to stop while something runs.

#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use webhook_axum::serve::{Server, peer};
use webhook_axum::{Signer, VerifiedDelivery, WebhookLayer, providers};

const SECRET: &str = "whsec_0123456789abcdef";

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn send(address: SocketAddr, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

async fn all(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// A route whose handler says that it runs, and waits.
fn waiting(runs: &Arc<Notify>, goes_on: &Arc<Notify>) -> Router {
    let (runs, goes_on) = (Arc::clone(runs), Arc::clone(goes_on));
    let handler = async move || {
        runs.notify_one();
        goes_on.notified().await;
        "done"
    };
    Router::new().route("/", get(handler))
}

const GET: &str = "GET / HTTP/1.1\r\nhost: here\r\n\r\n";

#[tokio::test]
async fn a_request_that_has_begun_is_answered() {
    let ((listener, address), (stops, stop)) = (listener().await, oneshot::channel());
    let (runs, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let server = Server::new(listener, waiting(&runs, &goes_on));
    let server = server.stops_at(async { stop.await.unwrap() });
    let running = tokio::spawn(server.run());
    let begun = send(address, GET).await;
    runs.notified().await;
    stops.send(()).unwrap();
    goes_on.notify_one();
    assert!(all(begun).await.ends_with("done"));
    running.await.unwrap().unwrap();
    assert!(
        TcpStream::connect(address).await.is_err(),
        "nothing is accepted any more"
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_that_does_not_end_is_cut_off() {
    let ((listener, address), (stops, stop)) = (listener().await, oneshot::channel());
    let (runs, never) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let server = Server::new(listener, waiting(&runs, &never));
    let server = server.stops_at(async { stop.await.unwrap() });
    let running = tokio::spawn(server.run());
    let _begun = send(address, GET).await;
    runs.notified().await;
    stops.send(()).unwrap();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_delivery_whose_client_has_left_is_finished() {
    let ((listener, address), (stops, stop)) = (listener().await, oneshot::channel());
    let (runs, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let layer = WebhookLayer::stripe(SECRET);
    let (begun, go) = (Arc::clone(&runs), Arc::clone(&goes_on));
    let handler = async move |VerifiedDelivery(_): VerifiedDelivery| {
        begun.notify_one();
        go.notified().await;
    };
    let app = Router::new().route("/", post(handler).layer(layer.clone()));
    let server = Server::new(listener, app).drains(&layer);
    let server = server.stops_at(async { stop.await.unwrap() });
    let running = tokio::spawn(server.run());

    let signer = Signer::new(providers::STRIPE, SECRET).unwrap();
    let signed = signer.sign_now(r#"{"id":"evt_1"}"#);
    let headers = signed
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"));
    let headers: String = headers.collect();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: here\r\ncontent-length: {}\r\n",
        signed.body.len()
    );
    let body = String::from_utf8_lossy(&signed.body);
    let client = send(address, &format!("{head}{headers}\r\n{body}")).await;
    runs.notified().await;
    drop(client);
    stops.send(()).unwrap();
    goes_on.notify_one();
    running.await.unwrap().unwrap();
    assert_eq!(layer.endpoint().counts().done, 1);
}

#[tokio::test]
async fn requests_know_where_they_come_from() {
    let ((listener, address), (stops, stop)) = (listener().await, oneshot::channel());
    let said = async |request: Request| format!("{:?}", peer(request.extensions()));
    let server = Server::new(listener, Router::new().route("/", get(said)));
    let server = server.stops_at(async { stop.await.unwrap() });
    let running = tokio::spawn(server.run());
    let request = "GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
    let answer = all(send(address, request).await).await;
    assert!(answer.ends_with("Some(127.0.0.1)"), "{answer}");
    stops.send(()).unwrap();
    running.await.unwrap().unwrap();
}

/// A signal that nobody handles ends the process, and the test with it.
#[cfg(unix)]
#[tokio::test]
async fn sigterm_stops_it() {
    let (listener, address) = listener().await;
    let running = tokio::spawn(Server::new(listener, Router::new()).run());
    let request = "GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
    assert!(all(send(address, request).await).await.contains("404"));
    let me = std::process::id().to_string();
    let told = tokio::process::Command::new("kill")
        .args(["-TERM", &me])
        .status();
    assert!(told.await.unwrap().success());
    running.await.unwrap().unwrap();
}
