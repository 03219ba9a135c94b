use serde_json::json;

use crate::crypto::Algorithm;
use crate::error::RejectionKind;
use crate::jose::Claims;
use crate::provider::{
    Challenge, CheckInput, Coverage, Draft, Handshake, Identity, KEY_ID, Parameter, Provider, Reply,
    Scheme, Success, When,
};
use crate::secret::{KeyFormat, Settings};
use crate::time::UnixTime;
use crate::verify::custom::jwt::{At, By, Jwt};

/// Azure Event Grid deliveries in the Event Grid schema, with a token of Microsoft Entra ID.
///
/// `Authorization: Bearer` carries an access token (RS256) that Entra made for Event Grid. Its keys
/// change, so use a [`KeySource`](crate::KeySource):
/// `Endpoint::azure_event_grid_entra(SecretSet::fetched()).keys(…)`. The source is only asked for
/// the key set of your tenant, at `https://login.microsoftonline.com/<tenant>/discovery/`.
///
/// * **The settings `tenant_id` and `audience` are required**: the tenant of the webhook's Entra
///   application, as a GUID, and its application id, or its application id URI if the subscription
///   names that. Entra makes tokens for everybody; these two say that one is for you.
/// * The token must be of Event Grid itself: `appid` (tokens of version 1) or `azp` (version 2) is
///   its application id in the public cloud. Other clouds, such as that of the US government, have
///   other ids and addresses, and are refused. So are deliveries with the managed identity of a
///   namespace.
/// * `iss` must be the tenant, and `exp` must be in the future.
/// * The token covers nothing of the request. It identifies the sender, like a password that
///   expires within the day. Until then, anyone who sees a token can send other bodies with it, so
///   use TLS up to your own process.
/// * Since 2021 Event Grid lets only an owner of the application, or who has its role, subscribe
///   it. Before you trust a topic, look at `/0/topic` all the same.
/// * The handshake is a `SubscriptionValidationEvent` with that token. It is answered here and
///   reaches no handler. Everything else is as of [`AZURE_EVENT_GRID`](super::AZURE_EVENT_GRID).
///
/// Source: <https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery> and its scripts,
/// <https://learn.microsoft.com/entra/identity-platform/access-tokens> and
/// <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference> (read on
/// 2026-11-30).
pub const AZURE_EVENT_GRID_ENTRA: Provider = common("azure-event-grid-entra")
    .id_at(&["/0/id"])
    .type_at(&["/0/eventType"])
    .answers(Handshake::new(
        Challenge::Signed {
            when: When::Text(
                "/0/eventType",
                "Microsoft.EventGrid.SubscriptionValidationEvent",
            ),
            value: "/0/data/validationCode",
        },
        Reply::Field("validationResponse"),
    ));

/// Azure Event Grid deliveries in the CloudEvents 1.0 schema, with a token of Microsoft Entra ID;
/// otherwise like [`AZURE_EVENT_GRID_ENTRA`].
///
/// The handshake is that of [`AZURE_EVENT_GRID_CLOUDEVENTS`](super::AZURE_EVENT_GRID_CLOUDEVENTS).
/// The event id is `/id`, and the event type is `/type`.
///
/// Source: as of [`AZURE_EVENT_GRID_ENTRA`].
pub const AZURE_EVENT_GRID_ENTRA_CLOUDEVENTS: Provider =
    common("azure-event-grid-entra-cloudevents")
        .id_at(&["/id"])
        .type_at(&["/type"])
        .answers(Handshake::new(
            Challenge::Header("OPTIONS", "webhook-request-origin"),
            Reply::Header("webhook-allowed-origin"),
        ));

const fn common(name: &'static str) -> Provider {
    Provider::new(name, SCHEME)
        .with_key_format(KeyFormat::PublicKey)
        .identified_by(
            Identity::Content,
            "a delivery may be a batch of events, each with an id",
        )
        .answers_within_millis(30_000)
        .retries_for_secs(24 * 3600)
        .succeeds_with(Success::OneOf(&[200, 201, 202, 203, 204]))
        .configured_by(
            const {
                &[
                    Parameter::identifier(TENANT).required(),
                    Parameter::setting(AUDIENCE).required(),
                    KEY_ID,
                ]
            },
        )
        .publishes_keys()
        .documented_at("https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery")
}

const TENANT: &str = "tenant_id";
const AUDIENCE: &str = "audience";

/// The application id of Event Grid in the public cloud.
const EVENT_GRID: &str = "4962773b-9cdb-44cf-a8bf-237846a00ab7";

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
        provider: "azure-event-grid-entra",
        algorithm: Algorithm::RsaSha256,
        alg: "RS256",
        at: At::Made(|settings, claims| {
            let tenant = tenant(settings)?;
            let version = match claims.text("iss") == Ok(Some(&issuer(&tenant, 1))) {
                true => "",
                false => "v2.0/",
            };
            let host = "https://login.microsoftonline.com";
            Some(format!("{host}/{tenant}/discovery/{version}keys"))
        }),
    },
    body: None,
    identifies: false,
    check,
    make: |draft: &Draft<'_>| {
        let audience = draft.settings.required(AUDIENCE);
        let tenant = tenant(draft.settings).unwrap_or_default();
        let now = draft.now.as_secs();
        json!({"aud": String::from_utf8_lossy(audience), "iss": issuer(&tenant, 2), "tid": tenant,
            "iat": now, "nbf": now, "exp": now.saturating_add(3600), "azp": EVENT_GRID,
            "ver": "2.0"})
    },
};

fn check(claims: &Claims<'_>, asked: &CheckInput<'_>) -> Result<Option<UnixTime>, RejectionKind> {
    let tenant = tenant(asked.settings).ok_or(RejectionKind::BadSignature)?;
    let (issuers, found) = ([1, 2].map(|version| issuer(&tenant, version)), claims.text("iss")?);
    let client = match issuers.iter().position(|issuer| found == Some(issuer)) {
        Some(0) => "appid",
        Some(_) => "azp",
        None => return Err(RejectionKind::BadSignature),
    };
    claims.is(client, EVENT_GRID.as_bytes())?;
    claims.is_for(asked.settings.required(AUDIENCE))?;
    claims.check_times(asked.now, None, true).map(|()| None)
}

/// The tenant in lower case. It becomes a part of an address, so it must be plain.
fn tenant(settings: &Settings) -> Option<String> {
    let text = std::str::from_utf8(settings.required(TENANT)).ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    text.bytes()
        .all(plain)
        .then(|| text.to_ascii_lowercase())
}

/// The issuer of the tenant's tokens of this version.
fn issuer(tenant: &str, version: u8) -> String {
    match version {
        1 => format!("https://sts.windows.net/{tenant}/"),
        _ => format!("https://login.microsoftonline.com/{tenant}/v2.0"),
    }
}
