"""A certificate bundle: genuine (checks 1 to 8), in force (9 and 10), then a check for each other exhibit.

The subject states what was issued; its printed fields are commitments that the disclosures open. A change
record of the same issuer beside it (suspended, reinstated, revoked and the like) is knowledge of its state,
like a status list, and check 10 tells what counted. The anchor (check 8) is a claim of the log: reported
as claimed until a witness looked at the chain, it does not touch the conclusion, which speaks of
genuineness.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from evidence.canonical import Value
from evidence.errors import BundleMalformed
from evidence.fields import Fields
from evidence.statement import StatementType
from verify.argument import Examined, disclosed_facts
from verify.checks import Concern, Finding, Outcome
from verify.exhibits import ReadExhibit
from verify.labels import described, shown, type_name
from verify.report import Kind, Report, ShownFact
from verify.sentences import SENTENCES
from verify.settlement import Subject, settle
from verify.standing import (
    ENDED,
    ENDINGS,
    IN_FORCE,
    SUSPENDED,
    KnownState,
    Period,
    check_validity,
    ending,
    judge,
    state_words,
)
from verify.status import STATUS, StatusQuestion, look_up
from verify.trust import TrustAnchors
from verify.witness import CertificateReference, StatusWitness
from verify.words import day_from_count, moment

CHANGED_TO = {"reinstated": IN_FORCE, **{state: state for state in (SUSPENDED, *(ENDINGS - {ENDED}))}}
"""The actions of change records that say something about the state; ``issued`` says nothing of it."""


@dataclass(frozen=True)
class CertificateBody:
    """What a certificate statement says; the printed fields stand in it as commitments only."""

    licence_id: str
    number: str
    certificate_type: str
    holder: str | None
    valid_from: date
    valid_until: date | None
    status_index: int

    @classmethod
    def read(cls, body: Value) -> "CertificateBody":
        """Read the body of a certificate statement.

        Raises:
            BundleMalformed: naming the member that is missing or malformed.
        """
        fields = Fields(body, BundleMalformed, place="body")
        endless = fields.absent("valid_until")
        return cls(
            licence_id=fields.text("licence_id"),
            number=fields.text("number"),
            certificate_type=fields.text("certificate_type"),
            holder=None if fields.absent("holder") else fields.text("holder"),
            valid_from=_day(fields, "valid_from"),
            valid_until=None if endless else _day(fields, "valid_until"),
            status_index=fields.count("status_index"),
        )


def _day(fields: Fields, member: str) -> date:
    try:
        return day_from_count(fields.count(member))
    except OverflowError as error:
        raise fields.refuse(member) from error


def certificate_report(
    examined: Examined, trust: TrustAnchors, *, asked_at: datetime, witness: StatusWitness | None
) -> Report:
    """Give the report on a bundle whose subject is a certificate.

    Raises:
        BundleMalformed: the body of the certificate statement is incomplete.
    """
    subject, stated = examined.subject, examined.subject.signed.statement
    body = CertificateBody.read(stated.body)
    period = Period(stated.issued_at, body.valid_from, body.valid_until)
    question = StatusQuestion(
        certificate=CertificateReference(stated.issuer, body.licence_id, subject.digest, body.status_index),
        issued_at=stated.issued_at,
        asked_at=asked_at,
        enclosed=True,
    )
    validity, validity_state = check_validity(period, asked_at=asked_at)
    listed, learnt = look_up(examined.bundle.status_list, question, trust, witness)
    changes = _changes(examined, trust, asked_at)
    known = (*learnt, *changes)
    status = _status(listed, known, changes)
    standing = judge(validity, validity_state, status, known, asked_at=asked_at)
    about = Subject(Kind.CERTIFICATE, body.licence_id, _facts(examined, body, period, trust))
    findings = (*examined.findings, validity, status, *examined.related)
    return settle(about, findings, standing, trust, asked_at=asked_at)


def _status(listed: Finding, known: Sequence[KnownState], changes: Sequence[KnownState]) -> Finding:
    """The check of the state; a change record speaks where it names the ending or is the newest known.

    A list that breaks the evidence is told whatever the records say.
    """
    ended = ending(known)
    telling = ended or max(known, key=lambda state: state.as_of, default=None)
    if telling not in changes or telling is None or listed.concern is Concern.GENUINE:
        return listed
    outcome = Outcome.PASSED if telling.state == IN_FORCE else Outcome.FAILED
    if ended is None and not telling.fresh:
        outcome = Outcome.INDETERMINATE
    return Finding(STATUS, outcome, telling.words, Concern.IN_FORCE)


def _changes(examined: Examined, trust: TrustAnchors, asked_at: datetime) -> tuple[KnownState, ...]:
    """What sound change records of this issuer about this certificate say, up to the moment asked about."""
    return tuple(
        _known(exhibit, trust, asked_at)
        for place, exhibit in enumerate(examined.exhibits)
        if place > 0
        and exhibit.type is StatementType.CERTIFICATE_CHANGE
        and exhibit.signed.statement.issuer == examined.subject.signed.statement.issuer
        and exhibit.body.get("certificate") == examined.subject.digest
        and str(exhibit.body.get("action")) in CHANGED_TO
        and exhibit.signed.statement.issued_at <= asked_at
        and examined.sound(place)
    )


def _known(exhibit: ReadExhibit, trust: TrustAnchors, asked_at: datetime) -> KnownState:
    changed = exhibit.signed.statement
    state = CHANGED_TO[str(changed.body["action"])]
    words = SENTENCES["status-changed"].filled(
        issuer=trust.name_of(changed.issuer), at=moment(changed.issued_at), state=state_words(state)
    )
    fresh = asked_at - changed.issued_at <= trust.status_list_max_age
    return KnownState(state, changed.issued_at, words, fresh=fresh)


def _facts(
    examined: Examined, body: CertificateBody, period: Period, trust: TrustAnchors
) -> tuple[ShownFact, ...]:
    issuer = examined.subject.signed.statement.issuer
    type_ = described(trust, issuer, body.certificate_type)
    return (
        shown("certificate_type", type_name(type_, body.certificate_type)),
        shown("licence_id", body.licence_id),
        shown("number", body.number),
        *(() if body.holder is None else (shown("holder", body.holder),)),
        *disclosed_facts(examined, type_),
        shown("issuer", trust.name_of(issuer)),
        shown("validity", period.words),
    )
