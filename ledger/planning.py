"""Planning: what the next transaction should be, found out and not yet signed.

First the two contracts, then the growth of the log to its latest checkpoint, then the changes of
status. Few entries are appended by their hashes, so that the chain alone could rebuild the log;
many, and a whole history on a chain that forgot it, are covered by one consistency proof.
"""

from dataclasses import dataclass

from evidence.errors import Term
from ledger import checkpoints, contracts, entries, status, tree
from ledger.chain import Address, Chain, ChainRefused, LedgerDiffers
from ledger.database import Database
from ledger.deployment import Deployment
from ledger.status import WaitingChange
from ledger.submissions import Purpose
from ledger.transactions import Call

_NOBODY = Address(bytes(20))


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction to be signed: the ``size`` it grows the log to, the status ``changes`` it carries."""

    purpose: Purpose
    call: Call
    size: int | None = None
    changes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans for ``account``; up to ``append_limit`` entries at once are appended, more extend."""

    database: Database
    chain: Chain
    account: Address
    append_limit: int

    def draft(self, deployment: Deployment) -> Draft | None:
        """Give what to do next, or None when the chain holds everything.

        Raises:
            ChainUnavailable: the chain does not answer.
            LedgerDiffers: the chain holds a history that this log does not have.
            ChainRefused: another account acts for an issuer, and only the administrator can change that.
        """
        if deployment.log is None:
            return Draft(Purpose.DEPLOY_LOG, contracts.deploy_log(self.account))
        if deployment.register is None:
            return Draft(Purpose.DEPLOY_REGISTER, contracts.deploy_register(self.account))
        grown = self._growth(deployment.log.address, anew=deployment.follows)
        return grown or self._status(deployment.register.address)

    def _growth(self, log: Address, *, anew: bool) -> Draft | None:
        head = contracts.head(self.chain.read(log, contracts.HEAD).value)
        with self.database.transaction() as session:
            recorded = entries.size(session)
            if head.size > recorded:
                what = Term(zh="链上记录数上限", en="most entries that the chain can hold")
                raise LedgerDiffers(what=what, expected=recorded, found=head.size)
            root = tree.root(session, head.size)
            if head.root != root:
                what = Term(zh="链上账本根哈希", en="root that the chain holds")
                raise LedgerDiffers(what=what, expected=root.hex(), found=head.root.hex())
            target = checkpoints.latest(session)
            if target is None or target.size <= head.size:
                return None
            if target.size - head.size > self.append_limit or (anew and head.size == 0):
                proof = tree.consistency_path(session, old_size=head.size, new_size=target.size)
                call = contracts.extend(log, size=target.size, root=target.root, proof=proof)
                return Draft(Purpose.EXTEND, call, size=target.size)
            peaks = tree.frontier(session, head.size).peaks
            leaves = entries.leaves(session, start=head.size, end=target.size)
            call = contracts.append(log, frontier=peaks, leaves=leaves)
            return Draft(Purpose.APPEND, call, size=target.size)

    def _status(self, register: Address) -> Draft | None:
        with self.database.transaction() as session:
            changes = status.waiting(session)
        if not changes:
            return None
        issuer = changes[0].issuer
        actor = contracts.account(self.chain.read(register, contracts.ask_account(issuer)).value)
        if actor == _NOBODY:
            call = contracts.appoint(register, issuer=issuer, account=self.account)
            return Draft(Purpose.APPOINT, call)
        if actor != self.account:
            raise ChainRefused(reason=f"account 0x{actor.hex()} acts for issuer {issuer.hex()}")
        return self._changes(register, issuer, changes)

    def _changes(self, register: Address, issuer: bytes, changes: tuple[WaitingChange, ...]) -> Draft | None:
        held = {
            key: contracts.exception(
                self.chain.read(register, contracts.ask_exception(issuer=issuer, key=key)).value
            )
            for key in {each.change.key for each in changes}
        }
        needed = status.needed(changes, held)
        left_out = [each.id for each in changes if each not in needed]
        if left_out:
            with self.database.transaction() as session:
                status.needless(session, left_out)
        if not needed:
            return self._status(register)
        call = contracts.change(register, issuer=issuer, changes=[each.change for each in needed])
        return Draft(Purpose.STATUS, call, changes=tuple(each.id for each in needed))
