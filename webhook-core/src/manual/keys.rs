//! What a delivery is remembered by, for each kind of scheme.
//!
//! A [`ReplayKey`](crate::ReplayKey) is SHA-256 over consumer, provider, tenant, mode and identity. Each is framed, so that no two
//! lists of them make the same key.
//!
//! * The **consumer** is named by [`consumer`](crate::EndpointBuilder::consumer). Two that share a store and must both run have two
//!   names.
//! * The **tenant** is named by [`tenant`](crate::EndpointBuilder::tenant). The same id at two tenants is two events.
//! * The **mode** is live or test, where the body says so and is vouched for.
//! * The **identity** is an id or a digest of the content, and is made of authenticated values only.
//!
//! Not in a key: which secret verified the delivery (or a rotation would run everything again), the signature, the time of
//! the attempt where there is an id, the sender's address.
//!
//! # Identity, by kind of scheme
//!
//! | kind | providers | identity | freshness |
//! |---|---|---|---|
//! | the id is signed, in a header | Standard Webhooks (with `v1a` too), Svix | that id | 300 s |
//! | the id is in the signed body, a time is signed | Stripe, Slack, Smartpay, CodeSpar with a time, Telnyx, Binance Pay, WeChat Pay | that id | 300 s |
//! | the id is in the signed body, no time | Square, NextPay, Circle, eBay, Pagar.me Hub | that id | none: as long as it is remembered |
//! | the id is in an unsigned header | GitHub, Shopify, Wise | digest of the body; for Shopify also the topic | none |
//! | no id, or one that may repeat | DocuSign, Paystack, NFe.io, HubSpot, CodeSpar without a time, events of Discord, SendGrid, Fireblocks | digest of the body | HubSpot 300 s, Discord 900 s, SendGrid 25 h, else none |
//! | the same content may be another event, a time is signed | Zendesk, Sanity | digest of the body and the time | 300 s |
//! | the same content may be another event, no time | Dropbox, EBANX | none: copies run | none |
//! | fields of the body are signed, not its bytes | Amazon SNS, PayPal | digest of what is signed | SNS 70 min, PayPal 73 h |
//! | a token of the sender, the id is in the body | Google Pub/Sub, monday.com | that id, which the token vouches for | until the token ends |
//! | the hash of the body in a token, the id in the body | LiveKit, Fireblocks, TrueLayer | that id | LiveKit until the token ends, else none |
//! | the hash of the body in a token, no id | Plaid (with the time), QStash, MessageBird, Vonage | digest of the body | 300 s, or until the token ends |
//! | the body is not signed | Mercado Pago, Moov | digest of what is signed | 300 s |
//! | nothing is signed, the id is in the body | Asaas, Chargebee | that id, which the token vouches for | none |
//! | nothing is signed, the id is in an unsigned header | GitLab with a token | digest of the body | none |
//! | nothing is signed, the id is in the query | ifthenpay | that id; without one, digest of the query without the token, and of the body | none |
//!
//! A delivery that should have an id and has none, such as a form of Slack's, is known by its content.
//!
//! # What follows from it
//!
//! * **A redelivery by hand** is a duplicate if the first one was handled, under the id as by content.
//!   [`Endpoint::forget`](crate::Endpoint::forget) lets it run again.
//! * **Two events with one content** are one, where only content tells them apart. Shopify sends one body under several topics, so
//!   the topic is part of the key there, although it is not signed: whoever captured a delivery could run it once more under
//!   another topic.
//! * **A retry with another content** is another event. HubSpot counts attempts in the body, so its retries run again.
//! * **Known by content** is remembered for at least 30 days unless you say otherwise, because nothing else protects it.
//!
//! # State of a key
//!
//! Absent, claimed, released or done. A claim has an owner, a lease and an epoch that is higher with each claim, over releases
//! too. A claim is committed or released by its own owner and epoch only. A lease that has ended may be taken over, and the
//! late owner's commit is then refused. Done stays done until its retention ends. The handler sees its epoch as
//! [`Delivery::fence`](crate::Delivery::fence).
//!
//! A hash of the body is kept beside the key, to warn of another payload under the same id. It decides nothing.
