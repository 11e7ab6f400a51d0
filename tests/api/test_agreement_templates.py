"""Templates at the doors: kept with roles, filled in, changed by new versions, retired, nobody else's."""

import re
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.agreement_templates.fitting import rehearse_marks
from api.demonstration.people import CONTRACTOR, ENGINEER, OWNER, OWNERS_REPRESENTATIVE
from api.policy import Role
from signing.agreements import agreement
from signing.documents import document
from signing.manifest import SlotKind
from tests.api.joint import SLOTS, enter_as, signed_by_all, started
from tests.api.templates import FIELDS, ROLES, TAKINGS, TEXT, keep, kept, use
from tests.api.test_agreements import problem
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf

STAMPED = {**ROLES[0], "kind": "qualification", "qualification": "constructor-1"}
ELSEWHERE = {**ROLES[0], "place": {"document": 1, "page": 0, "left": 100, "bottom": 200}}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def template(clerk: httpx.Client) -> str:
    return kept(clerk)


@pytest.fixture(scope="module")
def sent(clerk: httpx.Client, template: str) -> str:
    id_: str = use(clerk, template).json()["id"]
    return id_


def test_a_filled_template_starts_an_agreement_of_those_who_took_its_roles(
    clerk: httpx.Client, sent: str
) -> None:
    shown = clerk.get(f"/api/agreements/{sent}").json()
    assert shown["title"] == "滨河社区活动中心设计合同"
    assert [(slot["capacity_zh"], slot["person"]) for slot in shown["slots"]] == [
        ("甲方签字人", OWNERS_REPRESENTATIVE.name),
        ("乙方公章", None),
        ("设计负责人", ENGINEER.name),
    ]
    assert shown["slots"][1]["organization"] == CONTRACTOR.uscc.text


def test_an_agreement_out_of_a_text_is_signed_by_all(city: QuietCity, clerk: httpx.Client, sent: str) -> None:
    signed_by_all(city.house, sent)
    assert clerk.get(f"/api/agreements/{sent}").json()["state"] == "complete"


def test_what_was_looked_at_is_what_is_sent(city: QuietCity, clerk: httpx.Client, template: str) -> None:
    looked = use(clerk, template, door="previews").json()
    picture = clerk.get(looked["documents"][0]["pages"][-1]["picture"])
    assert Image.open(BytesIO(picture.content)).size == (1240, 1754)
    sent = use(clerk, template).json()["id"]
    with city.house.database.transaction() as session:
        frozen = document(session, agreement(session, UUID(sent)).documents[0])
    assert looked["documents"][0]["pages"][0]["picture"] == f"/api/documents/{frozen.digest}/pages/1.png"
    assert looked["parties"][0] == {
        "party": OWNER.name,
        "person": OWNERS_REPRESENTATIVE.name,
        "capacity_zh": "甲方签字人",
        "capacity_en": "party A",
        "stamp": None,
    }


def test_a_field_holds_text_and_never_markup_nor_another_field(clerk: httpx.Client, template: str) -> None:
    fields = {"项目名称": "{合同价}#sys.inputs", "合同价": "1"}
    sent = use(clerk, template, fields=fields).json()["id"]
    assert clerk.get(f"/api/agreements/{sent}").json()["title"] == "{合同价}#sys.inputs设计合同"


def test_a_template_over_a_pdf_keeps_marks_steps_and_the_time_to_sign(
    city: QuietCity, clerk: httpx.Client
) -> None:
    placed = {**ROLES[0], "place": {"page": 0, "left": 100, "bottom": 200}}
    roles = [placed, {**ROLES[1], "step": 2, "seal": "contract"}, {**ROLES[2], "step": 2}]
    made = kept(clerk, content=small_pdf(), title="补充协议", roles=roles, hours=5)
    sent = UUID(use(clerk, made, fields={}).json()["id"])
    with city.house.database.transaction() as session:
        found = agreement(session, sent)
    first, second, third = found.manifest.slots
    assert [place.left for place in first.places] == [100]
    assert second.mark.caption == "合同专用章"
    assert [found.manifest.group(each.group).step for each in (first, second, third)] == [1, 2, 2]
    assert round((found.expires_at - found.created_at).total_seconds() / 3600) == 5


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"takings": TAKINGS[:2]}, (409, "roles-miscounted")),
        ({"takings": [{}, TAKINGS[1], {}]}, (409, "role-untaken")),
        ({"takings": [{"organization": OWNER.uscc.text}, TAKINGS[1], {}]}, (409, "role-untaken")),
        (
            {"takings": [{**TAKINGS[0], "person": "无此人"}, TAKINGS[1], {}]},
            (409, "signer-not-in-office"),
        ),
        ({"takings": [TAKINGS[0], {"organization": "9199"}, {}]}, (409, "identifier-malformed")),
        ({"fields": {"项目名称": "甲"}}, (409, "text-empty")),
        ({"fields": {**FIELDS, "别的": "甲"}}, (409, "field-unknown")),
        ({"fields": {**FIELDS, "项目名称": "甲\n乙"}}, (409, "hidden-character")),
        ({"fields": {**FIELDS, "项目名称": "甲" * 150}}, (409, "text-too-long")),
        ({"fields": {**FIELDS, "合同价": "😀"}}, (409, "glyph-missing")),
        ({"version": 2}, (409, "template-changed")),
    ],
)
@pytest.mark.parametrize("door", ["previews", "agreements"])
def test_what_does_not_fit_is_refused_by_name(
    clerk: httpx.Client, template: str, door: str, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    before = clerk.get("/api/agreements").json()
    answer = use(clerk, template, door=door, **changes)
    assert problem(answer) == expected
    assert answer.json()["zh"].endswith("。")
    assert clerk.get("/api/agreements").json() == before


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"roles": []}, (409, "slot-count-wrong")),
        ({"roles": [ROLES[0], ROLES[0]]}, (409, "role-repeated")),
        ({"roles": [{**ROLES[0], "step": 2}]}, (409, "groups-wrong")),
        ({"roles": [{**ROLES[0], "kind": "qualification"}]}, (409, "stamp-misplaced")),
        ({"roles": [{**STAMPED, "kind": "person"}]}, (409, "stamp-misplaced")),
        ({"roles": [{**STAMPED, "authorization": UNKNOWN}]}, (404, "authorization-unknown")),
        ({"roles": [{**ROLES[0], "organization": "9199"}]}, (409, "identifier-malformed")),
        ({"slots": "{"}, (422, "slots-malformed")),
        ({"title": "{项目"}, (409, "field-malformed")),
        ({"title": "{项目：甲}"}, (409, "field-malformed")),
        ({"title": "{" + "甲" * 21 + "}"}, (409, "field-malformed")),
        ({"text": "".join(f"{{栏{number}}}" for number in range(21))}, (409, "too-many-fields")),
        ({"text": "😀"}, (409, "glyph-missing")),
        ({"text": " \n "}, (409, "text-empty")),
        ({"hours": 0}, (409, "hours-wrong")),
        ({"name": " "}, (409, "text-empty")),
        ({"text": ""}, (409, "document-missing")),
        ({"content": b"%PDF-1.7 cut off"}, (409, "document-broken")),
        (
            {
                "content": small_pdf(),
                "roles": [{**ROLES[0], "place": {"page": 9, "left": 0, "bottom": 0}}],
            },
            (409, "box-outside-page"),
        ),
        (
            {"content": small_pdf(pages=1), "roles": [{**ROLES[1], "perforated": True}]},
            (409, "perforation-needs-pages"),
        ),
        ({"content": small_pdf(), "roles": [ELSEWHERE]}, (409, "marked-document-missing")),
        ({"roles": [ELSEWHERE]}, (409, "marked-document-missing")),
        ({"roles": [{**ROLES[0], "perforated": True}]}, (409, "perforation-needs-seal")),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(
    clerk: httpx.Client, form: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert problem(keep(clerk, **form)) == expected


def test_no_transaction_is_open_while_the_marks_are_rehearsed(
    city: QuietCity, clerk: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is rehearsed may be ten PDFs that take seconds each."""
    open_ones: list[int] = []

    def looking(*seen: Any, **more: Any) -> None:
        open_ones.append(city.house.database.engine.pool.checkedout())  # type: ignore[attr-defined]  # QueuePool
        rehearse_marks(*seen, **more)

    monkeypatch.setattr("api.routes.agreement_templates.rehearse_marks", looking)
    kept(clerk, content=small_pdf())
    assert open_ones == [0]


def test_a_new_version_stands_beside_the_old_one_and_is_used_from_then_on(
    clerk: httpx.Client,
) -> None:
    template = kept(clerk)
    first = use(clerk, template).json()["id"]
    changed = keep(clerk, to=f"/api/templates/{template}/versions", title="新版{项目名称|project}", text="")
    assert (changed.status_code, changed.json()["version"]) == (201, 2)
    assert clerk.get(f"/api/templates/{template}").json()["content"]["text"] == TEXT
    assert problem(use(clerk, template)) == (409, "template-changed")
    second = use(clerk, template, version=2).json()["id"]
    titles = [clerk.get(f"/api/agreements/{each}").json()["title"] for each in (first, second)]
    assert titles == ["滨河社区活动中心设计合同", "新版滨河社区活动中心"]


def test_a_new_version_without_a_file_keeps_the_pdf_of_the_one_before(clerk: httpx.Client) -> None:
    template = kept(clerk, content=small_pdf(mark="kept"), title="补充协议")
    before = clerk.get(f"/api/templates/{template}").json()["documents"]
    keep(clerk, to=f"/api/templates/{template}/versions", title="补充协议二", text="")
    after = clerk.get(f"/api/templates/{template}").json()
    assert (after["version"], after["documents"]) == (2, before)


@pytest.mark.usefixtures("template")
def test_the_database_refuses_to_change_a_version(city: QuietCity) -> None:
    with pytest.raises(DBAPIError, match="never changed"), city.house.database.transaction() as session:
        session.execute(text("UPDATE agreement_template_versions SET content = '{}'"))


def test_a_retired_template_starts_nothing_and_is_changed_no_more(clerk: httpx.Client) -> None:
    template = kept(clerk)
    clerk.post(f"/api/templates/{template}/retirement").raise_for_status()
    assert problem(use(clerk, template)) == (409, "template-retired")
    assert problem(keep(clerk, to=f"/api/templates/{template}/versions")) == (409, "template-retired")
    assert clerk.get("/api/templates").json()[-1]["retired_at"] is not None


def test_a_template_of_another_firm_is_answered_like_one_that_does_not_exist(
    city: QuietCity, template: str
) -> None:
    other = enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)
    answers = [other.get(f"/api/templates/{each}") for each in (template, UNKNOWN)]
    assert answers[0].status_code == 404
    assert answers[0].json() == answers[1].json()
    assert template not in other.get("/api/templates").text
    assert problem(use(other, template)) == (404, "template-unknown")


def test_a_proposal_is_kept_as_a_template_as_it_was_sent(clerk: httpx.Client) -> None:
    """The form that starts an agreement sends the same slots to the door of templates."""

    template = kept(clerk, content=small_pdf(), title="联合申请", roles=SLOTS)
    sent = use(clerk, template, takings=[{}, {}, {}], fields={}).json()["id"]
    straight = started(clerk, title="联合申请")
    shown = [clerk.get(f"/api/agreements/{each}").json()["slots"] for each in (sent, straight)]
    assert shown[0] == shown[1]


def test_the_pages_of_templates_answer(clerk: httpx.Client, template: str) -> None:
    html = {"accept": "text/html"}
    for path in ("", "/new", f"/{template}", f"/{template}/change"):
        answer = clerk.get(f"/templates{path}", headers=html)
        assert answer.status_code == 200, path
    assert "合同价" in clerk.get(f"/templates/{template}", headers=html).text


@pytest.mark.usefixtures("template")
def test_each_way_of_signing_that_the_page_offers_can_be_kept(clerk: httpx.Client) -> None:
    shown = clerk.get("/templates/new", headers={"accept": "text/html"}).text
    offered = set(re.findall(r'<option value="([^"]+)" data-names=', shown))
    assert offered == set(SlotKind)
    for kind in offered:
        kept(clerk, roles=[STAMPED if kind == SlotKind.QUALIFICATION else {**ROLES[0], "kind": kind}])
