"""The height of a chain: it does not go back, and does not stand still while something waits for a block.

A node shows an older head than before when it lies, was restored, or changed to a shorter branch. Nothing
is built on it in that step; what it lost counts as lost at once, so that no receipt claims it, and is sent
again.
"""

from datetime import timedelta

from evidence.clock import Clock
from ledger.chain import Block, ChainUnavailable
from ledger.lasting import Lasting


class ChainBehind(ChainUnavailable):
    """The chain shows an older head than before. Facts: ``found``, ``seen``, both block numbers."""

    code = "chain-behind"
    zh = "区块链节点只到第 {found} 区块，而此前已见第 {seen} 区块；未采信任何内容，请检查该节点是否同步。"
    en = (
        "The chain is at block {found} and was at {seen} before; nothing was believed. See whether the node "
        "is in step with its network."
    )


class ChainStalled(ChainUnavailable):
    """Something waits for a block and none comes. Facts: ``number``, ``seconds``."""

    code = "chain-stalled"
    zh = "区块链停在第 {number} 区块已 {seconds} 秒，待上链的交易没有进展；请检查出块节点。"
    en = (
        "The chain has stood at block {number} for {seconds} s while a transaction waits; check the nodes "
        "that make blocks."
    )


class Height:
    """Watches the newest block; one that stays for ``patience`` while something waits is a standstill."""

    def __init__(self, clock: Clock, *, patience: timedelta) -> None:
        self._patience = patience
        self._same = Lasting(clock)
        self._highest: int | None = None
        self._newest: Block | None = None

    def lower(self, newest: Block, *, known: int) -> ChainBehind | None:
        """Say that ``newest`` is lower than the block seen before, if it is; ``known`` stands for the first.

        It is said once, and ``newest`` is then the block to compare with.
        """
        before = known if self._highest is None else self._highest
        self._highest, self._newest = newest.number, newest
        return ChainBehind(found=newest.number, seen=before) if newest.number < before else None

    def forget(self) -> None:
        """Begin anew, on another chain."""
        self._highest = self._newest = None

    def require_progress(self) -> None:
        """See that blocks come; to be asked while something waits for one.

        Raises:
            ChainStalled: the newest block has been the same for long.
        """
        if self._newest is None:
            return
        stood = self._same.of(self._newest.hash)
        if stood >= self._patience:
            raise ChainStalled(number=self._newest.number, seconds=int(stood.total_seconds()))
