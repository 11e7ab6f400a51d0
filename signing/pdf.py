"""PAdES signatures in a PDF: one increment for each party, the platform's closing seal last.

Every signature is appended, so the original stays a byte-for-byte prefix of every later file and each earlier
signature stays valid. Increments of one PDF cannot be merged: assembly adds them one after another. Profiles are
ETSI EN 319 142-1's: B-T for a party (a timestamp beside the signature), B-LT for the closing seal (revocation lists
inside as well); ``add_document_timestamp`` takes a file to B-LTA. The closing seal also locks the document, so that a reader shows anything
added after it as a change.

The functions here block and run an event loop of their own: call them in a thread that has none.

    content = add_signature(content, field="contractor", stamp=seal, box=box, party=party, …)
"""

import asyncio
import binascii
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import crl
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import PdfContent, ResourceType
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from evidence.errors import Refused
from evidence.keys import Signer
from signing.asn1_signature import sign_asn1, signature_algorithm, to_asn1
from signing.pdf_document import OpenedDocument, open_document
from signing.pki import Chain
from signing.stamps import Stamp
from signing.timestamps import TimestampAuthority

# pyHanko warns that revocation lists cannot be fetched; here they are given, and nothing may be fetched.
logging.getLogger("pyhanko.sign.signers.pdf_signer").setLevel(logging.ERROR)

LONGEST_SIGNATURE = 384  # bytes: RSA of 3072 bits; DER of ES256 takes at most 72


class BoxOutsidePage(Refused):
    """A stamp would lie outside the page. Facts: ``page`` from 1, ``pages``."""

    code = "box-outside-page"
    zh = "签章位置超出第 {page} 页的范围（文件共 {pages} 页）；请重新指定位置。"
    en = "The stamp lies outside page {page} (the document has {pages}); choose another place."


class FieldSigned(Refused):
    """The signature field is filled already. Facts: ``field``."""

    code = "field-signed"
    zh = "签名域 {field} 已经签署；不能重复签署。"
    en = "The signature field {field} is signed already; it cannot be signed again."


@dataclass(frozen=True, kw_only=True)
class Box:
    """A place on ``page`` (from 0): left and bottom edge from the page's lower left corner, width, height, in points."""

    page: int
    left: float
    bottom: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class VisibleStamp:
    """A stamp and where it goes."""

    stamp: Stamp
    box: Box


@dataclass(frozen=True, kw_only=True)
class SigningParty:
    """Who signs: the key's signer and the chain of its certificate."""

    signer: Signer
    chain: Chain


def add_signature(
    content: bytes,
    *,
    field: str,
    visible: VisibleStamp,
    party: SigningParty,
    timestamps: TimestampAuthority,
    reason: str,
    at: datetime,
) -> bytes:
    """Append one party's PAdES B-T signature with its stamp and return the longer file; ``content`` is its prefix.

    ``field`` names the signature field, one for each slot, without full stops; ``reason`` is what viewers show;
    ``at`` is the claimed signing time, the timestamp carries the authority's.

    Raises:
        BoxOutsidePage: the stamp would lie outside the document.
        FieldSigned: this field holds a signature already.
        DocumentBroken, DocumentEncrypted, …: see ``open_document``.
    """
    metadata = signers.PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, reason=reason
    )
    return _append(content, metadata, fields.SigFieldSpec(field), visible, party, timestamps, at=at)


def add_closing_seal(
    content: bytes,
    *,
    party: SigningParty,
    timestamps: TimestampAuthority,
    revocation_lists: Sequence[bytes],
    reason: str,
    at: datetime,
    visible: VisibleStamp | None = None,
    field: str = "closing-seal",
) -> bytes:
    """Append the platform's PAdES B-LT seal, which locks the document, and return the longer file.

    ``revocation_lists`` are the authorities' own, DER (``Authority.revocation_lists``); they are put into the file, so
    that it can be checked when nobody answers for the certificates any more.

    Raises:
        BoxOutsidePage, FieldSigned, DocumentBroken, …: as ``add_signature``.
    """
    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        validation_context=_validation(party.chain, revocation_lists, at=at),
        embed_validation_info=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    lock = fields.FieldMDPSpec(action=fields.FieldMDPAction.ALL)
    place = fields.SigFieldSpec(field, field_mdp_spec=lock, doc_mdp_update_value=fields.MDPPerm.NO_CHANGES)
    return _append(content, metadata, place, visible, party, timestamps, at=at)


def add_document_timestamp(content: bytes, *, timestamps: TimestampAuthority) -> bytes:
    """Append a document timestamp over the whole file (ETSI EN 319 142-1, 5.4.3: B-LTA) and return the longer file.

    The archive repeats this before the last timestamp's certificate runs out. Poppler cannot check document
    timestamps yet and says so; pyHanko and commercial readers can.

    Raises:
        DocumentBroken, DocumentEncrypted, …: see ``open_document``.
    """
    open_document(content)
    writer = IncrementalPdfFileWriter(BytesIO(content))
    output = asyncio.run(signers.PdfTimeStamper(timestamps).async_timestamp_pdf(writer, "sha256"))
    return bytes(output.getvalue())


def signed_fields(content: bytes) -> tuple[str, ...]:
    """Return the names of the fields that hold signatures, in the order of signing, without document timestamps.

    Raises:
        DocumentBroken, DocumentEncrypted, …: see ``open_document``.
    """
    open_document(content)
    return tuple(each.field_name for each in PdfFileReader(BytesIO(content)).embedded_regular_signatures)


def _validation(chain: Chain, revocation_lists: Sequence[bytes], *, at: datetime) -> ValidationContext:
    """Return what pyHanko needs to check ``chain`` at ``at`` from the given lists alone, without the network."""
    return ValidationContext(
        trust_roots=[to_asn1(chain[-1])],
        other_certs=[to_asn1(each) for each in chain[1:]],
        crls=[crl.CertificateList.load(each) for each in revocation_lists],
        allow_fetching=False,
        revocation_mode="require",
        moment=at,
    )


def _append(
    content: bytes,
    metadata: signers.PdfSignatureMetadata,
    place: fields.SigFieldSpec,
    visible: VisibleStamp | None,
    party: SigningParty,
    timestamps: TimestampAuthority,
    *,
    at: datetime,
) -> bytes:
    document = open_document(content)
    if place.sig_field_name in signed_fields(content):
        raise FieldSigned(field=place.sig_field_name)
    style = None
    if visible is not None:
        place = replace(place, on_page=visible.box.page, box=_rectangle(document, visible.box))
        style = _style(visible.stamp)
    signer = _MomentSigner(
        metadata,
        _PartySigner(party),
        timestamper=timestamps,
        stamp_style=style,
        new_field_spec=place,
        moment=at,
    )
    output = asyncio.run(signer.async_sign_pdf(IncrementalPdfFileWriter(BytesIO(content))))
    return bytes(output.getvalue())


def _rectangle(document: OpenedDocument, box: Box) -> tuple[float, float, float, float]:
    if not 0 <= box.page < len(document.pages):
        raise BoxOutsidePage(page=box.page + 1, pages=len(document.pages))
    page = document.pages[box.page]
    inside = (
        0 <= box.left
        and 0 <= box.bottom
        and box.left + box.width <= page.width
        and box.bottom + box.height <= page.height
    )
    if not inside:
        raise BoxOutsidePage(page=box.page + 1, pages=len(document.pages))
    left, bottom = page.left + box.left, page.bottom + box.bottom
    return (left, bottom, left + box.width, bottom + box.height)


def _style(stamp: Stamp) -> StaticStampStyle:
    no_margins = SimpleBoxLayoutRule(
        x_align=AxisAlignment.ALIGN_MID, y_align=AxisAlignment.ALIGN_MID, margins=Margins.uniform(0)
    )
    return StaticStampStyle(
        border_width=0, background=_StampPage(stamp), background_layout=no_margins, background_opacity=1.0
    )


class _StampPage(PdfContent):  # type: ignore[misc]  # pyHanko ships no types here
    """A stamp's page as the picture of a signature."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        super().__init__(box=BoxConstraints(width=stamp.width, height=stamp.height))

    def render(self) -> bytes:
        """Take the page into the document and return the operators that draw it, as ink over what is there."""
        page = PdfFileReader(BytesIO(self._stamp.content))
        name = b"/Stamp" + binascii.hexlify(uuid.uuid4().bytes)
        self.resources.xobject[name.decode("ascii")] = self.writer.import_page_as_xobject(page)
        ink = generic.DictionaryObject({generic.pdf_name("/BM"): generic.pdf_name("/Multiply")})
        self.set_resource(ResourceType.EXT_G_STATE, generic.pdf_name("/Ink"), ink)
        return b"/Ink gs " + name + b" Do"


class _PartySigner(signers.Signer):  # type: ignore[misc]  # pyHanko ships no types here
    """Lets a key behind a handle sign for pyHanko."""

    def __init__(self, party: SigningParty) -> None:
        self._signer = party.signer
        registry = SimpleCertificateStore()
        registry.register_multiple([to_asn1(each) for each in party.chain[1:]])
        super().__init__(
            signing_cert=to_asn1(party.chain[0]),
            cert_registry=registry,
            signature_mechanism=signature_algorithm(party.signer.key.algorithm),
        )

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002  # pyHanko's signature
        """Sign ``data``, which is the DER of the signed attributes; a dry run asks only for the length."""
        del digest_algorithm  # the key's own algorithm fixes it
        return bytes(LONGEST_SIGNATURE) if dry_run else sign_asn1(self._signer, data)


class _MomentSigner(signers.PdfSigner):  # type: ignore[misc]  # pyHanko ships no types here
    """Signs at the moment it is told instead of the machine's own."""

    def __init__(self, *arguments: Any, moment: datetime, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._moment = moment

    def init_signing_session(self, *arguments: Any, **options: Any) -> PdfSigningSession:
        """Begin as pyHanko does, at the given moment."""
        session = super().init_signing_session(*arguments, **options)
        session.system_time = self._moment
        return session
