//! `webhook providers`: lists what a route can configure.

use std::io::{self, Write};

use serde_json::{Value, json};
use webhook_core::Provider;

use super::key::{Key, Kind};
use super::keys::keys;
use super::proof::is_fetched;
use super::variants::variants;

/// Writes the list to stdout.
pub(crate) fn print(as_json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let written = match as_json {
        true => writeln!(out, "{:#}", all_as_json()),
        false => Provider::ALL
            .iter()
            .try_for_each(|provider| write_text(&mut out, provider)),
    };
    written.and_then(|()| out.flush())
}

fn all_as_json() -> Value {
    Provider::ALL.iter().map(as_json).collect()
}

fn as_json(provider: &Provider) -> Value {
    let variants = variants(provider)
        .map(|(variant, other)| json!({ "variant": variant, "provider": other.name() }));
    let keys = keys(provider)
        .into_iter()
        .map(|key| json!({ "key": key.name, "kind": key.kind.as_str(), "required": key.required }));
    json!({
        "name": provider.name(),
        "aliases": provider.aliases(),
        "variants": variants.collect::<Vec<_>>(),
        "keys": keys.collect::<Vec<_>>(),
        "keys_are_fetched": is_fetched(provider),
        "docs": provider.docs(),
    })
}

fn write_text(out: &mut impl Write, provider: &Provider) -> io::Result<()> {
    writeln!(out, "{}", provider.name())?;
    let variants: Vec<_> = variants(provider).map(|(variant, _)| variant).collect();
    line(out, "aliases", provider.aliases())?;
    line(out, "variants", &variants)?;
    let keys = keys(provider);
    for kind in Kind::ALL {
        line(out, kind.as_str(), &labels(&keys, *kind))?;
    }
    if is_fetched(provider) {
        writeln!(
            out,
            "  if no key is configured, the provider's public keys are fetched"
        )?;
    }
    Ok(())
}

/// The names of the keys of one kind, each with a mark if a route needs it. The names of the secret
/// or public key have no mark, because one of them is enough.
fn labels(keys: &[Key], kind: Kind) -> Vec<String> {
    let keys = keys.iter().filter(|key| key.kind == kind);
    let one_is_enough = matches!(kind, Kind::Secret | Kind::PublicKey);
    let label = |key: &Key| match key.required && !one_is_enough {
        true => format!("{} (required)", key.name),
        false => key.name.to_owned(),
    };
    keys.map(label).collect()
}

fn line<T: AsRef<str>>(out: &mut impl Write, what: &str, names: &[T]) -> io::Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
    writeln!(out, "  {what:<12} {}", names.join(", "))
}
