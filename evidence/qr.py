"""The QR code of a certificate: ``https://host/c#1<digits>``.

Any phone camera opens it as an address; the fragment never reaches the server. The digits are one decimal
integer: a guard byte 0x01, then raw DEFLATE of a COSE_Sign1 over a small CBOR map with integer keys, days and
seconds. The host is signed too (as external_aad), so that a code copied to another host does not hold there.

    text = sign_qr(payload, signer, host="shifan.example")
    payload = check_qr(text, hosts={"shifan.example"}, keys=[agency_key])

A decimal digit costs 3.3 bits in a QR code, so that digits carry bytes with almost no loss, and survive every
scanner (ISO/IEC 18004, section 7.4.3, numeric mode).
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from evidence.canonical import Value, decode, encode
from evidence.clock import EPOCH, LATEST, microseconds
from evidence.cose import KEY_ID_PREFIX_BYTES, Sign1, read_sign1, sign1
from evidence.deflate import deflate, inflate
from evidence.errors import (
    NotCanonical,
    QrAltered,
    QrKeyUnknown,
    QrOfAnotherCity,
    QrTooLarge,
    QrUnknown,
    SignatureInvalid,
)
from evidence.fields import Fields
from evidence.keys import Signer, VerifyingKey
from evidence.merkle import HASH_BYTES
from evidence.statement import ISSUER_LIMIT

TYPE = "yinxin/qr/1"
BITS_LIMIT = 5352
"""Data bits of version 20 at level M (ISO/IEC 18004, table 7); phones read larger codes unreliably."""
CONTENT_LIMIT = 4096
"""Bytes after inflating: six times what the largest code carries; a bomb ends here."""
FIELD_LIMIT = 512
"""Characters in one printed field."""

_GUARD = b"\x01"
_DIGITS_LIMIT = 4 * BITS_LIMIT // 10
_TEXT = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?)/c#1(?P<digits>[0-9]+)",
    re.ASCII,
)
_LOCAL_HOSTS = ("localhost", "127.0.0.1")
_EPOCH_DAY = EPOCH.date()
_LAST_DAY = (date.max - _EPOCH_DAY).days
_LAST_SECOND = LATEST // 10**6
(
    _LICENCE_ID,
    _CERTIFICATE_TYPE,
    _STATEMENT,
    _STATUS_INDEX,
    _FIELDS,
    _VALID_FROM,
    _VALID_UNTIL,
    _ISSUED_AT,
    _ISSUER,
) = range(1, 10)


@dataclass(frozen=True)
class QrPayload:
    """What the code says by itself, without a network.

    ``statement`` is the 32-byte SHA-256 of the signed certificate statement, ``fields`` the printed fields in
    the order of the certificate type; dates are whole days, ``issued_at`` whole seconds in UTC.
    """

    licence_id: str
    certificate_type: str
    statement: bytes
    status_index: int
    fields: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    issued_at: datetime
    issuer: str


@dataclass(frozen=True)
class OpenedCode:
    """A code taken apart, of whichever type: where it leads, what was signed, and its COSE bytes.

    ``message`` names the key it claims by the first 8 bytes of its id.
    """

    host: str
    message: Sign1
    encoded: bytes

    @property
    def key_id_prefix(self) -> bytes:
        """The first 8 bytes of the id of the key that it claims."""
        return self.message.key_id_prefix

    @property
    def fields(self) -> Fields:
        """The members that were signed, to be read strictly.

        Raises:
            QrAltered: they are not in their one encoding.
        """
        try:
            return Fields(decode(self.message.payload), QrAltered)
        except NotCanonical as error:
            raise QrAltered(place="payload") from error

    def check(self, key: VerifyingKey) -> None:
        """Check that ``key`` signed what was read, for this host.

        Raises:
            QrAltered: it did not.
        """
        try:
            self.message.check(key, bound=self.host.encode())
        except SignatureInvalid as error:
            raise QrAltered(place="signature") from error


@dataclass(frozen=True)
class SignedQr(OpenedCode):
    """A certificate's own code as read."""

    payload: QrPayload


def sign_qr(payload: QrPayload, signer: Signer, *, host: str) -> str:
    """Return the text of the code; ``issued_at`` loses its fraction of a second.

    ``host`` is lower-case, with a port where it has one; only a local host is opened over plain http.

    Raises:
        QrTooLarge: the printed fields do not fit a code of version 20 at level M.
        QrAltered: the payload would not read back: a length or date is wrong.
        QrUnknown: ``host`` is not the name of a host.
    """
    text = write_code(members_of(payload), signer, typ=TYPE, host=host)
    read_qr(text)
    return text


def write_code(members: Mapping[int, Value], signer: Signer, *, typ: str, host: str) -> str:
    """Return the text of a code that signs ``members`` as a ``typ`` of code.

    Raises:
        QrTooLarge: they do not fit a code of version 20 at level M.
    """
    encoded = sign1(encode(members), signer, typ=typ, bound=host.encode())
    if len(encoded) > CONTENT_LIMIT:
        raise QrTooLarge(bits=8 * len(encoded), limit=8 * CONTENT_LIMIT)
    text = _write(host, _digits(encoded))
    bits = qr_bits(text)
    if bits > BITS_LIMIT:
        raise QrTooLarge(bits=bits, limit=BITS_LIMIT)
    return text


def read_qr(text: str) -> SignedQr:
    """Read a code without trusting it.

    Raises:
        QrUnknown: the text is not written as a certificate's code.
        QrAltered: the digits do not hold a signed payload in its one encoding.
    """
    opened = open_code(text)
    if opened.message.typ != TYPE:
        raise QrAltered(place="typ")
    fields = opened.fields
    payload = payload_in(fields)
    fields.done()
    return SignedQr(opened.host, opened.message, opened.encoded, payload)


def check_qr(text: str, *, hosts: Collection[str], keys: Iterable[VerifyingKey]) -> QrPayload:
    """Check a code of one of our ``hosts``, signed with one of ``keys``.

    That the key belongs to the payload's issuer, and did so then, is for the caller's trust anchors.

    Raises:
        QrUnknown: the text is not written as a certificate's code.
        QrOfAnotherCity: it leads to a host that is not ours.
        QrAltered: the digits do not hold a payload that this key signed for this host.
        QrKeyUnknown: the key it claims is none of ``keys``.
    """
    written = _match(text)
    if written["host"] not in hosts:
        raise QrOfAnotherCity(host=written["host"])
    signed = read_qr(text)
    named = [key for key in keys if key.key_id[:KEY_ID_PREFIX_BYTES] == signed.key_id_prefix]
    if not named:
        raise QrKeyUnknown(key_id=signed.key_id_prefix.hex())
    signed.check(named[0])
    return signed.payload


def qr_bits(text: str) -> int:
    """Return the data bits of the code: a byte segment up to the ``#``, a numeric one behind it.

    Source: ISO/IEC 18004, sections 7.4.3 and 7.4.5, with the count indicators of versions 10 to 26.
    """
    octets = text.index("#") + 1
    triples, rest = divmod(len(text) - octets, 3)
    return (4 + 16 + 8 * octets) + (4 + 12 + 10 * triples + (0, 4, 7)[rest])


def open_code(text: str) -> OpenedCode:
    """Take a code of any type apart, without trusting it.

    Raises:
        QrUnknown: the text is not written as a certificate's code.
        QrAltered: the digits do not hold a COSE_Sign1.
    """
    written = _match(text)
    encoded = _cose(written["digits"])
    return OpenedCode(written["host"], read_sign1(encoded, QrAltered), encoded)


def _match(text: str) -> re.Match[str]:
    written = _TEXT.fullmatch(text)
    if written is None or written["scheme"] != _scheme(written["host"]):
        raise QrUnknown
    return written


def _scheme(host: str) -> str:
    return "http" if host.partition(":")[0] in _LOCAL_HOSTS else "https"


def _write(host: str, digits: str) -> str:
    return f"{_scheme(host)}://{host}/c#1{digits}"


def _digits(encoded: bytes) -> str:
    return str(int.from_bytes(_GUARD + deflate(encoded), "big"))


def _cose(digits: str) -> bytes:
    if len(digits) > _DIGITS_LIMIT or digits.startswith("0"):
        raise QrAltered(place="digits")
    number = int(digits)
    guarded = number.to_bytes(-(-number.bit_length() // 8), "big")
    if not guarded.startswith(_GUARD):
        raise QrAltered(place="guard")
    try:
        return inflate(guarded[len(_GUARD) :], limit=CONTENT_LIMIT)
    except ValueError as error:
        raise QrAltered(place="deflate") from error


def members_of(payload: QrPayload) -> dict[int, Value]:
    """Return what a code says of the certificate, by the keys 1 to 9."""
    content: dict[int, Value] = {
        _LICENCE_ID: payload.licence_id,
        _CERTIFICATE_TYPE: payload.certificate_type,
        _STATEMENT: payload.statement,
        _STATUS_INDEX: payload.status_index,
        _FIELDS: payload.fields,
        _VALID_FROM: (payload.valid_from - _EPOCH_DAY).days,
        _ISSUED_AT: microseconds(payload.issued_at) // 1_000_000,
        _ISSUER: payload.issuer,
    }
    if payload.valid_until is not None:
        content[_VALID_UNTIL] = (payload.valid_until - _EPOCH_DAY).days
    return content


def payload_in(fields: Fields) -> QrPayload:
    """Take what a code says of the certificate; other members are left for the caller.

    Raises:
        QrAltered: a member is missing or malformed.
    """
    payload = QrPayload(
        licence_id=fields.text(_LICENCE_ID),
        certificate_type=fields.text(_CERTIFICATE_TYPE),
        statement=fields.octets(_STATEMENT, length=HASH_BYTES),
        status_index=fields.count(_STATUS_INDEX),
        fields=_printed(fields),
        valid_from=day_in(fields, _VALID_FROM),
        valid_until=day_in(fields, _VALID_UNTIL) if fields.has(_VALID_UNTIL) else None,
        issued_at=second_in(fields, _ISSUED_AT),
        issuer=fields.text(_ISSUER, limit=ISSUER_LIMIT),
    )
    if payload.valid_until is not None and payload.valid_until < payload.valid_from:
        raise QrAltered(place=str(_VALID_UNTIL))
    return payload


def _printed(fields: Fields) -> tuple[str, ...]:
    values = fields.items(_FIELDS)
    if not all(isinstance(value, str) and len(value) <= FIELD_LIMIT for value in values):
        raise fields.refuse(_FIELDS)
    return tuple(value for value in values if isinstance(value, str))


def day_in(fields: Fields, key: int) -> date:
    """Take a whole day, counted from 1970."""
    days = fields.count(key)
    if days > _LAST_DAY:
        raise fields.refuse(key)
    return _EPOCH_DAY + timedelta(days=days)


def second_in(fields: Fields, key: int) -> datetime:
    """Take a whole second in UTC, counted from 1970."""
    seconds = fields.count(key)
    if seconds > _LAST_SECOND:
        raise fields.refuse(key)
    return EPOCH + timedelta(seconds=seconds)
