"""Finality: what must agree before anything is called final.

A node is asked for more than one thing, and its answers must fit together: the block of a transaction is
followed by as many blocks as the depth asks for, each naming the one before as its parent; and what the
transaction did can be read from the contracts at that depth. A node that forges all of this alike is not
found out by asking it again. A second node that others run is asked for the same transaction, and must
have it in the same block with the same result.
"""

from dataclasses import dataclass, replace

from evidence.errors import Term
from ledger import contracts
from ledger.chain import Address, Chain, ChainContradicts, ChainIdentity, ChainUnavailable, Outcome
from ledger.contracts import LogHead, StatusException

_ABSENT = Term(zh="无", en="absent")


class SecondNodeDiffers(ChainUnavailable):
    """The second node tells another story. Facts: ``what``, ``expected``, ``found``."""

    code = "second-node-differs"
    zh = "两个区块链节点说法不一：{what}一处为 {expected}，另一处为 {found}；未认定任何上链结果，请查明。"
    en = (
        "The two nodes of the chain disagree: the {what} is {expected} at the first and {found} at the "
        "second. Nothing is called final until they agree; find out which one is wrong."
    )


@dataclass(frozen=True, slots=True)
class Finality:
    """Final is a block of ``depth``, counted from its own, on ``chain`` and on ``second`` if there is one."""

    chain: Chain
    second: Chain | None
    depth: int

    def require_same_chain(self, seen: ChainIdentity, *contracts_: Address) -> None:
        """See that the second node is on the chain that the first one shows.

        Raises:
            SecondNodeDiffers: it has another id, genesis or code.
        """
        if self.second is None:
            return
        theirs = self.second.identity(*contracts_)
        if (theirs.chain_id, theirs.genesis) != (seen.chain_id, seen.genesis):
            what = Term(zh="链编号与创世区块", en="chain id and genesis")
            ours, other = f"{seen.chain_id}/{seen.genesis.hex()}", f"{theirs.chain_id}/{theirs.genesis.hex()}"
            raise SecondNodeDiffers(what=what, expected=ours, found=other)

    def reached(self, transaction: bytes, outcome: Outcome) -> bool:
        """Say whether ``outcome`` is final; False means that it waits for blocks or for the second node.

        Raises:
            ChainContradicts: its block is not followed by the blocks that its depth needs.
            SecondNodeDiffers: the second node has the transaction elsewhere or with another result.
        """
        if outcome.confirmations < self.depth:
            return False
        numbers = range(outcome.block_number, outcome.block_number + self.depth)
        before: bytes | None = None
        for number, block in zip(numbers, self.chain.blocks(numbers), strict=True):
            if block is None:
                raise ChainContradicts(
                    what=Term(zh=f"第 {number} 区块", en=f"block {number}"), expected="", found=_ABSENT
                )
            if before is None and block.hash != outcome.block_hash:
                return False  # reorganized since the outcome was asked for
            if before is not None and block.parent != before:
                what = Term(zh=f"第 {number} 区块的父块", en=f"parent of block {number}")
                raise ChainContradicts(what=what, expected=before.hex(), found=block.parent.hex())
            before = block.hash
        return self._seconded(transaction, outcome)

    def spent(self, account: Address, nonce: int) -> bool:
        """Say whether a transaction other than ours has finally spent ``nonce`` of ``account``."""
        nodes = [self.chain] if self.second is None else [self.chain, self.second]
        return all(node.next_nonce(account, depth=self.depth) > nonce for node in nodes)

    def head(self, log: Address) -> LogHead:
        """Read what ``log`` holds at the final block."""
        return contracts.head(self.chain.read(log, contracts.HEAD, depth=self.depth).value)

    def exceptions(self, register: Address, issuer: bytes, keys: list[bytes]) -> dict[bytes, StatusException]:
        """Read what ``register`` holds of the certificates ``keys`` at the final block."""
        asked = [contracts.ask_exception(issuer=issuer, key=key) for key in keys]
        readings = self.chain.read_all(register, asked, depth=self.depth)
        return {key: contracts.exception(each.value) for key, each in zip(keys, readings, strict=True)}

    def _seconded(self, transaction: bytes, outcome: Outcome) -> bool:
        if self.second is None:
            return True
        theirs = self.second.outcome(transaction)
        if theirs is None:
            self._require_block(outcome)
            return False  # the second node has not come so far
        if replace(theirs, confirmations=0) != replace(outcome, confirmations=0):
            what = Term(zh="交易所在区块或结果", en="block or result of a transaction")
            raise SecondNodeDiffers(what=what, expected=_told(outcome), found=_told(theirs))
        return theirs.confirmations >= self.depth

    def _require_block(self, outcome: Outcome) -> None:
        """See that the second node has the outcome's block or none of that height.

        Raises:
            SecondNodeDiffers: it has another block there, or has the block and not the transaction.
        """
        found = None if self.second is None else self.second.blocks([outcome.block_number])[0]
        if found is not None:
            number = outcome.block_number
            what = Term(zh=f"第 {number} 区块中的交易", en=f"transaction in block {number}")
            raise SecondNodeDiffers(what=what, expected=_told(outcome), found=found.hash.hex())


def _told(outcome: Outcome) -> str:
    return f"{outcome.block_hash.hex()}/{'ok' if outcome.succeeded else 'reverted'}/{len(outcome.events)}"
