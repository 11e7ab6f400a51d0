from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evidence.canonical import encode
from evidence.cose import sign1
from evidence.errors import AlgorithmDiffers, KeyDiffers, SignatureInvalid, StatementMalformed
from evidence.keys import LocalSigner
from evidence.statement import Statement, StatementType, check, read, sign

Make = Callable[..., Statement]
PROTECTED_AT = 2  # behind the tag and the array's head
GOOD_PAYLOAD: dict[str, Any] = {"v": 1, "issuer": "a", "issued_at": 1, "body": {}}


def sign_raw(payload: Any, signer: LocalSigner, *, typ: str = StatementType.CONSENT) -> bytes:
    return sign1(payload if isinstance(payload, bytes) else encode(payload), signer, typ=typ)


def test_a_signed_statement_reads_back(signer: LocalSigner, statement: Make) -> None:
    assert check(sign(statement(), signer), signer.key) == statement()


def test_reading_trusts_nothing_and_names_the_key(agency: LocalSigner, statement: Make) -> None:
    encoded = sign(statement(), agency)
    signed = read(encoded)
    assert signed.statement == statement()
    assert signed.key_id_prefix == agency.key.key_id[:8]
    assert signed.encoded == encoded


@pytest.mark.parametrize("type_", list(StatementType))
def test_every_type_is_kept(agency: LocalSigner, statement: Make, type_: StatementType) -> None:
    assert check(sign(statement(type_), agency), agency.key).type is type_


def test_any_byte_altered_is_refused(agency: LocalSigner, statement: Make) -> None:
    encoded = sign(statement(body={"a": 1}), agency)
    for place in range(len(encoded)):
        altered = bytearray(encoded)
        altered[place] ^= 1
        with pytest.raises((StatementMalformed, SignatureInvalid)):
            check(bytes(altered), agency.key)


def test_a_key_of_another_algorithm_is_refused_before_the_signature(
    agency: LocalSigner, log: LocalSigner, statement: Make
) -> None:
    with pytest.raises(AlgorithmDiffers):
        check(sign(statement(), agency), log.key)


def test_another_key_of_the_same_algorithm_is_refused(agency: LocalSigner, statement: Make) -> None:
    another = LocalSigner.generate(agency.key.algorithm)
    with pytest.raises(KeyDiffers):
        check(sign(statement(), another), agency.key)


def test_a_claimed_key_without_its_signature_is_refused(agency: LocalSigner, statement: Make) -> None:
    encoded = sign(statement(), agency)
    with pytest.raises(SignatureInvalid):
        check(encoded[:-64] + bytes(64), agency.key)


@pytest.mark.parametrize("issuer", ["", "a" * 256])
def test_an_issuer_without_a_name_signs_nothing(agency: LocalSigner, statement: Make, issuer: str) -> None:
    with pytest.raises(StatementMalformed):
        sign(replace(statement(), issuer=issuer), agency)


@pytest.mark.parametrize(
    "payload",
    [
        b"\xff",
        [1],
        GOOD_PAYLOAD | {"v": 2},
        GOOD_PAYLOAD | {"surplus": 1},
        GOOD_PAYLOAD | {"issued_at": -1},
        GOOD_PAYLOAD | {"body": [1]},
        GOOD_PAYLOAD | {"body": {1: 2}},
    ],
    ids=["no-cbor", "no-map", "version", "unknown-key", "time", "body-array", "body-integers"],
)
def test_a_payload_of_another_form_is_refused(agency: LocalSigner, payload: Any) -> None:
    with pytest.raises(StatementMalformed):
        read(sign_raw(payload, agency))


def test_an_unknown_type_is_refused(agency: LocalSigner) -> None:
    with pytest.raises(StatementMalformed, match="typ"):
        read(sign_raw(GOOD_PAYLOAD, agency, typ="yinxin/wish/1"))


def tagged(protected: Any, *rest: Any) -> bytes:
    head = protected if isinstance(protected, bytes) else encode(protected)
    return b"\xd2" + encode([head, *rest])


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        encode([b"", {}, b"", b""]),
        b"\xd2\xff",
        b"\xd2\x80",
        tagged({}, {4: b""}, b"", b""),
        tagged({}, {}, None, b""),
        tagged(b"\xff", {}, b"", b""),
        tagged({1: -7, 4: bytes(8)}, {}, b"", b""),
        tagged({1: -99, 4: bytes(8), 16: "yinxin/consent/1"}, {}, b"", b""),
        tagged({1: -7, 4: bytes(7), 16: "yinxin/consent/1"}, {}, b"", b""),
        tagged({1: -7, 2: [1], 4: bytes(8), 16: "yinxin/consent/1"}, {}, b"", b""),
    ],
    ids=[
        "nothing",
        "no-tag",
        "no-cbor",
        "no-parts",
        "unprotected",
        "detached",
        "header-no-cbor",
        "no-type",
        "unknown-algorithm",
        "short-key-id",
        "critical",
    ],
)
def test_what_is_not_our_cose_is_refused(encoded: bytes) -> None:
    with pytest.raises(StatementMalformed):
        read(encoded)
