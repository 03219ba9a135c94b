"""Providers whose scheme no template says: forms, values out of a body, keys and headers that the request names."""

import base64
import hashlib
import json
from urllib.parse import parse_qsl, quote_plus, urlencode

from suite import MS, NOW, T, Suite, b64, bad_base64, bad_hex, flip, mac, noted, raw
from templates import Template

CUSTOM = {}

KEY = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"


def custom(name):
    """Puts the suite a function makes under this name."""

    def keep(make):
        CUSTOM[name] = make
        return make

    return keep


def proofs(suite, name, sign, tag, spelling, encoding="base64"):
    """What holds of every proof in a header: `sign` makes the headers, `spelling` those of a text as the tag."""
    suite.secrets(OTHER)
    bad = (bad_hex(tag, "tag one character short", "tag cut in half", "tag one byte longer", "tag empty",
                   "tag with 0x in front") if encoding == "hex" else
           bad_base64(tag, "tag one byte short", "tag one byte longer", "tag empty", "tag without padding",
                      "tag with spare bits set in the last symbol"))
    for kind, text in bad:
        suite.invalid(kind, headers=spelling(text))
    suite.invalid("tag of zeros", headers=spelling(bytes(len(tag)).hex() if encoding == "hex" else b64(bytes(len(tag)))))
    suite.invalid("tag in another encoding", headers=spelling(b64(tag) if encoding == "hex" else tag.hex()))
    suite.invalid("signature missing", headers=suite.headers(name, None))
    suite.twice(name, dict(map(tuple, sign(key=OTHER)))[name])


def distinct_fields(body):
    """Names and values of a form, each pair once, in byte order."""
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in
             parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1")]
    return b"".join(name + value for name, value in sorted(set(pairs)))


def twilio_like(name, algorithm, extra=()):
    path = "/myapp.php?foo=1&bar=2"
    url, form = "https://mycompany.com/myapp.php", (
        b"CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309")

    def header(text):
        return [["X-Twilio-Signature", text], *map(list, extra)]

    def tag(body=form, key=KEY, url=url, path=path):
        asked = url + ("?" + path.split("?", 1)[1] if "?" in path else "")
        return mac(algorithm, key, asked, distinct_fields(body))

    def sign(body=form, key=KEY, **how):
        return header(b64(tag(body, key, **how)))

    suite = Suite(form, KEY, sign(), path_and_query=path, url=url, id=None, type=None)
    suite.valid("form")
    proofs(suite, "X-Twilio-Signature", sign, tag(), header)
    for kind, body in {
            "fields in another order": b"&".join(reversed(form.split(b"&"))),
            "a pair twice is signed once": form + b"&Digits=1234",
            "plus and percent-twenty are both a space": form + b"&Body=+a%20b+",
            "values beyond ASCII": form + "&Body=".encode() + quote_plus("Zoë – 日本 😀").encode(),
            "values not UTF-8": form + b"&Body=%ff%fe%00",
            "empty values and names": form + b"&AddOns=&flag&=x",
            "a percent sign that escapes nothing": form + b"&Body=100%25",
            "no fields": b"",
            "many fields": b"&".join(b"f%d=%d" % (i, i % 7) for i in range(2000)),
    }.items():
        suite.valid(kind, body=body, headers=sign(body))
    two = form + b"&Media=b&Media=a"
    suite.valid("two values of a name, in byte order", body=two, headers=sign(two))
    suite.valid("the same, received in the other order", body=form + b"&Media=a&Media=b", headers=sign(two))
    suite.valid("signed with the port, configured without", headers=sign(url="https://mycompany.com:443/myapp.php"))
    suite.valid("signed without the port, configured with", url="https://mycompany.com:1234/myapp.php")
    suite.invalid("signed with another port", headers=sign(url="https://mycompany.com:444/myapp.php"))
    suite.invalid("another scheme", url="http://mycompany.com/myapp.php")
    suite.invalid("another host", url="https://mycompany.org/myapp.php")
    suite.invalid("path with a slash behind", url=url + "/")
    suite.invalid("query in another order", path_and_query="/myapp.php?bar=2&foo=1")
    suite.invalid("query changed", path_and_query="/myapp.php?foo=1&bar=3")
    suite.invalid("a value changed", body=form.replace(b"1234&", b"1235&"))
    suite.invalid("a field more", body=form + b"&Zz=1")
    suite.invalid("a field less", body=form.replace(b"&Digits=1234", b""))
    suite.invalid("a value with a space behind", body=form + b"+")
    suite.invalid("a value twice, once changed", body=form + b"&Digits=1235")

    text = b'{"property": "value", "boolean": true}'
    hashed = path + "&bodySHA256=" + hashlib.sha256(text).hexdigest()
    good = {"path_and_query": hashed, "headers": sign(b"", path=hashed), "body": text}
    suite.valid("JSON with its hash in the query", **good)
    suite.invalid("JSON swapped, its hash still signed", **good | {"body": text.replace(b"true", b"null")})
    suite.invalid("JSON swapped for a form", **good | {"body": form})
    suite.invalid("JSON swapped, and the hash with it", **good | {
        "body": b"{}", "path_and_query": path + "&bodySHA256=" + hashlib.sha256(b"{}").hexdigest()})
    suite.invalid("JSON without its hash in the query", headers=sign(b""), body=text)
    both = hashed + "&bodySHA256=" + hashlib.sha256(text).hexdigest()
    suite.valid("the same hash twice in the query", **good | {"path_and_query": both, "headers": sign(b"", path=both)})
    suite.valid("by GET, the fields in the query", method="GET", body=b"", headers=sign(b""))
    suite.invalid("by PUT", method="PUT")
    suite.invalid("two hashes in the query", **good | {"path_and_query": hashed + "&bodySHA256=" + "0" * 64})
    odd = path + "&bodySHA256=" + "0" * 63
    suite.invalid("a hash that is none, signed as sent", path_and_query=odd, headers=sign(b"", path=odd), body=text)
    return suite, sign


@custom("twilio")
def twilio():
    suite, sign = twilio_like("twilio", "sha1")
    published = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert b64(mac("sha1", "12345", "https://mycompany.com/myapp.php?foo=1&bar=2",
                   distinct_fields(suite.good["body"]))) == published
    suite.valid("example of the SDK", secrets=["12345"], headers=[["X-Twilio-Signature", published]],
                source="twilio-python tests/unit/test_request_validator.py")
    suite.invalid("settings name a stronger algorithm",
                  headers=sign() + [["X-Twilio-Webhooks-Signature-Settings", "key=k,algorithm=HMAC_SHA256"]])
    return suite


@custom("twilio-shared-key")
def twilio_shared_key():
    name = "X-Twilio-Webhooks-Signature-Settings"
    suite, sign = twilio_like("twilio-shared-key", "sha256", [(name, "key=webhooks_sharedkey_0,algorithm=HMAC_SHA256")])
    tag = sign()[0]
    suite.valid("algorithm in front, another key", headers=[tag, [name, "algorithm=HMAC_SHA256,key=k"]])
    for kind, value in {"names no algorithm": "key=k", "name another algorithm": "key=k,algorithm=HMAC_MD5",
                        "name the weaker algorithm": "key=k,algorithm=HMAC_SHA1", "are empty": "",
                        "name two algorithms": "algorithm=HMAC_SHA256,algorithm=HMAC_SHA1"}.items():
        suite.invalid("settings " + kind, headers=[tag, [name, value]])
    suite.invalid("settings missing", headers=[tag])
    suite.twice(name, "key=k,algorithm=HMAC_SHA1")
    return suite


def tagged(suite, build, tag, encoding="hex"):
    """What holds of every tag, wherever it is: `build` makes the changes that put a text in its place, None leaves it out."""
    suite.valid("event")
    suite.secrets(OTHER)
    kinds = bad_hex(tag) if encoding == "hex" else bad_base64(
        tag, "tag one byte short", "tag cut in half", "tag one byte longer", "tag doubled", "tag empty", "tag without padding",
        "tag with one padding too many", "tag with spare bits set in the last symbol", "tag in hex")
    for kind, text in kinds:
        suite.invalid(kind, **build(text))
    spell = bytes.hex if encoding == "hex" else b64
    suite.invalid("tag of zeros", **build(spell(bytes(len(tag)))))
    suite.invalid("tag backwards", **build(spell(tag[::-1])))
    suite.invalid("tag with its first bit turned over", **build(spell(flip(tag, 0))))
    suite.invalid("tag behind a prefix", **build("sha256=" + spell(tag)))
    suite.invalid("tag with a comma behind", **build(spell(tag) + ","))
    suite.invalid("tag in another encoding", **build((b64 if encoding == "hex" else bytes.hex)(tag)[:-1]))
    if encoding == "hex":
        suite.valid("tag in upper-case hex", **build(tag.hex().upper()))
    suite.invalid("tag missing", **build(None))


def at(name, *more):
    """Puts a text into a header, before these others."""
    return lambda text: {"headers": [[name, text], *map(list, more)] if text is not None else [list(pair) for pair in more]}


def dumps(value, **how):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, **how).encode()


@custom("box")
def box_com():
    body = b'{"type":"webhook_event","id":"0ac6-1","trigger":"FILE.UPLOADED","source":{"name":"Test.txt"}}'
    time = "2023-11-14T22:13:20Z"

    def more(time=time, version="1", algorithm="HmacSHA256"):
        return [["BOX-DELIVERY-TIMESTAMP", time], ["BOX-SIGNATURE-VERSION", version],
                ["BOX-SIGNATURE-ALGORITHM", algorithm], ["BOX-DELIVERY-ID", "f96bb54b"]]

    def tag(body=body, key=KEY, time=time):
        return mac("sha256", key, body, time)

    def sign(body=body, key=KEY, time=time, name="BOX-SIGNATURE-PRIMARY", **how):
        return [[name, b64(tag(body, key, time))], *more(time, **how)]

    suite = Suite(body, KEY, sign(), id="0ac6-1", type="FILE.UPLOADED")
    tagged(suite, at("BOX-SIGNATURE-PRIMARY", *more()), tag(), "base64")
    suite.bodies(lambda body: sign(body=body))
    second = {"settings": {"secondary_secret": OTHER}}
    suite.valid("secondary header, its key configured", headers=sign(key=OTHER, name="BOX-SIGNATURE-SECONDARY"), **second)
    suite.invalid("secondary header, its key not configured", headers=sign(key=OTHER, name="BOX-SIGNATURE-SECONDARY"))
    suite.invalid("secondary key in the primary header", headers=sign(key=OTHER), **second)
    suite.invalid("primary key in the secondary header", headers=sign(name="BOX-SIGNATURE-SECONDARY"), **second)
    escaped = noted(body, '\\u30b9\\ud83d\\ude00\\/')
    suite.valid("body signed with escapes, sent without", body=noted(body, "ス😀/"), headers=sign(escaped))
    suite.invalid("body signed with escapes, another character sent", body=noted(body, "セ😀/"), headers=sign(escaped))
    suite.invalid("another version", headers=sign(version="2"))
    suite.invalid("another algorithm", headers=sign(algorithm="HmacSHA1"))
    suite.invalid("time changed", headers=[sign()[0], *more("2023-11-14T22:13:21Z")])
    suite.valid("600 s old", now=NOW + 600)
    suite.invalid("601 s old", now=NOW + 601)
    suite.invalid("61 s ahead", now=NOW - 61)
    suite.invalid("time before the body", headers=[["BOX-SIGNATURE-PRIMARY", b64(mac("sha256", KEY, time, body))], *more()])
    return suite


@custom("contentful")
def contentful():
    body = b'{"sys":{"id":"abc","type":"Entry"}}'
    names = "content-type,x-contentful-signed-headers,x-contentful-timestamp,x-contentful-topic"
    topic, kind = "ContentManagement.Entry.publish", "application/vnd.contentful.management.v1+json"

    def rest(names=names, time=MS, topic=topic):
        return [["X-Contentful-Topic", topic], ["Content-Type", kind], ["x-contentful-signed-headers", names],
                ["x-contentful-timestamp", time]]

    def tag(body=body, key=KEY, path="/hook", names=names, time=MS, method="POST"):
        sent = {name.lower(): value for name, value in rest(names, time)}
        headers = ";".join(sorted(f"{name}:{sent[name]}" for name in names.split(",")))
        return mac("sha256", key, f"{method}\n{path}\n{headers}\n", body)

    def sign(**how):
        own = {name: how[name] for name in ("names", "time") if name in how}
        return [["x-contentful-signature", tag(**how).hex()], *rest(**own)]

    suite = Suite(body, KEY, sign(), path_and_query="/hook", id=None, type=topic)
    tagged(suite, at("x-contentful-signature", *rest()), tag())
    suite.bodies(lambda body: sign(body=body))
    suite.valid("query, escaped twice", path_and_query="/hook?a=1&b=x%20y", headers=sign(path="/hook?a%253D1%2526b%253Dx%252520y"))
    suite.invalid("query, escaped once", path_and_query="/hook?a=1", headers=sign(path="/hook?a%3D1"))
    suite.invalid("another path", path_and_query="/hook/")
    suite.invalid("another method", headers=sign(method="PUT"))
    suite.invalid("a signed header changed", headers=[sign()[0], *rest(topic="ContentManagement.Entry.delete")])
    suite.invalid("the time is not among the signed headers", headers=sign(names="content-type,x-contentful-signed-headers"))
    suite.invalid("the list is not among the signed headers", headers=sign(names="content-type,x-contentful-timestamp"))
    suite.invalid("a name more in the list", headers=[sign()[0], *rest(names=names + ",content-length")])
    suite.valid("30 s old", now=NOW + 30)
    suite.invalid("31 s old", now=NOW + 31)
    suite.invalid("31 s ahead", now=NOW - 31)
    suite.invalid("time in seconds", headers=sign(time=T))
    return suite


def hook0_suite(body, signs_absent=False, **told):
    extra = [["X-Event-Id", "evt-1"], ["X-Event-Type", "a.b"]]
    name, listed = "X-Hook0-Signature", "x-event-id x-event-type"

    def tag(body=body, key=KEY, time=T, names=listed, values="evt-1.a.b"):
        return mac("sha256", key, f"{time}.{names}.{values}.", body)

    def spelled(text, time=T, names=listed):
        return [[name, f"t={time},h={names},v1={text}"], *extra]

    def sign(body=body, key=KEY, time=T, names=listed, values="evt-1.a.b"):
        return spelled(tag(body, key, time, names, values).hex(), time, names)

    suite = Suite(body, KEY, sign(), **told)
    suite.valid("event")
    suite.secrets(OTHER)
    suite.bodies(lambda body: sign(body=body))
    suite.tolerance()
    for kind, text in bad_hex(tag()):
        suite.invalid(kind, headers=spelled(text))
    published = "493c35f05443fdb74cb99fd4f00e0e7653c2ab6b24fbc97f4a7bd4d56b31758a"
    assert mac("sha256", "secret", "1636936200.x-test x-test2.val1.val2.", b"hello !").hex() == published
    sent = [[name, f"t=1636936200,h=x-test x-test2,v1={published}"], ["x-test", "val1"], ["x-test2", "val2"]]
    suite.valid("example of the client", body=b"hello !", secrets=["secret"], now=1636936200, headers=sent,
                source="hook0 clients/rust/tests/webhook_verification.rs", id=..., type=...)
    suite.valid("a signed header with a bracket", headers=[
        [name, spelled(tag(values="evt-{1}.a.b").hex())[0][1]], ["X-Event-Id", "evt-{1}"], extra[1]], id=..., type=...)
    absent = [[name, spelled(tag(values="evt-1.").hex())[0][1]], extra[0]]
    (suite.valid if signs_absent else suite.invalid)("an absent header signed as empty", headers=absent)
    (suite.valid if signs_absent else suite.invalid)("an empty header left out", headers=[[name, spelled(
        tag(names=listed + " x-more", values="evt-1.a.b.").hex(), names=listed + " x-more")[0][1]], *extra])
    suite.invalid("an absent header that was signed", headers=sign()[:-1])
    suite.invalid("the example without a listed header", body=b"hello !", secrets=["secret"], now=1636936200, headers=sent[:-1])
    suite.valid("no headers signed", headers=sign(names="", values=""))
    suite.invalid("a listed header changed", headers=[sign()[0], ["X-Event-Id", "evt-2"], extra[1]])
    suite.invalid("a listed header twice", headers=sign() + [extra[0]])
    suite.invalid("a name more in the list", headers=spelled(tag().hex(), names=listed + " x-more") + [["x-more", ""]])
    suite.invalid("names in another order", headers=spelled(tag().hex(), names="x-event-type x-event-id"))
    suite.invalid("time changed", headers=spelled(tag().hex(), time=str(NOW + 1)))
    old = mac("sha256", KEY, T, ".", body).hex()
    suite.invalid("v0 alone", headers=[[name, f"t={T},v0={old}"], *extra])
    suite.invalid("v0 right, v1 wrong", headers=[[name, f"t={T},h={listed},v0={old},v1={'0' * 64}"], *extra])
    suite.invalid("two v1", headers=[[name, f"{sign()[0][1]},v1={'0' * 64}"], *extra])
    suite.invalid("no list of headers", headers=[[name, f"t={T},v1={tag().hex()}"], *extra])
    suite.invalid("signature missing", headers=extra)
    suite.twice(name, sign(key=OTHER)[0][1])
    return suite


@custom("hook0")
def hook0():
    return hook0_suite(b'{"data":{"a":1}}', id="evt-1", type="a.b")


@custom("coinbase-cdp")
def coinbase_cdp():
    return hook0_suite(b'{"id":"evt_1","type":"onchain.activity.detected"}', True, id="evt_1", type="onchain.activity.detected")


@custom("hook0-v0")
def hook0_v0():
    body, name = b"hello !", "X-Hook0-Signature"

    def tag(body=body, key=KEY, time=T):
        return mac("sha256", key, time, ".", body)

    def sign(body=body, key=KEY, time=T):
        return [[name, f"t={time},v0={tag(body, key, time).hex()}"]]

    suite = Suite(body, KEY, sign(), id=None, type=None)
    suite.valid("event")
    suite.secrets(OTHER)
    published = "1b3d69df55f1e52f05224ba94a5162abeb17ef52cd7f4948c390f810d6a87e98"
    assert tag(key="secret", time="1636936200").hex() == published
    suite.valid("example of the client", secrets=["secret"], now=1636936200, source="hook0 clients/rust/tests",
                headers=[[name, f"t=1636936200,v0={published}"]])
    suite.tolerance()
    suite.invalid("one bit of the body", body=flip(body, 0))
    suite.invalid("body empty", body=b"")
    for kind, text in bad_hex(tag()):
        suite.invalid(kind, headers=[[name, f"t={T},v0={text}"]])
    suite.invalid("v1 alone", headers=[[name, f"t={T},h=,v1={tag().hex()}"]])
    suite.invalid("time changed", headers=[[name, f"t={NOW + 1},v0={tag().hex()}"]])
    suite.invalid("time missing", headers=[[name, f"v0={tag().hex()}"]])
    suite.invalid("signature missing", headers=[])
    suite.twice(name, sign(key=OTHER)[0][1])
    return suite


@custom("klarna")
def klarna():
    body = b'{"metadata":{"event_type":"payment.request","event_id":"d9f9b1a0","event_version":"v2"},"payload":{}}'
    kid = "krn:partner:global:notification:signing-key:49bcd37b"

    def sign(body=body, key=KEY, kid=kid):
        return [["Klarna-Signature", mac("sha256", key, body).hex()], ["Klarna-Signing-Key-Id", kid]]

    suite = Suite(body, KEY, sign(), settings={"kid": kid}, id="d9f9b1a0", type="payment.request")
    tagged(suite, at("Klarna-Signature", sign()[1]), mac("sha256", KEY, body))
    suite.bodies(lambda body: sign(body=body))
    suite.valid("one of two key ids", settings={"kid": "krn:new, " + kid})
    suite.invalid("a key id that is not ours", headers=sign(kid="krn:other"))
    suite.invalid("a key id cut short", headers=sign(kid=kid[:-1]))
    suite.invalid("a key id empty", headers=sign(kid=""))
    suite.invalid("a key id missing", headers=sign()[:1])
    suite.twice("Klarna-Signature", sign(key=OTHER)[0][1])
    suite.twice("Klarna-Signing-Key-Id", "krn:other")
    return suite


@custom("rapyd")
def rapyd():
    body, salt, access = b'{"id":"wh_b74b","type":"PAYMENT_COMPLETED","data":{}}', "49ca0f8c0d8e5a1b", "rak_ACCESS"
    url = "https://merchant.example/webhooks/rapyd"

    def rest(time=T, salt=salt):
        return [["salt", salt], ["timestamp", time]]

    def tag(body=body, key=KEY, time=T, url=url, access=access):
        return mac("sha256", key, url, salt, time, access, key, body).hex()

    def sign(**how):
        return [["signature", b64(tag(**how))], *rest(how.get("time", T))]

    suite = Suite(body, KEY, sign(), url=url, path_and_query="/webhooks/rapyd", settings={"access_key": access},
                  id="wh_b74b", type="PAYMENT_COMPLETED")
    suite.valid("event")
    suite.secrets(OTHER)
    suite.bodies(lambda body: sign(body=body))
    suite.tolerance()
    suite.valid("query, signed as received", path_and_query="/webhooks/rapyd?a=1", headers=sign(url=url + "?a=1"))
    for kind, text in {"tag in hex": tag(), "tag in base64 of its bytes": b64(bytes.fromhex(tag())), "tag empty": "",
                       "tag cut in half": b64(tag()[:32]), "tag one byte longer": b64(tag() + "00"),
                       "tag without padding": b64(tag()).rstrip("="), "tag of zeros": b64("0" * 64),
                       "tag encoded twice": b64(b64(tag()))}.items():
        suite.invalid(kind, headers=[["signature", text], *rest()])
    suite.invalid("salt changed", headers=[sign()[0], *rest(salt="49ca0f8c0d8e5a1c")])
    suite.invalid("salt missing", headers=[sign()[0], rest()[1]])
    suite.invalid("time changed", headers=[sign()[0], *rest(time=str(NOW + 1))])
    suite.invalid("time missing", headers=sign()[:2])
    suite.invalid("another access key", settings={"access_key": "rak_OTHER"})
    suite.invalid("another URL", url="https://merchant.example/webhooks/other")
    suite.invalid("signature missing", headers=rest())
    suite.twice("signature", sign(key=OTHER)[0][1])
    return suite


@custom("mailgun")
def mailgun():
    token = "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0"

    def tag(key=KEY, time=T, token=token):
        return mac("sha256", key, time, token)

    def body(text=..., time=T, token=token, event="opened", key=KEY):
        of = {"timestamp": time, "token": token, "signature": tag(key, time, token).hex() if text is ... else text}
        of = {name: value for name, value in of.items() if value is not None}
        return dumps({"signature": of, "event-data": {"event": event, "id": "DACSsAdVSeGpLid7TN03WA"}})

    suite = Suite(body(), KEY, [["Content-Type", "application/json"]], id="DACSsAdVSeGpLid7TN03WA", type="opened")
    tagged(suite, lambda text: {"body": body(text)}, tag())
    suite.valid("event changed, it is not covered", body=body(event="failed"), type="failed")
    suite.tolerance()
    form = f"recipient=a%40b.example&timestamp={T}&token={token}&signature={tag().hex()}".encode()
    labels = {"id": None, "type": None}
    suite.valid("form", body=form, **labels)
    suite.invalid("form with two tokens", body=form + b"&token=" + token.encode())
    suite.invalid("form without a token", body=form.replace(b"&token=", b"&other="))
    def parts(end="--\r\n", **values):
        fields = {"recipient": "a@b.example", "timestamp": T, "token": token, "signature": tag().hex()} | values
        one = lambda name, value: f'--xYz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        file = '--xYz\r\nContent-Disposition: form-data; name="attachment-1"; filename="a.txt"\r\n\r\ntoken\r\n'
        return ("".join(one(*field) for field in fields.items() if field[1] is not None) + file + "--xYz" + end).encode()

    sent = {"headers": [["Content-Type", "multipart/form-data; boundary=xYz"]]} | labels
    suite.valid("a message with an attachment", body=parts(), **sent)
    suite.invalid("parts with another signature", body=parts(signature=tag(OTHER).hex()), **sent)
    suite.invalid("parts without a token", body=parts(token=None), **sent)
    suite.invalid("parts without an end", body=parts(end=""), **sent)
    suite.invalid("parts under another boundary", body=parts(), **sent | {"headers": [["Content-Type", "multipart/form-data; boundary=x"]]})
    suite.invalid("parts said to be a form", body=parts(), **sent | {"headers": [["Content-Type", "application/x-www-form-urlencoded"]]})
    suite.invalid("token changed", body=body(tag().hex(), token=token[:-1] + "1"))
    suite.invalid("time changed", body=body(tag().hex(), time=str(NOW + 1)))
    suite.invalid("border between time and token moved", body=body(tag().hex(), time=T + token[0], token=token[1:]))
    suite.invalid("signature is there twice", body=body().replace(b'"event-data"', b'"signature":{},"event-data"'))
    suite.invalid("no JSON and no form", body=b"\xff")
    suite.invalid("body empty", body=b"")
    return suite


@custom("adyen")
def adyen():
    key, other = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00", OTHER * 2

    def tag(item, key=key):
        amount = item.get("amount", {})
        values = [*(item.get(name) for name in ("pspReference", "originalReference", "merchantAccountCode", "merchantReference")),
                  amount.get("value"), amount.get("currency"), item.get("eventCode"), item.get("success")]
        text = ":".join("" if value is None else str(value) for value in values)
        return mac("sha256", bytes.fromhex(key), text)

    def item(text=..., key=key, **changes):
        made = {"pspReference": "psp1", "originalReference": "psp0", "merchantAccountCode": "shop",
                "merchantReference": "reference", "amount": {"currency": "EUR", "value": 1000}, "eventCode": "AUTHORISATION",
                "reason": "reason", "success": "true"} | changes
        text = b64(tag(made, key)) if text is ... else text
        return made | {"additionalData": {} if text is None else {"hmacSignature": text}}

    def body(*items):
        return dumps({"live": "false", "notificationItems": [{"NotificationRequestItem": made} for made in items]})

    suite = Suite(body(item()), key, [], id=None, type="AUTHORISATION")
    ours = tag(item())
    published = item("ipnxGCaUZ4l8TUW75a71/ghd2Fe5ffvX0pV4TLTntIc=", pspReference="pspReference", originalReference=
                     "originalReference", merchantAccountCode="merchantAccount", eventCode="EVENT")
    assert b64(tag(published)) == published["additionalData"]["hmacSignature"]
    suite.valid("example of the libraries", body=body(published), type="EVENT", source="adyen-node-api-library hmacValidator.spec.ts")
    suite.valid("event")
    suite.valid("two secrets, signed with the first", secrets=[key, other])
    suite.valid("two secrets, signed with the second", secrets=[other, key])
    suite.invalid("signed with a secret we do not hold", secrets=[other])
    for kind, text in bad_base64(ours, "tag one byte short", "tag cut in half", "tag one byte longer", "tag empty",
                                 "tag without padding", "tag with spare bits set in the last symbol", "tag in hex"):
        suite.invalid(kind, body=body(item(text)))
    suite.invalid("tag missing", body=body(item(None)))
    suite.valid("reason changed, it is not covered", body=body(item(reason="another")))
    suite.valid("amount as a text", body=body(item(amount={"currency": "EUR", "value": "1000"})))
    suite.valid("colon and backslash, not escaped", body=body(item(merchantReference="a:b\\c")))
    suite.valid("values null and absent are empty", body=body(item(originalReference=None, amount={"value": 0})))
    suite.invalid("two items", body=body(item(), item(pspReference="psp2")))
    suite.invalid("the item twice", body=body(item(), item()))
    for kind, changes in {"amount": {"amount": {"currency": "EUR", "value": 1001}}, "currency": {"amount": {
            "currency": "USD", "value": 1000}}, "success": {"success": "false"}, "event": {"eventCode": "REFUND"}}.items():
        suite.invalid(kind + " changed", body=body(item(b64(ours), **changes)))
    suite.invalid("two items, the second forged", body=body(item(), item(b64(ours), pspReference="psp2")))
    suite.invalid("two items, the first forged", body=body(item(b64(ours), pspReference="psp2"), item()))
    suite.invalid("two items, the second without a tag", body=body(item(), item(None)))
    suite.invalid("two items, each under another key", body=body(item(), item(key=other, pspReference="psp2")), secrets=[key, other])
    suite.invalid("no items", body=body())
    suite.invalid("a value twice", body=body(item()).replace(b'"success":"true"', b'"success":"true","success":"false"'))
    suite.invalid("a value that is an object", body=body(item(b64(ours), success={})))
    suite.invalid("no JSON", body=b"[")
    suite.invalid("body empty", body=b"")
    return suite


@custom("braintree")
def braintree():
    xml = b'<notification>\n    <kind>check</kind>\n    <subject><id>1</id></subject>\n</notification>'
    public = "integration_public_key"

    def tag(payload, key=KEY):
        return mac("sha1", hashlib.sha1(raw(key)).digest(), payload)

    payload = b64(xml) + "\n"

    def body(text=..., payload=payload, public=public, before="", key=KEY):
        text = tag(payload, key).hex() if text is ... else text
        fields = {} if text is None else {"bt_signature": f"{before}{public}|{text}"}
        return urlencode(fields | {"bt_payload": payload}).encode()

    suite = Suite(body(), KEY, [["Content-Type", "application/x-www-form-urlencoded"]], settings={"public_key": public},
                  id=None, type="check")
    for name, (text, kind) in {
            "an instruction and a comment before the kind": (
                b'<?xml version="1.0"?>\n<!-- <kind>no</kind> -->\n<notification><kind>dispute_opened</kind></notification>', "dispute_opened"),
            "a kind inside the subject first": (
                b"<notification><subject><kind>inner</kind></subject><kind>check</kind></notification>", "check"),
            "no kind": (b"<notification><subject/></notification>", None),
            "a kind with a reference": (b"<notification><kind>a&amp;b</kind></notification>", None),
            "no XML": (b"{}", None)}.items():
        suite.valid(name, body=body(payload=b64(text) + "\n"), type=kind)
    tagged(suite, lambda text: {"body": body(text)}, tag(payload))
    suite.valid("line feed lost on the way", body=body(tag(payload).hex(), payload[:-1]))
    suite.valid("several public keys", body=body(before="other_public_key|deadbeef&"))
    suite.invalid("another public key", body=body(public="other_public_key"))
    suite.invalid("another public key, ours with nothing", body=body(before=public + "|&", public="other_public_key"))
    suite.invalid("payload changed", body=body(tag(payload).hex(), "A" + payload[1:]))
    suite.invalid("payload with a space, signed as sent", body=body(payload="ab cd"))
    suite.invalid("payload empty, signed as sent", body=body(payload=""))
    suite.invalid("two payloads", body=body() + b"&bt_payload=QQ")
    suite.invalid("two signatures", body=body() + b"&bt_signature=a%7Cb")
    suite.invalid("key not hashed", body=body(mac("sha1", KEY, payload).hex()))
    example = "20f9f8ed05f77439fe955c977e4c8a53"
    assert tag(example, "integration_private_key").hex() == "d9b899556c966b3f06945ec21311865d35df3ce4"
    challenge = lambda value: {"method": "GET", "body": b"", "path_and_query": "/webhook?bt_challenge=" + value}
    suite.valid("challenge", **challenge(example), type=..., response={"status": 200, "body": f"{public}|{tag(example).hex()}"})
    for name, value in {"of capital digits": example.upper(), "of nothing": "", "too short": example[:19], "too long": example + "0",
                        "of a payload": "PD94bWwgdmVyc2lvbj0iMS4w", "twice": f"{example}&bt_challenge=0{example}"}.items():
        suite.invalid(f"challenge {name}", **challenge(value))
    return suite


@custom("midtrans")
def midtrans():
    def tag(key=KEY, **changes):
        of = {"status_code": "200", "order_id": "1111", "gross_amount": "100000.00"} | changes
        return hashlib.sha512(raw(of["order_id"] + of["status_code"] + of["gross_amount"] + key)).digest()

    def body(text=..., key=KEY, **changes):
        text = tag(key).hex() if text is ... else text
        of = {"transaction_status": "settlement", "transaction_id": "t1", "status_code": "200", "order_id": "1111",
              "gross_amount": "100000.00"} | changes | ({} if text is None else {"signature_key": text})
        return dumps(of)

    suite = Suite(body(), KEY, [], id="t1", type="settlement")
    tagged(suite, lambda text: {"body": body(text)}, tag())
    suite.valid("status changed, it is not covered", body=body(transaction_status="deny"), type="deny")
    for name, value in {"order_id": "1112", "status_code": "201", "gross_amount": "1.00"}.items():
        suite.invalid(name + " changed", body=body(**{name: value}))
        suite.invalid(name + " twice", body=body().replace(b'"transaction_id"', f'"{name}":"x","transaction_id"'.encode()))
    suite.invalid("no JSON", body=b"signature_key=" + tag().hex().encode())
    return suite


@custom("opennode")
def opennode():
    ident = "22b13c2f-3297-422d-9e7c-4f9a35651d38"

    def tag(key=KEY, ident=ident):
        return mac("sha256", key, ident)

    def body(text=..., ident=ident, status="paid", key=KEY):
        text = tag(key, ident).hex() if text is ... else text
        return urlencode({"id": ident, "status": status} | ({} if text is None else {"hashed_order": text})).encode()

    suite = Suite(body(), KEY, [["Content-Type", "application/x-www-form-urlencoded"]], id=None, type=None)
    tagged(suite, lambda text: {"body": body(text)}, tag())
    suite.valid("status changed, it is not covered", body=body(status="expired"))
    suite.valid("id beyond ASCII", body=body(ident="Zoë+ 日本"))
    suite.invalid("id changed", body=body(tag().hex(), ident[:-1] + "9"))
    suite.invalid("id with a space behind", body=body(tag().hex(), ident + " "))
    suite.invalid("two ids", body=body() + b"&id=1")
    suite.invalid("two tags", body=body() + b"&hashed_order=1")
    suite.invalid("JSON", body=dumps({"id": ident, "hashed_order": tag().hex()}))
    suite.invalid("body empty", body=b"")
    return suite


@custom("gitea-form")
def gitea_form():
    payload = b'{"ref":"refs/heads/develop"}'

    def sign(payload=payload, key=KEY):
        return [["X-Gitea-Signature", mac("sha256", key, payload).hex()], ["X-Gitea-Event", "push"]]

    def form(payload=payload):
        return b"payload=" + quote_plus(payload).encode()

    suite = Suite(form(), KEY, sign(), id=None, type="push")
    tagged(suite, at("X-Gitea-Signature", sign()[1]), mac("sha256", KEY, payload))
    for kind, text in {"beyond ASCII": "Zoë – 日本 😀 + %".encode(), "not UTF-8": b"\xff\xfe\x00", "empty": b""}.items():
        suite.valid("payload " + kind, body=form(text), headers=sign(text))
    suite.valid("another field, it is not covered", body=form() + b"&more=1")
    suite.invalid("payload changed", body=form(flip(payload, 3)))
    suite.invalid("two payloads", body=form() + b"&payload=x")
    suite.invalid("payload missing", body=b"other=" + quote_plus(payload).encode())
    suite.invalid("form signed as sent", headers=sign(form()))
    suite.twice("X-Gitea-Signature", sign(key=OTHER)[0][1])
    return suite


@custom("microsoft-graph")
def microsoft_graph():
    def body(*states, kind="updated"):
        return dumps({"value": [{"subscriptionId": "s", "changeType": kind} | ({} if state is None else {"clientState": state})
                                for state in states]})

    suite = Suite(body(KEY), KEY, [], id=None, type="updated")
    suite.valid("event")
    suite.secrets(OTHER)
    suite.valid("three notifications", body=body(KEY, KEY, KEY))
    suite.valid("change changed, it is not covered", body=body(KEY, kind="deleted"), type="deleted")
    for kind, state in {"another": OTHER, "one character short": KEY[:-1], "one character longer": KEY + "0", "empty": "",
                        "doubled": KEY * 2, "in upper case": KEY.upper(), "with a space behind": KEY + " ",
                        "with a NUL behind": KEY + chr(0), "a number": 1, "true": True, "a list": [KEY]}.items():
        suite.invalid("state " + kind, body=body(state))
    suite.invalid("state missing", body=body(None))
    for at_ in range(3):
        states = [KEY, KEY, KEY]
        states[at_] = OTHER
        suite.invalid(f"notification {at_} of three with another state", body=body(*states))
    suite.invalid("second notification without a state", body=body(KEY, None))
    suite.invalid("two states, each right for one notification", body=body(KEY, OTHER), secrets=[KEY, OTHER])
    suite.invalid("no notifications", body=body())
    suite.invalid("state twice", body=body(KEY).replace(b'"clientState"', b'"clientState":"x","clientState"'))
    suite.invalid("value is no list", body=dumps({"value": {"clientState": KEY}}))
    suite.invalid("state in a header", body=body(None), headers=[["clientState", KEY]])
    suite.invalid("body empty", body=b"")
    return suite


@custom("nowpayments")
def nowpayments():
    body = (b'{"payment_id":123456789,"payment_status":"finished","price_amount":1.0,"fee":{"currency":"btc","depositFee":0.098,'
            b'"serviceFee":0},"order_description":"a/b","order_id":null}')
    canon = ('{"fee":{"currency":"btc","depositFee":0.098,"serviceFee":0},"order_description":"a/b","order_id":null,'
             '"payment_id":123456789,"payment_status":"finished","price_amount":1.0}')

    def sign(canon=canon, key=KEY):
        return [["x-nowpayments-sig", mac("sha512", key, canon).hex()]]

    suite = Suite(body, KEY, sign(), id="123456789", type="finished")
    tagged(suite, at("x-nowpayments-sig"), mac("sha512", KEY, canon))
    suite.valid("white space between", body=body.replace(b",", b" ,\n\t"))
    suite.valid("names in another order", body=canon.encode())
    suite.valid("a slash that is escaped", body=body.replace(b"a/b", b"a\\/b"))
    text = '{"a":"é日😀","b":[1,{"x":1,"y":[]}],"c":{}}'
    suite.valid("beyond ASCII, as it is", body=text.encode(), headers=sign(text), id=None, type=None)
    suite.invalid("a number changed", body=body.replace(b"1.0", b"1.1"))
    suite.invalid("a number spelled otherwise", body=body.replace(b"1.0", b"1"))
    suite.invalid("a value more", body=body.replace(b"{", b'{"z":1,', 1))
    suite.invalid("a name twice", body=body.replace(b"{", b'{"order_id":null,', 1))
    suite.invalid("signed as sent, not sorted", headers=sign(body))
    suite.invalid("something behind the document", body=body + b"1")
    suite.invalid("nested without end", body=b"[" * 100000)
    suite.invalid("body empty", body=b"", headers=sign(b""))
    suite.invalid("not UTF-8", body=b'"\xff"', headers=sign(b'"\xff"'))
    suite.twice("x-nowpayments-sig", sign(key=OTHER)[0][1])
    return suite


@custom("tap")
def tap():
    good = {"id": "chg_1", "amount": 1.5, "currency": "KWD", "status": "CAPTURED",
            "reference": {"gateway": "gw", "payment": "py"}, "transaction": {"created": "1700"}}

    def text(amount="1.500", **changes):
        of = good | changes
        return (f"x_id{of['id']}x_amount{amount}x_currency{of['currency']}x_gateway_reference{of['reference']['gateway']}"
                f"x_payment_reference{of['reference']['payment']}x_status{of['status']}x_created{of['transaction']['created']}")

    def sign(text=text(), key=KEY):
        return [["hashstring", mac("sha256", key, text).hex()]]

    suite = Suite(dumps(good), KEY, sign(), id="chg_1", type="CAPTURED")
    tagged(suite, at("hashstring"), mac("sha256", KEY, text()))
    usd = {"currency": "USD", "amount": 1}
    suite.valid("two decimals", body=dumps(good | usd), headers=sign(text("1.00", currency="USD")))
    suite.invalid("two decimals where three are due", headers=sign(text("1.50")))
    suite.valid("another field, it is not covered", body=dumps(good | {"description": "x"}))
    suite.invalid("more decimals than the currency has", body=dumps(good | {"amount": 1.5001}))
    for name, value in {"id": "chg_2", "status": "FAILED", "amount": 2.5, "transaction": {"created": "1701"}}.items():
        suite.invalid(name + " changed", body=dumps(good | {name: value}))
    suite.invalid("reference missing", body=dumps(good | {"reference": {"gateway": "gw"}}))
    suite.invalid("no JSON", body=b"x")
    suite.twice("hashstring", sign(key=OTHER)[0][1])
    return suite


@custom("wompi")
def wompi():
    names = ["transaction.id", "transaction.status", "transaction.amount_in_cents"]
    transaction = {"id": "1234-1610641025-49201", "amount_in_cents": 4490000, "reference": "MZQ3X2DE2SMX", "status": "APPROVED"}
    other = {"id": "9-9", "amount_in_cents": 1, "reference": "ANOTHER", "status": "APPROVED"}
    text = "1234-1610641025-49201APPROVED4490000"

    def tag(key=KEY, text=text, time=T):
        return hashlib.sha256(raw(text + time + key)).digest()

    def body(spelled=..., time=NOW, properties=names, more={}, key=KEY, signed=text, **changes):
        spelled = tag(key, signed, str(time)).hex() if spelled is ... else spelled
        signature = {"properties": properties} | ({} if spelled is None else {"checksum": spelled})
        return dumps({"event": "transaction.updated", "data": {"transaction": transaction | changes} | more, "environment": "prod",
                      "signature": signature, "timestamp": time, "sent_at": "2018-07-20T16:45:05.000Z"})

    assert text + "1530291411" == "1234-1610641025-49201APPROVED44900001530291411", "the text on Wompi's page"
    suite = Suite(body(), KEY, [], id=transaction["id"], type="transaction.updated")
    tagged(suite, lambda spelled: {"body": body(spelled)}, tag())
    suite.valid("checksum in upper case, as on the page", body=body(tag().hex().upper()))
    suite.valid("checksum in a header too", headers=[["X-Event-Checksum", tag().hex()]])
    suite.invalid("checksum in a header only", body=body(None), headers=[["X-Event-Checksum", tag().hex()]])
    suite.valid("reference changed, it is not covered", body=body(reference="ANOTHER"))
    suite.valid("status of two words", body=body(signed=text.replace("APPROVED", "IN_REVIEW"), status="IN_REVIEW"))
    suite.valid("amount of zero", body=body(signed=text.replace("4490000", "0"), amount_in_cents=0))
    for name, value in {"id": "1234-1610641025-49202", "status": "DECLINED", "amount_in_cents": 4490001}.items():
        suite.invalid(name + " changed", body=body(tag().hex(), **{name: value}))
        suite.invalid(name + " twice", body=body().replace(b'"reference"', b'"%s":"x","reference"' % name.encode()))
    suite.invalid("signed with HMAC", body=body(mac("sha256", KEY, text + T).hex()))
    suite.invalid("the secret before the text", body=body(hashlib.sha256(raw(KEY + text + T)).hexdigest()))
    late = 27 * 3600 + 1800 + 300
    suite.valid("the last retry", now=NOW + late)
    suite.invalid("after the last retry", now=NOW + late + 1)
    suite.valid("300 s ahead", now=NOW - 300)
    suite.invalid("301 s ahead", now=NOW - 301)

    # A list that nobody signs: the text of the signature in other places, and any transaction beside it.
    anything = {"more": {"x": text}, "signed": text, **other}
    suite.invalid("the whole text in a property of an attacker", body=body(properties=["x"], **anything))
    suite.invalid("and the documented list after it", body=body(properties=["x", *names], **anything))
    suite.invalid("no properties, and the text in the timestamp", body=body(tag().hex(), time=text + T, properties=[], **other))
    suite.invalid("no properties", body=body(hashlib.sha256(raw(T + KEY)).hexdigest(), properties=[], **other))
    suite.invalid("properties that are not there", body=body(hashlib.sha256(raw(T + KEY)).hexdigest(), properties=["a", "b", "c"]))
    suite.invalid("properties in another order", body=body(signed="APPROVED1234-1610641025-492014490000", properties=[
        names[1], names[0], names[2]]))
    suite.invalid("fewer properties", body=body(signed="1234-1610641025-49201", properties=names[:1]))
    suite.invalid("more properties", body=body(signed=text + "MZQ3X2DE2SMX", properties=[*names, "transaction.reference"]))
    suite.invalid("a property twice", body=body(signed="1234-1610641025-492011234-1610641025-49201APPROVED4490000",
                                                properties=[names[0], *names]))
    suite.invalid("properties of another object", body=body(properties=[name.replace("transaction", "x") for name in names],
                                                            more={"x": transaction}, **other))
    for kind, value in {"a text": names[0], "an object": {"0": names[0]}, "null": None, "nested": [names], "of numbers": [1, 2, 3]}.items():
        suite.invalid("properties are " + kind, body=body(properties=value))
    suite.invalid("no properties at all", body=body().replace(b'"properties"', b'"property"'))

    # The same text, split in another way.
    for kind, changes in {"a capital of the status in the id": {"id": "1234-1610641025-49201A", "status": "PPROVED"},
                          "the status in the id": {"id": "1234-1610641025-49201APPROVE", "status": "D"},
                          "a digit of the amount in the status": {"status": "APPROVED4", "amount_in_cents": 490000},
                          "the id empty": {"id": "", "status": "1234-1610641025-49201APPROVED"}}.items():
        suite.invalid(kind, body=body(**changes))
    suite.invalid("a digit of the amount in the timestamp", body=body(tag().hex(), time="0" + T, amount_in_cents=449000))
    suite.invalid("a digit of the timestamp in the amount", body=body(tag().hex(), time=int(T[1:]), amount_in_cents=44900001))
    ending = tag(text=text[:-1] + "1")
    suite.valid("an amount that does not end in zero", body=body(ending.hex(), amount_in_cents=4490001))
    suite.invalid("and its last digit in the timestamp", body=body(ending.hex(), time=int("1" + T), amount_in_cents=449000))
    suite.invalid("a timestamp in milliseconds", body=body(time=NOW * 1000))
    for kind, value in {"text": "4490000", "a fraction": 4490000.5, "below zero": -1, "null": None, "with a leading zero": "04490000"}.items():
        add = suite.valid if kind == "text" else suite.invalid
        add(f"amount {kind}", body=body(signed=f"1234-1610641025-49201APPROVED{value}", amount_in_cents=value))
    suite.invalid("status in lower case", body=body(signed=text.replace("APPROVED", "approved"), status="approved"))
    suite.invalid("timestamp missing", body=body().replace(b'"timestamp"', b'"time"'))
    suite.invalid("timestamp twice", body=body().replace(b'"sent_at"', b'"timestamp":1,"sent_at"'))
    suite.invalid("no JSON", body=b"x")
    suite.invalid("body empty", body=b"")
    return suite


@custom("iyzico")
def iyzico():
    good = {"paymentConversationId": "conv1", "merchantId": 1, "paymentId": 7, "status": "SUCCESS", "iyziReferenceCode": "ref-1",
            "iyziEventType": "API_AUTH"}

    def sign(text, key=KEY):
        return [["X-IYZ-SIGNATURE-V3", mac("sha256", key, text).hex()]]

    text = KEY + "API_AUTH7conv1SUCCESS"
    suite = Suite(dumps(good), KEY, sign(text), id="ref-1", type="API_AUTH")
    tagged(suite, at("X-IYZ-SIGNATURE-V3"), mac("sha256", KEY, text))
    hosted = {name: value for name, value in good.items() if name != "paymentId"} | {"token": "tok-1", "iyziPaymentId": 9}
    suite.valid("hosted page", body=dumps(hosted), headers=sign(KEY + "API_AUTH9tok-1conv1SUCCESS"))
    order = {"merchantId": 1, "iyziEventType": "subscription.order.success", "subscriptionReferenceCode": "s", "orderReferenceCode":
             "o", "customerReferenceCode": "c", "iyziReferenceCode": "ref-3"}
    suite.valid("subscription", body=dumps(order), headers=sign("1" + KEY + "subscription.order.successsoc"), id="ref-3",
                type="subscription.order.success")
    suite.valid("reference changed, it is not covered", body=dumps(good | {"iyziReferenceCode": "ref-9"}), id="ref-9")
    for name, value in {"paymentId": 8, "status": "FAILURE", "paymentConversationId": "conv2", "iyziEventType": "X"}.items():
        suite.invalid(name + " changed", body=dumps(good | {name: value}))
    suite.invalid("a token more", body=dumps(good | {"token": ""}))
    suite.invalid("status missing", body=dumps({name: value for name, value in good.items() if name != "status"}))
    suite.invalid("signed without the secret in front", headers=sign(text.removeprefix(KEY)))
    suite.invalid("status twice", body=dumps(good).replace(b'"status"', b'"status":"FAILURE","status"'))
    suite.twice("X-IYZ-SIGNATURE-V3", sign(text, OTHER)[0][1])
    return suite


def myfatoorah(body, text, changed, **told):
    def sign(text=text, key=KEY):
        return [["MyFatoorah-Signature", b64(mac("sha256", key, text))]]

    suite = Suite(dumps(body), KEY, sign(), **told)
    tagged(suite, at("MyFatoorah-Signature"), mac("sha256", KEY, text), "base64")
    for kind, other in changed.items():
        suite.invalid(kind, body=dumps(other))
    suite.invalid("no data", body=dumps({name: value for name, value in body.items() if name != "Data"}))
    suite.invalid("no JSON", body=b"x")
    suite.invalid("key decoded as base64", headers=[["MyFatoorah-Signature", b64(mac("sha256", base64.b64decode(KEY), text))]])
    suite.twice("MyFatoorah-Signature", sign(key=OTHER)[0][1])
    return suite, sign


@custom("myfatoorah-v1")
def myfatoorah_v1():
    data = {"CreatedDate": "04032021211555", "CustomerEmail": None, "CustomerMobile": "96512345678"}
    body = {"EventType": 1, "Event": "TransactionsStatusChanged", "Data": data}
    text = "CreatedDate=04032021211555,CustomerEmail=,CustomerMobile=96512345678"
    suite, sign = myfatoorah(body, text, {
        "a property changed": body | {"Data": data | {"CustomerMobile": "1"}},
        "a property more": body | {"Data": data | {"Amount": 1}},
        "a property that is an object": body | {"Data": data | {"CustomerEmail": {}}},
    }, id=None, type="TransactionsStatusChanged")
    suite.valid("properties in another order", body=dumps(body | {"Data": dict(reversed(data.items()))}))
    suite.invalid("properties signed in another order", headers=sign(",".join(reversed(text.split(",")))))
    return suite


@custom("myfatoorah-v2")
def myfatoorah_v2():
    data = {"Invoice": {"Id": "6409988", "Status": "PAID", "ExternalIdentifier": None},
            "Transaction": {"Status": "SUCCESS", "PaymentId": "0707"}}
    body = {"Event": {"Code": 1, "Name": "PAYMENT_STATUS_CHANGED", "Reference": "WE-000001"}, "Data": data}
    text = "Invoice.Id=6409988,Invoice.Status=PAID,Transaction.Status=SUCCESS,Transaction.PaymentId=0707,Invoice.ExternalIdentifier="
    suite, sign = myfatoorah(body, text, {
        "a property changed": body | {"Data": data | {"Transaction": {"Status": "FAILED", "PaymentId": "0707"}}},
        "an unknown event": body | {"Event": {"Name": "OTHER"}},
        "another event": body | {"Event": {"Name": "REFUND_STATUS_CHANGED"}},
    }, id="WE-000001", type="PAYMENT_STATUS_CHANGED")
    suite.valid("reference changed, it is not covered", body=dumps(body | {"Event": body["Event"] | {"Reference": "WE-2"}}), id="WE-2")
    refund = {"Event": {"Name": "REFUND_STATUS_CHANGED", "Reference": "WE-3"}, "Data": {
        "Refund": {"Id": 5, "Status": "REFUNDED"}, "Amount": {"ValueInBaseCurrency": "1.5"}, "ReferencedInvoice": {"Id": "9"}}}
    suite.valid("refund", body=dumps(refund), id="WE-3", type="REFUND_STATUS_CHANGED", headers=sign(
        "Refund.Id=5,Refund.Status=REFUNDED,Amount.ValueInBaseCurrency=1.5,ReferencedInvoice.Id=9"))
    return suite


@custom("mandrill")
def mandrill():
    url, path = "https://shop.example/hooks", "/hooks?a=1"
    events = dumps([{"event": "send", "msg": {"subject": "Zoë + 日本"}}])
    form = b"mandrill_events=" + quote_plus(events).encode()

    def tag(fields=b"mandrill_events" + events, key=KEY, url=url + "?a=1"):
        return mac("sha1", key, url, fields)

    def sign(**how):
        return [["X-Mandrill-Signature", b64(tag(**how))]]

    suite = Suite(form, KEY, sign(), url=url, path_and_query=path, id=None, type=None)
    tagged(suite, at("X-Mandrill-Signature"), tag(), "base64")
    suite.valid("two fields, in the order of their names", body=form + b"&a=b", headers=sign(fields=b"abmandrill_events" + events))
    suite.invalid("a field more", body=form + b"&a=b")
    suite.invalid("a field twice", body=form + b"&mandrill_events=x")
    suite.invalid("an event changed", body=form.replace(b"send", b"open"))
    suite.invalid("another URL", url=url + "/")
    suite.invalid("query changed", path_and_query="/hooks?a=2")
    suite.invalid("query left out", path_and_query="/hooks")
    suite.invalid("SHA-256", headers=[["X-Mandrill-Signature", b64(mac("sha256", KEY, url + "?a=1", b"mandrill_events" + events))]])
    suite.twice("X-Mandrill-Signature", sign(key=OTHER)[0][1])
    return suite


@custom("plivo")
def plivo():
    url, path, nonce = "https://shop.example/answer", "/answer?b=2&a=x%20y", "05429567804466091622"
    form = b"To=%2B15551234567&CallStatus=ringing&From=%2B15557654321"

    def tag(body=form, key=KEY, path=path, nonce=nonce):
        query = parse_qsl(path.partition("?")[2], keep_blank_values=True)
        asked = "&".join(f"{name}={value}" for name, value in sorted(query))
        fields = "".join(name + value for name, value in sorted(parse_qsl(body.decode(), keep_blank_values=True)))
        mark = "?" if asked or fields else ""
        return mac("sha256", key, url, mark, asked, "." if asked and fields else "", fields, ".", nonce)

    def spelled(text, nonce=nonce):
        return [["X-Plivo-Signature-V3", text], ["X-Plivo-Signature-V3-Nonce", nonce]]

    def sign(**how):
        return spelled(b64(tag(**how)), how.get("nonce", nonce))

    suite = Suite(form, KEY, sign(), url=url, path_and_query=path, id=None, type=None)
    suite.valid("event")
    proofs(suite, "X-Plivo-Signature-V3", sign, tag(), spelled)
    suite.valid("two tags, the last ours", headers=spelled(b64(tag(key=OTHER)) + "," + b64(tag())))
    suite.invalid("17 tags, the last ours", headers=spelled((b64(tag(key=OTHER)) + ",") * 16 + b64(tag())))
    suite.valid("fields in another order", body=b"&".join(reversed(form.split(b"&"))))
    suite.valid("query in another order", path_and_query="/answer?a=x+y&b=2")
    suite.valid("no query", path_and_query="/answer", headers=sign(path="/answer"))
    suite.valid("no fields", body=b"", headers=sign(body=b""))
    suite.valid("neither query nor fields", body=b"", path_and_query="/answer", headers=sign(body=b"", path="/answer"))
    text = form + "&Text=".encode() + quote_plus("Zoë + 日本").encode() + b"&Empty="
    suite.valid("values beyond ASCII and empty", body=text, headers=sign(body=text))
    suite.invalid("a field changed", body=form.replace(b"ringing", b"answered"))
    suite.invalid("a field twice", body=form + b"&CallStatus=ringing")
    suite.invalid("a field more", body=form + b"&a=b")
    suite.invalid("query changed", path_and_query="/answer?b=2&a=x")
    suite.invalid("query left out", path_and_query="/answer")
    suite.invalid("another URL", url=url + "/")
    suite.invalid("nonce changed", headers=spelled(b64(tag()), nonce + "1"))
    suite.invalid("nonce empty, signed as sent", headers=sign(nonce=""))
    suite.invalid("nonce missing", headers=sign()[:1])
    old = b64(mac("sha256", KEY, url, nonce))
    suite.invalid("version 2 alone", headers=[["X-Plivo-Signature-V2", old], ["X-Plivo-Signature-V2-Nonce", nonce]])
    plivo_accounts(suite, "V3", b64(tag()), b64(tag(key=OTHER)), nonce)
    return suite


def plivo_accounts(suite, version, ours, wrong, nonce):
    """A subaccount's tag and the main account's, each in a header of its own."""
    def sent(tag, main):
        pairs = [[f"X-Plivo-Signature-{version}", tag], [f"X-Plivo-Signature-Ma-{version}", main]]
        return [pair for pair in pairs if pair[1] is not None] + [[f"X-Plivo-Signature-{version}-Nonce", nonce]]

    for name, tags in {"of the main account alone": (None, ours), "of the main account beside another": (wrong, ours),
                       "of the subaccount beside another": (ours, wrong), "in both headers": (ours, ours)}.items():
        suite.valid(f"tag {name}", headers=sent(*tags))
    for name, tags in {"wrong in both headers": (wrong, wrong), "in neither header": (None, None),
                       "empty in both": ("", "")}.items():
        suite.invalid(f"tag {name}", headers=sent(*tags))
    suite.invalid("tag of the main account twice", headers=sent(None, ours) + sent(None, wrong)[:1])


@custom("plivo-v2")
def plivo_v2():
    url, path, nonce = "https://shop.example/messages", "/messages?a=1", "05429567804466091622"
    form = b"From=15557654321&To=15551234567&Type=sms&Text=hello&MessageUUID=b6a3"

    def tag(key=KEY, url=url, nonce=nonce):
        return mac("sha256", key, url, nonce)

    def sign(text=..., nonce=nonce, **how):
        text = b64(tag(nonce=nonce, **how)) if text is ... else text
        return [["X-Plivo-Signature-V2", text], ["X-Plivo-Signature-V2-Nonce", nonce]]

    suite = Suite(form, KEY, sign(), url=url, path_and_query=path, id=None, type=None)
    tagged(suite, at("X-Plivo-Signature-V2", ["X-Plivo-Signature-V2-Nonce", nonce]), tag(), encoding="base64")
    suite.valid("body changed, it is not covered", body=form.replace(b"hello", b"bye"))
    suite.valid("query changed, it is not covered", path_and_query="/messages?a=2")
    suite.valid("no body", body=b"")
    suite.invalid("another URL", url=url + "/")
    suite.invalid("query signed", headers=sign(url=url + "?a=1"))
    suite.invalid("a dot before the nonce, as version 3 has it", headers=sign(b64(tag(nonce="." + nonce))))
    suite.invalid("nonce changed", headers=sign(b64(tag()), nonce + "1"))
    suite.invalid("nonce empty, signed as sent", headers=sign(nonce=""))
    suite.invalid("nonce missing", headers=sign()[:1])
    suite.invalid("version 3 alone", headers=[["X-Plivo-Signature-V3", b64(tag())], ["X-Plivo-Signature-V3-Nonce", nonce]])
    plivo_accounts(suite, "V2", b64(tag()), b64(tag(key=OTHER)), nonce)
    return suite


@custom("dropbox-sign")
def dropbox_sign():
    event = {"event_time": "1699999990", "event_type": "signature_request_signed", "event_metadata": {"reported_for_app_id": None}}

    def tag(key=KEY, time=event["event_time"], kind=event["event_type"]):
        return mac("sha256", key, time, kind)

    def written(text=..., key=KEY, **changed):
        of = event | changed | {"event_hash": tag(key).hex() if text is ... else text}
        return json.dumps({"event": {name: value for name, value in of.items() if value is not ...},
                           "signature_request": {"signature_request_id": "fa5c8a0b"}})

    def multipart(content, boundary="a-b", before="", names=("json",)):
        parts = "".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{content}\r\n' for name in names)
        return f"{before}{parts}--{boundary}--\r\n".encode()

    kind = [["Content-Type", "multipart/form-data; boundary=a-b"]]
    form = [["Content-Type", "application/x-www-form-urlencoded"]]
    suite = Suite(multipart(written()), KEY, kind)
    labels = {"id": None, "type": event["event_type"]}
    suite.valid("boundary in quotes", headers=[["Content-Type", 'multipart/form-data; boundary="a-b"']], **labels)
    suite.valid("a preamble and another field", body=multipart(written(), before="x\r\n", names=("json",)), **labels)
    suite.valid("a form without parts", headers=form, body=b"json=" + quote_plus(written()).encode(), **labels)
    suite.valid("request changed, it is not covered", body=multipart(written().replace("fa5c", "aaaa")), **labels)
    suite.secrets(OTHER)
    for what, text in bad_hex(tag(), "tag one character short", "tag cut in half", "tag one byte longer", "tag empty",
                              "tag with 0x in front"):
        suite.invalid(what, body=multipart(written(text)))
    suite.invalid("tag in base64", body=multipart(written(b64(tag()))))
    suite.invalid("tag of zeros", body=multipart(written("00" * 32)))
    suite.invalid("tag missing", body=multipart(written(text=None).replace('"event_hash": null', '"other": 1')))
    suite.invalid("time changed", body=multipart(written(event_time="1699999991")))
    suite.invalid("time a number", body=multipart(written(event_time=1699999990).replace('"1699999990"', "[1699999990]")
                                                  .replace("1699999990,", "[1],")))
    suite.invalid("type changed", body=multipart(written(event_type="signature_request_declined")))
    suite.invalid("border between time and type moved",
                  body=multipart(written(event_time="1699999990s", event_type="ignature_request_signed_")))
    suite.invalid("field twice", body=multipart(written(), names=("json", "json")))
    suite.invalid("field of another name", body=multipart(written(), names=("jso",)))
    suite.invalid("another boundary", body=multipart(written(), boundary="a-c"))
    suite.invalid("no end", body=multipart(written())[:-6])
    suite.invalid("no content type", headers=[])
    suite.invalid("no boundary", headers=[["Content-Type", "multipart/form-data"]])
    suite.invalid("JSON alone", headers=[["Content-Type", "application/json"]], body=written().encode())
    suite.invalid("body empty", body=b"")
    return suite


@custom("messagebird-legacy")
def messagebird_legacy():
    body, path, query = b'{"id":"msg_1","status":"delivered"}', "/hooks?b=%20x&a=1&c", "a=1&b=+x&c="

    def tag(body=body, key=KEY, time=T, query=query):
        return mac("sha256", key, time, "\n", query, "\n", hashlib.sha256(raw(body)).digest())

    def header(text, time=T):
        return [["MessageBird-Signature", text], ["MessageBird-Request-Timestamp", time]]

    def sign(body=body, key=KEY, time=T, query=query):
        return header(b64(tag(body, key, time, query)), time)

    suite = Suite(body, KEY, sign(), path_and_query=path, id=None, type=None)
    proofs(suite, "MessageBird-Signature", sign, tag(), header)
    suite.bodies(sign, id=None, type=None)
    suite.tolerance()
    # The message of the SDKs' own tests: no query and no body.
    suite.valid("no query", path_and_query="/hooks", headers=sign(query=""))
    suite.valid("an empty query", path_and_query="/hooks?", headers=sign(query=""))
    suite.valid("a status report by GET", method="GET", body=b"", headers=sign(b""))
    suite.valid("query in another order and spelling", path_and_query="/hooks?c=&a=%31&b=+x")
    suite.valid("two values of one name keep their order", path_and_query="/hooks?a=2&a=1", headers=sign(query="a=2&a=1"))
    suite.valid("a query beyond ASCII", path_and_query="/hooks?n=Zo%C3%AB*~", headers=sign(query="n=Zo%C3%AB%2A~"))
    suite.invalid("two values of one name changed about", path_and_query="/hooks?a=1&a=2", headers=sign(query="a=2&a=1"))
    suite.invalid("query changed", path_and_query="/hooks?b=%20x&a=2&c")
    suite.invalid("query left out", path_and_query="/hooks")
    suite.invalid("query not sorted in what is signed", headers=sign(query="b=+x&a=1&c="))
    suite.invalid("body in hexadecimal in what is signed",
                  headers=header(b64(mac("sha256", KEY, T, "\n", query, "\n", hashlib.sha256(body).hexdigest()))))
    suite.invalid("time changed by a second", headers=header(b64(tag()), str(NOW + 1)))
    suite.invalid("time missing", headers=suite.headers("MessageBird-Request-Timestamp", None))
    suite.invalid("time in milliseconds", headers=sign(time=MS))
    suite.twice("MessageBird-Request-Timestamp", str(NOW + 1))
    return suite


@custom("bird")
def bird():
    body, path, url = b'{"event":"sms.outbound","service":"channels","payload":{"id":"m1"}}', "/hooks?a=1", "https://shop.example/hooks"

    def tag(body=body, key=KEY, time=T, url=url + "?a=1"):
        return mac("sha256", key, time, "\n", url, "\n", hashlib.sha256(raw(body)).digest())

    def header(text, time=T):
        return [["MessageBird-Signature", text], ["MessageBird-Request-Timestamp", time]]

    def sign(body=body, key=KEY, time=T, url=url + "?a=1"):
        return header(b64(tag(body, key, time, url)), time)

    suite = Suite(body, KEY, sign(), path_and_query=path, url=url, id=None, type="sms.outbound")
    proofs(suite, "MessageBird-Signature", sign, tag(), header)
    suite.bodies(sign)
    suite.tolerance()
    suite.valid("no query", path_and_query="/hooks", headers=sign(url=url))
    suite.invalid("query changed", path_and_query="/hooks?a=2")
    suite.invalid("query left out", path_and_query="/hooks")
    suite.invalid("another host", url="https://shop.test/hooks")
    suite.invalid("the message of MessageBird", headers=header(b64(mac("sha256", KEY, T, "\na=1\n", hashlib.sha256(body).digest()))))
    suite.invalid("body in hexadecimal in what is signed",
                  headers=header(b64(mac("sha256", KEY, T, "\n", url + "?a=1\n", hashlib.sha256(body).hexdigest()))))
    suite.invalid("time changed by a second", headers=header(b64(tag()), str(NOW + 1)))
    suite.invalid("time missing", headers=suite.headers("MessageBird-Request-Timestamp", None))
    suite.invalid("time in milliseconds", headers=sign(time=MS))
    suite.twice("MessageBird-Request-Timestamp", str(NOW + 1))
    return suite


class Dlocal(Template):
    """A secret is `login:key`, and the login stands before the time in the signed message."""

    def tag(self, body, secret, time, ident, key=None, signs=None, **how):
        login, _, behind = secret.partition(":")
        return super().tag(body, secret, time, ident, key=lambda _: (key or self.key)(behind),
                           signs=login + (signs or self.signs), **how)


CUSTOM["dlocal"] = Dlocal(
    "dlocal", '{"id":"D-4","amount":72.00,"status":"PAID"}', "{time}{body}", header="Authorization",
    shape="V2-HMAC-SHA256, Signature: {tag}", time="X-Date", unit="rfc3339", id="D-4", secret="merchant:" + KEY,
    other="merchant:" + OTHER, extra=[("X-Login", "merchant")], also=lambda row, suite: (
        suite.valid("X-Login changed, it is not looked at", headers=suite.headers("X-Login", "another")),
        suite.invalid("another login", secrets=["another:" + KEY]))).suite


PAYMOB = ["amount_cents", "created_at", "currency", "error_occured", "has_parent_transaction", "id", "integration_id",
          "is_3d_secure", "is_auth", "is_capture", "is_refunded", "is_standalone_payment", "is_voided", "order.id", "owner", "pending",
          "source_data.pan", "source_data.sub_type", "source_data.type", "success"]


@custom("paymob")
def paymob():
    good = {"id": 192036465, "pending": False, "amount_cents": 100000, "success": True, "is_auth": False, "is_capture": False,
            "is_standalone_payment": True, "is_voided": False, "is_refunded": False, "is_3d_secure": True, "integration_id": 4097558,
            "has_parent_transaction": False, "order": {"id": 217503754, "merchant_order_id": "order-1"},
            "created_at": "2024-06-13T11:33:44.592345", "currency": "EGP", "source_data": {
                "pan": "2346", "type": "card", "sub_type": "MasterCard"}, "error_occured": False, "owner": 302852}

    def put(**changes):
        """The transaction with these values: `order__id` is within the order."""
        obj = json.loads(json.dumps(good))
        for name, value in changes.items():
            *outer, name = name.split("__")
            place = obj[outer[0]] if outer else obj
            if value is ...:
                del place[name]
            else:
                place[name] = value
        return obj

    def text(obj):
        out = ""
        for name in PAYMOB:
            value = obj
            for part in name.split("."):
                value = value[part]
            out += "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        return out

    # Paymob's page prints this message. Its key is not published.
    assert text(good) == ("1000002024-06-13T11:33:44.592345EGPfalsefalse1920364654097558truefalsefalsefalsetruefalse217503754302852"
                          "false2346MasterCardcardtrue")

    def body(obj=good, kind="TRANSACTION"):
        return dumps({"type": kind, "obj": obj})

    def tag(obj=good, key=KEY):
        return mac("sha512", key, text(obj))

    def ask(spelled):
        return {"path_and_query": "/webhook" + ("" if spelled is None else "?hmac=" + quote_plus(spelled))}

    def signed(obj):
        return {"body": body(obj), **ask(tag(obj).hex())}

    settings = {"integration_id": "12, 4097558", "owner": "302852"}
    suite = Suite(body(), KEY, [], settings=settings, id="192036465", type="TRANSACTION", **ask(tag().hex()))
    tagged(suite, ask, tag())
    other = {"id": ..., "type": ...}
    suite.valid("another parameter before", path_and_query="/webhook?a=1&hmac=" + tag().hex())
    suite.valid("the same tag twice", path_and_query=f"/webhook?hmac={tag().hex()}&hmac={tag().hex()}")
    suite.invalid("two tags", path_and_query=f"/webhook?hmac={tag().hex()}&hmac={tag(key=OTHER).hex()}")
    suite.invalid("tag in a header", headers=[["hmac", tag().hex()]], path_and_query="/webhook")
    suite.valid("a refund", **signed(put(id=7, has_parent_transaction=True)), id="7")
    suite.valid("a wallet", **signed(put(source_data__pan="01010101010", source_data__sub_type="wallet", source_data__type="wallet")))
    suite.valid("a source without a kind", **signed(put(source_data__sub_type=None)))
    suite.valid("numbers as texts", body=body(put(id="192036465", amount_cents="100000")))
    suite.valid("merchant_order_id changed, it is not covered", body=body(put(order__merchant_order_id="order-2")))
    suite.valid("type changed, it is not covered", body=body(kind="TOKEN"), type="TOKEN")
    changes = {"amount_cents": 1, "created_at": "2024-06-13T11:33:44.592346", "currency": "USD", "id": 1, "integration_id": 1,
               "order__id": 1, "owner": 1, "source_data__pan": "1", "source_data__sub_type": "Visa", "source_data__type": "wallet"}
    for name in ("error_occured", "has_parent_transaction", "is_3d_secure", "is_auth", "is_capture", "is_refunded",
                 "is_standalone_payment", "is_voided", "pending", "success"):
        changes[name] = not good[name]
    for name, value in changes.items():
        suite.invalid(f"{name} changed", body=body(put(**{name: value})))
    for name in ("amount_cents", "order__id", "source_data__pan", "success", "source_data", "order"):
        suite.invalid(f"{name} missing", body=body(put(**{name: ...})))
    moved = put(amount_cents=1000002, created_at="024-06-13T11:33:44.592345")
    assert text(moved) == text(good)
    suite.invalid("digits moved from the time to the amount", body=body(moved))
    moved = put(amount_cents=10000, created_at="02024-06-13T11:33:44.592345")
    suite.invalid("digits moved from the amount to the time", body=body(moved))
    suite.invalid("a letter moved from the currency to the time", body=body(put(created_at=good["created_at"] + "E", currency="GP")))
    suite.invalid("flags as texts", body=body(put(success="true", pending="false")))
    suite.invalid("a flag moved to the source", body=body(put(source_data__type="cardtrue", success="")))
    suite.invalid("an amount with leading zeros", **signed(put(amount_cents="0100000")))
    suite.invalid("an amount with a fraction", **signed(put(amount_cents=1000.5)))
    suite.valid("one integration and its owner", settings=settings | {"integration_id": "4097558"})
    suite.invalid("another integration", settings=settings | {"integration_id": "4097559"})
    suite.invalid("another owner", settings=settings | {"owner": "30285,2852"})
    moved = put(order__id=2175037543, owner=2852, id=1920364654, integration_id="097558")
    suite.invalid("a number that begins with the zero of another", body=body(moved))
    moved = put(order__id=21750375, owner=4302852)
    assert text(moved) == text(good)
    suite.invalid("digits moved from the order to the owner", body=body(moved))
    moved = put(id=19203646, integration_id=54097558)
    suite.invalid("digits moved from the transaction to the integration", body=body(moved))
    flat = {"amount_cents": "100000", "created_at": good["created_at"], "currency": "EGP", "id": "192036465", "success": "true"}
    suite.invalid("the redirect of the customer", method="GET", body=b"", path_and_query="/webhook?" + urlencode(
        flat | {"hmac": tag().hex()}))
    card = {"id": 8555026, "token": "e98a", "masked_pan": "xxxx-xxxx-xxxx-2346", "merchant_id": 246628, "card_subtype": "MasterCard",
            "created_at": "2024-11-13T12:32:23.859982", "email": "test@test.com", "order_id": "264064419"}
    joined = "".join(str(card[name]) for name in sorted(card))
    suite.invalid("a card token", body=body(card, "TOKEN"), **ask(mac("sha512", KEY, joined).hex()))
    suite.invalid("success twice", body=body().replace(b'"owner"', b'"success":false,"owner"'))
    suite.invalid("the values beside obj", body=dumps(good))
    suite.invalid("no JSON", body=b"x")
    suite.invalid("body empty", body=b"")
    suite.invalid("the body signed, not the values", **ask(mac("sha512", KEY, body()).hex()))
    return suite


@custom("payfast")
def payfast():
    fields = {"m_payment_id": "1234", "pf_payment_id": "1089250", "payment_status": "COMPLETE", "item_name": "Order #1234",
              "item_description": "", "amount_gross": "200.00", "amount_fee": "-4.60", "amount_net": "195.40", "custom_str1": "",
              "name_first": "Zoë", "name_last": "O'Brien", "email_address": "ada+shop@example.com", "merchant_id": "10012577"}
    passphrase, other = "jt7NOE43FZPn-0123456789_/", "kt7NOE43FZPn-0123456789_/"

    def escape(value):
        """PHP's urlencode, which escapes a tilde too."""
        return quote_plus(value, safe="-._").replace("~", "%7E")

    def pairs(fields):
        return "&".join(f"{name}={escape(value)}" for name, value in fields.items())

    def tag(text=pairs(fields), key=passphrase):
        return hashlib.md5(raw(f"{text}&passphrase={escape(key)}")).digest()

    def body(spelled=..., text=pairs(fields), key=passphrase):
        spelled = tag(text, key).hex() if spelled is ... else spelled
        return raw(text + ("" if spelled is None else "&signature=" + quote_plus(spelled)))

    # The body of the test of Payfast's SDK. Its account has no passphrase.
    theirs = {"m_payment_id": "000000020", "pf_payment_id": "1579137", "payment_status": "COMPLETE", "item_name": "Order #000000020",
              "item_description": "", "amount_gross": "15.00", "amount_fee": "-2.30", "amount_net": "12.70", **{
                  f"custom_{kind}{i}": "" for kind in ("str", "int") for i in range(1, 6)}, "name_first": "Tom", "name_last": "Tom",
              "email_address": "lindley+user1@appinlet.com", "merchant_id": "10027938"}
    assert hashlib.md5(raw(pairs(theirs))).hexdigest() == "4078bca2c8987e0e0c4e7230f2f46323"

    suite = Suite(body(), passphrase, [["Content-Type", "application/x-www-form-urlencoded"]], id=None, type=None)
    suite.valid("event")
    suite.valid("two secrets, signed with the first", secrets=[passphrase, other])
    suite.valid("two secrets, signed with the second", secrets=[other, passphrase])
    suite.invalid("signed with a secret we do not hold", secrets=[other])
    for kind, text in bad_hex(tag()):
        suite.invalid(kind, body=body(text))
    suite.invalid("tag of zeros", body=body("0" * 32))
    suite.invalid("tag in base64", body=body(b64(tag())))
    suite.invalid("tag missing", body=body(None))
    suite.valid("tag in upper-case hex", body=body(tag().hex().upper()))
    suite.valid("the fields of the SDK's test", body=body(text=pairs(theirs)))
    suite.invalid("the SDK's test, signed without a passphrase", body=body("4078bca2c8987e0e0c4e7230f2f46323", pairs(theirs)))
    suite.invalid("signed with an empty passphrase", body=body(hashlib.md5(raw(pairs(fields) + "&passphrase=")).hexdigest()))
    suite.invalid("passphrase not escaped", body=body(hashlib.md5(raw(pairs(fields) + "&passphrase=" + passphrase)).hexdigest()))
    suite.invalid("passphrase in front", body=body(hashlib.md5(raw(passphrase + pairs(fields))).hexdigest()))
    suite.invalid("HMAC", body=body(mac("md5", passphrase, pairs(fields)).hex()))
    filled = "&".join(f"{name}={escape(value)}" for name, value in fields.items() if value)
    suite.invalid("signed without the empty fields", body=body(tag(filled).hex()))
    suite.invalid("fields signed in another order", body=body(tag(pairs(dict(sorted(fields.items())))).hex()))
    suite.invalid("fields in another order", body=raw(pairs(dict(sorted(fields.items()))) + "&signature=" + tag().hex()))
    spelled = pairs(fields).replace("%C3%AB", "%c3%ab").replace("+", "%20").replace("%40", "@").replace("Order", "%4Frder")
    suite.valid("values spelled otherwise", body=raw(f"{spelled}&signature={tag().hex()}"))
    suite.valid("names spelled otherwise", body=raw(f"%6D{pairs(fields)[1:]}&signature={tag().hex()}"))
    odd = fields | {"item_name": "~*'()!%&=+\\\u0000 日本 "}
    suite.valid("values of every kind", body=body(text=pairs(odd)))
    octets = raw("a=%FF%FE%00&b=%80")
    suite.valid("values not UTF-8", body=octets + b"&signature=" + raw(hashlib.md5(
        octets + raw("&passphrase=" + escape(passphrase))).hexdigest()))
    for name, value in {"payment_status": "CANCELLED", "amount_gross": "2.00", "merchant_id": "1", "custom_str1": "x"}.items():
        suite.invalid(name + " changed", body=raw(pairs(fields | {name: value}) + "&signature=" + tag().hex()))
    suite.invalid("a field behind the signature", body=body() + b"&amount_gross2=1")
    suite.invalid("a repeated field behind the signature", body=body() + b"&amount_gross=1")
    twice = pairs(fields) + "&amount_gross=1"
    suite.invalid("a repeated field, signed", body=body(text=twice))
    suite.invalid("two signatures", body=body() + b"&signature=" + raw(tag().hex()))
    suite.invalid("signature in front", body=raw(f"signature={tag().hex()}&{pairs(fields)}"))
    hidden = pairs(fields).replace("&amount_gross=", "%26amount_gross%3D", 1)
    suite.invalid("two fields as one", body=raw(f"{hidden}&signature={tag().hex()}"))
    names = pairs(fields).replace("=200.00&amount_fee=", "%3D200.00%26amount_fee=", 1)
    suite.invalid("a field in the name of another", body=raw(f"{names}&signature={tag().hex()}"))
    suite.invalid("only a signature", body=raw("signature=" + hashlib.md5(raw("&passphrase=" + escape(passphrase))).hexdigest()))
    suite.invalid("JSON", body=dumps(fields | {"signature": tag().hex()}))
    suite.invalid("body empty", body=b"")
    suite.invalid("signature in a header", body=body(None), headers=[["signature", tag().hex()]])
    suite.invalid("signature in the query", body=body(None), path_and_query="/webhook?signature=" + tag().hex())
    return suite
