import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from evidence.algorithms import Algorithm, KeyKind
from evidence.errors import KeyUnsupported, SignatureInvalid
from evidence.keys import LocalSigner, VerifyingKey

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def spki(public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey | x25519.X25519PublicKey) -> bytes:
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("algorithm", "cose_id", "kind"),
    [
        (Algorithm.ES256, -7, KeyKind.P256),
        (Algorithm.EDDSA, -8, KeyKind.ED25519),
        (Algorithm.RS256, -257, KeyKind.RSA),
    ],
)
def test_the_table_names_number_kind_and_standard(algorithm: Algorithm, cose_id: int, kind: KeyKind) -> None:
    assert Algorithm.of_cose_id(cose_id) is algorithm
    assert algorithm.key_kind is kind
    assert "RFC" in algorithm.standard


def test_a_number_outside_the_table_is_no_algorithm() -> None:
    assert Algorithm.of_cose_id(-37) is None


def test_a_signature_verifies(signer: LocalSigner) -> None:
    signer.key.verify(b"message", signer.sign(b"message"))


def test_a_signature_over_another_message_is_refused(signer: LocalSigner) -> None:
    with pytest.raises(SignatureInvalid):
        signer.key.verify(b"another", signer.sign(b"message"))


@pytest.mark.parametrize("length", [0, 63, 65, 256])
def test_a_signature_of_another_length_is_refused(signer: LocalSigner, length: int) -> None:
    with pytest.raises(SignatureInvalid):
        signer.key.verify(b"message", bytes(length))


def test_a_p256_signature_has_64_bytes(agency: LocalSigner) -> None:
    assert len(agency.sign(b"message")) == 64


def test_a_p256_signature_in_der_is_refused(agency: LocalSigner) -> None:
    raw = agency.sign(b"message")
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    with pytest.raises(SignatureInvalid):
        agency.key.verify(b"message", der)


def test_both_halves_of_s_are_accepted(agency: LocalSigner) -> None:
    raw = agency.sign(b"message")
    turned = P256_ORDER - int.from_bytes(raw[32:], "big")
    agency.key.verify(b"message", raw[:32] + turned.to_bytes(32, "big"))


def test_a_key_is_known_by_the_digest_of_its_spki(signer: LocalSigner) -> None:
    again = VerifyingKey.from_spki(signer.key.spki)
    assert again == signer.key
    assert len(again.key_id) == 32


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"not DER",
        spki(ec.generate_private_key(ec.SECP384R1()).public_key()),
        spki(rsa.generate_private_key(65537, 1024).public_key()),  # noqa: S505 - the weak key to be refused
        spki(x25519.X25519PrivateKey.generate().public_key()),
    ],
    ids=["nothing", "no-der", "p384", "rsa-1024", "x25519"],
)
def test_a_key_outside_the_table_is_refused(der: bytes) -> None:
    with pytest.raises(KeyUnsupported):
        VerifyingKey.from_spki(der)


def test_a_second_encoding_of_a_key_is_refused(agency: LocalSigner) -> None:
    public = agency.key.public
    assert isinstance(public, ec.EllipticCurvePublicKey)
    compressed = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    head = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    with pytest.raises(KeyUnsupported):
        VerifyingKey.from_spki(head + compressed)
