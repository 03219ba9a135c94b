//! The names and the variants of a provider.

use webhook_core::Provider;

/// The name of a provider and its aliases.
pub(crate) fn names(provider: &Provider) -> impl Iterator<Item = &'static str> {
    std::iter::once(provider.name()).chain(provider.aliases().iter().copied())
}

/// The providers that are another form of this one, each with its value of the key `variant`.
pub(crate) fn variants(
    provider: &Provider,
) -> impl Iterator<Item = (&'static str, &'static Provider)> {
    let names: Vec<_> = names(provider).collect();
    Provider::ALL.iter().filter_map(move |other| {
        let mut variants = names.iter().filter_map(|name| {
            let variant = other.name().strip_prefix(name)?;
            variant.strip_prefix('-')
        });
        variants.next().map(|variant| (variant, other))
    })
}
