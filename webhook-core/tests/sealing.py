"""Writes `sealing.hex`: a sealed delivery of Stripe, computed without the library.

    python3 webhook-core/tests/sealing.py > webhook-core/tests/sealing.hex
"""

import hashlib
import hmac
import struct

SECRET = b"whsec_0123456789abcdef0123"
BODY = b'{"id":"evt_1","type":"invoice.paid","livemode":false}'
NOW = 1_700_000_000


def text(value):
    return struct.pack(">I", len(value)) + value


def some(value):
    return b"\x01" + value


NONE = b"\x00"


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def after_length(value):
    return struct.pack("<Q", len(value)) + value


def replay_key(event_id):
    """That of a test event with an id, without a consumer and a tenant."""
    names = hashlib.sha256(b"".join(map(after_length, [b"", b"stripe", b""]))).digest()
    prefix = b"whk1" + bytes(28) + names
    return hashlib.sha256(prefix + b"\x02\x00" + after_length(event_id)).digest()


def main():
    key = mac(bytes(range(32)), b"webhook-delivery")
    tag = mac(SECRET, b"%d.%s" % (NOW, BODY)).hex().encode()
    signature = b"t=%d,v1=%s" % (NOW, tag)
    record = b"\x01\x07" + b"2027-01"
    record += text(b"stripe") + text(b"") + text(b"")
    record += some(text(b"evt_1")) + some(text(b"invoice.paid")) + b"\x02"
    record += b"\xc3" + struct.pack(">I", 0) + some(struct.pack(">Q", NOW * 1000)) + NONE
    record += some(replay_key(b"evt_1") + b"\x02" + NONE)
    record += NONE
    record += struct.pack(">Q", NOW * 1000) + text(b"POST") + text(b"/hooks") + NONE
    headers = [(b"stripe-signature", signature)]
    record += struct.pack(">H", len(headers))
    record += b"".join(text(name) + text(value) for name, value in headers)
    record += mac(key, struct.pack(">Q", len(record)) + record + BODY)
    digits = record.hex()
    for at in range(0, len(digits), 96):
        print(digits[at : at + 96])


if __name__ == "__main__":
    main()
