"""What a copy or a presentation adds to the checks of a certificate's code.

A copy is good from its making until its last day, which its code says itself; that its holder withdrew it is
known online alone, and offline the report says so and answers all the same. What was seen of it online counts
for as long as a status list does. A presentation proves who shows it for 60
seconds from its making; after that it may be a photograph, and the answer is UNKNOWN whatever the
certificate is. What ended the certificate goes before all of this.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from evidence.shown_codes import PRESENTATION_LIFE, CopyTerms, Extra, Presentation
from verify.checks import Concern, Finding, Outcome
from verify.labels import shown
from verify.report import Answer, Kind, ShownFact
from verify.sentences import SENTENCES
from verify.standing import Standing, not_in_force, unknown
from verify.trust import TrustAnchors
from verify.witness import CopyWitness, WitnessedCopy
from verify.words import Words, day_of, moment, quoted

COPY_EARLY, COPY_OVER, COPY_WITHDRAWN = "copy-early", "copy-over", "copy-withdrawn"
CLOCKS_APART = timedelta(seconds=10)
"""How far what was made just now may lie ahead of the device's clock: more would make it last longer."""


@dataclass(frozen=True)
class Judged:
    """What it adds: the kind of report, its findings, the facts, and the answer it allows."""

    kind: Kind
    findings: tuple[Finding, ...]
    facts: tuple[ShownFact, ...]
    standing: Standing


def judge_extra(
    extra: Extra, standing: Standing, seen: WitnessedCopy | None, *, asked_at: datetime
) -> Judged:
    """Judge what a code says beside the certificate; ``standing`` is the answer about that itself."""
    if isinstance(extra, CopyTerms):
        return _copy(extra, standing, seen, asked_at)
    return _presentation(extra, standing, asked_at)


def seen_copy(
    extra: Extra | None, copies: CopyWitness | None, trust: TrustAnchors, *, asked_at: datetime
) -> WitnessedCopy | None:
    """Ask what became of a copy; None when nobody knows, or what is known is too old. A withdrawal stays."""
    if copies is None or not isinstance(extra, CopyTerms):
        return None
    seen = copies.copy(extra.statement)
    if seen is None or seen.withdrawn_at is not None:
        return seen
    return seen if asked_at - seen.as_of <= trust.status_list_max_age else None


def _copy(extra: CopyTerms, standing: Standing, seen: WitnessedCopy | None, asked_at: datetime) -> Judged:
    key = "copy-bound"
    if asked_at + CLOCKS_APART < extra.made_at:
        key = COPY_EARLY
    elif day_of(asked_at) > extra.until:
        key = COPY_OVER
    unfit, bound = key != "copy-bound", _said(extra, key)
    if seen is None:
        kept, outcome, ended = SENTENCES["copy-unasked"], Outcome.INDETERMINATE, None
    elif seen.withdrawn_at is not None and seen.withdrawn_at > asked_at:
        kept, outcome, ended = _seen("copy-withdrawn-later", seen.withdrawn_at), Outcome.PASSED, None
    elif seen.withdrawn_at is None:
        kept, outcome, ended = _seen("copy-stands", seen.as_of), Outcome.PASSED, None
    else:
        kept, outcome, ended = _seen("copy-withdrawn", seen.withdrawn_at), Outcome.FAILED, seen.as_of
    given = standing
    if standing.answer is not Answer.NOT_IN_FORCE:
        if ended is not None:
            given = not_in_force(COPY_WITHDRAWN, ended, kept)
        elif unfit:
            given = not_in_force(key, asked_at, bound)
        elif standing.answer is Answer.IN_FORCE and standing.as_of is not None:
            headline = SENTENCES["headline-copy"].filled(at=moment(standing.as_of))
            given = replace(standing, headline=headline, why=_both(bound, kept))
    findings = (
        Finding("copy", Outcome.FAILED if unfit else Outcome.PASSED, bound, Concern.IN_FORCE),
        Finding("withdrawal", outcome, kept, Concern.IN_FORCE),
    )
    facts = (
        shown("recipient", extra.recipient),
        shown("purpose", extra.purpose),
        shown("copy_until", extra.until.isoformat()),
    )
    return Judged(Kind.CERTIFICATE_COPY, findings, facts, given)


def _presentation(extra: Presentation, standing: Standing, asked_at: datetime) -> Judged:
    at, bearer = (
        moment(extra.presented_at),
        SENTENCES[f"bearer-{extra.bearer.name.lower().replace('_', '-')}"],
    )
    key, outcome = "presentation-holds", Outcome.PASSED
    if extra.presented_at > asked_at + CLOCKS_APART:
        key, outcome = "presentation-early", Outcome.FAILED
    elif asked_at - extra.presented_at > PRESENTATION_LIFE:
        key, outcome = "presentation-over", Outcome.FAILED
    words = SENTENCES[key].filled(at=at, bearer=bearer)
    finding = Finding("presentation", outcome, words, Concern.IN_FORCE)
    if outcome is Outcome.FAILED:
        facts: tuple[ShownFact, ...] = ()
        refused = replace(unknown(words), headline=SENTENCES["headline-presentation-refused"])
        given = standing if standing.answer is Answer.NOT_IN_FORCE else refused
        return Judged(Kind.CERTIFICATE_PRESENTATION, (finding,), facts, given)
    given = standing
    if standing.answer is Answer.IN_FORCE and standing.as_of is not None:
        headline = SENTENCES["headline-presentation"].filled(at=moment(standing.as_of), presented=at)
        given = replace(standing, headline=headline)
    proved = SENTENCES["bearer-proved"].filled(bearer=bearer, at=at)
    return Judged(Kind.CERTIFICATE_PRESENTATION, (finding,), (shown("bearer", proved),), given)


def _said(extra: CopyTerms, key: str) -> Words:
    said = {"recipient": quoted(extra.recipient), "purpose": quoted(extra.purpose)}
    return SENTENCES[key].filled(**said, until=extra.until.isoformat(), at=moment(extra.made_at))


def _seen(key: str, at: datetime) -> Words:
    return SENTENCES[key].filled(at=moment(at))


def _both(first: Words, second: Words) -> Words:
    return Words(f"{first.zh}{second.zh}", f"{first.en} {second.en}")
