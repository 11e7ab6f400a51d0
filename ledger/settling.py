"""Settling: finding out what became of a stored submission, and sending it if the chain lacks it.

A submission is final when its block, known by its hash, has the depth that is asked for. A growth
of the log must also show in an event that the log contract itself emitted, with our size and root.
"""

from dataclasses import dataclass

from evidence.errors import Term
from ledger import contracts, deployment, status, submissions, tree
from ledger.chain import Address, Chain, ChainRefused, LedgerDiffers, Outcome
from ledger.database import Database
from ledger.deployment import Contract, Deployment
from ledger.submissions import Purpose, Submission

_NOTHING = Term(zh="无", en="absent")


@dataclass(frozen=True, slots=True)
class Settler:
    """Settles what ``account`` sent; final is a block with ``depth`` blocks counted from its own."""

    database: Database
    chain: Chain
    account: Address
    depth: int

    def take_back(self, current: Deployment) -> None:
        """Reopen final submissions whose block is no longer in the chain, the newest first."""
        while True:
            with self.database.transaction() as session:
                newest = submissions.newest_final(session, current.id)
            if newest is None:
                return
            outcome = self.chain.outcome(newest.hash)
            if outcome is not None and outcome.block_hash == newest.block_hash:
                return
            with self.database.transaction() as session:
                submissions.reopen(session, newest)

    def settle(self, current: Deployment, stored: Submission) -> bool:
        """Settle ``stored``, sending it if the chain lacks it; False means that it waits for blocks.

        Raises:
            ChainUnavailable: the chain does not answer.
            ChainRefused: the chain will not take the transaction, or its contract reverted it.
            LedgerDiffers: the log contract did not grow as it was told to.
        """
        outcome = self.chain.outcome(stored.hash)
        if outcome is None:
            return self._send(stored)
        if outcome.confirmations < self.depth:
            return False
        if outcome.succeeded:
            self._keep(current, stored, outcome)
            return True
        with self.database.transaction() as session:
            submissions.settle(session, stored, outcome)
            status.release(session, stored.id)
        raise ChainRefused(reason=f"{stored.purpose} 0x{stored.hash.hex()} was reverted")

    def _send(self, stored: Submission) -> bool:
        """Send ``stored``; True when it is worth settling again at once.

        The nonce is asked before the outcome: if it is spent and the outcome is still unknown,
        another transaction has spent it.
        """
        refusal: ChainRefused | None = None
        try:
            self.chain.send(stored.raw)
        except ChainRefused as refused:  # perhaps because it was sent before: the outcome decides
            refusal = refused
        spent = self.chain.next_nonce(self.account) > stored.nonce
        if self.chain.outcome(stored.hash) is not None:
            return True
        if spent:
            with self.database.transaction() as session:
                submissions.supersede(session, stored)
                status.release(session, stored.id)
            return True
        if refusal is not None:
            raise refusal
        return False

    def _keep(self, current: Deployment, stored: Submission, outcome: Outcome) -> None:
        """Keep that ``stored`` is final, and what it made."""
        made = self._contract(outcome.contract)
        with self.database.transaction() as session:
            if stored.size is not None:
                _check_growth(current, outcome, size=stored.size, root=tree.root(session, stored.size))
            if stored.purpose is Purpose.DEPLOY_LOG and made is not None:
                deployment.stand_log(session, current, made)
            if stored.purpose is Purpose.DEPLOY_REGISTER and made is not None:
                deployment.stand_register(session, current, made)
            submissions.settle(session, stored, outcome)

    def _contract(self, address: Address | None) -> Contract | None:
        if address is None:
            return None
        (code,) = self.chain.identity(address).codes
        return None if code is None else Contract(address, code)


def _check_growth(current: Deployment, outcome: Outcome, *, size: int, root: bytes) -> None:
    """Check that the log contract itself said that it grew to ``size`` entries with ``root``.

    Raises:
        LedgerDiffers: it said something else, or nothing.
    """
    said = None if current.log is None else contracts.growth(outcome.events, current.log.address)
    if said != (size, root):
        found = _NOTHING if said is None else f"{said[0]}:{said[1].hex()}"
        what = Term(zh="链上账本增长", en="growth of the log")
        raise LedgerDiffers(what=what, expected=f"{size}:{root.hex()}", found=found)
