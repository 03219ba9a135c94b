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
//! | names a thousand keys a second, so that the provider is asked a thousand times | one question at a time for an endpoint, and none for 60 s after a name that nobody knew |
//! | has a large or endless document answered | 64 KiB, 2 s |
//! | gets a certificate of his own to PayPal's address | one is believed for the authority that issued it to PayPal's name, and while it is valid |
//! | takes the provider's address down, so that forgeries pass | nothing passes that is not verified; what was known is used for a day, the rest is 503 |
//! | sends another algorithm, `none`, his own key or its place in a token | the algorithm is the provider's; members of a header that lead elsewhere or change its meaning are refused |
//! | has a genuine token for something else | audience, issuer, account, topic or webhook are settings that cannot be left out where there is no other way to tell |
//!
//! # 401 or 503
//!
//! 401 is for a delivery that is not genuine: no such key, a certificate that is not the sender's, or a signature that its key did not make. 503 with `Retry-After` is for not
//! knowing: a source that is down, slow, or gives what is no key. Then a genuine sender comes again. The kinds are
//! [`UnknownKey`](crate::RejectionKind::UnknownKey) and [`KeysUnavailable`](crate::RejectionKind::KeysUnavailable); watch the second.
//!
//! # What is kept, and for how long
//!
//! | what | how long | why |
//! |---|---|---|
//! | a document of keys | 1 hour; 24 hours while the source fails | a key that was taken back is refused within the hour, and an outage of the provider's is not yours |
//! | a name that is not in a document | 60 s | a set that has just got a new key is asked for again, and no more often |
//! | a name that is not known at all | nothing unknown is asked for during 60 s | names are the sender's, and there is no end of them |
//! | a failure | 10 s | as `Retry-After` says |
//! | how many | 128 documents, of 64 keys each | the oldest goes first |
//!
//! While names that nobody knows are sent, a new key of the provider's may wait those 60 s, and its deliveries are refused with 401 until
//! then. Senders that sign with key pairs announce new keys before they use them, and retry.
//!
//! The cache belongs to the endpoint and all its clones. Its hours are those of the endpoint's clock; a clock that is put back makes
//! it ask again rather than wait.
//!
//! # Subscriptions
//!
//! Amazon SNS sends nothing before its `SubscriptionConfirmation` is answered by a visit to an address in it. A source that
//! [confirms](crate::KeySource::confirm), as `HttpsKeys` does, makes that visit, under the rules that keys are fetched under: only for a delivery that is
//! verified and of a topic that is configured, to an address of SNS's own, one at a time, and once an hour for one address. The delivery is answered 200 when
//! the visit has succeeded, 503 when it has not, and no handler runs. The end of a subscription, whose address would undo it, is for the
//! handler.
//!
//! # In the way of a delivery
//!
//! The whole body is read and all that can be checked without a key is checked first: token, times, claims, topic. Only then a key is asked for, which
//! [`Finished::Pending`](crate::Finished::Pending) stands for, as for a subscription that is to be confirmed. The adapters give it three seconds. Nothing has been claimed by then and no
//! handler runs.
