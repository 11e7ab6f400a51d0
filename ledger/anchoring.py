"""Anchoring: the worker's step, which brings what was recorded onto the chain and survives death.

A transaction is signed, stored and committed before it is sent, and sending is the same act as
finding out what became of it: whoever finds a stored submission asks the chain for it, and hands
over the same bytes if the chain does not know them. So a kill at any point loses and doubles nothing.

The order within a step, every part of which may be the last:

1. take the lock of the chain account, so that one worker acts for it
2. sign a checkpoint over what was recorded
3. see that the chain is the one the log stands on, and begin anew if it forgot
4. take back what a reorganization removed
5. settle what was stored; nothing new is signed while something is open
6. plan, sign and store the next transaction, and go on at 5

No network call happens inside a database transaction.

    progress = Anchoring(database=database, chain=chain, account=account, ...).step()
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import text

from evidence.clock import Clock
from evidence.errors import YinxinError
from evidence.keys import Signer
from ledger import checkpoints, deployment, entries, status, submissions
from ledger.chain import Chain, ChainRefused, ChainUnavailable, LedgerDiffers
from ledger.database import Database
from ledger.deployment import Deployment
from ledger.planning import Draft, Planner
from ledger.settling import Settler
from ledger.transactions import ChainAccount, Fees

_ROUNDS = 64  # transactions settled in one step at most, so that a step ends and progress is seen


@dataclass(frozen=True, slots=True)
class AnchoringPolicy:
    """How a chain is used.

    A transaction is final in a block with ``depth`` blocks counted from its own (1: the newest
    will do). Up to ``append_limit`` entries at once are appended by hash, more are covered by a
    proof. Only a chain that ``may_forget`` is begun anew when it lost the contracts.
    """

    depth: int = 1
    append_limit: int = 256
    may_forget: bool = True
    fees: Fees = field(default_factory=Fees)


@dataclass(frozen=True, slots=True)
class AnchoringProgress:
    """Where things stand after a step.

    ``recorded``, ``checkpointed`` and ``anchored`` are numbers of entries, ``open_submissions``
    those of transactions not final, ``waiting_changes`` of status changes not sent. ``forgot``
    says that this step found the chain to have forgotten everything and began anew; ``busy`` that
    another worker acts for the account; ``problem`` why the step ended early.
    """

    recorded: int
    checkpointed: int
    anchored: int
    open_submissions: int
    waiting_changes: int
    forgot: bool = False
    busy: bool = False
    problem: YinxinError | None = None

    @property
    def complete(self) -> bool:
        """Whether the chain holds everything that was recorded."""
        waiting = self.open_submissions + self.waiting_changes
        return self.problem is None and self.anchored == self.recorded and waiting == 0


class Anchoring:
    """Anchors one log on one chain by one account; ``origin`` and ``signer`` are the checkpoints'."""

    def __init__(
        self,
        *,
        database: Database,
        chain: Chain,
        account: ChainAccount,
        origin: str,
        signer: Signer,
        clock: Clock,
        policy: AnchoringPolicy | None = None,
    ) -> None:
        self._database = database
        self._chain = chain
        self._account = account
        self._origin = origin
        self._signer = signer
        self._clock = clock
        self._policy = policy or AnchoringPolicy()
        self._planner = Planner(database, chain, account.address, self._policy.append_limit)
        self._settler = Settler(database, chain, account.address, self._policy.depth)

    def step(self) -> AnchoringProgress:
        """Bring the chain as far as it goes now, and say how far that is.

        What the chain does, or fails to do, is reported in ``problem`` and never raised.
        """
        before = self._deployed()
        problem: YinxinError | None = None
        with self._turn() as ours:
            if ours:
                try:
                    self._advance()
                except (ChainUnavailable, ChainRefused, LedgerDiffers) as error:
                    problem = error
        after = self._deployed()
        forgot = before is not None and after is not None and after.id != before.id
        return self._progress(after, forgot=forgot, busy=not ours, problem=problem)

    def _advance(self) -> None:
        with self._database.transaction() as session:
            checkpoints.take(session, origin=self._origin, signer=self._signer, clock=self._clock)
        current = self._recognized()
        self._settler.take_back(current)
        for _ in range(_ROUNDS):
            with self._database.transaction() as session:
                current = deployment.current(session) or current
                stored = submissions.waiting(session, current.id)
            if stored:
                if not self._settler.settle(current, stored[0]):
                    return
                continue
            draft = self._planner.draft(current)
            if draft is None:
                return
            self._store(current, draft)

    def _recognized(self) -> Deployment:
        """Give the deployment on the chain that answers, begun now if there is none."""
        current = self._deployed()
        standing = current.contracts if current else ()
        seen = self._chain.identity(*(each.address for each in standing))
        if current and not deployment.forgot(current, seen, may_forget=self._policy.may_forget):
            return current
        with self._database.transaction() as session:
            if current:
                submissions.forget(session, current.id)
                status.send_again(session)
            return deployment.begin(session, seen, clock=self._clock)

    def _store(self, current: Deployment, draft: Draft) -> None:
        """Sign ``draft`` and commit its bytes; it is sent when it is settled."""
        call = draft.call
        if call.to is not None:  # a call that would revert is refused here, before it costs anything
            self._chain.read(call.to, call.data, sender=self._account.address)
        nonce = self._chain.next_nonce(self._account.address)
        signed = self._account.sign(call, chain_id=current.chain_id, nonce=nonce, fees=self._policy.fees)
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
            status.sent(session, draft.changes, stored.id)

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
                forgot=forgot,
                busy=busy,
                problem=problem,
            )
