"""Messages go out once, are tried again within bounds, fail visibly, and leave nothing personal behind."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from identity import messages
from identity.contacts import (
    Contact,
    MailMalformed,
    PhoneMalformed,
    contact,
    contact_of_firm,
    set_contact,
    set_contact_of_firm,
)
from identity.couriers import (
    Channel,
    CourierRefused,
    Couriers,
    CourierUnavailable,
    Letter,
    PrintedCourier,
    printed,
)
from identity.messages import FIRST_PAUSE, MOST_ATTEMPTS, Delivery, Kind, MessageRow
from identity.organizations import Organization
from identity.people import Person
from ledger.database import Database

ABOUT = UUID(int=7)
PHONE, MAIL = "13900000000", "lin@example.com"
BOTH = (Channel.SMS, Channel.MAIL)


@dataclass
class ScriptedCourier:
    """Fails as it is told, then carries."""

    failures: list[Exception] = field(default_factory=list)
    carried: list[Letter] = field(default_factory=list)

    def carry(self, letter: Letter) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.carried.append(letter)


@pytest.fixture
def courier() -> ScriptedCourier:
    return ScriptedCourier()


@pytest.fixture
def couriers(courier: ScriptedCourier) -> Couriers:
    return {Channel.SMS: courier, Channel.MAIL: courier}


def write(
    database: Database,
    clock: FixedClock,
    *,
    to: Contact | None = None,
    lasts: timedelta = timedelta(hours=1),
    channels: tuple[Channel, ...] = BOTH,
    text: str = "验证码 123456",
    kind: Kind = Kind.CODE,
) -> bool:
    with database.transaction() as session:
        return messages.write(
            session,
            to=to or Contact(phone=PHONE),
            kind=kind,
            about=ABOUT,
            text=text,
            until=clock.now() + lasts,
            channels=channels,
            clock=clock,
        )


def send(database: Database, couriers: Couriers, clock: FixedClock) -> bool:
    return messages.send_next(database, couriers, title="示范市印信", clock=clock)


def only(database: Database) -> MessageRow:
    with database.transaction() as session:
        row = session.query(MessageRow).one()
        session.expunge(row)
        return row


def how(database: Database) -> Delivery:
    with database.transaction() as session:
        return messages.delivery(session, kind=Kind.CODE, about=ABOUT)


def test_a_message_is_sent_once_and_then_forgotten(
    database: Database, clock: FixedClock, courier: ScriptedCourier, couriers: Couriers
) -> None:
    assert write(database, clock)
    assert how(database) is Delivery.WAITING
    assert send(database, couriers, clock)
    assert not send(database, couriers, clock)
    assert [(letter.address, letter.text) for letter in courier.carried] == [(PHONE, "验证码 123456")]
    row = only(database)
    assert (row.address, row.text, row.sent_at) == (None, None, clock.now())
    assert how(database) is Delivery.SENT


def test_what_could_not_be_sent_is_tried_again_later(
    database: Database, clock: FixedClock, courier: ScriptedCourier, couriers: Couriers
) -> None:
    courier.failures = [CourierUnavailable(reason=503)] * 2
    write(database, clock)
    for attempt in range(2):
        assert send(database, couriers, clock)
        assert not send(database, couriers, clock)
        clock.advance(FIRST_PAUSE * 2**attempt)
    assert send(database, couriers, clock)
    assert how(database) is Delivery.SENT
    assert {letter.id for letter in courier.carried} == {only(database).id}


def test_attempts_are_bounded_and_the_failure_stays_visible(
    database: Database, clock: FixedClock, courier: ScriptedCourier, couriers: Couriers
) -> None:
    courier.failures = [CourierUnavailable(reason=503)] * (MOST_ATTEMPTS + 5)
    write(database, clock)
    attempts = 0
    for _ in range(MOST_ATTEMPTS + 5):
        attempts += send(database, couriers, clock)
        clock.advance(timedelta(minutes=9))
    row = only(database)
    assert (attempts, row.failure, row.address, row.text) == (
        MOST_ATTEMPTS,
        "courier-unavailable",
        None,
        None,
    )
    assert how(database) is Delivery.FAILED
    with database.transaction() as session:
        assert messages.undelivered(session, since=row.written_at) == 1


def test_what_a_gateway_refuses_for_good_is_not_tried_again(
    database: Database, clock: FixedClock, courier: ScriptedCourier, couriers: Couriers
) -> None:
    courier.failures = [CourierRefused(reason=400)]
    write(database, clock)
    send(database, couriers, clock)
    assert (only(database).failure, how(database)) == ("courier-refused", Delivery.FAILED)


def test_what_has_lost_its_sense_is_not_sent(
    database: Database, clock: FixedClock, courier: ScriptedCourier, couriers: Couriers
) -> None:
    write(database, clock, lasts=timedelta(minutes=10))
    clock.advance(timedelta(minutes=10))
    send(database, couriers, clock)
    assert not courier.carried
    assert (only(database).text, how(database)) == (None, Delivery.FAILED)


def test_what_is_over_is_erased_before_its_next_attempt(
    database: Database, clock: FixedClock, courier: ScriptedCourier, couriers: Couriers
) -> None:
    courier.failures = [CourierUnavailable(reason=503)]
    write(database, clock, lasts=FIRST_PAUSE / 2)
    send(database, couriers, clock)
    clock.advance(FIRST_PAUSE / 2)
    assert send(database, couriers, clock)
    row = only(database)
    assert (row.address, row.text, row.failure) == (None, None, "courier-unavailable")


def test_a_newer_code_ends_the_older_one(
    database: Database, clock: FixedClock, courier: ScriptedCourier, couriers: Couriers
) -> None:
    write(database, clock, text="old")
    clock.advance(timedelta(seconds=1))
    write(database, clock, text="new")
    while send(database, couriers, clock):
        pass
    assert [letter.text for letter in courier.carried] == ["new"]


def test_a_code_goes_before_what_waits_longer(
    database: Database, clock: FixedClock, courier: ScriptedCourier, couriers: Couriers
) -> None:
    for kind, text in ((Kind.REQUEST, "request"), (Kind.CODE, "code")):
        write(database, clock, kind=kind, text=text)
        clock.advance(timedelta(seconds=1))
    while send(database, couriers, clock):
        pass
    assert [letter.text for letter in courier.carried] == ["code", "request"]


def test_one_channel_leaves_the_other_alone(
    database: Database, clock: FixedClock, courier: ScriptedCourier, couriers: Couriers
) -> None:
    write(database, clock, to=Contact(mail=MAIL), kind=Kind.REQUEST)
    write(database, clock)
    while messages.send_next(database, couriers, title="", clock=clock, channels=(Channel.SMS,)):
        pass
    assert [letter.channel for letter in courier.carried] == [Channel.SMS]


def test_the_phone_goes_before_the_mailbox_and_no_courier_means_no_message(
    database: Database, clock: FixedClock
) -> None:
    assert write(database, clock, to=Contact(phone=PHONE, mail=MAIL))
    assert write(database, clock, to=Contact(phone=PHONE, mail=MAIL), channels=(Channel.MAIL,))
    assert not write(database, clock, to=Contact(phone=PHONE), channels=(Channel.MAIL,))
    assert not write(database, clock, to=Contact(mail=""))


def test_a_courier_that_was_taken_away_is_a_failure_with_a_name(
    database: Database, clock: FixedClock
) -> None:
    write(database, clock)
    send(database, {}, clock)
    assert only(database).failure == "no-courier"


def test_a_message_of_a_transaction_that_fails_is_not_there(database: Database, clock: FixedClock) -> None:
    def tell_and_fail() -> None:
        with database.transaction() as session:
            messages.write(
                session,
                to=Contact(phone=PHONE),
                kind=Kind.REQUEST,
                about=uuid4(),
                text="…",
                until=clock.now() + timedelta(hours=1),
                channels=BOTH,
                clock=clock,
            )
            raise CourierRefused(reason="test")

    with pytest.raises(CourierRefused):
        tell_and_fail()
    with database.transaction() as session:
        assert session.query(MessageRow).count() == 0


def test_a_letter_and_a_contact_show_nothing_of_themselves() -> None:
    letter = Letter(uuid4(), Channel.SMS, "示范市印信", PHONE, "验证码 123456")
    shown = repr(letter) + repr(Contact(PHONE, MAIL))
    assert not any(secret in shown for secret in (PHONE, MAIL, "123456"))


def test_the_printed_courier_says_that_it_is_a_double_and_prints(tmp_path: Path) -> None:
    assert PrintedCourier.double
    file = tmp_path / "outbox.jsonl"
    assert printed(file) == ()
    courier = PrintedCourier(file)
    for text in ("one", "two\nlines"):
        courier.carry(Letter(uuid4(), Channel.SMS, "示范市印信", PHONE, text))
    assert [each["text"] for each in printed(file)] == ["two\nlines", "one"]


@pytest.mark.parametrize("phone", ["139 0000 0000", "139-0000-0000", "+4915112345678"])
def test_a_phone_is_kept_without_blanks(session: Session, engineer: Person, phone: str) -> None:
    kept = set_contact(session, engineer.id, phone=phone, mail=f" {MAIL} ")
    assert kept == contact(session, engineer.id)
    assert " " not in kept.phone
    assert kept.mail == MAIL


@pytest.mark.parametrize("phone", ["110", "23900000000", "1390000000x", "+0", "13900000000\r\nTo: x"])
def test_what_is_no_phone_is_refused_without_being_repeated(
    session: Session, engineer: Person, phone: str
) -> None:
    with pytest.raises(PhoneMalformed) as refused:
        set_contact(session, engineer.id, phone=phone, mail="")
    assert phone not in str(refused.value)


@pytest.mark.parametrize(
    "mail", ["x", "a@b", "a@b.c\r\nBcc: x@y.zz", "a b@example.com", "a" * 250 + "@b.com"]
)
def test_what_is_no_mail_address_is_refused(session: Session, engineer: Person, mail: str) -> None:
    with pytest.raises(MailMalformed):
        set_contact(session, engineer.id, phone="", mail=mail)


def test_a_contact_is_erased_alone(session: Session, engineer: Person) -> None:
    set_contact(session, engineer.id, phone="", mail="")
    assert contact(session, engineer.id) == Contact()


def test_a_firm_is_reached_by_mail(session: Session, firm: Organization) -> None:
    assert contact_of_firm(session, firm.uscc) == Contact()
    set_contact_of_firm(session, firm.uscc, mail=MAIL)
    assert contact_of_firm(session, firm.uscc) == Contact(mail=MAIL)


@pytest.mark.parametrize(
    ("to", "left"),
    [
        ((Channel.MAIL, MAIL), {Kind.REQUEST: MAIL, Kind.CODE: None}),
        (None, {Kind.REQUEST: None, Kind.CODE: None}),
    ],
    ids=["another", "none"],
)
def test_what_waits_goes_to_the_address_that_counts_now_and_a_code_to_none(
    session: Session,
    engineer: Person,
    clock: FixedClock,
    to: tuple[Channel, str] | None,
    left: dict[Kind, str | None],
) -> None:
    for kind in left:
        messages.write(
            session,
            to=Contact(phone=PHONE),
            kind=kind,
            about=ABOUT,
            text="请阅读申请",
            until=clock.now() + timedelta(hours=1),
            channels=BOTH,
            clock=clock,
            person=engineer.id,
        )
    messages.move_waiting(session, engineer.id, to=to, clock=clock)
    rows = session.query(MessageRow).filter_by(person=engineer.id)
    assert {Kind(row.kind): row.address for row in rows} == left
    assert all((row.ended_at is None) == (row.address is not None) for row in rows)
