"""The Python verifier behind the protocol of the conformance suite (README.md).

    python -m tests.conformance.verify_case FOLDER...

It needs nothing but what ``pip install yinxin`` brings, and runs as a script beside an installed wheel too.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

from api.commands.verify import UNUSABLE, exit_code, gravest
from evidence.errors import QrUnknown
from verify import Report, TrustAnchors, verify_file, verify_qr
from verify.errors import NoBundle, PackTooLarge, PackWithoutBundle, PdfWithoutBundle, TrustMalformed

ABOUT, TRUST, CODE, LIST = "case.json", "trust.json", "code.txt", "status-list.cose"
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
    return verify_file(data, trust, as_of=as_of)


def main() -> int:
    """Print a line for each folder, and give the gravest exit code."""
    codes = []
    for folder in sys.argv[1:]:
        line, code = judged(Path(folder))
        sys.stdout.buffer.write(line)
        codes.append(code)
    return gravest(codes)


if __name__ == "__main__":
    raise SystemExit(main())
