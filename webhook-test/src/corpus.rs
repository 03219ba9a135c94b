//! Damaged requests of every provider, thousands of them, the same on every machine.
//!
//! A request is damaged in two ways. A request that is signed with a wrong secret may be changed in
//! any number of places: it can never become genuine, so it explores how refusals are found. A
//! request that is signed with the right secret is changed once, in a place that its scheme covers.

use webhook_core::{
    Challenge, Endpoint, EndpointBuilder, KeyFormat, Location, Part, Provider, Signer,
};

use crate::{NOW, Rng, Sent};

const URL: &str = "https://example.com/hook";
const SETTING: &str = "setting-1";

/// A value of a setting.
fn setting(name: &str) -> &'static str {
    match name {
        "private_key" => include_str!("../vectors/keys/rsa-other.pem"),
        _ => SETTING,
    }
}

/// A throwaway key of the core's own tests.
macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("../vectors/keys/", $name, ".pem"))
    };
}

/// The damaged requests of one provider. Does not end.
#[derive(Debug)]
pub struct Corpus {
    provider: Provider,
    /// What all of it was made from.
    pub seed: u64,
    ours: Signer,
    theirs: Signer,
    rng: Rng,
    made: usize,
}

impl Corpus {
    /// One for each provider that can be played, each with its own seed. RSA with SHA-1 is
    /// verify-only, and ECDSA signatures are randomized, so their requests would differ from run to
    /// run.
    pub fn all() -> impl Iterator<Item = Self> {
        let numbered = Provider::ALL.iter().zip(0x5eed_0000..);
        let played = numbered.filter(|(provider, _)| {
            provider.key_format() != KeyFormat::PublicKey || pairs(provider).is_some()
        });
        played.map(|(provider, seed)| Self::new(provider, seed))
    }

    fn new(provider: &Provider, seed: u64) -> Self {
        let signer = |secret: &str| {
            let signer = Signer::new(*provider, secret)
                .expect("usable")
                .public_url(URL)
                .path_and_query("/hook")
                .event_type("a.b")
                .header("x-request-id", "request-1");
            let settings = provider.required_settings();
            let signer = settings.fold(signer, |signer, name| signer.setting(name, setting(name)));
            let parts = provider.schemes()[0].parts().iter();
            parts.fold(signer, |signer, part| match part {
                Part::Header(name) => signer.header(*name, "signed-1"),
                _ => signer,
            })
        };
        let (ours, theirs) = signing_secrets(provider);
        Self {
            provider: *provider,
            seed,
            ours: signer(&ours),
            theirs: signer(&theirs),
            rng: Rng::new(seed),
            made: 0,
        }
    }

    /// The method whose every request is a challenge, answered 200 whatever else is in it.
    pub fn probe(&self) -> Option<&'static str> {
        match self.provider.handshake()?.challenge() {
            Challenge::Method(method) => Some(method),
            _ => None,
        }
    }

    /// The provider.
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// The endpoint they are sent to.
    pub fn endpoint(&self) -> EndpointBuilder {
        let (ours, _) = secrets(&self.provider);
        let builder = Endpoint::builder(self.provider, ours.as_str())
            .public_url(URL)
            .clock(NOW);
        // The signer's own name for its key, where deliveries have one.
        let mut optional = self.provider.optional_settings();
        let named = self.provider.names_keys() && optional.any(|name| name == "kid");
        let builder = match named {
            true => builder.setting("kid", "key-1"),
            false => builder,
        };
        let settings = self.provider.required_settings();
        settings.fold(builder, |builder, name| {
            builder.setting(name, setting(name))
        })
    }

    /// A genuine one, which all of them are like.
    pub fn genuine(&self) -> Sent {
        Sent::from(self.ours.sign(NOW, body(0)))
    }

    fn make(&mut self) -> Sent {
        let n = self.made;
        let body = body(n);
        if self.rng.below(3) == 0 {
            let mut sent = Sent::from(self.ours.sign(NOW, body));
            spoil(&mut self.rng, &self.provider, &mut sent);
            sent
        } else {
            let mut sent = Sent::from(self.theirs.sign(NOW, body));
            for _ in 0..self.rng.below(5) {
                damage(&mut self.rng, &mut sent);
            }
            sent
        }
    }
}

impl Iterator for Corpus {
    type Item = Sent;

    /// The next one that the `http` crate has words for.
    fn next(&mut self) -> Option<Sent> {
        let sent = loop {
            let sent = self.make();
            if sent.request().is_some() {
                break sent;
            }
        };
        self.made += 1;
        Some(sent)
    }
}

/// What the sender has, and another one.
fn signing_secrets(provider: &Provider) -> (String, String) {
    match pairs(provider) {
        Some([(_, ours), (_, theirs)]) => (ours.into(), theirs.into()),
        None => secrets(provider),
    }
}

/// Two pairs of public and private key, of the kind that fits the provider.
fn pairs(provider: &Provider) -> Option<[(&'static str, &'static str); 2]> {
    if provider.key_format() != KeyFormat::PublicKey {
        return None;
    }
    let known = [
        [
            (key!("ed25519.pub"), key!("ed25519")),
            (key!("ed25519-other.pub"), key!("ed25519-other")),
        ],
        [
            (key!("rsa.pub"), key!("rsa")),
            (key!("rsa-other.pub"), key!("rsa-other")),
        ],
    ];
    known
        .into_iter()
        .find(|[(_, private), _]| Signer::new(*provider, *private).is_ok())
}

/// A body that has what any of the providers signs values of.
fn body(n: usize) -> String {
    format!(
        concat!(
            r#"{{"id":"evt_{n}","type":"a.b","list":[1,2.5,null],"order_id":"{n}","#,
            r#""data":{{"transaction":{{"id":"{n}","status":"S","amount_in_cents":3}}}},"#,
            "\n        ",
            r#""status_code":"200","gross_amount":"1.00","amount":1.5,"#,
            "\n        ",
            r#""currency":"KWD","reference":{{"gateway":"g","payment":"p"}},"#,
            r#""transaction":{{"created":"1"}},"status":"s","iyziEventType":"e","#,
            "\n        ",
            r#""paymentId":{n},"paymentConversationId":"c","value":[{{}}],"Data":{{"a":1}},"#,
            r#""Event":{{"Name":"PAYMENT_STATUS_CHANGED"}},"#,
            "\n        ",
            r#""notificationItems":[{{"NotificationRequestItem":"#,
            r#"{{"pspReference":"{n}","additionalData":{{}}}}}}]}}"#
        ),
        n = n
    )
}

/// A text that is a secret of every format, and another one.
fn secrets(provider: &Provider) -> (String, String) {
    if let Some([(ours, _), (theirs, _)]) = pairs(provider) {
        return (ours.into(), theirs.into());
    }
    if matches!(provider.key_format(), KeyFormat::Basic) {
        (
            "user:password-password".into(),
            "user:another-password".into(),
        )
    } else {
        let (ours, theirs) = (
            "0123456789abcdefABCDEF0123456789",
            "ABCDEF0123456789abcdef0123456789",
        );
        (ours.into(), theirs.into())
    }
}

const SCRAPS: &[&[u8]] = &[
    b"",
    b" ",
    b"\t",
    b",",
    b"=",
    b";",
    b"v1,",
    b"v1=",
    b"t=",
    b"t=1700000000",
    b"ts=1700000000,",
    b"sha256=",
    b"0x",
    b"\xff",
    b"\xc3\xa4",
    b"%00",
    b"%",
    b"-1",
    b"+",
    b"9999999999999999999",
    b"18446744073709551616",
    b"Basic ",
    b"Bearer x",
    b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    b"null",
    b"{\"id\":",
    b"gzip",
];

fn damage_bytes(rng: &mut Rng, bytes: &mut Vec<u8>) {
    let at = rng.below(bytes.len() + 1);
    match rng.below(7) {
        0 if at < bytes.len() => bytes[at] ^= 1 << rng.below(8),
        1 if at < bytes.len() => {
            bytes.remove(at);
        }
        2 => bytes.insert(at, rng.byte()),
        3 => bytes.truncate(at),
        4 => {
            let scrap = rng.pick(SCRAPS).to_vec();
            bytes.splice(at..at, scrap);
        }
        5 => {
            let copy = bytes.clone();
            bytes.extend(copy);
        }
        _ => *bytes = rng.pick(SCRAPS).to_vec(),
    }
}

/// Any change at all.
fn damage(rng: &mut Rng, sent: &mut Sent) {
    let headers = sent.headers.len();
    match rng.below(12) {
        0 if headers > 0 => {
            sent.headers.remove(rng.below(headers));
        }
        1 if headers > 0 => {
            let (name, mut value) = sent.headers[rng.below(headers)].clone();
            if rng.below(2) == 0 {
                damage_bytes(rng, &mut value);
            }
            sent.headers.insert(rng.below(headers + 1), (name, value));
        }
        2 => {
            let name = rng.pick(&[
                "content-length",
                "content-encoding",
                "webhook-id",
                "svix-id",
                "webhook-signature",
                "stripe-signature",
                "authorization",
                "x-request-id",
                "x-hub-signature",
                "x-docusign-signature-2",
                "transfer-encoding",
            ]);
            let value = rng.pick(SCRAPS);
            sent.headers.push((name.to_owned(), value.to_vec()));
        }
        3 => {
            let method = rng.pick(&["GET", "PUT", "HEAD", "OPTIONS", "post", "X", "POST"]);
            method.clone_into(&mut sent.method);
        }
        4 => {
            let mut body = sent.body.to_vec();
            damage_bytes(rng, &mut body);
            sent.body = body.into();
        }
        5 => {
            let more = rng.pick(&[
                "?key=x",
                "&key=x",
                "?",
                "&&==&",
                "?data.id=A&data.id=B",
                "?apk=%ff",
            ]);
            sent.target.push_str(more);
        }
        _ if headers > 0 => {
            let at = rng.below(headers);
            damage_bytes(rng, &mut sent.headers[at].1);
        }
        _ => sent.target.push('x'),
    }
}

/// Whether a proof in the body is more than the secret itself.
fn signs(provider: &Provider) -> bool {
    let [scheme, ..] = provider.schemes() else {
        return false;
    };
    scheme.algorithm().is_some() || scheme.words().is_some()
}

/// One change, where the scheme vouches for what is changed.
fn spoil(rng: &mut Rng, provider: &Provider, sent: &mut Sent) {
    let coverage = provider.coverage();
    match provider.schemes()[0].location() {
        Location::Query(name) => {
            match rng.below(3) {
                0 => sent.target.truncate(sent.target.find('?').unwrap_or(0)),
                1 => sent.target.push('Z'),
                _ => sent.target.push_str(&format!("&{name}=other")),
            }
            return;
        }
        // Tags that are made of the body: half of it has none.
        Location::BodyField(_) | Location::FormField(_) if signs(provider) => {
            let half = rng.below(sent.body.len() / 2);
            sent.body.truncate(half);
            return;
        }
        Location::BodyField(_) | Location::FormField(_) => {
            let (secret, _) = secrets(provider);
            let body = String::from_utf8_lossy(&sent.body);
            let at = rng.below(secret.len());
            let (cut, more) = (
                &secret[..at],
                format!("{}Z{}", &secret[..at], &secret[at..]),
            );
            sent.body = body.replace(&secret, rng.pick(&[cut, &more])).into();
            return;
        }
        _ => {}
    }
    match rng.below(5) {
        0 if coverage.body && !sent.body.is_empty() => {
            let mut body = sent.body.to_vec();
            let at = rng.below(body.len());
            body[at] ^= 1 << rng.below(8);
            sent.body = body.into();
        }
        1 if coverage.url => sent.target.push_str("?more=1"),
        2 if !provider.schemes()[0].repeats_header() => {
            let (name, value) = sent.headers[0].clone();
            sent.headers.push((name, value));
        }
        3 => {
            sent.headers.remove(0);
        }
        _ => {
            let value = &mut sent.headers[0].1;
            let at = rng.below(value.len() + 1);
            value.insert(at, b'Z');
        }
    }
}
