"""What vectors are made of: codes and encodings, ways to spoil a delivery, and the suite of a provider."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOW = 1_700_000_000
T = str(NOW)
MS = T + "000"


def facts(folder):
    """The deliveries of others in a folder, by provider."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((HERE / folder).glob("*.json"))}


# ---- what the schemes are made of ---------------------------------------------------------------------------------

def raw(part):
    return part.encode() if isinstance(part, str) else part


def mac(algorithm, key, *parts):
    return hmac.new(raw(key), b"".join(map(raw, parts)), algorithm).digest()


def b64(data):
    return base64.b64encode(raw(data)).decode()


def whsec(secret):
    """Standard Webhooks key: base64 after the optional prefix."""
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def base62(secret):
    """Smartpay key: a big-endian number in upper, lower, digits; each leading zero symbol is a zero byte."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    number = 0
    for symbol in secret:
        number = number * 62 + alphabet.index(symbol)
    zeros = len(secret) - len(secret.lstrip("A"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


# ---- ways to spoil a delivery -------------------------------------------------------------------------------------

def flip(body, at):
    """The body with the lowest bit of one byte turned over."""
    changed = bytearray(body)
    changed[at] ^= 1
    return bytes(changed)


def noted(body, note):
    """The JSON body with one more member in its last object."""
    head, brace, tail = body.rpartition(b"}")
    return head + b',"note":"' + raw(note) + b'"' + brace + tail


def pick(kinds, right, names):
    chosen = {name: kinds[name] for name in names or kinds}
    assert right not in chosen.values(), "a spoilt value equals the right one"
    return chosen.items()


def bad_hex(tag, *names):
    text = tag.hex()
    middle = len(text) // 2
    return pick({
        "tag one character short": text[:-1],
        "tag cut in half": text[:middle],
        "tag one byte longer": text + "00",
        "tag doubled": text + text,
        "tag empty": "",
        "tag with 0x in front": "0x" + text,
        "tag with a space inside": text[:middle] + " " + text[middle:],
    }, text, names)


def bad_base64(tag, *names):
    text = b64(tag)
    symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    stem = text.rstrip("=")
    spare = stem[:-1] + symbols[symbols.index(stem[-1]) + 1] + text[len(stem):]
    assert spare != stem and base64.b64decode(spare) == tag
    return pick({
        "tag one byte short": b64(tag[:-1]),
        "tag cut in half": b64(tag[:len(tag) // 2]),
        "tag one byte longer": b64(tag + b"\0"),
        "tag doubled": b64(tag + tag),
        "tag empty": "",
        "tag without padding": stem,
        "tag with one padding too many": text + "=",
        "tag with spare bits set in the last symbol": spare,
        "tag in the url-safe alphabet": text.replace("+", "-").replace("/", "_"),
        "tag with an encoded newline": text + "%0A",
        "tag with a space inside": text[:20] + " " + text[20:],
        "tag in hex": tag.hex(),
    }, text, names)


def odd_times(text, *names):
    """Spellings that a lenient parser reads as a time."""
    return pick({
        "plus sign": "+" + text,
        "minus sign": "-" + text,
        "leading zeros": "00" + text,
        "fraction": text + ".0",
        "underscores": f"{int(text):_}",
        "hexadecimal": hex(int(text)),
        "more than 64 bits": "9" * 20,
    }, text, names)


class Suite:
    """The vectors of one provider; each states only what differs from the first, good delivery."""

    def __init__(self, body, secret, headers, **good):
        self.good = {"source": "derived", "method": "POST", "path_and_query": "/webhook", "headers": headers,
                     "body": body, "secrets": [secret], "now": NOW, "id": ..., "type": ...} | good
        self.vectors = []

    def valid(self, name, **changes):
        self.add(name, "valid", changes)

    def invalid(self, name, **changes):
        self.add(name, "invalid", changes | {"id": ..., "type": ...})

    def add(self, name, expect, changes):
        assert name not in [vector["name"] for vector in self.vectors], name
        delivery = self.good | changes
        vector = {key: delivery[key] for key in ("source", "method", "path_and_query", "headers")}
        try:
            vector["body"] = delivery["body"].decode()
        except UnicodeDecodeError:
            vector["body_base64"] = b64(delivery["body"])
        vector["secrets"] = delivery["secrets"]
        for key in ("settings", "verify_token", "response", "url"):
            if key in delivery:
                vector[key] = delivery[key]
        vector |= {"now": delivery["now"], "expect": expect}
        vector |= {key: delivery[key] for key in ("id", "type") if delivery[key] is not ...}
        self.vectors.append({"name": name} | vector)

    def headers(self, name, value):
        """The good headers with one value replaced, or the header left out."""
        assert any(name == header for header, _ in self.good["headers"])
        pairs = [[header, value if header == name else text] for header, text in self.good["headers"]]
        return [pair for pair in pairs if pair[1] is not None]

    def bodies(self, sign, empty=True, only_text=False, **unread):
        """Bodies are bytes, or `only_text` where a hash could be continued otherwise; `unread` is what is not reported when they are no JSON."""
        unread = unread or {"id": ..., "type": ...}
        body = self.good["body"]
        text = noted(body, "Zoë – 日本 😀")
        self.valid("body beyond ASCII", body=text, headers=sign(body=text))
        octets = noted(body, b"\xff\xfe\x00\x80")
        if only_text:
            self.invalid("body not UTF-8", body=octets, headers=sign(body=octets))
        else:
            self.valid("body not UTF-8", body=octets, headers=sign(body=octets), **unread)
        if empty:
            self.valid("body empty", body=b"", headers=sign(body=b""), **unread)
        self.invalid("one bit of the first body byte", body=flip(body, 0))
        self.invalid("one bit of the last body byte", body=flip(body, -1))

    def secrets(self, other):
        ours = self.good["secrets"][0]
        self.valid("two secrets, signed with the first", secrets=[ours, other])
        self.valid("two secrets, signed with the second", secrets=[other, ours])
        self.invalid("signed with a secret we do not hold", secrets=[other])

    def tolerance(self):
        now = self.good["now"]
        self.valid("300 s old", now=now + 300)
        self.valid("300 s ahead", now=now - 300)
        self.invalid("301 s old", now=now + 301)
        self.invalid("301 s ahead", now=now - 301)

    def twice(self, name, wrong):
        """Two headers of one name: which of them counts would be a guess."""
        pairs = self.good["headers"]
        at = [header for header, _ in pairs].index(name)
        for order, both in (("first", [pairs[at], [name, wrong]]), ("last", [[name, wrong], pairs[at]])):
            self.invalid(f"two {name} headers, the right one {order}", headers=pairs[:at] + both + pairs[at + 1:])
