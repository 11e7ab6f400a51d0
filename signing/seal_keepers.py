"""Appointing the keeper of a seal: the legal representative reads the exact text, and shows their face.

1. :func:`ask` writes the text in both languages: which seal, who is to keep it, who keeps it now;
2. a face scan, or an officer, about :attr:`Appointment.digest` follows (:mod:`identity.challenges`);
3. :func:`appoint` hands the seal over by that approval, in its transaction: a step of the seal's life.

A slot that waits for the seal goes by the seal, so it passes to the new keeper with it. Asked for and not
approved within :data:`LONGEST`, or overtaken by another appointment, nothing comes of it.

    asked = ask(session, seal.id, keeper=person_id, by=representative, clock=clock)
    appoint(session, approval=approval, verifier=key, keyring=keyring)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.digest import Digest, HashAlgorithm, sha256
from evidence.errors import CIVIL_TIME, Refused
from evidence.identifiers import Uscc
from evidence.keys import VerifyingKey
from identity.approvals import Approval, check_approval
from identity.challenges import Action
from identity.commitments import commit_person
from identity.members import Position, positions
from identity.members import appoint as appoint_member
from identity.organizations import organization
from identity.people import Person, PersonId, person
from signing.held_keys import Keyring
from signing.seal_changes import check_owner, locked_row, record_change
from signing.seal_states import SealState
from signing.seals import Seal, SealCancelled, lock_seals, may_keep, read_row
from signing.tables import SealAppointmentRow, SealRow

ENTRUSTED = "entrusted"
"""The step by which another person keeps a seal."""

LONGEST = timedelta(days=1)
"""How long an appointment waits for its approval: time enough to go to an officer instead of the scan."""

SHOWN_DIGITS = 4
"""Characters of the citizen number that the text shows, from the end."""


class AppointmentUnknown(Refused):
    """No appointment has this id or text, or it is not the visitor's to approve."""

    code = "appointment-unknown"
    zh = "没有编号为 {appointment} 的保管人委任，请核对链接。"
    en = "No appointment {appointment} of a keeper exists; check the link."


class AppointmentOver(Refused):
    """It was approved, took too long, or the seal has another keeper or state by now."""

    code = "appointment-over"
    zh = "这份保管人委任已经办结、过期，或印章已另有变动；请在印章页面重新指定。"
    en = "This appointment is done or out of time, or the seal has changed since; begin again on its page."


class KeeperNotInOffice(Refused):
    """Only a member of the organization keeps its seal, and not who keeps it already. No name is repeated."""

    code = "keeper-not-in-office"
    zh = "保管人须是 {organization} 的另一名在任人员，且姓名不重；请填写全名，同名时在姓名后加空格和注册号。"
    en = (
        "The keeper must be one other person who acts for {organization}; give the full name, and where two "
        "bear it a space and the registration number."
    )


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """What the legal representative ``by`` is to approve: that ``keeper`` keeps the seal from then on."""

    id: UUID
    seal: UUID
    keeper: PersonId
    by: PersonId
    text_zh: str
    text_en: str
    digest: Digest
    until: datetime


def ask(session: Session, seal_id: UUID, *, keeper: PersonId, by: PersonId, clock: Clock) -> Appointment:
    """Write down that ``keeper`` is to keep the seal; nothing comes of it before it is approved.

    Raises:
        SealUnknown: there is no such seal.
        NotInPosition: ``by`` is not the legal representative.
        SealCancelled: nobody keeps it any more.
        KeeperNotInOffice: ``keeper`` does not act for the organization, or keeps it already.
    """
    row = locked_row(session, seal_id)
    check_owner(session, row, by)
    _check_keeper(session, row, keeper)
    id_, now = uuid4(), clock.now()
    zh, en = _text(session, read_row(row), keeper=keeper, by=by, number=id_, at=now)
    asked = SealAppointmentRow(
        id=id_,
        seal=row.id,
        keeper=keeper,
        replaced=row.keeper,
        asked_by=by,
        text_zh=zh,
        text_en=en,
        subject=sha256(f"{zh}\n\n{en}\n".encode()).value,
        asked_at=now,
    )
    session.add(asked)
    session.flush()
    return _appointment(asked)


def waiting(session: Session, appointment_id: UUID, *, by: PersonId, clock: Clock) -> Appointment:
    """Give the appointment that ``by`` may approve now.

    Raises:
        AppointmentUnknown: there is none, or another person's.
        AppointmentOver: nothing comes of it any more.
        NotInPosition: ``by`` is the legal representative no more.
        SealCancelled, KeeperNotInOffice: it cannot take effect.
    """
    asked = session.get(SealAppointmentRow, appointment_id, populate_existing=True)
    if asked is None or asked.asked_by != by:
        raise AppointmentUnknown(appointment=appointment_id)
    _check_waiting(session, asked, session.get_one(SealRow, asked.seal, populate_existing=True), clock)
    return _appointment(asked)


def appoint(session: Session, *, approval: Approval, verifier: VerifyingKey, keyring: Keyring) -> Seal:
    """Hand the seal over that ``approval`` is about.

    Raises:
        AppointmentUnknown: the approval is about none, or of another person.
        AppointmentOver, NotInPosition, SealCancelled, KeeperNotInOffice: it cannot take effect.
        SignatureInvalid, and the refusals of ``identity.approvals``: the approval does not allow this.
    """
    query = select(SealAppointmentRow).where(SealAppointmentRow.subject == approval.subject.value)
    asked = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if asked is None or asked.asked_by != approval.person:
        raise AppointmentUnknown(appointment=approval.subject)
    row = locked_row(session, asked.seal)
    _check_waiting(session, asked, row, keyring.clock)
    subject = Digest(HashAlgorithm.SHA256, asked.subject)
    check_approval(
        approval.signed, verifier, action=Action.APPOINT_KEEPER, subject=subject, clock=keyring.clock
    )
    uscc, keeper = Uscc.parse(row.organization), PersonId(asked.keeper)
    if not may_keep(positions(session, uscc=uscc, person=keeper)):
        position = Position.SEAL_KEEPER
        appoint_member(session, uscc=uscc, person=keeper, position=position, clock=keyring.clock)
    row.keeper = keeper
    session.flush()
    step = record_change(
        session,
        row,
        ENTRUSTED,
        by=approval.person,
        keyring=keyring,
        approval=approval.digest,
        further={"keeper": commit_person(session, person(session, keeper)), "text": asked.subject},
    )
    asked.approval, asked.fact = approval.digest, step.fact
    session.flush()
    return read_row(row)


def lock_seal_of(session: Session, subject: Digest) -> None:
    """Lock the seal, if any, that an approval of ``subject`` hands over, before that locks the log."""
    asked = select(SealAppointmentRow.seal).where(SealAppointmentRow.subject == subject.value)
    lock_seals(session, SealRow.id.in_(asked))


def _check_waiting(session: Session, asked: SealAppointmentRow, row: SealRow, clock: Clock) -> None:
    late = clock.now() >= asked.asked_at + LONGEST
    if asked.fact is not None or late or row.keeper != asked.replaced:
        raise AppointmentOver
    check_owner(session, row, PersonId(asked.asked_by))
    _check_keeper(session, row, PersonId(asked.keeper))


def _check_keeper(session: Session, row: SealRow, keeper: PersonId) -> None:
    uscc, found = Uscc.parse(row.organization), read_row(row)
    if found.state is SealState.CANCELLED:
        raise SealCancelled(name=found.called, since=found.state_since)
    if keeper == row.keeper or not positions(session, uscc=uscc, person=keeper):
        raise KeeperNotInOffice(organization=organization(session, uscc).name)


def _text(
    session: Session, found: Seal, *, keeper: PersonId, by: PersonId, number: UUID, at: datetime
) -> tuple[str, str]:
    """Write the exact text: one line for each thing, nothing in it but what is said here."""
    office = organization(session, found.organization)
    new, old, owner = (person(session, each) for each in (keeper, found.keeper, by))
    code, filed = office.uscc.text, found.filing_number
    mark, day = found.mark.term, f"{at.astimezone(CIVIL_TIME):%Y-%m-%d %H:%M}"
    zh = (
        "印章保管人委任书",
        f"委任编号：{number}",
        f"单位：{office.name}（统一社会信用代码 {code}）",
        f"印章：{mark.zh}，备案编号 {filed or '尚无'}",
        f"新保管人：{new.name}（公民身份号码末四位 {_end(new)}）",
        f"现保管人：{old.name}（公民身份号码末四位 {_end(old)}）",
        f"委任人：{owner.name}，法定代表人",
        f"提出时间：{day}（北京时间）",
        "同意委任，意味着：",
        "新保管人从此可以刷脸使用这枚印章，待盖章的文件转由其办理。",
        "现保管人从此不能再使用这枚印章，已经盖过的章依然有效。",
    )
    en = (
        "Appointment of a seal's keeper",
        f"Appointment number: {number}",
        f"Organization: {office.name} (unified social credit code {code})",
        f"Seal: {mark.en}, filing number {filed or 'none yet'}",
        f"New keeper: {new.name} (citizen number ending {_end(new)})",
        f"Present keeper: {old.name} (citizen number ending {_end(old)})",
        f"Appointed by: {owner.name}, legal representative",
        f"Asked at: {day} (Beijing time)",
        "If you agree:",
        "The new keeper uses this seal by face from now on, and takes over what waits for it.",
        "The present keeper can use it no more; what was sealed before stays sealed.",
    )
    return "\n".join(zh), "\n".join(en)


def _end(one: Person) -> str:
    return one.citizen_number.text[-SHOWN_DIGITS:]


def _appointment(asked: SealAppointmentRow) -> Appointment:
    return Appointment(
        id=asked.id,
        seal=asked.seal,
        keeper=PersonId(asked.keeper),
        by=PersonId(asked.asked_by),
        text_zh=asked.text_zh,
        text_en=asked.text_en,
        digest=Digest(HashAlgorithm.SHA256, asked.subject),
        until=asked.asked_at + LONGEST,
    )
