//! What a delivery is remembered by, for each kind of scheme.
//!
//! A [`ReplayKey`](crate::ReplayKey) is SHA-256 over consumer, provider, tenant, mode and identity. Each is framed, so that no two
//! lists of them make the same key.
//!
//! * The **consumer** is named by [`consumer`](crate::EndpointBuilder::consumer). Two that share a store and must both run have two
//!   names.
//! * The **tenant** is named by [`tenant`](crate::EndpointBuilder::tenant). The same id at two tenants is two events.
//! * The **mode** is live or test, where the body says so and is vouched for.
//! * The **identity** is the provider's [`Identity`](crate::Identity): an id or a digest of the
//!   signed message, and in some cases more.
//!
//! Not in a key: which secret verified the delivery (or a rotation would run everything again), the signature, the time of
//! the attempt where there is an id, the sender's address.
//!
//! # What is one event
//!
//! `docs/providers.md` has the identity of every provider, and why. These are the kinds:
//!
//! | the provider signs | identity | providers |
//! |---|---|---|
//! | an id that names the event | that id; without one, the content | Stripe, Standard Webhooks, Svix, Square, Slack's events |
//! | a body with ids or times of its own | SHA-256 of the signed message | DocuSign, Paystack, HubSpot, Amazon SNS, PayPal |
//! | equal bodies for different events, and a time or a token for each attempt | the content and that | QStash, Sanity, Plaid, Zendesk |
//! | equal bodies for different events, and nothing to tell them by | the content and **unsigned** labels, of which one content has a bounded number | GitHub and Gitea (64 delivery ids), Shopify (16 topics and ids), WooCommerce |
//! | equal bodies for different events, and no label either | none: copies run, one at a time | Dropbox, Microsoft Graph, EBANX |
//! | nothing: a token vouches for the whole request | the id in the body, or the content and the id in a header | Telegram, Asaas; GitLab with a token, Xendit |
//!
//! The content is the **signed message**, which is not the body where a scheme signs less than the
//! body: a thief could change the rest.
//!
//! # Labels that nobody signs
//!
//! Two events with one content and two delivery ids are two events: the second must not be answered
//! 200 and lost. But a thief who has captured one delivery can invent ids for it. So one content
//! has at most so many labels until it is forgotten, counted by the store in the step that claims
//! ([`LabelBound`](crate::replay::LabelBound)). A copy over the bound is answered as a duplicate,
//! counted as [`Counts::over_bound`](crate::Counts) and logged.
//! [`IdentityPolicy::SignedOnly`](crate::IdentityPolicy) leaves labels out, for an endpoint whose
//! handler must not run twice for one captured delivery, whatever is lost.
//!
//! # Questions
//!
//! Some deliveries wait for an answer that is part of the protocol: the instructions for a call
//! (Twilio, Plivo), the options of a menu (Slack), the response to a command (Discord), a claim to
//! add (Okta, Supabase). An empty 200 is a wrong answer to them, so a copy of a
//! [question](crate::Questions) runs again, after the first has ended. It is known by what is
//! signed for each attempt, so that the same question at another time waits for none.
//!
//! # What follows from it
//!
//! * **A redelivery by hand** is a duplicate if the first one was handled, under the id as by content.
//!   [`Endpoint::forget`](crate::Endpoint::forget) lets it run again.
//! * **A retry with another content** is another event. HubSpot counts attempts in the body, so its
//!   retries run again. So do retries that are signed anew, where the signed time is part of the
//!   identity.
//! * **Known by content** is remembered for at least 30 days unless you say otherwise, because nothing else protects it.
//!
//! # State of a key
//!
//! A key is absent, claimed, released or done. A claim has an owner, a lease and an epoch. The epoch is
//! higher than that of every earlier claim of the key. Only the current owner and epoch can commit
//! or release a claim. After the end of a lease another claim can take over, and the commit of the
//! late owner is then refused. The handler sees its epoch as
//! [`Delivery::fence`](crate::Delivery::fence).
//!
//! Done stays done until its retention ends. The retention counts from the commit, and copies do not
//! extend it. [`ReplayStore`](crate::ReplayStore) has all rules of a record.
//!
//! The record contains a hash of the body, to warn of another payload under the same id. It decides
//! nothing.
