import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from asn1crypto import core
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tongsuopy.crypto.asymciphers import ec

from evidence.algorithms import Algorithm
from evidence.errors import SignatureInvalid
from evidence.keys import LocalSigner
from signing.sm2 import ORDER, LocalSm2Signer, Sm2KeyUnsupported, Sm2VerifyingKey, _check_form
from signing.sm3 import sm3

DEFAULT_ID = "1234567812345678"
FIELD = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
SIGNER = LocalSm2Signer.generate()
SIGNATURE = SIGNER.sign(b"message")


@dataclass(frozen=True)
class Openssl:
    """OpenSSL with the key of a signer, in a folder of its own."""

    folder: Path

    @classmethod
    def holding(cls, signer: LocalSm2Signer, folder: Path) -> "Openssl":
        (folder / "key").write_bytes(signer.pkcs8())
        (folder / "spki").write_bytes(signer.key.spki)
        return cls(folder)

    def sign(self, message: bytes, *, user_id: str = DEFAULT_ID) -> bytes:
        (self.folder / "message").write_bytes(message)
        command = ["openssl", "dgst", "-sm3", "-sigopt", f"distid:{user_id}", "-keyform", "DER"]
        return self._run([*command, "-sign", "key", "message"]).stdout

    def verify(self, message: bytes, signature: bytes, *, user_id: str = DEFAULT_ID) -> bool:
        (self.folder / "message").write_bytes(message)
        (self.folder / "signature").write_bytes(signature)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "spki", "-rawin"]
        command += ["-digest", "sm3", "-pkeyopt", f"distid:{user_id}", "-in", "message"]
        return self._run([*command, "-sigfile", "signature"]).returncode == 0

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, cwd=self.folder, check=False, capture_output=True)


@pytest.fixture
def openssl(tmp_path: Path) -> Openssl:
    return Openssl.holding(SIGNER, tmp_path)


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gives_the_digests_of_the_standards_annex(message: bytes, digest: str) -> None:
    # GB/T 32905-2016, annex A.1 and A.2
    assert sm3(message).hex() == digest


def test_the_signature_of_the_standards_annex_holds() -> None:
    # GB/T 32918.5-2017, annex A.2: "message digest" under the default identifier
    key = int("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8", 16)
    r = int("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3", 16)
    s = int("b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa", 16)
    public = LocalSm2Signer(ec.derive_private_key(key, ec.SM2())).key
    assert public.point.hex() == (
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    )
    public.verify(b"message digest", encode_dss_signature(r, s))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_openssl_accepts_our_signatures_and_we_accept_openssls(openssl: Openssl, message: bytes) -> None:
    assert openssl.verify(message, SIGNER.sign(message))
    SIGNER.key.verify(message, openssl.sign(message))


def test_openssl_refuses_our_signature_under_another_identifier(openssl: Openssl) -> None:
    assert not openssl.verify(b"message", SIGNATURE, user_id="1234567812345679")


@pytest.mark.parametrize("user_id", ["1234567812345679", "123456781234567", "ALICE123@YAHOO.COM"])
def test_a_signature_under_another_identifier_is_refused(openssl: Openssl, user_id: str) -> None:
    signature = openssl.sign(b"message", user_id=user_id)
    assert openssl.verify(b"message", signature, user_id=user_id)
    with pytest.raises(SignatureInvalid):
        SIGNER.key.verify(b"message", signature)


@pytest.mark.parametrize("message", [b"", b"messagf", b"message\n", b"Message"])
def test_a_signature_over_another_message_is_refused(message: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        SIGNER.key.verify(message, SIGNATURE)


def test_a_signature_under_another_key_is_refused() -> None:
    with pytest.raises(SignatureInvalid):
        LocalSm2Signer.generate().key.verify(b"message", SIGNATURE)


def test_no_flipped_bit_of_a_signature_is_accepted() -> None:
    for bit in range(8 * len(SIGNATURE)):
        flipped = bytearray(SIGNATURE)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SignatureInvalid):
            SIGNER.key.verify(b"message", bytes(flipped))


R, S = decode_dss_signature(SIGNATURE)


NUMBERS = {
    "r is 0": (0, S),
    "s is 0": (R, 0),
    "both are 0": (0, 0),
    "r is n": (ORDER, S),
    "s is n": (R, ORDER),
    "r is n too large": (R + ORDER, S),
    "s is n too large": (R, S + ORDER),
    "r is negative": (R - ORDER, S),
    "s is negative": (R, S - ORDER),
    "s is turned": (R, ORDER - S),
    "r and s change places": (S, R),
    "r is huge": (1 << 4096, S),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_r_or_s_out_of_range_or_turned_is_refused(case: str) -> None:
    pair = core.SequenceOf([core.Integer(number) for number in NUMBERS[case]], spec=core.Integer)
    with pytest.raises(SignatureInvalid):
        SIGNER.key.verify(b"message", pair.dump())


@pytest.mark.parametrize("case", [case for case in NUMBERS if case.startswith(("r is", "s is n", "s is 0"))])
def test_a_number_out_of_range_does_not_reach_tongsuo(case: str) -> None:
    pair = core.SequenceOf([core.Integer(number) for number in NUMBERS[case]], spec=core.Integer)
    with pytest.raises(ValueError, match=r".*"):
        _check_form(pair.dump())


def not_minimal() -> bytes:
    """Return the signature with a needless zero byte before r."""
    length = SIGNATURE[3]
    body = b"\x02" + bytes([length + 1]) + b"\x00" + SIGNATURE[4:]
    return b"\x30" + bytes([len(body)]) + body


ENCODINGS = {
    "empty": b"",
    "an empty sequence": b"\x30\x00",
    "cut": SIGNATURE[:-1],
    "followed by a byte": SIGNATURE + b"\x00",
    "a long length": b"\x30\x81" + SIGNATURE[1:],
    "a zero before r": not_minimal(),
    "r and s alone": R.to_bytes(32) + S.to_bytes(32),
}


@pytest.mark.parametrize("case", ENCODINGS)
def test_another_encoding_of_a_signature_is_refused(case: str) -> None:
    with pytest.raises(SignatureInvalid):
        SIGNER.key.verify(b"message", ENCODINGS[case])


POINT = SIGNER.key.point
X, Y = int.from_bytes(POINT[1:33]), int.from_bytes(POINT[33:])


POINTS = {
    "another y": (X, Y ^ 1),
    "another x": (X ^ 1, Y),
    "zero": (0, 0),
    "y is 0": (X, 0),
    "x is p": (FIELD, Y),
    "all bits": (2**256 - 1, 2**256 - 1),
}


@pytest.mark.parametrize("case", POINTS)
def test_a_point_off_the_curve_is_refused(case: str) -> None:
    x, y = POINTS[case]
    with pytest.raises(Sm2KeyUnsupported):
        Sm2VerifyingKey.from_spki(HEAD + b"\x04" + x.to_bytes(32) + y.to_bytes(32))


KEYS = {
    "empty": b"",
    "cut": SIGNER.key.spki[:-1],
    "followed by a byte": SIGNER.key.spki + b"\x00",
    "of P-256": LocalSigner.generate(Algorithm.ES256).key.spki,
    "of Ed25519": LocalSigner.generate(Algorithm.EDDSA).key.spki,
    "compressed": HEAD + (b"\x03" if Y & 1 else b"\x02") + POINT[1:33],
    "hybrid": HEAD + (b"\x07" if Y & 1 else b"\x06") + POINT[1:],
    "at infinity": HEAD + b"\x00" + bytes(64),
}


@pytest.mark.parametrize("case", KEYS)
def test_a_key_of_another_kind_or_encoding_is_refused(case: str) -> None:
    with pytest.raises(Sm2KeyUnsupported):
        Sm2VerifyingKey.from_spki(KEYS[case])


def test_a_key_kept_as_pkcs8_is_the_same_key() -> None:
    kept = LocalSm2Signer.from_pkcs8(SIGNER.pkcs8())
    assert kept.key == SIGNER.key
    SIGNER.key.verify(b"again", kept.sign(b"again"))


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"not a key"])
def test_what_is_no_private_sm2_key_is_refused(der: bytes) -> None:
    with pytest.raises(Sm2KeyUnsupported):
        LocalSm2Signer.from_pkcs8(der)


def test_a_private_key_of_another_curve_is_refused(openssl: Openssl) -> None:
    command = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
    other = openssl._run([*command, "-outform", "DER"]).stdout
    with pytest.raises(Sm2KeyUnsupported):
        LocalSm2Signer.from_pkcs8(other)


def test_openssl_names_the_key_an_sm2_key(openssl: Openssl) -> None:
    shown = openssl._run(["openssl", "pkey", "-pubin", "-inform", "DER", "-in", "spki", "-noout", "-text"])
    assert b"ASN1 OID: SM2" in shown.stdout
