"""Face scans at the doors, on real faces: who passes, who is refused by which name, and only once."""

import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from PIL import Image, ImageFilter

from api.demonstration.camera import Camera, Performer, Photograph
from api.demonstration.people import ENGINEER, LEGAL_REPRESENTATIVE
from api.house import House
from api.site import Site
from identity.challenge_rows import ChallengeRow
from identity.pool import ScanPool, ScansBusy
from tests.api.newcomers import (
    NO_FILM,
    Film,
    Newcomer,
    arrive,
    arrive_enrolled,
    challenge,
    clerk,
    granted,
    requested,
    scan,
    send_frames,
)
from tests.film_clock import FilmClock


@pytest.fixture(autouse=True)
def no_scan_runs(house: House) -> None:
    """What the test before left open holds no place."""
    for held in [*house.open_scans._held.values()]:
        held.close()


@pytest.fixture
def newcomer(site: Site, house: House) -> Newcomer:
    """An enrolled person with no failed scans."""
    return arrive_enrolled(site, house)


@pytest.fixture
def request_id(site: Site, house: House, newcomer: Newcomer) -> str:
    """A request that waits for the newcomer's answer."""
    return requested(site, house, newcomer)


def changed(change: Callable[[Image.Image], Image.Image]) -> Film:
    """The engineer at rest, each frame changed alike."""
    return Film([_encoded(change(Image.open(file))) for file in ENGINEER.clip("neutral")[:8]])


def _encoded(image: Image.Image, kind: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def with_a_second_face(frame: Image.Image) -> Image.Image:
    both = Image.new("RGB", (960, 480))
    both.paste(frame, (0, 0))
    both.paste(Image.open(LEGAL_REPRESENTATIVE.clip("neutral")[0]), (480, 0))
    return both


def from_afar(frame: Image.Image) -> Image.Image:
    wall = Image.new("RGB", (480, 480), "#8a8f94")
    wall.paste(frame.resize((120, 120)), (180, 180))
    return wall


REFUSED_FILMS: dict[str, Callable[[], Camera]] = {
    "no-face": lambda: changed(lambda frame: Image.new("RGB", frame.size, "#8a8f94")),
    "two-faces": lambda: changed(with_a_second_face),
    "face-too-small": lambda: changed(from_afar),
    "image-blurred": lambda: changed(lambda frame: frame.filter(ImageFilter.GaussianBlur(8))),
    "image-too-large": lambda: Film([_encoded(Image.new("L", (65_000, 10)), "PNG")]),
    "image-kind-refused": lambda: NO_FILM,
}


def test_the_right_person_doing_the_steps_grants_the_authorization(
    house: House, newcomer: Newcomer, request_id: str
) -> None:
    asked = challenge(newcomer, request_id)
    answer = scan(house, newcomer, asked["challenge"], Performer(ENGINEER))
    assert answer.json()["passed"] == {
        "action": "authorize",
        "state": "granted",
        "next": f"/authorizations/{request_id}",
    }


@pytest.mark.parametrize(
    ("before", "code"),
    [(Performer(LEGAL_REPRESENTATIVE), "another-face"), (Photograph(ENGINEER), "still-image")],
    ids=["another", "photograph"],
)
def test_who_is_not_the_person_is_refused(
    *, house: House, newcomer: Newcomer, request_id: str, before: Camera, code: str
) -> None:
    asked = challenge(newcomer, request_id)
    assert scan(house, newcomer, asked["challenge"], before).json()["title"] == code


@pytest.mark.parametrize("code", REFUSED_FILMS)
def test_frames_that_cannot_be_judged_are_refused_by_name(
    house: House, newcomer: Newcomer, request_id: str, code: str
) -> None:
    asked = challenge(newcomer, request_id)
    assert scan(house, newcomer, asked["challenge"], REFUSED_FILMS[code]()).json()["title"] == code


def test_a_refused_scan_uses_its_challenge_up(house: House, newcomer: Newcomer, request_id: str) -> None:
    asked = challenge(newcomer, request_id)
    scan(house, newcomer, asked["challenge"], NO_FILM)
    with house.database.transaction() as session:
        row = session.get_one(ChallengeRow, UUID(str(asked["challenge"])))
        assert (row.outcome, row.refusal) == ("failed", "image-kind-refused")


def test_a_refused_scan_leaves_the_request_as_it_was(
    house: House, newcomer: Newcomer, request_id: str
) -> None:
    scan(house, newcomer, challenge(newcomer, request_id)["challenge"], NO_FILM)
    assert newcomer.http.get(f"/api/authorizations/{request_id}").json()["state"] == "requested"


def test_frames_sent_again_are_answered_as_before(newcomer: Newcomer, request_id: str) -> None:
    asked = challenge(newcomer, request_id)
    first, again = (
        send_frames(newcomer, asked["challenge"], Performer(ENGINEER), 0, [0, 120]) for _ in range(2)
    )
    assert (first.status_code, first.json()) == (200, again.json())


def test_a_refusal_asked_for_again_is_the_same_one(newcomer: Newcomer, request_id: str) -> None:
    asked = challenge(newcomer, request_id)
    answers = [send_frames(newcomer, asked["challenge"], NO_FILM, 0, [0]).json() for _ in range(2)]
    assert [(each["title"], each["judged"]) for each in answers] == [("image-kind-refused", True)] * 2


def test_a_scan_that_passed_takes_no_further_frames(
    house: House, newcomer: Newcomer, request_id: str
) -> None:
    asked = challenge(newcomer, request_id)
    scan(house, newcomer, asked["challenge"], Performer(ENGINEER))
    answer = send_frames(newcomer, asked["challenge"], Performer(ENGINEER), 99, [0])
    assert answer.json()["title"] == "challenge-used"


@pytest.mark.parametrize("number", [2, 7])
def test_frames_out_of_turn_are_refused(newcomer: Newcomer, request_id: str, number: int) -> None:
    asked = challenge(newcomer, request_id)
    send_frames(newcomer, asked["challenge"], Performer(ENGINEER), 0, [0])
    answer = send_frames(newcomer, asked["challenge"], Performer(ENGINEER), number, [120])
    assert answer.json()["title"] == "scan-not-open"


def test_frames_without_a_begin_are_refused(newcomer: Newcomer, request_id: str) -> None:
    asked = challenge(newcomer, request_id)
    answer = send_frames(newcomer, asked["challenge"], Performer(ENGINEER), 3, [0])
    assert answer.json()["title"] == "scan-not-open"


def test_a_scan_that_this_server_lost_is_not_begun_again(
    house: House, newcomer: Newcomer, request_id: str
) -> None:
    asked = challenge(newcomer, request_id)
    with house.database.transaction() as session:
        session.get_one(ChallengeRow, UUID(str(asked["challenge"]))).begun_at = house.clock.now()
    answer = send_frames(newcomer, asked["challenge"], Performer(ENGINEER), 0, [0])
    assert answer.json()["title"] == "challenge-begun"


def test_a_clip_sent_at_once_is_refused(house: House, newcomer: Newcomer, request_id: str) -> None:
    """No time passes between the requests, and the page claims three seconds."""
    asked, clock = challenge(newcomer, request_id), house.open_scans.clock
    assert isinstance(clock, FilmClock)
    with clock.held():
        send_frames(newcomer, asked["challenge"], Performer(ENGINEER), 0, [0])
        times = range(1_000, 3_400, 100)
        answer = send_frames(newcomer, asked["challenge"], Performer(ENGINEER), 1, times)
    assert answer.json()["title"] == "frames-out-of-time"


def test_a_server_that_was_busy_costs_no_scan(
    house: House, newcomer: Newcomer, request_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, clock, real = challenge(newcomer, request_id), house.open_scans.clock, ScanPool.advance
    assert isinstance(clock, FilmClock)

    def busy(*_: object) -> None:
        clock.advance(timedelta(seconds=20))
        raise ScansBusy

    times, titles = range(360, 840, 120), []
    with clock.held():
        send_frames(newcomer, asked["challenge"], Performer(ENGINEER), 0, [0, 120, 240])
        for advance in (busy, real):
            monkeypatch.setattr(ScanPool, "advance", advance)
            answer = send_frames(newcomer, asked["challenge"], Performer(ENGINEER), 1, times)
            titles.append(answer.json().get("title"))
    assert titles == ["scans-busy", None]


def test_frames_that_come_too_late_end_the_scan_and_are_no_failure(
    house: House, newcomer: Newcomer, request_id: str
) -> None:
    asked, clock = challenge(newcomer, request_id), house.open_scans.clock
    assert isinstance(clock, FilmClock)
    with clock.held():
        send_frames(newcomer, asked["challenge"], Performer(ENGINEER), 0, [0])
        clock.advance(timedelta(seconds=9))
        late = send_frames(newcomer, asked["challenge"], Performer(ENGINEER), 1, [120])
    assert (late.json()["title"], "judged" in late.json()) == ("frames-too-late", False)
    assert outcome(house, asked) is None


def outcome(house: House, asked: dict[str, object]) -> str | None:
    with house.database.transaction() as session:
        return session.get_one(ChallengeRow, UUID(str(asked["challenge"]))).outcome


def test_an_expired_challenge_is_refused(house: House, newcomer: Newcomer, request_id: str) -> None:
    asked = challenge(newcomer, request_id)
    with house.database.transaction() as session:
        row = session.get_one(ChallengeRow, UUID(str(asked["challenge"])))
        row.expires_at = house.clock.now() - timedelta(seconds=1)
    assert scan(house, newcomer, asked["challenge"], NO_FILM).json()["title"] == "challenge-expired"


def test_consent_withdrawn_while_the_scan_runs_ends_it(
    house: House, newcomer: Newcomer, request_id: str
) -> None:
    asked = challenge(newcomer, request_id)
    before = Withdrawing(newcomer)
    assert scan(house, newcomer, asked["challenge"], before).json()["title"] == "consent-withdrawn"


class Withdrawing(Performer):
    """Does the steps, and withdraws consent at the first."""

    def __init__(self, newcomer: Newcomer) -> None:
        super().__init__(ENGINEER)
        self._newcomer = newcomer
        self._withdrawn = False

    def perform(self, step: str | None, at_ms: int) -> None:
        if step is not None and not self._withdrawn:
            self._withdrawn = True
            self._newcomer.http.delete("/api/people/me/consents/face").raise_for_status()
        super().perform(step, at_ms)


def test_another_persons_challenge_is_refused(
    site: Site, house: House, newcomer: Newcomer, request_id: str
) -> None:
    asked = challenge(newcomer, request_id)
    stranger = arrive_enrolled(site, house)
    answers = [send_frames(stranger, asked["challenge"], NO_FILM, 0, [0])]
    send_frames(newcomer, asked["challenge"], Performer(ENGINEER), 0, [0])
    answers.append(send_frames(stranger, asked["challenge"], Performer(ENGINEER), 1, [120]))
    assert [each.json()["title"] for each in answers] == ["challenge-of-another"] * 2


@pytest.mark.parametrize(
    "times", ["", "{}", "[]", "[0, 1.5]", '["0"]', "[0, true]", "[1" + "0" * 30 + "]", "[-1]", "[" * 100_000]
)
def test_times_that_are_no_milliseconds_are_refused(newcomer: Newcomer, request_id: str, times: str) -> None:
    answer = newcomer.http.post(
        f"/api/challenges/{challenge(newcomer, request_id)['challenge']}/frames",
        files=[("frames", ("0.jpg", b"x", "image/jpeg"))] * 2,
        data={"times": times or "nothing", "number": "0"},
    )
    assert answer.json()["title"] == "clip-broken"


def test_after_five_failures_the_face_is_no_way_any_more(newcomer: Newcomer, request_id: str) -> None:
    for _ in range(5):
        send_frames(newcomer, challenge(newcomer, request_id)["challenge"], NO_FILM, 0, [0])
    assert challenge(newcomer, request_id)["title"] == "too-many-failures"


def test_asking_again_gives_the_same_challenge_until_its_scan_begins(
    newcomer: Newcomer, request_id: str
) -> None:
    ids = [challenge(newcomer, request_id)["challenge"] for _ in range(6)]
    assert set(ids) == {ids[0]}
    send_frames(newcomer, ids[0], Performer(ENGINEER), 0, [0])
    assert challenge(newcomer, request_id)["challenge"] != ids[0]


def test_the_challenge_tells_a_minute_and_no_step(newcomer: Newcomer, request_id: str) -> None:
    asked = challenge(newcomer, request_id)
    assert (asked["seconds"], asked["action"]) == (60, "authorize")
    assert "steps" not in asked


def test_a_step_is_told_when_it_is_asked(newcomer: Newcomer, request_id: str) -> None:
    asked = challenge(newcomer, request_id)
    answer = send_frames(newcomer, asked["challenge"], Performer(ENGINEER), 0, [0, 120, 240]).json()
    assert (answer["step"], answer["number"], answer["passed"]) == (None, 0, None)
    assert answer["count"] in {2, 3}


def test_who_is_not_enrolled_gets_no_challenge(site: Site, house: House) -> None:
    stranger = arrive(site, house)
    assert challenge(stranger, requested(site, house, stranger))["title"] == "consent-missing"


def test_what_is_granted_already_gets_no_challenge(site: Site, house: House, newcomer: Newcomer) -> None:
    given = granted(site, house, newcomer)
    assert challenge(newcomer, str(given.id))["title"] == "authorization-already-granted"


def test_a_firm_gets_no_challenge(site: Site, house: House, request_id: str) -> None:
    answer = clerk(site, house).post(f"/api/authorizations/{request_id}/challenges")
    assert answer.json()["title"] == "not-yours"


def test_the_page_links_the_way_without_a_face(newcomer: Newcomer, request_id: str) -> None:
    page = newcomer.http.get(f"/authorizations/{request_id}").text
    link = f'<a class="quiet" href="/authorizations/{request_id}/other-route">不刷脸办理</a>'
    assert link in _scan_of(page)


def _scan_of(page: str) -> str:
    """The scan, without the words of its script."""
    return page.partition('id="scan"')[2].partition("<script")[0]
