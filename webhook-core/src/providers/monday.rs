use serde_json::json;

use crate::jose::Claims;
use crate::provider::{
    Challenge, Coverage, Draft, Handshake, Identity, Parameter, Provider, Reply, Scheme,
};
use crate::verify::custom::jwt::{By, Jwt};

/// monday.com, webhooks of apps.
///
/// `Authorization`: a JSON Web Token and nothing before it, HS256 with the signing secret of the app. The setting `audience` is the URL the app
/// is registered with, which `aud` has to name.
///
/// * The token covers nothing of the request, and ends five minutes after it was made.
/// * **Webhooks that a personal token has made come without any of this**, and are refused: nothing tells them from a forger's.
/// * `/event/triggerUuid` names the trigger, which several subscriptions share, so a delivery is
///   known by its content.
/// * A new webhook is asked to echo the `challenge` of a JSON body. That is unsigned and changes nothing, so it is always answered; a request
///   with a token is never a challenge.
///
/// Source: <https://developer.monday.com/apps/docs/integration-authorization>
pub const MONDAY: Provider = Provider::new("monday", SCHEME)
    .id_at(&["/event/triggerUuid"])
    .type_at(&["/event/type"])
    .answers(Handshake::new(
        Challenge::UnsignedField("/challenge"),
        Reply::Field("challenge"),
    ))
    .identified_by(
        Identity::Content,
        "`triggerUuid` names the trigger, which several subscriptions share",
    )
    .configured_by(&[
        Parameter::secret("signing_secret"),
        Parameter::secret("client_secret"),
        Parameter::setting(AUDIENCE).required(),
        Parameter::identifier("client_id"),
    ])
    .documented_at("https://developer.monday.com/apps/docs/integration-authorization");

const AUDIENCE: &str = "audience";

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &TOKEN,
    Coverage::NONE,
    "nothing: a token of the sender (JWT, HS256)",
)
.in_header("authorization")];

static TOKEN: Jwt = Jwt {
    header: "authorization",
    prefix: "",
    by: By::Secret,
    body: None,
    identifies: false,
    check: |claims: &Claims<'_>, asked| {
        claims.is_for(asked.settings.required(AUDIENCE))?;
        claims.check_times(asked.now, None, true).map(|()| None)
    },
    make: |draft: &Draft<'_>| {
        let audience = String::from_utf8_lossy(draft.settings.required(AUDIENCE));
        let now = draft.now.as_secs();
        json!({"aud": audience, "exp": now.saturating_add(300), "iat": now})
    },
};
