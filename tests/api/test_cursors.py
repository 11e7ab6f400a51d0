"""Lists by pages: each line once and in order, whatever is added meanwhile, and nobody else's."""

import base64
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import insert, select, update

from api import cursors
from api.cursors import CursorMalformed
from api.demonstration.people import DESIGNER, ENGINEER, OWNER
from api.house import House
from api.policy import Role
from identity.authorization_records import AuthorizationRow
from ledger.places import Place
from signing.certificate_registration import Application, register, today
from signing.certificate_types import certificate_type
from signing.tables import AgreementRow, CertificateRow
from tests.api.joint import enter, enter_as, request_of_engineer, started
from tests.quiet_city import QuietCity
from tests.signing.joint.test_certificate_holders import LICENCE_FIELDS

LISTS = ("/api/agreements", "/api/authorizations", "/api/certificates")
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SAME_MOMENT = 30  # lines that differ by their id alone
_PLACES = count(1)

UNIQUE: dict[str, Callable[[], object]] = {
    **dict.fromkeys(("manifest_digest", "text_digest", "statement", "status_key"), lambda: uuid4().bytes * 2),
    **dict.fromkeys(("licence_id", "number"), lambda: uuid4().hex),
    "status_index": lambda: next(_PLACES),
}
"""What no two lines have in common, and a new one of it."""


@pytest.fixture(scope="module")
def plenty(city: QuietCity, clerk: httpx.Client) -> None:
    """Agreements, requests and certificates of a firm, thirty of each at one moment, from real ones."""
    agreement = started(clerk)
    asked = clerk.post("/api/authorizations", json=request_of_engineer(city.house)).json()["id"]
    fields = {**LICENCE_FIELDS, "firm_name": DESIGNER.name, "firm_uscc": DESIGNER.uscc.text}
    licence = Application(
        certificate_type=certificate_type("safety-production-licence"),
        holder=DESIGNER.uscc,
        fields=fields,
        valid_from=today(city.house.clock),
    )
    with city.house.database.transaction() as session:
        issued = register(session, licence, agency=city.house.agency, clock=city.house.clock)
        session.execute(update(AgreementRow).values(created_at=NOW))
        session.execute(update(AuthorizationRow).values(requested_at=NOW))
        session.execute(update(CertificateRow).values(created_at=NOW))
    for _ in range(SAME_MOMENT - 1):
        add(city.house, AgreementRow, agreement)
        add(city.house, AuthorizationRow, asked)
        add(city.house, CertificateRow, str(issued.id))


def add(house: House, table: Any, id_: str, **more: object) -> None:
    """Write another line like ``id_``."""
    with house.database.transaction() as session:
        row = session.execute(select(table.__table__).where(table.id == UUID(id_))).one()
        unique = {
            name: new()
            for name, new in UNIQUE.items()
            if name in row._mapping and row._mapping[name] is not None
        }
        session.execute(insert(table).values({**row._mapping, **unique, "id": uuid4(), **more}))


def pages(http: httpx.Client, path: str, *, limit: int) -> list[list[dict[str, Any]]]:
    """Follow the list to its end."""
    found, address = [], f"{path}?limit={limit}"
    while True:
        answer = http.get(address)
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        if "next" not in answer.links:
            return found
        address = answer.links["next"]["url"]


@pytest.mark.usefixtures("plenty")
@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", [1, 7, 15, 30, 31])
def test_every_line_comes_once_whatever_the_size_of_a_page(
    clerk: httpx.Client, path: str, limit: int
) -> None:
    found = pages(clerk, path, limit=limit)
    ids = [each["id"] for page in found for each in page]
    assert len(ids) == len(set(ids)) == SAME_MOMENT
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
    assert len(found) == -(-SAME_MOMENT // limit)


@pytest.mark.usefixtures("plenty")
@pytest.mark.parametrize(
    ("path", "table", "moment"),
    [
        (LISTS[0], AgreementRow, "created_at"),
        (LISTS[1], AuthorizationRow, "requested_at"),
        (LISTS[2], CertificateRow, "created_at"),
    ],
)
def test_what_is_added_while_somebody_reads_shifts_nothing(
    city: QuietCity, clerk: httpx.Client, path: str, table: Any, moment: str
) -> None:
    before = [each["id"] for page in pages(clerk, path, limit=50) for each in page]
    like, end = before[0], threading.Event()

    def adding() -> None:
        number = 0
        while not end.is_set():
            number += 1
            add(city.house, table, like, **{moment: NOW + timedelta(seconds=number)})

    writer = threading.Thread(target=adding)
    writer.start()
    try:
        read = [each["id"] for page in pages(clerk, path, limit=3) for each in page]
    finally:
        end.set()
        writer.join()
        with city.house.database.transaction() as session:
            session.execute(table.__table__.delete().where(getattr(table, moment) > NOW))
    assert [each for each in read if each in set(before)] == before
    assert len(read) == len(set(read))


@pytest.mark.usefixtures("plenty")
@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_shows_a_stranger_nothing(city: QuietCity, clerk: httpx.Client, path: str) -> None:
    following = clerk.get(path, params={"limit": 1}).links["next"]["url"]
    stranger = enter_as(city, Role.FIRM, organization=city.house.operator)
    assert stranger.get(following).json() == []


@pytest.mark.usefixtures("plenty")
def test_a_person_reads_their_own_by_pages_too(city: QuietCity) -> None:
    engineer = enter(city, ENGINEER.name)
    for path in LISTS[:2]:
        assert sum(len(page) for page in pages(engineer, path, limit=7)) >= 1


@pytest.mark.usefixtures("plenty")
def test_requests_to_a_person_of_another_firm_are_not_the_firms(city: QuietCity) -> None:
    other = enter_as(city, Role.FIRM, organization=OWNER.uscc)
    assert pages(other, "/api/authorizations", limit=50) == [[]]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"limit": 0}, "form-incomplete"),
        ({"limit": 101}, "form-incomplete"),
        ({"cursor": "x"}, "cursor-malformed"),
        ({"cursor": "二"}, "cursor-malformed"),
        ({"cursor": base64.urlsafe_b64encode(b"\xff" * 24).decode()}, "cursor-malformed"),
        ({"cursor": ""}, "cursor-malformed"),
    ],
)
def test_what_is_no_page_is_refused(clerk: httpx.Client, path: str, query: dict[str, Any], said: str) -> None:
    answer = clerk.get(path, params=query)
    assert (answer.status_code, answer.json()["title"]) == (422, said)


def test_a_cursor_is_read_as_it_was_written() -> None:
    place = Place(NOW + timedelta(microseconds=1), uuid4())
    assert cursors.read(cursors.written(place)) == place
    with pytest.raises(CursorMalformed):
        cursors.read(cursors.written(place)[:-4])
