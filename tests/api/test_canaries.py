"""Nothing personal in the logs: canaries go through the doors, and every log is searched for them.

What is searched: all that this process and those it starts say, and the folder of logs. A fault whose words
quote what it was given is provoked too.
"""

import base64
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from api.demonstration.camera import Performer
from api.demonstration.people import ENGINEER, LEGAL_REPRESENTATIVE
from api.house import House
from api.site import Site
from identity.enrollment import EnrollmentRow, reference
from identity.people import person
from tests.api.newcomers import (
    NAME,
    PORTRAIT,
    Newcomer,
    arrive_enrolled,
    challenge,
    clerk,
    enroll,
    forget_faces,
    request_body,
    requested,
    scan,
    way_in,
)

TYPED = "金丝雀王小明"
"""A name that somebody types and nobody bears."""
NOT_A_NUMBER = "34052419800101001Y"


class Spilling(Exception):  # noqa: N818 - named by what it does
    """A fault whose words quote what it was given, as those of many libraries do."""


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What libraries say from warnings on, as the commands keep it (api.ending), and all that we say."""
    with caplog.at_level(logging.WARNING), caplog.at_level(logging.DEBUG, logger="yinxin"):
        yield caplog


def forms(value: bytes) -> set[str]:
    """How bytes may stand in a log: hexadecimal, base64, as Python writes them."""
    return {
        value.hex(),
        base64.b64encode(value).decode().rstrip("="),
        repr(value)[2:-1],
        str(list(value))[1:-1],
    }


@pytest.mark.slow
def test_nothing_personal_is_ever_logged(
    site: Site,
    house: House,
    heard: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    newcomer = arrive_enrolled(site, house)
    link = way_in(house, newcomer.account)
    _enroll(house, newcomer)
    canaries = _canaries(house, newcomer) | {TYPED, NOT_A_NUMBER, link.rsplit("/", 1)[1]}
    httpx.post(site.url + link).raise_for_status()
    _type_what_nobody_bears(site, house, newcomer)
    _scan(site, house, newcomer, monkeypatch)
    captured = capfd.readouterr()
    said = heard.text + captured.out + captured.err + _files(house.folder / "log")
    assert "unexpected Spilling" in said  # the fault was provoked, and what is logged is searched
    assert [canary[:40] for canary in canaries if canary and canary in said] == []


def _canaries(house: House, newcomer: Newcomer) -> set[str]:
    """What must not be told: who it is, their face in pixels and in numbers, what opens their session."""
    with house.database.transaction() as session:
        who = person(session, newcomer.id)
        template = reference(
            session, person=newcomer.id, model=house.scans.model, vault=house.vault, clock=house.clock
        )
        row = session.scalars(
            select(EnrollmentRow).where(
                EnrollmentRow.person == newcomer.id, EnrollmentRow.erased_at.is_(None)
            )
        ).one()
        sealed, wrapped = row.ciphertext or b"", row.wrapped_key or b""
    found = {NAME, who.citizen_number.text, newcomer.http.cookies["yinxin_session"]}
    frame = ENGINEER.clip("left")[7].read_bytes()
    for whole in (PORTRAIT, frame, template.value, sealed, wrapped):
        begin = len(whole) // 6 * 3  # a multiple of three, so that base64 of the whole has it too
        found |= forms(whole[begin : begin + 27])
    return found


def _type_what_nobody_bears(site: Site, house: House, newcomer: Newcomer) -> None:
    """Type names and numbers that are refused, in bodies, in addresses and as files."""
    firm = clerk(site, house)
    asking, json = "/api/authorizations", {"content-type": "application/json"}
    answers = [
        firm.post(asking, json=request_body(newcomer, name=TYPED)),
        firm.post(asking, json=request_body(newcomer, name=TYPED, valid_from=TYPED)),
        firm.post(asking, json=request_body(newcomer, citizen_number=NOT_A_NUMBER)),
        firm.post(asking, content=f'{{"name": "{TYPED}",'.encode(), headers=json),
        firm.post(f"/sign-in/{TYPED}{NOT_A_NUMBER}"),
    ]
    assert [answer.json()["title"] for answer in answers] == [
        "qualification-unknown",
        "form-incomplete",
        "identifier-malformed",
        "form-incomplete",
        "link-spent",
    ]


def _enroll(house: House, newcomer: Newcomer) -> None:
    """Send another's face, what is no picture under a name that tells, and one's own face."""
    forget_faces(house)
    door = "/api/people/me/enrollment"
    anothers = LEGAL_REPRESENTATIVE.portrait.read_bytes()
    no_picture = {"captures": (TYPED, b"GIF89a" + TYPED.encode(), "image/jpeg")}
    answers = [
        enroll(newcomer, anothers),
        newcomer.http.post(door, files=no_picture),
        newcomer.http.post(door, files={"document": (TYPED, PORTRAIT)}),
    ]
    titles = [answer.json()["title"] for answer in answers]
    assert titles == ["face-of-another", "image-kind-refused", "form-incomplete"]
    assert enroll(newcomer, PORTRAIT, document=PORTRAIT).status_code == 201


def _scan(site: Site, house: House, newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scan as another, and as oneself; have the comparison fail with words that quote the face."""
    for who in (LEGAL_REPRESENTATIVE, ENGINEER):
        request = requested(site, house, newcomer)
        scan(house, newcomer, challenge(newcomer, request)["challenge"], Performer(who))
    request = requested(site, house, newcomer)
    asked = challenge(newcomer, request)

    def spill(*given: object) -> object:
        raise Spilling(given, NAME, PORTRAIT)

    monkeypatch.setattr(type(house.scans), "advance", spill)
    answer = scan(house, newcomer, asked["challenge"], Performer(ENGINEER))
    assert answer.status_code == 500
    assert NAME not in answer.text


def _files(folder: Path) -> str:
    return "".join(file.read_text("utf-8", "replace") for file in folder.rglob("*") if file.is_file())
