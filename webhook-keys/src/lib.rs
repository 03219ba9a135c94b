//! Fetches public keys and certificates over HTTPS, to verify webhooks. It also confirms Amazon SNS
//! subscriptions, which takes a request to a URL.
//!
//! ```
//! use webhook_core::{Endpoint, SecretSet};
//! use webhook_keys::HttpsKeys;
//!
//! let endpoint = Endpoint::google_pubsub(SecretSet::fetched())
//!     .audience("https://shop.example/hooks/pubsub")
//!     .service_account("push@project-1.iam.gserviceaccount.com")
//!     .keys(HttpsKeys::new()?)
//!     .build()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The engine decides which keys it needs, and when. It asks only for URLs on the provider's
//! allow-list, for each URL once at a time, and for unproven key names within a budget. It caches
//! the results. This crate makes the request safe:
//!
//! * It accepts `https` URLs of a host name on the default port, without user and fragment. The
//!   system's certificates verify the server.
//! * It refuses a host name that resolves to a non-public address: a private network, this machine,
//!   or the metadata service of a cloud.
//! * It follows no redirect and uses no proxy, retry or compression. A request has two seconds, and
//!   a document at most 64 KiB. Only the status 200 is a success.
//!
//! Any other outcome is a [`KeyError`](webhook_core::KeyError), and the engine answers the delivery
//! with 503. There is one exception: if the delivery itself names the document, then 403, 404 and
//! 410 say that it does not exist. The engine answers deliveries that name it with 401 for 60 s.
//!
//! [`HttpsApi`] fetches the objects that unsigned [notifications](webhook_core::notification) name,
//! from the one API that is configured, under the same rules.
//!
//! For a provider whose keys need an authenticated API (Plaid), implement
//! [`KeySource`](webhook_core::KeySource).

#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod https_api;
mod https_keys;
mod public;
mod resolver;
mod url;

pub use error::{ApiSetupError, SetupError};
pub use https_api::HttpsApi;
pub use https_keys::HttpsKeys;

#[cfg(test)]
mod tests;
