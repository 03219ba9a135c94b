//! The resolver of tenants: who is asked, how often, and what becomes of those who wait.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::{NOW, read, signed};
use tokio::sync::Semaphore;
use tokio::time::advance;
use webhook_core::notification::{FetchBack, FetchError, MOLLIE_CLASSIC, Notification};
use webhook_core::{
    Begun, Endpoint, Finished, Head, MemoryStore, RejectionKind, SecretSet, SignedRequest, Signer,
    UnixTime, providers,
};
use webhook_runtime::tenants::{FoundTenant, TenantHead, Tenants, from_path};
use webhook_runtime::{BodyResult, TrackedEndpoint};

/// What everybody signs with, see [`signed`].
const SECRET: &str = "whsec_0123456789abcdef";

type Resolved = Result<Option<&'static str>, &'static str>;

/// A resolver that counts, waits while it is held, and answers by the name.
#[derive(Clone)]
struct Database {
    asked: Arc<AtomicUsize>,
    open: Arc<Semaphore>,
}

impl Database {
    fn new() -> Self {
        Self {
            asked: Arc::default(),
            open: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        }
    }

    /// Answers nothing until told so.
    fn held() -> Self {
        Self {
            asked: Arc::default(),
            open: Arc::new(Semaphore::new(0)),
        }
    }

    fn answer(&self, questions: usize) {
        self.open.add_permits(questions);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn secret(self, tenant: Arc<str>) -> Resolved {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.open.acquire().await.unwrap().forget();
        match &*tenant {
            "fails" => Err("connection refused"),
            "panics" => panic!("a resolver panics as told"),
            "broken" => Ok(Some("")),
            name if name.starts_with("no-") => Ok(None),
            _ => Ok(Some(SECRET)),
        }
    }

    fn tenants(&self) -> Tenants {
        let template = Endpoint::stripe(SecretSet::per_tenant()).clock(NOW);
        let template = template.store(MemoryStore::new()).build().unwrap();
        let database = self.clone();
        let resolver = move |tenant| database.clone().secret(tenant);
        Tenants::new(template, from_path("/hooks/{tenant}"), resolver)
    }
}

/// What a request to the tenant meets.
async fn find(tenants: &Arc<Tenants>, tenant: &str) -> Result<TrackedEndpoint, RejectionKind> {
    find_for(tenants, tenant, &signed("evt_1")).await
}

async fn find_for(
    tenants: &Arc<Tenants>,
    tenant: &str,
    sent: &SignedRequest,
) -> Result<TrackedEndpoint, RejectionKind> {
    let target = format!("/hooks/{tenant}");
    let head = Head::new("POST", &target, &sent.headers);
    let found = tenants.find(&TenantHead::new(head, None));
    let found = match found {
        FoundTenant::Endpoint(endpoint) => Ok(endpoint),
        FoundTenant::Refused(rejection) => Err(rejection),
        FoundTenant::Wait(wait) => wait.await,
    };
    found.map_err(|rejection| rejection.kind())
}

async fn tenant_of(tenants: &Arc<Tenants>, tenant: &str) -> Option<String> {
    let found = find(tenants, tenant).await.unwrap();
    found.endpoint().tenant().map(str::to_owned)
}

#[tokio::test(start_paused = true)]
async fn a_tenant_is_asked_for_once_a_minute() {
    let database = Database::new();
    let tenants = Arc::new(database.tenants());
    for _ in 0..3 {
        assert_eq!(tenant_of(&tenants, "acme").await.as_deref(), Some("acme"));
    }
    assert_eq!(database.asked(), 1);
    advance(Duration::from_secs(59)).await;
    find(&tenants, "acme").await.unwrap();
    assert_eq!(database.asked(), 1);
    advance(Duration::from_secs(1)).await;
    find(&tenants, "acme").await.unwrap();
    assert_eq!(database.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn that_a_tenant_does_not_exist_is_known_for_ten_seconds() {
    let database = Database::new();
    let tenants = Arc::new(database.tenants());
    for _ in 0..3 {
        assert_eq!(tenant_of(&tenants, "no-one").await, None);
    }
    assert_eq!(database.asked(), 1);
    advance(Duration::from_secs(10)).await;
    assert_eq!(tenant_of(&tenants, "no-one").await, None);
    assert_eq!(database.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn times_are_shorter_where_told_and_never_longer() {
    let database = Database::new();
    let tenants = database.tenants().known_for(Duration::from_secs(5));
    let tenants = Arc::new(tenants.unknown_for(Duration::ZERO));
    for asked in 1..=2 {
        find(&tenants, "acme").await.unwrap();
        find(&tenants, "acme").await.unwrap();
        assert_eq!(database.asked(), asked);
        advance(Duration::from_secs(5)).await;
    }
    find(&tenants, "no-one").await.unwrap();
    find(&tenants, "no-one").await.unwrap();
    assert_eq!(database.asked(), 4, "nothing is known for no time");

    let database = Database::new();
    let tenants = database.tenants().known_for(Duration::from_secs(3600));
    let tenants = Arc::new(tenants.unknown_for(Duration::from_secs(3600)));
    find(&tenants, "acme").await.unwrap();
    find(&tenants, "no-one").await.unwrap();
    advance(Duration::from_secs(10)).await;
    find(&tenants, "no-one").await.unwrap();
    assert_eq!(database.asked(), 3);
    advance(Duration::from_secs(50)).await;
    find(&tenants, "acme").await.unwrap();
    assert_eq!(database.asked(), 4);
}

#[tokio::test(start_paused = true)]
async fn however_many_wait_for_a_tenant_one_asks() {
    for (name, tenant) in [("acme", Some("acme")), ("no-one", None)] {
        let database = Database::held();
        let tenants = Arc::new(database.tenants());
        let waiting: Vec<_> = (0..100)
            .map(|_| {
                let tenants = Arc::clone(&tenants);
                tokio::spawn(async move { tenant_of(&tenants, name).await })
            })
            .collect();
        tokio::task::yield_now().await;
        database.answer(1);
        for waiting in waiting {
            assert_eq!(waiting.await.unwrap().as_deref(), tenant);
        }
        assert_eq!(database.asked(), 1, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_leaves_lets_the_next_ask() {
    let database = Database::held();
    let tenants = Arc::new(database.tenants());
    let first = Arc::clone(&tenants);
    let first = tokio::spawn(async move { find(&first, "acme").await.map(drop) });
    tokio::task::yield_now().await;
    let second = Arc::clone(&tenants);
    let second = tokio::spawn(async move { tenant_of(&second, "acme").await });
    tokio::task::yield_now().await;
    assert_eq!(database.asked(), 1);
    first.abort();
    tokio::task::yield_now().await;
    database.answer(1);
    assert_eq!(second.await.unwrap().as_deref(), Some("acme"));
    assert_eq!(database.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_resolver_that_fails_panics_or_hangs_is_no_answer() {
    let database = Database::new();
    let tenants = Arc::new(database.tenants());
    for name in ["fails", "panics", "broken"] {
        for _ in 0..2 {
            let found = find(&tenants, name).await.map(drop);
            assert_eq!(found, Err(RejectionKind::TenantUnavailable), "{name}");
        }
    }
    assert_eq!(database.asked(), 6, "a failure is not remembered");
    let unavailable = RejectionKind::TenantUnavailable;
    assert_eq!(
        tenants.template().endpoint().counts().rejected(unavailable),
        6
    );

    let database = Database::held();
    let tenants = Arc::new(database.tenants());
    let before = tokio::time::Instant::now();
    let found = find(&tenants, "acme").await.map(drop);
    assert_eq!(found, Err(RejectionKind::TenantUnavailable));
    assert_eq!(before.elapsed(), Duration::from_secs(2));
    database.answer(1);
    assert_eq!(tenant_of(&tenants, "acme").await.as_deref(), Some("acme"));
}

#[tokio::test(start_paused = true)]
async fn names_that_are_invented_ask_64_questions_at_a_time() {
    let database = Database::held();
    let tenants = Arc::new(database.tenants());
    let asking = |name: String| {
        let tenants = Arc::clone(&tenants);
        tokio::spawn(async move { find(&tenants, &name).await.map(drop) })
    };
    let invented: Vec<_> = (0..1000).map(|i| asking(format!("no-{i}"))).collect();
    for _ in 0..100 {
        tokio::task::yield_now().await; // A turn of the runtime polls some of the tasks.
    }
    assert_eq!(database.asked(), 64);
    database.answer(1000);
    for asking in invented {
        assert_eq!(asking.await.unwrap(), Ok(()));
    }
    assert_eq!(database.asked(), 1000);
}

#[tokio::test(start_paused = true)]
async fn names_that_are_invented_push_no_tenant_out() {
    let database = Database::new();
    let tenants = Arc::new(database.tenants().capacity(100));
    find(&tenants, "acme").await.unwrap();
    for i in 0..10_000 {
        find(&tenants, &format!("no-{i}")).await.unwrap();
    }
    let asked = database.asked();
    find(&tenants, "acme").await.unwrap();
    assert_eq!(database.asked(), asked);
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_forgotten_is_asked_for_again() {
    let database = Database::new();
    let tenants = Arc::new(database.tenants());
    for name in ["acme", "no-one"] {
        find(&tenants, name).await.unwrap();
        tenants.forget(name);
        let asked = database.asked();
        find(&tenants, name).await.unwrap();
        assert_eq!(database.asked(), asked + 1, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_before_a_tenant_was_forgotten_is_not_kept() {
    let database = Database::held();
    let tenants = Arc::new(database.tenants());
    let asking = Arc::clone(&tenants);
    let asking = tokio::spawn(async move { tenant_of(&asking, "acme").await });
    tokio::task::yield_now().await;
    tenants.forget("acme");
    database.answer(2);
    assert_eq!(asking.await.unwrap().as_deref(), Some("acme"));
    find(&tenants, "acme").await.unwrap();
    assert_eq!(database.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_about_a_head_that_no_secret_makes_good() {
    let database = Database::new();
    let tenants = Arc::new(database.tenants());
    let mut unsigned = signed("evt_1");
    unsigned.headers.clear();
    let old = Signer::new(providers::STRIPE, SECRET).unwrap();
    let old = old.sign(UnixTime::from_secs(NOW.as_secs() - 301), "{}");
    for (sent, kind) in [
        (&unsigned, RejectionKind::MissingHeader),
        (&old, RejectionKind::Stale),
    ] {
        let found = find_for(&tenants, "acme", sent).await.map(drop);
        assert_eq!(found, Err(kind));
    }
    assert_eq!(database.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_request_without_a_name_meets_the_template_and_nobody_is_asked() {
    let database = Database::new();
    let tenants = Arc::new(database.tenants());
    for name in ["", "a/b", &"a".repeat(256)] {
        assert_eq!(tenant_of(&tenants, name).await, None, "{name:?}");
    }
    assert_eq!(database.asked(), 0);
    assert_eq!(
        tenant_of(&tenants, &"a".repeat(255)).await,
        Some("a".repeat(255))
    );
}

#[tokio::test(start_paused = true)]
async fn the_deliveries_of_all_tenants_are_drained_together() {
    let database = Database::new();
    let tenants = Arc::new(database.tenants());
    let endpoint = find(&tenants, "acme").await.unwrap();
    let sent = signed("evt_1");
    let head = Head::new("POST", "/hooks/acme", &sent.headers);
    let Begun::Read(mut body) = endpoint.begin(&head, None, None) else {
        panic!("not read");
    };
    let BodyResult::Event { running, .. } = read(&mut body, &sent).await else {
        panic!("no event");
    };
    let template = tenants.template();
    assert_eq!(template.drain(Duration::ZERO).await, 1);
    drop(running);
    assert_eq!(template.drain(Duration::from_secs(1)).await, 0);
    let initech = find(&tenants, "initech").await.unwrap();
    let Begun::Refused(refused) = initech.begin(&head, None, None) else {
        panic!("not refused");
    };
    assert_eq!(refused.kind(), RejectionKind::ShuttingDown);
}

#[test]
#[should_panic(expected = "has a secret: build it with SecretSet::per_tenant()")]
fn a_template_with_a_secret_would_stand_in_for_a_missing_one() {
    let template = Endpoint::stripe(SECRET).store(MemoryStore::new());
    let database = Database::new();
    let resolver = move |tenant| database.clone().secret(tenant);
    let name = from_path("/hooks/{tenant}");
    let _ = Tenants::new(template.build().unwrap(), name, resolver);
}

#[tokio::test(start_paused = true)]
async fn whole_endpoints_have_the_tenants_name_and_a_store() {
    let store = MemoryStore::new();
    let resolver = move |name: Arc<str>| {
        let endpoint = match &*name {
            "acme" => Endpoint::github("0123456789abcdef")
                .tenant("acme")
                .store(store.clone()),
            "nameless" => Endpoint::github("0123456789abcdef").store(store.clone()),
            "other" => Endpoint::github("0123456789abcdef")
                .tenant("acme")
                .store(store.clone()),
            _ => Endpoint::github("0123456789abcdef").tenant(Arc::clone(&name)),
        };
        let endpoint = endpoint.consumer("tests").build();
        async move { endpoint.map(Some) }
    };
    let stranger = Endpoint::stripe(SecretSet::per_tenant())
        .clock(NOW)
        .build()
        .unwrap();
    let tenants = Tenants::of_endpoints(stranger, from_path("/hooks/{tenant}"), resolver);
    let tenants = Arc::new(tenants);
    let acme = find(&tenants, "acme").await.unwrap();
    assert_eq!(acme.endpoint().provider().name(), "github");
    for name in ["nameless", "other", "storeless"] {
        let found = find(&tenants, name).await.map(drop);
        assert_eq!(found, Err(RejectionKind::TenantUnavailable), "{name}");
    }
}

/// An API that has every object.
#[derive(Debug)]
struct Objects;

impl FetchBack for Objects {
    async fn fetch(&self, _: &Notification) -> Result<Option<bytes::Bytes>, FetchError> {
        Ok(Some(r#"{"id":"tr_7"}"#.into()))
    }
}

#[tokio::test(start_paused = true)]
async fn tenants_of_a_sender_that_signs_nothing_have_an_api_each_and_strangers_none() {
    let store = MemoryStore::new();
    let resolver = move |name: Arc<str>| {
        let endpoint = Endpoint::notifications(MOLLIE_CLASSIC, Objects).tenant(Arc::clone(&name));
        let endpoint = endpoint.store(store.clone()).build();
        async move { endpoint.map(|endpoint| (&*name == "acme").then_some(endpoint)) }
    };
    let stranger = Endpoint::notification_template(MOLLIE_CLASSIC)
        .build()
        .unwrap();
    let tenants = Tenants::of_endpoints(stranger, from_path("/hooks/{tenant}"), resolver);
    let tenants = Arc::new(tenants);
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let head = Head::new("POST", "/hooks/any", &headers);
    for (tenant, expected) in [
        ("acme", Ok(Some("acme".to_owned()))),
        ("initech", Err(RejectionKind::UnknownTenant)),
    ] {
        for _ in 0..100 {
            let found = find(&tenants, tenant).await.unwrap();
            let mut intake = found.endpoint().begin(&head).intake().unwrap();
            intake.push("id=tr_7".into()).unwrap();
            let finished = match intake.finish() {
                Ok(Finished::Pending(pending)) => pending.resolve().await,
                finished => finished,
            };
            let tenant = finished.map(|finished| match finished {
                Finished::Event(event) => event.copy().tenant().map(str::to_owned),
                other => panic!("{other:?}"),
            });
            // The same object, and a flood that no fetch answers.
            assert_eq!(tenant.map_err(|rejection| rejection.kind()), expected);
            if expected.is_ok() {
                break;
            }
        }
    }
}
