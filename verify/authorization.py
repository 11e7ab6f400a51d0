"""An authorization bundle: genuine (checks 1 to 8), approved (9), confirmed (10), in force (11 and 12).

The authorization names the approval by digest; the approval must be for exactly its text and by the same
committed person, and since policy 2 with the same method and challenge as the authorization says. Check 10 is
put where the authorization names receipts of registers (``verify.register_receipts``). There is
no status list for authorizations: a change record in the bundle (used, revoked, refused, lapsed) ends it, as
do all its uses together, and without one nobody knows offline whether it was ended since, so the answer is
UNKNOWN, never IN_FORCE. Records of single uses are counted: 2 of 3 end nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from evidence.canonical import Value
from evidence.errors import BundleMalformed
from evidence.fields import Fields
from evidence.merkle import HASH_BYTES
from evidence.statement import StatementType
from verify.argument import Examined, disclosed_facts
from verify.checks import Concern, Finding, Outcome
from verify.exhibits import ReadExhibit
from verify.labels import shown
from verify.register_receipts import check_registers
from verify.report import Kind, Report, ShownFact
from verify.sentences import SENTENCES
from verify.settlement import Subject, settle
from verify.standing import EXPIRED, IN_FORCE, NOT_YET_VALID, Standing, not_in_force, unknown
from verify.trust import TrustAnchors
from verify.words import Words, moment

ACTION = "authorize"
"""The action of an approval that grants an authorization (``identity.challenges``)."""

METHODS = {
    "face": "approval-binds",
    "face+passkey": "approval-binds-device",
    "passkey+code+officer": "approval-binds-officer",
    "code+officer-at-counter": "approval-binds-counter",
}
"""What is said of an approval, by how the person was recognised (``identity.approvals``)."""

LONGEST_METHOD = 40
"""Characters of an unknown method that a report repeats."""

CLOCKS_APART = timedelta(minutes=5)
"""How far the clock of who verifies may be behind the issuer's, right after a grant."""

ENDINGS = frozenset({"used", "revoked", "refused", "lapsed"})
"""What a change record can say; each is final (``identity.authorization_states``)."""

USE = "use"
"""What a change record says of a use that leaves further ones (``identity.authorization_changes``)."""

FIRST_POLICY = "yinxin/authorization-policy/1"
"""One use; the statement names neither position, scope and uses nor method and challenge."""


@dataclass(frozen=True)
class Terms:
    """What an authorization says since policy 2; ``uses`` is None for any number."""

    position: str | None
    scope: str | None
    uses: int | None
    method: str
    challenge: str

    @classmethod
    def read(cls, fields: Fields) -> "Terms":
        """Take the members of these terms; raises BundleMalformed."""
        terms = cls(
            position=None if fields.absent("position") else fields.text("position"),
            scope=None if fields.absent("scope") else fields.text("scope"),
            uses=None if fields.absent("uses") else fields.count("uses"),
            method=fields.text("method"),
            challenge=fields.text("challenge"),
        )
        if terms.uses == 0:
            raise fields.refuse("uses")
        return terms


@dataclass(frozen=True)
class AuthorizationBody:
    """What an authorization says; ``person`` is a commitment, ``text`` and ``approval`` are digests.

    ``registers`` are digests too, None in statements from before they were named; ``terms`` is None under the
    first policy.
    """

    firm: str
    purpose: str
    project: str
    valid_from: datetime
    valid_until: datetime
    person: bytes
    text: str
    approval: bytes
    registers: tuple[bytes, ...] | None
    terms: Terms | None

    @property
    def uses(self) -> int | None:
        """How often it may be used, None for any number."""
        return 1 if self.terms is None else self.terms.uses

    @classmethod
    def read(cls, body: Value) -> "AuthorizationBody":
        """Read the body of an authorization statement.

        Raises:
            BundleMalformed: naming the member that is missing or malformed.
        """
        fields = Fields(body, BundleMalformed, place="body")
        policy = fields.text("policy") if fields.has("policy") else FIRST_POLICY
        return cls(
            firm=fields.text("firm"),
            purpose=fields.text("purpose"),
            project=fields.text("project"),
            valid_from=fields.moment("valid_from"),
            valid_until=fields.moment("valid_until"),
            person=fields.octets("person"),
            text=fields.text("text"),
            approval=fields.octets("approval"),
            registers=(
                fields.octets_list("registers", length=HASH_BYTES) if fields.has("registers") else None
            ),
            terms=None if policy == FIRST_POLICY else Terms.read(fields),
        )


def authorization_report(examined: Examined, trust: TrustAnchors, *, asked_at: datetime) -> Report:
    """Give the report on a bundle whose subject is an authorization.

    Raises:
        BundleMalformed: the body of the authorization statement is incomplete.
    """
    body = AuthorizationBody.read(examined.subject.body)
    granted_at = examined.subject.signed.statement.issued_at
    validity, state = _check_validity(body, asked_at, granted_at=granted_at)
    status, standing = _check_changes(examined, body, asked_at)
    if standing is None:
        standing = (
            unknown(status.words) if state == IN_FORCE else not_in_force(state, asked_at, validity.words)
        )
    registers = check_registers(examined, body.registers, trust)
    approval = _check_approval(examined, body)
    findings = (*examined.findings, approval, *registers, validity, status, *examined.related)
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
    needed: dict[str, Value] = {"action": ACTION, "subject": body.text, "person": body.person}
    if body.terms is not None:
        needed |= {"method": body.terms.method, "challenge": body.terms.challenge}
    return next((name for name, value in needed.items() if approval.body.get(name) != value), None)


def _check_validity(
    body: AuthorizationBody, asked_at: datetime, *, granted_at: datetime
) -> tuple[Finding, str]:
    """Whether the moment lies within the validity; before the grant there was none, whatever it says."""
    period = _period(body)
    key, state = "validity-within", IN_FORCE
    if asked_at + CLOCKS_APART < granted_at:
        key, state = "validity-ungranted", NOT_YET_VALID
    elif asked_at < body.valid_from:
        key, state = "validity-early", NOT_YET_VALID
    elif asked_at >= body.valid_until:
        key, state = "validity-over", EXPIRED
    outcome = Outcome.PASSED if state == IN_FORCE else Outcome.FAILED
    words = SENTENCES[key].filled(day=moment(asked_at), period=period, at=moment(granted_at))
    return Finding("validity", outcome, words, Concern.IN_FORCE), state


def _check_changes(
    examined: Examined, body: AuthorizationBody, asked_at: datetime
) -> tuple[Finding, Standing | None]:
    """What the sound change records of the same issuer say, up to the moment asked about."""
    used: dict[int, datetime] = {}
    for exhibit in _changes(examined, asked_at):
        at, state = exhibit.signed.statement.issued_at, str(exhibit.body.get("change"))
        if state in ENDINGS:
            return _ended(state, at)
        ordinal = exhibit.body.get("ordinal")
        if state == USE and type(ordinal) is int:
            used.setdefault(ordinal, at)
    if body.uses is not None and len(used) >= body.uses:
        return _ended("used", max(used.values()))
    if used:
        often = SENTENCES["uses-any"] if body.uses is None else SENTENCES["uses-of"].filled(uses=body.uses)
        words = SENTENCES["authorization-uses"].filled(count=len(used), often=often)
    else:
        words = SENTENCES["status-not-listed"]
    return Finding("status", Outcome.INDETERMINATE, words, Concern.IN_FORCE), None


def _changes(examined: Examined, asked_at: datetime) -> Iterator[ReadExhibit]:
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
            yield exhibit


def _ended(state: str, at: datetime) -> tuple[Finding, Standing]:
    words = SENTENCES["authorization-changed"].filled(at=moment(at), state=SENTENCES[f"state-{state}"])
    return Finding("status", Outcome.FAILED, words, Concern.IN_FORCE), not_in_force(state, at, words)


def _period(body: AuthorizationBody) -> Words:
    return SENTENCES["period"].filled(first=moment(body.valid_from), last=moment(body.valid_until))


def _facts(examined: Examined, body: AuthorizationBody) -> tuple[ShownFact, ...]:
    return (
        shown("firm", body.firm),
        shown("purpose", body.purpose),
        shown("project", body.project),
        *_terms(body.terms),
        *disclosed_facts(examined),
        shown("validity", _period(body)),
    )


def _terms(terms: Terms | None) -> tuple[ShownFact, ...]:
    if terms is None:
        return ()
    often = SENTENCES["uses-unlimited"]
    if terms.uses is not None:
        often = SENTENCES["uses-counted"].filled(uses=terms.uses)
    places = (("position", terms.position), ("scope", terms.scope))
    return (*(shown(name, value) for name, value in places if value is not None), shown("uses", often))
