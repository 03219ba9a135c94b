//! Known answers: one file for each provider, and one test for each row of the table.
//! `webhook-test/vectors` says where they come from.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../webhook-test/vectors/loader.rs"]
mod loader;

use webhook_core::providers::{self, unconfirmed};
use webhook_core::{
    Answer, Begun, Delivery, Endpoint, Finished, Head, Provider, RejectionKind, UnixTime,
    for_each_provider,
};

use loader::{Response, Vector, Verdict};

/// Vectors a provider has at the least.
const LEAST: usize = 20;

macro_rules! one_test_a_row {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),+) = $provider:ident;)*) => {
        $(
            #[test]
            fn $name() {
                run(&providers::$provider);
            }
        )*

        /// Those without a row of their own.
        #[test]
        fn variants() {
            let rows = [$(providers::$provider),*];
            for provider in Provider::ALL.iter().filter(|provider| !rows.contains(provider)) {
                run(provider);
            }
        }
    };
}

for_each_provider!(one_test_a_row);

#[test]
fn unconfirmed_ones() {
    for provider in unconfirmed::ALL {
        run(provider);
    }
}

fn run(provider: &Provider) {
    let (name, vectors) = (provider.name(), loader::of(provider.name()));
    assert!(vectors.len() >= LEAST, "{name}: only {}", vectors.len());
    for vector in &vectors {
        check(provider, vector);
    }
}

#[test]
#[cfg_attr(not(feature = "asymmetric"), ignore = "some are of public keys")]
fn every_file_of_vectors_has_its_provider() {
    let named = |name: &String| {
        let mut all = Provider::ALL.iter().chain(unconfirmed::ALL);
        all.any(|known| known.name() == name.as_str())
    };
    let strangers: Vec<_> = loader::providers().filter(|name| !named(name)).collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}

fn check(provider: &Provider, vector: &Vector) {
    let name = format!("{}: {}", provider.name(), vector.name);
    match (vector.expect, receive(provider, vector)) {
        (Verdict::Valid, Ok(Some(delivery))) => {
            let labels = [
                ("id", &vector.id, delivery.id()),
                ("type", &vector.kind, delivery.event_type()),
            ];
            for (key, expected, found) in labels {
                if let Some(expected) = expected {
                    assert_eq!(expected.as_deref(), found, "{key} of {name}");
                }
            }
        }
        (Verdict::Valid, Ok(None)) => {}
        (Verdict::Valid, Err(kind)) => panic!("{name}: refused as {kind}"),
        (Verdict::Invalid, Err(kind)) => {
            assert_ne!(kind, RejectionKind::Unprocessable, "{name} was verified");
        }
        (expected, _) => panic!("{name}: accepted, expected {expected:?}"),
    }
}

/// The delivery, or `None` for a challenge.
fn receive(provider: &Provider, vector: &Vector) -> Result<Option<Delivery>, RejectionKind> {
    let now = UnixTime::from_secs(vector.now);
    let mut builder = Endpoint::builder(*provider, vector.secrets()).clock(now);
    if let Some(url) = &vector.url {
        builder = builder.public_url(url);
    }
    if let Some(token) = &vector.verify_token {
        builder = builder.verify_token(token.as_str());
    }
    if provider
        .handshake()
        .is_some_and(|handshake| handshake.offers_secret())
    {
        builder = builder.on_offered_secret(|_| true);
    }
    for (name, value) in &vector.settings {
        builder = builder.setting(name, value.as_str());
    }
    let endpoint = builder
        .build()
        .unwrap_or_else(|error| panic!("{}: {error}", vector.name));
    let head = Head {
        method: &vector.method,
        path_and_query: &vector.path_and_query,
        headers: &vector.headers,
    };
    let mut intake = match endpoint.begin(&head) {
        Begun::Read(intake) => intake,
        Begun::Refused(rejection) => return Err(rejection.kind()),
        Begun::Answer(answer) => {
            check_answer(&answer, vector.response.as_ref());
            return Ok(None);
        }
    };
    intake
        .push(vector.body().into())
        .map_err(|rejection| rejection.kind())?;
    match intake.finish().map_err(|rejection| rejection.kind())? {
        Finished::Event(_) => {
            let delivery = endpoint.verify(&head, vector.body().into());
            delivery.map(Some).map_err(|rejection| rejection.kind())
        }
        Finished::Answer(answer) => {
            check_answer(&answer, vector.response.as_ref());
            Ok(None)
        }
        _ => unreachable!("two ends"),
    }
}

/// The answer is the documented one, where the vector has it: status, headers, body.
fn check_answer(answer: &Answer, expected: Option<&Response>) {
    let Some(expected) = expected else {
        return;
    };
    assert_eq!(answer.status(), expected.status);
    assert_eq!(answer.body(), expected.body.as_bytes());
    for (name, value) in &expected.headers {
        let mut headers = answer.headers();
        let found = headers.find(|(known, _)| known == name);
        assert_eq!(found.as_ref().map(|(_, found)| &**found), Some(&**value));
    }
}
