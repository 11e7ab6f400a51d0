"""What a certificate's PDF carries for machines, and whether an outside validator finds the file archival."""

import json
import subprocess
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from evidence.bundle import Bundle
from evidence.certificate_types import Face
from signing.certificate_copies import CopyRequest, printed
from signing.certificate_copies import register as register_copy
from signing.certificate_enclosures import EVIDENCE, METADATA
from signing.certificate_issue import issue
from signing.certificates import Certificate
from verify.attachment import evidence_in
from verify.bundle import verify_bundle
from verify.checks import Outcome

from .conftest import AGENCY, CONTRACTOR, Town
from .handed_over import trust
from .test_certificate_holders import CONSTRUCTOR, LICENCE, LICENCE_FIELDS

VERAPDF = Path(__file__).resolve().parents[2] / "verapdf/jars"


def pdf_of(town: Town, found: Certificate) -> bytes:
    assert found.pdf is not None
    return town.store.get(found.pdf)


def attached(pdf: bytes) -> dict[str, bytes]:
    names = PdfFileReader(BytesIO(pdf)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    return {str(names[at]): names[at + 1]["/EF"]["/F"].data for at in range(0, len(names), 2)}


def test_a_pdf_carries_its_metadata_under_the_names_of_the_standard(town: Town) -> None:
    found = issue(town.database, LICENCE, press=town.press)
    told = json.loads(attached(pdf_of(town, found))[METADATA])
    assert (told["ZZBH"], told["ZZBS"], told["ZZBFJGDM"]) == (found.number, found.licence_id, AGENCY.text)
    assert (told["CZZT"], told["CZZTDM"], told["CZZTDMLX"]) == (
        LICENCE_FIELDS["firm_name"],
        CONTRACTOR.text,
        "统一社会信用代码",
    )
    assert (told["ZZYXQQSRQ"], told["ZZYXQJZRQ"]) == ("2026-05-02", "2029-05-01")


def copied(town: Town, found: Certificate) -> bytes:
    request = CopyRequest(recipient="示范市公共资源交易中心", purpose="投标", until=date(2026, 6, 1))
    with town.database.transaction() as session:
        copy = register_copy(session, found, request, press=town.press, clock=town.clock)
    return printed(town.database, copy.id, press=town.press)


def test_a_copy_carries_the_same_metadata_and_its_maker_moment_use_and_end(town: Town) -> None:
    found = issue(town.database, LICENCE, press=town.press)
    enclosed = attached(copied(town, found))
    assert list(enclosed) == [METADATA]
    assert json.loads(enclosed[METADATA]) == {
        **json.loads(attached(pdf_of(town, found))[METADATA]),
        "JZJZZSJ": "2026-05-02T16:00:00+08:00",
        "JZJZZZ": town.speaker.name,
        "JZJZZSY": "仅供“示范市公共资源交易中心”用于“投标”",
        "JZJYXQJZSJ": "2026-06-01T23:59:59+08:00",
    }


def test_a_pdf_alone_is_checked_by_its_evidence(town: Town) -> None:
    found = issue(town.database, LICENCE, press=town.press)
    pdf = pdf_of(town, found)
    assert evidence_in(pdf) == attached(pdf)[EVIDENCE]
    assert Bundle.decode(evidence_in(pdf)).files == {}
    report = verify_bundle(
        evidence_in(pdf), trust(town, town.archive), as_of=town.clock.now() + timedelta(minutes=1)
    )
    assert report.conclusion is Outcome.PASSED
    assert {fact.value.zh for fact in report.facts} >= set(LICENCE_FIELDS.values())


@pytest.mark.slow
def test_every_face_is_archival_as_an_outside_validator_sees_it(town: Town, tmp_path: Path) -> None:
    issued = (
        issue(town.database, town.application(town.signed_by_owner()), press=town.press),
        issue(town.database, LICENCE, press=town.press),
        issue(town.database, CONSTRUCTOR, press=town.press),
    )
    files = []
    for found in issued:
        files.append(tmp_path / f"{found.certificate_type}.pdf")
        files[-1].write_bytes(pdf_of(town, found))
    files.append(tmp_path / "copy.pdf")
    files[-1].write_bytes(copied(town, issued[1]))
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(files[0].read_bytes().replace(b"/AFRelationship", b"/XFRelationship"))
    validator = ["java", "-cp", f"{VERAPDF}/*", "org.verapdf.apps.GreenfieldCliWrapper", "--format", "text"]
    told = subprocess.run([*validator, *files, broken], capture_output=True, text=True, check=False).stdout
    assert sorted(told.split()[::3]) == ["FAIL", *["PASS"] * (len(Face) + 1)], told
