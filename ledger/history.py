"""The history of a log as a chain holds it: every growth in order, each recomputed before it is believed.

An event says how far the log grew; the transaction that caused it carries the leaves, or the proof. Both
come from a node that may lie, so nothing is taken over: the chain has the pinned identity, the growths are
numbered without a gap, each begins where the last one ended, leaves fold to the root that was said, a proof
leads from root to root, and the last growth is the head that the contract holds.

    check_chain(chain, pinned)
    growths = read_growths(chain, pinned)
    growths[-1].size, growths[-1].root

A growth that came through another contract is known by its event alone: the transaction asked something
else of somebody else. The contract's own code, which is pinned, is what stands for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from evidence.errors import Invalid, ProofInvalid, Term
from evidence.merkle import EMPTY_ROOT, HASH_BYTES, Frontier, check_consistency
from ledger import abi, contracts
from ledger.chain import Address, ChainRefused, LedgerDiffers
from ledger.chain_history import ChainHistory, MinedEvent

RANGE_BLOCKS = 2_000  # blocks asked for at once; many nodes refuse more than a few thousand

_APPENDED = keccak(b"Appended(uint64,uint64,bytes32)")
_EXTENDED = keccak(b"Extended(uint64,uint64,bytes32)")
GROWTH_TOPICS = (_APPENDED, _EXTENDED)
"""The first topics of the two events by which a log says that it grew."""

_SIGNATURES = ["(bytes32,bytes)[]"]  # countersignatures, the last parameter of the longer overloads
_APPENDS = ["bytes32[]", "bytes32[]"]
_EXTENDS = ["uint64", "bytes32", "bytes32[]"]
_REGISTRY = keccak(b"registry()")[:4]
_ABSENT = Term(zh="无", en="absent")


def _selector(name: str, types: Sequence[str]) -> bytes:
    return keccak(f"{name}({','.join(types)})".encode())[:4]


_APPEND_CALLS = {_selector("append", types): types for types in (_APPENDS, _APPENDS + _SIGNATURES)}
_EXTEND_CALLS = {_selector("extend", types): types for types in (_EXTENDS, _EXTENDS + _SIGNATURES)}


class HistoryIncomplete(Invalid):
    """The node leaves out growths of the log. Facts: ``expected``, ``found``, numbers of growths."""

    code = "history-incomplete"
    zh = "链节点没有给出账本的第 {expected} 次增长（只给出 {found}）；请换一个节点，再读一次。"
    en = "The node leaves out growth {expected} of the log (it gives {found}); read again from another node."


class HistoryDoesNotFollow(Invalid):
    """A growth, as the node tells it, does not follow from the one before. Facts: ``seq``, ``what``."""

    code = "history-does-not-follow"
    zh = "链节点所述的账本第 {seq} 次增长不成立（{what}）；请换一个节点，再读一次。"
    en = "Growth {seq} of the log does not hold as the node tells it ({what}); read again from another node."


@dataclass(frozen=True, slots=True)
class PinnedLog:
    """The chain and log contract that a reader trusts, named beforehand and never by the node.

    ``genesis`` and the values of ``codes`` (Keccak-256 of the code at each contract) are 32 bytes.
    """

    chain_id: int
    genesis: bytes
    contract: Address
    codes: tuple[tuple[Address, bytes], ...]
    register: Address | None = None
    registry: Address | None = None


@dataclass(frozen=True, slots=True)
class Growth:
    """Growth ``seq`` (from 1) of the log, from ``first`` entries to ``size`` with ``root``.

    ``frontier`` and ``leaves`` are there where it was appended, ``proof`` where it was extended, and
    neither where it came through another contract.
    """

    seq: int
    first: int
    size: int
    root: bytes
    transaction: bytes
    block_number: int
    block_hash: bytes
    sender: Address
    frontier: tuple[bytes, ...] | None = None
    leaves: tuple[bytes, ...] | None = None
    proof: tuple[bytes, ...] | None = None


def check_chain(chain: ChainHistory, pinned: PinnedLog) -> None:
    """Check that ``chain`` is the one that was pinned, with the pinned code at every contract.

    Raises:
        LedgerDiffers: another chain, or other code.
        ChainUnavailable: it does not answer.
    """
    seen = chain.identity(*(address for address, _ in pinned.codes))
    if seen.chain_id != pinned.chain_id:
        raise _differs(Term("链编号", "chain id"), pinned.chain_id, seen.chain_id)
    if seen.genesis != pinned.genesis:
        raise _differs(Term("创世区块哈希", "genesis hash"), pinned.genesis.hex(), seen.genesis.hex())
    for (_, code), found in zip(pinned.codes, seen.codes, strict=True):
        if found != code:
            what = Term("合约代码哈希", "code hash of a contract")
            raise _differs(what, code.hex(), _ABSENT if found is None else found.hex())


def with_registry(chain: ChainHistory, pinned: PinnedLog) -> PinnedLog:
    """Give ``pinned`` with the registry that its log contract names, where it names none itself.

    The registry's address is a part of the log's code, which is pinned.

    Raises:
        ChainUnavailable, ChainRefused: the chain does not answer, or its answer cannot be read.
        LedgerDiffers: what stands there answers as no log of ours.
    """
    if pinned.registry is not None:
        return pinned
    (named,) = abi.answer(["address"], chain.read(pinned.contract, _REGISTRY).value)
    registry = abi.address(named)
    (code,) = chain.identity(registry).codes
    codes = pinned.codes if code is None else (*pinned.codes, (registry, code))
    return replace(pinned, registry=registry, codes=codes)


def read_growths(
    chain: ChainHistory,
    pinned: PinnedLog,
    *,
    after: Growth | None = None,
    first_block: int = 0,
    keep_leaves: bool = True,
) -> tuple[Growth, ...]:
    """Give the growths of the pinned log that follow ``after`` (None: all), from ``first_block`` on.

    Who does not need the leaves lets them go as soon as they were folded: a long history has millions.

    Raises:
        HistoryIncomplete: a growth is missing.
        HistoryDoesNotFollow: a growth does not follow from the one before.
        LedgerDiffers: the contract's head is not where its events lead.
        ChainRefused, ChainUnavailable: the chain does not answer what it was asked.
    """
    growths: list[Growth] = []
    last = after
    for event in growth_events(chain, first_block=first_block, emitter=pinned.contract):
        growth = _growth(chain, pinned, event, last)
        if growth is not None:
            last = growth if keep_leaves else replace(growth, frontier=None, leaves=None)
            growths.append(last)
    _check_head(chain, pinned, last)
    return tuple(growths)


def growth_events(
    chain: ChainHistory, *, first_block: int, emitter: Address | None = None
) -> Iterator[MinedEvent]:
    """Give every growth that ``emitter`` (None: any contract) told from ``first_block`` to the newest."""
    newest = chain.block()
    if newest is None:
        raise ChainRefused(reason="no newest block")
    for first in range(first_block, newest.number + 1, RANGE_BLOCKS):
        last = min(first + RANGE_BLOCKS - 1, newest.number)
        yield from chain.events(first=first, last=last, topics=GROWTH_TOPICS, emitter=emitter)


def _growth(
    chain: ChainHistory, pinned: PinnedLog, mined: MinedEvent, before: Growth | None
) -> Growth | None:
    """Read one growth and check that it follows ``before``; None for one that was read already."""
    seq, size, root = _told(mined)
    if before is not None and seq <= before.seq:
        if seq == before.seq and (size, root) != (before.size, before.root):
            raise _broken(seq, Term("与先前所读不同", "it is not what was read before"))
        return None
    expected = before.seq + 1 if before else 1
    if seq != expected:
        raise HistoryIncomplete(expected=expected, found=seq)
    sent = chain.sent(mined.transaction)
    if sent is None:
        raise _broken(seq, Term("缺少其交易", "its transaction is missing"))
    growth = Growth(
        seq=seq,
        first=before.size if before else 0,
        size=size,
        root=root,
        transaction=mined.transaction,
        block_number=mined.block_number,
        block_hash=mined.block_hash,
        sender=sent.sender,
    )
    if growth.size <= growth.first:
        raise _broken(seq, Term("条目数没有增加", "its size is not larger"))
    if sent.to != pinned.contract:
        return growth
    return _recomputed(growth, sent.data, first_root=before.root if before else EMPTY_ROOT)


def _recomputed(growth: Growth, data: bytes, *, first_root: bytes) -> Growth:
    """Fill in what the calldata holds, once it leads from ``first_root`` to what the event said."""
    selector, asked = data[:4], data[4:]
    try:
        if selector in _APPEND_CALLS:
            frontier, leaves, *_ = decode(_APPEND_CALLS[selector], asked, strict=False)
            _check_append(growth, frontier, leaves, first_root)
            return replace(growth, frontier=tuple(frontier), leaves=tuple(leaves))
        if selector in _EXTEND_CALLS:
            size, root, proof, *_ = decode(_EXTEND_CALLS[selector], asked, strict=False)
            _check_extension(growth, size, root, proof, first_root)
            return replace(growth, proof=tuple(proof))
    except (DecodingError, OverflowError) as error:
        raise _broken(growth.seq, Term("交易内容无法读出", "its calldata cannot be read")) from error
    raise _broken(growth.seq, Term("交易不是账本增长", "its transaction grows no log"))


def _check_append(growth: Growth, peaks: Sequence[bytes], leaves: Sequence[bytes], first_root: bytes) -> None:
    if len(peaks) != growth.first.bit_count() or growth.first + len(leaves) != growth.size:
        raise _broken(growth.seq, Term("叶子数目不符", "the number of leaves is another"))
    frontier = Frontier(growth.first, tuple(peaks))
    if frontier.root() != first_root:
        raise _broken(growth.seq, Term("不是从前一次的根开始", "it does not begin with the root before"))
    for leaf in leaves:
        frontier = frontier.add(leaf)
    if frontier.root() != growth.root:
        raise _broken(growth.seq, Term("叶子算不出所称的根", "its leaves do not lead to its root"))


def _check_extension(
    growth: Growth, size: int, root: bytes, proof: Sequence[bytes], first_root: bytes
) -> None:
    if (size, root) != (growth.size, growth.root):
        raise _broken(growth.seq, Term("交易与事件不符", "its transaction asks for another head"))
    try:
        check_consistency(
            old_size=growth.first, old_root=first_root, new_size=size, new_root=root, path=proof
        )
    except ProofInvalid as error:
        raise _broken(growth.seq, Term("一致性证明不成立", "its proof does not hold")) from error


def _told(mined: MinedEvent) -> tuple[int, int, bytes]:
    """Give the number, size and root that an event tells.

    Raises:
        HistoryDoesNotFollow: it is not written as the contract writes it; its number is then 0.
    """
    topics, data = mined.event.topics, mined.event.data
    if len(topics) != 2 or len(data) != 2 * HASH_BYTES:  # noqa: PLR2004  the topic, and seq, which is indexed
        raise _broken(0, Term("事件写法不对", "its event is malformed"))
    size, root = int.from_bytes(data[:HASH_BYTES], "big"), data[HASH_BYTES:]
    return int.from_bytes(topics[1], "big"), size, root


def _check_head(chain: ChainHistory, pinned: PinnedLog, last: Growth | None) -> None:
    """Check that the contract holds what its last event said, so that no event is missing at the end."""
    head = contracts.head(chain.read(pinned.contract, contracts.HEAD).value)
    told = (last.seq, last.size, last.root) if last else (0, 0, EMPTY_ROOT)
    if head.growths > told[0]:
        raise HistoryIncomplete(expected=told[0] + 1, found=told[0])
    if (head.growths, head.size, head.root) != told:
        what = Term("链上账本末端", "head of the log on the chain")
        raise _differs(what, f"{told[1]}:{told[2].hex()}", f"{head.size}:{head.root.hex()}")


def _broken(seq: int, what: Term) -> HistoryDoesNotFollow:
    return HistoryDoesNotFollow(seq=seq, what=what)


def _differs(what: Term, expected: object, found: object) -> LedgerDiffers:
    return LedgerDiffers(what=what, expected=expected, found=found)
