"""What every step of a device key's life needs, in one open transaction, as the doors do it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.digest import Digest, sha256
from evidence.keys import LocalSigner
from identity import approvals, challenges, passkey_adding, passkeys
from identity.approvals import Approval
from identity.challenges import Action, Challenge
from identity.passkeys import Passkey
from identity.people import Person, PersonId
from identity.scans import Verdict
from identity.webauthn import Assertion, RelyingParty
from tests.identity.authenticator import Authenticator

PARTY = RelyingParty.at("https://city.example", name="示范市")
TEXT = sha256(b"the text")
LABEL = "我的手机"


@dataclass(frozen=True)
class Desk:
    """What every step needs, in one open transaction."""

    session: Session
    clock: FixedClock
    signer: LocalSigner

    def ask(self, person: Person, subject: Digest = TEXT, action: Action = Action.AUTHORIZE) -> Challenge:
        return challenges.issue(
            self.session, person=person.id, action=action, subject=subject, clock=self.clock
        )

    def check(self, asked: Challenge, answer: Assertion | None) -> None:
        passkeys.check(self.session, asked, answer, party=PARTY, clock=self.clock)

    def approve(self, asked: Challenge, answer: Assertion | None, *, known: bytes | None = None) -> Approval:
        """Redeem a challenge as the door does, the scan taken as passed."""
        used = challenges.consume(
            self.session,
            asked.id,
            person=asked.person,
            action=asked.action,
            subject=asked.subject,
            clock=self.clock,
        )
        passkeys.use(self.session, used, answer, party=PARTY, clock=self.clock)
        return approvals.approve(
            self.session,
            challenge=used,
            verdict=Verdict("test-policy/1", used.question.steps, movements=(), frames=20, compared=5),
            known=known,
            issuer="city",
            signer=self.signer,
            clock=self.clock,
        )

    def make(self, person: Person, device: Authenticator, label: str = LABEL) -> passkey_adding.Pending:
        begun = passkey_adding.ask(self.session, person=person.id, label=label, clock=self.clock)
        return self.keep(person, begun, device)

    def keep(
        self, person: Person, begun: passkey_adding.Asked, device: Authenticator
    ) -> passkey_adding.Pending:
        return passkey_adding.keep_key(
            self.session,
            begun.id,
            person=person.id,
            answer=device.attest(begun.challenge),
            party=PARTY,
            clock=self.clock,
        )

    def add(self, person: Person, device: Authenticator, older: Authenticator | None = None) -> Passkey:
        made = self.make(person, device)
        asked = self.ask(person, made.subject, Action.ADD_PASSKEY)
        return self.let_stand(self.approve(asked, None if older is None else older.sign(asked.digest.value)))

    def let_stand(self, approval: Approval) -> Passkey:
        return passkey_adding.add(
            self.session, approval=approval, issuer="city", signer=self.signer, clock=self.clock
        )

    def revoke(self, key: Passkey, person: PersonId | None = None) -> Passkey:
        return passkeys.revoke(
            self.session,
            key.id,
            person=person or key.person,
            issuer="city",
            signer=self.signer,
            clock=self.clock,
        )
