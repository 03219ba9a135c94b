"""Prints the envelopes that a test in `src/secret_store/envelope.rs` expects, sealed with code of its own.

python3 webhook-core/tests/secret_store/envelope.py
"""

import struct

MASK = 0xFFFFFFFF


def rotate(word, by):
    return (word << by | word >> 32 - by) & MASK


def rounds(state):
    state = list(state)

    def quarter(a, b, c, d):
        for x, y, z, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & MASK
            state[z] = rotate(state[z] ^ state[x], by)

    for _ in range(10):
        for column in range(4):
            quarter(column, column + 4, column + 8, column + 12)
        quarter(0, 5, 10, 15)
        quarter(1, 6, 11, 12)
        quarter(2, 7, 8, 13)
        quarter(3, 4, 9, 14)
    return state


def state(key, rest):
    return struct.unpack("<16I", b"expand 32-byte k" + key + rest)


def hchacha20(key, nonce):
    mixed = rounds(state(key, nonce))
    return struct.pack("<8I", *mixed[:4], *mixed[12:])


def block(key, counter, nonce):
    begin = state(key, struct.pack("<I", counter) + nonce)
    return struct.pack("<16I", *((a + b) & MASK for a, b in zip(begin, rounds(begin))))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at : at + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def padded(data):
    return data + bytes(-len(data) % 16)


def seal(key, nonce, beside, text):
    """draft-irtf-cfrg-xchacha-03, section 2, with RFC 8439, section 2.8."""
    key, nonce = hchacha20(key, nonce[:16]), bytes(4) + nonce[16:]
    stream = b"".join(block(key, n + 1, nonce) for n in range(len(text) // 64 + 1))
    sealed = bytes(a ^ b for a, b in zip(text, stream))
    lengths = struct.pack("<QQ", len(beside), len(sealed))
    return sealed + poly1305(block(key, 0, nonce)[:32], padded(beside) + padded(sealed) + lengths)


def envelope(key_id, key, nonce, slot, text):
    header = bytes([1, len(key_id)]) + key_id.encode()
    *texts, number = slot
    fields = (struct.pack(">Q", len(field.encode())) + field.encode() for field in texts)
    beside = b"webhook-secret" + header + b"".join(fields) + struct.pack(">Q", number)
    return header + nonce + seal(key, nonce, beside, text.encode())


KEY, NONCE = bytes(range(32)), bytes(range(0x40, 0x58))

# Tenant, provider, setting, number; the text.
for slot, text in (
    (("acme", "stripe", "", 1), "whsec_0123456789abcdef0123"),
    (("Blumen & Söhne", "paypal", "webhook_id", 258), ""),
):
    print(envelope("2027-01", KEY, NONCE, slot, text).hex())
