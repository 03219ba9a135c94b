//! Every default, its bounds, and the reason for it.
//!
//! The linked methods are those of [`EndpointBuilder`](crate::EndpointBuilder).
//!
//! # Time
//!
//! * **[`tolerance`](crate::EndpointBuilder::tolerance)**: 300 s in both directions, inclusive.
//!   Stripe, Slack and the Standard Webhooks libraries use the same value. The future is bounded
//!   too, because a timestamp ahead of the clock stays fresh for longer than intended. The minimum
//!   is one second. Above 900 s a warning is logged, since a captured delivery stays fresh for that
//!   long. If a provider's own code or documentation has another value, that is the default for the
//!   provider: 5 s for Paddle, two hours for Cloudinary.
//! * **Form of a timestamp**: a canonical decimal of at most 19 digits, or strict RFC 3339. The
//!   text is signed, not the number, and `+1`, `01` and `1.0` would be other texts for the same
//!   number.
//! * **The clock gives no time**: 503. To accept the delivery would be a vulnerability, and to
//!   refuse it with 401 would lose the event.
//!
//! # Body
//!
//! * **[`body_limit`](crate::EndpointBuilder::body_limit)**: 1 MiB; 4 MiB for Meta and 5 MiB for
//!   GitHub. Most events are smaller than 20 KiB. GitHub's own maximum is 25 MB, which few handlers
//!   want to buffer.
//! * **[`body_timeout`](crate::EndpointBuilder::body_timeout)**: 10 s for the whole body. A server
//!   sends 1 MiB in far less.
//! * **Memory reserved before bytes arrive**: at most 64 KiB. Announcing a length costs the sender
//!   nothing.
//! * **`Content-Encoding`**: absent or `identity`, otherwise 415. Signatures are over the bytes as
//!   sent, and this crate does not decompress before it verifies.
//! * **Trailers**: dropped. No scheme signs them.
//!
//! # Signatures and secrets
//!
//! * **Signatures per delivery**: at most 16. A rotation needs two or three.
//! * **Public-key signatures per delivery**: at most 4. Each costs 15 to 40 µs per key, and anyone
//!   can send them.
//! * **Public keys**: RSA of 2048 to 8192 bits; no point of small order; parsed once. A weak key is
//!   an error at startup. White space around PEM is allowed.
//! * **Value of a signature header**: at most 8 KiB, enough for sixteen signatures.
//! * **Id**: at most 256 bytes, without control characters. It is a label and part of the replay
//!   key. A longer id is refused with 401 in a signed header and with 422 in a signed body.
//! * **Secrets**: 1 to 8. Each costs one hash over every body.
//! * **Short secrets**: a warning is logged below 16 decoded bytes, or 24 for Standard Webhooks.
//!   Some providers let users choose short secrets, so they are not refused.
//! * **White space around a secret**: an error. It is a copying mistake, found at startup and not
//!   at the first delivery.
//!
//! # Replay protection
//!
//! * **[`handler_timeout`](crate::EndpointBuilder::handler_timeout)**: 30 s, then the answer is 503
//!   and the claim is released. Senders wait 3 to 30 s. If the work takes longer, answer first and
//!   work later.
//! * **Wait for the inner service to be ready**: half the handler timeout, then the answer is 503
//!   and the claim is released without running the handler. A handler that starts has its full
//!   timeout, so waiting does not cut it off midway. Both times end within the lease.
//! * **[`lease`](crate::EndpointBuilder::lease)**: 60 s. After a crash, the event cannot run for
//!   that long. A lease shorter than twice the handler timeout is renewed every third of its time,
//!   so that no second run starts during the first. It must be at least six store timeouts, so that
//!   a renewal can be repeated.
//! * **[A lost lease](crate::EndpointBuilder::on_lost_lease)**: the handler is dropped and the
//!   answer is 503. Another run may have begun, and each further write would be a second effect.
//! * **[`retention`](crate::EndpointBuilder::retention)**: 7 days or twice the provider's retry
//!   period, whichever is longer. A retry after the record is gone would run again. The minimum is
//!   the provider's retry period, both tolerances and a minute.
//! * **Retention of deliveries identified by content alone**: at least 30 days. Without a signed
//!   time, only the record stops a replay.
//! * **Start of the retention**: the last claim or commit. A late retry is known for as long as a
//!   prompt one. A copy never extends it, so it ends even if a copy arrives every day.
//! * **[`store`](crate::EndpointBuilder::store)**: a [`MemoryStore`](crate::MemoryStore) for this
//!   endpoint, and a warning. It makes the first line of code work. The warning is gone once a
//!   store is set.
//! * **Capacity of a `MemoryStore`**: 1 000 000 records of less than 100 bytes each. When it is
//!   full, the older half of the done records that are no longer fresh is removed. If there are
//!   none, the answer is 503.
//! * **Answers and notes in a `MemoryStore`**: 64 MiB together, about what a million records take. A
//!   remembered answer has at most 64 KiB, and the oldest ones make room. A note of a dead delivery
//!   has at most 1 KiB.
//! * **[An event that fails every time](crate::EndpointBuilder::dead_letters)**: tried as long as
//!   the sender retries. Only the application knows whether it reads a list of dead events. With
//!   that list, the event is acknowledged after some attempts, so that the sender stops.
//! * **A dead event without that setting**: 503 with `Retry-After: 10`, and no run. A 200 would tell
//!   the sender that it was handled. The record is kept like any other, and a copy runs again after
//!   that.
//! * **[Answers](crate::EndpointBuilder::remember_answers)**: not remembered. Most senders ignore
//!   them, and they may be large.
//! * **[`store_timeout`](crate::EndpointBuilder::store_timeout)**: 2 s per call. The call continues
//!   in the background. A sender does not wait much longer, and cancelling a call may break the
//!   store's connection.
//! * **Store calls in the background**: 1024 per layer, then 503 without asking the store. Calls to
//!   a store that never answers must not pile up.
//! * **[The store gives no answer](crate::EndpointBuilder::on_store_error)**: 503, and the handler
//!   does not run. Without the store's answer it might run twice.
//! * **A commit fails**: the handler's answer is sent, and the commit is retried until the lease
//!   ends. The handler's work cannot be undone. If the work is part of the store's transaction, it
//!   is undone, and the answer is 503.
//! * **Same id, different payload**: 200 and a warning, and the handler does not run. Providers
//!   re-render payloads, and the first one was handled.
//!
//! # Notifications and order
//!
//! * **[Fetches of objects](crate::EndpointBuilder::fetches)**: 16 at a time and 600 in a minute, a
//!   tenth of them at once. Genuine notifications need fewer, and an account at an API has more.
//! * **Body of a notification**: 64 KiB, or less if the endpoint's limit is lower. It has an id.
//! * **An object that the API does not have**: 401, and no further fetch of it for 10 s, in which it
//!   is answered 503. An answer of 401 without a fetch would refuse an object that is there by now.
//! * **[The version of an object](crate::ordering::OrderingGuard::retention)**: 30 days after it was
//!   last raised. No provider retries for longer.
//! * **Objects in a [`MemoryOrdering`](crate::ordering::MemoryOrdering)**: 100 000, about 10 MB.
//!
//! # Answers
//!
//! See the table in [`Answer`](crate::Answer).
//!
//! * **Not verified**: 401 with one body for every reason. After a 403 some senders stop for good,
//!   and a 400 would tell an attacker too much.
//! * **In flight, or undecidable**: 503 with `Retry-After`. Its value is the rest of the lease, 1
//!   to 30 s; under overload 1 s; otherwise 10 s. Every sender that retries at all retries after a
//!   5xx.
//! * **Done**: an empty 200. [`answer_duplicates`](crate::EndpointBuilder::answer_duplicates)
//!   changes it. Some senders count 201, 202 or 204 as a failure.
//! * **Success of a handler**: any 2xx commits. A [`Disposition`](crate::Disposition) in the
//!   response's extensions overrides this.
//! * **Handlers whose client has left**: 1024 per layer, then 503. Clients that connect and leave
//!   must not pile up work.
//! * **Memory for unverified bodies**: no bound per server by default; 64 MiB if a bound is set
//!   without a number. A layer cannot know how many layers share a server.
//! * **Log lines that a sender can cause**: one per second for each kind and endpoint, with the
//!   number of suppressed lines. At most 200 characters of the sender's text are logged, escaped. A
//!   flood of forgeries must not become a flood of log lines.
//! * **A hook, clock or key source panics**: the panic is logged. After a panic in a hook the
//!   answer stays the same; without a time or a key it is 503. A bug in one of them must not lose
//!   deliveries.
