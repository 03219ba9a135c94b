use std::collections::BTreeMap;

use serde_json::json;

use crate::crypto::constant_time_eq;
use crate::error::RejectionKind;
use crate::jose::Claims;
use crate::provider::{Coverage, Draft, Identity, Parameter, Provider, Scheme};
use crate::verify::custom::digest_of;
use crate::verify::custom::jwt::{By, Jwt, Spelled};

/// Atlassian Connect, webhooks of apps for Jira and Confluence. Webhooks that an administrator makes are [`JIRA`](super::JIRA).
///
/// `Authorization: JWT` and a JSON Web Token, HS256 with the `sharedSecret` of the installation. `qsh` is SHA-256, in hexadecimal digits, over
/// method, path below the base URL of the app, and the sorted query. With the setting `client_key`, `iss` has to be it.
///
/// * **The body is not signed**, nor is the host: method, path and the sorted pairs of the query
///   are, but for one that is called `jwt`. Fetch what matters from Atlassian's API. Tokens that
///   were made for one URL within one second are equal, so a delivery is known by its token and its
///   body, of which one token has at most 16.
/// * Each installation has a secret of its own, and its `clientKey` is the `iss`: an endpoint takes one installation, or several with a
///   secret each.
/// * The path is that of the public URL. Where the base URL of the app has a path of its own, give it as the setting `base_url`.
/// * A token for the context of a page, whose `qsh` is `context-qsh`, is no webhook's and refused. The token ends three minutes after
///   it was made.
///
/// Source: <https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/> and atlassian-jwt@2.0.3 (npm).
pub const ATLASSIAN_CONNECT: Provider = Provider::new("atlassian-connect", SCHEME)
    .type_at(&["/webhookEvent"])
    .identified_by(
        Identity::bodies(16),
        "the token is made for one URL and second; the body is not signed",
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

/// The path of a URL below the base: `/` at its beginning, none at its end.
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

/// Method, path and query as they are hashed. Values of one name stand together, sorted, with commas between.
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

/// All but the unreserved characters of RFC 3986 §2.3 as `%XX`.
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
