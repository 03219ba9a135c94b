//! Certificates whose keys are trusted because of their issuer, not only because of their address.

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

/// The setting with the user's certificate authorities, in PEM. They replace Mozilla's.
pub(crate) const CA_CERTIFICATES: &str = "ca_certificates";

/// Whether a DNS name in a certificate belongs to the provider.
pub(crate) type IsOwnName = fn(&str) -> bool;

/// Why the key of a certificate is not trusted.
#[derive(Clone, Copy)]
pub(crate) enum ChainProblem {
    /// The document is not a chain of certificates.
    Unreadable,
    /// The certificates are not the provider's, for this reason.
    Untrusted(&'static str),
}

/// The requirements for a certificate: a name of its owner, and a chain to a trusted authority (RFC
/// 5280 §6).
pub(crate) struct Chain {
    is_own: IsOwnName,
    /// Mozilla's list of server authorities, unless others are configured.
    roots: Cow<'static, [TrustAnchor<'static>]>,
}

impl Chain {
    /// Requires a chain that ends at one of these authorities, in DER. Without any, at one that
    /// Mozilla trusts.
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

    /// The key of the first certificate, if the others form a valid chain to a trusted authority at
    /// `now` and its name belongs to the provider.
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
            .map_err(|_| {
                ChainProblem::Untrusted("no valid certificate from a trusted authority")
            })?;
        if !certificate.valid_dns_names().any(self.is_own) {
            return Err(ChainProblem::Untrusted("a certificate for another name"));
        }
        let key = key_of_certificate(own).map_err(|_| unreadable)?;
        PublicKey::new(algorithm, &key)
            .map_err(|_| ChainProblem::Untrusted("a certificate with another type of key"))
    }
}

/// A trust anchor, from its certificate.
fn root(der: &[u8]) -> Option<TrustAnchor<'static>> {
    let der = CertificateDer::from(der);
    let anchor = webpki::anchor_from_trusted_cert(&der).ok()?;
    Some(anchor.to_owned())
}
