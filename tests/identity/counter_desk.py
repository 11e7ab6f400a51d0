"""What both sides of a counter do with a case, in one open transaction, as the doors do it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.digest import Digest
from evidence.keys import LocalSigner
from identity import counter_answers, counter_cases, counter_decisions
from identity.approvals import Approval
from identity.challenges import Action
from identity.counter_cases import Case
from identity.counter_facts import DocumentKind, Presence
from identity.one_time_codes import OneTimeCodes
from identity.people import Person, PersonId
from identity.webauthn import Assertion
from tests.identity.passkey_desk import PARTY, TEXT

CODES = OneTimeCodes(bytes(range(32)))


@dataclass(frozen=True)
class Counter:
    """A counter with one officer at it."""

    session: Session
    clock: FixedClock
    signer: LocalSigner
    officer: PersonId

    def open(self, person: Person, subject: Digest = TEXT, action: Action = Action.AUTHORIZE) -> Case:
        return counter_cases.open_case(
            self.session, person=person.id, action=action, subject=subject, clock=self.clock
        )

    def confirm(
        self, case: Case, *, presence: Presence = Presence.COUNTER, officer: PersonId | None = None
    ) -> Case:
        return counter_decisions.confirm(
            self.session,
            case.id,
            officer=officer or self.officer,
            presence=presence,
            document=DocumentKind.CITIZEN_CARD,
            issuer="city",
            signer=self.signer,
            clock=self.clock,
        )

    def refuse(self, case: Case, reason: str = "证件已过有效期") -> Case:
        return counter_decisions.refuse(
            self.session,
            case.id,
            officer=self.officer,
            reason=reason,
            issuer="city",
            signer=self.signer,
            clock=self.clock,
        )

    def code(self, case: Case) -> str:
        _, code = counter_answers.send_code(
            self.session, case.id, person=case.person, codes=CODES, clock=self.clock
        )
        return code

    def confirmed(self, person: Person, *, presence: Presence = Presence.COUNTER) -> tuple[Case, str]:
        case = self.confirm(self.open(person), presence=presence)
        return case, self.code(case)

    def take_try(self, case: Case, person: PersonId | None = None) -> Case:
        return counter_answers.take_try(self.session, case.id, person=person or case.person, clock=self.clock)

    def answer(self, case: Case, code: str, device: Assertion | None = None) -> Approval:
        self.take_try(case)
        return counter_answers.answer(
            self.session,
            case.id,
            person=case.person,
            code=code,
            device=device,
            party=PARTY,
            codes=CODES,
            issuer="city",
            signer=self.signer,
            clock=self.clock,
        )


def another(code: str) -> str:
    """Give a code that is wrong."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
