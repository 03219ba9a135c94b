//! From a stored delivery back to a delivery.

use bytes::Bytes;

use crate::delivery::{SealKeys, SealedDelivery, UnsealError, Unsealed};
use crate::endpoint::Endpoint;

impl Endpoint {
    /// Makes a delivery of what [`Delivery::seal`](crate::Delivery::seal) returned and of the body
    /// that was stored beside it. No other bytes become a [`Delivery`](crate::Delivery) without
    /// being verified.
    ///
    /// A [template](crate::SecretSet::per_tenant) opens the records of all of its tenants, and
    /// [`Delivery::tenant`](crate::Delivery::tenant) says whose it is.
    ///
    /// The signature is not verified again: the provider's secret may have been rotated since, and
    /// the signed time is no longer fresh. `attempt` is the number of this attempt, from one.
    ///
    /// ```
    /// use webhook_core::secret_store::KeyRing;
    /// use webhook_core::{Endpoint, Head, SealKeys, Signer, StoredHead, UnixTime, providers};
    ///
    /// // In production: `KeyRing::from_env("WEBHOOK_SECRET_KEYS")?`.
    /// let keys = SealKeys::new(&KeyRing::parse(&KeyRing::fresh_entry("2027-01")?)?);
    /// let (secret, now) = ("whsec_0123456789abcdef", UnixTime::now());
    /// let endpoint = Endpoint::stripe(secret).build()?;
    ///
    /// let signed = Signer::new(providers::STRIPE, secret)?.sign(now, r#"{"id":"evt_1"}"#);
    /// let head = Head::new("POST", "/", &signed.headers);
    /// let delivery = endpoint.verify(&head, signed.body.clone())?;
    /// let sealed = delivery.seal(&keys, &StoredHead::new(&delivery, &head, now));
    ///
    /// let opened = endpoint.unseal(&keys, &sealed, signed.body, 1)?;
    /// assert_eq!(opened.delivery.id(), Some("evt_1"));
    /// assert!(opened.head.header("stripe-signature").is_some());
    /// assert!(endpoint.unseal(&keys, &sealed, "another body".into(), 1).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the record or the body is not exactly what was sealed, if the keys do not have its key,
    /// or if it is of another provider, [consumer](crate::EndpointBuilder::consumer) or
    /// [tenant](Self::for_tenant) than this endpoint.
    pub fn unseal(
        &self,
        keys: &SealKeys,
        sealed: &SealedDelivery,
        body: Bytes,
        attempt: u32,
    ) -> Result<Unsealed, UnsealError> {
        self.scope.unseal(keys, sealed, body, attempt)
    }
}
