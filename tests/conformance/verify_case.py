"""The Python verifier behind the protocol of the conformance suite (README.md).

python -m tests.conformance.verify_case FOLDER...
"""

import json
import sys
from datetime import datetime
from pathlib import Path

from api.commands.verify import GENUINE, INDETERMINATE, NOT_GENUINE, NOT_IN_FORCE, UNUSABLE, exit_code
from evidence.errors import QrUnknown
from tests.conformance.case import ABOUT, CODE, LIST, TRUST
from verify.attachment import evidence_in
from verify.bundle import verify_bundle
from verify.errors import NoBundle, PackTooLarge, PackWithoutBundle, PdfWithoutBundle, TrustMalformed
from verify.pack import is_pack, verify_pack
from verify.qr import verify_qr
from verify.report import Report
from verify.trust import TrustAnchors

_GRAVEST_FIRST = (UNUSABLE, NOT_GENUINE, INDETERMINATE, NOT_IN_FORCE, GENUINE)
_NO_EVIDENCE = (NoBundle, PackWithoutBundle, PackTooLarge, PdfWithoutBundle)


def judged(folder: Path) -> tuple[bytes, int]:
    """Give the line for a case and its exit code."""
    try:
        report = _report(folder)
    except TrustMalformed:
        return _refused("no-trust")
    except QrUnknown:
        return _refused("no-code")
    except _NO_EVIDENCE:
        return _refused("no-evidence")
    return report.to_json() + b"\n", exit_code(report)


def _refused(what: str) -> tuple[bytes, int]:
    return json.dumps({"refused": what}, separators=(",", ":")).encode() + b"\n", UNUSABLE


def _report(folder: Path) -> Report:
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    trust = TrustAnchors.parse((folder / TRUST).read_bytes())
    as_of, data = datetime.fromisoformat(about["as_of"]), (folder / about["subject"]).read_bytes()
    if about["subject"] == CODE:
        listed = (folder / LIST).read_bytes() if (folder / LIST).exists() else None
        return verify_qr(data.decode(), trust, as_of=as_of, status_list=listed)
    if is_pack(data):
        return verify_pack(data, trust, as_of=as_of)
    return verify_bundle(evidence_in(data), trust, as_of=as_of)


def main() -> int:
    """Print a line for each folder, and give the gravest exit code."""
    codes = []
    for folder in sys.argv[1:]:
        line, code = judged(Path(folder))
        sys.stdout.buffer.write(line)
        codes.append(code)
    return next(code for code in _GRAVEST_FIRST if code in codes)


if __name__ == "__main__":
    raise SystemExit(main())
