"""The signing page in a frame: one slot, one address, one site, and nothing that the address would prove."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import delete, select, text, update

from api.api_keys import ApiKeyRow
from api.demonstration.city import person_id
from api.demonstration.people import ENGINEER, OWNER
from api.embedding.embeddings import ADDRESS_LIFE, FRAME_LIFE, EmbeddingRow
from api.embedding.framing_origins import FramingOriginRow
from api.pages.embedded import FRAME_COOKIE
from api.policy import Role
from tests.api.frames import IN_FRAME, SITE, address, asked, opened, program_of, told
from tests.api.joint import CLERK, enter, enter_as, sign, started
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


def alter(city: QuietCity, statement: Any) -> None:
    with city.house.database.transaction() as session:
        session.execute(statement)


# Asking for an address


def test_the_starter_gets_an_address_that_lives_five_minutes(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    answer = asked(program, agreement)
    body = answer.json()
    assert answer.status_code == 201
    assert body["url"].startswith(f"{city.house.settings.public_url}/embedded/{body['id']}/")
    with city.house.database.transaction() as session:
        row = session.scalars(select(EmbeddingRow).order_by(EmbeddingRow.expires_at.desc())).first()
        assert row
        assert row.expires_at - city.house.clock.now() <= ADDRESS_LIFE
        assert row.person == person_id(session, ENGINEER)


def test_the_table_holds_no_token(city: QuietCity, program: httpx.Client, agreement: str) -> None:
    path = address(program, agreement)
    frame = opened(city, path)
    with city.house.database.transaction() as session:
        rows = "\n".join(str(row) for row in session.execute(text("SELECT * FROM embeddings")))
    for token in (path.rpartition("/")[2], frame.token):
        assert token not in rows
        assert token.encode().hex() not in rows


def test_a_site_that_is_not_registered_gets_none(program: httpx.Client, agreement: str) -> None:
    answer = asked(program, agreement, origin="https://evil.example")
    assert (answer.status_code, answer.json()["title"]) == (403, "framing-origin-foreign")
    assert "https://evil.example" in answer.json()["en"]
    assert asked(program, agreement, origin="http://oa.example.com").status_code == 422


def test_a_site_of_another_firm_is_none_of_the_starters(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    other = enter_as(city, Role.FIRM, organization=OWNER.uscc)
    assert other.post("/api/framing-origins", json={"origin": "https://owner.example"}).status_code == 201
    assert asked(program, agreement, origin="https://owner.example").status_code == 403


def test_only_the_starter_gets_one(city: QuietCity, agreement: str) -> None:
    party = enter_as(city, Role.FIRM, organization=OWNER.uscc)
    party.post("/api/framing-origins", json={"origin": SITE})
    refused = asked(party, agreement)
    assert (refused.status_code, refused.json()["title"]) == (403, "embedding-not-the-starter")
    assert asked(enter(city, ENGINEER.name), agreement).json()["title"] == "not-yours"
    assert asked(city.visitor, agreement).json()["title"] == "sign-in-needed"


def test_there_is_none_for_what_cannot_be_signed(city: QuietCity, program: httpx.Client) -> None:
    fresh = started(program)
    assert asked(program, fresh, slot="9").json()["title"] == "slot-unknown"
    assert asked(program, str(uuid4())).json()["title"] == "agreement-unknown"
    sign(city.house, fresh, "3", ENGINEER)
    assert asked(program, fresh).json()["title"] == "slot-signed"


# Opening it


def test_the_address_opens_once_and_its_cookie_is_the_frames_alone(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    path = address(program, agreement)
    answer = city.visitor.get(path, headers=IN_FRAME)
    cookie = next(
        each for each in answer.headers.get_list("set-cookie") if each.startswith(f"{FRAME_COOKIE}=")
    )
    said = {part.strip() for part in cookie.split(";")[1:]}
    assert said == {
        "HttpOnly",
        "Secure",
        "SameSite=None",
        "Partitioned",
        f"Path={answer.headers['location']}",
        f"Max-Age={16 * 60}",
    }
    again = city.visitor.get(path, headers=IN_FRAME)
    assert (again.status_code, told(again)["code"]) == (403, "embedding-spent")
    assert "已经打开过" in again.text


def test_the_sheet_is_the_signing_page_with_nothing_around_it(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    frame = opened(city, address(program, agreement))
    shown = frame.get()
    assert shown.status_code == 200
    assert "签署" in shown.text
    assert told(shown)["event"] == "ready"
    assert (told(shown)["origin"], told(shown)["slot"]) == (SITE, "3")
    for gone in ('<header class="top">', "<nav", 'class="foot"', 'class="crumb"', "/decline", "/delegation"):
        assert gone not in shown.text
    ways = [each for each in re.findall(r"<a [^>]*>", shown.text) if 'class="skip"' not in each]
    outside = [each for each in ways if f'href="{frame.path}/' not in each]
    assert len(outside) < len(ways)
    assert [each for each in outside if 'target="_blank" rel="noopener"' not in each] == []
    assert frame.get("/pages/1.png").headers["content-type"] == "image/png"
    assert frame.get("/document.pdf").headers["content-disposition"].startswith("attachment")


def test_the_frame_is_shown_within_its_site_alone_and_every_other_page_nowhere(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    path = address(program, agreement)
    frame = opened(city, path)
    for answer in (frame.get(), city.visitor.get(path, headers=IN_FRAME)):
        assert f"frame-ancestors {SITE}" in answer.headers["content-security-policy"].split("; ")
    engineer = enter(city, ENGINEER.name)
    for other in ("/", f"/agreements/{agreement}", f"/agreements/{agreement}/slots/3", "/engineer", "/c"):
        answer = engineer.get(other, headers={"accept": "text/html"})
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], other
    for below in ("/state", "/pages/1.png"):
        assert "frame-ancestors 'none'" in frame.get(below).headers["content-security-policy"]


def test_outside_of_a_frame_it_does_not_open_and_is_not_spent(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    path = address(program, agreement)
    alone = city.visitor.get(path, headers={"sec-fetch-dest": "document", "accept": "text/html"})
    assert alone.status_code == 403
    assert "嵌入框" in alone.text
    assert "frame-ancestors 'none'" in alone.headers["content-security-policy"]
    assert opened(city, path).get().status_code == 200


def test_another_token_opens_nothing(city: QuietCity, program: httpx.Client, agreement: str) -> None:
    path, _, token = address(program, agreement).rpartition("/")
    wrong = city.visitor.get(f"{path}/{'x' * len(token)}", headers=IN_FRAME)
    nowhere = city.visitor.get(f"/embedded/{uuid4()}/{token}", headers=IN_FRAME)
    for answer in (wrong, nowhere):
        assert answer.status_code == 404
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert [each for each in (agreement, SITE, 'id="framed"') if each in answer.text] == []
    assert opened(city, f"{path}/{token}").get().status_code == 200


def test_an_address_that_waited_too_long_has_expired(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    path = address(program, agreement)
    alter(city, update(EmbeddingRow).values(expires_at=city.house.clock.now()))
    late = city.visitor.get(path, headers=IN_FRAME)
    assert late.status_code == 403
    assert (told(late)["event"], told(late)["code"]) == ("expired", "embedding-expired")
    assert "5 分钟" in late.text


def test_a_frame_that_stood_open_too_long_has_expired(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    frame = opened(city, address(program, agreement))
    assert 0 < int(told(frame.get())["seconds"]) <= FRAME_LIFE.total_seconds()
    alter(city, update(EmbeddingRow).values(expires_at=city.house.clock.now() - timedelta(seconds=1)))
    late = frame.get()
    assert (told(late)["event"], told(late)["code"]) == ("expired", "embedding-expired")
    assert "15 分钟" in late.text
    assert frame.post("/challenges").json()["title"] == "embedding-expired"


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (lambda now: update(ApiKeyRow).values(revoked_at=now), "embedding-key-revoked"),
        (
            lambda _: delete(FramingOriginRow).where(FramingOriginRow.origin == SITE),
            "framing-origin-foreign",
        ),
    ],
    ids=["key", "site"],
)
def test_with_the_key_or_the_site_addresses_and_open_frames_end(
    city: QuietCity, end: Callable[[Any], Any], code: str
) -> None:
    owner = enter(city, CLERK)
    owner.post("/api/framing-origins", json={"origin": SITE})
    http = program_of(city, owner)
    mine = started(http)
    frame, waiting = opened(city, address(http, mine)), address(http, mine)
    try:
        alter(city, end(city.house.clock.now()))
        for answer in (frame.get(), city.visitor.get(waiting, headers=IN_FRAME)):
            assert (answer.status_code, told(answer)["code"]) == (403, code)
        assert frame.post("/challenges").json()["title"] == code
    finally:
        alter(city, update(ApiKeyRow).values(revoked_at=None))
        owner.post("/api/framing-origins", json={"origin": SITE})


def test_a_browser_that_kept_no_cookie_reads_why(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    frame = opened(city, address(program, agreement))
    frame.token = ""
    answer = frame.get()
    assert (told(answer)["code"], "Cookie" in answer.text) == ("frame-unknown", True)
    assert (told(answer)["agreement"], told(answer)["slot"]) == ("", "")


def test_the_session_of_one_frame_opens_no_other(
    city: QuietCity, program: httpx.Client, agreement: str
) -> None:
    first, second = (opened(city, address(program, agreement)) for _ in range(2))
    first.token = second.token
    assert told(first.get())["code"] == "frame-unknown"
