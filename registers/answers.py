"""A register's answer: its signed statement on which claims hold, read against the question and a pinned key.

The body: ``register``; ``asked``, the sorted commitments of the claims; ``same`` and ``differs``, names of
the fields compared; ``as_of``, up to when the register's own data go; ``portrait``, the commitment to the
SHA-256 of a portrait that was handed over with it, under the salt of the question, or null.

    answer = read(reply, question, authority, clock=clock)
    check_same(answer)      # or the refusal that names the first field that differs
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from evidence import statement
from evidence.canonical import Value
from evidence.clock import Clock, microseconds
from evidence.commitment import commit
from evidence.digest import sha256
from evidence.errors import Invalid, StatementMalformed
from evidence.fields import Fields
from evidence.keys import Signer, VerifyingKey
from evidence.statement import Statement, StatementType
from registers.questions import Question
from registers.refusals import DIFFERS, RegisterNotGenuine

OLDEST = timedelta(days=1)
"""How old the data of an answer may be: registers that are copied every night."""

CLOCKS_APART = timedelta(minutes=5)
"""How far the register's clock may be ahead of ours."""


@dataclass(frozen=True)
class Authority:
    """Who keeps a register: its name in statements, as people call it, and its pinned key.

    ``former`` are keys that it signed with before; receipts under them stand, new answers do not.
    """

    issuer: str
    name: str
    key: VerifyingKey
    former: tuple[VerifyingKey, ...] = ()


@dataclass(frozen=True)
class Reply:
    """What a register sends: a COSE_Sign1, and the portrait (JPEG or PNG) where one was asked for."""

    signed: bytes
    portrait: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    """A reply that holds: ``differs`` in the order of naming, ``as_of`` how new the data are."""

    question: Question
    signed: bytes
    differs: tuple[str, ...]
    as_of: datetime
    portrait: bytes | None = field(repr=False)

    @property
    def digest(self) -> bytes:
        """The SHA-256 (32 bytes) of the signed statement: the receipt's name in other statements."""
        return sha256(self.signed).value


def write(
    question: Question,
    *,
    differs: Collection[str],
    compared: Collection[str],
    issuer: str,
    signer: Signer,
    at: datetime,
    portrait: bytes | None = None,
) -> Reply:
    """Sign the answer to ``question`` as the register ``issuer``: of the fields compared, which differ."""
    body: dict[str, Value] = {
        "register": question.register.value,
        "asked": list(question.commitments),
        "same": sorted(set(compared) - set(differs)),
        "differs": sorted(differs),
        "as_of": microseconds(at),
        "portrait": _commitment(portrait, question),
    }
    stated = Statement(StatementType.REGISTER_ANSWER, issuer, at, body)
    return Reply(statement.sign(stated, signer), portrait)


def read(reply: Reply, question: Question, authority: Authority, *, clock: Clock) -> Answer:
    """Read ``reply`` as the authority's answer to ``question``.

    Raises:
        RegisterNotGenuine: another key or issuer, another question, fields left out, or data too old.
    """
    try:
        stated = statement.check(reply.signed, authority.key)
        return _answer(stated, reply, question, authority, clock)
    except Invalid as error:
        place = error.facts.get("place", "signature")
        raise RegisterNotGenuine(register=question.register.term, place=place) from error


def check_same(answer: Answer) -> None:
    """Check that the register confirms every claim.

    Raises:
        RegisterDiffers: its leaf names the first field that differs.
    """
    refusals = DIFFERS[answer.question.register]
    if answer.differs:
        raise refusals[answer.differs[0]]


def _answer(
    stated: Statement, reply: Reply, question: Question, authority: Authority, clock: Clock
) -> Answer:
    fields = Fields(stated.body, StatementMalformed)
    _expect("typ", stated.type is StatementType.REGISTER_ANSWER)
    _expect("issuer", stated.issuer == authority.issuer)
    _expect("register", fields.text("register") == question.register.value)
    _expect("asked", fields.octets_list("asked", length=32) == question.commitments)
    same, differs, as_of = _names(fields, "same"), _names(fields, "differs"), fields.moment("as_of")
    _expect("as_of", clock.now() - OLDEST <= as_of <= clock.now() + CLOCKS_APART)
    _expect("portrait", fields.take("portrait") == _commitment(reply.portrait, question))
    _expect("portrait", reply.portrait is None or question.portrait is not None)
    fields.done()
    comparable = [name for name in DIFFERS[question.register] if name in question.claims]
    _expect("fields", not same & differs and same | differs <= set(comparable))
    # Who confirms must have compared everything; who differs may stop there.
    _expect("fields", bool(differs) or same == set(comparable))
    named = tuple(name for name in comparable if name in differs)
    return Answer(question, reply.signed, named, as_of, reply.portrait)


def _commitment(portrait: bytes | None, question: Question) -> bytes | None:
    """Commit to a portrait so that the receipt, which stays, does not tell it once the salt is forgotten."""
    if portrait is None or question.portrait is None:
        return None
    return commit(sha256(portrait).value, question.portrait)


def _expect(place: str, holds: bool) -> None:  # noqa: FBT001  one private condition
    if not holds:
        raise StatementMalformed(place=place)


def _names(fields: Fields, key: str) -> set[str]:
    return {name for name in fields.items(key) if isinstance(name, str)}
