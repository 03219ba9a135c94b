//! `webhook providers`: what there is to configure.

use std::io::{self, Write};

use serde_json::{Value, json};
use webhook_axum::Provider;

use crate::config::variants;
use crate::keys::{Key, Kind, is_fetched, keys};

/// Writes the list to stdout. A reader that closes it early has seen enough.
pub(crate) fn print(as_json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let written = match as_json {
        true => writeln!(out, "{:#}", all_as_json()),
        false => Provider::ALL
            .iter()
            .try_for_each(|provider| write_text(&mut out, provider)),
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
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
    let variants = variants(provider).map(|(variant, _)| variant);
    let variants: Vec<_> = variants.collect();
    line(out, "aliases", provider.aliases())?;
    line(out, "variants", &variants)?;
    let keys = keys(provider);
    for kind in KINDS {
        let names: Vec<_> = names(&keys, *kind).collect();
        line(out, kind.as_str(), &names)?;
    }
    if is_fetched(provider) {
        writeln!(out, "  without a key, the provider's own are fetched")?;
    }
    Ok(())
}

/// The names of the keys of this kind; what a route needs is marked. Of the names of the secret,
/// one is enough.
fn names(keys: &[Key], kind: Kind) -> impl Iterator<Item = String> {
    let keys = keys.iter().filter(move |key| key.kind == kind);
    let one_is_enough = matches!(kind, Kind::Secret | Kind::PublicKey);
    keys.map(move |key| match key.required && !one_is_enough {
        true => format!("{} (required)", key.name),
        false => key.name.to_owned(),
    })
}

fn line<T: AsRef<str>>(out: &mut impl Write, what: &str, names: &[T]) -> io::Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
    writeln!(out, "  {what:<12} {}", names.join(", "))
}

const KINDS: &[Kind] = &[
    Kind::Secret,
    Kind::PublicKey,
    Kind::Credentials,
    Kind::ExtraSecret,
    Kind::Identifier,
    Kind::Setting,
    Kind::Option,
];
