//! The bodies that cost a receiver the most, for every provider, and what they cost.
//!
//! A body comes alone, and around what the provider reads out of one: before its fields, behind
//! them, and in the place of each of their values. None verifies: what a stranger can have us do is
//! the question. `tests/bounds.rs` holds the memory to invariant 8, and `examples/worst_bodies.rs`
//! prints memory and time.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use serde_json::Value;
use webhook_core::providers::unconfirmed;
use webhook_core::{
    Algorithm, Begun, Endpoint, Finished, Head, KeyFormat, Part, Provider, RejectionKind, Signer,
};

use crate::{NOW, Rng, Sent};

const URL: &str = "https://example.com/hook";

/// A throwaway key of the core's own tests.
macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("../vectors/keys/", $name, ".pem"))
    };
}

/// How a body reaches the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "these are the ways of a body, and this crate is not published"
)]
pub enum Arrival {
    /// In pieces of 16 KiB, its length announced, as from a socket.
    InPieces,
    /// The same, without a length.
    Unannounced,
    /// At once, as from a framework that has read it.
    AtOnce,
}

/// A provider, an endpoint for it, and requests that its endpoint reads to their end.
#[derive(Debug)]
pub struct Subject {
    /// The provider.
    pub provider: Provider,
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Signed with a key that is not the endpoint's; all are like it.
    forged: Vec<Sent>,
    signer: Option<Signer>,
}

impl Subject {
    /// Every provider there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let all = Provider::ALL.iter().chain(unconfirmed::ALL);
        all.map(Self::new)
    }

    fn new(provider: &Provider) -> Self {
        let keys = Keys::of(provider);
        let settings = || provider.required_settings();
        let builder = Endpoint::builder(*provider, keys.ours)
            .public_url(URL)
            .clock(NOW);
        let builder = settings().fold(builder, |builder, name| {
            builder.setting(name, setting(name))
        });
        let named = provider.names_keys() && provider.optional_settings().any(|name| name == "kid");
        let builder = match named {
            true => builder.setting("kid", "key-1"),
            false => builder,
        };
        let signer = Signer::new(*provider, keys.theirs).ok().map(|signer| {
            let signer = signer
                .public_url(URL)
                .path_and_query("/hook")
                .event_type("a.b")
                .header("x-request-id", "request-1");
            let signer =
                settings().fold(signer, |signer, name| signer.setting(name, setting(name)));
            let parts = provider.schemes()[0].parts().iter();
            parts.fold(signer, |signer, part| match part {
                Part::Header(name) => signer.header(*name, "signed-1"),
                _ => signer,
            })
        });
        let forged = match &signer {
            Some(signer) => forged(provider, Sent::from(signer.sign(NOW, body()))),
            None => vec![unsigned_form()],
        };
        Self {
            provider: *provider,
            endpoint: builder.build().expect("usable"),
            forged,
            signer,
        }
    }

    /// Calls `visit` with the name of each body and its request, of `size` bytes or slightly less.
    pub fn visit(&self, size: usize, visit: &mut dyn FnMut(&str, &Sent)) {
        let mut schemes = self.provider.schemes().iter();
        let looks_inside =
            schemes.any(|scheme| scheme.needs_full_body() || scheme.words().is_some());
        for sent in &self.forged {
            alone(sent, size, visit);
            // Where the body is only hashed, it does not matter what is in it.
            if !looks_inside {
                continue;
            }
            in_json(sent, size, visit);
            in_form(sent, size, visit);
            in_multipart(sent, size, visit);
            in_token(sent, size, visit);
        }
        // A signer may spell the body longer than it is.
        for (name, body) in json_values(size / 3).into_iter().step_by(4) {
            let Some(signer) = &self.signer else { continue };
            let sent = Sent::from(signer.clone().sign(NOW, format!(r#"{{"a":{body}}}"#)));
            if sent.body.len() <= size {
                visit(&format!("signed: {name}"), &sent);
            }
        }
    }

    /// Has the endpoint read it. What it is told in the end is for the caller to look at.
    ///
    /// # Errors
    ///
    /// Why it was refused.
    pub fn receive(&self, sent: &Sent, arrival: Arrival) -> Result<Finished, RejectionKind> {
        receive(&self.endpoint, sent, arrival)
    }
}

/// The same route as any, and nothing but HMAC over the body: what the others are measured against.
pub fn plain() -> Endpoint {
    let provider = webhook_core::providers::GITHUB;
    let builder = Endpoint::builder(provider, "0123456789abcdef0123456789abcdef");
    builder.body_limit(64 << 20).build().expect("usable")
}

/// A request for [`plain`] with this body.
pub fn plain_request(body: Bytes) -> Sent {
    Sent {
        method: "POST".into(),
        target: "/hook".into(),
        headers: vec![(
            "x-hub-signature-256".into(),
            format!("sha256={}", "0".repeat(64)).into_bytes(),
        )],
        body,
    }
}

/// Has an endpoint read a request.
///
/// # Errors
///
/// Why it was refused.
pub fn receive(
    endpoint: &Endpoint,
    sent: &Sent,
    arrival: Arrival,
) -> Result<Finished, RejectionKind> {
    let mut headers = sent.headers.clone();
    if arrival != Arrival::Unannounced {
        let length = sent.body.len().to_string().into_bytes();
        headers.push(("content-length".into(), length));
    }
    let head = Head {
        method: &sent.method,
        path_and_query: &sent.target,
        headers: &headers,
    };
    let mut intake = match endpoint.begin(&head) {
        Begun::Read(intake) => intake,
        Begun::Refused(rejection) => return Err(rejection.kind()),
        Begun::Answer(_) => return Err(RejectionKind::MethodNotAllowed),
    };
    let refused = |rejection: webhook_core::Rejection| rejection.kind();
    if arrival == Arrival::AtOnce {
        intake.push(sent.body.clone()).map_err(refused)?;
    } else {
        for piece in sent.body.chunks(16 * 1024) {
            intake
                .push(Bytes::copy_from_slice(piece))
                .map_err(refused)?;
        }
    }
    intake.finish().map_err(refused)
}

/// A value of a setting.
fn setting(name: &str) -> &'static str {
    match name {
        "private_key" => key!("rsa-other"),
        _ => "setting-1",
    }
}

/// What the endpoint has, and what a stranger has.
struct Keys {
    ours: &'static str,
    theirs: &'static str,
}

impl Keys {
    fn of(provider: &Provider) -> Self {
        let (ours, theirs) = match (provider.key_format(), algorithm(provider)) {
            (KeyFormat::PublicKey, Some(Algorithm::Ed25519)) => {
                (key!("ed25519.pub"), key!("ed25519-other"))
            }
            (
                KeyFormat::PublicKey,
                Some(
                    Algorithm::EcdsaP256Sha1
                    | Algorithm::EcdsaP256Sha256
                    | Algorithm::EcdsaP256Sha256Fixed,
                ),
            ) => (key!("p256.pub"), key!("p256-other")),
            (KeyFormat::PublicKey, Some(Algorithm::EcdsaP521Sha512Fixed)) => {
                (key!("p521.pub"), key!("p521-other"))
            }
            (KeyFormat::PublicKey, Some(Algorithm::EcdsaSecp256k1Sha256)) => {
                (key!("k256.pub"), key!("k256-other"))
            }
            (KeyFormat::PublicKey, _) => (key!("rsa.pub"), key!("rsa-other")),
            (KeyFormat::Basic, _) => ("user:password-password", "user:another-password"),
            _ => (
                "0123456789abcdefABCDEF0123456789",
                "ABCDEF0123456789abcdef0123456789",
            ),
        };
        Self { ours, theirs }
    }
}

fn algorithm(provider: &Provider) -> Option<Algorithm> {
    provider.schemes()[0].key_algorithm()
}

/// The request, and the other ways to send what is in it.
fn forged(provider: &Provider, sent: Sent) -> Vec<Sent> {
    match provider.name() {
        "dropbox-sign" => {
            let event =
                r#"{"event":{"event_time":"1700000000","event_type":"a","event_hash":"00"}}"#;
            let form = form(&[("json", event)]);
            let other = sent
                .clone()
                .set("content-type", "application/x-www-form-urlencoded")
                .body(form);
            vec![sent, other]
        }
        "mailgun" => {
            let form = form(&[
                ("timestamp", "1700000000"),
                ("token", "a"),
                ("signature", "00"),
            ]);
            vec![sent.clone(), sent.body(form)]
        }
        _ => vec![sent],
    }
}

/// A form with the fields of the providers that sign one and that nothing here signs for.
fn unsigned_form() -> Sent {
    let signature = STANDARD.encode([1; 256]);
    Sent {
        method: "POST".into(),
        target: "/hook".into(),
        headers: Vec::new(),
        body: form(&[("alert_id", "1"), ("p_signature", &signature)]).into(),
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    out.extend_pairs(pairs);
    out.finish()
}

/// A body that has what any of the providers signs values of.
fn body() -> String {
    concat!(
        r#"{"id":"evt_1","type":"a.b","order_id":"1","#,
        r#""status_code":"200","gross_amount":"1.00","amount":1.5,"#,
        "\n    ",
        r#""currency":"KWD","reference":{"gateway":"g","payment":"p"},"#,
        r#""transaction":{"created":"1"},"status":"s","iyziEventType":"e","#,
        "\n    ",
        r#""paymentId":1,"paymentConversationId":"c","value":[{}],"Data":{"a":1},"#,
        r#""Event":{"Name":"PAYMENT_STATUS_CHANGED"},"#,
        "\n    ",
        r#""data":{"transaction":{"id":"1-2","status":"S","amount_in_cents":3}},"#,
        r#""timestamp":1800000000,"notificationItems":[{"NotificationRequestItem":"#,
        r#"{"pspReference":"1","additionalData":{}}}]}"#
    )
    .into()
}

/// `before`, then `unit` as often as there is room, then `after`.
fn fill(before: &str, unit: &str, after: &str, size: usize) -> String {
    let room = size.saturating_sub(before.len() + after.len());
    format!("{before}{}{after}", unit.repeat(room / unit.len()))
}

/// `before`, then numbered units, then `after`.
fn numbered(before: &str, unit: impl Fn(usize) -> String, after: &str, size: usize) -> String {
    let mut out = String::with_capacity(size);
    out.push_str(before);
    for n in 0.. {
        let unit = unit(n);
        if out.len() + unit.len() + after.len() > size {
            break;
        }
        out.push_str(&unit);
    }
    out + after
}

/// Values in JSON, or what begins like one, of this size.
fn json_values(size: usize) -> Vec<(&'static str, String)> {
    let nested = "[".repeat(size / 2) + &"]".repeat(size / 2);
    vec![
        ("arrays in arrays", nested),
        ("many arrays", fill("[", "[0],", "[0]]", size)),
        ("many objects", fill("[", "{},", "{}]", size)),
        ("escapes", fill("\"", "\\n", "\"", size)),
        ("empty names", fill("{", "\"\":0,", "\"\":0}", size)),
        ("open arrays", fill("", "[", "", size)),
        ("open objects", fill("", "{\"a\":", "", size)),
        ("many numbers", fill("[", "0,", "0]", size)),
        ("escaped names", fill("{", "\"\\n\":0,", "\"\":0}", size)),
        (
            "spelled-out names",
            fill("{", "\"\\u0061\":0,", "\"\":0}", size),
        ),
        (
            "numbered names",
            numbered("{", |n| format!("\"{n}\":0,"), "\"\":0}", size),
        ),
        ("members of objects", fill("{", "\"\":{},", "\"\":0}", size)),
        ("members of texts", fill("{", "\"\":\"\",", "\"\":0}", size)),
        ("one text", fill("\"", "a", "\"", size)),
        ("unicode escapes", fill("\"", "\\u00e9", "\"", size)),
        ("surrogates", fill("\"", "\\ud83d\\ude00", "\"", size)),
        ("backslashes", fill("\"", "\\\\", "\"", size)),
        ("letters beyond ASCII", fill("\"", "\u{e9}", "\"", size)),
        ("digits", fill("", "1", "", size)),
        ("a fraction", fill("0.", "1", "", size)),
        ("white space", fill("", " ", "0", size)),
        ("many texts", fill("[", "\"\",", "\"\"]", size)),
    ]
}

/// Values of a field of a form.
fn form_values(size: usize) -> Vec<(&'static str, String)> {
    let (plain, escaped) = (json_values(size), json_values(size / 3));
    let mut values = vec![
        ("letters", fill("", "a", "", size)),
        ("escaped letters", fill("", "%61", "", size)),
        ("spaces", fill("", "+", "", size)),
        ("signs", fill("", "%", "", size)),
        ("pipes", fill("", "a|b%26", "", size)),
    ];
    values.extend(plain.into_iter().filter(|(_, value)| !value.contains('&')));
    for (name, value) in escaped.into_iter().take(8) {
        values.push((
            name,
            form_urlencoded::byte_serialize(value.as_bytes()).collect(),
        ));
    }
    values
}

fn show(visit: &mut dyn FnMut(&str, &Sent), name: &str, sent: &Sent, body: impl Into<Bytes>) {
    let body = body.into();
    visit(name, &sent.clone().body(body));
}

/// Bodies that have nothing of the provider's.
fn alone(sent: &Sent, size: usize, visit: &mut dyn FnMut(&str, &Sent)) {
    for (name, body) in json_values(size) {
        show(visit, name, sent, body);
    }
    for (name, unit) in [
        ("ampersands", "&"),
        ("names of a form", "a&"),
        ("empty pairs", "=&"),
        ("escaped pairs", "%61=%61&"),
        ("escaped letters", "%61"),
        ("spaces of a form", "+"),
        ("dots", "."),
        ("token of parts", "eyJh."),
        ("XML", "<a b=\"c\">"),
        ("entities", "&amp;"),
        ("lines", "\r\n"),
        ("boundaries", "\r\n--webhook"),
        ("letters beyond ASCII", "\u{e9}"),
        ("letters beyond UTF-16", "\u{1f600}"),
        ("zeros", "\0"),
    ] {
        show(visit, name, sent, fill("", unit, "", size));
    }
    let distinct = numbered("", |n| format!("k{n}={n}&"), "", size);
    show(visit, "numbered pairs", sent, distinct);
    let mut rng = Rng::new(7);
    let garbage: Vec<u8> = (0..size).map(|_| rng.byte()).collect();
    show(visit, "garbage", sent, garbage);
    show(visit, "ones", sent, vec![0xff; size]);
}

/// Bodies with the fields of the provider, where they are in JSON.
fn in_json(sent: &Sent, size: usize, visit: &mut dyn FnMut(&str, &Sent)) {
    let Ok(Value::Object(members)) = serde_json::from_slice(&sent.body) else {
        return;
    };
    let document = Value::Object(members);
    let text = document.to_string();
    let inside = &text[1..text.len() - 1];
    let room = size.saturating_sub(text.len() + 8);
    for (name, value) in json_values(room) {
        let before = format!("{{\"~\":{value},{inside}}}");
        show(visit, &format!("{name}, before the fields"), sent, before);
        let behind = format!("{{{inside},\"~\":{value}}}");
        show(visit, &format!("{name}, behind the fields"), sent, behind);
    }
    for pointer in leaves(&document) {
        for (name, value) in json_values(room).into_iter().step_by(3) {
            let body = with(&document, &pointer, &value);
            show(visit, &format!("{name}, as {pointer}"), sent, body);
        }
        let (parent, field) = pointer.rsplit_once('/').unwrap_or_default();
        let again = fill("{", &format!("\"{field}\":0,"), "\"~\":0}", room);
        let body = with(&document, parent, &again);
        show(visit, &format!("{pointer} again and again"), sent, body);
    }
}

/// The locations of the values that the provider may read: those of the body and those of the
/// signature.
fn leaves(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), document)];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Object(members) => open.extend(
                members
                    .iter()
                    .map(|(name, value)| (format!("{pointer}/{name}"), value)),
            ),
            Value::Array(items) => {
                open.extend(items.first().map(|value| (format!("{pointer}/0"), value)));
            }
            _ => found.push(pointer),
        }
    }
    found
}

/// The document with this spelled value at a pointer.
fn with(document: &Value, pointer: &str, value: &str) -> String {
    let mark = "~here~";
    let mut document = document.clone();
    if let Some(place) = document.pointer_mut(pointer) {
        *place = mark.into();
    }
    document.to_string().replace(&format!("\"{mark}\""), value)
}

/// Bodies with the fields of the provider, where they are in a form.
fn in_form(sent: &Sent, size: usize, visit: &mut dyn FnMut(&str, &Sent)) {
    let text = String::from_utf8_lossy(&sent.body);
    let is_form = text.contains('=') && !text.starts_with(['{', '-']);
    if !is_form {
        return;
    }
    let room = size.saturating_sub(text.len() + 8);
    for (name, unit) in [
        ("names of a form", "a&"),
        ("ampersands", "&"),
        ("escaped pairs", "%61=%61&"),
        ("escaped letters", "%61"),
    ] {
        let more = fill("", unit, "", room);
        show(
            visit,
            &format!("{name}, before the fields"),
            sent,
            format!("{more}&{text}"),
        );
        show(
            visit,
            &format!("{name}, behind the fields"),
            sent,
            format!("{text}&{more}"),
        );
    }
    let distinct = numbered("", |n| format!("k{n}={n}&"), "", room);
    show(
        visit,
        "numbered pairs, before the fields",
        sent,
        format!("{distinct}{text}"),
    );
    let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    for (field, _) in &pairs {
        for (name, value) in form_values(room) {
            let mut body = String::new();
            for (other, own) in &pairs {
                let own = form_urlencoded::byte_serialize(own.as_bytes()).collect();
                let spelled = if other == field { &value } else { &own };
                let _ = write!(body, "{other}={spelled}&");
            }
            body.pop();
            show(visit, &format!("{name}, as {field}"), sent, body);
        }
    }
}

/// Bodies in parts.
fn in_multipart(sent: &Sent, size: usize, visit: &mut dyn FnMut(&str, &Sent)) {
    if !sent.body.starts_with(b"--") {
        return;
    }
    let head = "Content-Disposition: form-data; name=\"json\"";
    let end = "\r\n--webhook--\r\n";
    for (name, unit) in [
        ("many parts", "\r\n\r\n\r\n--webhook"),
        (
            "many named parts",
            "\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n--webhook",
        ),
        ("parts without a head", "\r\n--webhook"),
        ("nearly boundaries", "\r\n--webhoo"),
    ] {
        let parts = fill("--webhook", unit, "--\r\n", size);
        show(visit, name, sent, parts);
    }
    for (name, unit) in [
        ("lines of a head", "a\r\n"),
        ("parameters", "Content-Disposition: ;;;;;;;;;;;;;;;\r\n"),
        ("dispositions", "Content-Disposition:x\n"),
    ] {
        let before = "--webhook\r\n";
        let after = format!("{head}\r\n\r\n{{}}{end}");
        show(visit, name, sent, fill(before, unit, &after, size));
    }
    for (name, value) in json_values(size.saturating_sub(200)) {
        for (place, json) in [
            ("alone", value.clone()),
            (
                "before the event",
                format!(
                    "{{\"~\":{value},\"event\":{{\"event_time\":\"1\",\"event_type\":\"a\",\
                     \"event_hash\":\"00\"}}}}"
                ),
            ),
            (
                "as the type",
                format!(
                    "{{\"event\":{{\"event_time\":\"1\",\"event_type\":{value},\
                     \"event_hash\":\"00\"}}}}"
                ),
            ),
        ] {
            let body = format!("--webhook\r\n{head}\r\n\r\n{json}{end}");
            show(visit, &format!("{name}, {place}"), sent, body);
        }
    }
}

/// Bodies that are tokens.
fn in_token(sent: &Sent, size: usize, visit: &mut dyn FnMut(&str, &Sent)) {
    let text = String::from_utf8_lossy(&sent.body);
    let parts: Vec<&str> = text.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        return;
    };
    if !text.starts_with("eyJ") {
        return;
    }
    for (name, value) in json_values(size / 4 * 3 - 1024) {
        let long = URL_SAFE_NO_PAD.encode(value);
        for (place, body) in [
            ("header", format!("{long}.{payload}.{signature}")),
            ("payload", format!("{header}.{long}.{signature}")),
            ("signature", format!("{header}.{payload}.{long}")),
        ] {
            show(visit, &format!("{name}, as {place}"), sent, body);
        }
    }
}
