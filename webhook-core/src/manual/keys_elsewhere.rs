//! Keys that live elsewhere: what is fetched, what is not, and what is answered meanwhile.
//!
//! Some senders do not hand out a key once and for all. They name one with each delivery: the id of a key in a set at their address
//! (Google, Fireblocks, TrueLayer, Pagar.me's Hub), the URL of a certificate (Amazon SNS, PayPal), the id of a key behind their API (Plaid, eBay,
//! Circle, Bitso, Binance Pay, WeChat Pay). There are two ways.
//!
//! * **The key is configured.** Where a sender changes its key about never, this is the simplest and the safest thing: nothing is fetched.
//!   With the setting `kid` or `cert_url` it is the key of that name only.
//! * **A `KeySource` is configured**, with [`keys`] of the builder (feature `asymmetric`), and no key need be. `HttpsKeys` of the crate
//!   `webhook-keys` fetches what has an address; `StaticKeys` has documents that are written down, for tests and for machines without a
//!   network; for an API with credentials, write your own, which is one function.
//!
//! [`keys`]: crate::EndpointBuilder#method.keys
//!
//! # What a forger could want, and why he does not get it
//!
//! | he | so |
//! |---|---|
//! | names a URL of his own, and signs with the key that is there | an address is on the provider's list, character for character, or it is not asked for |
//! | names something inside: a metadata service, a router | the same; and `HttpsKeys` refuses names that lead to addresses that are not public, addresses in the place of names, ports, redirects |
//! | names a thousand keys a second, so that the provider is asked a thousand times | names that have verified nothing have a budget: 16 fetches at once, 12 a minute |
//! | names keys that do not exist, so that genuine deliveries are refused | what is known of a name is known of that name alone; a name that was not asked for is 503, never 401 |
//! | names keys that do exist, so that others are forgotten | keys that have verified a delivery are kept apart, and only their sender adds to them |
//! | names other keys, so that a withdrawn one stays in use | the hour of a key counts from its own fetch |
//! | has a large or endless document answered | 64 KiB, 2 s |
//! | gets a certificate of his own to PayPal's address | one is believed for the authority that issued it to PayPal's name, and while it is valid |
//! | takes the provider's address down, so that forgeries pass | nothing passes that is not verified; what was known is used for a day, the rest is 503 |
//! | sends another algorithm, `none`, his own key or its place in a token | the algorithm is the provider's; members of a header that lead elsewhere or change its meaning are refused |
//! | has a genuine token for something else | audience, issuer, account, topic or webhook are settings that cannot be left out where there is no other way to tell |
//!
//! # 401 or 503
//!
//! 401 is for a delivery that is not genuine: the source was asked for its key and has none, the
//! key is withdrawn, the certificate is not the sender's, or the key did not make the signature.
//! 503 with `Retry-After` is for not knowing: a source that is down, slow, or gives what is no key,
//! and a name that the source was not asked for. Then a genuine sender sends again. The kinds are
//! [`UnknownKey`](crate::RejectionKind::UnknownKey) and
//! [`KeysUnavailable`](crate::RejectionKind::KeysUnavailable); watch the second.
//!
//! # What is kept, and for how long
//!
//! | what | how long | why |
//! |---|---|---|
//! | a document of keys | 1 hour from its own fetch; 24 hours while the source fails to give this document again | a key that was withdrawn is refused within the hour, and an outage of the provider's is not yours |
//! | a name that does not exist | 60 s of 401 for this name | it may exist later, and is asked for no more often |
//! | a failure | 10 s of 503 for this document, unless it is kept | as `Retry-After` says |
//! | a set of keys in which a name is missing | fetched again after 60 s | a name that came before the set was fetched is 401; one that came later is 503, since the set may have got it since |
//! | how many documents | 128 whose key has verified a delivery, and 32 others | the one that was fetched the longest ago goes first, and never for one of the other kind |
//!
//! A document in which every key is withdrawn ends what was known: a key with Plaid's `expired_at`
//! is unknown from then on, and a set without a key that can be used is answered 503. A document
//! that is none at all, such as a page in HTML, counts as a failure.
//!
//! # What a flood of invented names can do
//!
//! Deliveries whose key is kept are not affected. A key that has verified a delivery is outside the
//! budget, so its hourly fetch is not affected either. What is left is a key that is new to the
//! endpoint: at the first start, or when the provider changes it.
//!
//! * Where one document has all keys (Google, Fireblocks, TrueLayer, Pagar.me's Hub, Stone), one
//!   fetch answers for all names. A key that is new is 503 for at most 60 s.
//! * Where each name is a document (SNS, PayPal, Plaid, eBay, Circle, Bitso, Binance Pay, WeChat
//!   Pay), a new key may find the budget spent and is
//!   503. Half of the budget is for names that come back. A genuine sender retries, and an invented
//!   name comes once, so the key is fetched when it comes a second time. The latest 65 536 names
//!   that found the budget spent are remembered: a minute of a thousand names a second.
//! * Who sends every invented name twice competes with the new key, name for name, until it is
//!   fetched. Its deliveries are 503 for that long. Configure the key where that is not acceptable.
//!
//! A log line at level WARN, at most once a minute, says that the budget is spent.
//!
//! The cache and the budget belong to the endpoint and all its clones. Their hours are those of the
//! endpoint's clock; a clock that is put back makes the cache ask again rather than wait.
//!
//! # Subscriptions
//!
//! Amazon SNS sends nothing before its `SubscriptionConfirmation` is answered by a visit to an
//! address in it. A source that [confirms](crate::KeySource::confirm), as `HttpsKeys` does, makes
//! that visit, under the rules that keys are fetched under: only for a delivery that is verified
//! and of a topic that is configured, to an address of SNS's own: for one address once at a time,
//! and once an hour. The delivery is answered 200 when the visit has succeeded, 503 when it has
//! not, and no handler runs. The end of a subscription, whose address would undo it, is for the
//! handler.
//!
//! # In the way of a delivery
//!
//! The whole body is read and all that can be checked without a key is checked first: token, times, claims, topic. Only then a key is asked for, which
//! [`Finished::Pending`](crate::Finished::Pending) stands for, as for a subscription that is to be confirmed. The adapters give it three seconds. Nothing has been claimed by then and no
//! handler runs.
