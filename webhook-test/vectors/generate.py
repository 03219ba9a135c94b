#!/usr/bin/env python3
"""Makes the known-answer vectors in providers/, one file a provider.

A second implementation of every signer, written from the providers' pages and sharing nothing with the Rust code.
Published examples are asserted: a formula that stops reproducing them writes nothing.

    python3 generate.py            write the files
    python3 generate.py --check    name every file that differs from what would be written, and fail

A vector is one delivery: method, path_and_query, headers (pairs, so that a name can occur twice), body or body_base64,
secrets, url (schemes that sign one; without the query), settings, verify_token and response (handshakes), now (unix seconds), expect. A valid one may carry the id and
the type to be reported; null means "none", an absent key means "not stated" (a body that no envelope can be read from).
"""

import base64
import hashlib
import json
import sys

sys.dont_write_bytecode = True  # beside sources there are sources

import unconfirmed  # noqa: E402,F401  (adds its rows to TEMPLATES)
from suite import (  # noqa: E402
    HERE, MS, NOW, T, Suite, b64, bad_base64, bad_hex, base62, flip, mac, noted, odd_times, raw, whsec,
)
import known_answers  # noqa: E402
from custom import CUSTOM  # noqa: E402
from templates import TEMPLATES  # noqa: E402
from tokens import TOKENS  # noqa: E402

try:
    from asymmetric import ASYMMETRIC  # noqa: E402
    from certificates import CERTIFICATES  # noqa: E402
    from message_signatures import MESSAGE_SIGNATURES  # noqa: E402
    from rsa_values import RSA_VALUES  # noqa: E402
    from token_keys import TOKEN_KEYS  # noqa: E402
    import encrypted  # noqa: E402,F401  (adds its rows to TOKEN_KEYS)
except ModuleNotFoundError as missing:
    if missing.name.partition(".")[0] != "cryptography":
        raise
    ASYMMETRIC = TOKEN_KEYS = CERTIFICATES = RSA_VALUES = MESSAGE_SIGNATURES = {}
    print("SKIPPED: the vectors of public keys: no Python package `cryptography`", file=sys.stderr)

DATA = HERE / "providers"


# ---- the providers ------------------------------------------------------------------------------------------------

def stripe():
    """HMAC-SHA256 hex over `t.body`; the key is the secret's text, `whsec_` included."""
    body = (b'{"id":"evt_1PgCkE2eZvKYlo2C","object":"event","type":"invoice.paid",'
            b'"data":{"object":{"id":"in_1PgCkD","amount_paid":1999}}}')
    secret, other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_test_secret"

    def tag(body=body, key=secret, t=T):
        return mac("sha256", key, t, ".", body)

    def header(value):
        return [["Stripe-Signature", value]]

    def sign(body=body, key=secret, t=T):
        return header(f"t={t},v1={tag(body, key, t).hex()}")

    suite = Suite(body, secret, sign(), id="evt_1PgCkE2eZvKYlo2C", type="invoice.paid")
    ours, wrong = tag().hex(), tag(key=other).hex()

    sdk = b'{\n  "id": "evt_test_webhook",\n  "object": "event"\n}'
    published = "4f1cd7feda9826e746b7d482c4badebb657398df1099e1046364f6196a230150"
    assert tag(sdk, other).hex() == published
    suite.valid("payload and secret of the node SDK's tests", body=sdk, secrets=[other],
                headers=header(f"t={T},v1={published}"), id="evt_test_webhook", type=None,
                source="stripe-node test/Webhook.spec.ts; tag by generateTestHeaderString of npm stripe@23.1.0")

    suite.bodies(sign)
    suite.secrets(other)
    suite.tolerance()
    suite.valid("16 v1, the last ours", headers=header(f"t={T}" + f",v1={wrong}" * 15 + f",v1={ours}"))
    suite.invalid("17 v1, the last ours", headers=header(f"t={T}" + f",v1={wrong}" * 16 + f",v1={ours}"))
    suite.valid("tag in upper-case hex", headers=header(f"t={T},v1={ours.upper()}"))
    suite.valid("unknown elements around v1", headers=header(f"v2={wrong},foo,t={T},v1={ours},v0={wrong},"))
    suite.valid("a right v1 between a malformed and a wrong one",
                headers=header(f"t={T},v1=nothex,v1={ours},v1={wrong}"))

    suite.invalid("t changed by a second", headers=header(f"t={NOW + 1},v1={ours}"))
    suite.invalid("key decoded as base64 after whsec_", headers=sign(key=whsec(secret)))
    suite.invalid("v0 only", headers=header(f"t={T},v0={ours}"))
    suite.invalid("space after the comma", headers=header(f"t={T}, v1={ours}"))
    suite.invalid("t missing", headers=header(f"v1={ours}"))
    suite.invalid("t empty", headers=header(f"t=,v1={tag(t='').hex()}"))
    suite.invalid("two t, the signed one first", headers=header(f"t={T},t={NOW + 1},v1={ours}"))
    suite.invalid("two t, the signed one last", headers=header(f"t={NOW + 1},t={T},v1={ours}"))
    suite.invalid("t with a space in front, signed as sent", headers=sign(t=" " + T))
    suite.invalid("t in milliseconds", headers=sign(t=MS))
    suite.twice("Stripe-Signature", f"t={T},v1={wrong}")
    return suite


def github():
    """HMAC-SHA256 hex over the body behind `sha256=`."""
    body = b'{"action":"opened","number":2,"repository":{"full_name":"octocat/hello-world"}}'
    secret, other = "It's a Secret to Everybody", "another secret of sixteen bytes"

    def header(value, name="X-Hub-Signature-256"):
        return [["X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"],
                ["X-GitHub-Event", "pull_request"], [name, value]]

    def sign(body=body, key=secret):
        return header("sha256=" + mac("sha256", key, body).hex())

    told = {"id": "72d3162e-cc78-11e3-81ab-4c9367dc0958", "type": "pull_request"}
    suite = Suite(body, secret, sign(), **told)
    tag, wrong = mac("sha256", secret, body), mac("sha256", other, body)
    sha1 = "sha1=" + mac("sha1", secret, body).hex()

    hello, published = b"Hello, World!", "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert mac("sha256", secret, hello).hex() == published
    suite.valid("example of the documentation", body=hello, headers=header("sha256=" + published),
                source="docs.github.com: Validating webhook deliveries")

    suite.bodies(sign, **told)
    suite.secrets(other)
    form = b"payload=%7B%22action%22%3A%22opened%22%7D"
    suite.valid("form body, signed as sent", body=form, headers=sign(form))
    suite.valid("tag in upper-case hex", headers=header("sha256=" + tag.hex().upper()))
    suite.valid("legacy header beside a right one is ignored",
                headers=sign() + [["X-Hub-Signature", "sha1=" + "0" * 40]])

    suite.invalid("newline after the body", body=body + b"\n")
    suite.invalid("signature missing", headers=suite.headers("X-Hub-Signature-256", None))
    suite.invalid("legacy header alone", headers=header(sha1, "X-Hub-Signature"))
    suite.invalid("legacy header right, the other wrong",
                  headers=header("sha256=" + wrong.hex()) + [["X-Hub-Signature", sha1]])
    suite.invalid("sha1 in the sha256 header", headers=header(sha1))
    suite.invalid("prefix missing", headers=header(tag.hex()))
    suite.invalid("prefix wrong", headers=header("sha512=" + tag.hex()))
    suite.invalid("prefix in upper case", headers=header("SHA256=" + tag.hex()))
    for name, text in bad_hex(tag):
        suite.invalid(name, headers=header("sha256=" + text))
    suite.twice("X-Hub-Signature-256", "sha256=" + wrong.hex())
    return suite


SPEC_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SPEC_ID, SPEC_TIME, SPEC_BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
SPEC_TAG = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
SPEC_DECOY = "Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
OTHER_WHSEC = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def standard_tag(key, ident, t, body):
    """HMAC-SHA256 base64 over `id.timestamp.body` behind `v1,`."""
    return "v1," + b64(mac("sha256", key, ident, ".", t, ".", body))


def standard_headers(family, ident, t, signature):
    return [[f"{family}-id", ident], [f"{family}-timestamp", t], [f"{family}-signature", signature]]


def standard_webhooks():
    body = b'{"type":"contact.created","timestamp":"2022-11-03T20:26:10.344522Z","data":{"id":"1f81eb52"}}'
    ident, key = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", whsec(SPEC_SECRET)

    def header(signature, ident=ident, t=T):
        return standard_headers("webhook", ident, t, signature)

    def sign(body=body, key=key, ident=ident, t=T):
        return header(standard_tag(key, ident, t, body), ident, t)

    suite = Suite(body, SPEC_SECRET, sign(), id=ident, type="contact.created")
    tag = mac("sha256", key, ident, ".", T, ".", body)
    ours, wrong = standard_tag(key, ident, T, body), standard_tag(whsec(OTHER_WHSEC), ident, T, body)

    assert standard_tag(key, SPEC_ID, SPEC_TIME, SPEC_BODY) == SPEC_TAG
    example = {"body": SPEC_BODY, "headers": header(SPEC_TAG, SPEC_ID, SPEC_TIME), "now": int(SPEC_TIME),
               "id": SPEC_ID, "type": None, "source": "standard-webhooks libraries/python/tests/test_webhooks.py"}
    suite.valid("example of the Python library", **example)
    suite.valid("the same with the secret written without whsec_", **example | {
        "secrets": [SPEC_SECRET.removeprefix("whsec_")]})
    several = f"v1,{SPEC_DECOY} v2,{SPEC_DECOY} {SPEC_TAG} v1,{SPEC_DECOY}"
    suite.valid("the same, third of four signatures ours", **example | {
        "headers": header(several, SPEC_ID, SPEC_TIME)})
    suite.invalid("the same, last symbol changed", **example | {
        "headers": header(SPEC_TAG.replace("1OE=", "1OA="), SPEC_ID, SPEC_TIME)})

    rust = {"ident": "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", "t": "1649367553"}
    published = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
    payload = b'{"email":"test@example.com","username":"test_user"}'
    assert standard_tag(whsec(OTHER_WHSEC), rust["ident"], rust["t"], payload) == published
    suite.valid("example of the Rust library", body=payload, secrets=[OTHER_WHSEC], headers=header(published, **rust),
                now=int(rust["t"]), id=rust["ident"], type=None,
                source="standard-webhooks libraries/rust/src/lib.rs test_sign")

    suite.bodies(sign, id=ident, type=...)
    suite.tolerance()
    suite.valid("v1a beside v1 is ignored", headers=header(f"v1a,{b64(tag + tag)} {ours}"))
    suite.valid("16 signatures, the last ours", headers=header(" ".join([wrong] * 15 + [ours])))
    suite.invalid("17 signatures, the last ours", headers=header(" ".join([wrong] * 16 + [ours])))

    suite.invalid("id changed", headers=suite.headers("webhook-id", ident[:-1] + "X"))
    suite.invalid("timestamp changed by a second", headers=suite.headers("webhook-timestamp", str(NOW + 1)))
    suite.invalid("key taken as text, whsec_ included", headers=sign(key=SPEC_SECRET))
    suite.invalid("version missing", headers=header(b64(tag)))
    suite.invalid("version in upper case", headers=header("V1," + b64(tag)))
    suite.invalid("version unknown", headers=header("v2," + b64(tag)))
    for name, text in bad_base64(tag, "tag cut in half", "tag empty", "tag with spare bits set in the last symbol"):
        suite.invalid(name, headers=header("v1," + text))
    suite.twice("webhook-signature", wrong)
    suite.twice("webhook-id", ident + "X")
    return suite


def svix():
    body = b'{"type":"user.created","data":{"id":"user_1010"}}'
    ident, key = "msg_2b0KuXq5x8wPjYb1Zq4n0lWm0aZ", whsec(SPEC_SECRET)

    def header(signature, ident=ident, t=T):
        return standard_headers("svix", ident, t, signature)

    def sign(body=body, key=key, ident=ident, t=T):
        return header(standard_tag(key, ident, t, body), ident, t)

    suite = Suite(body, SPEC_SECRET, sign(), id=ident, type="user.created")
    tag, ours = mac("sha256", key, ident, ".", T, ".", body), standard_tag(key, ident, T, body)

    ping, secret = b'{"event_type":"ping","data":{"success":true}}', "whsec_plJ3nmyCDGBKInavdOK15jsl"
    docs = {"ident": "msg_loFOjxBNrRLzqYUf", "t": "1731705121"}
    published = "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
    assert standard_tag(whsec(secret), docs["ident"], docs["t"], ping) == published
    suite.valid("example of the documentation", body=ping, secrets=[secret], headers=header(published, **docs),
                now=int(docs["t"]), id=docs["ident"], type=None,
                source="docs.svix.com: Verifying webhooks manually")
    suite.valid("example of the libraries", body=SPEC_BODY, headers=header(SPEC_TAG, SPEC_ID, SPEC_TIME),
                now=int(SPEC_TIME), id=SPEC_ID, type=None, source="svix-webhooks library tests")
    suite.valid("unbranded headers", headers=standard_headers("webhook", ident, T, ours))
    text = noted(body, "Zoë – 日本")
    suite.valid("body beyond ASCII", body=text, headers=sign(text))
    suite.secrets(OTHER_WHSEC)

    suite.valid("id of 256 bytes", headers=sign(ident="m" * 256), id="m" * 256)
    for name, odd in {"id of 257 bytes": "m" * 257, "id empty": "", "id with a full stop": "msg.1",
                      "id with a space": "msg 1"}.items():
        suite.invalid(name + ", signed as sent", headers=sign(ident=odd))
    other = standard_headers("webhook", "msg_of_somebody_else", T, ours)
    suite.invalid("both families of headers, the branded one signed", headers=sign() + other)
    suite.invalid("both families of headers, the other one signed",
                  headers=standard_headers("svix", "msg_of_somebody_else", T, ours) +
                  standard_headers("webhook", ident, T, ours))

    for name, odd in odd_times(T):
        suite.invalid(f"timestamp with {name}, signed as sent", headers=sign(t=odd))
    for name, odd in odd_times(T, "plus sign", "leading zeros"):
        suite.invalid(f"timestamp with {name}, signed as the plain number", headers=header(ours, t=odd))
    suite.invalid("timestamp in milliseconds", headers=sign(t=MS))
    for name, odd in bad_base64(tag, "tag one byte short", "tag one byte longer", "tag without padding",
                                "tag in the url-safe alphabet"):
        suite.invalid(name, headers=header("v1," + odd))
    suite.twice("svix-timestamp", str(NOW + 1))
    return suite


def slack():
    """HMAC-SHA256 hex over `v0:timestamp:body` behind `v0=`."""
    body = (b'{"type":"event_callback","event_id":"Ev08MFMKH6","event_time":1234567890,"team_id":"T061EG9RZ",'
            b'"event":{"type":"reaction_added","user":"U061F1EUR"}}')
    secret, other = "8f742231b10e8888abcd99yyyzzz85a5", "b5c9f0d1e2a34b56978899aabbccddee"

    def header(value, t=T):
        return [["X-Slack-Request-Timestamp", t], ["X-Slack-Signature", value]]

    def tag(body=body, key=secret, t=T):
        return mac("sha256", key, "v0:", t, ":", body)

    def sign(body=body, key=secret, t=T):
        return header("v0=" + tag(body, key, t).hex(), t)

    suite = Suite(body, secret, sign(), id="Ev08MFMKH6", type="reaction_added")

    form = (b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
            b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
            b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
            b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c")
    published = "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert tag(form, t="1531420618").hex() == published
    suite.valid("example of the documentation", body=form, headers=header("v0=" + published, "1531420618"),
                now=1531420618, id=None, type=None, source="docs.slack.dev: Verifying requests from Slack")
    suite.valid("event callback")
    hello = b'{"token":"Jhj5dZrVaK7ZwHHjRyZWjbDl","challenge":"3eZbrw1aBm2r","type":"url_verification"}'
    suite.valid("url verification", body=hello, headers=sign(hello), id=None, type="url_verification")
    form_type = [["Content-Type", "application/x-www-form-urlencoded"]]
    answered = {"response": {"status": 200, "headers": {}, "body": ""}, "id": ..., "type": ..., "headers": form_type}
    suite.valid("unsigned test of the certificate", body=b"ssl_check=1&token=Jhj5dZrVaK7ZwHHjRyZWjbDl", **answered)
    suite.invalid("unsigned test that says 0", body=b"ssl_check=0&token=Jhj5dZrVaK7ZwHHjRyZWjbDl", headers=form_type)
    suite.invalid("unsigned test twice", body=b"ssl_check=1&ssl_check=1", headers=form_type)
    suite.invalid("unsigned test without its content type", body=b"ssl_check=1", headers=[])
    suite.invalid("unsigned test in JSON", body=b'{"ssl_check":1}', headers=form_type)
    suite.invalid("url verification, unsigned", body=hello, headers=[])
    suite.invalid("url verification, unsigned, said to be a form", body=hello, headers=form_type)
    suite.invalid("unsigned test with a signature", body=b"ssl_check=1", headers=form_type + header("v0=" + "0" * 64))
    click = b"payload=%7B%22type%22%3A%22block_actions%22%2C%22trigger_id%22%3A%2212.34%22%7D"
    suite.valid("interaction", body=click, headers=sign(click), id=None, type="block_actions")
    suite.bodies(sign, empty=False)
    suite.secrets(other)
    suite.tolerance()
    suite.valid("tag in upper-case hex", headers=header("v0=" + tag().hex().upper()))

    suite.invalid("timestamp changed by a second", headers=suite.headers("X-Slack-Request-Timestamp", str(NOW + 1)))
    for name, prefix in {"missing": "", "of another version": "v1=", "in upper case": "V0="}.items():
        suite.invalid("prefix " + name, headers=header(prefix + tag().hex()))
    for name, text in bad_hex(tag(), "tag cut in half", "tag empty"):
        suite.invalid(name, headers=header("v0=" + text))
    for name, odd in odd_times(T, "plus sign", "leading zeros", "fraction", "underscores"):
        suite.invalid(f"timestamp with {name}, signed as sent", headers=sign(t=odd))
    suite.invalid("timestamp in milliseconds", headers=sign(t=MS))
    suite.twice("X-Slack-Signature", "v0=" + tag(key=other).hex())
    suite.twice("X-Slack-Request-Timestamp", str(NOW + 1))
    return suite


def shopify():
    """HMAC-SHA256 base64 over the body; two families of header names."""
    body = b'{"id":820982911946154503,"email":"jon@example.com","total_price":"254.98"}'
    secret, other, name = "hush", "shpss_0123456789abcdef0123456789abcdef", "X-Shopify-Hmac-Sha256"
    event = "98880550-7158-44d4-b7cd-2c97c8a091b5"

    def header(value):
        return [["X-Shopify-Topic", "orders/create"], [name, value],
                ["X-Shopify-Shop-Domain", "johns-apparel.myshopify.com"], ["X-Shopify-Event-Id", event]]

    def sign(body=body, key=secret):
        return header(b64(mac("sha256", key, body)))

    told = {"id": event, "type": "orders/create"}
    suite = Suite(body, secret, sign(), **told)
    tag, wrong = mac("sha256", secret, body), b64(mac("sha256", other, body))

    order = ('{"id":820982911946154508,"admin_graphql_api_id":"gid://shopify/Order/820982911946154508",'
             '"email":"jon@example.com","total_price":"254.98","note":"café"}').encode()
    published = "OiGZhmf4xEiWcARoYogjgxzjTRj7Uyf3AT0C9kD9I6k="
    assert sign(order) == header(published)
    run = "tag by createSHA256HMAC of npm @shopify/shopify-api@13.1.0"
    suite.valid("order", body=order, headers=header(published), source=run)
    events = [["shopify-topic", "Product"], ["shopify-hmac-sha256", published], ["shopify-event-id", event]]
    suite.valid("second family of headers", body=order, headers=events, type="Product", source=run)
    suite.valid("no event id", headers=suite.headers("X-Shopify-Event-Id", None), id=None)
    webhook = "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"
    suite.valid("a webhook id and no event id", id=webhook,
                headers=suite.headers("X-Shopify-Event-Id", None) + [["X-Shopify-Webhook-Id", webhook]])
    suite.valid("a webhook id beside the event id", headers=sign() + [["X-Shopify-Webhook-Id", webhook]])
    suite.valid("both families with the same", headers=sign() + [["shopify-topic", "orders/create"], ["shopify-event-id", event]])
    for other, value in {"topic": "orders/paid", "event-id": webhook, "shop-domain": "another.myshopify.com"}.items():
        suite.invalid(f"another {other} in the second family", headers=sign() + [["shopify-" + other, value]])
    suite.bodies(sign, empty=False, **told)
    suite.secrets(other)

    suite.invalid("signature missing", headers=suite.headers(name, None))
    for spoilt, text in bad_base64(tag):
        suite.invalid(spoilt, headers=header(text))
    suite.invalid("both families, the second wrong", headers=sign() + [["shopify-hmac-sha256", wrong]])
    suite.invalid("both families, the first wrong", headers=header(wrong) + [["shopify-hmac-sha256", b64(tag)]])
    suite.twice(name, wrong)
    return suite


def square():
    """HMAC-SHA256 base64 over the registered URL, then the body."""
    body = (b'{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification",'
            b'"event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z",'
            b'"data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}')
    secret, other, name = "Ibxx_5AKakO-3qeNVR61Dw", "MCmhFRxGX82xMwg5FsaoQA", "x-square-hmacsha256-signature"
    path = "/679a4f3a-dcfa-49ee-bac5-9d0edad886b9"
    url = "https://webhook.site" + path

    def header(value):
        return [[name, value]]

    def sign(body=body, key=secret, url=url):
        return header(b64(mac("sha256", key, url, body)))

    suite = Suite(body, secret, sign(), path_and_query=path, url=url,
                  id="ac3ac95b-f97d-458c-a6e6-18981597e05f", type="webhooks.test_notification")
    tag, wrong = mac("sha256", secret, url, body), b64(mac("sha256", other, url, body))

    sdk = "square-python-sdk tests/integration/test_webhooks_helper.py"
    assert b64(tag) == "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4="
    suite.valid("example of the SDK", source=sdk)
    escaped, published = b'{"data":{"type":"webhooks","id":">id<"}}', "Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U="
    assert sign(escaped, "signature-key", "https://webhook.site/webhooks") == header(published)
    suite.valid("second example of the SDK", body=escaped, secrets=["signature-key"], path_and_query="/webhooks",
                url="https://webhook.site/webhooks", headers=header(published), id=None, type=None, source=sdk)
    suite.invalid("SDK: another path", path_and_query="/79a4f3a-dcfa-49ee-bac5-9d0edad886b9",
                  url="https://webhook.site/79a4f3a-dcfa-49ee-bac5-9d0edad886b9", source=sdk)
    suite.invalid("SDK: another day in the body", body=body.replace(b"2022-07-13", b"2022-06-13"), source=sdk)
    suite.invalid("SDK: a signature of SHA-1 length", headers=header("1z2n3DEJJiUPKcPzQo1ftvbxGdw="), source=sdk)

    suite.bodies(sign, empty=False)
    suite.secrets(other)
    asked = sign(url=url + "?shop=7&mode=live")
    suite.valid("query signed as received", headers=asked, path_and_query=path + "?shop=7&mode=live")
    suite.valid("empty query keeps its question mark", headers=sign(url=url + "?"), path_and_query=path + "?")
    suite.invalid("query signed, none received", headers=asked)
    suite.invalid("query changed", headers=asked, path_and_query=path + "?shop=8&mode=live")
    suite.invalid("query in another order", headers=asked, path_and_query=path + "?mode=live&shop=7")
    suite.invalid("url of another scheme", url=url.replace("https:", "http:"))
    suite.invalid("url of another host", url=url.replace("webhook.site", "webhook.example"))
    suite.invalid("url with the port", url=url.replace("webhook.site", "webhook.site:443"))
    suite.invalid("url with a trailing slash", url=url + "/")
    suite.invalid("body signed without the url", headers=sign(url=""))
    suite.invalid("retired SHA-1 header", headers=[["x-square-signature", b64(mac("sha1", secret, url, body))]])
    for spoilt, text in bad_base64(tag, "tag one byte short", "tag doubled", "tag empty",
                                   "tag with spare bits set in the last symbol", "tag in hex"):
        suite.invalid(spoilt, headers=header(text))
    suite.twice(name, wrong)
    return suite


def hubspot():
    """Version 3: HMAC-SHA256 base64 over method, URL, body, timestamp (milliseconds as sent)."""
    body = b'[{"eventId":100,"subscriptionType":"contact.creation","objectId":123,"attemptNumber":0}]'
    secret, other = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy", "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz"
    path, url, name = "/webhook_uri", "https://www.example.com/webhook_uri", "X-HubSpot-Signature-v3"

    def header(value, t=MS):
        return [["X-HubSpot-Request-Timestamp", t], [name, value]]

    def sign(body=body, key=secret, t=MS, url=url, method="POST"):
        return header(b64(mac("sha256", key, method, url, body, t)), t)

    suite = Suite(body, secret, sign(), path_and_query=path, url=url, id="100", type="contact.creation")
    tag = mac("sha256", secret, "POST", url, body, MS)

    sdk, published = b"{'example_field':'example_value'}", "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="
    assert sign(sdk, t="1693657560000") == header(published, "1693657560000")
    suite.valid("example of the Python SDK", body=sdk, headers=header(published, "1693657560000"), now=1693657560,
                id=..., type=..., source="hubspot-api-python tests/spec/utils/test_signature.py")
    suite.bodies(sign)
    suite.secrets(other)
    suite.tolerance()
    asked = sign(url=url + "?tenant=acme")
    suite.valid("query signed as received", path_and_query=path + "?tenant=acme", headers=asked)
    suite.invalid("query changed", path_and_query=path + "?tenant=acmf", headers=asked)
    card = {"method": "GET", "body": b"", "id": None, "type": None}
    suite.valid("a card by GET, an address unescaped", **card, path_and_query=path + "?userEmail=a%40b.example&hs_object_id=1",
                headers=sign(b"", url=url + "?userEmail=a@b.example&hs_object_id=1", method="GET"))
    marks = ":/?@!$'()*,;"
    escaped = "".join(f"%{ord(mark):02X}" for mark in marks)
    suite.valid("every escape of the page", **card, path_and_query=path + "?a=" + escaped,
                headers=sign(b"", url=url + "?a=" + marks, method="GET"))
    suite.valid("escapes in lower case", **card, path_and_query=path + "?a=" + escaped.lower(),
                headers=sign(b"", url=url + "?a=" + marks, method="GET"))
    suite.valid("an escape that stays", **card, path_and_query=path + "?a=%20%26%3D%25%C3%AB",
                headers=sign(b"", url=url + "?a=%20%26%3D%25%C3%AB", method="GET"))
    suite.invalid("an escape that stays, unescaped", **card, path_and_query=path + "?a=%26",
                  headers=sign(b"", url=url + "?a=&", method="GET"))
    suite.invalid("escapes signed as sent", **card, path_and_query=path + "?a=%40",
                  headers=sign(b"", url=url + "?a=%40", method="GET"))
    suite.invalid("url of another scheme", url=url.replace("https:", "http:"))
    suite.invalid("url of another host", url=url.replace("www.", ""))
    suite.invalid("url with a trailing slash", url=url + "/")
    suite.invalid("signed for POST, sent as PUT", method="PUT")
    suite.invalid("signed for PUT and sent as PUT", method="PUT", headers=sign(method="PUT"))
    suite.invalid("timestamp changed by a millisecond", headers=suite.headers("X-HubSpot-Request-Timestamp", T + "001"))
    suite.invalid("timestamp in seconds", headers=sign(t=T))
    for odd, text in odd_times(MS, "plus sign", "leading zeros"):
        suite.invalid(f"timestamp with {odd}, signed as sent", headers=sign(t=text))
    version2 = hashlib.sha256(raw(secret) + b"POST" + raw(url) + body).hexdigest()
    suite.invalid("version 2 alone", headers=[["X-HubSpot-Signature", version2], ["X-HubSpot-Signature-Version", "v2"],
                                              ["X-HubSpot-Request-Timestamp", MS]])
    for spoilt, text in bad_base64(tag, "tag cut in half", "tag empty", "tag without padding"):
        suite.invalid(spoilt, headers=header(text))
    suite.twice(name, b64(mac("sha256", other, "POST", url, body, MS)))
    return suite


def bare_hex(name, algorithm, body, secret, other, **told):
    """HMAC hex over the body, nothing around it: Paystack, NextPay, CodeSpar's form A."""

    def header(value):
        return [[name, value]]

    def sign(body=body, key=secret):
        return header(mac(algorithm, key, body).hex())

    suite = Suite(body, secret, sign(), **told)
    tag = mac(algorithm, secret, body)
    suite.valid("event")
    suite.valid("tag in upper-case hex", headers=header(tag.hex().upper()))
    suite.bodies(sign)
    suite.secrets(other)
    suite.invalid("signature missing", headers=[])
    suite.invalid("newline after the body", body=body + b"\n")
    for spoilt, text in bad_hex(tag):
        suite.invalid(spoilt, headers=header(text))
    suite.invalid("tag in base64", headers=header(b64(tag)))
    suite.invalid("a prefix", headers=header(f"{algorithm}={tag.hex()}"))
    suite.twice(name, mac(algorithm, other, body).hex())
    return suite, header


def paystack():
    body = b'{"event":"charge.success","data":{"id":302961,"reference":"qTPrJoy9Bx","amount":10000}}'
    secret = "sk_test_4f1b0c7d9e2a"
    suite, header = bare_hex("x-paystack-signature", "sha512", body, secret, "sk_live_8c3d5e6f7a1b",
                             id=None, type="charge.success")
    suite.invalid("SHA-256 where SHA-512 is due", headers=header(mac("sha256", secret, body).hex()))
    return suite


def nextpay():
    body = b'{"id":"evt_01HZX","type":"payout_request.completed","data":{"id":"pr_1","amount":1000}}'
    secret = "nextpay-webhook-secret"
    suite, header = bare_hex("x-nextpay-signature", "sha256", body, secret, "nextpay-webhook-secret-2",
                             id="evt_01HZX", type="payout_request.completed")
    suite.invalid("t= and v1= of another product of that name",
                  headers=header(f"t={T},v1={mac('sha256', secret, T, '.', body).hex()}"))
    suite.invalid("header of the first API version", headers=[["signature", mac("sha256", secret, body).hex()]])
    return suite


CODESPAR_SECRET = "whsec_3k2j4h5g6f7d8s9a0p1o2i3u4y5t6r7e"
CODESPAR_OTHER = "whsec_9z8y7x6w5v4u3t2s1r0q9p8o7n6m5l4k"


def codespar():
    """Both forms. The secret is used as text, `whsec_` included."""
    body = b'{"event":"payment.confirmed","payment_id":"pay_1","amount":15000,"customer":{"cpf":"00000000000"}}'
    suite, header = bare_hex("X-CodeSpar-Signature", "sha256", body, CODESPAR_SECRET, CODESPAR_OTHER,
                             id=None, type="payment.confirmed")
    suite.invalid("key decoded as base64 after whsec_",
                  headers=header(mac("sha256", whsec(CODESPAR_SECRET), body).hex()))
    suite.invalid("key without whsec_",
                  headers=header(mac("sha256", CODESPAR_SECRET.removeprefix("whsec_"), body).hex()))
    timed = mac("sha256", CODESPAR_SECRET, T, ".", body).hex()
    suite.valid("the form with a time", headers=header(f"t={T},v1={timed}"))
    suite.invalid("the form with a time, stale", headers=header(f"t={T},v1={timed}"), now=int(T) + 301)
    suite.invalid("a tag of the form with a time, sent bare", headers=header(timed))
    suite.invalid("a tag of the bare form, sent with a time",
                  headers=header(f"t={T},v1={mac('sha256', CODESPAR_SECRET, body).hex()}"))
    return suite


def codespar_v1():
    """Form B: `t=,v1=` with HMAC-SHA256 hex over `t.body`."""
    body = (b'{"id":"evt_s1","type":"commerce.charge.paid","source":"celcoin",'
            b'"occurred_at":"2026-09-23T18:00:58Z","data":{"payment_id":"ch_1"}}')
    name, secret = "X-CodeSpar-Signature", CODESPAR_SECRET

    def header(value):
        return [[name, value], ["X-CodeSpar-Event", "commerce.charge.paid"], ["X-CodeSpar-Event-Id", "evt_s1"]]

    def tag(body=body, key=secret, t=T):
        return mac("sha256", key, t, ".", body)

    def sign(body=body, key=secret, t=T):
        return header(f"t={t},v1={tag(body, key, t).hex()}")

    suite = Suite(body, secret, sign(), id="evt_s1", type="commerce.charge.paid")
    ours = tag().hex()
    suite.valid("event")
    suite.bodies(sign)
    suite.secrets(CODESPAR_OTHER)
    suite.tolerance()
    suite.invalid("t changed by a second", headers=header(f"t={NOW + 1},v1={ours}"))
    suite.invalid("t missing", headers=header(f"v1={ours}"))
    suite.invalid("t empty", headers=header(f"t=,v1={tag(t='').hex()}"))
    suite.invalid("two t, the signed one first", headers=header(f"t={T},t={NOW + 1},v1={ours}"))
    suite.invalid("two t, the signed one last", headers=header(f"t={NOW + 1},t={T},v1={ours}"))
    suite.invalid("v0 only", headers=header(f"t={T},v0={ours}"))
    suite.invalid("form A", headers=header(mac("sha256", secret, body).hex()))
    suite.invalid("t in milliseconds", headers=sign(t=MS))
    for odd, text in odd_times(T, "plus sign", "leading zeros", "fraction", "underscores"):
        suite.invalid(f"t with {odd}, signed as sent", headers=sign(t=text))
    for spoilt, text in bad_hex(tag(), "tag one character short", "tag doubled", "tag empty"):
        suite.invalid(spoilt, headers=header(f"t={T},v1={text}"))
    suite.twice(name, f"t={T},v1={tag(key=CODESPAR_OTHER).hex()}")
    return suite


def nfeio():
    """HMAC-SHA1 upper-case hex over the body behind `sha1=`."""
    body = (b'{"id":"4efa03baf6014b788e591da82efbaba8","action":"service_invoice.issued_successfully",'
            b'"payload":{"id":"5f0c9","flowStatus":"Issued"}}')
    name = "X-Hub-Signature"
    secret, other = "probe-secret-32chars-minimum-length-1", "probe-secret-32chars-minimum-length-2"

    def header(value):
        return [[name, value], ["User-Agent", "HookShoot/2.0"]]

    def sign(body=body, key=secret):
        return header("sha1=" + mac("sha1", key, body).hex().upper())

    suite = Suite(body, secret, sign(), id="4efa03baf6014b788e591da82efbaba8",
                  type="service_invoice.issued_successfully")
    tag = mac("sha1", secret, body)

    captures = [
        ("9dd4c3e9df4043adb11df22dcd9d8ce1", '"product_invoice.issued_successfully"', "2026-06-11T01:21:16.6890073",
         "2026-06-11T01:21:16.6890199", "22E979F2F1281DADB4F883975D951732DE5D396A"),
        ("ad1010b0f66441419454e5e283cce64b", '"service_invoice.issued_successfully"', "2026-06-11T01:21:22.9932699",
         "2026-06-11T01:21:22.9932884", "E7EA893E16D32963590D3BE3682D0DEAE69DBFE0"),
        ("838e219848084fbf8946d3d9053eb20b", '"product_invoice.issued_successfully",'
         '"service_invoice.issued_successfully","consumer_invoice.issued_successfully"', "2026-06-11T01:21:29.528298",
         "2026-06-11T01:21:29.5283077", "7C0CA49581E5C2E5DF76588CF99CB38BC133E931"),
    ]
    for number, (hook, filters, created, modified, published) in enumerate(captures, 1):
        ping = (f'{{"action":"ping","webHook":{{"Id":"{hook}",'
                f'"Uri":"https://webhook.site/002aedc9-653d-49f9-8a81-9cc88dd741cb","Secret":"{secret}",'
                f'"ContentType":"json","InsecureSsl":false,"Status":"active","Filters":[{filters}],'
                f'"CreatedOn":"{created}+00:00","ModifiedOn":"{modified}+00:00"}}}}').encode()
        assert sign(ping) == header("sha1=" + published)
        suite.valid(f"live capture {number}", body=ping, headers=header("sha1=" + published), now=1781140900,
                    id=None, type="ping", source="nfe/client-nodejs tests/fixtures/webhook-signatures.json")

    suite.valid("tag in lower-case hex", headers=header("sha1=" + tag.hex()))
    suite.bodies(sign)
    suite.secrets(other)
    sha256 = mac("sha256", secret, body).hex()
    suite.invalid("signature missing", headers=suite.headers(name, None))
    suite.invalid("header of the prose documentation", headers=[["X-NFe-Signature", "sha1=" + tag.hex().upper()]])
    suite.invalid("SHA-256 of the prose documentation", headers=header("sha256=" + sha256))
    suite.invalid("SHA-256 behind sha1=", headers=header("sha1=" + sha256.upper()))
    suite.invalid("prefix missing", headers=header(tag.hex().upper()))
    suite.invalid("prefix wrong", headers=header("sha256=" + tag.hex().upper()))
    suite.invalid("prefix in upper case", headers=header("SHA1=" + tag.hex().upper()))
    for spoilt, text in bad_hex(tag):
        suite.invalid(spoilt, headers=header("sha1=" + text))
    suite.twice(name, "sha1=" + mac("sha1", other, body).hex().upper())
    return suite


def docusign():
    """HMAC-SHA256 base64 over the body, a numbered header for each key; the key looks like base64 but is text."""
    body = (b'{"event":"envelope-completed","apiVersion":"v2.1","retryCount":0,'
            b'"generatedDateTime":"2023-11-14T22:13:20.0000000Z","data":{"accountId":"1","envelopeId":"4"}}')
    secret = "q1HhTz0c0l3yPp2vVw9Xg5sR7uE4mN8kB6aJ1dF3iQY="
    other = "Zx8Lk2WnVb5Tt0Ry7Uu3Pp6Oo9Ii4Ee1Aa2Ss5Dd8Fg="

    def header(*values):
        numbered = [[f"X-DocuSign-Signature-{number}", value] for number, value in enumerate(values, 1)]
        return [["X-Authorization-Digest", "HMACSHA256"], ["X-DocuSign-AccountId", "1"]] + numbered

    def sign(body=body, key=secret):
        return header(b64(mac("sha256", key, body)))

    suite = Suite(body, secret, sign(), id=None, type="envelope-completed")
    tag, wrong = mac("sha256", secret, body), b64(mac("sha256", other, body))
    ours = b64(tag)
    suite.valid("one key")
    suite.valid("first of three headers ours", headers=header(ours, wrong, wrong))
    suite.valid("second of three headers ours", headers=header(wrong, ours, wrong))
    suite.valid("last of three headers ours", headers=header(wrong, wrong, ours))
    suite.valid("16 headers, the last ours", headers=header(*[wrong] * 15, ours))
    suite.invalid("17 headers, the last ours", headers=header(*[wrong] * 16, ours))
    suite.valid("both headers ours", secrets=[secret, other], headers=header(wrong, ours))
    suite.bodies(sign, id=..., type=...)
    suite.secrets(other)
    suite.invalid("none of three headers ours", headers=header(wrong, wrong, wrong))
    suite.invalid("header without a number", headers=[["X-DocuSign-Signature", ours]])
    suite.invalid("key decoded as base64", headers=sign(key=base64.b64decode(secret)))
    for spoilt, text in bad_base64(tag, "tag one byte short", "tag one byte longer", "tag doubled", "tag empty",
                                   "tag without padding", "tag with spare bits set in the last symbol",
                                   "tag in the url-safe alphabet", "tag in hex"):
        suite.invalid(spoilt, headers=header(text))
    suite.twice("X-DocuSign-Signature-1", wrong)
    return suite


def smartpay():
    """HMAC-SHA256 hex over `timestamp.body`, timestamp in milliseconds, key in base62."""
    body = (b'{"id":"evt_test_dwPfFKu5iSEKyHR2LFj9Lx","object":"event","createdAt":1653028523052,"test":true,'
            b'"eventData":{"type":"payment.created","version":"2022-02-18",'
            b'"data":{"id":"payment_test_35LxgmF5KM22XKG38BjpJg","object":"payment","test":true,'
            b'"createdAt":1653028523020,"updatedAt":1653028523020,"amount":200,'
            b'"currency":"JPY","order":"order_test_RiYq2rthzRHrkKVGeucSwn","reference":"order_ref_1234567",'
            b'"status":"processed","metadata":{}}}}')
    secret, other = "gybcsjixKyBW2d4z6iNPlaYzHUMtawnodwZt3W0q", "Qm7ZtV0xLs4eKw9RpD2yHc6BfN8gJa1UiE5oTz3X"
    name, clock = "Smartpay-Signature", "Smartpay-Signature-Timestamp"

    def tag(body=body, key=base62(secret), t=MS):
        return mac("sha256", key, t, ".", body)

    def header(value, t=MS):
        return [[name, value], [clock, t]]

    def sign(body=body, key=base62(secret), t=MS):
        return header(tag(body, key, t).hex(), t)

    suite = Suite(body, secret, sign(), id="evt_test_dwPfFKu5iSEKyHR2LFj9Lx", type="payment.created")

    published = "68007ada8485ea0ceca7c5e879ae860a50412b7af95ab8e81b32a3e13f3c0832"
    assert tag(t="1653028612220").hex() == published
    suite.valid("example of the SDK", headers=header(published, "1653028612220"), now=1653028612,
                source="smartpay-co/sdk-node test/unit.js, sdk-python test/specs/unit.py")
    zeros = "AA" + secret
    published = "30dbd75e7a1b1f55a9c0ac5b043dc3e08a901e4d634c0c67442502e3d93934d2"
    assert tag(key=base62(zeros), t="1653028612220").hex() == published
    suite.valid("secret with leading zero symbols", headers=header(published, "1653028612220"), now=1653028612,
                secrets=[zeros], source="tag by calculateWebhookSignature of npm @smartpay/sdk-node@0.9.1")
    suite.invalid("its zero bytes dropped from the key", headers=sign(), secrets=[zeros])
    suite.bodies(sign, id=..., type=...)
    suite.secrets(other)
    suite.tolerance()
    suite.valid("tag in upper-case hex", headers=header(tag().hex().upper()))

    suite.invalid("key taken as text", headers=sign(key=secret))
    suite.invalid("body signed without the timestamp", headers=header(mac("sha256", base62(secret), body).hex()))
    suite.invalid("timestamp changed by a millisecond", headers=suite.headers(clock, T + "001"))
    suite.invalid("timestamp missing", headers=suite.headers(clock, None))
    suite.valid("timestamp in seconds, as in the guide", headers=sign(t=T))
    suite.valid("timestamp in seconds, 300 s old", headers=sign(t=str(NOW - 300)))
    suite.invalid("timestamp in seconds, 301 s old", headers=sign(t=str(NOW - 301)))
    suite.invalid("timestamp of eleven digits", headers=sign(t=T + "0"))
    for odd, text in odd_times(MS, "plus sign", "leading zeros", "fraction"):
        suite.invalid(f"timestamp with {odd}, signed as sent", headers=sign(t=text))
    for spoilt, text in bad_hex(tag(), "tag one character short", "tag empty"):
        suite.invalid(spoilt, headers=header(text))
    suite.twice(name, tag(key=base62(other)).hex())
    suite.twice(clock, T + "001")
    return suite


def mercadopago():
    """HMAC-SHA256 hex over a manifest of query id, request id and time; absent pairs are left out, no body."""
    body = b'{"id":12345,"live_mode":true,"type":"payment","action":"payment.created","data":{"id":"999999999"}}'
    secret, other = "your_secret_key_here", "another_secret_key_here"
    request, path = "2066ca19-c6f1-498a-be75-1923005edd06", "/webhooks/mercadopago"
    query = path + "?data.id=999999999&type=payment"

    def tag(key=secret, ident="999999999", request=request, ts=T):
        pairs = (("id", ident), ("request-id", request), ("ts", ts))
        return mac("sha256", key, "".join(f"{name}:{value};" for name, value in pairs if value)).hex()

    def header(value, request=request):
        return [["x-signature", value]] + ([["x-request-id", request]] if request else [])

    def sign(ts=T, request=request, **parts):
        return header(f"ts={ts},v1={tag(ts=ts, request=request, **parts)}", request)

    suite = Suite(body, secret, sign(), path_and_query=query, id="12345", type="payment")
    wrong = f"ts={T},v1={tag(other)}"
    order = {"body": b'{"id":"123456","type":"order","data":{"id":"ORD01JQ4S4KY8HWQ6NA5PXB65B3D3"}}',
             "path_and_query": path + "?data.id=ORD01JQ4S4KY8HWQ6NA5PXB65B3D3&type=order", "now": 1742505638,
             "source": "inputs of mercadopago/sdk-nodejs src/utils/webhook/webhook.spec.ts; tag derived",
             "id": "123456", "type": "order"}
    big = "ORD01JQ4S4KY8HWQ6NA5PXB65B3D3"

    suite.valid("payment, time in seconds")
    suite.valid("order, time in milliseconds, id signed as received", headers=sign("1742505638683", ident=big), **order)
    suite.valid("order, id signed in lower case", headers=sign("1742505638683", ident=big.lower()), **order)
    suite.invalid("order, id received in lower case but signed in upper", headers=sign("1742505638683", ident=big),
                  **order | {"path_and_query": path + f"?data.id={big.lower()}&type=order"})
    suite.secrets(other)
    suite.tolerance()
    suite.invalid("301 s old in milliseconds", headers=sign(MS), now=NOW + 301)
    suite.valid("99999999999 is seconds", headers=sign("9" * 11), now=99_999_999_999)
    suite.valid("100000000000 is milliseconds", headers=sign("1" + "0" * 11), now=100_000_000)
    suite.valid("space after the comma", headers=header(f"ts={T}, v1={tag()}"))
    suite.valid("another order, unknown elements around", headers=header(f"v2={tag(other)},v1={tag()},foo,ts={T}"))
    suite.valid("no data.id: the pair is left out", path_and_query=path, headers=sign(ident=None))
    suite.valid("no request id: the pair is left out", headers=sign(request=None))
    suite.valid("body changed, it is not signed", body=b'{"id":12346,"type":"plan"}', id="12346", type="plan")

    suite.invalid("data.id changed", path_and_query=path + "?data.id=111&type=payment")
    suite.invalid("data.id taken away, only the body has it", path_and_query=path + "?type=payment")
    suite.invalid("data.id twice", path_and_query=query + "&data.id=111")
    suite.invalid("request id changed", headers=suite.headers("x-request-id", request[:-1] + "7"))
    suite.invalid("request id taken away", headers=suite.headers("x-request-id", None))
    suite.invalid("ts changed by a second", headers=header(f"ts={NOW + 1},v1={tag()}"))
    suite.invalid("ts with leading zeros, signed as sent", headers=sign("00" + T))
    suite.invalid("v1 missing", headers=header(f"ts={T}"))
    suite.invalid("tag cut in half", headers=header(f"ts={T},v1={tag()[:32]}"))
    suite.twice("x-signature", wrong)
    return suite


def token(name, body, secret, other, also=(), **told):
    """The secret itself in a header; nothing else is proven."""

    def header(value, name=name):
        return [[name, value], *also]

    suite = Suite(body, secret, header(secret), **told)
    suite.valid("event")
    suite.valid("header name in upper case", headers=header(secret, name.upper()))
    suite.valid("body changed, it is not covered", body=noted(body, "changed"))
    suite.secrets(other)
    suite.invalid("token missing", headers=list(also))
    wrong = {"empty": "", "one character short": secret[:-1], "without its first character": secret[1:],
             "cut in half": secret[:len(secret) // 2], "one character longer": secret + "0", "doubled": secret * 2,
             "in another case": secret.swapcase(), "behind Bearer": "Bearer " + secret, "in quotes": f'"{secret}"',
             "in base64": b64(secret)}
    for kind, value in wrong.items():
        suite.invalid("token " + kind, headers=header(value))
    suite.invalid("token in another header", headers=header("Bearer " + secret, "Authorization"))
    suite.invalid("token in the query", headers=list(also), path_and_query=f"/webhook?{name.lower()}={secret}")
    suite.twice(name, other)
    return suite


def asaas():
    body = (b'{"id":"evt_05b708f961d739ea7eba7e4db318f621&368604920","event":"PAYMENT_RECEIVED",'
            b'"dateCreated":"2024-06-12 16:45:03","payment":{"object":"payment","id":"pay_080225913252"}}')
    return token("asaas-access-token", body, "6f1c2a44-3f5e-4a2c-9b2f-7d3e1a5b9c00",
                 "0a9b8c7d-6e5f-4a3b-9c2d-1e0f9a8b7c6d", id="evt_05b708f961d739ea7eba7e4db318f621&368604920",
                 type="PAYMENT_RECEIVED")


def gitlab_token():
    body, ident = b'{"object_kind":"push","ref":"refs/heads/main"}', "f5e5f430-f57b-4e6e-9fac-d9128cd7232f"
    event = ["X-Gitlab-Event", "Push Hook"]
    suite = token("X-Gitlab-Token", body, "s3cr3t-t0ken-of-the-project", "0ther-t0ken-of-the-project",
                  also=[event, ["Idempotency-Key", ident]], id=ident, type="Push Hook")
    suite.valid("no idempotency key", headers=[["X-Gitlab-Token", suite.good["secrets"][0]], event], id=None)
    return suite


def chargebee():
    """HTTP Basic; a secret is written user:password, split at the first colon."""
    body = (b'{"id":"ev_16BHbhF4s42tO2lK","occurred_at":1702645601,"source":"admin_console","object":"event",'
            b'"api_version":"v2","content":{},"event_type":"plan_created"}')
    secret, other = "hook???:>>>~~~ correct horse", "hook2:battery staple"

    def header(credentials, scheme="Basic "):
        return [["Authorization", scheme + b64(credentials)]]

    suite = Suite(body, secret, header(secret), id="ev_16BHbhF4s42tO2lK", type="plan_created")
    suite.valid("event")
    suite.valid("scheme in lower case", headers=header(secret, "basic "))
    suite.valid("body changed, it is not covered", body=noted(body, "changed"))
    suite.secrets(other)
    suite.valid("colons in the password", headers=header("cb_user:p:ss:word"), secrets=["cb_user:p:ss:word"])
    suite.valid("password beyond ASCII", headers=header("cb_user:wörd–日本"), secrets=["cb_user:wörd–日本"])
    suite.invalid("password cut at its colon", headers=header("cb_user:p"), secrets=["cb_user:p:ss:word"])
    suite.invalid("user taken up to the last colon", headers=header("cb_user:p:ss"), secrets=["cb_user:p:ss:word"])
    user, password = secret.split(":", 1)
    wrong = {"another password": f"{user}:no", "another user": f"hooky:{password}", "user only": user,
             "empty password": user + ":", "empty user": ":" + password, "only a colon": ":",
             "user and password exchanged": f"{password}:{user}", "password one character short": secret[:-1],
             "password one character longer": secret + "!", "newline in the password": secret + "\n"}
    for kind, credentials in wrong.items():
        suite.invalid(kind, headers=header(credentials))
    for spoilt, text in bad_base64(raw(secret), "tag without padding", "tag with spare bits set in the last symbol",
                                   "tag in the url-safe alphabet"):
        suite.invalid(spoilt.replace("tag", "credentials"), headers=[["Authorization", "Basic " + text]])
    suite.invalid("another scheme", headers=header(secret, "Bearer "))
    suite.invalid("no scheme", headers=header(secret, ""))
    suite.invalid("no credentials", headers=[["Authorization", "Basic"]])
    suite.invalid("credentials not encoded", headers=[["Authorization", "Basic " + secret]])
    suite.invalid("header missing", headers=[])
    suite.twice("Authorization", header(other)[0][1])
    return suite


def ifthenpay():
    """The key itself in the query of a GET; the parameter's name is the merchant's choice."""
    secret, other = "7b1d9e0c4a5f4e55b2a1c3d4e5f60718", "1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f"
    rest = "&orderId=1234&amount=10.50&requestId=i2szvoUfPYBMWdSxqO3n&payment_datetime=10-01-2024%2011%3A45%3A32"

    def ask(value, name="key", rest=rest):
        return f"/callback?{name}={value}{rest}"

    suite = Suite(b"", secret, [], method="GET", path_and_query=ask(secret), id="i2szvoUfPYBMWdSxqO3n", type=None)
    suite.valid("names of the documentation")
    suite.valid("names of the OpenCart module", id=..., path_and_query=(
        f"/callback?type=offline&ec=oc_3&mv=1.7&p=mbway&apk={secret}&tid=r1&val=10.50&oid=1234&pm=MBWAY"))
    suite.valid("names of the older modules", id=None, path_and_query=ask(
        secret, "chave", "&entidade=11111&referencia=123456789&valor=10.50"))
    suite.valid("key as the last parameter", path_and_query=f"/callback?requestId=r1&key={secret}", id="r1")
    suite.valid("no request id", path_and_query=ask(secret, rest="&orderId=1234"), id=None)
    suite.valid("amount changed, it is not covered", path_and_query=ask(secret, rest=rest.replace("10.50", "0.01")))
    suite.valid("key percent-encoded", path_and_query=ask("a%2Bb%2Fc%3Dd%26e-0123456789"),
                secrets=["a+b/c=d&e-0123456789"])
    suite.secrets(other)
    wrong = {"another": "0" * 32, "one character short": secret[:-1], "without its first character": secret[1:],
             "one character longer": secret + "0", "doubled": secret * 2, "empty": "", "in upper case": secret.upper(),
             "behind a space": "%20" + secret, "before a NUL": secret + "%00", "placeholder": "[ANTI_PHISHING_KEY]",
             "placeholder, encoded": "%5BANTI_PHISHING_KEY%5D"}
    for kind, value in wrong.items():
        suite.invalid("key " + kind, path_and_query=ask(value))
    suite.invalid("key missing", path_and_query="/callback?orderId=1234&amount=10.50")
    suite.invalid("no query", path_and_query="/callback")
    suite.invalid("key under another name", path_and_query=ask(secret, "apikey"))
    suite.invalid("key's name in upper case", path_and_query=ask(secret, "KEY"))
    suite.invalid("key in a header", path_and_query="/callback?orderId=1234", headers=[["key", secret]])
    suite.invalid("two keys, the right one first", path_and_query=ask(secret) + f"&key={other}")
    suite.invalid("two keys, the right one last", path_and_query=ask(other) + f"&key={secret}")
    return suite


PROVIDERS = [stripe, github, standard_webhooks, svix, slack, shopify, square, hubspot, paystack, nfeio, docusign,
             smartpay, mercadopago, codespar, codespar_v1, nextpay, asaas, gitlab_token, chargebee, ifthenpay]


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit("usage: generate.py [--check]")
    suites = {provider.__name__.replace("_", "-"): provider for provider in PROVIDERS} | TEMPLATES | CUSTOM | TOKENS | ASYMMETRIC | TOKEN_KEYS | CERTIFICATES | RSA_VALUES | MESSAGE_SIGNATURES
    stale = []
    strangers = set(known_answers.ANSWERS) - set(suites)
    if strangers and ASYMMETRIC:
        sys.exit("known answers of no provider: " + ", ".join(sorted(strangers)))
    for name, suite in suites.items():
        path = DATA / (name + ".json")
        text = json.dumps(known_answers.add(name, suite).vectors, indent=1, ensure_ascii=False) + "\n"
        if not check:
            DATA.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        elif not path.exists() or path.read_bytes() != text.encode():
            stale.append(path.name)
    if stale:
        sys.exit("differ from what generate.py writes: " + ", ".join(stale))


if __name__ == "__main__":
    main()
