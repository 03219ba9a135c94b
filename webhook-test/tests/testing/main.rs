//! The test kit: every provider, every kind of request, every adapter.
//!
//! What a provider cannot have, such as a stale delivery if it signs no time, the kit says by a
//! type or a value. These lists are asserted too, so that nothing is skipped in silence.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod doors;
mod durable;
mod events;
mod settings;

use doors::{Actix, Axum, Door, PATH, Ran, Tower};
use webhook_core::testing::{Framework, MockEvent, Plain, TestClock, TestSender};
use webhook_core::{Algorithm, Endpoint, Provider, Reply};

/// The providers that can be played.
fn played() -> impl Iterator<Item = &'static Provider> {
    let all = Provider::ALL.iter();
    all.filter(|provider| TestSender::<Plain>::can_sign(provider))
}

type Sender<D> = TestSender<<D as Door>::Framework>;

/// A sender, the application it sends to, and what ran there.
struct Set<D: Door> {
    sender: TestSender<D::Framework>,
    clock: TestClock,
    door: D,
    ran: Ran,
}

impl<D: Door> Set<D> {
    async fn up(provider: &Provider) -> Self {
        let clock = TestClock::new();
        let sender = TestSender::made_up(*provider)
            .path(PATH)
            .clock(clock.clone());
        let ran = Ran::default();
        let door = D::open(endpoint(&sender), ran.clone()).await;
        Self {
            sender,
            clock,
            door,
            ran,
        }
    }
}

fn endpoint<F: Framework>(sender: &TestSender<F>) -> Endpoint {
    let endpoint = sender.endpoint().build();
    endpoint.unwrap_or_else(|error| panic!("{}: {error}", sender.provider().name()))
}

/// What differs from what was expected, over all providers.
#[derive(Debug, Default)]
struct Report(Vec<String>);

impl Report {
    fn check<D: Door, T: PartialEq + std::fmt::Debug>(
        &mut self,
        provider: &Provider,
        what: &str,
        found: T,
        expected: T,
    ) {
        if found != expected {
            let name = provider.name();
            let line = format!(
                "{} {name} {what}: {found:?}, expected {expected:?}",
                D::NAME
            );
            self.0.push(line);
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "{:#?}", self.0);
        }
    }
}

/// Runs a test over all adapters.
macro_rules! over_all_adapters {
    ($($test:ident)*) => {
        $(#[actix_web::test]
        async fn $test() {
            of::$test::<Tower>().await;
            of::$test::<Axum>().await;
            of::$test::<Actix>().await;
        })*
    };
}

over_all_adapters! {
    a_signed_delivery_runs_with_the_labels_of_its_event
    what_is_not_genuine_is_answered_401_and_does_not_run
    what_is_not_fresh_is_answered_401_where_a_time_is_signed
    a_duplicate_is_answered_200_without_a_run_unless_the_kit_says_otherwise
    a_retry_is_answered_200_without_a_run_unless_the_kit_says_otherwise
    an_oversized_delivery_is_answered_413
    a_handshake_is_answered_without_a_run
    every_documented_method_is_sent
    two_events_of_a_sender_are_two_events
    a_durable_endpoint_stores_what_it_would_have_run
    an_inbox_that_fails_or_is_busy_is_answered_503_and_nothing_runs
}

mod of {
    use super::*;

    pub(super) use super::durable::{
        a_durable_endpoint_stores_what_it_would_have_run,
        an_inbox_that_fails_or_is_busy_is_answered_503_and_nothing_runs,
    };

    pub(super) async fn a_signed_delivery_runs_with_the_labels_of_its_event<D: Door>() {
        let mut report = Report::default();
        for provider in played() {
            let set = Set::<D>::up(provider).await;
            let event = set.sender.event(events::a_type(provider), ());
            let status = set.door.send(set.sender.signed(&event)).await;
            report.check::<D, _>(provider, "signed", status, 200);
            let ran = set.ran.take();
            report.check::<D, _>(provider, "runs", ran.len(), 1);
            let expected = events::labels(provider);
            report.check::<D, _>(
                provider,
                "labels",
                ran.first().map(events::present),
                Some(expected),
            );
        }
    }

    pub(super) async fn what_is_not_genuine_is_answered_401_and_does_not_run<D: Door>() {
        let mut report = Report::default();
        for provider in played() {
            let set = Set::<D>::up(provider).await;
            let event = set.sender.event(events::a_type(provider), ());
            let sender = &set.sender;
            for (what, request) in [
                ("unsigned", sender.unsigned(&event)),
                ("forged", sender.forged(&event)),
                ("tampered", sender.tampered(&event)),
            ] {
                let status = set.door.send(request).await;
                report.check::<D, _>(provider, what, status, 401);
            }
            report.check::<D, _>(provider, "runs", set.ran.take().len(), 0);
        }
    }

    pub(super) async fn what_is_not_fresh_is_answered_401_where_a_time_is_signed<D: Door>() {
        let mut report = Report::default();
        for provider in played() {
            let set = Set::<D>::up(provider).await;
            let event = set.sender.event(events::a_type(provider), ());
            let is_signed = provider.coverage().time;
            for (what, request) in [
                ("stale", set.sender.stale(&event)),
                ("future", set.sender.future(&event)),
            ] {
                report.check::<D, _>(provider, what, request.is_some(), is_signed);
                if let Some(request) = request {
                    let status = set.door.send(request).await;
                    report.check::<D, _>(provider, what, status, 401);
                }
            }
            report.check::<D, _>(provider, "runs", set.ran.take().len(), 0);
            // The clock is shared: a capture goes stale when time passes.
            if let Some(tolerance) = provider.schemes()[0].tolerance() {
                let captured = set.sender.signed(&event);
                set.clock
                    .advance(tolerance.past + std::time::Duration::from_secs(1));
                let status = set.door.send(captured).await;
                report.check::<D, _>(provider, "captured", status, 401);
            }
        }
    }

    /// Sends both copies of an event. The providers whose second copy runs, and whether they know
    /// duplicates.
    async fn copies_that_run<D: Door>(
        what: &str,
        copies: impl Fn(&Sender<D>, &MockEvent) -> [<D::Framework as Framework>::Request; 2],
        knows: impl Fn(&Sender<D>) -> bool,
    ) -> Vec<(&'static str, bool)> {
        let mut report = Report::default();
        let mut run = Vec::new();
        for provider in played() {
            let set = Set::<D>::up(provider).await;
            let event = set.sender.event(events::a_type(provider), ());
            for request in copies(&set.sender, &event) {
                let status = set.door.send(request).await;
                report.check::<D, _>(provider, what, status, 200);
            }
            let runs = match knows(&set.sender) {
                true => 1,
                false => 2,
            };
            report.check::<D, _>(provider, "runs", set.ran.take().len(), runs);
            if runs == 2 {
                run.push((provider.name(), set.sender.knows_duplicates()));
            }
        }
        run
    }

    pub(super) async fn a_duplicate_is_answered_200_without_a_run_unless_the_kit_says_otherwise<
        D: Door,
    >() {
        let copies = copies_that_run::<D>(
            "duplicate",
            |sender, event| sender.duplicate(event),
            TestSender::knows_duplicates,
        );
        let names: Vec<_> = copies.await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, events::DUPLICATES_RUN);
    }

    pub(super) async fn a_retry_is_answered_200_without_a_run_unless_the_kit_says_otherwise<
        D: Door,
    >() {
        let copies = copies_that_run::<D>(
            "retry",
            |sender, event| sender.retry(event),
            TestSender::knows_retries,
        );
        let copies = copies.await.into_iter();
        let names = copies.filter_map(|(name, knows_duplicates)| knows_duplicates.then_some(name));
        assert_eq!(names.collect::<Vec<_>>(), events::RETRIES_RUN);
    }

    pub(super) async fn an_oversized_delivery_is_answered_413<D: Door>() {
        let mut report = Report::default();
        for provider in played() {
            let clock = TestClock::new();
            let sender = TestSender::made_up(*provider).path(PATH).clock(clock);
            // The default is up to 25 MiB.
            let sender: TestSender<D::Framework> = sender.body_limit(16 * 1024);
            let ran = Ran::default();
            let door = D::open(endpoint(&sender), ran.clone()).await;
            let status = door.send(sender.oversized()).await;
            report.check::<D, _>(provider, "oversized", status, 413);
            report.check::<D, _>(provider, "runs", ran.take().len(), 0);
        }
    }

    pub(super) async fn a_handshake_is_answered_without_a_run<D: Door>() {
        let mut report = Report::default();
        for provider in played() {
            let set = Set::<D>::up(provider).await;
            let handshake = set.sender.handshake();
            let expected = provider
                .handshake()
                .map(|handshake| match handshake.reply() {
                    Reply::Status(status) => status,
                    _ => 200,
                });
            report.check::<D, _>(
                provider,
                "handshake",
                handshake.is_some(),
                expected.is_some(),
            );
            if let (Some(request), Some(expected)) = (handshake, expected) {
                let status = set.door.send(request).await;
                report.check::<D, _>(provider, "handshake", status, expected);
            }
            report.check::<D, _>(provider, "runs", set.ran.take().len(), 0);
        }
    }

    pub(super) async fn every_documented_method_is_sent<D: Door>() {
        let mut report = Report::default();
        for provider in played() {
            for method in provider.methods() {
                let set = Set::<D>::up(provider).await;
                let sender = set.sender.clone().method(method);
                let event = sender.event(events::a_type(provider), ());
                let status = set.door.send(sender.signed(&event)).await;
                report.check::<D, _>(provider, method, status, 200);
                report.check::<D, _>(provider, method, set.ran.take().len(), 1);
            }
        }
    }

    pub(super) async fn two_events_of_a_sender_are_two_events<D: Door>() {
        let mut report = Report::default();
        for provider in played() {
            let set = Set::<D>::up(provider).await;
            for _ in 0..2 {
                let event = set.sender.event(events::a_type(provider), ());
                let status = set.door.send(set.sender.signed(&event)).await;
                report.check::<D, _>(provider, "signed", status, 200);
            }
            let runs = match events::SAME_TWICE.contains(&provider.name()) {
                true => 1,
                false => 2,
            };
            report.check::<D, _>(provider, "runs", set.ran.take().len(), runs);
        }
    }
}

#[test]
fn every_provider_is_played_but_those_that_sign_with_rsa_and_sha_1() {
    let is_sha1 =
        |provider: &&Provider| provider.schemes()[0].key_algorithm() == Some(Algorithm::RsaSha1);
    let left_out: Vec<_> = Provider::ALL.iter().filter(is_sha1).collect();
    let names: Vec<_> = left_out.iter().map(|provider| provider.name()).collect();
    assert_eq!(names, ["ebanx", "paddle-classic", "aws-sns-legacy-sha1"]);
    assert_eq!(played().count() + names.len(), Provider::ALL.len());
}
