"""The published values, run against the Python of ``evidence``; README.md says what each file holds."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence.canonical import decode, encode, to_json
from evidence.errors import (
    CheckDigitWrong,
    IdentifierMalformed,
    Invalid,
    NotCanonical,
    Refused,
    SignatureInvalid,
)
from evidence.identifiers import CitizenNumber, LicenceIdentifier, PermitNumber, Uscc, licence_check
from evidence.keys import VerifyingKey
from evidence.merkle import (
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root,
)
from evidence.qr import QrPayload, check_qr

HERE = Path(__file__).parent
PARSERS: dict[str, Callable[[str], object]] = {
    "uscc": Uscc.parse,
    "citizen_number": CitizenNumber.parse,
    "permit_number": PermitNumber.parse,
    "licence_identifier": LicenceIdentifier.parse,
}


def published(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


CBOR, CBOR_FAIL = published("cbor.json")["cases"], published("cbor_fail.json")["cases"]
IDENTIFIERS, IDENTIFIERS_FAIL = published("identifiers.json"), published("identifiers_fail.json")["cases"]
MERKLE = published("merkle.json")
LEAVES = [leaf_hash(bytes.fromhex(entry)) for entry in MERKLE["entries"]]
ROOTS = [bytes.fromhex(value) for value in MERKLE["roots"]]
SIGNATURES = published("signatures.json")["cases"]
QR, QR_FAIL = published("qr.json"), published("qr_fail.json")


def octets(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def why(case: Any) -> str:
    return str(case["why"])


@pytest.mark.parametrize("case", CBOR, ids=lambda case: case["hex"])
def test_a_published_encoding_is_ours(case: dict[str, str]) -> None:
    value = decode(bytes.fromhex(case["hex"]))
    assert encode(value).hex() == case["hex"]
    assert to_json(value).decode() == case["json"]


@pytest.mark.parametrize("case", CBOR_FAIL, ids=why)
def test_a_published_encoding_that_is_not_ours_is_refused(case: dict[str, str]) -> None:
    with pytest.raises(NotCanonical):
        decode(bytes.fromhex(case["hex"]))


@pytest.mark.parametrize("size", range(9))
def test_a_published_tree_has_its_root(size: int) -> None:
    assert root(LEAVES[:size]) == ROOTS[size]


@pytest.mark.parametrize("case", MERKLE["inclusion"], ids=str)
def test_a_published_inclusion_path_is_ours(case: dict[str, Any]) -> None:
    index, size, path = case["index"], case["size"], octets(case["path"])
    assert list(inclusion_path(LEAVES[:size], index)) == path
    check_inclusion(leaf=LEAVES[index], index=index, size=size, path=path, root=ROOTS[size])


@pytest.mark.parametrize("case", MERKLE["consistency"], ids=str)
def test_a_published_consistency_path_is_ours(case: dict[str, Any]) -> None:
    old, new, path = case["old_size"], case["new_size"], octets(case["path"])
    assert list(consistency_path(LEAVES[:new], old)) == path
    check_consistency(old_size=old, old_root=ROOTS[old], new_size=new, new_root=ROOTS[new], path=path)


@pytest.mark.parametrize("case", SIGNATURES, ids=lambda case: case["name"])
def test_a_published_signature_verifies(case: dict[str, str]) -> None:
    key = VerifyingKey.from_spki(bytes.fromhex(case["spki"]))
    assert key.algorithm == case["algorithm"]
    key.verify(bytes.fromhex(case["message"]), bytes.fromhex(case["signature"]))


@pytest.mark.parametrize("case", SIGNATURES, ids=lambda case: case["name"])
def test_a_published_signature_with_any_byte_altered_is_refused(case: dict[str, str]) -> None:
    key = VerifyingKey.from_spki(bytes.fromhex(case["spki"]))
    signature = bytes.fromhex(case["signature"])
    for place in range(len(signature)):
        altered = bytearray(signature)
        altered[place] ^= 1
        with pytest.raises(SignatureInvalid):
            key.verify(bytes.fromhex(case["message"]), bytes(altered))


@pytest.mark.parametrize("kind", PARSERS)
def test_published_identifiers_are_accepted(kind: str) -> None:
    for text in IDENTIFIERS[kind]:
        PARSERS[kind](text)


@pytest.mark.parametrize("text", IDENTIFIERS["mod_37_36"])
def test_published_check_characters_are_ours(text: str) -> None:
    assert licence_check(text[:-1]) == text[-1]


@pytest.mark.parametrize("case", IDENTIFIERS_FAIL, ids=lambda case: f"{case['kind']}: {case['why']}")
def test_a_wrong_identifier_is_refused_at_its_position(case: dict[str, Any]) -> None:
    with pytest.raises((CheckDigitWrong, IdentifierMalformed)) as refusal:
        PARSERS[case["kind"]](case["text"])
    assert refusal.value.facts["position"] == case["position"]


def check(text: str, file: dict[str, Any]) -> QrPayload:
    keys = [VerifyingKey.from_spki(bytes.fromhex(spki)) for spki in file["keys"]]
    return check_qr(text, hosts=file["hosts"], keys=keys)


def test_the_code_gives_its_payload() -> None:
    expected = QR["payload"]
    assert check(QR["text"], QR) == QrPayload(
        licence_id=expected["licence_id"],
        certificate_type=expected["certificate_type"],
        statement=bytes.fromhex(expected["statement"]),
        status_index=expected["status_index"],
        fields=tuple(expected["fields"]),
        valid_from=date.fromisoformat(expected["valid_from"]),
        valid_until=date.fromisoformat(expected["valid_until"]),
        issued_at=datetime.fromisoformat(expected["issued_at"]),
        issuer=expected["issuer"],
    )


@pytest.mark.parametrize("case", QR_FAIL["cases"], ids=why)
def test_a_code_that_must_be_refused_is(case: dict[str, str]) -> None:
    with pytest.raises((Refused, Invalid)) as refusal:
        check(case["text"], QR_FAIL)
    assert refusal.value.code == case["code"]
