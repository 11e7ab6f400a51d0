"""What a natural person shows of a certificate, who sees them in full, and what is left once it is erased."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import zxingcpp
from PIL import Image, ImageChops

from api.demonstration.people import CONTRACTOR, ENGINEER, OWNER
from api.pages import CITY_TIME
from api.policy import Role
from api.trust import anchors
from evidence.bundle import Bundle
from evidence.statement import StatementType, read
from signing import certificate_shares
from tests.api.joint import AGENCY_DESK, enter, enter_as
from tests.api.test_erasure import cells, files, found
from tests.permit import issue_permit
from tests.quiet_city import QuietCity
from verify.bundle import verify_bundle
from verify.checks import Outcome

NUMBER = ENGINEER.citizen_number.text
FIELDS = {
    "registration_number": "鲁2990000000001",
    "person_name": ENGINEER.name,
    "sex": "男",
    "citizen_number": NUMBER,
    "grade": "二级",
    "speciality": "建筑工程",
    "employer": "只在此处出现的聘用企业有限公司",
}
CHOSEN = ["person_name", "grade"]


@pytest.fixture(scope="module")
def agency(city: QuietCity) -> httpx.Client:
    return enter(city, AGENCY_DESK)


@pytest.fixture(scope="module")
def holder(city: QuietCity) -> httpx.Client:
    return enter(city, ENGINEER.name)


def registration(agency: httpx.Client, **more: str) -> str:
    """The engineer's registration, issued anew."""
    today = datetime.now(CITY_TIME).date().isoformat()
    asked = {"type": "constructor-registration", "fields": FIELDS, "valid_from": today, **more}
    answer = agency.post("/api/certificates", json=asked)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


@pytest.fixture(scope="module")
def held(agency: httpx.Client) -> str:
    return registration(agency)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["title"]


def link_of(city: QuietCity, answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    url: str = answer.json()["url"]
    return url.removeprefix(city.house.settings.public_url)


def share(holder: httpx.Client, id_: str, **changes: object) -> httpx.Response:
    return holder.post(f"/api/certificates/{id_}/shares", json={"fields": CHOSEN, "hours": 24, **changes})


def test_a_bundle_of_chosen_fields_holds_those_alone_and_verifies(
    city: QuietCity, holder: httpx.Client, held: str
) -> None:
    city.anchor()
    data = holder.get(f"/certificates/{held}/chosen.bundle", params={"fields": CHOSEN}).content
    bundle = Bundle.decode(data)
    report = verify_bundle(data, anchors(city.house), as_of=city.house.clock.now())
    assert ([each.name for each in bundle.disclosures], bundle.files) == (["grade", "person_name"], {})
    assert NUMBER.encode() not in data
    assert report.conclusion is Outcome.PASSED
    assert report.checks[3].zh == "出示2项（级别、姓名），都与签发时的承诺值一致；另有5项未出示。"


def test_a_bundle_of_chosen_fields_leaves_out_what_the_certificate_rests_on(city: QuietCity) -> None:
    permit = issue_permit(city.house)
    owner = enter_as(city, Role.FIRM, organization=OWNER.uscc)
    path = f"/certificates/{permit.id}"
    data = owner.get(f"{path}/chosen.bundle", params={"fields": "owner"}).content
    chosen = Bundle.decode(data)
    whole = Bundle.decode(owner.get(f"{path}/evidence.bundle").content)
    types = [[read(each.statement).statement.type for each in one.exhibits] for one in (chosen, whole)]
    assert types[0] == [StatementType.CERTIFICATE, StatementType.CERTIFICATE_CHANGE]
    assert types[1] == [*types[0], StatementType.AGREEMENT]
    assert [each.name for each in chosen.disclosures] == ["owner"]


def test_a_link_shows_to_anybody_what_was_chosen_until_it_is_withdrawn(
    city: QuietCity, holder: httpx.Client, held: str
) -> None:
    path = link_of(city, share(holder, held))
    opened = city.visitor.get(path).text
    assert ENGINEER.name in opened
    assert "另有 5 项未出示" in opened
    assert not any(secret in opened for secret in (NUMBER, FIELDS["employer"]))
    assert len(Bundle.decode(city.visitor.get(f"{path}/evidence.bundle").content).disclosures) == 2
    with city.house.database.transaction() as session:
        kept, standing = certificate_shares.shared(session, path.split("/")[-1], clock=city.house.clock)
    assert path.split("/")[-1] not in holder.get(f"/certificates/{held}").text
    holder.delete(f"/api/certificates/{kept.id}/shares/{standing.id}").raise_for_status()
    assert problem(city.visitor.get(path)) == (404, "share-unknown")


def test_a_link_is_over_when_its_time_is(city: QuietCity, holder: httpx.Client, held: str) -> None:
    token = link_of(city, share(holder, held, hours=1)).split("/")[-1]
    later: Any = SimpleNamespace(now=lambda: datetime.now(UTC) + timedelta(minutes=61))
    with city.house.database.transaction() as session, pytest.raises(certificate_shares.ShareUnknown):
        certificate_shares.shared(session, token, clock=later)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"fields": []}, (409, "nothing-chosen")),
        ({"fields": ["colour"]}, (409, "field-not-printed")),
        ({"hours": 0}, (409, "share-too-long")),
        ({"hours": 721}, (409, "share-too-long")),
    ],
)
def test_what_cannot_be_shown_is_refused_by_name(
    holder: httpx.Client, held: str, changes: dict[str, object], expected: tuple[int, str]
) -> None:
    assert problem(share(holder, held, **changes)) == expected


def test_the_agency_shows_nothing_in_the_holders_place(agency: httpx.Client, held: str) -> None:
    assert problem(share(agency, held)) == (403, "not-yours")


def test_pages_mask_the_person_until_one_who_may_see_them_asks(
    agency: httpx.Client, holder: httpx.Client, held: str
) -> None:
    masked = [ENGINEER.name[0] + "*" * (len(ENGINEER.name) - 1), "*" * 14 + NUMBER[-4:]]
    for visitor in (agency, holder):
        page = visitor.get(f"/certificates/{held}").text
        assert [each in page for each in (*masked, "显示完整内容")] == [True] * 3
        full = visitor.get(f"/certificates/{held}?full=true").text
        assert NUMBER in full
    assert NUMBER not in holder.get(f"/certificates/{held}").text
    assert ENGINEER.name not in "".join(each["holder"] for each in agency.get("/api/certificates").json())


def test_a_party_that_does_not_hold_it_sees_persons_masked(city: QuietCity, agency: httpx.Client) -> None:
    """The owner holds the permit and signed its application; so did nobody else."""
    permit = issue_permit(city.house)
    with city.house.database.transaction() as session:
        session.connection().exec_driver_sql(
            "UPDATE certificate_fields SET name = 'design_leader' WHERE certificate = %s AND name = 'scale'",
            (permit.id,),
        )
        session.connection().exec_driver_sql(
            "UPDATE certificates SET holder = %s WHERE id = %s", (CONTRACTOR.uscc.text, permit.id)
        )
    signer = enter_as(city, Role.FIRM, organization=OWNER.uscc)
    path = f"/certificates/{permit.id}"
    value = next(each.value for each in permit.entries if each.name == "scale")
    for place in (path, f"{path}?full=true", f"/api{path}"):
        assert value not in signer.get(place).text
    assert problem(share(signer, str(permit.id), fields=["site"])) == (409, "not-the-holder")
    assert value in agency.get(f"/api{path}").text


def cinnabar(picture: Image.Image) -> int:
    """How many dots of the picture are of the red that belongs to seals alone."""
    red, green, blue = picture.split()
    other = ImageChops.lighter(green, blue)
    return sum(ImageChops.subtract(red, other).histogram()[80:])


def read_by_zxing(picture: Image.Image) -> str:
    (code,) = zxingcpp.read_barcodes(picture)
    return code.text


def read_by_zbar(picture: Image.Image) -> str:
    png = BytesIO()
    picture.save(png, "PNG")
    read = ["zbarimg", "--quiet", "--raw", "-"]
    return subprocess.run(read, input=png.getvalue(), check=True, capture_output=True).stdout.decode().strip()


@pytest.mark.parametrize("width", [1240, 1170])
@pytest.mark.parametrize("read", [read_by_zxing, read_by_zbar])
def test_the_code_is_read_off_the_picture_as_a_phone_shows_it(
    city: QuietCity, agency: httpx.Client, read: Callable[[Image.Image], str], width: int
) -> None:
    """As it is, and on a phone of 390 points with three dots to each; a permit has the largest code."""
    permit = issue_permit(city.house)
    answer = agency.get(f"/certificates/{permit.id}/certificate.png")
    picture = Image.open(BytesIO(answer.content)).convert("L")
    assert (answer.headers["content-type"], picture.width) == ("image/png", 1240)
    assert cinnabar(Image.open(BytesIO(answer.content)).convert("RGB")) > 1000
    assert read(picture.resize((width, picture.height * width // picture.width))) == permit.qr


def test_one_in_force_is_not_erased(agency: httpx.Client, held: str) -> None:
    answer = agency.post(f"/api/certificates/{held}/erasure", json={})
    assert problem(answer) == (409, "erasure-still-in-force")


def test_after_an_erasure_nothing_says_what_it_said_and_the_proofs_stand(
    city: QuietCity, agency: httpx.Client, holder: httpx.Client, held: str
) -> None:
    id_ = registration(agency, reference="只在此处出现的编号")
    path = link_of(city, share(holder, id_))
    city.anchor()
    before = agency.get(f"/certificates/{id_}/evidence.bundle").content
    pdf = next(iter(Bundle.decode(before).files.values()))
    salts = [each.salt for each in Bundle.decode(before).disclosures]
    asked = {"recipient": "只在此处出现的使用单位", "purpose": "只在此处出现的用途"}
    copy = {**asked, "until": datetime.now(CITY_TIME).date().isoformat()}
    copied = holder.post(f"/api/certificates/{id_}/copies", json=copy).json()
    kept = f"/certificates/{id_}/copies/{copied['id']}/copy.pdf"
    pdfs = [pdf, holder.get(kept).content]
    assert [each in files(city.house) for each in pdfs] == [True, True]
    described = "只在此处出现的说明"
    step = {"action": "cancel", "reason": 24, "description": described}
    agency.post(f"/api/certificates/{id_}/changes", json=step).raise_for_status()
    said = [each.encode() for each in (*asked.values(), "只在此处出现的编号", described)]
    assert found([*salts, *said], cells(city.house)) == [*salts, *said]
    for _ in range(2):
        agency.post(f"/api/certificates/{id_}/erasure", json={}).raise_for_status()
    city.anchor()
    assert found([*salts, *said], cells(city.house)) == []
    assert [each in files(city.house) for each in pdfs] == [False, False]
    assert problem(holder.get(kept)) == (409, "certificate-erased")
    page = holder.get(f"/certificates/{id_}").text
    assert "已依法删除" in page
    assert FIELDS["employer"] not in page
    gone = (409, "certificate-erased")
    for closed in ("certificate.pdf", "qr.svg", "certificate.png"):
        assert problem(holder.get(f"/certificates/{id_}/{closed}")) == gone
    assert city.visitor.get(path).status_code == 404
    as_of, trust = city.house.clock.now(), anchors(city.house)
    after = verify_bundle(agency.get(f"/certificates/{id_}/evidence.bundle").content, trust, as_of=as_of)
    assert (after.conclusion, after.state) == (Outcome.PASSED, "cancelled")
    assert "不能再出示" in after.checks[3].zh
    for proof in (before, agency.get(f"/certificates/{held}/evidence.bundle").content):
        assert verify_bundle(proof, trust, as_of=as_of).conclusion is Outcome.PASSED
