"""HTTP Message Signatures (RFC 9421): a second implementation of the signature base. Needs the package `cryptography`."""

import base64
import hashlib
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from asymmetric import pem, private
from suite import HERE, NOW, Suite, b64, flip, mac, raw
from token_keys import jwk as ec_jwk
from tokens import b64url

MESSAGE_SIGNATURES = {}
ES256 = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


def provider(name):
    def keep(make):
        MESSAGE_SIGNATURES[name] = make
        return make

    return keep


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def jwk(name, **changes):
    """The public key as a JSON Web Key."""
    if not name.startswith("ed25519"):
        return ec_jwk(name, **changes)
    point = private(name).public_key().public_bytes_raw()
    made = {"kty": "OKP", "crv": "Ed25519", "x": b64url(point), "kid": "key-1", "use": "sig"} | changes
    return json.dumps({key: value for key, value in made.items() if value is not ...})


def sign(name, base):
    key = private(name)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(raw(base))
    r, s = decode_dss_signature(key.sign(raw(base), ES256))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verifies(key, base, signature):
    """Whether a JSON Web Key verifies a signature."""
    number = lambda member: base64.urlsafe_b64decode(key[member] + "=" * (-len(key[member]) % 4))
    try:
        if key["crv"] == "Ed25519":
            ed25519.Ed25519PublicKey.from_public_bytes(number("x")).verify(signature, raw(base))
        else:
            public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\4" + number("x") + number("y"))
            halves = [int.from_bytes(half, "big") for half in (signature[:32], signature[32:])]
            public.verify(encode_dss_signature(*halves), raw(base), ES256)
    except InvalidSignature:
        return False
    return True


class Request:
    """A request to a URL without query, and the signatures that its sender makes."""

    covered, params, label, path = (), {}, "sig1", lambda self, path: path

    def __init__(self, body, key, url, query=""):
        self.body, self.key, self.url, self.query = raw(body), key, url, query
        self.origin = "/".join(url.split("/")[:3])
        self.target = url[len(self.origin):] + query

    def digest(self, body):
        return "sha-256=:" + b64(hashlib.sha256(body).digest()) + ":"

    def fields(self, body):
        """The headers besides the signatures."""
        return [["Content-Type", "application/json"], ["Content-Digest", self.digest(body)]]

    def value(self, name, fields, method="POST"):
        path = self.path(self.url[len(self.origin):])
        authority = self.origin.split("//")[1].lower().removesuffix(":443")
        derived = {"@method": method, "@authority": authority, "@scheme": "https", "@path": path, "@query": "?" + self.query[1:],
                   "@target-uri": f"https://{authority}{path}{self.query}", "@request-target": path + self.query}
        if name in derived:
            return derived[name]
        lines = [text.strip() for header, text in fields if header.lower() == name]
        return ", ".join(lines) if lines else None

    def input(self, covered=None, **params):
        covered = self.covered if covered is None else covered
        made = self.params | params
        text = "(" + " ".join(quoted(name) for name in covered) + ")"
        return text + "".join(f";{name}={value if isinstance(value, int) else quoted(value)}"
                              for name, value in made.items() if value is not ...)

    def base(self, text, covered, fields, method="POST"):
        lines = [f'"{name}": {self.value(name, fields, method)}' for name in covered]
        return "\n".join(lines + [f'"@signature-params": {text}'])

    def signed(self, body=None, key=None, covered=None, fields=None, method="POST", text=None, **params):
        """The parameters, and the bytes of their signature."""
        body = self.body if body is None else body
        fields = self.fields(body) if fields is None else fields
        covered = self.covered if covered is None else covered
        text = self.input(covered, **params) if text is None else text
        return text, sign(key or self.key, self.base(text, covered, fields, method))

    def spell(self, signature):
        return b64(signature)

    def headers(self, text, signature, fields, label=None):
        label = label or self.label
        spelled = signature if isinstance(signature, str) else self.spell(signature)
        return fields + [["Signature-Input", f"{label}={text}"], ["Signature", f"{label}=:{spelled}:"]]

    def sign(self, body=None, fields=None, label=None, **how):
        body = self.body if body is None else body
        fields = self.fields(body) if fields is None else fields
        return self.headers(*self.signed(body, fields=fields, **how), fields, label)

    # ---- what holds of every sender

    def bodies(self, suite):
        suite.bodies(lambda body=self.body: self.sign(body), id=..., type=...)
        fields = self.fields(self.body)
        others = [pair for pair in fields if pair[0] != "Content-Digest"]
        wide = "sha-512=:" + b64(hashlib.sha512(self.body).digest()) + ":"
        narrow, empty = self.digest(self.body), self.digest(b"")
        for name, value, expect in [
                ("SHA-512 of the body", wide, "valid"), ("both digests", f"{narrow}, {wide}", "valid"),
                ("an unknown digest beside", f"md5=:AAAA:, {narrow}", "valid"),
                ("two digests, one of another body", f"{empty}, {wide}", "invalid"),
                ("digest of another body", empty, "invalid"), ("an unknown digest alone", "md5=:AAAA:", "invalid"),
                ("digest named twice", f"{empty}, {narrow}", "invalid"), ("digest that is no binary", narrow.replace(":", ""), "invalid"),
                ("digest in hexadecimal", "sha-256=:" + hashlib.sha256(self.body).hexdigest() + ":", "invalid"),
                ("digest empty", "sha-256=::", "invalid"), ("header of the digest empty", "", "invalid")]:
            suite.add(name, expect, {"headers": self.sign(fields=others + [["Content-Digest", value]])})
        lines = others + [["Content-Digest", f"md5=:AAAA:"], ["Content-Digest", narrow]]
        suite.valid("the digest in two lines, signed joined", headers=self.sign(fields=lines))
        suite.invalid("the digest missing", headers=suite.headers("Content-Digest", None))
        suite.twice("Content-Digest", empty)

    def components(self, suite):
        for name in self.covered:
            rest = [other for other in self.covered if other != name]
            suite.invalid(f"{name} not covered", headers=self.sign(covered=rest))
        suite.valid("components in another order", headers=self.sign(covered=list(reversed(self.covered))))
        more = self.fields(self.body) + [["Date", "Tue, 14 Nov 2023 22:13:20 GMT"], ["X-Two", " a "], ["X-Two", "b"], ["X-Empty", ""]]
        covered = [*self.covered, "date", "x-two", "x-empty", "@scheme", "@request-target"]
        suite.valid("more than is required", headers=self.sign(covered=covered, fields=more))
        suite.invalid("a covered header missing", headers=self.sign(covered=[*self.covered, "x-none"]))
        suite.invalid("a component twice", headers=self.sign(covered=[*self.covered, self.covered[0]]))
        suite.invalid("a header in upper case", headers=self.sign(covered=[*self.covered, "Date"], fields=more))
        suite.invalid("the status of a response", headers=self.sign(covered=[*self.covered, "@status"]))
        suite.invalid("an unknown component", headers=self.sign(covered=[*self.covered, "@none"]))
        two = self.sign(covered=[*self.covered, "x-two"], fields=more)
        suite.invalid("a line of a covered header left out", headers=[pair for pair in two if pair[1] != "b"])
        suite.invalid("lines of a covered header in another order", headers=sorted(two, key=lambda pair: pair[1] == " a "))
        text, signature = self.signed()
        for name, flag in {"sf": ";sf", "bs": ";bs", "req": ";req", "tr": ";tr"}.items():
            odd = text.replace('"content-type"', '"content-type"' + flag)
            base = self.base(odd, self.covered, self.fields(self.body)).replace('"content-type":', f'"content-type"{flag}:', 1)
            suite.invalid(f"a component with the parameter {name}", headers=self.headers(odd, sign(self.key, base), self.fields(self.body)))

    def spellings(self, suite):
        text, signature = self.signed()
        fields, spelled = self.fields(self.body), self.spell(signature)
        put = lambda input=f"{self.label}={text}", value=f"{self.label}=:{spelled}:": fields + [["Signature-Input", input], ["Signature", value]]
        apart = text.replace('" "', '"   "').replace("(", "(  ", 1).replace(")", " )", 1).replace(";", "; ")
        suite.valid("white space where the grammar has it", headers=put(input=f" {self.label}={apart} "))
        suite.valid("a signature of another receiver before", headers=put(
            input=f'other=("@method");keyid="x", {self.label}={text}', value=f"other=:AAAA:, {self.label}=:{spelled}:"))
        suite.valid("a signature of another receiver after, without its bytes", headers=put(
            input=f'{self.label}={text}, other=("@method");keyid="x"'))
        suite.valid("in lines of their own", headers=fields + [
            ["Signature-Input", 'other=("@method")'], ["Signature-Input", f"{self.label}={text}"],
            ["Signature", "other=:AAAA:"], ["Signature", f"{self.label}=:{spelled}:"]])
        suite.valid("a parameter of the bytes, which nothing reads", headers=put(value=f"{self.label}=:{spelled}:;x=1"))
        label = self.label
        for name, headers in {
                "no headers": [], "no signature": put()[:-1], "no parameters": fields + put()[-1:],
                "both headers empty": put(input="", value=""), "bytes under another label": put(value=f"other=:{spelled}:"),
                "the label twice": put(input=f"{label}={text}, {label}={text}"),
                "the bytes twice": put(value=f"{label}=:{spelled}:, {label}=:{spelled}:"),
                "parameters that are a token": put(input=f"{label}=this-is-no-list"),
                "parameters that are a string": put(input=f"{label}={quoted(text)}"), "parameters cut": put(input=f"{label}={text[:-1]}"),
                "a comma at the end": put(input=f"{label}={text},"), "bytes that are a string": put(value=f"{label}={quoted(spelled)}"),
                "bytes without a colon": put(value=f"{label}=:{spelled}"), "bytes empty": put(value=f"{label}=::"),
                "bytes in hexadecimal": put(value=f"{label}=:{signature.hex()}:"), "not ASCII": put(input=f"{label}={text};é=1"),
                "a space before the parameters": put(input=f"{label}={text.replace(';', ' ;', 1)}"),
                "65 signatures": put(input=", ".join(f"a{i}=()" for i in range(64)) + f", {label}={text}"),
                "9000 bytes": put(input=f"{label}={text}, other=" + quoted("x" * 9000))}.items():
            suite.invalid(name, headers=headers)
        for name, odd in {"one byte short": signature[:-1], "one byte longer": signature + b"\0", "of zeros": bytes(64), "doubled": signature * 2,
                          "with its first bit turned": flip(signature, 0), "with its last bit turned": flip(signature, -1)}.items():
            suite.invalid(f"signature {name}", headers=put(value=f"{label}=:{self.spell(odd)}:"))

    def parameters(self, suite, required):
        for name in required:
            suite.invalid(f"{name} missing", headers=self.sign(**{name: ...}))
        for name in ("keyid", "nonce", "alg"):
            for kind, odd in {"empty": "", "a number": 1, "long": "k" * 257}.items():
                suite.invalid(f"{name} {kind}", headers=self.sign(**{name: odd}))
        for name in ("created", "expires"):
            for kind, odd in {"a text": str(NOW), "negative": -NOW}.items():
                suite.invalid(f"{name} {kind}", headers=self.sign(**{name: odd}))
        text = self.input() + ";later"
        suite.valid("an unknown parameter", headers=self.sign(text=text))
        suite.invalid("a parameter twice", headers=self.sign(text=self.input() + ';keyid="key-1"'))
        good, signature = self.signed()
        for name, value in {"keyid": '"key-2"', "created": str(NOW - 1), "expires": str(NOW + 1), "nonce": '"another"'}.items():
            start = good.find(f";{name}=")
            if start >= 0:
                end = (good + ";").find(";", start + 1)
                changed = good[:start] + f";{name}={value}" + good[end:]
                suite.invalid(f"{name} changed", headers=self.headers(changed, signature, self.fields(self.body)))
        suite.valid("a key that is configured under its own name", settings=self.settings(kid="key-1"))
        suite.invalid("a key that is configured under another name", settings=self.settings(kid="key-2"))
        suite.invalid("the key of another algorithm named", headers=self.sign(alg="rsa-pss-sha512"))
        suite.invalid("a keyed hash named", headers=self.sign(alg="hmac-sha256"))

    def keys(self, suite, other):
        """The same under a key of the other algorithm, and under keys that are not the sender's."""
        public, names = private(self.key).public_key(), {"ed25519": "ed25519", "p256": "ecdsa-p256-sha256"}
        ours, theirs = jwk(self.key), jwk(self.key + "-other")
        alg = names[other] if "alg" in self.params else ...
        suite.valid("two keys, signed with the first", secrets=[ours, theirs])
        suite.valid("two keys, signed with the second", secrets=[theirs, ours])
        suite.invalid("signed with a key that is not configured", secrets=[theirs])
        suite.valid("the key in PEM", secrets=[pem(public)])
        suite.valid("a key of the other algorithm", secrets=[jwk(other)], headers=self.sign(key=other, alg=alg))
        suite.valid("keys of both algorithms", secrets=[jwk(other), ours])
        suite.invalid("a key of the other algorithm alone", secrets=[jwk(other)])
        wrong = names[self.key]
        suite.invalid("signed by one algorithm, named as the other", secrets=[jwk(other)], headers=self.sign(key=other, alg=wrong))
        text = self.input(alg="hmac-sha256")
        base = self.base(text, self.covered, self.fields(self.body))
        for kind, key in {"PEM": pem(public), "JWK": ours}.items():
            suite.invalid(f"a keyed hash with the public {kind}", headers=self.headers(text, mac("sha256", key, base), self.fields(self.body)))

    def targets(self, suite):
        suite.invalid("another method", method="PUT")
        suite.invalid("another host", url=self.url.replace("example", "example.net", 1))
        suite.invalid("another path", url=self.url + "/x", path_and_query=self.target)
        suite.invalid("a query added", path_and_query=self.target + ("&" if self.query else "?") + "a=1")

    def settings(self, **more):
        return more


class Adcp(Request):
    covered = ("@method", "@target-uri", "@authority", "content-type", "content-digest")
    params = {"created": NOW, "expires": NOW + 300, "nonce": "KXYnfEfJ0PBRZXQyVXfVQA", "keyid": "key-1", "alg": "ed25519",
              "tag": "adcp/webhook-signing/v1"}

    def spell(self, signature):
        return b64url(signature)


def published():
    """AdCP's own vectors: the bases, and the signatures of the good ones."""
    keys = {key["kid"]: key for key in json.loads((HERE / "adcp/keys.json").read_text())["keys"]}
    for path in sorted((HERE / "adcp").glob("*/*.json")):
        vector = json.loads(path.read_text())
        sent = vector["request"]
        address, _, query = sent["url"].partition("?")
        request = Adcp(sent["body"], "ed25519", address, "?" + query if query else "")
        request.path = lambda path: path.replace("%e2%98%83", "%E2%98%83")
        text = sent["headers"].get("Signature-Input", "").partition("=")[2].partition(", relay=")[0]
        covered = [name.strip('"') for name in text[1:].partition(")")[0].split()]
        # A parameter or header that a negative vector lacks is in its base all the same.
        if not vector["expected_signature_base"].endswith(": " + text):
            assert path.parent.name == "negative", path
            continue
        base = request.base(text, covered, list(sent["headers"].items()))
        assert base == vector["expected_signature_base"], path
        if path.parent.name == "positive":
            signature = sent["headers"]["Signature"].partition("=:")[2][:-1]
            signature = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
            assert verifies(keys[vector["jwks_ref"][0]], base, signature), path
            assert not verifies(keys[vector["jwks_ref"][0]], base + " ", signature), path


@provider("adcp")
def adcp():
    published()
    body = (b'{"idempotency_key":"whk_01HW9D3H8FZP2N6R8T0V4X6Z9B","operation_id":"op_abc","task_id":"task_456",'
            b'"task_type":"media_buy_delivery","status":"completed","result":{"media_buy_id":"mb_001"}}')
    url = "https://buyer.example/adcp/webhook/op_abc"
    request = Adcp(body, "ed25519", url)
    suite = Suite(body, jwk("ed25519"), request.sign(), url="https://buyer.example", path_and_query=request.target,
                  id="whk_01HW9D3H8FZP2N6R8T0V4X6Z9B", type="media_buy_delivery")
    request.bodies(suite)
    request.components(suite)
    request.spellings(suite)
    request.parameters(suite, ("created", "expires", "nonce", "keyid", "alg", "tag"))
    request.keys(suite, "p256")
    request.targets(suite)
    suite.valid("the whole URL configured", url=url)
    suite.valid("the origin with the default port", url="https://Buyer.example:443/")
    for title, path, own in [("small digits of escapes", "/op_%e2%98%83", "/op_%E2%98%83"), ("an escape of a plain letter", "/%6fp", "/op"),
                             ("dot segments", "/a/./b/../op", "/a/op"), ("an escaped slash", "/a%2fb", "/a%2Fb")]:
        odd = Adcp(body, "ed25519", "https://buyer.example" + path)
        odd.path = lambda path, own=own: own
        suite.valid(f"path with {title}", path_and_query=path, headers=odd.sign())
    queried = Adcp(body, "ed25519", url, "?b=2&a=%2d&c")
    suite.valid("a query, byte for byte", path_and_query=queried.target, headers=queried.sign())
    suite.invalid("a query in another order", path_and_query=request.target + "?a=%2d&b=2&c", headers=queried.sign())
    suite.invalid("another path of the same origin", path_and_query="/adcp/webhook/op_xyz")
    for name, tag in {"of requests": "adcp/request-signing/v1", "of another version": "adcp/webhook-signing/v2", "empty": ""}.items():
        suite.invalid(f"the tag {name}", headers=request.sign(tag=tag))
    suite.invalid("another label", headers=request.sign(label="sig2"))
    suite.valid("base64 of the standard", headers=request.headers(*(lambda text, tag: (text, b64(tag)))(*request.signed()), request.fields(body)))
    text, signature = request.signed()
    for name, spelled in {"base64url with padding": base64.urlsafe_b64encode(signature).decode(), "base64 without padding": b64(signature).rstrip("=")}.items():
        suite.invalid(name, headers=request.headers(text, spelled, request.fields(body)))
    narrow = "sha-256=:" + b64url(hashlib.sha256(body).digest()) + ":"
    suite.valid("the digest in base64url", headers=request.sign(fields=[["Content-Type", "application/json"], ["Content-Digest", narrow]]))
    for name, now, expect in [("60 s ahead", NOW - 60, "valid"), ("61 s ahead", NOW - 61, "invalid"), ("expired for 60 s", NOW + 360, "valid"),
                              ("expired for 61 s", NOW + 361, "invalid")]:
        suite.add(name, expect, {"now": now})
    suite.valid("valid for a second", headers=request.sign(expires=NOW + 1))
    suite.invalid("valid for a second, 62 s later", headers=request.sign(expires=NOW + 1), now=NOW + 62)
    for name, expires in {"301 s": NOW + 301, "no time": NOW, "less than no time": NOW - 1}.items():
        suite.invalid(f"valid for {name}", headers=request.sign(expires=expires))
    for purpose in ("request-signing", "webhook-signing"):
        suite.valid(f"a key for {purpose}", secrets=[jwk("ed25519", adcp_use=purpose, key_ops=["verify"])])
    return suite


class Ucp(Request):
    covered = ("@method", "@authority", "@path", "ucp-agent", "content-digest", "content-type")
    params = {"keyid": "key-1"}

    def fields(self, body):
        return [["UCP-Agent", 'profile="https://merchant.example/.well-known/ucp"'], *super().fields(body)]

    def settings(self, **more):
        return {"profile_url": "https://merchant.example/.well-known/ucp"} | more


@provider("ucp")
def ucp():
    body = b'{"ucp":{"version":"2026-04-08"},"id":"order_abc123","checkout_id":"checkout_xyz789","currency":"USD","line_items":[]}'
    url = "https://platform.example/webhooks/ucp/orders"
    request = Ucp(body, "p256", url)
    named = [["Webhook-Id", "0b1e6f7e-2f2c-4a53-9a0d-2f3a5f0f9c11"], ["Webhook-Timestamp", str(NOW)]]
    suite = Suite(body, jwk("p256"), request.sign(), url=url, path_and_query=request.target, settings=request.settings(), id=None, type=None)
    suite.valid("an id that is not signed", headers=request.sign() + named, id=named[0][1])
    suite.valid("an id that is signed", headers=request.sign(
        fields=request.fields(body) + named, covered=[*request.covered, "webhook-id", "webhook-timestamp"]), id=named[0][1])
    request.bodies(suite)
    request.components(suite)
    request.spellings(suite)
    request.parameters(suite, ("keyid",))
    request.keys(suite, "ed25519")
    request.targets(suite)
    suite.valid("an origin configured", url="https://platform.example")
    suite.invalid("another path of the same origin", url="https://platform.example", path_and_query="/webhooks/ucp")
    queried = Ucp(body, "p256", url, "?b=2&a=1")
    suite.valid("a query that is covered", path_and_query=queried.target, headers=queried.sign(covered=[*request.covered, "@query"]))
    suite.invalid("a query that is not covered", path_and_query=queried.target, headers=queried.sign())
    suite.invalid("another query than the signed one", path_and_query=request.target + "?b=2", headers=queried.sign(covered=[*request.covered, "@query"]))
    for header in ("Idempotency-Key", "Signature-Agent"):
        fields = request.fields(body) + [[header, 'sig1="https://merchant.example/.well-known/ucp";type=jwks_uri']]
        suite.invalid(f"{header} that is not covered", headers=request.sign(fields=fields))
        suite.valid(f"{header} that is covered", headers=request.sign(fields=fields, covered=[*request.covered, header.lower()]))
    agent = '"https://merchant.example/.well-known/ucp";type=jwks_uri'
    for label, expect in {"sig1": "valid", "sig2": "invalid"}.items():
        fields = request.fields(body) + [["Signature-Agent", f"{label}={agent}"]]
        text = request.input(created=NOW, expires=NOW + 3600, tag="web-bot-auth")
        text = text.replace("(", f'("signature-agent";key="{label}" ')
        base = f'"signature-agent";key="{label}": {agent}\n' + request.base(text, request.covered, fields)
        suite.add(f"for Web Bot Auth, with the member {label}", expect, {"headers": request.headers(text, sign("p256", base), fields)})
    suite.valid("no time, a year later", now=NOW + 365 * 86400)
    suite.valid("created long ago", headers=request.sign(created=1))
    suite.valid("at its end", headers=request.sign(created=NOW - 60, expires=NOW))
    suite.invalid("after its end", headers=request.sign(created=NOW - 60, expires=NOW - 1))
    suite.invalid("after its end, without a beginning", headers=request.sign(expires=NOW - 1))
    suite.invalid("an end before its beginning", headers=request.sign(created=NOW + 60, expires=NOW + 60))
    suite.valid("another label", headers=request.sign(label="merchant"))
    der = private("p256").sign(raw(request.base(request.input(), request.covered, request.fields(body))), ES256)
    suite.invalid("signature in DER", headers=request.headers(request.input(), der, request.fields(body)))
    standard = b64(request.signed()[1])
    assert set(standard) & set("+/")
    suite.invalid("signature in base64url", headers=request.headers(
        request.input(), standard.replace("+", "-").replace("/", "_"), request.fields(body)))
    own = lambda value: [["UCP-Agent", value], *request.fields(body)[1:]]
    for name, value, expect in [
            ("the profile among others", 'version="1", profile="https://merchant.example/.well-known/ucp";x', "valid"),
            ("another profile", 'profile="https://evil.example/.well-known/ucp"', "invalid"), ("no profile", 'version="1"', "invalid"),
            ("the profile as a token", "profile=merchant", "invalid"), ("the profile without quotes", "https://merchant.example/.well-known/ucp", "invalid")]:
        suite.add(name, expect, {"headers": request.sign(fields=own(value))})
    without = [pair for pair in request.fields(body) if pair[0] != "UCP-Agent"]
    suite.invalid("no UCP-Agent", headers=request.sign(fields=without, covered=[name for name in request.covered if name != "ucp-agent"]))
    return suite
