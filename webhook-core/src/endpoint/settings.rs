//! The settings of single providers, by name.

use crate::endpoint::EndpointBuilder;
use crate::secret::Secret;

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        /// Settings of single providers. [`build`](EndpointBuilder::build) refuses a setting that
        /// the provider does not have with
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

settings! {
    /// The access key of a Rapyd account. Each delivery signs it.
    access_key;
    /// The API key that a delivery has to name: GetStream, LiveKit, Vonage.
    api_key;
    /// The audience that a token has to be for: the address of a Google Pub/Sub subscription's
    /// endpoint, or of a monday.com webhook.
    audience;
    /// The `Authorization` header that Checkout.com is configured to send beside its signature.
    authorization;
    /// Where an Atlassian Connect app is installed: `https://example.atlassian.net`.
    base_url;
    /// The certificates of the authority that PayPal's certificates have to lead to, in PEM, in
    /// place of the built-in ones.
    ca_certificates;
    /// The address of the certificate whose key is configured: Amazon SNS, PayPal.
    cert_url;
    /// The client key that a token has to be issued by: Atlassian Connect.
    client_key;
    /// The code that Easypay sends with each delivery.
    code;
    /// The user name and password, with a colon between them, that Marqeta sends beside its
    /// signature.
    credentials;
    /// The address of the keys that a delivery has to name: Fireblocks, Stone.
    jwks_url;
    /// The app key that a delivery has to name: Pusher, and Atlassian Connect.
    key;
    /// The name of the configured key, where a delivery says which key signed it.
    kid;
    /// The private key that decrypts Stone's deliveries, in PEM.
    private_key;
    /// The public key of a Braintree gateway, which stands before each signature.
    public_key;
    /// The second signature key of a Box application.
    secondary_secret;
    /// The service account that a Google Pub/Sub subscription signs its deliveries as.
    service_account;
    /// The Amazon SNS topics that are accepted, separated by commas.
    topic_arn;
    /// The id of a PayPal webhook. Each delivery signs it.
    webhook_id;
}
