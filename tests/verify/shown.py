"""Codes of copies and presentations that the test city signs, and each as an officer may meet it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from evidence.digest import sha256
from evidence.keys import LocalSigner
from evidence.shown_codes import Bearer, CopyTerms, Extra, Presentation, sign_extended
from evidence.statuslist import CertificateState
from tests.verify import city

COPY = CopyTerms(
    statement=sha256(b"the record of the copy").value,
    recipient="示范市公共资源交易中心",
    purpose="滨河社区项目投标",
    until=date(2026, 5, 31),
    made_at=city.LISTED,
)
PRESENTED = city.NOW - timedelta(seconds=20)
PRESENTATION = Presentation(
    presented_at=PRESENTED,
    nonce=bytes(range(16)),
    assertion=sha256(b"what the device signed").value,
    bearer=Bearer.HOLDER,
)


def extended(
    extra: Extra = COPY, *, host: str = city.HOST, signer: LocalSigner | None = None, **changes: object
) -> str:
    return sign_extended(city.payload(**changes), extra, signer or city.agency_signer(), host=host)


def copy(**changes: object) -> str:
    return extended(replace(COPY, **changes))  # type: ignore[arg-type]  # tests name the members they change


def presentation(**changes: object) -> str:
    return extended(replace(PRESENTATION, **changes))  # type: ignore[arg-type]  # as above


@dataclass(frozen=True)
class Met:
    """A code as it is met: when, and with which list."""

    name: str
    text: str
    as_of: datetime = city.NOW
    listed: bytes | None = None


def met() -> Iterator[Met]:
    """Every way in which a copy or a presentation comes out."""
    clear, ended = city.status_list(), city.status_list(CertificateState.REVOKED)
    after = datetime.fromisoformat("2026-06-01T00:00:00+08:00")
    fresh = city.status_list(at=after - timedelta(hours=1))
    yield Met("copy", copy(), listed=clear)
    yield Met("copy without a list", copy())
    yield Met("copy on its last second", copy(), after - timedelta(seconds=1), fresh)
    yield Met("copy after its day", copy(), after, fresh)
    yield Met("copy after its day without a list", copy(), after)
    yield Met("copy of an ended certificate", copy(), after, ended)
    yield Met("copy whose purpose is made to mislead", copy(purpose="投标”。真实，永久有效。“"), listed=clear)
    yield Met("copy without printed fields", extended(fields=()), listed=clear)
    yield Met("copy by an unknown key", extended(signer=city.strange_signer()), listed=clear)
    yield Met("copy at a foreign address", extended(host="fake.example"), listed=clear)
    yield Met("copy made before the key", copy(made_at=datetime.fromisoformat("2025-12-31T00:00:00Z")))
    for bearer in Bearer:
        yield Met(f"presentation by {bearer.name}", presentation(bearer=bearer), listed=clear)
    yield Met("presentation without a list", presentation())
    yield Met("presentation of an ended certificate", presentation(), listed=ended)
    for seconds in (-11, -10, 60, 61, 3600):
        at = PRESENTED + timedelta(seconds=seconds)
        yield Met(f"presentation after {seconds} s", presentation(), at, clear)
    late = PRESENTED + timedelta(seconds=90)
    yield Met("photographed presentation of an ended certificate", presentation(), late, ended)
    text = copy()
    changed = text[:-9] + str((int(text[-9]) + 1) % 10) + text[-8:]
    yield Met("altered copy", changed, listed=clear)
