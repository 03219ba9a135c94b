//! Every default, its bounds, and its reason.
//!
//! Methods are those of [`EndpointBuilder`](crate::EndpointBuilder).
//!
//! # Time
//!
//! | what | default | why |
//! |---|---|---|
//! | [`tolerance`](crate::EndpointBuilder::tolerance) | 300 s to both sides, edges pass | What Stripe, Slack and the Standard Webhooks libraries use. Two-sided, because a time ahead of us stays fresh for longer than anybody meant. At least one second; above 900 s there is a warning, since a capture stays fresh as long. Where a provider's own code or page has another value, that is the provider's default: 5 s of Paddle's, two hours of Cloudinary's. |
//! | form of a time | canonical decimal, at most 19 digits; or RFC 3339, strictly | What is signed is the text, not the number. `+1`, `01` and `1.0` would be other texts for the same number. |
//! | clock gives no answer | 503 | Accepting is a hole, and refusing with 401 would lose the event. |
//!
//! # Body
//!
//! | what | default | why |
//! |---|---|---|
//! | [`body_limit`](crate::EndpointBuilder::body_limit) | 1 MiB; Meta 4 MiB, GitHub 5 MiB | Most events are below 20 KiB. GitHub's own maximum is 25 MB, which few handlers want to hold. |
//! | [`body_timeout`](crate::EndpointBuilder::body_timeout) | 10 s in all | A server sends 1 MiB in far less. |
//! | set aside before bytes come | at most 64 KiB | An announced length costs its sender nothing. |
//! | `Content-Encoding` | absent or `identity`, else 415 | Signatures are over the bytes as sent, and unpacking comes before verifying with no layer here. |
//! | trailers | dropped | No scheme signs them. |
//!
//! # Signatures and secrets
//!
//! | what | default | why |
//! |---|---|---|
//! | signatures in one delivery | 16 | A rotation needs two or three. |
//! | the same, of public keys | 4 | Each costs every key some 15 to 40 µs, and anybody can send them. |
//! | public keys | RSA of 2048 to 8192 bits; no point of small order; parsed once | A weak key is found at the start. White space around PEM is no mistake. |
//! | value of a signature header | 8 KiB | Sixteen signatures fit. |
//! | id | 256 bytes, no control characters | It is a label and part of a key. What is longer in a signed header is 401; in a signed body it is 422. |
//! | secrets | 1 to 8 | Each costs a hash over every body. |
//! | short secrets | a warning below 16 bytes decoded, 24 for Standard Webhooks | Some providers let users choose short ones, so they are not refused. |
//! | white space around a secret | an error | A copying mistake, found at the start and not at the first delivery. |
//!
//! # Replay protection
//!
//! | what | default | why |
//! |---|---|---|
//! | [`handler_timeout`](crate::EndpointBuilder::handler_timeout) | 30 s, then 503 and released | Senders wait 3 to 30 s. Answer first and work later where work takes longer. |
//! | wait for the inner service to be ready | half of that, then 503 and released, not begun | A handler that begins has all of its time, so that waiting for others does not cut it half-way. Both end within the lease. |
//! | [`lease`](crate::EndpointBuilder::lease) | 60 s, at least twice the handler timeout | After a crash, nobody may run the event for so long. Shorter, and a second run could start beside the first. |
//! | [`retention`](crate::EndpointBuilder::retention) | 7 days or twice the provider's retries, whichever is longer | A retry after the record has gone would run again. At least the provider's retries, both tolerances and a minute. |
//! | the same, known by content alone | at least 30 days | Without a signed time, memory is all there is. |
//! | begin of the retention | the last claim or commit | A late retry is known for as long. A copy never extends it, so it ends even if a sender repeats a delivery for ever. |
//! | [`store`](crate::EndpointBuilder::store) | a [`MemoryStore`](crate::MemoryStore) of the endpoint's own, with a warning | It makes the first line of code work. The warning goes when a store is named. |
//! | capacity of a `MemoryStore` | 1 000 000 records, each below 100 bytes | When full, the older half of the done records that are no longer fresh goes. If there are none: 503. |
//! | [`store_timeout`](crate::EndpointBuilder::store_timeout) | 2 s for each call, which goes on in the background | A sender waits for little longer. Cancelling a call may break the store's connection. |
//! | calls in the background | 1024 a layer, then 503 without asking the store | A store that never answers must not pile them up. |
//! | store gives no answer | 503, handler not run | Running without knowing is running twice. |
//! | commit fails | the handler's answer is sent, and the commit is tried again until the lease ends | What the handler did is done. |
//! | same id, other payload | 200, a warning, not run | Providers re-render payloads. The first is the one that counted. |
//!
//! # Answers
//!
//! The table is that of [`Answer`](crate::Answer).
//!
//! | what | default | why |
//! |---|---|---|
//! | not verified | 401, one body | 403 stops some senders for good, and 400 says more than a forger should know. |
//! | in flight, or cannot decide | 503 with `Retry-After`: what is left of the lease, 1 to 30 s; 1 s under overload; else 10 s | The only class that every sender which retries at all will retry. |
//! | done | 200, empty; [`answer_duplicates`](crate::EndpointBuilder::answer_duplicates) changes it | Some senders take 201, 202 or 204 for a failure. |
//! | success of a handler | any 2xx commits | A [`Disposition`](crate::Disposition) in the response's extensions overrides it. |
//! | handlers without a client | 1024 a layer, then 503 | Clients that connect and leave must not pile up work. |
//! | bodies that are not verified | no bound for a server unless one is given; 64 MiB if it is given without a number | How many layers share a server is not for a layer to know. |
//! | lines in the log that a sender can cause | one a second for each kind and endpoint, with the number that were left out; at most 200 characters of a sender's text, escaped | A flood of forgeries must not become a flood of lines. |
//! | a hook, clock or source of keys that panics | logged; the answer is as without the hook, and 503 without a time or a key | A mistake in one must not take the deliveries down. |
