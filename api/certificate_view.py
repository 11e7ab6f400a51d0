"""A certificate as its agency and its holder see it, in JSON and on pages alike."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, computed_field
from sqlalchemy.orm import Session

from api.certificate_masks import masked_name, masked_value
from evidence.certificate_types import CertificateType, LifeState
from identity.organizations import organization
from ledger import facts, receipts
from ledger.receipts import AnchoringState
from signing.certificate_changes import CertificateChange, history
from signing.certificate_holders import holder_name
from signing.certificate_succession import version_after
from signing.certificates import Certificate
from signing.numbers_elsewhere import number_elsewhere


class Standing(StrEnum):
    """What a certificate is today by its making or its term, where its life says no more."""

    BEING_MADE = "being-made"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"


class FieldShown(BaseModel):
    """A printed field with its labels; ``value`` may be masked."""

    name: str
    zh: str
    en: str
    value: str


class EventShown(BaseModel):
    """A step of a certificate's life, and how far its entry of the log is anchored."""

    action: str
    at: datetime
    reason: int | None
    reason_zh: str | None
    reason_en: str | None
    description: str
    entry: int
    anchoring: AnchoringState
    block: int | None


class CertificateListed(BaseModel):
    """A certificate in a list."""

    id: UUID
    number: str
    type_zh: str
    type_en: str
    project_name: str
    holder: str
    state: LifeState | Standing
    issued_at: datetime


class CertificateShown(BaseModel):
    """A certificate; ``statement`` and ``pdf_digest`` in hex, ``qr`` is the text of its code.

    The code is empty while it is being made, code and fields once its holder's data was erased. Where it is
    ``masked`` the natural persons in it are. ``state_code`` is what the type's own register has for its
    state; ``before`` and ``after`` are the versions of the licence beside it.
    """

    id: UUID
    number: str
    certificate_version: int
    before: UUID | None
    after: UUID | None
    state_code: str
    number_elsewhere: str | None
    licence_id: str
    type: str
    type_zh: str
    type_en: str
    agency: str
    holder: str
    holder_uscc: str | None
    masked: bool
    erased_at: datetime | None
    agreement: UUID | None
    statement: str
    pdf_digest: str | None
    qr: str
    state: LifeState | Standing
    valid_from: date
    valid_until: date | None
    issued_at: datetime
    fields: list[FieldShown]
    events: list[EventShown]
    anchoring: AnchoringState
    block: int | None

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def version(self) -> str:
        """What changes whenever the page of this certificate would look different."""
        anchored = "".join(event.anchoring[0] for event in self.events)
        return f"{self.state}/{self.anchoring}/{self.after}/{anchored}"


def standing(found: Certificate, *, today: date) -> LifeState | Standing:
    """Return what the certificate is on the day ``today`` of the city."""
    if found.pdf is None:
        return Standing.BEING_MADE
    if found.life is not LifeState.IN_FORCE:
        return found.life
    if found.valid_until is not None and today > found.valid_until:
        return Standing.EXPIRED
    return Standing.NOT_YET_VALID if today < found.valid_from else LifeState.IN_FORCE


def listed(session: Session, found: Certificate, *, today: date) -> CertificateListed:
    """Return the certificate as a line of a list, a natural person in it masked."""
    values = {entry.name: entry.value for entry in found.entries}
    type_ = found.type
    return CertificateListed(
        id=found.id,
        number=found.number,
        type_zh=type_.zh,
        type_en=type_.en,
        project_name=values.get("project_name", ""),
        holder=_holder(session, found, full=False),
        state=standing(found, today=today),
        issued_at=found.registered_at,
    )


def shown(session: Session, found: Certificate, *, today: date, full: bool) -> CertificateShown:
    """Return the certificate whole, the natural persons in it masked unless it is shown in ``full``."""
    type_ = found.type
    events = [_event(session, change) for change in history(session, found.id)]
    if found.erased_fact is not None and found.erased_at is not None:
        events.append(_told(session, found.erased_fact, action="erased", at=found.erased_at))
    index = facts.fact(session, found.issued_change or found.statement).index
    newer = version_after(session, found.id)
    return CertificateShown(
        id=found.id,
        number=found.number,
        certificate_version=found.version,
        before=found.previous,
        after=None if newer is None else newer.id,
        state_code=state_code(type_, found.life),
        number_elsewhere=number_elsewhere(session, found),
        licence_id=found.licence_id,
        type=type_.code,
        type_zh=type_.zh,
        type_en=type_.en,
        agency=organization(session, found.agency).name,
        holder=_holder(session, found, full=full),
        holder_uscc=None if found.holder is None else found.holder.text,
        masked=not full,
        erased_at=found.erased_at,
        agreement=found.agreement,
        statement=found.statement.hex(),
        pdf_digest=None if found.pdf is None else found.pdf.value.hex(),
        qr="" if found.pdf is None else found.qr,
        state=standing(found, today=today),
        valid_from=found.valid_from,
        valid_until=found.valid_until,
        issued_at=found.registered_at,
        fields=_fields(found, full=full),
        events=events,
        anchoring=receipts.anchoring_state(session, index),
        block=_block(session, index),
    )


def _holder(session: Session, found: Certificate, *, full: bool) -> str:
    """Name the holder: as it is registered, or as the certificate names it; nobody once that was erased."""
    name = holder_name(session, found)
    return name if full or found.holder is not None else masked_name(name)


def state_code(type_: CertificateType, state: LifeState) -> str:
    """Give the code that the type's own register has for a state, empty where it has none."""
    return type_.states[state].code if state in type_.states else ""


def _fields(found: Certificate, *, full: bool) -> list[FieldShown]:
    type_ = found.type
    labels = {field.name: field for field in type_.fields}
    return [
        FieldShown(
            name=each.name,
            zh=labels[each.name].zh,
            en=labels[each.name].en,
            value=each.value if full else masked_value(type_, each.name, each.value),
        )
        for each in found.entries
    ]


def _event(session: Session, change: CertificateChange) -> EventShown:
    told = _told(session, change.statement, action=change.action, at=change.changed_at)
    if change.reason is None:
        return told
    term = change.reason.term
    reason = {"reason": int(change.reason), "reason_zh": term.zh, "reason_en": term.en}
    return told.model_copy(update={**reason, "description": change.description})


def _told(session: Session, statement: bytes, *, action: str, at: datetime) -> EventShown:
    index = facts.fact(session, statement).index
    return EventShown(
        action=action,
        at=at,
        reason=None,
        reason_zh=None,
        reason_en=None,
        description="",
        entry=index,
        anchoring=receipts.anchoring_state(session, index),
        block=_block(session, index),
    )


def _block(session: Session, index: int) -> int | None:
    anchored = receipts.anchor(session, index)
    return None if anchored is None else anchored.block_number
