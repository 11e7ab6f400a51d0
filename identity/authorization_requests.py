"""A firm's request: checked, written out as the exact text that the person will read, and stored.

asked = request(session, firm=uscc, person=person_id, qualification=qualification_id, …)
asked.text.zh, asked.digest
"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.errors import Refused
from evidence.identifiers import Uscc
from identity import names
from identity.authorization_records import Authorization, AuthorizationRow, read_row
from identity.authorization_states import State
from identity.authorization_text import BEIJING, AuthorizationText, write
from identity.organizations import organization
from identity.people import PersonId
from identity.people import person as person_of
from identity.qualifications import Qualification, QualificationId, QualificationUnknown, check_valid
from identity.qualifications import qualification as qualification_of


class ValidityReversed(Refused):
    """The validity ends before it begins."""

    code = "authorization-validity-reversed"
    zh = "授权的有效期止（{valid_until}）不晚于有效期起（{valid_from}）；请改正后重新申请。"
    en = "The validity ends at {valid_until}, not after its start {valid_from}; correct it and request again."


class ValidityPast(Refused):
    """The validity is over before anybody is asked."""

    code = "authorization-validity-past"
    zh = "授权的有效期已于 {valid_until} 结束；请选择将来的时间后重新申请。"
    en = "The validity ended at {valid_until}; choose a later time and request again."


def request(
    session: Session,
    *,
    firm: Uscc,
    person: PersonId,
    qualification: QualificationId,
    purpose: str,
    project: str,
    valid_from: datetime,
    valid_until: datetime,
    clock: Clock,
) -> Authorization:
    """Ask ``person`` to let ``firm`` use a qualification; times are aware and cut to whole minutes.

    Raises:
        OrganizationUnknown, PersonUnknown: one of them is not registered.
        QualificationUnknown, QualificationExpired: not the person's, or it ends within the validity.
        TextEmpty, TextTooLong, HiddenCharacter: purpose or project cannot stand in the text.
        ValidityReversed, ValidityPast: the times make no validity.
    """
    row = AuthorizationRow(
        id=uuid4(),
        state=State.REQUESTED.value,
        firm=firm.text,
        person=person,
        qualification=qualification,
        purpose=names.check_text(purpose, names.PURPOSE),
        project=names.check_text(project, names.PROJECT),
        valid_from=_minute(valid_from),
        valid_until=_minute(valid_until),
        requested_at=clock.now(),
    )
    _check_validity(row)
    text = _write(session, row, firm=firm, held=_held(session, person, qualification))
    row.text_zh, row.text_en, row.text_digest = text.zh, text.en, text.digest.value
    session.add(row)
    session.flush()
    return read_row(row)


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _check_validity(row: AuthorizationRow) -> None:
    if row.valid_from >= row.valid_until:
        raise ValidityReversed(
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
    if row.valid_until <= row.requested_at:
        raise ValidityPast(valid_until=row.valid_until)


def _held(session: Session, person: PersonId, qualification: QualificationId) -> Qualification:
    """Give the qualification when ``person`` holds it; another's is as unknown as none."""
    held = qualification_of(session, qualification)
    if held.person != person:
        raise QualificationUnknown
    return held


def _write(session: Session, row: AuthorizationRow, *, firm: Uscc, held: Qualification) -> AuthorizationText:
    last_day = (row.valid_until - timedelta(minutes=1)).astimezone(BEIJING).date()
    check_valid(held, at=last_day)
    return write(
        request_number=row.id,
        person=person_of(session, held.person),
        firm=organization(session, firm),
        qualification=held,
        employer=organization(session, held.employer),
        purpose=row.purpose,
        project=row.project,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )
