"""Deliveries that others signed or refused: examples of the providers' pages, and what their SDKs make and reject.

`known` has them, in the format of the vectors, with the reason of each refusal in `because`. They are facts, so nothing
here makes them. Instead a formula says of each whether its proof is genuine, and what it says has to agree: one that is valid is
genuine, and one that is refused for its signature is not. `Suite.known` then adds them to the vectors of their provider.
"""

import base64
import hashlib
import json
import re
from urllib.parse import parse_qsl, quote, urlsplit

from suite import b64, base62, facts, mac, raw, whsec
from templates import TEMPLATES, Template

ANSWERS = facts("known")
FORMULAS = {}


class Answer:
    """One of them, as a formula reads it."""

    def __init__(self, fields):
        self.headers = {name.lower(): value for name, value in fields["headers"]}
        self.body = raw(fields["body"])
        self.text = fields["body"]
        self.method = fields["method"]
        self.secret = fields["secrets"][0]
        self.settings = fields.get("settings", {})
        self.target = fields["path_and_query"]
        self.query = dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))
        self.url = fields.get("url", "")
        if "?" in self.target and "?" not in self.url:
            self.url += "?" + self.target.split("?", 1)[1]

    def __getitem__(self, header):
        return self.headers.get(header, "")

    def form(self):
        return dict(parse_qsl(self.text, keep_blank_values=True))

    def json(self):
        return json.loads(self.body)

    def pairs(self, header, separator=","):
        """`t=1,v1=a` as a mapping; of several pairs of one name, the last."""
        return dict(pair.strip().split("=", 1) for pair in self[header].split(separator) if "=" in pair)


def formula(*names):
    def keep(judge):
        FORMULAS.update(dict.fromkeys(names, judge))
        return judge

    return keep


def words(value):
    """What a value may have as tags: its parts between separators, and the whole."""
    return {value, *re.split(r"[\s,;=]+", value), *re.split(r"[\s,;]+|[a-z0-9-]+=", value)}


def spelled(tag):
    """A tag in the ways there are to write it."""
    return {tag.hex(), tag.hex().upper(), b64(tag), b64(tag).rstrip("="), base64.urlsafe_b64encode(tag).decode().rstrip("=")}


def has(value, alg, key, *parts):
    return bool(words(value) & spelled(mac(alg, key, *parts)))


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# ---- tokens and credentials ---------------------------------------------------------------------------------------

for provider, header in {
        "asaas": "asaas-access-token", "auth0": "authorization", "flutterwave-v3": "verif-hash", "gitlab-token": "x-gitlab-token",
        "iugu": "authorization", "okta": "authorization", "prood": "x-checkout-secret", "revenuecat": "authorization",
        "telegram": "x-telegram-bot-api-secret-token", "xendit": "x-callback-token", "zapi": "z-api-token"}.items():
    FORMULAS[provider] = lambda sent, header=header: sent[header] == sent.secret

formula("efi-pix")(lambda sent: sent.query.get("hmac") == sent.secret)
formula("figma")(lambda sent: sent.json()["passcode"] == sent.secret)
formula("kofi")(lambda sent: json.loads(sent.form()["data"])["verification_token"] == sent.secret)
formula("microsoft-graph")(lambda sent: all(note["clientState"] == sent.secret for note in sent.json()["value"]))
formula("ifthenpay")(lambda sent: sent.secret in {sent.query.get(name) for name in ("key", "apk", "chave", "antiPhishingKey")})


@formula("chargebee", "pagarme-v5-basic", "postmark")
def basic(sent):
    return sent["authorization"] == "Basic " + b64(sent.secret)


@formula("easypay")
def easypay(sent):
    return basic(sent) and sent["x-easypay-code"] == sent.settings["code"]


# ---- codes over the body, the time, the URL -----------------------------------------------------------------------

for provider, (header, alg) in {
        "codespar": ("x-codespar-signature", "sha256"), "github": ("x-hub-signature-256", "sha256"),
        "linear": ("linear-signature", "sha256"), "nextpay": ("x-nextpay-signature", "sha256"), "nfeio": ("x-hub-signature", "sha1"),
        "paystack": ("x-paystack-signature", "sha512"), "klarna": ("klarna-signature", "sha256")}.items():
    FORMULAS[provider] = lambda sent, header=header, alg=alg: has(sent[header], alg, sent.secret, sent.body)

formula("docusign")(lambda sent: any(
    has(value, "sha256", sent.secret, sent.body) for name, value in sent.headers.items() if name.startswith("x-docusign-signature-")))
formula("shopify")(lambda sent: has(
    sent["x-shopify-hmac-sha256"] or sent["shopify-hmac-sha256"], "sha256", sent.secret, sent.body))
formula("square")(lambda sent: has(sent["x-square-hmacsha256-signature"], "sha256", sent.secret, sent.url, sent.body))
formula("slack")(lambda sent: has(
    sent["x-slack-signature"], "sha256", sent.secret, "v0:", sent["x-slack-request-timestamp"], ":", sent.body))
formula("hubspot")(lambda sent: has(
    sent["x-hubspot-signature-v3"], "sha256", sent.secret, sent.method, sent.url, sent.body, sent["x-hubspot-request-timestamp"]))
formula("smartpay")(lambda sent: has(
    sent["smartpay-signature"], "sha256", base62(sent.secret), sent["smartpay-signature-timestamp"], ".", sent.body))
formula("stripe")(lambda sent: has(
    sent["stripe-signature"], "sha256", sent.secret, sent.pairs("stripe-signature").get("t", ""), ".", sent.body))
formula("codespar-v1")(lambda sent: has(
    sent["x-codespar-signature"], "sha256", sent.secret, sent.pairs("x-codespar-signature").get("t", ""), ".", sent.body))
formula("hook0-v0")(lambda sent: has(
    sent["x-hook0-signature"], "sha256", sent.secret, sent.pairs("x-hook0-signature")["t"], ".", sent.body))


@formula("standard-webhooks", "svix")
def standard(sent):
    family = "svix" if "svix-id" in sent.headers else "webhook"
    ident, time, tags = (sent[f"{family}-{part}"] for part in ("id", "timestamp", "signature"))
    return has(tags, "sha256", whsec(sent.secret), ident, ".", time, ".", sent.body)


@formula("mercadopago")
def mercadopago(sent):
    proof = sent.pairs("x-signature")
    ident = sent.query.get("data.id", "").strip()
    pairs = lambda ident: {"id": ident, "request-id": sent["x-request-id"], "ts": proof["ts"]}
    texts = ["".join(f"{name}:{value};" for name, value in pairs(text).items() if value) for text in (ident, ident.lower())]
    return any(has(proof.get("v1", ""), "sha256", sent.secret, text) for text in texts)


@formula("marqeta")
def marqeta(sent):
    known = sent["authorization"] == "Basic " + b64(sent.settings["credentials"])
    return known and any(has(sent["x-marqeta-signature"], alg, sent.secret, sent.body) for alg in ("sha1", "sha256"))


@formula("payu-europe")
def payu_europe(sent):
    """A plain hash, of a kind that the sender names."""
    proof = sent.pairs("openpayu-signature", ";")
    alg = {"MD5": "md5", "SHA-256": "sha256"}[proof["algorithm"]]
    return proof["signature"] == hashlib.new(alg, sent.body + raw(sent.secret)).hexdigest()


@formula("trello")
def trello(sent):
    """Over the body, or over the low eight bits of each of its characters."""
    low = bytes(ord(character) & 0xff for character in sent.text)
    return any(has(sent["x-trello-webhook"], "sha1", sent.secret, text, sent.url) for text in (sent.body, low))


@formula("coinbase-cdp")
def coinbase_cdp(sent):
    proof = sent.pairs("x-hook0-signature")
    values = ".".join(sent[name] for name in proof["h"].split(" "))
    return has(proof["v1"], "sha256", sent.secret, f"{proof['t']}.{proof['h']}.{values}.", sent.body)


@formula("contentful")
def contentful(sent):
    names = sent["x-contentful-signed-headers"].split(",")
    headers = ";".join(sorted(f"{name}:{sent[name]}" for name in names))
    path, mark, query = sent.target.partition("?")
    path += mark and mark + quote(quote(query, safe=""), safe="")
    return has(sent["x-contentful-signature"], "sha256", sent.secret, f"{sent.method}\n{path}\n{headers}\n", sent.body)


@formula("rapyd")
def rapyd(sent):
    text = (sent.url, sent["salt"], sent["timestamp"], sent.settings["access_key"], sent.secret, sent.body)
    return sent["signature"] == b64(mac("sha256", sent.secret, *text).hex())


@formula("box")
def box_com(sent):
    """Text beyond ASCII is signed with escapes, in UTF-16."""
    text = "".join(symbol if symbol < "\x80" else json.dumps(symbol)[1:-1] for symbol in sent.text)
    keys = {"box-signature-primary": sent.secret, "box-signature-secondary": sent.settings.get("secondary_secret")}
    return any(key and has(sent[name], "sha256", key, text, sent["box-delivery-timestamp"]) for name, key in keys.items())


def twilio_text(sent, url):
    """The URL, and the fields of a form by name, each pair once."""
    if "bodySHA256" in sent.query:
        return url if hashlib.sha256(sent.body).hexdigest() == sent.query["bodySHA256"] else "another body"
    fields = set(parse_qsl(sent.text, keep_blank_values=True))
    return url + "".join(name + value for name, value in sorted(fields))


def ports(url):
    """With the port of the scheme and without it: the sender may sign either."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition(":")[0] if re.search(r":\d+$", parts.netloc) else parts.netloc
    port = {"http": 80, "https": 443}[parts.scheme]
    return {url, url.replace(parts.netloc, host, 1), url.replace(parts.netloc, f"{host}:{port}", 1)}


@formula("twilio", "twilio-shared-key")
def twilio(sent):
    alg = "sha256" if "x-twilio-webhooks-signature-settings" in sent.headers else "sha1"
    return any(has(sent["x-twilio-signature"], alg, sent.secret, twilio_text(sent, url)) for url in ports(sent.url))


# ---- codes in a body or over values of it -------------------------------------------------------------------------

@formula("adyen")
def adyen(sent):
    def genuine(item):
        amount = item.get("amount", {})
        values = [*(item.get(name) for name in ("pspReference", "originalReference", "merchantAccountCode", "merchantReference")),
                  amount.get("value"), amount.get("currency"), item.get("eventCode"), item.get("success")]
        text = ":".join("" if value is None else str(value) for value in values)
        return has(item["additionalData"]["hmacSignature"], "sha256", bytes.fromhex(sent.secret), text)

    return all(genuine(item["NotificationRequestItem"]) for item in sent.json()["notificationItems"])


@formula("braintree")
def braintree(sent):
    key = hashlib.sha1(raw(sent.secret)).digest()
    if sent.method == "GET":
        return True
    fields, public = sent.form(), sent.settings["public_key"]
    tags = [pair.split("|", 1)[1] for pair in fields["bt_signature"].split("&") if pair.startswith(public + "|")]
    return any(has(tag, "sha1", key, payload) for tag in tags for payload in (fields["bt_payload"], fields["bt_payload"] + "\n"))


@formula("mailgun")
def mailgun(sent):
    proof = sent.json()["signature"]
    return has(proof["signature"], "sha256", sent.secret, proof["timestamp"], proof["token"])


@formula("midtrans")
def midtrans(sent):
    of = sent.json()
    text = of["order_id"] + of["status_code"] + of["gross_amount"] + sent.secret
    return of["signature_key"] == hashlib.sha512(raw(text)).hexdigest()


@formula("opennode")
def opennode(sent):
    return has(sent.form()["hashed_order"], "sha256", sent.secret, sent.form()["id"])


@formula("konduto")
def konduto(sent):
    of = sent.json()
    return has(of["signature"], "sha256", sent.secret, f"{of['order_id']}#{of['timestamp']}#{of['status']}")


@formula("iyzico")
def iyzico(sent):
    of = {name: str(value) for name, value in sent.json().items()}
    names = ["iyziEventType", "iyziPaymentId" if "token" in of else "paymentId", *(["token"] if "token" in of else []),
             "paymentConversationId", "status"]
    return has(sent["x-iyz-signature-v3"], "sha256", sent.secret, sent.secret, *(of[name] for name in names))


@formula("tap")
def tap(sent):
    of = sent.json()
    amount = f"{of['amount']:.{3 if of['currency'] in ('KWD', 'BHD', 'OMR', 'JOD') else 2}f}"
    values = {"x_id": of["id"], "x_amount": amount, "x_currency": of["currency"], "x_gateway_reference": of["reference"]["gateway"],
              "x_payment_reference": of["reference"]["payment"], "x_status": of["status"], "x_created": of["transaction"]["created"]}
    return has(sent["hashstring"], "sha256", sent.secret, "".join(name + str(value) for name, value in values.items()))


@formula("nowpayments")
def nowpayments(sent):
    text = json.dumps(sent.json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return has(sent["x-nowpayments-sig"], "sha512", sent.secret, text)


def joined(values):
    return ",".join(f"{name}={'' if value is None else value}" for name, value in values)


@formula("myfatoorah-v1")
def myfatoorah_v1(sent):
    values = sorted(sent.json()["Data"].items(), key=lambda pair: pair[0].lower())
    return has(sent["myfatoorah-signature"], "sha256", sent.secret, joined(values))


@formula("myfatoorah-v2")
def myfatoorah_v2(sent):
    data = sent.json()["Data"]
    names = ("Invoice.Id", "Invoice.Status", "Transaction.Status", "Transaction.PaymentId", "Invoice.ExternalIdentifier")
    values = [(name, (data.get(name.split(".")[0]) or {}).get(name.split(".")[1])) for name in names]
    return has(sent["myfatoorah-signature"], "sha256", sent.secret, joined(values))


# ---- tokens that sign ---------------------------------------------------------------------------------------------

@formula("truora")
def truora(sent):
    signed, _, tag = sent.text.rpartition(".")
    return has(tag, "sha256", sent.secret, signed)


@formula("monday")
def monday(sent):
    signed, _, tag = sent["authorization"].rpartition(".")
    return has(tag, "sha256", sent.secret, signed)


try:
    import known_signatures  # noqa: E402,F401  (adds the formulas of public keys)
except ModuleNotFoundError as missing:
    if missing.name.partition(".")[0] != "cryptography":
        raise


# ---- templates ----------------------------------------------------------------------------------------------------

def by_template(row, fields):
    """Whether the row makes one of the tags again."""
    sent = Answer(fields)
    value = sent[row.header.lower()]
    time = sent[row.time.lower()] if row.time not in (None, "shape") else row.now_text
    if row.time == "shape":
        found = re.search(r"(?:^|[,;])\s*(?:[a-z]+=)?(\d+)(?=[,;])", value)
        time = found[1] if found else ""
    ident = sent[row.id_in.lower()] if row.id_in else None
    extra = [(name, sent[name.lower()]) for name, _ in row.extra]
    row.url, kept = fields.get("url"), row.url
    try:
        tags = [row.tag(sent.body, secret.removeprefix("v1,"), time, ident, method=sent.method, headers=extra) for secret in fields["secrets"]]
    finally:
        row.url = kept
    return any(words(sent.headers[name]) & spelled(tag) for tag in tags for name in sent.headers)


def is_genuine(provider, suite, fields):
    """What the formula of the provider says, or None if there is none in this run: of public keys without `cryptography`."""
    if provider in FORMULAS:
        return FORMULAS[provider](Answer(fields))
    row = getattr(suite, "__self__", None)
    return by_template(row, fields) if isinstance(row, Template) else None


def add(provider, make):
    """The suite of a provider, with the known answers of others behind its own vectors."""
    suite = make()
    for number, fields in enumerate(ANSWERS.get(provider, []), 1):
        because, name = fields.get("because"), f"known answer {number}"
        handshake = "verify_token" in fields or "response" in fields
        if fields["expect"] == "valid" and not handshake:
            assert is_genuine(provider, make, fields), f"{provider}, {name}: no formula makes it"
        elif because in ("signature", "credentials"):
            assert is_genuine(provider, make, fields) is False, f"{provider}, {name}: a formula makes it"
        delivery = {key: value for key, value in fields.items() if key not in ("expect", "because", "body")}
        delivery |= {"body": raw(fields["body"]), "id": ..., "type": ...}
        if fields["expect"] == "valid":
            suite.valid(name, **delivery)
        else:
            suite.invalid(f"{name}, refused: {because}", **delivery)
    return suite
