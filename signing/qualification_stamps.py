"""The stamp of a qualification (执业印章): whose it is, by what authority it is put, and every use of it.

A registered person's stamp says name, registration number, employer and the last day of validity. A slot
asks for the stamp of one qualification. Either its holder fills the slot, and no authority but their own act
is needed; or somebody of the organization that the holder authorized fills it: then that authorization is
used at the moment of signing, in the same transaction, and the record of the use names the slot. The
qualification must be valid on the day; whether it stands, the register is asked by whoever calls.

    check_asked(session, asked, firm=uscc, person=person_id, at=clock.now())     # before anybody signs
    stamped = stamp(session, found, slot, registers=(), verifier=signer, keyring=keyring)
    stamped.members      # what the statement about the signature says of it
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, ForeignKeyConstraint, Text, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.canonical import Value
from evidence.errors import Refused
from evidence.identifiers import Uscc
from evidence.keys import Signer
from evidence.statement import read
from identity import authorizations, people
from identity.authorization_records import AuthorizationId, AuthorizationRow
from identity.authorization_text import BEIJING
from identity.authorization_uses import uses_of as uses_of_authorization
from identity.commitments import commit_qualification
from identity.organizations import organization
from identity.people import PersonId
from identity.qualifications import (
    QualificationId,
    QualificationKind,
    QualificationRow,
    QualificationUnknown,
    check_valid,
    qualification,
)
from ledger import facts
from ledger.database import Base
from signing.agreements import Agreement, Slot
from signing.authorization_bundles import granted_fact
from signing.held_keys import Keyring
from signing.manifest import Held
from signing.tables import AgreementRow, SignatureRow, SlotRow


class StampMisplaced(Refused):
    """A slot for the stamp of a qualification says whose, and no other slot does."""

    code = "stamp-misplaced"
    zh = "签署位“{capacity}”：执业印章位须指明哪项注册资格，其他签署位不得指明；请改正后再发起。"
    en = "“{capacity}”: a slot for a qualification's stamp names the qualification, and no other slot does."


class SlotQualificationRow(Base):
    """The qualification whose stamp a slot asks for; ``authorization`` where its holder does not put it."""

    __tablename__ = "slot_qualifications"
    __table_args__ = (ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),)

    agreement: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    slot: Mapped[str] = mapped_column(Text, primary_key=True)
    qualification: Mapped[UUID] = mapped_column(ForeignKey("qualifications.id"), index=True)
    authorization: Mapped[UUID | None] = mapped_column(ForeignKey("authorizations.id"))


@dataclass(frozen=True, kw_only=True)
class StampAsked:
    """Which qualification's stamp is asked for; ``authorization`` is None where its holder puts it."""

    qualification: QualificationId
    authorization: AuthorizationId | None = None


@dataclass(frozen=True, kw_only=True)
class PrintedStamp:
    """What the stamp says: the last day of validity as ``2028.05.05``, the others as they are registered."""

    title: str
    name: str
    registration_number: str
    until: str
    employer: str

    @property
    def texts(self) -> tuple[str, ...]:
        """All of it, for whoever looks whether a font has the characters."""
        return self.title, self.name, self.registration_number, self.until, self.employer


@dataclass(frozen=True, kw_only=True)
class Stamped:
    """By what authority a stamp is put: commitments and digests of facts, 32 bytes each."""

    held: Held
    use: bytes | None
    registers: tuple[bytes, ...]

    @property
    def members(self) -> dict[str, Value]:
        """The members of the statement about the signature that say so."""
        return {
            "qualification": self.held.qualification,
            "authorization": self.held.grant,
            "use": self.use,
            "registers": sorted(self.registers),
        }

    @property
    def before(self) -> tuple[bytes, ...]:
        """The facts that the signature builds on."""
        return (*(() if self.use is None else (self.use,)), *sorted(self.registers))


@dataclass(frozen=True, kw_only=True)
class StampUse:
    """One use, ``number`` from 1, by ``person``; ``authorization`` where it was not the holder's own act."""

    number: int
    agreement: UUID
    title: str
    organization: Uscc
    person: PersonId
    kind: QualificationKind
    authorization: AuthorizationId | None
    fact: bytes
    used_at: datetime


def check_asked(session: Session, asked: StampAsked, *, firm: Uscc, person: PersonId, at: datetime) -> None:
    """Check that ``person`` of ``firm`` could put the stamp at the moment ``at``.

    Raises:
        QualificationUnknown: it is not the person's, or not the one that was authorized.
        QualificationExpired: it ended before that day.
        AuthorizationUnknown: the firm has none of this number.
        TransitionRefused, AuthorizationNotYetValid, AuthorizationLapsed: it is not in force then.
    """
    held = qualification(session, asked.qualification)
    if asked.authorization is None:
        if held.person != person:
            raise QualificationUnknown
    else:
        granted = authorizations.authorization_of_firm(session, asked.authorization, firm=firm)
        if granted.qualification != asked.qualification:
            raise QualificationUnknown
        authorizations.authorization_in_force(session, granted.id, at=at)
    check_valid(held, at=at.astimezone(BEIJING).date())


def held(session: Session, asked: StampAsked) -> Held:
    """Give what the manifest says of it: the very commitment of the grant, where there is one.

    Raises:
        AuthorizationWithoutGrant: the authorization was not granted.
    """
    if asked.authorization is None:
        return Held(
            qualification=commit_qualification(session, qualification(session, asked.qualification)),
            grant=None,
        )
    grant = granted_fact(authorizations.authorization(session, asked.authorization))
    match read(facts.signed_statement(session, grant)).statement.body["qualification"]:
        case bytes(committed):
            return Held(qualification=committed, grant=grant)
    raise LookupError(grant.hex())


def ask(session: Session, agreement_id: UUID, slot_id: str, asked: StampAsked) -> None:
    """Record which stamp a slot asks for."""
    session.add(
        SlotQualificationRow(
            agreement=agreement_id,
            slot=slot_id,
            qualification=asked.qualification,
            authorization=asked.authorization,
        )
    )
    session.flush()


def asked_of(session: Session, agreement_id: UUID, slot_id: str) -> StampAsked | None:
    """Give which stamp a slot asks for; None where it asks for none."""
    row = session.get(SlotQualificationRow, (agreement_id, slot_id))
    return None if row is None else _asked(row)


def printed(session: Session, qualification_id: QualificationId) -> PrintedStamp:
    """Give what the stamp of a qualification says."""
    held = qualification(session, qualification_id)
    return PrintedStamp(
        title=f"中华人民共和国{held.kind.term.zh}执业印章",
        name=people.person(session, held.person).name,
        registration_number=held.registration_number,
        until=f"{held.valid_until:%Y.%m.%d}",
        employer=organization(session, held.employer).name,
    )


def lock_authorizations_of_slots(session: Session, *slots: ColumnElement[bool]) -> None:
    """Lock the authorizations that ``slots`` rest on, so that their states hold while these are signed.

    They are locked after seals and before the log: ``signing.slot_locks`` has the order.
    """
    slot = (SlotRow.agreement == SlotQualificationRow.agreement) & (SlotRow.id == SlotQualificationRow.slot)
    used = select(SlotQualificationRow.authorization).join(SlotRow, slot).where(*slots)
    rows = select(AuthorizationRow.id).where(AuthorizationRow.id.in_(used))
    session.execute(rows.order_by(AuthorizationRow.id).with_for_update()).all()


def stamp(
    session: Session,
    found: Agreement,
    slot: Slot,
    *,
    registers: Sequence[bytes],
    verifier: Signer,
    keyring: Keyring,
) -> Stamped | None:
    """Take the authority to put the stamp that a slot asks for, for good; None where it asks for none.

    ``registers`` are the facts (32 bytes each) of what registers said just now; ``verifier`` holds the
    identity verifier's key, which signs the record of a use.

    Raises:
        QualificationExpired: it ended before today.
        AuthorizationUnknown, TransitionRefused: the authorization is revoked, used up or over.
        AuthorizationNotYetValid, AuthorizationLapsed: now is outside its validity.
    """
    asked = asked_of(session, found.id, slot.id)
    named = found.manifest.slot(slot.id).held
    if asked is None or named is None:
        return None
    check_valid(
        qualification(session, asked.qualification), at=keyring.clock.now().astimezone(BEIJING).date()
    )
    use = None
    if asked.authorization is not None:
        authorizations.use(
            session,
            asked.authorization,
            firm=slot.organization,
            used_for=slot.subject,
            issuer=keyring.platform.uscc.text,
            signer=verifier,
            clock=keyring.clock,
        )
        use = uses_of_authorization(session, asked.authorization)[-1].fact
    return Stamped(held=named, use=use, registers=tuple(registers))


def uses_of(session: Session, holder: PersonId) -> tuple[StampUse, ...]:
    """Give every use so far of the stamps of ``holder``, the first first: the signatures themselves."""
    asked, signed = SlotQualificationRow, SignatureRow
    rows = session.execute(
        select(signed, SlotRow.organization, asked, QualificationRow.kind, AgreementRow.title)
        .join(asked, (asked.agreement == signed.agreement) & (asked.slot == signed.slot))
        .join(SlotRow, (SlotRow.agreement == signed.agreement) & (SlotRow.id == signed.slot))
        .join(QualificationRow, QualificationRow.id == asked.qualification)
        .join(AgreementRow, AgreementRow.id == signed.agreement)
        .where(QualificationRow.person == holder)
        .order_by(signed.signed_at, signed.agreement, signed.slot)
    )
    return tuple(
        StampUse(
            number=number,
            agreement=signature.agreement,
            title=title,
            organization=Uscc.parse(firm),
            person=PersonId(signature.person),
            kind=QualificationKind(kind),
            authorization=_asked(stamp).authorization,
            fact=signature.fact,
            used_at=signature.signed_at,
        )
        for number, (signature, firm, stamp, kind, title) in enumerate(rows, start=1)
    )


def _asked(row: SlotQualificationRow) -> StampAsked:
    granted = row.authorization
    return StampAsked(
        qualification=QualificationId(row.qualification),
        authorization=None if granted is None else AuthorizationId(granted),
    )
