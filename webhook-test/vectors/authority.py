"""A certificate authority for tests, and chains of it that are good or wrong in one way. Needs the package `cryptography`.

    python3 authority.py > keys/chains.json

All are for the key `rsa` of the tests. Keys of the authority are made anew and thrown away, so that a run writes other certificates of the same kind.
"""

import datetime
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from asymmetric import private

NAME = "messageverificationcerts.paypal.com"


def day(year, month=1):
    return datetime.datetime(year, month, 1, tzinfo=datetime.timezone.utc)


def named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer, by, years, extensions):
    builder = x509.CertificateBuilder().subject_name(named(subject)).issuer_name(named(issuer)).public_key(key)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(years[0]).not_valid_after(years[1])
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(by, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def authority(name, key, issuer, by):
    return certificate(name, key.public_key(), issuer, by, (day(2000), day(2100)),
                       [(x509.BasicConstraints(ca=True, path_length=None), True)])


def leaf(by, issuer="Tests Issuing CA", names=(NAME,), years=(day(2023), day(2025)), usage=ExtendedKeyUsageOID.SERVER_AUTH, key="rsa"):
    extensions = [(x509.BasicConstraints(ca=False, path_length=None), True), (x509.ExtendedKeyUsage([usage]), False)]
    if names:
        extensions.append((x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False))
    return certificate(NAME, private(key).public_key(), issuer, by, years, extensions)


def main():
    root, issuing, foreign = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    top = authority("Tests Root CA", root, "Tests Root CA", root)
    middle = authority("Tests Issuing CA", issuing, "Tests Root CA", root)
    other = authority("Tests Issuing CA", foreign, "Another Root CA", foreign)
    good = leaf(issuing)
    chains = {
        "good": good + middle,
        "good, the root with it": good + middle + top,
        "good, of the sandbox": leaf(issuing, names=["messageverificationcerts.sandbox.paypal.com"]) + middle,
        "without what is between": good,
        "in the wrong order": middle + good,
        "signed by itself": leaf(private("rsa"), issuer=NAME),
        "of another authority": leaf(foreign) + other,
        "of another authority, under a middle of ours": leaf(foreign) + middle,
        "over": leaf(issuing, years=(day(2020), day(2023))) + middle,
        "to come": leaf(issuing, years=(day(2024), day(2026))) + middle,
        "of another name": leaf(issuing, names=["www.paypal.com"]) + middle,
        "of a name that only looks like it": leaf(issuing, names=[NAME + ".evil.example"]) + middle,
        "of every name there": leaf(issuing, names=["*.paypal.com"]) + middle,
        "of no name but the common one": leaf(issuing, names=[]) + middle,
        "of a client": leaf(issuing, usage=ExtendedKeyUsageOID.CLIENT_AUTH) + middle,
        "of another kind of key": leaf(issuing, key="p256") + middle,
        "with rubbish behind": good + middle + "x",
        "with seventeen certificates": good + middle * 16,
    }
    print(json.dumps({"root": top, "chains": chains}, indent=1))


if __name__ == "__main__":
    main()
