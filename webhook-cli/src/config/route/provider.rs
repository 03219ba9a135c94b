//! The provider of a route.

use webhook_axum::Provider;
use webhook_core::Scheme;
use webhook_core::providers::unconfirmed;

use crate::catalogue::{names, variants};
use crate::config::entries::Entries;
use crate::config::error::EntryError;
use crate::config::suggest;

/// The provider that the route names, or the variant of it.
pub(super) fn find(entries: &Entries) -> Result<&'static Provider, EntryError> {
    let Some(name) = entries.text("provider")? else {
        let problem = "is missing; `webhook providers` lists the providers";
        return Err(EntryError::new("provider", problem));
    };
    let mut found = Provider::find(&name);
    for key in ["variant", "algorithm"] {
        if let Some(value) = entries.text(key)? {
            found = variant(&name, found, key, &value)?;
        }
    }
    found.ok_or_else(|| EntryError::new("provider", unknown(&name)))
}

/// The provider after one of the keys `variant` and `algorithm`.
fn variant(
    name: &str,
    found: Option<&'static Provider>,
    key: &str,
    value: &str,
) -> Result<Option<&'static Provider>, EntryError> {
    // `name` can be an alias, which the name of a variant does not contain.
    let named = |name: &str| Provider::find(&format!("{name}-{value}"));
    let other = named(name).or_else(|| named(found?.name()));
    match (other, found) {
        (None, Some(plain)) if key == "algorithm" && uses(plain, value) => Ok(found),
        (None, Some(plain)) => Err(EntryError::new(key, not_a_variant(plain))),
        (other, _) => Ok(other),
    }
}

/// Whether the provider has this algorithm: `sha256`, `SHA-256` or `HMAC-SHA256`.
fn uses(provider: &Provider, name: &str) -> bool {
    let plain = |text: &str| text.replace(['-', '_'], "").to_ascii_lowercase();
    let hash = |text: String| text.strip_prefix("hmac").map(str::to_owned).unwrap_or(text);
    let mut known = provider.schemes().iter().filter_map(Scheme::algorithm);
    known.any(|known| hash(plain(&format!("{known:?}"))) == hash(plain(name)))
}

fn not_a_variant(provider: &Provider) -> String {
    let known: Vec<_> = variants(provider).map(|(variant, _)| variant).collect();
    let known = match known.as_slice() {
        [] => "it has none, so remove the key".to_owned(),
        known => format!("known: {}", known.join(", ")),
    };
    format!("is not a variant of {:?}; {known}", provider.name())
}

/// Why the server cannot serve a provider of this name.
fn unknown(name: &str) -> String {
    let name = name.replace('_', "-").to_ascii_lowercase();
    unconfirmed_scheme(&name)
        .or_else(|| unsigned(&name))
        .unwrap_or_else(|| unknown_name(&name))
}

fn unconfirmed_scheme(name: &str) -> Option<String> {
    let mut all = unconfirmed::ALL.iter();
    let provider = all.find(|provider| provider.name() == name)?;
    let missing = unconfirmed::missing(provider)?;
    Some(format!(
        "is not supported: only third parties document its scheme, and one detail is not known: \
         {missing}"
    ))
}

fn unsigned(name: &str) -> Option<String> {
    let mut all = unconfirmed::UNSIGNED.iter();
    let (_, instead) = all.find(|(known, _)| *known == name)?;
    Some(format!(
        "signs nothing, so its deliveries cannot be verified: {instead}"
    ))
}

fn unknown_name(name: &str) -> String {
    let build = match cfg!(feature = "asymmetric") {
        true => "",
        false => " (this build lacks the providers that sign with a private key or encrypt)",
    };
    let hint = match suggest::closest(name, Provider::ALL.iter().flat_map(names)) {
        Some(meant) => format!("did you mean {meant:?}? "),
        None => String::new(),
    };
    format!("names an unknown provider{build}; {hint}`webhook providers` lists all")
}
