//! The table of samples. A file is the events that a provider documents, with values of our own.
//!
//! `source` names the page. `types` are the event types of a shape, `*` all that have no other.
//! `data` is the JSON pointer of what the event is about, and `times` are the pointers of times
//! with their form. The envelope is `json`, `form` or `xml`; `set` has values of it that belong to a
//! type. A sample with `like` is that of another type, with its own `data` and `set` over it. `unique` names values that tell events apart where no signed id does. `type` is where the
//! body has the type, if the const does not say so. `id`, `query` and `headers` are outside of the
//! body; `{/pointer}` in the query is filled in from the event.

macro_rules! samples {
    ($($file:literal: $($provider:literal)+;)*) => {
        /// The file of a provider.
        pub(super) fn file(provider: &str) -> Option<&'static str> {
            match provider {
                $($($provider)|+ => Some(include_str!(concat!("samples/", $file, ".json"))),)*
                _ => None,
            }
        }

        /// The providers that have a file.
        #[cfg(test)]
        pub(super) const PROVIDERS: &[&str] = &[$($($provider),+),*];
    };
}

samples! {
    "abacatepay": "abacatepay";
    "adyen": "adyen";
    "adyen-platforms": "adyen-platforms";
    "asaas": "asaas";
    "asana": "asana";
    "assemblyai": "assemblyai";
    "attio": "attio";
    "auth0": "auth0";
    "authorize-net": "authorize-net";
    "aws-sns": "aws-sns";
    "azure-event-grid": "azure-event-grid" "azure-event-grid-entra";
    "bitbucket": "bitbucket";
    "bitso": "bitso";
    "braintree": "braintree";
    "cal-com": "cal-com";
    "calendly": "calendly";
    "chargebee": "chargebee";
    "checkout-com": "checkout-com";
    "clerk": "clerk";
    "codespar": "codespar" "codespar-v1";
    "coinbase-commerce": "coinbase-commerce";
    "conekta": "conekta";
    "contentful": "contentful";
    "creem": "creem" "creem-standard";
    "deepgram": "deepgram";
    "discord": "discord";
    "discord-interactions": "discord-interactions";
    "docusign": "docusign";
    "dropbox-sign": "dropbox-sign";
    "easypay": "easypay" "easypay-code";
    "feishu": "feishu";
    "figma": "figma";
    "flutterwave": "flutterwave";
    "flutterwave-v3": "flutterwave-v3";
    "gitea": "gitea";
    "github": "github";
    "gitlab": "gitlab-token" "gitlab-signing";
    "gocardless": "gocardless";
    "google-pubsub": "google-pubsub";
    "hubspot": "hubspot" "hubspot-v1" "hubspot-v2";
    "ifthenpay": "ifthenpay";
    "intercom": "intercom";
    "iyzico": "iyzico";
    "jira": "jira" "jira-oauth2";
    "kiwify": "kiwify";
    "kofi": "kofi";
    "lemonsqueezy": "lemonsqueezy";
    "line": "line";
    "linear": "linear";
    "mailchimp": "mailchimp" "mailchimp-url-secret";
    "mailgun": "mailgun";
    "mercadopago": "mercadopago";
    "meta": "meta";
    "microsoft-graph": "microsoft-graph";
    "midtrans": "midtrans";
    "mollie": "mollie";
    "myfatoorah-v1": "myfatoorah-v1";
    "myfatoorah-v2": "myfatoorah-v2";
    "netlify": "netlify";
    "nextpay": "nextpay";
    "notion": "notion";
    "okta": "okta";
    "openai": "openai";
    "opennode": "opennode";
    "paddle": "paddle";
    "pagarme-hub": "pagarme-hub";
    "pagarme-postback": "pagarme-postback";
    "pagerduty": "pagerduty";
    "payfast": "payfast";
    "paymob": "paymob";
    "paypal": "paypal";
    "paystack": "paystack";
    "plaid": "plaid";
    "polar": "polar";
    "postmark": "postmark";
    "razorpay": "razorpay";
    "replicate": "replicate";
    "resend": "resend";
    "revenuecat": "revenuecat" "revenuecat-signed";
    "sendgrid": "sendgrid";
    "sentry": "sentry";
    "shopify": "shopify";
    "slack": "slack";
    "smartpay": "smartpay";
    "square": "square";
    "stark-bank": "stark-bank";
    "standard-webhooks": "standard-webhooks" "standard-webhooks-ed25519" "svix";
    "stripe": "stripe";
    "supabase": "supabase";
    "tap": "tap";
    "telegram": "telegram";
    "telnyx": "telnyx";
    "toss-payments": "toss-payments";
    "trello": "trello" "trello-utf8";
    "twilio": "twilio" "twilio-shared-key";
    "twitch": "twitch";
    "typeform": "typeform";
    "vercel": "vercel";
    "wise": "wise";
    "wompi": "wompi";
    "woocommerce": "woocommerce";
    "workos": "workos";
    "xendit": "xendit";
    "xero": "xero";
    "zendesk": "zendesk";
    "zoom": "zoom";
}
