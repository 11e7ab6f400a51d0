"""PAdES signatures in a PDF: one increment for each party, the platform's closing seal last.

Every signature is appended, so the original stays a byte-for-byte prefix of every later file and each
earlier signature stays valid. Increments of one PDF cannot be merged: assembly adds them one after another.
Profiles are ETSI EN 319 142-1's: B-T for a party (a timestamp beside the signature), B-LT for the closing
seal (revocation lists inside as well); ``add_document_timestamp`` takes a file to B-LTA. The closing seal
also locks the document, so that a reader shows anything added after it as a change.

The functions here block and run an event loop of their own: call them in a thread that has none.

    content = add_signature(content, field="contractor", stamp=seal, box=box, party=party, …)
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps import TimeStamper

from evidence.digest import sha256
from evidence.errors import Invalid, Refused
from signing.increments import gap_of
from signing.pdf_attachment import Attachment, enclose
from signing.pdf_document import read_structure, reopen_document
from signing.pdf_fields import Filling, fill
from signing.pdf_pages import Box, PageSize
from signing.pyhanko_adapter import MomentSigner, PartySigner, SigningParty, stamp_style
from signing.stamps import Stamp
from signing.validation_data import ValidationData, kept_data

__all__ = [
    "Box",
    "BoxOutsidePage",
    "FieldSigned",
    "PreparedWrong",
    "SigningParty",
    "VisibleStamp",
    "add_closing_seal",
    "add_document_timestamp",
    "add_signature",
    "check_box",
    "finish_signature",
    "prepare_signature",
    "signed_fields",
]


_WITH_THE_SEAL = DSSContentSettings(
    include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
)
"""The validation data go into the increment that the seal signs (ETSI EN 319 142-1 asks for no VRI)."""


class BoxOutsidePage(Refused):
    """A stamp would lie outside the page. Facts: ``page`` from 1, ``pages``."""

    code = "box-outside-page"
    zh = "签章位置超出第 {page} 页的范围（文件共 {pages} 页）；请重新指定位置。"
    en = "The stamp lies outside page {page} (the document has {pages}); choose another place."


class PreparedWrong(Invalid):
    """The file has no gap for a signature at its end."""

    code = "prepared-wrong"
    zh = "待签文件没有预留签名的位置，未作任何签名；请重新合成。"
    en = "The prepared file has no gap for a signature; nothing was signed. Assemble again."


class FieldSigned(Refused):
    """The signature field is filled already. Facts: ``field``."""

    code = "field-signed"
    zh = "签名域 {field} 已经签署；不能重复签署。"
    en = "The signature field {field} is signed already; it cannot be signed again."


@dataclass(frozen=True, kw_only=True)
class VisibleStamp:
    """A stamp and where it goes."""

    stamp: Stamp
    box: Box


def add_signature(
    content: bytes,
    *,
    field: str,
    visible: VisibleStamp | None,
    party: SigningParty,
    timestamps: TimeStamper,
    reason: str,
    at: datetime,
    filling: Sequence[Filling] = (),
) -> bytes:
    """Append one party's PAdES B-T signature with its stamp; ``content`` is a prefix of what is returned.

    ``field`` names the signature field, one for each slot, without full stops; ``reason`` is what viewers
    show; ``at`` is the claimed signing time, the timestamp carries the authority's. ``filling`` are the
    prepared fields (``signing.pdf_fields``) that the party fills in the same increment.

    Raises:
        BoxOutsidePage: the stamp would lie outside the document.
        FieldSigned: this field holds a signature already.
        DocumentBroken, DocumentEncrypted, …: see ``reopen_document``.
    """
    prepared = prepare_signature(
        content,
        field=field,
        visible=visible,
        party=party,
        timestamps=timestamps,
        reason=reason,
        at=at,
        filling=filling,
    )
    return finish_signature(prepared, party=party, timestamps=timestamps)


def prepare_signature(
    content: bytes,
    *,
    field: str,
    visible: VisibleStamp | None,
    party: SigningParty,
    timestamps: TimeStamper,
    reason: str,
    at: datetime,
    filling: Sequence[Filling] = (),
) -> bytes:
    """Append all of one party's signature but the signature: the stamp, the field, and a gap for it.

    What is to be signed is fixed from then on, so that a signature that was made and lost can be asked for
    again. The arguments are those of ``add_signature``; nothing is signed by ``party`` yet.

    Raises:
        BoxOutsidePage, FieldSigned, DocumentBroken, …: as ``add_signature``.
    """
    metadata = signers.PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, reason=reason
    )
    signing = _Signing(party=party, timestamps=timestamps, visible=visible, at=at, filling=filling)
    return _prepared(content, metadata, fields.SigFieldSpec(field), signing)


def finish_signature(prepared: bytes, *, party: SigningParty, timestamps: TimeStamper) -> bytes:
    """Fill the gap of ``prepared`` with the signature of ``party`` and a timestamp (PAdES B-T).

    Raises:
        PreparedWrong: there is no such gap.
    """
    gap = gap_of(prepared)
    if gap is None:
        raise PreparedWrong
    return asyncio.run(_fill(prepared, gap, PartySigner(party), timestamps))


def add_closing_seal(
    content: bytes,
    *,
    party: SigningParty,
    timestamps: TimeStamper,
    revocation_lists: Sequence[bytes],
    reason: str,
    at: datetime,
    visible: VisibleStamp | None = None,
    field: str = "closing-seal",
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """Append the platform's PAdES B-LT seal, which locks the document, and return the longer file.

    ``revocation_lists`` are the authorities' own, DER (``Authority.revocation_lists``); they are put into
    the file, so that it can be checked when nobody answers for the certificates any more. They and the
    ``attachments`` stand in the same increment, so that the seal covers the whole file.

    Raises:
        BoxOutsidePage, FieldSigned, DocumentBroken, …: as ``add_signature``.
    """
    data = kept_data(party, timestamps, revocation_lists, at=at)
    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        dss_settings=_WITH_THE_SEAL,
    )
    lock = fields.FieldMDPSpec(action=fields.FieldMDPAction.ALL)
    place = fields.SigFieldSpec(field, field_mdp_spec=lock, doc_mdp_update_value=fields.MDPPerm.NO_CHANGES)
    signing = _Signing(
        party=party, timestamps=timestamps, visible=visible, at=at, attachments=attachments, data=data
    )
    prepared = _prepared(content, metadata, place, signing)
    return finish_signature(prepared, party=party, timestamps=timestamps)


def add_document_timestamp(content: bytes, *, timestamps: TimeStamper) -> bytes:
    """Append a document timestamp over the whole file, the step to B-LTA (ETSI EN 319 142-1, 5.4.3).

    The archive repeats this before the last timestamp's certificate runs out. Poppler cannot check document
    timestamps yet and says so; pyHanko and commercial readers can.

    Raises:
        DocumentBroken, DocumentEncrypted, …: see ``open_document``.
    """
    read_structure(content)
    writer = IncrementalPdfFileWriter(BytesIO(content))
    output = asyncio.run(signers.PdfTimeStamper(timestamps).async_timestamp_pdf(writer, "sha256"))
    return bytes(output.getvalue())


def signed_fields(content: bytes) -> tuple[str, ...]:
    """Return the names of the fields that hold signatures, in the order of signing; no timestamps.

    Raises:
        DocumentBroken, DocumentEncrypted, …: see ``open_document``.
    """
    return tuple(each.field_name for each in read_structure(content).embedded_regular_signatures)


@dataclass(frozen=True, kw_only=True)
class _Signing:
    """One act of signing: by whom, with whose timestamp, seen how, when."""

    party: SigningParty
    timestamps: TimeStamper
    visible: VisibleStamp | None
    at: datetime
    filling: Sequence[Filling] = ()
    attachments: Sequence[Attachment] = ()
    data: ValidationData | None = None


async def _fill(prepared: bytes, gap: tuple[int, int], signer: PartySigner, timestamps: TimeStamper) -> bytes:
    start, end = gap
    digest = sha256(prepared[:start] + prepared[end:]).value
    attributes = await signer.signed_attrs(digest, "sha256", use_pades=True)
    signed = await signer.async_sign_prescribed_attributes("sha256", attributes, timestamper=timestamps)
    output = BytesIO(prepared)
    PreparedByteRangeDigest(digest, start, end).fill_with_cms(output, signed)
    return output.getvalue()


def _prepared(
    content: bytes, metadata: signers.PdfSignatureMetadata, place: fields.SigFieldSpec, signing: _Signing
) -> bytes:
    signer, writer = _signer(content, metadata, place, signing)
    reserved = None if signing.data is None else signing.data.reserved
    output = BytesIO()
    asyncio.run(signer.async_digest_doc_for_signing(writer, bytes_reserved=reserved, output=output))
    return output.getvalue()


def _signer(
    content: bytes, metadata: signers.PdfSignatureMetadata, place: fields.SigFieldSpec, signing: _Signing
) -> tuple[MomentSigner, IncrementalPdfFileWriter]:
    document = reopen_document(content)
    if place.sig_field_name in document.signed:
        raise FieldSigned(field=place.sig_field_name)
    style = None
    if signing.visible is not None:
        box = signing.visible.box
        check_box(document.pages, box)
        page = document.pages[box.page]
        rectangle = page.rectangle(box)
        place = replace(place, on_page=box.page, box=rectangle)  # type: ignore[arg-type]  # floats serve too
        style = stamp_style(signing.visible.stamp, turned=page.turned)
    writer = IncrementalPdfFileWriter.from_reader(document.reader)
    fill(writer, signing.filling, pages=document.pages)
    if signing.attachments:
        enclose(writer, signing.attachments, at=signing.at)
    signer = MomentSigner(
        metadata,
        PartySigner(signing.party),
        timestamper=signing.timestamps,
        stamp_style=style,
        new_field_spec=place,
        moment=signing.at,
        found=None if signing.data is None else signing.data.status,
    )
    return signer, writer


def check_box(pages: Sequence[PageSize], box: Box) -> None:
    """See that ``box`` lies on one of ``pages``.

    Raises:
        BoxOutsidePage: it does not.
    """
    if not 0 <= box.page < len(pages):
        raise BoxOutsidePage(page=box.page + 1, pages=len(pages))
    page = pages[box.page]
    inside = (
        box.left >= 0
        and box.bottom >= 0
        and box.left + box.width <= page.width
        and box.bottom + box.height <= page.height
    )
    if not inside:
        raise BoxOutsidePage(page=box.page + 1, pages=len(pages))
