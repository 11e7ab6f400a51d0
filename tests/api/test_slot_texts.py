"""Text fields at the doors: asked by the starter, written before the scan or at the counter, shown to all."""

import subprocess
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.demonstration.city import person_id
from api.demonstration.people import ENGINEER
from evidence.digest import sha256
from identity import challenges
from identity.challenge_refusals import ChallengeVoid
from identity.challenges import ChallengeId
from signing.agreements import agreement
from signing.assembly_jobs import AssemblyState
from signing.marks import Place, TextField
from signing.paper import PaperChanged, paper_of
from signing.slot_texts import waiting
from tests.api.counter_side import CONFIRM, code_for
from tests.api.joint import SLOTS, assembled, enter, post, started
from tests.api.newcomers import counter_officer
from tests.api.templates import ROLES, kept, use
from tests.api.test_drawn_signatures import STROKES, enrolled
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf

__all__ = ["enrolled"]  # a fixture

TELEPHONE = {"label": "联系电话", "width": 160, "place": {"page": 0, "left": 60, "bottom": 500}}
SITE = {"label": "开工地点", "width": 220, "place": {"page": 1, "left": 60, "bottom": 500}}
ASKED = {**SLOTS[2], "texts": [TELEPHONE, SITE]}
WRITTEN = ["13800000000", "示范路 18 号"]


@pytest.fixture(scope="module")
def opened(clerk: httpx.Client) -> str:
    return started(clerk, slots=[ASKED])


def ask(http: httpx.Client, id_: str, door: str = "challenges", **sent: Any) -> httpx.Response:
    return http.post(f"/api/agreements/{id_}/slots/1/{door}", json=sent)


def test_what_is_asked_stands_in_the_manifest(city: QuietCity, opened: str) -> None:
    with city.house.database.transaction() as session:
        (slot,) = agreement(session, UUID(opened)).manifest.slots
    assert slot.texts[0] == TextField(label="联系电话", width=160, place=Place(page=0, left=60, bottom=500))
    assert len(slot.texts) == 2


def test_the_page_asks_for_every_line_before_the_scan_and_at_the_counter(
    enrolled: httpx.Client, opened: str
) -> None:
    for page in ("", "/other-route"):
        shown = enrolled.get(f"/agreements/{opened}/slots/1{page}").text
        assert shown.count("data-text ") == 2
        assert "开工地点" in shown
    assert shown.count("data-takes-texts") == 1
    assert 'data-what="text"' in enrolled.get(f"/agreements/{opened}/slots/1").text


def test_the_page_says_before_it_is_written_who_will_see_it(enrolled: httpx.Client, opened: str) -> None:
    for language, readers in (
        ("en", ("parties and viewers", "copies and the issuing agency")),
        ("zh", ("各方和查阅人", "抄送对象和发证机关")),
    ):
        shown = enrolled.get(f"/agreements/{opened}/slots/1/other-route", params={"lang": language})
        assert [each in shown.text for each in readers] == [True, True]


def test_what_was_written_stays_under_its_challenge_and_who_writes_otherwise_is_asked_anew(
    city: QuietCity, enrolled: httpx.Client, opened: str
) -> None:
    """The challenge binds it: what was given once is never turned into an approval of other words."""
    other = ["13900000000", WRITTEN[1]]
    first, same, new = (
        UUID(ask(enrolled, opened, texts=texts, strokes=STROKES).json()["challenge"])
        for texts in (WRITTEN, WRITTEN, other)
    )
    assert (same == first, new == first) == (True, False)
    with city.house.database.transaction() as session:
        kept = [waiting(session, each) for each in (first, new)]
        assert [each and list(each.texts) for each in kept] == [WRITTEN, other]
        me, clock = person_id(session, ENGINEER), city.house.clock
        asked = challenges.challenge(session, ChallengeId(new), person=me, clock=clock)
        assert paper_of(session, asked).written == kept[1]
        with pytest.raises(PaperChanged):
            paper_of(session, replace(asked, content=sha256(b"other words")))
        with pytest.raises(ChallengeVoid):
            challenges.begin(session, ChallengeId(first), person=me, clock=clock)


def test_after_the_officer_confirmed_nothing_else_can_be_written(
    city: QuietCity, clerk: httpx.Client
) -> None:
    id_, engineer = started(clerk, slots=[ASKED]), enter(city, ENGINEER.name)
    officer = counter_officer(city.site, city.house)
    case = ask(engineer, id_, "cases", texts=WRITTEN).json()
    officer.http.post(f"/api/counter/cases/{case['id']}/confirmation", json=CONFIRM).raise_for_status()
    refused = ask(enter(city, ENGINEER.name), id_, "cases", texts=["13700000000", WRITTEN[1]])
    assert (refused.status_code, refused.json()["title"]) == (409, "case-texts-fixed")
    assert ask(engineer, id_, "cases", texts=WRITTEN).json()["id"] == case["id"]
    with city.house.database.transaction() as session:
        kept = waiting(session, UUID(case["id"]))
    assert kept is not None
    assert list(kept.texts) == WRITTEN


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ([], "texts-miscounted"),
        (WRITTEN[:1], "texts-miscounted"),
        (["", WRITTEN[1]], "text-empty"),
        (["13800000000\n", "x\ny"], "hidden-character"),
        (["😀", WRITTEN[1]], "glyph-missing"),
        (["字" * 50, WRITTEN[1]], "text-too-wide"),
    ],
)
@pytest.mark.parametrize("door", ["challenges", "cases"])
def test_what_cannot_stand_on_its_line_is_refused_and_not_repeated(
    enrolled: httpx.Client, opened: str, door: str, texts: list[str], code: str
) -> None:
    answer = ask(enrolled, opened, door, texts=texts)
    assert (answer.status_code, answer.json()["title"]) == (409, code)
    assert "示范路" not in answer.text


def test_who_is_asked_for_nothing_writes_nothing(clerk: httpx.Client, enrolled: httpx.Client) -> None:
    plain = started(clerk, slots=[SLOTS[2]])
    assert "writing.js" not in enrolled.get(f"/agreements/{plain}/slots/1").text
    assert ask(enrolled, plain, texts=WRITTEN).json()["title"] == "texts-miscounted"


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ({"label": " "}, (409, "text-empty")),
        ({"label": "字" * 21}, (409, "text-too-long")),
        ({"width": 3}, (409, "text-field-narrow")),
        ({"place": {"document": 1, "page": 0, "left": 0, "bottom": 0}}, (409, "marked-document-missing")),
        ({"width": "wide"}, (422, "slots-malformed")),
        ({"height": 3}, (422, "slots-malformed")),
    ],
)
def test_a_field_that_nobody_could_fill_is_refused(
    clerk: httpx.Client, field: dict[str, Any], code: tuple[int, str]
) -> None:
    answer = post(clerk, content=small_pdf(pages=2), slots=[{**SLOTS[2], "texts": [{**TELEPHONE, **field}]}])
    assert (answer.status_code, answer.json()["title"]) == code


def test_at_the_counter_the_same_is_written_shown_and_stands_in_the_sealed_pdf(
    city: QuietCity, clerk: httpx.Client
) -> None:
    house = city.house
    id_, engineer = started(clerk, slots=[ASKED]), enter(city, ENGINEER.name)
    officer = counter_officer(city.site, house)
    shown = clerk.get(f"/api/agreements/{id_}").json()["slots"][0]["texts"]
    assert shown == [{"label": "联系电话", "text": None}, {"label": "开工地点", "text": None}]
    case = ask(engineer, id_, "cases", texts=["13700000000", WRITTEN[1]]).json()
    assert ask(engineer, id_, "cases", texts=WRITTEN).json()["id"] == case["id"]
    assert "13800000000" in engineer.get(f"/cases/{case['id']}").text
    desk = f"/counter/cases/{case['id']}"
    assert [each in officer.http.get(desk).text for each in (*WRITTEN, "13700000000")] == [True, True, False]
    officer.http.post(f"/api/counter/cases/{case['id']}/confirmation", json=CONFIRM).raise_for_status()
    code = code_for(house, case["number"])
    engineer.post(f"/api/cases/{case['id']}/answer", json={"code": code}).raise_for_status()
    assert "13800000000" not in officer.http.get(desk).text  # the officer needs it no longer
    shown = clerk.get(f"/api/agreements/{id_}").json()["slots"][0]["texts"]
    assert [each["text"] for each in shown] == WRITTEN
    assert "13800000000" in clerk.get(f"/agreements/{id_}").text
    assert assembled(house, id_).state is AssemblyState.DONE
    content = clerk.get(f"/agreements/{id_}/signed.pdf").content
    said = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout
    assert [each in said.decode() for each in WRITTEN] == [True, True]


def test_a_template_keeps_the_fields_of_a_role(city: QuietCity, clerk: httpx.Client) -> None:
    roles = [{**ROLES[2], "texts": [TELEPHONE]}]
    made = kept(clerk, content=small_pdf(), title="补充协议", roles=roles, hours=5)
    assert "联系电话" in clerk.get(f"/templates/{made}/change").text
    sent = UUID(use(clerk, made, fields={}, takings=[{}]).json()["id"])
    with city.house.database.transaction() as session:
        (slot,) = agreement(session, sent).manifest.slots
    assert [each.label for each in slot.texts] == ["联系电话"]
