"""Healing: bringing what is stored back in step with a chain that lost blocks or nonces.

A reorganization takes blocks away from the top, so of the submissions in the order of their blocks the
first ones still stand and the rest do not: the border is found by bisection, not by asking for each. A
nonce that the chain lacks below our lowest open one is filled, or nothing of ours would ever be mined: by
the submission that once had it, else by a transfer of nothing to ourselves.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from evidence.errors import Term
from ledger import attempts, fees, status, submissions
from ledger.chain import Address, Chain, ChainContradicts
from ledger.database import Database
from ledger.deployment import Deployment
from ledger.submissions import Purpose, Submission
from ledger.transactions import Call, ChainAccount, Fees, created

GAP_LIMIT = 64  # nonces that are filled one by one; more than that no honest chain has lost
_FILL_GAS = 21_000  # of a transfer
_WATCHED = 8  # newest superseded submissions that are asked for, in case they were mined after all


class Healer:
    """Heals what ``account`` sent; new transactions pay within ``cap``."""

    def __init__(self, database: Database, chain: Chain, account: ChainAccount, cap: Fees) -> None:
        self._database = database
        self._chain = chain
        self._account = account
        self._cap = cap

    def known_height(self, current: Deployment) -> int:
        """Give the height that the chain had when the newest submission was settled, 0 before the first."""
        with self._database.transaction() as session:
            newest = submissions.newest_mined(session, current.id)
        if newest is None:
            return 0
        return (newest.block_number or 0) + (newest.depth or 1) - 1

    def take_back(self, current: Deployment) -> int:
        """Reopen mined submissions whose block is no longer in the chain; give how many."""
        with self._database.transaction() as session:
            newest = submissions.newest_mined(session, current.id)
        if newest is None or self._stands(newest):
            return 0
        standing, gone = (
            0,
            newest.block_number or 0,
        )  # blocks: below ``standing`` all stand, ``gone`` does not
        while standing < gone:
            middle = (standing + gone) // 2
            with self._database.transaction() as session:
                first = submissions.first_mined(session, current.id, block=middle)
            if first is not None and self._stands(first):
                standing = (first.block_number or 0) + 1
            else:
                gone = middle
        with self._database.transaction() as session:
            return submissions.reopen_from(session, current.id, block=gone)

    def being_created(self, current: Deployment) -> frozenset[Address]:
        """Give the addresses of the contracts whose creation is open."""
        with self._database.transaction() as session:
            return frozenset(
                created(each.account, nonce=each.nonce)
                for each in submissions.waiting(session, current.id)
                if each.purpose.startswith("deploy")
            )

    def adopt(self, current: Deployment) -> bool:
        """Take up superseded submissions that the chain has mined after all; say whether there were any."""
        with self._database.transaction() as session:
            lost = attempts.of(session, submissions.superseded(session, current.id, limit=_WATCHED))
        hashes = [each.hash for attempted in lost for each in attempted.attempts]
        if not hashes:
            return False
        found = {
            hash_
            for hash_, outcome in zip(hashes, self._chain.outcomes(hashes), strict=True)
            if outcome is not None
        }
        mined = [each for each in lost if found & {attempt.hash for attempt in each.attempts}]
        with self._database.transaction() as session:
            for each in mined:
                _give_way(session, current, each.submission)
                submissions.revive(session, each.submission)
                if each.submission.purpose is Purpose.STATUS:
                    status.check_again(session)
        return bool(mined)

    def fill(self, current: Deployment, open_: Submission, *, next_nonce: int, at: datetime) -> None:
        """Give the chain the transaction number ``next_nonce``, which nothing open has.

        Raises:
            ChainContradicts: ours with this nonce is mined, and its block stands.
        """
        if open_.nonce - next_nonce > GAP_LIMIT:
            with self._database.transaction() as session:
                submissions.supersede(session, open_)
                status.release(session, open_.id)
            return
        with self._database.transaction() as session:
            lost = submissions.superseded_at(
                session, current.id, account=self._account.address, nonce=next_nonce
            )
            if lost is not None:
                submissions.revive(session, lost)
                return
            taken = submissions.is_mined(session, current.id, account=self._account.address, nonce=next_nonce)
        if taken:
            what = Term(zh="账户的下一交易序号", en="next nonce of the account")
            raise ChainContradicts(what=what, expected=open_.nonce, found=next_nonce)
        paid = fees.first(self._chain.price(), self._cap)
        call = Call(self._account.address, b"", _FILL_GAS)
        signed = self._account.sign(call, chain_id=current.chain_id, nonce=next_nonce, fees=paid)
        with self._database.transaction() as session:
            stored = submissions.store(
                session,
                signed,
                deployment=current.id,
                purpose=Purpose.FILL,
                account=self._account.address,
                nonce=next_nonce,
                size=None,
                at=at,
            )
            attempts.add(session, stored.id, signed, fees=paid, at=at)

    def _stands(self, submission: Submission) -> bool:
        """Say whether the block of a mined submission is in the chain."""
        (block,) = self._chain.blocks([submission.block_number or 0])
        return block is not None and block.hash == submission.block_hash


def _give_way(session: Session, current: Deployment, mined: Submission) -> None:
    """Give up what was planned for the nonce that ``mined`` has after all.

    Raises:
        ChainContradicts: another of ours is said to be mined with it.
    """
    if submissions.is_mined(session, current.id, account=mined.account, nonce=mined.nonce):
        what = Term(zh="同一序号的已上链交易", en="number of mined transactions with one nonce")
        raise ChainContradicts(what=what, expected=1, found=2)
    for each in submissions.waiting(session, current.id):
        if (each.account, each.nonce) == (mined.account, mined.nonce):
            submissions.supersede(session, each)
            status.release(session, each.id)
