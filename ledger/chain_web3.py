"""The chain reached by Ethereum JSON-RPC through web3.py: Hardhat, anvil, or a consortium's nodes.

Every call has a time-out, because a node that was stopped shows as a read that hangs, and none is
retried here: the worker tries again. A receipt counts only while the block of its height still has
the receipt's block hash, because after a reorganization the height alone says nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from eth_utils.crypto import keccak
from hexbytes import HexBytes

from ledger.chain import (
    Address,
    Block,
    ChainIdentity,
    ChainRefused,
    ChainUnavailable,
    Event,
    Outcome,
    Reading,
)
from ledger.chain_history import MinedEvent, SentCall
from ledger.ethereum import (
    BadResponseFormat,
    BlockNotFound,
    ContractLogicError,
    ExtraDataToPOAMiddleware,
    HTTPProvider,
    RequestTimedOut,
    TransactionNotFound,
    TxParams,
    Web3,
    Web3RPCError,
)

TIME_OUT_SECONDS = 5.0
_REASON_LIMIT = 200  # characters of a node's own words that are passed on


class Web3Chain:
    """A chain behind a web3 connection; ``endpoint`` names it in messages."""

    def __init__(self, web3: Web3, *, endpoint: str) -> None:
        self._web3 = web3
        self._endpoint = endpoint

    @classmethod
    def at(cls, url: str, *, time_out: float = TIME_OUT_SECONDS) -> "Web3Chain":
        """Reach the node at ``url``; a call without an answer after ``time_out`` seconds fails."""
        provider = HTTPProvider(url, request_kwargs={"timeout": time_out}, exception_retry_configuration=None)
        web3 = Web3(provider, middleware=[ExtraDataToPOAMiddleware])  # consortium blocks sign there
        parts = urlsplit(url)
        return cls(web3, endpoint=f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname))

    def identity(self, *contracts: Address) -> ChainIdentity:
        """Say who the chain is and what code stands at ``contracts``."""
        with self._answering():
            chain_id = self._web3.eth.chain_id
            genesis = bytes(self._web3.eth.get_block(0)["hash"])
            codes = [bytes(self._web3.eth.get_code(_checksummed(each))) for each in contracts]
        return ChainIdentity(chain_id, genesis, tuple(keccak(code) if code else None for code in codes))

    def read(self, contract: Address, data: bytes, *, sender: Address | None = None) -> Reading:
        """Call ``contract`` at the newest block without changing anything."""
        call: TxParams = {"to": _checksummed(contract), "data": HexBytes(data)}
        if sender is not None:
            call["from"] = _checksummed(sender)
        with self._answering():
            newest: Any = self._web3.eth.get_block("latest")
            value = bytes(self._web3.eth.call(call, newest["number"]))
        time = datetime.fromtimestamp(newest["timestamp"], UTC)
        return Reading(value, Block(newest["number"], bytes(newest["hash"]), time))

    def next_nonce(self, account: Address) -> int:
        """Give the number of transactions of ``account`` that are mined."""
        with self._answering():
            return self._web3.eth.get_transaction_count(_checksummed(account))

    def send(self, raw: bytes) -> None:
        """Hand over a signed transaction; sending it again is harmless."""
        with self._answering():
            self._web3.eth.send_raw_transaction(HexBytes(raw))

    def outcome(self, transaction: bytes) -> Outcome | None:
        """Say what became of the transaction of this hash; None unless it is in the present chain."""
        with self._answering():
            try:
                receipt: Any = self._web3.eth.get_transaction_receipt(HexBytes(transaction))
                block: Any = self._web3.eth.get_block(receipt["blockNumber"])
            except (TransactionNotFound, BlockNotFound):
                return None
            height = self._web3.eth.block_number
        if block["hash"] != receipt["blockHash"]:
            return None
        return Outcome(
            block_number=receipt["blockNumber"],
            block_hash=bytes(receipt["blockHash"]),
            confirmations=height - receipt["blockNumber"] + 1,
            succeeded=receipt["status"] == 1,
            contract=_address(receipt["contractAddress"]) if receipt["contractAddress"] else None,
            events=tuple(_event(record) for record in receipt["logs"]),
        )

    def block(self, number: int | None = None) -> Block | None:
        """Give the block of this height, the newest when None; None where the chain is not that high."""
        height: Any = number
        with self._answering():
            try:
                found: Any = self._web3.eth.get_block("latest" if number is None else height)
            except BlockNotFound:
                return None
        return Block(found["number"], bytes(found["hash"]), datetime.fromtimestamp(found["timestamp"], UTC))

    def events(
        self, *, first: int, last: int, topics: Sequence[bytes], emitter: Address | None = None
    ) -> tuple[MinedEvent, ...]:
        """Give the events of the blocks ``first`` to ``last``, both included, in the chain's order."""
        wanted: Any = {
            "fromBlock": first,
            "toBlock": last,
            "topics": [[Web3.to_hex(each) for each in topics]],
        }
        if emitter is not None:
            wanted["address"] = _checksummed(emitter)
        with self._answering():
            try:
                found: Any = self._web3.eth.get_logs(wanted)
            except BlockNotFound as error:
                raise ChainRefused(reason=f"no block {last}") from error
        mined = tuple(_mined(record) for record in found)
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
        with self._answering():
            try:
                found: Any = self._web3.eth.get_transaction(HexBytes(transaction))
            except TransactionNotFound:
                return None
        if found["blockHash"] is None:
            return None
        to = found.get("to")
        return SentCall(
            _address(found["from"]), _address(to) if to else None, bytes(HexBytes(found["input"]))
        )

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Turn what web3 raises into the two errors of the port."""
        try:
            yield
        except (ContractLogicError, Web3RPCError) as error:
            raise ChainRefused(reason=str(error.message or error)[:_REASON_LIMIT]) from error
        except (OSError, BadResponseFormat, RequestTimedOut) as error:
            raise ChainUnavailable(endpoint=self._endpoint) from error


def _checksummed(address: Address) -> Any:
    return Web3.to_checksum_address(address)


def _address(text: str) -> Address:
    return Address(bytes(HexBytes(text)))


def _event(record: Any) -> Event:
    topics = tuple(bytes(topic) for topic in record["topics"])
    return Event(_address(record["address"]), topics, bytes(record["data"]))


def _mined(record: Any) -> MinedEvent:
    return MinedEvent(
        _event(record), bytes(record["transactionHash"]), record["blockNumber"], bytes(record["blockHash"])
    )
