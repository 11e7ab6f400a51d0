"""What tests let the parties do to void an agreement."""

from identity.challenges import Action
from identity.people import Person
from signing.agreements import Agreement
from signing.voids import Void, asking, consent, propose

from .conftest import Town

WHY = "工程取消"


def proposed(town: Town, found: Agreement, slot: str, person: Person, *, reason: str = WHY) -> Void:
    with town.database.transaction() as session:
        return propose(session, found.id, slot, by=person.id, reason=reason, keyring=town.keyring)


def consented(town: Town, found: Agreement, slot: str, person: Person) -> Agreement:
    with town.database.transaction() as session:
        asked = asking(session, found.id, slot, by=person.id, at=town.clock.now())
    approval = town.approve(person, Action.VOID, asked.subject)
    with town.database.transaction() as session:
        return consent(session, approval=approval, verifier=town.verifier.key, keyring=town.keyring)


def voided(town: Town, found: Agreement) -> Agreement:
    """Let all three parties of the town's own agreement void it."""
    proposed(town, found, "1", town.representative)
    for slot, person in (("1", town.representative), ("2", town.keeper), ("3", town.engineer)):
        consented(town, found, slot, person)
    return town.read(found.id)
