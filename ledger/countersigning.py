"""Countersigning: other organizations' signatures over the head that the log is to grow to next.

Where the registry asks for a quorum, the log contract takes a growth only with the signatures of that many
organizations, each by a key that the registry permits as its witness. What they sign is an EIP-712 Checkpoint
{seq, size, root}, bound to the chain, the contract and the number of the growth.

The life of a proposal:

    open      the planner chose a checkpoint for growth ``seq``; it stays this one until it is anchored, so
              that a signature that is under way is still good when it arrives
    closed    the log has grown past it; a reorganization that takes the growth back opens the same again

    countersign(database, chain, Countersignature(organization, signature), clock=clock)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from eth_abi.abi import encode
from eth_utils.crypto import keccak
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    ForeignKey,
    LargeBinary,
    Select,
    SmallInteger,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from evidence.errors import Invalid, Refused
from ledger import checkpoints, deployment, registry
from ledger.chain import Address, Chain
from ledger.checkpoints import Checkpoint, CheckpointRow
from ledger.contracts import Countersignature
from ledger.database import Base, Database
from ledger.deployment import Deployment, DeploymentRow
from ledger.registry import Role
from ledger.transactions import ChainAccount, recover

SIGNATURE_BYTES = 65
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
_DOMAIN = keccak(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
_CHECKPOINT = keccak(b"Checkpoint(uint64 seq,uint64 size,bytes32 root)")


class NothingToCountersign(Refused):
    """No growth of the log waits for countersignatures."""

    code = "nothing-to-countersign"
    zh = "目前没有等待会签的检查点；请稍后再取。"
    en = "No checkpoint waits to be countersigned; ask again later."


class CountersignatureMalformed(Invalid):
    """A signature is not 65 bytes with a low s and v 27 or 28."""

    code = "countersignature-malformed"
    zh = "会签的写法不对：应为 65 字节，s 在低半区，末字节为 27 或 28；请重新签署。"
    en = "The countersignature is malformed: 65 bytes, s in the lower half, v 27 or 28; sign again."


class WitnessNotPermitted(Refused):
    """Who signed is no witness of the organization now. Facts: ``account``, ``organization``, ``seq``."""

    code = "witness-not-permitted"
    zh = "账户 {account} 不是机构 {organization} 现行的见证账户，或签的不是第 {seq} 次增长；请核对后重签。"
    en = (
        "Account {account} is no witness of organization {organization} now, or signed something else than "
        "growth {seq}; compare both and sign again."
    )


class ProposalRow(Base):
    """The checkpoint chosen for growth ``seq`` on a deployment; ``root`` is 32 bytes."""

    __tablename__ = "countersigning_proposals"
    deployment: Mapped[int] = mapped_column(BigInteger, ForeignKey(DeploymentRow.id), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, ForeignKey(CheckpointRow.size))
    root: Mapped[bytes] = mapped_column(LargeBinary)
    quorum: Mapped[int] = mapped_column(SmallInteger)
    open: Mapped[bool] = mapped_column(Boolean)


class CountersignatureRow(Base):
    """One organization's signature over a proposal; 32, 20 and 65 bytes."""

    __tablename__ = "countersignatures"
    deployment: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    organization: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    account: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be countersigned: growth ``seq`` of ``contract`` to ``size`` entries with ``root``."""

    chain_id: int
    contract: Address
    seq: int
    size: int
    root: bytes

    @property
    def domain(self) -> bytes:
        """The hash of the EIP-712 domain, 32 bytes."""
        types = ["bytes32", "bytes32", "bytes32", "uint256", "address"]
        name, version = keccak(b"Yinxin EvidenceLog"), keccak(b"1")
        return bytes(keccak(encode(types, [_DOMAIN, name, version, self.chain_id, self.contract])))

    @property
    def body(self) -> bytes:
        """The hash of the EIP-712 struct, 32 bytes."""
        types = ["bytes32", "uint64", "uint64", "bytes32"]
        return bytes(keccak(encode(types, [_CHECKPOINT, self.seq, self.size, self.root])))

    def sign(self, account: ChainAccount) -> bytes:
        """Give the signature of ``account``: r ‖ s ‖ v, 65 bytes."""
        return account.sign_typed(domain=self.domain, body=self.body)

    def signer(self, signature: bytes) -> Address:
        """Give the account that signed; a signature over anything else gives some other account.

        Raises:
            CountersignatureMalformed: it is not what the contract takes.
        """
        well_formed = len(signature) == SIGNATURE_BYTES and signature[64] in (27, 28)
        if not well_formed or not 0 < int.from_bytes(signature[32:64], "big") <= _HALF_ORDER:
            raise CountersignatureMalformed
        found = recover(signature, domain=self.domain, body=self.body)
        if found is None:
            raise CountersignatureMalformed
        return found


def proposal(session: Session) -> Proposal | None:
    """Give what is to be countersigned now, or None."""
    current = deployment.current(session)
    if current is None or current.log is None:
        return None
    row = session.scalars(_open(current.id).order_by(ProposalRow.seq).limit(1)).first()
    return None if row is None else _proposal(current, current.log.address, row)


def countersign(database: Database, chain: Chain, given: Countersignature, *, clock: Clock) -> Proposal:
    """Keep an organization's countersignature over what is proposed now; again by the same one is harmless.

    Raises:
        NothingToCountersign: nothing is proposed.
        CountersignatureMalformed: the signature is not what the contract takes.
        WitnessNotPermitted: who signed is no witness of the organization now, or signed something else.
        ChainUnavailable: the chain does not answer.
    """
    with database.transaction() as session:
        current, asked = deployment.current(session), proposal(session)
    if current is None or current.registry is None or asked is None:
        raise NothingToCountersign
    account = asked.signer(given.signature)
    if not _is_witness(chain, current.registry.address, given.organization, account, now=clock.now()):
        raise WitnessNotPermitted(
            account=f"0x{account.hex()}", organization=given.organization.hex(), seq=asked.seq
        )
    with database.transaction() as session:
        if proposal(session) != asked:
            raise NothingToCountersign
        row = {
            "deployment": current.id,
            "seq": asked.seq,
            "organization": given.organization,
            "account": account,
            "signature": given.signature,
            "received_at": clock.now(),
        }
        key = ["deployment", "seq", "organization"]
        session.execute(insert(CountersignatureRow).values(row).on_conflict_do_nothing(index_elements=key))
    return asked


def choose(session: Session, current: Deployment, *, head: int, seq: int, quorum: int) -> int | None:
    """Give the size to which growth ``seq`` of a log of ``head`` entries is proposed, chosen now if none is.

    None means that no checkpoint goes further. Proposals of growths that are past are closed.
    """
    of_current = ProposalRow.deployment == current.id
    session.execute(update(ProposalRow).where(of_current, ProposalRow.seq != seq).values(open=False))
    row = session.get(ProposalRow, (current.id, seq))
    if row is not None and row.size > head:
        row.open, row.quorum = True, quorum
        return row.size
    newest: Checkpoint | None = checkpoints.latest(session)
    if newest is None or newest.size <= head:
        return None
    if row is not None:  # a reorganization put a larger log under it: nobody's signature over it is of use
        _drop(session, current.id, seq)
        session.delete(row)
        session.flush()
    chosen = ProposalRow(
        deployment=current.id, seq=seq, size=newest.size, root=newest.root, quorum=quorum, open=True
    )
    session.add(chosen)
    return newest.size


def close(session: Session, current: Deployment) -> None:
    """Close every proposal: nothing waits for countersignatures."""
    session.execute(
        update(ProposalRow).where(ProposalRow.deployment == current.id, ProposalRow.open).values(open=False)
    )


def gathered(session: Session, current: Deployment, *, seq: int) -> tuple[Countersignature, ...]:
    """Give what was countersigned of growth ``seq``, in the order of organizations."""
    return tuple(Countersignature(row.organization, row.signature) for row in _rows(session, current.id, seq))


def permitted(
    database: Database, chain: Chain, current: Deployment, *, seq: int, now: datetime
) -> tuple[Countersignature, ...]:
    """Give what was gathered by those who are witnesses still at ``now``; what others gave is dropped."""
    if current.registry is None:
        return ()
    with database.transaction() as session:
        rows = [(row.organization, Address(row.account)) for row in _rows(session, current.id, seq)]
    ended = [who for who, by in rows if not _is_witness(chain, current.registry.address, who, by, now=now)]
    with database.transaction() as session:
        for organization in ended:
            _drop(session, current.id, seq, organization=organization)
        return gathered(session, current, seq=seq)


def missing(session: Session) -> int:
    """Give how many countersignatures the open proposal still waits for; 0 when none is open."""
    current = deployment.current(session)
    row = None if current is None else session.scalars(_open(current.id).limit(1)).first()
    if row is None:
        return 0
    return max(0, row.quorum - len(_rows(session, row.deployment, row.seq)))


def _open(current: int) -> Select[ProposalRow]:
    return select(ProposalRow).where(ProposalRow.deployment == current, ProposalRow.open)


def _is_witness(
    chain: Chain, contract: Address, organization: bytes, account: Address, *, now: datetime
) -> bool:
    question = registry.ask_key(organization=organization, key=registry.key_of(account))
    return registry.permits(chain.read(contract, question), Role.WITNESS, now=now)


def _rows(session: Session, current: int, seq: int) -> Sequence[CountersignatureRow]:
    query = select(CountersignatureRow).where(
        CountersignatureRow.deployment == current, CountersignatureRow.seq == seq
    )
    return session.scalars(query.order_by(CountersignatureRow.organization)).all()


def _drop(session: Session, current: int, seq: int, *, organization: bytes | None = None) -> None:
    query = delete(CountersignatureRow).where(
        CountersignatureRow.deployment == current, CountersignatureRow.seq == seq
    )
    if organization is not None:
        query = query.where(CountersignatureRow.organization == organization)
    session.execute(query)


def _proposal(current: Deployment, contract: Address, row: ProposalRow) -> Proposal:
    return Proposal(current.chain_id, contract, row.seq, row.size, row.root)
