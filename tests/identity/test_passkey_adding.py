"""A device key is added by the face, a further one by an older one too; nothing else adds it."""

import pytest

from evidence.digest import sha256
from evidence.errors import Refused
from evidence.statement import StatementType, check
from identity import approvals, passkey_adding, passkeys
from identity.challenges import Action
from identity.passkey_adding import LONGEST, MOST
from identity.passkey_refusals import (
    AnswerToAnotherChallenge,
    PasskeyAddedAlready,
    PasskeyAskedTooLongAgo,
    PasskeyForeign,
    PasskeyKnown,
    PasskeyNeeded,
    PasskeyNotMade,
    PasskeyUnknown,
    TooManyPasskeys,
)
from identity.passkeys import Passkey
from identity.people import Person
from ledger import facts
from tests.identity.authenticator import Authenticator
from tests.identity.passkey_desk import LABEL, PARTY, TEXT, Desk


def test_a_first_device_key_is_added_by_the_face(desk: Desk, engineer: Person, key: Passkey) -> None:
    assert (key.label, key.used_at, key.revoked_at, key.synced) == (LABEL, None, None, False)
    assert passkeys.passkeys_of(desk.session, engineer.id) == (key,)


def test_adding_is_a_fact_that_names_nobody_and_no_label(desk: Desk, engineer: Person, key: Passkey) -> None:
    signed = facts.signed_statement(desk.session, key.fact)
    statement = check(signed, desk.signer.key)
    assert statement.type is StatementType.PASSKEY
    assert (statement.body["change"], statement.body["key"]) == ("added", str(sha256(key.public_key)))
    assert engineer.name.encode() not in signed
    assert LABEL.encode() not in signed


@pytest.mark.usefixtures("key")
def test_a_further_device_needs_an_older_one(desk: Desk, engineer: Person) -> None:
    computer = Authenticator(PARTY)
    with pytest.raises(PasskeyNeeded):
        desk.add(engineer, computer)
    asked = desk.ask(engineer, desk.make(engineer, Authenticator(PARTY)).subject, Action.ADD_PASSKEY)
    with pytest.raises(PasskeyForeign):
        desk.approve(asked, computer.sign(asked.digest.value))


def test_an_approval_of_something_else_adds_nothing(
    desk: Desk, engineer: Person, phone: Authenticator
) -> None:
    made = desk.make(engineer, phone)
    with pytest.raises(approvals.ApprovalForAnotherAction):
        desk.let_stand(desk.approve(desk.ask(engineer, made.subject, Action.SIGN), None))
    with pytest.raises(PasskeyUnknown):
        desk.let_stand(desk.approve(desk.ask(engineer, TEXT, Action.ADD_PASSKEY), None))


def test_another_persons_approval_adds_nothing(
    desk: Desk, engineer: Person, stranger: Person, phone: Authenticator
) -> None:
    made = desk.make(engineer, phone)
    with pytest.raises(PasskeyUnknown):
        desk.let_stand(desk.approve(desk.ask(stranger, made.subject, Action.ADD_PASSKEY), None))


def test_a_key_is_added_once(desk: Desk, engineer: Person, phone: Authenticator) -> None:
    made = desk.make(engineer, phone)
    approval = desk.approve(desk.ask(engineer, made.subject, Action.ADD_PASSKEY), None)
    desk.let_stand(approval)
    with pytest.raises(PasskeyAddedAlready):
        desk.let_stand(approval)


@pytest.mark.usefixtures("key")
def test_a_registered_key_is_not_registered_again(desk: Desk, stranger: Person, phone: Authenticator) -> None:
    with pytest.raises(PasskeyKnown):
        desk.make(stranger, phone)


def test_a_key_of_an_earlier_question_is_refused(desk: Desk, engineer: Person, phone: Authenticator) -> None:
    earlier = passkey_adding.ask(desk.session, person=engineer.id, label=LABEL, clock=desk.clock)
    begun = passkey_adding.ask(desk.session, person=engineer.id, label=LABEL, clock=desk.clock)
    with pytest.raises(AnswerToAnotherChallenge):
        passkey_adding.keep_key(
            desk.session,
            begun.id,
            person=engineer.id,
            answer=phone.attest(earlier.challenge),
            party=PARTY,
            clock=desk.clock,
        )


def test_who_begins_again_leaves_what_was_begun(desk: Desk, engineer: Person, phone: Authenticator) -> None:
    made = desk.make(engineer, phone)
    begun = passkey_adding.ask(desk.session, person=engineer.id, label=LABEL, clock=desk.clock)
    with pytest.raises(PasskeyUnknown):
        passkey_adding.pending(desk.session, made.id, person=engineer.id, clock=desk.clock)
    with pytest.raises(PasskeyNotMade):
        passkey_adding.pending(desk.session, begun.id, person=engineer.id, clock=desk.clock)


def test_what_a_device_made_may_be_sent_again(desk: Desk, engineer: Person, phone: Authenticator) -> None:
    begun = passkey_adding.ask(desk.session, person=engineer.id, label=LABEL, clock=desk.clock)
    answer = phone.attest(begun.challenge)
    sent = [
        passkey_adding.keep_key(
            desk.session, begun.id, person=engineer.id, answer=answer, party=PARTY, clock=desk.clock
        )
        for _ in range(2)
    ]
    assert sent[0] == sent[1]


def test_what_a_device_made_is_not_exchanged(desk: Desk, engineer: Person, phone: Authenticator) -> None:
    begun = passkey_adding.ask(desk.session, person=engineer.id, label=LABEL, clock=desk.clock)
    desk.keep(engineer, begun, phone)
    with pytest.raises(PasskeyAddedAlready):
        desk.keep(engineer, begun, Authenticator(PARTY))


def test_adding_takes_ten_minutes_at_most(desk: Desk, engineer: Person, phone: Authenticator) -> None:
    made = desk.make(engineer, phone)
    desk.clock.advance(LONGEST)
    approval = desk.approve(desk.ask(engineer, made.subject, Action.ADD_PASSKEY), None)
    with pytest.raises(PasskeyAskedTooLongAgo):
        desk.let_stand(approval)


def test_there_is_an_end_to_device_keys(desk: Desk, engineer: Person, phone: Authenticator) -> None:
    desk.add(engineer, phone)
    for _ in range(MOST - 1):
        desk.add(engineer, Authenticator(PARTY), older=phone)
    with pytest.raises(TooManyPasskeys):
        desk.make(engineer, Authenticator(PARTY))


@pytest.mark.parametrize("label", ["", " ", "x" * 41, "a\u202eb"])
def test_a_label_that_cannot_be_shown_is_refused(desk: Desk, engineer: Person, label: str) -> None:
    with pytest.raises(Refused):
        passkey_adding.ask(desk.session, person=engineer.id, label=label, clock=desk.clock)
