//! The configuration of an endpoint: secrets verify deliveries, and no other setting does.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use webhook_core::providers::{self, unconfirmed};
use webhook_core::{
    ConfigError, Endpoint, EndpointBuilder, Head, KeyFormat, Location, Locator, Parameter,
    ParameterKind, Part, Provider, RejectionKind, Scheme, Secret, SecretProblem, SignedRequest,
    Signer, UnixTime,
};

const URL: &str = "https://shop.example/hooks";
const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
/// Text, hexadecimal digits, base64 and base62.
const SECRET: &str = "0123456789abcdef0123456789abcdef";

type Headers = Vec<(String, String)>;

fn all() -> impl Iterator<Item = &'static Provider> {
    Provider::ALL.iter().chain(unconfirmed::ALL)
}

/// Those whose deliveries are signed with a secret.
fn shared() -> impl Iterator<Item = &'static Provider> {
    all().filter(|provider| Signer::new(**provider, as_secret(provider, SECRET)).is_ok())
}

/// A text as a secret of the provider.
fn as_secret(provider: &Provider, text: &str) -> String {
    match provider.key_format() {
        KeyFormat::Basic => format!("user:{text}"),
        _ => text.to_owned(),
    }
}

/// A value for each setting of the provider. Each differs from the others and has the format of a
/// secret.
fn settings(provider: &Provider) -> Vec<(&'static Parameter, String)> {
    let settings = provider.parameters().iter().filter(|p| p.is_setting());
    let numbered = settings.zip(10..);
    numbered
        .map(|(parameter, number)| {
            let value = format!("fedcba9876543210fedcba98765432{number}");
            let value = match parameter.is_basic() {
                true => format!("user:{value}"),
                false => as_secret(provider, &value),
            };
            (parameter, value)
        })
        .collect()
}

fn endpoint(provider: &Provider, settings: &[(&Parameter, String)]) -> Endpoint {
    let builder = Endpoint::builder(*provider, as_secret(provider, SECRET)).clock(NOW);
    let builder = match provider.signs_url() {
        true => builder.public_url(URL),
        false => builder,
    };
    let builder = match provider
        .handshake()
        .is_some_and(|known| known.needs_token())
    {
        true => builder.verify_token(VERIFY_TOKEN).public_url(URL),
        false => builder,
    };
    let mut settings = settings.iter();
    let builder = settings.try_fold(builder, |builder, (parameter, value)| {
        Some(builder.setting(parameter.name(), value.as_str()))
    });
    builder.unwrap().build().unwrap()
}

const VERIFY_TOKEN: &str = "ffffffffffffffffffffffffffffff99";

fn sign(provider: &Provider, secret: &str, settings: &[(&Parameter, String)]) -> SignedRequest {
    let signer = Signer::new(*provider, secret)
        .unwrap()
        .public_url(URL)
        .path_and_query("/hooks?data.id=1&requestId=1");
    let signer = settings.iter().fold(signer, |signer, (parameter, value)| {
        signer.setting(parameter.name(), value.as_str())
    });
    let parts = provider.schemes()[0].parts().iter();
    let signer = parts.fold(signer, |signer, part| match part {
        Part::Header(name) => signer.header(*name, "signed-1"),
        _ => signer,
    });
    signer.sign(NOW, BODY)
}

/// A body that has what any of the providers signs values of.
const BODY: &str = concat!(
    r#"{"id":"evt_1","type":"a.b","order_id":"1","#,
    r#""status_code":"200","gross_amount":"1.00","amount":1.5,"#,
    "\n",
    r#""currency":"KWD","reference":{"gateway":"g","payment":"p"},"#,
    r#""transaction":{"created":"1"},"status":"s","iyziEventType":"e","#,
    "\n",
    r#""paymentId":1,"paymentConversationId":"c","value":[{}],"Data":{"a":1},"#,
    r#""data":{"transaction":{"id":"1-2","status":"APPROVED","amount_in_cents":3}},"#,
    r#""Event":{"Name":"PAYMENT_STATUS_CHANGED"},"#,
    "\n",
    r#""timestamp":1800000000,"event_time":"1","event_type":"t","#,
    r#""event":{"event_time":"1","event_type":"t"},"#,
    "\n",
    r#""notificationItems":[{"NotificationRequestItem":"#,
    r#"{"pspReference":"1","additionalData":{}}}]}"#
);

fn receive(endpoint: &Endpoint, request: &SignedRequest) -> Result<(), RejectionKind> {
    let head = Head {
        method: request.method,
        path_and_query: &request.path_and_query,
        headers: &request.headers,
    };
    let verified = endpoint.verify(&head, request.body.clone());
    verified.map(drop).map_err(|rejection| rejection.kind())
}

#[test]
fn no_setting_and_no_identifier_verifies_a_delivery_of_any_provider() {
    let (mut providers, mut forged) = (0, 0);
    for provider in shared() {
        let settings = settings(provider);
        let endpoint = endpoint(provider, &settings);
        let name = provider.name();
        let genuine = sign(provider, &as_secret(provider, SECRET), &settings);
        assert_eq!(receive(&endpoint, &genuine), Ok(()), "{name}");
        let needs_token = provider
            .handshake()
            .is_some_and(|known| known.needs_token());
        let token = needs_token.then(|| VERIFY_TOKEN.to_owned());
        let values = settings.iter().map(|(_, value)| value.clone());
        for value in values.chain(token) {
            let forgery = sign(provider, &value, &settings);
            let refused = receive(&endpoint, &forgery);
            assert_eq!(refused, Err(RejectionKind::BadSignature), "{name}: {value}");
            forged += 1;
        }
        providers += 1;
    }
    println!("{forged} forgeries of {providers} providers");
    assert!(providers > 130 && forged > 100, "{providers}, {forged}");
}

/// The username of HTTP Basic authentication is an identifier too.
#[test]
fn no_username_verifies_a_delivery() {
    let pairs = shared().filter(|provider| matches!(provider.key_format(), KeyFormat::Basic));
    for provider in pairs {
        let settings = settings(provider);
        let endpoint = endpoint(provider, &settings);
        let refused = receive(&endpoint, &sign(provider, "user:user", &settings));
        assert_eq!(
            refused,
            Err(RejectionKind::BadSignature),
            "{}",
            provider.name()
        );
    }
}

#[test]
fn a_secret_that_is_also_the_value_of_an_identifier_is_refused_at_construction() {
    for provider in shared() {
        let public = provider.parameters().iter().filter(|p| p.is_public());
        for parameter in public {
            let others = settings(provider).into_iter();
            let others = others.filter(|(other, _)| other.name() != parameter.name());
            let secret = as_secret(provider, SECRET);
            let builder = Endpoint::builder(
                *provider,
                [&as_secret(provider, "another-secret-abcd0000"), &secret],
            );
            let builder = builder.public_url(URL).setting(parameter.name(), &secret);
            let builder = others.fold(builder, |builder, (other, value)| {
                builder.setting(other.name(), value)
            });
            let (slot, name) = (1, parameter.name());
            let error = builder.build().err();
            let expected = Some(ConfigError::PublicSecret { slot, name });
            let undecodable = matches!(error, Some(ConfigError::Secret { slot: 0, .. }));
            assert!(
                error == expected || undecodable,
                "{}: {error:?}",
                provider.name()
            );
        }
    }
    let error = Endpoint::builder(providers::PUSHER, "app_key_public1")
        .setting("key", "app_key_public1")
        .build();
    assert!(matches!(
        error,
        Err(ConfigError::PublicSecret {
            slot: 0,
            name: "key"
        })
    ));
}

#[test]
fn pushers_key_verifies_nothing_and_has_to_be_named_where_it_is_configured() {
    let sign = |secret: &str, key: Option<&str>| {
        let signer = Signer::new(providers::PUSHER, secret).unwrap();
        let signer = match key {
            Some(key) => signer.header("X-Pusher-Key", key),
            None => signer,
        };
        signer.sign(NOW, r#"{"time_ms":1,"events":[]}"#)
    };
    let (key, secret) = ("app_key_public1", "realsecret_0123456789");
    let keyed = Endpoint::builder(providers::PUSHER, secret).setting("key", key);
    let keyed = keyed.build().unwrap();
    let unkeyed = Endpoint::pusher(secret).build().unwrap();

    assert_eq!(receive(&keyed, &sign(secret, Some(key))), Ok(()));
    assert!(receive(&keyed, &sign(key, Some(key))).is_err());
    assert!(receive(&keyed, &sign(secret, Some("app_key_public2"))).is_err());
    assert!(receive(&keyed, &sign(secret, Some(""))).is_err());
    assert!(receive(&keyed, &sign(secret, None)).is_err());
    assert_eq!(receive(&unkeyed, &sign(secret, None)), Ok(()));
    assert!(receive(&unkeyed, &sign(key, None)).is_err());

    let rotated = Endpoint::builder(providers::PUSHER, [secret, "oldsecret_0123456789"]);
    let rotated = rotated.setting("key", "app_key_public1, app_key_public0");
    let rotated = rotated.build().unwrap();
    let old = sign("oldsecret_0123456789", Some("app_key_public0"));
    assert_eq!(receive(&rotated, &old), Ok(()));
    assert!(receive(&rotated, &sign(secret, Some("app_key_public2"))).is_err());
    let both = sign(secret, Some("app_key_public1, app_key_public0"));
    assert!(receive(&rotated, &both).is_err());
}

#[test]
fn getstreams_api_key_verifies_nothing() {
    let (key, secret) = ("a1b23cdefgh4", "realsecret_0123456789");
    let endpoint = Endpoint::builder(providers::GETSTREAM, secret).setting("api_key", key);
    let endpoint = endpoint.build().unwrap();
    let sign = |secret: &str| {
        Signer::new(providers::GETSTREAM, secret)
            .unwrap()
            .sign(NOW, "{}")
    };
    assert_eq!(receive(&endpoint, &sign(secret)), Ok(()));
    assert!(receive(&endpoint, &sign(key)).is_err());
}

/// The identifiers that deliveries name, found by sending a different one. Add an identifier here
/// when an endpoint compares it.
#[test]
fn another_identifier_than_the_configured_one_is_refused_where_deliveries_name_it() {
    let mut compared = Vec::new();
    for provider in shared() {
        let settings = settings(provider);
        let endpoint = endpoint(provider, &settings);
        let names = settings.iter().map(|(parameter, _)| *parameter);
        for parameter in names.filter(|p| p.kind() == ParameterKind::Identifier) {
            let mut others = settings.clone();
            for (other, value) in &mut others {
                if other.name() == parameter.name() {
                    *value = "another".to_owned();
                }
            }
            let request = sign(provider, &as_secret(provider, SECRET), &others);
            if receive(&endpoint, &request).is_err() {
                compared.push((provider.name(), parameter.name()));
            }
        }
    }
    assert_eq!(
        compared,
        [
            ("atlassian-connect", "client_key"),
            ("braintree", "public_key"),
            ("klarna", "kid"),
            ("livekit", "api_key"),
            ("paymob", "integration_id"),
            ("paymob", "owner"),
            ("pusher", "key"),
            ("rapyd", "access_key"),
            ("vonage", "api_key"),
        ]
    );
}

#[test]
fn a_value_that_deliveries_carry_in_a_header_is_refused_where_it_is_another_or_missing() {
    let mut carried = 0;
    for provider in shared() {
        let settings = settings(provider);
        let endpoint = endpoint(provider, &settings);
        let secret = as_secret(provider, SECRET);
        for (parameter, value) in &settings {
            let Some(header) = parameter.header() else {
                continue;
            };
            let what = format!("{}, {}", provider.name(), parameter.name());
            let genuine = sign(provider, &secret, &settings);
            let with = |change: &dyn Fn(&mut Headers)| {
                let mut request = genuine.clone();
                change(&mut request.headers);
                receive(&endpoint, &request)
            };
            let is_it = |(name, sent): &(String, String)| name == header && *sent != secret;
            let place = genuine.headers.iter().position(is_it).unwrap();
            assert_eq!(with(&|_| ()), Ok(()), "{what}");
            assert!(
                with(&|headers| drop(headers.remove(place))).is_err(),
                "{what}"
            );
            let longer = |headers: &mut Headers| headers[place].1.push('A');
            assert!(with(&longer).is_err(), "{what}");
            let empty = |headers: &mut Headers| headers[place].1.clear();
            assert!(with(&empty).is_err(), "{what}");
            let twice = |headers: &mut Headers| {
                headers.push((header.to_owned(), value.clone()));
            };
            assert!(with(&twice).is_err(), "{what}");
            carried += 1;
        }
    }
    assert!(carried >= 4, "{carried}");
}

#[test]
fn a_prefix_alone_is_an_empty_secret_for_every_provider() {
    const PREFIXES: &[&str] = &[
        "whsec_",
        "v1,whsec_",
        "wbhsec_",
        "whsk_",
        "whpk_",
        "pdl_ntfset_",
        "polar_whs_",
        "sk_",
        "sk_live_",
        "sk_test_",
        "ak_live_",
        "ak_test_",
        "rzp_live_",
        "secret_",
        "shpss_",
        "lin_wh_",
        "key-",
        "re_",
        "v1,",
        "FLWSECK_TEST-",
        "whsec_=",
        "whsec_====",
        "v1,whsec_==",
        "=",
        "====",
        "",
        " ",
        "\u{a0}",
        "\u{3000}",
        "\u{feff}",
        "\u{200b}\u{200b}",
    ];
    for provider in all() {
        let name = provider.name();
        for prefix in PREFIXES {
            let built = built(provider, Secret::from(*prefix));
            assert!(
                matches!(built, Err(ConfigError::Secret { slot: 0, .. })),
                "{name}: {prefix:?}"
            );
        }
        if provider.key_format() == KeyFormat::Hex {
            let problem = SecretProblem::Empty;
            assert_eq!(
                built(provider, "0x".into()),
                Err(ConfigError::Secret { slot: 0, problem })
            );
        }
    }
    let empty = Some(ConfigError::Secret {
        slot: 0,
        problem: SecretProblem::Empty,
    });
    assert_eq!(Endpoint::stripe("whsec_").build().err(), empty);
    assert_eq!(Endpoint::openai("whsec_").build().err(), empty);
    assert_eq!(Endpoint::supabase("v1,whsec_").build().err(), empty);
}

fn built(provider: &Provider, secret: Secret) -> Result<(), ConfigError> {
    let builder = Endpoint::builder(*provider, secret).public_url(URL);
    let settings = settings(provider).into_iter();
    let required = settings.filter(|(parameter, _)| parameter.is_required());
    let builder = required.fold(builder, |builder, (parameter, value)| {
        builder.setting(parameter.name(), value)
    });
    builder.build().map(drop)
}

#[test]
fn text_that_only_looks_like_a_prefix_is_a_secret() {
    for secret in [
        "whsec_0",
        "a_b_c_d_",
        "correct_horse_battery_",
        "0123456789_",
        "x_-_y_",
        "_",
        "__",
    ] {
        assert!(Endpoint::stripe(secret).build().is_ok(), "{secret}");
    }
}

#[test]
fn a_user_name_without_a_password_is_no_secret() {
    let problem = SecretProblem::Credentials;
    let refused = Some(ConfigError::Secret { slot: 0, problem });
    assert_eq!(Endpoint::chargebee("user", "").build().err(), refused);
    assert_eq!(Endpoint::basic("user", "").build().err(), refused);
    assert_eq!(Endpoint::dlocal("login", "").build().err(), refused);
    assert_eq!(
        Endpoint::builder(providers::PHONEPE, "user:").build().err(),
        refused
    );
}

#[test]
fn a_name_is_there_once_and_means_one_thing() {
    // What means something whatever the provider is.
    const TAKEN: &[&str] = &[
        "algorithm",
        "next_secret",
        "parameter",
        "password",
        "provider",
        "secret",
        "secrets",
        "tolerance_secs",
        "url",
        "username",
        "variant",
        "verify_token",
    ];
    for provider in all() {
        let mut seen: BTreeSet<_> = TAKEN.iter().copied().collect();
        for parameter in provider.parameters() {
            let what = format!("{}: {}", provider.name(), parameter.name());
            assert!(seen.insert(parameter.name()), "{what}");
            let says_id = ["client_key", "app_key", "key_id", "_id", "publishable_key"];
            if says_id.iter().any(|end| parameter.name().ends_with(end)) {
                assert!(parameter.is_public(), "{what}");
            }
        }
    }
}

#[test]
fn another_name_of_the_secret_is_no_setting() {
    let named = Endpoint::builder(providers::STRIPE, SECRET).setting("signing_secret", SECRET);
    let name = "signing_secret".to_owned();
    assert_eq!(
        named.build().err(),
        Some(ConfigError::UnknownSetting { name })
    );
}

/// With another value under its other name each header of a family is refused, and with the same it
/// is nothing new.
#[test]
fn a_request_whose_header_families_differ_is_refused() {
    let mut groups = 0;
    for provider in all().filter(|provider| !provider.header_families().is_empty()) {
        let Some(genuine) = playable(provider) else {
            continue;
        };
        let endpoint = endpoint(provider, &settings(provider));
        assert_eq!(receive(&endpoint, &genuine), Ok(()));
        for family in provider.header_families() {
            let sent = genuine
                .headers
                .iter()
                .find(|(name, _)| family.contains(&name.as_str()));
            let value = sent.map_or("same", |(_, value)| value.as_str());
            for name in family
                .iter()
                .filter(|name| sent.is_none_or(|(known, _)| known != *name))
            {
                let with = |pairs: &[(&str, &str)]| {
                    let mut request = genuine.clone();
                    let pairs = pairs
                        .iter()
                        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
                    request.headers.extend(pairs);
                    receive(&endpoint, &request)
                };
                let what = format!("{}: {name}", provider.name());
                let twin = family.iter().find(|other| *other != name).unwrap();
                let beside = match sent {
                    Some(_) => vec![],
                    None => vec![(*twin, value)],
                };
                let both = |said| [beside.clone(), vec![(*name, said)]].concat();
                assert_eq!(with(&both(value)), Ok(()), "{what}");
                for other in ["", "another", &format!("{value}0"), &format!("{value} ")] {
                    let refused = with(&both(other));
                    assert_eq!(
                        refused,
                        Err(RejectionKind::AmbiguousHeader),
                        "{what}: {other:?}"
                    );
                }
            }
            groups += 1;
        }
    }
    assert!(groups >= 15, "{groups}");
}

fn playable(provider: &Provider) -> Option<SignedRequest> {
    let secret = as_secret(provider, SECRET);
    Signer::new(*provider, secret.as_str()).ok()?;
    Some(sign(provider, &secret, &settings(provider)))
}

#[test]
fn another_webhook_id_beside_the_verified_svix_id_is_refused() {
    for provider in [
        providers::SVIX,
        providers::SEAM,
        providers::CLERK,
        providers::RESEND,
    ] {
        let endpoint = Endpoint::builder(provider, SECRET)
            .clock(NOW)
            .build()
            .unwrap();
        for (family, name) in [("svix-", "webhook-id"), ("webhook-", "svix-id")] {
            if provider.schemes().len() == 1 && family == "webhook-" {
                continue;
            }
            let mut request = Signer::new(provider, SECRET)
                .unwrap()
                .id("msg_1")
                .sign(NOW, "{}");
            for (name, _) in &mut request.headers {
                *name = name.replace("svix-", family);
            }
            assert_eq!(receive(&endpoint, &request), Ok(()));
            request.headers.push((name.to_owned(), "msg_2".to_owned()));
            assert_eq!(
                receive(&endpoint, &request),
                Err(RejectionKind::AmbiguousHeader)
            );
        }
    }
}

#[test]
fn another_topic_in_shopifys_other_family_is_refused() {
    let endpoint = Endpoint::shopify(SECRET).build().unwrap();
    let signer = Signer::new(providers::SHOPIFY, SECRET).unwrap();
    let send = |topics: [&str; 2]| {
        let signer = signer.clone().header("x-shopify-topic", topics[0]);
        let request = signer.header("shopify-topic", topics[1]).sign(NOW, "{}");
        receive(&endpoint, &request)
    };
    assert_eq!(send(["orders/paid", "orders/paid"]), Ok(()));
    let refused = send(["orders/paid", "orders/cancelled"]);
    assert_eq!(refused, Err(RejectionKind::AmbiguousHeader));
}

/// Every place where one of several headers is read: either the names are a family, or the const's
/// docs say why each may say something else.
#[test]
fn headers_that_are_read_by_several_names_are_families_or_meant_to_differ() {
    const DIFFER: &[(&str, &str)] = &[
        // The second is of older versions, and another id.
        ("gitlab-token", "x-gitlab-event-uuid"),
        // One for each key while it is rotated.
        ("primer", "x-signature-secondary"),
        ("hookdeck", "x-hookdeck-signature-2"),
        // Two versions of a scheme.
        ("shopify", "x-shopify-webhook-id"),
    ];
    for provider in all() {
        let places = provider.schemes().iter().map(Scheme::location);
        let names = places.filter_map(|place| match place {
            Location::AnyHeader(names) => Some(names),
            _ => None,
        });
        let labels = [provider.id_locator(), provider.type_locator()];
        let labels = labels.into_iter().filter_map(|label| match label {
            Locator::Header(names) => Some(names),
            _ => None,
        });
        for names in names.chain(labels) {
            let Some((first, others)) = names.split_first() else {
                continue;
            };
            for other in others {
                let families = provider.header_families();
                let has = |family: &&[&str], name: &str| family.contains(&name);
                let together = families
                    .iter()
                    .any(|family| has(family, first) && has(family, other));
                let differs = DIFFER.contains(&(provider.name(), *other));
                let family = families.iter().any(|family| has(family, other));
                assert!(
                    together || differs || family,
                    "{}: {other}",
                    provider.name()
                );
            }
        }
        let mut headers: Vec<_> = provider
            .schemes()
            .iter()
            .filter_map(|scheme| match scheme.location() {
                Location::Header(name) => Some(name),
                _ => None,
            })
            .collect();
        headers.dedup();
        if headers.len() > 1 {
            let mut families = provider.header_families().iter();
            assert!(
                families.any(|family| headers.iter().all(|name| family.contains(name))),
                "{}: {headers:?}",
                provider.name()
            );
        }
    }
}

#[test]
fn one_scheme_made_at_run_time_has_the_rules_of_a_list() {
    for provider in all().filter(|provider| provider.schemes().len() == 1) {
        let single = Provider::single(provider.name(), provider.schemes()[0]);
        let listed = Provider::new(provider.name(), leaked(provider.schemes()[0]));
        assert_eq!(single.key_format(), listed.key_format());
        assert_eq!(
            single.parameters(),
            listed.parameters(),
            "{}",
            provider.name()
        );
        assert_eq!(single.id_locator(), listed.id_locator());
        assert_eq!(single.names_keys(), listed.names_keys());
    }
}

fn leaked(scheme: Scheme) -> &'static [Scheme] {
    Box::leak(Box::new([scheme]))
}

#[cfg(feature = "asymmetric")]
#[test]
fn one_scheme_with_a_public_key_takes_a_public_key() {
    let scheme = Scheme::signature(webhook_core::Algorithm::Ed25519, &[Part::Body])
        .in_header("x-signature")
        .key_in_header("x-key-id");
    let provider = Provider::single("acme", scheme);
    assert_eq!(provider.key_format(), KeyFormat::PublicKey);
    assert!(provider.optional_settings().eq(["kid"]));
    let key = include_str!("../../webhook-test/vectors/keys/ed25519.pub.pem");
    let endpoint = Endpoint::builder(provider, key)
        .setting("kid", "key-1")
        .build()
        .unwrap();
    let signer = Signer::new(
        provider,
        include_str!("../../webhook-test/vectors/keys/ed25519.pem"),
    )
    .unwrap();
    let signed = signer.setting("kid", "key-1").sign(NOW, "{}");
    assert_eq!(receive(&endpoint, &signed), Ok(()));
    let text = Endpoint::builder(provider, "a secret that is no key")
        .build()
        .err();
    assert!(
        matches!(text, Some(ConfigError::Secret { slot: 0, .. })),
        "{text:?}"
    );
}

#[cfg(feature = "asymmetric")]
#[test]
fn keys_that_are_published_are_found_by_their_address() {
    let published = all().filter(|provider| provider.has_published_keys());
    let mut names: Vec<_> = published.map(Provider::name).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "aws-sns",
            "aws-sns-legacy-sha1",
            "azure-event-grid-entra",
            "azure-event-grid-entra-cloudevents",
            "fireblocks",
            "google-pubsub",
            "pagarme-hub",
            "paypal",
            "stone-open-bank",
            "truelayer",
            "ucp",
        ]
    );
    for provider in all().filter(|provider| provider.has_published_keys()) {
        assert!(provider.names_keys(), "{}", provider.name());
    }
}

#[test]
fn what_is_not_known_is_said_of_every_unconfirmed_provider_and_of_no_other() {
    for provider in unconfirmed::ALL {
        assert!(
            unconfirmed::missing(provider).is_some(),
            "{}",
            provider.name()
        );
        assert!(Provider::find(provider.name()).is_none());
    }
    for provider in Provider::ALL {
        assert_eq!(unconfirmed::missing(provider), None, "{}", provider.name());
    }
    for (name, _) in unconfirmed::UNSIGNED {
        assert!(Provider::find(name).is_none(), "{name}");
    }
}

#[test]
fn what_a_provider_needs_has_a_method_of_its_name() {
    type Set = fn(EndpointBuilder) -> EndpointBuilder;
    macro_rules! methods {
        ($($name:ident)*) => {
            [$((stringify!($name), (|builder| builder.$name("value-1")) as Set)),*]
        };
    }
    let methods = methods![
        access_key api_key audience authorization base_url ca_certificates cert_url client_key code
        credentials integration_id jwks_url key kid owner private_key profile_url public_key
        secondary_secret service_account tenant_id topic_arn webhook_auth_header_name webhook_id
        workspace_id
    ];
    let flag: (_, Set) = ("accept_signature_version_1", |builder| {
        builder.accept_signature_version_1(true)
    });
    let methods: Vec<_> = methods.into_iter().chain([flag]).collect();
    for (name, set) in &methods {
        let built = set(Endpoint::stripe(SECRET)).build();
        let name = (*name).to_owned();
        let unknown = ConfigError::UnknownSetting { name };
        assert_eq!(built.err(), Some(unknown));
    }
    let identifies = |parameter: &&Parameter| parameter.kind() == ParameterKind::Identifier;
    for provider in all() {
        let parameters = provider.parameters().iter().filter(|p| p.is_setting());
        for needed in parameters.filter(|p| p.is_required() || !identifies(p)) {
            let has_method = methods.iter().any(|(name, _)| *name == needed.name());
            assert!(has_method, "{}: {}", provider.name(), needed.name());
        }
    }
}
