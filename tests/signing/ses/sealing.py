"""What the tests of seals share: one maker, one document, and OpenSSL."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.ses_seal import ElectronicSeal, SealFacts
from signing.sm2 import LocalSm2Signer

CONTENT = b"<ofd:Signature/>\x00"
MAKER = LocalSm2Signer.generate()
Roots = Sequence[x509.Certificate]
Make = Callable[[SealFacts], bytes]
Sign = Callable[[ElectronicSeal], bytes]
EXTENSION = {"extn_id": "2.25.1", "extn_value": b"x"}


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def openssl_verifies(folder: Path, spki: bytes, message: bytes, signature: bytes) -> bool:
    for name, content in (("spki", spki), ("message", message), ("signature", signature)):
        (folder / name).write_bytes(content)
    command = ["openssl", "dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-keyform", "DER"]
    command += ["-verify", "spki", "-signature", "signature", "message"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0


def asn1parse(encoded: bytes, folder: Path, *options: str) -> str:
    (folder / "der").write_bytes(encoded)
    command = ["openssl", "asn1parse", "-inform", "DER", "-in", "der", *options]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
