"""The online witness: what the agency's own record and the chain's register say of a certificate just now.

Both are asked, the record in one short transaction and the register with none open, and the graver of the two
counts: a suspension holds from the moment it was decided, before the chain has it, and a state on the chain
holds even where the record was lost. A chain that does not answer takes nothing away: the agency's record is
given without a block, and ``word`` says that the chain could not be asked.

    witness = OnlineWitness(house, register)
    report = verify_qr(text, trust, as_of=now, witness=witness)
    witness.word, witness.block
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from api.house import House
from evidence.statuslist import CertificateState
from ledger import status
from ledger.chain import Address, Block, ChainRefused, ChainUnavailable, LedgerDiffers
from ledger.status import SettledStates
from signing.certificate_changes import issuer_key
from signing.certificate_copies import copy_of_statement
from signing.certificates import Certificate, CertificateUnknown, certificate_of_statement
from verify.witness import CertificateReference, WitnessedCopy, WitnessedState

GRAVITY = (
    CertificateState.NONE,
    CertificateState.SUSPENDED,
    CertificateState.SUPERSEDED,
    CertificateState.REVOKED,
)
"""From the least to the gravest, as an officer would rank them."""


class ChainWord(StrEnum):
    """How the register's answer stands to the agency's; each has its sentence ``witness.<word>``."""

    AGREES = "agrees"
    BEHIND = "behind"
    GRAVER = "graver"
    UNREACHABLE = "unreachable"
    DIFFERS = "differs"
    UNREGISTERED = "unregistered"


@dataclass(frozen=True)
class _Recorded:
    """What the agency's record has of a certificate.

    ``issuer`` is the agency on the chain, 32 bytes; ``settled`` what the register must show by what is final
    there.
    """

    certificate: Certificate
    issuer: bytes
    settled: SettledStates | None


@dataclass(frozen=True)
class _Registered:
    """A state as the register had it at ``block``."""

    state: CertificateState
    block: Block


def graver(one: CertificateState, other: CertificateState) -> CertificateState:
    """Give the graver of two states."""
    return max(one, other, key=GRAVITY.index)


class OnlineWitness:
    """A ``verify.witness.StatusWitness`` for one question; ``word`` and ``block`` are set once it was asked.

    Without a ``register`` the chain counts as one that does not answer.

    ``word`` is None while nobody asked, ``block`` None unless the register was read. It is read at a final
    block, made at ``block_time``; what became final after it is in the agency's record.
    """

    def __init__(self, house: House, register: Address | None) -> None:
        self._house, self._register = house, register
        self.word: ChainWord | None = None
        self.block: int | None = None
        self.block_time: datetime | None = None

    def state(self, certificate: CertificateReference) -> WitnessedState | None:
        """Give the graver of record and register as of now; None when the agency has no such certificate."""
        known = self._recorded(certificate.statement)
        if known is None or known.certificate.pdf is None:  # what is still being made is in force nowhere
            self.word = ChainWord.UNREGISTERED
            return None
        recorded, registered = known.certificate, self._registered(known)
        if registered is None:
            return WitnessedState(recorded.state, self._house.clock.now(), None, recorded.life.value)
        self.block, self.block_time = registered.block.number, registered.block.time
        counts = graver(recorded.state, registered.state)
        if registered.state is not counts:
            self.word = ChainWord.BEHIND
            return WitnessedState(counts, self._house.clock.now(), None, recorded.life.value)
        self.word = ChainWord.AGREES if recorded.state is counts else ChainWord.GRAVER
        named = recorded.life.value if recorded.state is counts else None
        return WitnessedState(counts, self._house.clock.now(), self.block, named)

    def copy(self, statement: bytes) -> WitnessedCopy | None:
        """Give what became of a purpose-bound copy as of now; None when there is no record of it here."""
        with self._house.database.transaction() as session:
            found = copy_of_statement(session, statement)
        return None if found is None else WitnessedCopy(found.withdrawn_at, self._house.clock.now())

    def _recorded(self, statement: bytes) -> _Recorded | None:
        with self._house.database.transaction() as session:
            try:
                found = certificate_of_statement(session, statement)
            except CertificateUnknown:
                return None
            issuer = issuer_key(found.agency)
            settled = status.settled(session, issuer=issuer, key=found.status_key)
            return _Recorded(found, issuer, settled)

    def _registered(self, recorded: _Recorded) -> _Registered | None:
        if self._register is None:
            self.word = ChainWord.UNREACHABLE
            return None
        try:
            found = status.read(
                self._house.chain,
                self._register,
                issuer=recorded.issuer,
                key=recorded.certificate.status_key,
                depth=self._house.settings.chain_depth,
            )
        except (ChainUnavailable, ChainRefused):
            self.word = ChainWord.UNREACHABLE
            return None
        except LedgerDiffers:
            self.word = ChainWord.DIFFERS
            return None
        if recorded.settled is not None and not recorded.settled.shown_by(found):
            self.word = ChainWord.DIFFERS  # it lacks what was final on this chain before
            return None
        return _Registered(found.state, found.block)
