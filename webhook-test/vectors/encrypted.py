"""Stone Open Bank: a signed token inside an encrypted one (RFC 7515, RFC 7516). Needs the package `cryptography`.

Encryption is random, and vectors are not: the padding of RSA-OAEP (RFC 8017 §7.1.1) is made here, from a seed that stays the same.
"""

import hashlib
import json

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from asymmetric import pem, private
from suite import NOW, Suite, flip, mac
from token_keys import ALGORITHMS, jwk, provider, signature
from tokens import b64url, compact

CONTENT_KEY, NONCE, SEED = bytes(range(32)), bytes(range(12)), bytes(range(64, 96))
EVENT = {"env": "production", "event_type": "cash_in_internal_transfer", "iat": NOW, "nbf": NOW, "jti": "2o79sqemde14mv76eo00jsc3",
         "target_data": {"account_id": "09c016b2-876a-450a-9f40-316f8e2f8778", "amount": 1}}


def mask(seed, length, hashed):
    made = b"".join(hashed(seed + i.to_bytes(4, "big")).digest() for i in range(-(-length // hashed().digest_size)))
    return made[:length]


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def wrapped(key, content, hashed=hashlib.sha256):
    """RSA-OAEP with MGF1, both of one hash."""
    numbers = private(key).public_key().public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    seed = SEED[:hashed().digest_size]
    block = hashed(b"").digest() + bytes(size - len(content) - 2 * hashed().digest_size - 2) + b"\1" + content
    block = xor(block, mask(seed, len(block), hashed))
    seed = xor(seed, mask(block, len(seed), hashed))
    return pow(int.from_bytes(b"\0" + seed + block, "big"), numbers.e, numbers.n).to_bytes(size, "big")


def sealed(content, recipient="rsa-other", head=None, named=None, hashed=hashlib.sha256, content_key=CONTENT_KEY, **pieces):
    """The parts of a token that is encrypted for a key; `named` is the header it says it has."""
    head = b64url(compact(head or {"alg": "RSA-OAEP-256", "enc": "A256GCM"}))
    closed = AESGCM(content_key).encrypt(NONCE, content.encode(), head.encode())
    made = {"key": wrapped(recipient, content_key, hashed), "nonce": NONCE, "content": closed[:-16], "tag": closed[-16:]} | pieces
    head = b64url(compact(named)) if named else head
    return ".".join([head] + [b64url(made[piece]) for piece in ("key", "nonce", "content", "tag")])


def token(key="rsa", claims=None, alg="RS256", **head):
    head = {"alg": alg, "kid": "key-1"} | head
    text = b64url(compact({name: value for name, value in head.items() if value is not ...})) + "." + b64url(compact(EVENT | (claims or {})))
    return text + "." + b64url(signature(alg, private(key), text.encode()))


def body(text):
    return compact({"encrypted_body": text}).encode()


@provider("stone-open-bank")
def stone_open_bank():
    pkcs8 = private("rsa-other").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    settings, headers = {"private_key": pkcs8}, [["x-stone-webhook-event-id", "930bbd6d-0c7a-4fe4-8b50-4b82a20cb847"]]
    suite = Suite(body(sealed(token())), jwk("rsa"), headers, settings=settings, id=headers[0][1], type=EVENT["event_type"])
    put = lambda text: {"body": body(text)}
    inside = lambda **how: put(sealed(token(**how)))

    suite.valid("event")
    suite.valid("without its headers", headers=[], id=None)
    suite.valid("the key in PEM", secrets=[pem(private("rsa").public_key())])
    suite.valid("a set of the one key", secrets=['{"keys":[' + jwk("rsa") + "]}"])
    suite.secrets(jwk("rsa-other"))
    suite.valid("the configured id", settings=settings | {"kid": "key-1"})
    suite.invalid("another id than the configured one", settings=settings | {"kid": "key-2"})
    suite.invalid("no id, and one is configured", settings=settings | {"kid": "key-1"}, **inside(kid=...))
    suite.valid("white space around the field", body=b' { "encrypted_body" :\n"' + sealed(token()).encode() + b'" }\n')
    suite.valid("a field more, which is not signed", body=body(sealed(token())).replace(b"{", b'{"x":1,', 1))
    suite.valid("typ and cty", **put(sealed(token(typ="JWT"), head={"alg": "RSA-OAEP-256", "enc": "A256GCM", "cty": "JWT", "kid": "ours"})))

    # The signature inside.
    suite.invalid("signed by another", **inside(key="rsa-other"))
    ours, other = token().split("."), token(claims={"jti": "1"}).split(".")
    suite.invalid("claims of another token", **put(sealed(".".join([ours[0], other[1], ours[2]]))))
    suite.invalid("header of another token", **put(sealed(".".join([token(typ="JWT").split(".")[0], *ours[1:]]))))
    suite.invalid("not signed", **put(sealed(".".join(ours[:2]) + ".")))
    suite.invalid("only the claims", **put(sealed(compact(EVENT))))
    none = b64url(compact({"alg": "none"})) + "." + ours[1] + "."
    suite.invalid("alg none", **put(sealed(none)))
    for name, key in {"PEM": pem(private("rsa").public_key()), "JWK": jwk("rsa")}.items():
        text = b64url(compact({"alg": "HS256"})) + "." + ours[1]
        suite.invalid(f"HS256 keyed with the public {name}", **put(sealed(text + "." + b64url(mac("sha256", key, text)))))
    assert "RS512" in ALGORITHMS
    suite.invalid("RS512", **inside(alg="RS512"))
    for name, value in {"jku": "https://evil.example/keys", "jwk": json.loads(jwk("rsa-other")), "crit": ["exp"], "b64": False}.items():
        suite.invalid(f"{name} in the header of the signature", **inside(**{name: value}))
    for name, odd in {"a number": 1, "empty": "", "a path": "../keys", "of dots": "..", "null": None}.items():
        suite.invalid(f"id {name}", **inside(kid=odd))

    # Times.
    for name, claims in {"nbf a minute ahead": {"nbf": NOW + 60}, "iat a minute ahead": {"iat": NOW + 60}, "exp now": {"exp": NOW}}.items():
        suite.valid(name, **inside(claims=claims))
    for name, claims in {"nbf more than a minute ahead": {"nbf": NOW + 61}, "iat more than a minute ahead": {"iat": NOW + 61},
                         "exp over": {"exp": NOW - 1}, "iat a text": {"iat": str(NOW)}}.items():
        suite.invalid(name, **inside(claims=claims))

    # The encryption around it.
    suite.invalid("encrypted for another", **put(sealed(token(), recipient="rsa")))
    for name, piece in {"key": wrapped("rsa-other", CONTENT_KEY), "nonce": NONCE}.items():
        suite.invalid(f"{name} changed", **put(sealed(token(), **{name: flip(piece, 0)})))
        suite.invalid(f"{name} a byte short", **put(sealed(token(), **{name: piece[:-1]})))
        suite.invalid(f"{name} empty", **put(sealed(token(), **{name: b""})))
    parts = sealed(token()).split(".")
    for at, name in ((3, "content"), (4, "tag")):
        for kind, text in {"changed": "A" + parts[at][1:] if parts[at][0] != "A" else "B" + parts[at][1:], "cut": parts[at][:-4], "empty": ""}.items():
            suite.invalid(f"{name} {kind}", **put(".".join(parts[:at] + [text] + parts[at + 1:])))
    suite.invalid("tag cut to 12 bytes, as GCM allows", **put(sealed(token(), tag=AESGCM(CONTENT_KEY).encrypt(
        NONCE, token().encode(), b64url(compact({"alg": "RSA-OAEP-256", "enc": "A256GCM"})).encode())[-16:-4])))
    suite.invalid("another header than was sealed", **put(sealed(token(), named={"alg": "RSA-OAEP-256", "enc": "A256GCM", "x": 1})))
    suite.invalid("OAEP with SHA-1", **put(sealed(token(), head={"alg": "RSA-OAEP", "enc": "A256GCM"}, hashed=hashlib.sha1)))
    suite.invalid("OAEP with SHA-1 under the other's name", **put(sealed(token(), hashed=hashlib.sha1)))
    suite.invalid("a content key of 128 bits", **put(sealed(token(), content_key=CONTENT_KEY[:16])))
    for name, head in {"RSA1_5": {"alg": "RSA1_5", "enc": "A256GCM"}, "dir": {"alg": "dir", "enc": "A256GCM"},
                       "A128GCM": {"alg": "RSA-OAEP-256", "enc": "A128GCM"}, "no enc": {"alg": "RSA-OAEP-256"},
                       "zip": {"alg": "RSA-OAEP-256", "enc": "A256GCM", "zip": "DEF"},
                       "crit": {"alg": "RSA-OAEP-256", "enc": "A256GCM", "crit": ["x"]}}.items():
        suite.invalid(f"encryption of {name}", **put(sealed(token(), head=head)))
    suite.invalid("not encrypted", **put(token()))
    for name, text in {"four parts": ".".join(parts[:4]), "six parts": ".".join(parts + ["AA"]), "padding": parts[0] + "=." + ".".join(parts[1:]),
                       "a line break": ".".join(parts) + "\n", "nothing": ""}.items():
        suite.invalid(f"a token with {name}", **put(text))
    good = body(sealed(token()))
    for name, odd in {"empty": b"", "no object": b'"' + sealed(token()).encode() + b'"', "without the field": b"{}", "with a number in it": b'{"encrypted_body":1}',
                      "with the field twice": good[:-1] + b"," + good[1:], "cut": good[:-1], "the token alone": sealed(token()).encode()}.items():
        suite.invalid(f"body {name}", body=odd)
    return suite
