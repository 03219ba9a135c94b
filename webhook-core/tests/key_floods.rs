//! What senders of invented key names can do to genuine deliveries: nothing that is answered 401,
//! over every provider that names its keys.

#![cfg(feature = "asymmetric")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "../../webhook-test/vectors/loader.rs"]
mod loader;

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use bytes::Bytes;
use serde_json::Value;
use webhook_core::providers::{AWS_SNS, PAYPAL, PLAID};
use webhook_core::{
    Begun, Clock, ConfigError, Endpoint, Finished, Head, KeyError, KeyQuery, KeySource, Provider,
    RejectionKind, SecretSet, SignedRequest, Signer, UnixTime,
};

use common::block_on;

/// A time at which the certificates of the tests are valid.
const NOW: u64 = 1_700_000_000;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

const GENUINE: &str = "genuine";
const INVENTED: &str = "invented";

const UNKNOWN: Result<(), RejectionKind> = Err(RejectionKind::UnknownKey);
const UNAVAILABLE: Result<(), RejectionKind> = Err(RejectionKind::KeysUnavailable);

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("../../webhook-test/vectors/keys/", $name, ".pem"))
    };
}

/// The provider's side: the keys that exist, and what was asked for.
#[derive(Clone, Debug)]
struct World(Arc<Mutex<Keys>>);

#[derive(Debug)]
struct Keys {
    case: Case,
    exist: BTreeSet<String>,
    /// What an invented name gets.
    otherwise: Otherwise,
    asked: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
enum Otherwise {
    Missing,
    Failed,
    /// It exists all the same, as the certificates of other regions do.
    Exists,
    /// The source does not come to an end.
    Hangs,
}

impl World {
    fn new(case: Case, otherwise: Otherwise) -> Self {
        let exist = BTreeSet::from([case.name(GENUINE)]);
        Self(Arc::new(Mutex::new(Keys {
            case,
            exist,
            otherwise,
            asked: Vec::new(),
        })))
    }

    fn replace(&self, old: &str, new: &str) {
        let mut keys = self.0.lock().unwrap();
        let (old, new) = (keys.case.name(old), keys.case.name(new));
        keys.exist.remove(&old);
        keys.exist.insert(new);
    }

    fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().asked.clone()
    }
}

impl KeySource for World {
    async fn fetch(&self, query: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        match self.answer(query) {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }
}

type Answered = Result<Option<Bytes>, KeyError>;

impl World {
    /// `None` for an answer that does not come.
    fn answer(&self, query: &KeyQuery) -> Option<Answered> {
        let mut keys = self.0.lock().unwrap();
        if let (Some(_), Some(id)) = (query.url(), query.id()) {
            keys.asked.push(id.to_owned());
            let set: Vec<_> = keys.exist.iter().map(|id| keys.case.jwk(id)).collect();
            return Some(Ok(Some(
                format!(r#"{{"keys":[{}]}}"#, set.join(",")).into(),
            )));
        }
        let name = query.url().or(query.id()).unwrap().to_owned();
        keys.asked.push(name.clone());
        Some(match (keys.exist.contains(&name), keys.otherwise) {
            (true, _) | (_, Otherwise::Exists) => Ok(Some(keys.case.document(&name).into())),
            (_, Otherwise::Hangs) => return None,
            (_, Otherwise::Failed) if name.contains(INVENTED) => Err(KeyError::unavailable()),
            _ => Ok(None),
        })
    }
}

#[derive(Clone, Debug)]
struct Set(Arc<Mutex<u64>>);

impl Set {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(NOW)))
    }

    fn at(&self, seconds: u64) {
        *self.0.lock().unwrap() = NOW + seconds;
    }

    fn secs(&self) -> u64 {
        *self.0.lock().unwrap()
    }
}

impl Clock for Set {
    fn now(&self) -> Option<UnixTime> {
        Some(UnixTime::from_secs(self.secs()))
    }
}

/// A provider whose deliveries name their key, and what its keys are here.
#[derive(Clone, Copy, Debug)]
struct Case {
    provider: Provider,
    private: &'static str,
    /// A key that is not the provider's.
    other: &'static str,
    jwk: &'static str,
    /// Whether one document has all of its keys.
    is_set: bool,
}

impl Case {
    fn new(provider: Provider) -> Option<Self> {
        let keys = [
            (key!("rsa"), key!("rsa-other"), "fireblocks"),
            (key!("p256"), key!("p256-other"), "plaid"),
            (key!("p521"), key!("p521-other"), "truelayer"),
        ];
        let (private, other, like) = keys
            .into_iter()
            .find(|(private, ..)| Signer::new(provider, *private).is_ok())?;
        let jwk = loader::of(like)[0].secrets[0].clone();
        let case = Self {
            provider,
            private,
            other,
            jwk: jwk.leak(),
            is_set: false,
        };
        let named = Arc::new(Mutex::new(None));
        let endpoint = case.build(Noting(Arc::clone(&named)), &Set::new()).ok()?;
        let _ = receive(&endpoint, &case.sign(&case.signer(private), GENUINE, NOW));
        let query: KeyQuery = named.lock().unwrap().clone()?;
        let is_set = query.url().is_some() && query.id().is_some();
        Some(Self { is_set, ..case })
    }

    /// Every provider that names its keys.
    fn all() -> Vec<Self> {
        let providers = Provider::ALL.iter().copied();
        let all: Vec<_> = providers.filter_map(Self::new).collect();
        assert!(all.len() >= 13 && all.iter().any(|case| case.is_set));
        all
    }

    fn by_name() -> impl Iterator<Item = Self> {
        Self::all().into_iter().filter(|case| !case.is_set)
    }

    fn setting(&self) -> &'static str {
        match self.provider.name() {
            "aws-sns" | "paypal" => "cert_url",
            _ => "kid",
        }
    }

    fn name(&self, name: &str) -> String {
        match self.provider.name() {
            "aws-sns" => format!(
                "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-{}.pem",
                name.replace('-', "x"),
            ),
            "paypal" => format!("https://api.paypal.com/v1/notifications/certs/{name}"),
            _ => name.to_owned(),
        }
    }

    fn jwk(&self, id: &str) -> String {
        let mut jwk: Value = serde_json::from_str(self.jwk).unwrap();
        jwk["kid"] = id.into();
        jwk.as_object_mut().unwrap().remove("alg");
        jwk.to_string()
    }

    fn document(&self, name: &str) -> String {
        match self.provider.name() {
            "paypal" => loader::chains().chains["good"].clone(),
            _ => self.jwk(name),
        }
    }

    fn build(&self, source: impl KeySource, clock: &Set) -> Result<Endpoint, ConfigError> {
        let mut builder = Endpoint::builder(self.provider, SecretSet::fetched());
        for (name, value) in self.settings() {
            builder = builder.setting(name, value);
        }
        if self.provider == PAYPAL {
            builder = builder.setting("ca_certificates", loader::chains().root);
        }
        builder.keys(source).clock(clock.clone()).build()
    }

    fn settings(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let names = self.provider.required_settings();
        names.map(|name| match name {
            "private_key" => (name, key!("rsa-other")),
            _ => (name, "x"),
        })
    }

    fn signer(&self, key: &str) -> Signer {
        let mut signer = Signer::new(self.provider, key).unwrap();
        for (name, value) in self.settings() {
            signer = signer.setting(name, value);
        }
        for nonce in ["wechatpay-nonce", "binancepay-nonce"] {
            signer = signer.header(nonce, "1");
        }
        signer
    }

    /// A delivery that names this key, and is signed with the genuine one.
    fn sign(&self, signer: &Signer, name: &str, now: u64) -> SignedRequest {
        let signer = signer.clone().setting(self.setting(), self.name(name));
        signer.sign(UnixTime::from_secs(now), r#"{"id":"1","eventType":"x"}"#)
    }
}

/// Remembers what it was asked for.
#[derive(Debug)]
struct Noting(Arc<Mutex<Option<KeyQuery>>>);

impl KeySource for Noting {
    async fn fetch(&self, query: &KeyQuery) -> Result<Option<Bytes>, KeyError> {
        *self.0.lock().unwrap() = Some(query.clone());
        Err(KeyError::unavailable())
    }
}

/// The end of a delivery.
fn receive(endpoint: &Endpoint, request: &SignedRequest) -> Result<(), RejectionKind> {
    let head = Head {
        method: request.method,
        path_and_query: &request.path_and_query,
        headers: &request.headers,
    };
    let mut intake = match endpoint.begin(&head) {
        Begun::Read(intake) => intake,
        Begun::Refused(rejection) => return Err(rejection.kind()),
        other @ Begun::Answer(_) => panic!("{other:?}"),
    };
    intake.push(request.body.clone()).unwrap();
    let finished = match intake.finish() {
        Ok(Finished::Pending(pending)) => block_on(pending.resolve()),
        finished => finished,
    };
    match finished {
        Ok(Finished::Event(_)) => Ok(()),
        Ok(other) => panic!("{other:?}"),
        Err(rejection) => Err(rejection.kind()),
    }
}

/// An endpoint, the world it asks, and the clock of both.
struct Scene {
    case: Case,
    world: World,
    clock: Set,
    endpoint: Endpoint,
    signer: Signer,
    forger: Signer,
}

impl Scene {
    fn new(case: Case, otherwise: Otherwise) -> Self {
        let (world, clock) = (World::new(case, otherwise), Set::new());
        let endpoint = case.build(world.clone(), &clock).unwrap();
        Self {
            case,
            world,
            clock,
            endpoint,
            signer: case.signer(case.private),
            forger: case.signer(case.other),
        }
    }

    fn send(&self, name: &str) -> Result<(), RejectionKind> {
        let request = self.case.sign(&self.signer, name, self.clock.secs());
        receive(&self.endpoint, &request)
    }

    fn forge(&self, name: &str) -> Result<(), RejectionKind> {
        let request = self.case.sign(&self.forger, name, self.clock.secs());
        receive(&self.endpoint, &request)
    }
}

/// A forgery with an invented name and a genuine delivery, once a minute for 26 hours: how many of
/// the genuine ones were 401, 503 and accepted.
fn reported(provider: Provider) -> (usize, usize, usize) {
    let scene = Scene::new(Case::new(provider).unwrap(), Otherwise::Missing);
    let mut counts = (0, 0, 0);
    for minute in 0..26 * 60 {
        scene.clock.at(minute * MINUTE);
        assert!(scene.forge(INVENTED).is_err());
        match scene.send(GENUINE) {
            Err(RejectionKind::UnknownKey) => counts.0 += 1,
            UNAVAILABLE => counts.1 += 1,
            Ok(()) => counts.2 += 1,
            other => panic!("{other:?}"),
        }
    }
    counts
}

#[test]
fn certificates_of_sns_that_do_not_exist_cost_no_genuine_delivery_in_26_hours() {
    assert_eq!(reported(AWS_SNS), (0, 0, 1560));
}

#[test]
fn certificates_of_paypal_that_do_not_exist_cost_no_genuine_delivery_in_26_hours() {
    assert_eq!(reported(PAYPAL), (0, 0, 1560));
}

#[test]
fn keys_of_plaid_that_do_not_exist_cost_no_genuine_delivery_in_26_hours() {
    assert_eq!(reported(PLAID), (0, 0, 1560));
}

/// With an invented name sent before each delivery, when a key is refused that was withdrawn just
/// after it was fetched.
fn refused_after(provider: Provider, every: u64) -> u64 {
    let scene = Scene::new(Case::new(provider).unwrap(), Otherwise::Missing);
    assert_eq!(scene.send(GENUINE), Ok(()));
    scene.world.replace(GENUINE, "new");
    let mut times = (1..=30 * HOUR / every).map(|i| i * every);
    let refused = times.find(|secs| {
        scene.clock.at(*secs);
        assert!(scene.forge(&format!("{INVENTED}-{secs}")).is_err());
        scene.send(GENUINE).is_err()
    });
    refused.unwrap_or(u64::MAX)
}

#[test]
fn unknown_ids_sent_hourly_do_not_keep_a_withdrawn_key_of_plaid_alive() {
    assert_eq!(refused_after(PLAID, HOUR), HOUR);
}

/// Those of these providers that are no exception to what is found out, by name, and what it is.
fn exceptions<T>(
    cases: impl Iterator<Item = Case>,
    found: impl Fn(Case) -> Option<T>,
) -> Vec<(&'static str, T)> {
    cases
        .filter_map(|case| Some((case.provider.name(), found(case)?)))
        .collect()
}

#[test]
fn a_withdrawn_key_is_refused_after_an_hour_whatever_else_is_asked_for() {
    let late = exceptions(Case::all().into_iter(), |case| {
        Some(refused_after(case.provider, 20 * MINUTE)).filter(|secs| *secs > HOUR)
    });
    assert_eq!(late, []);
}

#[test]
fn a_failure_for_one_name_makes_no_other_wait_and_keeps_no_other_alive() {
    let found = exceptions(Case::by_name(), |case| {
        let scene = Scene::new(case, Otherwise::Failed);
        let mut times = (0..=70).filter(|minute| {
            scene.clock.at(minute * MINUTE);
            if *minute == 30 {
                scene.world.replace(GENUINE, "new");
            }
            let failed = scene.forge(&format!("{INVENTED}-{minute}"));
            assert_eq!(failed, UNAVAILABLE);
            // Fetched at first and after an hour, when the source fails for every name.
            (scene.send(GENUINE) == Ok(())) != (*minute < 60)
        });
        times.next()
    });
    assert_eq!(found, []);
}

/// A flood of invented names a minute, and one genuine delivery, whose key is replaced now and
/// then: the first minute at which it was not as it should be.
fn flooded(
    case: Case,
    otherwise: Otherwise,
    invented: impl Fn(u64, u64) -> String,
) -> Option<(u64, Result<(), RejectionKind>)> {
    let scene = Scene::new(case, otherwise);
    for minute in 0..8 {
        scene.clock.at(minute * MINUTE);
        let current = format!("{GENUINE}{}", minute / 4);
        if minute % 4 == 0 {
            let before = format!("{GENUINE}{}", (minute / 4).saturating_sub(1));
            scene.world.replace(&before, &current);
        }
        for i in 0..20 {
            assert!(scene.forge(&invented(minute, i)).is_err());
        }
        // The first delivery with a new key may find the budget spent, and no other.
        let sent = scene.send(&current);
        if sent != Ok(()) && (minute % 4, sent) != (0, UNAVAILABLE) {
            return Some((minute, sent));
        }
    }
    None
}

#[test]
fn a_flood_of_invented_names_leaves_a_new_key_one_503_and_no_401() {
    let invented = |minute: u64, i: u64| format!("{INVENTED}-{minute}-{i}");
    let found = exceptions(Case::all().into_iter(), |case| {
        flooded(case, Otherwise::Missing, invented)
    });
    assert_eq!(found, []);
}

#[test]
fn a_flood_of_names_that_fail_leaves_a_new_key_one_503_and_no_401() {
    let invented = |minute: u64, i: u64| format!("{INVENTED}-{minute}-{i}");
    let found = exceptions(Case::by_name(), |case| {
        flooded(case, Otherwise::Failed, invented)
    });
    assert_eq!(found, []);
}

/// A source that has every name costs nobody a key that is known: the certificates of other regions
/// exist too.
#[test]
fn a_flood_of_names_that_exist_displaces_no_key_that_has_verified_a_delivery() {
    let found = exceptions(Case::by_name(), |case| {
        let scene = Scene::new(case, Otherwise::Exists);
        assert_eq!(scene.send(GENUINE), Ok(()));
        // More than are kept of both kinds.
        for i in 0..16 {
            scene.clock.at(i * MINUTE);
            // Each as often as it takes to be fetched.
            for j in (0..12).chain(0..12) {
                let _ = scene.forge(&format!("{INVENTED}-{i}-{j}"));
            }
        }
        let asked = scene.world.asked();
        let genuine = asked.iter().filter(|name| **name == case.name(GENUINE));
        let again = scene.send(GENUINE) != Ok(()) || genuine.count() != 1;
        assert!(asked.len() > 160);
        again.then_some(asked.len())
    });
    assert_eq!(found, []);
}

#[test]
fn a_list_of_invented_names_sent_again_and_again_is_worked_off() {
    for provider in [PLAID, AWS_SNS] {
        let scene = Scene::new(Case::new(provider).unwrap(), Otherwise::Missing);
        let minutes = (0..).take_while(|minute| {
            scene.clock.at(minute * MINUTE);
            for i in 0..60 {
                assert!(scene.forge(&format!("{INVENTED}-{i}")).is_err());
            }
            let sent = scene.send(GENUINE);
            assert!(sent == Ok(()) || sent == UNAVAILABLE, "{sent:?}");
            sent != Ok(())
        });
        // At least 6 a minute are fetched that were not fetched before.
        assert!(minutes.count() <= 10, "{}", provider.name());
    }
}

#[test]
fn a_name_is_401_only_if_it_was_asked_for_and_the_source_is_asked_only_so_often() {
    let found = exceptions(Case::by_name(), |case| {
        let scene = Scene::new(case, Otherwise::Missing);
        for minute in 0..5 {
            scene.clock.at(minute * MINUTE);
            for i in 0..50 {
                let name = format!("{INVENTED}-{minute}-{i}");
                let sent = scene.forge(&name);
                let asked = scene.world.asked().contains(&case.name(&name));
                if sent != if asked { UNKNOWN } else { UNAVAILABLE } {
                    return Some((name, scene.world.asked().len()));
                }
            }
        }
        let asked = scene.world.asked().len();
        (asked > 16 + 5 * 12).then(|| (String::new(), asked))
    });
    assert_eq!(found, []);
}

#[test]
fn a_key_that_a_set_has_just_got_is_503_until_the_set_is_fetched_again_and_never_401() {
    let sets = Case::all().into_iter().filter(|case| case.is_set);
    let found = exceptions(sets, |case| {
        let scene = Scene::new(case, Otherwise::Missing);
        assert_eq!(scene.forge(INVENTED), UNKNOWN);
        scene.world.replace(GENUINE, "new");
        let mut times = (1..=60).step_by(5).chain([59, 60]);
        times.find(|secs| {
            scene.clock.at(*secs);
            let early = *secs < 60;
            scene.send("new") != if early { UNAVAILABLE } else { Ok(()) }
        })
    });
    assert_eq!(found, []);
}

#[test]
fn a_set_without_keys_is_503_and_ends_what_was_known() {
    let sets = Case::all().into_iter().filter(|case| case.is_set);
    let found = exceptions(sets, |case| {
        let scene = Scene::new(case, Otherwise::Missing);
        assert_eq!(scene.send(GENUINE), Ok(()));
        scene.world.0.lock().unwrap().exist.clear();
        scene.clock.at(HOUR);
        let sent = scene.send(GENUINE);
        (sent != UNAVAILABLE).then_some(sent)
    });
    assert_eq!(found, []);
}

#[test]
fn a_name_that_is_being_fetched_makes_no_other_wait() {
    let found = exceptions(Case::by_name(), |case| {
        let scene = Scene::new(case, Otherwise::Hangs);
        let request = case.sign(&scene.forger, INVENTED, scene.clock.secs());
        let head = Head {
            method: request.method,
            path_and_query: &request.path_and_query,
            headers: &request.headers,
        };
        let mut intake = scene.endpoint.begin(&head).intake().unwrap();
        intake.push(request.body.clone()).unwrap();
        let Finished::Pending(pending) = intake.finish().unwrap() else {
            return Some("it has to be asked for");
        };
        let mut resolving = pin!(pending.resolve());
        let mut cx = Context::from_waker(Waker::noop());
        assert!(resolving.as_mut().poll(&mut cx).is_pending());
        (scene.send(GENUINE) != Ok(())).then_some("it waited")
    });
    assert_eq!(found, []);
}
