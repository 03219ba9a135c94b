//! Secrets of tenants at rest: the table in memory, and the suite that tests any table.

#![cfg(all(feature = "secret-store", feature = "conformance"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod flaws;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use webhook_core::secret_store::{
    DEFAULT_OVERLAP, KeyRing, MemorySecretTable, SecretStore, SecretTable, conformance,
};
use webhook_core::{Head, Options, Signer, TenantSecrets, UnixTime, Verifier, providers};

/// A clock that is moved by hand, in milliseconds.
#[derive(Clone, Default)]
struct Hand(Arc<AtomicU64>);

impl Hand {
    fn table(&self) -> MemorySecretTable {
        let time = self.0.clone();
        MemorySecretTable::with_clock(move || Some(UnixTime::from_millis(time.load(Relaxed))))
    }

    fn pass(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        self.0.fetch_add(millis, Relaxed);
    }
}

/// Polls once: nothing in memory waits.
fn now<F: Future>(future: F) -> F::Output {
    let mut cx = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut cx) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a table in memory waits"),
    }
}

fn keep_promise<T: SecretTable + Clone>(name: &str, make: impl Fn(MemorySecretTable) -> T) {
    let hand = Hand::default();
    let table = make(hand.table());
    let sleep = async |time| hand.pass(time);
    now(conformance::promise(name, &table.clone(), &table, sleep));
}

#[test]
fn the_table_in_memory_keeps_its_promises() {
    for name in conformance::PROMISES {
        keep_promise(name, |table| table);
    }
}

#[test]
fn a_previous_secret_ends_at_its_end_and_not_a_millisecond_earlier() {
    let hand = Hand::default();
    hand.pass(Duration::from_secs(1_800_000_000));
    let keys = KeyRing::new([("a", [1; 32])]).unwrap();
    let store = SecretStore::new(hand.table(), keys);
    let first = TenantSecrets::new("whsec_0123456789abcdef0123");
    now(store.put(&providers::STRIPE, "acme", &first)).unwrap();
    let second = "whsec_123456789abcdef01234";
    let overlap = Duration::from_secs(60);
    now(store.rotate(&providers::STRIPE, "acme", second, overlap)).unwrap();
    let ends = || {
        let rows = now(store.list(None, 10)).unwrap();
        rows.iter().map(|row| row.ends_at).collect::<Vec<_>>()
    };
    let count = || {
        let found = now(store.get(&providers::STRIPE, "acme")).unwrap();
        format!("{:?}", found.unwrap().secrets())
            .matches("redacted")
            .count()
    };
    hand.pass(overlap - Duration::from_millis(1));
    assert_eq!(ends(), [Some(UnixTime::from_secs(1_800_000_060)), None]);
    assert_eq!(count(), 2);
    hand.pass(Duration::from_millis(1));
    assert_eq!(ends(), [None]);
    assert_eq!(count(), 1);
}

#[test]
fn an_endpoint_of_what_is_stored_verifies_both_secrets_during_a_rotation() {
    let keys = KeyRing::new([("a", [1; 32])]).unwrap();
    let store = SecretStore::new(MemorySecretTable::new(), keys);
    let [first, second] = ["whsec_0123456789abcdef0123", "whsec_123456789abcdef01234"];
    let pasted = TenantSecrets::new(first);
    now(store.put(&providers::STRIPE, "acme", &pasted)).unwrap();
    let time = UnixTime::from_secs(1_800_000_000);
    let is_genuine = |secret: &str| {
        let found = now(store.get(&providers::STRIPE, "acme")).unwrap().unwrap();
        let secrets = found.secrets().clone();
        let verifier = Verifier::new(providers::STRIPE, secrets, Options::default()).unwrap();
        let signed = Signer::new(providers::STRIPE, secret).unwrap();
        let signed = signed.sign(time, r#"{"id":"evt_1"}"#);
        let head = Head {
            method: "POST",
            path_and_query: "/",
            headers: &signed.headers,
        };
        verifier.verify(&head, &signed.body, time).is_ok()
    };
    assert_eq!([first, second].map(is_genuine), [true, false]);
    let rotated = store.rotate(&providers::STRIPE, "acme", second, DEFAULT_OVERLAP);
    now(rotated).unwrap();
    assert_eq!([first, second].map(is_genuine), [true, true]);
    assert_eq!(
        now(store.end_previous(&providers::STRIPE, "acme")).unwrap(),
        1
    );
    assert_eq!([first, second].map(is_genuine), [false, true]);
}

#[test]
fn a_clock_that_cannot_tell_the_time_is_an_error_and_not_an_unknown_tenant() {
    let keys = KeyRing::new([("a", [1; 32])]).unwrap();
    let store = SecretStore::new(MemorySecretTable::with_clock(|| None), keys);
    assert!(now(store.get(&providers::STRIPE, "acme")).is_err());
}

#[test]
fn nothing_that_holds_a_secret_shows_it() {
    let (secret, value) = ("whsec_0123456789abcdef0123", "value-of-a-setting");
    let table = Hand::default().table();
    let entry = KeyRing::fresh_entry("2027-01").unwrap();
    let store = SecretStore::new(table.clone(), KeyRing::parse(&entry).unwrap());
    let secrets = TenantSecrets::new(secret);
    now(store.put(&providers::STRIPE, "acme", &secrets)).unwrap();
    let refused = secrets.setting("unknown", value);
    let error = now(store.put(&providers::STRIPE, "acme", &refused)).unwrap_err();
    let rows = now(table.page(None, 10, None)).unwrap();
    let slot = webhook_core::secret_store::Slot::secret("stripe", "other", 1);
    let closed = store.keys().open(&slot, &rows[0].sealed).unwrap_err();
    let shown = [
        format!("{store:?}"),
        format!("{refused:?}"),
        format!("{error:?} {error}"),
        format!("{rows:?}"),
        format!("{:?}", now(store.list(None, 10)).unwrap()),
        format!("{:?}", now(store.get(&providers::STRIPE, "acme")).unwrap()),
        format!("{closed:?} {closed}"),
    ];
    let (_, key) = entry.split_once(':').unwrap();
    for text in shown {
        for hidden in ["0123456789abcdef", value, key] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
}
