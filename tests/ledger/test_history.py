"""What a chain tells of a log's past is recomputed, and every lie about it has a name."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

from evidence.errors import YinxinError
from evidence.merkle import consistency_path, root
from ledger import contracts, history
from ledger.chain import Address, Block, ChainIdentity, ChainUnavailable, LedgerDiffers, Reading
from ledger.chain_history import MinedEvent, SentCall
from ledger.chain_memory import MemoryChain
from ledger.history import (
    Growth,
    HistoryDoesNotFollow,
    HistoryIncomplete,
    PinnedLog,
    check_chain,
    growth_events,
    read_growths,
)
from tests.ledger.founded import founded_log
from tests.ledger.grown_log import LEAVES, append, frontier, grown_log, pin


@pytest.fixture
def log(chain: MemoryChain) -> Address:
    """A log that was appended to 3, extended to 11 and appended to 13."""
    return grown_log(chain, chain.account)


@pytest.fixture
def pinned(chain: MemoryChain, log: Address) -> PinnedLog:
    return pin(chain, log)


class LyingChain:
    """Tells the past of ``chain``, altered by the functions given."""

    def __init__(
        self,
        chain: MemoryChain,
        *,
        events: Callable[[MinedEvent], MinedEvent | None] = lambda event: event,
        sent: Callable[[SentCall], SentCall | None] = lambda call: call,
    ) -> None:
        self._chain = chain
        self._events = events
        self._sent = sent
        self.ranges: list[tuple[int, int]] = []

    def identity(self, *contracts: Address) -> ChainIdentity:
        return self._chain.identity(*contracts)

    def read(self, contract: Address, data: bytes, *, sender: Address | None = None) -> Reading:
        return self._chain.read(contract, data, sender=sender)

    def block(self, number: int | None = None) -> Block | None:
        return self._chain.block(number)

    def events(
        self, *, first: int, last: int, topics: Sequence[bytes], emitter: Address | None = None
    ) -> tuple[MinedEvent, ...]:
        self.ranges.append((first, last))
        found = self._chain.events(first=first, last=last, topics=topics, emitter=emitter)
        told = (self._events(each) for each in found)
        return tuple(each for each in told if each is not None)

    def sent(self, transaction: bytes) -> SentCall | None:
        found = self._chain.sent(transaction)
        return None if found is None else self._sent(found)


def seq_of(event: MinedEvent) -> int:
    return int.from_bytes(event.event.topics[1], "big")


def data_changed(number: int, data: Callable[[bytes], bytes]) -> Callable[[MinedEvent], MinedEvent]:
    def change(told: MinedEvent) -> MinedEvent:
        if seq_of(told) != number:
            return told
        return replace(told, event=replace(told.event, data=data(told.event.data)))

    return change


def test_the_growths_come_in_order_with_their_leaves_and_proofs(
    chain: MemoryChain, pinned: PinnedLog
) -> None:
    first, second, third = read_growths(chain, pinned)
    assert (first.seq, first.first, first.size, first.leaves) == (1, 0, 3, tuple(LEAVES[:3]))
    assert (second.seq, second.first, second.size, second.leaves) == (2, 3, 11, None)
    assert second.proof == consistency_path(LEAVES[:11], 3)
    assert (third.frontier, third.leaves) == (frontier(11).peaks, tuple(LEAVES[11:13]))
    assert third.root == root(LEAVES[:13])


def test_leaves_that_nobody_needs_are_checked_and_let_go(chain: MemoryChain, pinned: PinnedLog) -> None:
    found = read_growths(chain, pinned, keep_leaves=False)
    assert [(each.seq, each.root) for each in found] == [
        (each.seq, each.root) for each in read_growths(chain, pinned)
    ]
    assert [(each.frontier, each.leaves) for each in found] == [(None, None)] * 3


def test_a_log_that_never_grew_has_no_history(chain: MemoryChain) -> None:
    assert read_growths(chain, pin(chain, founded_log(chain, chain.account))) == ()


def test_reading_goes_on_after_what_was_read(chain: MemoryChain, log: Address, pinned: PinnedLog) -> None:
    before = read_growths(chain, pinned)[-1]
    append(chain, chain.account, log, 13, 14)
    (new,) = read_growths(chain, pinned, after=before, first_block=before.block_number)
    assert (new.seq, new.first, new.size) == (4, 13, 14)


def test_blocks_are_asked_for_in_bounded_ranges(
    chain: MemoryChain, pinned: PinnedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "RANGE_BLOCKS", 2)
    watched = LyingChain(chain)
    assert len(read_growths(watched, pinned)) == 3
    assert watched.ranges == [(0, 1), (2, 3), (4, 5)]


def test_another_log_on_the_same_chain_is_not_read(chain: MemoryChain, pinned: PinnedLog) -> None:
    other = founded_log(chain, chain.account)
    append(chain, chain.account, other, 0, 5)
    assert len(read_growths(chain, pinned)) == 3
    assert len(list(growth_events(chain, first_block=0))) == 4


def another_id(pinned: PinnedLog) -> PinnedLog:
    return replace(pinned, chain_id=pinned.chain_id + 1)


def another_genesis(pinned: PinnedLog) -> PinnedLog:
    return replace(pinned, genesis=bytes(32))


def another_code(pinned: PinnedLog) -> PinnedLog:
    return replace(pinned, codes=((pinned.contract, bytes(32)),))


def no_code(pinned: PinnedLog) -> PinnedLog:
    return replace(pinned, codes=((Address(bytes(20)), bytes(32)),))


@pytest.mark.parametrize("differ", [another_id, another_genesis, another_code, no_code])
def test_a_chain_that_is_not_the_pinned_one_differs(
    chain: MemoryChain, pinned: PinnedLog, differ: Callable[[PinnedLog], PinnedLog]
) -> None:
    check_chain(chain, pinned)
    with pytest.raises(LedgerDiffers):
        check_chain(chain, differ(pinned))


def test_a_silent_chain_is_unavailable(chain: MemoryChain, pinned: PinnedLog) -> None:
    chain.unreachable = True
    with pytest.raises(ChainUnavailable):
        read_growths(chain, pinned)


@pytest.mark.parametrize("hidden", [1, 2, 3])
def test_a_growth_that_the_node_leaves_out_is_missed(
    chain: MemoryChain, pinned: PinnedLog, hidden: int
) -> None:
    lying = LyingChain(chain, events=lambda told: None if seq_of(told) == hidden else told)
    with pytest.raises(HistoryIncomplete) as refused:
        read_growths(lying, pinned)
    assert refused.value.facts["expected"] == hidden


def other_root(data: bytes) -> bytes:
    return data[:32] + bytes(32)


def other_size(data: bytes) -> bytes:
    return (int.from_bytes(data[:32], "big") + 1).to_bytes(32, "big") + data[32:]


def no_growth(data: bytes) -> bytes:
    return bytes(32) + data[32:]


def cut_short(data: bytes) -> bytes:
    return data[:-1]


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("lie", [other_root, other_size, no_growth, cut_short])
def test_an_event_that_says_something_else_does_not_follow(
    chain: MemoryChain, pinned: PinnedLog, number: int, lie: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(HistoryDoesNotFollow):
        read_growths(LyingChain(chain, events=data_changed(number, lie)), pinned)


def test_another_root_for_the_last_growth_is_found(chain: MemoryChain, pinned: PinnedLog) -> None:
    with pytest.raises(HistoryDoesNotFollow):
        read_growths(LyingChain(chain, events=data_changed(3, other_root)), pinned)


def leaf_exchanged(call: SentCall) -> SentCall:
    return replace(call, data=call.data[:-32] + bytes(32))


def cut_off(call: SentCall) -> SentCall:
    return replace(call, data=call.data[:40])


def something_else(call: SentCall) -> SentCall:
    return replace(call, data=contracts.HEAD)


def not_there(_call: SentCall) -> None:
    return None


@pytest.mark.parametrize("lie", [leaf_exchanged, cut_off, something_else, not_there])
def test_a_transaction_that_asks_something_else_does_not_follow(
    chain: MemoryChain, pinned: PinnedLog, lie: Callable[[SentCall], SentCall | None]
) -> None:
    with pytest.raises(HistoryDoesNotFollow):
        read_growths(LyingChain(chain, sent=lie), pinned)


def test_what_was_read_before_and_changed_does_not_follow(chain: MemoryChain, pinned: PinnedLog) -> None:
    last = read_growths(chain, pinned)[-1]
    remembered = replace(last, root=bytes(32))
    with pytest.raises(HistoryDoesNotFollow):
        read_growths(chain, pinned, after=remembered, first_block=last.block_number)


def test_a_head_set_back_differs(chain: MemoryChain, pinned: PinnedLog) -> None:
    last = read_growths(chain, pinned)[-1]
    newest = chain.block()
    assert newest is not None
    ahead = Growth(last.seq + 1, last.size, last.size + 1, bytes(32), bytes(32), 9, bytes(32), last.sender)
    with pytest.raises(LedgerDiffers):
        read_growths(chain, pinned, after=ahead, first_block=newest.number)


def test_a_growth_through_another_contract_is_known_by_its_event_alone(
    chain: MemoryChain, pinned: PinnedLog
) -> None:
    through = LyingChain(chain, sent=lambda call: replace(call, to=Address(bytes(20))))
    assert [(each.size, each.leaves, each.proof) for each in read_growths(through, pinned)] == [
        (3, None, None),
        (11, None, None),
        (13, None, None),
    ]


def test_the_overloads_with_countersignatures_are_read(chain: MemoryChain, pinned: PinnedLog) -> None:
    def countersigned(call: SentCall) -> SentCall:
        if call.data[:4] != keccak(b"append(bytes32[],bytes32[])")[:4]:
            return call
        peaks, leaves = decode(["bytes32[]", "bytes32[]"], call.data[4:])
        types = ["bytes32[]", "bytes32[]", "(bytes32,bytes)[]"]
        data = encode(types, [peaks, leaves, [(bytes(32), b"s" * 65)]])
        return replace(call, data=keccak(b"append(bytes32[],bytes32[],(bytes32,bytes)[])")[:4] + data)

    first, *_ = read_growths(LyingChain(chain, sent=countersigned), pinned)
    assert first.leaves == tuple(LEAVES[:3])


@pytest.mark.parametrize("error", [HistoryIncomplete, HistoryDoesNotFollow])
def test_every_lie_is_told_in_both_languages(error: type[YinxinError]) -> None:
    told = error(expected=2, found=1, seq=2, what="it is not there")
    assert "2" in told.sentence("zh")
    assert "2" in told.sentence("en")
