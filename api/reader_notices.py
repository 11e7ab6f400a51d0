"""What viewers and copies are told by message: that they may read an agreement; that it was voided.

A message names who asks and holds a link; neither title nor content of what is to be read.
"""

from uuid import uuid5

from sqlalchemy.orm import Session

from api.agreement_notices import MOST_A_DAY
from api.house import House
from api.language import in_both
from api.notices import A_DAY, link_to
from identity import messages
from identity.contacts import contact, contact_of_firm
from identity.members import positions
from identity.messages import Kind
from identity.organizations import organization
from signing.agreement_readers import Reader, present_readers, take_untold, told_as_organization
from signing.agreements import Agreement, agreement


def tell_readers(session: Session, house: House) -> None:
    """Tell, once, whoever may read by now: a viewer who was named, a copy of what was assembled."""
    now = house.clock.now()
    for reader in take_untold(session, at=now):
        since, kinds = now - A_DAY, (Kind.READER,)
        if reader.person is None:
            enough = told_as_organization(session, reader.organization, since=since) > MOST_A_DAY
        else:
            enough = messages.written_to(session, reader.person, kinds=kinds, since=since) >= MOST_A_DAY
        if enough:
            continue  # their page shows it
        firm = organization(session, agreement(session, reader.agreement).started_by).name
        _write(session, house, reader, text=f"message.{reader.kind}", firm=firm)


def tell_voided(session: Session, house: House, voided: Agreement) -> None:
    """Tell whoever may read it that it does not stand any more."""
    for reader in present_readers(session, voided.id):
        _write(session, house, reader, text="message.voided_read")


def _write(session: Session, house: House, reader: Reader, *, text: str, **facts: object) -> None:
    person = reader.person
    if person is not None and not positions(session, uscc=reader.organization, person=person):
        return  # who left reads it no more
    messages.write(
        session,
        to=contact_of_firm(session, reader.organization) if person is None else contact(session, person),
        person=person,
        kind=Kind.READER,
        about=uuid5(reader.agreement, f"reader {reader.id}"),
        text=in_both(text, link=link_to(house, f"/agreements/{reader.agreement}"), **facts),
        until=house.clock.now() + A_DAY,
        channels=house.couriers,
        clock=house.clock,
    )
