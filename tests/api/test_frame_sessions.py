"""What the session of a frame can do: read one agreement, ask for one scan, and nothing else."""

import hashlib
import json
import re
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from api.accounts import TokenRow
from api.demonstration.city import person_id
from api.demonstration.people import ENGINEER, OWNERS_REPRESENTATIVE
from api.embedding.embeddings import LATE, EmbeddingRow
from api.pages.embedded import FRAME_COOKIE
from evidence.digest import sha256
from identity import challenges
from identity.challenge_refusals import ChallengeUsed
from identity.challenges import Action, ChallengeId
from identity.people import PersonId
from signing.agreement_ends import decline
from signing.slot_texts import waiting
from signing.text_fields import LONGEST_TEXT
from tests.api.frames import IN_FRAME, SITE, Frame, address, opened, program_of, told
from tests.api.joint import post, sign, started
from tests.api.newcomers import give_face
from tests.api.test_slot_texts import ASKED, WRITTEN, ask
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf

NO_PICTURE: dict[str, Any] = {
    "files": [("frames", ("0.jpg", b"no picture", "image/jpeg"))],
    "data": {"times": json.dumps([0]), "number": "0"},
}


@pytest.fixture(scope="module")
def agreement(clerk: httpx.Client) -> str:
    """An agreement that nobody signs; tests only look at it."""
    return started(clerk)


@pytest.fixture(scope="module")
def program(city: QuietCity, clerk: httpx.Client) -> httpx.Client:
    """The software of the firm that starts agreements, whose site is registered."""
    assert clerk.post("/api/framing-origins", json={"origin": SITE}).status_code == 201
    return program_of(city, clerk)


@pytest.fixture(scope="module")
def enrolled(city: QuietCity) -> PersonId:
    """The engineer with a face to compare with."""
    with city.house.database.transaction() as session:
        me = person_id(session, ENGINEER)
    give_face(city.house, me)
    return me


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


@pytest.mark.usefixtures("enrolled")
def test_a_challenge_is_asked_for_this_slot_and_the_person_it_expects(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
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
    answer = frame.post(f"/challenges/{other.id}/frames", **NO_PICTURE)
    assert answer.json()["title"] == "challenge-asked-elsewhere"


def test_what_is_asked_in_a_frame_and_on_the_ordinary_page_never_meets(
    city: QuietCity,
    clerk: httpx.Client,
    program: httpx.Client,
    engineer: httpx.Client,
    enrolled: PersonId,
) -> None:
    """The firm opens its own address beside the signer's page: neither words nor challenges are shared."""
    mine = started(clerk, slots=[ASKED])
    first, second = (opened(city, address(program, mine, slot="1")) for _ in range(2))
    theirs = ["99999999999", "别处 1 号"]
    signer = ask(engineer, mine, texts=WRITTEN).json()["challenge"]
    framed = first.post("/challenges", json={"texts": theirs}).json()["challenge"]
    other = second.post("/challenges", json={"texts": WRITTEN}).json()["challenge"]
    assert len({signer, framed, other}) == 3
    for asked, answering in ((signer, first), (other, first), (framed, second)):
        answer = answering.post(f"/challenges/{asked}/frames", **NO_PICTURE)
        assert answer.json()["title"] == "challenge-asked-elsewhere"
    outside = engineer.post(f"/api/challenges/{framed}/frames", **NO_PICTURE)
    assert outside.json()["title"] == "challenge-asked-elsewhere"
    with city.house.database.transaction() as session:
        kept = [waiting(session, UUID(each)) for each in (signer, framed)]
        challenges.begin(session, ChallengeId(UUID(signer)), person=enrolled, clock=city.house.clock)
    assert [each and list(each.texts) for each in kept] == [WRITTEN, theirs]


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


def test_a_frame_whose_agreement_was_withdrawn_says_so_wherever_it_is_asked(
    city: QuietCity, clerk: httpx.Client, program: httpx.Client
) -> None:
    mine = started(program)
    frame = opened(city, address(program, mine))
    assert frame.get("/state").json() == {"event": "ready"}
    clerk.post(f"/api/agreements/{mine}/withdrawal", json={"reason": "撤回"}).raise_for_status()
    assert frame.get("/state").status_code == frame.get().status_code == 409
    assert (told(frame.get())["event"], told(frame.get())["code"]) == ("expired", "agreement-ended")


def test_what_was_asked_in_time_is_answered_and_seen_a_minute_later_and_nothing_is_asked_anew(
    city: QuietCity, program: httpx.Client, enrolled: PersonId
) -> None:
    mine = started(program)
    frame = opened(city, address(program, mine))
    asked = frame.post("/challenges").json()["challenge"]
    now = city.house.clock.now()
    expire(city, frame, now)
    assert frame.post("/challenges").json()["title"] == "embedding-expired"
    late = frame.post(f"/challenges/{asked}/frames", **NO_PICTURE).json()["title"]
    assert late not in ("embedding-expired", "challenge-asked-elsewhere")
    with city.house.database.transaction() as session, pytest.raises(ChallengeUsed):
        challenges.begin(session, ChallengeId(UUID(asked)), person=enrolled, clock=city.house.clock)
    sign(city.house, mine, "3", ENGINEER)
    assert told(frame.get())["event"] == "signed"
    expire(city, frame, now - LATE)
    assert told(frame.get())["code"] == "embedding-expired"


def expire(city: QuietCity, frame: Frame, at: datetime) -> None:
    """Let the fifteen minutes of ``frame`` have ended at ``at``."""
    id_ = UUID(frame.path.rpartition("/")[2])
    with city.house.database.transaction() as session:
        session.execute(update(EmbeddingRow).where(EmbeddingRow.id == id_).values(expires_at=at))


def test_a_document_that_was_altered_is_refused_within_the_frame(
    city: QuietCity, program: httpx.Client
) -> None:
    """What is no refusal of the person's, but of the evidence, is read where they sit too."""
    content = small_pdf(mark="altered")
    frame = opened(city, address(program, post(program, content=content).json()["id"]))
    digest = hashlib.sha256(content).hexdigest()
    (kept,) = (each for each in (city.house.folder / "objects").rglob("*") if each.name.endswith(digest[8:]))
    kept.chmod(0o600)
    kept.write_bytes(b"altered")
    answer = frame.get()
    assert (answer.status_code, told(answer)["code"]) == (422, "object-altered")
    assert f"frame-ancestors {SITE}" in answer.headers["content-security-policy"].split("; ")


@pytest.mark.usefixtures("enrolled")
def test_a_text_field_in_a_frame_takes_as_much_as_on_the_ordinary_page(
    city: QuietCity, program: httpx.Client, engineer: httpx.Client
) -> None:
    mine = started(program, slots=[ASKED])
    framed = opened(city, address(program, mine, slot="1")).get().text
    ordinary = engineer.get(f"/agreements/{mine}/slots/1").text
    longest = [re.findall(r'data-text required maxlength="([^"]*)"', each) for each in (framed, ordinary)]
    assert longest == [[str(LONGEST_TEXT)] * 2] * 2


def test_it_speaks_the_language_that_the_address_asks_for(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    answer = city.visitor.get(f"{address(program, agreement)}?lang=en", headers=IN_FRAME)
    kept = [each for each in answer.headers.get_list("set-cookie") if each.startswith("language=en")]
    assert [each for each in kept if "Partitioned" in each]
