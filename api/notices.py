"""What people and firms are told by message: a request, its answer, a code. Written, not sent, here.

A message holds a link and no more than its reader needs; the link signs nobody in.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.house import House
from api.language import in_both
from identity import messages
from identity.authorization_records import AuthorizationRow
from identity.authorizations import Authorization
from identity.contacts import Contact, contact, contact_of_firm
from identity.counter_cases import Case
from identity.counter_refusals import CodeNotSendable
from identity.messages import Delivery, Kind, address, delivery, write
from identity.organizations import organization
from identity.people import PersonId
from signing.qr_image import qr_svg

A_DAY = timedelta(days=1)

MOST_A_DAY = 5
"""Messages of one kind that one firm causes to one person within a day; the page tells what comes after."""


def title(house: House) -> str:
    """Give the title of every message: who sends it."""
    return f"{house.settings.city_zh}印信"


def link_to(house: House, path: str) -> str:
    """Give the public address of ``path``."""
    return house.settings.public_url.rstrip("/") + path


def tell_request(session: Session, house: House, asked: Authorization) -> None:
    """Tell the person that a firm asks them, by a link to the request."""
    text = in_both("message.request", firm=organization(session, asked.firm).name, link=_page(house, asked))
    _tell_person(session, house, asked, kind=Kind.REQUEST, text=text, until=asked.valid_until)


def tell_reply(session: Session, house: House, asked: Authorization) -> None:
    """Tell the person that the firm answered their question, by a link."""
    text = in_both("message.reply", firm=organization(session, asked.firm).name, link=_page(house, asked))
    _tell_person(session, house, asked, kind=Kind.REPLY, text=text, until=asked.valid_until)


def tell_use(session: Session, house: House, used: Authorization) -> None:
    """Tell the person that the firm used what they granted, by a link; not what for."""
    text = in_both("message.use", firm=organization(session, used.firm).name, link=_page(house, used))
    _tell_person(session, house, used, kind=Kind.USE, text=text, until=house.clock.now() + A_DAY)


def tell_question(session: Session, house: House, asked: Authorization) -> None:
    """Tell the firm that the person asks something, by a link; not what, and not who."""
    _tell_firm(
        session, house, asked, kind=Kind.QUESTION, text=in_both("message.question", link=_page(house, asked))
    )


def tell_answer(session: Session, house: House, answered: Authorization) -> None:
    """Tell the firm that the person answered or revoked, by a link; not what, and not who."""
    _tell_firm(
        session,
        house,
        answered,
        kind=Kind.ANSWER,
        text=in_both("message.answer", link=_page(house, answered)),
    )


def tell_code(session: Session, house: House, case: Case, code: str) -> None:
    """Send the code of a case to its person.

    Raises:
        CodeNotSendable: there is no address, or no courier for it.
    """
    until = case.code_until or case.expires_at
    minutes = max(round((until - house.clock.now()).total_seconds() / 60), 1)
    written = write(
        session,
        to=contact(session, case.person),
        person=case.person,
        kind=Kind.CODE,
        about=case.id,
        text=in_both("message.code", code=code, minutes=minutes, number=case.number),
        until=until,
        channels=house.couriers,
        clock=house.clock,
    )
    if not written:
        raise CodeNotSendable


def address_changed(session: Session, house: House, person: PersonId, *, before: Contact) -> None:
    """Tell the address that counted until now that it counts no more; what waits for it goes to the new one.

    Each change is told by a message of its own: a later one takes nothing back.
    """
    now = contact(session, person)
    if address(before, house.couriers) == address(now, house.couriers):
        return
    messages.move_waiting(session, person, to=address(now, house.couriers), clock=house.clock)
    key = "message.moved" if now.phone or now.mail else "message.erased"
    write(
        session,
        to=before,
        kind=Kind.MOVED,
        about=uuid4(),
        text=in_both(key, city_zh=house.settings.city_zh, city_en=house.settings.city_en),
        until=house.clock.now() + A_DAY,
        channels=house.couriers,
        clock=house.clock,
        person=person,
    )


def reaches(house: House, to: Contact) -> bool:
    """Whether a message to ``to`` can be sent from this house."""
    return address(to, house.couriers) is not None


@dataclass(frozen=True)
class RequestLink:
    """The address of a request, its QR code, an SVG, and how far the message to the person has come."""

    address: str
    qr: str
    told: Delivery


def request_link(session: Session, house: House, asked: Authorization) -> RequestLink:
    """Give what a firm shows to the person it asked; the same address as in the message."""
    told = delivery(session, kind=Kind.REQUEST, about=asked.id)
    return RequestLink(_page(house, asked), qr_svg(_page(house, asked)), told)


def _tell_person(
    session: Session, house: House, about: Authorization, *, kind: Kind, text: str, until: datetime
) -> None:
    theirs = select(AuthorizationRow.id).where(
        AuthorizationRow.firm == about.firm.text, AuthorizationRow.person == about.person
    )
    since = house.clock.now() - A_DAY
    if messages.written(session, kind=kind, about=theirs, since=since) >= MOST_A_DAY:
        return
    write(
        session,
        to=contact(session, about.person),
        person=about.person,
        kind=kind,
        about=about.id,
        text=text,
        until=until,
        channels=house.couriers,
        clock=house.clock,
    )


def _tell_firm(session: Session, house: House, about: Authorization, *, kind: Kind, text: str) -> None:
    write(
        session,
        to=contact_of_firm(session, about.firm),
        kind=kind,
        about=about.id,
        text=text,
        until=about.valid_until,
        channels=house.couriers,
        clock=house.clock,
    )


def _page(house: House, found: Authorization) -> str:
    return link_to(house, f"/authorizations/{found.id}")
