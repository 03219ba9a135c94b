//! The public key of a certificate.

use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;

use crate::error::SecretProblem;

/// The SubjectPublicKeyInfo of a certificate in DER. Nothing else in the certificate is checked:
/// the user trusts it by configuring it.
pub(crate) fn key_of_certificate(der: &[u8]) -> Result<Vec<u8>, SecretProblem> {
    let der = CertificateDer::from(der);
    let certificate = EndEntityCert::try_from(&der).map_err(|_| SecretProblem::Certificate)?;
    Ok(certificate.subject_public_key_info().as_ref().to_vec())
}
