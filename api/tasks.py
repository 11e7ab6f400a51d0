"""What goes on in this house after the answers have left, in eight workers.

One anchors, and is woken by the bell: a suspended permit must not wait for a round, nor for a document that
is being assembled. Two send messages, one of each channel: a mail server that hangs keeps no code from a
phone. One posts webhooks, for their receivers may hang too. One sends the rows of sheets. Two issue
certificates out of them, which may take long: while a page of one is set, the other writes to the database.
The last takes the rest in order of how long somebody waits for it.

    with at_work(house): ...
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from api import agreement_notices, certificate_issuing, idempotency, notices, reader_notices
from api.bulk_issuing import batches as issue_batches
from api.bulk_issuing import issuing
from api.bulk_sending import batches, sending
from api.house import House
from api.site_visits import retention
from api.webhooks import deliveries
from api.worker import ROUND_SECONDS, Task, Worker
from evidence.errors import YinxinError
from identity import attempts, authorizations, enrollment, kept_portraits, messages
from identity.couriers import Channel
from ledger import bell
from signing import (
    certificate_erasure,
    certificate_presentations,
    certificate_shares,
    signature_images,
    slot_texts,
)
from signing.assembly import assemble_next
from signing.certificate_issue import unpublished

ISSUERS = 2
"""Certificates that are made at once; setting a page, a third of the work, leaves the interpreter free."""


@contextmanager
def at_work(house: House, *further: tuple[str, Task], round_seconds: float = ROUND_SECONDS) -> Iterator[None]:
    """Keep all workers at work until the block ends; ``further`` tasks follow on anchoring."""
    anchoring = Worker((("anchoring", house.anchoring.step), *further), round_seconds=round_seconds)
    posts = [Worker((_post(house, channel),), round_seconds=round_seconds) for channel in Channel]
    webhooks = Worker((_webhooks(house),), round_seconds=round_seconds)
    sheets = Worker((("sheets", lambda: sending.send_next(house)),), round_seconds=round_seconds)
    issuers = [
        Worker((("bulk issue", lambda: issuing.issue_next(house)),), round_seconds=round_seconds)
        for _ in range(ISSUERS)
    ]
    desk = Worker(_desk(house), round_seconds=round_seconds)
    with ExitStack() as ending:
        for worker in (desk, *issuers, sheets, webhooks, *posts, anchoring):
            worker.start()
            ending.callback(worker.stop)
        ending.enter_context(bell.listening(house.database, heard=anchoring.wake))
        yield


def send_message(house: House, *channels: Channel) -> bool:
    """Send the message that is due next, by ``channels`` or by all; False when none is."""
    title, by = notices.title(house), channels or tuple(Channel)
    return messages.send_next(house.database, house.couriers, title=title, clock=house.clock, channels=by)


def _post(house: House, channel: Channel) -> tuple[str, Task]:
    return f"messages by {channel}", lambda: send_message(house, channel)


def _webhooks(house: House) -> tuple[str, Task]:
    software = house.software
    return "webhooks", lambda: deliveries.send_next(
        house.database, software.webhook_post, software.webhook_secrets, clock=house.clock
    )


def _desk(house: House) -> Iterable[tuple[str, Task]]:
    return (
        ("assembly", lambda: assemble_next(house.database, workshop=house.workshop) is not None),
        ("readers", lambda: _tell_readers(house)),
        ("certificates", lambda: finish_certificates(house)),
        ("reminders", lambda: _remind(house)),
        ("lapses", lambda: _let_lapse(house)),
        ("programs", lambda: _forget_of_programs(house)),
        ("visits", lambda: _forget_visits(house)),
    )


def finish_certificates(house: House) -> None:
    """Finish what a crash interrupted; a certificate being issued right now is finished twice harmlessly.

    One that cannot be printed keeps none of the others waiting; those of sheets are finished with their rows.
    """
    with house.database.transaction() as session:
        held = issuing.in_hand(session, at=house.clock.now())
        waiting = [each for each in unpublished(session, house.agency) if each.id not in held]
    faults: list[YinxinError] = []
    for registered in waiting:
        try:
            certificate_issuing.finish(house, registered)
        except YinxinError as error:
            faults.append(error)
            continue
        with house.database.transaction() as session:
            issuing.settle(session, registered.id, at=house.clock.now())
    if faults:
        raise faults[0]


def _tell_readers(house: House) -> None:
    with house.database.transaction() as session:
        reader_notices.tell_readers(session, house)


def _remind(house: House) -> None:
    with house.database.transaction() as session:
        agreement_notices.remind(session, house)


def _forget_of_programs(house: House) -> None:
    with house.database.transaction() as session:
        deliveries.forget_due(session, clock=house.clock)
        idempotency.forget_due(session, clock=house.clock)
        batches.forget_due(session, clock=house.clock)
        issue_batches.forget_due(session, clock=house.clock)


def _forget_visits(house: House) -> bool:
    with house.database.transaction() as session:
        return retention.forget_due(session, house.store, days=house.settings.visit_days, clock=house.clock)


def _let_lapse(house: House) -> None:
    with house.database.transaction() as session:
        authorizations.lapse_due(
            session, issuer=house.issuer, signer=house.verifier_signer, clock=house.clock
        )
        enrollment.erase_due(session, clock=house.clock)
        attempts.forget_due(session, clock=house.clock)
        kept_portraits.erase_due(session, clock=house.clock)
        signature_images.forget_due(session, clock=house.clock)
        slot_texts.forget_due(session, clock=house.clock)
        certificate_shares.forget_due(session, clock=house.clock)
        certificate_presentations.forget_due(session, clock=house.clock)
        erased = certificate_erasure.lately_erased(session, clock=house.clock)
    for each in erased:
        house.store.remove(each)
