from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import select

from evidence.identifiers import LicenceIdentifier, PermitNumber
from signing.certificate_numbers import Place, SerialsExhausted, licence_identifier, next_number
from signing.certificate_registration import register
from signing.certificate_validity import ValidityUnfit, last_day
from signing.tables import CertificateRow
from verify.shipped_types import SHIPPED

from .conftest import AGENCY, NOW, Town
from .test_certificate_holders import LICENCE

CONSTRUCTION_PERMIT = SHIPPED["construction-permit"]
AT_ONCE = 16  # as many as the database has connections for, and some that wait
HERE = Place(area="990100", city="示范市", day=NOW.date())


class Interrupted(Exception):  # noqa: N818  named by the reason
    """What ends a transaction that has a number."""


def test_a_certificate_is_numbered_by_area_day_serial_and_class(town: Town) -> None:
    application = town.application(town.signed_by_owner())
    with town.database.transaction() as session:
        found = register(session, application, agency=town.agency, clock=town.clock)
    assert found.number == "990100202605020101"
    assert PermitNumber.parse(found.number).text == found.number
    licence = LicenceIdentifier.parse(found.licence_id)
    assert (licence.type_code, licence.issuer) == (f"{AGENCY}001", AGENCY)


def test_serials_taken_at_the_same_instant_have_no_gap_and_no_double(town: Town) -> None:
    def take(_: int) -> str:
        with town.database.transaction() as session:
            return next_number(session, CONSTRUCTION_PERMIT, HERE, agency=AGENCY).text

    with ThreadPoolExecutor(4) as threads:
        numbers = sorted(threads.map(take, range(50)))
    assert numbers == [f"99010020260502{serial:02}01" for serial in range(1, 51)]


def test_fifty_registered_at_once_of_which_some_fail_leave_no_gap_and_no_double(town: Town) -> None:
    together = Barrier(AT_ONCE)

    def take(place: int) -> str | None:
        if place < AT_ONCE:
            together.wait()
        application = replace(LICENCE, reference=f"at-once-{place}")
        with suppress(Interrupted), town.database.transaction() as session:
            found = register(session, application, agency=town.agency, clock=town.clock)
            if place % 6 == 0:
                raise Interrupted
            return found.number
        return None

    with ThreadPoolExecutor(AT_ONCE) as threads:
        given = sorted(number for number in threads.map(take, range(60)) if number is not None)
    assert [int(number[-6:]) for number in given] == list(range(1, 51))
    with town.database.transaction() as session:
        kept = session.scalars(select(CertificateRow.licence_id)).all()
    assert len(set(kept)) == len(kept) == 50


def test_the_serials_of_a_day_end_at_ninety_nine(town: Town) -> None:
    with town.database.transaction() as session:
        for _ in range(99):
            next_number(session, CONSTRUCTION_PERMIT, HERE, agency=AGENCY)
        with pytest.raises(SerialsExhausted, match="99010020260502"):
            next_number(session, CONSTRUCTION_PERMIT, HERE, agency=AGENCY)


@pytest.mark.parametrize("code", SHIPPED)
def test_every_type_numbers_its_certificates_and_names_their_licences(town: Town, code: str) -> None:
    with town.database.transaction() as session:
        first, second = (next_number(session, SHIPPED[code], HERE, agency=AGENCY) for _ in range(2))
    assert first.text != second.text
    for number in (first, second):
        licence = licence_identifier(SHIPPED[code], AGENCY, number)
        assert LicenceIdentifier.parse(str(licence)).serial == number.licence


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2026, 5, 2), date(2029, 5, 1)), (date(2028, 2, 29), date(2031, 2, 28))],
)
def test_a_type_with_a_rule_of_years_ends_the_day_before(first: date, last: date) -> None:
    licence = SHIPPED["safety-production-licence"]
    assert last_day(licence, first=first, chosen=None) == last
    assert last_day(licence, first=first, chosen=last) == last


@pytest.mark.parametrize("code", ["safety-production-licence", "real-estate-title"])
def test_a_day_that_the_rule_does_not_give_is_refused(code: str) -> None:
    with pytest.raises(ValidityUnfit):
        last_day(SHIPPED[code], first=date(2026, 5, 2), chosen=date(2027, 5, 2))


def test_a_type_without_an_end_has_none() -> None:
    assert last_day(SHIPPED["real-estate-title"], first=date(2026, 5, 2), chosen=None) is None
