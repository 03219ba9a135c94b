use serde_json::json;

use crate::jose::Claims;
use crate::provider::{
    Challenge, Coverage, Draft, Handshake, Identity, Parameter, Provider, Reply, Scheme,
};
use crate::verify::custom::jwt::{By, Jwt};

/// monday.com webhooks of apps.
///
/// `Authorization` is a JSON Web Token without a prefix, signed with HS256. The secret is the
/// signing secret of the app. The setting `audience` is the URL that the app is registered with;
/// `aud` must name it.
///
/// * The token covers nothing of the request. It expires five minutes after it is issued.
/// * **Webhooks that were created with a personal token arrive without a JSON Web Token** and are
///   refused, because they look like forgeries.
/// * `/event/triggerUuid` names the trigger, which several subscriptions share. So the replay key
///   comes from the body.
/// * The handshake of a new webhook echoes the `challenge` of a JSON body. That request is unsigned
///   and changes nothing, so it is always answered. A request with a token is never a challenge.
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
    "nothing; a token identifies the sender (JWT, HS256)",
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
