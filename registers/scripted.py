"""A shipped double of the registers: a few records in memory, answered under a key of the house.

For the demonstration and for tests; production refuses it (``double``). It compares as an authority would:
inside, names in form C, and nothing more behind a holder that differs.

    source = ScriptedRegisters(signer, clock=clock)
    source.people["990100198804120114"] = PersonRecord("林知远", portrait)
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from evidence.canonical import Value
from evidence.clock import Clock
from evidence.keys import Signer
from registers.answers import Answer, Authority, Reply, read, write
from registers.questions import Question, Register, composed
from registers.refusals import RegisterSilent

ISSUER = "yinxin.example/register-double/"


@dataclass
class PersonRecord:
    """A person; ``portrait`` is the reference portrait (JPEG or PNG), where the register has one."""

    name: str
    portrait: bytes | None = field(default=None, repr=False)


@dataclass
class FirmRecord:
    """A firm; ``representative`` is the citizen number of its legal representative."""

    name: str
    representative: str | None = None
    in_business: bool = True


@dataclass
class QualificationRecord:
    """A qualification; ``holder`` is a citizen number, ``project`` the one it is locked on."""

    holder: str
    employer: str
    until: date
    suspended: bool = False
    project: str | None = None


class ScriptedRegisters:
    """A :class:`registers.source.RegisterSource` that answers from its own records; ``silent`` ones do not.

    ``people`` by citizen number, ``firms`` by credit code, ``qualifications`` by kind and number.
    """

    double = True

    def __init__(self, signer: Signer, *, clock: Clock) -> None:
        self._signer = signer
        self._clock = clock
        self.people: dict[str, PersonRecord] = {}
        self.firms: dict[str, FirmRecord] = {}
        self.qualifications: dict[tuple[str, str], QualificationRecord] = {}
        self.silent: set[Register] = set()
        self.asked: list[Register] = []

    @property
    def authorities(self) -> Mapping[Register, Authority]:
        """One key for all; the names say that they are doubles."""
        return {
            register: Authority(ISSUER + register.value, f"{register.term.zh}（演示替身）", self._signer.key)
            for register in Register
        }

    def ask(self, question: Question) -> Answer:
        """Compare and answer at once, or raise RegisterSilent when told to be silent."""
        self.asked.append(question.register)
        if question.register in self.silent:
            raise RegisterSilent(register=question.register.term)
        authority = self.authorities[question.register]
        return read(self.reply(question), question, authority, clock=self._clock)

    def reply(self, question: Question) -> Reply:
        """Give the signed bytes, as a service would send them."""
        compare = {
            Register.POPULATION: self._person,
            Register.ENTERPRISE: self._firm,
            Register.QUALIFICATION: self._qualification,
        }[question.register]
        outcomes = dict(compare(question.claims))
        differs = {name for name, same in outcomes.items() if not same}
        return write(
            question,
            differs=differs,
            compared=outcomes.keys(),
            issuer=self.authorities[question.register].issuer,
            signer=self._signer,
            at=self._clock.now(),
            portrait=self._portrait(question) if question.portrait is not None and not differs else None,
        )

    def _portrait(self, question: Question) -> bytes | None:
        return self.people[str(question.claims["citizen_number"])].portrait

    def _person(self, claims: Mapping[str, Value]) -> Iterator[tuple[str, bool]]:
        record = self.people.get(str(claims["citizen_number"]))
        yield "name", _same_name("" if record is None else record.name, claims["name"])

    def _firm(self, claims: Mapping[str, Value]) -> Iterator[tuple[str, bool]]:
        record = self.firms.get(str(claims["uscc"]))
        yield "uscc", record is not None
        if record is None:
            return
        yield "name", _same_name(record.name, claims["name"])
        yield "state", record.in_business
        if "representative" in claims:
            yield "representative", self._is(record.representative, claims["representative"])

    def _qualification(self, claims: Mapping[str, Value]) -> Iterator[tuple[str, bool]]:
        record = self.qualifications.get((str(claims["kind"]), str(claims["registration_number"])))
        held = self._is(None if record is None else record.holder, claims["holder"])
        yield "holder", held
        if record is None or not held:
            return
        yield "employer", record.employer == claims["employer"]
        yield "until", record.until.isoformat() >= str(claims["until"])
        yield "standing", not record.suspended
        if "project" in claims:
            yield "project", record.project is None or _same_name(record.project, claims["project"])

    def _is(self, citizen_number: str | None, claimed: Value) -> bool:
        record = self.people.get(citizen_number or "")
        claims = dict(claimed.items()) if isinstance(claimed, Mapping) else {}
        same = claims.get("citizen_number") == citizen_number
        return record is not None and same and _same_name(record.name, claims.get("name"))


def _same_name(registered: str, claimed: Value) -> bool:
    return isinstance(claimed, str) and composed(registered) == composed(claimed)
