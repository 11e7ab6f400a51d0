"""The evidence pack: verified as its bundle is, every file bound, every signature good for openssl."""

import json
import subprocess
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from identity.challenges import Action
from ledger import facts
from signing import pki
from signing.agreement_drafting import SlotDraft
from signing.agreements import Agreement
from signing.assembly import assemble
from signing.evidence_pack import PackOfVoided, PackTooEarly, zipped
from signing.exhibits import Archive
from signing.keystore_memory import MemoryKeyStore
from signing.manifest import SlotKind
from tests.signing.written_pdf import one_page
from verify.bundle import verify_bundle
from verify.checks import Outcome
from verify.pack import BUNDLE, verify_pack
from verify.report import Report

from .conftest import NOW, OWNER, Town
from .handed_over import archive_of, handed_on_and_declined, packed, trust
from .voiding import WHY, consented, proposed


@pytest.fixture
def archive(town: Town) -> Archive:
    return archive_of(town)


@pytest.fixture
def signed(town: Town) -> Agreement:
    found = handed_on_and_declined(town)
    assemble(town.database, found.id, workshop=town.workshop)
    return town.read(found.id)


@pytest.fixture
def data(town: Town, archive: Archive, signed: Agreement) -> bytes:
    return packed(town, archive, signed)


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def not_passed(report: Report) -> Mapping[str, Outcome]:
    return {
        check.name: check.outcome
        for check in report.checks
        if check.outcome is not Outcome.PASSED and check.name != "anchor"
    }


def test_a_pack_is_verified_as_its_bundle_and_lets_no_file_be_exchanged(
    town: Town,
    archive: Archive,
    data: bytes,
) -> None:
    files, anchors, now = unpacked(data), trust(town, archive), town.clock.now()
    of_pack = verify_pack(data, anchors, as_of=now)
    of_bundle = verify_bundle(files[BUNDLE], anchors, as_of=now)
    assert not_passed(of_pack) == not_passed(of_bundle) == {}
    assert (of_pack.conclusion, of_pack.headline) == (of_bundle.conclusion, of_bundle.headline)
    beside = {name: content for name, content in files.items() if name != BUNDLE}
    assert json.loads(beside["verification.json"])["conclusion"] == "TOTAL-PASSED"
    for name, content in beside.items():
        exchanged = zipped({**files, name: content + b" "})
        assert not_passed(verify_pack(exchanged, anchors, as_of=now)) == {"files": Outcome.FAILED}, name
        place = data.index(content) + len(content) // 2
        turned = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert not_passed(verify_pack(turned, anchors, as_of=now)) == {"form": Outcome.FAILED}, name
    bundled = zipped({**files, BUNDLE: files[BUNDLE][:-1]})
    assert not_passed(verify_pack(bundled, anchors, as_of=now)) == {"form": Outcome.FAILED}


def test_openssl_accepts_every_signature_of_the_pack(data: bytes, signed: Agreement, tmp_path: Path) -> None:
    with zipfile.ZipFile(BytesIO(data)) as opened:
        opened.extractall(tmp_path)
    signatures = sorted((tmp_path / "signatures").iterdir())
    assert [each.name for each in signatures] == [f"{slot.id}.p7s" for slot in signed.filled]
    for each in signatures:
        done = openssl(tmp_path, "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", str(each))
        assert done == (tmp_path / "manifest.cbor").read_bytes()
    assert b"Time stamp" in openssl(tmp_path, "ts", "-reply", "-token_in", "-in", "timestamps/1.tst", "-text")
    lists = sorted((tmp_path / "status").glob("*.crl"))
    assert len(lists) == 2
    for each in lists:
        assert b"CRL" in openssl(tmp_path, "crl", "-inform", "DER", "-in", str(each), "-noout", "-text")


def openssl(folder: Path, *command: str) -> bytes:
    content = ["-content", "manifest.cbor", "-CAfile", "certificates/root.pem"] if command[0] == "cms" else []
    done = subprocess.run(["openssl", *command, *content], cwd=folder, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_report_names_signers_their_authority_and_where_it_is_recorded(
    town: Town, data: bytes, signed: Agreement, tmp_path: Path
) -> None:
    (tmp_path / "report.pdf").write_bytes(unpacked(data)["report.pdf"])
    printed = subprocess.run(
        ["pdftotext", "-layout", "report.pdf", "-"], cwd=tmp_path, check=True, capture_output=True
    )
    told = "".join(printed.stdout.decode().split())
    assert signed.fact is not None
    with town.database.transaction() as session:
        index = facts.fact(session, signed.fact).index
    for said in (
        "沈若华",
        "周明哲",
        "钱以明",
        "由发起方更换",
        "replaced by the starter",
        "刷脸",
        "未被吊销",
        "not revoked",
        f"第 {index} 号",
        "TOTAL-PASSED",
        "yinxin verify evidence-pack.zip",
    ):
        assert said.replace(" ", "") in told
    assert "金额有误" not in told


def test_the_report_says_that_a_representative_had_left_office_when_all_had_signed(
    town: Town, archive: Archive, tmp_path: Path
) -> None:
    town.office(OWNER, town.representative)
    office = SlotDraft(
        kind=SlotKind.REPRESENTATIVE, organization=OWNER, capacity_zh="法定代表人", capacity_en="legal"
    )
    opened = town.open(slots=(office, town.slots()[2]))
    town.sign(opened, "1", approval=town.approve(town.representative, Action.SIGN, opened.slot("1").subject))
    town.office(OWNER, town.keeper)
    town.sign(opened, "2")
    assemble(town.database, opened.id, workshop=town.workshop)
    (tmp_path / "report.pdf").write_bytes(unpacked(packed(town, archive, town.read(opened.id)))["report.pdf"])
    printed = subprocess.run(["pdftotext", "report.pdf", "-"], cwd=tmp_path, check=True, capture_output=True)
    assert "".join(printed.stdout.decode().split()).count("各方签完时已离任") == 1


def test_an_agreement_that_is_not_assembled_has_no_pack(town: Town, archive: Archive) -> None:
    with pytest.raises(PackTooEarly):
        packed(town, archive, town.signed_by_owner())


def test_the_pack_of_what_was_voided_says_so_with_the_reason(
    town: Town, archive: Archive, signed: Agreement, tmp_path: Path
) -> None:
    proposed(town, signed, "1", town.representative)
    consented(town, signed, "1", town.representative)
    consented(town, signed, "3", town.keeper)
    files = unpacked(packed(town, archive, town.read(signed.id)))
    assert json.loads(files["verification.json"])["state"] == "voided"
    assert not_passed(verify_bundle(files[BUNDLE], trust(town, archive), as_of=town.clock.now())) == {
        "voids": Outcome.FAILED
    }
    path = tmp_path / "report.pdf"
    path.write_bytes(files["report.pdf"])
    text = subprocess.run(
        ["pdftotext", "-layout", path, "-"], check=True, capture_output=True
    ).stdout.decode()
    assert "签署各方一致作废" in text
    assert WHY in text


def test_what_was_voided_before_it_was_assembled_has_no_pack(town: Town, archive: Archive) -> None:
    complete = town.signed_by_owner()
    proposed(town, complete, "1", town.representative)
    consented(town, complete, "1", town.representative)
    with pytest.raises(PackOfVoided):
        packed(town, archive, complete)


NO_LIST = b"\x30\x03\x02\x01\x05"  # DER, but of nothing


def hex_stream(content: bytes) -> str:
    written = content.hex() + ">"
    return f"<< /Length {len(written)} /Filter /ASCIIHexDecode >>\nstream\n{written}\nendstream"


def test_what_a_document_brought_along_is_no_evidence_of_ours(town: Town, archive: Archive) -> None:
    """A stranger's root and a revocation list that is none stand in the document from the start."""
    stranger = pki.found(MemoryKeyStore(), city="另一城市", at=NOW).root
    certificate, nothing = hex_stream(stranger.public_bytes(Encoding.DER)), hex_stream(NO_LIST)
    content = one_page(certificate, nothing, catalogue="/DSS << /Certs [4 0 R] /CRLs [5 0 R] >>")
    town.seal()
    opened = town.open(content=content)
    for slot in opened.slots:
        town.sign(opened, slot.id)
    assemble(town.database, opened.id, workshop=town.workshop)
    files = unpacked(packed(town, archive, town.read(opened.id)))
    assert stranger.public_bytes(Encoding.PEM) not in files["certificates/root.pem"]
    assert NO_LIST not in files.values()
    assert {name for name in files if name.startswith("status/")} != set()
