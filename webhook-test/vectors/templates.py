"""Providers that are a template: a row says what is signed, with what, and where the proof of it is.

A row is all there is to say about most of them; `also` adds what only one provider knows. Every row gives the standard
variants: genuine ones, and each spoilt in one place.
"""

import base64
import hashlib
import json
import re
from datetime import datetime, timezone
from urllib.parse import quote_plus

from suite import MS, NOW, T, Suite, b64, bad_base64, bad_hex, facts, flip, mac, noted, odd_times, pick, raw, whsec

PUBLISHED = facts("published")
TEMPLATES = {}

TEXT = "0123456789abcdef0123456789abcdef"
OTHER_TEXT = "fedcba9876543210fedcba9876543210"
STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER_STANDARD = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
ISO = "2023-11-14T22:13:20"
assert datetime.fromisoformat(ISO + "+00:00").timestamp() == NOW


def unbase64(secret):
    return base64.b64decode(secret, validate=True)


def b64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


# The time of now, its text a moment later, and a way to read it back: for each way of writing times.
UNITS = {
    "s": (T, str(NOW + 1), int),
    "ms": (MS, str(NOW * 1000 + 1), lambda text: int(text) // 1000),
    "rfc3339": (ISO + "Z", ISO[:-1] + "1Z", lambda text: int(datetime.fromisoformat(text).timestamp())),
    "naive": (ISO, ISO[:-1] + "1",
              lambda text: int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())),
}
ODD = {
    "s": ("plus sign", "leading zeros", "fraction"),
    "ms": ("plus sign", "leading zeros", "fraction"),
}
ODD_DATES = {
    "rfc3339": {"no zone": ISO, "a space for the T": ISO.replace("T", " ") + "Z", "no seconds": ISO[:16] + "Z",
                "leap second": ISO[:-2] + "60Z", "seconds since the epoch": T},
    "naive": {"a zone": ISO + "Z", "an offset": ISO + "+00:00", "a space for the T": ISO.replace("T", " "),
              "seconds since the epoch": T},
}
# Of `base64any`, either alphabet is read, padded or not.
ENCODINGS = {"hex": bytes.hex, "base64": b64, "base64url": b64url, "base64any": b64url}


class Template:
    """A scheme as data. `signs` and `shape` are texts with names in braces. `json` is for a body that is read before it is accepted."""

    def __init__(self, name, body, signs, *, header, shape="{tag}", alg="sha256", encoding="hex", key=raw, time=None,
                 unit="s", tolerance=(300, 300), id_in=None, type_in=None, id=None, type=None, secret=TEXT,
                 other=OTHER_TEXT, extra=(), method="POST", path="/webhook", url=None, settings=None, json=False, wrong_keys=(),
                 several=None, lines=False, also=lambda template, suite: None):
        self.__dict__.update({name: value for name, value in locals().items() if name != "self"})
        self.body = raw(body)
        self.now_text, self.next_text, self.read_time = UNITS[unit]

    def tag(self, body, secret, time, ident, key=None, method=None, signs=None, headers=None):
        key = (key or self.key)(secret)
        values = {"body": body, "time": time, "id": ident, "url": self.url, "secret": secret,
                  "method": method or self.method} | dict(headers or self.extra)
        parts = re.split(r"\{([^}]+)\}", signs or self.signs)
        parts = [raw(part) if i % 2 == 0 else raw(values[part]) for i, part in enumerate(parts)]
        if self.alg.startswith("plain-"):
            return hashlib.new(self.alg.removeprefix("plain-"), b"".join(parts)).digest()
        return mac(self.alg, key, *parts)

    def headers(self, value, time=None, ident=None):
        """The headers of a delivery whose proof is `value`."""
        pairs = [[self.header, value]]
        if self.time not in (None, "shape"):
            pairs.append([self.time, time or self.now_text])
        if self.id_in:
            pairs.insert(0, [self.id_in, ident or self.id])
        if self.type_in:
            pairs.insert(0, [self.type_in, self.type])
        return pairs + [list(pair) for pair in self.extra]

    def spell(self, tag, time=None, encoding=None):
        return self.shape.format(tag=ENCODINGS[encoding or self.encoding](tag), time=time or self.now_text)

    def sign(self, body=None, secret=None, time=None, ident=None, encoding=None, **how):
        time, ident = time or self.now_text, ident or self.id
        tag = self.tag(self.body if body is None else body, secret or self.secret, time, ident, **how)
        return self.headers(self.spell(tag, time, encoding), time, ident)

    def suite(self):
        told = {"id": self.id, "type": self.type}
        good = {"method": self.method, "path_and_query": self.path} | ({"url": self.url} if self.url else {})
        good |= {"settings": self.settings} if self.settings else {}
        suite = Suite(self.body, self.secret, self.sign(), **told | good)
        self.published(suite)
        self.genuine(suite)
        self.proofs(suite)
        if self.time:
            self.times(suite)
        self.also(self, suite)
        return suite

    def published(self, suite):
        """The provider's own examples: the formula has to make them again."""
        for i, example in enumerate(PUBLISHED.get(self.name, []), 1):
            sent = {name.lower(): value for name, value in example["headers"]}
            body, now = raw(example["body"]), example["now"]
            time = sent.get(self.time.lower()) if self.time not in (None, "shape") else self.now_text
            if self.time == "shape":
                time = re.match(re.escape(self.shape).replace(r"\{time\}", "(?P<time>[^,;]*)").replace(
                    r"\{tag\}", ".*"), sent[self.header.lower()])["time"]
            ident = sent.get(self.id_in.lower()) if self.id_in else None
            extra = [(name, sent[name.lower()]) for name, _ in self.extra]
            tag = self.tag(body, example["secrets"][0], time, ident, method=example["method"], headers=extra)
            assert sent[self.header.lower()].lower() == self.spell(tag, time).lower(), self.name
            suite.valid(f"published example {i}", body=body, headers=example["headers"], secrets=example["secrets"],
                        now=now, source=example["source"], id=..., type=..., **{
                            key: example[key] for key in ("method", "path_and_query", "url") if key in example})

    def genuine(self, suite):
        suite.valid("event")
        known = {"id": self.id if self.id_in else ..., "type": self.type if self.type_in else ...}
        if "{body}" in self.signs:
            only_text = self.json or self.alg.startswith("plain-") and self.signs.endswith("{body}")
            suite.bodies(lambda body: self.sign(body=body), empty=not self.json, only_text=only_text, **known)
        else:
            suite.valid("body changed, it is not covered", body=noted(self.body, "changed"))
        suite.secrets(self.other)
        if self.encoding == "hex":
            tag = self.tag(self.body, self.secret, self.now_text, self.id)
            suite.valid("tag in upper-case hex",
                        headers=self.headers(self.shape.format(tag=tag.hex().upper(), time=self.now_text)))
        if self.several:
            self.many(suite)

    def many(self, suite):
        """Several tags in one header: any may be ours, up to sixteen of them."""
        ours, wrong = self.signed(), self.signed(secret=self.other)
        join = lambda tags: self.headers(self.several(self, tags))
        suite.valid("two tags, the first ours", headers=join([ours, wrong]))
        suite.valid("two tags, the last ours", headers=join([wrong, ours]))
        suite.valid("a malformed tag before ours", headers=join(["nonsense", ours]))
        suite.invalid("two tags, neither ours", headers=join([wrong, wrong]))
        suite.valid("16 tags, the last ours", headers=join([wrong] * 15 + [ours]))
        suite.invalid("17 tags, the last ours", headers=join([wrong] * 16 + [ours]))

    def signed(self, secret=None):
        return ENCODINGS[self.encoding](self.tag(self.body, secret or self.secret, self.now_text, self.id))

    def proofs(self, suite):
        tag = self.tag(self.body, self.secret, self.now_text, self.id)
        for name, text in self.spoilt(tag):
            suite.invalid(name, headers=self.headers(self.shape.format(tag=text, time=self.now_text)))
        other = "base64" if self.encoding == "hex" else "hex"
        suite.invalid(f"tag in {other}", headers=self.sign(encoding=other))
        suite.invalid("tag of the body alone, without a key",
                      headers=self.headers(self.spell(hashlib.sha256(self.body).digest())))
        suite.invalid("tag of zeros", headers=self.headers(self.spell(bytes(len(tag)))))
        suite.invalid("signature missing", headers=suite.headers(self.header, None))
        suite.invalid("signature in another header",
                      headers=suite.headers(self.header, None) + [["X-Proof", self.spell(tag)]])
        wrong = self.spell(self.tag(self.body, self.other, self.now_text, self.id))
        if self.lines:
            for kind, both in {"first": [self.spell(tag), wrong], "last": [wrong, self.spell(tag)]}.items():
                suite.valid(f"two lines, ours {kind}", headers=[pair for text in both for pair in self.headers(text)])
            suite.invalid("two lines, neither ours", headers=self.headers(wrong) + self.headers(wrong))
            suite.valid("16 lines, the last ours", headers=self.headers(wrong) * 15 + self.headers(self.spell(tag)))
            suite.invalid("17 lines, the last ours", headers=self.headers(wrong) * 16 + self.headers(self.spell(tag)))
        else:
            suite.twice(self.header, wrong)
        front = self.shape.split("{", 1)[0]
        if front and ";" not in front and self.time != "shape":
            suite.invalid("what stands before the tag missing",
                          headers=self.headers(self.spell(tag).removeprefix(front)))
            suite.invalid("something else before the tag",
                          headers=self.headers("x" + self.spell(tag)))
        for kind, key in dict(self.wrong_keys).items():
            suite.invalid(kind, headers=self.sign(key=key))
        for name, value in self.extra:
            if "{" + name + "}" in self.signs:
                suite.invalid(f"{name} changed", headers=suite.headers(name, value[:-1] + "0"))
                suite.invalid(f"{name} missing", headers=suite.headers(name, None))
        if self.id_in and "{id}" in self.signs:
            suite.invalid("id changed", headers=suite.headers(self.id_in, self.id + "0"))
            suite.invalid("id missing", headers=suite.headers(self.id_in, None))
        if self.url:
            suite.invalid("another URL", url=self.url + "/")
            suite.invalid("a query that was not signed", path_and_query=self.path + "?a=1")

    def spoilt(self, tag):
        if self.encoding == "hex":
            return bad_hex(tag, "tag one character short", "tag cut in half", "tag one byte longer", "tag empty",
                           "tag with 0x in front")
        if self.encoding == "base64":
            return bad_base64(tag, "tag one byte short", "tag one byte longer", "tag empty", "tag without padding",
                              "tag with spare bits set in the last symbol")
        text = b64url(tag)
        standard = {} if self.encoding == "base64any" else {"tag in the standard alphabet": b64(tag)}
        return pick({"tag one byte short": b64url(tag[:-1]), "tag one byte longer": b64url(tag + b"\0"), "tag empty": "",
                     "tag with padding": text + "="} | standard, text, ())

    def times(self, suite):
        past, future = self.tolerance
        suite.valid(f"{past} s old", now=NOW + past)
        suite.valid(f"{future} s ahead", now=NOW - future)
        suite.invalid(f"{past + 1} s old", now=NOW + past + 1)
        suite.invalid(f"{future + 1} s ahead", now=NOW - future - 1)
        tag = self.tag(self.body, self.secret, self.now_text, self.id)
        suite.invalid("time changed by a moment", headers=self.headers(
            self.spell(tag, self.next_text), self.next_text))
        if self.time != "shape":
            suite.invalid("time missing", headers=suite.headers(self.time, None))
            suite.twice(self.time, self.next_text)
        odd = odd_times(self.now_text, *ODD[self.unit]) if self.unit in ODD else ODD_DATES[self.unit].items()
        for name, text in odd:
            suite.invalid(f"time with {name}, signed as sent", headers=self.sign(time=text))


def template(name, body, signs="{body}", **row):
    TEMPLATES[name] = Template(name, body, signs, **row).suite


def standard(name, body, **row):
    """Standard Webhooks, version 1."""
    template(name, body, "{id}.{time}.{body}", **{
        "header": "webhook-signature", "shape": "v1,{tag}", "encoding": "base64", "id_in": "webhook-id",
        "time": "webhook-timestamp", "id": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", "key": whsec, "secret": STANDARD,
        "other": OTHER_STANDARD, "several": lambda t, tags: " ".join("v1," + tag for tag in tags)} | row)


def svix(name, body, **row):
    standard(name, body, **{"header": "svix-signature", "id_in": "svix-id", "time": "svix-timestamp"} | row)


def token(name, body, header, secret=TEXT, other=OTHER_TEXT, id=None, type=None, extra=(), method="POST", settings=None,
          also=lambda suite, sent: None):
    """The secret itself in a header."""

    def suite():
        def sent(value, name=header):
            return [[name, value], *map(list, extra)]

        configured = {"settings": settings} if settings else {}
        suite = Suite(raw(body), secret, sent(secret), id=id, type=type, method=method, **configured)
        suite.valid("event")
        suite.valid("header name in upper case", headers=sent(secret, header.upper()))
        suite.valid("body changed, it is not covered", body=noted(raw(body), "changed"))
        suite.valid("body empty, it is not covered", body=b"", id=..., type=...)
        suite.secrets(other)
        suite.invalid("token missing", headers=[list(pair) for pair in extra])
        wrong = {"empty": "", "one character short": secret[:-1], "without its first character": secret[1:],
                 "cut in half": secret[:len(secret) // 2], "one character longer": secret + "0", "doubled": secret * 2,
                 "in another case": secret.swapcase(), "behind Bearer": "Bearer " + secret, "in quotes": f'"{secret}"',
                 "in base64": b64(secret), "hashed": hashlib.sha256(raw(secret)).hexdigest()}
        for kind, value in wrong.items():
            suite.invalid("token " + kind, headers=sent(value))
        suite.invalid("token in another header", headers=sent(secret, "X-Token"))
        suite.invalid("token in the query", headers=[list(pair) for pair in extra],
                      path_and_query=f"/webhook?{header.lower()}={secret}")
        suite.twice(header, other)
        also(suite, sent)
        return suite

    TEMPLATES[name] = suite


def basic(name, body, id=None, type=None, also=lambda suite: None):
    """HTTP Basic; a secret is written user:password."""

    def suite():
        secret, other = "hook:correct horse", "hook:battery staple"

        def sent(credentials, scheme="Basic "):
            return [["Authorization", scheme + b64(credentials)]]

        suite = Suite(raw(body), secret, sent(secret), id=id, type=type)
        suite.valid("event")
        suite.valid("scheme in lower case", headers=sent(secret, "basic "))
        suite.valid("colons in the password", headers=sent("hook:p:ss"), secrets=["hook:p:ss"])
        suite.valid("body changed, it is not covered", body=noted(raw(body), "changed"))
        suite.secrets(other)
        wrong = {"another password": "hook:no", "another user": "hooky:correct horse", "user only": "hook",
                 "empty password": "hook:", "empty user": ":correct horse", "only a colon": ":",
                 "user and password exchanged": "correct horse:hook", "password one character short": secret[:-1],
                 "password one character longer": secret + "!", "password in another case": secret.upper()}
        for kind, credentials in wrong.items():
            suite.invalid(kind, headers=sent(credentials))
        suite.invalid("another scheme", headers=sent(secret, "Bearer "))
        suite.invalid("no scheme", headers=sent(secret, ""))
        suite.invalid("no credentials", headers=[["Authorization", "Basic"]])
        suite.invalid("credentials not encoded", headers=[["Authorization", "Basic " + secret]])
        suite.invalid("header missing", headers=[])
        suite.twice("Authorization", sent(other)[0][1])
        also(suite)
        return suite

    TEMPLATES[name] = suite


def pairs(label, separator=",", time=None):
    """Several tags in a list of pairs."""

    def join(template, tags):
        front = [f"{time}={template.now_text}"] if time else []
        return separator.join(front + [f"{label}={tag}" for tag in tags])

    return join


def commas(template, tags):
    front = [template.now_text] if template.time == "shape" else []
    return ",".join(front + tags)


# ---- Standard Webhooks and Svix -----------------------------------------------------------------------------------

def only_svix(row, suite):
    hidden = [[name.replace("svix", "webhook"), value] for name, value in row.sign()]
    suite.invalid("under the names of Standard Webhooks", headers=hidden)


def either_family(row, suite):
    hidden = [[name.replace("svix", "webhook"), value] for name, value in row.sign()]
    suite.valid("under the names of Standard Webhooks", headers=hidden)
    suite.invalid("two families that disagree", headers=row.sign() + [
        [name, value + "0" if name == "webhook-id" else value] for name, value in hidden])


def without_prefix(row, suite):
    bare = STANDARD.removeprefix("whsec_")
    suite.valid("secret without whsec_, its text the key", secrets=[bare], headers=row.sign(secret=bare, key=raw))
    suite.invalid("secret without whsec_, decoded", secrets=[bare], headers=row.sign(secret=bare, key=unbase64))


def joined_by_commas(row, suite):
    suite.valid("secret with v1, in front", secrets=["v1," + STANDARD])
    suite.valid("secret without whsec_", secrets=[STANDARD.removeprefix("whsec_")])


def polar_keys(row, suite):
    """A secret of before 2026-09-08 is the key itself, a newer one is base64 behind its prefix."""
    new, old = STANDARD, "polar_whs_" + TEXT
    suite.valid("new secret, decoded", secrets=[new], headers=row.sign(secret=new, key=whsec))
    suite.valid("secret with the new prefix, its text the key", secrets=[new], headers=row.sign(secret=new, key=raw))
    suite.valid("old secret, its text the key", secrets=[old], headers=row.sign(secret=old, key=raw))
    suite.valid("new prefix before no base64", secrets=["whsec_no-base64!"],
                headers=row.sign(secret="whsec_no-base64!", key=raw))
    suite.invalid("old secret without its prefix", secrets=[old], headers=row.sign(secret=old, key=lambda _: raw(TEXT)))
    suite.invalid("new secret without its prefix, undecoded", secrets=[new],
                  headers=row.sign(secret=new, key=lambda text: raw(text.removeprefix("whsec_"))))


TEXT_IS_NO_KEY = {"key taken as text": raw}
DECODED_IS_NO_KEY = {"key decoded as base64": unbase64}
RAW_KEY = {"key": raw, "secret": "dGV4dC1rZXktbm90LWRlY29kZWQ=", "other": "b3RoZXIta2V5LW5vdC1kZWNvZGVk",
           "wrong_keys": DECODED_IS_NO_KEY}

svix("clerk", '{"type":"user.created","object":"event","data":{"id":"user_1"}}', type="user.created", also=only_svix,
     wrong_keys=TEXT_IS_NO_KEY)
svix("goody", '{"type":"order.created","data":{"id":"o1"}}', type="order.created", also=only_svix,
     wrong_keys=TEXT_IS_NO_KEY)
svix("openmeter", '{"type":"report.meter","data":{"id":"m1"}}', type="report.meter", also=only_svix,
     wrong_keys=TEXT_IS_NO_KEY)
standard("farpay", '{"type":"invoice.created","data":{"id":"i1"}}', type="invoice.created", wrong_keys=TEXT_IS_NO_KEY)
standard("signatureapi", '{"type":"envelope.completed","data":{"id":"e1"}}', type="envelope.completed",
         wrong_keys=TEXT_IS_NO_KEY)
svix("resend", '{"type":"email.sent","created_at":"2024-02-22T23:41:12.126Z","data":{"email_id":"56761188"}}',
     type="email.sent", also=only_svix, wrong_keys=TEXT_IS_NO_KEY)
svix("seam", '{"event_id":"e1","event_type":"device.connected","device_id":"d1"}', type="device.connected",
     also=either_family, wrong_keys=TEXT_IS_NO_KEY)
svix("recall-ai", '{"event":"bot.done","data":{"bot":{"id":"b1"}}}', type="bot.done", also=either_family,
     wrong_keys=TEXT_IS_NO_KEY)
standard("incident-io", '{"event_type":"public_incident.incident_created_v2","incident":{"id":"i1"}}',
         type="public_incident.incident_created_v2", wrong_keys=TEXT_IS_NO_KEY)
standard("anthropic", '{"type":"event","id":"wevt_1","data":{"type":"session.created","id":"sesn_1"}}',
         type="session.created", wrong_keys=TEXT_IS_NO_KEY)
standard("dodopayments", '{"type":"payment.succeeded","business_id":"bus_1","data":{"payment_id":"pay_1"}}',
         type="payment.succeeded", wrong_keys=TEXT_IS_NO_KEY)
standard("gitlab-signing", '{"object_kind":"push","ref":"refs/heads/main"}', type="push", wrong_keys=TEXT_IS_NO_KEY)
standard("increase", '{"id":"event_1","category":"account.created","type":"event"}', type="account.created",
         wrong_keys=TEXT_IS_NO_KEY)
standard("lithic", '{"event_type":"card.created","card_token":"c1"}', type="card.created", wrong_keys=TEXT_IS_NO_KEY)
standard("liveblocks", '{"type":"storageUpdated","data":{"roomId":"room"}}', type="storageUpdated",
         wrong_keys=TEXT_IS_NO_KEY)
standard("openai", '{"id":"evt_1","object":"event","type":"response.completed","data":{"id":"resp_1"}}',
         type="response.completed", wrong_keys=TEXT_IS_NO_KEY, also=without_prefix)
standard("replicate", '{"id":"p1","status":"succeeded","output":"x"}', type="succeeded", wrong_keys=TEXT_IS_NO_KEY)
standard("supabase", '{"metadata":{"name":"send-email"},"user":{"id":"u1"}}', wrong_keys=TEXT_IS_NO_KEY,
         several=lambda t, tags: ", ".join("v1," + tag for tag in tags), also=joined_by_commas)
standard("creem-standard", '{"id":"evt_1","eventType":"checkout.completed","object":{}}', type="checkout.completed",
         wrong_keys=TEXT_IS_NO_KEY)
standard("bigcommerce", '{"scope":"store/order/created","store_id":"1","hash":"h1"}', type="store/order/created",
         **RAW_KEY)
standard("polar", '{"type":"order.created","data":{"id":"o1"}}', type="order.created", also=polar_keys, **RAW_KEY)
standard("whop", '{"type":"payment.succeeded","data":{"id":"pay_1"}}', type="payment.succeeded", **RAW_KEY)
standard("brex", '{"event_type":"TRANSFER_PROCESSED","transfer_id":"t1"}', type="TRANSFER_PROCESSED", key=unbase64,
         secret="YnJleC1zZWNyZXQtMDEyMzQ1Njc4OWFiY2RlZjAx", other="YnJleC1zZWNyZXQtMTEyMzQ1Njc4OWFiY2RlZjAx",
         wrong_keys=TEXT_IS_NO_KEY)

def unsigned_ping(row, suite):
    answered = {"response": {"status": 200, "headers": {}, "body": ""}, "id": ..., "type": ...}
    suite.valid("unsigned ping", body=b"webhook_id=1", headers=[], **answered)
    suite.invalid("unsigned ping with more in it", body=b"webhook_id=1&a=1", headers=[])
    suite.invalid("unsigned ping in JSON", body=b'{"webhook_id":1}', headers=[])


# ---- HMAC over the body -------------------------------------------------------------------------------------------

template("adyen-platforms", '{"data":{"id":"AH1"},"type":"balancePlatform.accountHolder.created"}',
         header="HmacSignature", encoding="base64", type="balancePlatform.accountHolder.created", key=bytes.fromhex,
         wrong_keys=TEXT_IS_NO_KEY)
template("airtable", '{"base":{"id":"app1"},"webhook":{"id":"ach1"},"timestamp":"2022-02-01T21:25:05.663Z"}',
         header="X-Airtable-Content-MAC", shape="hmac-sha256={tag}", key=unbase64,
         secret="QUJDREVGR0hJSktMTU5PUFFSU1RVVldY", other="YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4", wrong_keys=TEXT_IS_NO_KEY)
template("asana", '{"events":[{"action":"changed","resource":{"gid":"1"}}]}', header="X-Hook-Signature", type="changed")
template("bitbucket", '{"push":{"changes":[]},"actor":{"display_name":"E"}}', header="X-Hub-Signature",
         shape="sha256={tag}", id_in="X-Request-UUID", id="9c5c1ec6", type_in="X-Event-Key", type="repo:push")
def a_key_of_hex_digits(row, suite):
    decoded = bytes.fromhex(row.secret)
    suite.invalid("the decoded key", headers=row.sign(key=lambda _: decoded))
    suite.invalid("the key in lower case", headers=row.sign(key=lambda text: raw(text.lower())))
    suite.invalid("signed with SHA-256", headers=row.headers("sha512=" + mac("sha256", row.secret, row.body).hex()))
    suite.invalid("the prefix in upper case", headers=row.headers("SHA512=" + row.signed()))
    suite.invalid("the number of the amount written again", body=row.body.replace(b"10.00", b"10.0"))


template("authorize-net", '{"notificationId":"f813b98f-0000-4000-8000-acb4704eeba3","eventType":'
         '"net.authorize.payment.authcapture.created","payload":{"authAmount":10.00,"id":"60019392075"}}',
         header="X-ANET-Signature", shape="sha512={tag}", alg="sha512", secret="0123456789ABCDEF" * 8,
         other="FEDCBA9876543210" * 8, id="f813b98f-0000-4000-8000-acb4704eeba3",
         type="net.authorize.payment.authcapture.created", also=a_key_of_hex_digits)
template("btcpay", '{"deliveryId":"d2","originalDeliveryId":"d1","isRedelivery":true,"type":"InvoiceSettled"}',
         header="BTCPay-Sig", shape="sha256={tag}", id="d1", type="InvoiceSettled")
def beside(header, setting, value, spelled, wrong):
    """A credential that comes beside the proof, and has to be right where it is configured."""
    def also(suite, proof_in):
        good, configured = suite.good["headers"], {"settings": {setting: value}}
        suite.valid(f"{setting} beside it", headers=good + [[header, spelled]], **configured)
        suite.valid(f"{setting} beside it, not configured", headers=good + [[header, wrong]])
        suite.invalid(f"no {setting} beside it", **configured)
        for name, other in {"wrong": wrong, "empty": "", "longer": spelled + "0", "in another case": spelled.swapcase()}.items():
            suite.invalid(f"{setting} {name}", headers=good + [[header, other]], **configured)
        suite.invalid(f"{setting} twice", headers=good + [[header, spelled], [header, spelled]], **configured)
        proof = [pair for pair in good if pair[0] != proof_in]
        suite.invalid(f"{setting} and no proof", headers=proof + [[header, spelled]], **configured)
    return also


CREDENTIALS = "mq_user:mq_password_0123456789"


template("checkout-com", '{"id":"evt_1","type":"payment_approved","data":{"amount":6540}}', header="Cko-Signature",
         id="evt_1", type="payment_approved",
         also=lambda row, suite: beside("Authorization", "authorization", *["shop-0123456789abcdef"] * 2, "shop-0")(suite, row.header))
template("circleci", '{"type":"workflow-completed","id":"3888f21b","workflow":{"name":"main"}}',
         header="circleci-signature", shape="v1={tag}", id="3888f21b", type_in="circleci-event-type",
         type="workflow-completed", several=pairs("v1"),
         also=lambda row, suite: suite.invalid("right tag as v2", headers=row.headers("v2=" + row.signed())))
template("coinbase-commerce", '{"attempt_number":1,"id":"a1","event":{"id":"e1","type":"charge:confirmed"}}',
         header="X-CC-Webhook-Signature", id="e1", type="charge:confirmed")
template("dropbox", '{"list_folder":{"accounts":["dbid:AAH4"]},"delta":{"users":[1]}}', header="X-Dropbox-Signature")
template("dwolla", '{"id":"e1","resourceId":"r1","topic":"customer_created"}', header="X-Request-Signature-SHA-256",
         id="e1", type="customer_created")
template("easypost", '{"id":"evt_1","object":"Event","description":"tracker.updated","result":{"id":"trk_1"}}',
         header="X-Hmac-Signature", shape="hmac-sha256-hex={tag}", id="evt_1", type="tracker.updated")
template("flutterwave", '{"webhook_id":"wbk_1","type":"charge.completed","data":{"id":"chg_1"}}',
         header="flutterwave-signature", encoding="base64", id="wbk_1", type="charge.completed")
template("getstream", '{"type":"message.new","cid":"messaging:1"}', header="X-Signature", id_in="X-Webhook-Id", id="w1",
         type="message.new")
template("gitea", '{"ref":"refs/heads/main","commits":[]}', header="X-Gitea-Signature", id_in="X-Gitea-Delivery",
         id="f6266f16", type_in="X-Gitea-Event", type="push")
template("gocardless", '{"events":[{"id":"EV1","action":"confirmed","resource_type":"payments"}]}',
         header="Webhook-Signature", id="EV1", type="confirmed")
template("intercom", '{"type":"notification_event","id":"notif_1","topic":"user.created"}', header="X-Hub-Signature",
         shape="sha1={tag}", alg="sha1", id="notif_1", type="user.created")
template("jira", '{"webhookEvent":"jira:issue_updated","timestamp":1700000000000}', header="X-Hub-Signature",
         shape="sha256={tag}", id_in="X-Atlassian-Webhook-Identifier", id="a1", type="jira:issue_updated")
template("kontent-ai", '{"notifications":[{"message":{"action":"published"}}]}', header="X-Kontent-ai-Signature",
         encoding="base64")
template("lemonsqueezy", '{"meta":{"event_name":"order_created"},"data":{"id":"1"}}', header="X-Signature",
         type="order_created")
template("line", '{"destination":"U1","events":[{"type":"message","webhookEventId":"01H","message":{"id":"1"}}]}',
         header="x-line-signature", encoding="base64", id="01H", type="message")
template("marqeta", '{"transactions":[{"token":"t1","type":"authorization"}]}', header="X-Marqeta-Signature",
         also=lambda row, suite: (
             suite.valid("SHA-1", headers=row.headers(mac("sha1", TEXT, row.body).hex())),
             suite.invalid("SHA-1 under another key", headers=row.headers(mac("sha1", OTHER_TEXT, row.body).hex())),
             suite.invalid("MD5", headers=row.headers(mac("md5", TEXT, row.body).hex())),
             beside("Authorization", "credentials", CREDENTIALS, "Basic " + b64(CREDENTIALS), "Basic " + b64("mq_user:x"))(suite, row.header)))
template("meta", '{"object":"page","entry":[{"id":"1","time":1}]}', header="X-Hub-Signature-256", shape="sha256={tag}",
         type="page", also=lambda row, suite: suite.invalid(
             "legacy header alone", headers=[["X-Hub-Signature", "sha1=" + mac("sha1", TEXT, row.body).hex()]]))
template("modern-treasury", '{"event":"created","data":{"id":"1"}}', header="X-Signature", id_in="X-Event-ID", id="e1",
         type="created")
template("mollie", '{"resource":"event","id":"event_1","type":"payment-link.paid"}', header="X-Mollie-Signature",
         id="event_1", type="payment-link.paid", lines=True, also=lambda row, suite: (
             suite.valid("behind sha256=", headers=row.headers("sha256=" + row.signed())),
             suite.valid("two lines behind sha256=", headers=row.headers("sha256=" + row.signed(OTHER_TEXT)) + row.headers(
                 "sha256=" + row.signed())),
             suite.valid("two lines joined", headers=row.headers(
                 f"sha256={row.signed(OTHER_TEXT)}, sha256={row.signed()}")),
             suite.invalid("two lines joined, neither ours", headers=row.headers(
                 f"sha256={row.signed(OTHER_TEXT)}, sha256={row.signed(OTHER_TEXT)}")),
             suite.invalid("behind sha1=", headers=row.headers("sha1=" + row.signed()))))
template("notion", '{"id":"367cba44","type":"page.created","attempt_number":1,"entity":{"id":"1"}}',
         header="X-Notion-Signature", shape="sha256={tag}", id="367cba44", type="page.created")
template("onfido", '{"payload":{"resource_type":"check","action":"check.completed","object":{"id":"1"}}}',
         header="X-SHA2-Signature", type="check.completed")
template("pagarme-postback", "id=1&event=transaction_status_changed&current_status=paid", header="X-Hub-Signature",
         shape="sha1={tag}", alg="sha1")
template("pagerduty", '{"event":{"id":"01BWD","event_type":"incident.priority_updated","data":{}}}',
         header="X-PagerDuty-Signature", shape="v1={tag}", id="01BWD", type="incident.priority_updated",
         several=pairs("v1"),
         also=lambda row, suite: suite.invalid("right tag as v2", headers=row.headers("v2=" + row.signed())))
template("patreon", '{"data":{"id":"1","type":"member"}}', header="X-Patreon-Signature", alg="md5",
         type_in="X-Patreon-Event", type="members:pledge:create")
template("pusher", '{"time_ms":1327078148132,"events":[{"name":"channel_occupied","channel":"c"}]}',
         header="X-Pusher-Signature", type="channel_occupied", extra=[("X-Pusher-Key", "k1")])
template("quickbooks", '[{"specversion":"1.0","id":"88cd52aa","type":"qbo.invoice.created.v1","data":{}}]',
         header="intuit-signature", encoding="base64", id="88cd52aa", type="qbo.invoice.created.v1")
template("razorpay", '{"entity":"event","event":"payment.authorized","payload":{}}', header="X-Razorpay-Signature",
         id_in="x-razorpay-event-id", id="e1", type="payment.authorized")
template("sentry", '{"action":"created","data":{"issue":{"id":"1"}}}', header="Sentry-Hook-Signature",
         id_in="Request-ID", id="r1", type_in="Sentry-Hook-Resource", type="issue",
         extra=[("Sentry-Hook-Timestamp", T)])
def either_key(row, suite):
    decoded, text = row.signed(), b64(row.tag(row.body, row.secret, row.now_text, row.id, key=raw))
    suite.valid("signed with the text of the key", headers=row.sign(key=raw))
    suite.valid("the example's form: one of two entries ours", headers=row.headers(f"v1:{b64(bytes(32))},v1:{text}"))
    suite.invalid("the key in another case, as text", headers=row.sign(key=lambda key: raw(key.swapcase())))
    suite.invalid("under another version", headers=row.headers("v2:" + decoded))
    suite.invalid("an equals sign in place of the colon", headers=row.headers("v1=" + decoded))
    suite.invalid("a space after the comma", headers=row.headers(f"v1:{b64(bytes(32))}, v1:{decoded}"))
    suite.invalid("the second entry without its version", headers=row.headers(f"v1:{b64(bytes(32))},{decoded}"))
    korea = "2023-11-15T07:13:20+09:00"
    suite.valid("the time of Korea", headers=row.sign(time=korea))
    suite.invalid("the same moment in another zone", headers=row.headers("v1:" + decoded, korea))
    suite.invalid("the time signed before the body", headers=row.sign(signs="{time}:{body}"))
    suite.invalid("no colon between them", headers=row.sign(signs="{body}{time}"))
    suite.invalid("an event of a payment, which is not signed", body=b'{"eventType":"PAYMENT_STATUS_CHANGED","data":{}}', headers=[
        ["tosspayments-webhook-transmission-time", row.now_text], ["tosspayments-webhook-transmission-id", "whtrans_a01j"]])


template("toss-payments", '{"eventType":"payout.changed","createdAt":"2023-11-15T07:13:19+09:00","version":"2022-11-16",'
         '"eventId":"e1","entityType":"payout","entityBody":{"id":"FPA_12345","amount":{"currency":"KRW","value":5000.0}}}',
         "{body}:{time}", header="tosspayments-webhook-signature", shape="v1:{tag}", encoding="base64", key=bytes.fromhex,
         time="tosspayments-webhook-transmission-time", unit="rfc3339", id="e1", type="payout.changed", secret=TEXT + OTHER_TEXT,
         other=OTHER_TEXT + TEXT, several=lambda t, tags: ",".join("v1:" + tag for tag in tags), also=either_key)
template("typeform", '{"event_id":"01J","event_type":"form_response","form_response":{}}', header="Typeform-Signature",
         shape="sha256={tag}", encoding="base64", id="01J", type="form_response")
template("unit", '{"data":[{"id":"376","type":"account.closed","attributes":{}}]}', header="x-unit-signature",
         alg="sha1", encoding="base64", id="376", type="account.closed")
template("vercel", '{"id":"evt_1","type":"deployment.created","payload":{}}', header="x-vercel-signature", alg="sha1",
         id="evt_1", type="deployment.created")
template("woocommerce", '{"id":1,"status":"processing"}', header="X-WC-Webhook-Signature", encoding="base64",
         type_in="X-WC-Webhook-Topic", type="order.updated",
         also=unsigned_ping)
template("xero", '{"events":[{"eventCategory":"INVOICE","eventType":"UPDATE"}],"entropy":"S0m3"}',
         header="x-xero-signature", encoding="base64", type="INVOICE")

template("attio", '{"webhook_id":"w1","events":[{"event_type":"record.updated","id":{"record_id":"r1"}}]}',
         header="Attio-Signature", id_in="Idempotency-Key", id="k1", type="record.updated")
template("cal-com", '{"triggerEvent":"BOOKING_CREATED","createdAt":"2023-11-14T22:13:20Z","payload":{"uid":"u1"}}',
         header="X-Cal-Signature-256", type="BOOKING_CREATED", also=lambda row, suite: (
             suite.invalid("no secret configured at the sender", headers=row.headers("no-secret-provided")),
             suite.invalid("behind sha256=", headers=row.headers("sha256=" + row.signed()))))
template("clickup", '{"webhook_id":"7689a169","event":"taskCreated","task_id":"c0j"}', header="X-Signature",
         type="taskCreated")
template("coinify", '{"event":"payment-intent.completed","context":{"id":"p1"}}', header="X-Coinify-Webhook-Signature",
         type="payment-intent.completed")
template("cursor", '{"event":"statusChange","timestamp":"2023-11-14T22:13:20Z","id":"bc_abc123","status":"FINISHED"}',
         header="X-Webhook-Signature", shape="sha256={tag}", id_in="X-Webhook-ID", id="d1", type="statusChange",
         extra=[("X-Webhook-Event", "statusChange")])
template("segment", '{"type":"track","event":"Paid","messageId":"m1","timestamp":"2023-11-14T22:13:20Z"}',
         header="X-Signature", alg="sha1", id="m1", type="track")
template("fastspring", '{"events":[{"id":"e1","processed":false,"type":"order.completed","live":true}]}',
         header="X-FS-Signature", encoding="base64", type="order.completed")
for name, sent in (("fourthwall", "X-Fourthwall-Hmac-SHA256"), ("fourthwall-apps", "X-Fourthwall-Hmac-Apps-SHA256")):
    template(name, '{"id":"weve_1","type":"ORDER_PLACED","data":{}}', header=sent, encoding="base64", type="ORDER_PLACED")
template("front-rules", '{"_links":{},"id":"evt_1","type":"inbound"}', header="X-Front-Signature", alg="sha1",
         encoding="base64", type="inbound")
template("grafana", '{"receiver":"r","status":"firing","alerts":[{"fingerprint":"f1"}]}',
         header="X-Grafana-Alerting-Signature", type="firing", also=lambda row, suite: suite.invalid(
             "signed with a timestamp", headers=row.headers(mac("sha256", TEXT, T, ":", row.body).hex()) + [
                 ["X-Grafana-Alerting-Timestamp", T]]))
template("hcp-terraform", '{"payload_version":1,"run_id":"run-1","notifications":[{"trigger":"run:completed"}]}',
         header="X-TFE-Notification-Signature", alg="sha512", type="run:completed")
template("heroku", '{"action":"create","resource":"build","data":{"status":"succeeded"}}',
         header="Heroku-Webhook-Hmac-SHA256", encoding="base64", type="build")
template("hookdeck", '{"id":"evt_1","type":"charge.succeeded"}', header="X-Hookdeck-Signature", encoding="base64",
         id_in="X-Hookdeck-EventID", id="evt_abc", also=lambda row, suite: (
             suite.valid("under the second header alone", headers=[["X-Hookdeck-Signature-2", row.signed()]], id=..., type=...),
             suite.valid("while rotating, the second ours", headers=[
                 ["X-Hookdeck-Signature", row.signed(OTHER_TEXT)], ["X-Hookdeck-Signature-2", row.signed()]], id=..., type=...),
             suite.invalid("while rotating, neither ours", headers=[
                 ["X-Hookdeck-Signature", row.signed(OTHER_TEXT)], ["X-Hookdeck-Signature-2", row.signed(OTHER_TEXT)]])))
template("juniper-mist", '{"topic":"audits","events":[{"id":"a1","timestamp":1700000000}]}',
         header="X-Mist-Signature-v2", type="audits", also=lambda row, suite: suite.invalid(
             "the older header alone", headers=[["X-Mist-Signature", mac("sha1", TEXT, row.body).hex()]]))
template("launchdarkly", '{"_id":"a1","date":1700000000000,"kind":"flag","name":"f"}', header="X-LD-Signature", type="flag")
template("microsoft-teams", '{"type":"message","id":"1485983408511","text":"hi"}', header="Authorization",
         shape="HMAC {tag}", encoding="base64", type="message", key=unbase64,
         secret="dGVhbXMtc2VjdXJpdHktdG9rZW4tMDEyMzQ1Njc4OWFi", other="dGVhbXMtc2VjdXJpdHktdG9rZW4tMTEyMzQ1Njc4OWFi",
         wrong_keys=TEXT_IS_NO_KEY, also=lambda row, suite: suite.invalid(
             "another authorization", headers=row.headers("Bearer " + row.signed())))
template("monnify", '{"eventType":"SUCCESSFUL_TRANSACTION","eventData":{"transactionReference":"MNFY"}}',
         header="monnify-signature", alg="sha512", type="SUCCESSFUL_TRANSACTION")
template("openpix", '{"event":"OPENPIX:CHARGE_COMPLETED","charge":{"correlationID":"c1"}}', header="X-OpenPix-Signature",
         alg="sha1", encoding="base64", type="OPENPIX:CHARGE_COMPLETED")
template("oracle-commerce", '{"order":{"orderId":"o1"}}', header="X-Oracle-CC-WebHook-Signature", alg="sha512",
         encoding="base64")
template("strike", '{"id":"e1","eventType":"invoice.updated","data":{"entityId":"i1"},"created":"2023-11-14T22:13:20Z"}',
         header="X-Webhook-Signature", type="invoice.updated")
template("veriff", '{"id":"s1","attemptId":"a1","code":7001,"action":"started"}', header="X-HMAC-SIGNATURE",
         type="started", also=lambda row, suite: suite.invalid(
             "under the name of the other API", headers=[["VRF-HMAC-SIGNATURE", row.signed()]]))
template("webex", '{"id":"hook1","resource":"messages","event":"created","data":{"id":"m1"}}',
         header="X-Spark-Signature", alg="sha1", type="created")
template("websub", "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry/></feed>", header="X-Hub-Signature",
         shape="sha256={tag}", also=lambda row, suite: (
             [suite.valid(f"by {alg}", headers=row.headers(f"{alg}=" + mac(alg, TEXT, row.body).hex()))
              for alg in ("sha1", "sha384", "sha512")],
             suite.invalid("by MD5", headers=row.headers("md5=" + mac("md5", TEXT, row.body).hex())),
             suite.invalid("SHA-1 called SHA-256", headers=row.headers("sha256=" + mac("sha1", TEXT, row.body).hex())),
             suite.valid("verification of a subscription", method="GET", body=b"", headers=[], type=...,
                         path_and_query="/webhook?hub.mode=subscribe&hub.topic=t&hub.challenge=c1&hub.lease_seconds=9",
                         response={"status": 200, "headers": {"content-type": "text/plain"}, "body": "c1"}),
             suite.invalid("verification of an end", method="GET", body=b"", headers=[],
                           path_and_query="/webhook?hub.mode=unsubscribe&hub.topic=t&hub.challenge=c1")))
template("x", '{"for_user_id":"1","tweet_create_events":[{"id_str":"2"}]}', header="X-Twitter-Webhooks-Signature",
         shape="sha256={tag}", encoding="base64", also=lambda row, suite: x_check(row, suite))


def x_check(row, suite):
    """The hourly check, and what must not be answered, or taken for a delivery."""
    ask = lambda value: {"method": "GET", "body": b"", "headers": [], "type": ..., "path_and_query": "/webhook?crc_token=" + value}
    token = "9b4507b3-9040-4669-9ca3-6b94edb50553"
    answer = lambda key: '{"response_token":"sha256=' + b64(mac("sha256", key, token)) + '"}'
    suite.valid("check", **ask(token), response={"status": 200, "headers": {"content-type": "application/json"}, "body": answer(TEXT)})
    suite.valid("check, two secrets: the first answers", secrets=[OTHER_TEXT, TEXT], **ask(token), response={
        "status": 200, "headers": {"content-type": "application/json"}, "body": answer(OTHER_TEXT)})
    for kind, value in {"that is JSON": "%7B%7D", "with a space": "a%20b", "with a dot": "a.b", "empty": "",
                        "beyond ASCII": "%C3%AB", "longer than 1 KiB": "a" * 1025}.items():
        suite.invalid(f"check of a token {kind}", **ask(value))
    suite.invalid("the answer to a check as a delivery", body=raw(token),
                  headers=row.headers("sha256=" + b64(mac("sha256", TEXT, token))))
    suite.invalid("no token", method="GET", body=b"", headers=[])


# ---- HMAC over more than the body ---------------------------------------------------------------------------------

def hyphen_url(row, suite):
    """Trello's other spelling: the low eight bits of every UTF-16 unit."""
    text = noted(row.body, "Zoë – 日本 😀")
    low = bytes(raw_unit for raw_unit in text.decode().encode("utf-16-le")[::2])
    tag = b64(mac("sha1", TEXT, low, row.url))
    (suite.valid if row.name == "trello" else suite.invalid)(
        "text as its low eight bits", body=text, headers=row.headers(tag))
    suite.invalid("no text as its low eight bits", body=noted(row.body, b"\xff"), headers=row.headers(
        b64(mac("sha1", TEXT, noted(row.body, b"\xff").decode("latin-1").encode("latin-1"), row.url)[::-1])))


def te_and_li(row, suite):
    tag = row.signed()
    suite.valid("live", headers=row.headers(f"t={T},te=,li={tag}"))
    suite.invalid("both empty", headers=row.headers(f"t={T},te=,li="))
    suite.invalid("wrong for both", headers=row.headers(f"t={T},te={'0' * 64},li={'0' * 64}"))


def sets(template, tags):
    return " ".join(f"t={template.now_text},v1={tag}" for tag in tags)


def sets_of_two_times(row, suite):
    later = mac("sha256", TEXT, str(NOW + 1), ".", row.body).hex()
    suite.invalid("sets of two times, both right", headers=row.headers(
        f"t={T},v1={row.signed()} t={NOW + 1},v1={later}"))
    suite.invalid("two times in one set", headers=row.headers(f"t={T},t={T},v1={row.signed()}"))
    suite.invalid("a set without a time", headers=row.headers(f"t={T},v1={'0' * 64} v1={row.signed()}"))


DOT = "{time}.{body}"

template("airwallex", '{"id":"evt_1","name":"payment_intent.succeeded","data":{}}', "{time}{body}",
         header="x-signature", time="x-timestamp", unit="ms", id="evt_1", type="payment_intent.succeeded",
         also=lambda row, suite: suite.invalid("body signed without the time", headers=row.sign(signs="{body}")))
template("calendly", '{"event":"invitee.created","created_at":"2020-11-23T17:51:19.000000Z","payload":{}}', DOT,
         header="Calendly-Webhook-Signature", shape="t={time},v1={tag}", time="shape", tolerance=(180, 180),
         type="invitee.created", several=pairs("v1", time="t"))
template("cashfree", '{"data":{"order":{"order_id":"o1"}},"type":"PAYMENT_SUCCESS_WEBHOOK"}', "{time}{body}",
         header="x-webhook-signature", encoding="base64", time="x-webhook-timestamp", unit="ms",
         type="PAYMENT_SUCCESS_WEBHOOK",
         also=lambda row, suite: suite.invalid("a dot behind the time", headers=row.sign(signs=DOT)))
template("elevenlabs", '{"type":"post_call_transcription","event_timestamp":1739537297,"data":{}}', DOT,
         header="ElevenLabs-Signature", shape="t={time},v0={tag}", time="shape", tolerance=(1800, 300),
         type="post_call_transcription", several=pairs("v0", time="t"))
template("moov", '{"eventID":"e1","type":"event.test","data":{"ping":true}}', "{time}|{X-Nonce}|{X-Webhook-ID}",
         header="X-Signature", alg="sha512", time="X-Timestamp", unit="rfc3339", id="e1", type="event.test",
         extra=[("X-Nonce", "26ccd15f"), ("X-Webhook-ID", "d9d18a42")])
template("mux", '{"type":"video.asset.ready","id":"1a2b","data":{}}', DOT, header="Mux-Signature",
         shape="t={time},v1={tag}", time="shape", id="1a2b", type="video.asset.ready", several=pairs("v1", time="t"))
template("omise", '{"object":"event","id":"evnt_1","key":"charge.complete"}', DOT, header="Omise-Signature",
         time="Omise-Signature-Timestamp", key=unbase64, secret="MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNk",
         other="MTEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNk", id="evnt_1", type="charge.complete", several=commas,
         wrong_keys=TEXT_IS_NO_KEY)
template("orb", '{"id":"o4m","created_at":"2024-03-27T15:42:29+00:00","type":"resource_event.test"}',
         "v1:{time}:{body}", header="X-Orb-Signature", shape="v1={tag}", time="X-Orb-Timestamp", unit="naive", id="o4m",
         type="resource_event.test", several=pairs("v1", " "))
template("paddle", '{"event_id":"evt_1","event_type":"transaction.completed","data":{}}', "{time}:{body}",
         header="Paddle-Signature", shape="ts={time};h1={tag}", time="shape", tolerance=(5, 300), id="evt_1",
         type="transaction.completed", several=pairs("h1", ";", "ts"))
template("paymongo", '{"data":{"id":"evt_1","type":"event","attributes":{"type":"payment.paid"}}}', DOT,
         header="Paymongo-Signature", shape="t={time},te={tag},li=", time="shape", id="evt_1", type="payment.paid",
         also=te_and_li)
template("persona", '{"data":{"type":"event","id":"evt_1","attributes":{"name":"inquiry.approved"}}}', DOT,
         header="Persona-Signature", shape="t={time},v1={tag}", time="shape", id="evt_1", type="inquiry.approved",
         several=sets, also=sets_of_two_times)
template("recurly", '{"id":"rjxw","object_type":"account","event_type":"created"}', DOT, header="recurly-signature",
         shape="{time},{tag}", time="shape", unit="ms", id="rjxw", type="created", several=commas)
template("retell", '{"event":"call_started","call":{"call_id":"c1"}}', "{body}{time}", header="x-retell-signature",
         shape="v={time},d={tag}", time="shape", unit="ms", type="call_started",
         also=lambda row, suite: suite.invalid("time before the body", headers=row.sign(signs="{time}{body}")))
template("revolut", '{"event":"TransactionStateChanged","timestamp":"2023-05-09T16:36:38Z","data":{"id":"1"}}',
         "v1.{time}.{body}", header="Revolut-Signature", shape="v1={tag}", time="Revolut-Request-Timestamp", unit="ms",
         type="TransactionStateChanged", several=pairs("v1"))
template("sanity", '{"_id":"abc","_type":"post"}', DOT, header="sanity-webhook-signature", shape="t={time},v1={tag}",
         encoding="base64url", time="shape", unit="ms", also=lambda row, suite: [
             suite.valid(f"by {method}", method=method) for method in ("PUT", "PATCH", "DELETE", "GET")])
template("twitch", '{"subscription":{"id":"s1","type":"channel.follow"},"event":{"user_id":"1"}}', "{id}{time}{body}",
         header="Twitch-Eventsub-Message-Signature", shape="sha256={tag}", id_in="Twitch-Eventsub-Message-Id",
         id="e76c6bd4", time="Twitch-Eventsub-Message-Timestamp", unit="rfc3339", tolerance=(600, 600),
         type="channel.follow", also=lambda row, suite: suite.valid(
             "time with nanoseconds", headers=row.sign(time=ISO + ".634234626Z")))
template("workos", '{"id":"wh_1","event":"dsync.user.created","data":{}}', DOT, header="WorkOS-Signature",
         shape="t={time}, v1={tag}", time="shape", unit="ms", tolerance=(180, 180), id="wh_1",
         type="dsync.user.created", several=pairs("v1", ", ", "t"), also=lambda row, suite: suite.valid(
             "no space behind the comma", headers=row.headers(f"t={MS},v1={row.signed()}")))
template("zendesk", '{"type":"zen:event-type:user.created","id":"1"}', "{time}{body}",
         header="X-Zendesk-Webhook-Signature", encoding="base64", time="X-Zendesk-Webhook-Signature-Timestamp",
         unit="rfc3339", type="zen:event-type:user.created", **{
             key: RAW_KEY[key] for key in ("secret", "other", "wrong_keys")},
         also=lambda row, suite: (
             suite.valid("a GET without a body", method="GET", body=b"", headers=row.sign(body=b""), id=..., type=...),
             suite.invalid("body before the time", headers=row.sign(signs="{body}{time}"))))
template("zoom", '{"event":"meeting.started","payload":{},"event_ts":1700000000123}', "v0:{time}:{body}",
         header="x-zm-signature", shape="v0={tag}", time="x-zm-request-timestamp", type="meeting.started")
for name in ("trello", "trello-utf8"):
    template(name, '{"action":{"id":"a1","type":"updateCard"}}', "{body}{url}", header="X-Trello-Webhook", alg="sha1",
             encoding="base64", url="https://shop.example/trello", path="/trello", id="a1", type="updateCard",
             also=hyphen_url)
template("creem", '{"id":"evt_1","eventType":"checkout.completed","object":{}}', header="creem-signature",
         id="evt_1", type="checkout.completed", also=lambda row, suite: (
             suite.valid("behind sha256=", headers=row.headers("sha256=" + row.signed())),
             suite.invalid("behind v1=", headers=row.headers("v1=" + row.signed()))))

template("buildkite", '{"event":"build.finished","build":{"id":"b1","number":1}}', DOT, header="X-Buildkite-Signature",
         shape="timestamp={time},signature={tag}", time="shape", type="build.finished")
template("close", '{"event":{"id":"ev_1","action":"created","object_type":"lead"},"subscription_id":"whsub_1"}',
         "{time}{body}", header="close-sig-hash", time="close-sig-timestamp", id="ev_1", type="created",
         key=bytes.fromhex, secret="ab" * 32, other="cd" * 32, wrong_keys=TEXT_IS_NO_KEY)
template("front", '{"type":"inbound_received","authorization":{"id":"cmp_abc"}}', "{time}:{body}",
         header="X-Front-Signature", encoding="base64", time="X-Front-Request-Timestamp", unit="ms", type="inbound_received")
template("moneybird", '{"administration_id":"1","entity_type":"Contact","action":"contact_created"}', DOT,
         header="Moneybird-Signature", shape="t={time},v1={tag}", time="shape", type="contact_created",
         several=pairs("v1", time="t"))
template("tiktok", '{"client_key":"c1","event":"video.publish.completed","create_time":1700000000,"content":"{}"}', DOT,
         header="TikTok-Signature", shape="t={time},s={tag}", time="shape", type="video.publish.completed",
         several=pairs("s", time="t"))
template("webflow", '{"triggerType":"form_submission","payload":{"name":"Contact Us"}}', "{time}:{body}",
         header="x-webflow-signature", time="x-webflow-timestamp", unit="ms", type="form_submission")

# ---- plain hashes over the secret and more ------------------------------------------------------------------------

def payu(named, accepted):
    def also(row, suite):
        md5 = hashlib.md5(row.body + raw(TEXT)).hexdigest()
        spelled = lambda tag, name: f"sender=checkout;signature={tag};algorithm={name};content=DOCUMENT"
        (suite.valid if accepted else suite.invalid)("MD5", headers=row.headers(spelled(md5, "MD5")))
        suite.invalid("MD5 by another name", headers=row.headers(spelled(md5, "CRC32")))
        suite.invalid("MD5 called SHA-256", headers=row.headers(spelled(md5, "SHA-256")))
        suite.invalid("SHA-256 called MD5", headers=row.headers(spelled(row.signed(), "MD5")))
        suite.invalid("algorithm not named", headers=row.headers(f"sender=checkout;signature={row.signed()}"))
        suite.invalid("two algorithms", headers=row.headers(spelled(row.signed(), "SHA-256;algorithm=SHA-256")))
        suite.valid("under the other name too", headers=row.sign() + [["X-OpenPayU-Signature", row.sign()[0][1]]])
        suite.valid("under the other name alone", headers=[["X-OpenPayU-Signature", row.sign()[0][1]]])

    template(named, '{"order":{"orderId":"LDLW","status":"COMPLETED"}}', "{body}{secret}", alg="plain-sha256",
             header="OpenPayu-Signature", shape="sender=checkout;signature={tag};algorithm=SHA-256;content=DOCUMENT",
             id="LDLW", type="COMPLETED", also=also)


def hubspot_hash(name, signs, **row):
    template(name, '[{"eventId":1,"subscriptionType":"company.change","occurredAt":1462216307945}]', signs,
             alg="plain-sha256", header="X-HubSpot-Signature", id="1", type="company.change", **row)


for name, hashed in (("cloudinary", "plain-sha1"), ("cloudinary-sha256", "plain-sha256")):
    template(name, '{"notification_type":"upload","public_id":"sample"}', "{body}{time}{secret}", alg=hashed,
             header="X-Cld-Signature", time="X-Cld-Timestamp", tolerance=(7200, 300), type="upload")
hubspot_hash("hubspot-v1", "{secret}{body}")
hubspot_hash("hubspot-v2", "{secret}{method}{url}{body}", url="https://www.example.com/webhook_uri",
             path="/webhook_uri", also=lambda row, suite: suite.invalid("another method", method="GET"))
template("pagbank", '{"id":"ORDE_1","charges":[{"status":"PAID"}]}', "{secret}-{body}", alg="plain-sha256",
         header="x-authenticity-token", id="ORDE_1",
         also=lambda row, suite: suite.invalid("no hyphen", headers=row.sign(signs="{secret}{body}")))
payu("payu-europe", True)
payu("payu-europe-sha256", False)
template("phonepe", '{"type":"CHECKOUT_ORDER_COMPLETED","payload":{"orderId":"OMO1"}}', "{secret}", alg="plain-sha256",
         header="Authorization", type="CHECKOUT_ORDER_COMPLETED", secret="merchant:" + TEXT,
         other="merchant:" + OTHER_TEXT, also=lambda row, suite: suite.invalid(
             "the credentials themselves", headers=row.headers(row.secret)))

# ---- tokens and credentials ---------------------------------------------------------------------------------------

token("auth0", '[{"log_id":"9","data":{"type":"s"}}]', "Authorization", id="9", type="s")
token("easypay-code", '{"id":"1bbc","type":"capture","status":"success"}', "x-easypay-code", id="1bbc", type="capture")
token("flutterwave-v3", '{"event":"charge.completed","data":{"id":1}}', "verif-hash", type="charge.completed")
token("okta", '{"eventId":"e1","data":{"events":[{"uuid":"u1","eventType":"user.session.start"}]}}', "Authorization",
      id="e1", type="user.session.start")
token("prood", '{"id":"5eca","type":"capture"}', "x-checkout-secret")
template("revenuecat-signed", '{"event":{"id":"e1","type":"INITIAL_PURCHASE"}}', DOT,
         header="X-RevenueCat-Webhook-Signature", shape="t={time},v1={tag}", time="shape", id="e1",
         type="INITIAL_PURCHASE", several=pairs("v1", time="t"), also=lambda row, suite: beside(
             "Authorization", "authorization", *["Bearer shop-0123456789abcdef"] * 2, "Bearer shop-0")(suite, row.header))
token("revenuecat", '{"event":{"id":"e1","type":"INITIAL_PURCHASE"}}', "Authorization", id="e1", type="INITIAL_PURCHASE")
token("telegram", '{"update_id":10000,"message":{"text":"hi"}}', "X-Telegram-Bot-Api-Secret-Token", id="10000")
token("buildkite-token", '{"event":"build.finished","build":{"id":"b1"}}', "X-Buildkite-Token", type="build.finished")
token("google-push", "", "X-Goog-Channel-Token", id="7", type="exists", extra=[
    ("X-Goog-Channel-ID", "c1"), ("X-Goog-Message-Number", "7"), ("X-Goog-Resource-State", "exists")])
token("hotmart", '{"id":"b1","creation_date":1700000000000,"event":"PURCHASE_APPROVED","version":"2.0.0"}',
      "X-HOTMART-HOTTOK", id="b1", type="PURCHASE_APPROVED")
token("assemblyai", '{"transcript_id":"5552493-16d8","status":"completed"}', "X-Webhook-Secret", id="5552493-16d8",
      type="completed", settings={"webhook_auth_header_name": "X-Webhook-Secret"}, also=lambda suite, sent: (
          suite.valid("setting in lower case", settings={"webhook_auth_header_name": "x-webhook-secret"}),
          suite.valid("another header name", settings={"webhook_auth_header_name": "authorization"},
                      headers=sent(TEXT, "Authorization")),
          suite.invalid("the header of another setting", settings={"webhook_auth_header_name": "authorization"})))
token("vapi", '{"message":{"type":"end-of-call-report","call":{"id":"c1"}}}', "X-Vapi-Secret", type="end-of-call-report")
token("xendit", '{"event":"payment.succeeded","data":{"id":"p1"}}', "x-callback-token", type="payment.succeeded",
      id="w1", extra=[("webhook-id", "w1")])
basic("easypay", '{"id":"1bbc","type":"capture","status":"success"}', id="1bbc", type="capture",
      also=lambda suite: beside("x-easypay-code", "code", *["shh-0123456789abcdef"] * 2, "nope")(suite, "Authorization"))
basic("deepgram", '{"metadata":{"request_id":"r1","channels":1},"results":{"channels":[]}}', id="r1", also=lambda suite: (
    suite.valid("by PUT", method="PUT"),
    suite.invalid("by PATCH", method="PATCH"),
    suite.invalid("the id of an API key alone", headers=[["dg-token", "0a1b2c3d-4e5f"]])))
basic("postmark", '{"RecordType":"Delivery","MessageID":"883953f4"}', id="883953f4", type="Delivery")


def provider(suite):
    TEMPLATES[suite.__name__.replace("_", "-")] = suite
    return suite


def in_body(suite, put):
    """A token in the body: everything that is not it, in its place."""
    wrong = {"empty": "", "one character short": TEXT[:-1], "without its first character": TEXT[1:],
             "one character longer": TEXT + "0", "doubled": TEXT * 2, "in another case": TEXT.upper(),
             "with a space in front": " " + TEXT, "with a space behind": TEXT + " "}
    for kind, value in wrong.items():
        suite.invalid("token " + kind, body=put(json.dumps(value)))
    for kind, value in {"a number": "0", "null": "null", "true": "true", "in a list": f'["{TEXT}"]',
                        "in an object": f'{{"a":"{TEXT}"}}'}.items():
        suite.invalid("token " + kind, body=put(value))
    suite.invalid("token in a header", body=put('"x"'), headers=[["Authorization", TEXT]])
    suite.invalid("body empty", body=b"")
    suite.invalid("body no JSON", body=raw(TEXT))
    suite.invalid("something behind the JSON", body=put(json.dumps(TEXT)) + b" {}")


@provider
def figma():
    """The passcode in the body."""

    def put(text, rest=""):
        return raw('{"event_type":"FILE_UPDATE","passcode":%s,"file_key":"k"%s}' % (text, rest))

    suite = Suite(put(f'"{TEXT}"'), TEXT, [], id=None, type="FILE_UPDATE")
    suite.valid("event")
    suite.valid("body changed elsewhere, it is not covered", body=put(f'"{TEXT}"', ',"a":1'))
    suite.valid("passcode with escapes", body=put('"' + TEXT.replace("0", "\\u0030") + '"'))
    suite.secrets(OTHER_TEXT)
    in_body(suite, put)
    suite.invalid("two passcodes, the right one first", body=put(f'"{TEXT}"', f',"passcode":"{OTHER_TEXT}"'))
    suite.invalid("two passcodes, the right one last", body=put(f'"{OTHER_TEXT}"', f',"passcode":"{TEXT}"'))
    suite.invalid("passcode deeper", body=raw('{"a":{"passcode":"%s"}}' % TEXT))
    return suite


@provider
def kofi():
    """The token in the JSON that a field of a form holds."""

    def put(text):
        data = '{"verification_token":%s,"message_id":"m1","type":"Donation"}' % text
        return raw("data=" + quote_plus(data))

    suite = Suite(put(f'"{TEXT}"'), TEXT, [["Content-Type", "application/x-www-form-urlencoded"]], id="m1", type="Donation")
    suite.valid("event")
    suite.valid("another field beside", body=put(f'"{TEXT}"') + b"&a=1")
    suite.secrets(OTHER_TEXT)
    in_body(suite, put)
    suite.invalid("two data, the right one first", body=put(f'"{TEXT}"') + b"&" + put(f'"{OTHER_TEXT}"'))
    suite.invalid("two data, the right one last", body=put(f'"{OTHER_TEXT}"') + b"&" + put(f'"{TEXT}"'))
    suite.invalid("the JSON without its form", body=raw('{"verification_token":"%s"}' % TEXT))
    suite.invalid("the token as a field of the form", body=raw("verification_token=" + TEXT))
    return suite


@provider
def linear():
    """HMAC-SHA256 hex over the body, in which the time is."""

    def at(text, rest=""):
        return raw('{"action":"create","type":"Comment","data":{"id":"1"},"webhookTimestamp":%s%s}' % (text, rest))

    def header(value):
        return [["Linear-Delivery", "234d1a4e"], ["Linear-Signature", value]]

    def sign(body, key=TEXT):
        return header(mac("sha256", key, body).hex())

    body = at(MS)
    suite = Suite(body, TEXT, sign(body), id="234d1a4e", type="Comment")
    suite.valid("event")
    last = 60 + 3600 + 6 * 3600
    for name, now in {"first retry": 60, "second retry": 3660, "last retry": last, "60 s late": last + 60, "60 s ahead": -60}.items():
        suite.valid(name, now=NOW + now)
    for name, now in {"61 s late": last + 61, "61 s ahead": -61}.items():
        suite.invalid(name, now=NOW + now)
    suite.secrets(OTHER_TEXT)
    suite.valid("an unsigned time in a header is not looked at", headers=sign(body) + [["Linear-Timestamp", "1"]])
    suite.invalid("nor does it freshen", now=NOW + last + 61, headers=sign(body) + [["Linear-Timestamp", str(NOW + last + 61) + "000"]])
    suite.invalid("one bit of the first body byte", body=flip(body, 0))
    suite.invalid("one bit of the last body byte", body=flip(body, -1))
    odd = {"missing": b'{"type":"Comment"}', "null": at("null"), "a fraction": at(MS + ".5"), "in seconds": at(T),
           "below zero": at("-1"), "empty": at('""'), "with leading zeros": at(f'"00{MS}"'),
           "deeper": raw('{"a":{"webhookTimestamp":%s}}' % MS), "there twice": at(MS, f',"webhookTimestamp":{MS}'),
           "in a body that is no JSON": raw(f"webhookTimestamp={MS}")}
    for name, text in odd.items():
        suite.invalid(f"time {name}, signed", body=text, headers=sign(text))
    for name, text in bad_hex(mac("sha256", TEXT, body), "tag one character short", "tag one byte longer", "tag empty"):
        suite.invalid(name, headers=header(text))
    suite.invalid("signature missing", headers=suite.headers("Linear-Signature", None))
    suite.twice("Linear-Signature", "0" * 64)
    return suite


@provider
def efi_pix():
    """A token in the query."""
    body = b'{"pix":[{"endToEndId":"E1","txid":"t1","valor":"1.00"}]}'

    def ask(value, name="hmac"):
        return f"/webhook/pix?{name}={value}"

    suite = Suite(body, TEXT, [], path_and_query=ask(TEXT), id="E1", type=None)
    suite.valid("event")
    suite.valid("another parameter beside", path_and_query=ask(TEXT) + "&ignorar=")
    suite.valid("another parameter before", path_and_query="/webhook?a=1&hmac=" + TEXT)
    suite.valid("token percent-encoded", path_and_query=ask("%30" + TEXT[1:]))
    suite.valid("body changed, it is not covered", body=noted(body, "changed"))
    suite.secrets(OTHER_TEXT)
    wrong = {"another": OTHER_TEXT, "one character short": TEXT[:-1], "without its first character": TEXT[1:],
             "one character longer": TEXT + "0", "doubled": TEXT * 2, "empty": "", "in upper case": TEXT.upper(),
             "behind a space": "%20" + TEXT, "before a NUL": TEXT + "%00",
             "a real HMAC": mac("sha256", TEXT, body).hex()}
    for kind, value in wrong.items():
        suite.invalid("token " + kind, path_and_query=ask(value))
    suite.invalid("token missing", path_and_query="/webhook/pix")
    suite.invalid("token under another name", path_and_query=ask(TEXT, "token"))
    suite.invalid("name in upper case", path_and_query=ask(TEXT, "HMAC"))
    suite.invalid("token in a header", path_and_query="/webhook/pix", headers=[["hmac", TEXT]])
    suite.valid("the same token twice", path_and_query=ask(TEXT) + f"&hmac={TEXT}")
    suite.invalid("two tokens, the right one first", path_and_query=ask(TEXT) + f"&hmac={OTHER_TEXT}")
    suite.invalid("two tokens, the right one last", path_and_query=ask(OTHER_TEXT) + f"&hmac={TEXT}")
    return suite


@provider
def kiwify():
    """HMAC-SHA1 hex over the body, in a parameter that is added to the query."""
    body = b'{"order_id":"2ec0ef2d-4c2b-4bd3-9f5b","order_status":"paid","webhook_event_type":"order_approved"}'
    secret, other = "k7w1fyt0ken-aaaa", "k7w1fyt0ken-bbbb"
    tag = lambda body, key=secret: mac("sha1", key, body).hex()
    ask = lambda value, name="signature": f"/webhook?{name}={value}"
    ours, wrong = tag(body), tag(body, other)
    suite = Suite(body, secret, [["Content-Type", "application/json"]], path_and_query=ask(ours),
                  id="2ec0ef2d-4c2b-4bd3-9f5b", type="order_approved")
    suite.valid("event")
    suite.valid("after a query of the URL", path_and_query=f"/webhook?shop=1&signature={ours}")
    suite.valid("another parameter after it", path_and_query=ask(ours) + "&a=1")
    suite.valid("percent-encoded", path_and_query=ask("%" + f"{ord(ours[0]):02x}" + ours[1:]))
    suite.valid("the same signature twice", path_and_query=ask(ours) + "&signature=" + ours)
    suite.valid("tag in upper-case hex", path_and_query=ask(ours.upper()))
    for name, text in {"body beyond ASCII": noted(body, "Zoë – 日本 😀"), "slashes escaped": noted(body, "a\\/b")}.items():
        suite.valid(name, body=text, path_and_query=ask(tag(text)))
    odd = noted(body, b"\xff\xfe\x00\x80")
    suite.valid("body not UTF-8", body=odd, path_and_query=ask(tag(odd)), id=..., type=...)
    suite.valid("body empty", body=b"", path_and_query=ask(tag(b"")), id=..., type=...)
    suite.invalid("one bit of the first body byte", body=flip(body, 0))
    suite.invalid("one bit of the last body byte", body=flip(body, -1))
    suite.invalid("the body written again with spaces", body=json.dumps(json.loads(body)).encode())
    suite.secrets(other)
    suite.invalid("signed with an empty key, as without a token", path_and_query=ask(tag(body, "")))
    suite.invalid("signed with SHA-256", path_and_query=ask(mac("sha256", secret, body).hex()))
    suite.invalid("a hash without a key", path_and_query=ask(hashlib.sha1(body).hexdigest()))
    suite.invalid("the token itself", path_and_query=ask(secret))
    for name, text in bad_hex(bytes.fromhex(ours), "tag one character short", "tag cut in half", "tag one byte longer",
                              "tag doubled", "tag empty", "tag with 0x in front"):
        suite.invalid(name, path_and_query=ask(text))
    suite.invalid("tag in base64", path_and_query=ask(quote_plus(b64(bytes.fromhex(ours)))))
    suite.invalid("signature missing", path_and_query="/webhook")
    suite.invalid("signature under another name", path_and_query=ask(ours, "Signature"))
    suite.invalid("signature in a header", path_and_query="/webhook", headers=[["signature", ours]])
    suite.invalid("two signatures, the right one first", path_and_query=ask(ours) + "&signature=" + wrong)
    suite.invalid("two signatures, the right one last", path_and_query=ask(wrong) + "&signature=" + ours)
    return suite


@provider
def abacatepay():
    """The secret itself in a header or in the query. The signature has a published key, so it counts for nothing."""
    body = b'{"id":"log_abc123","event":"checkout.completed","apiVersion":2,"devMode":false,"data":{"amount":10000}}'
    ask = lambda value, name="webhookSecret": f"/webhook?{name}={value}"
    header = lambda value, name="X-Webhook-Secret": [[name, value]]
    published = "t9dXRhHHo3yDEj5pVDYz0frf7q6bMKyMRmxxCPIPp3RCplBfXRxqlC6ZpiWmOqj4L63qEaeUOtrCI8P0VMUgo6iIga2ri9og" \
        "aHFs0WIIywSMg0q7RmBfybe1E5XJcfC4IW3alNqym0tXoAKkzvfEjZxV6bE0oG2zJrNNYmUCKZyV0KZ3JS8Votf9EAWWYdiDkMkpbMdP" \
        "ggfh1EqHlVkMiTady6jOR3hyzGEHrIz2Ret0xHKMbiqkr9HS1JhNHDX9"
    signature = ["X-Webhook-Signature", b64(mac("sha256", published, body))]
    suite = Suite(body, TEXT, header(TEXT) + [signature], path_and_query=ask(TEXT), id="log_abc123", type="checkout.completed")
    suite.valid("event")
    suite.valid("in the header alone", path_and_query="/webhook")
    suite.valid("in the query alone", headers=[signature])
    suite.valid("in the query alone, after another parameter", headers=[signature], path_and_query="/webhook?a=1&webhookSecret=" + TEXT)
    suite.valid("percent-encoded", headers=[signature], path_and_query=ask("%30" + TEXT[1:]))
    suite.valid("without the signature, which proves nothing", headers=header(TEXT))
    suite.valid("a wrong signature, which proves nothing", headers=header(TEXT) + [["X-Webhook-Signature", b64(bytes(32))]])
    suite.valid("body changed, it is not covered", body=noted(body, "changed"))
    suite.valid("body empty, it is not covered", body=b"", id=..., type=...)
    suite.secrets(OTHER_TEXT)
    suite.invalid("the signature alone, which anyone can make", headers=[signature], path_and_query="/webhook")
    suite.invalid("the published key as the secret", headers=header(published) + [signature], path_and_query=ask(published))
    wrong = {"another": OTHER_TEXT, "empty": "", "one character short": TEXT[:-1], "without its first character": TEXT[1:],
             "one character longer": TEXT + "0", "doubled": TEXT * 2, "in upper case": TEXT.upper(), "in base64": b64(TEXT)}
    for kind, value in wrong.items():
        suite.invalid(f"header {kind}", headers=header(value), path_and_query="/webhook")
        suite.invalid(f"parameter {kind}", headers=[signature], path_and_query=ask(quote_plus(value)))
    suite.invalid("the right one in the header, another in the query", path_and_query=ask(OTHER_TEXT))
    suite.invalid("the right one in the query, another in the header", headers=header(OTHER_TEXT))
    suite.invalid("another header", headers=header(TEXT, "X-Secret"), path_and_query="/webhook")
    suite.invalid("another parameter", headers=[signature], path_and_query=ask(TEXT, "secret"))
    suite.invalid("two parameters, the right one first", headers=[signature], path_and_query=ask(TEXT) + "&webhookSecret=" + OTHER_TEXT)
    suite.invalid("two parameters, the right one last", headers=[signature], path_and_query=ask(OTHER_TEXT) + "&webhookSecret=" + TEXT)
    suite.twice("X-Webhook-Secret", OTHER_TEXT)
    return suite


def in_query(name, body, type, response, id=None, parameter="code"):
    """A token in a query parameter."""
    ask = lambda value, name=parameter: f"/webhook?{name}={value}"
    suite = Suite(raw(body), TEXT, [], path_and_query=ask(TEXT), id=id, type=type)
    suite.valid("event")
    suite.valid("another parameter before", path_and_query=f"/webhook?a=1&{parameter}={TEXT}")
    suite.valid("the same token twice", path_and_query=ask(TEXT) + f"&{parameter}={TEXT}")
    suite.valid("token percent-encoded", path_and_query=ask("%30" + TEXT[1:]))
    suite.valid("body changed, it is not covered", body=noted(raw(body), "changed"))
    suite.secrets(OTHER_TEXT)
    wrong = {"another": OTHER_TEXT, "one character short": TEXT[:-1], "without its first character": TEXT[1:],
             "one character longer": TEXT + "0", "doubled": TEXT * 2, "empty": "", "in upper case": TEXT.upper(),
             "behind a space": "%20" + TEXT, "before a NUL": TEXT + "%00"}
    for kind, value in wrong.items():
        suite.invalid("token " + kind, path_and_query=ask(value))
    suite.invalid("token missing", path_and_query="/webhook")
    suite.invalid("token under another name", path_and_query=ask(TEXT, "key"))
    suite.invalid("token in a header", path_and_query="/webhook", headers=[[parameter, TEXT]])
    suite.invalid("two tokens, the right one first", path_and_query=ask(TEXT) + f"&{parameter}={OTHER_TEXT}")
    suite.invalid("two tokens, the right one last", path_and_query=ask(OTHER_TEXT) + f"&{parameter}={TEXT}")
    response(suite, ask)
    return suite


@provider
def azure_event_grid():
    def handshake(suite, ask):
        kind = "Microsoft.EventGrid.SubscriptionValidationEvent"
        hello = raw('[{"id":"2d1781af","eventType":"%s","data":{"validationCode":"512d38b6-c7b8"}}]' % kind)
        suite.valid("handshake", body=hello, id=..., type=..., response={
            "status": 200, "headers": {"content-type": "application/json"}, "body": '{"validationResponse":"512d38b6-c7b8"}'})
        suite.invalid("handshake without the token", body=hello, path_and_query="/webhook")
        suite.invalid("handshake with another token", body=hello, path_and_query=ask(OTHER_TEXT))

    return in_query("azure-event-grid", '[{"id":"e1","eventType":"Microsoft.Storage.BlobCreated","data":{}}]',
                    "Microsoft.Storage.BlobCreated", handshake, id="e1")


@provider
def azure_event_grid_cloudevents():
    def handshake(suite, ask):
        options = {"method": "OPTIONS", "body": b"", "headers": [["WebHook-Request-Origin", "eventgrid.azure.net"]],
                   "id": ..., "type": ...}
        allowed = {"status": 200, "headers": {"webhook-allowed-origin": "eventgrid.azure.net"}, "body": ""}
        suite.valid("handshake", **options, response=allowed)
        suite.valid("handshake without the token", **options | {"path_and_query": "/webhook"}, response=allowed)
        suite.invalid("OPTIONS without an origin", **options | {"headers": []})
        suite.invalid("handshake with a line break", **options | {"headers": [["WebHook-Request-Origin", "a b"]]})

    return in_query("azure-event-grid-cloudevents", '{"specversion":"1.0","id":"e1","type":"Microsoft.Storage.BlobCreated"}',
                    "Microsoft.Storage.BlobCreated", handshake, id="e1")


MAILCHIMP = ("type=unsubscribe&fired_at=2023-11-14+22%3A13%3A20&data%5Baction%5D=unsub&data%5Bid%5D=8a25ff1d98&"
             "data%5Blist_id%5D=a6b5da1054&data%5Bemail%5D=api%2Bunsub%40mailchimp.com")


def mailchimp_probe(suite, path):
    """The check of a URL, which nothing authenticates."""
    probe = {"method": "GET", "body": b"", "headers": [], "id": ..., "type": ..., "path_and_query": path}
    suite.valid("check of the URL", **probe, response={"status": 200, "headers": {}, "body": ""})
    suite.invalid("check of the URL by PUT", **probe | {"method": "PUT"})
    suite.invalid("check of the URL by POST", **probe | {"method": "POST"})


def mailchimp_signed(row, suite):
    mailchimp_probe(suite, "/webhook")
    suite.invalid("signed in the query alone", headers=[], path_and_query="/webhook?secret=" + TEXT)
    suite.invalid("names decoded after signing", body=raw(MAILCHIMP.replace("%5B", "[").replace("%5D", "]")))


template("mailchimp", MAILCHIMP, DOT, header="X-Mailchimp-Signature", shape="t={time},v1={tag}", time="shape",
         several=pairs("v1", time="t"), also=mailchimp_signed)


@provider
def mailchimp_url_secret():
    return in_query("mailchimp-url-secret", MAILCHIMP, None, lambda suite, ask: mailchimp_probe(suite, "/webhook"),
                    parameter="secret")
