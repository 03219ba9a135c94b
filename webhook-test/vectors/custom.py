"""Providers whose scheme no template says: forms, values out of a body, keys and headers that the request names."""

import base64
import hashlib
import json
from urllib.parse import parse_qsl, quote_plus, urlencode

from suite import MS, NOW, T, Suite, b64, bad_base64, bad_hex, flip, mac, noted, raw

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
