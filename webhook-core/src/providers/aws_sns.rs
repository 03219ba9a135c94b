

use crate::error::RejectionKind;
use crate::provider::{Coverage, Parameter, Provider, Scheme, Success};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::sns::{ACCEPT_V1, CERT_URL, Sns, TOPIC_ARN, V1, V2};

/// Amazon SNS deliveries over HTTPS, with signature version 2, or with 1 too.
///
/// The JSON document carries its `Signature`: RSA with SHA-256, or with SHA-1 in version 1. The
/// signed message is the names and values of `Message`, `MessageId`, `Subject` (if present), `Timestamp`, `TopicArn` and `Type`,
/// one per line. Confirmations add `SubscribeURL` and `Token`.
///
/// `SigningCertURL` names the certificate. Configure its public key, or have a
/// [`KeySource`](crate::KeySource) fetch it: `Endpoint::aws_sns(SecretSet::fetched()).keys(…)`. The
/// source is only asked for `https://sns.<region>.amazonaws.com/SimpleNotificationService-….pem`.
/// The partitions for China, the European Sovereign Cloud and the isolated regions have their own
/// domains. The region must have the form of an AWS region, so a lookalike address is refused. With
/// the setting `cert_url`, the configured key counts only for that certificate.
///
/// * **The setting `topic_arn` is required**: it lists the accepted topics, separated by commas.
///   Anyone with an AWS account can have SNS sign a message of their own topic.
/// * The signature covers fields, not bytes. Anyone on the path may have changed the rest of the
///   document (`UnsubscribeURL`), so [`Coverage::body`] is false. The replay key comes from the
///   signed message, which includes `MessageId`.
/// * The lines are not escaped. A line break is refused in every field except `Message`, so no text
///   can move from one field into another.
/// * The key source confirms a `SubscriptionConfirmation` for one of the topics, if the source
///   [supports it](crate::KeySource::confirm). It fetches the `SubscribeURL`, which must belong to
///   SNS. The delivery is answered 200 after that succeeds. Without such a source, the confirmation
///   reaches the handler as an event of that type. Then fetch the URL, or call
///   `ConfirmSubscription` with the `Token`. An `UnsubscribeConfirmation` always reaches the
///   handler, because its URL would undo the unsubscription.
/// * **A topic signs with version 1 (SHA-1) unless its attribute `SignatureVersion` is set to 2.**
///   By default version 1 is refused, also the first confirmation, and SNS takes that 401 as final.
///   Set the attribute before you subscribe. Or set `accept_signature_version_1` to `true`: the
///   endpoint then takes both versions, each checked with its own hash, while topics are changed.
/// * `accept_signature_version_1` is for that time only. Collisions of SHA-1 can be computed, so who
///   may choose a part of what is published could obtain a signature for another message. The
///   signed message does not contain the version, so an attacker chooses the weaker one as long as
///   it is accepted. The replay key is the same in both versions.
/// * Raw message delivery is unsigned and refused.
/// * `Timestamp` is the time of publication and stays the same over retries, which continue for up
///   to an hour. So a delivery may be up to 70 minutes old.
/// * Any 2xx is success, and a 4xx is final. SNS waits 15 s for an answer.
/// * Amazon Pay notifications arrive through SNS. Their payload is JSON in `Message`.
///
/// Source: <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>
pub const AWS_SNS: Provider = sns("aws-sns", DEFAULT)
    .with_aliases(&["amazon-pay"])
    .configured_by(
        const {
            &[
                Parameter::setting(TOPIC_ARN).required(),
                Parameter::setting(CERT_URL),
                Parameter::flag(ACCEPT_V1),
            ]
        },
    )
    .hints(&[(
        RejectionKind::UnsupportedScheme,
        "version 1 (SHA-1) is refused unless the setting `accept_signature_version_1` is true; a \
         topic signs with version 1 unless its attribute `SignatureVersion` is set to 2",
    )]);

/// Amazon SNS deliveries with signature version 1 (SHA-1) alone, otherwise like [`AWS_SNS`], which
/// takes both versions with the setting `accept_signature_version_1`. This one is for a topic that
/// stays at version 1: version 2 is refused. The replay key contains the name, so a retry that
/// arrives after a route has changed its name runs again.
///
/// Source: <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>
pub const AWS_SNS_LEGACY_SHA1: Provider = sns("aws-sns-legacy-sha1", LEGACY);

const fn sns(name: &'static str, schemes: &'static [Scheme]) -> Provider {
    Provider::new(name, schemes)
        .with_key_format(KeyFormat::PublicKey)
        .id_at(&["/MessageId"])
        .type_at(&["/Type"])
        .answers_within_millis(15_000)
        .retries_for_secs(3600)
        .retries_keep_time()
        .succeeds_with(Success::Any2xx)
        .configured_by(
            const {
                &[
                    Parameter::setting(TOPIC_ARN).required(),
                    Parameter::setting(CERT_URL),
                ]
            },
        )
        .publishes_keys()
        .documented_at(
            "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html",
        )
}

const fn signed(code: &'static Sns, words: &'static str) -> Scheme {
    let coverage = Coverage {
        time: true,
        values: true,
        ..Coverage::NONE
    };
    Scheme::with_code(code, coverage, words)
        .in_body("/Signature")
        .timed(TimeUnit::Rfc3339)
        .tolerance_secs(70 * 60, 300)
        .time_is("`/Timestamp`")
        .signing(&["/MessageId", "/Type"])
}

const DEFAULT: &[Scheme] = &[signed(
    &Sns {
        version: V2,
        further: Some((ACCEPT_V1, V1)),
    },
    "message, id, subject, timestamp, topic, type (RSA, SHA-256)",
)];

const LEGACY: &[Scheme] = &[signed(
    &Sns {
        version: V1,
        further: None,
    },
    "message, id, subject, timestamp, topic, type (RSA, SHA-1)",
)];
