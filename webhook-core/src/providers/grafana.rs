use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::provider::{Identity, Part, Provider, Scheme};

/// Grafana alerting webhooks with an HMAC secret.
///
/// `X-Grafana-Alerting-Signature` is a hex HMAC-SHA-256 over the body, since Grafana 12. Switch it
/// on by filling in the secret of the contact point.
///
/// * **Leave "Header" and "Timestamp Header" empty.** With a timestamp header, Grafana signs the
///   timestamp, a colon and the body. That header has no fixed name, so no preset can know it.
/// * The signature covers no timestamp, and Grafana repeats a notification of an alert that goes
///   on. **So duplicates run**, one at a time.
/// * The event type is `/status`: `firing` or `resolved`.
/// * Independent descriptions and implementations agree on this scheme. Grafana's own page was not
///   read for it.
///
/// Source: <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/>.
pub const GRAFANA: Provider =
    Provider::new(
        "grafana",
        &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body])
            .in_header("x-grafana-alerting-signature")],
    )
    .type_at(&["/status"])
    .identified_by(
        Identity::Indistinct,
        "a repeated notification has the same body as the first",
    )
    .hints(&[(
        RejectionKind::BadSignature,
        "leave the timestamp header of the contact point empty",
    )])
    .documented_at("https://grafana.com/docs/grafana/latest/alerting/configure-notifications/");
