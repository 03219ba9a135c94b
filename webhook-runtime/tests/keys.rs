//! Deliveries that name a key.

#![cfg(feature = "asymmetric")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::future::pending;
use std::time::Duration;

use bytes::Bytes;
use common::{NOW, begin, read, rejected};
use tokio::time::Instant;
use webhook_core::{
    Endpoint, KeyError, KeyQuery, KeySource, MemoryStore, RejectionKind, SecretSet, SignedRequest,
    Signer, providers,
};
use webhook_runtime::policy::KEY_TIMEOUT;
use webhook_runtime::{BodyResult, KeyWait, TrackedEndpoint, UnverifiedLimit};

const KEY: &str = include_str!("../../webhook-test/vectors/keys/p256.pub.pem");

/// What a source does.
#[derive(Clone, Copy, Debug)]
enum Source {
    Answers,
    Hangs,
    HangsAndPanicsWhenDropped,
    Panics,
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a source of keys panics as told");
    }
}

impl KeySource for Source {
    async fn fetch(&self, _: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        match self {
            Self::Answers => {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok(Some(KEY.into()))
            }
            Self::Hangs => pending().await,
            Self::HangsAndPanicsWhenDropped => {
                let _bomb = Bomb;
                pending().await
            }
            Self::Panics => panic!("a source of keys panics as told"),
        }
    }
}

fn endpoint(source: Source) -> TrackedEndpoint {
    let builder = Endpoint::plaid(SecretSet::fetched()).keys(source);
    let builder = builder.clock(NOW).store(MemoryStore::new());
    TrackedEndpoint::new(builder.build().unwrap())
}

fn signed() -> SignedRequest {
    let private = include_str!("../../webhook-test/vectors/keys/p256.pem");
    let signer = Signer::new(providers::PLAID, private).unwrap();
    signer.setting("kid", "key-1").sign(NOW, "{}")
}

/// A delivery that waits for its key.
async fn wait(endpoint: &TrackedEndpoint, limit: &UnverifiedLimit) -> KeyWait {
    let sent = signed();
    let result = read(&mut begin(endpoint, &sent, Some(limit)), &sent).await;
    let BodyResult::Pending(key) = result else {
        panic!("it does not wait: {result:?}");
    };
    key
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_waits_for_its_key_is_unverified_and_does_not_run() {
    let (endpoint, limit) = (endpoint(Source::Answers), UnverifiedLimit::default());
    let key = wait(&endpoint, &limit).await;
    assert_eq!(limit.held(), 2);
    let BodyResult::Event { running, .. } = key.await else {
        panic!("not verified");
    };
    assert_eq!(limit.held(), 0);
    assert_eq!(endpoint.drain(Duration::ZERO).await, 1, "now it runs");
    drop(running);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_ends_the_wait() {
    let (endpoint, limit) = (endpoint(Source::Hangs), UnverifiedLimit::default());
    drop(wait(&endpoint, &limit).await);
    assert_eq!(limit.held(), 0);
    assert_eq!(endpoint.drain(Duration::ZERO).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_hangs_or_panics_is_refused_in_time_and_counted() {
    for (source, after) in [
        (Source::Hangs, KEY_TIMEOUT),
        (Source::HangsAndPanicsWhenDropped, KEY_TIMEOUT),
        (Source::Panics, Duration::ZERO),
    ] {
        let (endpoint, limit) = (endpoint(source), UnverifiedLimit::default());
        let key = wait(&endpoint, &limit).await;
        let start = Instant::now();
        let BodyResult::Refused(rejection) = key.await else {
            panic!("{source:?}: not refused");
        };
        assert_eq!(start.elapsed(), after, "{source:?}");
        assert_eq!(rejection.kind(), RejectionKind::KeysUnavailable);
        let counted = rejected(&endpoint, RejectionKind::KeysUnavailable);
        assert_eq!((counted, limit.held()), (1, 0), "{source:?}");
    }
}
