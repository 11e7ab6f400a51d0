"""Anchoring: the worker's step, which brings what was recorded onto the chain and survives death.

A transaction is signed, stored and committed before it is sent, and sending is the same act as
finding out what became of it: whoever finds a stored submission asks the chain for it, and hands
over the same bytes if the chain does not know them. So a kill at any point loses and doubles nothing.

The order within a step, every part of which may be the last:

1. take the lock of the chain account, so that one worker acts for it
2. sign a checkpoint over what was recorded
3. see that the chain is the one the log stands on, and begin anew if it forgot
4. see that it has not gone back, and take back what a reorganization removed
5. settle what was stored; nothing new is signed while something is not mined
6. plan, sign and store the next transaction, and go on at 5

No network call happens inside a database transaction.

    progress = Anchoring(database=database, chain=chain, account=account, ...).step()
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import text

from evidence.clock import Clock
from evidence.errors import Term, YinxinError
from evidence.keys import Signer
from ledger import attempts, checkpoints, countersigning, deployment, entries, fees, status, submissions
from ledger.chain import (
    Chain,
    ChainContradicts,
    ChainIdentity,
    ChainRefused,
    ChainUnavailable,
    LedgerDiffers,
)
from ledger.database import Database
from ledger.deployment import Deployment
from ledger.fees import FeeCapReached
from ledger.finality import Finality
from ledger.healing import GAP_LIMIT, Healer
from ledger.height import Height
from ledger.lasting import Rest
from ledger.planning import Draft, Planner
from ledger.registry import Founding
from ledger.settling import Settler
from ledger.submissions import Purpose
from ledger.transactions import ChainAccount, Fees

_ROUNDS = 64  # transactions settled in one step at most, so that a step ends and progress is seen
_OPEN_LIMIT = 32  # transactions mined and not yet final at most


@dataclass(frozen=True, slots=True)
class AnchoringPolicy:
    """How a chain is used.

    A transaction is final in a block with ``depth`` blocks counted from its own (1: the newest
    will do). Up to ``append_limit`` entries at once are appended by hash, more are covered by a
    proof. Only a chain that ``may_forget`` is begun anew when it lost the contracts. ``fees`` are the
    most that is paid.

    A transaction unmined for ``replace_after`` is replaced by one with higher fees. A chain without a new
    block for ``stall_after`` while something waits is said to be stalled. A step takes no new turn after
    ``step_limit``, and a chain that fails again and again rests up to ``rest_limit`` between two steps.
    """

    depth: int = 1
    append_limit: int = 256
    may_forget: bool = True
    fees: Fees = field(default_factory=Fees)
    replace_after: timedelta = timedelta(seconds=60)
    stall_after: timedelta = timedelta(seconds=60)
    step_limit: timedelta = timedelta(seconds=30)
    rest_limit: timedelta = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class AnchoringProgress:
    """Where things stand after a step.

    ``recorded``, ``checkpointed`` and ``anchored`` are numbers of entries, ``open_submissions``
    those of transactions not final, ``waiting_changes`` of status changes not sent,
    ``missing_countersignatures`` of organizations that must still countersign the next growth,
    ``reopened`` those of transactions that this step found gone from the chain. ``forgot``
    says that this step found the chain to have forgotten everything and began anew; ``busy`` that
    another worker acts for the account; ``problem`` why the step ended early.
    """

    recorded: int
    checkpointed: int
    anchored: int
    open_submissions: int
    waiting_changes: int
    reopened: int = 0
    missing_countersignatures: int = 0
    forgot: bool = False
    busy: bool = False
    problem: YinxinError | None = None

    @property
    def complete(self) -> bool:
        """Whether the chain holds everything that was recorded."""
        waiting = self.open_submissions + self.waiting_changes
        return self.problem is None and self.anchored == self.recorded and waiting == 0


class Anchoring:
    """Anchors one log on one chain by one account; ``origin`` and ``signer`` are the checkpoints'.

    ``founding`` is what the registry begins with where none stands yet.
    """

    def __init__(
        self,
        *,
        database: Database,
        chain: Chain,
        account: ChainAccount,
        origin: str,
        signer: Signer,
        clock: Clock,
        founding: Founding,
        policy: AnchoringPolicy | None = None,
        second: Chain | None = None,
    ) -> None:
        self._database = database
        self._chain = chain
        self._account = account
        self._origin = origin
        self._signer = signer
        self._clock = clock
        self._policy = policy or AnchoringPolicy()
        limit = self._policy.append_limit
        self._planner = Planner(database, chain, account.address, founding, limit, clock)
        self._healer = Healer(database, chain, account, self._policy.fees)
        self._finality = Finality(chain, second, self._policy.depth)
        self._settler = Settler(
            database=database,
            chain=chain,
            finality=self._finality,
            healer=self._healer,
            account=account,
            clock=clock,
            cap=self._policy.fees,
            patience=self._policy.replace_after,
        )
        self._height = Height(clock, patience=self._policy.stall_after)
        self._rest = Rest(clock, longest=self._policy.rest_limit)
        self._problem: YinxinError | None = None
        self._reopened = 0
        self._growth_next = False  # after a change of status, also one that the chain would not take

    def step(self) -> AnchoringProgress:
        """Bring the chain as far as it goes now, and say how far that is.

        What the chain does, or fails to do, is reported in ``problem`` and never raised. While a chain
        that failed again and again rests, the problem is the one that it had.
        """
        before = self._deployed()
        self._reopened = 0
        with self._turn() as ours:
            if ours:
                self._problem = self._tried()
        after = self._deployed()
        forgot = before is not None and after is not None and after.id != before.id
        return self._progress(after, forgot=forgot, busy=not ours, problem=self._problem if ours else None)

    def _tried(self) -> YinxinError | None:
        """Advance, and give what stood in the way."""
        with self._database.transaction() as session:
            checkpoints.take(session, origin=self._origin, signer=self._signer, clock=self._clock)
        if self._rest.due():
            return self._problem
        try:
            self._advance()
        except ChainUnavailable as error:
            self._rest.failed()
            return error
        except (ChainRefused, LedgerDiffers, FeeCapReached) as error:
            self._rest.answered()
            return error
        self._rest.answered()
        return None

    def _advance(self) -> None:
        end = self._clock.now() + self._policy.step_limit
        current = self._recognized()
        waits = self._healer.adopt(current)
        for _ in range(_ROUNDS):
            if self._clock.now() > end:
                return
            with self._database.transaction() as session:
                current = deployment.current(session) or current
                open_ = attempts.of(session, submissions.waiting(session, current.id))
            if open_:
                settled = self._settler.settle(current, open_)
                waits = settled.waits
                if settled.changed:
                    continue
                if not settled.clear or len(open_) >= _OPEN_LIMIT:
                    break
            draft = self._planner.draft(current, growth_first=self._growth_next)
            if draft is None:
                self._require_transaction(current)
                break
            self._growth_next = draft.purpose is Purpose.STATUS
            self._store(current, draft)
        if waits:
            self._height.require_progress()

    def _require_transaction(self, current: Deployment) -> None:
        """See that what the log contract holds was brought there by a transaction that can be shown.

        Raises:
            ChainContradicts: it holds what only a transaction of ours says that the chain claims not to have.
        """
        with self._database.transaction() as session:
            anchored = submissions.anchored_size(session, current.id)
            lost = submissions.superseded(session, current.id, limit=1)
        if lost and lost[0].size is not None and lost[0].size > anchored:
            what = Term(zh="使账本增长的交易", en="transaction that grew the log")
            raise ChainContradicts(what=what, expected=lost[0].hash.hex(), found=Term(zh="无", en="absent"))

    def _recognized(self) -> Deployment:
        """Give the deployment on the chain that answers, begun now if there is none."""
        current = self._deployed()
        standing = tuple(each.address for each in current.contracts) if current else ()
        seen = self._chain.identity(*standing)
        self._finality.require_same_chain(seen)
        if current and (seen.chain_id, seen.genesis) == (current.chain_id, current.genesis):
            known = self._healer.known_height(current)
            behind = self._height.lower(self._chain.newest(), known=known)
            self._reopened = self._healer.take_back(current)
            if behind is not None:
                raise behind
            seen = self._with_open_contracts(current, seen)
        if current and not deployment.forgot(current, seen, may_forget=self._policy.may_forget):
            return current
        self._height.forget()
        with self._database.transaction() as session:
            if current:
                submissions.forget(session, current.id)
                status.send_again(session)
            return deployment.begin(session, seen, clock=self._clock)

    def _with_open_contracts(self, current: Deployment, seen: ChainIdentity) -> ChainIdentity:
        """Take the code of a contract whose creation was reorganized away, and is sent again, as it was."""
        if None not in seen.codes:
            return seen
        coming = self._healer.being_created(current)
        codes = [
            each.code if code is None and each.address in coming else code
            for each, code in zip(current.contracts, seen.codes, strict=True)
        ]
        return replace(seen, codes=tuple(codes))

    def _store(self, current: Deployment, draft: Draft) -> None:
        """Sign ``draft`` and commit its bytes; it is sent when it is settled."""
        call = draft.call
        # What would revert, a contract that cannot be founded too, is refused here, before it costs anything.
        self._chain.rehearse(call.to, call.data, sender=self._account.address, gas=call.gas)
        nonce = self._nonce(current)
        paid = fees.first(self._chain.price(), self._policy.fees)
        signed = self._account.sign(call, chain_id=current.chain_id, nonce=nonce, fees=paid)
        with self._database.transaction() as session:
            stored = submissions.store(
                session,
                signed,
                deployment=current.id,
                purpose=draft.purpose,
                account=self._account.address,
                nonce=nonce,
                size=draft.size,
                at=self._clock.now(),
            )
            attempts.add(session, stored.id, signed, fees=paid, at=self._clock.now())
            status.sent(session, draft.changes, stored.id)

    def _nonce(self, current: Deployment) -> int:
        """Give the nonce of the next transaction: what the chain says, as far as our own fit it.

        Raises:
            ChainContradicts: the chain forgot some that it has mined, or claims more than anybody sent.
        """
        with self._database.transaction() as session:
            expected = submissions.next_nonce(session, current.id, self._account.address)
        found = self._chain.next_nonce(self._account.address)
        if expected is not None and not expected <= found <= expected + GAP_LIMIT:
            what = Term(zh="账户的下一交易序号", en="next nonce of the account")
            raise ChainContradicts(what=what, expected=expected, found=found)
        return found

    @contextmanager
    def _turn(self) -> Iterator[bool]:
        """Hold the lock of the chain account; False when another worker holds it.

        The lock belongs to the connection, so it ends with the process, however that ends.
        """
        name = b"yinxin/anchoring/" + self._account.address
        key = int.from_bytes(hashlib.sha256(name).digest()[:8], "big", signed=True)
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        with connection:
            ours = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}))
            try:
                yield ours
            finally:
                if ours:
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})

    def _deployed(self) -> Deployment | None:
        with self._database.transaction() as session:
            return deployment.current(session)

    def _progress(
        self, current: Deployment | None, *, forgot: bool, busy: bool, problem: YinxinError | None
    ) -> AnchoringProgress:
        with self._database.transaction() as session:
            taken = checkpoints.latest(session)
            return AnchoringProgress(
                recorded=entries.size(session),
                checkpointed=taken.size if taken else 0,
                anchored=submissions.anchored_size(session, current.id) if current else 0,
                open_submissions=len(submissions.waiting(session, current.id)) if current else 0,
                waiting_changes=status.count_waiting(session),
                reopened=self._reopened,
                missing_countersignatures=countersigning.missing(session),
                forgot=forgot,
                busy=busy,
                problem=problem,
            )
