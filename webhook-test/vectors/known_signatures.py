"""The formulas of known answers that are signed with a private key. Needs the package `cryptography`."""

import base64
import json
import zlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from asymmetric import load, verify
from certificates import canonical
from known_answers import formula, unpadded
from suite import raw


def number(text):
    return int.from_bytes(unpadded(text), "big")


def signs(alg, key, signature, message):
    try:
        verify(alg, key, signature, raw(message))
    except InvalidSignature:
        return False
    return True


def decoded(text):
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def rsa_key(jwk):
    return rsa.RSAPublicNumbers(number(jwk["e"]), number(jwk["n"])).public_key()


def in_header(alg, header, message=lambda sent: sent.body):
    """A signature in base64 in a header."""
    return lambda sent: signs(alg, load(sent.secret), decoded(sent[header]), message(sent))


for provider, judge in {
        "binance-pay": in_header("rsa-sha256", "binancepay-signature", lambda sent: b"\n".join(
            [raw(sent["binancepay-timestamp"]), raw(sent["binancepay-nonce"]), sent.body, b""])),
        "circle": in_header("p256-sha256", "x-circle-signature"),
        "fireblocks-v1": in_header("rsa-sha512", "fireblocks-signature"),
        "sendgrid": in_header("p256-sha256", "x-twilio-email-event-webhook-signature", lambda sent: raw(
            sent["x-twilio-email-event-webhook-timestamp"]) + sent.body),
        "wechatpay": in_header("rsa-sha256", "wechatpay-signature", lambda sent: b"\n".join(
            [raw(sent["wechatpay-timestamp"]), raw(sent["wechatpay-nonce"]), sent.body, b""])),
        "wise": in_header("rsa-sha256", "x-signature-sha256"),
        "paypal": in_header("rsa-sha256", "paypal-transmission-sig", lambda sent: "|".join(
            [sent["paypal-transmission-id"], sent["paypal-transmission-time"], sent.settings["webhook_id"],
             str(zlib.crc32(sent.body))])),
}.items():
    formula(provider)(judge)

formula("ebanx")(lambda sent: any(
    signs("rsa-sha1", load(sent.secret), decoded(sent[name]), sent.body) for name in ("x-signature-content", "x-signaturecontent")))


@formula("discord")
def discord(sent):
    key = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(sent.secret))
    tag = sent["x-signature-ed25519"]
    tag = bytes.fromhex(tag) if len(tag) == 128 else b""
    return signs("ed25519", key, tag, raw(sent["x-signature-timestamp"]) + sent.body)


@formula("standard-webhooks-ed25519")
def standard(sent):
    message = raw(f"{sent['webhook-id']}.{sent['webhook-timestamp']}.") + sent.body
    tags = [decoded(entry.removeprefix("v1a,")) for entry in sent["webhook-signature"].split(" ") if entry.startswith("v1a,")]
    return any(signs("ed25519", load(sent.secret), tag, message) for tag in tags)


@formula("ebay")
def ebay(sent):
    proof = json.loads(base64.b64decode(sent["x-ebay-signature"]))
    return signs("p256-sha1", load(sent.secret), decoded(proof["signature"]), sent.body)


@formula("pagarme-hub")
def pagarme_hub(sent):
    pairs = sent.pairs("x-webhook-asymmetric-signature", ";")
    tag = pairs["signature"].replace("+", "-").replace("/", "_").rstrip("=")
    keys = [key for key in json.loads(sent.secret)["keys"] if key["kid"] == pairs["kid"]]
    return any(signs("rsa-sha256", rsa_key(key), unpadded(tag), sent.body) for key in keys)


# ---- values of a body ---------------------------------------------------------------------------------------------

@formula("aws-sns", "aws-sns-legacy-sha1")
def sns(sent):
    message = sent.json()
    alg = {"1": "rsa-sha1", "2": "rsa-sha256"}[message["SignatureVersion"]]
    return signs(alg, load(sent.secret), decoded(message["Signature"]), canonical(message))


@formula("bitso")
def bitso(sent):
    payload = json.dumps(sent.json()["payload"], ensure_ascii=False, separators=(",", ":"))
    return signs("rsa-sha256", load(sent.secret), decoded(sent["x-bitso-webhook-event-signature"]), payload)


@formula("alipay")
def alipay(sent):
    fields = {name: value for name, value in sent.form().items() if value}
    tag = decoded(fields.pop("sign"))
    text = lambda fields: "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    bare = {name: value for name, value in fields.items() if name != "sign_type"}
    return any(signs("rsa-sha256", load(sent.secret), tag, text(of)) for of in (fields, bare))


@formula("paddle-classic")
def paddle_classic(sent):
    fields = sent.form()
    tag = decoded(fields.pop("p_signature"))
    php = "".join(f's:{len(raw(text))}:"{text}";' for name in sorted(fields) for text in (name, fields[name]))
    return signs("rsa-sha1", load(sent.secret), tag, f"a:{len(fields)}:{{{php}}}")


# ---- JSON Web Signatures ------------------------------------------------------------------------------------------

def jws(token, key, alg):
    signed, _, tag = token.rpartition(".")
    return signs(alg, key, unpadded(tag), signed)


@formula("google-pubsub")
def google_pubsub(sent):
    token = sent["authorization"].removeprefix("Bearer ")
    return any(jws(token, rsa_key(key), "rsa-sha256") for key in json.loads(sent.secret)["keys"])


@formula("fireblocks")
def fireblocks(sent):
    head, _, tag = sent["fireblocks-webhook-signature"].split(".")
    payload = base64.urlsafe_b64encode(sent.body).decode().rstrip("=")
    return signs("rsa-sha512", load(sent.secret), unpadded(tag), f"{head}.{payload}")


@formula("plaid")
def plaid(sent):
    jwk = json.loads(sent.secret)
    key = ec.EllipticCurvePublicNumbers(number(jwk["x"]), number(jwk["y"]), ec.SECP256R1()).public_key()
    signed, _, tag = sent["plaid-verification"].rpartition(".")
    tag = unpadded(tag)
    both = [int.from_bytes(half, "big") for half in (tag[:32], tag[32:])]
    return signs("p256-sha256", key, utils.encode_dss_signature(*both), signed)


@formula("stone-open-bank")
def stone_open_bank(sent):
    head, key, nonce, content, tag = sent.json()["encrypted_body"].split(".")
    private = load_pem_private_key(raw(sent.settings["private_key"]), None)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    key = private.decrypt(unpadded(key), oaep)
    token = AESGCM(key).decrypt(unpadded(nonce), unpadded(content) + unpadded(tag), raw(head)).decode()
    return any(jws(token, rsa_key(key), "rsa-sha256") for key in json.loads(sent.secret)["keys"])
