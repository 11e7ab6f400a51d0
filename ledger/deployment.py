"""Deployments: on which chain the log stands, by its genesis and the code of its contracts.

A deployment is current until its chain forgets it. A chain forgets when it is asked to be a local
one that keeps nothing (``may_forget``) and shows another genesis, or no code where a contract
stood; then a new deployment begins and the whole history is anchored again. Any other difference
is never repaired, only reported: the ledger differs.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, DateTime, Identity, LargeBinary, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from evidence.errors import Term
from ledger.chain import Address, ChainIdentity, LedgerDiffers
from ledger.database import Base

_NO_CODE = Term(zh="无", en="absent")


class _State(StrEnum):
    CURRENT = "current"
    FORGOTTEN = "forgotten"


class DeploymentRow(Base):
    """One deployment; addresses are 20 bytes, hashes 32; contracts are empty until they are mined."""

    __tablename__ = "deployments"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    chain_id: Mapped[int] = mapped_column(BigInteger)
    genesis: Mapped[bytes] = mapped_column(LargeBinary)
    registry_contract: Mapped[bytes | None] = mapped_column(LargeBinary)
    registry_code: Mapped[bytes | None] = mapped_column(LargeBinary)
    log_contract: Mapped[bytes | None] = mapped_column(LargeBinary)
    log_code: Mapped[bytes | None] = mapped_column(LargeBinary)
    status_contract: Mapped[bytes | None] = mapped_column(LargeBinary)
    status_code: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


_MARK = select(*DeploymentRow.__table__.c).where(DeploymentRow.state == _State.CURRENT)


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract by its address (20 bytes) and the Keccak-256 of its code (32 bytes)."""

    address: Address
    code: bytes


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where the log stands; a contract is None until its creation is final.

    ``genesis`` is the hash (32 bytes) of the chain's first block; ``follows`` says that an earlier
    chain was forgotten.
    """

    id: int
    chain_id: int
    genesis: bytes
    follows: bool
    registry: Contract | None
    log: Contract | None
    register: Contract | None

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """The contracts that stand."""
        return tuple(each for each in (self.registry, self.log, self.register) if each is not None)


def current(session: Session) -> Deployment | None:
    """Give the deployment that counts now, or None before the first."""
    row = session.scalars(select(DeploymentRow).where(DeploymentRow.state == _State.CURRENT)).first()
    return None if row is None else _deployment(session, row)


def mark(session: Session) -> tuple[object, ...]:
    """Give what changes whenever ``current`` does, by one quick question."""
    found = session.execute(_MARK).first()
    return () if found is None else tuple(found)


def begin(session: Session, identity: ChainIdentity, *, clock: Clock) -> Deployment:
    """Begin a deployment on the chain of ``identity``; an earlier one is forgotten."""
    earlier = current(session)
    if earlier is not None:
        session.execute(
            update(DeploymentRow).where(DeploymentRow.id == earlier.id).values(state=_State.FORGOTTEN)
        )
    row = DeploymentRow(
        chain_id=identity.chain_id, genesis=identity.genesis, state=_State.CURRENT, created_at=clock.now()
    )
    session.add(row)
    session.flush()
    return _deployment(session, row)


def stand_registry(session: Session, deployment: Deployment, contract: Contract) -> None:
    """Keep where the registry of organizations stands."""
    _keep(session, deployment, registry_contract=contract.address, registry_code=contract.code)


def stand_log(session: Session, deployment: Deployment, contract: Contract) -> None:
    """Keep where the log contract stands."""
    _keep(session, deployment, log_contract=contract.address, log_code=contract.code)


def stand_register(session: Session, deployment: Deployment, contract: Contract) -> None:
    """Keep where the status register stands."""
    _keep(session, deployment, status_contract=contract.address, status_code=contract.code)


def forgot(deployment: Deployment, seen: ChainIdentity, *, may_forget: bool) -> bool:
    """Say whether the chain ``seen`` has forgotten ``deployment``; ``seen.codes`` are its contracts'.

    Raises:
        LedgerDiffers: another chain id, foreign code at a contract's address, or a chain that may
            not forget and did.
    """
    if seen.chain_id != deployment.chain_id:
        what = Term(zh="链编号", en="chain id")
        raise LedgerDiffers(what=what, expected=deployment.chain_id, found=seen.chain_id)
    missing = False
    for contract, code in zip(deployment.contracts, seen.codes, strict=True):
        missing = missing or code is None
        if code != contract.code and (code is not None or not may_forget):
            what = Term(zh="合约代码哈希", en="code hash of a contract")
            found = _NO_CODE if code is None else code.hex()
            raise LedgerDiffers(what=what, expected=contract.code.hex(), found=found)
    if seen.genesis == deployment.genesis:
        return missing
    if not may_forget:
        what = Term(zh="创世区块哈希", en="genesis hash")
        raise LedgerDiffers(what=what, expected=deployment.genesis.hex(), found=seen.genesis.hex())
    return True


def _keep(session: Session, deployment: Deployment, **values: bytes) -> None:
    session.execute(update(DeploymentRow).where(DeploymentRow.id == deployment.id).values(**values))


def _deployment(session: Session, row: DeploymentRow) -> Deployment:
    earlier = select(DeploymentRow.id).where(DeploymentRow.id < row.id).limit(1)
    return Deployment(
        id=row.id,
        chain_id=row.chain_id,
        genesis=row.genesis,
        follows=session.scalars(earlier).first() is not None,
        registry=_contract(row.registry_contract, row.registry_code),
        log=_contract(row.log_contract, row.log_code),
        register=_contract(row.status_contract, row.status_code),
    )


def _contract(address: bytes | None, code: bytes | None) -> Contract | None:
    return None if address is None or code is None else Contract(Address(address), code)
