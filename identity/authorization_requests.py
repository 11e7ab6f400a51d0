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
from identity.authorization_text import BEIJING, Particulars, last_day, says, write
from identity.organizations import organization
from identity.people import PersonId
from identity.people import person as person_of
from identity.qualifications import QualificationId, QualificationUnknown, check_valid
from identity.qualifications import qualification as qualification_of
from identity.use_limits import check_uses

ANSWER_TIME = timedelta(days=14)
"""How long a request waits for its answer, unless its validity ends before: two weeks, our own measure."""


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


class ValidityBackdated(Refused):
    """The validity begins before the day on which it is asked for."""

    code = "authorization-validity-backdated"
    zh = "授权的有效期自 {valid_from} 起，早于申请之日；授权不能追溯，请从当日或之后起算后重新申请。"
    en = (
        "The validity begins at {valid_from}, before the day of the request; nothing is granted backwards. "
        "Let it begin today or later and request again."
    )


class TextDiffers(Refused):
    """The stored row or a register no longer says what the text says."""

    code = "authorization-text-differs"
    zh = "授权 {authorization} 的登记内容与本人阅读的文本不一致，不能授权；请由单位重新提出申请。"
    en = "What is recorded of authorization {authorization} differs from the text; have it requested anew."


def request(
    session: Session,
    *,
    firm: Uscc,
    person: PersonId,
    qualification: QualificationId,
    purpose: str,
    project: str,
    position: str,
    scope: str,
    valid_from: datetime,
    valid_until: datetime,
    uses: int | None,
    clock: Clock,
) -> Authorization:
    """Ask ``person`` to let ``firm`` use a qualification; times are aware and cut to whole minutes.

    ``uses`` is how often, None for any number within the validity. The request waits for an answer for
    ``ANSWER_TIME``, at most to the end of the validity.

    Raises:
        OrganizationUnknown, PersonUnknown: one of them is not registered.
        QualificationUnknown, QualificationExpired: not the person's, or it ends within the validity.
        TextEmpty, TextTooLong, HiddenCharacter: a field cannot stand in the text.
        ValidityReversed, ValidityPast, ValidityBackdated, UsesOutOfRange: times or number make no validity.
    """
    now = clock.now()
    row = AuthorizationRow(
        id=uuid4(),
        state=State.REQUESTED.value,
        firm=firm.text,
        person=person,
        qualification=qualification,
        purpose=names.check_text(purpose, names.PURPOSE),
        project=names.check_text(project, names.PROJECT),
        position=names.check_text(position, names.POSITION),
        scope=names.check_text(scope, names.SCOPE),
        valid_from=_minute(valid_from),
        valid_until=_minute(valid_until),
        uses=check_uses(uses),
        taken=0,
        answer_by=min(_minute(now + ANSWER_TIME), _minute(valid_until)),
        requested_at=now,
    )
    _check_validity(row)
    _check_held(session, row)
    text = write(particulars(session, row))
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
    if row.valid_from.astimezone(BEIJING).date() < row.requested_at.astimezone(BEIJING).date():
        raise ValidityBackdated(valid_from=row.valid_from)


def _check_held(session: Session, row: AuthorizationRow) -> None:
    """Check that the person holds the qualification to the last day; another's is as unknown as none."""
    held = qualification_of(session, QualificationId(row.qualification))
    if held.person != row.person:
        raise QualificationUnknown
    check_valid(held, at=last_day(row.valid_until))


def particulars(session: Session, row: AuthorizationRow) -> Particulars:
    """Give what ``row`` asks for, with the names that the registers hold now."""
    held = qualification_of(session, QualificationId(row.qualification))
    return Particulars(
        request_number=row.id,
        person=person_of(session, PersonId(row.person)),
        firm=organization(session, Uscc.parse(row.firm)),
        qualification=held,
        employer=organization(session, held.employer),
        purpose=row.purpose,
        project=row.project,
        position=row.position,
        scope=row.scope,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        uses=row.uses,
        answer_by=row.answer_by,
    )


def check_text(session: Session, row: AuthorizationRow) -> None:
    """Check that the stored text asks for exactly what the row holds: what is read is what will count.

    Raises:
        TextDiffers: row, register or text was changed since the text was written.
    """
    times = (row.valid_from, row.valid_until, row.answer_by)
    whole = all(_minute(each) == each for each in times)
    if not (whole and says(read_row(row).text, particulars(session, row))):
        raise TextDiffers(authorization=row.id)
