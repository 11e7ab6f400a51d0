"""Authorizations at the doors: who asks, who sees, who answers, and that the page shows the exact text."""

import json
from datetime import datetime
from html.parser import HTMLParser

import httpx
import pytest

from api.demonstration.people import CONTRACTOR, ENGINEER, OWNER
from api.house import House
from api.site import Site
from evidence.digest import sha256
from tests.api.newcomers import Newcomer, arrive, arrive_enrolled, clerk, granted, request_body, requested


@pytest.fixture(scope="module")
def newcomer(site: Site, house: House) -> Newcomer:
    """A person who holds a qualification."""
    return arrive(site, house)


@pytest.fixture(scope="module")
def asking(site: Site, house: House) -> httpx.Client:
    """Somebody who acts for the contractor."""
    return clerk(site, house, CONTRACTOR)


@pytest.fixture
def request_id(site: Site, house: House, newcomer: Newcomer) -> str:
    """A request that waits for the newcomer's answer."""
    return requested(site, house, newcomer)


def test_a_firms_request_reaches_its_person(newcomer: Newcomer, request_id: str) -> None:
    mine = newcomer.http.get("/api/people/me/authorizations").json()
    assert (mine[0]["id"], mine[0]["state"]) == (request_id, "requested")


def test_a_firm_lists_what_it_asked_for(asking: httpx.Client, request_id: str) -> None:
    assert asking.get("/api/firm/authorizations").json()[0]["id"] == request_id


def test_the_digest_is_over_both_languages(newcomer: Newcomer, request_id: str) -> None:
    seen = newcomer.http.get(f"/api/authorizations/{request_id}").json()
    assert seen["digest"] == str(sha256(f"{seen['text_zh']}\n\n{seen['text_en']}\n".encode()))


def test_a_day_as_the_end_is_the_last_day(newcomer: Newcomer, request_id: str) -> None:
    seen = newcomer.http.get(f"/api/authorizations/{request_id}").json()
    assert seen["valid_until"] == "2034-12-31T16:00:00Z"  # midnight in the city


def test_a_time_as_the_end_is_taken_as_it_is(newcomer: Newcomer, asking: httpx.Client) -> None:
    body = request_body(newcomer, valid_until="2034-12-31T10:00:00+08:00")
    id_ = asking.post("/api/authorizations", json=body).json()["id"]
    assert asking.get(f"/api/authorizations/{id_}").json()["valid_until"] == "2034-12-31T02:00:00Z"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "别人"}, "qualification-unknown"),
        ({"registration_number": "T999999999"}, "qualification-unknown"),
        ({"citizen_number": ENGINEER.citizen_number.text}, "qualification-unknown"),
        ({"citizen_number": "990100198804120115"}, "check-digit-wrong"),
        ({"name": "林\0知远"}, "hidden-character"),
        ({"registration_number": "S\0990100001"}, "hidden-character"),
        ({"valid_until": "9999-12-31"}, "form-incomplete"),
        ({"valid_from": "0001-01-01"}, "form-incomplete"),
        ({"purpose": " "}, "text-empty"),
        ({"position": " "}, "text-empty"),
        ({"scope": "甲\u2028乙"}, "hidden-character"),
        ({"uses": 0}, "uses-out-of-range"),
        ({"uses": 101}, "uses-out-of-range"),
        ({"uses": "often"}, "form-incomplete"),
        ({"project": "甲\n同意授权"}, "hidden-character"),
        ({"valid_from": "2034-12-31", "valid_until": "2034-01-01"}, "authorization-validity-reversed"),
        ({"valid_from": "2020-01-01", "valid_until": "2020-12-31"}, "authorization-validity-past"),
        ({"valid_from": "2020-01-01"}, "authorization-validity-backdated"),
        ({"valid_until": "2040-01-01"}, "qualification-expired"),
        ({"valid_until": "soon"}, "form-incomplete"),
    ],
)
def test_a_request_that_cannot_stand_is_refused_by_name(
    newcomer: Newcomer, asking: httpx.Client, changes: dict[str, object], code: str
) -> None:
    assert asking.post("/api/authorizations", json=request_body(newcomer, **changes)).json()["title"] == code


def test_an_unknown_number_and_a_wrong_name_answer_alike(newcomer: Newcomer, asking: httpx.Client) -> None:
    wrong_name = asking.post("/api/authorizations", json=request_body(newcomer, name="别人"))
    unknown = asking.post("/api/authorizations", json=request_body(newcomer, registration_number="T0"))
    assert wrong_name.json() == unknown.json()


def test_a_person_cannot_ask(newcomer: Newcomer) -> None:
    answer = newcomer.http.post("/api/authorizations", json=request_body(newcomer))
    assert answer.json()["title"] == "not-yours"


@pytest.mark.parametrize("place", ["/api/authorizations/", "/authorizations/"])
def test_another_firms_request_is_unknown(site: Site, house: House, request_id: str, place: str) -> None:
    answer = clerk(site, house, OWNER).get(place + request_id)
    assert (answer.status_code, answer.json()["title"]) == (404, "authorization-unknown")


@pytest.mark.parametrize("place", ["/api/authorizations/", "/authorizations/"])
def test_another_persons_request_is_unknown(site: Site, house: House, request_id: str, place: str) -> None:
    assert arrive(site, house).http.get(place + request_id).json()["title"] == "authorization-unknown"


def test_a_refusal_tells_the_firm_the_reason(
    newcomer: Newcomer, asking: httpx.Client, request_id: str
) -> None:
    newcomer.http.post(f"/api/authorizations/{request_id}/refusal", json={"reason": "项目与本人专业不符"})
    seen = asking.get(f"/api/authorizations/{request_id}").json()
    assert (seen["state"], seen["reason"]) == ("refused", "项目与本人专业不符")


def test_a_refusal_is_an_entry_of_the_log(newcomer: Newcomer, request_id: str) -> None:
    refused = newcomer.http.post(f"/api/authorizations/{request_id}/refusal", json={"reason": ""}).json()
    assert refused["entry"] is not None


def test_a_refused_request_cannot_be_refused_again(newcomer: Newcomer, request_id: str) -> None:
    newcomer.http.post(f"/api/authorizations/{request_id}/refusal", json={})
    again = newcomer.http.post(f"/api/authorizations/{request_id}/refusal", json={})
    assert again.json()["title"] == "authorization-already-declined"


def test_another_person_cannot_refuse(site: Site, house: House, request_id: str) -> None:
    answer = arrive(site, house).http.post(f"/api/authorizations/{request_id}/refusal", json={})
    assert answer.json()["title"] == "authorization-unknown"


def test_a_granted_authorization_can_be_revoked(site: Site, house: House, newcomer: Newcomer) -> None:
    given = granted(site, house, newcomer)
    revoked = newcomer.http.post(f"/api/authorizations/{given.id}/revocation", json={}).json()
    assert (revoked["state"], revoked["end"]["entry"] > revoked["entry"]) == ("revoked", True)


def test_a_request_cannot_be_revoked_before_it_is_granted(newcomer: Newcomer, request_id: str) -> None:
    answer = newcomer.http.post(f"/api/authorizations/{request_id}/revocation", json={})
    assert answer.json()["title"] == "authorization-not-granted"


def test_a_grant_has_its_entry_and_says_how_far_it_is_anchored(
    site: Site, house: House, newcomer: Newcomer
) -> None:
    given = granted(site, house, newcomer)
    seen = newcomer.http.get(f"/api/authorizations/{given.id}").json()
    assert seen["anchoring"] in {"recorded", "checkpointed", "anchored"}


@pytest.mark.parametrize(("uses", "asked"), [(1, 1), (3, "3"), (None, "any")])
def test_a_form_says_how_often(
    newcomer: Newcomer, asking: httpx.Client, uses: int | None, asked: object
) -> None:
    body = request_body(newcomer, uses=asked)
    id_ = asking.post("/api/authorizations", json=body).json()["id"]
    assert asking.get(f"/api/authorizations/{id_}").json()["uses"] == uses


def test_the_firm_records_what_it_used_it_for_and_the_person_sees_it(
    site: Site, house: House, newcomer: Newcomer, asking: httpx.Client
) -> None:
    given = granted(site, house, newcomer, uses=2)
    path = f"/api/authorizations/{given.id}"
    first = asking.post(f"{path}/uses", json={"used_for": "第一标段投标"}).json()
    assert (first["state"], first["taken"]) == ("granted", 1)
    assert asking.post(f"{path}/uses", json={"used_for": "第二标段投标"}).json()["state"] == "used"
    used = newcomer.http.get(path).json()["used"]
    assert [(each["ordinal"], each["said"]) for each in used] == [(1, "第一标段投标"), (2, "第二标段投标")]
    assert "第二标段投标" in newcomer.http.get(f"/authorizations/{given.id}").text
    refused = asking.post(f"{path}/uses", json={"used_for": "第三标段投标"})
    assert refused.json()["title"] == "authorization-used"


def test_a_use_after_the_revocation_fails_and_the_firm_sees_why(
    site: Site, house: House, newcomer: Newcomer, asking: httpx.Client
) -> None:
    given = granted(site, house, newcomer, uses="any")
    newcomer.http.post(f"/api/authorizations/{given.id}/revocation", json={"reason": "项目变更"})
    used = asking.post(f"/api/authorizations/{given.id}/uses", json={"used_for": "投标"})
    assert used.json()["title"] == "authorization-revoked"
    page = asking.get(f"/authorizations/{given.id}").text
    assert "本人已于" in page
    assert "项目变更" in page


def test_question_and_answer_are_on_both_pages(
    newcomer: Newcomer, asking: httpx.Client, request_id: str
) -> None:
    path = f"/api/authorizations/{request_id}/questions"
    asked = newcomer.http.post(path, json={"question": "图纸会审由谁参加？"}).json()
    asking.post(f"{path}/{asked['number']}/answer", json={"answer": "由您本人参加。"}).raise_for_status()
    for visitor in (newcomer.http, asking):
        page = visitor.get(f"/authorizations/{request_id}").text
        assert "图纸会审由谁参加？" in page
        assert "由您本人参加。" in page


def test_who_is_asked_cannot_answer_the_own_question(newcomer: Newcomer, request_id: str) -> None:
    path = f"/api/authorizations/{request_id}/questions"
    newcomer.http.post(path, json={"question": "何时使用？"})
    assert newcomer.http.post(f"{path}/1/answer", json={"answer": "随时"}).json()["title"] == "not-yours"


class _Sheets(HTMLParser):
    """Collects the text of every article."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  the parser's own signature
        if tag == "article":
            self._inside = True
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "article"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[-1] += data


def sheets(page: str) -> list[str]:
    reader = _Sheets()
    reader.feed(page)
    return reader.texts


def test_the_page_shows_exactly_what_is_signed(newcomer: Newcomer, request_id: str) -> None:
    seen = newcomer.http.get(f"/api/authorizations/{request_id}").json()
    page = newcomer.http.get(f"/authorizations/{request_id}").text
    assert sheets(page) == [seen["text_zh"], seen["text_en"]]


def test_the_english_page_shows_the_english_text_first(newcomer: Newcomer, request_id: str) -> None:
    page = newcomer.http.get(
        f"/authorizations/{request_id}", headers={"cookie": _cookies(newcomer, "en")}
    ).text
    assert sheets(page)[0].startswith("Authorization to use a qualification")


def _cookies(newcomer: Newcomer, language: str) -> str:
    return "; ".join(
        f"{name}={value}" for name, value in (*newcomer.http.cookies.items(), ("language", language))
    )


def test_a_purpose_that_looks_like_markup_is_shown_as_text(newcomer: Newcomer, asking: httpx.Client) -> None:
    body = request_body(newcomer, purpose="<script>alert(1)</script>")
    id_ = asking.post("/api/authorizations", json=body).json()["id"]
    assert "<script>alert" not in newcomer.http.get(f"/authorizations/{id_}").text


def test_who_is_not_enrolled_is_led_to_the_enrollment_and_back(newcomer: Newcomer, request_id: str) -> None:
    page = newcomer.http.get(f"/authorizations/{request_id}").text
    assert f"/engineer/enrollment?back=/authorizations/{request_id}" in page


def test_who_is_enrolled_can_scan(site: Site, house: House) -> None:
    enrolled = arrive_enrolled(site, house)
    page = enrolled.http.get(f"/authorizations/{requested(site, house, enrolled)}").text
    assert 'id="scan"' in page


def test_the_firm_sees_the_text_and_no_camera(asking: httpx.Client, request_id: str) -> None:
    page = asking.get(f"/authorizations/{request_id}").text
    assert ("资格使用授权书" in page, 'id="scan"' in page) == (True, False)


def test_the_persons_page_names_what_waits(newcomer: Newcomer, request_id: str) -> None:
    assert f"/authorizations/{request_id}" in newcomer.http.get("/engineer").text


def test_the_form_proposes_a_validity_from_today(asking: httpx.Client, house: House) -> None:
    page = asking.get("/authorizations/new").text
    assert f'value="{house.clock.now().astimezone().date():%Y}-' in page


def test_times_carry_their_zone(newcomer: Newcomer, request_id: str) -> None:
    seen = newcomer.http.get(f"/api/authorizations/{request_id}").json()
    assert datetime.fromisoformat(seen["requested_at"]).tzinfo is not None


def test_a_letter_of_another_script_is_told_beside_the_text(newcomer: Newcomer, asking: httpx.Client) -> None:
    body = request_body(newcomer, project="Pаrk Plaza")
    id_ = asking.post("/api/authorizations", json=body).json()["id"]
    for visitor in (newcomer.http, asking):
        assert "“项目”的第 2 个字符“а”是西里尔字母（U+0430）" in visitor.get(f"/authorizations/{id_}").text


@pytest.mark.parametrize("key", ["purpose", "uses", "name"])
def test_a_field_that_is_sent_twice_is_refused(newcomer: Newcomer, asking: httpx.Client, key: str) -> None:
    body = json.dumps(request_body(newcomer, uses=1))
    twice = f'{body[:-1]}, "{key}": {json.dumps(request_body(newcomer, uses=100)[key])}}}'
    answer = asking.post(
        "/api/authorizations", content=twice, headers={"content-type": "application/json; charset=utf-8"}
    )
    assert (answer.status_code, answer.json()["title"]) == (422, "field-twice")


def test_a_field_that_is_sent_twice_deep_inside_is_refused(asking: httpx.Client) -> None:
    answer = asking.post(
        "/api/agreements",
        content='{"slots": [{"name": {"a": 1, "\\u0061": 2}}]}',
        headers={"content-type": "application/json"},
    )
    assert answer.json()["title"] == "field-twice"
