"""The online witness: what the agency's own record and the chain's register say of certificates just now.

Both are asked, the record in one short transaction and the register with none open, and the graver of the two
counts: a suspension holds from the moment it was decided, before the chain has it, and a state on the chain
holds even where the record was lost. A chain that does not answer takes nothing away: the agency's record is
given without a block, and ``word`` says that the chain could not be asked.

    known = consult(session, codes, at=now)                  # one transaction for all of them
    shown = read_register(house, register, known)            # and one reading of the chain
    witness = OnlineWitness(known, shown)
    report = verify_qr(text, trust, as_of=now, witness=witness)
    witness.word, witness.block
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from api.certificate_view import state_code
from api.house import House
from evidence.certificate_types import LifeState
from evidence.errors import Term
from evidence.shown_codes import CopyTerms, ShownCode
from evidence.statuslist import CertificateState
from ledger import status
from ledger.chain import Address, ChainRefused, ChainUnavailable, LedgerDiffers
from ledger.status import ChainStatus, RegisterPlace, SettledStates
from signing.certificate_changes import history, words_of
from signing.certificate_copies import copy_of_statement
from signing.certificate_standings import RecordedStanding, standings
from signing.certificate_steps import Reason
from signing.registered_types import type_named
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
class StateTold:
    """A state other than in force: what its type calls it, its code there, since when, and why."""

    words: Term
    code: str
    since: datetime
    reason: Reason


@dataclass(frozen=True)
class Consulted:
    """What the agency's record had at ``at``, by the digests (32 bytes) that codes name.

    ``settled`` is what the register must show by what is final there, ``told`` what there is to tell of those
    that are not in force.
    """

    at: datetime
    recorded: Mapping[bytes, RecordedStanding]
    told: Mapping[bytes, StateTold]
    settled: Mapping[RegisterPlace, SettledStates]
    copies: Mapping[bytes, WitnessedCopy]


Shown = Mapping[RegisterPlace, ChainStatus] | ChainWord
"""What the register had of certificates, or the word for why it is not known."""


def graver(one: CertificateState, other: CertificateState) -> CertificateState:
    """Give the graver of two states."""
    return max(one, other, key=GRAVITY.index)


def consult(session: Session, codes: Sequence[ShownCode], *, at: datetime) -> Consulted:
    """Ask the agency's record about what ``codes`` name; ``at`` is now, and no later than that."""
    recorded = standings(session, {each.payload.statement for each in codes})
    places = {each.place for each in recorded.values() if each.published}
    copies = {}
    for each in codes:
        if isinstance(each.extra, CopyTerms):
            found = copy_of_statement(session, each.extra.statement)
            if found is not None:
                copies[each.extra.statement] = WitnessedCopy(found.withdrawn_at, at)
    told = {name: told for name, each in recorded.items() if (told := _told(session, each)) is not None}
    return Consulted(at, recorded, told, status.settled(session, places) if places else {}, copies)


def _told(session: Session, recorded: RecordedStanding) -> StateTold | None:
    if recorded.life is LifeState.IN_FORCE or not recorded.published:
        return None
    last = history(session, recorded.id)[-1]
    if last.reason is None:
        return None
    type_ = type_named(session, recorded.certificate_type)
    words, code = words_of(type_, recorded.life), state_code(type_, recorded.life)
    return StateTold(words, code, last.changed_at, last.reason)


def read_register(house: House, register: Address, known: Consulted) -> Shown:
    """Ask the chain's register about the certificates that were found, all at one final block."""
    places = sorted({each.place for each in known.recorded.values() if each.published})
    if not places:
        return {}
    try:
        found = status.read_all(house.chain, register, places, depth=house.settings.chain_depth)
    except (ChainUnavailable, ChainRefused):
        return ChainWord.UNREACHABLE
    except LedgerDiffers:
        return ChainWord.DIFFERS
    return dict(zip(places, found, strict=True))


class OnlineWitness:
    """A ``verify.witness.StatusWitness`` and ``CopyWitness`` for one question.

    ``word`` is None while nobody asked, ``block`` None unless the register's answer was used. It was read at
    a final block, made at ``block_time``; what became final after it is in the agency's record. ``told`` is
    what the record tells of a state that it names, None while it is in force.
    """

    def __init__(self, known: Consulted, shown: Shown) -> None:
        self._known, self._shown = known, shown
        self.word: ChainWord | None = None
        self.block: int | None = None
        self.block_time: datetime | None = None
        self.told: StateTold | None = None

    def state(self, certificate: CertificateReference) -> WitnessedState | None:
        """Give the graver of record and register; None when the agency has no such certificate."""
        recorded = self._known.recorded.get(certificate.statement)
        if recorded is None or not recorded.published:  # what is still being made is in force nowhere
            self.word = ChainWord.UNREGISTERED
            return None
        registered, told = self._registered(recorded.place), self._known.told.get(certificate.statement)
        if registered is None:
            self.told = told
            return WitnessedState(recorded.state, self._known.at, None, recorded.life.value)
        self.block, self.block_time = registered.block.number, registered.block.time
        counts = graver(recorded.state, registered.state)
        self.told = told if recorded.state is counts else None
        if registered.state is not counts:
            self.word = ChainWord.BEHIND
            return WitnessedState(counts, self._known.at, None, recorded.life.value)
        self.word = ChainWord.AGREES if recorded.state is counts else ChainWord.GRAVER
        named = recorded.life.value if recorded.state is counts else None
        return WitnessedState(counts, self._known.at, self.block, named)

    def copy(self, statement: bytes) -> WitnessedCopy | None:
        """Give what became of a purpose-bound copy; None when there is no record of it here."""
        return self._known.copies.get(statement)

    def _registered(self, place: RegisterPlace) -> ChainStatus | None:
        if isinstance(self._shown, ChainWord):
            self.word = self._shown
            return None
        found, settled = self._shown[place], self._known.settled.get(place)
        if settled is not None and not settled.shown_by(found):
            self.word = ChainWord.DIFFERS  # it lacks what was final on this chain before
            return None
        return found
