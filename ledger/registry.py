"""The organizations on chain: what the registry is founded with, is told, and answers, in bytes.

An organization is the SHA-256 of its USCC in UTF-8, a key a chain account left-padded to 32 bytes or the
SHA-256 of a statement key's SPKI. Authority is the organization's; a key acts for it within a window, in its
roles.
Everything here is pure. Interface: contracts/IOrganizationRegistry.sol.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import STRICT, IntEnum, IntFlag

from eth_abi.abi import encode

from ledger import abi
from ledger.chain import Address, ChainRefused, Reading
from ledger.transactions import Call

_DEPLOY_GAS = 4_000_000  # above the 2,710,000 measured with one administrator and one key
_GRANT_GAS = 120_000  # for each founding key, above the 50,000 measured
_ADMINISTRATOR_GAS = 60_000  # for each administrator named, above the 46,000 measured
_ACT_GAS = 400_000  # for an administrator's act, above the 240,000 measured
_EXECUTE_GAS = 2_000_000  # for what is carried out: 32 new administrators take 1,560,000
_CALL_GAS = 120_000  # for each call carried out, above the 68,000 measured of a grant
_BYTE_GAS = 900  # for each byte of a proposal's calls, which the contract stores by words of 32

_EPOCH = datetime.fromtimestamp(0, UTC)
_GRANT = "(bytes32,bytes32,uint8,uint64,uint64)"
_FOUNDING = f"(address[],uint32,uint64,address,uint8,{_GRANT}[])"


class LedgerPaused(ChainRefused):
    """The registry's guardian paused everything under it."""

    code = "ledger-paused"
    zh = "监护方已暂停链上账本：记录照常接收并安全保存，待管理机构解除暂停后自动上链。"
    en = "The guardian paused the ledger on the chain; facts are kept, and anchored once the pause is ended."


class NotSubmitter(ChainRefused):
    """The registry does not let our account grow the log now. Facts: ``account``."""

    code = "not-submitter"
    zh = "链上登记不允许账户 {account} 增长账本；请管理机构授予其提交权限，或改用获准的账户。"
    en = "The registry does not let account {account} grow the log; let its administrators grant it."


class IssuerNotOurs(ChainRefused):
    """The registry does not let our account act for an issuer. Facts: ``account``, ``issuer``."""

    code = "issuer-not-ours"
    zh = "链上登记不允许账户 {account} 代机构 {issuer} 变更证照状态；请管理机构授予其权限。"
    en = "The registry does not let account {account} act for issuer {issuer}; have it granted."


class Role(IntFlag, boundary=STRICT):
    """What a key may do for its organization; a grant may hold several, and no other number is any."""

    SUBMITTER = 1
    ISSUER = 2
    WITNESS = 4
    SPEAKER = 8


class ProposalState(IntEnum):
    """Where a proposal of the administrators is in its life."""

    UNKNOWN = 0
    OPEN = 1
    READY = 2
    EXECUTED = 3
    CANCELLED = 4
    LAPSED = 5


@dataclass(frozen=True, slots=True)
class Grant:
    """A key (32 bytes) for an organization (32 bytes), from ``valid_from`` (None: now) to ``valid_until``."""

    organization: bytes
    key: bytes
    roles: Role
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Founding:
    """What a registry begins with, where ours has to be deployed.

    ``operator`` is the organization of the log (32 bytes); the deploying account becomes its submitter and
    issuer, and the only administrator and the guardian where none is named. ``quorum`` organizations
    countersign a growth. ``grants`` are further keys, such as those of statements and of witnesses.
    """

    operator: bytes
    administrators: tuple[Address, ...] = ()
    threshold: int = 1
    delay: timedelta = timedelta(0)
    guardian: Address | None = None
    quorum: int = 0
    grants: tuple[Grant, ...] = ()

    def by(self, account: Address) -> "Founding":
        """Give it as ``account`` founds it, with nothing left open."""
        first = Grant(self.operator, key_of(account), Role.SUBMITTER | Role.ISSUER)
        return replace(
            self,
            administrators=self.administrators or (account,),
            guardian=self.guardian or account,
            grants=(first, *self.grants),
        )


@dataclass(frozen=True, slots=True)
class HeldKey:
    """What the registry holds of a key, in seconds since 1970; ``roles`` 0 says that it was never granted."""

    roles: Role
    valid_from: int
    valid_until: int
    compromised_at: int

    def permits(self, role: Role, moment: datetime) -> bool:
        """Say whether it acts in ``role`` at ``moment``; the end and the compromise are exclusive."""
        time = int(moment.timestamp())
        ended = self.valid_until != 0 and time >= self.valid_until
        compromised = self.compromised_at != 0 and time >= self.compromised_at
        return role in self.roles and bool(role) and self.valid_from <= time and not ended and not compromised


@dataclass(frozen=True, slots=True)
class AdministratorsProposal:
    """A proposal of the administrators: its state, who made it, how many approved, and its calls.

    ``ready_at`` is None while approvals are missing.
    """

    state: ProposalState
    proposer: Address
    approvals: int
    ready_at: datetime | None
    lapses_at: datetime
    calls: tuple[bytes, ...]


def key_of(account: Address) -> bytes:
    """Give the key (32 bytes) of a chain account."""
    return bytes(12) + account


def deploy(founding: Founding, account: Address) -> Call:
    """Create an OrganizationRegistry as ``account`` founds it."""
    whole = founding.by(account)
    values = (
        list(whole.administrators),
        whole.threshold,
        int(whole.delay.total_seconds()),
        whole.guardian,
        whole.quorum,
        [_row(each) for each in whole.grants],
    )
    gas = _DEPLOY_GAS + _GRANT_GAS * len(whole.grants) + _ADMINISTRATOR_GAS * len(whole.administrators)
    return Call(None, abi.bytecode("OrganizationRegistry") + encode([_FOUNDING], [values]), gas)


def propose(registry: Address, calls: Sequence[bytes]) -> Call:
    """Propose ``calls``, made by ``grant`` and its neighbours; refused while the sender's own such stand."""
    gas = _ACT_GAS + _BYTE_GAS * sum(len(each) + 2 * abi.WORD for each in calls)
    return Call(registry, abi.call("propose(bytes[])", list(calls)), gas)


def approve(registry: Address, proposal: bytes) -> Call:
    """Approve a proposal by its id (32 bytes)."""
    return Call(registry, abi.call("approve(bytes32)", proposal), _ACT_GAS)


def execute(registry: Address, proposal: bytes, *, calls: int = 1) -> Call:
    """Carry out a proposal of this number of ``calls``."""
    return Call(registry, abi.call("execute(bytes32)", proposal), _EXECUTE_GAS + _CALL_GAS * calls)


def cancel(registry: Address, proposal: bytes) -> Call:
    """Take back a proposal."""
    return Call(registry, abi.call("cancel(bytes32)", proposal), _ACT_GAS)


def pause(registry: Address) -> Call:
    """Stop every growth and change, as the guardian."""
    return Call(registry, abi.call("pause()"), _ACT_GAS)


def grant(granted: Grant) -> bytes:
    """Let a key act for an organization."""
    return abi.call(f"grant({_GRANT})", _row(granted))


def revoke(*, organization: bytes, key: bytes) -> bytes:
    """End a key now."""
    return abi.call("revoke(bytes32,bytes32)", organization, key)


def mark_compromised(*, organization: bytes, key: bytes, since: datetime) -> bytes:
    """Say that a key is compromised since a moment."""
    return abi.call("markCompromised(bytes32,bytes32,uint64)", organization, key, _seconds(since))


def set_administrators(administrators: Sequence[Address], *, threshold: int) -> bytes:
    """Replace all administrators."""
    return abi.call("setAdministrators(address[],uint32)", list(administrators), threshold)


def set_delay(delay: timedelta) -> bytes:
    """Change the delay between the last approval and the execution."""
    return abi.call("setDelay(uint64)", int(delay.total_seconds()))


def set_guardian(guardian: Address) -> bytes:
    """Replace the guardian."""
    return abi.call("setGuardian(address)", guardian)


def set_quorum(quorum: int) -> bytes:
    """Change how many organizations countersign a growth."""
    return abi.call("setQuorum(uint8)", quorum)


def unpause() -> bytes:
    """End a pause."""
    return abi.call("unpause()")


def announce_successor(successor: Address) -> bytes:
    """Announce the registry that follows."""
    return abi.call("announceSuccessor(address)", successor)


QUORUM = abi.call("quorum()")
PAUSED = abi.call("paused()")
GUARDIAN = abi.call("guardian()")
SUCCESSOR = abi.call("successor()")
DELAY = abi.call("delay()")
ADMINISTRATORS = abi.call("administrators()")
PROPOSALS = abi.call("proposals()")


def ask_key(*, organization: bytes, key: bytes) -> bytes:
    """Ask what was granted."""
    return abi.call("keyOf(bytes32,bytes32)", organization, key)


def held_key(answer: bytes) -> HeldKey:
    """Read the answer to ``ask_key``.

    Raises:
        ChainGarbled: it holds roles that there are not, or cannot be read.
    """
    roles, valid_from, valid_until, compromised_at = abi.answer(
        ["uint8", "uint64", "uint64", "uint64"], answer
    )
    with abi.strictly():
        return HeldKey(Role(roles), valid_from, valid_until, compromised_at)


def permits(reading: Reading, role: Role, *, now: datetime) -> bool:
    """Say whether the answer to ``ask_key`` permits ``role`` in the block to come.

    That is later than the block it was read at, and where blocks are mined on demand as late as ``now``.
    """
    return held_key(reading.value).permits(role, max(reading.block.time, now))


def number(answer: bytes) -> int:
    """Read the answer to ``QUORUM`` or ``PAUSED`` (0 or 1)."""
    (value,) = abi.answer(["uint8"], answer)
    return int(value)


def delay(answer: bytes) -> timedelta:
    """Read the answer to ``DELAY``."""
    (seconds,) = abi.answer(["uint64"], answer)
    with abi.strictly():
        return timedelta(seconds=seconds)


def account(answer: bytes) -> Address:
    """Read the answer to ``GUARDIAN`` or ``SUCCESSOR``; 20 zero bytes say that there is none."""
    (text,) = abi.answer(["address"], answer)
    return abi.address(text)


def administrators(answer: bytes) -> tuple[tuple[Address, ...], int]:
    """Read the answer to ``ADMINISTRATORS``: who they are, and how many must approve."""
    accounts, threshold = abi.answer(["address[]", "uint32"], answer)
    return tuple(abi.address(each) for each in accounts), threshold


def proposals(answer: bytes) -> tuple[bytes, ...]:
    """Read the answer to ``PROPOSALS``: the ids of all, in order."""
    (ids,) = abi.answer(["bytes32[]"], answer)
    return tuple(ids)


def ask_proposal(proposal: bytes) -> bytes:
    """Ask for one proposal by its id."""
    return abi.call("proposal(bytes32)", proposal)


def proposal(answer: bytes) -> AdministratorsProposal:
    """Read the answer to ``ask_proposal``.

    Raises:
        ChainGarbled: its state is unknown, a moment lies beyond the year 9999, or it cannot be read.
    """
    state, proposer, approvals, ready_at, lapses_at, calls = abi.answer(
        ["uint8", "address", "uint32", "uint64", "uint64", "bytes[]"], answer
    )
    with abi.strictly():
        return AdministratorsProposal(
            ProposalState(state),
            abi.address(proposer),
            approvals,
            moment(ready_at) if ready_at else None,
            moment(lapses_at),
            tuple(calls),
        )


def moment(seconds: int) -> datetime:
    """Give a time that the registry tells in seconds since 1970; OverflowError beyond the year 9999."""
    return _EPOCH + timedelta(seconds=seconds)


def _row(granted: Grant) -> tuple[bytes, bytes, int, int, int]:
    return (
        granted.organization,
        granted.key,
        int(granted.roles),
        _seconds(granted.valid_from),
        _seconds(granted.valid_until),
    )


def _seconds(moment: datetime | None) -> int:
    return 0 if moment is None else int(moment.timestamp())
