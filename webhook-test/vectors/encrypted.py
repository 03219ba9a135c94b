"""Encrypted bodies. Needs the package `cryptography`.

Stone Open Bank: a signed token inside an encrypted one (RFC 7515, RFC 7516). Feishu: AES-256-CBC under the key that signs.

Encryption is random, and vectors are not: the padding of RSA-OAEP (RFC 8017 §7.1.1) is made here, from a seed that stays the same. So
is the initialization vector of CBC.
"""

import base64
import hashlib
import json
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from asymmetric import pem, private
from suite import NOW, T, Suite, b64, bad_hex, flip, mac, odd_times, raw
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


ENCRYPT_KEY, OTHER_KEY, VERIFICATION_TOKEN = "kudryavka-0123456789abcdef", "laika-0123456789abcdef", "v-token-0123456789abcdef"
IV = bytes(range(16, 32))


def aes(key):
    """The key is SHA-256 of the Encrypt Key."""
    return Cipher(algorithms.AES(hashlib.sha256(raw(key)).digest()), modes.CBC(IV))


def cbc(text, key=ENCRYPT_KEY, padding=None):
    """base64 of the initialization vector and the ciphertext; `padding` replaces that of PKCS#7."""
    fill = 16 - len(raw(text)) % 16
    closed = aes(key).encryptor()
    return b64(IV + closed.update(raw(text) + (bytes([fill]) * fill if padding is None else padding)) + closed.finalize())


def opened(sealed, key):
    sealed = base64.b64decode(sealed)
    text = Cipher(algorithms.AES(hashlib.sha256(raw(key)).digest()), modes.CBC(sealed[:16])).decryptor()
    text = text.update(sealed[16:]) + text.finalize()
    return text[:-text[-1]]


def extended(digest, length, suffix):
    """What can be written behind a message of that length, and the hash of both: only its hash has to be known (FIPS 180-4 §5, §6.2)."""
    padding = b"\x80" + bytes(-(length + 9) % 64) + struct.pack(">Q", length * 8)
    state, rest = list(struct.unpack(">8I", digest)), suffix
    rest += b"\x80" + bytes(-(len(rest) + 9) % 64) + struct.pack(">Q", (length + len(padding) + len(suffix)) * 8)
    for at in range(0, len(rest), 64):
        state = compressed(state, rest[at:at + 64])
    return padding + suffix, struct.pack(">8I", *state)


def primes(count):
    found = [n for n in range(2, 312) if all(n % d for d in range(2, int(n ** 0.5) + 1))]
    return found[:count]


def cube_root(n):
    """The first 32 bits behind the point of the cube root, exactly."""
    scaled, low, high = n << 96, 0, 1 << 40
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle ** 3 <= scaled else (low, middle - 1)
    return low & 0xFFFFFFFF


CONSTANTS = [cube_root(prime) for prime in primes(64)]


def compressed(state, block):
    """One block of SHA-256."""
    turn = lambda x, n: (x >> n | x << 32 - n) & 0xFFFFFFFF
    w = list(struct.unpack(">16I", block))
    for i in range(16, 64):
        low, high = w[i - 15], w[i - 2]
        w.append((w[i - 16] + (turn(low, 7) ^ turn(low, 18) ^ low >> 3) + w[i - 7] + (turn(high, 17) ^ turn(high, 19) ^ high >> 10)) & 0xFFFFFFFF)
    a, b, c, d, e, f, g, h = state
    for i in range(64):
        one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (e & f ^ ~e & g) + CONSTANTS[i] + w[i]) & 0xFFFFFFFF
        two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + (a & b ^ a & c ^ b & c)) & 0xFFFFFFFF
        a, b, c, d, e, f, g, h = (one + two) & 0xFFFFFFFF, a, b, c, (d + one) & 0xFFFFFFFF, e, f, g
    return [(x + y) & 0xFFFFFFFF for x, y in zip(state, (a, b, c, d, e, f, g, h))]


@provider("feishu")
def feishu():
    """Open.feishu.cn, "步骤三：接收事件": SHA-256 over timestamp + nonce + encrypt key + body, and the body is encrypted."""
    assert opened("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=", "test key") == b"hello world"  # the page's example
    event = {"schema": "2.0", "header": {
        "event_id": "5e3702a84e847582be8db7fb73283c02", "event_type": "im.message.receive_v1", "create_time": T + "000",
        "token": VERIFICATION_TOKEN, "app_id": "cli_9f5343c580712544", "tenant_key": "2ca1d211f64f6438"}, "event": {"message": {"chat_type": "p2p"}}}
    first = {"ts": T + ".7171419", "uuid": "bc447199585340d1f3728d26b1c0297a", "token": VERIFICATION_TOKEN, "type": "event_callback",
             "event": {"type": "p2p_chat_create", "app_id": "cli_9c8609450f78d102"}}
    nonce = "950646929"

    def wrap(text, **how):
        return compact({"encrypt": cbc(text if isinstance(text, (str, bytes)) else compact(text), **how)}).encode()

    def tag(body, key=ENCRYPT_KEY, t=T, nonce=nonce):
        return hashlib.sha256(raw(t) + raw(nonce) + raw(key) + body).digest()

    def spelled(text, t=T, nonce=nonce):
        return [["X-Lark-Request-Timestamp", t], ["X-Lark-Request-Nonce", nonce], ["X-Lark-Signature", text]]

    def sign(body, key=ENCRYPT_KEY, t=T, nonce=nonce):
        return spelled(tag(body, key, t, nonce).hex(), t, nonce)

    def signed(body):
        return {"body": body, "headers": sign(body)}

    body = wrap(event)
    suite = Suite(body, ENCRYPT_KEY, sign(body), id=event["header"]["event_id"], type="im.message.receive_v1")
    ours = tag(body)

    suite.valid("event of version 2")
    suite.valid("event of version 1", **signed(wrap(first)), id=first["uuid"], type="p2p_chat_create")
    suite.valid("an id in both places, that of version 2 counts", **signed(wrap(event | {"uuid": "1"})))
    suite.valid("event beyond ASCII", **signed(wrap(json.dumps(event | {"note": "Zoë – 日本 😀"}, ensure_ascii=False))))
    suite.valid("event of sixteen bytes, a block of padding", **signed(wrap('{"uuid":"12345"}')), id="12345", type=None)
    suite.valid("event that is no JSON", **signed(wrap("hello world")), id=..., type=...)
    suite.valid("event that is empty", **signed(wrap("")), id=..., type=...)
    suite.valid("white space around the field", **signed(body.replace(b":", b" :\n").replace(b"}", b" }\n")))
    suite.valid("a member more around it", **signed(body.replace(b"{", b'{"x":1,', 1)))
    suite.valid("slashes escaped", **signed(body.replace(b"/", b"\\/")))
    suite.valid("another nonce", headers=sign(body, nonce="f3c2-nonce"))
    suite.valid("tag in upper-case hex", headers=spelled(ours.hex().upper()))
    suite.valid("a Verification Token is configured", verify_token=VERIFICATION_TOKEN)
    suite.secrets(OTHER_KEY)
    suite.tolerance()

    # The signature.
    for name, text in bad_hex(ours):
        suite.invalid(name, headers=spelled(text))
    suite.invalid("tag of zeros", headers=spelled("0" * 64))
    suite.invalid("tag in base64", headers=spelled(b64(ours)))
    suite.invalid("HMAC in place of the hash", headers=spelled(mac("sha256", ENCRYPT_KEY, T, nonce, body).hex()))
    suite.invalid("hashed without the key", headers=spelled(tag(body, "").hex()))
    suite.invalid("the key behind the body", headers=spelled(hashlib.sha256(raw(T + nonce) + body + raw(ENCRYPT_KEY)).hexdigest()))
    suite.invalid("the decrypted text signed", headers=sign(compact(event).encode()))
    suite.invalid("nonce changed", headers=suite.headers("X-Lark-Request-Nonce", "950646928"))
    suite.invalid("timestamp changed by a second", headers=suite.headers("X-Lark-Request-Timestamp", str(NOW + 1)))
    suite.invalid("a digit moved from the timestamp to the nonce", headers=spelled(ours.hex(), T[:-1], T[-1] + nonce))
    suite.invalid("a digit moved from the nonce to the timestamp", headers=spelled(ours.hex(), T + nonce[0], nonce[1:]))
    for name, odd in odd_times(T):
        suite.invalid(f"timestamp with {name}, signed as sent", headers=sign(body, t=odd))
    suite.invalid("timestamp in milliseconds", headers=sign(body, t=T + "000"))
    suite.invalid("timestamp as Go prints it", headers=sign(body, t="2023-11-14 22:13:20 +0000 UTC m=+1.5"))
    for name in ("X-Lark-Signature", "X-Lark-Request-Nonce", "X-Lark-Request-Timestamp"):
        suite.invalid(f"{name} missing", headers=suite.headers(name, None))
    suite.twice("X-Lark-Signature", "0" * 64)
    suite.twice("X-Lark-Request-Nonce", "1")
    suite.invalid("unsigned", headers=[])
    suite.invalid("unsigned, and a Verification Token is configured", headers=[], verify_token=VERIFICATION_TOKEN)

    # The body.
    suite.invalid("one bit of the first body byte", body=flip(body, 0))
    suite.invalid("one bit of the ciphertext", body=flip(body, 40))
    suite.invalid("one bit of the last body byte", body=flip(body, -1))
    suite.invalid("newline after the body", body=body + b"\n")
    suite.invalid("not encrypted, signed as sent", **signed(compact(event).encode()))
    text = cbc(compact(event))
    for name, odd in {
            "empty": b"", "an object without the field": b"{}", "a number in the field": b'{"encrypt":1}', "null in the field": b'{"encrypt":null}',
            "nothing in the field": b'{"encrypt":""}', "the field twice": body[:-1] + b"," + body[1:], "an array": b"[" + body + b"]",
            "the text alone": raw(text), "cut": body[:-1], "with something behind it": body + b"x",
    }.items():
        suite.invalid(f"body {name}, signed as sent", **signed(odd))
    sealed = base64.b64decode(text)
    for name, odd in {"without its padding characters": text.rstrip("="), "in the url-safe alphabet": base64.urlsafe_b64encode(b"\xfb" * 48).decode(),
                      "in hexadecimal": sealed.hex() + "0", "cut to the initialization vector": b64(sealed[:16]),
                      "cut inside it": b64(sealed[:8]), "a byte short": b64(sealed[:-1]), "without its last block": b64(sealed[:-16])}.items():
        suite.invalid(f"ciphertext {name}, signed as sent", **signed(compact({"encrypt": odd}).encode()))
    block = compact(event).encode()
    block = block[:len(block) // 16 * 16]
    for name, padding in {"of zeros": bytes(16), "of 17": b"\x11" * 16, "of different bytes": b"\x01" * 14 + b"\x03\x02",
                          "that is none": b"}" * 16}.items():
        suite.invalid(f"padding {name}, signed as sent", **signed(wrap(block, padding=padding)))
    suite.invalid("encrypted with another key than it is signed with", **signed(wrap(event, key=OTHER_KEY)))
    suite.invalid("the same, and the other key is configured too", secrets=[ENCRYPT_KEY, OTHER_KEY], **signed(wrap(event, key=OTHER_KEY)))
    octets = body[:-1] + b',"x":"\xff"}'
    suite.invalid("body not UTF-8", **signed(octets))
    message = raw(T + nonce + ENCRYPT_KEY) + body
    assert extended(hashlib.sha256(b"abc").digest(), 3, b"d")[1] == hashlib.sha256(b"abc" + extended(hashlib.sha256(b"abc").digest(), 3, b"d")[0]).digest()
    behind, longer = extended(ours, len(message), body)
    assert hashlib.sha256(message + behind).digest() == longer
    suite.invalid("the hash continued behind the body", body=body + behind, headers=spelled(longer.hex()))

    # The check of the URL: encrypted, and not signed.
    def ask(key=ENCRYPT_KEY, padding=None, **changes):
        asked = {"challenge": "ajls384kdjxxxx", "token": VERIFICATION_TOKEN, "type": "url_verification"} | changes
        asked = compact({name: value for name, value in asked.items() if value is not ...})
        return {"headers": [], "verify_token": VERIFICATION_TOKEN, "body": wrap(asked, key=key, padding=padding)}

    answer = {"response": {"status": 200, "headers": {"content-type": "application/json"}, "body": '{"challenge":"ajls384kdjxxxx"}'}, "id": ..., "type": ...}
    suite.valid("check of the URL", **ask(), **answer)
    suite.valid("check of the URL, two secrets, encrypted with the second", secrets=[OTHER_KEY, ENCRYPT_KEY], **ask(), **answer)
    suite.valid("check of the URL with a member more", **ask(more=1), **answer)
    suite.valid("check of the URL with a timestamp and a nonce", **ask() | {"headers": spelled("")[:2]}, **answer)
    suite.valid("check of the URL that is signed", **ask() | {"headers": sign(ask()["body"])}, **answer)
    suite.invalid("check of the URL, no Verification Token configured", body=ask()["body"], headers=[])
    suite.invalid("check of the URL with a wrong signature", **ask() | {"headers": spelled("0" * 64)})
    suite.invalid("check of the URL with an empty signature", **ask() | {"headers": spelled("")})
    suite.invalid("check of the URL, not encrypted", **ask() | {"body": compact({
        "challenge": "ajls384kdjxxxx", "token": VERIFICATION_TOKEN, "type": "url_verification"}).encode()})
    suite.invalid("check of the URL under another key", **ask(key=OTHER_KEY))
    for name, changes in {
            "another token": {"token": VERIFICATION_TOKEN[:-1] + "0"}, "a longer token": {"token": VERIFICATION_TOKEN + "0"}, "an empty token": {"token": ""},
            "no token": {"token": ...}, "a token that is a number": {"token": 1}, "the Encrypt Key as token": {"token": ENCRYPT_KEY},
            "another type": {"type": "event_callback"}, "no type": {"type": ...}, "no challenge": {"challenge": ...}, "an empty challenge": {"challenge": ""},
            "a challenge that is a number": {"challenge": 1}, "a challenge with a space": {"challenge": "a b"},
            "a challenge with a line break": {"challenge": "a\r\nb"}, "a challenge beyond ASCII": {"challenge": "ä"}, "a challenge of 1025 characters": {"challenge": "c" * 1025},
    }.items():
        suite.invalid(f"check of the URL with {name}", **ask(**changes))
    whole = compact({"challenge": "ajls384kdjxxxx12", "token": VERIFICATION_TOKEN, "type": "url_verification"})
    whole += " " * (-len(whole) % 16)
    suite.valid("check of the URL that fills its blocks", headers=[], verify_token=VERIFICATION_TOKEN, body=wrap(whole),
                id=..., type=..., response=answer["response"] | {"body": '{"challenge":"ajls384kdjxxxx12"}'})
    for name, padding in {"without padding": b"", "with padding of white space": b" " * 16, "with padding of zeros": bytes(16)}.items():
        suite.invalid(f"check of the URL {name}", headers=[], verify_token=VERIFICATION_TOKEN, body=wrap(whole, padding=padding))
    suite.invalid("check of the URL whose body is not UTF-8", **ask() | {"body": ask()["body"][:-1] + b"\xff}"})
    suite.invalid("check of the URL longer than 4 KiB", **ask(more="x" * 4096))
    return suite
