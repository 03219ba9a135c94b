//! Who attacks a webhook endpoint, what is done about it, and what is not.
//!
//! An endpoint is open to everybody: its URL is all that is needed to send to it. What follows is done for each request, in
//! this order, so that what is cheap comes first and nothing unverified reaches the store or the handler: method, signature
//! headers, freshness, `Content-Encoding`, announced length, body, signature, envelope, claim, handler.
//!
//! # Who has only the URL
//!
//! * **Forges a delivery.** A keyed hash over what the provider signs is compared in constant time and in full length. The
//!   algorithm is the scheme's, never one the request names. Where a header holds several signatures or versions, those of
//!   other versions are ignored and never fallen back to.
//! * **Counts on a door left open.** There is no mode without a secret. An empty, blank or undecodable one, or one with white
//!   space around it, is an error at construction, not a key that everybody knows.
//! * **Makes two readers see two things.** A header or parameter that the scheme needs and that is there twice refuses the
//!   delivery. So does a timestamp that is not a canonical decimal. A JSON key that is there twice on the way to id, type or mode
//!   is refused with 422, because another parser may take the other one.
//! * **Asks until the answer gives something away.** Every reason has the same 401 with the same body.
//! * **Has his own word sent back.** What a challenge echoes is at most 1 KiB of visible ASCII, as plain text or JSON with
//!   `X-Content-Type-Options: nosniff`. A challenge that the provider signs is verified first. One that names a token is answered only
//!   where that is configured, and one that offers a secret only where a hook takes it, once. None changes anything here.
//! * **Has us sign his delivery.** Zoom's and Braintree's challenges are answered with a tag by the
//!   key that signs deliveries. The texts that are answered have a form that what deliveries sign
//!   does not have, and a delivery that signs such a text is refused.
//! * **Names keys that do not exist.** A key that a delivery names is fetched within a budget, and
//!   what comes of it concerns that name alone. See [`keys_elsewhere`](super::keys_elsewhere).
//! * **Costs more than he pays.** Most forgeries end at the headers, and no body is read for them.
//!   A body has a limit and a deadline; at most 64 KiB are set aside before bytes come. Until it is
//!   verified a body costs its own bytes and 64 KiB, and at most twenty times as long as hashing
//!   it, whatever is in it: it is kept once, and no scheme makes a tree of it. At most 16
//!   signatures are looked at, and the body is hashed once for each secret, not for each signature.
//!   Of signatures that a public key verifies there may be 4, since each costs every key tens of
//!   microseconds. `poll_ready` of the layer asks nothing of the service inside, so a forged
//!   request never takes a permit of a concurrency limit there.
//! * **Holds memory.** What is held of bodies before they are verified can be bounded for a whole
//!   server, and for a connection: see [deployment](super::deployment). A delivery that waits for a
//!   key holds no place of those that are verified.
//! * **Fills the log.** Each kind of line that a sender can cause is logged at most once a second;
//!   the counters are complete. Nothing a sender chose is in a log line as it came.
//!
//! # Who has captured a delivery
//!
//! * **Sends it again.** The store knows it, for as long as it remembers. Where a time is signed the delivery also goes stale, and
//!   the store remembers longer than that.
//! * **Sends it under another id.** An id in an unsigned header is never part of the [replay key](super::keys).
//! * **Changes what is not signed.** [`Proof::coverage`](crate::Proof::coverage) says what is. Ids and types in unsigned headers are
//!   labels, and [`covers_id`](crate::Proof::covers_id) and [`covers_type`](crate::Proof::covers_type) are false for them. Mercado
//!   Pago signs no body: fetch the object from its API.
//! * **Takes the token out of it.** Schemes with a token or a password sign nothing. Whoever sees one request can make others.
//!   Only TLS stands before that.
//!
//! # Nobody at all
//!
//! Most trouble is not an attack. A sender retries while the handler is at work: 503, and the handler does not run twice. It retries
//! because an answer was lost: 200, and it does not run. A client leaves: the handler finishes. The process dies: the claim ends with
//! its lease, and the retry runs. The store is down: 503 until it is back.
//!
//! # What is not done
//!
//! * TLS, and limits on connections, requests and head sizes: those are the server's and the proxy's.
//! * Lists of IP addresses. They are no proof, and behind a proxy they are whatever a header says.
//! * Guarding a payload. It comes from the provider, and may still hold text that a customer of yours chose.
//! * Wiping what is not ours: a [`Secret`](crate::Secret) and the hash states made of it are wiped when they are dropped, the
//!   text it was read from is yours.
//! * Keeping a provider honest, or its key secret. Who can verify a keyed hash can make it; only schemes with a public key, of the
//!   feature `asymmetric`, leave the receiver nothing to lose.
