use crate::crypto::Algorithm;
use crate::provider::{Parameter, Part, Provider, Scheme, Success};

/// HCP Terraform (Terraform Cloud) and Terraform Enterprise run notifications.
///
/// `X-TFE-Notification-Signature` is a hex HMAC-SHA-512 over the body. The secret is the token of
/// the notification configuration.
///
/// * **A configuration without a token is not signed** and is refused.
/// * Terraform sends a signed test at creation and enables the configuration only if it is answered
///   with a 2xx.
/// * The signature covers no timestamp, and a delivery has no id. The body carries the run and the
///   time of its change, so the replay key comes from the body. The event type is
///   `/notifications/0/trigger`.
/// * Any 2xx is success.
/// * Independent descriptions and implementations agree on this scheme. HashiCorp's own page was
///   not read for it.
///
/// Source:
/// <https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations>.
pub const HCP_TERRAFORM: Provider =
    Provider::new(
        "hcp-terraform",
        &[Scheme::hmac(Algorithm::HmacSha512, &[Part::Body])
            .in_header("x-tfe-notification-signature")],
    )
    .with_aliases(&["terraform-cloud", "terraform"])
    .type_at(&["/notifications/0/trigger"])
    .succeeds_with(Success::Any2xx)
    .configured_by(&[Parameter::secret("token")])
    .documented_at(
        "https://developer.hashicorp.com/terraform/cloud-docs/api-docs/notification-configurations",
    );
