from dataclasses import replace
from typing import Any

import pytest

from evidence.bundle import Bundle, Exhibit
from evidence.canonical import decode, encode
from evidence.commitment import Disclosure
from evidence.digest import sha256
from evidence.entry import entry_for
from evidence.errors import BundleMalformed, Invalid, NotCanonical
from evidence.keys import LocalSigner
from evidence.receipt import check_receipt, sign_receipt
from evidence.statement import StatementType, check, sign
from evidence.statuslist import check_status_list

OTHER_SALT = bytes(range(16, 32))


def verify(encoded: bytes, agency: LocalSigner, log: LocalSigner) -> None:
    """Do what a verifier does with the trusted keys at hand."""
    bundle = Bundle.decode(encoded)
    for exhibit in bundle.exhibits:
        check(exhibit.statement, agency.key)
        check_receipt(exhibit.receipt, origin="shifan.example/log", key=log.key)
    if bundle.status_list is not None:
        check_status_list(bundle.status_list, agency.key)


def parts(bundle: Bundle) -> dict[str, Any]:
    """Return the map that a bundle's bytes hold."""
    fields: Any = decode(bundle.encode()[len(Bundle.MAGIC) :])
    return dict(fields)


def with_parts(fields: dict[str, Any]) -> bytes:
    return Bundle.MAGIC + encode(fields)


def test_a_bundle_reads_back(bundle: Bundle) -> None:
    assert Bundle.decode(bundle.encode()) == bundle


def test_a_bundle_of_one_exhibit_reads_back(bundle: Bundle) -> None:
    bare = replace(bundle, disclosures=(), files={}, status_list=None)
    assert Bundle.decode(bare.encode()) == bare


def test_the_good_bundle_verifies(bundle: Bundle, agency: LocalSigner, log: LocalSigner) -> None:
    verify(bundle.encode(), agency, log)


def test_every_byte_of_a_small_bundle_is_checked(
    bundle: Bundle, agency: LocalSigner, log: LocalSigner
) -> None:
    encoded = bundle.encode()
    for place in range(len(encoded)):
        refuse_altered(encoded, place, 1 << place % 8, agency, log)


@pytest.mark.slow
def test_every_bit_of_a_small_bundle_is_checked(
    bundle: Bundle, agency: LocalSigner, log: LocalSigner
) -> None:
    encoded = bundle.encode()
    for place in range(8 * len(encoded)):
        refuse_altered(encoded, place // 8, 1 << place % 8, agency, log)


def refuse_altered(encoded: bytes, place: int, bit: int, agency: LocalSigner, log: LocalSigner) -> None:
    altered = bytearray(encoded)
    altered[place] ^= bit
    with pytest.raises(Invalid):
        verify(bytes(altered), agency, log)


def test_a_bundle_cut_off_anywhere_is_refused(bundle: Bundle) -> None:
    encoded = bundle.encode()
    for length in range(len(encoded)):
        with pytest.raises(BundleMalformed):
            Bundle.decode(encoded[:length])


def test_a_byte_left_over_is_refused(bundle: Bundle) -> None:
    with pytest.raises(BundleMalformed) as refusal:
        Bundle.decode(bundle.encode() + b"\x00")
    assert isinstance(refusal.value.__cause__, NotCanonical)


@pytest.mark.parametrize("kind", ["agreement", "wish"])
def test_a_kind_that_is_not_that_of_its_subject_is_refused(bundle: Bundle, kind: str) -> None:
    with pytest.raises(BundleMalformed, match="kind"):
        replace(bundle, kind=kind).encode()


def test_a_bundle_without_a_subject_is_refused(bundle: Bundle) -> None:
    with pytest.raises(BundleMalformed, match="kind"):
        replace(bundle, exhibits=()).encode()


def test_the_same_exhibit_twice_is_refused(bundle: Bundle) -> None:
    with pytest.raises(BundleMalformed, match="exhibits"):
        replace(bundle, exhibits=bundle.exhibits * 2).encode()


def test_a_file_that_no_statement_names_is_refused(bundle: Bundle) -> None:
    stowaway = {sha256(b"stowaway").value: b"stowaway"}
    with pytest.raises(BundleMalformed, match="files"):
        replace(bundle, files={**bundle.files, **stowaway}).encode()


def test_a_file_under_the_digest_of_another_is_refused(bundle: Bundle) -> None:
    with pytest.raises(BundleMalformed, match="files"):
        replace(bundle, files=dict.fromkeys(bundle.files, b"another")).encode()


@pytest.mark.parametrize("files", [[b"%PDF", b"%PDF"], ["%PDF"], None])
def test_files_that_are_not_distinct_bytes_are_refused(bundle: Bundle, files: Any) -> None:
    with pytest.raises(BundleMalformed, match="files"):
        Bundle.decode(with_parts(parts(bundle) | {"files": files}))


def test_files_out_of_order_are_refused(bundle: Bundle) -> None:
    contents = sorted([b"%PDF", b"another"], key=lambda content: sha256(content).value, reverse=True)
    with pytest.raises(BundleMalformed, match="files"):
        Bundle.decode(with_parts(parts(bundle) | {"files": contents}))


@pytest.mark.parametrize(
    "disclosure",
    [Disclosure("project", "示范二", OTHER_SALT), Disclosure("project", "示范", bytes(16))],
    ids=["value", "salt"],
)
def test_a_disclosure_that_no_statement_binds_is_refused(bundle: Bundle, disclosure: Disclosure) -> None:
    with pytest.raises(BundleMalformed, match="disclosure-invalid"):
        replace(bundle, disclosures=(disclosure,)).encode()


def test_a_disclosure_given_twice_is_refused(bundle: Bundle) -> None:
    with pytest.raises(BundleMalformed, match="disclosures"):
        replace(bundle, disclosures=bundle.disclosures * 2).encode()


def test_an_entry_of_another_statement_is_refused(bundle: Bundle) -> None:
    exhibit = replace(bundle.exhibits[0], salt=bytes(16))
    with pytest.raises(BundleMalformed, match="commitment"):
        replace(bundle, exhibits=(exhibit,)).encode()


def test_a_receipt_of_another_entry_is_refused(bundle: Bundle) -> None:
    other = entry_for(bundle.exhibits[0].statement, salt=OTHER_SALT)
    exhibit = replace(bundle.exhibits[0], salt=OTHER_SALT, entry=other.encode())
    with pytest.raises(BundleMalformed, match="leaf"):
        replace(bundle, exhibits=(exhibit,)).encode()


def test_a_second_exhibit_travels_with_the_subject_that_refers_to_it(
    bundle: Bundle, agency: LocalSigner, log: LocalSigner, receipt_for: Any, statement: Any
) -> None:
    second = exhibit_of(sign(statement(StatementType.AUTHORIZATION), agency), log, receipt_for)
    body = {"refs": [sha256(second.statement).value]}
    subject = exhibit_of(sign(statement(StatementType.CERTIFICATE, body), agency), log, receipt_for)
    both = replace(bundle, exhibits=(subject, second), disclosures=(), files={})
    assert Bundle.decode(both.encode()) == both


def test_a_second_exhibit_that_the_subject_does_not_refer_to_is_refused(
    bundle: Bundle, agency: LocalSigner, log: LocalSigner, receipt_for: Any, statement: Any
) -> None:
    body = {"project": str(sha256(bundle.exhibits[0].statement)), "files": list(bundle.files)}
    second = exhibit_of(sign(statement(StatementType.AUTHORIZATION, body), agency), log, receipt_for)
    with pytest.raises(BundleMalformed, match=r"exhibits\.1"):
        replace(bundle, exhibits=(*bundle.exhibits, second)).encode()


def exhibit_of(signed: bytes, log: LocalSigner, receipt_for: Any) -> Exhibit:
    entry = entry_for(signed, salt=OTHER_SALT)
    return Exhibit(signed, OTHER_SALT, entry.encode(), sign_receipt(receipt_for(entry.leaf), log))


def test_an_unknown_key_is_refused(bundle: Bundle) -> None:
    with pytest.raises(BundleMalformed, match="surplus"):
        Bundle.decode(with_parts(parts(bundle) | {"surplus": 1}))


def test_what_is_no_status_list_is_refused(bundle: Bundle) -> None:
    with pytest.raises(BundleMalformed):
        replace(bundle, status_list=bundle.exhibits[0].statement).encode()


def test_a_refusal_within_keeps_its_cause(bundle: Bundle) -> None:
    broken = replace(bundle.exhibits[0], receipt=b"bare bytes")
    with pytest.raises(BundleMalformed) as refusal:
        replace(bundle, exhibits=(broken,)).encode()
    assert isinstance(refusal.value.__cause__, Invalid)
