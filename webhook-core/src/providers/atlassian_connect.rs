use std::collections::BTreeMap;

use serde_json::json;

use crate::crypto::constant_time_eq;
use crate::error::RejectionKind;
use crate::jose::Claims;
use crate::provider::{Coverage, Draft, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::digest_of;
use crate::verify::custom::jwt::{By, Jwt, Spelled};

/// Atlassian Connect webhooks of apps for Jira and Confluence. Webhooks that an administrator
/// creates are [`JIRA`](super::JIRA).
///
/// `Authorization: JWT` carries a JSON Web Token, signed with HS256. The secret is the
/// `sharedSecret` of the installation. The claim `qsh` is a hex SHA-256 over the method, the path
/// below the app's base URL, and the sorted query. With the setting `client_key`, `iss` must equal
/// it.
///
/// * **The signature covers neither the body nor the host.** It covers the method, the path and the
///   sorted query pairs, except a pair named `jwt`. Fetch important data from Atlassian's API.
///   Tokens issued for one URL within one second are equal. So the replay key comes from the token
///   and the body, with at most 16 bodies for one token.
/// * Each installation has its own secret, and its `clientKey` is the `iss`. An endpoint serves one
///   installation, or several with one secret each.
/// * The path is that of the public URL. If the app's base URL has a path, configure that URL as
///   the setting `base_url`.
/// * A token for the context of a page has the `qsh` `context-qsh`. It is not a webhook token and
///   is refused. A token expires three minutes after it is issued.
///
/// Source:
/// <https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/> and
/// atlassian-jwt@2.0.3 (npm).
pub const ATLASSIAN_CONNECT: Provider = Provider::new("atlassian-connect", SCHEME)
    .type_at(&["/webhookEvent"])
    .identified_by(
        Identity::bodies(16),
        "a token covers one URL and one second; the body is not covered",
    )
    .configured_by(&[
        Parameter::secret("shared_secret"),
        Parameter::identifier(CLIENT_KEY),
        Parameter::setting(BASE_URL),
        Parameter::identifier("key"),
        Parameter::identifier("public_key"),
    ])
    .documented_at(
        "https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/",
    );

const BASE_URL: &str = "base_url";
const CLIENT_KEY: &str = "client_key";

const SCHEME: &[Scheme] = &[Scheme::with_code(
    &TOKEN,
    Coverage {
        method: true,
        values: true,
        ..Coverage::NONE
    },
    "method, path and query (JWT, HS256)",
)
.in_header("authorization")
.signing_address()];

static TOKEN: Jwt = Jwt {
    header: "authorization",
    prefix: "JWT ",
    by: By::Secret,
    body: None,
    identifies: true,
    check: |claims: &Claims<'_>, asked| {
        if let Some(key) = asked.settings.get(CLIENT_KEY) {
            claims.is("iss", key)?;
        }
        let hash = claims.text("qsh")?.and_then(|hash| Spelled::Hex.read(hash));
        let hash = hash.ok_or(RejectionKind::Malformed)?;
        let path = path(asked.url, asked.settings.get(BASE_URL));
        let request = canonical(asked.head.method, &path, asked.head.query());
        if !constant_time_eq(&hash, &digest_of(request.as_bytes())) {
            return Err(RejectionKind::BadSignature);
        }
        claims.check_times(asked.now, None, true).map(|()| None)
    },
    make: |draft: &Draft<'_>| {
        let now = draft.now.as_secs();
        let key = draft.settings.get(CLIENT_KEY).unwrap_or(b"client-1");
        let path = path(draft.url, draft.settings.get(BASE_URL));
        let query = draft.target.split_once('?').map(|(_, query)| query);
        let request = canonical(draft.method, &path, query);
        json!({"iss": String::from_utf8_lossy(key), "iat": now, "exp": now.saturating_add(180),
            "qsh": Spelled::Hex.write(&digest_of(request.as_bytes()))})
    },
};

/// The path of a URL below the base, with a leading slash and without a trailing one.
fn path(url: &str, base: Option<&[u8]>) -> String {
    let base = base.and_then(|base| std::str::from_utf8(base).ok());
    let below = base.and_then(|base| url.strip_prefix(base.trim_end_matches('/')));
    let below = below.or_else(|| {
        let (_, rest) = url.split_once("://")?;
        rest.find('/').and_then(|at| rest.get(at..))
    });
    let trimmed = below.unwrap_or_default().trim_end_matches('/');
    if trimmed.is_empty() {
        return "/".to_owned();
    }
    trimmed.replace('&', "%26")
}

/// The method, path and query in the form that is hashed. Values of one name are sorted and joined
/// by commas.
fn canonical(method: &str, path: &str, query: Option<&str>) -> String {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        if name != "jwt" {
            values
                .entry(escaped(&name))
                .or_default()
                .push(escaped(&value));
        }
    }
    let pairs = values.into_iter().map(|(name, mut values)| {
        values.sort_unstable();
        format!("{name}={}", values.join(","))
    });
    let query: Vec<_> = pairs.collect();
    format!("{}&{path}&{}", method.to_ascii_uppercase(), query.join("&"))
}

/// The text with every byte except the unreserved characters of RFC 3986 §2.3 written as `%XX`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&const_hex::encode_upper([byte]));
        }
    }
    out
}
