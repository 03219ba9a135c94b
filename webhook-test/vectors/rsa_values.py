"""Senders that sign values of a body with RSA: Alipay, Paddle Classic, Bitso. Needs the package `cryptography`."""

import json
from urllib.parse import urlencode

from asymmetric import KEYS, pem, private, sign, spki
from suite import Suite, b64, bad_base64, flip

RSA_VALUES = {}
KEY, OTHER = (pem(private(name).public_key()) for name in ("rsa", "rsa-other"))


def provider(name):
    def keep(make):
        RSA_VALUES[name] = make
        return make

    return keep


def keys(suite):
    """What holds of all of them."""
    suite.valid("signed")
    suite.secrets(OTHER)
    suite.valid("the key in base64", secrets=[spki(private("rsa").public_key())])
    suite.valid("the key in a certificate", secrets=[(KEYS / "rsa.cert.pem").read_text()])


def form(fields):
    return urlencode(list(fields.items())).encode()


@provider("alipay")
def alipay():
    trade = {"gmt_create": "2023-11-14 22:13:20", "charset": "utf-8", "subject": "语雀空间 500 人规模", "notify_id": "2019081500222155622",
             "notify_type": "trade_status_sync", "trade_status": "TRADE_SUCCESS", "total_amount": "3.77", "app_id": "2019011762989246",
             "passback_params": "", "version": "1.0"}

    def text(fields, kept=()):
        signed = {name: value for name, value in fields.items() if value and (name not in ("sign", "sign_type") or name in kept)}
        return "&".join(f"{name}={signed[name]}" for name in sorted(signed)).encode()

    def body(fields=trade, key="rsa", by="rsa-sha256", signed=None, **more):
        fields = fields | {"sign_type": "RSA2"} | more
        message = text(fields) if signed is None else signed
        return form({name: value for name, value in (fields | {"sign": b64(sign(by, private(key), message))} | {
            name: more[name] for name in ("sign",) if name in more}).items() if value is not None})

    suite = Suite(body(), KEY, [["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"]], id=None, type=None)
    keys(suite)
    suite.valid("of the service market: sign_type is signed", body=body(signed=text(trade | {"sign_type": "RSA2"}, ["sign_type"])))
    suite.valid("fields in another order", body=b"&".join(reversed(body().split(b"&"))))
    suite.valid("spaces as percent-twenty", body=body().replace(b"+", b"%20"))
    suite.valid("an empty field more, which is not signed", body=body() + b"&remark=")
    suite.valid("a field in GBK", body=form(trade | {"sign_type": "RSA2"} | {"sign": b64(sign("rsa-sha256", private("rsa"), text(
        {n: v for n, v in trade.items() if n != "subject"}) .replace(b"&total_amount", b"&subject=\xd3\xef\xc8\xb8&total_amount")))}).replace(
            urlencode({"subject": trade["subject"]}).encode(), b"subject=%D3%EF%C8%B8"))
    for name in ("total_amount", "app_id", "notify_id", "subject", "trade_status"):
        suite.invalid(f"{name} changed", body=body(trade | {name: "9"}, signed=text(trade)))
        suite.invalid(f"{name} left out", body=body({n: v for n, v in trade.items() if n != name}, signed=text(trade)))
    suite.invalid("a field more", body=body() + b"&refund_fee=1")
    suite.invalid("a field twice", body=body() + b"&total_amount=3.77")
    suite.invalid("a field twice, once escaped", body=body() + b"&total%5Famount=3.77")
    suite.invalid("sign twice", body=body() + b"&sign=AAAA")
    suite.invalid("an empty field filled", body=body().replace(b"passback_params=", b"passback_params=x"))
    for odd in ("RSA", "rsa2", "", "RSA3", "HMAC", None):
        suite.invalid(f"sign_type {odd!r}", body=body(sign_type=odd, signed=text(trade)))
    suite.invalid("signed with SHA-1", body=body(by="rsa-sha1"))
    suite.invalid("signed with another key", body=body(key="rsa-other"))
    suite.invalid("values encoded before they were signed", body=body(signed=form(dict(sorted(trade.items())))))
    suite.invalid("sign missing", body=body(sign=None))
    good = sign("rsa-sha256", private("rsa"), text(trade))
    for kind, odd in bad_base64(good):
        suite.invalid(kind, body=body(sign=odd))
    suite.invalid("body empty", body=b"")
    suite.invalid("JSON", body=json.dumps(trade).encode())
    return suite


@provider("paddle-classic")
def paddle_classic():
    fields = {"alert_id": "1", "alert_name": "subscription_created", "email": "josé@example.org", "event_time": "2023-11-14 22:13:20",
              "marketing_consent": "", "quantity": "1", "status": "active"}

    def php(fields):
        pairs = "".join(f's:{len(n.encode())}:"{n}";s:{len(v.encode())}:"{v}";' for n, v in sorted(fields.items()))
        return f"a:{len(fields)}:{{{pairs}}}".encode()

    def body(fields=fields, key="rsa", by="rsa-sha1", signed=None, tag=None):
        message = php(fields) if signed is None else signed
        return form(fields | {"p_signature": b64(sign(by, private(key), message)) if tag is None else tag})

    suite = Suite(body(), KEY, [["Content-Type", "application/x-www-form-urlencoded"]], id=None, type=None)
    keys(suite)
    suite.valid("fields in another order", body=b"&".join(reversed(body().split(b"&"))))
    suite.valid("spaces as percent-twenty", body=body().replace(b"+", b"%20"))
    suite.valid("a value with quotes and semicolons", body=body(fields | {"passthrough": 'a";s:1:"b'}))
    suite.valid("a value with a line break", body=body(fields | {"passthrough": "a\r\nb"}))
    for name in fields:
        suite.invalid(f"{name} changed", body=body(fields | {name: "other"}, signed=php(fields)))
        suite.invalid(f"{name} left out", body=body({n: v for n, v in fields.items() if n != name}, signed=php(fields)))
    suite.invalid("a field more", body=body() + b"&x=1")
    suite.invalid("an empty field more", body=body() + b"&x=")
    suite.invalid("a field twice", body=body() + b"&status=active")
    suite.invalid("p_signature twice", body=body() + b"&p_signature=AAAA")
    suite.invalid("lengths in characters", body=body(signed=php(fields).replace(b"s:17:", b"s:16:")))
    suite.invalid("signed with SHA-256", body=body(by="rsa-sha256"))
    suite.invalid("signed with another key", body=body(key="rsa-other"))
    suite.invalid("p_signature missing", body=form(fields))
    for kind, odd in bad_base64(sign("rsa-sha1", private("rsa"), php(fields))):
        suite.invalid(kind, body=body(tag=odd))
    suite.invalid("body empty", body=b"")
    return suite


@provider("bitso")
def bitso():
    payload = ('{"fid":"c5b8d7f0073ee07d3b5487cabbb96f4a","status":"complete","currency":"mxn","amount":"100.00","rate":1.50,'
               '"details":{"sender_name":"JUAN , PEREZ"}}')

    def document(payload=payload):
        return f'{{"event":"funding","payload":{payload}}}'.encode()

    def headers(tag, kid="key-2026-01"):
        return [["x-bitso-webhook-event-signature", tag], ["x-bitso-key-id", kid]]

    def tag(payload=payload, key="rsa", by="rsa-sha256"):
        return sign(by, private(key), payload.encode())

    suite = Suite(document(), KEY, headers(b64(tag())), id=None, type="funding")
    keys(suite)
    suite.valid("white space between tokens", body=json.dumps(json.loads(document()), indent=2).replace("1.5", "1.50").encode())
    suite.valid("payload before event", body=f'{{"payload": {payload}, "event": "funding"}}'.encode())
    suite.valid("the event is not signed", body=document().replace(b"funding", b"withdrawal"), type="withdrawal")
    text = payload.replace("JUAN", "José \\u00e9 😀")
    suite.valid("beyond ASCII, as it was signed", body=document(text), headers=headers(b64(tag(text))))
    suite.valid("the configured id", settings={"kid": "key-2026-01"})
    suite.invalid("another id than the configured one", settings={"kid": "key-2026-02"})
    for name, odd in {"amount": ("100.00", "900.00"), "number": ("1.50", "1.5"), "space in a text": ("JUAN ,", "JUAN,"),
                      "name": ("fid", "wid"), "escape": ("JUAN", "\\u004aUAN")}.items():
        suite.invalid(f"{name} changed", body=document(payload.replace(*odd)))
    suite.invalid("members in another order", body=document(json.dumps(dict(reversed(list(json.loads(payload).items()))),
                                                                       separators=(",", ":"))))
    suite.invalid("two payloads", body=f'{{"payload":{{}},"event":"funding","payload":{payload}}}'.encode())
    suite.invalid("two payloads, one escaped", body=f'{{"p\\u0061yload":{{}},"event":"funding","payload":{payload}}}'.encode())
    suite.invalid("payload in another member", body=f'{{"event":{{"payload":{payload}}}}}'.encode())
    suite.invalid("payload missing", body=b'{"event":"funding"}')
    suite.invalid("signed with all of the body", headers=headers(b64(tag(document().decode()))))
    suite.invalid("signed with SHA-1", headers=headers(b64(tag(by="rsa-sha1"))))
    suite.invalid("signed with another key", headers=headers(b64(tag(key="rsa-other"))))
    suite.invalid("one bit", body=flip(document(), 60))
    suite.invalid("body empty", body=b"")
    suite.invalid("no JSON", body=payload.encode()[1:])
    for kind, odd in {"empty": "", "with a path": "../x", "long": "k" * 257}.items():
        suite.invalid(f"id {kind}", headers=headers(b64(tag()), odd))
    for kind, odd in bad_base64(tag()):
        suite.invalid(kind, headers=headers(odd))
    for name, wrong in {"x-bitso-webhook-event-signature": b64(tag(key="rsa-other")), "x-bitso-key-id": "x"}.items():
        suite.twice(name, wrong)
        suite.invalid(f"{name} missing", headers=suite.headers(name, None))
    return suite
