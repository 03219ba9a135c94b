//! Everything about a verifier except its secrets.

use std::sync::Arc;

use crate::crypto::encryption::DecryptionKey;
use crate::error::ConfigError;
use crate::provider::{Provider, Scheme};
use crate::verify::Options;
use crate::verify::extra::ExpectedCredential;
use crate::verify::key::decryption_key;
use crate::verify::prepared::Plan;

/// A provider and the options of its verifiers. Verifiers that differ in their secrets only, as
/// those of tenants do, share it.
pub(super) struct Spec {
    pub(super) provider: Provider,
    pub(super) options: Options,
    /// The schemes of the provider, in its order.
    pub(super) plans: Box<[Arc<Plan>]>,
    /// The credentials that must come in headers in addition to the signature.
    pub(super) extra: Vec<ExpectedCredential>,
    /// The decryption key, if deliveries are encrypted.
    pub(super) decryption: Option<DecryptionKey>,
    /// The settings that each tenant has to have, because the template has none.
    pub(super) required_of_tenants: Vec<&'static str>,
}

impl Spec {
    /// The options have been checked.
    pub(super) fn new(provider: Provider, options: Options) -> Result<Self, ConfigError> {
        let schemes = provider.schemes().iter();
        let plan = |scheme: &Scheme| Arc::new(Plan::new(&provider, scheme, &options));
        Ok(Self {
            plans: schemes.map(plan).collect(),
            extra: ExpectedCredential::all(&provider, &options.settings)?,
            decryption: decryption_key(&provider, &options.settings)?,
            provider,
            options,
            required_of_tenants: Vec::new(),
        })
    }

    pub(super) fn required_of_tenants(mut self, settings: Vec<&'static str>) -> Self {
        self.required_of_tenants = settings;
        self
    }
}
