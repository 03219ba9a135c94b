"""Senders that name the certificate they sign with: Amazon SNS, PayPal. Needs the package `cryptography`."""

import json
import zlib

from asymmetric import KEYS, pem, private, sign
from suite import NOW, Suite, b64, bad_base64, flip, noted

CERTIFICATES = {}


def provider(name):
    def keep(make):
        CERTIFICATES[name] = make
        return make

    return keep


# ---- Amazon SNS ---------------------------------------------------------------------------------------------------

TOPIC = "arn:aws:sns:us-east-2:123456789012:MyTopic"
PLACE = "https://sns.us-east-2.amazonaws.com/"
CERT = PLACE + "SimpleNotificationService-56e67fcb41f6fec09b0196692625d385.pem"
ORDER = ["Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type"]
NOTIFICATION = {"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
LOOK_ALIKES = {
    "of a bucket": "https://sns.s3-us-west-2.amazonaws.com/SimpleNotificationService-0.pem",
    "with a host behind": CERT.replace(".com/", ".com.evil.example/"),
    "with a user": CERT.replace(".com/", ".com@evil.example/"),
    "of http": CERT.replace("https", "http"),
    "with a port": CERT.replace(".com/", ".com:8443/"),
    "with a fragment": CERT + "#",
    "with a query": CERT + "?x=.pem",
    "in the query": PLACE + "?SimpleNotificationService-0.pem",
    "with a dot behind its host": CERT.replace(".com/", ".com./"),
    "with letters that are no ASCII": CERT.replace("sns", "sñs"),
    "of an address": "https://169.254.169.254/SimpleNotificationService-0.pem",
    "of another service": CERT.replace("sns.", "sqs."),
    "without a region": CERT.replace("us-east-2.", ""),
    "with another name": PLACE + "x.pem",
    "with a way up": PLACE + "../SimpleNotificationService-0.pem",
    "with a second slash": PLACE + "/SimpleNotificationService-0.pem",
}


def canonical(document, order=ORDER):
    fields = NOTIFICATION if document.get("Type") == "Notification" else set(ORDER) - {"Subject"}
    return "".join(f"{name}\n{document[name]}\n" for name in order if name in fields and name in document).encode()


HASHES = {"1": "rsa-sha1", "2": "rsa-sha256"}


def sns(version):
    algorithm = HASHES[version]
    notification = {"Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": TOPIC,
                    "Subject": "My First Message", "Message": "Hello\nworld \"quoted\"", "Timestamp": "2023-11-14T22:13:20.000Z",
                    "SignatureVersion": version, "SigningCertURL": CERT, "UnsubscribeURL": PLACE + "?Action=Unsubscribe"}

    def signed(key="rsa", by=algorithm, text=None, **changes):
        document = {name: value for name, value in (notification | changes).items() if value is not ...}
        signature = b64(sign(by, private(key), canonical(document) if text is None else text))
        return document | {"Signature": changes.get("Signature", signature)}

    def body(**how):
        return json.dumps({name: value for name, value in signed(**how).items() if value is not ...}).encode()

    cert = (KEYS / "rsa.cert.pem").read_text()
    told = {"id": notification["MessageId"], "type": "Notification"}
    suite = Suite(body(), cert, [["Content-Type", "text/plain; charset=UTF-8"], ["x-amz-sns-topic-arn", TOPIC]],
                  settings={"topic_arn": TOPIC}, **told)

    def valid(name, **how):
        suite.valid(name, body=body(**how), id=..., type=...)

    def invalid(name, **how):
        suite.invalid(name, body=body(**how))

    suite.valid("signed")
    suite.valid("the key in PEM", secrets=[pem(private("rsa").public_key())])
    suite.valid("two keys, the second ours", secrets=[pem(private("rsa-other").public_key()), cert])
    suite.invalid("configured with another key", secrets=[pem(private("rsa-other").public_key())])
    suite.valid("without headers", headers=[])
    suite.valid("several topics, the last ours", settings={"topic_arn": f"arn:aws:sns:us-east-2:1:x, {TOPIC}"})
    suite.invalid("another topic", settings={"topic_arn": TOPIC + "2"})
    suite.invalid("a topic of another account", settings={"topic_arn": TOPIC.replace("123456789012", "210987654321")})
    suite.invalid("a part of the topic", settings={"topic_arn": TOPIC[:-1]})
    suite.valid("the configured certificate", settings={"topic_arn": TOPIC, "cert_url": CERT})
    suite.invalid("another certificate than the configured one", settings={"topic_arn": TOPIC, "cert_url": CERT.replace("56e", "56f")})
    valid("without a subject", Subject=...)
    valid("an empty subject", Subject="")
    valid("a message beyond ASCII", Message="Zoë – 日本 😀")
    valid("an empty message", Message="")
    valid("a message that looks like fields", Message="a\nMessageId\nb\nTimestamp\nc")
    valid("what is not signed, changed", UnsubscribeURL="https://evil.example/", text=canonical(notification))
    reordered = json.dumps(dict(reversed(list(signed().items()))), indent=2).encode()
    suite.valid("fields in another order, with white space", body=reordered)
    suite.valid("escapes spelled otherwise", body=body().replace(b"Hello", b"\\u0048ello"))
    confirmation = {"Type": "SubscriptionConfirmation", "Subject": ..., "Token": "2336412f", "UnsubscribeURL": ...,
                    "SubscribeURL": PLACE + f"?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f"}
    valid("confirmation of a subscription", **confirmation)
    valid("confirmation of its end", **confirmation | {"Type": "UnsubscribeConfirmation"})
    for name in ("Token", "SubscribeURL"):
        invalid(f"confirmation without {name}", **confirmation | {name: ...})
    for kind, odd in {"elsewhere": "https://evil.example/?Action=ConfirmSubscription&Token=2", "of http": "http" + confirmation["SubscribeURL"][5:],
                      "for another action": PLACE + "?Action=DeleteTopic&Token=2",
                      "of a bucket": confirmation["SubscribeURL"].replace("us-east-2", "s3-us-west-2", 1)}.items():
        invalid(f"confirmation, its URL {kind}", **confirmation | {"SubscribeURL": odd})
    unsigned_token = canonical(signed(**confirmation)).replace(b"Token\n2336412f\n", b"")
    invalid("confirmation whose Token is not signed", text=unsigned_token, **confirmation)

    for name in ("Message", "MessageId", "Subject", "TopicArn", "Type", "Timestamp"):
        other = {"Timestamp": "2023-11-14T22:13:21.000Z", "Type": "SubscriptionConfirmation"}.get(name, notification[name] + "x")
        invalid(f"{name} changed", text=canonical(notification), **{name: other})
        if name != "Subject":
            invalid(f"{name} missing", **{name: ...})
        for kind, odd in {"a number": 7, "null": None, "a list": [notification[name]]}.items():
            invalid(f"{name} {kind}", **{name: odd})
    invalid("subject left out", Subject=..., text=canonical(notification))
    invalid("subject put in", text=canonical({**notification, "Subject": "x"}, [n for n in ORDER if n != "Subject"]))
    for name in ("MessageId", "Subject", "Timestamp"):
        for kind, mark in {"line break": "\n", "carriage return": "\r"}.items():
            invalid(f"a {kind} in {name}, signed as sent", **{name: notification[name] + mark + "TopicArn"})
    # The same lines, read as other fields.
    moved = signed(Message="real\nMessageId\nm-1\nSubject\ns", Subject=...)
    shifted = json.dumps(moved | {"Message": "real", "MessageId": "m-1",
                                  "Subject": "s\nMessageId\n" + notification["MessageId"]}).encode()
    suite.invalid("lines shifted from the message into the subject", body=shifted)
    for name in ("SigningCertURL", "SignatureVersion", "Signature"):
        invalid(f"{name} missing", **{name: ...})
        invalid(f"{name} a number", **{name: 2})
    for kind, odd in LOOK_ALIKES.items():
        invalid(f"certificate {kind}", SigningCertURL=odd)
    for odd in ("1" if version == "2" else "2", "3", "", "01"):
        invalid(f"SignatureVersion {odd!r}", SignatureVersion=odd)
    invalid("signed with the other hash", by={"1": "rsa-sha256", "2": "rsa-sha1"}[version])
    invalid("signed with another key", key="rsa-other")
    good = sign(algorithm, private("rsa"), canonical(notification))
    for kind, odd in bad_base64(good):
        invalid(kind, Signature=odd)
    suite.invalid("a field twice", body=body().replace(b'{"Type"', b'{"Message": "x", "Type"'))
    suite.invalid("a field twice, once escaped", body=body().replace(b'{"Type"', b'{"\\u004dessage": "x", "Type"'))
    suite.invalid("cut in half", body=body()[:len(body()) // 2])
    suite.invalid("more behind the document", body=body() + b"{}")
    suite.invalid("raw delivery: the message alone", body=b"Hello")
    suite.invalid("empty", body=b"")
    suite.valid("70 minutes old", now=NOW + 4200)
    suite.invalid("70 minutes and a second old", now=NOW + 4201)
    suite.valid("300 s ahead", now=NOW - 300)
    suite.invalid("301 s ahead", now=NOW - 301)
    for kind, odd in {"without a zone": "2023-11-14T22:13:20.000", "in seconds": str(NOW), "no time": "yesterday"}.items():
        invalid(f"Timestamp {kind}, signed as sent", Timestamp=odd)

    if version == "2":
        # One endpoint for both versions: each is signed with its own hash, over the same text.
        def both(name, expect, accept="true", **how):
            settings = {"topic_arn": TOPIC, "accept_signature_version_1": accept}
            suite.add(f"version 1 accepted: {name}", expect, {"body": body(**how), "settings": settings, "id": ..., "type": ...})

        one = {"SignatureVersion": "1", "by": HASHES["1"]}
        both("version 1", "valid", **one)
        both("version 2", "valid")
        both("confirmation in version 1", "valid", **one | confirmation)
        both("confirmation in version 2", "valid", **confirmation)
        both("not, by false: version 1", "invalid", accept="false", **one)
        both("not, by false: version 2", "valid", accept="false")
        both("version 1 that says 2", "invalid", by=HASHES["1"])
        both("version 2 that says 1", "invalid", SignatureVersion="1")
        both("version 1 with another key", "invalid", key="rsa-other", **one)
        both("version 1, the message changed", "invalid", text=canonical(notification), **one | {"Message": "Hello"})
        both("version 1, its signature empty", "invalid", **one | {"Signature": ""})
        for odd in ("3", "", "01", "1.0", " 1", "1,2"):
            both(f"SignatureVersion {odd!r}", "invalid", **one | {"SignatureVersion": odd})
        both("SignatureVersion a number", "invalid", **one | {"SignatureVersion": 1})
        both("certificate of a bucket", "invalid", SigningCertURL=LOOK_ALIKES["of a bucket"], **one)
        both("confirmation in version 1, its URL elsewhere", "invalid",
             **one | confirmation | {"SubscribeURL": "https://evil.example/?Action=ConfirmSubscription&Token=2"})
    return suite


@provider("aws-sns")
def aws_sns():
    return sns("2")


@provider("aws-sns-legacy-sha1")
def aws_sns_legacy_sha1():
    return sns("1")


# ---- PayPal -------------------------------------------------------------------------------------------------------

@provider("paypal")
def paypal():
    ident, time, webhook = "dfb3be50-fd74-11e4-8bf3-77339302725b", "2023-11-14T22:13:20Z", "4JH86294D6297924G"
    url = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77"
    body = b'{"id":"WH-0G2756385H040842W","event_type":"PAYMENT.SALE.COMPLETED","resource":{"amount":{"total":"20.00"}}}'

    def tag(body=body, key="rsa", by="rsa-sha256", ident=ident, time=time, webhook=webhook, total=None):
        total = zlib.crc32(body) if total is None else total
        return sign(by, private(key), f"{ident}|{time}|{webhook}|{total}".encode())

    def headers(signature, ident=ident, time=time, url=url, algorithm="SHA256withRSA"):
        return [["PAYPAL-TRANSMISSION-ID", ident], ["PAYPAL-TRANSMISSION-TIME", time], ["PAYPAL-TRANSMISSION-SIG", signature],
                ["PAYPAL-CERT-URL", url], ["PAYPAL-AUTH-ALGO", algorithm]]

    def signed(body=body, **how):
        sent = {name: how[name] for name in ("ident", "time") if name in how}
        return headers(b64(tag(body, **how)), **sent)

    cert, other = (KEYS / "rsa.cert.pem").read_text(), pem(private("rsa-other").public_key())
    settings = {"webhook_id": webhook}
    suite = Suite(body, cert, signed(), settings=settings, id="WH-0G2756385H040842W", type="PAYMENT.SALE.COMPLETED")
    suite.valid("signed")
    suite.bodies(signed)
    suite.secrets(other)
    suite.valid("the key in PEM", secrets=[pem(private("rsa").public_key())])
    suite.invalid("another webhook", settings={"webhook_id": webhook[:-1] + "H"})
    suite.invalid("signed for another webhook", headers=signed(webhook="WEBHOOK_ID"))
    suite.valid("the configured certificate", settings=settings | {"cert_url": url})
    suite.invalid("another certificate than the configured one", settings=settings | {"cert_url": url + "0"})
    ours = b64(tag())
    for place in ("api-m.paypal.com", "api.sandbox.paypal.com", "api-m.sandbox.paypal.com"):
        suite.valid(f"certificate of {place}", headers=headers(ours, url=url.replace("api.paypal.com", place)))
    for kind, odd in {"of another host": url.replace("api.paypal", "evilpaypal"), "with a host behind": url.replace(".com/", ".com.evil.example/"),
                      "with a user": url.replace(".com/", ".com@evil.example/"), "of http": url.replace("https", "http"),
                      "with a port": url.replace(".com/", ".com:443/"), "with a query": url + "?a", "with a fragment": url + "#",
                      "with a way up": url.replace("CERT", "../CERT"), "with a dot behind its host": url.replace(".com/", ".com./"),
                      "at another path": url.replace("certs", "other"), "without a name": url.rpartition("/")[0] + "/",
                      "of www": url.replace("api.", "www."), "empty": ""}.items():
        suite.invalid(f"certificate {kind}", headers=headers(ours, url=odd))
    for odd in ("SHA1withRSA", "sha256withrsa", "", "none", "SHA512withRSA"):
        suite.invalid(f"algorithm {odd!r}", headers=headers(ours, algorithm=odd))
    suite.invalid("signed with SHA-1", headers=signed(by="rsa-sha1"))
    suite.invalid("signed with SHA-1, and says so", headers=headers(b64(tag(by="rsa-sha1")), algorithm="SHA1withRSA"))
    suite.invalid("checksum in hexadecimal digits", headers=signed(total=f"{zlib.crc32(body):08x}"))
    suite.invalid("checksum with a sign", headers=signed(total=zlib.crc32(body) - 2**32))
    suite.invalid("id changed", headers=headers(ours, ident=ident[:-1] + "c"))
    suite.invalid("time changed", headers=headers(ours, time="2023-11-14T22:13:21Z"))
    suite.invalid("fields shifted", headers=headers(ours, ident=f"{ident}|{time}", time=webhook))
    suite.invalid("an id with a bar, signed as sent", headers=signed(ident="a|b"))
    suite.invalid("an empty id, signed as sent", headers=signed(ident=""))
    for kind, odd in {"without a zone": "2023-11-14T22:13:20", "in seconds": str(NOW), "no time": "now"}.items():
        suite.invalid(f"time {kind}, signed as sent", headers=signed(time=odd))
    suite.valid("73 hours old", now=NOW + 73 * 3600)
    suite.invalid("73 hours and a second old", now=NOW + 73 * 3600 + 1)
    suite.valid("300 s ahead", now=NOW - 300)
    suite.invalid("301 s ahead", now=NOW - 301)
    for kind, odd in bad_base64(tag()):
        suite.invalid(kind, headers=headers(odd))
    for name, wrong in {"PAYPAL-TRANSMISSION-SIG": b64(tag(key="rsa-other")), "PAYPAL-TRANSMISSION-ID": "x", "PAYPAL-CERT-URL": url + "0",
                        "PAYPAL-TRANSMISSION-TIME": "2023-11-14T22:13:21Z", "PAYPAL-AUTH-ALGO": "SHA256withRSA"}.items():
        suite.twice(name, wrong)
        suite.invalid(f"{name} missing", headers=suite.headers(name, None))
    return suite
