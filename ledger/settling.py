"""Settling: finding out what became of what is open, and sending it while the chain lacks it.

Each pass asks for every attempt of every open submission at once. What is mined is settled in the order of
nonces as it becomes final; what is not is handed over again, replaced by an attempt with higher fees when it
waits long, or given up when another transaction has finally spent its nonce. A growth of the log must show
in an event that the log contract itself emitted, with our size and root, and in the head that it holds; a
change of status in the register; a new contract at the address that account and nonce determine, with the
code of our artifact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from eth_utils.crypto import keccak
from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.errors import Term
from ledger import attempts, contracts, deployed_code, deployment, entries, fees, status, submissions, tree
from ledger.attempts import Attempt, Attempted
from ledger.chain import Address, Chain, ChainContradicts, ChainRefused, LedgerDiffers, Outcome
from ledger.database import Database
from ledger.deployment import Contract, Deployment
from ledger.finality import Finality
from ledger.healing import Healer
from ledger.lasting import Lasting
from ledger.submissions import Purpose, Submission
from ledger.transactions import ChainAccount, Fees, SignedTransaction, called, created

_ABSENT = Term(zh="无", en="absent")
_CREATES = {
    Purpose.DEPLOY_REGISTRY: "OrganizationRegistry",
    Purpose.DEPLOY_LOG: "EvidenceLog",
    Purpose.DEPLOY_REGISTER: "StatusRegister",
}
_Found = tuple[Attempt, Outcome] | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What a pass came to.

    ``changed`` says that something moved, so that a next pass is worth it at once; ``clear`` that all
    that is open is mined and did what it should, so that more may be planned on top of it; ``waits`` that
    something is not mined.
    """

    changed: bool
    clear: bool
    waits: bool


class Settler:
    """Settles what ``account`` sent; an attempt unmined for ``patience`` is replaced within ``cap``."""

    def __init__(
        self,
        *,
        database: Database,
        chain: Chain,
        finality: Finality,
        healer: Healer,
        account: ChainAccount,
        clock: Clock,
        cap: Fees,
        patience: timedelta,
    ) -> None:
        self._database = database
        self._chain = chain
        self._finality = finality
        self._healer = healer
        self._account = account
        self._clock = clock
        self._cap = cap
        self._patience = patience
        self._unmined = Lasting(clock)

    def settle(self, current: Deployment, open_: Sequence[Attempted]) -> Settled:
        """Take ``open_``, in the order of nonces, as far as the chain goes.

        Raises:
            ChainUnavailable: the chain does not answer, or contradicts itself.
            ChainRefused: the chain will not take a transaction, or a contract reverted it.
            LedgerDiffers: the log contract did not grow as it was told to.
        """
        outcomes = self._outcomes(open_)
        mined = [(each, found) for each, found in zip(open_, outcomes, strict=True) if found is not None]
        unmined = [each for each, found in zip(open_, outcomes, strict=True) if found is None]
        changed = False
        for each, (attempt, outcome) in mined:
            if unmined and each.submission.nonce > unmined[0].submission.nonce:
                break  # nothing is final before what comes before it
            changed = self._settle_mined(current, each.submission, attempt, outcome) or changed
        if unmined:
            changed = self._push(current, unmined) or changed
        plain = all(
            outcome.succeeded and not each.submission.purpose.startswith("deploy")
            for each, (_, outcome) in mined
        )
        return Settled(changed, clear=plain and not unmined, waits=bool(unmined))

    def _outcomes(self, open_: Sequence[Attempted]) -> list[_Found]:
        """Give for each the attempt that is mined with its outcome, or None."""
        flat = [(number, attempt) for number, each in enumerate(open_) for attempt in each.attempts]
        found: list[_Found] = [None] * len(open_)
        outcomes = self._chain.outcomes([attempt.hash for _, attempt in flat])
        for (number, attempt), outcome in zip(flat, outcomes, strict=True):
            if outcome is not None:
                found[number] = (attempt, outcome)
        return found

    def _settle_mined(
        self, current: Deployment, stored: Submission, attempt: Attempt, outcome: Outcome
    ) -> bool:
        if not self._finality.reached(attempt.hash, outcome):
            return False
        signed = SignedTransaction(attempt.raw, attempt.hash)
        if outcome.succeeded:
            self._keep(current, stored, signed, outcome)
            return True
        with self._database.transaction() as session:
            submissions.settle(session, stored, signed, outcome)
            status.release(session, stored.id)
        raise ChainRefused(reason=f"{stored.purpose} 0x{signed.hash.hex()} was reverted")

    def _push(self, current: Deployment, unmined: Sequence[Attempted]) -> bool:
        """Hand over what the chain lacks; True when another pass is worth it at once.

        The nonce is asked before the outcomes: if it is spent and the outcome is still unknown, another
        transaction has spent it, or the node is slow to show what it has mined. Only a long wait tells these
        apart.
        """
        refusal = self._send(unmined)
        lowest = unmined[0].submission
        spent = self._chain.next_nonce(lowest.account)
        if any(found is not None for found in self._outcomes(unmined)):
            return True
        waits = self._unmined.of((lowest.id, unmined[0].newest.hash, spent)) >= self._patience
        if spent > lowest.nonce:
            return waits and self._give_up(lowest)
        if waits and spent < lowest.nonce:
            self._healer.fill(current, lowest, next_nonce=spent, at=self._clock.now())
            return True
        if waits and self._replace(current, unmined[0]):
            return True
        if refusal is not None:
            raise refusal
        return False

    def _send(self, unmined: Sequence[Attempted]) -> ChainRefused | None:
        """Send what the node does not hold; give why the first one was refused."""
        refusal: ChainRefused | None = None
        known = self._chain.known([each.newest.hash for each in unmined])
        for each, held in zip(unmined, known, strict=True):
            if held:
                continue
            try:
                self._chain.send(each.newest.raw)
            except ChainRefused as refused:  # perhaps because it was sent before: the outcome decides
                refusal = refusal or refused
        return refusal

    def _give_up(self, stored: Submission) -> bool:
        """Give ``stored`` up if another transaction has finally spent its nonce.

        Raises:
            ChainContradicts: what only ``stored`` can have created is there.
        """
        if not self._finality.spent(stored.account, stored.nonce):
            return False
        if stored.purpose in _CREATES:
            self._require_not_created(stored)
        with self._database.transaction() as session:
            attempted = attempts.of(session, [stored])
        if self._outcomes(attempted) != [None]:
            return True
        with self._database.transaction() as session:
            submissions.supersede(session, stored)
            status.release(session, stored.id)
        return True

    def _require_not_created(self, stored: Submission) -> None:
        address = created(stored.account, nonce=stored.nonce)
        if deployed_code.fits(_CREATES[stored.purpose], self._chain.code(address)):
            what = Term(zh="创建合约的交易", en="transaction that created a contract")
            raise ChainContradicts(what=what, expected=stored.hash.hex(), found=_ABSENT)

    def _replace(self, current: Deployment, stuck: Attempted) -> bool:
        """Store an attempt with higher fees; where there can be none, send the same bytes again."""
        paid = fees.raised(stuck.newest.fees, self._chain.price(), self._cap)
        if paid is None or stuck.submission.account != self._account.address:
            self._chain.send(stuck.newest.raw)
            return False
        signed = self._account.sign(
            called(stuck.newest.raw), chain_id=current.chain_id, nonce=stuck.submission.nonce, fees=paid
        )
        with self._database.transaction() as session:
            attempts.add(session, stuck.submission.id, signed, fees=paid, at=self._clock.now())
            submissions.replace(session, stuck.submission, signed)
        return True

    def _keep(
        self, current: Deployment, stored: Submission, signed: SignedTransaction, outcome: Outcome
    ) -> None:
        """Keep that ``stored`` is final, and what it made."""
        made = self._contract(stored, outcome)
        if stored.size is not None:
            self._require_growth(current, outcome, size=stored.size)
        if stored.purpose is Purpose.STATUS:
            self._require_status(current, stored)
        with self._database.transaction() as session:
            if made is not None:
                _stand(session, current, stored.purpose, made)
            submissions.settle(session, stored, signed, outcome)

    def _contract(self, stored: Submission, outcome: Outcome) -> Contract | None:
        """Give the contract that ``stored`` created; its address is known before the chain says it."""
        if not stored.purpose.startswith("deploy"):
            return None
        address = created(stored.account, nonce=stored.nonce)
        if outcome.contract != address:
            found: object = _ABSENT if outcome.contract is None else outcome.contract.hex()
            what = Term(zh="新合约的地址", en="address of a new contract")
            raise ChainContradicts(what=what, expected=address.hex(), found=found)
        code = self._chain.code(address)
        if not deployed_code.fits(_CREATES[stored.purpose], code):
            what = Term(zh=f"合约 {address.hex()} 的代码", en=f"code of contract {address.hex()}")
            found = keccak(code).hex() if code else _ABSENT
            raise ChainContradicts(what=what, expected=_CREATES[stored.purpose], found=found)
        return Contract(address, keccak(code))

    def _require_growth(self, current: Deployment, outcome: Outcome, *, size: int) -> None:
        """See that the log contract said that it grew to ``size`` with our root, and holds so much.

        Raises:
            LedgerDiffers: it said something else, or nothing.
            ChainContradicts: it said so and holds something else.
        """
        log = Address(b"") if current.log is None else current.log.address
        head = self._finality.head(log)
        with self._database.transaction() as session:
            root = tree.root(session, size)
            held = tree.root(session, head.size) if size <= head.size <= entries.size(session) else None
        said = contracts.growth(outcome.events, log)
        if said != (size, root):
            found: object = _ABSENT if said is None else f"{said[0]}:{said[1].hex()}"
            what = Term(zh="链上账本增长", en="growth of the log")
            raise LedgerDiffers(what=what, expected=f"{size}:{root.hex()}", found=found)
        if head.root != held:
            what = Term(zh="账本合约的当前状态", en="head of the log")
            found = f"{head.size}:{head.root.hex()}"
            raise ChainContradicts(what=what, expected=f"{size}:{root.hex()}", found=found)

    def _require_status(self, current: Deployment, stored: Submission) -> None:
        """See that the register holds what ``stored`` told it.

        Raises:
            ChainContradicts: it holds something else.
        """
        with self._database.transaction() as session:
            promised = status.promised(session, stored.id)
        register = Address(b"") if current.register is None else current.register.address
        for issuer in {issuer for issuer, _ in promised}:
            keys = [key for of, key in promised if of == issuer]
            for key, held in self._finality.exceptions(register, issuer, keys).items():
                if (held.state, held.reason) not in promised[issuer, key]:
                    what = Term(zh=f"证照 {key.hex()} 的链上状态", en=f"status of certificate {key.hex()}")
                    allowed = " | ".join(f"{state}/{reason}" for state, reason in promised[issuer, key])
                    raise ChainContradicts(what=what, expected=allowed, found=f"{held.state}/{held.reason}")


def _stand(session: Session, current: Deployment, purpose: Purpose, made: Contract) -> None:
    """Keep where a contract stands; one that was mined after another took its place is left alone."""
    if purpose is Purpose.DEPLOY_REGISTRY and current.registry is None:
        deployment.stand_registry(session, current, made)
    if purpose is Purpose.DEPLOY_LOG and current.log is None:
        deployment.stand_log(session, current, made)
    if purpose is Purpose.DEPLOY_REGISTER and current.register is None:
        deployment.stand_register(session, current, made)
