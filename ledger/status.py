"""The status of certificates on the chain: an outbox of changes, and what the register answers.

A change is recorded in the transaction that decides it and rings the bell; the worker sends it at
once, with whatever else waits. Only exceptions stand on the chain: the register knows nothing of a
certificate that never had one. ``issuer`` is the SHA-256 of the issuer's USCC in UTF-8, ``key`` that
of the certificate's identifier without its check character, both 32 bytes.

    status.change(session, issuer=issuer, key=key, state=CertificateState.SUSPENDED, reason=3)
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    any_,
    bindparam,
    case,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from evidence.errors import Refused
from evidence.statuslist import CertificateState
from ledger import abi, bell, contracts
from ledger.chain import Address, Block, Chain, Reading
from ledger.contracts import StatusChange, StatusException
from ledger.database import Base
from ledger.submissions import State, SubmissionRow

BATCH_LIMIT = 100  # changes in one transaction: about 4 million gas at 36,000 measured for each


class CertificateRevoked(Refused):
    """A revoked certificate stays revoked."""

    code = "certificate-revoked"
    zh = "该证照（{key}）已终止，不可恢复；如确需证照，请重新申请。"
    en = "The certificate with key {key} was revoked, which is final; issue a new one instead."


class _Sending(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    NEEDLESS = "needless"  # the register already says so


class StatusChangeRow(Base):
    """One change; ``issuer`` and ``key`` are 32 bytes, ``state`` a CertificateState."""

    __tablename__ = "status_changes"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    issuer: Mapped[bytes] = mapped_column(LargeBinary)
    key: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[int] = mapped_column(Integer)
    submission: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(SubmissionRow.id))
    sending: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


_SETTLED = (
    select(
        StatusChangeRow.issuer,
        StatusChangeRow.key,
        StatusChangeRow.state,
        SubmissionRow.state,
        SubmissionRow.block_number,
    )
    .join(SubmissionRow, StatusChangeRow.submission == SubmissionRow.id)
    .where(
        StatusChangeRow.issuer == any_(bindparam("issuers", type_=ARRAY(LargeBinary))),
        StatusChangeRow.key == any_(bindparam("keys", type_=ARRAY(LargeBinary))),
    )
    .order_by(StatusChangeRow.id)
)

RegisterPlace = tuple[bytes, bytes]
"""What names a certificate to the register: issuer and key, 32 bytes each."""


@dataclass(frozen=True, slots=True)
class WaitingChange:
    """A change that is not on its way yet; ``issuer`` is 32 bytes."""

    id: int
    issuer: bytes
    change: StatusChange


@dataclass(frozen=True, slots=True)
class ChainStatus:
    """What the register says of a certificate, and the block at which it was asked."""

    state: CertificateState
    version: int
    reason: int
    block: Block


def change(session: Session, *, issuer: bytes, key: bytes, state: CertificateState, reason: int) -> None:
    """Record that a certificate's state is now ``state`` for ``reason`` (0 to 65535, 0 for none).

    Raises:
        CertificateRevoked: it was revoked before.
    """
    of_key = select(StatusChangeRow.state).where(StatusChangeRow.issuer == issuer, StatusChangeRow.key == key)
    before = session.scalars(of_key.order_by(StatusChangeRow.id.desc()).limit(1)).first()
    if before == CertificateState.REVOKED:
        raise CertificateRevoked(key=key.hex())
    session.add(
        StatusChangeRow(issuer=issuer, key=key, state=int(state), reason=reason, sending=_Sending.WAITING)
    )
    session.flush()
    bell.ring(session)


def read(chain: Chain, register: Address, *, issuer: bytes, key: bytes, depth: int = 1) -> ChainStatus:
    """Ask the register of a chain, at the block of ``depth``, for the state of a certificate.

    Raises:
        ChainUnavailable: the chain does not answer, or answers what no register does.
        LedgerDiffers: no register stands at this address.
    """
    return read_all(chain, register, [(issuer, key)], depth=depth)[0]


def read_all(
    chain: Chain, register: Address, places: Sequence[RegisterPlace], *, depth: int = 1
) -> tuple[ChainStatus, ...]:
    """Ask the register for the states of many certificates at one block, in their order.

    Raises:
        ChainUnavailable, LedgerDiffers: as ``read``.
    """
    questions = [contracts.ask_exception(issuer=issuer, key=key) for issuer, key in places]
    return tuple(_shown(each) for each in chain.read_all(register, questions, depth=depth))


def _shown(reading: Reading) -> ChainStatus:
    found = contracts.exception(reading.value)
    with abi.strictly():
        state = CertificateState(found.state)
    return ChainStatus(state, found.version, found.reason, reading.block)


@dataclass(frozen=True, slots=True)
class SettledStates:
    """The ``states`` that the register may show from ``block`` on, as far as what was sent is settled."""

    block: int
    states: frozenset[CertificateState]

    def shown_by(self, found: ChainStatus) -> bool:
        """Say whether ``found`` fits: read no earlier, and one of the states."""
        return found.block.number >= self.block and found.state in self.states


def settled(session: Session, places: Collection[RegisterPlace]) -> Mapping[RegisterPlace, SettledStates]:
    """Give what the register must show of certificates by what is final there; of an unchanged one nothing.

    A change on its way may or may not show already.
    """
    issuers, keys = zip(*places, strict=True) if places else ((), ())
    rows = session.execute(_SETTLED, {"issuers": list(issuers), "keys": list(keys)})
    found: dict[RegisterPlace, SettledStates] = {}
    for issuer, key, state, sent_state, block in rows:
        place = issuer, key
        if sent_state == State.FINAL and block is not None:
            found[place] = SettledStates(block, frozenset({CertificateState(state)}))
        elif place in found:
            earlier = found[place]
            found[place] = SettledStates(earlier.block, earlier.states | {CertificateState(state)})
    return found


def waiting_issuers(session: Session) -> tuple[bytes, ...]:
    """Give the issuers whose changes wait, who has waited longest first."""
    query = select(StatusChangeRow.issuer).where(StatusChangeRow.sending == _Sending.WAITING)
    oldest = func.min(StatusChangeRow.id)
    return tuple(session.scalars(query.group_by(StatusChangeRow.issuer).order_by(oldest)))


def waiting(session: Session, issuer: bytes, *, limit: int = BATCH_LIMIT) -> tuple[WaitingChange, ...]:
    """Give the oldest changes of ``issuer`` (32 bytes) that wait, in the order they were recorded."""
    waits = (StatusChangeRow.sending == _Sending.WAITING, StatusChangeRow.issuer == issuer)
    rows = session.scalars(select(StatusChangeRow).where(*waits).order_by(StatusChangeRow.id).limit(limit))
    return tuple(
        WaitingChange(row.id, row.issuer, StatusChange(row.key, row.state, row.reason)) for row in rows
    )


def count_waiting(session: Session) -> int:
    """Give how many changes wait to be sent."""
    waits = StatusChangeRow.sending == _Sending.WAITING
    return session.scalars(select(func.count()).select_from(StatusChangeRow).where(waits)).one()


def needed(
    changes: Sequence[WaitingChange], held: Mapping[bytes, StatusException]
) -> tuple[WaitingChange, ...]:
    """Leave out the changes that the register would refuse as repeats or after a revocation.

    ``held`` says for each certificate key what the register holds before the first change.
    """
    states = dict(held)
    kept = []
    for each in changes:
        before, after = states[each.change.key], each.change
        repeats = (before.state, before.reason) == (after.state, after.reason)
        if not repeats and before.state != CertificateState.REVOKED:
            kept.append(each)
            states[after.key] = replace(before, state=after.state, reason=after.reason)
    return tuple(kept)


def sent(session: Session, ids: Sequence[int], submission: int) -> None:
    """Keep that the changes ``ids`` travel in ``submission``."""
    _mark(session, ids, sending=_Sending.SENT, submission=submission)


def needless(session: Session, ids: Sequence[int]) -> None:
    """Keep that the changes ``ids`` need not be sent."""
    _mark(session, ids, sending=_Sending.NEEDLESS)


def release(session: Session, submission: int) -> None:
    """Let the changes of a submission that came to nothing wait again.

    One that a later change of its certificate has overtaken need not be sent: it would undo that.
    """
    later = aliased(StatusChangeRow)
    overtaken = exists().where(
        later.issuer == StatusChangeRow.issuer,
        later.key == StatusChangeRow.key,
        later.id > StatusChangeRow.id,
        later.sending == _Sending.SENT,
        later.submission != submission,
    )
    session.execute(
        update(StatusChangeRow)
        .where(StatusChangeRow.submission == submission)
        .values(sending=case((overtaken, _Sending.NEEDLESS), else_=_Sending.WAITING), submission=None)
        .execution_options(synchronize_session=False)
    )


def send_again(session: Session) -> None:
    """Let the exceptions in force wait again: the chain that held them is gone."""
    newest = select(func.max(StatusChangeRow.id)).group_by(StatusChangeRow.issuer, StatusChangeRow.key)
    session.execute(
        update(StatusChangeRow)
        .where(StatusChangeRow.id.in_(newest), StatusChangeRow.state != CertificateState.NONE)
        .values(sending=_Sending.WAITING, submission=None)
    )


def check_again(session: Session) -> None:
    """Let the newest change of every certificate wait again; what the register already says is not sent."""
    newest = select(func.max(StatusChangeRow.id)).group_by(StatusChangeRow.issuer, StatusChangeRow.key)
    session.execute(
        update(StatusChangeRow)
        .where(StatusChangeRow.id.in_(newest))
        .values(sending=_Sending.WAITING, submission=None)
    )


def promised(session: Session, submission: int) -> dict[tuple[bytes, bytes], set[tuple[int, int]]]:
    """Give what the register may say once ``submission`` is final: states with reasons by issuer and key.

    Of each certificate the last change that travels in ``submission``, and those that travel in later ones.
    """
    travelling = select(StatusChangeRow).where(StatusChangeRow.submission >= submission)
    allowed: dict[tuple[bytes, bytes], set[tuple[int, int]]] = {}
    for row in session.scalars(travelling.order_by(StatusChangeRow.submission, StatusChangeRow.id)):
        if row.submission == submission:
            allowed[row.issuer, row.key] = {(row.state, row.reason)}
        elif (row.issuer, row.key) in allowed:
            allowed[row.issuer, row.key].add((row.state, row.reason))
    return allowed


def _mark(session: Session, ids: Sequence[int], **values: object) -> None:
    session.execute(update(StatusChangeRow).where(StatusChangeRow.id.in_(ids)).values(**values))
