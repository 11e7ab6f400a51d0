"""A certificate's QR code, checked by itself: who signed it, for which address, and in force as of when.

1 address · 2 form · 3 issuer's key · 4 signature · 5 validity · 6 state; what a copy or a presentation adds
(``verify.shown_codes``) stands before the validity. Without a status list or a witness
the state is not known and the answer is UNKNOWN, however genuine the code is. The browser's verifier
(``api/static/js/verifier/``) does the same in the same words; both run the same vectors.
"""

from datetime import datetime

from evidence.errors import QrAltered
from evidence.qr import QrPayload
from evidence.shown_codes import read_shown
from evidence.statement import StatementType
from verify.checks import Finding, Outcome
from verify.issuer_keys import Claim, check_signature, find_key, role_of
from verify.labels import described, qr_field, shown, shown_field, type_name
from verify.report import Kind, Report, ShownFact
from verify.sentences import SENTENCES
from verify.settlement import Subject, settle
from verify.shown_codes import judge_extra, seen_copy
from verify.standing import Period, check_validity, judge, unknown
from verify.status import StatusQuestion, look_up
from verify.trust import TrustAnchors
from verify.witness import CertificateReference, CopyWitness, StatusWitness

ADDRESS, FORM = "address", "form"


def verify_qr(
    text: str,
    trust: TrustAnchors,
    *,
    as_of: datetime,
    status_list: bytes | None = None,
    witness: StatusWitness | None = None,
    copies: CopyWitness | None = None,
) -> Report:
    """Verify the text of a QR code as of ``as_of``, with a status list and witnesses where there are any.

    Raises:
        QrUnknown: the text is not the code of a certificate.
    """
    try:
        signed = read_shown(text)
    except QrAltered:
        return _unreadable(text.split("/")[2], trust, as_of)
    payload = signed.payload
    claim = Claim(payload.issuer, signed.signed_at, role_of(StatementType.CERTIFICATE), signed.key_id_prefix)
    key = find_key(claim, trust)
    genuine = (
        _check_address(signed.host, trust, known_key=key.pinned is not None),
        Finding(FORM, Outcome.PASSED, SENTENCES["qr-whole"]),
        key.finding,
        check_signature(key.pinned, signed.check),
    )
    period = Period(payload.issued_at, payload.valid_from, payload.valid_until)
    certificate = CertificateReference(
        payload.issuer, payload.licence_id, payload.statement, payload.status_index
    )
    question = StatusQuestion(certificate, payload.issued_at, as_of, enclosed=False)
    validity, validity_state = check_validity(period, asked_at=as_of)
    status, known = look_up(status_list, question, trust, witness)
    standing = judge(validity, validity_state, status, known, asked_at=as_of)
    facts = _facts(payload, period, trust)
    if signed.extra is None:
        about = Subject(Kind.CERTIFICATE_QR, payload.licence_id, facts)
        return settle(about, (*genuine, validity, status), standing, trust, asked_at=as_of)
    seen = seen_copy(signed.extra, copies, trust, asked_at=as_of)
    extended = judge_extra(signed.extra, standing, seen, asked_at=as_of)
    about = Subject(extended.kind, payload.licence_id, (*extended.facts, *facts))
    findings = (*genuine, *extended.findings, validity, status)
    return settle(about, findings, extended.standing, trust, asked_at=as_of)


def _unreadable(host: str, trust: TrustAnchors, asked_at: datetime) -> Report:
    """The report on a code whose content cannot be read; at a foreign address that says nothing about it."""
    findings = [_check_address(host, trust, known_key=False)]
    if findings[0].outcome is Outcome.PASSED:
        findings.append(Finding(FORM, Outcome.FAILED, SENTENCES["qr-broken"]))
    nothing = unknown(findings[-1].words)
    return settle(Subject(Kind.CERTIFICATE_QR, "", ()), findings, nothing, trust, asked_at=asked_at)


def _check_address(host: str, trust: TrustAnchors, *, known_key: bool) -> Finding:
    """Check the host; a foreign one is another city's, or a fake if it carries a key of this city."""
    if host in trust.hosts:
        key, outcome = "address-pinned", Outcome.PASSED
    elif known_key:
        key, outcome = "address-false", Outcome.FAILED
    else:
        key, outcome = "address-foreign", Outcome.INDETERMINATE
    return Finding(ADDRESS, outcome, SENTENCES[key].filled(host=host, city=trust.city))


def _facts(payload: QrPayload, period: Period, trust: TrustAnchors) -> tuple[ShownFact, ...]:
    type_ = described(trust, payload.issuer, payload.certificate_type)
    return (
        shown("certificate_type", type_name(type_, payload.certificate_type)),
        shown("licence_id", payload.licence_id),
        *(shown_field(type_, qr_field(type_, place), value) for place, value in enumerate(payload.fields)),
        shown("issuer", trust.name_of(payload.issuer)),
        shown("validity", period.words),
    )
