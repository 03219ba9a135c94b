"""Providers that send a JSON Web Token: what makes one, and every way to spoil one that does not depend on its key.

HS256 is here; those with a key pair are in `token_keys.py`, because they need a package.
"""

import base64
import hashlib
import json

from suite import NOW, Suite, flip, mac, noted, raw

TOKENS = {}

KEY = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"
SPELLED = {
    "hex": lambda digest: digest.hex(),
    "base64": lambda digest: base64.b64encode(digest).decode(),
    "base64url": lambda digest: base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
}


def b64url(data):
    return base64.urlsafe_b64encode(raw(data)).rstrip(b"=").decode()


def compact(value):
    return json.dumps(value, separators=(",", ":"))


class Token:
    """A provider of tokens. `made` are its claims but for the hash of the body, which `hashed` names: claim, spelling, and
    whether it is left out for no body."""

    detached = False

    def __init__(self, header, made, body, *, alg="HS256", prefix="", hashed=None, key=KEY, other=OTHER, head=None, **good):
        self.header, self.made, self.body, self.alg, self.prefix = header, made, body, alg, prefix
        self.hashed, self.key, self.other, self.head = hashed, key, other, head or {}
        self.suite = Suite(body, key, self.sign(), **good)

    # ---- making one

    def signature(self, key, message):
        return mac("sha256", key, message)

    def claims(self, body, /, **changes):
        claims = dict(self.made)
        if self.hashed and not (self.hashed[2] and not body):
            claims[self.hashed[0]] = SPELLED[self.hashed[1]](hashlib.sha256(body).digest())
        claims |= changes
        return {name: value for name, value in claims.items() if value is not ...}

    def head_of(self, **changes):
        head = {"alg": self.alg, "typ": "JWT"} | self.head | changes
        return {name: value for name, value in head.items() if value is not ...}

    def token(self, head=None, claims=None, key=None):
        """Of a header and claims, each as JSON or its text."""
        head = self.head_of() if head is None else head
        claims = self.claims(self.body) if claims is None else claims
        text = ".".join(b64url(part if isinstance(part, (str, bytes)) else compact(part)) for part in (head, claims))
        return text + "." + b64url(self.signature(key or self.key, text))

    def headers(self, token):
        return [[self.header, self.prefix + token]]

    def sign(self, body=None, /, *, key=None, **changes):
        return self.headers(self.token(claims=self.claims(self.body if body is None else body, **changes), key=key))

    # ---- spoiling one

    def common(self, times=("exp",)):
        self.genuine()
        self.heads()
        self.parts()
        for name in times:
            self.time(name)
        if self.hashed:
            self.hashes()
        return self.suite

    def genuine(self):
        suite, bare = self.suite, self.token
        suite.valid("signed")
        suite.secrets(self.other)
        suite.valid("typ absent", headers=self.headers(bare(head=self.head_of(typ=...))))
        suite.valid("a header member that nobody knows", headers=self.headers(bare(head=self.head_of(hello="world"))))
        suite.valid("a claim that nobody knows", headers=self.sign(hello={"world": [1, 2.5, None]}))
        spaced = json.dumps(self.claims(self.body), indent=2)
        suite.valid("claims with white space", headers=self.headers(bare(claims=spaced)))
        text, octets = noted(self.body, "Zoë – 日本 😀"), noted(self.body, b"\xff\xfe\x00")
        suite.valid("body beyond ASCII", body=text, headers=self.sign(text))
        suite.valid("body not UTF-8", body=octets, headers=self.sign(octets), id=..., type=...)
        suite.invalid("signed with another key", headers=self.sign(key=self.other))
        suite.invalid("header missing", headers=[])
        suite.twice(self.header, self.sign(key=self.other)[0][1])
        if self.prefix:
            suite.valid("prefix in lower case", headers=[[self.header, self.prefix.lower() + bare()]])
            suite.invalid("prefix missing", headers=[[self.header, bare()]])
            suite.invalid("prefix of another scheme", headers=[[self.header, "Basic " + bare()]])
        else:
            suite.invalid("prefix before the token", headers=[[self.header, "Bearer " + bare()]])

    def heads(self):
        suite, claims = self.suite, compact(self.claims(self.body))
        for odd in ("none", "None", "HS512" if self.alg != "HS512" else "HS384", self.alg.lower(), "RS384"):
            suite.invalid(f"alg {odd}", headers=self.headers(self.token(head=self.head_of(alg=odd))))
        suite.invalid("alg none, without a signature", headers=self.headers(
            f"{b64url(compact(self.head_of(alg='none')))}.{b64url(claims)}."))
        suite.invalid("alg missing", headers=self.headers(self.token(head=self.head_of(alg=...))))
        suite.invalid("alg a number", headers=self.headers(self.token(head=self.head_of(alg=256))))
        text = compact(self.head_of())
        for kind, twice in {"alg twice": f'{{"alg":"none",{text[1:]}', "alg twice, the other way": f'{text[:-1]},"alg":"none"}}'}.items():
            suite.invalid(kind, headers=self.headers(self.token(head=twice)))
        for name, value in {"crit": ["exp"], "jku": "https://evil.example/jwks.json", "jwk": {"kty": "oct", "k": "AA"},
                            "x5u": "https://evil.example/x.pem", "x5c": ["MIIB"], "b64": False, "zip": "DEF"}.items():
            suite.invalid(f"{name} in the header", headers=self.headers(self.token(head=self.head_of(**{name: value}))))
        for odd in ("at+jwt", "", 7, None):
            suite.invalid(f"typ {odd!r}", headers=self.headers(self.token(head=self.head_of(typ=odd))))
        for kind, odd in {"no JSON": "hello", "an array": "[]", "a text": '"JWT"', "JSON and more": text + "{}"}.items():
            suite.invalid(f"header is {kind}", headers=self.headers(self.token(head=odd)))
            if self.detached:
                continue
            suite.invalid(f"claims are {kind}", headers=self.headers(self.token(claims=odd if kind != "JSON and more" else claims + "{}")))
        if not self.detached:
            suite.invalid("a claim twice", headers=self.headers(self.token(claims=claims[:-1] + "," + claims[1:])))

    def parts(self):
        suite, good = self.suite, self.token()
        head, claims, tag = good.split(".")
        for kind, odd in {"two parts": f"{head}.{claims}", "four parts": good + ".", "a part in front": "." + good,
                          "signature empty": f"{head}.{claims}.", "claims empty": f"{head}..{tag}", "padded": good + "=",
                          "signature one symbol short": good[:-1], "signature cut in half": good[:-len(tag) // 2],
                          "signature longer": good + "AAAA", "signature doubled": good + tag,
                          "signature of zeros": f"{head}.{claims}.{'A' * len(tag)}", "empty": "",
                          "a space inside": f"{head}. {claims}.{tag}", "a star inside": f"{head}.{claims}.*{tag[1:]}",
                          "beyond 8 KiB": self.token(head=self.head_of(pad="x" * 9000))}.items():
            suite.invalid(f"token: {kind}", headers=self.headers(odd))
        spare = spare_bits(tag)
        if spare:
            suite.invalid("token: spare bits set in the last symbol", headers=self.headers(f"{head}.{claims}.{spare}"))
        changed = self.claims(self.body, hello=1)
        suite.invalid("claims changed", headers=self.headers(f"{head}.{b64url(compact(changed))}.{tag}"))

    def time(self, name):
        """What is no time is not taken for none."""
        for kind, odd in {"a text": str(NOW + 60), "a fraction": float(NOW) + 0.5, "negative": -1, "huge": 1e30, "null": None,
                          "true": True}.items():
            self.suite.invalid(f"{name} {kind}", headers=self.sign(**{name: odd}))
        for kind, odd in {"with zeros in front": "0" + str(NOW + 60), "with an exponent": str(NOW // 10) + "e1"}.items():
            text = compact(self.claims(self.body, **{name: "@"})).replace('"@"', odd)
            self.suite.invalid(f"{name} {kind}", headers=self.headers(self.token(claims=text)))

    def expires(self):
        end = self.made["exp"]
        self.suite.valid("in the last second", now=end)
        self.suite.invalid("a second after its end", now=end + 1)
        self.suite.invalid("exp missing", headers=self.sign(exp=...))
        self.suite.valid("made a minute ahead", headers=self.sign(nbf=NOW + 60, iat=NOW + 60))
        self.suite.invalid("good from 61 s ahead", headers=self.sign(nbf=NOW + 61))
        self.suite.invalid("made 61 s ahead", headers=self.sign(iat=NOW + 61))

    def hashes(self):
        suite, (claim, spelled, unless_empty) = self.suite, self.hashed
        right = self.claims(self.body)[claim]
        suite.valid("body empty", body=b"", headers=self.sign(b""), id=..., type=...)
        suite.invalid("one bit of the first body byte", body=flip(self.body, 0))
        suite.invalid("one bit of the last body byte", body=flip(self.body, -1))
        suite.invalid("body missing", body=b"")
        suite.invalid("a newline behind the body", body=self.body + b"\n")
        suite.invalid("hash missing", headers=self.sign(**{claim: ...}))
        if spelled == "hex":
            suite.invalid("hash in upper case", headers=self.sign(**{claim: right.upper()}))
        for kind, odd in {"short": right[:-2], "long": right + right[:2], "empty": "", "a number": 7, "null": None,
                          "of another body": SPELLED[spelled](hashlib.sha256(b"{}").digest())}.items():
            suite.invalid(f"hash {kind}", headers=self.sign(**{claim: odd}))
        if unless_empty:
            empty = SPELLED[spelled](hashlib.sha256(b"").digest())
            suite.valid("hash of no body", body=b"", headers=self.sign(b"", **{claim: empty}), id=..., type=...)

    def texts(self, **wrong):
        """Claims that have one value."""
        for name, odd in wrong.items():
            for kind, value in {"another": odd, "missing": ..., "a number": 7, "null": None, "in a list": [self.made.get(name)]}.items():
                if not (name == "aud" and kind == "in a list"):
                    self.suite.invalid(f"{name} {kind}", headers=self.sign(**{name: value}))


def spare_bits(text):
    """The same bytes with bits set that are none; nothing where there are no such bits."""
    symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + symbols[symbols.index(text[-1]) | 1] if len(text) % 4 and symbols.index(text[-1]) % 2 == 0 else None


def provider(name):
    def keep(make):
        TOKENS[name] = make
        return make

    return keep


@provider("monday")
def monday():
    url = "https://app.example/monday"
    token = Token("Authorization", {"accountId": 1825529, "userId": 4012689, "aud": url, "exp": NOW + 300, "iat": NOW},
                  b'{"event":{"type":"create_pulse","triggerUuid":"a1b2c3"}}', settings={"audience": url}, id="a1b2c3",
                  type="create_pulse")
    suite = token.common(("exp", "iat", "nbf"))
    token.expires()
    token.texts(aud="https://other.example/")
    suite.valid("several audiences", headers=token.sign(aud=["https://other.example/", url]))
    suite.invalid("several audiences, one a number", headers=token.sign(aud=[7, url]))
    suite.invalid("no audiences", headers=token.sign(aud=[]))
    suite.invalid("configured for another audience", settings={"audience": url + "/"})
    suite.valid("another body: the token covers none", body=b'{"event":{"type":"x","triggerUuid":"z"}}', id="z", type="x")
    return suite


@provider("jira-oauth2")
def jira_oauth2():
    token = Token("Authorization", {"iss": "client-1", "iat": NOW, "exp": NOW + 180},
                  b'{"webhookEvent":"jira:issue_updated","timestamp":1700000000000}', prefix="Bearer ", id=None,
                  type="jira:issue_updated")
    suite = token.common(("exp", "iat", "nbf"))
    suite.valid("in the last second", now=NOW + 180)
    suite.invalid("a second after its end", now=NOW + 181)
    suite.valid("a token that does not expire", headers=token.sign(exp=...))
    suite.invalid("made 61 s ahead", headers=token.sign(iat=NOW + 61))
    suite.valid("another body: the token covers none", body=b'{"webhookEvent":"x"}', type="x")
    return suite


@provider("netlify")
def netlify():
    token = Token("X-Webhook-Signature", {"iss": "netlify"}, b'{"id":"d1","state":"ready","site_id":"s1"}',
                  hashed=("sha256", "hex", False), id=None, type="ready")
    suite = token.common(("exp", "iat", "nbf"))
    token.texts(iss="Netlify")
    suite.valid("expires later", headers=token.sign(exp=NOW + 60))
    suite.invalid("expired", headers=token.sign(exp=NOW - 1))
    return suite


@provider("livekit")
def livekit():
    token = Token("Authorization", {"iss": "APIkey1", "exp": NOW + 300, "nbf": NOW},
                  b'{"event":"room_finished","id":"EV_hugHSLAUBVEZ","createdAt":"1700000000"}',
                  hashed=("sha256", "base64", False), settings={"api_key": "APIkey1"}, id="EV_hugHSLAUBVEZ", type="room_finished")
    suite = token.common(("exp", "nbf"))
    token.expires()
    token.texts(iss="APIkey2")
    suite.invalid("token of a participant, signed with the same secret", headers=token.sign(
        sha256=..., video={"room": "r", "roomJoin": True}))
    suite.invalid("hash in hexadecimal digits", headers=token.sign(sha256=hashlib.sha256(token.body).hexdigest()))
    suite.invalid("hash in base64url", headers=token.sign(
        sha256=base64.urlsafe_b64encode(hashlib.sha256(token.body).digest()).rstrip(b"=").decode()))
    return suite


@provider("messagebird")
def messagebird():
    url, path = "https://example.com/hooks", "/hooks?a=1&b=%20x"
    digest = hashlib.sha256((url + "?a=1&b=%20x").encode()).hexdigest()
    token = Token("MessageBird-Signature-JWT", {"iss": "MessageBird", "nbf": NOW, "exp": NOW + 60, "jti": "59a244dc", "url_hash": digest},
                  b'{"id":"msg_1","status":"delivered"}', hashed=("payload_hash", "hex", True), url=url, path_and_query=path,
                  id=None, type=None)
    suite = token.common(("exp", "nbf"))
    token.expires()
    token.texts(iss="Messagebird", url_hash="0" * 64)
    suite.invalid("url_hash in upper case", headers=token.sign(url_hash=digest.upper()))
    suite.invalid("jti missing", headers=token.sign(jti=...))
    suite.invalid("query changed", path_and_query="/hooks?a=2&b=%20x")
    suite.invalid("query left out", path_and_query="/hooks")
    suite.invalid("another host", url="https://example.org/hooks")
    # The first case of the SDK's reference file.
    sdk = ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiO"
           "iI1OWEyNDRkYy1lOWFkLTRlMjMtOTc3OC0zNzFmYWEyMzhmNzIiLCJ1cmxfaGFzaCI6IjBmMTE1ZGIwNjJiN2MwZGQwMzBiMTY4NzhjOTlkZWE1YzM1NGI"
           "0OWRjMzdiMzhlYjg4NDYxNzljNzc4M2U5ZDcifQ.6Fp0rVOsRr1fj9S2GidXAfkmPVofKr8_RTffC6G6r2E")
    secret = "36efdd1aace2e26cd490f0d951138253bef2f7c6d34d18981da781555cc4cebb"
    signed, _, tag = sdk.rpartition(".")
    assert b64url(mac("sha256", secret, signed)) == tag
    suite.valid("example of the SDK", method="GET", body=b"", secrets=[secret], headers=token.headers(sdk), now=1625479200,
                url="https://example.com/", path_and_query="/", source="messagebird@4.0.1 webhook-signature-jwt-reference.json")
    return suite


@provider("qstash")
def qstash():
    url, path = "https://app.example/hooks", "/hooks?q=1"
    token = Token("Upstash-Signature", {"iss": "Upstash", "sub": url + "?q=1", "exp": NOW + 300, "nbf": NOW, "iat": NOW, "jti": "jwt_67k"},
                  b'{"hello":"world"}', hashed=("body", "base64url", False), url=url, path_and_query=path, id=None, type=None)
    suite = token.common(("exp", "nbf", "iat"))
    token.expires()
    token.texts(iss="upstash", sub=url)
    digest = base64.urlsafe_b64encode(hashlib.sha256(token.body).digest()).decode()
    suite.valid("hash with padding", headers=token.headers(token.token(claims=token.made | {"body": digest})))
    suite.invalid("query changed", path_and_query="/hooks?q=2")
    suite.invalid("another host", url="https://app.example.org/hooks")
    return suite


@provider("atlassian-connect")
def atlassian_connect():
    url, path = "https://app.example/jira/issue-created", "/jira/issue-created?user_id=u%201&a=2&a=1&jwt=x"

    def qsh(method="POST", below="/jira/issue-created", query="a=1,2&user_id=u%201"):
        return hashlib.sha256(f"{method}&{below}&{query}".encode()).hexdigest()

    # What atlassian-jwt@2.0.3 makes of this request.
    assert qsh() == "6c0c472768614411f055b1a73e6c01b0058f287a77fba7177bd24ac7abb1cec0"
    token = Token("Authorization", {"iss": "client-1", "iat": NOW, "exp": NOW + 180, "qsh": qsh()},
                  b'{"timestamp":1,"webhookEvent":"jira:issue_created"}', prefix="JWT ", url=url, path_and_query=path,
                  id=None, type="jira:issue_created")
    suite = token.common(("exp", "iat"))
    token.expires()
    token.texts(qsh="context-qsh")
    suite.valid("another order of the query", path_and_query="/jira/issue-created?a=1&user_id=u+1&a=2")
    suite.valid("body changed, it is not covered", body=b'{"webhookEvent":"jira:issue_deleted"}', type="jira:issue_deleted")
    suite.valid("the configured client", settings={"client_key": "client-1"})
    suite.valid("base with a path", url="https://app.example/addon/jira/issue-created", settings={"base_url": "https://app.example/addon"})
    suite.invalid("another client than the configured one", settings={"client_key": "client-2"})
    suite.invalid("qsh in upper case", headers=token.sign(qsh=qsh().upper()))
    suite.invalid("qsh of another method", headers=token.sign(qsh=qsh(method="GET")))
    suite.invalid("query changed", path_and_query="/jira/issue-created?user_id=u%202&a=2&a=1")
    suite.invalid("query left out", path_and_query="/jira/issue-created")
    suite.invalid("another path", url="https://app.example/jira/issue-deleted")
    return suite


@provider("vonage")
def vonage():
    token = Token("Authorization", {"iss": "Vonage", "iat": NOW, "jti": "c5ba8f24", "api_key": "a1b2c3d", "application_id": "aaaa"},
                  b'{"message_uuid":"aaaaaaaa-bbbb","status":"delivered"}', prefix="Bearer ", hashed=("payload_hash", "hex", True),
                  id=None, type=None)
    suite = token.common(("iat",))
    suite.tolerance()
    token.texts(iss="vonage")
    suite.invalid("iat missing", headers=token.sign(iat=...))
    suite.valid("the configured API key", settings={"api_key": "a1b2c3d"})
    suite.invalid("another API key than the configured one", settings={"api_key": "a1b2c3e"})
    suite.invalid("no API key, and one is configured", settings={"api_key": "a1b2c3d"}, headers=token.sign(api_key=...))
    return suite
