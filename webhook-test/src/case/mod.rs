//! The table of cases: the format of `cases/*.json`. One file for each section of the catalogue,
//! one row for each case.
//!
//! A row sets up an endpoint and a handler, and then takes steps. Each step sends a request and
//! says what the result has to be. The request starts as a genuine delivery of the row's provider
//! and is damaged by `edit`. The defaults below apply if a row does not override them.
//! `cases/words.json` explains the words for whole answers and effects.

mod bytes;
mod each;
mod edit;
mod words;

use std::path::Path;

use serde::Deserialize;

pub use self::bytes::Text;
pub use self::edit::Edit;
pub use self::words::{Answer, Effect, Expected, Words};

/// A file of rows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Letter of the catalogue.
    pub section: String,
    /// What its rows have in common, for the reader.
    pub about: String,
    /// Catalogue ids that are no rows, and why.
    #[serde(default)]
    pub left_out: std::collections::BTreeMap<String, String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// One case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Catalogue id and sentence: `A01 the signature is absent`.
    pub name: String,
    /// The endpoint.
    #[serde(default)]
    pub endpoint: EndpointConfig,
    /// What the handler does at the first attempt, the second, and so on. The last entry applies to
    /// all later attempts.
    #[serde(default)]
    pub handler: Vec<Act>,
    /// What the handler takes from its framework.
    #[serde(default)]
    pub takes: Takes,
    /// The only protocol that can say this.
    #[serde(default)]
    pub only: Option<Protocol>,
    /// The only servers that have this, by name; all of them unless said.
    #[serde(default)]
    pub on: Vec<String>,
    /// What is sent, in order.
    pub steps: Vec<Step>,
}

/// An endpoint's settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EndpointConfig {
    /// Name of the provider.
    pub provider: String,
    /// Its secrets, of the suite's own unless said.
    pub secrets: Vec<String>,
    /// The public URL.
    pub url: Option<String>,
    /// The query parameter of the token.
    pub token_parameter: Option<String>,
    /// The verify token of the handshake.
    pub verify_token: Option<String>,
    /// Whether a secret that is offered is taken.
    pub takes_secret: bool,
    /// Longest body.
    pub body_limit: Option<usize>,
    /// For the whole body.
    pub body_timeout_ms: Option<u64>,
    /// For the handler.
    pub handler_timeout_ms: Option<u64>,
    /// Tolerance in seconds.
    pub tolerance: Option<u64>,
    /// Tolerance ahead alone.
    pub future_tolerance: Option<u64>,
    /// Whether the clock can tell the time.
    pub clock: bool,
    /// Whether deliveries are remembered.
    pub store: bool,
    /// Whether the route has the layer at all.
    pub layer: bool,
    /// The answer to a duplicate, instead of an empty 200; `{id}` is the delivery's.
    pub duplicates_say: Option<String>,
    /// Whether every hook panics.
    pub hooks_panic: bool,
}

impl Default for EndpointConfig {
    fn default() -> Self {
        Self {
            provider: "standard-webhooks".into(),
            secrets: Vec::new(),
            url: None,
            token_parameter: None,
            verify_token: None,
            takes_secret: false,
            body_limit: None,
            body_timeout_ms: None,
            handler_timeout_ms: None,
            tolerance: None,
            future_tolerance: None,
            clock: true,
            store: true,
            layer: true,
            duplicates_say: None,
            hooks_panic: false,
        }
    }
}

/// What a handler takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(
    clippy::exhaustive_enums,
    reason = "every server has a route for each of them"
)]
pub enum Takes {
    /// The delivery alone.
    #[default]
    Delivery,
    /// The delivery, and the body by the framework's own extractor: they must be the same.
    Bytes,
    /// An event whose payload is a [`Payment`](crate::app::Payment).
    Payment,
}

/// What a handler does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Act {
    /// Waits at the gate until a step opens it.
    pub gate: bool,
    /// Waits this long.
    pub sleep_ms: u64,
    /// Panics, before its first await or after.
    pub panic: Option<Panic>,
    /// Answers with this status,
    pub status: u16,
    /// these headers,
    pub headers: Vec<(String, String)>,
    /// and this body; `{id}`, `{type}`, `{attempt}`, `{mode}`, `{slot}`, `{signed_at}`, `{covers}`
    /// and `{raw}` are the delivery's.
    pub body: String,
    /// Says itself what is to become of the delivery.
    pub disposition: Option<Disposition>,
}

impl Default for Act {
    fn default() -> Self {
        Self {
            gate: false,
            sleep_ms: 0,
            panic: None,
            status: 200,
            headers: vec![("content-type".into(), "text/plain".into())],
            body: "ran".into(),
            disposition: None,
        }
    }
}

/// Where a handler panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(clippy::exhaustive_enums, reason = "data")]
pub enum Panic {
    /// At once.
    BeforeAwait,
    /// After it was suspended.
    AfterAwait,
    /// When its locals are dropped.
    InDrop,
}

/// As [`webhook_core::Disposition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(clippy::exhaustive_enums, reason = "data")]
pub enum Disposition {
    /// Done.
    Commit,
    /// Not done.
    Release,
}

/// A protocol that servers are spoken to in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(clippy::exhaustive_enums, reason = "data")]
pub enum Protocol {
    /// HTTP/1.1.
    H1,
    /// HTTP/2 with prior knowledge.
    H2,
}

impl Protocol {
    /// As in the data.
    pub const fn name(self) -> &'static str {
        match self {
            Self::H1 => "h1",
            Self::H2 => "h2",
        }
    }
}

/// A request, and what is to come of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// What happens before.
    pub before: Vec<Change>,
    /// How the delivery is signed.
    pub sign: Sign,
    /// Further signatures over the same; their headers are added.
    pub also: Vec<Sign>,
    /// Begins with the request of the step before, as it was sent, instead of signing one.
    pub again: bool,
    /// Sends nothing: the request of an earlier step, held since, is answered now.
    pub resume: bool,
    /// Sends nothing: only what happened before has an effect.
    pub wait: bool,
    /// What is done to it, in order.
    pub edit: Vec<Edit>,
    /// How it is put on the wire.
    pub wire: Wire,
    /// How the client behaves.
    pub client: Behaviour,
    /// Sent this often at the same time, each over a connection of its own.
    pub copies: usize,
    /// The answer; none if the client does not wait for one. It applies to all copies, unless the
    /// row says what the others get.
    pub answer: Option<Expected>,
    /// Exactly one copy gets the answer, each of the others one of these.
    pub others: Vec<Expected>,
    /// What is answered is the server's own, before our code: anything but a 5xx.
    pub server: bool,
    /// What came of it: a word, `nothing` unless said.
    pub effect: String,
    /// For what reason it was refused, if it was.
    pub reason: Option<String>,
}

impl Default for Step {
    fn default() -> Self {
        Self {
            before: Vec::new(),
            sign: Sign::default(),
            also: Vec::new(),
            again: false,
            resume: false,
            wait: false,
            edit: Vec::new(),
            wire: Wire::default(),
            client: Behaviour::Waits,
            copies: 1,
            answer: None,
            others: Vec::new(),
            server: false,
            effect: "nothing".into(),
            reason: None,
        }
    }
}

/// What happens between two requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(clippy::exhaustive_enums, reason = "data")]
pub enum Change {
    /// This many handlers pass the gate.
    Open(usize),
    /// This many seconds pass for the store.
    Pass(u64),
    /// The endpoint's clock is moved by this many seconds.
    Clock(i64),
    /// The store fails at this.
    Fail(Operation),
    /// The store no longer fails at this.
    Mend(Operation),
    /// The store panics at this.
    Panic(Operation),
    /// The store no longer panics at this.
    Calm(Operation),
    /// The secrets are replaced.
    Secrets(Vec<String>),
    /// An operator forgets the delivery that was claimed last.
    Forget,
}

/// What a store does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::exhaustive_enums, reason = "data")]
pub enum Operation {
    /// Claims.
    Claims,
    /// Commits.
    Commits,
    /// Releases.
    Releases,
}

/// How a delivery is signed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sign {
    /// As this provider; the row's unless said.
    pub provider: Option<String>,
    /// With this secret; the endpoint's first unless said.
    pub secret: Option<String>,
    /// So many seconds after the suite's time of day.
    pub at: i64,
    /// At this time, in milliseconds since 1970, instead.
    pub at_unix_millis: Option<u64>,
    /// With this id, where the id is in a header.
    pub id: Text,
    /// Of this type, where the type is in a header.
    pub event_type: Option<String>,
    /// For this target.
    pub target: String,
    /// With these headers, signed where the scheme signs them.
    pub headers: Vec<(String, String)>,
    /// Over this body.
    pub body: Text,
}

impl Default for Sign {
    fn default() -> Self {
        Self {
            provider: None,
            secret: None,
            at: 0,
            at_unix_millis: None,
            id: Text::from("msg_1"),
            event_type: None,
            target: "/".into(),
            headers: Vec::new(),
            body: Text::from(r#"{"id":"evt_1","type":"invoice.paid"}"#),
        }
    }
}

/// How a request is put on the wire; unless said, whole and with its length.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wire {
    /// In chunks of so many bytes; frames in HTTP/2.
    pub chunks: Option<usize>,
    /// With this length announced. If that is not the body's, the rest never comes.
    pub announce: Option<u64>,
    /// A byte at a time, with so long a pause after each, for as long as the other side takes them.
    pub drip_ms: Option<u64>,
    /// With these lines for its framing, and
    pub framing: Option<String>,
    /// these bytes behind its head, instead of the body. HTTP/1.1 only.
    pub tail: Option<Text>,
}

/// How a client behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(clippy::exhaustive_enums, reason = "data")]
pub enum Behaviour {
    /// It waits for its answer.
    Waits,
    /// It waits until the handler is at the gate, and then for a step that says `resume`.
    Holds,
    /// It closes the connection when the handler is at the gate.
    Closes,
    /// It sends no more from when the handler is at the gate. HTTP/1.1 only.
    HalfCloses,
    /// The client cancels the request when the handler is at the gate, and keeps the connection.
    /// HTTP/2 only.
    Resets,
    /// It closes the connection as soon as it has sent what it sends.
    ClosesEarly,
    /// It sends no more from when it has sent what it sends, and waits. HTTP/1.1 only.
    HalfClosesEarly,
}

/// All sections, in the order of their files.
pub fn load() -> Vec<Section> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let entries = std::fs::read_dir(folder).expect("the folder of cases");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files.retain(|file| !file.ends_with("words.json"));
    files.iter().map(|file| read(file)).collect()
}

fn read(file: &Path) -> Section {
    let name = file.display();
    let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut json: serde_json::Value =
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
    let rows = json["rows"].as_array_mut().expect("rows");
    *rows = rows.drain(..).flat_map(each::expand).collect();
    serde_json::from_value(json).unwrap_or_else(|e| panic!("{name}: {e}"))
}
