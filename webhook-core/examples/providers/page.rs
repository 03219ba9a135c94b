//! The page: four tables of all providers, and the same four tables of the unconfirmed ones.

use std::error::Error;
use std::fmt::Write as _;

use webhook_core::providers::{self, unconfirmed};
use webhook_core::{Provider, for_each_provider};

use crate::cells::{self, NONE};
use crate::consts::Consts;
use crate::groups;

const HEAD: &str = "# Providers

The command `cargo run -p webhook-core --all-features --example providers` writes this page from
the values in `webhook_core::providers`. Do not edit it.

`WebhookLayer` and `Endpoint` have the constructors. A constructor with a `public_key` needs the
feature `asymmetric`, and its configured key is public. The documentation of
`webhook_core::providers` has a page for each provider. That page describes the provider's id, its
retries, its traps and the sources. The names below link to the provider's own documentation.

– means that the value does not exist or is not known. Nothing is guessed.

";

const SIGNED: &str =
    "What the signature covers, and where a delivery carries its timestamp, id, type and mode:

* ✓: covered. ✗: a label that is not covered, so anyone on the path may have changed it. (✓):
  covered by some of the provider's schemes, or in one of two forms.
* If nothing is signed, a token identifies the sender. It proves nothing about the body.

| name | constructor | signed message | tolerance | timestamp | id | type | mode |
|---|---|---|---|---|---|---|---|
";

const BEHAVIOUR: &str = "
How the sender behaves, and what an endpoint does by default:

* A duplicate is answered with an empty 200. Every sender that is known to accept only some
  statuses accepts this one.
* A replay key is kept for 7 days or for twice the time of the retries, whichever is longer. If the
  key does not come from an id, it is kept for at least 30 days. If duplicates run, nothing tells a
  duplicate from the next event.
* The endpoint answers the challenge of a handshake, and the challenge reaches no handler.

| name | success | answer within | retries for | replay key kept for | body limit | handshake |
|---|---|---|---|---|---|---|
";

const IDENTITY: &str = "
What the replay key comes from. A duplicate must have the same key, and the next event another:

* The signed message here is the body, if the signature covers every byte of it. Otherwise it is
  what the signature covers.
* Labels marked ✗ are not covered. An attacker can invent labels for a captured delivery, so their
  number is bounded. A copy over the bound is answered as a duplicate.
  `EndpointBuilder::identity(IdentityPolicy::SignedOnly)` ignores labels.
* Questions wait for an answer of the handler. A copy of a question is not answered as a
  duplicate: it runs again.

| name | replay key | reason | questions |
|---|---|---|---|
";

const NOTES: &str = "
Traps and other facts, from the docs of the const:

| name | notes |
|---|---|
";

const UNCONFIRMED: &str = "
## Unconfirmed

Only third parties describe these schemes. They are values of
`webhook_core::providers::unconfirmed` and have no constructor. Try one against your own account
first.

";

pub(crate) fn page(consts: &Consts) -> Result<String, Box<dyn Error>> {
    let mut out = HEAD.to_owned() + &groups::table() + "\n## Presets\n\n";
    out += &tables(&sorted(Provider::ALL), consts)?;
    out += UNCONFIRMED;
    out += &tables(&sorted(unconfirmed::ALL), consts)?;
    Ok(out)
}

fn sorted(providers: &'static [Provider]) -> Vec<&'static Provider> {
    let mut providers: Vec<_> = providers.iter().collect();
    providers.sort_by_key(|provider| provider.name());
    providers
}

fn tables(providers: &[&Provider], consts: &Consts) -> Result<String, Box<dyn Error>> {
    let mut out = SIGNED.to_owned();
    for provider in providers {
        row(&mut out, provider, &signed(provider, consts)?);
    }
    out += BEHAVIOUR;
    for provider in providers {
        row(&mut out, provider, &behaviour(provider));
    }
    out += IDENTITY;
    for provider in providers {
        row(&mut out, provider, &identity(provider));
    }
    out += NOTES;
    for provider in providers {
        let notes = Some(consts.notes(provider)?.join("<br>")).filter(|notes| !notes.is_empty());
        row(
            &mut out,
            provider,
            &[notes.unwrap_or_else(|| NONE.to_owned())],
        );
    }
    Ok(out)
}

fn row(out: &mut String, provider: &Provider, cells: &[String]) {
    let cells: Vec<_> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    let (name, page) = (provider.name(), provider.docs());
    let _ = writeln!(out, "| [`{name}`]({page}) | {} |", cells.join(" | "));
}

fn signed(provider: &Provider, consts: &Consts) -> Result<[String; 7], Box<dyn Error>> {
    let name = consts.name(provider)?;
    let built = constructor(provider).unwrap_or_else(|| format!("`{}{name}`", module(provider)));
    Ok([
        built,
        cells::signed(provider),
        cells::tolerance(provider),
        cells::time(provider),
        cells::label(provider, provider.id_locator()),
        cells::label(provider, provider.type_locator()),
        cells::mode(provider),
    ])
}

fn behaviour(provider: &Provider) -> [String; 6] {
    [
        cells::success(provider),
        cells::deadline(provider),
        cells::retries(provider),
        cells::memory(provider),
        cells::body_limit(provider),
        cells::handshake(provider),
    ]
}

fn identity(provider: &Provider) -> [String; 3] {
    [
        cells::identity(provider),
        provider.identity_reason().to_owned(),
        cells::questions(provider),
    ]
}

fn module(provider: &Provider) -> &'static str {
    match unconfirmed::ALL.contains(provider) {
        true => "unconfirmed::",
        false => "providers::",
    }
}

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
