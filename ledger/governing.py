"""Governing: what administrators and the guardian do on the registry, and what stands there.

An act is one transaction by the organization's own account. It is rehearsed without sending first, so that
what the registry would refuse costs nothing, and it counts once it is mined.

    proposal = propose(chain, registry, account, [registry.set_quorum(2)])
    enact(chain, account, registry.approve(address, proposal))
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from evidence.errors import Term, Unavailable
from ledger import fees, registry
from ledger.abi import WORD, types
from ledger.chain import Address, Chain, ChainRefused, Outcome
from ledger.registry import AdministratorsProposal, Role
from ledger.transactions import Call, ChainAccount, Fees

PATIENCE = timedelta(seconds=60)
_POLL_SECONDS = 1.0
_REHEARSAL_GAS = 4_000_000  # twice what 32 new administrators take, the most that one call needs
_PROPOSED = keccak(b"Proposed(bytes32,address,bytes[])")
_SENTENCES = {
    "grant((bytes32,bytes32,uint8,uint64,uint64))": Term(
        zh="授予密钥（{2}，{3} 至 {4}）：机构 {0}，密钥 {1}",
        en="grant ({2}, from {3} to {4}) organization {0} the key {1}",
    ),
    "revoke(bytes32,bytes32)": Term(
        zh="终止密钥：机构 {0}，密钥 {1}", en="end for organization {0} the key {1}"
    ),
    "markCompromised(bytes32,bytes32,uint64)": Term(
        zh="自 {2} 起视为泄露：机构 {0}，密钥 {1}", en="compromised since {2}: organization {0}, key {1}"
    ),
    "setAdministrators(address[],uint32)": Term(
        zh="管理账户改为 {0}，须 {1} 个批准", en="administrators become {0}, of whom {1} approve"
    ),
    "setDelay(uint64)": Term(zh="等待期改为 {0} 秒", en="the delay becomes {0} seconds"),
    "setGuardian(address)": Term(zh="监护账户改为 {0}", en="the guardian becomes {0}"),
    "setQuorum(uint8)": Term(zh="会签机构数改为 {0}", en="the quorum becomes {0}"),
    "unpause()": Term(zh="解除暂停", en="end the pause"),
    "announceSuccessor(address)": Term(zh="公布继任登记合约 {0}", en="announce the successor {0}"),
}
_BY_SELECTOR = {keccak(each.encode())[:4]: each for each in _SENTENCES}


class ActNotMined(Unavailable):
    """A transaction was sent and is in no block yet. Facts: ``transaction``."""

    code = "act-not-mined"
    zh = "交易 {transaction} 已发出，尚未入块；请稍后用 show 查看，不要重复操作。"
    en = "Transaction {transaction} was sent and is in no block yet; look with show before acting again."


@dataclass(frozen=True, slots=True)
class Standing:
    """How a registry is governed now; ``proposals`` are all that were made, with their ids (32 bytes)."""

    administrators: tuple[Address, ...]
    threshold: int
    delay: timedelta
    guardian: Address
    quorum: int
    paused: bool
    successor: Address | None
    proposals: tuple[tuple[bytes, AdministratorsProposal], ...]


def standing(chain: Chain, contract: Address) -> Standing:
    """Read how the registry at ``contract`` is governed, all at one block.

    Its proposals are read after the rest, and where a block came in between, as they are at that later one.

    Raises:
        ChainRefused, ChainUnavailable: the chain does not answer, or what it answers cannot be read.
        LedgerDiffers: no registry stands there.
    """
    questions = (
        registry.ADMINISTRATORS,
        registry.DELAY,
        registry.GUARDIAN,
        registry.QUORUM,
        registry.PAUSED,
        registry.SUCCESSOR,
        registry.PROPOSALS,
    )
    named, delay, guardian, quorum, paused, successor, made = (
        each.value for each in chain.read_all(contract, questions)
    )
    accounts, threshold = registry.administrators(named)
    ids = registry.proposals(made)
    found = chain.read_all(contract, [registry.ask_proposal(each) for each in ids])
    follows = registry.account(successor)
    return Standing(
        administrators=accounts,
        threshold=threshold,
        delay=registry.delay(delay),
        guardian=registry.account(guardian),
        quorum=registry.number(quorum),
        paused=bool(registry.number(paused)),
        successor=follows if any(follows) else None,
        proposals=tuple((id_, registry.proposal(each.value)) for id_, each in zip(ids, found, strict=True)),
    )


def propose(
    chain: Chain,
    contract: Address,
    account: ChainAccount,
    calls: Sequence[bytes],
    *,
    wait: Callable[[float], None] = time.sleep,
) -> bytes:
    """Propose ``calls`` to the registry; give the id of the proposal, 32 bytes.

    Raises:
        ChainRefused, ChainUnavailable, ActNotMined: as ``enact``.
    """
    outcome = enact(chain, account, registry.propose(contract, calls), wait=wait)
    for event in outcome.events:
        if event.emitter == contract and event.topics[:1] == (_PROPOSED,):
            return event.topics[1]
    raise ChainRefused(reason="the registry told no proposal")


def rehearse(chain: Chain, contract: Address, call: bytes) -> None:
    """Try ``call`` as the registry itself would make it, so that what it refuses is not proposed.

    A compromise since a moment that no block has reached yet is not refused: its time comes.

    Raises:
        ChainRefused: the registry would not carry it out.
        ChainUnavailable: the chain does not answer.
    """
    try:
        chain.rehearse(contract, call, sender=contract, gas=_REHEARSAL_GAS)
    except ChainRefused as refused:
        early = str(refused.facts["reason"]).startswith("CompromiseDateWrong")
        if not early or int.from_bytes(call[-WORD:], "big") <= chain.newest().time.timestamp():
            raise


def enact(
    chain: Chain, account: ChainAccount, call: Call, *, wait: Callable[[float], None] = time.sleep
) -> Outcome:
    """Send ``call`` and wait until it is mined.

    Raises:
        ChainRefused: the registry would refuse it, or did.
        ChainUnavailable: the chain does not answer.
        ActNotMined: it is in no block after ``PATIENCE``.
    """
    chain.rehearse(call.to, call.data, sender=account.address, gas=call.gas)
    paid = fees.first(chain.price(), Fees())
    nonce = chain.next_nonce(account.address)
    signed = account.sign(call, chain_id=chain.identity().chain_id, nonce=nonce, fees=paid)
    chain.send(signed.raw)
    for _ in range(int(PATIENCE.total_seconds() / _POLL_SECONDS)):
        outcome = chain.outcome(signed.hash)
        if outcome is not None:
            if not outcome.succeeded:
                raise ChainRefused(reason=f"0x{signed.hash.hex()} was reverted")
            return outcome
        wait(_POLL_SECONDS)
    raise ActNotMined(transaction=f"0x{signed.hash.hex()}")


def describe(call: bytes) -> Term:
    """Say in one line what a call within a proposal would do; one that cannot be read is shown whole."""
    function = _BY_SELECTOR.get(call[:4])
    try:
        values = [] if function is None else list(decode(types(function), call[4:]))
    except DecodingError:
        function = None
    if function is None:
        return Term(zh=f"无法识别的调用 {call.hex()}", en=f"unknown call {call.hex()}")
    if function.startswith("grant"):
        organization, key, roles, begins, ends = values[0]
        values = [organization, key, _roles(roles), _moment(begins), _moment(ends)]
    if function.startswith("markCompromised"):
        values[2] = _moment(values[2])
    shown = [_shown(each) for each in values]
    said = _SENTENCES[function]
    return Term(zh=said.zh.format(*shown), en=said.en.format(*shown))


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    return str(value)


def _roles(mask: int) -> str:
    return ", ".join(each.name or "" for each in Role if mask & each)


def _moment(seconds: int) -> str:
    try:
        return "…" if seconds == 0 else registry.moment(seconds).isoformat()
    except OverflowError:
        return str(seconds)  # the contract takes any number, and this one is no date
