"""A document that a firm brings first: its pages are shown to it alone, and marks are placed on them."""

import json
from io import BytesIO
from uuid import UUID

import httpx
import pytest
from PIL import Image

from api.demonstration.people import CONTRACTOR
from api.policy import Role
from signing.agreements import agreement
from signing.marks import Place
from tests.api.joint import CLERK, SLOTS, enter, enter_as, post
from tests.quiet_city import QuietCity
from tests.signing.hostile_pdf import MIB, indexed, zeros
from tests.signing.joint.small_pdf import small_pdf
from tests.signing.joint.test_marks import turned_pdf

PLACE = {"page": 0, "left": 300, "bottom": 200}
DATE = {"page": 1, "left": 60, "bottom": 500}


def bring(http: httpx.Client, content: bytes) -> httpx.Response:
    return http.post("/api/documents", files={"document": ("申请表.pdf", content, "application/pdf")})


@pytest.fixture
def clerk(city: QuietCity) -> httpx.Client:
    return enter(city, CLERK)


def test_the_pages_are_told_as_they_are_shown(clerk: httpx.Client) -> None:
    told = bring(clerk, turned_pdf(90)).json()
    assert [(page["width"], page["height"]) for page in told["pages"]] == [(842, 595)] * 2
    picture = Image.open(BytesIO(clerk.get(told["pages"][1]["picture"]).content))
    assert picture.width / picture.height == pytest.approx(842 / 595, abs=0.01)


def test_an_agreement_over_a_brought_document_has_its_marks_where_they_were_put(
    clerk: httpx.Client, city: QuietCity
) -> None:
    digest = bring(clerk, small_pdf(mark="placed")).json()["digest"]
    slots = [{**SLOTS[0], "place": PLACE, "date": DATE}, *SLOTS[1:]]
    answer = clerk.post("/api/agreements", data=form(slots, frozen=digest))
    assert answer.status_code == 201, answer.text
    with city.house.database.transaction() as session:
        opened = agreement(session, UUID(answer.json()["id"]))
    assert str(opened.documents[0]) == digest
    first = opened.manifest.slots[0]
    assert (first.places, first.dates) == ((Place(**PLACE),), (Place(**DATE),))


@pytest.mark.parametrize(
    ("name", "said"), [("place", "第 2 方的盖章位置"), ("date", "第 2 方的日期位置")], ids=["place", "date"]
)
def test_one_place_beside_several_is_refused_by_name(clerk: httpx.Client, name: str, said: str) -> None:
    digest = bring(clerk, small_pdf()).json()["digest"]
    slots = [SLOTS[0], {**SLOTS[1], name: PLACE, f"{name}s": []}, SLOTS[2]]
    answer = clerk.post("/api/agreements", data=form(slots, frozen=digest))
    assert (answer.status_code, answer.json()["title"]) == (422, "slots-malformed")
    assert said in answer.json()["zh"]


def test_several_documents_are_signed_in_the_order_in_which_they_are_named(
    clerk: httpx.Client, city: QuietCity
) -> None:
    digests = [bring(clerk, small_pdf(pages=2, mark=mark)).json()["digest"] for mark in ("one", "two")]
    slots = [{**SLOTS[0], "place": {**PLACE, "document": 1}}, *SLOTS[1:]]
    answer = clerk.post("/api/agreements", data={**form(slots), "frozen": digests[::-1]})
    assert answer.status_code == 201, answer.text
    told = clerk.get(f"/api/agreements/{answer.json()['id']}").json()
    assert [each["digest"] for each in told["documents"]] == digests[::-1]
    with city.house.database.transaction() as session:
        opened = agreement(session, UUID(answer.json()["id"]))
    assert opened.manifest.slots[0].places == (Place(document=1, **PLACE),)


def test_what_another_firm_brought_is_unknown(clerk: httpx.Client, city: QuietCity) -> None:
    other = enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)
    told = bring(other, small_pdf(mark="another firm's")).json()
    assert clerk.get(told["pages"][0]["picture"]).status_code == 404
    refused = clerk.post("/api/agreements", data=form(SLOTS, frozen=told["digest"]))
    assert (refused.status_code, refused.json()["title"]) == (404, "document-unknown")


@pytest.mark.slow
def test_a_file_that_opens_without_end_is_refused_in_one_sentence(clerk: httpx.Client) -> None:
    refused = bring(clerk, indexed("/Size 7 /W [0 0 0] /Index [0 2000000000]", zeros(MIB)))
    assert refused.json()["title"] == "document-exhausting"
    assert "时间或内存超过上限" in refused.json()["detail"]


def test_nothing_brought_is_named(clerk: httpx.Client) -> None:
    assert clerk.post("/api/documents", files={"other": b""}).json()["title"] == "document-missing"


def test_marks_that_cover_each_other_are_refused_in_one_sentence(clerk: httpx.Client) -> None:
    slots = [{**SLOTS[0], "place": PLACE}, {**SLOTS[1], "place": PLACE}, SLOTS[2]]
    refused = post(clerk, content=small_pdf(), slots=slots)
    assert refused.json()["title"] == "marks-overlap"
    assert "第 1 页上“建设单位代表”与“施工单位（盖章）”的位置重叠" in refused.json()["detail"]


def form(slots: object, **more: str) -> dict[str, str]:
    return {"title": "施工许可联合申请", "slots": json.dumps(slots), **more}
