"""An authorization bundle: genuine (checks 1 to 8), approved by its person (9), in force (10 and 11).

The authorization names the approval by digest; the approval must be for exactly its text and by the same
committed person. There is no status list for authorizations: a change record in the bundle (used, revoked,
refused, lapsed) ends it, and without one nobody knows offline whether it was ended since, so the answer is
UNKNOWN, never IN_FORCE.
"""

from dataclasses import dataclass
from datetime import datetime

from evidence.canonical import Value
from evidence.errors import BundleMalformed
from evidence.fields import Fields
from evidence.statement import StatementType
from verify.argument import Examined, disclosed_facts
from verify.checks import Concern, Finding, Outcome
from verify.exhibits import ReadExhibit
from verify.labels import shown
from verify.report import Kind, Report, ShownFact
from verify.sentences import SENTENCES
from verify.settlement import Subject, settle
from verify.standing import EXPIRED, IN_FORCE, NOT_YET_VALID, Standing, not_in_force, unknown
from verify.trust import TrustAnchors
from verify.words import Words, moment

ACTION = "authorize"
"""The action of an approval that grants an authorization (``identity.challenges``)."""

METHODS = {"face": "approval-binds", "face+passkey": "approval-binds-device"}
"""What is said of an approval, by how the person was recognised (``identity.approvals``)."""

LONGEST_METHOD = 40
"""Characters of an unknown method that a report repeats."""

ENDINGS = frozenset({"used", "revoked", "refused", "lapsed"})
"""What a change record can say; each is final (``identity.authorization_states``)."""


@dataclass(frozen=True)
class AuthorizationBody:
    """What an authorization says; ``person`` is a commitment, ``text`` and ``approval`` are digests."""

    firm: str
    purpose: str
    project: str
    valid_from: datetime
    valid_until: datetime
    person: bytes
    text: str
    approval: bytes

    @classmethod
    def read(cls, body: Value) -> "AuthorizationBody":
        """Read the body of an authorization statement.

        Raises:
            BundleMalformed: naming the member that is missing or malformed.
        """
        fields = Fields(body, BundleMalformed, place="body")
        return cls(
            firm=fields.text("firm"),
            purpose=fields.text("purpose"),
            project=fields.text("project"),
            valid_from=fields.moment("valid_from"),
            valid_until=fields.moment("valid_until"),
            person=fields.octets("person"),
            text=fields.text("text"),
            approval=fields.octets("approval"),
        )


def authorization_report(examined: Examined, trust: TrustAnchors, *, asked_at: datetime) -> Report:
    """Give the report on a bundle whose subject is an authorization.

    Raises:
        BundleMalformed: the body of the authorization statement is incomplete.
    """
    body = AuthorizationBody.read(examined.subject.body)
    validity, state = _check_validity(body, asked_at)
    status, standing = _check_changes(examined, asked_at)
    if standing is None:
        standing = (
            unknown(status.words) if state == IN_FORCE else not_in_force(state, asked_at, validity.words)
        )
    findings = (*examined.findings, _check_approval(examined, body), validity, status, *examined.related)
    about = Subject(Kind.AUTHORIZATION, examined.subject.digest.hex(), _facts(examined, body))
    return settle(about, findings, standing, trust, asked_at=asked_at)


def _check_approval(examined: Examined, body: AuthorizationBody) -> Finding:
    approval = next((one for one in examined.exhibits if one.digest == body.approval), None)
    if approval is None:
        return Finding("approval", Outcome.INDETERMINATE, SENTENCES["approval-absent"])
    differing = _differing(approval, body)
    if differing is not None:
        words = SENTENCES["approval-of-another"].filled(member=differing)
        return Finding("approval", Outcome.FAILED, words)
    at, method = moment(approval.signed.statement.issued_at), str(approval.body.get("method"))
    if method not in METHODS:
        words = SENTENCES["approval-method-unknown"].filled(at=at, method=method[:LONGEST_METHOD])
        return Finding("approval", Outcome.INDETERMINATE, words)
    return Finding("approval", Outcome.PASSED, SENTENCES[METHODS[method]].filled(at=at))


def _differing(approval: ReadExhibit, body: AuthorizationBody) -> str | None:
    """The first member in which the approval is not the one that the authorization needs, or None."""
    if approval.type is not StatementType.APPROVAL:
        return "type"
    needed = {"action": ACTION, "subject": body.text, "person": body.person}
    return next((name for name, value in needed.items() if approval.body.get(name) != value), None)


def _check_validity(body: AuthorizationBody, asked_at: datetime) -> tuple[Finding, str]:
    period = _period(body)
    key, state = "validity-within", IN_FORCE
    if asked_at < body.valid_from:
        key, state = "validity-early", NOT_YET_VALID
    elif asked_at >= body.valid_until:
        key, state = "validity-over", EXPIRED
    outcome = Outcome.PASSED if state == IN_FORCE else Outcome.FAILED
    words = SENTENCES[key].filled(day=moment(asked_at), period=period)
    return Finding("validity", outcome, words, Concern.IN_FORCE), state


def _check_changes(examined: Examined, asked_at: datetime) -> tuple[Finding, Standing | None]:
    """What a sound change record of the same issuer says, up to the moment asked about."""
    subject = examined.subject
    for place, exhibit in enumerate(examined.exhibits):
        changed = exhibit.signed.statement
        if (
            place > 0
            and exhibit.type is StatementType.AUTHORIZATION_CHANGE
            and changed.issuer == subject.signed.statement.issuer
            and exhibit.body.get("authorization") == subject.digest
            and changed.issued_at <= asked_at
            and examined.sound(place)
        ):
            state = str(exhibit.body.get("change"))
            if state in ENDINGS:
                words = SENTENCES["authorization-changed"].filled(
                    at=moment(changed.issued_at), state=SENTENCES[f"state-{state}"]
                )
                finding = Finding("status", Outcome.FAILED, words, Concern.IN_FORCE)
                return finding, not_in_force(state, changed.issued_at, words)
    words = SENTENCES["status-not-listed"]
    return Finding("status", Outcome.INDETERMINATE, words, Concern.IN_FORCE), None


def _period(body: AuthorizationBody) -> Words:
    return SENTENCES["period"].filled(first=moment(body.valid_from), last=moment(body.valid_until))


def _facts(examined: Examined, body: AuthorizationBody) -> tuple[ShownFact, ...]:
    return (
        shown("firm", body.firm),
        shown("purpose", body.purpose),
        shown("project", body.project),
        *disclosed_facts(examined),
        shown("validity", _period(body)),
    )
