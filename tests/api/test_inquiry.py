"""Registers are asked before a request stands and again before it is granted; their receipts stay."""

from collections.abc import Callable, Iterator
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from api.demonstration.people import CONTRACTOR, ENGINEER
from api.house import House
from api.site import Site
from api.trust import anchors
from evidence import statement
from evidence.statement import StatementType, check
from identity import authorizations
from identity.attempts import MOST, Attempt
from identity.authorizations import AuthorizationId
from identity.qualifications import QualificationKind
from ledger import facts
from registers import receipts
from registers.answers import Answer
from registers.questions import Question, Register
from registers.scripted import QualificationRecord, ScriptedRegisters
from tests.api.newcomers import (
    NO_FILM,
    Newcomer,
    arrive,
    arrive_enrolled,
    challenge,
    clerk,
    double,
    granted,
    request_body,
    requested,
    scan,
)

KIND = QualificationKind.STRUCTURAL_ENGINEER_1.value


@pytest.fixture
def newcomer(site: Site, house: House) -> Newcomer:
    """A person who holds a qualification, new for each test: the registers are about to change."""
    return arrive(site, house)


@pytest.fixture(scope="module")
def asking(site: Site, house: House) -> httpx.Client:
    return clerk(site, house, CONTRACTOR)


@pytest.fixture
def registers(house: House) -> Iterator[ScriptedRegisters]:
    """The double of the registers; its firms and its silence are put back."""
    made = double(house)
    yield made
    made.silent.clear()
    made.firms[CONTRACTOR.uscc.text].in_business = True


def held(registers: ScriptedRegisters, newcomer: Newcomer) -> QualificationRecord:
    return registers.qualifications[KIND, newcomer.registration_number]


def test_a_request_keeps_a_receipt_of_each_register(
    house: House, newcomer: Newcomer, asking: httpx.Client
) -> None:
    id_ = UUID(asking.post("/api/authorizations", json=request_body(newcomer)).json()["id"])
    with house.database.transaction() as session:
        kept = [facts.fact(session, digest) for digest in receipts.digests(session, id_)]
    stated = {statement.read(each.signed).statement.body["register"] for each in kept}
    assert stated == {register.value for register in Register}


def test_a_grant_names_the_receipts_and_its_entry_builds_on_them(
    site: Site, house: House, newcomer: Newcomer
) -> None:
    given = granted(site, house, newcomer)
    with house.database.transaction() as session:
        named = receipts.digests(session, given.id)
        signed = facts.fact(session, given.fact or b"").signed
    assert check(signed, house.verifier_key).body["registers"] == sorted(named)
    assert len(named) == 3


def test_receipts_are_signed_by_keys_that_the_trust_file_pins(
    site: Site, house: House, newcomer: Newcomer
) -> None:
    id_ = UUID(requested(site, house, newcomer))
    pinned = {one.issuer: one for one in anchors(house).issuers}
    with house.database.transaction() as session:
        for digest in receipts.digests(session, id_):
            signed = facts.signed_statement(session, digest)
            issuer = pinned[statement.read(signed).statement.issuer]
            assert check(signed, issuer.key).type is StatementType.REGISTER_ANSWER
            assert issuer.roles == {"register-answer"}


CHANGES: dict[str, Callable[[ScriptedRegisters, Newcomer], object]] = {
    "register-name-differs": lambda r, n: setattr(r.people[n.citizen_number.text], "name", "别人"),
    "register-firm-not-in-business": lambda r, _: setattr(
        r.firms[CONTRACTOR.uscc.text], "in_business", False
    ),
    "register-employer-differs": lambda r, n: setattr(held(r, n), "employer", CONTRACTOR.uscc.text),
    "register-qualification-suspended": lambda r, n: setattr(held(r, n), "suspended", True),
    "register-locked-elsewhere": lambda r, n: setattr(held(r, n), "project", "另一在建项目"),
    "register-holder-differs": lambda r, n: setattr(held(r, n), "holder", ENGINEER.citizen_number.text),
}


@pytest.mark.parametrize("code", CHANGES)
def test_what_a_register_does_not_confirm_is_not_asked_of_anybody(
    newcomer: Newcomer, asking: httpx.Client, registers: ScriptedRegisters, code: str
) -> None:
    CHANGES[code](registers, newcomer)
    answer = asking.post("/api/authorizations", json=request_body(newcomer))
    assert (answer.status_code, answer.json()["title"]) == (409, code)
    assert newcomer.http.get("/api/people/me/authorizations").json() == []


def test_a_refusal_says_nothing_of_what_the_register_holds(
    newcomer: Newcomer, asking: httpx.Client, registers: ScriptedRegisters
) -> None:
    held(registers, newcomer).project = "一个谁也不该知道的项目"
    answer = asking.post("/api/authorizations", json=request_body(newcomer)).text
    assert "谁也不该知道" not in answer


def test_a_silent_register_loses_nothing_and_may_be_asked_again(
    newcomer: Newcomer, asking: httpx.Client, registers: ScriptedRegisters
) -> None:
    registers.silent.add(Register.QUALIFICATION)
    answer = asking.post("/api/authorizations", json=request_body(newcomer))
    assert (answer.status_code, answer.json()["title"]) == (503, "register-silent")
    assert newcomer.http.get("/api/people/me/authorizations").json() == []
    registers.silent.clear()
    assert asking.post("/api/authorizations", json=request_body(newcomer)).status_code == 201


def test_nothing_is_open_while_a_register_is_asked(
    house: House, newcomer: Newcomer, asking: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that the request left open would keep this one from the tables it has read."""
    ask, seen = ScriptedRegisters.ask, []

    def asked(registers: ScriptedRegisters, question: Question) -> Answer:
        with house.database.transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '5s'"))
            session.execute(text("LOCK TABLE people, organizations, qualifications IN ACCESS EXCLUSIVE MODE"))
            seen.append(question.register)
        return ask(registers, question)

    monkeypatch.setattr(ScriptedRegisters, "ask", asked)
    assert asking.post("/api/authorizations", json=request_body(newcomer)).status_code == 201
    assert seen == list(Register)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "别人"},
        {"registration_number": "T999999999"},
        {"citizen_number": ENGINEER.citizen_number.text},
    ],
)
def test_who_is_not_found_here_is_no_reason_to_ask_a_register(
    newcomer: Newcomer, asking: httpx.Client, registers: ScriptedRegisters, changes: dict[str, str]
) -> None:
    before = len(registers.asked)
    answer = asking.post("/api/authorizations", json=request_body(newcomer, **changes))
    assert (answer.json()["title"], len(registers.asked)) == ("qualification-unknown", before)


@pytest.mark.parametrize(
    "changes", [{"purpose": ""}, {"uses": 0}, {"valid_until": "2020-01-01"}, {"position": "\u202e"}]
)
def test_what_cannot_be_asked_is_no_reason_to_ask_a_register(
    newcomer: Newcomer, asking: httpx.Client, registers: ScriptedRegisters, changes: dict[str, object]
) -> None:
    held(registers, newcomer).suspended = True
    before = len(registers.asked)
    answer = asking.post("/api/authorizations", json=request_body(newcomer) | changes)
    assert not answer.is_success
    assert not answer.json()["title"].startswith("register-")
    assert len(registers.asked) == before


def test_what_a_register_denies_is_kept_as_its_receipt(
    house: House, newcomer: Newcomer, asking: httpx.Client, registers: ScriptedRegisters
) -> None:
    held(registers, newcomer).suspended = True
    asking.post("/api/authorizations", json=request_body(newcomer))
    with house.database.transaction() as session:
        rows = session.query(receipts.AnswerRow).filter_by(about=newcomer.id, authorization=None).all()
        signed = [facts.signed_statement(session, row.id) for row in rows]
    differs = {statement.read(each).statement.body["register"]: each for each in signed}
    assert set(differs) == {"population", "qualification"}
    assert statement.read(differs["qualification"]).statement.body["differs"] == ["standing"]


def test_who_asks_what_registers_deny_is_stopped(
    site: Site, house: House, newcomer: Newcomer, registers: ScriptedRegisters
) -> None:
    firm = clerk(site, house, CONTRACTOR)
    firm.headers["x-forwarded-for"] = "203.0.113.77"
    held(registers, newcomer).suspended = True
    bodies = [request_body(newcomer)] * (MOST[Attempt.HOLDER].device + 1)
    titles = [firm.post("/api/authorizations", json=body).json()["title"] for body in bodies]
    assert titles[:-1] == ["register-qualification-suspended"] * MOST[Attempt.HOLDER].device
    assert titles[-1] == "too-many-from-here"


def test_what_changed_since_the_request_stops_the_grant_and_costs_no_attempt(
    site: Site, house: House, registers: ScriptedRegisters
) -> None:
    newcomer = arrive_enrolled(site, house)
    id_ = requested(site, house, newcomer)
    asked = challenge(newcomer, id_)
    held(registers, newcomer).suspended = True
    answer = scan(house, newcomer, asked["challenge"], NO_FILM)
    assert answer.json()["title"] == "register-qualification-suspended"
    assert challenge(newcomer, id_)["challenge"] == asked["challenge"]
    with house.database.transaction() as session:
        found = authorizations.authorization(session, AuthorizationId(UUID(id_)))
    assert found.state is authorizations.State.REQUESTED


def test_what_opens_a_receipt_can_be_erased(site: Site, house: House, newcomer: Newcomer) -> None:
    id_ = UUID(requested(site, house, newcomer))
    with house.database.transaction() as session:
        receipts.erase(session, newcomer.id)
        rows = session.query(receipts.AnswerRow).filter_by(authorization=id_).all()
        assert {row.register for row in rows if row.opening is None} == {"population", "qualification"}
