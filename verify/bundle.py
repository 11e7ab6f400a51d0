"""An evidence bundle, checked from its first byte to the conclusion.

    report = verify_bundle(path.read_bytes(), trust, as_of=now)
    report.conclusion, report.answer, report.sentence("zh")

A file that is no bundle at all is refused by an error. A bundle that was damaged or altered gives a report
whose check 1 failed: reading it finds every change that leaves something unbound. ``verify_evidence`` takes
a bundle that is already in memory, and finds the same changes check by check.
"""

from datetime import datetime

from evidence.bundle import Bundle
from evidence.errors import BundleMalformed, Invalid, YinxinError
from verify.agreement import agreement_report
from verify.argument import examine
from verify.authorization import authorization_report
from verify.certificate import certificate_report
from verify.checks import Finding, Outcome
from verify.errors import NoBundle
from verify.report import Kind, Report
from verify.sentences import SENTENCES
from verify.settlement import Subject, settle
from verify.standing import unknown
from verify.trust import TrustAnchors
from verify.witness import AnchorWitness, StatusWitness
from verify.words import told


def verify_bundle(
    data: bytes,
    trust: TrustAnchors,
    *,
    as_of: datetime,
    witness: StatusWitness | None = None,
    chain: AnchorWitness | None = None,
) -> Report:
    """Verify the bytes of a bundle as of ``as_of``.

    Raises:
        NoBundle: the bytes do not begin as a bundle does.
    """
    if not data.startswith(Bundle.MAGIC):
        raise NoBundle
    try:
        bundle = Bundle.decode(data)
    except BundleMalformed as error:
        cause = error.__cause__
        return broken(cause if isinstance(cause, YinxinError) else error, trust, as_of)
    return verify_evidence(bundle, trust, as_of=as_of, witness=witness, chain=chain)


def verify_evidence(
    bundle: Bundle,
    trust: TrustAnchors,
    *,
    as_of: datetime,
    witness: StatusWitness | None = None,
    chain: AnchorWitness | None = None,
) -> Report:
    """Verify a bundle as of ``as_of``."""
    try:
        examined = examine(bundle, trust, chain)
        if bundle.kind == Kind.AGREEMENT:
            return agreement_report(examined, trust, asked_at=as_of)
        if bundle.kind == Kind.AUTHORIZATION:
            return authorization_report(examined, trust, asked_at=as_of)
        return certificate_report(examined, trust, asked_at=as_of, witness=witness)
    except Invalid as error:
        return broken(error, trust, as_of)


def broken(error: YinxinError, trust: TrustAnchors, asked_at: datetime) -> Report:
    """The report on a bundle, or a pack, that cannot be read to its end."""
    words = SENTENCES["bundle-broken"].filled(reason=told(error))
    form = Finding("form", Outcome.FAILED, words)
    return settle(Subject(Kind.BUNDLE, "", ()), (form,), unknown(words), trust, asked_at=asked_at)
