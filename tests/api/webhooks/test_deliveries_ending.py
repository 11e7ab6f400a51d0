"""When a delivery ends without having come: its endpoint was revoked, it waited too long, it is old."""

from datetime import timedelta

import httpx
from sqlalchemy import select

from api.house import House
from api.webhooks import deliveries
from api.webhooks.deliveries import DeliveryRow
from tests.api.webhooks.conftest import LaterClock
from tests.api.webhooks.receiver import Receiver
from tests.api.webhooks.test_deliveries import registered, send, tried


def test_a_revoked_endpoint_is_told_nothing_more(
    later: House, owner: httpx.Client, listening: Receiver
) -> None:
    endpoint = registered(owner, listening.url)
    tried(owner, endpoint)
    assert owner.delete(f"/api/webhooks/{endpoint['id']}").status_code == 200
    assert send(later) == 0
    assert owner.post(f"/api/webhooks/{endpoint['id']}/trial").json()["title"] == "webhook-unknown"
    with later.database.transaction() as session:
        deliveries.forget_due(session, clock=later.clock)
        assert session.scalars(select(DeliveryRow.id)).all() == []


def test_what_waits_behind_a_dead_endpoint_is_given_up_in_the_end_and_goes_once_more_when_asked(
    later: House, clock: LaterClock, owner: httpx.Client, listening: Receiver
) -> None:
    tried(owner, registered(owner, listening.url))
    for wait, ended in ((deliveries.LONGEST - timedelta(hours=1), False), (deliveries.LONGEST, True)):
        clock.by = wait
        with later.database.transaction() as session:
            deliveries.forget_due(session, clock=later.clock)
            row = session.scalars(select(DeliveryRow)).one()
            assert (row.ended_at is not None, row.failure) == (ended, "expired" if ended else None)
    clock.by = timedelta(0)
    assert owner.post(f"/api/webhooks/deliveries/{row.id}/replay").status_code == 202
    with later.database.transaction() as session:
        deliveries.forget_due(session, clock=later.clock)
    assert send(later) == 1


def test_what_ended_is_forgotten_after_thirty_days(
    later: House, clock: LaterClock, owner: httpx.Client, listening: Receiver
) -> None:
    tried(owner, registered(owner, listening.url))
    send(later)
    for days, kept in ((29, 1), (31, 0)):
        clock.by = timedelta(days=days)
        with later.database.transaction() as session:
            deliveries.forget_due(session, clock=later.clock)
            assert len(session.scalars(select(DeliveryRow.id)).all()) == kept
