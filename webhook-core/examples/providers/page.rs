//! The page: four tables, each with every provider, and the same for the unconfirmed ones.

use std::error::Error;
use std::fmt::Write as _;

use webhook_core::providers::{self, unconfirmed};
use webhook_core::{Provider, for_each_provider};

use crate::cells::{self, NONE};
use crate::consts::Consts;
use crate::groups;

const HEAD: &str = "# Providers

Written by `cargo run -p webhook-core --all-features --example providers` from the values in `webhook_core::providers`. Do not edit it.

The constructors are those of `WebhookLayer` and `Endpoint`. Where one takes a `public_key`, it is behind the feature `asymmetric`, and what is
configured is public. Each provider has a page in the documentation of `webhook_core::providers`, which says what its id is worth, how its
sender retries, what traps there are and where all that is from; names link to the provider's own page.

– stands for what there is not, or what is not known. Nothing is guessed.

";

const SIGNED: &str = "What is signed, and where time, id, type and mode are:

* ✓ signed; ✗ a label that anybody on the way may have changed; (✓) signed by some of the provider's schemes.
* Where nothing is signed, a token says who sent the request, and nothing about what is in it.

| name | built with | signed | tolerance | time | id | type | mode |
|---|---|---|---|---|---|---|---|
";

const BEHAVIOUR: &str = "
How the sender behaves, and what follows for an endpoint that is told nothing else:

* An empty 200, which is what copies get, is success to every sender that is known to be choosy.
* Remembered for: 7 days or twice the retries, whichever is longer, and 30 days at the least where, or whenever, a delivery has no id to go
  by. Where copies run, nothing tells one from the next event.
* A challenge of the handshake is answered and reaches no handler.

| name | success | answer within | retries for | remembered for | body cap | handshake |
|---|---|---|---|---|---|---|
";

const IDENTITY: &str = "
What one event is, so that a copy of it is known as one and the next event is not taken for a copy:

* Content is the signed message. Labels marked ✗ are not signed: a thief can invent some for a captured delivery, so their number is bounded, and
  a copy over the bound is answered as a duplicate. `EndpointBuilder::identity(IdentityPolicy::SignedOnly)` leaves them out.
* Questions wait for an answer of the handler, so that a copy of one is not answered as a duplicate: it runs again.

| name | one event is | because | questions |
|---|---|---|---|
";

const NOTES: &str = "
Traps, and what else there is to know, from the docs of the const:

| name | notes |
|---|---|
";

const UNCONFIRMED: &str = "
## Unconfirmed

What is known of these is others' word alone. They are values of `webhook_core::providers::unconfirmed` without a constructor; try one
against your own account first.

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
