//! The texts of the cells.

use std::time::Duration;

use webhook_core::{
    Algorithm, Challenge, Identity, KeyFormat, Labels, Location, Locator, Parameter, ParameterKind,
    Part, Provider, Questions, Scheme, Success,
};

/// The cell of a value that does not exist or is not known.
pub(crate) const NONE: &str = "–";

pub(crate) fn signed(provider: &Provider) -> String {
    let scheme = first(provider);
    if let Some(words) = scheme.words() {
        return match scheme.coverage() {
            coverage if coverage.body || coverage.is_sender_only() => words.to_owned(),
            _ if words.contains("**not the body**") => words.to_owned(),
            _ => format!("{words}; **not every byte of the body**"),
        };
    }
    let Some(algorithm) = scheme.algorithm() else {
        return format!("nothing; {}", proof(provider, scheme));
    };
    let parts: Vec<_> = scheme.parts().iter().filter_map(part).collect();
    let (algorithm, body) = (name(algorithm), scheme.coverage().body);
    match parts.as_slice() {
        [] => format!("nothing; the {algorithm} of the secret"),
        parts if body => format!("{} ({algorithm})", parts.join(", ")),
        parts => format!("{}; **not the body** ({algorithm})", parts.join(", ")),
    }
}

fn first(provider: &Provider) -> &Scheme {
    let [scheme, ..] = provider.schemes() else {
        unreachable!("a provider has a scheme");
    };
    scheme
}

fn proof(provider: &Provider, scheme: &Scheme) -> &'static str {
    match scheme.location() {
        Location::Query(_) => "a token in the query",
        Location::BodyField(_) => "a token in the body",
        _ if provider.key_format() == KeyFormat::Basic => "HTTP Basic",
        _ => "a token in a header",
    }
}

fn part(part: &Part) -> Option<String> {
    Some(match part {
        Part::Time => "timestamp".to_owned(),
        Part::Id => "id".to_owned(),
        Part::Method => "method".to_owned(),
        Part::Url | Part::UrlDecoding(_) => "URL".to_owned(),
        Part::Body => "body".to_owned(),
        Part::Header(name) => format!("`{name}`"),
        Part::Field(pointer) => format!("`{pointer}` of the body"),
        _ => return None,
    })
}

fn name(algorithm: Algorithm) -> String {
    match algorithm {
        Algorithm::HmacMd5 => "HMAC-MD5",
        Algorithm::HmacSha1 => "HMAC-SHA-1",
        Algorithm::HmacSha256 => "HMAC-SHA-256",
        Algorithm::HmacSha384 => "HMAC-SHA-384",
        Algorithm::HmacSha512 => "HMAC-SHA-512",
        Algorithm::Md5 => "MD5",
        Algorithm::Sha1 => "SHA-1",
        Algorithm::Sha256 => "SHA-256",
        Algorithm::Sha512 => "SHA-512",
        Algorithm::EcdsaP256Sha256 | Algorithm::EcdsaP256Sha256Fixed => "ECDSA P-256, SHA-256",
        Algorithm::EcdsaSecp256k1Sha256 => "ECDSA secp256k1, SHA-256",
        Algorithm::EcdsaP256Sha1 => "ECDSA P-256, SHA-1",
        Algorithm::RsaSha1 => "RSA, SHA-1",
        Algorithm::RsaSha256 => "RSA, SHA-256",
        Algorithm::RsaSha512 => "RSA, SHA-512",
        other => return format!("{other:?}"),
    }
    .to_owned()
}

pub(crate) fn tolerance(provider: &Provider) -> String {
    match first(provider).tolerance() {
        Some(t) if t.past == t.future => format!("{} s", t.past.as_secs()),
        Some(t) => format!(
            "{} s past, {} s future",
            t.past.as_secs(),
            t.future.as_secs()
        ),
        None => NONE.to_owned(),
    }
}

pub(crate) fn time(provider: &Provider) -> String {
    let schemes = provider.schemes();
    let places = distinct(schemes.iter().filter_map(Scheme::time_in_words));
    marked(&places, provider, |scheme| scheme.tolerance().is_some())
}

pub(crate) fn mode(provider: &Provider) -> String {
    match provider.mode_locator() {
        Some(pointer) => fields(&[pointer], provider),
        None => NONE.to_owned(),
    }
}

pub(crate) fn label(provider: &Provider, locator: Locator) -> String {
    match locator {
        Locator::None => NONE.to_owned(),
        Locator::SignedHeader => {
            let headers = provider.schemes().iter().filter_map(Scheme::id_header);
            let names = distinct(headers.map(|name| format!("`{name}`")));
            marked(&names, provider, |scheme| scheme.id_header().is_some())
        }
        Locator::Header(names) => {
            let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            marked(&quoted, provider, |scheme| {
                names
                    .iter()
                    .all(|name| scheme.parts().contains(&Part::Header(name)))
            })
        }
        Locator::Body(pointers) => fields(pointers, provider),
        Locator::Xml(element) => {
            let place = [format!("`{element}` of the XML")];
            marked(&place, provider, |scheme| {
                scheme.signs_field(&format!("/{element}"))
            })
        }
        Locator::Query(name) => {
            let place = [format!("`{name}` of the query")];
            marked(&place, provider, |scheme| scheme.coverage().url)
        }
        other => format!("{other:?}"),
    }
}

fn fields(pointers: &[&str], provider: &Provider) -> String {
    let quoted: Vec<_> = pointers
        .iter()
        .map(|pointer| format!("`{pointer}`"))
        .collect();
    marked(&quoted, provider, |scheme| {
        pointers.iter().all(|pointer| scheme.signs_field(pointer))
    })
}

/// The places with a mark: whether every scheme signs the value there, or some, or none.
fn marked(places: &[String], provider: &Provider, signs: impl Fn(&Scheme) -> bool) -> String {
    if places.is_empty() {
        return NONE.to_owned();
    }
    let schemes = provider.schemes();
    // Code that accepts one of two forms covers less in one of them.
    let has_two_forms =
        |scheme: &Scheme| scheme.words().is_some_and(|words| words.contains(" or "));
    let mark = match schemes.iter().filter(|scheme| signs(scheme)).count() {
        0 => "✗",
        all if all == schemes.len() && !schemes.iter().any(has_two_forms) => "✓",
        _ => "(✓)",
    };
    format!("{} {mark}", places.join(" or "))
}

fn distinct(places: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = Vec::new();
    for place in places {
        if !seen.contains(&place) {
            seen.push(place);
        }
    }
    seen
}

pub(crate) fn success(provider: &Provider) -> String {
    match provider.success() {
        None => NONE.to_owned(),
        Some(Success::Any2xx) => "any 2xx".to_owned(),
        Some(Success::Only200) => "**only 200**".to_owned(),
        Some(Success::OneOf(statuses)) => {
            let statuses: Vec<_> = statuses.iter().map(u16::to_string).collect();
            format!("only {}", statuses.join(", "))
        }
    }
}

pub(crate) fn deadline(provider: &Provider) -> String {
    provider.deadline().map_or_else(|| NONE.to_owned(), span)
}

pub(crate) fn retries(provider: &Provider) -> String {
    match provider.retry_horizon() {
        Duration::ZERO => NONE.to_owned(),
        horizon if provider.keeps_time_on_retry() => {
            format!("{}, with the first timestamp", span(horizon))
        }
        horizon => span(horizon),
    }
}

pub(crate) fn memory(provider: &Provider) -> String {
    provider
        .remembers_for()
        .map_or_else(|| "duplicates run".to_owned(), span)
}

pub(crate) fn identity(provider: &Provider) -> String {
    let content = match first(provider).coverage().is_sender_only() {
        true => "query and body",
        false => "signed message",
    };
    let without_id = match (provider.identity(), provider.identity_without_id()) {
        (Identity::Id, other) => format!("; without one, {}", what(other, content)),
        _ => String::new(),
    };
    format!("{}{without_id}", what(provider.identity(), content))
}

fn what(identity: Identity, content: &str) -> String {
    match identity {
        Identity::Id => "id".to_owned(),
        Identity::Content => content.to_owned(),
        Identity::ContentAndAttempt => format!("{content} and the signed timestamp or token"),
        Identity::ContentAndLabels { labels, at_most } => {
            let labels = match labels {
                Labels::Headers(names) => {
                    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                    names.join(", ")
                }
                Labels::Body => "the body".to_owned(),
                other => format!("{other:?}"),
            };
            match at_most {
                Some(bound) => {
                    format!("{content} and {labels} ✗, at most {bound} for one {content}")
                }
                None => format!("{content}, with {labels}"),
            }
        }
        Identity::Indistinct => "**none: duplicates run**, one at a time".to_owned(),
        other => format!("{other:?}"),
    }
}

pub(crate) fn questions(provider: &Provider) -> String {
    match provider.questions() {
        Questions::None => NONE.to_owned(),
        Questions::All => "all".to_owned(),
        Questions::Forms => "forms".to_owned(),
        Questions::With(pointers) => {
            let pointers: Vec<_> = pointers.iter().map(|name| format!("`{name}`")).collect();
            format!("deliveries with {}", pointers.join(" or "))
        }
        Questions::Except(pointer, text) => format!("deliveries whose `{pointer}` is not `{text}`"),
        other => format!("{other:?}"),
    }
}

pub(crate) fn body_limit(provider: &Provider) -> String {
    const KIB: usize = 1024;
    match provider.default_body_limit() {
        bytes if bytes % (KIB * KIB) == 0 => format!("{} MiB", bytes / (KIB * KIB)),
        bytes if bytes % KIB == 0 => format!("{} KiB", bytes / KIB),
        bytes => format!("{bytes} B"),
    }
}

/// The other names of the provider.
pub(crate) fn aliases(provider: &Provider) -> String {
    let names = provider.aliases().iter();
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    match names.is_empty() {
        true => NONE.to_owned(),
        false => names.join(", "),
    }
}

/// The provider's names for the secret, and how its text becomes the key.
pub(crate) fn secret(provider: &Provider) -> String {
    let is_secret = |known: &&Parameter| known.kind() == ParameterKind::Secret;
    let names = provider.parameters().iter().filter(is_secret);
    let names: Vec<_> = names.map(|known| format!("`{}`", known.name())).collect();
    let format = match provider.key_format() {
        KeyFormat::Utf8 => "the text as shown",
        KeyFormat::Whsec => "`whsec_` and base64, which is decoded",
        KeyFormat::WhsecOrUtf8 => "`whsec_` and base64, or text without that prefix",
        KeyFormat::WhsecOrText => "the text as shown, and decoded if it is `whsec_` and base64",
        KeyFormat::Base64 => "base64, which is decoded",
        KeyFormat::Hex => "hexadecimal digits, which are decoded",
        KeyFormat::Base62 => "base62, which is decoded",
        KeyFormat::Basic => "user name and password",
        KeyFormat::PublicKey if provider.has_published_keys() => "a public key, or fetched",
        KeyFormat::PublicKey => "a public key",
        _ => NONE,
    };
    match names.is_empty() {
        true => format.to_owned(),
        false => format!("{}: {format}", names.join(" or ")),
    }
}

/// The settings of an endpoint. A required one is bold.
pub(crate) fn settings(provider: &Provider) -> String {
    let settings = provider
        .parameters()
        .iter()
        .filter(|known| known.is_setting());
    let shown = settings.map(|known| {
        let name = match known.is_required() {
            true => format!("**`{}`**", known.name()),
            false => format!("`{}`", known.name()),
        };
        match (known.header(), known.kind()) {
            (Some(header), _) => format!("{name} (sent in `{header}`)"),
            (None, ParameterKind::Flag) => format!("{name} (`true` or `false`)"),
            (None, _) => name,
        }
    });
    let url = provider.signs_url().then(|| "**`public_url`**".to_owned());
    let needs_token = provider
        .handshake()
        .is_some_and(|known| known.needs_token());
    let token = needs_token.then(|| "`verify_token`".to_owned());
    let all: Vec<_> = url.into_iter().chain(shown).chain(token).collect();
    match all.is_empty() {
        true => NONE.to_owned(),
        false => all.join(", "),
    }
}

/// Where the signature, token or password is.
pub(crate) fn place(provider: &Provider) -> String {
    let places = provider
        .schemes()
        .iter()
        .map(|scheme| match scheme.location() {
            Location::Header(name) => format!("`{name}`"),
            Location::AnyHeader(names) => {
                let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                names.join(" or ")
            }
            Location::Query(name) => format!("`{name}` of the query"),
            Location::BodyField(pointer) => format!("`{pointer}` of the body"),
            Location::FormField(name) => format!("`{name}` of the form"),
            _ => "see the notes".to_owned(),
        });
    distinct(places).join(" or ")
}

pub(crate) fn methods(provider: &Provider) -> String {
    provider.methods().join(", ")
}

/// A duration in its exact units.
fn span(time: Duration) -> String {
    let secs = time.as_secs();
    let parts = [
        (secs / 86_400, "d"),
        (secs / 3600 % 24, "h"),
        (secs / 60 % 60, "min"),
        (secs % 60, "s"),
        (time.subsec_millis().into(), "ms"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    parts.join(" ")
}

pub(crate) fn handshake(provider: &Provider) -> String {
    let Some(handshake) = provider.handshake() else {
        return NONE.to_owned();
    };
    let challenge = match handshake.challenge() {
        Challenge::Signed { .. } => "a signed delivery".to_owned(),
        Challenge::UnsignedField(pointer) => format!("an unsigned body with `{pointer}`"),
        Challenge::UnsignedForm(field) => format!("an unsigned form with `{field}`"),
        Challenge::Encrypted { value, .. } => format!("an encrypted body with `{value}`"),
        Challenge::UnsignedWithout(name) => format!("an unsigned body without `{name}`"),
        Challenge::Query(method, name) => format!("`{method}` with `{name}` in the query"),
        Challenge::Header(method, name) => format!("an unsigned `{method}` with `{name}`"),
        Challenge::Method(method) => format!("any `{method}`"),
    };
    let challenge = match handshake.probe() {
        Some((field, value)) => format!("{challenge}, or an unsigned form with `{field}={value}`"),
        None => challenge,
    };
    match (handshake.needs_token(), handshake.offers_secret()) {
        (true, _) => format!("{challenge}; needs `verify_token`"),
        (_, true) => format!("{challenge}; needs `on_offered_secret`"),
        _ => challenge,
    }
}
