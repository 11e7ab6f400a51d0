"""Attempts from one address or one device: counted, limited, forgotten, and never kept in clear."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from identity.attempts import (
    MOST,
    WINDOW,
    Attempt,
    Origin,
    OriginMask,
    TooManyFromHere,
    VainAttemptRow,
    check,
    forget_due,
    record,
)

MASK = OriginMask(bytes(range(32)))
ADDRESS = "203.0.113.7"


def tried(session: Session, origin: Origin, times: int, clock: FixedClock) -> None:
    for _ in range(times):
        record(session, Attempt.SCAN, origin, clock=clock)


def test_a_device_that_tried_too_often_is_held_wherever_it_is(session: Session, clock: FixedClock) -> None:
    here, there = (MASK.origin(address=each, device="phone") for each in (ADDRESS, "198.51.100.1"))
    tried(session, here, MOST[Attempt.SCAN].device - 1, clock)
    check(session, Attempt.SCAN, there, clock=clock)
    tried(session, here, 1, clock)
    with pytest.raises(TooManyFromHere):
        check(session, Attempt.SCAN, there, clock=clock)
    check(session, Attempt.SCAN, MASK.origin(address=ADDRESS, device="another"), clock=clock)
    check(session, Attempt.HOLDER, here, clock=clock)


def test_an_address_is_held_whatever_mark_its_devices_bear(session: Session, clock: FixedClock) -> None:
    for number in range(MOST[Attempt.SCAN].address):
        check(session, Attempt.SCAN, MASK.origin(address=ADDRESS, device=f"new {number}"), clock=clock)
        tried(session, MASK.origin(address=ADDRESS, device=f"new {number}"), 1, clock)
    for device in ("fresh", None):
        with pytest.raises(TooManyFromHere) as refused:
            check(session, Attempt.SCAN, MASK.origin(address=ADDRESS, device=device), clock=clock)
        assert refused.value.facts["retry_at"] == clock.now() + WINDOW
    check(session, Attempt.SCAN, MASK.origin(address="203.0.113.8", device=None), clock=clock)


def test_an_account_is_held_from_any_place(session: Session, clock: FixedClock) -> None:
    account = uuid4()
    for number in range(MOST[Attempt.ENROLLMENT].account):
        origin = MASK.origin(address=f"203.0.113.{number}", device=f"new {number}", account=account)
        record(session, Attempt.ENROLLMENT, origin, clock=clock)
    with pytest.raises(TooManyFromHere):
        check(
            session,
            Attempt.ENROLLMENT,
            MASK.origin(address=ADDRESS, device=None, account=account),
            clock=clock,
        )
    check(
        session, Attempt.ENROLLMENT, MASK.origin(address=ADDRESS, device=None, account=uuid4()), clock=clock
    )


def test_attempts_count_for_an_hour_and_are_forgotten(session: Session, clock: FixedClock) -> None:
    origin = MASK.origin(address=ADDRESS, device=None)
    tried(session, origin, MOST[Attempt.SCAN].address, clock)
    later = FixedClock(clock.now() + WINDOW)
    check(session, Attempt.SCAN, origin, clock=later)
    forget_due(session, clock=FixedClock(later.now() - timedelta(seconds=1)))
    assert session.scalar(select(func.count()).select_from(VainAttemptRow)) == MOST[Attempt.SCAN].address
    forget_due(session, clock=later)
    assert session.scalar(select(func.count()).select_from(VainAttemptRow)) == 0


@pytest.mark.parametrize(
    ("addresses", "places"),
    [
        (("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"), 1),
        (("2001:db8:1:2::1", "2001:db8:1:3::1"), 2),
        (("::ffff:203.0.113.7", "203.0.113.7"), 1),
        (("203.0.113.7", "203.0.113.8"), 2),
        (("testclient", "testclient"), 1),
    ],
)
def test_an_ipv6_household_is_one_place(addresses: tuple[str, ...], places: int) -> None:
    assert len({MASK.origin(address=each, device=None).address for each in addresses}) == places


def test_the_table_tells_nobody_who_visited(session: Session, clock: FixedClock) -> None:
    record(session, Attempt.SCAN, MASK.origin(address=ADDRESS, device="phone of Lin"), clock=clock)
    kept = session.execute(
        text("SELECT string_agg(vain_attempts::text, ' ') FROM vain_attempts")
    ).scalar_one()
    for value in (ADDRESS, "phone of Lin"):
        assert value not in kept
        assert value.encode().hex() not in kept
    other = OriginMask(bytes(32)).origin(address=ADDRESS, device="phone of Lin")
    assert other.address.hex() not in kept
