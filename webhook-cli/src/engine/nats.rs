//! NATS JetStream.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use webhook_relay::JetStream;
use webhook_relay::async_nats::jetstream::{self, Context};
use webhook_relay::async_nats::{ConnectError, ConnectOptions, ServerAddr};

use super::credentials::{self, PASSWORD, Parts, USERNAME};
use super::{AnyEngine, EngineKind, EngineSettings};
use crate::config::EntryError;

pub(super) const KIND: EngineKind = EngineKind {
    key: super::NATS,
    keys: &[
        CREDENTIALS,
        DOMAIN,
        ONE_SUBJECT_PER_KEY,
        PASSWORD,
        SERVERS,
        STREAM,
        SUBJECT,
        TOKEN,
        USERNAME,
    ],
    read,
};

fn read(settings: &EngineSettings<'_>) -> Result<AnyEngine, EntryError> {
    let urls = settings.one_or_more(SERVERS, r#""nats://127.0.0.1:4222""#)?;
    let servers = servers(&urls)?;
    let target = Arc::new(Target {
        proof: proof(settings, servers.userinfo)?,
        uses_tls: servers.uses_tls,
        servers: servers.addresses,
        domain: name(settings, DOMAIN)?,
    });
    let subject = settings.required(SUBJECT, r#""webhooks.{provider}.{type}""#)?;
    let connect = move || {
        let target = target.clone();
        async move { target.connect().await }
    };
    let engine = JetStream::connecting(connect, &subject);
    let mut engine = engine.map_err(|error| EntryError::new(SUBJECT, error.to_string()))?;
    if let Some(stream) = name(settings, STREAM)? {
        engine = engine.only_into(stream);
    }
    if settings.flag(ONE_SUBJECT_PER_KEY)? {
        engine = engine.one_subject_per_key();
    }
    Ok(AnyEngine::new(engine, servers.place))
}

/// What a client is made of.
struct Target {
    servers: Vec<ServerAddr>,
    proof: Proof,
    uses_tls: bool,
    domain: Option<String>,
}

/// What proves to the server who connects.
enum Proof {
    None,
    Password(String, String),
    Token(String),
    /// The content of a file of credentials: a JWT and the seed of its key.
    Credentials(String),
}

impl Target {
    async fn connect(&self) -> Result<Context, ConnectError> {
        let options = match &self.proof {
            Proof::None => ConnectOptions::new(),
            Proof::Password(username, password) => {
                ConnectOptions::with_user_and_password(username.clone(), password.clone())
            }
            Proof::Token(token) => ConnectOptions::with_token(token.clone()),
            Proof::Credentials(text) => ConnectOptions::with_credentials(text)?,
        };
        let options = options.name("webhook").require_tls(self.uses_tls);
        let client = options.connect(&self.servers[..]).await?;
        Ok(match &self.domain {
            Some(domain) => jetstream::with_domain(client, domain),
            None => jetstream::new(client),
        })
    }
}

struct Servers<'a> {
    addresses: Vec<ServerAddr>,
    /// The one user of all of them.
    userinfo: Option<&'a str>,
    uses_tls: bool,
    place: String,
}

/// Reads the URLs. The client logs them, so it gets them without the user.
fn servers(urls: &[String]) -> Result<Servers<'_>, EntryError> {
    let mut all: Vec<Parts<'_>> = Vec::new();
    let mut addresses = Vec::new();
    for url in urls {
        let parts = Parts::of(url, "nats");
        let address = parts.origin().parse::<ServerAddr>();
        let address = address.ok().filter(|address| !address.host().is_empty());
        match address {
            Some(address) if SCHEMES.contains(&parts.scheme) && is_root(parts.rest) => {
                addresses.push(address);
            }
            _ => return Err(EntryError::new(SERVERS, NOT_A_SERVER)),
        }
        all.push(parts);
    }
    let first = all.first();
    // A server that the others name later is reached as all of them are.
    if all
        .iter()
        .any(|one| Some(one.scheme) != first.map(|first| first.scheme))
    {
        return Err(EntryError::new(SERVERS, MIXED));
    }
    let mut users = all.iter().filter_map(|one| one.userinfo);
    let userinfo = users.next();
    if users.any(|other| Some(other) != userinfo) {
        return Err(EntryError::new(SERVERS, TWO_USERS));
    }
    let places: Vec<_> = all.iter().map(Parts::origin).collect();
    Ok(Servers {
        addresses,
        userinfo,
        uses_tls: first.is_some_and(|first| first.scheme == "tls"),
        place: places.join(", "),
    })
}

fn is_root(rest: &str) -> bool {
    matches!(rest, "" | "/")
}

/// One of the ways to prove who connects, or none.
fn proof(settings: &EngineSettings<'_>, userinfo: Option<&str>) -> Result<Proof, EntryError> {
    let pair = credentials::pair(settings)?;
    let token = settings.text(TOKEN)?;
    let credentials = settings.text(CREDENTIALS)?;
    match (pair, token, credentials, userinfo) {
        (None, None, None, None) => Ok(Proof::None),
        (Some((username, password)), None, None, None) => Ok(Proof::Password(username, password)),
        (None, Some(token), None, None) => Ok(Proof::Token(token)),
        (None, None, Some(text), None) => match ConnectOptions::with_credentials(&text) {
            Ok(_) => Ok(Proof::Credentials(text)),
            // The text of the client's error is about the content.
            Err(_) => Err(EntryError::new(CREDENTIALS, NOT_CREDENTIALS)),
        },
        (None, None, None, Some(userinfo)) => in_url(userinfo),
        _ => Err(EntryError::new(USERNAME, TWO_PROOFS)),
    }
}

/// `user:password`, or a token alone.
fn in_url(userinfo: &str) -> Result<Proof, EntryError> {
    let proof = match userinfo.split_once(':') {
        Some((username, password)) => {
            let pair = decoded(username).zip(decoded(password));
            pair.map(|(username, password)| Proof::Password(username, password))
        }
        None => decoded(userinfo).map(Proof::Token),
    };
    proof.ok_or_else(|| EntryError::new(SERVERS, NOT_A_SERVER))
}

/// A text with percent-encoding. `None`: it is not UTF-8.
fn decoded(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8().ok()?;
    Some(text.into_owned())
}

/// The name of a stream or a domain.
fn name(settings: &EngineSettings<'_>, key: &str) -> Result<Option<String>, EntryError> {
    let Some(name) = settings.text(key)? else {
        return Ok(None);
    };
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !".*>/\\".contains(c);
    match !name.is_empty() && name.chars().all(is_plain) {
        true => Ok(Some(name)),
        false => Err(EntryError::new(key, NOT_A_NAME)),
    }
}

const CREDENTIALS: &str = "credentials";
const DOMAIN: &str = "domain";
const ONE_SUBJECT_PER_KEY: &str = "one_subject_per_key";
const SERVERS: &str = "servers";
const STREAM: &str = "stream";
const SUBJECT: &str = "subject";
const TOKEN: &str = "token";
const SCHEMES: [&str; 2] = ["nats", "tls"];
const NOT_A_SERVER: &str = "is not a list of NATS servers: write URLs such as \
                            \"nats://127.0.0.1:4222\", or \"tls://…\" for TLS";
const MIXED: &str = "mixes \"nats://\" and \"tls://\": write one of them for all servers";
const TWO_USERS: &str = "has two users: all servers need the same one";
const TWO_PROOFS: &str = "use one of \"username\" with \"password\", \"token\", \"credentials\", \
                          and a user in \"servers\"";
const NOT_CREDENTIALS: &str = "is not the content of a file of credentials: write \
                               {\"file\": \"/etc/webhook/relay.creds\"}";
const NOT_A_NAME: &str = "is not a name: use no spaces, and none of `.`, `*`, `>`, `/` and `\\`";
