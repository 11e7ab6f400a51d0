"""Asking the registers about a qualification: when it is asked for, when granted, when its stamp is put.

The questions are read from the database in one short transaction; the registers are asked outside of any;
the receipts are kept in the transaction of what they were asked for, or in one of their own where a register
differs and nothing comes of it. All questions are asked before the first that differs is named, so that how
long an answer takes does not tell which.

    answers = confirmed(house, questions)       # or the refusal of the first field that differs
    receipts.keep(session, answers, authorization=id)
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.house import House
from evidence.digest import Digest
from evidence.identifiers import CitizenNumber, Uscc
from identity import attempts
from identity.attempts import Attempt, Origin
from identity.authorization_records import AuthorizationRow, authorization, read_row
from identity.authorization_text import BEIJING, last_day
from identity.challenges import Action
from identity.organizations import organization
from identity.people import PersonId, person
from identity.qualifications import Qualification, check_valid, qualification
from registers import receipts
from registers.answers import Answer, check_same
from registers.questions import Question, about_firm, about_person, about_qualification
from registers.refusals import RegisterDiffers
from signing.qualification_stamps import asked_of
from signing.tables import SlotRow


def about_request(
    session: Session, *, firm: Uscc, held: Qualification, project: str, valid_until: datetime
) -> tuple[Question, ...]:
    """Ask who the person is, whether the firm is in business, and whether the qualification may be used.

    Raises:
        QualificationExpired: by our own record already it ends before.
    """
    check_valid(held, at=last_day(valid_until))
    holder = person(session, held.person)
    asked = about_person(name=holder.name, citizen_number=holder.citizen_number, about=holder.id)
    return asked, *_changing(session, firm=firm, held=held, project=project, until=last_day(valid_until))


def about_act(session: Session, action: Action, subject: Digest, *, at: datetime) -> tuple[Question, ...]:
    """Ask again what may have changed since the request whose text has the digest ``subject``.

    Before a qualification's stamp is put its register is asked too; ``subject`` is the slot's. Gives none
    where neither has it, and none about any other act.
    """
    if action is Action.SIGN:
        return _about_stamp(session, subject, at)
    if action is not Action.AUTHORIZE:
        return ()
    row = session.scalar(select(AuthorizationRow).where(AuthorizationRow.text_digest == subject.value))
    if row is None:
        return ()
    found = read_row(row)
    held = qualification(session, found.qualification)
    return _changing(
        session, firm=found.firm, held=held, project=found.project, until=last_day(found.valid_until)
    )


def confirmed(
    house: House, questions: Sequence[Question], *, origin: Origin | None = None
) -> tuple[Answer, ...]:
    """Ask the registers; nothing may be open meanwhile.

    ``origin`` is where a firm asks from: that a register differs is then counted as one who was not found.

    Raises:
        RegisterSilent, RegisterNotGenuine: a register gave no answer that can be used; try later.
        RegisterDiffers: its leaf names the first field that a register does not confirm; the receipts are
            kept.
    """
    answers = tuple(house.registers.ask(question) for question in questions)
    try:
        for answer in answers:
            check_same(answer)
    except RegisterDiffers:
        with house.database.transaction() as session:
            receipts.keep(session, answers)
            if origin is not None:
                attempts.record(session, Attempt.HOLDER, origin, clock=house.clock)
        raise
    return answers


def _about_stamp(session: Session, subject: Digest, at: datetime) -> tuple[Question, ...]:
    """Ask whether the qualification stands today; of the project only what an authorization names."""
    slot = session.scalar(select(SlotRow).where(SlotRow.subject == subject.value))
    asked = None if slot is None else asked_of(session, slot.agreement, slot.id)
    if asked is None:
        return ()
    granted = None if asked.authorization is None else authorization(session, asked.authorization)
    held = qualification(session, asked.qualification)
    today = at.astimezone(BEIJING).date()
    return (_about_held(session, held, until=today, project=None if granted is None else granted.project),)


def _changing(
    session: Session, *, firm: Uscc, held: Qualification, project: str, until: date
) -> tuple[Question, ...]:
    asking = organization(session, firm)
    return (
        about_firm(
            uscc=firm,
            name=asking.name,
            representative=_named(session, asking.legal_representative),
            about=asking.legal_representative,
        ),
        _about_held(session, held, until=until, project=project),
    )


def _about_held(session: Session, held: Qualification, *, until: date, project: str | None) -> Question:
    holder = person(session, held.person)
    return about_qualification(
        kind=held.kind.value,
        registration_number=held.registration_number,
        holder=(holder.name, holder.citizen_number),
        employer=held.employer,
        until=until,
        project=project,
        about=holder.id,
    )


def _named(session: Session, whom: PersonId | None) -> tuple[str, CitizenNumber] | None:
    if whom is None:
        return None
    found = person(session, whom)
    return found.name, found.citizen_number
