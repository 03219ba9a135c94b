//! A store, two providers and a signer as an application writes them. `webhook` is the adapter that
//! is tested: this compiles if the adapter exports all that is named here.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::webhook::replay::{
    Claim, ClaimRequest, Commit, DeadRecord, Finding, FindingKind, Lease, LeaseState, Swept,
};
use crate::webhook::{
    Algorithm, ConfigError, Coverage, CustomCheck, CustomInput, CustomRequest, CustomScheme,
    Encoding, Endpoint, Part, Provider, RejectionKind, ReplayKey, ReplayStore, Scheme, Signer,
    StoreError, StoreErrorKind, TimeUnit, UnixTime,
};

pub(crate) const SECRET: &str = "acme-secret-0123456789";
pub(crate) const BODY: &str = r#"{"id":"evt_1","type":"paid","cents":1999}"#;

/// A provider that the library does not have.
pub(crate) const ACME: Provider = Provider::new(
    "acme",
    &[Scheme::hmac(
        Algorithm::HmacSha256,
        &[Part::Time, Part::Literal("."), Part::Body],
    )
    .in_header("acme-signature")
    .time_in_header("acme-time", TimeUnit::Seconds)],
)
.id_at(&["/id"])
.type_at(&["/type"]);

/// A provider whose scheme has code.
pub(crate) const BACKWARDS: Provider = Provider::new(
    "backwards",
    &[Scheme::custom(&Backwards, Coverage::NONE.with_body())],
)
.id_at(&["/id"]);

#[derive(Debug)]
struct Backwards;

fn reversed(body: &[u8]) -> Vec<u8> {
    body.iter().rev().copied().collect()
}

impl CustomScheme for Backwards {
    fn check(&self, input: &CustomInput<'_>) -> Result<CustomCheck, RejectionKind> {
        let signature = input.head().header("backwards-signature")?;
        let check = CustomCheck::new(signature, Encoding::Hex)?;
        Ok(check.with_form_of_body(|body| Ok(reversed(body))))
    }

    fn sign(&self, request: &mut CustomRequest<'_, '_>) {
        let tag = request.tag(&[&reversed(request.body())], Encoding::Hex);
        request.push_header("backwards-signature", tag);
    }
}

/// A store. An application keeps its records in a database.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records(Arc<Mutex<BTreeMap<ReplayKey, State>>>);

#[derive(Clone, Debug)]
enum State {
    Claimed,
    Done(Option<Vec<u8>>),
    Dead(String),
}

impl Records {
    /// How many deliveries are done.
    pub(crate) fn done(&self) -> usize {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let done = |state: &&State| matches!(state, State::Done(_));
        records.values().filter(done).count()
    }

    fn with<T>(
        &self,
        act: impl FnOnce(&mut BTreeMap<ReplayKey, State>) -> T,
    ) -> Result<T, StoreError> {
        let records = self.0.lock();
        let unavailable = |_| StoreError::with_source(StoreErrorKind::Unavailable, "poisoned");
        records
            .map_err(unavailable)
            .map(|mut records| act(&mut records))
    }
}

impl ReplayStore for Records {
    async fn claim(&self, key: &ReplayKey, request: &ClaimRequest) -> Result<Claim, StoreError> {
        self.with(|records| match records.get(key) {
            Some(State::Done(answer)) => Claim::Done {
                same_payload: true,
                answer: answer.clone().map(Into::into),
            },
            Some(State::Claimed) => Claim::InFlight {
                retry_after: request.lease,
            },
            Some(State::Dead(_)) => Claim::Dead { attempts: 1 },
            None => {
                records.insert(*key, State::Claimed);
                Claim::Acquired(Lease::new(*key, request.owner, NonZeroU64::MIN, 1))
            }
        })
    }

    async fn renew(&self, _: &Lease, _: Duration) -> Result<LeaseState, StoreError> {
        Ok(LeaseState::Held)
    }

    async fn commit(&self, lease: &Lease, answer: Option<&[u8]>) -> Result<Commit, StoreError> {
        let done = State::Done(answer.map(Into::into));
        self.with(|records| records.insert(*lease.key(), done))?;
        Ok(Commit::Committed)
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        self.with(|records| records.remove(lease.key()))?;
        Ok(LeaseState::Held)
    }

    async fn bury(&self, lease: &Lease, note: &str) -> Result<LeaseState, StoreError> {
        let dead = State::Dead(DeadRecord::note_to_keep(note).into_owned());
        self.with(|records| records.insert(*lease.key(), dead))?;
        Ok(LeaseState::Held)
    }

    async fn revive(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.with(|records| match records.get(key) {
            Some(State::Dead(_)) => records.remove(key).is_some(),
            _ => false,
        })
    }

    async fn dead(
        &self,
        after: Option<&ReplayKey>,
        at_most: usize,
    ) -> Result<Vec<DeadRecord>, StoreError> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let listed = |(key, state): (&ReplayKey, &State)| match state {
            State::Dead(note) => {
                let died_at = UnixTime::from_secs(0);
                Some(DeadRecord::new(*key, 1, died_at, note.clone()))
            }
            _ => None,
        };
        self.with(|records| {
            let above = records.range((from, Bound::Unbounded));
            above.filter_map(listed).take(at_most).collect()
        })
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.with(|records| records.remove(key).is_some())
    }

    async fn sweep(&self, _: usize) -> Result<Swept, StoreError> {
        Ok(Swept::default())
    }

    async fn check(&self) -> Result<Vec<Finding>, StoreError> {
        let text = "the records are lost at a restart: use a database";
        Ok(vec![Finding::new(FindingKind::Durability, text)])
    }
}

/// An endpoint of a custom provider with a custom store.
pub(crate) fn endpoint(provider: Provider, records: &Records) -> Result<Endpoint, ConfigError> {
    let builder = Endpoint::builder(provider, SECRET);
    builder.store(records.clone()).build()
}

/// Makes the deliveries of a custom provider.
pub(crate) fn signer(provider: Provider) -> Result<Signer, ConfigError> {
    Signer::new(provider, SECRET)
}
