"""A rehearsal of assembly, before anybody signs: what cannot be stamped and sealed is refused at once.

Keys and certificates are made for the rehearsal alone and thrown away; what it writes is kept nowhere.

    rehearse(content, ((stamp, place), …), at=clock.now())
"""

from collections.abc import Iterator
from datetime import datetime

from pyhanko.pdf_utils import generic
from pyhanko.sign.general import SigningError

from evidence.clock import FixedClock
from evidence.errors import Refused
from signing import pki
from signing.keystore import KeyHandle
from signing.keystore_memory import MemoryKeyStore
from signing.manifest import Place
from signing.pdf import SigningParty, VisibleStamp, add_closing_seal, add_signature, check_box
from signing.pdf_document import STRUCTURE_ERRORS, open_document, read_structure
from signing.pki import Subject
from signing.placement import box_for
from signing.profiles import Profile
from signing.stamps import Stamp
from signing.timestamps import TimestampAuthority

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


def rehearse(content: bytes, stamps: tuple[tuple[Stamp, Place | None], ...], *, at: datetime) -> None:
    """Stamp each page that is to be stamped, and seal the whole; ``stamps`` are in the order of the slots.

    Raises:
        BoxOutsidePage: a stamp would lie outside its page.
        FieldReserved: a form field has the name of a slot's.
        DocumentUnsignable: pyHanko cannot add a signature or the seal.
    """
    pages = open_document(content).pages
    boxes = [box_for(pages, stamp, place=place, position=slot) for slot, (stamp, place) in enumerate(stamps)]
    for box in boxes:
        check_box(pages, box)
    one_a_page = {
        box.page: VisibleStamp(stamp=stamp, box=box) for box, (stamp, _) in zip(boxes, stamps, strict=True)
    }
    try:
        for field in _field_names(content):
            if field.startswith(SLOT_FIELDS) or field == CLOSING_FIELD:
                raise FieldReserved(field=field)
        _sign(content, tuple(one_a_page.values()), at)
    except (*STRUCTURE_ERRORS, SigningError) as error:
        raise DocumentUnsignable from error


def _field_names(content: bytes) -> Iterator[str]:
    """Give the names of the form's fields, those at the top, where signature fields go."""
    form = read_structure(content).root.get("/AcroForm", {})
    fields = generic.ArrayObject(form.get("/Fields", ()))
    for index in range(len(fields)):
        yield str(fields[index].get("/T", ""))


def _sign(content: bytes, stamps: tuple[VisibleStamp, ...], at: datetime) -> None:
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
        )
    add_closing_seal(
        content,
        party=party(Profile.PLATFORM),
        timestamps=timestamps,
        revocation_lists=authority.revocation_lists(at=at),
        reason="",
        at=at,
    )
