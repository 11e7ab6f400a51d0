"""The chain reached by Ethereum JSON-RPC: Hardhat, anvil, or a consortium's nodes.

Every answer is read strictly: a field of the wrong length or kind makes it ``ChainGarbled``. Where two
answers overlap they must agree, or the node contradicts itself: a receipt is that of the transaction asked
for, its block has it in its list, a block has the number asked for. A receipt counts only while the block
of its height still has the receipt's block hash, because after a reorganization the height alone says
nothing.

Source: Ethereum execution APIs (JSON-RPC), methods eth_*.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from eth_utils.crypto import keccak

from evidence.errors import Term
from ledger.chain import (
    Address,
    Block,
    ChainContradicts,
    ChainGarbled,
    ChainIdentity,
    ChainRefused,
    GasPrice,
    Outcome,
    Reading,
)
from ledger.chain_history import MinedEvent, SentCall
from ledger.node_address import checked
from ledger.node_answers import (
    ADDRESS,
    HASH,
    numbered,
    read_block,
    read_bytes,
    read_mined,
    read_number,
    read_outcome,
)
from ledger.rpc import HttpRpc, Question, Rpc

TIME_OUT_SECONDS = 5.0
_MALFORMED = Term(zh="字段缺失或格式不对", en="a field is missing or malformed")


class Web3Chain:
    """A chain behind a JSON-RPC connection."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._newest: dict[int, int] = {}

    @classmethod
    def at(cls, url: str, *, time_out: float = TIME_OUT_SECONDS) -> "Web3Chain":
        """Reach the node at ``url``; a call without a whole answer after ``time_out`` seconds fails.

        Raises:
            NodeAddressMalformed: it is no HTTP address.
        """
        return cls(HttpRpc(checked(url), time_out=time_out))

    def identity(self, *contracts: Address) -> ChainIdentity:
        """Say who the chain is and what code stands at ``contracts``."""
        with self._strictly():
            codes: list[Question] = [("eth_getCode", (_hex(each), "latest")) for each in contracts]
            chain_id, genesis, *found = self._rpc.ask([("eth_chainId", ()), _block_question(0), *codes])
            code = [read_bytes(each) for each in found]
            return ChainIdentity(
                read_number(chain_id),
                read_bytes(genesis["hash"], HASH),
                tuple(keccak(each) if each else None for each in code),
            )

    def code(self, contract: Address) -> bytes:
        """Give the code that stands at ``contract``, nothing where none does."""
        with self._strictly():
            return read_bytes(self._rpc.ask([("eth_getCode", (_hex(contract), "latest"))])[0])

    def newest(self) -> Block:
        """Give the newest block."""
        with self._strictly():
            return read_block(self._rpc.ask([_NEWEST])[0])

    def blocks(self, numbers: Sequence[int]) -> tuple[Block | None, ...]:
        """Give the blocks of these numbers in the present chain, None where it has none."""
        with self._strictly():
            found = self._rpc.ask([_block_question(number) for number in numbers])
            return tuple(
                None if each is None else numbered(read_block(each), number)
                for number, each in zip(numbers, found, strict=True)
            )

    def read(
        self, contract: Address, data: bytes, *, sender: Address | None = None, depth: int = 1
    ) -> Reading:
        """Call ``contract`` at the block of this ``depth`` without changing anything."""
        call = {"to": _hex(contract), "data": _hex(data)}
        if sender is not None:
            call["from"] = _hex(sender)
        return self._called([call], depth)[0]

    def read_all(
        self, contract: Address, questions: Sequence[bytes], *, depth: int = 1
    ) -> tuple[Reading, ...]:
        """Call ``contract`` with each of ``questions`` at one block of this ``depth``, many at a time."""
        return self._called([{"to": _hex(contract), "data": _hex(data)} for data in questions], depth)

    def rehearse(self, to: Address | None, data: bytes, *, sender: Address, gas: int) -> None:
        """Call ``to``, or create a contract where it is None, with at most ``gas`` and without sending it."""
        call = {"from": _hex(sender), "data": _hex(data), "gas": hex(gas)}
        if to is not None:
            call["to"] = _hex(to)
        try:
            self._rpc.ask([("eth_call", (call, "latest"))])
        except ChainRefused as refused:
            try:
                self._rpc.ask([("eth_call", (call, "pending"))])
            except ChainRefused:
                raise refused from None

    def next_nonce(self, account: Address, *, depth: int = 1) -> int:
        """Give the number of transactions of ``account`` that are mined up to the block of ``depth``."""
        with self._strictly():
            at = hex(self._buried(depth)[1].number) if depth > 1 else "latest"
            return read_number(self._rpc.ask([("eth_getTransactionCount", (_hex(account), at))])[0])

    def price(self) -> GasPrice:
        """Say what gas costs now."""
        with self._strictly():
            price, newest = self._rpc.ask([("eth_gasPrice", ()), _NEWEST])
            base = read_number(newest.get("baseFeePerGas") or 0)
            return GasPrice(base, max(read_number(price) - base, 0))

    def send(self, raw: bytes) -> None:
        """Hand over a signed transaction; sending it again is harmless."""
        self._rpc.ask([("eth_sendRawTransaction", (_hex(raw),))])

    def known(self, transactions: Sequence[bytes]) -> tuple[bool, ...]:
        """Say for each of these hashes whether the node holds the transaction, mined or waiting."""
        found = self._rpc.ask([("eth_getTransactionByHash", (_hex(each),)) for each in transactions])
        return tuple(each is not None for each in found)

    def outcome(self, transaction: bytes) -> Outcome | None:
        """Say what became of the transaction of this hash; None unless it is in the present chain."""
        return self.outcomes([transaction])[0]

    def outcomes(self, transactions: Sequence[bytes]) -> tuple[Outcome | None, ...]:
        """Say for each of these hashes what ``outcome`` says, many at a time."""
        with self._strictly():
            asked: list[Question] = [("eth_getTransactionReceipt", (_hex(each),)) for each in transactions]
            receipts: list[Any] = self._rpc.ask(asked)
            heights = sorted({read_number(each["blockNumber"]) for each in receipts if each is not None})
            if not heights:
                return (None,) * len(transactions)
            *found, newest = self._rpc.ask([*map(_block_question, heights), _NEWEST])
            blocks = dict(zip(heights, found, strict=True))
            height = read_block(newest).number
            return tuple(
                None if receipt is None else read_outcome(transaction, receipt, blocks, height)
                for transaction, receipt in zip(transactions, receipts, strict=True)
            )

    def block(self, number: int | None = None) -> Block | None:
        """Give the block of this height, the newest when None; None where the chain is not that high."""
        return self.newest() if number is None else self.blocks([number])[0]

    def events(
        self, *, first: int, last: int, topics: Sequence[bytes], emitter: Address | None = None
    ) -> tuple[MinedEvent, ...]:
        """Give the events of the blocks ``first`` to ``last``, both included, in the chain's order."""
        wanted: dict[str, Any] = {
            "fromBlock": hex(first),
            "toBlock": hex(last),
            "topics": [[_hex(each) for each in topics]],
        }
        if emitter is not None:
            wanted["address"] = _hex(emitter)
        with self._strictly():
            mined = [read_mined(record) for record in self._rpc.ask([("eth_getLogs", (wanted,))])[0]]
        return tuple(  # a node that answers more than it was asked is not believed
            each
            for each in mined
            if first <= each.block_number <= last
            and each.event.topics[:1]
            and each.event.topics[0] in topics
            and emitter in (None, each.event.emitter)
        )

    def sent(self, transaction: bytes) -> SentCall | None:
        """Give what the mined transaction of this hash asked; None when the chain has none."""
        with self._strictly():
            found = self._rpc.ask([("eth_getTransactionByHash", (_hex(transaction),))])[0]
            if found is None or found["blockHash"] is None:
                return None
            to = found.get("to")
            return SentCall(
                Address(read_bytes(found["from"], ADDRESS)),
                Address(read_bytes(to, ADDRESS)) if to else None,
                read_bytes(found["input"] if "input" in found else found["data"]),
            )

    def _called(self, calls: Sequence[Mapping[str, str]], depth: int) -> tuple[Reading, ...]:
        """Make ``calls`` at one block, which must still be the same block after them.

        Where no block came since the last reading, which the same journey finds out, one journey is enough.
        """
        if not calls:
            return ()
        with self._strictly():
            readings = self._called_as_before(calls, depth)
            if readings is not None:
                return readings
            newest, block = self._buried(depth)
            self._newest[depth] = newest
            return self._called_at(block, calls)

    def _called_as_before(self, calls: Sequence[Mapping[str, str]], depth: int) -> tuple[Reading, ...] | None:
        """Make ``calls`` at the block of the last reading; None unless it is still of this ``depth``."""
        last = self._newest.get(depth)
        if last is None:
            return None
        number = max(last - depth + 1, 0)
        at = _block_question(number)
        try:
            newest, before, *values, after = self._rpc.ask([_NEWEST, at, *_calls(calls, number), at])
        except ChainRefused:
            return None  # the chain may be shorter now
        if read_block(newest).number != last or before is None or after is None:
            return None
        return _readings(values, before=numbered(read_block(before), number), after=read_block(after))

    def _called_at(self, block: Block, calls: Sequence[Mapping[str, str]]) -> tuple[Reading, ...]:
        *values, after = self._rpc.ask([*_calls(calls, block.number), _block_question(block.number)])
        return _readings(values, before=block, after=read_block(after))

    def _buried(self, depth: int) -> tuple[int, Block]:
        """Give the newest number and the block of this ``depth``, the first one of a chain not that long."""
        newest = read_block(self._rpc.ask([_NEWEST])[0])
        if depth == 1 or newest.number == 0:
            return newest.number, newest
        number = max(newest.number - depth + 1, 0)
        return newest.number, numbered(read_block(self._rpc.ask([_block_question(number)])[0]), number)

    @contextmanager
    def _strictly(self) -> Iterator[None]:
        """Turn what the readers below raise into the error of the port."""
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise ChainGarbled(endpoint=self._rpc.endpoint, what=_MALFORMED) from error


_NEWEST: Question = ("eth_getBlockByNumber", ("latest", False))


def _calls(calls: Sequence[Mapping[str, str]], number: int) -> list[Question]:
    return [("eth_call", (call, hex(number))) for call in calls]


def _readings(values: Sequence[Any], *, before: Block, after: Block) -> tuple[Reading, ...]:
    """Read what calls at one block gave.

    Raises:
        ChainContradicts: it was another block after them than before.
    """
    if after.hash != before.hash:
        what = Term(zh=f"第 {before.number} 区块的哈希", en=f"hash of block {before.number}")
        raise ChainContradicts(what=what, expected=before.hash.hex(), found=after.hash.hex())
    return tuple(Reading(read_bytes(value), before) for value in values)


def _block_question(number: int) -> Question:
    return ("eth_getBlockByNumber", (hex(number), False))


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
