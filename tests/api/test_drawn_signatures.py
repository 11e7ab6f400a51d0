"""A drawn signature at the door: it goes with the request for the challenge, strictly limited."""

import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from api.demonstration.city import person_id
from api.demonstration.people import ENGINEER, OWNERS_REPRESENTATIVE
from evidence.digest import sha256
from identity import challenges
from identity.challenges import Action
from signing.signature_images import drawn, image_of, keep
from tests.api.joint import SLOTS, started
from tests.api.newcomers import give_face
from tests.api.test_stamped_slots import OWN
from tests.journeys.chromium import CHROMIUM
from tests.quiet_city import QuietCity

ERASE = "/api/people/me/drawn-signatures"
STROKES = [[[10, 10], [600, 300]], [[700, 40], [900, 380]]]


def ask(http: httpx.Client, id_: str, drawing: Any = None) -> httpx.Response:
    return http.post(f"/api/agreements/{id_}/slots/1/challenges", json=drawing)


@pytest.fixture(scope="module")
def enrolled(city: QuietCity, engineer: httpx.Client) -> httpx.Client:
    """The engineer with a face to compare with."""
    with city.house.database.transaction() as session:
        me = person_id(session, ENGINEER)
    give_face(city.house, me)
    return engineer


@pytest.fixture(scope="module")
def opened(clerk: httpx.Client) -> str:
    return started(clerk, slots=[SLOTS[2]])


def test_the_board_is_offered_where_a_person_signs_and_nowhere_else(
    clerk: httpx.Client, enrolled: httpx.Client, opened: str
) -> None:
    stamped = started(clerk, slots=[OWN])
    pages = [enrolled.get(f"/agreements/{id_}/slots/1").text for id_ in (opened, stamped)]
    assert ["drawing.js" in page for page in pages] == [True, False]
    assert ask(enrolled, stamped, {"strokes": STROKES}).json()["title"] == "signature-image-misplaced"


def test_what_was_drawn_is_kept_under_its_challenge_and_another_drawing_is_another_challenge(
    city: QuietCity, enrolled: httpx.Client, opened: str
) -> None:
    asked = []
    for drawing in ({"strokes": STROKES}, {"typed": ENGINEER.name}, None):
        answer = ask(enrolled, opened, drawing)
        assert answer.status_code == 201, answer.text
        asked.append(UUID(answer.json()["challenge"]))
    with city.house.database.transaction() as session:
        kept = [image_of(session, each) for each in asked]
    assert len(set(asked)) == 3
    assert [each and (each.strokes, each.typed) for each in kept] == [
        (drawn(STROKES).strokes, ""),
        ((), ENGINEER.name),
        None,
    ]


@pytest.mark.parametrize("drawing", [{"strokes": STROKES}, {"typed": ENGINEER.name}])
def test_who_asks_again_with_the_same_drawing_is_asked_the_same(
    enrolled: httpx.Client, opened: str, drawing: dict[str, object]
) -> None:
    first, again = (ask(enrolled, opened, drawing).json()["challenge"] for _ in range(2))
    assert first == again


def test_a_person_erases_what_they_drew_and_nothing_of_anybody_else(
    city: QuietCity, clerk: httpx.Client, enrolled: httpx.Client
) -> None:
    mine = UUID(ask(enrolled, started(clerk, slots=[SLOTS[2]]), {"strokes": STROKES}).json()["challenge"])
    house, image = city.house, drawn(STROKES)
    with house.database.transaction() as session:
        other = person_id(session, OWNERS_REPRESENTATIVE)
        theirs = challenges.issue(
            session, person=other, action=Action.SIGN, subject=sha256(b"a slot"), clock=house.clock
        ).id
        keep(session, challenge=theirs, person=other, image=image, clock=house.clock)
    assert ERASE in enrolled.get("/engineer").text
    assert enrolled.delete(ERASE).json() == {"next": "/engineer"}
    with house.database.transaction() as session:
        assert (image_of(session, mine), image_of(session, theirs)) == (None, image)
    assert ERASE not in enrolled.get("/engineer").text
    assert clerk.delete(ERASE).status_code == httpx.codes.FORBIDDEN


@pytest.mark.parametrize(
    ("drawing", "status", "code"),
    [
        ({"strokes": [[[0, 0], [5000, 10]]]}, 409, "signature-image-unusable"),
        ({"strokes": []}, 409, "signature-image-unusable"),
        ({"typed": "别人"}, 409, "typed-name-differs"),
        ({"svg": "<svg/>"}, 422, None),
        ({"strokes": [[["a", 1]]]}, 422, None),
    ],
)
def test_what_is_no_signature_is_refused(
    enrolled: httpx.Client, opened: str, drawing: Any, status: int, code: str | None
) -> None:
    answer = ask(enrolled, opened, drawing)
    assert answer.status_code == status
    assert code in (None, answer.json()["title"])


@pytest.mark.browser
def test_strokes_are_drawn_taken_back_cleared_and_a_name_typed_instead(
    city: QuietCity, enrolled: httpx.Client, opened: str
) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(base_url=str(city.visitor.base_url))
        context.add_cookies(
            [
                {"name": name, "value": value, "url": str(city.visitor.base_url)}
                for name, value in enrolled.cookies.items()
            ]
        )
        page = context.new_page()
        page.goto(f"/agreements/{opened}/slots/1")
        page.get_by_text("手写签名（可不写）").click()
        board, body = page.locator("#drawing canvas"), page.locator("#scan-body")
        board.scroll_into_view_if_needed()
        box = board.bounding_box()
        assert box is not None
        for start, end in (((0.1, 0.5), (0.5, 0.8)), ((0.6, 0.2), (0.9, 0.7))):
            page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
            page.mouse.down()
            page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=5)
            page.mouse.up()
        assert len(drawn(json.loads(body.input_value())["strokes"]).strokes) == 2
        page.get_by_role("button", name="撤回一笔").click()
        assert len(json.loads(body.input_value())["strokes"]) == 1
        page.get_by_role("button", name="清除").click()
        expect(body).to_have_value("")
        page.get_by_label("或键入姓名").fill(ENGINEER.name)
        page.locator("#scan .demo summary").click()
        page.locator("#scan input[value=own]").check()
        with page.expect_request("**/challenges") as asking:
            page.locator("#scan .start").click()
        assert json.loads(asking.value.post_data or "") == {"typed": ENGINEER.name}
        browser.close()
