"""Codes that a holder shows: of a copy bound to one purpose, and of themselves, at this moment.

Both are written as the certificate's own code is, say all that it says, and more; their types differ, so
that none is taken for another. The agency signs all three.

- A *copy* (加注件) names for whom it is, for what, and the last day on which it is good.
- A *presentation* says that the bearer proved by their device key to be the holder, when, and as whom. It
  carries a nonce, so that a device notices one that it has seen before, and the digest of what the device key
  signed, so that the platform cannot deny later by what it was made.

    text = sign_extended(payload, CopyTerms(…), signer, host="shifan.example")
    code = read_shown(text)          # any of the three; code.extra is None for the certificate's own
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import IntEnum

from evidence.canonical import Value
from evidence.clock import EPOCH, microseconds
from evidence.errors import QrAltered, QrTooLarge
from evidence.fields import Fields
from evidence.keys import Signer
from evidence.merkle import HASH_BYTES
from evidence.qr import (
    TYPE,
    OpenedCode,
    QrPayload,
    day_in,
    members_of,
    open_code,
    payload_in,
    second_in,
    write_code,
)

COPY_TYPE = "yinxin/qr-copy/1"
PRESENTATION_TYPE = "yinxin/qr-presentation/1"
RECIPIENT_LIMIT = 40
"""Characters of for whom a copy is: the longest names of firms have some thirty."""
PURPOSE_LIMIT = 60
"""Characters of what a copy is for: a line of the page."""
NONCE_BYTES = 16
PRESENTATION_LIFE = timedelta(seconds=60)
"""How long a presentation proves anything of who shows it."""

_STATEMENT, _RECIPIENT, _PURPOSE, _UNTIL, _MADE_AT = range(10, 15)
_PRESENTED_AT, _NONCE, _ASSERTION, _BEARER = range(15, 19)
_EPOCH_DAY = EPOCH.date()


class Bearer(IntEnum):
    """As whom somebody presents a certificate: as its holder, or in an office of the organization."""

    HOLDER = 0
    LEGAL_REPRESENTATIVE = 1
    MEMBER = 2


@dataclass(frozen=True)
class CopyTerms:
    """What binds a copy: ``statement`` is the 32-byte SHA-256 of the record of it, ``until`` its last day."""

    statement: bytes
    recipient: str
    purpose: str
    until: date
    made_at: datetime


@dataclass(frozen=True)
class Presentation:
    """Who showed the certificate, when: a ``nonce`` of 16 bytes, the SHA-256 of what the device signed."""

    presented_at: datetime
    nonce: bytes
    assertion: bytes
    bearer: Bearer


Extra = CopyTerms | Presentation


@dataclass(frozen=True)
class ShownCode(OpenedCode):
    """A code of any of the three types as read."""

    payload: QrPayload
    extra: Extra | None

    @property
    def signed_at(self) -> datetime:
        """When it was signed: an extra is younger than the certificate."""
        match self.extra:
            case CopyTerms():
                return self.extra.made_at
            case Presentation():
                return self.extra.presented_at
        return self.payload.issued_at


def sign_extended(payload: QrPayload, extra: Extra, signer: Signer, *, host: str) -> str:
    """Return the text of the code of a copy or a presentation; moments lose their fraction of a second.

    Raises:
        QrTooLarge: it does not fit a code of version 20 at level M.
        QrAltered: it would not read back: a length or date is wrong.
    """
    typ = COPY_TYPE if isinstance(extra, CopyTerms) else PRESENTATION_TYPE
    text = write_code({**members_of(payload), **_members(extra)}, signer, typ=typ, host=host)
    read_shown(text)
    return text


def sign_fitting(payload: QrPayload, extra: Extra, signer: Signer, *, host: str) -> str:
    """Return the code as ``sign_extended`` does, without the printed fields where they do not fit beside it.

    Raises:
        QrTooLarge, QrAltered: as ``sign_extended``; the fields are not to blame.
    """
    try:
        return sign_extended(payload, extra, signer, host=host)
    except QrTooLarge:
        return sign_extended(replace(payload, fields=()), extra, signer, host=host)


def read_shown(text: str) -> ShownCode:
    """Read a code of any of the three types without trusting it.

    Raises:
        QrUnknown: the text is not written as a certificate's code.
        QrAltered: the digits do not hold what a code of its type says, in its one encoding.
    """
    opened = open_code(text)
    fields = opened.fields
    payload = payload_in(fields)
    extra = _extra(opened, fields)
    fields.done()
    return ShownCode(opened.host, opened.message, opened.encoded, payload, extra)


def _extra(opened: OpenedCode, fields: Fields) -> Extra | None:
    typ = opened.message.typ
    if typ == COPY_TYPE:
        return CopyTerms(
            statement=fields.octets(_STATEMENT, length=HASH_BYTES),
            recipient=fields.text(_RECIPIENT, limit=RECIPIENT_LIMIT),
            purpose=fields.text(_PURPOSE, limit=PURPOSE_LIMIT),
            until=day_in(fields, _UNTIL),
            made_at=second_in(fields, _MADE_AT),
        )
    if typ == PRESENTATION_TYPE:
        return Presentation(
            presented_at=second_in(fields, _PRESENTED_AT),
            nonce=fields.octets(_NONCE, length=NONCE_BYTES),
            assertion=fields.octets(_ASSERTION, length=HASH_BYTES),
            bearer=_bearer(fields),
        )
    if typ != TYPE:
        raise QrAltered(place="typ")
    return None


def _bearer(fields: Fields) -> Bearer:
    number = fields.count(_BEARER)
    if number not in list(Bearer):
        raise fields.refuse(_BEARER)
    return Bearer(number)


def _members(extra: Extra) -> Mapping[int, Value]:
    if isinstance(extra, CopyTerms):
        return {
            _STATEMENT: extra.statement,
            _RECIPIENT: extra.recipient,
            _PURPOSE: extra.purpose,
            _UNTIL: (extra.until - _EPOCH_DAY).days,
            _MADE_AT: microseconds(extra.made_at) // 1_000_000,
        }
    return {
        _PRESENTED_AT: microseconds(extra.presented_at) // 1_000_000,
        _NONCE: extra.nonce,
        _ASSERTION: extra.assertion,
        _BEARER: int(extra.bearer),
    }
