use serde_json::json;

use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::jose::Claims;
use crate::provider::{Coverage, Draft, KEY_ID, Parameter, Provider, Scheme};
use crate::secret::KeyFormat;
use crate::verify::custom::jwt::{At, By, Jwt};

/// Google Cloud Pub/Sub push subscriptions with authentication.
///
/// `Authorization: Bearer` carries an OpenID token (RS256), signed with one of Google's keys. The
/// keys change every few days, so use a [`KeySource`](crate::KeySource):
/// `Endpoint::google_pubsub(SecretSet::fetched()).keys(…)`. The source is only asked for
/// `https://www.googleapis.com/oauth2/v3/certs`. The setting `audience` is the audience of the
/// subscription. The setting `service_account` is the address of the account that the subscription
/// signs as.
///
/// * **The settings `audience` and `service_account` are required.** Anyone with a Google account
///   can have Google sign a token for any audience. Only the verified address identifies the
///   signer.
/// * The token covers nothing of the request. It identifies the sender, like a password that
///   expires within the hour. Until then, anyone who sees a token can send other bodies with it, so
///   use TLS up to your own process.
/// * `iss` must be Google, `email_verified` must be true, and `exp` must be in the future.
/// * The event id is `/message/messageId`. Pub/Sub delivers at least once, and to every
///   subscription.
/// * Answer within the acknowledgement deadline of the subscription. Pub/Sub retries for up to 7
///   days, unless the subscription says otherwise.
///
/// Source: <https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions>
pub const GOOGLE_PUBSUB: Provider = Provider::new("google-pubsub", SCHEME)
    .with_key_format(KeyFormat::PublicKey)
    .id_at(&["/message/messageId", "/message/message_id"])
    .retries_for_secs(7 * 24 * 60 * 60)
    .body_limit(15 * 1024 * 1024)
    .configured_by(&[
        Parameter::setting(AUDIENCE).required(),
        Parameter::identifier(SERVICE_ACCOUNT).required(),
        KEY_ID,
    ])
    .publishes_keys()
    .documented_at("https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions");

const AUDIENCE: &str = "audience";

const SERVICE_ACCOUNT: &str = "service_account";

const ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &TOKEN,
    Coverage::NONE,
    "nothing; a token identifies the sender (JWT, RS256)",
)
.in_header("authorization")];

static TOKEN: Jwt = Jwt {
    header: "authorization",
    prefix: "Bearer ",
    by: By::Key {
        provider: "google-pubsub",
        algorithm: Algorithm::RsaSha256,
        alg: "RS256",
        at: At::Url("https://www.googleapis.com/oauth2/v3/certs"),
    },
    body: None,
    identifies: false,
    check: |claims: &Claims<'_>, asked| {
        let issuer = claims.text("iss")?;
        if !issuer.is_some_and(|issuer| ISSUERS.contains(&issuer)) {
            return Err(RejectionKind::BadSignature);
        }
        claims.is_for(asked.settings.required(AUDIENCE))?;
        claims.is("email", asked.settings.required(SERVICE_ACCOUNT))?;
        claims.is_true("email_verified")?;
        claims.check_times(asked.now, None, true).map(|()| None)
    },
    make: |draft: &Draft<'_>| {
        let text = |name| String::from_utf8_lossy(draft.settings.required(name)).into_owned();
        let now = draft.now.as_secs();
        json!({"aud": text(AUDIENCE), "email": text(SERVICE_ACCOUNT), "email_verified": true,
            "exp": now.saturating_add(3600), "iat": now, "iss": ISSUERS[0]})
    },
};
