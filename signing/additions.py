"""What each party adds to a document: its marks, whom its stamp names, and what it drew or wrote.

for addition in additions(session, agreement, laid, document=0):
    addition.stamp(typesetter, address)      # what lies in addition.laid.stamp
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from identity.approvals import approval
from identity.people import person
from signing.activation import Activation, activation
from signing.agreements import Agreement
from signing.manifest import ManifestSlot
from signing.placement import Laid
from signing.qualification_stamps import PrintedStamp, asked_of, printed
from signing.signature_images import SignatureImage, drawing_of
from signing.slot_texts import texts_of
from signing.stamps import Stamp, organization_stamp, person_stamp, qualification_stamp
from signing.tables import SealRow, SignatureRow
from signing.typesetting import Typesetter


@dataclass(frozen=True, kw_only=True)
class Addition:
    """What one party adds to a document, and where; whom its stamp names; ``seal`` runs along its rim.

    ``printed`` stands in the stamp of a qualification, which is the signer's ``own`` or used for its holder;
    ``drawing`` in the place of a person's name; ``texts`` in the text fields of its slot.
    """

    document: int
    slot: ManifestSlot
    laid: Laid
    activation: Activation
    signer: str
    seal: str | None
    printed: PrintedStamp | None
    own: bool
    drawing: SignatureImage | None
    texts: tuple[str, ...]

    def stamp(self, typesetter: Typesetter, address: Callable[[UUID], str]) -> Stamp:
        """Draw the stamp; ``address`` gives the page that its QR code opens."""
        capacity, at = self.slot.capacity_zh, self.activation.at
        qr = address(self.activation.agreement)
        if self.printed is not None:
            by = "本人加盖" if self.own else f"持证人授权，{self.signer}加盖"
            said = asdict(self.printed)
            return qualification_stamp(typesetter, printed=said, by=by, capacity=capacity, at=at, qr=qr)
        if self.seal is None:
            return person_stamp(
                typesetter,
                name=self.signer,
                capacity=capacity,
                at=at,
                qr=qr,
                strokes=() if self.drawing is None else self.drawing.strokes,
                typed="" if self.drawing is None else self.drawing.typed,
            )
        return organization_stamp(
            typesetter,
            name=self.seal,
            keeper=self.signer,
            capacity=capacity,
            at=at,
            qr=qr,
            caption=self.slot.mark.caption,
        )


def additions(
    session: Session, found: Agreement, laid: Sequence[Laid], *, document: int
) -> tuple[Addition, ...]:
    """Give what each party adds that has signed and is a party of the paper, or wrote into it."""
    return tuple(
        _addition(session, found.id, slot, each, document)
        for slot, each in zip(found.manifest.slots, laid, strict=True)
        if slot.on_paper and slot.id in found.signed
    )


def _addition(
    session: Session, agreement_id: UUID, slot: ManifestSlot, laid: Laid, document: int
) -> Addition:
    activated = activation(session, agreement=agreement_id, slot=slot.id)
    signed = session.get_one(SignatureRow, (agreement_id, slot.id))
    asked = asked_of(session, agreement_id, slot.id)
    approved = approval(session, activated.approval)
    return Addition(
        document=document,
        slot=slot,
        laid=laid,
        activation=activated,
        signer=person(session, activated.person).name,
        seal=None if signed.seal is None else session.get_one(SealRow, signed.seal).name_zh,
        printed=None if asked is None else printed(session, asked.qualification),
        own=asked is not None and asked.authorization is None,
        drawing=drawing_of(session, approved, slot=slot.id),
        texts=texts_of(session, approved, slot=slot.id),
    )
