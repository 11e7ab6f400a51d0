"""Who has a device key signs by face and device, and the module that has the keys sees both."""

import pytest
from sqlalchemy import update

from identity.challenges import Action
from identity.methods import Method
from identity.passkey_refusals import DeviceSignatureInvalid
from identity.passkeys import AssertionRow
from signing.slot_locks import lock_slot_of
from tests.identity.authenticator import Authenticator
from tests.identity.passkey_desk import Desk

from .conftest import PARTY, Town


def test_the_answer_of_the_device_reaches_the_key(town: Town) -> None:
    device = Authenticator(PARTY)
    opened = town.open(slots=town.slots()[:1])
    with town.database.transaction() as session:
        desk = Desk(session, town.clock, town.verifier)
        desk.add(town.representative, device)
        asked = desk.ask(town.representative, opened.slot("1").subject, Action.SIGN)
        known = lock_slot_of(session, asked, keystore=town.keystore)
        approval = desk.approve(asked, device.sign(asked.digest.value), known=known)
    assert approval.method is Method.FACE_PASSKEY
    town.sign(opened, "1", approval=approval)


def test_an_answer_that_was_exchanged_in_the_database_signs_nothing(town: Town) -> None:
    device, stranger = Authenticator(PARTY), Authenticator(PARTY)
    opened = town.open(slots=town.slots()[:1])
    with town.database.transaction() as session:
        desk = Desk(session, town.clock, town.verifier)
        desk.add(town.representative, device)
        asked = desk.ask(town.representative, opened.slot("1").subject, Action.SIGN)
        known = lock_slot_of(session, asked, keystore=town.keystore)
        approval = desk.approve(asked, device.sign(asked.digest.value), known=known)
        forged = stranger.sign(asked.digest.value).signature
        session.execute(
            update(AssertionRow).where(AssertionRow.challenge == asked.id).values(signature=forged)
        )
    with pytest.raises(DeviceSignatureInvalid):
        town.sign(opened, "1", approval=approval)
