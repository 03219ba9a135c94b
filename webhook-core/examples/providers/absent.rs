//! Senders that are asked for and are no presets, with the reason.

use std::error::Error;
use std::fmt::Write as _;

use webhook_core::Provider;
use webhook_core::providers::unconfirmed;

const HEAD: &str = "
## Not in the list, and why

Senders that are asked for and have no preset. A preset needs a description by the sender, and a
secret or a key that only the sender has. `unconfirmed::UNSIGNED` has those that sign nothing and
send no secret: what they send is a [notification](notifications.md).

| sender | why | instead |
|---|---|---|
";

/// The sender, the reason, and what to do. In alphabetical order.
const ABSENT: &[(&str, &str, &str)] = &[
    (
        "Deepgram, with `dg-token`",
        "the header has the id of an API key, which is not secret; Deepgram no longer supports it \
         as a proof",
        "`deepgram`, with credentials in the callback URL",
    ),
    (
        "Paymob, card tokens and subscriptions",
        "they sign other values than transactions; the copies of Paymob's pages that were read \
         lack the list for one, and the message of the other",
        "fetch the object from Paymob's API",
    ),
    (
        "Scaleway Topics and Events",
        "it has the form of Amazon SNS, with certificates that must be checked against an \
         authority of Scaleway; its page documents neither where certificates are, nor which \
         versions of the signature it sends, and implementations differ in both",
        "a `CustomScheme` with the certificate that your topic uses",
    ),
    (
        "Toss Payments, payments and billing keys",
        "only events of payouts and sellers are signed",
        "fetch the payment by its `paymentKey`, as for a [notification](notifications.md)",
    ),
    (
        "Wompi, tokens and payouts",
        "their signed values are not documented, and the list in the body is not signed",
        "fetch the object from Wompi's API",
    ),
];

/// The section of the page.
pub(crate) fn section() -> Result<String, Box<dyn Error>> {
    let mut out = HEAD.to_owned();
    let mut before = "";
    for (sender, why, instead) in ABSENT {
        let name = sender.to_lowercase().replace(' ', "-");
        if Provider::find(&name).is_some() {
            return Err(format!("{sender} is a preset: take it out of `absent.rs`").into());
        }
        if before >= *sender {
            return Err(format!("{sender} is not in alphabetical order in `absent.rs`").into());
        }
        before = sender;
        let _ = writeln!(out, "| {sender} | {why} | {instead} |");
    }
    for (sender, instead) in unconfirmed::UNSIGNED {
        let why = "it signs nothing and sends no secret";
        let _ = writeln!(out, "| `{sender}` | {why} | {instead} |");
    }
    Ok(out)
}
