//! The order of layers, proxies, public URLs, shutdown, HTTP/2.
//!
//! # Order of layers
//!
//! From the outside in:
//!
//! 1. request ids and tracing, which see every answer, also those of the layers below;
//! 2. a timeout, longer than body timeout and handler timeout together, so that the engine's own come first;
//! 3. the webhook layer;
//! 4. limits of concurrency, for verified deliveries only. A delivery that waits for one for too
//!    long is answered 503, and its handler does not begin: see
//!    [`handler_timeout`](crate::EndpointBuilder::handler_timeout);
//! 5. the handler, and whatever reads or changes the body.
//!
//! In tower, `ServiceBuilder` lists layers from the outside in, and of several `Router::layer` the last is the outermost. So it is in
//! actix-web: of several `wrap`, the last is the outermost.
//!
//! Nothing further out may decompress, decode or rewrite the body. If every signature is wrong, look there first.
//!
//! # Methods
//!
//! Some handshakes come as `GET` or `HEAD` (Meta, eBay, Dropbox, Okta, Trello, Intercom). What stands further out and lets nothing but `POST`
//! through answers them itself, with 405: `Router::layer` sees them, and so does actix-web's `wrap` on a `Resource`, `Scope` or `App`; a
//! `route_layer` behind `post(…)`, or a `wrap` on the `Route` itself, does not.
//!
//! # Bodies
//!
//! *Limits.* The limit of a framework's extractors, such as axum's `DefaultBodyLimit` or actix-web's `PayloadConfig`, does not limit
//! layers; the endpoint has [its own](crate::EndpointBuilder::body_limit), counted as bytes arrive, whatever a `Content-Length` says.
//! After the layer an extractor's limit counts again: in actix-web, `web::Bytes` takes 256 KiB unless told otherwise, and what it
//! refuses is released for the retry. `VerifiedEvent` takes what the endpoint took.
//!
//! *Compression.* A `Content-Encoding` other than `identity` is answered 415, because senders sign the bytes they send. In tower-http,
//! `RequestDecompressionLayer` further out takes that header away with the compression, so that nobody can tell any more: put it
//! inside, or on other routes. actix-web's extractors decompress by themselves, from the payload after the middleware.
//!
//! *Streams.* A body may come chunked, in any number of frames, and without a length. It is hashed as it comes and held until its
//! end, because a handler must not see a byte that is not verified; a body of one frame is never copied. Trailers are dropped: no
//! signature covers them. A body that stops half-way is answered 400, one that takes too long 408.
//!
//! *Memory.* Anybody can send a body, and each is held up to the endpoint's limit until it is
//! verified or refused. `UnverifiedLimit` of the adapters bounds the sum: make one for a server (64
//! MiB unless you say otherwise) and give it to all its layers with `unverified_limit`. What does
//! not fit is answered 503. A layer sees no connections. A server that does can bound each of them
//! too, which matters for HTTP/2, where one connection has many requests at once: it puts a limit
//! into the extensions of each request of the connection; in actix-web, into those of the
//! connection, in `on_connect`. `webhook serve` has both.
//!
//! # Answers
//!
//! A handler has succeeded when it has given its response. That is recorded first, and its body is
//! sent after that. A body that fails after its 200, or that nobody reads to its end, leaves the
//! event done: a retry is a duplicate. Do the work before the response, not in a stream that is its
//! body.
//!
//! # Proxies
//!
//! A proxy must pass on the body byte for byte, and the signature headers once each. Some drop headers with underscores or
//! merge repeated ones. `Forwarded` and `X-Forwarded-*` are never read. Mercado Pago signs `x-request-id`: a proxy or a layer that
//! sets or replaces it makes its signatures wrong.
//!
//! A proxy's timeout should be longer than the handler's. When it gives up earlier, the handler still runs to its end, and the
//! sender's retry is a duplicate of it.
//!
//! Access logs hold the query, and the query holds ifthenpay's key.
//!
//! # Public URL
//!
//! Square and HubSpot sign the URL. [`public_url`](crate::EndpointBuilder::public_url) is the one registered with the provider, to the
//! last slash, without its query. The query is taken from the request as received. The URL is configured and not guessed, because
//! `Host` and the forwarded headers are the sender's to choose. For HubSpot, register a URL without a query.
//!
//! TrueLayer and Contentful sign the path. It is that of the request as the client sent it, also
//! where a framework takes the front of it off for what is inside: the layer of webhook-axum asks
//! axum's `OriginalUri`, and within actix-web's scopes a request keeps its path. For other services
//! that rewrite the URI further out, `original_uri` of the layer of webhook-tower says where the
//! original is.
//!
//! # Several processes
//!
//! A [`MemoryStore`](crate::MemoryStore) belongs to one process. After a load balancer, each process
//! would run its own copy. They need a store that they share: implement
//! [`ReplayStore`](crate::ReplayStore), since this release has no such store. The `conformance`
//! module (feature `conformance`) tests it through two connections. Leases and retention run on the
//! store's clock, so the clocks of the processes matter only for freshness.
//!
//! # Several endpoints
//!
//! Two registrations with one provider each get every event. If their endpoints share a store, each
//! needs a [`consumer`](crate::EndpointBuilder::consumer) name, or one takes the events of the
//! other for its own: 503 while the other runs, 200 without a run afterwards. Building the second
//! without a name is an error where that is certain, and logged as a warning, with the places in
//! the code where both were built, where it may be so.
//!
//! # A store that is slow
//!
//! An adapter waits two seconds for an answer of the store
//! ([`store_timeout`](crate::EndpointBuilder::store_timeout)). If a claim takes longer, the answer is
//! 503. If a commit takes longer, the handler's answer is sent without it. In both cases the call
//! goes on in the background: cancelling it may leave a pooled connection in the middle of a
//! transaction.
//!
//! # Shutdown
//!
//! First stop accepting. Then `drain(timeout)` of the layer: new deliveries are answered 503, which
//! brings them back, and it waits for those being handled, also for those whose client has left,
//! and for commits that are late. A server's own graceful shutdown does not know of the latter.
//! What is killed all the same is claimed until its lease ends, and runs again after that, if the
//! store outlives the process.
//!
//! # When a client leaves
//!
//! Before the body is complete: nothing happened. After that, the handler runs on as a task, its success is recorded, and the retry
//! is a duplicate. It needs a tokio runtime. Task-locals do not come along; the tracing span does.
//!
//! # HTTP/2
//!
//! Works the same. An answer given before the body was read asks to close the connection under HTTP/1, and leaves that header out under
//! HTTP/2, where it is not allowed and only the stream ends.
//!
//! # Secrets
//!
//! Read them from where secrets are kept, not from code. [`Endpoint::replace_secrets`](crate::Endpoint::replace_secrets) swaps them
//! while the application runs, for all clones. During a rotation give both;
//! [`Proof::key_slot`](crate::Proof::key_slot) tells when the old one is no longer used.
//!
//! # What to watch
//!
//! [`Endpoint::counts`](crate::Endpoint::counts) has a counter for each end. `bad_signature` for all deliveries: a wrong secret, or a
//! layer that changes the body. `stale` or `future`: a clock. `in_flight`: a handler slower than
//! the sender waits. `store_unavailable`: the store. `overloaded`: too many handlers without a
//! client, or too much of bodies that are not verified. `lease_lost` should stay at zero. The log
//! target is `webhook`. A hook that panics changes no answer, and is in the log.
