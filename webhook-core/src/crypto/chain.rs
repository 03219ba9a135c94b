//! Certificates whose keys are believed for who issued them, and not for where they were found alone.

use std::borrow::Cow;
use std::time::Duration;

use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime as PkiTime};
use webpki::{EndEntityCert, KeyUsage};
use webpki_roots::TLS_SERVER_ROOTS;
use zeroize::Zeroizing;

use crate::crypto::Algorithm;
use crate::crypto::public::{PublicKey, key_of_certificate};
use crate::error::SecretProblem;
use crate::time::UnixTime;

/// The setting with authorities of the user's choosing, in PEM. They are in the place of Mozilla's, not beside them.
pub(crate) const CA_CERTIFICATES: &str = "ca_certificates";

/// Whether a certificate for this DNS name is one of the provider's.
pub(crate) type IsOwnName = fn(&str) -> bool;

/// Why the key of a certificate is not believed.
#[derive(Clone, Copy)]
pub(crate) enum ChainProblem {
    /// Not a chain of certificates.
    Unreadable,
    /// Certificates, but not of the provider: this text says why.
    Untrusted(&'static str),
}

/// What a certificate has to show: the name of its owner, and a chain to an authority that is trusted (RFC 5280 §6).
pub(crate) struct Chain {
    is_own: IsOwnName,
    /// Those of Mozilla's list of authorities for servers, unless others are configured.
    roots: Cow<'static, [TrustAnchor<'static>]>,
}

impl Chain {
    /// A chain that ends at one of these authorities, in DER; at one that Mozilla trusts where none
    /// are given.
    pub(crate) fn new(
        is_own: IsOwnName,
        roots: Option<&[Zeroizing<Vec<u8>>]>,
    ) -> Result<Self, SecretProblem> {
        let roots = match roots {
            None => TLS_SERVER_ROOTS.into(),
            Some(certificates) => certificates
                .iter()
                .map(|der| root(der).ok_or(SecretProblem::Certificate))
                .collect::<Result<_, _>>()?,
        };
        Ok(Self { is_own, roots })
    }

    /// The key of the first certificate, if the others lead to a trusted authority now and its name
    /// is one of the provider's.
    pub(crate) fn key(
        &self,
        chain: &[Zeroizing<Vec<u8>>],
        algorithm: Algorithm,
        now: UnixTime,
    ) -> Result<PublicKey, ChainProblem> {
        let unreadable = ChainProblem::Unreadable;
        let (own, others) = chain.split_first().ok_or(unreadable)?;
        let der = CertificateDer::from(own.as_slice());
        let certificate = EndEntityCert::try_from(&der).map_err(|_| unreadable)?;
        let others: Vec<_> = others
            .iter()
            .map(|der| CertificateDer::from(der.as_slice()))
            .collect();
        let seconds = Duration::from_secs(now.as_secs());
        certificate
            .verify_for_usage(
                webpki::ALL_VERIFICATION_ALGS,
                &self.roots,
                &others,
                PkiTime::since_unix_epoch(seconds),
                KeyUsage::server_auth(),
                None,
                None,
            )
            .map_err(|_| ChainProblem::Untrusted("no valid certificate of a trusted authority"))?;
        if !certificate.valid_dns_names().any(self.is_own) {
            return Err(ChainProblem::Untrusted("a certificate of somebody else"));
        }
        let key = key_of_certificate(own).map_err(|_| unreadable)?;
        PublicKey::new(algorithm, &key)
            .map_err(|_| ChainProblem::Untrusted("a certificate of another kind of key"))
    }
}

/// An authority, from its certificate.
fn root(der: &[u8]) -> Option<TrustAnchor<'static>> {
    let der = CertificateDer::from(der);
    let anchor = webpki::anchor_from_trusted_cert(&der).ok()?;
    Some(anchor.to_owned())
}
