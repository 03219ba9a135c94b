"""Providers of tokens and detached signatures that are made with a private key. Needs the package `cryptography`."""

import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from asymmetric import pem, private
from suite import NOW, flip, mac
from tokens import SPELLED, Token, b64url, compact

TOKEN_KEYS, PRIVATE = {}, {}
ALGORITHMS = {"RS256": hashes.SHA256(), "RS512": hashes.SHA512(), "ES256": hashes.SHA256(), "ES512": hashes.SHA512()}


def jwk(name, kid="key-1", **changes):
    """The public key as a JSON Web Key (RFC 7518 §6)."""
    numbers = private(name).public_key().public_numbers()
    if name.startswith("rsa"):
        made = {"kty": "RSA"} | {key: b64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))
                                 for key, value in (("n", numbers.n), ("e", numbers.e))}
    else:
        curve, size = {"p256": ("P-256", 32), "p521": ("P-521", 66)}[name.split("-")[0]]
        made = {"kty": "EC", "crv": curve, "x": b64url(numbers.x.to_bytes(size, "big")), "y": b64url(numbers.y.to_bytes(size, "big"))}
    made = made | {"kid": kid, "use": "sig"} | changes
    return json.dumps({key: value for key, value in made.items() if value is not ...})


def written(name, form=jwk):
    text = form(name) if form is jwk else form(private(name).public_key())
    PRIVATE[text] = private(name)
    return text


def signature(alg, key, message):
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), ALGORITHMS[alg])
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(ALGORITHMS[alg], deterministic_signing=True)))
    size = (key.curve.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


class Signed(Token):
    """A token of a key pair; `kid` in its header names the key."""

    def __init__(self, header, made, body, *, alg, pair, form=jwk, **how):
        self.pair = pair
        super().__init__(header, made, body, alg=alg, key=written(pair, form), other=written(pair + "-other", form),
                         head={"kid": "key-1"} | how.pop("head", {}), **how)

    def signature(self, key, message):
        return signature(self.alg, PRIVATE[key], message.encode() if isinstance(message, str) else message)

    def keys(self):
        suite, public = self.suite, private(self.pair).public_key()
        suite.valid("the key in PEM", secrets=[pem(public)])
        suite.valid("a set of the one key", secrets=['{"keys":[' + jwk(self.pair) + "]}"])
        suite.valid("the configured id", settings=self.settings(kid="key-1"))
        suite.invalid("another id than the configured one", settings=self.settings(kid="key-2"))
        suite.invalid("no id, and one is configured", settings=self.settings(kid="key-1"),
                      headers=self.headers(self.token(head=self.head_of(kid=...))))
        suite.valid("no id, and none is configured", headers=self.headers(self.token(head=self.head_of(kid=...))))
        for kind, odd in {"a number": 1, "empty": "", "a path": "../../keys", "a query": "a?b", "long": "k" * 257, "null": None,
                          "with a newline": "a\nb"}.items():
            suite.invalid(f"id {kind}", headers=self.headers(self.token(head=self.head_of(kid=odd))))
        for kind, key in {"PEM": pem(public), "JWK": self.key}.items():
            text = self.unsigned(self.head_of(alg="HS256"))
            suite.invalid(f"HS256 keyed with the public {kind}", headers=self.headers(self.spliced(text, mac("sha256", key, text))))

    def settings(self, **more):
        return self.suite.good.get("settings", {}) | more

    def unsigned(self, head):
        return b64url(compact(head)) + "." + b64url(compact(self.claims(self.body)))

    def spliced(self, text, tag):
        return text + "." + b64url(tag)


def provider(name):
    def keep(make):
        TOKEN_KEYS[name] = make
        return make

    return keep


@provider("plaid")
def plaid():
    body = b'{\n  "error": null,\n  "item_id": "eVBnVMp7zd",\n  "webhook_code": "DEFAULT_UPDATE",\n  "webhook_type": "TRANSACTIONS"\n}'
    token = Signed("Plaid-Verification", {"iat": NOW}, body, alg="ES256", pair="p256", hashed=("request_body_sha256", "hex", False),
                   id=None, type="DEFAULT_UPDATE")
    suite = token.common(("iat", "exp", "nbf"))
    token.keys()
    suite.tolerance()
    suite.invalid("iat missing", headers=token.sign(iat=...))
    suite.invalid("body without its white space", body=compact(json.loads(body)).encode())
    key = private("p256")
    text = token.unsigned(token.head_of())
    suite.invalid("signature in DER", headers=token.headers(
        token.spliced(text, key.sign(text.encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))))
    order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
    for kind, (r, s) in {"r and s zero": (0, 0), "r and s one": (1, 1), "r and s the order": (order, order)}.items():
        suite.invalid(f"signature with {kind}", headers=token.headers(
            token.spliced(text, r.to_bytes(32, "big") + s.to_bytes(32, "big"))))
    return suite


@provider("google-pubsub")
def google_pubsub():
    audience, account = "https://app.example/push", "push@project-1.iam.gserviceaccount.com"
    body = (b'{"message":{"data":"SGVsbG8=","messageId":"2070443601311540","message_id":"2070443601311540",'
            b'"publishTime":"2021-02-26T19:13:55.749Z"},"subscription":"projects/project-1/subscriptions/s"}')
    token = Signed("Authorization", {"aud": audience, "azp": "113774264463038321964", "email": account, "email_verified": True,
                                     "exp": NOW + 3600, "iat": NOW, "iss": "https://accounts.google.com", "sub": "1137"},
                   body, alg="RS256", pair="rsa", prefix="Bearer ", settings={"audience": audience, "service_account": account},
                   id="2070443601311540", type=None)
    suite = token.common(("exp", "iat", "nbf"))
    token.keys()
    token.expires()
    token.texts(aud="https://evil.example/push", email="other@project-1.iam.gserviceaccount.com", iss="https://evil.example")
    suite.valid("issuer without a scheme", headers=token.sign(iss="accounts.google.com"))
    for odd in (False, "true", 1, None, ...):
        suite.invalid(f"email_verified {'missing' if odd is ... else repr(odd)}", headers=token.sign(email_verified=odd))
    suite.invalid("configured for another account", settings=token.settings(service_account="other@x.example"))
    suite.valid("another body: the token covers none", body=body.replace(b"2070443601311540", b"1"), id="1")
    return suite


def entra(name, body, type, id, handshake):
    tenant, audience = "72f988bf-86f1-41af-91ab-2d7cd011db47", "6e74172b-be56-4843-9ff4-e66a39bb12e3"
    grid = "4962773b-9cdb-44cf-a8bf-237846a00ab7"
    v1 = f"https://sts.windows.net/{tenant}/"
    token = Signed("Authorization", {"aud": audience, "iss": f"https://login.microsoftonline.com/{tenant}/v2.0", "iat": NOW,
                                     "nbf": NOW, "exp": NOW + 3600, "azp": grid, "azpacr": "2", "tid": tenant, "ver": "2.0"},
                   body, alg="RS256", pair="rsa", prefix="Bearer ", settings={"tenant_id": tenant, "audience": audience},
                   id=id, type=type)
    suite = token.common(("exp", "iat", "nbf"))
    token.keys()
    token.expires()
    token.texts(aud="6e74172b-be56-4843-9ff4-e66a39bb12e4", azp="4962773b-9cdb-44cf-a8bf-237846a00ab8",
                iss="https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db48/v2.0")
    first = {"iss": v1, "appid": grid, "azp": ..., "ver": "1.0"}
    suite.valid("a token of version 1", headers=token.sign(**first))
    suite.invalid("version 1 of another application", headers=token.sign(**first | {"appid": audience}))
    suite.invalid("version 1 with the claim of version 2", headers=token.sign(**first | {"appid": ..., "azp": grid}))
    suite.invalid("version 2 with the claim of version 1", headers=token.sign(azp=..., appid=grid))
    suite.invalid("version 1 without the slash of its issuer", headers=token.sign(**first | {"iss": v1[:-1]}))
    suite.invalid("the issuer of all tenants", headers=token.sign(iss="https://login.microsoftonline.com/common/v2.0"))
    suite.invalid("another issuer, and the tenant as a claim", headers=token.sign(iss="https://evil.example/" + tenant))
    suite.invalid("the application of another cloud", headers=token.sign(azp="54316b56-3481-47f9-8f30-0300f5542a7b"))
    suite.valid("the tenant in upper case", settings=token.settings(tenant_id=tenant.upper()))
    suite.invalid("a tenant that is no GUID", settings=token.settings(tenant_id="contoso.onmicrosoft.com"),
                  headers=token.sign(iss="https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0"))
    suite.invalid("configured for another tenant", settings=token.settings(tenant_id=audience))
    suite.valid("the application by its URI", settings=token.settings(audience="api://hook"), headers=token.sign(aud="api://hook"))
    suite.invalid("configured for another application", settings=token.settings(audience="api://hook"))
    suite.valid("another body: the token covers none", body=body.replace(b"e1", b"e2"), id="e2")
    suite.invalid("the secret of the query in place of the token", headers=[], path_and_query="/webhook?code=" + audience)
    handshake(suite, token)
    return suite


@provider("azure-event-grid-entra")
def azure_event_grid_entra():
    def handshake(suite, token):
        kind = "Microsoft.EventGrid.SubscriptionValidationEvent"
        hello = b'[{"id":"2d1781af","eventType":"%s","data":{"validationCode":"512d38b6-c7b8"}}]' % kind.encode()
        suite.valid("handshake", body=hello, id=..., type=..., response={
            "status": 200, "headers": {"content-type": "application/json"}, "body": '{"validationResponse":"512d38b6-c7b8"}'})
        suite.invalid("handshake without the token", body=hello, headers=[])

    return entra("azure-event-grid-entra", b'[{"id":"e1","eventType":"Microsoft.Storage.BlobCreated","data":{}}]',
                 "Microsoft.Storage.BlobCreated", "e1", handshake)


@provider("azure-event-grid-entra-cloudevents")
def azure_event_grid_entra_cloudevents():
    def handshake(suite, token):
        options = {"method": "OPTIONS", "body": b"", "headers": [["WebHook-Request-Origin", "eventgrid.azure.net"]],
                   "id": ..., "type": ...}
        suite.valid("handshake", **options, response={
            "status": 200, "headers": {"webhook-allowed-origin": "eventgrid.azure.net"}, "body": ""})
        suite.invalid("OPTIONS without an origin", **options | {"headers": []})

    return entra("azure-event-grid-entra-cloudevents", b'{"specversion":"1.0","id":"e1","type":"Microsoft.Storage.BlobCreated"}',
                 "Microsoft.Storage.BlobCreated", "e1", handshake)


class Detached(Signed):
    """A token without its payload, which is made of the request."""

    detached = True

    def payload(self, body):
        return body

    def token(self, head=None, claims=None, key=None, body=None):
        head = self.head_of() if head is None else head
        head = b64url(head if isinstance(head, str) else compact(head))
        payload = b64url(self.payload(self.body if body is None else body))
        return f"{head}..{b64url(self.signature(key or self.key, f'{head}.{payload}'))}"

    def sign(self, body=None, /, *, key=None, **how):
        return self.headers(self.token(key=key, body=body, **how))

    def unsigned(self, head):
        return f"{b64url(compact(head))}.{b64url(self.payload(self.body))}"

    def spliced(self, text, tag):
        return text.split(".")[0] + ".." + b64url(tag)

    def all(self):
        suite, good = self.suite, self.token()
        head, _, tag = good.split(".")
        suite.valid("signed")
        suite.bodies(lambda body: self.sign(body))
        suite.secrets(self.other)
        self.heads()
        self.keys()
        suite.valid("typ absent", headers=self.headers(self.token(head=self.head_of(typ=...))))
        suite.invalid("signed with another key", headers=self.sign(key=self.other))
        suite.invalid("header missing", headers=[])
        suite.twice(self.header, self.token(key=self.other))
        suite.invalid("payload attached", headers=self.headers(f"{head}.{b64url(self.payload(self.body))}.{tag}"))
        suite.invalid("payload attached, the body another", body=flip(self.body, 5),
                      headers=self.headers(f"{head}.{b64url(self.payload(self.body))}.{tag}"))
        for kind, odd in {"one full stop": f"{head}.{tag}", "three": f"{head}...{tag}", "signature empty": f"{head}..",
                          "padded": good + "=", "signature short": good[:-2], "signature longer": good + "AAAA", "empty": "",
                          "signature of zeros": f"{head}..{'A' * len(tag)}", "prefix in front": "Bearer " + good}.items():
            suite.invalid(f"token: {kind}", headers=self.headers(odd))
        return suite


@provider("fireblocks")
def fireblocks():
    body = b'{"id":"6f8e","eventType":"transaction.created","eventVersion":1,"createdAt":1700000000000,"workspaceId":"w"}'
    token = Detached("Fireblocks-Webhook-Signature", {}, body, alg="RS512", pair="rsa", id="6f8e", type="transaction.created")
    suite = token.all()
    suite.valid("set of another region", settings={"jwks_url": "https://eu-keys.fireblocks.io/.well-known/jwks.json"})
    return suite


class TrueLayer(Detached):
    LIVE, TIME = "https://webhooks.truelayer.com/.well-known/jwks", "2023-11-14T22:13:20Z"

    def __init__(self, *args, **how):
        self.target, self.named = "/hooks/truelayer", [("X-TL-Webhook-Timestamp", self.TIME)]
        super().__init__(*args, head={"tl_version": "2", "tl_headers": "X-TL-Webhook-Timestamp", "jku": self.LIVE, "typ": ...}, **how)

    def payload(self, body):
        lines = "".join(f"{name}: {value}\n" for name, value in self.named)
        return f"POST {self.target}\n{lines}".encode() + body

    def headers(self, token):
        return super().headers(token) + [["X-Tl-Webhook-Timestamp", self.TIME]]

    def with_target(self, target):
        before, self.target = self.target, target
        signed, self.target = self.sign(), before
        return signed


@provider("truelayer")
def truelayer():
    body = b'{"type":"payment_executed","event_version":1,"event_id":"18b2842b-a57b","payment_id":"dfb531ca"}'
    token = TrueLayer("Tl-Signature", {}, body, alg="ES512", pair="p521", path_and_query="/hooks/truelayer", id="18b2842b-a57b",
                      type="payment_executed")
    suite = token.all()
    # A place of keys is allowed here, if it is one of two.
    suite.vectors = [vector for vector in suite.vectors if vector["name"] != "jku in the header"]
    for kind, odd in {"sandbox": "https://webhooks.truelayer-sandbox.com/.well-known/jwks", "absent": ...}.items():
        suite.valid(f"jku {kind}", headers=token.headers(token.token(head=token.head_of(jku=odd))))
    for kind, odd in {"elsewhere": "https://evil.example/.well-known/jwks", "of http": token.LIVE.replace("https", "http"),
                      "with a port": token.LIVE.replace(".com/", ".com:443/"), "with a user": token.LIVE.replace("//", "//x@"),
                      "with a host behind": token.LIVE.replace(".com/", ".com.evil.example/"), "with a fragment": token.LIVE + "#",
                      "with a query": token.LIVE + "?", "in upper case": token.LIVE.upper(), "a number": 7, "null": None,
                      "with a dot behind its host": token.LIVE.replace(".com/", ".com./")}.items():
        suite.invalid(f"jku {kind}", headers=token.headers(token.token(head=token.head_of(jku=odd))))
    for odd in ("1", 2, ...):
        suite.invalid(f"tl_version {'missing' if odd is ... else repr(odd)}",
                      headers=token.headers(token.token(head=token.head_of(tl_version=odd))))
    suite.valid("signed with a slash behind the path", headers=token.with_target("/hooks/truelayer/"))
    suite.invalid("signed for another path", headers=token.with_target("/hooks/other"))
    suite.invalid("signed with a query", headers=token.with_target("/hooks/truelayer?a=1"))
    suite.invalid("received with a query", path_and_query="/hooks/truelayer?a=1")
    stamp = [["X-Tl-Webhook-Timestamp", "2023-11-14T22:13:21Z"]]
    suite.invalid("a signed header changed", headers=token.sign()[:1] + stamp)
    suite.invalid("a signed header missing", headers=token.sign()[:1])
    suite.invalid("a signed header twice", headers=token.sign() + stamp)
    suite.invalid("a signed header left out of tl_headers", headers=token.headers(token.token(head=token.head_of(tl_headers=""))))
    suite.invalid("tl_headers a list", headers=token.headers(token.token(head=token.head_of(tl_headers=["X-TL-Webhook-Timestamp"]))))
    suite.invalid("tl_headers with a colon", headers=token.headers(token.token(head=token.head_of(tl_headers="a:b"))))
    return suite
