//! The providers, one value in each file.
//!
//! To add a provider, add its file, its `mod` line, its row in the table below, and its vectors in
//! `webhook-test/vectors`. The row adds it to the constructors of every adapter, to
//! [`Provider::ALL`], to the signer and to the property tests.

use crate::provider::Provider;

mod abacatepay;
mod adyen;
mod adyen_platforms;
mod airtable;
mod airwallex;
mod anthropic;
mod asaas;
mod asana;
mod assemblyai;
mod atlassian_connect;
mod attio;
mod auth0;
mod authorize_net;
mod azure_event_grid;
mod bigcommerce;
mod bird;
mod bitbucket;
mod box_com;
mod braintree;
mod brex;
mod btcpay;
mod buildkite;
mod cal_com;
mod calendly;
mod cashfree;
mod chargebee;
mod checkout_com;
mod circleci;
mod clerk;
mod clickup;
mod close;
mod cloudinary;
mod codespar;
mod coinbase_cdp;
mod coinbase_commerce;
mod coinify;
mod contentful;
mod creem;
mod cursor;
mod deepgram;
mod dlocal;
mod docusign;
mod dodopayments;
mod dropbox;
mod dropbox_sign;
mod dwolla;
mod easypay;
mod easypost;
mod efi_pix;
mod elevenlabs;
mod farpay;
mod fastspring;
mod figma;
mod flutterwave;
mod flutterwave_v3;
mod fourthwall;
mod front;
mod getstream;
mod gitea;
mod github;
mod gitlab_signing;
mod gitlab_token;
mod gocardless;
mod goody;
mod google_push;
mod grafana;
mod hcp_terraform;
mod heroku;
mod hook0;
mod hookdeck;
mod hotmart;
mod hubspot;
mod ifthenpay;
mod incident_io;
mod increase;
mod intercom;
mod iyzico;
mod jira;
mod juniper_mist;
mod kiwify;
mod klarna;
mod kofi;
mod kontent_ai;
mod launchdarkly;
mod lemonsqueezy;
mod line;
mod linear;
mod lithic;
mod liveblocks;
mod livekit;
mod mailchimp;
mod mailgun;
mod mandrill;
mod marqeta;
mod mercadopago;
mod messagebird;
mod meta;
mod microsoft_graph;
mod microsoft_teams;
mod midtrans;
mod modern_treasury;
mod mollie;
mod monday;
mod moneybird;
mod monnify;
mod moov;
mod mux;
mod myfatoorah;
mod netlify;
mod nextpay;
mod nfeio;
mod notion;
mod nowpayments;
mod okta;
mod omise;
mod onfido;
mod openai;
mod openmeter;
mod opennode;
mod openpix;
mod oracle_commerce;
mod orb;
mod paddle;
mod pagarme_postback;
mod pagbank;
mod pagerduty;
mod patreon;
mod payfast;
mod paymob;
mod paymongo;
mod paystack;
mod payu_europe;
mod persona;
mod phonepe;
mod plivo;
mod plivo_v2;
mod polar;
mod postmark;
mod prood;
mod pusher;
mod qstash;
mod quickbooks;
mod rapyd;
mod razorpay;
mod recall_ai;
mod recurly;
mod replicate;
mod resend;
mod retell;
mod revenuecat;
mod revolut;
mod sanity;
mod seam;
mod segment;
mod sentry;
mod shopify;
mod signatureapi;
mod slack;
mod smartpay;
mod square;
mod standard_webhooks;
mod strike;
mod stripe;
mod supabase;
mod svix;
mod tap;
mod telegram;
mod tiktok;
mod toss_payments;
mod trello;
mod twilio;
mod twitch;
mod typeform;
pub mod unconfirmed;
mod unit;
mod vapi;
mod vercel;
mod veriff;
mod vonage;
mod webex;
mod webflow;
mod websub;
mod whop;
mod wompi;
mod woocommerce;
mod workos;
mod x;
mod xendit;
mod xero;
mod zendesk;
mod zoom;

/// The modules of the providers that sign with a private key.
macro_rules! asymmetric {
    ($($name:ident)*) => {
        $(#[cfg(feature = "asymmetric")]
        mod $name;)*
    };
}

asymmetric! {
    adcp alipay aws_sns azure_event_grid_entra binance_pay bitso circle conekta discord
    discord_interactions dyte ebanx ebay fal feishu fireblocks fireblocks_v1 google_pubsub
    paddle_classic pagarme_hub paypal plaid sendgrid standard_webhooks_ed25519
    stark_bank stone_open_bank telnyx truelayer ucp wechatpay wise
}

#[cfg(feature = "asymmetric")]
pub use aws_sns::AWS_SNS_LEGACY_SHA1;
#[cfg(feature = "asymmetric")]
pub use azure_event_grid_entra::AZURE_EVENT_GRID_ENTRA_CLOUDEVENTS;
pub use {
    azure_event_grid::AZURE_EVENT_GRID_CLOUDEVENTS, buildkite::BUILDKITE_TOKEN,
    cloudinary::CLOUDINARY_SHA256, codespar::CODESPAR_V1, creem::CREEM_STANDARD,
    easypay::EASYPAY_CODE, fourthwall::FOURTHWALL_APPS, front::FRONT_RULES, gitea::GITEA_FORM,
    hook0::HOOK0_V0, hubspot::HUBSPOT_V1, hubspot::HUBSPOT_V2, jira::JIRA_OAUTH2,
    mailchimp::MAILCHIMP_URL_SECRET, messagebird::MESSAGEBIRD_LEGACY, myfatoorah::MYFATOORAH_V1,
    payu_europe::PAYU_EUROPE_SHA256, revenuecat::REVENUECAT_SIGNED, trello::TRELLO_UTF8,
    twilio::TWILIO_SHARED_KEY,
};

/// The table of providers, which passes its rows to a macro.
///
/// A row is the name of a constructor, its arguments, and the provider. Adapters use the table for
/// their constructors; it is not meant for applications.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_provider {
    ($callback:ident) => {
        $crate::with_asymmetric_providers! { $callback
            /// AbacatePay webhooks; see [`ABACATEPAY`](webhook_core::providers::ABACATEPAY).
            /// A token identifies the sender; nothing is signed.
            abacatepay(secret) = ABACATEPAY;
            /// Adyen payment webhooks; see [`ADYEN`](webhook_core::providers::ADYEN).
            /// The signature covers only a few values of each item.
            adyen(secret) = ADYEN;
            /// Adyen for Platforms, Management and Balance webhooks; see
            /// [`ADYEN_PLATFORMS`](webhook_core::providers::ADYEN_PLATFORMS).
            adyen_platforms(secret) = ADYEN_PLATFORMS;
            /// Airtable webhooks; see [`AIRTABLE`](webhook_core::providers::AIRTABLE).
            airtable(secret) = AIRTABLE;
            /// Airwallex webhooks; see [`AIRWALLEX`](webhook_core::providers::AIRWALLEX).
            airwallex(secret) = AIRWALLEX;
            /// Anthropic webhooks; see [`ANTHROPIC`](webhook_core::providers::ANTHROPIC).
            anthropic(secret) = ANTHROPIC;
            /// Asaas webhooks; see [`ASAAS`](webhook_core::providers::ASAAS).
            /// A token identifies the sender; the body is not covered.
            asaas(secret) = ASAAS;
            /// Asana webhooks; see [`ASANA`](webhook_core::providers::ASANA).
            asana(secret) = ASANA;
            /// AssemblyAI webhooks of transcripts; see
            /// [`ASSEMBLYAI`](webhook_core::providers::ASSEMBLYAI).
            /// A token identifies the sender; nothing is signed. Set `webhook_auth_header_name`.
            assemblyai(secret) = ASSEMBLYAI;
            /// Atlassian Connect webhooks; see
            /// [`ATLASSIAN_CONNECT`](webhook_core::providers::ATLASSIAN_CONNECT).
            /// The signature covers method and URL, not the body.
            atlassian_connect(secret, public_url) = ATLASSIAN_CONNECT;
            /// Attio webhooks; see [`ATTIO`](webhook_core::providers::ATTIO).
            attio(secret) = ATTIO;
            /// Auth0 log streams; see [`AUTH0`](webhook_core::providers::AUTH0).
            /// A token identifies the sender; the body is not covered.
            auth0(secret) = AUTH0;
            /// Authorize.net webhooks; see
            /// [`AUTHORIZE_NET`](webhook_core::providers::AUTHORIZE_NET).
            authorize_net(secret) = AUTHORIZE_NET;
            /// Azure Event Grid deliveries; see
            /// [`AZURE_EVENT_GRID`](webhook_core::providers::AZURE_EVENT_GRID).
            /// A token in the query identifies the sender; nothing is signed.
            azure_event_grid(secret) = AZURE_EVENT_GRID;
            /// BigCommerce webhooks; see [`BIGCOMMERCE`](webhook_core::providers::BIGCOMMERCE).
            bigcommerce(secret) = BIGCOMMERCE;
            /// Bird webhooks; see [`BIRD`](webhook_core::providers::BIRD).
            /// The signature covers the URL.
            bird(secret, public_url) = BIRD;
            /// Bitbucket Cloud webhooks; see [`BITBUCKET`](webhook_core::providers::BITBUCKET).
            bitbucket(secret) = BITBUCKET;
            /// Box webhooks of version 2; see [`BOX`](webhook_core::providers::BOX).
            box_com(secret) = BOX;
            /// Braintree webhooks; see [`BRAINTREE`](webhook_core::providers::BRAINTREE).
            braintree(secret, public_key) = BRAINTREE;
            /// Brex webhooks; see [`BREX`](webhook_core::providers::BREX).
            brex(secret) = BREX;
            /// BTCPay Server webhooks; see [`BTCPAY`](webhook_core::providers::BTCPAY).
            btcpay(secret) = BTCPAY;
            /// Buildkite webhooks with a signature; see
            /// [`BUILDKITE`](webhook_core::providers::BUILDKITE).
            buildkite(secret) = BUILDKITE;
            /// Cal.com webhooks; see [`CAL_COM`](webhook_core::providers::CAL_COM).
            cal_com(secret) = CAL_COM;
            /// Calendly webhooks; see [`CALENDLY`](webhook_core::providers::CALENDLY).
            calendly(secret) = CALENDLY;
            /// Cashfree payment gateway webhooks; see
            /// [`CASHFREE`](webhook_core::providers::CASHFREE).
            cashfree(secret) = CASHFREE;
            /// Chargebee webhooks; see [`CHARGEBEE`](webhook_core::providers::CHARGEBEE).
            /// HTTP Basic identifies the sender; the body is not covered.
            chargebee(username, password) = CHARGEBEE;
            /// Checkout.com webhooks; see [`CHECKOUT_COM`](webhook_core::providers::CHECKOUT_COM).
            checkout_com(secret) = CHECKOUT_COM;
            /// CircleCI webhooks; see [`CIRCLECI`](webhook_core::providers::CIRCLECI).
            circleci(secret) = CIRCLECI;
            /// Clerk webhooks; see [`CLERK`](webhook_core::providers::CLERK).
            clerk(secret) = CLERK;
            /// ClickUp webhooks; see [`CLICKUP`](webhook_core::providers::CLICKUP).
            clickup(secret) = CLICKUP;
            /// Close CRM webhooks; see [`CLOSE`](webhook_core::providers::CLOSE).
            close(secret) = CLOSE;
            /// Cloudinary notifications with SHA-1; see
            /// [`CLOUDINARY`](webhook_core::providers::CLOUDINARY).
            cloudinary(secret) = CLOUDINARY;
            /// CodeSpar webhooks, with and without a signed timestamp; see
            /// [`CODESPAR`](webhook_core::providers::CODESPAR).
            codespar(secret) = CODESPAR;
            /// Coinbase Developer Platform webhooks; see
            /// [`COINBASE_CDP`](webhook_core::providers::COINBASE_CDP).
            coinbase_cdp(secret) = COINBASE_CDP;
            /// Coinbase Commerce webhooks; see
            /// [`COINBASE_COMMERCE`](webhook_core::providers::COINBASE_COMMERCE).
            coinbase_commerce(secret) = COINBASE_COMMERCE;
            /// Coinify webhooks; see [`COINIFY`](webhook_core::providers::COINIFY).
            coinify(secret) = COINIFY;
            /// Contentful signed webhooks and apps; see
            /// [`CONTENTFUL`](webhook_core::providers::CONTENTFUL).
            contentful(secret) = CONTENTFUL;
            /// Creem webhooks; see [`CREEM`](webhook_core::providers::CREEM).
            creem(secret) = CREEM;
            /// Cursor webhooks of cloud agents; see [`CURSOR`](webhook_core::providers::CURSOR).
            cursor(secret) = CURSOR;
            /// Deepgram callbacks; see [`DEEPGRAM`](webhook_core::providers::DEEPGRAM).
            /// HTTP Basic identifies the sender; the body is not covered.
            deepgram(username, password) = DEEPGRAM;
            /// dLocal payment notifications, with login and secret key; see
            /// [`DLOCAL`](webhook_core::providers::DLOCAL).
            dlocal(username, password) = DLOCAL;
            /// DocuSign Connect webhooks; see [`DOCUSIGN`](webhook_core::providers::DOCUSIGN).
            docusign(secret) = DOCUSIGN;
            /// Dodo Payments webhooks; see [`DODOPAYMENTS`](webhook_core::providers::DODOPAYMENTS).
            dodopayments(secret) = DODOPAYMENTS;
            /// Dropbox webhooks; see [`DROPBOX`](webhook_core::providers::DROPBOX).
            /// Duplicates run.
            dropbox(secret) = DROPBOX;
            /// Dropbox Sign webhooks; see [`DROPBOX_SIGN`](webhook_core::providers::DROPBOX_SIGN).
            /// The signature covers little. Duplicates run.
            dropbox_sign(secret) = DROPBOX_SIGN;
            /// Dwolla webhooks; see [`DWOLLA`](webhook_core::providers::DWOLLA).
            dwolla(secret) = DWOLLA;
            /// Easypay (Portugal) notifications; see [`EASYPAY`](webhook_core::providers::EASYPAY).
            /// HTTP Basic identifies the sender; the body is not covered.
            easypay(username, password) = EASYPAY;
            /// EasyPost webhooks; see [`EASYPOST`](webhook_core::providers::EASYPOST).
            easypost(secret) = EASYPOST;
            /// Efí Pix webhooks; see [`EFI_PIX`](webhook_core::providers::EFI_PIX).
            /// A token in the query identifies the sender; nothing is signed.
            efi_pix(secret) = EFI_PIX;
            /// ElevenLabs webhooks; see [`ELEVENLABS`](webhook_core::providers::ELEVENLABS).
            elevenlabs(secret) = ELEVENLABS;
            /// FarPay webhooks; see [`FARPAY`](webhook_core::providers::FARPAY).
            farpay(secret) = FARPAY;
            /// FastSpring webhooks; see [`FASTSPRING`](webhook_core::providers::FASTSPRING).
            fastspring(secret) = FASTSPRING;
            /// Figma webhooks; see [`FIGMA`](webhook_core::providers::FIGMA).
            /// A passcode in the body identifies the sender; nothing is signed.
            figma(secret) = FIGMA;
            /// Flutterwave webhooks of version 4; see
            /// [`FLUTTERWAVE`](webhook_core::providers::FLUTTERWAVE).
            flutterwave(secret) = FLUTTERWAVE;
            /// Flutterwave webhooks of version 3; see
            /// [`FLUTTERWAVE_V3`](webhook_core::providers::FLUTTERWAVE_V3).
            /// A token identifies the sender; the body is not covered.
            flutterwave_v3(secret) = FLUTTERWAVE_V3;
            /// Fourthwall webhooks of a shop; see
            /// [`FOURTHWALL`](webhook_core::providers::FOURTHWALL).
            fourthwall(secret) = FOURTHWALL;
            /// Front application webhooks; see [`FRONT`](webhook_core::providers::FRONT).
            front(secret) = FRONT;
            /// Stream (getstream.io) webhooks; see
            /// [`GETSTREAM`](webhook_core::providers::GETSTREAM).
            getstream(secret) = GETSTREAM;
            /// Gitea and Forgejo webhooks; see [`GITEA`](webhook_core::providers::GITEA).
            gitea(secret) = GITEA;
            /// GitHub webhooks; see [`GITHUB`](webhook_core::providers::GITHUB).
            github(secret) = GITHUB;
            /// GitLab webhooks with a signing token; see
            /// [`GITLAB_SIGNING`](webhook_core::providers::GITLAB_SIGNING).
            gitlab_signing(secret) = GITLAB_SIGNING;
            /// GitLab webhooks with a secret token; see
            /// [`GITLAB_TOKEN`](webhook_core::providers::GITLAB_TOKEN).
            /// A token identifies the sender; the body is not covered.
            gitlab_token(secret) = GITLAB_TOKEN;
            /// GoCardless webhooks; see [`GOCARDLESS`](webhook_core::providers::GOCARDLESS).
            gocardless(secret) = GOCARDLESS;
            /// Goody webhooks; see [`GOODY`](webhook_core::providers::GOODY).
            goody(secret) = GOODY;
            /// Google push notifications of `watch` channels; see
            /// [`GOOGLE_PUSH`](webhook_core::providers::GOOGLE_PUSH).
            /// A token identifies the sender; nothing is signed.
            google_push(secret) = GOOGLE_PUSH;
            /// Grafana alerting webhooks; see [`GRAFANA`](webhook_core::providers::GRAFANA).
            /// Duplicates run.
            grafana(secret) = GRAFANA;
            /// HCP Terraform run notifications; see
            /// [`HCP_TERRAFORM`](webhook_core::providers::HCP_TERRAFORM).
            hcp_terraform(secret) = HCP_TERRAFORM;
            /// Heroku app webhooks; see [`HEROKU`](webhook_core::providers::HEROKU).
            heroku(secret) = HEROKU;
            /// Hook0 webhooks; see [`HOOK0`](webhook_core::providers::HOOK0).
            hook0(secret) = HOOK0;
            /// Hookdeck deliveries with Hookdeck's signature; see
            /// [`HOOKDECK`](webhook_core::providers::HOOKDECK).
            hookdeck(secret) = HOOKDECK;
            /// Hotmart webhooks; see [`HOTMART`](webhook_core::providers::HOTMART).
            /// A token identifies the sender; nothing is signed.
            hotmart(secret) = HOTMART;
            /// HubSpot webhooks, signature version 3; see
            /// [`HUBSPOT`](webhook_core::providers::HUBSPOT).
            /// The signature covers the URL.
            hubspot(secret, public_url) = HUBSPOT;
            /// ifthenpay callbacks; see [`IFTHENPAY`](webhook_core::providers::IFTHENPAY).
            /// A key in the query identifies the sender; nothing is signed.
            ifthenpay(secret) = IFTHENPAY;
            /// incident.io webhooks; see [`INCIDENT_IO`](webhook_core::providers::INCIDENT_IO).
            incident_io(secret) = INCIDENT_IO;
            /// Increase webhooks; see [`INCREASE`](webhook_core::providers::INCREASE).
            increase(secret) = INCREASE;
            /// Intercom webhooks; see [`INTERCOM`](webhook_core::providers::INTERCOM).
            intercom(secret) = INTERCOM;
            /// iyzico webhooks; see [`IYZICO`](webhook_core::providers::IYZICO).
            /// The signature covers only a few values of the body.
            iyzico(secret) = IYZICO;
            /// Jira Cloud webhooks that an administrator created; see
            /// [`JIRA`](webhook_core::providers::JIRA).
            jira(secret) = JIRA;
            /// Juniper Mist webhooks; see [`JUNIPER_MIST`](webhook_core::providers::JUNIPER_MIST).
            juniper_mist(secret) = JUNIPER_MIST;
            /// Kiwify webhooks; see [`KIWIFY`](webhook_core::providers::KIWIFY).
            /// The signature is in the query.
            kiwify(secret) = KIWIFY;
            /// Klarna notifications; see [`KLARNA`](webhook_core::providers::KLARNA).
            /// `kid` lists the ids of its keys.
            klarna(secret, kid) = KLARNA;
            /// Ko-fi webhooks; see [`KOFI`](webhook_core::providers::KOFI).
            /// A token in the body identifies the sender; nothing is signed.
            kofi(secret) = KOFI;
            /// Kontent.ai webhooks; see [`KONTENT_AI`](webhook_core::providers::KONTENT_AI).
            kontent_ai(secret) = KONTENT_AI;
            /// LaunchDarkly webhooks; see [`LAUNCHDARKLY`](webhook_core::providers::LAUNCHDARKLY).
            launchdarkly(secret) = LAUNCHDARKLY;
            /// Lemon Squeezy webhooks; see [`LEMONSQUEEZY`](webhook_core::providers::LEMONSQUEEZY).
            lemonsqueezy(secret) = LEMONSQUEEZY;
            /// LINE webhooks; see [`LINE`](webhook_core::providers::LINE).
            line(secret) = LINE;
            /// Linear webhooks; see [`LINEAR`](webhook_core::providers::LINEAR).
            linear(secret) = LINEAR;
            /// Lithic webhooks; see [`LITHIC`](webhook_core::providers::LITHIC).
            lithic(secret) = LITHIC;
            /// Liveblocks webhooks; see [`LIVEBLOCKS`](webhook_core::providers::LIVEBLOCKS).
            liveblocks(secret) = LIVEBLOCKS;
            /// Mailchimp Marketing webhooks with a signature; see
            /// [`MAILCHIMP`](webhook_core::providers::MAILCHIMP).
            mailchimp(secret) = MAILCHIMP;
            /// Mailgun webhooks; see [`MAILGUN`](webhook_core::providers::MAILGUN).
            /// The signature covers a one-time token, not the body.
            mailgun(secret) = MAILGUN;
            /// Mandrill webhooks; see [`MANDRILL`](webhook_core::providers::MANDRILL).
            mandrill(secret, public_url) = MANDRILL;
            /// LiveKit webhooks; see [`LIVEKIT`](webhook_core::providers::LIVEKIT).
            livekit(secret) = LIVEKIT;
            /// Marqeta webhooks; see [`MARQETA`](webhook_core::providers::MARQETA).
            marqeta(secret) = MARQETA;
            /// Mercado Pago webhooks; see [`MERCADOPAGO`](webhook_core::providers::MERCADOPAGO).
            /// The signature does not cover the body.
            mercadopago(secret) = MERCADOPAGO;
            /// MessageBird webhooks; see [`MESSAGEBIRD`](webhook_core::providers::MESSAGEBIRD).
            /// The signature covers the URL.
            messagebird(secret, public_url) = MESSAGEBIRD;
            /// Meta webhooks: Facebook, Instagram, Messenger and WhatsApp; see
            /// [`META`](webhook_core::providers::META).
            meta(secret) = META;
            /// Microsoft Graph change notifications; see
            /// [`MICROSOFT_GRAPH`](webhook_core::providers::MICROSOFT_GRAPH).
            /// A token identifies the sender; the body is not covered.
            microsoft_graph(secret) = MICROSOFT_GRAPH;
            /// Microsoft Teams outgoing webhooks; see
            /// [`MICROSOFT_TEAMS`](webhook_core::providers::MICROSOFT_TEAMS).
            microsoft_teams(secret) = MICROSOFT_TEAMS;
            /// Midtrans notifications; see [`MIDTRANS`](webhook_core::providers::MIDTRANS).
            /// The signature covers only a few values of the body.
            midtrans(secret) = MIDTRANS;
            /// Modern Treasury webhooks; see
            /// [`MODERN_TREASURY`](webhook_core::providers::MODERN_TREASURY).
            modern_treasury(secret) = MODERN_TREASURY;
            /// Mollie next-generation webhooks; see [`MOLLIE`](webhook_core::providers::MOLLIE).
            mollie(secret) = MOLLIE;
            /// monday.com webhooks of apps; see [`MONDAY`](webhook_core::providers::MONDAY).
            /// A token identifies the sender; the body is not covered.
            monday(secret) = MONDAY;
            /// Moneybird webhooks; see [`MONEYBIRD`](webhook_core::providers::MONEYBIRD).
            moneybird(secret) = MONEYBIRD;
            /// Monnify webhooks; see [`MONNIFY`](webhook_core::providers::MONNIFY).
            monnify(secret) = MONNIFY;
            /// Moov webhooks; see [`MOOV`](webhook_core::providers::MOOV).
            /// The signature does not cover the body.
            moov(secret) = MOOV;
            /// Mux webhooks; see [`MUX`](webhook_core::providers::MUX).
            mux(secret) = MUX;
            /// MyFatoorah webhooks; see [`MYFATOORAH_V2`](webhook_core::providers::MYFATOORAH_V2).
            /// The signature covers only a few values of the body.
            myfatoorah(secret) = MYFATOORAH_V2;
            /// Netlify deploy notifications; see [`NETLIFY`](webhook_core::providers::NETLIFY).
            netlify(secret) = NETLIFY;
            /// NextPay (Philippines) webhooks; see [`NEXTPAY`](webhook_core::providers::NEXTPAY).
            nextpay(secret) = NEXTPAY;
            /// NFe.io webhooks; see [`NFEIO`](webhook_core::providers::NFEIO).
            nfeio(secret) = NFEIO;
            /// Notion webhooks; see [`NOTION`](webhook_core::providers::NOTION).
            notion(secret) = NOTION;
            /// NOWPayments notifications; see
            /// [`NOWPAYMENTS`](webhook_core::providers::NOWPAYMENTS).
            nowpayments(secret) = NOWPAYMENTS;
            /// Okta event hooks; see [`OKTA`](webhook_core::providers::OKTA).
            /// A token identifies the sender; the body is not covered.
            okta(secret) = OKTA;
            /// Omise webhooks; see [`OMISE`](webhook_core::providers::OMISE).
            omise(secret) = OMISE;
            /// Onfido webhooks; see [`ONFIDO`](webhook_core::providers::ONFIDO).
            onfido(secret) = ONFIDO;
            /// OpenAI webhooks; see [`OPENAI`](webhook_core::providers::OPENAI).
            openai(secret) = OPENAI;
            /// OpenMeter webhooks; see [`OPENMETER`](webhook_core::providers::OPENMETER).
            openmeter(secret) = OPENMETER;
            /// OpenNode webhooks; see [`OPENNODE`](webhook_core::providers::OPENNODE).
            /// The signature covers the id of a charge, not the body.
            opennode(secret) = OPENNODE;
            /// OpenPix (Woovi) webhooks; see [`OPENPIX`](webhook_core::providers::OPENPIX).
            openpix(secret) = OPENPIX;
            /// Oracle Commerce webhooks; see
            /// [`ORACLE_COMMERCE`](webhook_core::providers::ORACLE_COMMERCE).
            oracle_commerce(secret) = ORACLE_COMMERCE;
            /// Orb webhooks; see [`ORB`](webhook_core::providers::ORB).
            orb(secret) = ORB;
            /// Paddle Billing webhooks; see [`PADDLE`](webhook_core::providers::PADDLE).
            paddle(secret) = PADDLE;
            /// Pagar.me postbacks of versions 1 to 4; see
            /// [`PAGARME_POSTBACK`](webhook_core::providers::PAGARME_POSTBACK).
            pagarme_postback(secret) = PAGARME_POSTBACK;
            /// PagBank webhooks; see [`PAGBANK`](webhook_core::providers::PAGBANK).
            pagbank(secret) = PAGBANK;
            /// PagerDuty webhooks of version 3; see
            /// [`PAGERDUTY`](webhook_core::providers::PAGERDUTY).
            pagerduty(secret) = PAGERDUTY;
            /// Patreon webhooks; see [`PATREON`](webhook_core::providers::PATREON).
            patreon(secret) = PATREON;
            /// Payfast (South Africa) notifications (ITN); see
            /// [`PAYFAST`](webhook_core::providers::PAYFAST).
            /// MD5 with a passphrase: the signature is weak.
            payfast(secret) = PAYFAST;
            /// Paymob transaction callbacks; see [`PAYMOB`](webhook_core::providers::PAYMOB).
            /// The signature covers only twenty values, and the customer has one.
            paymob(secret) = PAYMOB;
            /// PayMongo webhooks; see [`PAYMONGO`](webhook_core::providers::PAYMONGO).
            paymongo(secret) = PAYMONGO;
            /// Paystack webhooks; see [`PAYSTACK`](webhook_core::providers::PAYSTACK).
            paystack(secret) = PAYSTACK;
            /// PayU Europe notifications; see
            /// [`PAYU_EUROPE`](webhook_core::providers::PAYU_EUROPE).
            payu_europe(secret) = PAYU_EUROPE;
            /// Persona webhooks; see [`PERSONA`](webhook_core::providers::PERSONA).
            persona(secret) = PERSONA;
            /// PhonePe webhooks; see [`PHONEPE`](webhook_core::providers::PHONEPE).
            /// A hash of the credentials identifies the sender; nothing is signed.
            phonepe(username, password) = PHONEPE;
            /// Plivo voice webhooks; see [`PLIVO`](webhook_core::providers::PLIVO).
            plivo(secret, public_url) = PLIVO;
            /// Plivo message webhooks; see [`PLIVO_V2`](webhook_core::providers::PLIVO_V2).
            /// The signature covers the URL, not the body.
            plivo_v2(secret, public_url) = PLIVO_V2;
            /// Polar webhooks; see [`POLAR`](webhook_core::providers::POLAR).
            polar(secret) = POLAR;
            /// Postmark webhooks; see [`POSTMARK`](webhook_core::providers::POSTMARK).
            /// HTTP Basic identifies the sender; the body is not covered.
            postmark(username, password) = POSTMARK;
            /// Prood requests; see [`PROOD`](webhook_core::providers::PROOD).
            /// A token identifies the sender; nothing is signed.
            prood(secret) = PROOD;
            /// Pusher Channels webhooks; see [`PUSHER`](webhook_core::providers::PUSHER).
            pusher(secret) = PUSHER;
            /// Upstash QStash deliveries; see [`QSTASH`](webhook_core::providers::QSTASH).
            /// The signature covers the URL.
            qstash(secret, public_url) = QSTASH;
            /// QuickBooks webhooks; see [`QUICKBOOKS`](webhook_core::providers::QUICKBOOKS).
            quickbooks(secret) = QUICKBOOKS;
            /// Rapyd webhooks; see [`RAPYD`](webhook_core::providers::RAPYD).
            rapyd(secret, public_url, access_key) = RAPYD;
            /// Razorpay webhooks; see [`RAZORPAY`](webhook_core::providers::RAZORPAY).
            razorpay(secret) = RAZORPAY;
            /// Recall.ai webhooks and callbacks; see
            /// [`RECALL_AI`](webhook_core::providers::RECALL_AI).
            recall_ai(secret) = RECALL_AI;
            /// Recurly JSON webhooks; see [`RECURLY`](webhook_core::providers::RECURLY).
            recurly(secret) = RECURLY;
            /// Replicate webhooks; see [`REPLICATE`](webhook_core::providers::REPLICATE).
            replicate(secret) = REPLICATE;
            /// Resend webhooks; see [`RESEND`](webhook_core::providers::RESEND).
            resend(secret) = RESEND;
            /// Retell AI webhooks; see [`RETELL`](webhook_core::providers::RETELL).
            retell(secret) = RETELL;
            /// RevenueCat webhooks; see [`REVENUECAT`](webhook_core::providers::REVENUECAT).
            /// A token identifies the sender; the body is not covered.
            revenuecat(secret) = REVENUECAT;
            /// Revolut webhooks; see [`REVOLUT`](webhook_core::providers::REVOLUT).
            revolut(secret) = REVOLUT;
            /// Sanity webhooks; see [`SANITY`](webhook_core::providers::SANITY).
            sanity(secret) = SANITY;
            /// Seam webhooks; see [`SEAM`](webhook_core::providers::SEAM).
            seam(secret) = SEAM;
            /// Webhook destinations of Twilio Segment; see
            /// [`SEGMENT`](webhook_core::providers::SEGMENT).
            segment(secret) = SEGMENT;
            /// Sentry webhooks of the integration platform; see
            /// [`SENTRY`](webhook_core::providers::SENTRY).
            sentry(secret) = SENTRY;
            /// Shopify webhooks; see [`SHOPIFY`](webhook_core::providers::SHOPIFY).
            shopify(secret) = SHOPIFY;
            /// SignatureAPI webhooks; see [`SIGNATUREAPI`](webhook_core::providers::SIGNATUREAPI).
            signatureapi(secret) = SIGNATUREAPI;
            /// Slack webhooks; see [`SLACK`](webhook_core::providers::SLACK).
            /// The endpoint answers the `url_verification` challenge.
            slack(secret) = SLACK;
            /// Smartpay (Japan) webhooks; see [`SMARTPAY`](webhook_core::providers::SMARTPAY).
            smartpay(secret) = SMARTPAY;
            /// Square webhooks; see [`SQUARE`](webhook_core::providers::SQUARE).
            /// The signature covers the URL.
            square(secret, public_url) = SQUARE;
            /// Webhooks of any sender that follows the Standard Webhooks specification, with `v1`
            /// signatures; see
            /// [`STANDARD_WEBHOOKS`](webhook_core::providers::STANDARD_WEBHOOKS).
            standard_webhooks(secret) = STANDARD_WEBHOOKS;
            /// Strike webhooks; see [`STRIKE`](webhook_core::providers::STRIKE).
            strike(secret) = STRIKE;
            /// Stripe webhooks; see [`STRIPE`](webhook_core::providers::STRIPE).
            stripe(secret) = STRIPE;
            /// Supabase Auth hooks; see [`SUPABASE`](webhook_core::providers::SUPABASE).
            supabase(secret) = SUPABASE;
            /// Webhooks of Svix and of the products that send through it; see
            /// [`SVIX`](webhook_core::providers::SVIX).
            svix(secret) = SVIX;
            /// Tap charge webhooks; see [`TAP`](webhook_core::providers::TAP).
            /// The signature covers only a few values of the body.
            tap(secret) = TAP;
            /// Telegram bot webhooks; see [`TELEGRAM`](webhook_core::providers::TELEGRAM).
            /// A token identifies the sender; the body is not covered.
            telegram(secret) = TELEGRAM;
            /// TikTok for Developers webhooks; see [`TIKTOK`](webhook_core::providers::TIKTOK).
            tiktok(secret) = TIKTOK;
            /// Toss Payments webhooks of payouts; see
            /// [`TOSS_PAYMENTS`](webhook_core::providers::TOSS_PAYMENTS).
            /// Its other events are not signed.
            toss_payments(secret) = TOSS_PAYMENTS;
            /// Trello webhooks; see [`TRELLO`](webhook_core::providers::TRELLO).
            /// The signature covers the URL.
            trello(secret, public_url) = TRELLO;
            /// Twilio webhooks; see [`TWILIO`](webhook_core::providers::TWILIO).
            /// The signature covers a form field by field, not byte by byte.
            twilio(secret, public_url) = TWILIO;
            /// Twitch EventSub webhooks; see [`TWITCH`](webhook_core::providers::TWITCH).
            twitch(secret) = TWITCH;
            /// Typeform webhooks; see [`TYPEFORM`](webhook_core::providers::TYPEFORM).
            typeform(secret) = TYPEFORM;
            /// Unit webhooks; see [`UNIT`](webhook_core::providers::UNIT).
            unit(secret) = UNIT;
            /// Vapi server messages; see [`VAPI`](webhook_core::providers::VAPI).
            /// A token identifies the sender; nothing is signed.
            vapi(secret) = VAPI;
            /// Vercel webhooks; see [`VERCEL`](webhook_core::providers::VERCEL).
            vercel(secret) = VERCEL;
            /// Veriff webhooks; see [`VERIFF`](webhook_core::providers::VERIFF).
            veriff(secret) = VERIFF;
            /// Vonage signed webhooks; see [`VONAGE`](webhook_core::providers::VONAGE).
            vonage(secret) = VONAGE;
            /// Webex webhooks; see [`WEBEX`](webhook_core::providers::WEBEX).
            webex(secret) = WEBEX;
            /// Webflow webhooks; see [`WEBFLOW`](webhook_core::providers::WEBFLOW).
            webflow(secret) = WEBFLOW;
            /// WebSub content, such as that of YouTube; see
            /// [`WEBSUB`](webhook_core::providers::WEBSUB).
            websub(secret) = WEBSUB;
            /// Whop webhooks; see [`WHOP`](webhook_core::providers::WHOP).
            whop(secret) = WHOP;
            /// Wompi (Colombia) webhooks of transactions; see
            /// [`WOMPI`](webhook_core::providers::WOMPI).
            /// The signature covers only a few values of the body.
            wompi(secret) = WOMPI;
            /// WooCommerce webhooks; see [`WOOCOMMERCE`](webhook_core::providers::WOOCOMMERCE).
            woocommerce(secret) = WOOCOMMERCE;
            /// WorkOS webhooks; see [`WORKOS`](webhook_core::providers::WORKOS).
            workos(secret) = WORKOS;
            /// X (Twitter) webhooks; see [`X`](webhook_core::providers::X).
            /// The endpoint answers the hourly check.
            x(secret) = X;
            /// Xendit webhooks; see [`XENDIT`](webhook_core::providers::XENDIT).
            /// A token identifies the sender; the body is not covered.
            xendit(secret) = XENDIT;
            /// Xero webhooks; see [`XERO`](webhook_core::providers::XERO).
            xero(secret) = XERO;
            /// Zendesk webhooks; see [`ZENDESK`](webhook_core::providers::ZENDESK).
            zendesk(secret) = ZENDESK;
            /// Zoom webhooks; see [`ZOOM`](webhook_core::providers::ZOOM).
            zoom(secret) = ZOOM;
        }
    };
}

/// The rest of the table: the providers that sign with a private key or encrypt. It passes the rows
/// on to a macro, after whatever comes with its name. The macros below know whether the build has
/// them.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_asymmetric_provider {
    ($callback:ident $($before:tt)*) => {
        $crate::for_each_asymmetric_provider! { @badge $callback [$($before)*]
            /// AdCP webhooks; see [`ADCP`](webhook_core::providers::ADCP).
            /// The signature covers the URL: set `public_url` too.
            adcp(public_key) = ADCP;
            /// Alipay notifications; see [`ALIPAY`](webhook_core::providers::ALIPAY).
            /// The signature covers fields, not bytes.
            alipay(public_key) = ALIPAY;
            /// Amazon SNS deliveries; see [`AWS_SNS`](webhook_core::providers::AWS_SNS).
            /// The signature covers fields, not bytes. A topic signs with version 1 unless it is set to
            /// version 2. Version 1 is refused unless `accept_signature_version_1` is set.
            aws_sns(public_key) = AWS_SNS;
            /// Azure Event Grid deliveries with a token of Microsoft Entra ID; see
            /// [`AZURE_EVENT_GRID_ENTRA`](webhook_core::providers::AZURE_EVENT_GRID_ENTRA).
            /// A token identifies the sender; the body is not covered.
            azure_event_grid_entra(public_key) = AZURE_EVENT_GRID_ENTRA;
            /// Binance Pay webhooks; see [`BINANCE_PAY`](webhook_core::providers::BINANCE_PAY).
            binance_pay(public_key) = BINANCE_PAY;
            /// Bitso webhooks; see [`BITSO`](webhook_core::providers::BITSO).
            /// The signature covers the payload, not the event type.
            bitso(public_key) = BITSO;
            /// Circle webhooks of version 2; see [`CIRCLE`](webhook_core::providers::CIRCLE).
            circle(public_key) = CIRCLE;
            /// Conekta webhooks; see [`CONEKTA`](webhook_core::providers::CONEKTA).
            conekta(public_key) = CONEKTA;
            /// Discord webhook events; see [`DISCORD`](webhook_core::providers::DISCORD).
            /// The endpoint answers the `PING`.
            discord(public_key) = DISCORD;
            /// Discord interactions; see
            /// [`DISCORD_INTERACTIONS`](webhook_core::providers::DISCORD_INTERACTIONS).
            /// The endpoint answers the `PING`.
            discord_interactions(public_key) = DISCORD_INTERACTIONS;
            /// Dyte webhooks; see [`DYTE`](webhook_core::providers::DYTE).
            dyte(public_key) = DYTE;
            /// EBANX notifications; see [`EBANX`](webhook_core::providers::EBANX).
            /// Duplicates run.
            ebanx(public_key) = EBANX;
            /// eBay Notification API webhooks; see [`EBAY`](webhook_core::providers::EBAY).
            ebay(public_key) = EBAY;
            /// fal.ai webhooks; see [`FAL`](webhook_core::providers::FAL).
            fal(public_key) = FAL;
            /// Event subscriptions of Feishu and Lark; see
            /// [`FEISHU`](webhook_core::providers::FEISHU).
            /// The payload is the decrypted body. Set `verify_token` too, for the check of the URL.
            feishu(secret) = FEISHU;
            /// Fireblocks webhooks of version 2; see
            /// [`FIREBLOCKS`](webhook_core::providers::FIREBLOCKS).
            fireblocks(public_key) = FIREBLOCKS;
            /// Fireblocks webhooks of version 1; see
            /// [`FIREBLOCKS_V1`](webhook_core::providers::FIREBLOCKS_V1).
            fireblocks_v1(public_key) = FIREBLOCKS_V1;
            /// Google Cloud Pub/Sub push subscriptions; see
            /// [`GOOGLE_PUBSUB`](webhook_core::providers::GOOGLE_PUBSUB).
            /// A token identifies the sender; the body is not covered.
            google_pubsub(public_key) = GOOGLE_PUBSUB;
            /// Paddle Classic webhooks; see
            /// [`PADDLE_CLASSIC`](webhook_core::providers::PADDLE_CLASSIC).
            /// The signature covers fields, not bytes.
            paddle_classic(public_key) = PADDLE_CLASSIC;
            /// Pagar.me webhooks of installations linked through its Hub; see
            /// [`PAGARME_HUB`](webhook_core::providers::PAGARME_HUB).
            pagarme_hub(public_key) = PAGARME_HUB;
            /// Plaid webhooks; see [`PLAID`](webhook_core::providers::PLAID).
            plaid(public_key) = PLAID;
            /// PayPal webhooks; see [`PAYPAL`](webhook_core::providers::PAYPAL).
            /// The signature covers only a checksum of the body.
            paypal(public_key) = PAYPAL;
            /// SendGrid Event Webhook; see [`SENDGRID`](webhook_core::providers::SENDGRID).
            sendgrid(public_key) = SENDGRID;
            /// Webhooks of any sender that follows the Standard Webhooks specification, with `v1a`
            /// signatures; see
            /// [`STANDARD_WEBHOOKS_ED25519`](webhook_core::providers::STANDARD_WEBHOOKS_ED25519).
            standard_webhooks_ed25519(public_key) = STANDARD_WEBHOOKS_ED25519;
            /// Stark Bank webhooks; see [`STARK_BANK`](webhook_core::providers::STARK_BANK).
            /// One key signs for all customers, so `workspace_id` is required.
            stark_bank(public_key) = STARK_BANK;
            /// Stone Open Bank webhooks; see
            /// [`STONE_OPEN_BANK`](webhook_core::providers::STONE_OPEN_BANK).
            /// The signature covers the claims, not the body around them.
            stone_open_bank(public_key) = STONE_OPEN_BANK;
            /// Telnyx webhooks of API version 2; see [`TELNYX`](webhook_core::providers::TELNYX).
            telnyx(public_key) = TELNYX;
            /// TrueLayer webhooks; see [`TRUELAYER`](webhook_core::providers::TRUELAYER).
            truelayer(public_key) = TRUELAYER;
            /// Order webhooks of UCP; see [`UCP`](webhook_core::providers::UCP).
            /// The signature covers the URL: set `public_url`, and the setting `profile_url`.
            ucp(public_key) = UCP;
            /// WeChat Pay notifications of API version 3; see
            /// [`WECHATPAY`](webhook_core::providers::WECHATPAY).
            wechatpay(public_key) = WECHATPAY;
            /// Wise webhooks; see [`WISE`](webhook_core::providers::WISE).
            wise(public_key) = WISE;
        }
    };
    (@badge $callback:ident [$($before:tt)*]
        $($(#[$doc:meta])* $name:ident($key:ident) = $provider:ident;)*
    ) => {
        $callback! {
            $($before)*
            $(
                $(#[$doc])*
                #[cfg_attr(docsrs, doc(cfg(feature = "asymmetric")))]
                $name($key) = $provider;
            )*
        }
    };
}

/// Takes the rows of [`for_each_provider`] and passes them on with those of the feature
/// `asymmetric`.
#[cfg(feature = "asymmetric")]
#[doc(hidden)]
#[macro_export]
macro_rules! with_asymmetric_providers {
    ($callback:ident $($rows:tt)*) => {
        $crate::for_each_asymmetric_provider! { $callback $($rows)* }
    };
}

/// The same without the feature: passes the rows on as they are.
#[cfg(not(feature = "asymmetric"))]
#[doc(hidden)]
#[macro_export]
macro_rules! with_asymmetric_providers {
    ($callback:ident $($rows:tt)*) => {
        $callback! { $($rows)* }
    };
}

/// Passes the rows of the providers that the build does not have on to a macro, after whatever
/// comes with its name. Their constructors say which feature they need.
#[cfg(feature = "asymmetric")]
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_missing_provider {
    ($callback:ident $($before:tt)*) => {};
}

#[cfg(not(feature = "asymmetric"))]
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_missing_provider {
    ($callback:ident $($before:tt)*) => {
        $crate::for_each_asymmetric_provider! { $callback $($before)* }
    };
}

impl Provider {
    /// The provider in [`ALL`](Self::ALL) with this name or alias, in kebab or snake case.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        let name = name.replace('_', "-");
        Self::ALL
            .iter()
            .find(|provider| provider.name() == name || provider.aliases().contains(&name.as_str()))
    }
}

macro_rules! list {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),+) = $provider:ident;)*) => {
        $(pub use $name::$provider;)*

        impl Provider {
            /// Every provider with a constructor, and the variants without one.
            pub const ALL: &[Self] = &[
                $($provider,)*
                #[cfg(feature = "asymmetric")]
                AWS_SNS_LEGACY_SHA1,
                #[cfg(feature = "asymmetric")]
                AZURE_EVENT_GRID_ENTRA_CLOUDEVENTS,
                AZURE_EVENT_GRID_CLOUDEVENTS, BUILDKITE_TOKEN, FOURTHWALL_APPS, FRONT_RULES,
                CLOUDINARY_SHA256, CODESPAR_V1, CREEM_STANDARD, EASYPAY_CODE, GITEA_FORM, HOOK0_V0,
                HUBSPOT_V1, HUBSPOT_V2, JIRA_OAUTH2, MAILCHIMP_URL_SECRET, MESSAGEBIRD_LEGACY,
                MYFATOORAH_V1, PAYU_EUROPE_SHA256, REVENUECAT_SIGNED, TRELLO_UTF8,
                TWILIO_SHARED_KEY,
            ];
        }
    };
    (@missing $($(#[$doc:meta])* $name:ident($key:ident) = $provider:ident;)*) => {
        $(
            // Only for the compiler: it says which feature an item is behind.
            #[cfg(feature = "asymmetric")]
            pub const $provider: Provider = $name::$provider;
        )*
    };
}

for_each_provider!(list);
for_each_missing_provider!(list @missing);
