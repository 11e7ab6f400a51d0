"""Another keeper of a seal, from the firm's page to the scan's effect, and the way without a face."""

import httpx
import pytest

from api.demonstration.city import person_id
from api.demonstration.people import CONTRACTOR, ENGINEER, LEGAL_REPRESENTATIVE
from api.house import House
from api.policy import Role
from api.routes.scan_effects import take_effect
from evidence.digest import Digest
from identity.challenges import Action
from identity.members import Position, appoint
from identity.messages import Kind
from tests.api.joint import approval, enter, enter_as, started
from tests.api.test_agreement_notices import told
from tests.quiet_city import QuietCity


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["title"]


@pytest.fixture(scope="module")
def owner(city: QuietCity) -> httpx.Client:
    """The legal representative of the contractor, where the engineer works as a clerk by now."""
    with city.house.database.transaction() as session:
        engineer = person_id(session, ENGINEER)
        clock = city.house.clock
        appoint(session, uscc=CONTRACTOR.uscc, person=engineer, position=Position.CLERK, clock=clock)
    return enter(city, LEGAL_REPRESENTATIVE.name)


@pytest.fixture(scope="module")
def seal(owner: httpx.Client) -> str:
    return str(owner.get("/api/seals").json()[0]["id"])


def asked(owner: httpx.Client, seal: str, to: str = ENGINEER.name) -> dict[str, str]:
    answer = owner.post(f"/api/seals/{seal}/appointments", json={"to": to})
    assert answer.status_code == 201, answer.text
    written: dict[str, str] = answer.json()
    return written


def approved(house: House, written: dict[str, str]) -> str:
    shown = approval(house, LEGAL_REPRESENTATIVE, Action.APPOINT_KEEPER, Digest.parse(written["digest"]))
    with house.database.transaction() as session:
        return take_effect(session, house, shown).next


def test_who_is_to_keep_the_seal_must_act_for_the_firm(owner: httpx.Client, seal: str) -> None:
    for name in ("沈若华", LEGAL_REPRESENTATIVE.name):
        refused = owner.post(f"/api/seals/{seal}/appointments", json={"to": name})
        assert problem(refused) == (409, "keeper-not-in-office")
        assert name not in refused.text


def test_a_clerk_of_the_firm_learns_no_name_and_appoints_nobody(city: QuietCity, seal: str) -> None:
    desk = enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)
    refused = desk.post(f"/api/seals/{seal}/appointments", json={"to": ENGINEER.name})
    assert problem(refused) == (403, "not-yours")


def test_the_page_shows_the_exact_text_in_both_languages(owner: httpx.Client, seal: str) -> None:
    written = asked(owner, seal)
    shown = owner.get(f"{written['next']}?lang=zh").text
    for line in (*written["text_zh"].split("\n"), *written["text_en"].split("\n")):
        assert line.partition("：")[2] in shown
    assert "Appoint a seal" in owner.get(f"{written['next']}?lang=en").text
    owner.get("/firm?lang=zh")
    other = owner.get(f"{written['next']}/other-route")
    assert other.status_code == 200
    assert f"/api{written['next']}/cases" in other.text


def test_nobody_else_sees_or_approves_the_appointment(
    city: QuietCity, owner: httpx.Client, seal: str
) -> None:
    written = asked(owner, seal)
    stranger = enter(city, ENGINEER.name)
    for answer in (
        stranger.get(written["next"]),
        stranger.post(f"/api{written['next']}/challenges"),
        stranger.post(f"/api{written['next']}/cases"),
    ):
        assert answer.status_code == 404


def test_without_a_face_an_officer_is_shown_the_same_text(owner: httpx.Client, seal: str) -> None:
    written = asked(owner, seal)
    opened = owner.post(f"/api{written['next']}/cases")
    assert opened.status_code == 201
    case = owner.get(opened.json()["next"])
    assert "示范建设集团有限公司 公章" in case.text
    assert owner.delete(f"/api/cases/{opened.json()['id']}").json()["state"] == "withdrawn"


def test_a_passed_scan_hands_the_seal_over_with_what_waits_for_it(
    city: QuietCity, clerk: httpx.Client, owner: httpx.Client, seal: str
) -> None:
    id_ = started(clerk)
    assert problem(owner.post(f"/api{asked(owner, seal)['next']}/challenges")) == (409, "consent-missing")
    assert len(told(city, Kind.TURN, ENGINEER, id_)) == 1  # for the slot that names them
    assert approved(city.house, asked(owner, seal)) == f"/firm/seals/{seal}"
    assert any(f"/agreements/{id_}/slots/2" in text for text in told(city, Kind.TURN, ENGINEER, id_))
    shown = owner.get(f"/api/seals/{seal}").json()
    assert (shown["keeper"], shown["history"][-1]["action"]) == (ENGINEER.name, "entrusted")
    assert problem(owner.post(f"/api/agreements/{id_}/slots/2/challenges")) == (409, "not-the-keeper")
    keeper = enter(city, ENGINEER.name)
    waiting = keeper.post(f"/api/agreements/{id_}/slots/2/challenges")
    assert problem(waiting) == (409, "consent-missing")  # a face is all that is wanting
    assert "更换保管人" in keeper.get(f"/firm/seals/{seal}").text


def test_the_legal_representative_answers_for_the_seal_by_a_persons_account_too(
    city: QuietCity, seal: str
) -> None:
    with city.house.database.transaction() as session:
        person = person_id(session, LEGAL_REPRESENTATIVE)
    http = enter_as(city, Role.PERSON, person=person)
    for action, state in (("suspended", "suspended"), ("reinstated", "in-use")):
        answer = http.post(f"/api/seals/{seal}/steps", json={"action": action})
        assert answer.json()["state"] == state
