//! Order of layers, proxies, public URLs, shutdown, HTTP/2.
//!
//! # Order of layers
//!
//! From the outside in:
//!
//! 1. request ids and tracing, which see every answer, including those of the layers below, and an
//!    `AccessLayer`;
//! 2. a timeout that is longer than body timeout and handler timeout together, so that the engine's
//!    own timeouts come first;
//! 3. the webhook layer;
//! 4. concurrency limits, which then apply to verified deliveries only. A delivery that waits too
//!    long for one is answered 503, and its handler does not start: see
//!    [`handler_timeout`](crate::EndpointBuilder::handler_timeout);
//! 5. the handler, and everything that reads or changes the body.
//!
//! In tower, `ServiceBuilder` lists layers from the outside in. With several `Router::layer` calls,
//! the last is the outermost. The same holds for actix-web: the last `wrap` is the outermost.
//!
//! No outer layer may decompress, decode or rewrite the body. If every signature is wrong, look
//! there first.
//!
//! # Methods
//!
//! Some handshakes arrive as `GET` or `HEAD` (Meta, eBay, Dropbox, Okta, Trello, Intercom). A
//! router that only accepts `POST` answers them with 405 before the layer sees them.
//! `Router::layer` sees them, and so does actix-web's `wrap` on a `Resource`, `Scope` or `App`. A
//! `MethodRouter::route_layer`, or a `wrap` on the `Route` itself, does not.
//!
//! # Bodies
//!
//! *Limits.* The limit of a framework's extractors, such as axum's `DefaultBodyLimit` or
//! actix-web's `PayloadConfig`, does not apply to layers. The endpoint has [its own
//! limit](crate::EndpointBuilder::body_limit). It counts the bytes that arrive and does not trust
//! `Content-Length`. Inside the layer, an extractor's limit applies again. In actix-web,
//! `web::Bytes` accepts 256 KiB by default; a delivery that it refuses is released for the retry.
//! `VerifiedEvent` accepts whatever the endpoint accepted.
//!
//! *Compression.* A `Content-Encoding` other than `identity` is answered 415, because senders sign
//! the bytes they send. If tower-http's `RequestDecompressionLayer` is an outer layer, it removes
//! the header together with the compression, so the change cannot be detected. Put it inside, or on
//! other routes. actix-web's extractors decompress by themselves, from the payload after the
//! middleware.
//!
//! *Streams.* A body may be chunked, in any number of frames, and without a length. It is hashed as
//! it arrives and buffered until it ends, because a handler must not see unverified bytes. A body
//! of one frame is never copied. Trailers are dropped, because no signature covers them. A body
//! that ends early is answered 400, and one that takes too long 408.
//!
//! *Memory.* Anyone can send a body, and each is buffered up to the endpoint's limit until it is
//! verified or refused. `UnverifiedLimit` in the adapters bounds the sum. Create one per server (64
//! MiB by default) and pass it to all its layers with `unverified_limit`. A body that does not fit
//! is answered 503. A layer does not see connections. A server that does can bound each connection
//! too, which matters for HTTP/2 and its many concurrent requests per connection. To do so, it puts
//! a limit into the extensions of each request of the connection; in actix-web, into those of the
//! connection, in `on_connect`. `webhook serve` has both.
//!
//! # Answers
//!
//! A handler has succeeded when it has returned its response. The success is recorded first, and
//! the response body is sent after that. If the body fails after its 200, or the client does not
//! read all of it, the event stays done and a retry is a duplicate. Do the work before the
//! response, not in a streaming body.
//!
//! # Proxies
//!
//! A proxy must pass the body on byte for byte, and each signature header exactly once. Some drop
//! headers with underscores or merge repeated ones. The engine never reads `Forwarded` and
//! `X-Forwarded-*`. The `AccessLayer` of webhook-tower and webhook-axum reads `X-Forwarded-For` and
//! `X-Forwarded-Proto`, if it is told which proxies to believe. Mercado Pago signs `x-request-id`:
//! a proxy or layer that sets or replaces it breaks the signatures.
//!
//! A proxy's timeout should be longer than the handler's. If the proxy gives up earlier, the
//! handler still runs to completion, and the sender's retry is a duplicate.
//!
//! Access logs contain the query, and ifthenpay sends its key in the query.
//!
//! # Public URL
//!
//! Square and HubSpot sign the URL. Set [`public_url`](crate::EndpointBuilder::public_url) to the
//! URL registered with the provider, up to the last slash and without its query. The query is taken
//! from the request as received. The URL is configured and not guessed, because the sender chooses
//! `Host` and the forwarded headers. For HubSpot, register a URL without a query.
//!
//! TrueLayer and Contentful sign the path. It is the path as the client sent it, even if a
//! framework strips a prefix for inner services. The layer of webhook-axum reads axum's
//! `OriginalUri`, and within actix-web's scopes a request keeps its path. For other outer services
//! that rewrite the URI, tell the layer of webhook-tower with `original_uri` where the original is.
//!
//! # Several processes
//!
//! A [`MemoryStore`](crate::MemoryStore) belongs to one process. Behind a load balancer each
//! process would run its own copy of an event. Such processes need a shared store, such as that of
//! `webhook-postgres`, or of `webhook-sqlite` on one machine. For another database, implement
//! [`ReplayStore`](crate::ReplayStore). The `conformance` module (feature `conformance`) tests it
//! through two connections. Leases and retention use the store's clock, so the clocks of the
//! processes only matter for freshness.
//!
//! [`Endpoint::check_store`](crate::Endpoint::check_store) says at startup what is wrong with the
//! set-up of a database, for example that it may evict records. A database keeps what has expired
//! until it is purged: each store does that by itself, or an application calls
//! [`ReplayStore::sweep`](crate::ReplayStore::sweep).
//!
//! # Effects and record in one transaction
//!
//! A claim, the handler's writes and the commit are three transactions, and a crash between them
//! leaves one of two failures. A *zombie record* is a record without its effects: the event is lost.
//! A *ghost effect* is an effect without its record: the event runs again. A store in a separate
//! database cannot avoid both. It accepts ghost effects, so that no event is lost.
//!
//! If the handler writes to the same database, a transactional store avoids both. It claims the
//! event in a transaction and lends that transaction to the handler
//! ([`Delivery::transaction`](crate::Delivery::transaction)). It commits before the sender gets its
//! 200.
//!
//! # Long handlers
//!
//! The claim of a handler that runs longer than its lease is renewed.
//! [`Delivery::lease`](crate::Delivery::lease) tells the handler if the claim is lost all the same:
//! after a pause of the process, or while the store cannot be reached. By default the handler is
//! then dropped. A [`Fence`](crate::Fence) in its own conditional writes keeps an older run from
//! overwriting a newer one.
//!
//! # Dead events
//!
//! With [`dead_letters`](crate::EndpointBuilder::dead_letters), an event that has failed too often
//! is dead. It is acknowledged, so that the sender stops, and no copy of it runs.
//! [`Endpoint::dead_letters_after`](crate::Endpoint::dead_letters_after) lists dead events with
//! their notes. After [`revive`](crate::Endpoint::revive) an event runs when its next copy arrives:
//! the sender has stopped, so ask the provider to redeliver it.
//! [`forget`](crate::Endpoint::forget) removes its record. Watch the counter `buried`.
//!
//! # Several endpoints
//!
//! Two registrations with one provider each receive every event. If their endpoints share a store,
//! each needs a [`consumer`](crate::EndpointBuilder::consumer) name. Otherwise each treats the
//! other's events as its own: 503 while the other runs, 200 without a run afterwards. If building
//! the second without a name is certainly a mistake, it is an error. If it may be one, a warning is
//! logged with the places in the code where both were built.
//!
//! # Slow stores
//!
//! An adapter waits two seconds for the store
//! ([`store_timeout`](crate::EndpointBuilder::store_timeout)). A claim that takes longer is
//! answered 503. A commit that takes longer does not delay the handler's answer. In both cases the
//! call continues, because cancelling it midway may leave a pooled connection in the middle of a
//! transaction.
//!
//! # Shutdown
//!
//! First stop accepting connections. Then call `drain(timeout)` on the layer. It answers new
//! deliveries 503, so that they are retried, and waits for running handlers, including those whose
//! client has left, and for late commits. A server's own graceful shutdown does not know about the
//! latter two. A handler that is killed nevertheless stays claimed until its lease ends. After that
//! the event runs again, if the store outlives the process.
//!
//! # Clients that leave
//!
//! If a client leaves before the body is complete, nothing happens. If it leaves later, the handler
//! continues as a task, its success is recorded, and the retry is a duplicate. This needs a tokio
//! runtime. The span of the delivery is carried over; task-locals are not.
//!
//! # HTTP/2
//!
//! HTTP/2 works the same. An answer that is sent before the body was read asks to close the
//! connection under HTTP/1. Under HTTP/2 that header is not allowed and is omitted; only the stream
//! ends.
//!
//! # Secrets
//!
//! Read secrets from a secret manager, not from code.
//! [`Endpoint::replace_secrets`](crate::Endpoint::replace_secrets) swaps them while the application
//! runs, for all clones. During a rotation configure both.
//! [`Proof::key_slot`](crate::Proof::key_slot) shows when the old one is no longer used.
//!
//! # What to watch
//!
//! [`Endpoint::counts`](crate::Endpoint::counts) has a counter for each outcome:
//!
//! * `bad_signature` for all deliveries: a wrong secret, or a layer that changes the body.
//! * `stale` or `future`: a wrong clock.
//! * `in_flight`: a handler that is slower than the sender's timeout.
//! * `buried`: events that are dead now. `dead_acknowledged` and `dead`: copies of them.
//! * `store_unavailable`: the store.
//! * `overloaded`: too many handlers whose client has left, or too many bytes of unverified bodies.
//! * `lease_lost` and `leases_lost`: should stay at zero.
//! * `unprotected`: handlers that ran without the store.
//!
//! With the feature `metrics`, the recorder of the crate `metrics` gets the same counters, durations
//! and levels: see [`metrics`](crate::metrics). `docs/observability.md` of the repository lists
//! them, and `examples/observability` has alerts for them.
//!
//! Each delivery has a span, `delivery`, that ends with its settlement. The handler runs in it. The
//! target of spans and log lines is `webhook`. A hook that panics changes no answer, and is logged.
