"""Every adapter of the port gives the register's own signed answer, or says by name why there is none."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from evidence.algorithms import Algorithm
from evidence.clock import FixedClock
from evidence.digest import sha256
from evidence.identifiers import CitizenNumber, Uscc
from evidence.keys import LocalSigner
from evidence.statement import read
from registers import answers
from registers.answers import Reply, check_same
from registers.questions import Question, Register, about_firm, about_person, about_qualification
from registers.refusals import (
    EmployerDiffers,
    FirmNameDiffers,
    FirmNotInBusiness,
    FirmUnknown,
    HolderDiffers,
    LockedElsewhere,
    PersonDiffers,
    QualificationOver,
    QualificationSuspended,
    RegisterDiffers,
    RegisterNotGenuine,
    RegisterSilent,
    RepresentativeDiffers,
)
from registers.scripted import FirmRecord, PersonRecord, QualificationRecord, ScriptedRegisters
from registers.source import RegisterSource
from registers.source_http import HttpRegisters, Place, RegisterAddressMalformed
from tests.registers.served import served

NUMBER, OTHER = CitizenNumber.parse("34052419800101001X"), CitizenNumber.parse("11010519491231002X")
FIRM, INSTITUTE = Uscc.parse("91350100M000100Y43"), Uscc.parse("91610800064834709T")
NAME, KIND, REGISTRATION, PROJECT = "José 林", "structural-engineer-1", "S20261234", "示范市第一中学教学楼"
PORTRAIT = b"\xff\xd8\xff a portrait"


@dataclass
class Town:
    """The records, and the source under test that answers from them."""

    records: ScriptedRegisters
    source: RegisterSource
    clock: FixedClock


def records(clock: FixedClock) -> ScriptedRegisters:
    made = ScriptedRegisters(LocalSigner.generate(Algorithm.ES256), clock=clock)
    made.people |= {NUMBER.text: PersonRecord(NAME, PORTRAIT), OTHER.text: PersonRecord("周明哲")}
    made.firms[FIRM.text] = FirmRecord("示范建设集团有限公司", representative=OTHER.text)
    made.qualifications[KIND, REGISTRATION] = QualificationRecord(
        NUMBER.text, INSTITUTE.text, date(2028, 12, 31)
    )
    return made


@contextmanager
def in_process(double: ScriptedRegisters, _: FixedClock) -> Iterator[RegisterSource]:
    yield double


@contextmanager
def over_http(double: ScriptedRegisters, clock: FixedClock) -> Iterator[RegisterSource]:
    with served(double) as address:
        places = {each: Place(address, authority) for each, authority in double.authorities.items()}
        source = HttpRegisters(places, clock=clock)
        yield source
        source.close()


@pytest.fixture(params=[in_process, over_http], ids=["scripted", "http"])
def town(request: pytest.FixtureRequest) -> Iterator[Town]:
    clock = FixedClock(datetime(2026, 5, 2, 8, 0, tzinfo=UTC))
    double = records(clock)
    with request.param(double, clock) as source:
        yield Town(double, source, clock)


def person(name: str = NAME, number: CitizenNumber = NUMBER, *, portrait: bool = False) -> Question:
    return about_person(name=name, citizen_number=number, portrait=portrait)


def firm(name: str = "示范建设集团有限公司", uscc: Uscc = FIRM, who: CitizenNumber = OTHER) -> Question:
    return about_firm(uscc=uscc, name=name, representative=("周明哲", who))


def qualification(
    *,
    number: str = REGISTRATION,
    holder: str = NAME,
    employer: Uscc = INSTITUTE,
    until: date = date(2026, 12, 31),
    project: str = PROJECT,
) -> Question:
    return about_qualification(
        kind=KIND,
        registration_number=number,
        holder=(holder, NUMBER),
        employer=employer,
        until=until,
        project=project,
    )


@pytest.mark.parametrize("question", [person(), firm(), qualification()], ids=list(Register))
def test_what_agrees_is_confirmed_by_a_signed_receipt(town: Town, question: Question) -> None:
    answer = town.source.ask(question)
    check_same(answer)
    stated = read(answer.signed).statement
    assert stated.issuer == town.source.authorities[question.register].issuer
    assert (answer.as_of, stated.body["differs"]) == (town.clock.now(), [])


@pytest.mark.parametrize("question", [person(portrait=True), firm(), qualification()], ids=list(Register))
def test_a_receipt_repeats_nothing_that_was_asked(town: Town, question: Question) -> None:
    signed = town.source.ask(question).signed
    told = [NAME, NUMBER.text, "示范建设集团有限公司", FIRM.text, INSTITUTE.text, REGISTRATION, PROJECT]
    assert [each for each in told if each.encode() in signed] == []


DIFFERENT: dict[type[RegisterDiffers], Question] = {
    PersonDiffers: person("林知远"),
    FirmUnknown: firm(uscc=INSTITUTE),
    FirmNameDiffers: firm("示范建设集团"),
    RepresentativeDiffers: firm(who=NUMBER),
    HolderDiffers: qualification(holder="林知远"),
    EmployerDiffers: qualification(employer=FIRM),
    QualificationOver: qualification(until=date(2029, 1, 1)),
}


@pytest.mark.parametrize("refusal", DIFFERENT)
def test_a_mismatch_names_the_field(town: Town, refusal: type[RegisterDiffers]) -> None:
    with pytest.raises(refusal):
        check_same(town.source.ask(DIFFERENT[refusal]))


def test_what_ended_or_stands_elsewhere_is_named(town: Town) -> None:
    held = town.records.qualifications[KIND, REGISTRATION]
    held.suspended = True
    with pytest.raises(QualificationSuspended):
        check_same(town.source.ask(qualification()))
    held.suspended, held.project = False, "另一项目"
    with pytest.raises(LockedElsewhere):
        check_same(town.source.ask(qualification()))
    held.project = PROJECT
    check_same(town.source.ask(qualification()))
    town.records.firms[FIRM.text].in_business = False
    with pytest.raises(FirmNotInBusiness):
        check_same(town.source.ask(firm()))


@pytest.mark.parametrize(
    ("unknown", "known"),
    [
        (person("林知远", CitizenNumber.parse("990100198804120114")), person("林知远")),
        (qualification(number="S1"), qualification(holder="林知远")),
    ],
    ids=["person", "qualification"],
)
def test_an_unknown_number_and_another_name_get_the_same_answer(
    town: Town, unknown: Question, known: Question
) -> None:
    said = [town.source.ask(each) for each in (unknown, known)]
    bodies = [{**read(each.signed).statement.body, "asked": None} for each in said]
    assert (bodies[0], said[0].differs) == (bodies[1], said[1].differs)
    assert len(said[0].signed) == len(said[1].signed)


def test_names_are_compared_in_one_form_and_shown_as_they_are(town: Town) -> None:
    decomposed = NAME.replace("é", "e\u0301")
    check_same(town.source.ask(person(decomposed)))
    town.records.people[NUMBER.text].name = decomposed
    check_same(town.source.ask(person()))


def test_a_homoglyph_is_another_name(town: Town) -> None:
    with pytest.raises(PersonDiffers):
        check_same(town.source.ask(person(NAME.replace("o", "\u043e"))))


def test_a_portrait_is_handed_over_when_it_is_asked_for(town: Town) -> None:
    assert town.source.ask(person(portrait=True)).portrait == PORTRAIT
    assert town.source.ask(person()).portrait is None


def test_no_portrait_is_handed_to_who_knows_another_name(town: Town) -> None:
    assert town.source.ask(person("林知远", portrait=True)).portrait is None


def test_a_register_without_a_portrait_says_so(town: Town) -> None:
    town.records.people[NUMBER.text].portrait = None
    answer = town.source.ask(person(portrait=True))
    check_same(answer)
    assert answer.portrait is None


def test_a_receipt_does_not_tell_the_portrait(town: Town) -> None:
    signed = [town.source.ask(person(portrait=True)).signed for _ in range(2)]
    assert sha256(PORTRAIT).value not in signed[0]
    told = [read(each).statement.body["portrait"] for each in signed]
    assert told[0] != told[1]


def test_a_silent_register_is_named(town: Town) -> None:
    town.records.silent.add(Register.ENTERPRISE)
    with pytest.raises(RegisterSilent) as refused:
        town.source.ask(firm())
    assert "enterprise register" in refused.value.sentence("en")


def test_questions_travel_in_their_one_encoding() -> None:
    question = person(portrait=True)
    assert Question.decode(question.encode()) == question


CLOCK = FixedClock(datetime(2026, 5, 2, 8, 0, tzinfo=UTC))


Spoiling = Callable[[Reply, Question, ScriptedRegisters], tuple[Reply, Question]]
ASKED = person(portrait=True)
OVER_A_DAY = answers.OLDEST + timedelta(seconds=1)
SPOILT: dict[str, tuple[str, Spoiling]] = {
    "a bit": (
        "signature",
        lambda reply, asked, _: (
            replace(reply, signed=reply.signed[:-1] + bytes([reply.signed[-1] ^ 1])),
            asked,
        ),
    ),
    "the question": ("asked", lambda reply, _asked, _: (reply, person(portrait=True))),
    "the key": ("signature", lambda _reply, asked, _: (records(CLOCK).reply(asked), asked)),
    "the portrait": ("portrait", lambda reply, asked, _: (replace(reply, portrait=b"another"), asked)),
    "no portrait": ("portrait", lambda reply, asked, _: (replace(reply, portrait=None), asked)),
    "a part": ("fields", lambda _reply, _asked, double: partly(double)),
    "a field": ("fields", lambda _reply, asked, double: (written(double, asked, {"name", "age"}), asked)),
    "the issuer": ("issuer", lambda _reply, asked, double: (written(double, asked, issuer="another"), asked)),
    "age": ("as_of", lambda _reply, asked, double: (written(double, asked, after=-OVER_A_DAY), asked)),
    "youth": ("as_of", lambda _reply, asked, double: (written(double, asked, after=OVER_A_DAY), asked)),
}
"""What makes a reply worthless, and the place that the refusal names."""


def partly(double: ScriptedRegisters) -> tuple[Reply, Question]:
    """The answer of a register that leaves out whether the qualification is suspended."""
    asked = qualification()
    return written(double, asked, {"holder", "employer", "until", "project"}), asked


def written(
    double: ScriptedRegisters,
    question: Question,
    compared: Collection[str] = ("name",),
    *,
    issuer: str | None = None,
    after: timedelta = timedelta(0),
) -> Reply:
    return answers.write(
        question,
        differs=(),
        compared=compared,
        issuer=issuer or double.authorities[question.register].issuer,
        signer=double._signer,
        at=CLOCK.now() + after,
    )


@pytest.mark.parametrize("change", SPOILT)
def test_what_is_not_the_registers_answer_is_not_believed(change: str) -> None:
    place, spoil = SPOILT[change]
    double = records(CLOCK)
    reply, question = spoil(double.reply(ASKED), ASKED, double)
    with pytest.raises(RegisterNotGenuine) as refused:
        answers.read(reply, question, double.authorities[question.register], clock=CLOCK)
    assert refused.value.facts["place"] == place


@pytest.mark.parametrize("address", ["http://registers.example/", "ftp://a/", "nonsense", "https://a:x/"])
def test_an_address_that_is_not_https_is_refused_unquoted(address: str) -> None:
    authority = records(CLOCK).authorities[Register.POPULATION]
    with pytest.raises(RegisterAddressMalformed) as refused:
        HttpRegisters({Register.POPULATION: Place(address, authority)}, clock=CLOCK)
    assert address not in refused.value.sentence("en")


def test_nobody_at_the_address_is_a_silent_register() -> None:
    authority = records(CLOCK).authorities[Register.POPULATION]
    source = HttpRegisters({Register.POPULATION: Place("http://127.0.0.1:9/", authority)}, clock=CLOCK)
    with pytest.raises(RegisterSilent):
        source.ask(person())
    source.close()


@pytest.mark.parametrize("body", [b"", b"\xa0", b"not cbor", bytes(9_000_001)])
def test_a_body_that_is_no_reply_is_not_believed(body: bytes) -> None:
    double = records(CLOCK)
    with served(double, body=body) as address:
        place = Place(address, double.authorities[Register.POPULATION])
        source = HttpRegisters({Register.POPULATION: place}, clock=CLOCK)
        with pytest.raises(RegisterNotGenuine):
            source.ask(person())
        source.close()
