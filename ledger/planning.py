"""Planning: what the next transaction should be, found out and not yet signed.

First the three contracts, then the changes of status, which must not wait for a batch, and the growth of the
log to its latest checkpoint, in turns: neither waits for the end of the other. Few entries are appended by
their hashes, so that the chain alone could rebuild the log; many, and a whole history on a chain that forgot
it, are covered by one consistency proof.

Where the registry asks for a quorum, the growth is proposed to the witnesses first and waits for their
countersignatures; what does not need them goes on meanwhile.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.errors import Term
from ledger import checkpoints, contracts, countersigning, entries, registry, status, tree
from ledger.chain import Address, Chain, ChainRefused, LedgerDiffers
from ledger.contracts import Countersignature, LogHead
from ledger.database import Database
from ledger.deployment import Contract, Deployment
from ledger.registry import Founding, IssuerNotOurs, LedgerPaused, NotSubmitter, Role
from ledger.status import WaitingChange
from ledger.submissions import Purpose
from ledger.transactions import Call


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction to be signed: the ``size`` it grows the log to, the status ``changes`` it carries."""

    purpose: Purpose
    call: Call
    size: int | None = None
    changes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans for ``account``; up to ``append_limit`` entries at once are appended, more extend.

    ``founding`` is what the registry begins with where none stands yet.
    """

    database: Database
    chain: Chain
    account: Address
    founding: Founding
    append_limit: int
    clock: Clock

    def draft(self, deployment: Deployment, *, growth_first: bool = False) -> Draft | None:
        """Give what to do next, or None when the chain holds everything that it can take now.

        Raises:
            ChainUnavailable: the chain does not answer.
            LedgerDiffers: the chain holds a history that this log does not have.
            LedgerPaused: the guardian paused the registry.
            NotSubmitter, IssuerNotOurs: the registry does not let our account act.
        """
        if deployment.registry is None:
            return Draft(Purpose.DEPLOY_REGISTRY, registry.deploy(self.founding, self.account))
        if deployment.log is None:
            call = contracts.deploy_log(deployment.registry.address, self.founding.operator)
            return Draft(Purpose.DEPLOY_LOG, call)
        if deployment.register is None:
            call = contracts.deploy_register(deployment.registry.address)
            return Draft(Purpose.DEPLOY_REGISTER, call)
        plans = [
            partial(self._status, deployment.registry, deployment.register),
            partial(self._growth, deployment, deployment.registry, deployment.log),
        ]
        return _first(reversed(plans) if growth_first else plans)

    def _growth(self, deployment: Deployment, organizations: Contract, log: Contract) -> Draft | None:
        head = contracts.head(self.chain.read(log.address, contracts.HEAD).value)
        with self.database.transaction() as session:
            _check_head(session, head)
            newest = checkpoints.latest(session)
            if newest is None or newest.size <= head.size:
                countersigning.close(session, deployment)
                return None
        self._require_open(organizations)
        if not self._may(organizations, self.founding.operator, Role.SUBMITTER):
            raise NotSubmitter(account=f"0x{self.account.hex()}")
        quorum = registry.number(self.chain.read(organizations.address, registry.QUORUM).value)
        seq = head.growths + 1
        given = self._given(deployment, seq) if quorum else ()
        with self.database.transaction() as session:
            if not quorum:
                countersigning.close(session, deployment)
                return self._grow(session, deployment, log.address, head, size=newest.size)
            chosen = countersigning.choose(session, deployment, head=head.size, seq=seq, quorum=quorum)
            if chosen is None or len(given) < quorum:
                return None
            return self._grow(session, deployment, log.address, head, size=chosen, given=given)

    def _given(self, deployment: Deployment, seq: int) -> tuple[Countersignature, ...]:
        return countersigning.permitted(self.database, self.chain, deployment, seq=seq, now=self.clock.now())

    def _grow(
        self,
        session: Session,
        deployment: Deployment,
        log: Address,
        head: LogHead,
        *,
        size: int,
        given: Sequence[Countersignature] = (),
    ) -> Draft:
        """Draft the growth from ``head`` to ``size`` entries, with the countersignatures ``given``."""
        if size - head.size > self.append_limit or (deployment.follows and head.size == 0):
            proof = tree.consistency_path(session, old_size=head.size, new_size=size)
            root = tree.root(session, size)
            call = contracts.extend(log, size=size, root=root, proof=proof, countersignatures=given)
            return Draft(Purpose.EXTEND, call, size=size)
        peaks = tree.frontier(session, head.size).peaks
        leaves = entries.leaves(session, start=head.size, end=size)
        call = contracts.append(log, frontier=peaks, leaves=leaves, countersignatures=given)
        return Draft(Purpose.APPEND, call, size=size)

    def _status(self, organizations: Contract, register: Contract) -> Draft | None:
        while True:
            with self.database.transaction() as session:
                issuers = status.waiting_issuers(session)
            if not issuers:
                return None
            self._require_open(organizations)
            ours = [each for each in issuers if self._may(organizations, each, Role.ISSUER)]
            if not ours:
                raise IssuerNotOurs(account=f"0x{self.account.hex()}", issuer=issuers[0].hex())
            with self.database.transaction() as session:
                changes = status.waiting(session, ours[0])
            draft = self._changes(register, ours[0], changes)
            if draft is not None:
                return draft

    def _changes(self, register: Contract, issuer: bytes, changes: tuple[WaitingChange, ...]) -> Draft | None:
        """Draft those of ``changes`` that the register needs; if it needs none, none waits any more."""
        keys = sorted({each.change.key for each in changes})
        questions = [contracts.ask_exception(issuer=issuer, key=key) for key in keys]
        answers = self.chain.read_all(register.address, questions)
        held = {key: contracts.exception(each.value) for key, each in zip(keys, answers, strict=True)}
        needed = status.needed(changes, held)
        left_out = [each.id for each in changes if each not in needed]
        if left_out:
            with self.database.transaction() as session:
                status.needless(session, left_out)
        if not needed:
            return None
        call = contracts.change(register.address, issuer=issuer, changes=[each.change for each in needed])
        return Draft(Purpose.STATUS, call, changes=tuple(each.id for each in needed))

    def _require_open(self, organizations: Contract) -> None:
        if registry.number(self.chain.read(organizations.address, registry.PAUSED).value):
            raise LedgerPaused

    def _may(self, organizations: Contract, organization: bytes, role: Role) -> bool:
        question = registry.ask_key(organization=organization, key=registry.key_of(self.account))
        reading = self.chain.read(organizations.address, question)
        return registry.permits(reading, role, now=self.clock.now())


def _first(plans: Iterable[Callable[[], Draft | None]]) -> Draft | None:
    """Give the first draft there is; what our account may not do holds up nothing, and is told in the end.

    Raises:
        NotSubmitter, IssuerNotOurs: there is nothing else to do.
    """
    refusal: ChainRefused | None = None
    for plan in plans:
        try:
            draft = plan()
        except (NotSubmitter, IssuerNotOurs) as refused:
            refusal = refusal or refused
        else:
            if draft is not None:
                return draft
    if refusal is not None:
        raise refusal
    return None


def _check_head(session: Session, head: LogHead) -> None:
    """Check that the chain holds a beginning of this log.

    Raises:
        LedgerDiffers: it holds another history, or more than was recorded.
    """
    recorded = entries.size(session)
    if head.size > recorded:
        what = Term(zh="链上记录数上限", en="most entries that the chain can hold")
        raise LedgerDiffers(what=what, expected=recorded, found=head.size)
    root = tree.root(session, head.size)
    if head.root != root:
        what = Term(zh="链上账本根哈希", en="root that the chain holds")
        raise LedgerDiffers(what=what, expected=root.hex(), found=head.root.hex())
