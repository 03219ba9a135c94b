//! Signs, verifies and makes sample events on request: one line of JSON in, one line of JSON out. A
//! test in another language can check a provider's own SDK against this crate with it, as
//! `webhook-test/sdks` does.

#![allow(
    clippy::unwrap_used,
    reason = "a tool of tests says what is wrong by panicking"
)]

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use webhook_core::testing::MockEvent;
use webhook_core::{Begun, Endpoint, Finished, Head, Provider, Signer, UnixTime};

/// What is asked.
#[derive(Deserialize)]
struct Question {
    #[serde(rename = "do")]
    task: Task,
    provider: String,
    #[serde(default)]
    secret: String,
    /// Unix seconds.
    #[serde(default)]
    now: u64,
    #[serde(default)]
    body_base64: String,
    /// What the provider needs in addition to its secret.
    #[serde(default)]
    settings: BTreeMap<String, String>,
    /// The public URL, without query.
    #[serde(default)]
    url: Option<String>,
    #[serde(default = "post")]
    method: String,
    /// Path and query.
    #[serde(default = "root")]
    target: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// The id and type that the signer puts into headers.
    #[serde(default)]
    id: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Task {
    Sign,
    Verify,
    Samples,
}

/// What is answered.
#[derive(Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
enum Reply {
    Signed {
        method: &'static str,
        target: String,
        headers: Vec<(String, String)>,
        body_base64: String,
    },
    Accepted {
        id: Option<String>,
        #[serde(rename = "type")]
        kind: Option<String>,
    },
    /// A handshake or a probe, which reaches no handler.
    Answered,
    Refused {
        kind: String,
    },
    /// The sample events of the test kit.
    Samples {
        events: Vec<Sample>,
    },
    /// No provider of that name.
    Unknown,
    /// The question makes no endpoint or signer.
    Unfit {
        error: String,
    },
}

#[derive(Serialize)]
struct Sample {
    #[serde(rename = "type")]
    kind: String,
    body: String,
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let question = serde_json::from_str(&line?)?;
        serde_json::to_writer(&mut out, &reply(&question))?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
    Ok(())
}

fn reply(question: &Question) -> Reply {
    let Some(provider) = Provider::find(&question.provider) else {
        return Reply::Unknown;
    };
    let reply = match question.task {
        Task::Sign => sign(*provider, question),
        Task::Verify => verify(*provider, question),
        Task::Samples => Ok(samples(*provider)),
    };
    reply.unwrap_or_else(|error| Reply::Unfit {
        error: error.to_string(),
    })
}

fn sign(provider: Provider, question: &Question) -> Result<Reply, Box<dyn std::error::Error>> {
    let mut signer = Signer::new(provider, question.secret.as_str())?
        .path_and_query(&question.target)
        .public_url(question.url.as_deref().unwrap_or_default());
    for (name, value) in &question.settings {
        signer = signer.setting(name, value.as_str());
    }
    if let Some(id) = &question.id {
        signer = signer.id(id);
    }
    if let Some(kind) = &question.kind {
        signer = signer.event_type(kind);
    }
    for (name, value) in &question.headers {
        signer = signer.header(name, value);
    }
    let signed = signer.sign(UnixTime::from_secs(question.now), body(question)?);
    Ok(Reply::Signed {
        method: signed.method,
        target: signed.path_and_query,
        headers: signed.headers,
        body_base64: STANDARD.encode(&signed.body),
    })
}

fn verify(provider: Provider, question: &Question) -> Result<Reply, Box<dyn std::error::Error>> {
    let mut builder = Endpoint::builder(provider, question.secret.as_str())
        .clock(UnixTime::from_secs(question.now));
    if let Some(url) = &question.url {
        builder = builder.public_url(url);
    }
    for (name, value) in &question.settings {
        builder = builder.setting(name, value.as_str());
    }
    let head = Head {
        method: &question.method,
        path_and_query: &question.target,
        headers: &question.headers,
    };
    let (endpoint, body) = (builder.build()?, Bytes::from(body(question)?));
    if is_answered(&endpoint, &head, body.clone()) {
        return Ok(Reply::Answered);
    }
    Ok(match endpoint.verify(&head, body) {
        Ok(delivery) => Reply::Accepted {
            id: delivery.id().map(str::to_owned),
            kind: delivery.event_type().map(str::to_owned),
        },
        Err(rejection) => Reply::Refused {
            kind: rejection.kind().to_string(),
        },
    })
}

/// Whether the delivery is a handshake or a probe, which [`Endpoint::verify`] refuses.
fn is_answered(endpoint: &Endpoint, head: &Head<'_>, body: Bytes) -> bool {
    match endpoint.begin(head) {
        Begun::Answer(_) => true,
        Begun::Refused(_) => false,
        Begun::Read(mut intake) => {
            intake.push(body).is_ok() && matches!(intake.finish(), Ok(Finished::Answer(_)))
        }
    }
}

fn samples(provider: Provider) -> Reply {
    let of = |kind: String| {
        let body = MockEvent::new(provider, &kind, serde_json::json!({})).body();
        let body = String::from_utf8_lossy(&body).into_owned();
        Sample { kind, body }
    };
    Reply::Samples {
        events: MockEvent::samples(&provider).into_iter().map(of).collect(),
    }
}

fn body(question: &Question) -> Result<Vec<u8>, base64::DecodeError> {
    STANDARD.decode(&question.body_base64)
}

fn post() -> String {
    "POST".to_owned()
}

fn root() -> String {
    "/".to_owned()
}
