//! The kinds of presets, and the number of each.

use std::fmt::Write as _;

use webhook_core::providers::unconfirmed;
use webhook_core::{Algorithm, Grammar, Part, Provider, Scheme};

/// The kind of a preset, by its first scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Template,
    StandardWebhooks,
    PlainHash,
    Token,
    PublicKey,
    Jose,
    OwnCode,
}

const GROUPS: [(Group, &str); 7] = [
    (Group::Template, "keyed hash from a template"),
    (Group::StandardWebhooks, "Standard Webhooks family"),
    (Group::PlainHash, "plain hash over a secret"),
    (Group::Token, "token or HTTP Basic"),
    (Group::PublicKey, "public key"),
    (Group::Jose, "JSON Web Token or Signature"),
    (Group::OwnCode, "custom code"),
];

impl Group {
    fn of(provider: &Provider) -> Self {
        let [scheme, ..] = provider.schemes() else {
            unreachable!("a provider has a scheme");
        };
        match (scheme.words(), scheme.algorithm()) {
            (Some(words), _) if words.contains("JWT") || words.contains("JWS") => Self::Jose,
            (Some(_), _) => Self::OwnCode,
            (None, None) => Self::Token,
            (None, Some(_)) if scheme.coverage().is_sender_only() => Self::Token,
            (None, Some(algorithm)) if algorithm.is_public() => Self::PublicKey,
            (None, Some(algorithm)) if is_plain(algorithm) => Self::PlainHash,
            _ if is_standard_webhooks(scheme) => Self::StandardWebhooks,
            _ => Self::Template,
        }
    }
}

fn is_plain(algorithm: Algorithm) -> bool {
    matches!(
        algorithm,
        Algorithm::Md5 | Algorithm::Sha1 | Algorithm::Sha256 | Algorithm::Sha512
    )
}

fn is_standard_webhooks(scheme: &Scheme) -> bool {
    let versions = matches!(scheme.grammar(), Grammar::Versions { label: "v1", .. });
    versions && matches!(scheme.parts(), [Part::Id, .., Part::Body])
}

/// The number of presets of each kind, of the unconfirmed ones, and of all.
pub(crate) fn counts() -> String {
    let mut out = String::new();
    for (name, count) in rows() {
        let _ = writeln!(out, "{count:>4}  {name}");
    }
    out
}

/// The same numbers as a Markdown table.
pub(crate) fn table() -> String {
    let mut out = "| presets | number |\n|---|---|\n".to_owned();
    for (name, count) in rows() {
        let _ = writeln!(out, "| {name} | {count} |");
    }
    out
}

fn rows() -> Vec<(&'static str, usize)> {
    let of = |group| {
        let all = Provider::ALL.iter();
        all.filter(|provider| Group::of(provider) == group).count()
    };
    let mut rows: Vec<_> = GROUPS.map(|(group, name)| (name, of(group))).into();
    rows.retain(|(_, count)| *count > 0);
    let (all, others) = (Provider::ALL.len(), unconfirmed::ALL.len());
    rows.push(("all of the above", all));
    rows.push(("unconfirmed", others));
    rows.push(("total", all + others));
    rows
}
