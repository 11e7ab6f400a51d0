"""Following a log on its chain: which growths are final, what of them was not yet compared, who grew it.

What was read stands in one file, so that a round asks the chain only for what is new. Where the chain no
longer has what was read, because blocks were taken back or a node lied, all of it is read again.

    follower = Follower(folder / "chain.json", pinned, depth=12)
    follower.follow(chain)
    follower.growth.size, follower.uncompared
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from evidence.errors import Invalid
from ledger.chain import Address, ChainRefused
from ledger.chain_history import ChainHistory
from ledger.durable import write_over
from ledger.history import Growth, PinnedLog, check_chain, growth_events, read_growths


@dataclass(frozen=True, slots=True)
class Head:
    """Growth ``seq`` of a log to ``size`` entries with ``root``, and the block that holds it."""

    seq: int
    size: int
    root: bytes
    transaction: bytes
    block_number: int
    block_hash: bytes


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a chain told of the growth that is ``gone``, and of the last one that it holds ``instead``."""

    gone: str
    instead: str


@dataclass(frozen=True, slots=True)
class _State:
    """``seen`` is the last final growth; ``uncompared`` those that nobody compared with the log yet.

    ``submitters`` are the accounts that grew the pinned log, ``strangers`` other contracts that they grew
    as a log, looked for in every block below ``searched``.
    """

    seen: Head | None = None
    uncompared: tuple[Head, ...] = ()
    submitters: tuple[Address, ...] = ()
    strangers: tuple[Address, ...] = ()
    searched: int = 0


class Follower:
    """Follows the ``pinned`` log; a growth is final with ``depth`` blocks counted from its own."""

    def __init__(self, file: Path, pinned: PinnedLog, *, depth: int = 1) -> None:
        self._file = file
        self._pinned = pinned
        self._depth = depth
        self._state = _read(file, pinned)
        self.block_number: int | None = None
        self.taken_back: TakenBack | None = None

    @property
    def growth(self) -> Head | None:
        """The last final growth; None before the first."""
        return self._state.seen

    @property
    def uncompared(self) -> tuple[Head, ...]:
        """The final growths that were not yet compared with the log, in order."""
        return self._state.uncompared

    @property
    def strangers(self) -> tuple[Address, ...]:
        """Contracts that nobody pinned and that an account of the pinned log grew as a log."""
        return tuple(each for each in self._state.strangers if each != self._pinned.contract)

    def follow(self, chain: ChainHistory) -> None:
        """Read what is new; ``taken_back`` says what was final and is so no more.

        Raises:
            LedgerDiffers: it is not the pinned chain, or has other code.
            HistoryIncomplete, HistoryDoesNotFollow: the node tells a history that does not hold.
            ChainUnavailable, ChainRefused: it does not answer what it was asked.
        """
        check_chain(chain, self._pinned)
        newest = chain.block()
        if newest is None:
            raise ChainRefused(reason="no newest block")
        self.block_number = newest.number
        self.taken_back = None
        state = self._state
        growths, anew = self._growths(chain, state.seen)
        if anew and state.seen is not None:
            final = {(each.seq, each.size, each.root) for each in growths}
            if (state.seen.seq, state.seen.size, state.seen.root) not in final:
                instead = _followed(_State(), growths).seen
                self.taken_back = TakenBack(
                    gone=self.told(state.seen), instead="" if instead is None else self.told(instead)
                )
            state = replace(state, seen=None, uncompared=())
        self._keep(self._searched(chain, _followed(state, growths), newest.number))

    def told(self, head: Head) -> str:
        """Write down where the chain holds ``head``, for whoever looks it up."""
        where = {"chain_id": self._pinned.chain_id, "contract": self._pinned.contract.hex(), **_hex(head)}
        return json.dumps(where, indent=1) + "\n"

    def compared(self, *, up_to: int) -> None:
        """Note that all growths up to ``up_to`` entries were compared."""
        left = tuple(each for each in self._state.uncompared if each.size > up_to)
        self._keep(replace(self._state, uncompared=left))

    def _growths(self, chain: ChainHistory, seen: Head | None) -> tuple[tuple[Growth, ...], bool]:
        """Give the final growths after ``seen``; or all, and True, where ``seen`` cannot be built upon."""
        block = None if seen is None else chain.block(seen.block_number)
        if seen is not None and block is not None and block.hash == seen.block_hash:
            try:
                after = _as_growth(seen)
                found = read_growths(
                    chain, self._pinned, after=after, first_block=seen.block_number, keep_leaves=False
                )
                return self._final(found), False
            except Invalid:
                pass  # what does not hold any more is told below, if it does not hold from the beginning
        return self._final(read_growths(chain, self._pinned, keep_leaves=False)), True

    def _final(self, growths: tuple[Growth, ...]) -> tuple[Growth, ...]:
        last = (self.block_number or 0) - self._depth + 1
        return tuple(each for each in growths if each.block_number <= last)

    def _searched(self, chain: ChainHistory, state: _State, newest: int) -> _State:
        """Look for growths of other contracts by accounts that grew the pinned one.

        A block that is not final may give way to another, so it is searched again.
        """
        first = state.searched if set(state.submitters) == set(self._state.submitters) else 0
        strangers = list(state.strangers)
        for mined in growth_events(chain, first_block=first):
            emitter = mined.event.emitter
            if emitter == self._pinned.contract or emitter in strangers:
                continue
            sent = chain.sent(mined.transaction)
            if sent is not None and sent.sender in state.submitters:
                strangers.append(emitter)
        return replace(state, strangers=tuple(strangers), searched=max(newest - self._depth + 2, 0))

    def _keep(self, state: _State) -> None:
        self._state = state
        write_over(self._file, json.dumps(_written(state, self._pinned), indent=1).encode())


def _followed(state: _State, growths: tuple[Growth, ...]) -> _State:
    if not growths:
        return state
    heads = tuple(
        Head(each.seq, each.size, each.root, each.transaction, each.block_number, each.block_hash)
        for each in growths
    )
    known = dict.fromkeys((*state.submitters, *(each.sender for each in growths)))
    return replace(state, seen=heads[-1], uncompared=(*state.uncompared, *heads), submitters=tuple(known))


def _as_growth(seen: Head) -> Growth:
    nobody = Address(bytes(20))
    return Growth(
        seen.seq, 0, seen.size, seen.root, seen.transaction, seen.block_number, seen.block_hash, nobody
    )


def _written(state: _State, pinned: PinnedLog) -> dict[str, object]:
    return {
        "chain_id": pinned.chain_id,
        "genesis": pinned.genesis.hex(),
        "contract": pinned.contract.hex(),
        "seen": None if state.seen is None else _hex(state.seen),
        "uncompared": [_hex(each) for each in state.uncompared],
        "submitters": [each.hex() for each in state.submitters],
        "strangers": [each.hex() for each in state.strangers],
        "searched": state.searched,
    }


def _hex(head: Head) -> dict[str, object]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in asdict(head).items()}


def _read(file: Path, pinned: PinnedLog) -> _State:
    """Read what was kept of the ``pinned`` log; what cannot be read is read from the chain again."""
    try:
        kept = json.loads(file.read_bytes())
        of = (kept["chain_id"], kept["genesis"], kept["contract"])
        if of == (pinned.chain_id, pinned.genesis.hex(), pinned.contract.hex()):
            return _state(kept)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return _State()
    return _State()


def _state(kept: dict[str, Any]) -> _State:
    return _State(
        seen=None if kept["seen"] is None else _head(kept["seen"]),
        uncompared=tuple(_head(each) for each in kept["uncompared"]),
        submitters=tuple(Address(bytes.fromhex(each)) for each in kept["submitters"]),
        strangers=tuple(Address(bytes.fromhex(each)) for each in kept["strangers"]),
        searched=int(kept["searched"]),
    )


def _head(kept: dict[str, Any]) -> Head:
    return Head(
        int(kept["seq"]),
        int(kept["size"]),
        bytes.fromhex(kept["root"]),
        bytes.fromhex(kept["transaction"]),
        int(kept["block_number"]),
        bytes.fromhex(kept["block_hash"]),
    )
