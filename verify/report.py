"""What a verification found: the conclusion, the answer, the numbered checks and the facts.

Two questions are kept apart. The *conclusion* says whether the subject is genuine. The *answer* says
whether it may be relied on, as of a moment that is always named: IN_FORCE as of then, NOT_IN_FORCE with the
state, or UNKNOWN. An answer about anything that is not genuine is UNKNOWN.

``to_json`` is the machine's form (RFC 8785) and the same, byte for byte, from the browser's verifier.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evidence import canonical
from evidence.canonical import Value
from evidence.errors import Language
from verify.checks import Check, Outcome
from verify.words import Words, instant

REPORT_VERSION = 1


class Kind(StrEnum):
    """What was verified."""

    CERTIFICATE_QR = "certificate-qr"
    CERTIFICATE_COPY = "certificate-copy"
    CERTIFICATE_PRESENTATION = "certificate-presentation"
    BUNDLE = "bundle"
    CERTIFICATE = "certificate"
    AUTHORIZATION = "authorization"
    AGREEMENT = "agreement"


class Answer(StrEnum):
    """Whether the subject may be relied on, as of the report's ``as_of``."""

    IN_FORCE = "IN_FORCE"
    NOT_IN_FORCE = "NOT_IN_FORCE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class ShownFact:
    """A fact that the evidence binds: its stable name, its label, and its value as printed."""

    name: str
    label: Words
    value: Words


@dataclass(frozen=True)
class Report:
    """The whole finding; ``state`` is a word of ``verify.standing``, ``as_of`` None if nothing is known."""

    kind: Kind
    subject: str
    conclusion: Outcome
    answer: Answer
    state: str
    headline: Words
    why: Words
    as_of: datetime | None
    asked_at: datetime
    checks: tuple[Check, ...]
    facts: tuple[ShownFact, ...]
    city: Words
    trust_fingerprint: str

    def sentence(self, language: Language) -> str:
        """The answer in one sentence: the large word with its time, then the reason."""
        return f"{self.headline.said(language)}{' ' if language == 'en' else ''}{self.why.said(language)}"

    def to_json(self) -> bytes:
        """The report as canonical JSON; times are RFC 3339 in UTC, to the second."""
        return canonical.to_json(self.members())

    def members(self) -> dict[str, Value]:
        """The report as the values of its JSON."""
        return {
            "v": REPORT_VERSION,
            "kind": self.kind.value,
            "subject": self.subject,
            "conclusion": self.conclusion.value,
            "answer": self.answer.value,
            "state": self.state,
            "headline": _both(self.headline),
            "why": _both(self.why),
            "as_of": None if self.as_of is None else instant(self.as_of),
            "asked_at": instant(self.asked_at),
            "checks": [_check(check) for check in self.checks],
            "facts": [
                {"name": fact.name, "label": _both(fact.label), "value": _both(fact.value)}
                for fact in self.facts
            ],
            "trust": {**_both(self.city), "sha256": self.trust_fingerprint},
        }


def _check(check: Check) -> dict[str, Value]:
    return {
        "number": check.number,
        "name": check.name,
        "concern": check.concern.value,
        "outcome": check.outcome.value,
        "zh": check.zh,
        "en": check.en,
    }


def _both(words: Words) -> dict[str, Value]:
    return {"zh": words.zh, "en": words.en}
