//! Questions that users ask, each answered by the page of one provider alone: by a fact in one of
//! its rows, whatever the sentence around it.

use std::collections::BTreeMap;

use webhook_core::Provider;

use super::{PAGES, Page};

/// The row of a page that is made of the docs of the const.
const NOTES: &str = "notes";

/// A question, the provider as the user calls it, and the answer: rows, and a fact in each.
type Question = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const QUESTIONS: &[Question] = &[
    (
        "PayPal gave me a client id and a secret. What do I configure?",
        "paypal",
        &[
            ("settings", "**`webhook_id`**"),
            ("settings", "`cert_url`"),
            ("settings", "`ca_certificates`"),
            ("secret", "or fetched"),
            (NOTES, "not the client id"),
            (NOTES, "signed but not sent"),
        ],
    ),
    (
        "Which header does Creem sign in, and which statuses may I answer?",
        "creem",
        &[
            ("signature or token in", "`creem-signature`"),
            ("secret", "`webhook_secret`"),
            ("success", "only 200"),
            (NOTES, "`creem-standard`"),
        ],
    ),
    (
        "Why does Efí's token arrive with `/pix` behind it?",
        "efi-pix",
        &[
            ("signature or token in", "`hmac` of the query"),
            (NOTES, "appends `/pix`"),
            (NOTES, "&ignorar="),
        ],
    ),
    (
        "Mercado Pago's IPN is refused, its webhooks are not. Why?",
        "mercado-pago",
        &[
            (NOTES, "MercadoPago Feed v2.0"),
            (NOTES, "source_news=webhooks"),
            (NOTES, "`MERCADOPAGO_IPN`"),
        ],
    ),
    (
        "SNS never confirms my subscription: 401 for the first message.",
        "aws-sns",
        &[
            (
                "settings",
                "`accept_signature_version_1` (`true` or `false`)",
            ),
            ("settings", "**`topic_arn`**"),
            (NOTES, "`SignatureVersion` is set to 2"),
            (NOTES, "takes that 401 as final"),
            (NOTES, "SHA-1"),
        ],
    ),
    (
        "I rotate Mollie's secret. Do I need both for a while?",
        "mollie",
        &[
            (NOTES, "24 hours after a rotation"),
            (NOTES, "header twice"),
            (NOTES, "One secret is enough"),
        ],
    ),
    (
        "My service is behind a proxy, and every delivery of Twilio is refused.",
        "twilio",
        &[
            ("settings", "**`public_url`**"),
            (NOTES, "**Behind a proxy or a tunnel**"),
            (NOTES, "`X-Forwarded-*` headers are not read"),
        ],
    ),
    (
        "WooCommerce says that my URL does not answer when I save the webhook.",
        "woocommerce",
        &[
            ("handshake", "an unsigned form with `webhook_id`"),
            (NOTES, "exactly 200"),
            (NOTES, "reaches no handler"),
        ],
    ),
    (
        "Slack sends one event again and again. When, and how do I end it?",
        "slack",
        &[
            ("answer within", "3 s"),
            ("retries for", "6 min"),
            ("replay key", "id"),
            (NOTES, "answered 503"),
            (NOTES, "`X-Slack-No-Retry: 1`"),
        ],
    ),
    (
        "HubSpot's CRM cards come by GET. Are they verified?",
        "hubspot",
        &[
            ("methods", "GET"),
            (NOTES, "`userEmail=a%40b.example`"),
            (NOTES, "`a@b.example` is signed"),
        ],
    ),
    // Ten more, of other providers.
    (
        "Why is what `stripe listen` forwards refused?",
        "stripe",
        &[
            ("secret", "the text as shown"),
            (NOTES, "the CLI"),
            (NOTES, "different secrets"),
        ],
    ),
    (
        "I pressed Redeliver on GitHub and nothing ran. And why is the body a form?",
        "github",
        &[
            (NOTES, "redelivery has the same id"),
            (NOTES, "duplicate"),
            (NOTES, "field `payload`"),
            ("body limit", "25 MiB"),
        ],
    ),
    (
        "How does the command complete Asana's handshake?",
        "asana",
        &[
            ("handshake", "`x-hook-secret`"),
            (NOTES, "`accept_offered_secret`"),
        ],
    ),
    (
        "Polar's new secrets are refused elsewhere. Which form do I paste?",
        "polar",
        &[
            (NOTES, "2026-09-08"),
            (NOTES, "`polar_whs_…`"),
            ("secret", "decoded if it is `whsec_`"),
        ],
    ),
    (
        "My Jira app gets a bearer token instead of a signature.",
        "jira",
        &[
            (NOTES, "`jira-oauth2`"),
            (NOTES, "`atlassian-connect`"),
            ("signature or token in", "`x-hub-signature`"),
        ],
    ),
    (
        "Supabase sent the same SMS twice.",
        "supabase",
        &[
            (NOTES, "`webhook-id` is new for every attempt"),
            ("replay key", "signed message"),
            ("questions", "`/authentication_method`"),
        ],
    ),
    (
        "Stream's webhooks are answered 415.",
        "getstream",
        &[(NOTES, "Disable compression"), (NOTES, "415")],
    ),
    (
        "SendGrid sends one event several times. What is its id?",
        "sendgrid",
        &[
            (NOTES, "array of events"),
            (NOTES, "`sg_event_id` differs"),
            (NOTES, "`sg_message_id`"),
            ("secret", "`verification_key`"),
        ],
    ),
    (
        "Square's deliveries are refused although the key is right.",
        "square",
        &[
            ("settings", "**`public_url`**"),
            (NOTES, "including its last slash"),
        ],
    ),
    (
        "Discord says that the interactions endpoint could not be verified.",
        "discord",
        &[
            (NOTES, "wrong signatures"),
            (NOTES, "401"),
            (NOTES, "`PING`"),
            ("secret", "a public key"),
        ],
    ),
    (
        "Where is WhatsApp, and why is its GET refused?",
        "whatsapp",
        &[
            ("other names", "`whatsapp`"),
            ("handshake", "needs `verify_token`"),
            ("settings", "`verify_token`"),
        ],
    ),
    (
        "ElevenLabs turned my webhook off after a long call.",
        "elevenlabs",
        &[
            ("body limit", "25 MiB"),
            (NOTES, "more than 15 minutes"),
            (NOTES, "disable the webhook"),
        ],
    ),
    (
        "Does Mailchimp sign its webhooks, and why does it send a GET?",
        "mailchimp",
        &[
            ("signature or token in", "`x-mailchimp-signature`"),
            ("secret", "`signing_secret`"),
            ("handshake", "any `GET`"),
            (NOTES, "shows once"),
            (NOTES, "`mailchimp-url-secret`"),
        ],
    ),
    (
        "Which fields of a Paymob callback may I trust?",
        "paymob",
        &[
            ("signature or token in", "`hmac` of the query"),
            ("settings", "`integration_id`"),
            (NOTES, "`merchant_order_id` is not signed"),
            (NOTES, "Your customer has a valid signature"),
        ],
    ),
    (
        "Why is my Payfast notification refused, and what is its signature worth?",
        "payfast",
        &[
            ("secret", "`passphrase`"),
            ("success", "only 200"),
            (NOTES, "Without a passphrase anyone can compute"),
            (NOTES, "eng/query/validate"),
        ],
    ),
    (
        "Deepgram sends `dg-token`. Is that enough?",
        "deepgram",
        &[
            ("secret", "user name and password"),
            ("methods", "PUT"),
            (NOTES, "`dg-token` is not read"),
        ],
    ),
    (
        "How does Lark accept my request URL if the app has an Encrypt Key?",
        "lark",
        &[
            ("secret", "`encrypt_key`"),
            ("settings", "`verify_token`"),
            ("handshake", "an encrypted body with `/challenge`"),
            (NOTES, "is the Verification Token"),
            (NOTES, "without an Encrypt Key is not supported"),
        ],
    ),
];

/// How senders behave, as they have documented it of late: what older copies of their pages, and
/// readers of them, say otherwise.
const BEHAVIOUR: &[Question] = &[
    (
        "deadline and retries",
        "mollie",
        &[
            ("answer within", "15 s"),
            ("retries for", "1 d 2 h"),
            (NOTES, "ten times within 26 hours"),
        ],
    ),
    (
        "success and end",
        "polar",
        &[
            ("success", "any 2xx"),
            (NOTES, "Ten failed deliveries in a row disable"),
        ],
    ),
    (
        "success and retries",
        "creem",
        &[
            ("success", "only 200"),
            ("retries for", "1 h 6 min 30 s"),
            (NOTES, "after 30 s, 1 min, 5 min and 1 h"),
        ],
    ),
    (
        "success and deadline",
        "adyen",
        &[
            ("success", "any 2xx"),
            ("answer within", "10 s"),
            ("replay key kept for", "60 d"),
        ],
    ),
    ("retries", "binance-pay", &[(NOTES, "retries six times")]),
    (
        "retries",
        "square",
        &[("retries for", "1 d"), (NOTES, "eleven within 24 hours")],
    ),
    (
        "retries",
        "paystack",
        &[
            ("retries for", "3 d"),
            (NOTES, "72 hours"),
            (NOTES, "once an hour"),
        ],
    ),
    (
        "end",
        "woocommerce",
        &[(NOTES, "seventh failure in a row disables")],
    ),
    (
        "id of the delivery",
        "gocardless",
        &[(NOTES, "(`/meta/webhook_id`)")],
    ),
    ("id", "cashfree", &[("id", "`x-idempotency-key` ✗")]),
    (
        "retries of outbound events",
        "postmark",
        &[
            (NOTES, "nine times in about 72 minutes"),
            (NOTES, "408, 429"),
            (NOTES, "Any other 4xx is final"),
            (NOTES, "`X-PM-Webhook-Trace-Id` stays the same"),
        ],
    ),
    (
        "retries",
        "linear",
        &[
            ("retries for", "7 h 1 min, with the first timestamp"),
            (NOTES, "after 1 min, 1 h and 6 h"),
        ],
    ),
    (
        "end",
        "elevenlabs",
        &[
            (NOTES, "Ten failures in a row"),
            (NOTES, "no success for seven days"),
        ],
    ),
];

#[test]
fn a_page_answers_what_users_ask() {
    check(QUESTIONS);
}

#[test]
fn a_page_has_how_its_sender_behaves_now() {
    check(BEHAVIOUR);
}

fn check(questions: &[Question]) {
    let pages: BTreeMap<String, Page> = serde_json::from_str(PAGES).unwrap();
    for (question, name, answers) in questions {
        let provider = Provider::find(name).unwrap();
        let page = &pages[provider.name()];
        for (row, fact) in *answers {
            let text = match *row {
                NOTES => page.notes.join("\n"),
                row => {
                    let found = page.facts.iter().find(|(name, _)| name == row);
                    found.map(|(_, text)| text.clone()).unwrap_or_default()
                }
            };
            assert!(
                text.contains(fact),
                "{question}\n{row} of {name}: no {fact}\n{text}"
            );
        }
    }
}
