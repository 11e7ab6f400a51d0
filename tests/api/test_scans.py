"""Face scans at the doors, on real faces: who passes, who is refused by which name, and only once."""

import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from PIL import Image, ImageFilter

from api.demonstration.camera import hold_up_a_photograph, perform
from api.demonstration.people import ENGINEER, LEGAL_REPRESENTATIVE
from api.house import House
from api.site import Site
from identity.challenges import ChallengeRow
from tests.api.newcomers import (
    Newcomer,
    arrive,
    arrive_enrolled,
    challenge,
    clerk,
    granted,
    requested,
    send_clip,
)


@pytest.fixture
def newcomer(site: Site, house: House) -> Newcomer:
    """An enrolled person with no failed scans."""
    return arrive_enrolled(site, house)


@pytest.fixture
def request_id(site: Site, house: House, newcomer: Newcomer) -> str:
    """A request that waits for the newcomer's answer."""
    return requested(site, house, newcomer)


# The clips hold 15 frames a second; every second one is enough, and half the work.
def right_person(asked: dict[str, object]) -> tuple[bytes, ...]:
    return perform(ENGINEER, _steps(asked)).frames[::2]


def another_person(asked: dict[str, object]) -> tuple[bytes, ...]:
    return perform(LEGAL_REPRESENTATIVE, _steps(asked)).frames[::2]


def photograph(_: dict[str, object]) -> tuple[bytes, ...]:
    return hold_up_a_photograph(ENGINEER, frames=14).frames


def _steps(asked: dict[str, object]) -> tuple[str, ...]:
    steps = asked["steps"]
    assert isinstance(steps, list)
    return tuple(steps)


def changed(change: Callable[[Image.Image], Image.Image]) -> list[bytes]:
    """Fourteen frames of the engineer at rest, each changed alike."""
    return [_encoded(change(Image.open(file))) for file in ENGINEER.clip("neutral")[:14]]


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


REFUSED_CLIPS: dict[str, Callable[[], Sequence[bytes]]] = {
    "no-face": lambda: changed(lambda frame: Image.new("RGB", frame.size, "#8a8f94")),
    "two-faces": lambda: changed(with_a_second_face),
    "face-too-small": lambda: changed(from_afar),
    "image-blurred": lambda: changed(lambda frame: frame.filter(ImageFilter.GaussianBlur(8))),
    "image-too-large": lambda: [_encoded(Image.new("L", (65_000, 10)), "PNG")] * 14,
    "image-kind-refused": lambda: [b"GIF89a"] * 14,
    "clip-too-short": lambda: changed(lambda frame: frame)[:5],
}


def test_the_right_person_doing_the_steps_grants_the_authorization(
    newcomer: Newcomer, request_id: str
) -> None:
    asked = challenge(newcomer, request_id)
    answer = send_clip(newcomer, asked["challenge"], right_person(asked))
    assert answer.json() == {
        "action": "authorize",
        "state": "granted",
        "next": f"/authorizations/{request_id}",
    }


@pytest.mark.parametrize(
    ("film", "code"),
    [(another_person, "another-face"), (photograph, "still-image")],
    ids=["another", "photograph"],
)
def test_who_is_not_the_person_is_refused(
    newcomer: Newcomer, request_id: str, film: Callable[[dict[str, object]], Sequence[bytes]], code: str
) -> None:
    asked = challenge(newcomer, request_id)
    assert send_clip(newcomer, asked["challenge"], film(asked)).json()["title"] == code


@pytest.mark.parametrize("code", REFUSED_CLIPS)
def test_a_clip_that_cannot_be_judged_is_refused_by_name(
    newcomer: Newcomer, request_id: str, code: str
) -> None:
    asked = challenge(newcomer, request_id)
    assert send_clip(newcomer, asked["challenge"], REFUSED_CLIPS[code]()).json()["title"] == code


def test_a_refused_scan_uses_its_challenge_up(newcomer: Newcomer, request_id: str) -> None:
    asked = challenge(newcomer, request_id)
    send_clip(newcomer, asked["challenge"], [b"GIF89a"] * 14)
    again = send_clip(newcomer, asked["challenge"], right_person(asked))
    assert again.json()["title"] == "challenge-used"


def test_a_refused_scan_leaves_the_request_as_it_was(newcomer: Newcomer, request_id: str) -> None:
    send_clip(newcomer, challenge(newcomer, request_id)["challenge"], [b"GIF89a"] * 14)
    assert newcomer.http.get(f"/api/authorizations/{request_id}").json()["state"] == "requested"


def test_the_same_clip_sent_twice_at_once_passes_once(newcomer: Newcomer, request_id: str) -> None:
    asked = challenge(newcomer, request_id)
    frames = right_person(asked)
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda _: send_clip(newcomer, asked["challenge"], frames), range(2)))
    assert sorted(answer.json().get("title", "passed") for answer in answers) == ["challenge-used", "passed"]


def test_an_expired_challenge_is_refused(house: House, newcomer: Newcomer, request_id: str) -> None:
    asked = challenge(newcomer, request_id)
    with house.database.transaction() as session:
        row = session.get_one(ChallengeRow, UUID(str(asked["challenge"])))
        row.expires_at = house.clock.now() - timedelta(seconds=1)
    assert send_clip(newcomer, asked["challenge"], [b"x"]).json()["title"] == "challenge-expired"


def test_another_persons_challenge_is_refused(
    site: Site, house: House, newcomer: Newcomer, request_id: str
) -> None:
    asked = challenge(newcomer, request_id)
    answer = send_clip(arrive_enrolled(site, house), asked["challenge"], [b"x"])
    assert answer.json()["title"] == "challenge-of-another"


@pytest.mark.parametrize("times", ["", "{}", "[0, 1.5]", '["0"]', "[0, true]", "[" * 100_000])
def test_times_that_are_no_milliseconds_are_refused(newcomer: Newcomer, request_id: str, times: str) -> None:
    answer = newcomer.http.post(
        f"/api/challenges/{challenge(newcomer, request_id)['challenge']}/clip",
        files=[("frames", ("0.jpg", b"x", "image/jpeg"))] * 2,
        data={"times": times or "nothing"},
    )
    assert answer.json()["title"] == "clip-broken"


def test_after_five_failures_the_face_is_no_way_any_more(newcomer: Newcomer, request_id: str) -> None:
    for _ in range(5):
        send_clip(newcomer, challenge(newcomer, request_id)["challenge"], [b"x"])
    assert challenge(newcomer, request_id)["title"] == "too-many-failures"


def test_asking_again_gives_no_other_steps(newcomer: Newcomer, request_id: str) -> None:
    asked = [challenge(newcomer, request_id) for _ in range(6)]
    assert {(each["challenge"], _steps(each)) for each in asked} == {
        (asked[0]["challenge"], _steps(asked[0]))
    }


def test_the_challenge_names_two_steps_and_a_minute(newcomer: Newcomer, request_id: str) -> None:
    asked = challenge(newcomer, request_id)
    assert (len(_steps(asked)), asked["seconds"], asked["action"]) == (2, 60, "authorize")


def test_who_is_not_enrolled_gets_no_challenge(site: Site, house: House) -> None:
    stranger = arrive(site, house)
    assert challenge(stranger, requested(site, house, stranger))["title"] == "consent-missing"


def test_what_is_granted_already_gets_no_challenge(site: Site, house: House, newcomer: Newcomer) -> None:
    given = granted(site, house, newcomer)
    assert challenge(newcomer, str(given.id))["title"] == "authorization-already-granted"


def test_a_firm_gets_no_challenge(site: Site, house: House, request_id: str) -> None:
    answer = clerk(site, house).post(f"/api/authorizations/{request_id}/challenges")
    assert answer.json()["title"] == "not-yours"
