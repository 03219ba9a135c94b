//! The replay key of a delivery, for each kind of scheme.
//!
//! A [`ReplayKey`](crate::ReplayKey) is SHA-256 over consumer, provider, tenant, mode and identity.
//! Each is framed, so that no two lists of them have the same key.
//!
//! * The **consumer** is set by [`consumer`](crate::EndpointBuilder::consumer). Two endpoints that
//!   share a store and must both run have two names.
//! * The **tenant** is set by [`tenant`](crate::EndpointBuilder::tenant). The same id at two
//!   tenants is two events.
//! * The **mode** is live or test, if the body says so and is authenticated.
//! * The **identity** is the provider's [`Identity`](crate::Identity): an id or a digest of the
//!   signed message, and in some cases more.
//!
//! A key does not contain the secret that verified the delivery (or a rotation would run everything
//! again), the signature, the time of the attempt if there is an id, or the sender's address.
//!
//! # Identities
//!
//! `docs/providers.md` lists the identity of every provider, with the reason. These are the kinds:
//!
//! * **The provider signs an id that names the event.** The identity is that id; without one, the
//!   content. Stripe, Standard Webhooks, Svix, Square, Slack's events.
//! * **It signs a body that contains ids or times.** The identity is SHA-256 of the signed message.
//!   DocuSign, Paystack, HubSpot, Amazon SNS, PayPal.
//! * **Equal bodies report different events, and a time or token is signed for each attempt.** The
//!   identity is the content and that time or token. QStash, Sanity, Plaid, Zendesk.
//! * **Equal bodies report different events, and nothing signed distinguishes them.** The identity
//!   is the content and **unsigned** labels, with a bounded number for one content. GitHub and
//!   Gitea (64 delivery ids), Shopify (16 topics and ids), WooCommerce.
//! * **Equal bodies report different events, and there is no label either.** There is no identity:
//!   copies run, one at a time. Dropbox, Microsoft Graph, EBANX.
//! * **Nothing is signed; a token authenticates the whole request.** The identity is the id in the
//!   body (Telegram, Asaas), or the content and the id in a header (GitLab with a token, Xendit).
//!
//! The content is the **signed message**. If a scheme does not sign the whole body, the content is
//! not the body, because an attacker could change the rest.
//!
//! # Unsigned labels
//!
//! Two events with the same content and two delivery ids are two events: the second must not be
//! answered 200 and lost. But an attacker who captured one delivery can invent ids for it. So the
//! number of labels for one content is bounded until the content is forgotten. The store counts
//! them in the step that claims ([`LabelBound`](crate::replay::LabelBound)). A copy over the bound
//! is answered as a duplicate, counted as [`Counts::over_bound`](crate::Counts) and logged.
//!
//! [`IdentityPolicy::SignedOnly`](crate::IdentityPolicy) ignores labels. It is for handlers that
//! must not run twice for one captured delivery, even if an event is lost.
//!
//! # Questions
//!
//! For some deliveries the answer is part of the protocol: instructions for a call (Twilio, Plivo),
//! options of a menu (Slack), the response to a command (Discord), a claim to add (Okta, Supabase).
//! An empty 200 would be a wrong answer. So a copy of a [question](crate::Questions) runs again,
//! after the first has ended. Its key includes what is signed for each attempt, so that the same
//! question at another time does not wait.
//!
//! # Consequences
//!
//! * **A manual redelivery** is a duplicate if the first delivery was handled, whether it is
//!   identified by id or by content. [`Endpoint::forget`](crate::Endpoint::forget) lets it run
//!   again.
//! * **A retry with different content** is another event. HubSpot counts attempts in the body, so
//!   its retries run again. So do retries that are signed again, if the signed time is part of the
//!   identity.
//! * **Deliveries identified by content** are remembered for at least 30 days by default, because
//!   nothing else protects them.
//!
//! # States of a key
//!
//! A key is absent, claimed, released or done. A claim has an owner, a lease and an epoch. The
//! epoch is higher than that of every earlier claim of the key, also after a release. Only the
//! current owner can commit or release a claim, and only with its epoch. A claim whose lease has
//! ended can be taken over; the late owner's commit is then refused. The handler sees its epoch as
//! [`Delivery::fence`](crate::Delivery::fence).
//!
//! A handled event stays handled until its retention ends. The retention counts from the commit,
//! and copies do not extend it. [`ReplayStore`](crate::ReplayStore) lists all rules of a record.
//!
//! A hash of the body is stored with the key, to warn of a different payload under the same id. It
//! does not affect any decision.
