

use crate::crypto::Algorithm;
use crate::provider::{Coverage, Parameter, Provider, Scheme, Success};
use crate::secret::KeyFormat;
use crate::time::TimeUnit;
#[cfg(feature = "asymmetric")]
use crate::verify::custom::sns::{CERT_URL, Sns, TOPIC_ARN};

/// Amazon SNS, deliveries over HTTPS, with signature version 2.
///
/// A JSON document with its `Signature` in it: RSA, SHA-256, over names and values of `Message`, `MessageId`, `Subject` where there is one,
/// `Timestamp`, `TopicArn` and `Type`, a line each; confirmations have `SubscribeURL` and `Token` too. `SigningCertURL` names the
/// certificate. Configure its key, or a [`KeySource`](crate::KeySource): `Endpoint::aws_sns(SecretSet::fetched()).keys(…)`. It is asked for
/// `https://sns.<region>.amazonaws.com/SimpleNotificationService-….pem` with a region of the form that regions have, and for nothing
/// that only looks like it. With the setting `cert_url`, the configured key is that certificate's and no other's.
///
/// * **The setting `topic_arn` is needed:** the topics that are taken, separated by commas. Anybody with an AWS account can have SNS sign a
///   message of a topic of his own.
/// * Fields are signed, not bytes: what else the document holds (`UnsubscribeURL`) is as anybody on the way left it, and [`Coverage::body`]
///   is false. Deliveries are told apart by what is signed of them, the `MessageId` among it.
/// * Lines are not framed, so a line break is refused in every field but `Message`: nothing can be shifted from one into another.
/// * A `SubscriptionConfirmation` of one of the topics is confirmed by the source of keys, if it [does that](crate::KeySource::confirm):
///   its `SubscribeURL`, which has to be SNS's, is asked for, and the delivery answered 200 once that has succeeded. Without such a source
///   it comes to the handler, as an event of that type: get the URL, or call `ConfirmSubscription` with the `Token`. An
///   `UnsubscribeConfirmation` always does, since its URL would undo what somebody has done.
/// * Version 1 is SHA-1: see [`AWS_SNS_LEGACY_SHA1`]. Set `SignatureVersion` of the topic to 2.
/// * Raw message delivery is not signed at all, and refused.
/// * `Timestamp` is that of the publication, and stays what it is in retries, which go on for up to an hour: so 70 minutes are taken.
/// * Any 2xx is success, 4xx is final; 15 s to answer.
/// * Amazon Pay's notifications come this way: their content is JSON in `Message`.
///
/// Source: <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>
pub const AWS_SNS: Provider = sns("aws-sns", V2).with_aliases(&["amazon-pay"]);

/// Amazon SNS with signature version 1, which is SHA-1: as [`AWS_SNS`]. Legacy: a topic can be set to version 2.
///
/// Source: <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>
pub const AWS_SNS_LEGACY_SHA1: Provider = sns("aws-sns-legacy-sha1", V1);

const fn sns(name: &'static str, schemes: &'static [Scheme]) -> Provider {
    Provider::new(name, schemes)
        .with_key_format(KeyFormat::PublicKey)
        .id_at(&["/MessageId"])
        .type_at(&["/Type"])
        .answers_within_millis(15_000)
        .retries_for_secs(3600)
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

const V2: &[Scheme] = &[signed(
    &Sns {
        version: "2",
        algorithm: Algorithm::RsaSha256,
    },
    "message, id, subject, time, topic, type (RSA, SHA-256)",
)];

const V1: &[Scheme] = &[signed(
    &Sns {
        version: "1",
        algorithm: Algorithm::RsaSha1,
    },
    "message, id, subject, time, topic, type (RSA, SHA-1)",
)];
