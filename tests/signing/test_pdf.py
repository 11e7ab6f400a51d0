import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from evidence.identifiers import Uscc, organization_check, uscc_check
from signing.asn1_signature import to_asn1
from signing.joint_application import (
    JointApplication,
    RenderedApplication,
    SigningPlace,
    TakingPart,
    TooManyParties,
    render_joint_application,
)
from signing.pdf import (
    Box,
    BoxOutsidePage,
    FieldSigned,
    SigningParty,
    VisibleStamp,
    add_closing_seal,
    add_document_timestamp,
    add_signature,
    signed_fields,
)
from signing.pdf_document import LARGEST_DOCUMENT, DocumentBroken, DocumentLocked, open_document
from signing.pki import Authority
from signing.rendering import PrintedField
from signing.stamps import organization_stamp, person_stamp
from signing.timestamps import TimestampAuthority
from signing.typesetting import Typesetter
from tests.signing.hostile_pdf import page_with, stream

ADDRESS = "http://localhost:8000/a/3f2b8c1e-9d7a-4b61-8a51-0d2f6b7c9e10"
Parties = Callable[[str, str], SigningParty]


def make_uscc(start: str) -> Uscc:
    body = start + organization_check(start[8:16])
    return Uscc.parse(body + uscc_check(body))


def make_application(at: datetime) -> JointApplication:
    return JointApplication(
        project_name="示范市文化艺术中心工程",
        owner="示范城市发展有限公司",
        project=(
            PrintedField("工程名称", "示范市文化艺术中心工程"),
            PrintedField("建设规模", "38,224.90 平方米"),
        ),
        organizations=(TakingPart("建设单位", "示范城市发展有限公司", make_uscc("91370299MA3C1A2B")),),
        places=(
            SigningPlace("建设单位代表（签字）", "示范城市发展有限公司"),
            SigningPlace("施工单位（盖章）", "示范建设集团有限公司"),
            SigningPlace("设计单位项目负责人（签字）", "示范市建筑设计研究院有限公司"),
        ),
        at=at,
    )


@dataclass(frozen=True)
class Desk:
    """What signs here: the house's stamps, keys, timestamps, all at one moment."""

    typesetter: Typesetter
    party: Parties
    timestamps: TimestampAuthority
    authority: Authority
    moment: datetime

    def visible(self, name: str, box: Box) -> VisibleStamp:
        stamp = person_stamp(self.typesetter, name=name, capacity="代表", at=self.moment, qr=ADDRESS)
        return VisibleStamp(stamp=stamp, box=box)

    def sealed(self, box: Box) -> VisibleStamp:
        stamp = organization_stamp(
            self.typesetter,
            name="示范建设集团有限公司",
            keeper="周明哲",
            capacity="施工单位",
            at=self.moment,
            qr=ADDRESS,
        )
        return VisibleStamp(stamp=stamp, box=box)

    def sign(self, content: bytes, field: str, visible: VisibleStamp) -> bytes:
        party = self.party(f"person:{field}", "某人")
        return add_signature(
            content,
            field=field,
            visible=visible,
            party=party,
            timestamps=self.timestamps,
            reason="签署",
            at=self.moment,
        )

    def close(self, content: bytes) -> bytes:
        return add_closing_seal(
            content,
            party=self.party("platform", "示范市印信平台"),
            timestamps=self.timestamps,
            revocation_lists=self.authority.revocation_lists(at=self.moment),
            reason="封存",
            at=self.moment,
        )


@pytest.fixture(scope="module")
def desk(
    typesetter: Typesetter,
    party: Parties,
    timestamps: TimestampAuthority,
    authority: Authority,
    moment: datetime,
) -> Desk:
    return Desk(typesetter, party, timestamps, authority, moment)


@pytest.fixture(scope="module")
def original(desk: Desk) -> RenderedApplication:
    return render_joint_application(desk.typesetter, make_application(desk.moment))


@pytest.fixture(scope="module")
def signed(desk: Desk, original: RenderedApplication) -> bytes:
    owner, contractor, design = original.boxes
    content = desk.sign(original.content, "owner", desk.visible("沈若华", owner))
    content = desk.sign(content, "contractor", desk.sealed(contractor))
    return desk.sign(content, "design", desk.visible("林知远", design))


@pytest.fixture(scope="module")
def closed(desk: Desk, signed: bytes) -> bytes:
    return desk.close(signed)


def pdfsig(content: bytes, folder: Path) -> str:
    (folder / "signed.pdf").write_bytes(content)
    outcome = subprocess.run(["pdfsig", "signed.pdf"], cwd=folder, check=False, capture_output=True)
    return outcome.stdout.decode()


def context(root: x509.Certificate, moment: datetime) -> ValidationContext:
    return ValidationContext(trust_roots=[to_asn1(root)], moment=moment, revocation_mode="soft-fail")


def test_the_original_is_a_prefix_of_every_later_file(
    original: RenderedApplication, signed: bytes, closed: bytes
) -> None:
    assert signed.startswith(original.content)
    assert closed.startswith(signed)


def test_pdfsig_calls_every_signature_valid(closed: bytes, tmp_path: Path) -> None:
    report = pdfsig(closed, tmp_path)
    assert re.findall(r"Signature Validation: (.*)", report) == ["Signature is Valid."] * 4
    assert report.count("ETSI.CAdES.detached") == 4


def test_pdfsig_refuses_a_changed_byte_of_the_original(closed: bytes, tmp_path: Path) -> None:
    position = closed.index(b"/MediaBox")
    changed = closed[: position + 1] + b"m" + closed[position + 2 :]
    assert "Signature is Valid" not in pdfsig(changed, tmp_path)


def test_pyhanko_finds_each_signature_trusted_and_timestamped(
    closed: bytes, root: x509.Certificate, moment: datetime
) -> None:
    for signature in PdfFileReader(BytesIO(closed)).embedded_regular_signatures:
        status = validate_pdf_signature(signature, context(root, moment), context(root, moment))
        assert status.bottom_line
        assert status.timestamp_validity is not None


def test_a_document_timestamp_is_trusted(
    desk: Desk, closed: bytes, root: x509.Certificate, moment: datetime
) -> None:
    stamped = add_document_timestamp(closed, timestamps=desk.timestamps)
    (signature,) = PdfFileReader(BytesIO(stamped)).embedded_timestamp_signatures
    status = validate_pdf_timestamp(signature, context(root, moment))
    assert (status.valid, status.intact, status.trusted) == (True, True, True)
    assert stamped.startswith(closed)


def test_the_closing_seal_covers_the_whole_file_and_the_data_to_check_it_by(closed: bytes) -> None:
    reader = PdfFileReader(BytesIO(closed))
    covered = reader.embedded_regular_signatures[-1].sig_object["/ByteRange"]
    assert covered[2] + covered[3] == len(closed)
    store = DocumentSecurityStore.read_dss(reader)
    assert (len(store.crls), len(store.certs)) == (2, 4)


def test_the_fields_are_told_in_the_order_of_signing(closed: bytes) -> None:
    assert signed_fields(closed) == ("owner", "contractor", "design", "closing-seal")


def test_the_signing_time_is_the_given_moment(signed: bytes) -> None:
    first = PdfFileReader(BytesIO(signed)).embedded_regular_signatures[0]
    assert first.sig_object["/M"].startswith("D:20260502022133")


def test_every_party_is_seen_in_chinese_on_the_signing_page(signed: bytes) -> None:
    command = ["pdftotext", "-f", "4", "-l", "4", "-", "-"]
    text = subprocess.run(command, input=signed, check=True, capture_output=True).stdout.decode()
    assert {"沈若华", "用印人 周明哲", "林知远"} <= set(text.splitlines())


def test_a_field_is_signed_once(desk: Desk, original: RenderedApplication, signed: bytes) -> None:
    with pytest.raises(FieldSigned):
        desk.sign(signed, "owner", desk.visible("沈若华", original.boxes[0]))


def test_a_document_of_the_largest_size_takes_every_signature(desk: Desk) -> None:
    content = page_with(stream(bytes(LARGEST_DOCUMENT - 1000)))
    box = Box(page=0, left=100, bottom=100, width=180, height=60)
    for field in ("first", "second"):
        content = desk.sign(content, field, desk.visible("沈若华", box))
    assert len(content) > LARGEST_DOCUMENT
    assert signed_fields(content) == ("first", "second")


def test_a_closed_document_takes_no_further_signature(
    desk: Desk, original: RenderedApplication, closed: bytes
) -> None:
    for locked in (closed, add_document_timestamp(closed, timestamps=desk.timestamps)):
        with pytest.raises(DocumentLocked):
            desk.sign(locked, "late", desk.visible("沈若华", original.boxes[0]))


@pytest.mark.parametrize(
    "change", [{"page": 4}, {"page": -1}, {"left": -1.0}, {"bottom": 830.0}, {"left": 590.0}]
)
def test_a_stamp_outside_the_page_is_refused(
    desk: Desk, original: RenderedApplication, change: dict[str, float]
) -> None:
    box = replace(original.boxes[0], **change)  # type: ignore[arg-type]  # page numbers among lengths
    with pytest.raises(BoxOutsidePage):
        desk.sign(original.content, "owner", desk.visible("沈若华", box))


def test_a_broken_document_is_not_signed(desk: Desk, original: RenderedApplication) -> None:
    with pytest.raises(DocumentBroken):
        desk.sign(original.content[:5000], "owner", desk.visible("沈若华", original.boxes[0]))


def test_the_application_has_four_pages(original: RenderedApplication) -> None:
    assert len(open_document(original.content).pages) == 4


def test_an_application_of_seven_parties_is_refused(desk: Desk) -> None:
    place = SigningPlace("施工单位（盖章）", "示范建设集团有限公司")
    with pytest.raises(TooManyParties):
        render_joint_application(desk.typesetter, replace(make_application(desk.moment), places=(place,) * 7))
