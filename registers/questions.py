"""What a register is asked: whether claims hold, never what it knows.

A question carries claims by name and a fresh salt of 16 bytes for each. The register compares inside and
answers which claims hold, over the salted commitments alone: an answer repeats nothing that was asked, and
fresh salts make an answer to an earlier question worthless.

    question = about_person(name="林知远", citizen_number=number)
    Question.decode(question.encode()) == question

Names travel in Unicode normalisation form C, and a register compares in that form.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from evidence.canonical import Value, decode, encode
from evidence.commitment import SALT_BYTES, commit_fields, new_salt
from evidence.errors import Malformed, NotCanonical, Term
from evidence.fields import Fields
from evidence.identifiers import CitizenNumber, Uscc

IN_BUSINESS = "in-business"
"""The state of an enterprise that is neither deregistered nor revoked."""

NOT_SUSPENDED = "not-suspended"
"""The standing of a qualification that may be used."""


class QuestionMalformed(Malformed):
    """Bytes are no question."""

    code = "register-question-malformed"
    zh = "登记查询的结构不对（{place}）；请检查发出查询的程序。"
    en = "The question to a register is malformed at {place}; check the program that sent it."


class Register(StrEnum):
    """The registers, by what they hold."""

    POPULATION = "population"
    ENTERPRISE = "enterprise"
    QUALIFICATION = "qualification"

    @property
    def term(self) -> Term:
        """The register as a reader of either language calls it."""
        return _TERMS[self]


_TERMS = {
    Register.POPULATION: Term("人口登记", "population register"),
    Register.ENTERPRISE: Term("企业登记", "enterprise register"),
    Register.QUALIFICATION: Term("执业资格登记", "qualification register"),
}


@dataclass(frozen=True)
class Question:
    """Claims to compare, each under a salt of its own.

    ``portrait`` is a salt of 16 bytes where the reference portrait is asked for too: the answer commits to it
    under that salt, which nobody keeps. ``about`` is our own id of the person whose data the claims are; it
    is not sent.
    """

    register: Register
    claims: Mapping[str, Value] = field(repr=False)
    salts: Mapping[str, bytes] = field(repr=False)
    portrait: bytes | None = field(default=None, repr=False)
    about: UUID | None = field(default=None, compare=False)

    @property
    def commitments(self) -> tuple[bytes, ...]:
        """The commitments to the claims, 32 bytes each, sorted."""
        return commit_fields(self.claims, self.salts)

    def encode(self) -> bytes:
        """Return the question's one encoding, as it is sent."""
        asked = {name: [value, self.salts[name]] for name, value in self.claims.items()}
        return encode({"register": self.register.value, "asked": asked, "portrait": self.portrait})

    @classmethod
    def decode(cls, encoded: bytes) -> "Question":
        """Read a question, as a register does.

        Raises:
            QuestionMalformed: the bytes are none.
        """
        try:
            fields = Fields(decode(encoded), QuestionMalformed)
        except NotCanonical as error:
            raise QuestionMalformed(place="question") from error
        register, asked = fields.text("register"), fields.take("asked")
        portrait = None if fields.absent("portrait") else fields.octets("portrait", length=SALT_BYTES)
        fields.done()
        if register not in {each.value for each in Register}:
            raise QuestionMalformed(place="register")
        if not isinstance(asked, Mapping):
            raise QuestionMalformed(place="asked")
        pairs = {str(name): _pair(pair) for name, pair in asked.items()}
        claims = {name: value for name, (value, _) in pairs.items()}
        return cls(Register(register), claims, {name: salt for name, (_, salt) in pairs.items()}, portrait)


def _pair(pair: Value) -> tuple[Value, bytes]:
    match pair:
        case [value, bytes(salt)] if len(salt) == SALT_BYTES:
            return value, salt
    raise QuestionMalformed(place="asked")


def about_person(
    *, name: str, citizen_number: CitizenNumber, portrait: bool = False, about: UUID | None = None
) -> Question:
    """Ask the population register whether ``name`` is that of ``citizen_number``."""
    claims: dict[str, Value] = {"citizen_number": citizen_number.text, "name": composed(name)}
    return _question(Register.POPULATION, claims, portrait=portrait, about=about)


def about_firm(
    *,
    uscc: Uscc,
    name: str,
    representative: tuple[str, CitizenNumber] | None = None,
    about: UUID | None = None,
) -> Question:
    """Ask the enterprise register for name, state and, where we know one, the legal representative."""
    claims: dict[str, Value] = {"uscc": uscc.text, "name": composed(name), "state": IN_BUSINESS}
    if representative is not None:
        claims["representative"] = _holder(*representative)
    return _question(Register.ENTERPRISE, claims, about=about)


def about_qualification(
    *,
    kind: str,
    registration_number: str,
    holder: tuple[str, CitizenNumber],
    employer: Uscc,
    until: date,
    project: str | None,
    about: UUID | None = None,
) -> Question:
    """Ask the qualification register whether it may be used to ``until``, for ``project`` if it is named."""
    claims: dict[str, Value] = {
        "kind": kind,
        "registration_number": registration_number,
        "holder": _holder(*holder),
        "employer": employer.text,
        "until": until.isoformat(),
        "standing": NOT_SUSPENDED,
    }
    if project is not None:
        claims["project"] = composed(project)
    return _question(Register.QUALIFICATION, claims, about=about)


def composed(text: str) -> str:
    """Give ``text`` in the form in which names are compared (Unicode, form C)."""
    return unicodedata.normalize("NFC", text)


def _holder(name: str, citizen_number: CitizenNumber) -> dict[str, Value]:
    return {"citizen_number": citizen_number.text, "name": composed(name)}


def _question(
    register: Register, claims: dict[str, Value], *, about: UUID | None, portrait: bool = False
) -> Question:
    salts = {name: new_salt() for name in claims}
    return Question(register, claims, salts, portrait=new_salt() if portrait else None, about=about)
