//! The providers, each a value in a file of its own.
//!
//! To add one: its file, its `mod` line, its row in the table below, and its vectors in `tests/data`. The constructors of
//! every adapter, [`Provider::ALL`], the signer and the property tests follow from the row.

use crate::provider::Provider;

mod adyen;
mod adyen_platforms;
mod airtable;
mod airwallex;
mod anthropic;
mod asaas;
mod asana;
mod atlassian_connect;
mod auth0;
mod bigcommerce;
mod bitbucket;
mod box_com;
mod braintree;
mod brex;
mod btcpay;
mod calendly;
mod cashfree;
mod chargebee;
mod checkout_com;
mod circleci;
mod clerk;
mod cloudinary;
mod codespar;
mod coinbase_cdp;
mod coinbase_commerce;
mod contentful;
mod creem;
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
mod figma;
mod flutterwave;
mod flutterwave_v3;
mod getstream;
mod gitea;
mod github;
mod gitlab_signing;
mod gitlab_token;
mod gocardless;
mod hook0;
mod hubspot;
mod ifthenpay;
mod increase;
mod intercom;
mod iyzico;
mod jira;
mod klarna;
mod kofi;
mod kontent_ai;
mod lemonsqueezy;
mod line;
mod linear;
mod lithic;
mod liveblocks;
mod livekit;
mod mailgun;
mod mandrill;
mod marqeta;
mod mercadopago;
mod messagebird;
mod meta;
mod microsoft_graph;
mod midtrans;
mod modern_treasury;
mod mollie;
mod monday;
mod moov;
mod mux;
mod myfatoorah;
mod nextpay;
mod nfeio;
mod notion;
mod nowpayments;
mod okta;
mod omise;
mod onfido;
mod openai;
mod opennode;
mod orb;
mod paddle;
mod pagarme_postback;
mod pagbank;
mod pagerduty;
mod patreon;
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
mod recurly;
mod replicate;
mod resend;
mod retell;
mod revenuecat;
mod revolut;
mod sanity;
mod seam;
mod sentry;
mod shopify;
mod slack;
mod smartpay;
mod square;
mod standard_webhooks;
mod stripe;
mod supabase;
mod svix;
mod tap;
mod telegram;
mod trello;
mod twilio;
mod twitch;
mod typeform;
pub mod unconfirmed;
mod unit;
mod vercel;
mod vonage;
mod whop;
mod woocommerce;
mod workos;
mod xendit;
mod xero;
mod zendesk;
mod zoom;

/// Those that sign with a private key.
macro_rules! asymmetric {
    ($($name:ident)*) => {
        $(#[cfg(feature = "asymmetric")]
        mod $name;)*
    };
}

asymmetric! {
    alipay aws_sns binance_pay bitso circle discord
    discord_interactions ebanx ebay fireblocks fireblocks_v1 google_pubsub
    paddle_classic pagarme_hub paypal plaid sendgrid standard_webhooks_ed25519
    stone_open_bank telnyx truelayer wechatpay wise
}

#[cfg(feature = "asymmetric")]
pub use aws_sns::AWS_SNS_LEGACY_SHA1;
pub use {
    cloudinary::CLOUDINARY_SHA256, codespar::CODESPAR_V1, creem::CREEM_LEGACY,
    easypay::EASYPAY_CODE, gitea::GITEA_FORM, hook0::HOOK0_V0, hubspot::HUBSPOT_V1,
    hubspot::HUBSPOT_V2, messagebird::MESSAGEBIRD_LEGACY, myfatoorah::MYFATOORAH_V1,
    payu_europe::PAYU_EUROPE_SHA256, trello::TRELLO_UTF8, twilio::TWILIO_SHARED_KEY,
};

/// The table of providers: hands its rows to a macro, which makes of each what it needs.
///
/// A row is a constructor's name, what it takes, and the value. Adapters use it for their constructors; it is not meant
/// for applications.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_provider {
    ($callback:ident) => {
        $crate::for_each_asymmetric_provider! { $callback
            /// Adyen payments; see [`ADYEN`](webhook_core::providers::ADYEN). Few values of each item are signed.
            adyen(secret) = ADYEN;
            /// Adyen for Platforms, Management and Balance webhooks; see [`ADYEN_PLATFORMS`](webhook_core::providers::ADYEN_PLATFORMS).
            adyen_platforms(secret) = ADYEN_PLATFORMS;
            /// Airtable; see [`AIRTABLE`](webhook_core::providers::AIRTABLE).
            airtable(secret) = AIRTABLE;
            /// Airwallex; see [`AIRWALLEX`](webhook_core::providers::AIRWALLEX).
            airwallex(secret) = AIRWALLEX;
            /// Anthropic; see [`ANTHROPIC`](webhook_core::providers::ANTHROPIC).
            anthropic(secret) = ANTHROPIC;
            /// Asaas; see [`ASAAS`](webhook_core::providers::ASAAS). A token, so the body is not signed.
            asaas(secret) = ASAAS;
            /// Asana; see [`ASANA`](webhook_core::providers::ASANA).
            asana(secret) = ASANA;
            /// Atlassian Connect; see [`ATLASSIAN_CONNECT`](webhook_core::providers::ATLASSIAN_CONNECT). Method and URL are signed, the body is not.
            atlassian_connect(secret, public_url) = ATLASSIAN_CONNECT;
            /// Auth0 log streams; see [`AUTH0`](webhook_core::providers::AUTH0). A token, so the body is not signed.
            auth0(secret) = AUTH0;
            /// BigCommerce; see [`BIGCOMMERCE`](webhook_core::providers::BIGCOMMERCE).
            bigcommerce(secret) = BIGCOMMERCE;
            /// Bitbucket Cloud; see [`BITBUCKET`](webhook_core::providers::BITBUCKET).
            bitbucket(secret) = BITBUCKET;
            /// Box; see [`BOX`](webhook_core::providers::BOX).
            box_com(secret) = BOX;
            /// Braintree; see [`BRAINTREE`](webhook_core::providers::BRAINTREE).
            braintree(secret, public_key) = BRAINTREE;
            /// Brex; see [`BREX`](webhook_core::providers::BREX).
            brex(secret) = BREX;
            /// BTCPay Server; see [`BTCPAY`](webhook_core::providers::BTCPAY).
            btcpay(secret) = BTCPAY;
            /// Calendly; see [`CALENDLY`](webhook_core::providers::CALENDLY).
            calendly(secret) = CALENDLY;
            /// Cashfree; see [`CASHFREE`](webhook_core::providers::CASHFREE).
            cashfree(secret) = CASHFREE;
            /// Chargebee; see [`CHARGEBEE`](webhook_core::providers::CHARGEBEE). HTTP Basic, so the body is not signed.
            chargebee(username, password) = CHARGEBEE;
            /// Checkout.com; see [`CHECKOUT_COM`](webhook_core::providers::CHECKOUT_COM).
            checkout_com(secret) = CHECKOUT_COM;
            /// CircleCI; see [`CIRCLECI`](webhook_core::providers::CIRCLECI).
            circleci(secret) = CIRCLECI;
            /// Clerk; see [`CLERK`](webhook_core::providers::CLERK).
            clerk(secret) = CLERK;
            /// Cloudinary, with SHA-1; see [`CLOUDINARY`](webhook_core::providers::CLOUDINARY).
            cloudinary(secret) = CLOUDINARY;
            /// CodeSpar, with and without a signed time; see [`CODESPAR`](webhook_core::providers::CODESPAR).
            codespar(secret) = CODESPAR;
            /// Coinbase Developer Platform; see [`COINBASE_CDP`](webhook_core::providers::COINBASE_CDP).
            coinbase_cdp(secret) = COINBASE_CDP;
            /// Coinbase Commerce; see [`COINBASE_COMMERCE`](webhook_core::providers::COINBASE_COMMERCE).
            coinbase_commerce(secret) = COINBASE_COMMERCE;
            /// Contentful; see [`CONTENTFUL`](webhook_core::providers::CONTENTFUL).
            contentful(secret) = CONTENTFUL;
            /// Creem; see [`CREEM`](webhook_core::providers::CREEM).
            creem(secret) = CREEM;
            /// dLocal, by login and secret key; see [`DLOCAL`](webhook_core::providers::DLOCAL).
            dlocal(username, password) = DLOCAL;
            /// DocuSign Connect; see [`DOCUSIGN`](webhook_core::providers::DOCUSIGN).
            docusign(secret) = DOCUSIGN;
            /// Dodo Payments; see [`DODOPAYMENTS`](webhook_core::providers::DODOPAYMENTS).
            dodopayments(secret) = DODOPAYMENTS;
            /// Dropbox; see [`DROPBOX`](webhook_core::providers::DROPBOX). Copies run.
            dropbox(secret) = DROPBOX;
            /// Dropbox Sign; see [`DROPBOX_SIGN`](webhook_core::providers::DROPBOX_SIGN). Little is signed. Copies run.
            dropbox_sign(secret) = DROPBOX_SIGN;
            /// Dwolla; see [`DWOLLA`](webhook_core::providers::DWOLLA).
            dwolla(secret) = DWOLLA;
            /// Easypay (Portugal); see [`EASYPAY`](webhook_core::providers::EASYPAY). HTTP Basic, so the body is not signed.
            easypay(username, password) = EASYPAY;
            /// EasyPost; see [`EASYPOST`](webhook_core::providers::EASYPOST).
            easypost(secret) = EASYPOST;
            /// Efí, Pix; see [`EFI_PIX`](webhook_core::providers::EFI_PIX). A token in the query, so nothing is signed.
            efi_pix(secret) = EFI_PIX;
            /// ElevenLabs; see [`ELEVENLABS`](webhook_core::providers::ELEVENLABS).
            elevenlabs(secret) = ELEVENLABS;
            /// Figma; see [`FIGMA`](webhook_core::providers::FIGMA). A passcode in the body, so nothing is signed.
            figma(secret) = FIGMA;
            /// Flutterwave, version 4; see [`FLUTTERWAVE`](webhook_core::providers::FLUTTERWAVE).
            flutterwave(secret) = FLUTTERWAVE;
            /// Flutterwave, version 3; see [`FLUTTERWAVE_V3`](webhook_core::providers::FLUTTERWAVE_V3). A token, so the body is not signed.
            flutterwave_v3(secret) = FLUTTERWAVE_V3;
            /// Stream (getstream.io); see [`GETSTREAM`](webhook_core::providers::GETSTREAM).
            getstream(secret) = GETSTREAM;
            /// Gitea and Forgejo; see [`GITEA`](webhook_core::providers::GITEA).
            gitea(secret) = GITEA;
            /// GitHub; see [`GITHUB`](webhook_core::providers::GITHUB).
            github(secret) = GITHUB;
            /// GitLab with a signing token; see [`GITLAB_SIGNING`](webhook_core::providers::GITLAB_SIGNING).
            gitlab_signing(secret) = GITLAB_SIGNING;
            /// GitLab with a secret token; see [`GITLAB_TOKEN`](webhook_core::providers::GITLAB_TOKEN). The body is not signed.
            gitlab_token(secret) = GITLAB_TOKEN;
            /// GoCardless; see [`GOCARDLESS`](webhook_core::providers::GOCARDLESS).
            gocardless(secret) = GOCARDLESS;
            /// Hook0; see [`HOOK0`](webhook_core::providers::HOOK0).
            hook0(secret) = HOOK0;
            /// HubSpot, signature version 3; see [`HUBSPOT`](webhook_core::providers::HUBSPOT). The URL is signed.
            hubspot(secret, public_url) = HUBSPOT;
            /// ifthenpay; see [`IFTHENPAY`](webhook_core::providers::IFTHENPAY). A key in the query, so nothing is signed.
            ifthenpay(secret) = IFTHENPAY;
            /// Increase; see [`INCREASE`](webhook_core::providers::INCREASE).
            increase(secret) = INCREASE;
            /// Intercom; see [`INTERCOM`](webhook_core::providers::INTERCOM).
            intercom(secret) = INTERCOM;
            /// iyzico; see [`IYZICO`](webhook_core::providers::IYZICO). A few values of the body are signed, not the body.
            iyzico(secret) = IYZICO;
            /// Jira Cloud; see [`JIRA`](webhook_core::providers::JIRA).
            jira(secret) = JIRA;
            /// Klarna; `kid` is the ids of its keys; see [`KLARNA`](webhook_core::providers::KLARNA).
            klarna(secret, kid) = KLARNA;
            /// Ko-fi; see [`KOFI`](webhook_core::providers::KOFI). A token in the body, so nothing is signed.
            kofi(secret) = KOFI;
            /// Kontent.ai; see [`KONTENT_AI`](webhook_core::providers::KONTENT_AI).
            kontent_ai(secret) = KONTENT_AI;
            /// Lemon Squeezy; see [`LEMONSQUEEZY`](webhook_core::providers::LEMONSQUEEZY).
            lemonsqueezy(secret) = LEMONSQUEEZY;
            /// LINE; see [`LINE`](webhook_core::providers::LINE).
            line(secret) = LINE;
            /// Linear; see [`LINEAR`](webhook_core::providers::LINEAR).
            linear(secret) = LINEAR;
            /// Lithic; see [`LITHIC`](webhook_core::providers::LITHIC).
            lithic(secret) = LITHIC;
            /// Liveblocks; see [`LIVEBLOCKS`](webhook_core::providers::LIVEBLOCKS).
            liveblocks(secret) = LIVEBLOCKS;
            /// Mailgun; see [`MAILGUN`](webhook_core::providers::MAILGUN). A one-time token is signed, not the body.
            mailgun(secret) = MAILGUN;
            /// Mandrill; see [`MANDRILL`](webhook_core::providers::MANDRILL).
            mandrill(secret, public_url) = MANDRILL;
            /// LiveKit; see [`LIVEKIT`](webhook_core::providers::LIVEKIT).
            livekit(secret) = LIVEKIT;
            /// Marqeta; see [`MARQETA`](webhook_core::providers::MARQETA).
            marqeta(secret) = MARQETA;
            /// Mercado Pago; see [`MERCADOPAGO`](webhook_core::providers::MERCADOPAGO). The body is not signed.
            mercadopago(secret) = MERCADOPAGO;
            /// MessageBird; see [`MESSAGEBIRD`](webhook_core::providers::MESSAGEBIRD). The URL is signed.
            messagebird(secret, public_url) = MESSAGEBIRD;
            /// Meta: Facebook, Instagram, Messenger, WhatsApp; see [`META`](webhook_core::providers::META).
            meta(secret) = META;
            /// Microsoft Graph; see [`MICROSOFT_GRAPH`](webhook_core::providers::MICROSOFT_GRAPH). A token, so the body is not signed.
            microsoft_graph(secret) = MICROSOFT_GRAPH;
            /// Midtrans; see [`MIDTRANS`](webhook_core::providers::MIDTRANS). A few values of the body are signed, not the body.
            midtrans(secret) = MIDTRANS;
            /// Modern Treasury; see [`MODERN_TREASURY`](webhook_core::providers::MODERN_TREASURY).
            modern_treasury(secret) = MODERN_TREASURY;
            /// Mollie, next-generation webhooks; see [`MOLLIE`](webhook_core::providers::MOLLIE).
            mollie(secret) = MOLLIE;
            /// monday.com, webhooks of apps; see [`MONDAY`](webhook_core::providers::MONDAY). A token, so the body is not signed.
            monday(secret) = MONDAY;
            /// Moov; see [`MOOV`](webhook_core::providers::MOOV). The body is not signed.
            moov(secret) = MOOV;
            /// Mux; see [`MUX`](webhook_core::providers::MUX).
            mux(secret) = MUX;
            /// MyFatoorah; see [`MYFATOORAH_V2`](webhook_core::providers::MYFATOORAH_V2). A few values of the body are signed, not the body.
            myfatoorah(secret) = MYFATOORAH_V2;
            /// NextPay (Philippines); see [`NEXTPAY`](webhook_core::providers::NEXTPAY).
            nextpay(secret) = NEXTPAY;
            /// NFe.io; see [`NFEIO`](webhook_core::providers::NFEIO).
            nfeio(secret) = NFEIO;
            /// Notion; see [`NOTION`](webhook_core::providers::NOTION).
            notion(secret) = NOTION;
            /// NOWPayments; see [`NOWPAYMENTS`](webhook_core::providers::NOWPAYMENTS).
            nowpayments(secret) = NOWPAYMENTS;
            /// Okta event hooks; see [`OKTA`](webhook_core::providers::OKTA). A token, so the body is not signed.
            okta(secret) = OKTA;
            /// Omise; see [`OMISE`](webhook_core::providers::OMISE).
            omise(secret) = OMISE;
            /// Onfido; see [`ONFIDO`](webhook_core::providers::ONFIDO).
            onfido(secret) = ONFIDO;
            /// OpenAI; see [`OPENAI`](webhook_core::providers::OPENAI).
            openai(secret) = OPENAI;
            /// OpenNode; see [`OPENNODE`](webhook_core::providers::OPENNODE). The id of a charge is signed, not the body.
            opennode(secret) = OPENNODE;
            /// Orb; see [`ORB`](webhook_core::providers::ORB).
            orb(secret) = ORB;
            /// Paddle Billing; see [`PADDLE`](webhook_core::providers::PADDLE).
            paddle(secret) = PADDLE;
            /// Pagar.me, postbacks of versions 1 to 4; see [`PAGARME_POSTBACK`](webhook_core::providers::PAGARME_POSTBACK).
            pagarme_postback(secret) = PAGARME_POSTBACK;
            /// PagBank; see [`PAGBANK`](webhook_core::providers::PAGBANK).
            pagbank(secret) = PAGBANK;
            /// PagerDuty; see [`PAGERDUTY`](webhook_core::providers::PAGERDUTY).
            pagerduty(secret) = PAGERDUTY;
            /// Patreon; see [`PATREON`](webhook_core::providers::PATREON).
            patreon(secret) = PATREON;
            /// PayMongo; see [`PAYMONGO`](webhook_core::providers::PAYMONGO).
            paymongo(secret) = PAYMONGO;
            /// Paystack; see [`PAYSTACK`](webhook_core::providers::PAYSTACK).
            paystack(secret) = PAYSTACK;
            /// PayU Europe; see [`PAYU_EUROPE`](webhook_core::providers::PAYU_EUROPE).
            payu_europe(secret) = PAYU_EUROPE;
            /// Persona; see [`PERSONA`](webhook_core::providers::PERSONA).
            persona(secret) = PERSONA;
            /// PhonePe; see [`PHONEPE`](webhook_core::providers::PHONEPE). The credentials' hash, so nothing is signed.
            phonepe(username, password) = PHONEPE;
            /// Plivo; see [`PLIVO`](webhook_core::providers::PLIVO).
            plivo(secret, public_url) = PLIVO;
            /// Plivo, messages; see [`PLIVO_V2`](webhook_core::providers::PLIVO_V2). The URL is signed, the body is not.
            plivo_v2(secret, public_url) = PLIVO_V2;
            /// Polar; see [`POLAR`](webhook_core::providers::POLAR).
            polar(secret) = POLAR;
            /// Postmark; see [`POSTMARK`](webhook_core::providers::POSTMARK). HTTP Basic, so the body is not signed.
            postmark(username, password) = POSTMARK;
            /// Prood; see [`PROOD`](webhook_core::providers::PROOD). A token, so nothing is signed.
            prood(secret) = PROOD;
            /// Pusher Channels; see [`PUSHER`](webhook_core::providers::PUSHER).
            pusher(secret) = PUSHER;
            /// Upstash QStash; see [`QSTASH`](webhook_core::providers::QSTASH). The URL is signed.
            qstash(secret, public_url) = QSTASH;
            /// QuickBooks; see [`QUICKBOOKS`](webhook_core::providers::QUICKBOOKS).
            quickbooks(secret) = QUICKBOOKS;
            /// Rapyd; see [`RAPYD`](webhook_core::providers::RAPYD).
            rapyd(secret, public_url, access_key) = RAPYD;
            /// Razorpay; see [`RAZORPAY`](webhook_core::providers::RAZORPAY).
            razorpay(secret) = RAZORPAY;
            /// Recurly; see [`RECURLY`](webhook_core::providers::RECURLY).
            recurly(secret) = RECURLY;
            /// Replicate; see [`REPLICATE`](webhook_core::providers::REPLICATE).
            replicate(secret) = REPLICATE;
            /// Resend; see [`RESEND`](webhook_core::providers::RESEND).
            resend(secret) = RESEND;
            /// Retell AI; see [`RETELL`](webhook_core::providers::RETELL).
            retell(secret) = RETELL;
            /// RevenueCat; see [`REVENUECAT`](webhook_core::providers::REVENUECAT). A token, so the body is not signed.
            revenuecat(secret) = REVENUECAT;
            /// Revolut; see [`REVOLUT`](webhook_core::providers::REVOLUT).
            revolut(secret) = REVOLUT;
            /// Sanity; see [`SANITY`](webhook_core::providers::SANITY).
            sanity(secret) = SANITY;
            /// Seam; see [`SEAM`](webhook_core::providers::SEAM).
            seam(secret) = SEAM;
            /// Sentry; see [`SENTRY`](webhook_core::providers::SENTRY).
            sentry(secret) = SENTRY;
            /// Shopify; see [`SHOPIFY`](webhook_core::providers::SHOPIFY).
            shopify(secret) = SHOPIFY;
            /// Slack; see [`SLACK`](webhook_core::providers::SLACK). Its `url_verification` challenge is answered.
            slack(secret) = SLACK;
            /// Smartpay (Japan); see [`SMARTPAY`](webhook_core::providers::SMARTPAY).
            smartpay(secret) = SMARTPAY;
            /// Square; see [`SQUARE`](webhook_core::providers::SQUARE). The URL is signed.
            square(secret, public_url) = SQUARE;
            /// Any sender that follows the Standard Webhooks specification, with `v1` signatures; see
            /// [`STANDARD_WEBHOOKS`](webhook_core::providers::STANDARD_WEBHOOKS).
            standard_webhooks(secret) = STANDARD_WEBHOOKS;
            /// Stripe; see [`STRIPE`](webhook_core::providers::STRIPE).
            stripe(secret) = STRIPE;
            /// Supabase Auth hooks; see [`SUPABASE`](webhook_core::providers::SUPABASE).
            supabase(secret) = SUPABASE;
            /// Svix, and what is sent through it; see [`SVIX`](webhook_core::providers::SVIX).
            svix(secret) = SVIX;
            /// Tap; see [`TAP`](webhook_core::providers::TAP). A few values of the body are signed, not the body.
            tap(secret) = TAP;
            /// Telegram; see [`TELEGRAM`](webhook_core::providers::TELEGRAM). A token, so the body is not signed.
            telegram(secret) = TELEGRAM;
            /// Trello; see [`TRELLO`](webhook_core::providers::TRELLO). The URL is signed.
            trello(secret, public_url) = TRELLO;
            /// Twilio; see [`TWILIO`](webhook_core::providers::TWILIO). Its form is signed field by field, not byte for byte.
            twilio(secret, public_url) = TWILIO;
            /// Twitch EventSub; see [`TWITCH`](webhook_core::providers::TWITCH).
            twitch(secret) = TWITCH;
            /// Typeform; see [`TYPEFORM`](webhook_core::providers::TYPEFORM).
            typeform(secret) = TYPEFORM;
            /// Unit; see [`UNIT`](webhook_core::providers::UNIT).
            unit(secret) = UNIT;
            /// Vercel; see [`VERCEL`](webhook_core::providers::VERCEL).
            vercel(secret) = VERCEL;
            /// Vonage; see [`VONAGE`](webhook_core::providers::VONAGE).
            vonage(secret) = VONAGE;
            /// Whop; see [`WHOP`](webhook_core::providers::WHOP).
            whop(secret) = WHOP;
            /// WooCommerce; see [`WOOCOMMERCE`](webhook_core::providers::WOOCOMMERCE).
            woocommerce(secret) = WOOCOMMERCE;
            /// WorkOS; see [`WORKOS`](webhook_core::providers::WORKOS).
            workos(secret) = WORKOS;
            /// Xendit; see [`XENDIT`](webhook_core::providers::XENDIT). A token, so the body is not signed.
            xendit(secret) = XENDIT;
            /// Xero; see [`XERO`](webhook_core::providers::XERO).
            xero(secret) = XERO;
            /// Zendesk; see [`ZENDESK`](webhook_core::providers::ZENDESK).
            zendesk(secret) = ZENDESK;
            /// Zoom; see [`ZOOM`](webhook_core::providers::ZOOM).
            zoom(secret) = ZOOM;
        }
    };
}

/// The rest of the table: what is signed with a private key. It hands its rows to a macro, after
/// whatever comes with that. Whether the build has these providers is for the macros below.
#[doc(hidden)]
#[macro_export]
macro_rules! with_asymmetric_rows {
    ($callback:ident $($before:tt)*) => {
        $crate::with_asymmetric_rows! { @badge $callback [$($before)*]
            /// Alipay; see [`ALIPAY`](webhook_core::providers::ALIPAY). Its fields are signed, not its bytes.
            alipay(public_key) = ALIPAY;
            /// Amazon SNS; see [`AWS_SNS`](webhook_core::providers::AWS_SNS). Its fields are signed, not its bytes.
            aws_sns(public_key) = AWS_SNS;
            /// Binance Pay; see [`BINANCE_PAY`](webhook_core::providers::BINANCE_PAY).
            binance_pay(public_key) = BINANCE_PAY;
            /// Bitso; see [`BITSO`](webhook_core::providers::BITSO). Its payload is signed, not its event.
            bitso(public_key) = BITSO;
            /// Circle; see [`CIRCLE`](webhook_core::providers::CIRCLE).
            circle(public_key) = CIRCLE;
            /// Discord, webhook events; see [`DISCORD`](webhook_core::providers::DISCORD). Its `PING` is answered.
            discord(public_key) = DISCORD;
            /// Discord, interactions; see [`DISCORD_INTERACTIONS`](webhook_core::providers::DISCORD_INTERACTIONS). Its `PING` is answered.
            discord_interactions(public_key) = DISCORD_INTERACTIONS;
            /// EBANX; see [`EBANX`](webhook_core::providers::EBANX). Copies run.
            ebanx(public_key) = EBANX;
            /// eBay, Notification API; see [`EBAY`](webhook_core::providers::EBAY).
            ebay(public_key) = EBAY;
            /// Fireblocks; see [`FIREBLOCKS`](webhook_core::providers::FIREBLOCKS).
            fireblocks(public_key) = FIREBLOCKS;
            /// Fireblocks, version 1; see [`FIREBLOCKS_V1`](webhook_core::providers::FIREBLOCKS_V1).
            fireblocks_v1(public_key) = FIREBLOCKS_V1;
            /// Google Cloud Pub/Sub; see [`GOOGLE_PUBSUB`](webhook_core::providers::GOOGLE_PUBSUB). A token, so the body is not signed.
            google_pubsub(public_key) = GOOGLE_PUBSUB;
            /// Paddle Classic; see [`PADDLE_CLASSIC`](webhook_core::providers::PADDLE_CLASSIC). Its fields are signed, not its bytes.
            paddle_classic(public_key) = PADDLE_CLASSIC;
            /// Pagar.me, installations of its Hub; see [`PAGARME_HUB`](webhook_core::providers::PAGARME_HUB).
            pagarme_hub(public_key) = PAGARME_HUB;
            /// Plaid; see [`PLAID`](webhook_core::providers::PLAID).
            plaid(public_key) = PLAID;
            /// PayPal; see [`PAYPAL`](webhook_core::providers::PAYPAL). Of the body, a checksum is signed.
            paypal(public_key) = PAYPAL;
            /// SendGrid, Event Webhook; see [`SENDGRID`](webhook_core::providers::SENDGRID).
            sendgrid(public_key) = SENDGRID;
            /// Any sender that follows the Standard Webhooks specification, with `v1a` signatures; see [`STANDARD_WEBHOOKS_ED25519`](webhook_core::providers::STANDARD_WEBHOOKS_ED25519).
            standard_webhooks_ed25519(public_key) = STANDARD_WEBHOOKS_ED25519;
            /// Stone Open Bank; see [`STONE_OPEN_BANK`](webhook_core::providers::STONE_OPEN_BANK). Its claims are signed, the body around them is not.
            stone_open_bank(public_key) = STONE_OPEN_BANK;
            /// Telnyx; see [`TELNYX`](webhook_core::providers::TELNYX).
            telnyx(public_key) = TELNYX;
            /// TrueLayer; see [`TRUELAYER`](webhook_core::providers::TRUELAYER).
            truelayer(public_key) = TRUELAYER;
            /// WeChat Pay, API version 3; see [`WECHATPAY`](webhook_core::providers::WECHATPAY).
            wechatpay(public_key) = WECHATPAY;
            /// Wise; see [`WISE`](webhook_core::providers::WISE).
            wise(public_key) = WISE;
        }
    };
    (@badge $callback:ident [$($before:tt)*]
        $($(#[$doc:meta])* $name:ident(public_key) = $provider:ident;)*
    ) => {
        $callback! {
            $($before)*
            $(
                $(#[$doc])*
                #[cfg_attr(docsrs, doc(cfg(feature = "asymmetric")))]
                $name(public_key) = $provider;
            )*
        }
    };
}

/// Takes the rows of [`for_each_provider`] and hands them on, with those of the feature
/// `asymmetric` where the build has it.
#[cfg(feature = "asymmetric")]
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_asymmetric_provider {
    ($callback:ident $($rows:tt)*) => {
        $crate::with_asymmetric_rows! { $callback $($rows)* }
    };
}

#[cfg(not(feature = "asymmetric"))]
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_asymmetric_provider {
    ($callback:ident $($rows:tt)*) => {
        $callback! { $($rows)* }
    };
}

/// Hands the rows of providers that the build does not have to a macro, after whatever comes with
/// it. Their constructors say which feature they need.
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
        $crate::with_asymmetric_rows! { $callback $($before)* }
    };
}

impl Provider {
    /// The provider of this name or alias among [`ALL`](Self::ALL), in kebab or snake case.
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
            /// Every provider with a constructor, and the variants of them that have none.
            pub const ALL: &[Self] = &[
                $($provider,)*
                #[cfg(feature = "asymmetric")]
                AWS_SNS_LEGACY_SHA1,
                CLOUDINARY_SHA256, CODESPAR_V1, CREEM_LEGACY, EASYPAY_CODE, GITEA_FORM, HOOK0_V0, HUBSPOT_V1,
                HUBSPOT_V2, MESSAGEBIRD_LEGACY, MYFATOORAH_V1, PAYU_EUROPE_SHA256, TRELLO_UTF8, TWILIO_SHARED_KEY,
            ];
        }
    };
    (@missing $($(#[$doc:meta])* $name:ident(public_key) = $provider:ident;)*) => {
        $(
            // Only for the compiler: it says which feature an item is behind.
            #[cfg(feature = "asymmetric")]
            pub const $provider: Provider = $name::$provider;
        )*
    };
}

for_each_provider!(list);
for_each_missing_provider!(list @missing);
