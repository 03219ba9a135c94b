"""Providers of which others' word alone is known: what is in `providers::unconfirmed`, by the formulas that it says it has.

That these vectors agree shows that the code does what its docs say, and not that the provider does.
"""

from suite import NOW, T, Suite, bad_hex, mac, raw
from templates import (
    DOT, OTHER_TEXT, TEXT, TEXT_IS_NO_KEY, basic, pairs, provider, standard, template, token, unbase64,
)
from tokens import b64url, compact

MERCURY = '{"id":"e1","resourceType":"transaction","operationType":"update"}'
HOOK = '{"id":"e1","type":"transactions.cleared"}'


def keyed(template, tags):
    return ",".join(f"{i}/SHA256/{tag}" for i, tag in enumerate(tags, 1))


def or_in(header):
    """The same proof under another name."""
    def also(row, suite):
        suite.valid("in the other header", headers=[[header, row.spell(row.tag(row.body, TEXT, T, row.id))]])
        suite.invalid("wrong in the other header", headers=[[header, row.spell(row.tag(row.body, OTHER_TEXT, T, row.id))]])
        suite.invalid("in neither", headers=[])

    return also


def any_key_name(row, suite):
    """What stands before the algorithm is the name of a key, which chooses nothing."""
    name = "something else before the tag"
    suite.vectors = [vector for vector in suite.vectors if vector["name"] != name]
    suite.valid("another name of the key", headers=row.headers("another/SHA256/" + row.signed()))
    suite.invalid("right tag as SHA512", headers=row.headers("1/SHA512/" + row.signed()))


template("assemblyai-agents", '{"event":"session.completed","event_id":"e1","session_id":"s1"}', DOT,
         header="X-AAI-Signature", shape="t={time},v1={tag}", time="shape", several=pairs("v1", time="t"))
standard("etsy", '{"event_type":"order.paid","shop_id":"1"}', type="order.paid", wrong_keys=TEXT_IS_NO_KEY)
token("iugu", "event=invoice.status_changed&data%5Bid%5D=1", "Authorization")
template("melhor-envio", '{"event":"order.posted","data":{"id":"1"}}', header="X-ME-Signature", encoding="base64",
         type="order.posted")
template("mercury", MERCURY, DOT, header="Mercury-Signature", shape="t={time},v1={tag}", time="shape", id="e1",
         type="transaction", several=pairs("v1", time="t"))
template("mercury-base64", MERCURY, DOT, header="Mercury-Signature", shape="t={time},v1={tag}", time="shape", id="e1",
         type="transaction", several=pairs("v1", time="t"), key=unbase64, wrong_keys=TEXT_IS_NO_KEY,
         secret="bWVyY3VyeS1zZWNyZXQtMDEyMzQ1Njc4OWFiY2Rl", other="bWVyY3VyeS1zZWNyZXQtMTEyMzQ1Njc4OWFiY2Rl")
basic("pagarme-v5-basic", '{"id":"hook_1","type":"order.paid"}', id="hook_1", type="order.paid")
template("primer", '{"eventType":"PAYMENT.STATUS","signedAt":"1700000000"}', header="X-Signature-Primary",
         encoding="base64", type="PAYMENT.STATUS", also=or_in("X-Signature-Secondary"))
template("ramp", HOOK, header="X-Ramp-Webhook-Signature", id="e1", type="transactions.cleared",
         also=or_in("X-Ramp-Signature"))
template("sift", '{"entity":{"type":"user","id":"1"},"decision":{"id":"block"}}', header="X-Sift-Science-Signature",
         shape="sha256={tag}", also=lambda row, suite: (
             suite.valid("SHA-1", headers=row.headers("sha1=" + mac("sha1", TEXT, row.body).hex())),
             suite.invalid("SHA-1 under another key", headers=row.headers("sha1=" + mac("sha1", OTHER_TEXT, row.body).hex())),
             suite.invalid("SHA-1 as SHA-256", headers=row.headers("sha256=" + mac("sha1", TEXT, row.body).hex()))))
template("worldpay", '{"eventId":"e1","eventDetails":{"type":"sentForSettlement"}}', header="Event-Signature",
         shape="1/SHA256/{tag}", id="e1", several=keyed,
         also=any_key_name)
token("zapi", '{"messageId":"m1","type":"ReceivedCallback"}', "z-api-token", id="m1", type="ReceivedCallback")


@provider
def konduto():
    """HMAC-SHA256 hex over three values of the body, and in the body."""

    def put(signature, order="ORD1", status="APPROVED", rest=""):
        return raw('{"order_id":"%s","timestamp":1700000000000,"status":"%s","signature":%s%s}'
                   % (order, status, signature, rest))

    def tag(order="ORD1", status="APPROVED", key=TEXT, time=1700000000000):
        return mac("sha256", key, f"{order}#{time}#{status}")

    def quoted(tag):
        return f'"{tag.hex()}"'

    suite = Suite(put(quoted(tag())), TEXT, [], id=None, type="APPROVED")
    suite.valid("event")
    suite.valid("another status", body=put(quoted(tag(status="DECLINED")), status="DECLINED"), type="DECLINED")
    suite.valid("tag in upper-case hex", body=put(quoted(tag()).upper()))
    suite.valid("another field beside, it is not covered", body=put(quoted(tag()), rest=',"a":1'))
    suite.secrets(OTHER_TEXT)
    suite.invalid("order changed", body=put(quoted(tag()), order="ORD2"))
    suite.invalid("status changed", body=put(quoted(tag()), status="DECLINED"))
    suite.invalid("time changed", body=put(quoted(tag(time=1700000000001))))
    suite.invalid("another key", body=put(quoted(tag(key=OTHER_TEXT))))
    suite.invalid("signature missing", body=raw('{"order_id":"ORD1","timestamp":1700000000000,"status":"APPROVED"}'))
    suite.invalid("order missing", body=raw('{"timestamp":1700000000000,"status":"APPROVED","signature":%s}' % quoted(tag())))
    for kind, text in {"null": "null", "a number": "1", "an array": f"[{quoted(tag())}]", "empty": '""'}.items():
        suite.invalid("signature " + kind, body=put(text))
    for kind, text in bad_hex(tag(), "tag one character short", "tag cut in half", "tag one byte longer"):
        suite.invalid(kind, body=put(f'"{text}"'))
    suite.invalid("two signatures, the right one first", body=put(quoted(tag()), rest=',"signature":"00"'))
    suite.invalid("signature deeper", body=raw('{"order_id":"ORD1","timestamp":1700000000000,"status":"APPROVED","a":'
                                               '{"signature":%s}}' % quoted(tag())))
    suite.invalid("signature in a header", body=put('""'), headers=[["Signature", tag().hex()]])
    suite.invalid("no JSON", body=raw("signature=" + tag().hex()))
    suite.invalid("body empty", body=b"")
    return suite


@provider
def truora():
    claims = {"id": "EVN0001", "event_type": "identity_process", "event_action": "succeeded", "iat": NOW}

    def token(changes=(), alg="HS256", key=TEXT, hashed="sha256", **head):
        head = {"alg": alg, "typ": "JWT"} | head
        made = {name: value for name, value in (claims | dict(changes)).items() if value is not ...}
        text = b64url(compact({name: value for name, value in head.items() if value is not ...})) + "." + b64url(compact(made))
        return (text + "." + b64url(mac(hashed, key, text))).encode()

    suite = Suite(token(), TEXT, [["Content-Type", "text/plain"]], id="EVN0001", type="identity_process")
    suite.valid("event")
    suite.secrets(OTHER_TEXT)
    suite.valid("no typ", body=token(typ=...))
    suite.valid("claims without a time", body=token({"iat": ...}))
    suite.valid("iat a minute ahead", body=token({"iat": NOW + 60}))
    suite.valid("exp now", body=token({"exp": NOW}))
    for name, changes in {"iat more than a minute ahead": {"iat": NOW + 61}, "nbf more than a minute ahead": {"nbf": NOW + 61},
                          "exp over": {"exp": NOW - 1}, "iat a text": {"iat": T}}.items():
        suite.invalid(name, body=token(changes))
    head, body, tag = token().split(b".")
    for name, odd in {"claims of another": b".".join([head, token({"event_action": "failed"}).split(b".")[1], tag]),
                      "no tag": head + b"." + body + b".", "two parts": head + b"." + body, "four parts": token() + b".AA", "empty": b"",
                      "a JSON object": b'{"id":"EVN0001"}', "tag cut": token()[:-4], "tag with padding": token() + b"=",
                      "a line break behind": token() + b"\n", "white space before": b" " + token()}.items():
        suite.invalid(f"body {name}", body=odd)
    suite.invalid("alg none", body=(b64url(compact({"alg": "none"})) + "." + body.decode() + ".").encode())
    suite.invalid("HS512", body=token(alg="HS512", hashed="sha512"))
    suite.invalid("HS512 called HS256", body=token(hashed="sha512"))
    for name, value in {"crit": ["exp"], "b64": False, "jwk": {"kty": "oct", "k": "AA"}, "jku": "https://evil.example/"}.items():
        suite.invalid(f"{name} in the header", body=token(**{name: value}))
    return suite
