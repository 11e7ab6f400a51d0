"""Limits of a seal: how often, for what and when it may be used, as its legal representative sets them.

They are looked at when a slot is signed, while the seal is locked, so that two uses at once cannot both be
the last one. New limits take the place of the old ones, and uses are counted from then on; each setting is a
step of the seal's life (:mod:`signing.seal_changes`), and a fact.

    limit_seal(session, seal.id, Limits(uses=3, words=("施工许可",)), by=representative, keyring=keyring)
    check_limits(session, seal, title="施工许可联合申请", at=clock.now())
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.errors import CIVIL_TIME, Refused, Term
from identity.names import check_text
from identity.people import PersonId
from signing.held_keys import Keyring
from signing.seal_changes import SealUnchangeable, check_owner, locked_row, record_change
from signing.seal_states import SealState
from signing.seal_uses import count_uses
from signing.seals import Seal, read_row
from signing.tables import SealChangeRow, SealLimitRow

LIMITED = "limited"
"""The step that sets limits."""

MOST_WORDS = 10
"""Purposes of one seal: more than a reader keeps in mind."""

MOST_USES = 1_000_000
"""Uses that a limit may name."""

LONGEST_WORD = 20
"""Characters of a purpose."""

WORD = Term("用途", "purpose")


class LimitsImpossible(Refused):
    """Nothing could ever be sealed within the limits, or they are too many."""

    code = "limits-impossible"
    zh = "使用限制有误：次数为 1 至 {uses} 次，截止日不早于起始日，用途不超过 {limit} 项。请改正后再提交。"
    en = "These limits do not work: 1 to {uses} uses, no end before the beginning, {limit} purposes at most."


class SealUsesSpent(Refused):
    """The seal was used as often as it may be."""

    code = "seal-uses-spent"
    zh = "印章“{name}”限用 {limit} 次，已经用完；请法定代表人另设使用限制。"
    en = "The seal “{name}” was limited to {limit} uses, all made; its legal representative may set others."


class SealForOtherPurpose(Refused):
    """The title of the document has none of the purposes of the seal."""

    code = "seal-for-other-purpose"
    zh = "印章“{name}”只用于标题含有“{words}”的文件，本文件不在其内；请改用其他印章，或请法定代表人调整。"
    en = (
        "The seal “{name}” is for documents whose titles have “{words}”, and this one has not; use another "
        "seal, or ask the legal representative."
    )


class SealOutsidePeriod(Refused):
    """Today is outside of the days on which the seal may be used."""

    code = "seal-outside-period"
    zh = "印章“{name}”限于 {period} 使用，今天不能盖章；请法定代表人调整使用限制。"
    en = "The seal “{name}” may be used {period} only, not today; ask the legal representative."


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What bounds the use of a seal; each is left out where nothing does.

    ``uses`` counts from the setting of the limits. One of the ``words`` must stand in the title of the
    document. The days are of Beijing, the first and the last one included.
    """

    uses: int | None = None
    words: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def period(self) -> Term:
        """The days on which the seal may be used."""
        first, last = self.starts_on, self.ends_on
        if first is None:
            return Term(f"{last} 及以前", f"until {last}")
        if last is None:
            return Term(f"{first} 起", f"from {first}")
        return Term(f"{first} 至 {last}", f"from {first} until {last}")


NO_LIMITS = Limits()
"""What lifts the limits that were set before."""


@dataclass(frozen=True, kw_only=True)
class LimitsInForce:
    """The limits of a seal as they stand, since when, and how often it was used since."""

    limits: Limits
    since: datetime
    used: int


def limit_seal(
    session: Session, seal_id: UUID, limits: Limits, *, by: PersonId, keyring: Keyring
) -> LimitsInForce:
    """Set the limits of a seal, in the place of earlier ones; empty ones lift all.

    Raises:
        SealUnknown: there is no such seal.
        NotInPosition: ``by`` is not the legal representative.
        SealUnchangeable: it was cancelled.
        LimitsImpossible, TextEmpty, TextTooLong, HiddenCharacter: the limits cannot be kept.
    """
    row = locked_row(session, seal_id)
    check_owner(session, row, by)
    if row.state == SealState.CANCELLED:
        action = Term("限制使用", "limited")
        state = SealState(row.state).term
        raise SealUnchangeable(name=read_row(row).called, state=state, since=row.state_since, action=action)
    words = tuple(check_text(word, WORD, limit=LONGEST_WORD) for word in limits.words)
    _check(limits)
    body: dict[str, Value] = {
        "uses": limits.uses,
        "words": list(words),
        "starts_on": None if limits.starts_on is None else limits.starts_on.isoformat(),
        "ends_on": None if limits.ends_on is None else limits.ends_on.isoformat(),
    }
    step = record_change(session, row, LIMITED, by=by, keyring=keyring, further={"limits": body})
    session.add(
        SealLimitRow(
            seal=row.id,
            version=step.version,
            uses=limits.uses,
            words=list(words),
            starts_on=limits.starts_on,
            ends_on=limits.ends_on,
            used_before=count_uses(session, row.id),
        )
    )
    session.flush()
    return LimitsInForce(limits=replace(limits, words=words), since=step.changed_at, used=0)


def limits_of(session: Session, seal_id: UUID) -> LimitsInForce | None:
    """Return the limits that stand now; None where none were ever set."""
    step = (SealChangeRow.seal == SealLimitRow.seal) & (SealChangeRow.version == SealLimitRow.version)
    found = session.execute(
        select(SealLimitRow, SealChangeRow.changed_at)
        .join(SealChangeRow, step)
        .where(SealLimitRow.seal == seal_id)
        .order_by(SealLimitRow.version.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    row, since = found
    limits = Limits(uses=row.uses, words=tuple(row.words), starts_on=row.starts_on, ends_on=row.ends_on)
    used = count_uses(session, seal_id) - row.used_before
    return LimitsInForce(limits=limits, since=since, used=used)


def check_limits(session: Session, seal: Seal, *, title: str, at: datetime) -> None:
    """Check that a seal, which is locked, may be used once more, for the document of this title, at ``at``.

    Raises:
        SealUsesSpent, SealForOtherPurpose, SealOutsidePeriod: it may not.
    """
    standing = limits_of(session, seal.id)
    if standing is None:
        return
    limits, today = standing.limits, at.astimezone(CIVIL_TIME).date()
    if limits.uses is not None and standing.used >= limits.uses:
        raise SealUsesSpent(name=seal.called, limit=limits.uses)
    if limits.words and not any(word in title for word in limits.words):
        raise SealForOtherPurpose(
            name=seal.called, words=Term("、".join(limits.words), ", ".join(limits.words))
        )
    early = limits.starts_on is not None and today < limits.starts_on
    late = limits.ends_on is not None and today > limits.ends_on
    if early or late:
        raise SealOutsidePeriod(name=seal.called, period=limits.period)


def _check(limits: Limits) -> None:
    never = limits.uses is not None and not 1 <= limits.uses <= MOST_USES
    days = limits.starts_on, limits.ends_on
    backwards = days[0] is not None and days[1] is not None and days[1] < days[0]
    if never or backwards or len(limits.words) > MOST_WORDS:
        raise LimitsImpossible(limit=MOST_WORDS, uses=f"{MOST_USES:,}")
