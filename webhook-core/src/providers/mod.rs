//! The providers, each a value in a file of its own.
//!
//! To add one: its file, its `mod` line, its row in the table below, and its vectors in `tests/data`. The constructors of
//! every adapter, [`Provider::ALL`], the signer and the property tests follow from the row.

use crate::provider::Provider;

mod asaas;
mod chargebee;
mod codespar;
mod docusign;
mod github;
mod gitlab_token;
mod hubspot;
mod ifthenpay;
mod mercadopago;
mod nextpay;
mod nfeio;
mod paystack;
mod shopify;
mod slack;
mod smartpay;
mod square;
mod standard_webhooks;
mod stripe;
mod svix;

pub use codespar::CODESPAR_V1;

/// The table of providers: hands its rows to a macro, which makes of each what it needs.
///
/// A row is a constructor's name, what it takes, and the value. Adapters use it for their constructors; it is not meant
/// for applications.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_provider {
    ($callback:ident) => {
        $callback! {
            /// Asaas; see [`ASAAS`](webhook_core::providers::ASAAS). A token, so the body is not signed.
            asaas(secret) = ASAAS;
            /// Chargebee; see [`CHARGEBEE`](webhook_core::providers::CHARGEBEE). HTTP Basic, so the body is not signed.
            chargebee(username, password) = CHARGEBEE;
            /// CodeSpar, with and without a signed time; see [`CODESPAR`](webhook_core::providers::CODESPAR).
            codespar(secret) = CODESPAR;
            /// DocuSign Connect; see [`DOCUSIGN`](webhook_core::providers::DOCUSIGN).
            docusign(secret) = DOCUSIGN;
            /// GitHub; see [`GITHUB`](webhook_core::providers::GITHUB).
            github(secret) = GITHUB;
            /// GitLab with a secret token; see [`GITLAB_TOKEN`](webhook_core::providers::GITLAB_TOKEN). The body is not signed.
            gitlab_token(secret) = GITLAB_TOKEN;
            /// HubSpot, signature version 3; see [`HUBSPOT`](webhook_core::providers::HUBSPOT). The URL is signed.
            hubspot(secret, public_url) = HUBSPOT;
            /// ifthenpay; see [`IFTHENPAY`](webhook_core::providers::IFTHENPAY). A key in the query, so nothing is signed.
            ifthenpay(secret) = IFTHENPAY;
            /// Mercado Pago; see [`MERCADOPAGO`](webhook_core::providers::MERCADOPAGO). The body is not signed.
            mercadopago(secret) = MERCADOPAGO;
            /// NextPay (Philippines); see [`NEXTPAY`](webhook_core::providers::NEXTPAY).
            nextpay(secret) = NEXTPAY;
            /// NFe.io; see [`NFEIO`](webhook_core::providers::NFEIO).
            nfeio(secret) = NFEIO;
            /// Paystack; see [`PAYSTACK`](webhook_core::providers::PAYSTACK).
            paystack(secret) = PAYSTACK;
            /// Shopify; see [`SHOPIFY`](webhook_core::providers::SHOPIFY).
            shopify(secret) = SHOPIFY;
            /// Slack; see [`SLACK`](webhook_core::providers::SLACK). Its `url_verification` challenge is answered.
            slack(secret) = SLACK;
            /// Smartpay (Japan); see [`SMARTPAY`](webhook_core::providers::SMARTPAY).
            smartpay(secret) = SMARTPAY;
            /// Square; see [`SQUARE`](webhook_core::providers::SQUARE). The URL is signed.
            square(secret, public_url) = SQUARE;
            /// Any sender that follows the Standard Webhooks specification, with `v1` signatures; see
            /// [`STANDARD_WEBHOOKS`](webhook_core::providers::STANDARD_WEBHOOKS).
            standard_webhooks(secret) = STANDARD_WEBHOOKS;
            /// Stripe; see [`STRIPE`](webhook_core::providers::STRIPE).
            stripe(secret) = STRIPE;
            /// Svix, and what is sent through it; see [`SVIX`](webhook_core::providers::SVIX).
            svix(secret) = SVIX;
        }
    };
}

macro_rules! list {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),+) = $provider:ident;)*) => {
        $(pub use $name::$provider;)*

        impl Provider {
            /// Every provider with a constructor, in alphabetical order, and the variants of them that have none.
            pub const ALL: &[Self] = &[$($provider,)* CODESPAR_V1];
        }
    };
}

for_each_provider!(list);
