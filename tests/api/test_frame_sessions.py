"""What the session of a frame can do: read one agreement, ask for one scan, and nothing else."""

import json
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from api.accounts import TokenRow
from api.demonstration.city import person_id
from api.demonstration.people import ENGINEER, OWNERS_REPRESENTATIVE
from api.pages.embedded import FRAME_COOKIE
from evidence.digest import sha256
from identity import challenges
from identity.challenges import Action
from signing.agreement_ends import decline
from tests.api.frames import IN_FRAME, SITE, address, opened, program_of, told
from tests.api.joint import sign, started
from tests.api.newcomers import give_face
from tests.quiet_city import QuietCity


@pytest.fixture(scope="module")
def agreement(clerk: httpx.Client) -> str:
    """An agreement that nobody signs; tests only look at it."""
    return started(clerk)


@pytest.fixture(scope="module")
def program(city: QuietCity, clerk: httpx.Client) -> httpx.Client:
    """The software of the firm that starts agreements, whose site is registered."""
    assert clerk.post("/api/framing-origins", json={"origin": SITE}).status_code == 201
    return program_of(city, clerk)


def test_the_session_is_none_elsewhere(city: QuietCity, program: httpx.Client, agreement: str) -> None:
    frame = opened(city, address(program, agreement))
    for path in (f"/api/agreements/{agreement}", "/api/people/me", f"/agreements/{agreement}/slots/3"):
        answer = city.visitor.get(path, headers={"cookie": f"{FRAME_COOKIE}={frame.token}"})
        assert answer.json()["title"] == "sign-in-needed", path
    with city.house.database.transaction() as session:
        before = session.scalars(select(TokenRow.hash)).all()
    frame.get()
    with city.house.database.transaction() as session:
        assert session.scalars(select(TokenRow.hash)).all() == before


def test_a_challenge_is_asked_for_this_slot_and_the_person_it_expects(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    with city.house.database.transaction() as session:
        me = person_id(session, ENGINEER)
    give_face(city.house, me)
    frame = opened(city, address(program, agreement))
    answer = frame.post("/challenges", json={"typed": ENGINEER.name})
    assert answer.status_code == 201, answer.text
    assert answer.json()["action"] == "sign"


def test_frames_answer_no_other_challenge_of_the_person(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    frame = opened(city, address(program, agreement))
    with city.house.database.transaction() as session:
        other = challenges.issue(
            session,
            person=person_id(session, ENGINEER),
            action=Action.AUTHORIZE,
            subject=sha256(b"another text"),
            clock=city.house.clock,
        )
    answer = frame.post(
        f"/challenges/{other.id}/frames",
        files=[("frames", ("0.jpg", b"no picture", "image/jpeg"))],
        data={"times": json.dumps([0]), "number": "0"},
    )
    assert answer.json()["title"] == "challenge-for-another-subject"


def test_a_page_of_the_site_around_it_cannot_act_with_the_cookie(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    frame = opened(city, address(program, agreement))
    answer = frame.post("/challenges", headers={"origin": SITE})
    assert (answer.status_code, answer.json()["title"]) == (403, "origin-foreign")
    assert "access-control-allow-origin" not in frame.get(origin=SITE).headers


def test_a_slot_that_is_signed_or_declined_says_so(city: QuietCity, program: httpx.Client) -> None:
    mine = started(program)
    signs, declines = opened(city, address(program, mine)), opened(city, address(program, mine, slot="1"))
    sign(city.house, mine, "3", ENGINEER)
    assert signs.get("/state").json() == {"event": "signed"}
    assert told(signs.get())["event"] == "signed"
    with city.house.database.transaction() as session:
        decline(
            session,
            UUID(mine),
            "1",
            by=person_id(session, OWNERS_REPRESENTATIVE),
            reason="面积有误",
            keyring=city.house.keyring,
        )
    assert told(declines.get())["event"] == "declined"
    assert "面积有误" not in declines.get().text


def test_it_speaks_the_language_that_the_address_asks_for(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    answer = city.visitor.get(f"{address(program, agreement)}?lang=en", headers=IN_FRAME)
    kept = [each for each in answer.headers.get_list("set-cookie") if each.startswith("language=en")]
    assert [each for each in kept if "Partitioned" in each]
