//! The page: the tables of all providers, the same tables of the unconfirmed ones, and who is
//! absent.

use std::error::Error;
use std::fmt::Write as _;

use webhook_core::providers::{self, unconfirmed};
use webhook_core::{Provider, for_each_provider};

use crate::absent;
use crate::cells::{self, NONE};
use crate::consts::Consts;
use crate::groups;

const HEAD: &str = "# Providers

The command `cargo run -p webhook-core --all-features --example providers` writes this page from
the values in `webhook_core::providers`. Do not edit it.

`WebhookLayer` and `Endpoint` have the constructors. A constructor with a `public_key` needs the
feature `asymmetric`, and its configured key is public. `feishu` needs the feature too, to decrypt.
The documentation of `webhook_core::providers` has a page for each provider, with the sources of
every fact. The names below link to the provider's own documentation. `webhook providers NAME`
prints the same in a terminal.

– means that the value does not exist or is not known. Nothing is guessed.

";

const CONFIGURED: &str = "What to configure, and where a delivery carries its signature or token:

* A setting in bold is required. `public_url` is the URL as registered with the provider.
* If a delivery is refused, compare these first: the secret of another endpoint or environment,
  a URL that a proxy has rewritten, a body that something has parsed and written again.

";

const SIGNED: &str = "
What the signature covers, and where a delivery carries its timestamp, id, type and mode:

* ✓: covered. ✗: a label that is not covered, so anyone on the path may have changed it. (✓):
  covered by some of the provider's schemes, or in one of two forms.
* If nothing is signed, a token identifies the sender. It proves nothing about the body.

";

const BEHAVIOUR: &str = "
How the sender behaves, and what an endpoint does by default:

* A duplicate is answered with an empty 200. Every sender that is known to accept only some
  statuses accepts this one.
* A replay key is kept for 7 days or for twice the time of the retries, whichever is longer. If the
  key does not come from an id, it is kept for at least 30 days. If duplicates run, nothing tells a
  duplicate from the next event.
* The endpoint answers the challenge of a handshake, and the challenge reaches no handler.

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

";

const NOTES: &str = "
Traps and other facts, from the docs of the const:

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
    out += &absent::section()?;
    Ok(out)
}

fn sorted(providers: &'static [Provider]) -> Vec<&'static Provider> {
    let mut providers: Vec<_> = providers.iter().collect();
    providers.sort_by_key(|provider| provider.name());
    providers
}

fn tables(providers: &[&Provider], consts: &Consts) -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    let heads = [CONFIGURED, SIGNED, BEHAVIOUR, IDENTITY];
    let facts: Result<Vec<_>, _> = providers.iter().map(|one| facts(one, consts)).collect();
    let facts = facts?;
    for (i, head) in heads.into_iter().enumerate() {
        let names = facts.iter().take(1).flat_map(|tables| tables[i].iter());
        let names: Vec<_> = names.map(|(name, _)| *name).collect();
        let _ = writeln!(out, "{head}| name | {} |", names.join(" | "));
        let _ = writeln!(out, "|---{}|", "|---".repeat(names.len()));
        for (provider, tables) in providers.iter().zip(&facts) {
            let cells: Vec<_> = tables[i].iter().map(|(_, cell)| cell.clone()).collect();
            row(&mut out, provider, &cells);
        }
    }
    let _ = writeln!(out, "{NOTES}| name | notes |\n|---|---|");
    for provider in providers {
        let notes = Some(consts.notes(provider)?.join("<br>")).filter(|notes| !notes.is_empty());
        let notes = notes.unwrap_or_else(|| NONE.to_owned());
        row(&mut out, provider, &[notes]);
    }
    Ok(out)
}

/// What the command prints about each provider: names and texts, in order.
pub(crate) fn described(consts: &Consts) -> Result<serde_json::Value, Box<dyn Error>> {
    let mut all = serde_json::Map::new();
    for provider in sorted(Provider::ALL) {
        let facts = facts(provider, consts)?.into_iter().flatten();
        let facts = facts.filter(|(name, cell)| *name != "constructor" && cell != NONE);
        let facts: Vec<_> = facts.map(|(name, cell)| [name.to_owned(), cell]).collect();
        let notes = consts.notes(provider)?;
        let text = serde_json::json!({ "facts": facts, "notes": notes });
        all.insert(provider.name().to_owned(), text);
    }
    Ok(all.into())
}

fn row(out: &mut String, provider: &Provider, cells: &[String]) {
    let cells: Vec<_> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    let (name, page) = (provider.name(), provider.docs());
    let _ = writeln!(out, "| [`{name}`]({page}) | {} |", cells.join(" | "));
}

/// A table's columns: their names, and their cells for one provider.
type Columns = Vec<(&'static str, String)>;

/// The tables' columns for one provider.
fn facts(provider: &Provider, consts: &Consts) -> Result<[Columns; 4], Box<dyn Error>> {
    let name = consts.name(provider)?;
    let built = constructor(provider).unwrap_or_else(|| format!("`{}{name}`", module(provider)));
    Ok([
        vec![
            ("constructor", built),
            ("other names", cells::aliases(provider)),
            ("secret", cells::secret(provider)),
            ("settings", cells::settings(provider)),
            ("signature or token in", cells::place(provider)),
            ("methods", cells::methods(provider)),
        ],
        vec![
            ("signed message", cells::signed(provider)),
            ("tolerance", cells::tolerance(provider)),
            ("timestamp", cells::time(provider)),
            ("id", cells::label(provider, provider.id_locator())),
            ("type", cells::label(provider, provider.type_locator())),
            ("mode", cells::mode(provider)),
        ],
        vec![
            ("success", cells::success(provider)),
            ("answer within", cells::deadline(provider)),
            ("retries for", cells::retries(provider)),
            ("replay key kept for", cells::memory(provider)),
            ("body limit", cells::body_limit(provider)),
            ("handshake", cells::handshake(provider)),
        ],
        vec![
            ("replay key", cells::identity(provider)),
            ("reason", provider.identity_reason().to_owned()),
            ("questions", cells::questions(provider)),
        ],
    ])
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
