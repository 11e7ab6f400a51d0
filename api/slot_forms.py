"""The slots of a new agreement as a form sends them, and the parties found for them.

asked = read_slots('[{"kind": "person", "organization": "9199…", "person": "…", …}]')
check_takes_part(asked, starter=own)
drafts = tuple(draft(session, each, starter=own) for each in asked)
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from sqlalchemy.orm import Session

from api.field_names import Location, field
from api.roster import Roster
from evidence.errors import Invalid, Refused, Term
from evidence.identifiers import Uscc
from identity.authorization_records import AuthorizationId, authorization_of_firm
from identity.names import check_name
from identity.people import PersonId
from identity.qualifications import (
    QualificationKind,
    QualificationUnknown,
    qualifications,
)
from signing.agreement_drafting import MOST_SLOTS, SlotDraft
from signing.manifest import SlotKind
from signing.marks import Place, TextField
from signing.qualification_stamps import StampAsked
from signing.seal_kinds import SealKind, SealMark


class SlotsMalformed(Invalid):
    """The list of slots is not what the page sends."""

    code = "slots-malformed"
    zh = "{place}缺失或格式不对；请补全每一方的单位、身份和签署人。"
    en = "Missing or malformed: {place}; give each party its organization, capacity and signer."


class StarterNotParty(Refused):
    """A firm starts an agreement of others: it could ask who acts for them without any part of its own."""

    code = "starter-not-party"
    zh = "发起单位须是签署方之一；请为本单位添加一个签署位后再发起。"
    en = "The firm that starts an agreement must be one of its parties; add a slot for your own firm."


class Marks(TypedDict):
    """The marks of a slot."""

    places: tuple[Place, ...]
    dates: tuple[Place, ...]
    texts: tuple[TextField, ...]
    perforated: bool


class PlaceAsked(BaseModel):
    """Where a mark is to go: document and page from 0, and the mark's lower left corner in points."""

    model_config = ConfigDict(extra="forbid")

    document: int = 0
    page: int
    left: int
    bottom: int

    @property
    def place(self) -> Place:
        """The same, as a manifest has it."""
        return Place(document=self.document, page=self.page, left=self.left, bottom=self.bottom)


class TextAsked(BaseModel):
    """A text field that the party is to fill in: its label, its width in points, and where it lies."""

    model_config = ConfigDict(extra="forbid")

    label: str
    width: int
    place: PlaceAsked

    @property
    def field(self) -> TextField:
        """The same, as a manifest has it."""
        return TextField(label=self.label, width=self.width, place=self.place.place)


class SlotAsked(BaseModel):
    """A slot; ``person``, where the kind names one, is a name, or a name, a space and a registration number.

    For the starter's own people the registration number alone will do. ``step`` and ``group`` are for
    :mod:`api.slot_groups`; ``seal`` and ``department`` say which seal a seal's slot asks for. The stamp of a
    qualification is that of the firm's ``authorization``, or else the person's own of the sort
    ``qualification``. ``places`` and ``dates`` hold one place at most for each document; ``place`` and
    ``date``, as they were sent before there could be several, are still read alone.
    """

    model_config = ConfigDict(extra="forbid")

    kind: SlotKind
    step: int = Field(default=1, ge=1, le=MOST_SLOTS)
    group: str | None = Field(default=None, pattern="^[A-Z]$")
    organization: str
    person: str | None = None
    capacity_zh: str
    capacity_en: str
    seal: SealKind = SealKind.COMPANY
    department: str = ""
    qualification: QualificationKind | None = None
    authorization: UUID | None = None
    places: tuple[PlaceAsked, ...] = ()
    dates: tuple[PlaceAsked, ...] = ()
    texts: tuple[TextAsked, ...] = ()
    perforated: bool = False

    @model_validator(mode="before")
    @classmethod
    def _several(cls, sent: Any) -> Any:
        """Read the one ``place`` and ``date`` of before; beside ``places`` or ``dates`` it is refused."""
        if not isinstance(sent, Mapping):
            return sent
        single = {name: sent[name] for name in ("place", "date") if name in sent and f"{name}s" not in sent}
        left = {name: value for name, value in sent.items() if name not in single}
        several = {f"{name}s": [value] for name, value in single.items() if value is not None}
        return {**several, **left}

    @property
    def marks(self) -> Marks:
        """What the slot puts on the pages, as ``SlotDraft`` takes it."""
        return Marks(
            places=tuple(each.place for each in self.places),
            dates=tuple(each.place for each in self.dates),
            texts=tuple(each.field for each in self.texts),
            perforated=self.perforated,
        )

    @property
    def uscc(self) -> Uscc:
        """The organization's code.

        Raises:
            IdentifierMalformed, CheckDigitWrong: it is none.
        """
        return Uscc.parse(self.organization.strip().upper())


_SLOTS = TypeAdapter(list[SlotAsked])


def read_slots(text: str) -> list[SlotAsked]:
    """Read the form's list of slots.

    Raises:
        SlotsMalformed: names the first place that is wrong, such as 第 1 方的身份.
    """
    try:
        return _SLOTS.validate_json(text)
    except ValidationError as error:
        raise SlotsMalformed(place=place_of(error.errors()[0]["loc"])) from None


def place_of(location: Location) -> Term:
    """Say which party and which of its fields is meant by ``location``, such as ``(0, "place", "left")``."""
    if not location:
        return field("slots")
    number = int(location[0]) + 1
    if len(location) == 1:
        return Term(f"第 {number} 方", f"party {number}")
    what = field(location[1])
    return Term(f"第 {number} 方的{what.zh}", f"the {what.en} of party {number}")


def check_takes_part(asked: Sequence[SlotAsked], *, starter: Uscc) -> None:
    """Refuse slots of which none is the starter's; that there is none at all is refused elsewhere.

    Raises:
        IdentifierMalformed, CheckDigitWrong: a credit code is wrong.
        StarterNotParty: the starter fills no slot.
    """
    if asked and starter not in [each.uscc for each in asked]:
        raise StarterNotParty


def draft(session: Session, asked: SlotAsked, *, starter: Uscc) -> SlotDraft:
    """Find the parties of a slot that the firm ``starter`` asks for.

    Raises:
        IdentifierMalformed, CheckDigitWrong, OrganizationUnknown: the credit code is wrong.
        TextTooLong, HiddenCharacter: the person is named as nobody can be.
        SignerNotInOffice, SignerAmbiguous: the person is not found.
        AuthorizationUnknown, QualificationUnknown: there is no such stamp.
    """
    uscc = asked.uscc
    named = (asked.person or "").strip()
    capacity = Term(asked.capacity_zh, asked.capacity_en)
    roster = Roster(session, starter=starter)
    signer = roster.signer(uscc, check_name(named), capacity=capacity) if named else None
    return SlotDraft(
        kind=asked.kind,
        organization=uscc,
        capacity_zh=asked.capacity_zh,
        capacity_en=asked.capacity_en,
        person=signer,
        mark=SealMark(asked.seal, asked.department.strip()),
        **asked.marks,
        stamp=None if signer is None else stamp_asked(session, asked, signer),
    )


def stamp_asked(session: Session, asked: SlotAsked, signer: PersonId) -> StampAsked | None:
    """Find whose stamp is asked for: that of the authorization, or the signer's own that lasts longest.

    Raises:
        AuthorizationUnknown, QualificationUnknown: there is no such stamp.
    """
    if asked.authorization is not None:
        id_ = AuthorizationId(asked.authorization)
        granted = authorization_of_firm(session, id_, firm=asked.uscc)
        return StampAsked(qualification=granted.qualification, authorization=id_)
    if asked.qualification is None:
        return None
    own = [each for each in qualifications(session, signer) if each.kind is asked.qualification]
    if not own:
        raise QualificationUnknown
    return StampAsked(qualification=max(own, key=lambda each: each.valid_until).id)
