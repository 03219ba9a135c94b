use crate::crypto::Algorithm;
use crate::provider::{Challenge, Handshake, Parameter, Part, Provider, Reply, Scheme};

/// WebSub (PubSubHubbub) content, such as the feeds of YouTube.
///
/// `X-Hub-Signature: <method>=<hex>` is an HMAC over the body. The hub chooses the method:
/// `sha256`, `sha384`, `sha512`, or the legacy `sha1`, which the hub of YouTube uses. The secret is
/// the `hub.secret` of the subscription, at most 200 bytes.
///
/// * A subscription without a secret is not signed and is refused.
/// * The hub verifies a subscription by an unsigned `GET` with `hub.challenge` and
///   `hub.mode=subscribe`, which is answered. Anyone can send one. It does no harm: content of a
///   subscription that somebody else has made is signed with another secret. **A `GET` with
///   `hub.mode=unsubscribe` is refused**, because an answer would let anyone end your subscription.
///   Let it expire.
/// * The body is a feed, mostly Atom. The signature covers no timestamp, so the replay key comes
///   from the body. No event type is read.
///
/// Source: <https://www.w3.org/TR/websub/>.
pub const WEBSUB: Provider = Provider::new(
    "websub",
    &[
        body(Algorithm::HmacSha256, "sha256="),
        body(Algorithm::HmacSha1, "sha1="),
        body(Algorithm::HmacSha384, "sha384="),
        body(Algorithm::HmacSha512, "sha512="),
    ],
)
.with_aliases(&["youtube", "pubsubhubbub"])
.answers(
    Handshake::new(Challenge::Query("GET", "hub.challenge"), Reply::Text)
        .if_query("hub.mode", "subscribe"),
)
.configured_by(&[Parameter::secret("hub_secret")])
.documented_at("https://www.w3.org/TR/websub/");

const fn body(algorithm: Algorithm, prefix: &'static str) -> Scheme {
    Scheme::hmac(algorithm, &[Part::Body])
        .in_header("x-hub-signature")
        .prefix(prefix)
}
