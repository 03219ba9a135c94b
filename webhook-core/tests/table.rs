//! `PROVIDERS.md` is what the table of providers says. After a change, write it anew:
//! `UPDATE_TABLE=1 cargo test -p webhook-core --all-features --test table`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use webhook_core::providers::{self, unconfirmed};
use webhook_core::{
    Algorithm, KeyFormat, Location, Part, Provider, Scheme, Value, for_each_provider,
};

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),+) = $provider:ident;)*) => {
        fn constructor(provider: &Provider) -> Option<String> {
            let rows = [$((
                providers::$provider,
                stringify!($name),
                [$(stringify!($argument)),+].join(", "),
            )),*];
            let (_, name, arguments) = rows.into_iter().find(|(known, ..)| known == provider)?;
            Some(format!("`{name}({arguments})`"))
        }
    };
}

for_each_provider!(constructors);

#[test]
#[cfg_attr(
    not(feature = "asymmetric"),
    ignore = "the table has the providers of all features"
)]
fn the_written_table_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../PROVIDERS.md");
    let table = table();
    if env::var_os("UPDATE_TABLE").is_some() {
        fs::write(&path, &table).unwrap();
    }
    match fs::read_to_string(&path) {
        Ok(written) => assert_eq!(written, table, "see the head of this file"),
        Err(_) => eprintln!("SKIPPED: no PROVIDERS.md beside the crate"),
    }
}

fn table() -> String {
    let mut providers: Vec<_> = Provider::ALL.iter().collect();
    providers.sort_by_key(|provider| provider.name());
    let mut out = format!(
        "# Providers\n\n\
         {} presets. The constructors are those of `WebhookLayer` and `Endpoint`; the others are built with\n\
         `Endpoint::builder(providers::NAME, secret)`. Each has a page in the documentation of `webhook_core::providers` that says what its\n\
         id is worth, how its sender retries, what traps there are and where all that is from.\n\n\
         Those of Ed25519, ECDSA and RSA are behind the feature `asymmetric`. What is configured for them is a public key.\n\n\
         Where nothing is signed, a token says who sent the request, and nothing about what is in it.\n\n\
         | name | constructor | signed | tolerance |\n|---|---|---|---|\n",
        providers.len(),
    );
    for provider in providers {
        let constructor = constructor(provider).unwrap_or_else(|| "–".to_owned());
        row(&mut out, provider, &constructor);
    }
    out.push_str(
        "\n## Unconfirmed\n\n\
         What is known of these is others' word alone. They are values of `webhook_core::providers::unconfirmed` without a constructor;\n\
         try one against your own account first.\n\n\
         | name | constructor | signed | tolerance |\n|---|---|---|---|\n",
    );
    for provider in unconfirmed::ALL {
        row(&mut out, provider, "–");
    }
    out
}

fn row(out: &mut String, provider: &Provider, constructor: &str) {
    let [scheme, ..] = provider.schemes() else {
        unreachable!("a provider has a scheme");
    };
    let (name, page) = (provider.name(), provider.docs());
    let tolerance = match scheme.tolerance() {
        Some(t) if t.past == t.future => format!("{} s", t.past.as_secs()),
        Some(t) => format!("{} s, {} s ahead", t.past.as_secs(), t.future.as_secs()),
        None => "–".to_owned(),
    };
    let signed = signed(provider, scheme);
    writeln!(
        out,
        "| [`{name}`]({page}) | {constructor} | {signed} | {tolerance} |"
    )
    .unwrap();
}

fn signed(provider: &Provider, scheme: &Scheme) -> String {
    if let Some(words) = scheme.words() {
        return match scheme.coverage() {
            coverage if coverage.body || coverage.is_sender_only() => words.to_owned(),
            _ => format!("{words}; **not every byte of the body**"),
        };
    }
    let Some(algorithm) = scheme.algorithm() else {
        return format!("nothing: {}", proof(provider, scheme));
    };
    let parts = scheme.parts().iter().filter_map(part);
    let parts: Vec<_> = parts.collect();
    let coverage = scheme.coverage();
    match parts.as_slice() {
        [] => format!("nothing: the secret's {}", name(algorithm)),
        parts if coverage.body => format!("{} ({})", parts.join(", "), name(algorithm)),
        parts => format!(
            "{}; **not the body** ({})",
            parts.join(", "),
            name(algorithm)
        ),
    }
}

fn proof(provider: &Provider, scheme: &Scheme) -> &'static str {
    match scheme.location() {
        Location::Query(_) => "a token in the query",
        Location::BodyField(_) | Location::FormField { .. } => "a token in the body",
        _ if provider.secret_format() == KeyFormat::Basic => "HTTP Basic",
        _ => "a token in a header",
    }
}

fn part(part: &Part) -> Option<String> {
    Some(match part {
        Part::Time => "time".to_owned(),
        Part::Id => "id".to_owned(),
        Part::Method => "method".to_owned(),
        Part::Url => "URL".to_owned(),
        Part::Body => "body".to_owned(),
        Part::Login => "login".to_owned(),
        Part::Header(name) => format!("`{name}`"),
        Part::Field(pointer) => format!("`{pointer}` of the body"),
        Part::Optional { value, .. } => match value {
            Value::Header(name) => format!("`{name}`"),
            Value::Query(name) | Value::QueryLowercase(name) => format!("`{name}` of the query"),
            _ => return None,
        },
        _ => return None,
    })
}

fn name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::HmacMd5 => "HMAC-MD5",
        Algorithm::HmacSha1 => "HMAC-SHA-1",
        Algorithm::HmacSha256 => "HMAC-SHA-256",
        Algorithm::HmacSha384 => "HMAC-SHA-384",
        Algorithm::HmacSha512 => "HMAC-SHA-512",
        Algorithm::Md5 => "MD5",
        Algorithm::Sha1 => "SHA-1",
        Algorithm::Sha256 => "SHA-256",
        #[cfg(feature = "asymmetric")]
        Algorithm::Ed25519 => "Ed25519",
        #[cfg(feature = "asymmetric")]
        Algorithm::EcdsaP256Sha256 | Algorithm::EcdsaP256Sha256Fixed => "ECDSA P-256, SHA-256",
        #[cfg(feature = "asymmetric")]
        Algorithm::EcdsaP256Sha1 => "ECDSA P-256, SHA-1",
        #[cfg(feature = "asymmetric")]
        Algorithm::RsaSha1 => "RSA, SHA-1",
        #[cfg(feature = "asymmetric")]
        Algorithm::RsaSha256 => "RSA, SHA-256",
        #[cfg(feature = "asymmetric")]
        Algorithm::RsaSha512 => "RSA, SHA-512",
        other => unreachable!("{other:?} has no name here"),
    }
}
