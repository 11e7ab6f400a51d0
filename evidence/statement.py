"""Typed statements: the only thing that is ever signed.

A statement says who states what, as which type of thing, and when. Its type stands in the protected header of
the COSE_Sign1, so that a consent can never be shown as a certificate. Its body is a map of the type's own
fields. Two names in a body mean the same everywhere: ``files`` lists the SHA-256 values of files that the
statement covers, ``commitments`` the commitments to fields that may be disclosed.

    signed = sign(Statement(StatementType.CONSENT, uscc, clock.now(), {"purpose": "…"}), signer)
    statement = check(signed, signer.key)

``read`` trusts nothing; ``check`` is the one that verifies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from evidence.canonical import Value, decode, encode
from evidence.clock import microseconds
from evidence.cose import Sign1, read_sign1, sign1
from evidence.errors import NotCanonical, StatementMalformed
from evidence.fields import Fields
from evidence.keys import Signer, VerifyingKey

ISSUER_LIMIT = 255
"""Characters of an issuer's name: a USCC, a log's origin or a person's pseudonym."""

_VERSION = 1


class StatementType(StrEnum):
    """The types of statements, each with the version of its body."""

    CONSENT = "yinxin/consent/1"
    ENROLLMENT = "yinxin/enrollment/1"
    PASSKEY = "yinxin/passkey/1"
    COUNTER = "yinxin/counter/1"
    APPROVAL = "yinxin/approval/1"
    AUTHORIZATION = "yinxin/authorization/1"
    AUTHORIZATION_CHANGE = "yinxin/authorization-change/1"
    ORGANIZATION = "yinxin/organization/1"
    KEY = "yinxin/key/1"
    SEAL = "yinxin/seal/1"
    SIGNATURE = "yinxin/signature/1"
    AGREEMENT = "yinxin/agreement/1"
    CERTIFICATE = "yinxin/certificate/1"
    CERTIFICATE_CHANGE = "yinxin/certificate-change/1"
    CERTIFICATE_COPY = "yinxin/certificate-copy/1"
    CERTIFICATE_TYPE = "yinxin/certificate-type/1"
    RECEIPT = "yinxin/receipt/1"
    STATUS_LIST = "yinxin/status-list/1"
    STATUS_DELTA = "yinxin/status-delta/1"
    COPY_STATE = "yinxin/copy-state/1"
    REGISTER_ANSWER = "yinxin/register-answer/1"

    @classmethod
    def named(cls, text: str) -> "StatementType | None":
        """Return the type written ``text``, or None when there is none."""
        return next((type_ for type_ in cls if type_ == text), None)


@dataclass(frozen=True)
class Statement:
    """Who states what, and when: ``issued_at`` is aware, ``issuer`` 1 to 255 characters."""

    type: StatementType
    issuer: str
    issued_at: datetime
    body: Mapping[str, Value]


@dataclass(frozen=True)
class SignedStatement:
    """A statement as read, with its exact bytes; ``message`` names the key it claims by 8 bytes of its id."""

    statement: Statement
    message: Sign1
    encoded: bytes

    @property
    def key_id_prefix(self) -> bytes:
        """The first 8 bytes of the id of the key that it claims."""
        return self.message.key_id_prefix

    def check(self, key: VerifyingKey) -> Statement:
        """Check that ``key`` signed what was read.

        Raises:
            SignatureInvalid: the signature is not by this key, or names another key or algorithm.
        """
        self.message.check(key)
        return self.statement


def sign(statement: Statement, signer: Signer) -> bytes:
    """Return the statement as a COSE_Sign1 (tag 18) in its one encoding.

    Raises:
        StatementMalformed: the issuer is empty or too long, or the body is no map of texts to values.
        ValueError: ``issued_at`` has no time zone.
    """
    content: dict[str, Value] = {
        "v": _VERSION,
        "issuer": statement.issuer,
        "issued_at": microseconds(statement.issued_at),
        "body": statement.body,
    }
    _statement(statement.type, content)
    return sign1(encode(content), signer, typ=statement.type)


def read(encoded: bytes) -> SignedStatement:
    """Read a signed statement without trusting it.

    Raises:
        StatementMalformed: the bytes are not the one encoding of a signed statement of a known type.
    """
    message = read_sign1(encoded, StatementMalformed)
    type_ = StatementType.named(message.typ)
    if type_ is None:
        raise StatementMalformed(place="typ")
    return SignedStatement(_read_payload(type_, message.payload), message, encoded)


def check(encoded: bytes, key: VerifyingKey) -> Statement:
    """Read a signed statement and check that ``key`` signed it.

    Raises:
        StatementMalformed: the bytes are not the one encoding of a signed statement of a known type.
        SignatureInvalid: the signature is not by this key, or names another key or algorithm.
    """
    return read(encoded).check(key)


def _read_payload(type_: StatementType, payload: bytes) -> Statement:
    try:
        content = decode(payload)
    except NotCanonical as error:
        raise StatementMalformed(place="payload") from error
    return _statement(type_, content)


def _statement(type_: StatementType, content: Value) -> Statement:
    fields = Fields(content, StatementMalformed)
    if fields.count("v") != _VERSION:
        raise StatementMalformed(place="v")
    issuer = fields.text("issuer", limit=ISSUER_LIMIT)
    issued_at = fields.moment("issued_at")
    body = fields.take("body")
    fields.done()
    if not isinstance(body, Mapping):
        raise StatementMalformed(place="body")
    texts = {key: value for key, value in body.items() if isinstance(key, str)}
    if len(texts) != len(body):
        raise StatementMalformed(place="body")
    return Statement(type_, issuer, issued_at, texts)
