//! Events that are relayed to a RabbitMQ broker, if there is one.

use lapin::message::Delivery;
use lapin::options::{BasicGetOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ConnectionProperties};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use webhook_test_services::RabbitMq;

use crate::cable::Cable;
use crate::common::{Server, github};
use crate::setup::{SECRET, State, config, send, without_rest};

/// A queue of this test. Without a consumer it is removed after a minute, also if the test fails.
struct Queue {
    name: String,
    channel: Channel,
    _connection: Connection,
    runtime: Runtime,
}

impl Queue {
    fn declare(url: &str, test: &str) -> Self {
        let name = format!("clitest-{test}-{}", std::process::id());
        let runtime = Runtime::new().unwrap();
        let (channel, connection) = runtime.block_on(async {
            let connection = Connection::connect(url, ConnectionProperties::default());
            let connection = connection.await.unwrap();
            let channel = connection.create_channel().await.unwrap();
            let mut arguments = FieldTable::default();
            arguments.insert("x-expires".into(), AMQPValue::LongInt(60_000));
            let options = QueueDeclareOptions {
                durable: true,
                ..QueueDeclareOptions::default()
            };
            let declared = channel.queue_declare(name.as_str().into(), options, arguments);
            declared.await.unwrap();
            (channel, connection)
        });
        Self {
            name,
            channel,
            _connection: connection,
            runtime,
        }
    }

    /// Takes all of its messages.
    fn take(&self) -> Vec<Delivery> {
        self.runtime.block_on(async {
            let mut all = Vec::new();
            loop {
                let options = BasicGetOptions { no_ack: true };
                let got = self.channel.basic_get(self.name.as_str().into(), options);
                match got.await.unwrap() {
                    Some(got) => all.push(got.delivery),
                    None => return all,
                }
            }
        })
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        let options = QueueDeleteOptions::default();
        let deleted = self
            .channel
            .queue_delete(self.name.as_str().into(), options);
        let _ = self.runtime.block_on(deleted);
    }
}

fn id(message: &Delivery) -> String {
    let id = message.properties.message_id().as_ref();
    id.unwrap().to_string()
}

#[test]
fn an_event_is_in_the_queue_with_what_is_known_of_it() {
    let Some(rabbit) = RabbitMq::find() else {
        return;
    };
    let queue = Queue::declare(rabbit.url(), "event");
    let state = State::new("amqp-event");
    let relay = json!({"url": rabbit.url(), "queue": queue.name, "headers": ["X-Extra"]});
    let server = state.start(&config(&json!({"amqp": relay})));
    let delivery = github(SECRET, "d-1", "ping", 100).header("X-Extra", "kept");
    assert_eq!(server.send(&delivery).status, 200);
    let done = state.wait_for(&["--state", "done"], 1);
    let messages = queue.take();
    let [message] = &messages[..] else {
        panic!("{messages:?}")
    };
    assert!(message.data == delivery.body);
    assert_eq!(done[0]["key"], id(message).as_str());
    let headers = message.properties.headers().as_ref().unwrap().inner();
    let header = |name: &str| match headers.get(name) {
        Some(AMQPValue::LongString(value)) => Some(value.to_string()),
        _ => None,
    };
    assert_eq!(header("x-extra").as_deref(), Some("kept"));
    assert_eq!(header("x-delivery-unsigned-type").as_deref(), Some("ping"));
    let log = server.stop();
    assert_eq!(log.matches("event relayed").count(), 1, "{log}");
}

#[test]
fn what_cannot_be_routed_is_parked() {
    let Some(rabbit) = RabbitMq::find() else {
        return;
    };
    let state = State::new("amqp-parked");
    let absent = format!("clitest-absent-{}", std::process::id());
    let server = state.start(&config(&json!({"consumers": {
        "queue": {"amqp": {"url": rabbit.url(), "queue": absent}},
        "exchange": {"amqp": {
            "url": rabbit.url(),
            "exchange": absent,
            "routing_key": "{provider}.{type}",
            "cloud_events": "binary",
        }},
    }})));
    send(&server, "d-1");
    let parked = state.wait_for(&["--state", "parked"], 2);
    let error = |name: &str| {
        let of = |job: &&Value| job["consumer"] == name;
        parked.iter().find(of).unwrap()["error"].clone()
    };
    assert_eq!(error("github/queue"), "unroutable");
    assert_eq!(error("github/exchange"), "no exchange");
}

/// The broker is away at the start, and the connection breaks while events arrive.
#[test]
fn nothing_is_lost_when_the_broker_is_away() {
    let Some(rabbit) = RabbitMq::find() else {
        return;
    };
    let queue = Queue::declare(rabbit.url(), "cable");
    let mut cable = Cable::to(rabbit.url());
    cable.cut();
    let state = State::new("amqp-cable");
    let relay = json!({"url": cable.url(rabbit.url()), "queue": queue.name});
    let server = state.start(&without_rest(&json!({"amqp": relay})));
    for round in 0..3 {
        for number in 0..20 {
            if number == 10 {
                cable.cut();
            }
            send(&server, &format!("d-{round}-{number}"));
        }
        state.wait_for_any(&["--state", "due"]);
        cable.mend();
        state.wait_for(&["--state", "done"], 20 * (round + 1));
    }
    // A message whose confirmation was lost is there twice.
    let mut ids: Vec<_> = queue.take().iter().map(id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 60);
}

/// The broker refuses the password, so the log has every reason to talk about it.
#[test]
fn no_log_has_the_password() {
    let Some(rabbit) = RabbitMq::find() else {
        return;
    };
    let authority = rabbit.url().rsplit('@').next().unwrap();
    let state = State::new("amqp-password");
    let relay = json!({
        "url": format!("amqp://{authority}"),
        "username": "clitest",
        "password": {"env": "AMQP_PASSWORD"},
        "queue": "clitest",
    });
    let variables = [("AMQP_PASSWORD", "p@ss:hidden"), ("RUST_LOG", "trace")];
    let config = config(&json!({"amqp": relay}));
    let server = Server::start_with(&config, &["--state", state.text()], &variables);
    send(&server, "d-1");
    server.wait_for_log("not relayed", 1);
    let log = server.stop();
    assert!(log.contains("lapin"), "{log}");
    assert!(!log.contains("hidden"), "{log}");
    let as_numbers = format!("{:?}", b"hidden");
    assert!(!log.contains(as_numbers.trim_matches(['[', ']'])), "{log}");
}
