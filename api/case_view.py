"""What a case is about, as an officer and its person read it: found by the digest of its subject.

about = about_case(session, case)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.authorization_view import LookalikeSeen, deceiving
from evidence.digest import sha256
from evidence.errors import Term
from identity.authorization_records import AuthorizationRow, read_row
from identity.challenges import Action
from identity.counter_cases import Case
from identity.passkeys import PasskeyRow
from signing.agreements import agreement
from signing.seals import seal
from signing.tables import SealAppointmentRow, SlotRow
from signing.void_rows import VoidAnswerRow, VoidRow

NUMBER_SHOWN = 4
"""Characters of a citizen number that stay visible at each end."""


@dataclass(frozen=True)
class About:
    """What a case is about: a line, the whole text where there is one, and its person's page.

    ``lookalikes`` are characters of the text that may be taken for others.
    """

    line: Term
    text: Term | None
    path: str
    lookalikes: Sequence[LookalikeSeen] = ()


def about_case(session: Session, case: Case) -> About | None:
    """Tell what ``case`` is about; None when its subject is no more."""
    if case.action is Action.AUTHORIZE:
        return _authorization(session, case)
    if case.action is Action.ADD_PASSKEY:
        return _passkey(session, case)
    if case.action is Action.APPOINT_KEEPER:
        return _appointment(session, case)
    if case.action is Action.VOID:
        return _void(session, case)
    return _slot(session, case)


def masked_number(number: str) -> str:
    """Show the ends of a citizen number alone, enough to compare with a document."""
    hidden = len(number) - 2 * NUMBER_SHOWN
    return number[:NUMBER_SHOWN] + "*" * hidden + number[-NUMBER_SHOWN:]


def masked_phone(phone: str) -> str:
    """Show the last digits of a phone number alone."""
    return "*" * max(len(phone) - NUMBER_SHOWN, 0) + phone[-NUMBER_SHOWN:]


def masked_mail(mail: str) -> str:
    """Show the first character of a mailbox, and its host."""
    return mail and f"{mail[:1]}***@{mail.rpartition('@')[2]}"


def _authorization(session: Session, case: Case) -> About | None:
    row = session.scalar(select(AuthorizationRow).where(AuthorizationRow.text_digest == case.subject.value))
    if row is None:
        return None
    return About(
        line=Term(f"{row.project}：{row.purpose}", f"{row.project}: {row.purpose}"),
        text=Term(row.text_zh, row.text_en),
        path=f"/authorizations/{row.id}",
        lookalikes=deceiving(session, read_row(row)),
    )


def _passkey(session: Session, case: Case) -> About | None:
    row = session.scalar(select(PasskeyRow).where(PasskeyRow.subject == case.subject.value))
    if row is None or row.public_key is None:
        return None
    key = sha256(row.public_key)
    return About(
        line=Term(f"“{row.label}”，公钥摘要 {key}", f"“{row.label}”, digest of its public key {key}"),
        text=None,
        path=f"/engineer/devices/{row.id}",
    )


def _appointment(session: Session, case: Case) -> About | None:
    asked = select(SealAppointmentRow).where(SealAppointmentRow.subject == case.subject.value)
    row = session.scalar(asked)
    if row is None:
        return None
    mark = seal(session, row.seal).called
    return About(
        line=Term(f"委任“{mark.zh}”的保管人", f"keeper of “{mark.en}”"),
        text=Term(row.text_zh, row.text_en),
        path=f"/seals/{row.seal}/appointments/{row.id}",
    )


def _slot(session: Session, case: Case) -> About | None:
    slot = session.scalar(select(SlotRow).where(SlotRow.subject == case.subject.value))
    if slot is None:
        return None
    title = agreement(session, slot.agreement).title
    return About(
        line=Term(f"《{title}》，身份：{slot.capacity_zh}", f"“{title}”, as {slot.capacity_en}"),
        text=None,
        path=f"/agreements/{slot.agreement}/slots/{slot.id}",
    )


def _void(session: Session, case: Case) -> About | None:
    asked = session.scalar(select(VoidAnswerRow).where(VoidAnswerRow.subject == case.subject.value))
    made = None if asked is None else session.get(VoidRow, asked.void)
    if asked is None or made is None:
        return None
    found = agreement(session, asked.agreement)
    capacity, title = found.slot(asked.slot).capacity, found.title
    return About(
        line=Term(
            f"《{title}》，身份：{capacity.zh}；作废理由：{made.reason}",
            f"“{title}”, as {capacity.en}; reason of voiding: {made.reason}",
        ),
        text=None,
        path=f"/agreements/{asked.agreement}/slots/{asked.slot}/void",
    )
