"""The slots of a new agreement as a form sends them, and the parties found for them.

asked = read_slots('[{"kind": "person", "organization": "9199…", "person": "…", …}]')
drafts = tuple(draft(session, each) for each in asked)
"""

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from evidence.errors import Invalid, Refused, Term
from evidence.identifiers import Uscc
from identity.members import members
from identity.names import check_name
from identity.organizations import organization
from identity.people import PersonId, person
from identity.qualifications import find_qualification
from signing.agreement_drafting import SlotDraft
from signing.manifest import Place, SlotKind


class SlotsMalformed(Invalid):
    """The list of slots is not what the page sends."""

    code = "slots-malformed"
    zh = "签署位填写不完整（{place}）；请补全每个签署位的单位、身份和签署人。"
    en = "The slots are incomplete ({place}); give each its organization, capacity and signer."


class SignerNotInOffice(Refused):
    """Nobody of this name or registration number acts for the organization. The name is not repeated."""

    code = "signer-not-in-office"
    zh = "签署位“{capacity}”填写的人员不在 {organization} 的在任人员中；请核对姓名或注册号。"
    en = "The person named for “{capacity}” does not act for {organization}; check name or registration."


class SignerAmbiguous(Refused):
    """Several members of the organization bear the name."""

    code = "signer-ambiguous"
    zh = "{organization} 有同名的在任人员；签署位“{capacity}”请改填注册号。"
    en = "Several people of {organization} bear this name; give the registration number for “{capacity}”."


class PlaceAsked(BaseModel):
    """Where a stamp is to go: the page from 0, and its lower left corner in points."""

    model_config = ConfigDict(extra="forbid")

    page: int
    left: int
    bottom: int


class SlotAsked(BaseModel):
    """A slot; ``person`` is a name or a registration number, in a person slot only."""

    model_config = ConfigDict(extra="forbid")

    kind: SlotKind
    organization: str
    person: str | None = None
    capacity_zh: str
    capacity_en: str
    place: PlaceAsked | None = None

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
        SlotsMalformed: names the first place that is wrong, such as ``1.capacity_zh``.
    """
    try:
        return _SLOTS.validate_json(text)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"]) or "slots"
        raise SlotsMalformed(place=place) from None


def draft(session: Session, asked: SlotAsked) -> SlotDraft:
    """Find the parties of a slot.

    Raises:
        IdentifierMalformed, CheckDigitWrong, OrganizationUnknown: the credit code is wrong.
        TextTooLong, HiddenCharacter: the person is named as nobody can be.
        SignerNotInOffice, SignerAmbiguous: the person is not found.
    """
    uscc = asked.uscc
    named = (asked.person or "").strip()
    capacity = Term(asked.capacity_zh, asked.capacity_en)
    place = asked.place
    return SlotDraft(
        kind=asked.kind,
        organization=uscc,
        capacity_zh=asked.capacity_zh,
        capacity_en=asked.capacity_en,
        person=find_signer(session, uscc, check_name(named), capacity=capacity) if named else None,
        place=None if place is None else Place(page=place.page, left=place.left, bottom=place.bottom),
    )


def find_signer(session: Session, uscc: Uscc, named: str, *, capacity: Term) -> PersonId:
    """Return the one person in office at ``uscc`` with this name or registration number.

    Raises:
        OrganizationUnknown: it is not registered.
        SignerNotInOffice, SignerAmbiguous: nobody, or more than one.
    """
    name = organization(session, uscc).name
    people = {member.person for member in members(session, uscc)}
    found = [each for each in people if person(session, each).name == named] or [
        each for each in people if find_qualification(session, person=each, registration_number=named)
    ]
    if not found:
        raise SignerNotInOffice(capacity=capacity, organization=name)
    if len(found) > 1:
        raise SignerAmbiguous(capacity=capacity, organization=name)
    return found[0]
