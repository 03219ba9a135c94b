//! Typed methods for the settings of single providers.

use crate::endpoint::EndpointBuilder;
use crate::secret::Secret;

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        /// Settings of single providers. If the provider does not have the setting,
        /// [`build`](EndpointBuilder::build) returns
        /// [`ConfigError::UnknownSetting`](crate::ConfigError::UnknownSetting).
        /// [`setting`](EndpointBuilder::setting) takes the name as text.
        impl EndpointBuilder {
            $(
                $(#[$doc])*
                pub fn $name(self, $name: impl Into<Secret>) -> Self {
                    self.setting(stringify!($name), $name)
                }
            )*
        }
    };
}

/// Settings that are on or off.
impl EndpointBuilder {
    /// Whether Amazon SNS deliveries with signature version 1 are accepted too. Default: `false`,
    /// because version 1 is SHA-1, for which collisions can be computed. Topics sign with it unless
    /// they are changed: see [`AWS_SNS`](crate::providers::AWS_SNS).
    pub fn accept_signature_version_1(self, accept: bool) -> Self {
        self.setting("accept_signature_version_1", accept.to_string())
    }
}

settings! {
    /// The access key of a Rapyd account. Every delivery signs it.
    access_key;
    /// The API key that a delivery must name: GetStream, LiveKit, Vonage.
    api_key;
    /// The required audience of a token: the endpoint address of a Google Pub/Sub subscription or
    /// of a monday.com webhook, or the Microsoft Entra application that Event Grid sends to.
    audience;
    /// The `Authorization` header that Checkout.com sends in addition to its signature.
    authorization;
    /// The address where an Atlassian Connect app is installed: `https://example.atlassian.net`.
    base_url;
    /// The certificate authorities that PayPal's certificates must chain to, in PEM. They replace
    /// the built-in ones.
    ca_certificates;
    /// The address of the certificate whose key is configured: Amazon SNS, PayPal.
    cert_url;
    /// The client key that a token must name as its issuer: Atlassian Connect.
    client_key;
    /// The code that Easypay sends with each delivery.
    code;
    /// The user name and password that Marqeta sends in addition to its signature, separated by a
    /// colon.
    credentials;
    /// The ids of the integrations that a Paymob transaction must name, separated by commas.
    integration_id;
    /// The address of the sender's key set: AdCP, Fireblocks, Stone.
    jwks_url;
    /// The app key that a delivery must name: Pusher and Atlassian Connect.
    key;
    /// The name of the configured key, if deliveries name the key that signed them.
    kid;
    /// The `owner` that a Paymob transaction must name.
    owner;
    /// The private key that decrypts Stone's deliveries, in PEM.
    private_key;
    /// The address of the sender's profile, which a delivery must name: UCP.
    profile_url;
    /// The public key of a Braintree gateway. It precedes each signature.
    public_key;
    /// The second signature key of a Box application.
    secondary_secret;
    /// The service account that signs the deliveries of a Google Pub/Sub subscription.
    service_account;
    /// The Microsoft Entra tenant of the application that Event Grid sends to, as a GUID.
    tenant_id;
    /// The accepted Amazon SNS topics, separated by commas.
    topic_arn;
    /// The name of the header that has the token: AssemblyAI.
    webhook_auth_header_name;
    /// The id of a PayPal webhook. Every delivery signs it.
    webhook_id;
    /// The accepted workspaces of Stark Bank, separated by commas. One key signs for all customers.
    workspace_id;
}
