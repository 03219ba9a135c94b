//! The CPU time of a server per request under load: over loopback, with the server's own thread and
//! the kernel's work for its sockets. Compared with the bare route.
//!
//! And of a gateway: deliveries that it sends on to a receiver, beside a reverse proxy with the
//! same HTTP client.
//!
//! Every request is new and is signed before the measurement. The variants take turns. Differences
//! are computed within a round, and the median of the rounds counts. Linux only: the CPU time of a
//! thread is read from `/proc`.

#![allow(
    clippy::cast_precision_loss,
    reason = "nanoseconds and requests are few"
)]

use std::cell::Cell;
use std::future::ready;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Instant;
use std::{fs, thread};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use http::{Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tower::Layer as _;
use webhook_core::{Clock as _, Endpoint, MemoryStore, Signer, SystemClock, providers};
use webhook_tower::WebhookLayer;
use webhook_tower::forward::{Forward, Forwarder};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Each has one request under way.
const CONNECTIONS: usize = 32;
/// Of a round, on each connection.
const REQUESTS: usize = 250;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = if quick { 5 } else { 41 };
    receiving(rounds);
    forwarding(rounds);
}

fn layer(builder: webhook_core::EndpointBuilder) -> WebhookLayer {
    WebhookLayer::new(builder.build().expect("it fits"))
}

fn endpoint() -> webhook_core::EndpointBuilder {
    Endpoint::stripe(SECRET)
}

fn everything() -> WebhookLayer {
    layer(endpoint().store(MemoryStore::builder().capacity(10_000_000).build()))
}

fn receiving(rounds: usize) {
    let route = || Router::new().route("/", post(|_: Bytes| ready(())));
    let verifying = layer(endpoint().without_replay_protection());
    let costs = compare(
        rounds,
        &[
            Server::start(route()),
            Server::start(route().layer(verifying)),
            Server::start(route().layer(everything())),
        ],
    );
    println!("| 1 KiB Stripe, over loopback | CPU ns a request | above the bare route | reach |");
    println!("|---|---|---|---|");
    let names = [
        ("bare route", ""),
        ("ours, without replay protection", ""),
        ("ours, everything on", "≤ 2300 ns"),
    ];
    for ((name, reach), own) in names.iter().zip(&costs) {
        let above = own.iter().zip(&costs[0]);
        let above = median(above.map(|(own, bare)| own.cpu - bare.cpu));
        let ns = median(own.iter().map(|cost| cost.cpu));
        println!("| {name} | {ns:.0} | {above:.0} | {reach} |");
    }
}

/// Deliveries that are sent on to a receiver, beside a reverse proxy with the same client that
/// verifies nothing and remembers nothing.
fn forwarding(rounds: usize) {
    let receiver = Server::start(Router::new().route("/", post(|_: Bytes| ready(()))));
    let url = format!("http://{}/", receiver.address);
    let forward = |builder: webhook_tower::forward::ForwarderBuilder| {
        let forward = Forward::new(builder.build().expect("it fits"));
        Server::start(Router::new().route_service("/", everything().layer(forward)))
    };
    let to = || Forwarder::to(&url);
    let costs = compare(
        rounds,
        &[
            Server::start(proxy(&url)),
            forward(to().with_header("x-hop", "hop-0123456789abcdef")),
            forward(to().signed_with(SECRET)),
        ],
    );
    println!();
    println!(
        "| 1 KiB Stripe, sent on over loopback | deliveries/s | × the proxy | CPU ns above it |"
    );
    println!("|---|---|---|---|");
    let names = [
        "bare reverse proxy",
        "ours, a secret in a header",
        "ours, signed",
    ];
    for (name, own) in names.iter().zip(&costs) {
        let rate = median(own.iter().map(|cost| 1e9 / cost.wall));
        let both = || own.iter().zip(&costs[0]);
        let ratio = median(both().map(|(own, bare)| bare.wall / own.wall));
        let above = median(both().map(|(own, bare)| own.cpu - bare.cpu));
        println!("| {name} | {rate:.0} | {ratio:.2} | {above:.0} |");
    }
}

/// A reverse proxy as small as it can be.
fn proxy(url: &str) -> Router {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let url: Uri = url.parse().expect("a URL");
    let pass = async move |request: axum::extract::Request| {
        let (mut head, body) = request.into_parts();
        head.uri = url.clone();
        let body = body.collect().await.expect("a body").to_bytes();
        let sent = Request::from_parts(head, Full::new(body));
        client.request(sent).await.expect("an answer").status()
    };
    Router::new().route("/", post(pass))
}

/// What a server takes for a request, in nanoseconds.
#[derive(Clone, Copy)]
struct Cost {
    cpu: f64,
    wall: f64,
}

/// The costs of each round. The servers take turns.
fn compare(rounds: usize, servers: &[Server]) -> Vec<Vec<Cost>> {
    let number = Cell::new(0_u64);
    let mut costs = vec![Vec::new(); servers.len()];
    for round in 0..=rounds {
        for turn in 0..servers.len() {
            let index = (round + turn) % servers.len();
            let took = servers[index].load(&number);
            // The first warms up.
            if round > 0 {
                costs[index].push(took);
            }
        }
    }
    costs
}

/// A server on a thread of its own.
struct Server {
    address: SocketAddr,
    /// Where the kernel tells the CPU time of that thread.
    clock: PathBuf,
}

impl Server {
    fn start(app: Router) -> Self {
        let (started, server) = mpsc::channel();
        thread::spawn(move || {
            let clock = fs::canonicalize("/proc/thread-self").expect("a Linux machine");
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime").block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let address = listener.local_addr().expect("an address");
                let clock = clock.join("schedstat");
                started
                    .send(Self { address, clock })
                    .expect("somebody waits");
                axum::serve(listener, app).await.expect("no end");
            });
        });
        server.recv().expect("a server")
    }

    /// Nanoseconds this thread has been on a CPU.
    fn cpu(&self) -> u64 {
        let text = fs::read_to_string(&self.clock).expect("the server is alive");
        let (nanos, _) = text.split_once(' ').expect("three numbers");
        nanos.parse().expect("a number")
    }

    /// Sends a round of new deliveries.
    fn load(&self, number: &Cell<u64>) -> Cost {
        let now = SystemClock.now().expect("a time");
        let signer = Signer::new(providers::STRIPE, SECRET).expect("a usable secret");
        let mut clients: Vec<TcpStream> = (0..CONNECTIONS)
            .map(|_| TcpStream::connect(self.address).expect("a connection"))
            .collect();
        let requests: Vec<Vec<u8>> = (0..CONNECTIONS * REQUESTS)
            .map(|_| {
                let signed = signer.sign(now, event(number.replace(number.get() + 1)));
                request(&signed)
            })
            .collect();
        let (before, began) = (self.cpu(), Instant::now());
        for wave in requests.chunks(CONNECTIONS) {
            for (client, request) in clients.iter_mut().zip(wave) {
                client.write_all(request).expect("it is sent");
            }
            for client in &mut clients {
                answer(client);
            }
        }
        let requests = requests.len() as f64;
        Cost {
            cpu: (self.cpu() - before) as f64 / requests,
            wall: began.elapsed().as_nanos() as f64 / requests,
        }
    }
}

fn request(signed: &webhook_core::SignedRequest) -> Vec<u8> {
    let mut request = format!(
        "POST / HTTP/1.1\r\nhost: shop.example\r\nuser-agent: Stripe/1.0\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n",
        signed.body.len()
    );
    for (name, value) in &signed.headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    [request.as_bytes(), &signed.body].concat()
}

/// Reads an answer, which has to be a 200 and has no body.
fn answer(client: &mut TcpStream) {
    let mut read = Vec::new();
    let mut buffer = [0; 1024];
    while !read.ends_with(b"\r\n\r\n") {
        let len = client.read(&mut buffer).expect("an answer");
        assert!(len > 0, "no answer");
        read.extend_from_slice(&buffer[..len]);
    }
    assert!(
        read.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&read)
    );
}

fn event(number: u64) -> String {
    let lines =
        r#""line":{"amount":1999,"currency":"eur","description":"monthly plan"},"#.repeat(11);
    format!(
        concat!(
            r#"{{"id":"evt_1NG8Du2eZvKYlo2CUI{number:08}","object":"event","#,
            r#""data":{{"object":{{{lines}"id":"in_1"}}}},"#,
            r#""livemode":false,"type":"invoice.paid"}}"#
        ),
        number = number,
        lines = lines
    )
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
