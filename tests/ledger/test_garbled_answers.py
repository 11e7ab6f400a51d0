"""An answer of a contract that cannot be read has one name, whatever is wrong with it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from ledger import contracts, governing, registry
from ledger.chain import Address, ChainGarbled, Event
from ledger.chain_memory import MemoryChain
from ledger.history import GROWTH_TOPICS, with_registry
from ledger.registry import Role
from tests.ledger.founded import founded_log, founded_registry
from tests.ledger.garbling_chain import DIRTY, GarblingChain
from tests.ledger.grown_log import pin

NOBODY = "0x" + "00" * 20
NOWHERE = (1 << 255).to_bytes(32, "big")  # a pointer that no memory reaches
NO_DATE = (1 << 64) - 1  # seconds; some 580 thousand million years
STATE, READY_AT, LAPSES_AT = 0, 3, 4


def proposal(place: int, value: int) -> bytes:
    """Write a proposal of which one number is another."""
    values: list[object] = [1, NOBODY, 1, 0, 0, [b"call"]]
    values[place] = value
    return encode(["uint8", "address", "uint32", "uint64", "uint64", "bytes[]"], values)


def key(roles: int) -> bytes:
    return encode(["uint8", "uint64", "uint64", "uint64"], [roles, 1, 0, 0])


@pytest.mark.parametrize(
    ("read", "answer"),
    [
        (contracts.head, DIRTY + bytes(64)),
        (contracts.exception, DIRTY + bytes(96)),
        (registry.number, DIRTY),
        (registry.delay, DIRTY),
        (registry.delay, NO_DATE.to_bytes(32, "big")),
        (registry.account, DIRTY),
        (registry.administrators, NOWHERE + bytes(32)),
        (registry.administrators, DIRTY + bytes(32)),
        (registry.proposals, NOWHERE),
        (registry.proposals, (32).to_bytes(32, "big") + DIRTY),
        (registry.held_key, DIRTY + bytes(96)),
        (registry.held_key, key(16)),
        (registry.held_key, key(255)),
        (registry.proposal, bytes(160) + NOWHERE),
        (registry.proposal, bytes(160) + DIRTY),
        (registry.proposal, proposal(STATE, 1)[:-64] + DIRTY + bytes(32)),  # a call of 2^256 - 1 bytes
        (registry.proposal, proposal(STATE, 6)),
        (registry.proposal, proposal(READY_AT, NO_DATE)),
        (registry.proposal, proposal(LAPSES_AT, NO_DATE)),
    ],
)
def test_an_answer_that_cannot_be_read_is_garbled(read: Callable[[bytes], object], answer: bytes) -> None:
    with pytest.raises(ChainGarbled):
        read(answer)


def test_a_log_that_names_no_registry_is_garbled(chain: MemoryChain) -> None:
    pinned = pin(chain, founded_log(chain, chain.account))
    with pytest.raises(ChainGarbled):
        with_registry(GarblingChain(chain, {keccak(b"registry()")[:4]: DIRTY}), pinned)


def test_every_set_of_roles_that_there_is_is_read() -> None:
    assert [registry.held_key(key(roles)).roles for roles in range(16)] == [Role(each) for each in range(16)]


def test_the_last_second_that_has_a_date_is_read() -> None:
    last = datetime.fromisoformat("9999-12-31T23:59:59+00:00")
    assert registry.proposal(proposal(LAPSES_AT, int(last.timestamp()))).lapses_at == last
    assert registry.delay(encode(["uint64"], [3600])) == timedelta(hours=1)


@pytest.mark.parametrize("data", [DIRTY + bytes(32), bytes(32)])
def test_a_growth_that_cannot_be_read_is_garbled(data: bytes) -> None:
    log = Address(bytes(20))
    with pytest.raises(ChainGarbled):
        contracts.growth([Event(log, (GROWTH_TOPICS[0], bytes(32)), data)], log)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (registry.ADMINISTRATORS, DIRTY * 2),
        (registry.DELAY, DIRTY),
        (registry.PAUSED, DIRTY),
        (registry.ask_proposal(bytes(32))[:4], proposal(STATE, 6)),
    ],
)
def test_a_registry_that_answers_garbage_is_not_shown(
    chain: MemoryChain, question: bytes, answer: bytes
) -> None:
    contract = founded_registry(chain, chain.account)
    governing.propose(chain, contract, chain.account, [registry.set_quorum(2)])
    with pytest.raises(ChainGarbled):
        governing.standing(GarblingChain(chain, {question: answer}), contract)
