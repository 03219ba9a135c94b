//! `webhook serve` with Kafka: the built program and the mock cluster of librdkafka.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use webhook_core::{Provider, Signer, UnixTime};
use webhook_relay_kafka::rdkafka::ClientConfig;
use webhook_relay_kafka::rdkafka::consumer::{Consumer as _, StreamConsumer};
use webhook_relay_kafka::rdkafka::message::{Headers as _, Message as _};
use webhook_relay_kafka::rdkafka::mocking::MockCluster;

const SECRET: &str = "github-0123456789abcdef";
const TOPIC: &str = "webhooks";

/// A folder that goes with the test, and a configuration in it.
struct State {
    folder: PathBuf,
}

impl State {
    fn new(name: &str, kafka: &Value) -> Self {
        let name = format!("{name}-{}", std::process::id());
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let worker = json!({"retry_first_secs": 1, "retry_cap_secs": 1});
        let route = json!({"provider": "github", "secret": SECRET, "kafka": kafka});
        let config = json!({"_server": {"worker": worker}, "github": route});
        std::fs::write(folder.join("webhooks.json"), config.to_string()).unwrap();
        Self { folder }
    }

    /// `webhook` with this verb, on this configuration.
    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_webhook"));
        command
            .arg(verb)
            .arg("--config")
            .arg(self.folder.join("webhooks.json"))
            .arg("--state")
            .arg(&self.folder)
            .stdin(Stdio::null());
        command
    }

    fn check(&self) -> Output {
        self.command("check").arg("--offline").output().unwrap()
    }

    /// How many events are in this state.
    fn count(&self, state: &str) -> usize {
        let listed = Command::new(env!("CARGO_BIN_EXE_webhook"))
            .args(["inbox", "list", "--json", "--state", state, "--state-dir"])
            .arg(&self.folder)
            .output()
            .unwrap();
        assert!(listed.status.success(), "{listed:?}");
        listed.stdout.split(|byte| *byte == b'\n').count() - 1
    }

    fn wait_for(&self, state: &str, count: usize) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.count(state) < count {
            assert!(Instant::now() < deadline, "no {count} {state}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A server that ends with the test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(state: &State) -> Self {
        let mut command = state.command("serve");
        command.args(["--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap();
        Self {
            address: address.to_owned(),
            child,
        }
    }

    fn send(&self, id: &str) {
        let provider = Provider::find("github").unwrap();
        let signer = Signer::new(*provider, SECRET).unwrap();
        let signer = signer.path_and_query("/hooks/github").id(id);
        let signed = signer
            .event_type("ping")
            .sign(UnixTime::from_secs(0), json!({"zen": id}).to_string());
        let mut request = "POST /hooks/github HTTP/1.1\r\nhost: localhost\r\n".to_owned();
        for (name, value) in &signed.headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!(
            "content-length: {}\r\nconnection: close\r\n\r\n",
            signed.body.len()
        );
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream.write_all(&signed.body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_in_the_topic_and_one_that_has_none_is_parked() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic(TOPIC, 1, 1).unwrap();
    let brokers = cluster.bootstrap_servers();
    let kafka = json!({
        "brokers": brokers.split(',').collect::<Vec<_>>(),
        "topic": TOPIC,
        "key": "event",
        "config": {"client.id": "gateway"},
    });
    let state = State::new("kafka-event", &kafka);
    let server = Server::start(&state);
    server.send("d-1");
    state.wait_for("done", 1);
    let consumer: StreamConsumer = ClientConfig::new()
        .set("bootstrap.servers", &brokers)
        .set("group.id", "test")
        .set("auto.offset.reset", "earliest")
        .create()
        .unwrap();
    consumer.subscribe(&[TOPIC]).unwrap();
    let message = consumer.recv().await.unwrap();
    assert_eq!(message.payload(), Some(&br#"{"zen":"d-1"}"#[..]));
    let mut headers = message.headers().unwrap().iter();
    let key = headers.find(|header| header.key == "webhook-id").unwrap();
    assert_eq!(message.key(), key.value);

    let error = webhook_relay_kafka::rdkafka::types::RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    cluster.topic_error(TOPIC, error).unwrap();
    drop(server);
    let server = Server::start(&state);
    server.send("d-2");
    state.wait_for("parked", 1);
}

#[test]
fn every_refusal_names_the_key_and_no_value() {
    let whole = json!({"brokers": "127.0.0.1:9", "topic": "webhooks"});
    let with = |key: &str, value: Value| {
        let mut kafka = whole.clone();
        kafka[key] = value;
        let state = State::new("kafka-refused", &kafka);
        let ended = state.check();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(!said.contains("hidden"), "{said}");
        (
            ended.status.code(),
            String::from_utf8(ended.stdout).unwrap(),
            said,
        )
    };
    for (key, value, place, problem) in [
        ("brokers", json!([]), "brokers", "is missing"),
        ("topic", json!("a b"), "topic", "is not a topic"),
        ("topic", json!(""), "topic", "is not a topic"),
        ("key", json!("partition"), "key", "\"tenant\" or \"event\""),
        (
            "config",
            json!({"no.such.setting": "hidden"}),
            "config",
            "librdkafka does not know",
        ),
        (
            "config",
            json!({"linger.ms": "hidden"}),
            "config",
            "does not take",
        ),
        (
            "config",
            json!({"acks": "0"}),
            "config.acks",
            "is set by the relay",
        ),
        (
            "config",
            json!({"bootstrap.servers": "a"}),
            "config.bootstrap.servers",
            "\"brokers\"",
        ),
        (
            "config",
            json!({"linger.ms": 5}),
            "config.linger.ms",
            "must be a string",
        ),
        ("topics", json!("a"), "topics", "did you mean \"topic\"?"),
        (
            "cloud_events",
            json!("xml"),
            "cloud_events",
            "\"structured\" or \"binary\"",
        ),
    ] {
        let (code, _, said) = with(key, value);
        assert_eq!(code, Some(2), "{key}: {said}");
        let place = format!(r#"route "github", key "kafka.{place}": "#);
        assert!(said.contains(&place) && said.contains(problem), "{said}");
    }
    let (code, out, said) = with("cloud_events", json!("binary"));
    assert_eq!(code, Some(0), "{said}");
    let line = "github: stored, then relayed to 127.0.0.1:9, topic webhooks\n";
    assert!(out.contains(line), "{out}");
}
