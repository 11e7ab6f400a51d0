"""A chain whose contracts give words that no contract of ours gives."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ledger.chain import Address, Reading
from ledger.chain_memory import MemoryChain

WORD = 32
DIRTY = b"\xff" * WORD  # more than any number, address or flag of ours holds


class GarblingChain(MemoryChain):
    """``chain`` itself, except that it answers the selectors (4 bytes) of ``answers`` with other bytes."""

    def __init__(self, chain: MemoryChain, answers: Mapping[bytes, bytes]) -> None:
        vars(self).update(vars(chain))
        self._answers = answers

    def read(
        self, contract: Address, data: bytes, *, sender: Address | None = None, depth: int = 1
    ) -> Reading:
        return self._garbled(data, super().read(contract, data, sender=sender, depth=depth))

    def read_all(
        self, contract: Address, questions: Sequence[bytes], *, depth: int = 1
    ) -> tuple[Reading, ...]:
        true = super().read_all(contract, questions, depth=depth)
        return tuple(self._garbled(data, each) for data, each in zip(questions, true, strict=True))

    def _garbled(self, data: bytes, true: Reading) -> Reading:
        return replace(true, value=self._answers.get(data[:4], true.value))
