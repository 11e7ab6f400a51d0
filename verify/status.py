"""What is known of a certificate's state: from the issuer's status list, and from a witness.

A status list counts only when the certificate's own issuer signed it with a key pinned for that, when it is
not from the future, covers the certificate, is not older than the certificate, and is younger than the
trust file allows and its own expiry. A list that is too old is still reported with its time, because an
ending that it names stays true.

A list may come with a delta (``evidence.status_delta``): then it counts as of the delta's time, if the same
issuer signed that, too.

A list that came inside a bundle is part of the evidence: a forged one breaks the bundle. One that was loaded
beside a QR code is not: a forged one is put aside, and nothing is known.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from evidence import statement
from evidence.errors import Invalid, StatusIndexUnknown, StatusListMalformed
from evidence.keys import VerifyingKey
from evidence.statement import StatementType
from evidence.status_delta import applied, read_delta, unpaired
from evidence.statuslist import StatusList, check_status_list
from verify.checks import Concern, Finding, Outcome
from verify.errors import ListKeyUnknown, ListOfAnother
from verify.issuer_keys import Claim, find_key, role_of
from verify.sentences import SENTENCES
from verify.standing import IN_FORCE, LISTED, KnownState, ending, state_words
from verify.trust import CLOCK_SKEW, TrustAnchors
from verify.witness import CertificateReference, StatusWitness
from verify.words import Words, moment

STATUS = "status"
LIST_ROLE = role_of(StatementType.STATUS_LIST)
_LISTS_KEPT = 4
"""Whoever checks many certificates has one list for all: the same bytes are read once, and checked once
under the same key. What is refused is refused anew each time."""
_read = lru_cache(_LISTS_KEPT)(statement.read)
_checked = lru_cache(_LISTS_KEPT)(check_status_list)

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class StatusQuestion:
    """Whose state is asked, as of which moment; ``enclosed`` tells that the list came inside the evidence."""

    certificate: CertificateReference
    issued_at: datetime
    asked_at: datetime
    enclosed: bool


@dataclass(frozen=True)
class StatusFound:
    """The finding of the check, and what is known because of it."""

    finding: Finding
    known: KnownState | None


def check_list(encoded: bytes | None, question: StatusQuestion, trust: TrustAnchors) -> StatusFound:
    """Check a status list and look the certificate up in it."""
    if encoded is None:
        return _open("status-none")
    try:
        listed = authentic_list(encoded, question.certificate.issuer, trust)
    except Invalid as reason:
        concern = Concern.GENUINE if question.enclosed else Concern.IN_FORCE
        unknown = isinstance(reason, ListKeyUnknown)
        key, outcome = (
            ("status-key-unknown", Outcome.INDETERMINATE) if unknown else ("status-forged", Outcome.FAILED)
        )
        words = SENTENCES[key].filled(issuer=trust.name_of(question.certificate.issuer))
        return StatusFound(Finding(STATUS, outcome, words, concern), None)
    at = moment(listed.issued_at)
    if listed.issued_at > question.asked_at + CLOCK_SKEW:
        return _open("status-future", at=at)
    try:
        state = LISTED[listed.state(question.certificate.status_index)]
    except StatusIndexUnknown:
        return _open("status-uncovered", at=at)
    if listed.issued_at < question.issued_at:
        return _open("status-uncovered", at=at)
    return _looked_up(state, listed, question, trust)


def _looked_up(state: str, listed: StatusList, question: StatusQuestion, trust: TrustAnchors) -> StatusFound:
    at, issuer = moment(listed.issued_at), trust.name_of(listed.issuer)
    max_age = trust.status_list_max_age
    if question.asked_at - listed.issued_at > max_age or question.asked_at >= listed.expires_at:
        words = SENTENCES["status-stale"].filled(at=at, state=state_words(state), hours=max_age // _HOUR)
        finding = Finding(STATUS, Outcome.INDETERMINATE, words, Concern.IN_FORCE)
        return StatusFound(finding, KnownState(state, listed.issued_at, words, fresh=False))
    if state == IN_FORCE:
        words, outcome = SENTENCES["status-clear"].filled(issuer=issuer, at=at), Outcome.PASSED
    else:
        words = SENTENCES["status-exception"].filled(issuer=issuer, at=at, state=state_words(state))
        outcome = Outcome.FAILED
    known = KnownState(state, listed.issued_at, words)
    return StatusFound(Finding(STATUS, outcome, words, Concern.IN_FORCE), known)


def authentic_list(encoded: bytes, issuer: str, trust: TrustAnchors) -> StatusList:
    """Check that ``issuer`` signed the list with a key pinned for status lists.

    Raises:
        ListKeyUnknown: with a key that nobody pinned.
        ListOfAnother, StatementMalformed, StatusListMalformed, SignatureInvalid: it did not.
    """
    whole, later = unpaired(encoded)
    listed_by = key_of(whole, StatementType.STATUS_LIST, issuer, trust)
    listed = _checked(whole, listed_by)
    if later is None:
        return listed
    changed_by = key_of(later, StatementType.STATUS_DELTA, issuer, trust)
    return _brought_up(whole, later, listed_by, changed_by)


@lru_cache(_LISTS_KEPT)
def _brought_up(whole: bytes, later: bytes, listed_by: VerifyingKey, changed_by: VerifyingKey) -> StatusList:
    return applied(_checked(whole, listed_by), whole, read_delta(statement.check(later, changed_by)))


def key_of(encoded: bytes, type_: StatementType, issuer: str, trust: TrustAnchors) -> VerifyingKey:
    """Find the key with which ``issuer`` may have signed a list or a delta."""
    signed = _read(encoded)
    if signed.statement.type is not type_:
        raise StatusListMalformed(place="typ")
    claimed = signed.statement
    claim = Claim(claimed.issuer, claimed.issued_at, LIST_ROLE, signed.key_id_prefix)
    found = find_key(claim, trust)
    if found.pinned is None:
        raise ListKeyUnknown
    if claimed.issuer != issuer or found.outcome is not Outcome.PASSED:
        raise ListOfAnother
    return found.pinned.key


def look_up(
    encoded: bytes | None, question: StatusQuestion, trust: TrustAnchors, witness: StatusWitness | None
) -> tuple[Finding, tuple[KnownState, ...]]:
    """Learn what there is to learn, from the list and from a witness.

    The witness speaks for the check, unless the list breaks the evidence or names an ending.
    """
    listed, witnessed = check_list(encoded, question, trust), _ask(witness, question, trust)
    if witnessed is None:
        return listed.finding, () if listed.known is None else (listed.known,)
    known = tuple(found.known for found in (listed, witnessed) if found.known is not None)
    if listed.finding.concern is Concern.GENUINE or ending(known[:-1]) is not None:
        return listed.finding, known
    return witnessed.finding, known


def _ask(witness: StatusWitness | None, question: StatusQuestion, trust: TrustAnchors) -> StatusFound | None:
    """Ask a witness; None when nobody knows, or what is known is not of the time asked about."""
    seen = None if witness is None else witness.state(question.certificate)
    if seen is None:
        return None
    age = question.asked_at - seen.as_of
    if not -CLOCK_SKEW <= age <= trust.status_list_max_age:
        return None
    state = seen.named or LISTED[seen.state]
    block = SENTENCES["block-none"] if seen.block is None else SENTENCES["block"].filled(number=seen.block)
    words = SENTENCES["status-witnessed"].filled(at=moment(seen.as_of), state=state_words(state), block=block)
    outcome = Outcome.PASSED if state == IN_FORCE else Outcome.FAILED
    finding = Finding(STATUS, outcome, words, Concern.IN_FORCE)
    return StatusFound(finding, KnownState(state, seen.as_of, words))


def _open(key: str, **facts: str | Words) -> StatusFound:
    words = SENTENCES[key].filled(**facts)
    return StatusFound(Finding(STATUS, Outcome.INDETERMINATE, words, Concern.IN_FORCE), None)
