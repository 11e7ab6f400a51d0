"""Whether a genuine certificate may be relied on, and as of when.

Three things are known about a certificate's state at most: what the issuer's status list said at its time,
what a change record in the bundle says, and what a witness saw online. An ending (revoked, superseded and the
like) stays true whenever it was learnt. Otherwise the newest knowledge counts, and only while it is fresh
enough. Nothing known, or only something old, means UNKNOWN; absence of an exception is never read as "in
force now".

    standing = judge(validity, IN_FORCE, status, [known], asked_at=now)  # IN_FORCE as of the list's time
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from evidence.certificate_types import LifeState
from evidence.statuslist import CertificateState
from verify.checks import Concern, Finding, Outcome
from verify.report import Answer
from verify.sentences import SENTENCES
from verify.words import Words, day_of, moment

IN_FORCE, EXPIRED, NOT_YET_VALID, UNKNOWN = "in-force", "expired", "not-yet-valid", "unknown"
SUSPENDED, ENDED = "suspended", "ended"
LISTED = {
    CertificateState.NONE: IN_FORCE,
    CertificateState.SUSPENDED: SUSPENDED,
    CertificateState.REVOKED: ENDED,
    CertificateState.SUPERSEDED: "superseded",
}
"""What the two bits of a list and of the chain say: of an ending they do not tell which."""

ENDINGS = frozenset({ENDED, *(state.value for state in LifeState if state.ends)})


@dataclass(frozen=True)
class KnownState:
    """A state by name as of a moment, the sentence that says who knows it, and whether it is fresh enough."""

    state: str
    as_of: datetime
    words: Words
    fresh: bool = True


@dataclass(frozen=True)
class Period:
    """The validity as issued: whole days in Beijing, both included; None means without end."""

    issued_at: datetime
    valid_from: date
    valid_until: date | None

    @cached_property
    def words(self) -> Words:
        """The period as a phrase."""
        if self.valid_until is None:
            return SENTENCES["period-open"].filled(first=self.valid_from.isoformat())
        return SENTENCES["period"].filled(
            first=self.valid_from.isoformat(), last=self.valid_until.isoformat()
        )


@dataclass(frozen=True)
class Standing:
    """The answer with its state, its moment, and the two sentences that tell it."""

    answer: Answer
    state: str
    as_of: datetime | None
    headline: Words
    why: Words


def check_validity(period: Period, *, asked_at: datetime) -> tuple[Finding, str]:
    """Check that the validity covers the moment asked about; gives the finding and the state it means."""
    day = day_of(asked_at)
    facts: dict[str, str | Words] = {"day": day.isoformat(), "period": period.words}
    if asked_at < period.issued_at.replace(microsecond=0):  # moments are asked for to the second
        return _validity("validity-unissued", NOT_YET_VALID, {"at": moment(period.issued_at)})
    if day < period.valid_from:
        return _validity("validity-early", NOT_YET_VALID, facts)
    if period.valid_until is not None and day > period.valid_until:
        return _validity("validity-over", EXPIRED, facts)
    return _validity("validity-within", IN_FORCE, facts)


def _validity(key: str, state: str, facts: dict[str, str | Words]) -> tuple[Finding, str]:
    outcome = Outcome.PASSED if state == IN_FORCE else Outcome.FAILED
    return Finding("validity", outcome, SENTENCES[key].filled(**facts), Concern.IN_FORCE), state


def ending(known: Sequence[KnownState]) -> KnownState | None:
    """The earliest known ending of the certificate, or None."""
    return min(
        (state for state in known if state.state in ENDINGS), key=lambda state: state.as_of, default=None
    )


def judge(
    validity: Finding,
    validity_state: str,
    status: Finding,
    known: Sequence[KnownState],
    *,
    asked_at: datetime,
) -> Standing:
    """Give the answer for a certificate that is genuine."""
    ended = ending(known)
    if ended is not None:
        return not_in_force(ended.state, ended.as_of, ended.words)
    if validity_state != IN_FORCE:
        return not_in_force(validity_state, asked_at, validity.words)
    newest = max(known, key=lambda state: state.as_of, default=None)
    if newest is None or not newest.fresh:
        return unknown(status.words if newest is None else newest.words)
    if newest.state == SUSPENDED:
        return not_in_force(newest.state, newest.as_of, newest.words)
    headline = SENTENCES["headline-in-force"].filled(at=moment(newest.as_of))
    return Standing(Answer.IN_FORCE, IN_FORCE, newest.as_of, headline, newest.words)


def unknown(why: Words) -> Standing:
    """The answer for something genuine of which nobody knows whether it is in force."""
    return Standing(Answer.UNKNOWN, UNKNOWN, None, SENTENCES["headline-unknown"], why)


def state_words(state: str) -> Words:
    """The word for a state."""
    return SENTENCES[f"state-{state}"]


def not_in_force(state: str, as_of: datetime, why: Words) -> Standing:
    """The answer for something genuine that may not be relied on."""
    headline = SENTENCES["headline-not-in-force"].filled(state=SENTENCES[f"state-{state}"], at=moment(as_of))
    return Standing(Answer.NOT_IN_FORCE, state, as_of, headline, why)
