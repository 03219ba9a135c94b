//! Amazon SNS signs with version 1 or 2, and a topic can be changed while it is in use. One
//! endpoint takes both if it is told to, each by its own rule.

#![cfg(feature = "asymmetric")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "../../webhook-test/vectors/loader.rs"]
mod loader;

use bytes::Bytes;
use webhook_core::providers::{AWS_SNS, AWS_SNS_LEGACY_SHA1};
use webhook_core::{
    Claimed, ConfigError, Delivery, Endpoint, EndpointBuilder, Finished, Head, KeyError, KeyQuery,
    KeySource, MemoryStore, Outcome, Provider, RejectionKind, SecretProblem, SecretSet, UnixTime,
};

use common::block_on;
use loader::{Vector, Verdict};

const FLAG: &str = "accept_signature_version_1";
const KEY: &str = include_str!("../../webhook-test/vectors/keys/rsa.pub.pem");

fn builder(provider: Provider, vector: &Vector) -> EndpointBuilder {
    let builder = Endpoint::builder(provider, vector.secrets())
        .clock(UnixTime::from_secs(vector.now))
        .store(MemoryStore::new());
    let settings = vector.settings.iter();
    settings.fold(builder, |builder, (name, value)| {
        builder.setting(name, value.as_str())
    })
}

fn head(vector: &Vector) -> Head<'_> {
    Head::new(&vector.method, &vector.path_and_query, &vector.headers)
}

fn verify(builder: EndpointBuilder, vector: &Vector) -> Result<Delivery, RejectionKind> {
    let endpoint = builder.build().unwrap();
    let delivery = endpoint.verify(&head(vector), vector.body().into());
    delivery.map_err(|rejection| rejection.kind())
}

/// The vectors of both names, without those that set the flag themselves.
fn both() -> impl Iterator<Item = Vector> {
    let names = [AWS_SNS, AWS_SNS_LEGACY_SHA1];
    let all = names.into_iter().flat_map(|one| loader::of(one.name()));
    all.filter(|vector| !vector.settings.contains_key(FLAG))
}

#[test]
fn one_endpoint_says_of_both_versions_what_the_endpoint_of_each_says() {
    let mut accepted = [0; 2];
    for vector in both() {
        let builder = builder(AWS_SNS, &vector).accept_signature_version_1(true);
        let verdict = verify(builder, &vector);
        let is_valid = vector.expect == Verdict::Valid;
        assert_eq!(verdict.is_ok(), is_valid, "{}: {verdict:?}", vector.name);
        let body = vector.body();
        let is_first = body.windows(3).any(|three| three == br#""1""#);
        accepted[usize::from(!is_first)] += usize::from(is_valid);
    }
    // A number for each, so that neither version is left out.
    assert!(accepted.iter().all(|count| *count > 15), "{accepted:?}");
}

#[test]
fn version_1_is_refused_unless_the_flag_is_set_and_the_refusal_names_the_flag() {
    let signed = loader::named("aws-sns-legacy-sha1", "signed");
    for builder in [
        builder(AWS_SNS, &signed),
        builder(AWS_SNS, &signed).accept_signature_version_1(false),
    ] {
        let kind = verify(builder, &signed).unwrap_err();
        assert_eq!(kind, RejectionKind::UnsupportedScheme);
        assert!(AWS_SNS.hint(kind).unwrap().contains(FLAG));
    }
    assert!(verify(builder(AWS_SNS_LEGACY_SHA1, &signed), &signed).is_ok());
}

#[test]
fn a_flag_is_true_or_false() {
    let signed = loader::named("aws-sns", "signed");
    for odd in ["yes", "1", "True", "true ", "", " "] {
        let built = builder(AWS_SNS, &signed).setting(FLAG, odd).build();
        let problem = SecretProblem::NotFlag;
        let expected = ConfigError::Setting {
            name: FLAG,
            problem,
        };
        assert_eq!(built.err(), Some(expected), "{odd:?}");
    }
}

/// A source with the key, whatever its name.
#[derive(Debug)]
struct Source;

impl KeySource for Source {
    async fn fetch(&self, _: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        Ok(Some(KEY.into()))
    }
}

fn claim(endpoint: &Endpoint, vector: &Vector) -> Result<Claimed, RejectionKind> {
    let mut intake = endpoint.begin(&head(vector)).intake().unwrap();
    intake.push(vector.body().into()).unwrap();
    let finished = match intake.finish() {
        Ok(Finished::Pending(pending)) => block_on(pending.resolve()),
        finished => finished,
    };
    match finished.map_err(|rejection| rejection.kind())? {
        Finished::Event(checked) => Ok(block_on(checked.claim()).unwrap()),
        other => panic!("no event: {other:?}"),
    }
}

#[test]
fn a_message_that_is_signed_again_in_the_other_version_is_the_same_event() {
    let [first, second] =
        ["aws-sns-legacy-sha1", "aws-sns"].map(|name| loader::named(name, "signed"));
    assert_ne!(first.body(), second.body());
    let configured = builder(AWS_SNS, &first).accept_signature_version_1(true);
    let topics = first.settings["topic_arn"].as_str();
    let fetched = Endpoint::builder(AWS_SNS, SecretSet::fetched())
        .keys(Source)
        .topic_arn(topics)
        .accept_signature_version_1(true)
        .clock(UnixTime::from_secs(first.now))
        .store(MemoryStore::new());
    for builder in [configured, fetched] {
        let endpoint = builder.build().unwrap();
        let Ok(Claimed::Run(permit)) = claim(&endpoint, &first) else {
            panic!("the first runs");
        };
        let _ = block_on(permit.settle(Outcome::Status(200)));
        let copy = claim(&endpoint, &second);
        assert!(matches!(copy, Ok(Claimed::Duplicate(_))), "{copy:?}");
    }
}
