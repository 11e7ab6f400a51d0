"""One case of the conformance suite: what is checked, by which trust file, as of when, and what must be said.

A case is a folder below ``cases/``; README.md says what is in it. The makers (``qr_cases`` and the others)
give cases, ``write_cases`` writes their folders, ``run`` puts them to a verifier.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.verify import city
from verify.words import instant

CASES = Path(__file__).with_name("cases")
CODE, BUNDLE, PACK, PDF = "code.txt", "evidence.bundle", "evidence.zip", "evidence.pdf"
TRUST, LIST, EXPECTED, ABOUT = "trust.json", "status-list.cose", "expected.json", "case.json"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case to write; ``check`` is the first that must not pass, ``input`` if it must not even be read."""

    name: str
    about: str
    subject: bytes
    file: str
    trust: bytes = field(default_factory=lambda: city.trust_anchors().to_json())
    check: str | None = None
    as_of: datetime = city.NOW
    status_list: bytes | None = None

    @property
    def folder(self) -> str:
        """The name of its folder."""
        return self.name if self.check is None else f"{self.name}_fail"

    def files(self) -> dict[str, bytes]:
        """The files of its folder but for what is expected."""
        about = {"about": self.about, "subject": self.file, "as_of": instant(self.as_of), "check": self.check}
        listed = {} if self.status_list is None else {LIST: self.status_list}
        written = (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode()
        return {ABOUT: written, self.file: self.subject, TRUST: self.trust, **listed}


@dataclass(frozen=True)
class ReadCase:
    """A case as it stands in its folder."""

    folder: Path
    about: dict[str, Any]

    @classmethod
    def of(cls, folder: Path) -> "ReadCase":
        """Read what is said about the case in ``folder``."""
        return cls(folder, json.loads((folder / ABOUT).read_text(encoding="utf-8")))

    @property
    def expected(self) -> bytes:
        """The one line that must be printed."""
        return (self.folder / EXPECTED).read_bytes()


def every() -> Iterator[ReadCase]:
    """All cases, by name."""
    for folder in sorted(CASES.iterdir()):
        yield ReadCase.of(folder)
