//! Who attacks a webhook endpoint, which attacks are stopped, and which are not.
//!
//! An endpoint is open to everyone: its URL is enough to send to it. Each request is checked in
//! this order, so that cheap checks come first and nothing unverified reaches the store or the
//! handler: method, signature headers, freshness, `Content-Encoding`, announced length, body,
//! signature, envelope, claim, handler.
//!
//! # An attacker who knows only the URL
//!
//! * **Forges a delivery.** The keyed hash over the signed message is compared in constant time and
//!   in full length. The scheme decides the algorithm, never the request. If a header has
//!   signatures of several versions, other versions are ignored and never used as a fallback.
//! * **Exploits a missing secret.** There is no mode without a secret. A secret that is empty,
//!   blank or undecodable, or has white space around it, is an error at construction.
//! * **Makes two parsers see two things.** If a header or parameter that the scheme needs is
//!   present twice, the delivery is refused. So is a timestamp that is not a canonical decimal. A
//!   duplicate JSON key on the path to id, type or mode is refused with 422, because another parser
//!   may use the other value.
//! * **Probes for the reason of a refusal.** Every reason has the same 401 with the same body.
//! * **Reflects attacker-chosen text.** The answer to a challenge echoes at most 1 KiB of visible
//!   ASCII, as plain text or JSON with `X-Content-Type-Options: nosniff`. A challenge that the
//!   provider signs is verified first. A challenge with a verify token is only answered if the
//!   token is configured, and one that offers a secret only if a hook accepts it, once. No
//!   challenge changes state in this crate.
//! * **Has a challenge signed, to use the tag for a delivery.** Zoom's and Braintree's challenges
//!   are answered with a tag by the key that signs deliveries. Only texts that cannot be the signed
//!   message of a delivery are answered, and a delivery that signs such a text is refused.
//! * **Names keys that do not exist.** Keys are fetched within a budget, and a result only affects
//!   the name that was asked for. See [`keys_elsewhere`](super::keys_elsewhere).
//! * **Causes more work than it costs to send.** Most forgeries are refused by their headers, and
//!   their body is not read. A body has a limit and a deadline, and at most 64 KiB are reserved
//!   before bytes arrive. An unverified body costs its own size and 64 KiB of memory, and at most
//!   twenty times the time of hashing it, whatever it contains. It is stored once, and no scheme
//!   builds a tree from it. At most 16 signatures are checked, and the body is hashed once per
//!   secret, not once per signature. Public-key signatures are limited to 4, since each costs tens
//!   of microseconds per key. `poll_ready` of the layer does not poll the inner service, so a
//!   forged request never takes a permit of an inner concurrency limit.
//! * **Exhausts memory.** The memory for unverified bodies can be bounded per server and per
//!   connection: see [deployment](super::deployment). A delivery that waits for a key does not
//!   count against verified ones.
//! * **Fills the log.** Each kind of line that a sender can cause is logged at most once a second.
//!   The counters are complete. Text chosen by a sender is escaped before it is logged.
//!
//! # An attacker who captured a delivery
//!
//! * **Sends it again.** The store recognises it for as long as the retention. If a time is signed,
//!   the delivery also becomes stale, before the store forgets it.
//! * **Sends it under another id.** An id in an unsigned header is only part of a [replay
//!   key](super::keys) if nothing signed distinguishes events. One content then runs at most a
//!   bounded number of times.
//! * **Changes what is not signed.** [`Proof::coverage`](crate::Proof::coverage) says what is
//!   signed. Ids and types in unsigned headers are labels; [`covers_id`](crate::Proof::covers_id)
//!   and [`covers_type`](crate::Proof::covers_type) are false for them. Mercado Pago signs no body:
//!   fetch the object from its API.
//! * **Extracts the token.** Schemes with a token or a password sign nothing, and one captured
//!   request is enough to make others. Only TLS prevents the capture.
//!
//! # Faults without an attacker
//!
//! Most trouble is not an attack:
//!
//! * A sender retries while the handler runs. The answer is 503, and the handler does not run
//!   twice.
//! * A sender retries because the answer was lost. The answer is 200, and the handler does not run.
//! * A client leaves. The handler finishes.
//! * The process dies. The claim ends with its lease, and the retry runs.
//! * The store is down. The answer is 503 until it is back.
//!
//! # What is not covered
//!
//! * TLS, and limits on connections, requests and head sizes. The server and the proxy provide
//!   them.
//! * Lists of IP addresses. An address does not authenticate a sender. Behind a proxy, a header
//!   sets it. Who has to have such a list, a limit of requests per address, or a refusal of plain
//!   HTTP, finds them in the `AccessLayer` of webhook-tower and webhook-axum.
//! * The content of a payload. It comes from the provider, and may still contain text that one of
//!   your customers chose.
//! * Wiping memory outside this crate. A [`Secret`](crate::Secret) and the hash states made from it
//!   are wiped when they are dropped. The text that it was read from is not.
//! * The provider's honesty, and the secrecy of its key. Anyone who can verify a keyed hash can
//!   also make one. Only schemes with a public key (feature `asymmetric`) leave the receiver no
//!   secret to lose.
