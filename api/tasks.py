"""What the worker of this house does in each round, in order of how long others wait for it."""

from collections.abc import Iterable

from api.house import House
from api.worker import Task
from identity import authorizations, enrollment
from signing.assembly import assemble_next
from signing.certificate_issue import finish_issue, unpublished


def tasks(house: House) -> Iterable[tuple[str, Task]]:
    """Give the tasks by name."""
    return (
        ("assembly", lambda: _assemble_all(house)),
        ("anchoring", house.anchoring.step),
        ("certificates", lambda: _finish_certificates(house)),
        ("lapses", lambda: _let_lapse(house)),
    )


def _assemble_all(house: House) -> None:
    while assemble_next(house.database, workshop=house.workshop) is not None:
        pass


def _finish_certificates(house: House) -> None:
    """Finish what a crash interrupted; a certificate being issued right now is finished twice harmlessly."""
    with house.database.transaction() as session:
        waiting = unpublished(session, house.agency)
    for registered in waiting:
        finish_issue(house.database, registered, press=house.press)


def _let_lapse(house: House) -> None:
    with house.database.transaction() as session:
        authorizations.lapse_due(
            session, issuer=house.issuer, signer=house.verifier_signer, clock=house.clock
        )
        enrollment.erase_due(session, clock=house.clock)
