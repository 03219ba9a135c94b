//! A store, two providers and a signer as an application writes them. `webhook` is the adapter that
//! is tested: this compiles if the adapter exports all that is named here.

use std::collections::HashMap;
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::webhook::replay::{Claim, ClaimRequest, Commit, Lease, LeaseState};
use crate::webhook::{
    Algorithm, ConfigError, Coverage, CustomCheck, CustomInput, CustomRequest, CustomScheme,
    Encoding, Endpoint, Part, Provider, RejectionKind, ReplayKey, ReplayStore, Scheme, Signer,
    StoreError, StoreErrorKind, TimeUnit,
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
pub(crate) struct Records(Arc<Mutex<HashMap<ReplayKey, bool>>>);

impl Records {
    /// How many deliveries are done.
    pub(crate) fn done(&self) -> usize {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        records.values().filter(|&&done| done).count()
    }

    fn with<T>(
        &self,
        act: impl FnOnce(&mut HashMap<ReplayKey, bool>) -> T,
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
            Some(true) => Claim::Done { same_payload: true },
            Some(false) => Claim::InFlight {
                retry_after: request.lease,
            },
            None => {
                records.insert(*key, false);
                Claim::Acquired(Lease::new(*key, request.owner, NonZeroU64::MIN, 1))
            }
        })
    }

    async fn renew(&self, _: &Lease, _: Duration) -> Result<LeaseState, StoreError> {
        Ok(LeaseState::Held)
    }

    async fn commit(&self, lease: &Lease) -> Result<Commit, StoreError> {
        self.with(|records| records.insert(*lease.key(), true))?;
        Ok(Commit::Committed)
    }

    async fn release(&self, lease: &Lease) -> Result<LeaseState, StoreError> {
        self.with(|records| records.remove(lease.key()))?;
        Ok(LeaseState::Held)
    }

    async fn forget(&self, key: &ReplayKey) -> Result<bool, StoreError> {
        self.with(|records| records.remove(key).is_some())
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
