//! Signed HTTP requests to a server on a free port.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use webhook_core::testing::TestPayload;
use webhook_core::{Begun, Endpoint, Finished, Head};
use webhook_inbox::JobState;
use webhook_relay::forward::{ForwardError, Forwarder};
use webhook_relay::{CloudEvents, Reference, Relay, RelayError, SignedHttp};

use crate::bench::{
    done, event, failed_with, jobs, settled, store, store_event, stripe, stripe_sender, work,
};

pub(crate) const HOP: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A request that the server got.
#[derive(Clone, Debug, Default)]
struct Got {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|found| &*found.1)
    }
}

/// A server that answers with these status lines and headers, and then with 200.
struct Server {
    url: String,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Server {
    async fn start(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let answers: VecDeque<String> = answers.iter().map(|it| (*it).to_owned()).collect();
        let answers = Arc::new(Mutex::new(answers));
        let got = Arc::<Mutex<Vec<Got>>>::default();
        let server = Self {
            url,
            got: got.clone(),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answers.clone(), got.clone()));
            }
        });
        server
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    fn signed(&self) -> SignedHttp {
        SignedHttp::new(Forwarder::to(self.url.as_str()).signed_with(HOP)).unwrap()
    }
}

async fn serve(
    stream: TcpStream,
    answers: Arc<Mutex<VecDeque<String>>>,
    got: Arc<Mutex<Vec<Got>>>,
) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut request = Got::default();
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        loop {
            line.clear();
            stream.read_line(&mut line).await.unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            request
                .headers
                .push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let length = request.header("content-length").unwrap().parse().unwrap();
        request.body.resize(length, 0);
        stream.read_exact(&mut request.body).await.unwrap();
        got.lock().unwrap().push(request);
        let answer = answers.lock().unwrap().pop_front();
        let answer = answer.unwrap_or_else(|| "200 OK".to_owned());
        let text = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(text.as_bytes()).await.unwrap();
    }
}

/// Asks a server for a short text.
pub(crate) async fn get(url: &str) -> String {
    let (host, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    body.to_owned()
}

/// Checks a request as a receiver does that knows the secret of the hop.
fn is_genuine(got: &Got) -> bool {
    let endpoint = Endpoint::standard_webhooks(HOP).build().unwrap();
    let head = Head::new("POST", "/hooks", &got.headers);
    let Begun::Read(mut intake) = endpoint.begin(&head) else {
        return false;
    };
    intake.push(got.body.clone().into()).unwrap();
    matches!(intake.finish(), Ok(Finished::Event(_)))
}

#[tokio::test]
async fn attempts_have_one_key_and_are_signed() {
    let server = Server::start(&["500 No", "429 Later"]).await;
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_1", "invoice.paid").await;
    let _worker = work(&inbox, Relay::to(server.signed()).build(endpoint));
    assert_eq!(settled(&inbox).await[0].0, JobState::Done);
    let got = server.got();
    assert_eq!(got.len(), 3);
    let key = got[0].header("webhook-id").unwrap();
    assert_eq!(key.len(), 64);
    for (request, attempt) in got.iter().zip(["1", "2", "3"]) {
        assert!(is_genuine(request));
        assert_eq!(request.header("webhook-id"), Some(key));
        assert_eq!(request.header("idempotency-key"), Some(key));
        assert_eq!(request.header("x-delivery-attempt"), Some(attempt));
        assert_eq!(request.body, event("evt_1", "invoice.paid").into_bytes());
    }
}

#[tokio::test]
async fn what_travels_is_what_the_table_says() {
    let server = Server::start(&[]).await;
    let (inbox, endpoint) = stripe();
    let payload = TestPayload::from(event("evt_1", "invoice.paid")).header("user-agent", "S/1");
    store(&endpoint, &stripe_sender(), payload).await;
    let _worker = work(&inbox, Relay::to(server.signed()).build(endpoint));
    assert_eq!(settled(&inbox).await, [done()]);
    let got = server.got();
    let mut names: Vec<_> = got[0].headers.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    let expected = [
        "content-length",
        "content-type",
        "host",
        "idempotency-key",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
        "x-delivery-attempt",
        "x-delivery-event-id",
        "x-delivery-mode",
        "x-delivery-provider",
        "x-delivery-received-at",
        "x-delivery-type",
        "x-delivery-via",
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_status_says_whether_a_retry_makes_sense() {
    for (answer, kind, state) in [
        ("400 Bad", "status 400", JobState::Dead),
        ("410 Gone", "status 410", JobState::Dead),
        ("413 Long", "status 413", JobState::Dead),
        ("415 Type", "status 415", JobState::Dead),
        ("422 No", "status 422", JobState::Dead),
        ("418 Tea", "status 418", JobState::Dead),
        ("302 Found\r\nlocation: /", "status 302", JobState::Done),
        ("401 Who", "status 401", JobState::Done),
        ("403 No", "status 403", JobState::Done),
        ("404 Where", "status 404", JobState::Done),
        ("408 Slow", "status 408", JobState::Done),
        ("409 Busy", "status 409", JobState::Done),
        ("425 Early", "status 425", JobState::Done),
        ("500 Oops", "status 500", JobState::Done),
        ("503 Down", "status 503", JobState::Done),
    ] {
        let server = Server::start(&[answer]).await;
        let (inbox, endpoint) = stripe();
        store_event(&endpoint, "evt_1", "a").await;
        let forwarder = Forwarder::to(server.url.as_str()).signed_with(HOP);
        let http = SignedHttp::new(forwarder.give_up_on([418])).unwrap();
        let _worker = work(&inbox, Relay::to(http).build(endpoint));
        let ends = settled(&inbox).await;
        assert_eq!(ends, [(state, Some(kind.to_owned()))], "{answer}");
        let requests = if state == JobState::Dead { 1 } else { 2 };
        assert_eq!(server.got().len(), requests, "{answer}");
    }
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let server = Server::start(&["503 Down\r\nretry-after: 3000"]).await;
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_1", "a").await;
    let _worker = work(&inbox, Relay::to(server.signed()).build(endpoint));
    failed_with(&inbox, "status 503").await;
    let job = jobs(&inbox).await.remove(0);
    assert_eq!(job.state, JobState::Due);
    let wait = job.run_at.as_millis() - job.accepted_at.as_millis();
    assert!(wait >= 3_000_000, "{wait}");
}

#[tokio::test]
async fn a_service_that_is_away_gets_the_event_when_it_is_back() {
    let address = format!("127.0.0.1:{}", webhook_test_services::free_port());
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_1", "a").await;
    let forwarder = Forwarder::to(format!("http://{address}/")).signed_with(HOP);
    let relay = Relay::to(SignedHttp::new(forwarder).unwrap()).build(endpoint);
    let _worker = work(&inbox, relay);
    failed_with(&inbox, "unreachable").await;
    let listener = TcpListener::bind(address).await.unwrap();
    let got = Arc::<Mutex<Vec<Got>>>::default();
    let kept = got.clone();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(stream, Arc::default(), kept).await;
    });
    assert_eq!(settled(&inbox).await[0].0, JobState::Done);
    assert_eq!(got.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_delivery_that_was_here_before_is_in_a_loop() {
    let server = Server::start(&[]).await;
    let http = server.signed();
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_1", "a").await;
    let _worker = work(&inbox, Relay::to(http.clone()).build(endpoint));
    assert_eq!(settled(&inbox).await, [done()]);
    let via = server.got()[0].header("x-delivery-via").unwrap().to_owned();

    // It comes back through another gateway, is stored, and would be sent again.
    let (inbox, endpoint) = stripe();
    let payload = TestPayload::from(event("evt_2", "a")).header("x-delivery-via", via);
    store(&endpoint, &stripe_sender(), payload).await;
    let _worker = work(&inbox, Relay::to(http).build(endpoint));
    let looped = (JobState::Dead, Some("loop".to_owned()));
    assert_eq!(settled(&inbox).await, [looped]);
    assert_eq!(server.got().len(), 1);
}

#[tokio::test]
async fn envelopes_and_references_are_signed_too() {
    let server = Server::start(&[]).await;
    for envelope in [CloudEvents::structured(), CloudEvents::binary()] {
        let (inbox, endpoint) = stripe();
        store_event(&endpoint, "evt_1", "a").await;
        let relay = Relay::to(server.signed()).cloud_events(envelope);
        let _worker = work(&inbox, relay.build(endpoint));
        assert_eq!(settled(&inbox).await, [done()]);
    }
    let (inbox, endpoint) = stripe();
    store_event(&endpoint, "evt_1", "a").await;
    let relay = Relay::to(server.signed()).claim_check_above(0);
    let _worker = work(&inbox, relay.build(endpoint));
    assert_eq!(settled(&inbox).await, [done()]);

    let got = server.got();
    assert!(got.iter().all(is_genuine));
    let types: Vec<_> = got
        .iter()
        .map(|it| it.header("content-type").unwrap())
        .collect();
    let json = "application/json";
    assert_eq!(
        types,
        [
            "application/cloudevents+json",
            json,
            Reference::CONTENT_TYPE
        ]
    );
    assert_eq!(got[1].header("ce-id"), got[1].header("webhook-id"));
    assert_eq!(got[1].body, event("evt_1", "a").into_bytes());
    assert!(Reference::parse(&got[2].body).is_ok());
}

#[test]
fn a_destination_that_cannot_be_used_is_an_error() {
    let error = SignedHttp::new(Forwarder::to("hidden").signed_with(HOP)).unwrap_err();
    assert!(matches!(
        error,
        RelayError::Http(ForwardError::InvalidUrl { .. })
    ));
    assert!(!error.to_string().contains("hidden"));
}
