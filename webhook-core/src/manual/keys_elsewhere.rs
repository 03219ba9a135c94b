//! Fetched keys: what is fetched, what is not, and what is answered meanwhile.
//!
//! Some senders do not issue one key for good. They name a key with each delivery: the id of a key
//! in a set at their address (Google, Fireblocks, TrueLayer, Pagar.me's Hub), the URL of a
//! certificate (Amazon SNS, PayPal), or the id of a key in their API (Plaid, eBay, Circle, Bitso,
//! Binance Pay, WeChat Pay). There are two ways to handle this:
//!
//! * **Configure the key.** If a sender hardly ever changes its key, this is the simplest and
//!   safest way: nothing is fetched. With the setting `kid` or `cert_url`, the key only counts for
//!   deliveries that name it.
//! * **Configure a `KeySource`**, with [`keys`] of the builder (feature `asymmetric`). Then no key
//!   has to be configured. `HttpsKeys` in the crate `webhook-keys` fetches keys that have an
//!   address. `StaticKeys` holds documents that are configured, for tests and for machines without
//!   a network. For an API with credentials, implement the trait, which has one required function.
//!
//! [`keys`]: crate::EndpointBuilder#method.keys
//!
//! # Attacks, and what stops them
//!
//! * **The delivery names the attacker's URL and is signed with the key there.** An address is only
//!   fetched if it matches the provider's list, character for character.
//! * **It names an internal address: a metadata service, a router.** The same list stops this.
//!   `HttpsKeys` also refuses names that resolve to non-public addresses, IP addresses in place of
//!   names, ports, and redirects.
//! * **It names a thousand keys a second, to flood the provider.** Names that have not verified a
//!   delivery share a budget: 16 fetches at once, 12 a minute.
//! * **It names keys that do not exist, so that genuine deliveries are refused.** A result applies
//!   to that name alone. A name that was not looked up is answered 503, never 401.
//! * **It names keys that exist, to evict others.** Keys that have verified a delivery are stored
//!   separately, and only their sender adds to them.
//! * **It names other keys, so that a withdrawn key stays in use.** The hour of a key counts from
//!   its own fetch.
//! * **It has a large or endless document served.** A fetch is limited to 64 KiB and 2 s.
//! * **The attacker obtains a certificate for PayPal's address.** A certificate is only trusted if
//!   an authority issued it to PayPal's name, and while it is valid.
//! * **The attacker takes the provider's address down.** An unverified delivery never passes. A
//!   cached key is used for a day; other deliveries are answered 503.
//! * **The delivery names another algorithm, `none`, or its own key or key address in a token.**
//!   The provider decides the algorithm. Header members that point to a key or change the token's
//!   meaning are refused.
//! * **It carries a genuine token that was issued for something else.** Audience, issuer, account,
//!   topic or webhook are required settings if nothing else tells tokens apart.
//!
//! # 401 or 503
//!
//! 401 means that the delivery is not genuine: the source was asked for the key and has none, the
//! key is withdrawn, the certificate is not the sender's, or the key did not make the signature.
//!
//! 503 with `Retry-After` means that this is unknown: the source is down or slow or returns
//! something that is not a key, or it was not asked for this name. A genuine sender then retries.
//! The kinds are [`UnknownKey`](crate::RejectionKind::UnknownKey) and
//! [`KeysUnavailable`](crate::RejectionKind::KeysUnavailable); watch the second.
//!
//! # What is cached, and for how long
//!
//! * **A document of keys**: 1 hour from its own fetch; 24 hours while the source fails to return
//!   it again. A withdrawn key is refused within the hour, and an outage of the provider does not
//!   affect known keys.
//! * **A name that does not exist**: 60 s of 401 for this name. It may exist later, and is not
//!   asked for more often.
//! * **A failure**: 10 s of 503 for this document, unless a copy is cached. `Retry-After` says the
//!   same.
//! * **A set of keys that lacks a name**: fetched again after 60 s. A name that arrived before the
//!   set was fetched is answered 401. A name that arrived later is answered 503, since it may have
//!   been added to the set.
//! * **Number of documents**: 128 whose key has verified a delivery, and 32 others. The one with
//!   the oldest fetch is evicted first, and never for one of the other group.
//!
//! A document in which every key is withdrawn replaces the cached one. A key with Plaid's
//! `expired_at` is unknown from then on, and a set without a usable key is answered 503. A document
//! that cannot be parsed, such as an HTML page, counts as a failure.
//!
//! # Floods of invented names
//!
//! Deliveries whose key is cached are not affected. A key that has verified a delivery is outside
//! the budget, so its hourly fetch is not affected either. Only a key that is new to the endpoint
//! is affected: at the first start, or when the provider changes its key.
//!
//! * If one document has all keys (Google, Fireblocks, TrueLayer, Pagar.me's Hub, Stone), one fetch
//!   answers for all names. A new key is answered 503 for at most 60 s.
//! * If each name has its own document (SNS, PayPal, Plaid, eBay, Circle, Bitso, Binance Pay,
//!   WeChat Pay), a new key may find the budget spent and is answered 503. Half of the budget is
//!   for names that come again. A genuine sender retries, and an invented name comes once, so the
//!   key is fetched when its name comes a second time. The latest 65 536 names that found the
//!   budget spent are remembered: a minute of a thousand names a second.
//! * An attacker who sends every invented name twice competes with the new key until it is fetched.
//!   Its deliveries are answered 503 for that long. Configure the key if that is not acceptable.
//!
//! When the budget is spent, a line is logged at level WARN, at most once a minute.
//!
//! The cache and the budget belong to the endpoint and all its clones. They use the endpoint's
//! clock. If the clock is set back, the cache fetches again and does not wait.
//!
//! # Subscriptions
//!
//! Amazon SNS sends no events until an address in its `SubscriptionConfirmation` has been visited.
//! A source that [confirms](crate::KeySource::confirm), as `HttpsKeys` does, makes this request
//! under the same rules as for keys. It does so only for a verified delivery of a configured topic,
//! and only to an address of SNS. For one address there is one request at a time, and after a
//! success none for an hour. The delivery is answered 200 after the request succeeded and 503
//! otherwise, and no handler runs.
//! The end of a subscription reaches the handler, because visiting its address would undo it.
//!
//! # Order of checks
//!
//! The whole body is read, and everything that can be checked without a key is checked first:
//! token, times, claims, topic. Only then is the key fetched.
//! [`Finished::Pending`](crate::Finished::Pending) stands for this wait, and for that of a
//! subscription to be confirmed. The adapters wait three seconds. Until then nothing has been
//! claimed and no handler has run.
