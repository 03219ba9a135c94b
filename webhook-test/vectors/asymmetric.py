"""Providers that sign with a private key. Needs the package `cryptography`; `generate.py` leaves them out without it.

A row is a template whose secret is a public key; the private one is looked up by it. Published examples, whose private keys
nobody has, are verified here before they are written.
"""

import base64
import hashlib
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from suite import HERE, NOW, T, b64, bad_base64, pick, raw
from templates import ENCODINGS, PUBLISHED, Template, b64url

KEYS = HERE / "keys"
ASYMMETRIC, PRIVATE = {}, {}


# ---- keys and the ways they are written ---------------------------------------------------------------------------

def bare(key):
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def spki(key):
    return b64(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def pem(key):
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


FORMS = {"hex": lambda key: bare(key).hex(), "base64": lambda key: b64(bare(key)), "spki": spki, "pem": pem,
         "whpk": lambda key: "whpk_" + b64(bare(key)), "one line": lambda key: pem(key).replace("\n", "")}


def private(name):
    return load_pem_private_key((KEYS / (name + ".pem")).read_bytes(), None)


def written(name, form):
    """A public key in this form, whose private one is known from then on."""
    key = private(name)
    text = FORMS[form](key.public_key())
    PRIVATE[text] = key
    return text


def sign(algorithm, key, message):
    if algorithm == "ed25519":
        return key.sign(message)
    family, digest = algorithm.split("-")
    digest = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha512": hashes.SHA512}[digest]()
    if family in ("p256", "k256"):
        return key.sign(message, ec.ECDSA(digest, deterministic_signing=True))
    return key.sign(message, padding.PKCS1v15(), digest)


def verify(algorithm, key, signature, message):
    if algorithm == "ed25519":
        return key.verify(signature, message)
    family, digest = algorithm.split("-")
    digest = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha512": hashes.SHA512}[digest]()
    if family in ("p256", "k256"):
        return key.verify(signature, message, ec.ECDSA(digest))
    return key.verify(signature, message, padding.PKCS1v15(), digest)


def load(text):
    """The public key of a published example."""
    if "CERTIFICATE" in text:
        return load_pem_x509_certificate(text.encode()).public_key()
    if text.startswith("whpk_"):
        return ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(text.removeprefix("whpk_")))
    for armour in ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"):
        text = text.replace(armour, "")
    return load_der_public_key(base64.b64decode(text))


# ---- the template -------------------------------------------------------------------------------------------------

NAMES = {"ed25519": "ed25519", "p256": "p256", "k256": "k256", "rsa": "rsa"}


class Signed(Template):
    def __init__(self, name, body, signs, *, alg, form, also=lambda row, suite: None, most=4, **row):
        key = NAMES[alg.split("-")[0]]
        forms = {"secret": written(key, form), "other": written(key + "-other", form)}
        super().__init__(name, body, signs, alg=alg, also=also, **forms | row)
        self.form, self.key_name, self.most = form, key, most

    def message(self, body, time, ident, signs=None, headers=None):
        values = {"{body}": body, "{time}": time, "{id}": ident} | {
            "{" + name + "}": value for name, value in dict(headers or self.extra).items()}
        message, rest = b"", signs or self.signs
        while rest:
            known = next((name for name in values if rest.startswith(name)), rest[0])
            message += raw(values.get(known, known))
            rest = rest[len(known):]
        return message

    def tag(self, body, secret, time, ident, key=None, method=None, signs=None, headers=None):
        return sign(self.alg, PRIVATE[secret], self.message(body, time, ident, signs, headers))

    def published(self, suite):
        for i, example in enumerate(PUBLISHED.get(self.name, []), 1):
            sent = {name.lower(): value for name, value in example["headers"]}
            body = base64.b64decode(example["body_base64"]) if "body_base64" in example else raw(example["body"])
            extra = {name: sent[name.lower()] for name, _ in self.extra if "{" + name + "}" in self.signs}
            message = self.message(body, sent.get((self.time or "").lower()), sent.get((self.id_in or "").lower()),
                                   headers=extra)
            signature = self.found(sent[self.header.lower()])
            key = load(example["secrets"][0])
            verify(self.alg, key, signature, message)
            try:
                verify(self.alg, key, signature, message + b" ")
                raise AssertionError("verifies anything")
            except InvalidSignature:
                pass
            suite.valid(f"published example {i}", body=body, headers=example["headers"], secrets=example["secrets"],
                        now=example["now"], source=example["source"], id=..., type=...)

    def found(self, value):
        """The signature in a header's value."""
        if self.shape == "{tag}" and isinstance(self.shape, Json):
            return base64.b64decode(json.loads(base64.b64decode(value))["signature"])
        before, after = self.shape.split("{tag}")
        text = value.removeprefix(before).removesuffix(after)
        return bytes.fromhex(text) if self.encoding == "hex" else base64.b64decode(text)

    def genuine(self, suite):
        super().genuine(suite)
        forms = FORMS if self.key_name == "ed25519" else {name: FORMS[name] for name in ("spki", "pem", "one line")}
        public = private(self.key_name).public_key()
        for name, form in forms.items():
            if name != self.form:
                suite.valid(f"the same key written as {name}", secrets=[form(public)])
        if self.key_name == "rsa":
            suite.valid("the key in a certificate", secrets=[(KEYS / "rsa.cert.pem").read_text()])

    def many(self, suite):
        ours, wrong = self.signed(), self.signed(secret=self.other)
        join = lambda tags: self.headers(self.several(self, tags))
        suite.valid("two signatures, the first ours", headers=join([ours, wrong]))
        suite.valid("two signatures, the last ours", headers=join([wrong, ours]))
        suite.valid("a malformed signature before ours", headers=join(["nonsense", ours]))
        suite.invalid("two signatures, neither ours", headers=join([wrong, wrong]))
        suite.valid("4 signatures, the last ours", headers=join([wrong] * 3 + [ours]))
        suite.invalid("5 signatures, the last ours", headers=join([wrong] * 4 + [ours]))

    def spoilt(self, tag):
        if self.encoding == "base64" and len(tag) % 3 == 0:
            return pick({"tag one byte short": b64(tag[:-1]), "tag one byte longer": b64(tag + b"\0"), "tag empty": "",
                         "tag with padding": b64(tag) + "=", "tag with two": b64(tag) + "=="}, b64(tag), ())
        return super().spoilt(tag)

    def proofs(self, suite):
        super().proofs(suite)
        tag = self.tag(self.body, self.secret, self.now_text, self.id)
        for name, odd in {"doubled": tag + tag, "cut in half": tag[:len(tag) // 2], "with its first bit turned": bytes(
                [tag[0] ^ 0x80]) + tag[1:], "with its last bit turned": tag[:-1] + bytes([tag[-1] ^ 1])}.items():
            suite.invalid(f"signature {name}", headers=self.headers(self.spell(odd)))
        if self.key_name in ("p256", "k256"):
            suite.invalid("signature of a fixed length instead of DER", headers=self.headers(self.spell(fixed(tag))))
        if self.key_name == "rsa":
            digest = {"sha1": "sha256", "sha256": "sha1", "sha512": "sha256"}[self.alg.split("-")[1]]
            other = sign("rsa-" + digest, PRIVATE[self.secret],
                         self.message(self.body, self.now_text, self.id))
            suite.invalid(f"signed with {digest}", headers=self.headers(self.spell(other)))


def fixed(der):
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class Json(str):
    """A header that is base64 of a JSON object around the tag."""

    def format(self, tag, time=None):
        return b64(json.dumps({"alg": "ecdsa", "kid": "9936261a-7d7b-4621-a0f1-96ccb428af49", "signature": tag,
                               "digest": "SHA1"}, separators=(",", ":")))


def named(header, right):
    """What the name of a key may be, in a header of its own."""
    def also(row, suite):
        for title, name in {"its own name": right, "another name": "another-1"}.items():
            add = suite.valid if name == right else suite.invalid
            add(f"a key that is configured under {title}", settings={"kid": name})
        for title, name in {"missing": None, "empty": "", "with a slash": "../" + right, "of dots alone": "..", "too long": "a" * 257}.items():
            suite.invalid(f"the name of the key {title}", headers=suite.headers(header, name))
        suite.twice(header, "another-1")
    return also


def row(name, body, signs="{body}", **how):
    ASYMMETRIC[name] = Signed(name, body, signs, **how).suite


# ---- the providers ------------------------------------------------------------------------------------------------

def no_low_order(row, suite):
    identity = bytes([1]) + bytes(31)
    suite.invalid("signature of nothing but the neutral point",
                  headers=row.headers(row.spell(identity + bytes(32))))
    tag = row.tag(row.body, row.secret, row.now_text, row.id)
    order = 2**252 + 27742317777372353535851937790883648493
    high = (int.from_bytes(tag[32:], "little") + order).to_bytes(32, "little")
    suite.invalid("s above the group's order", headers=row.headers(row.spell(tag[:32] + high)))


row("discord", '{"version":1,"application_id":"1234560123453231555","type":1,"event":{"type":"APPLICATION_AUTHORIZED",'
    '"timestamp":"2024-10-18T14:42:53.064834","data":{}}}', "{time}{body}", alg="ed25519", form="hex",
    header="X-Signature-Ed25519", time="X-Signature-Timestamp", tolerance=(900, 300), type="APPLICATION_AUTHORIZED",
    also=no_low_order)

row("discord-interactions", '{"id":"846462639134605312","application_id":"1234560123453231555","type":2,"token":"a","version":1}',
    "{time}{body}", alg="ed25519", form="hex", header="X-Signature-Ed25519", time="X-Signature-Timestamp", tolerance=(900, 300),
    id="846462639134605312", type="2", also=no_low_order)

class Fal(Signed):
    """The hash of the body is what is signed."""

    def message(self, body, time, ident, signs=None, headers=None):
        return super().message(hashlib.sha256(body).hexdigest(), time, ident, signs, headers)


def fal_lines(row, suite):
    no_low_order(row, suite)
    suite.invalid("the body itself signed", headers=row.headers(sign(
        "ed25519", PRIVATE[row.secret], b"024ca5b1\nuser_1\n" + raw(row.now_text) + b"\n" + row.body).hex()))
    suite.invalid("the hash of another body signed", headers=row.sign(body=b"{}"))


ASYMMETRIC["fal"] = Fal(
    "fal", '{"request_id":"024ca5b1","gateway_request_id":"024ca5b1","status":"OK","payload":{}}',
    "{X-Fal-Webhook-Request-Id}\n{X-Fal-Webhook-User-Id}\n{time}\n{body}", alg="ed25519", form="hex",
    header="X-Fal-Webhook-Signature", time="X-Fal-Webhook-Timestamp", type="OK", also=fal_lines,
    extra=[("X-Fal-Webhook-Request-Id", "024ca5b1"), ("X-Fal-Webhook-User-Id", "user_1")]).suite

row("telnyx", '{"data":{"event_type":"message.received","id":"b301ed3f-1490-491f-995f-6e64e69674d4",'
    '"occurred_at":"2023-11-14T22:13:19.000Z","payload":{"text":"hello"},"record_type":"event"}}', "{time}|{body}",
    alg="ed25519", form="base64", encoding="base64", header="telnyx-signature-ed25519", time="telnyx-timestamp",
    id="b301ed3f-1490-491f-995f-6e64e69674d4", type="message.received", also=no_low_order)


def other_versions(row, suite):
    ours = row.signed()
    suite.valid("v1 beside v1a is ignored", headers=row.headers(f"v1,{b64(bytes(32))} v1a,{ours}"))
    suite.invalid("under version v1", headers=row.headers("v1," + ours))
    no_low_order(row, suite)


row("standard-webhooks-ed25519", '{"type":"contact.created","timestamp":"2022-11-03T20:26:10.344522Z","data":{"id":"1"}}',
    "{id}.{time}.{body}", alg="ed25519", form="whpk", encoding="base64", header="webhook-signature", shape="v1a,{tag}",
    time="webhook-timestamp", id_in="webhook-id", id="msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", type="contact.created",
    several=lambda row, tags: " ".join("v1a," + tag for tag in tags), also=other_versions)

row("sendgrid", '[{"email":"a@example.com","event":"delivered","sg_event_id":"ZGVsaXZlcmVkLTA","timestamp":1699999999}]\r\n',
    "{time}{body}", alg="p256-sha256", form="spki", encoding="base64", header="X-Twilio-Email-Event-Webhook-Signature",
    time="X-Twilio-Email-Event-Webhook-Timestamp", tolerance=(90_000, 300))

row("circle", '{"subscriptionId":"00000000-0000-0000-0000-000000000000","notificationId":"7d0b3c4a-1111-4222-8333-444455556666",'
    '"notificationType":"transactions.inbound","notification":{"state":"CONFIRMED"},"timestamp":"2023-11-14T22:13:20Z",'
    '"version":2}', alg="p256-sha256", form="spki", encoding="base64", header="X-Circle-Signature",
    extra=[("X-Circle-Key-Id", "c7b8e1f0-0000-4000-8000-000000000000")], id="7d0b3c4a-1111-4222-8333-444455556666",
    type="transactions.inbound", also=named("X-Circle-Key-Id", "c7b8e1f0-0000-4000-8000-000000000000"))


def no_object(row, suite):
    ours = row.signed()
    for name, value in {"the bare signature": ours, "no base64": '{"signature":"%s"}' % ours,
                        "an object without it": b64('{"alg":"ecdsa"}'), "a list": b64('["%s"]' % ours),
                        "two of it": b64('{"signature":"%s","signature":"%s"}' % (ours, ours))}.items():
        suite.invalid(f"header is {name}", headers=row.headers(value))
    suite.valid("another algorithm named, which is not believed",
                headers=row.headers(b64('{"alg":"none","kid":"x","signature":"%s"}' % ours)))
    for name, kid in {"missing": "", "empty": '"kid":"",', "of dots": '"kid":"..",',
                      "twice": '"kid":"x","kid":"x",', "with a slash": '"kid":"a/b",'}.items():
        suite.invalid(f"the name of the key {name}", headers=row.headers(b64('{"alg":"ecdsa",%s"signature":"%s"}' % (kid, ours))))
    suite.valid("a key that is configured under its own name", settings={"kid": "9936261a-7d7b-4621-a0f1-96ccb428af49"})
    suite.invalid("a key that is configured under another name", settings={"kid": "another-1"})


row("ebay", '{"metadata":{"topic":"MARKETPLACE_ACCOUNT_DELETION","schemaVersion":"1.0","deprecated":false},"notification":'
    '{"notificationId":"49feeaeb-4982-42d9-a377","publishAttemptCount":1,"data":{"username":"test_user"}}}',
    alg="p256-sha1", form="one line", encoding="base64", header="x-ebay-signature", shape=Json("{tag}"),
    id="49feeaeb-4982-42d9-a377", type="MARKETPLACE_ACCOUNT_DELETION", also=no_object)

def workspaces(row, suite):
    ours, order = "5078376503050240", 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    suite.valid("one workspace is configured", settings={"workspace_id": ours})
    suite.invalid("another workspace", settings={"workspace_id": "5078376503050241"})
    suite.invalid("a part of the workspace", settings={"workspace_id": ours[:-1]})
    for name, body in {"no workspace": b'{"event":{"id":"1"}}', "a workspace that is null": b'{"event":{"workspaceId":null}}',
                       "a workspace elsewhere": raw('{"workspaceId":"%s","event":{}}' % ours),
                       "two workspaces": raw('{"event":{"workspaceId":"%s","workspaceId":"1"}}' % ours),
                       "no JSON": b"x"}.items():
        suite.invalid(name + ", signed", body=body, headers=row.sign(body=body))
    written = json.dumps(json.loads(row.body), sort_keys=True).encode()
    assert written != row.body
    suite.invalid("written again with sorted names", body=written)
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
    r, s = decode_dss_signature(row.tag(row.body, row.secret, row.now_text, row.id))
    suite.valid("the other of the two signatures with the same r", headers=row.headers(b64(encode_dss_signature(r, order - s))))
    for name, pair in {"r of zero": (0, s), "s of zero": (r, 0), "r of the order": (order, s), "s of the order": (r, order)}.items():
        suite.invalid(name, headers=row.headers(b64(encode_dss_signature(*pair))))
    on_p256 = sign("p256-sha256", private("p256"), row.body)
    suite.invalid("signed on another curve", headers=row.headers(b64(on_p256)))


row("stark-bank", '{"event": {"created": "2023-11-14T22:13:19.000000+00:00", "id": "5415223380934656", "log": {"id": "4687457496858624", '
    '"type": "created", "invoice": {"amount": 256}}, "subscription": "invoice", "workspaceId": "5078376503050240"}}',
    settings={"workspace_id": "1, 5078376503050240"}, json=True, alg="k256-sha256", form="pem", encoding="base64", header="Digital-Signature", id="5415223380934656", type="invoice",
    also=workspaces)

row("dyte", '{"event":"meeting.started","meeting":{"id":"m1","organizedBy":{"id":"o1"}}}', alg="rsa-sha256", form="pem",
    encoding="base64", header="dyte-signature", type="meeting.started")

row("conekta", '{"id":"6200a1b2c3d4e5f600112233","object":"event","type":"order.paid","livemode":true,"data":{"object":'
    '{"id":"ord_2iUN","amount":1766900,"currency":"MXN"}}}', alg="rsa-sha256", form="pem", encoding="base64", header="DIGEST",
    id="6200a1b2c3d4e5f600112233", type="order.paid", also=lambda row, suite: [
        suite.invalid("the digest of RFC 3230 that the header is named after",
                      headers=row.headers("SHA-256=" + b64(hashlib.sha256(row.body).digest()))),
        suite.invalid("the signature after the name of a digest", headers=row.headers("SHA-256=" + row.signed()))])

row("wise", '{"data":{"resource":{"id":111,"profile_id":222,"type":"transfer"},"current_state":"processing"},'
    '"subscription_id":"01234567","event_type":"transfers#state-change","schema_version":"2.0.0",'
    '"sent_at":"2023-11-14T22:13:20Z"}', alg="rsa-sha256", form="pem", encoding="base64", header="X-Signature-SHA256",
    id_in="X-Delivery-Id", id="5f1d9c1c-0000-4000-8000-000000000001", type="transfers#state-change",
    also=lambda row, suite: suite.invalid("the older header", headers=[["X-Signature", row.signed()]]))

for name, brand, serial, ident, kind, tolerance, unit in [
        ("binance-pay", "BinancePay", "Certificate-SN", '"bizIdStr":"29383937493038367292"', '"bizType":"PAY"', (300, 300), "ms"),
        ("wechatpay", "Wechatpay", "Serial", '"id":"EV-2018022511223320873"', '"event_type":"TRANSACTION.SUCCESS"', (299, 299), "s")]:
    row(name, "{%s,%s,\"data\":\"{}\"}" % (ident, kind), "{time}\n{%s-Nonce}\n{body}\n" % brand, alg="rsa-sha256", form="pem",
        encoding="base64", header=brand + "-Signature", time=brand + "-Timestamp", unit=unit, tolerance=tolerance,
        extra=[(brand + "-Nonce", "593BEC0C930BF1AFEB40B4A08C8FB242"), (f"{brand}-{serial}", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1")],
        id=ident.split('"')[3], type=kind.split('"')[3], also=named(f"{brand}-{serial}", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"))


def other_spelling(row, suite):
    suite.valid("the header as the table of the documentation writes it",
                headers=[["X-SignatureContent", row.signed()]])
    suite.valid("both spellings", headers=[["X-SignatureContent", row.signed()], ["X-Signature-Content", row.signed()]])


row("ebanx", "operation=payment_status_change&notification_type=update&hash_codes=59ad4bf5b0d2b3b2a3f1", alg="rsa-sha1",
    form="pem", encoding="base64", header="X-Signature-Content", also=other_spelling)

row("fireblocks-v1", '{"type":"TRANSACTION_STATUS_UPDATED","tenantId":"d8b5a1c0","timestamp":1699999999000,"data":{"id":"1"}}',
    alg="rsa-sha512", form="pem", encoding="base64", header="Fireblocks-Signature", type="TRANSACTION_STATUS_UPDATED")


def other_names(row, suite):
    ours = row.signed()
    for name, value in {"alg=none": f"alg=none; kid=k; signature={ours}", "no alg": f"kid=k; signature={ours}",
                        "two alg": f"alg=RS256; alg=none; signature={ours}", "HS256": f"alg=HS256; kid=k; signature={ours}",
                        "alg in lower case": f"alg=rs256; kid=k; signature={ours}"}.items():
        suite.invalid(f"header with {name}", headers=row.headers(value))
    suite.valid("another kid, where the key is configured without one", headers=row.headers(f"alg=RS256; kid=x; signature={ours}"))
    suite.valid("a key that is configured under its own name", settings={"kid": "test-kid-1"})
    suite.invalid("a key that is configured under another name", settings={"kid": "another-1"})
    for name, kid in {"missing": "", "empty": "kid=; ", "twice": "kid=x; kid=x; ", "with a slash": "kid=a/b; ", "of dots": "kid=..; "}.items():
        suite.invalid(f"the name of the key {name}", headers=row.headers(f"alg=RS256; {kid}signature={ours}"))
    tag = base64.urlsafe_b64decode(ours + "=" * (-len(ours) % 4))
    standard, padded = b64(tag), base64.urlsafe_b64encode(tag).decode()
    assert set(standard) & set("+/") and standard.endswith("=")
    for name, text in {"padded standard base64": standard, "standard base64 without padding": standard.rstrip("="),
                       "padded base64 for URLs": padded}.items():
        suite.valid(name, headers=row.headers(f"alg=RS256; kid=x; signature={text}"))
        suite.valid(name + " and no white space", headers=row.headers(f"alg=RS256;kid=x;signature={text}"))
    mixed = standard.replace("+", "-", 1) if "/" in standard and "+" in standard else standard.replace("/", "_", 1)
    for name, text in {"both alphabets": mixed, "one padding too many": standard + "=", "one padding too few": standard[:-1]}.items():
        suite.invalid(name, headers=row.headers(f"alg=RS256; kid=x; signature={text}"))
    suite.valid("no white space", headers=row.headers(f"alg=RS256;kid=x;signature={ours}"))


row("pagarme-hub", '{"id":"hook_RyEKQO789TRpZjv5","type":"order.paid","data":{"id":"or_1","code":"100"}}', alg="rsa-sha256",
    form="pem", encoding="base64any", header="X-Webhook-Asymmetric-Signature",
    shape="alg=RS256; kid=test-kid-1; signature={tag}", id="hook_RyEKQO789TRpZjv5", type="order.paid", also=other_names)
