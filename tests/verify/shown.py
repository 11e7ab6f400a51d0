"""Codes of copies and presentations that the test city signs."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from evidence.copy_state import CopyState, sign_copy_state
from evidence.digest import sha256
from evidence.keys import LocalSigner
from evidence.shown_codes import Bearer, CopyTerms, Extra, Presentation, sign_extended
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


def stated(
    withdrawn_at: datetime | None = None, *, signer: LocalSigner | None = None, **changes: object
) -> bytes:
    """What the agency states of the copy as of now."""
    state = CopyState(city.AGENCY, COPY.statement, city.NOW, withdrawn_at)
    return sign_copy_state(replace(state, **changes), signer or city.agency_signer())  # type: ignore[arg-type]  # as below


def extended(
    extra: Extra = COPY, *, host: str = city.HOST, signer: LocalSigner | None = None, **changes: object
) -> str:
    return sign_extended(city.payload(**changes), extra, signer or city.agency_signer(), host=host)


def copy(**changes: object) -> str:
    return extended(replace(COPY, **changes))  # type: ignore[arg-type]  # tests name the members they change


def presentation(**changes: object) -> str:
    return extended(replace(PRESENTATION, **changes))  # type: ignore[arg-type]  # as above
