"""Finding a holder: one refusal for all that is not there, at even beats, and so many an hour."""

import httpx
import pytest

from api import even_answers
from api.house import House
from api.site import Site
from identity.attempts import MOST, Attempt
from tests.api.newcomers import Newcomer, arrive, clerk, request_body


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every wait that an answer was kept back for, in seconds, none of them waited."""
    waits: list[float] = []
    even = even_answers.even
    monkeypatch.setattr("api.finding.even", lambda: even(wait=waits.append))
    return waits


def from_address(firm: httpx.Client, address: str) -> httpx.Client:
    """Let a proxy on this computer say where the clerk is."""
    firm.headers["x-forwarded-for"] = address
    return firm


def missing(newcomer: Newcomer, other: Newcomer) -> list[dict[str, object]]:
    """Requests for a number that nobody has, a name that is another's, and somebody else's qualification."""
    return [
        request_body(newcomer, registration_number="T999999999"),
        request_body(newcomer, name="别人"),
        request_body(newcomer, citizen_number=other.citizen_number.text),
    ]


def test_who_is_not_there_and_who_differs_get_one_answer_at_one_beat(
    site: Site, house: House, waited: list[float]
) -> None:
    firm = from_address(clerk(site, house), "203.0.113.20")
    bodies = missing(arrive(site, house), arrive(site, house))
    answers = [firm.post("/api/authorizations", json=body) for body in bodies]
    assert {answer.json()["title"] for answer in answers} == {"qualification-unknown"}
    assert len({answer.content for answer in answers}) == 1
    assert len(waited) == 3
    assert all(0 < wait <= even_answers.BEAT_S for wait in waited)


def test_a_device_that_guesses_is_stopped_and_another_goes_on(
    site: Site, house: House, waited: list[float]
) -> None:
    newcomer = arrive(site, house)
    guessing = from_address(clerk(site, house), "203.0.113.21")
    wrong, right = request_body(newcomer, name="别人"), request_body(newcomer)
    for _ in range(MOST[Attempt.HOLDER].device):
        assert guessing.post("/api/authorizations", json=wrong).json()["title"] == "qualification-unknown"
    for body in (wrong, right):
        assert guessing.post("/api/authorizations", json=body).json()["title"] == "too-many-from-here"
    other = from_address(clerk(site, house), "203.0.113.21")
    assert other.post("/api/authorizations", json=right).status_code == 201
    assert len(waited) == MOST[Attempt.HOLDER].device + 2
