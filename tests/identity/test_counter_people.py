"""What an officer does for a person with their document: an address, a lost device, a face to be replaced."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.identifiers import CitizenNumber
from evidence.keys import LocalSigner
from evidence.statement import StatementType, check
from identity import counter_people, counter_tickets
from identity.challenges import Action
from identity.contacts import Contact, contact
from identity.counter_cases import MOST_TRIES
from identity.counter_facts import DocumentKind, Presence, Seen
from identity.counter_refusals import CodeTriedTooOften, CodeWrong, OwnCase, TicketMissing
from identity.passkey_refusals import PasskeyRevoked, PasskeyUnknown
from identity.passkeys import Passkey, standing
from identity.people import Person, register_person
from ledger import facts
from ledger.facts import FactRow
from tests.identity.authenticator import Authenticator
from tests.identity.counter_desk import CODES, Counter, another
from tests.identity.passkey_desk import PARTY, Desk


@pytest.fixture
def officer(session: Session, clock: FixedClock) -> Person:
    number = CitizenNumber.parse("440524188001010014")
    return register_person(session, name="何静安", citizen_number=number, clock=clock)


@pytest.fixture
def seen(officer: Person, engineer: Person) -> Seen:
    return Seen(officer.id, engineer.id, Presence.COUNTER, DocumentKind.PASSPORT)


@pytest.fixture
def counter(session: Session, clock: FixedClock, verifier: LocalSigner, officer: Person) -> Counter:
    return Counter(session, clock, verifier, officer.id)


def granted(counter: Counter, seen: Seen) -> str:
    _, code = counter_tickets.grant(
        counter.session, seen, codes=CODES, issuer="city", signer=counter.signer, clock=counter.clock
    )
    return code


def spend(counter: Counter, person: Person, code: str) -> counter_tickets.Ticket:
    counter_tickets.take_try(counter.session, person.id, clock=counter.clock)
    counter_tickets.check(counter.session, person.id, code=code, codes=CODES, clock=counter.clock)
    return counter_tickets.spend(counter.session, person.id, code=code, codes=CODES, clock=counter.clock)


def revoke(counter: Counter, seen: Seen, key: Passkey) -> Passkey:
    return counter_people.revoke_passkey(
        counter.session, seen, key.id, issuer="city", signer=counter.signer, clock=counter.clock
    )


def last_act(counter: Counter) -> dict[str, object]:
    row = (
        counter.session.query(FactRow)
        .filter_by(type=StatementType.COUNTER)
        .order_by(FactRow.entry_index.desc())
        .first()
    )
    assert row is not None
    return dict(check(facts.signed_statement(counter.session, row.id), counter.signer.key).body)


def test_a_lost_device_is_revoked_at_once_and_the_officer_is_committed(
    counter: Counter, seen: Seen, key: Passkey
) -> None:
    revoked = revoke(counter, seen, key)
    assert standing(counter.session, key.person) == ()
    body = last_act(counter)
    assert (body["act"], body["passkey"]) == ("revoked-passkey", revoked.revoked_fact)
    assert (body["document"], body["presence"]) == ("passport", "counter")
    with pytest.raises(PasskeyRevoked):
        revoke(counter, seen, key)


def test_anothers_device_is_unknown(
    counter: Counter, officer: Person, stranger: Person, key: Passkey
) -> None:
    with pytest.raises(PasskeyUnknown):
        revoke(counter, Seen(officer.id, stranger.id, Presence.COUNTER, DocumentKind.PASSPORT), key)


def test_a_device_is_added_by_the_counter_without_face_and_without_the_old_one(
    counter: Counter, desk: Desk, engineer: Person, key: Passkey
) -> None:
    made = desk.make(engineer, Authenticator(PARTY), "新手机")
    case = counter.confirm(counter.open(engineer, made.subject, Action.ADD_PASSKEY))
    approval = counter.answer(case, counter.code(case))
    added = desk.let_stand(approval)
    assert {each.id for each in standing(counter.session, engineer.id)} == {key.id, added.id}


def test_after_the_last_one_was_lost_the_counter_adds_the_next_at_once(
    counter: Counter, seen: Seen, desk: Desk, engineer: Person, key: Passkey
) -> None:
    revoke(counter, seen, key)
    made = desk.make(engineer, Authenticator(PARTY))
    case = counter.confirm(counter.open(engineer, made.subject, Action.ADD_PASSKEY))
    assert desk.let_stand(counter.answer(case, counter.code(case)))


def test_an_address_is_changed_and_stands_in_no_fact(counter: Counter, seen: Seen, engineer: Person) -> None:
    counter_people.change_contact(
        counter.session,
        seen,
        phone="13911112222",
        mail="",
        issuer="city",
        signer=counter.signer,
        clock=counter.clock,
    )
    assert contact(counter.session, engineer.id) == Contact(phone="13911112222")
    assert last_act(counter)["act"] == "changed-contact"
    assert "13911112222" not in str(last_act(counter))


def test_a_ticket_lets_a_face_be_replaced_once(counter: Counter, seen: Seen, engineer: Person) -> None:
    code = granted(counter, seen)
    assert counter_tickets.standing(counter.session, engineer.id, clock=counter.clock)
    assert spend(counter, engineer, code).fact
    assert last_act(counter)["act"] == "let-replace-face"
    assert counter_tickets.standing(counter.session, engineer.id, clock=counter.clock) is None
    with pytest.raises(TicketMissing):
        spend(counter, engineer, code)


def test_a_ticket_is_over_after_its_minutes(counter: Counter, seen: Seen, engineer: Person) -> None:
    code = granted(counter, seen)
    counter.clock.advance(counter_tickets.LIFETIME - timedelta(microseconds=1))
    assert counter_tickets.standing(counter.session, engineer.id, clock=counter.clock)
    counter.clock.advance(timedelta(microseconds=1))
    with pytest.raises(TicketMissing):
        spend(counter, engineer, code)


def test_a_ticket_is_its_persons_and_needs_its_code(
    counter: Counter, seen: Seen, engineer: Person, stranger: Person
) -> None:
    code = granted(counter, seen)
    with pytest.raises(TicketMissing):
        spend(counter, stranger, code)
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(CodeWrong):
            spend(counter, engineer, another(code))
    with pytest.raises(CodeTriedTooOften):
        spend(counter, engineer, another(code))
    with pytest.raises(CodeTriedTooOften):
        spend(counter, engineer, code)


def test_a_newer_ticket_ends_the_older_one(counter: Counter, seen: Seen, engineer: Person) -> None:
    old = granted(counter, seen)
    counter.clock.advance(timedelta(seconds=1))
    new = granted(counter, seen)
    if old != new:
        with pytest.raises(CodeWrong):
            spend(counter, engineer, old)
    assert spend(counter, engineer, new)


def test_officers_do_nothing_for_themselves(counter: Counter, officer: Person) -> None:
    with pytest.raises(OwnCase):
        granted(counter, Seen(officer.id, officer.id, Presence.COUNTER, DocumentKind.PASSPORT))
