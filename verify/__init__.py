"""Checks evidence without the server, the database or anybody's word.

``pip install yinxin`` without extras is this, and opens no connection:

    from verify import TrustAnchors, verify_file, verify_qr

    trust = TrustAnchors.parse(Path("trust.json").read_bytes())      # got beforehand, never with the evidence
    report = verify_file(Path("permit.bundle").read_bytes(), trust, as_of=datetime.now(UTC))
    report = verify_qr(text, trust, as_of=datetime.now(UTC), status_list=Path("list.cose").read_bytes())
    report.conclusion is Outcome.PASSED and report.answer is Answer.IN_FORCE
    report.sentence("en"), report.checks, report.facts, report.to_json()

Input that is no evidence at all is refused by an ``evidence.errors.YinxinError``, which says in a sentence
what to do; evidence that does not hold gives a report. A ``StatusWitness`` and an ``AnchorWitness`` are for
callers who can look something up. Other rooms of this package may change between versions; these names do
not.
"""

from verify.bundle import verify_bundle
from verify.checks import Check, Concern, Outcome
from verify.files import verify_file
from verify.pack import verify_pack
from verify.qr import verify_qr
from verify.report import Answer, Kind, Report, ShownFact
from verify.trust import TrustAnchors
from verify.witness import AnchorWitness, StatusWitness

__all__ = [
    "AnchorWitness",
    "Answer",
    "Check",
    "Concern",
    "Kind",
    "Outcome",
    "Report",
    "ShownFact",
    "StatusWitness",
    "TrustAnchors",
    "verify_bundle",
    "verify_file",
    "verify_pack",
    "verify_qr",
]
