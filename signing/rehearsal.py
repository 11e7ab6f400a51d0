"""A rehearsal of assembly, before anybody signs: what cannot be stamped and sealed is refused at once.

Keys and certificates are made for the rehearsal alone and thrown away; what it writes is kept nowhere.

    rehearse(content, slots, document=0, typesetter=typesetter, at=clock.now())
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pyhanko.pdf_utils import generic
from pyhanko.sign.general import SigningError

from evidence.clock import FixedClock
from evidence.errors import Refused
from signing import pki
from signing.keystore import KeyHandle
from signing.keystore_memory import MemoryKeyStore
from signing.manifest import SlotKind
from signing.pdf import SigningParty, VisibleStamp, add_closing_seal, add_signature
from signing.pdf_contents import followed
from signing.pdf_document import STRUCTURE_ERRORS, open_document, read_structure
from signing.pdf_fields import Filling, prepare
from signing.pki import Subject
from signing.placement import Marking, check_layout, lay_out
from signing.profiles import Profile
from signing.slot_marks import filled
from signing.stamps import PRINTED, Stamp, organization_stamp, person_stamp, qualification_stamp
from signing.timestamps import TimestampAuthority
from signing.typesetting import Typesetter

SLOT_FIELDS = "slot-"
CLOSING_FIELD = "closing-seal"


class DocumentUnsignable(Refused):
    """The document takes no signature field, though it can be read."""

    code = "document-unsignable"
    zh = "该 PDF 的内部结构无法加入签名；请重新导出（如“打印为 PDF”）后再提交。"
    en = "The structure of this PDF takes no signatures; export it again, such as by printing to PDF."


class FieldReserved(Refused):
    """A form field of the document has a name that a signature needs. Facts: ``field``."""

    code = "field-reserved"
    zh = "该 PDF 已含有名为 {field} 的表单域，与签名域重名；请去除表单后再提交。"
    en = "This PDF has a form field {field}, a name that signatures need; remove the form and resubmit."


class EarlierSignatureBroken(Refused):
    """A signature that the document brings would not hold under ours. Facts: ``place`` from 1, by signing."""

    code = "earlier-signature-broken"
    zh = "该 PDF 已有的第 {place} 个签名在继续签署后不能保持有效；请提交未签名或允许他人继续签署的版本。"
    en = "Signature {place} in this PDF would not hold under more; submit one unsigned or open to signers."


def rehearse(
    content: bytes, slots: Sequence[Marking], *, document: int, typesetter: Typesetter, at: datetime
) -> None:
    """Stamp each page that is to be stamped, fill each field, and seal the document at this place, from 0.

    Raises:
        PerforationsTooMany: see ``check_layout``.
        BoxOutsidePage, MarksOverlap: a mark would lie outside its page, or over another one.
        FieldReserved: a form field has the name of a slot's.
        EarlierSignatureBroken: outsiders signed it already, and what is added would break that.
        DocumentUnsignable: pyHanko cannot add a signature or the seal.
    """
    pages = open_document(content).pages
    check_layout(pages, slots, document=document)
    laid = lay_out(pages, slots, document=document)
    stamped = {
        each.stamp.page: VisibleStamp(stamp=_blank(slot.kind, typesetter, at=at), box=each.stamp)
        for slot, each in zip(slots, laid, strict=True)
        if each.stamp is not None
    }
    numbered = [(str(number), each) for number, each in enumerate(laid, start=1)]
    filling = [
        one
        for id_, each in numbered
        for one in filled(id_, each, typesetter=typesetter, at=at, texts=[""] * len(each.texts), seal="")
    ]
    try:
        for field in _field_names(content):
            if field.startswith(SLOT_FIELDS) or field == CLOSING_FIELD:
                raise FieldReserved(field=field)
        prepared = prepare(content, [one.field for one in filling])
        whole = _sign(prepared, tuple(stamped.values()) or (None,), filling, at)
        _check_earlier(content, whole)
    except (*STRUCTURE_ERRORS, SigningError) as error:
        raise DocumentUnsignable from error


def _blank(kind: SlotKind, typesetter: Typesetter, *, at: datetime) -> Stamp:
    """Return a stamp of the size that the slot will have, without names."""
    if kind is SlotKind.SEAL:
        return organization_stamp(typesetter, name="", keeper="", capacity="", at=at, qr="")
    if kind is SlotKind.QUALIFICATION:
        nothing = dict.fromkeys(PRINTED, "")
        return qualification_stamp(typesetter, printed=nothing, by="", capacity="", at=at, qr="")
    return person_stamp(typesetter, name="", capacity="", at=at, qr="")


def _field_names(content: bytes) -> Iterator[str]:
    """Give the names of the form's fields, those at the top, where signature fields go."""
    form = followed(read_structure(content).root, "/AcroForm")
    fields = generic.ArrayObject(() if form is None else followed(form, "/Fields") or ())
    for index in range(len(fields)):
        yield str(followed(fields[index], "/T") or "")


def _check_earlier(content: bytes, whole: bytes) -> None:
    """See that each signature of ``content`` permits what ``whole`` adds (ISO 32000-2, 12.8.2)."""
    earlier = read_structure(content).embedded_regular_signatures
    later = read_structure(whole).embedded_regular_signatures
    for place, signature in enumerate(later[: len(earlier)], start=1):
        signature.compute_integrity_info()
        if not signature.summarise_integrity_info()["docmdp_ok"]:
            raise EarlierSignatureBroken(place=place)


def _sign(
    content: bytes, stamps: Sequence[VisibleStamp | None], filling: Sequence[Filling], at: datetime
) -> bytes:
    """Add a signature with each stamp or none, the first of which fills all fields, and the seal."""
    keystore = MemoryKeyStore()
    authority = pki.found(keystore, city="", at=at)

    def party(profile: Profile) -> SigningParty:
        handle = KeyHandle(profile.value)
        chain = authority.ensure(handle, Subject("rehearsal"), profile, at=at)
        return SigningParty(signer=keystore.signer(handle), chain=chain)

    stamping = party(Profile.TIMESTAMP)
    timestamps = TimestampAuthority(signer=stamping.signer, chain=stamping.chain, clock=FixedClock(at))
    for number, visible in enumerate(stamps, start=1):
        content = add_signature(
            content,
            field=f"{SLOT_FIELDS}{number}",
            visible=visible,
            party=party(Profile.PERSON),
            timestamps=timestamps,
            reason="",
            at=at,
            filling=filling if number == 1 else (),
        )
    return add_closing_seal(
        content,
        party=party(Profile.PLATFORM),
        timestamps=timestamps,
        revocation_lists=authority.revocation_lists(at=at),
        reason="",
        at=at,
    )
