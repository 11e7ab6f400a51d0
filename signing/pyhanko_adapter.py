"""What pyHanko needs of us: a signer over a key's handle, a moment from outside, a stamp as a picture."""

import binascii
import uuid
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import PdfContent, ResourceType
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.signers.pdf_signer import PdfSigningSession, PreSignValidationStatus
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from evidence.keys import Signer
from signing.asn1_signature import sign_asn1, signature_algorithm, to_asn1
from signing.pdf_pages import upright
from signing.pki import Chain
from signing.stamps import Stamp

LONGEST_SIGNATURE = 384  # bytes: RSA of 3072 bits; DER of ES256 takes at most 72


@dataclass(frozen=True, kw_only=True)
class SigningParty:
    """Who signs: the key's signer and the chain of its certificate."""

    signer: Signer
    chain: Chain


class PartySigner(signers.Signer):
    """Lets a key behind a handle sign for pyHanko."""

    def __init__(self, party: SigningParty) -> None:
        self._signer = party.signer
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # typed in part
        registry.register_multiple([to_asn1(each) for each in party.chain[1:]])
        super().__init__(
            signing_cert=to_asn1(party.chain[0]),
            cert_registry=registry,
            signature_mechanism=signature_algorithm(party.signer.key.algorithm),
        )

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002  # pyHanko's signature
    ) -> bytes:
        """Sign ``data``, which is the DER of the signed attributes; a dry run asks only for the length."""
        del digest_algorithm  # the key's own algorithm fixes it
        return bytes(LONGEST_SIGNATURE) if dry_run else sign_asn1(self._signer, data)


class MomentSigner(signers.PdfSigner):
    """Signs at the moment it is told instead of the machine's own."""

    def __init__(
        self, *arguments: Any, moment: datetime, found: PreSignValidationStatus | None = None, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self._moment = moment
        self._found = found

    def init_signing_session(self, *arguments: Any, **options: Any) -> PdfSigningSession:
        """Begin as pyHanko does, at the given moment, with what was ``found`` of the certificates before."""
        session = super().init_signing_session(*arguments, **options)
        session.system_time = self._moment
        session.perform_presign_validation = self._given  # type: ignore[assignment]  # nothing is checked twice
        return session

    async def _given(self, _writer: object = None) -> PreSignValidationStatus | None:
        return self._found


class StampPage(PdfContent):
    """A stamp's page as the picture of a signature, upright on a page that is ``turned`` when it is shown."""

    def __init__(self, stamp: Stamp, *, turned: int) -> None:
        self._stamp = stamp
        self._turned = turned
        width, height = upright(turned, stamp.width, stamp.height)
        super().__init__(box=BoxConstraints(width=width, height=height))

    def render(self) -> bytes:
        """Take the page into the document and return the operators that draw it as ink over the page."""
        page = PdfFileReader(BytesIO(self._stamp.content))
        name = b"/Stamp" + binascii.hexlify(uuid.uuid4().bytes)
        self.resources.xobject[name.decode("ascii")] = self._ensure_writer.import_page_as_xobject(page)
        blend = {generic.pdf_name("/BM"): generic.pdf_name("/Multiply")}
        ink = generic.DictionaryObject(blend)  # type: ignore[no-untyped-call]  # typed in part
        self.set_resource(ResourceType.EXT_G_STATE, generic.pdf_name("/Ink"), ink)
        turn = _turns(self._stamp)[self._turned]
        return b"/Ink gs " + turn + b" cm " + name + b" Do"


def _turns(stamp: Stamp) -> dict[int, bytes]:
    """Give the matrix that turns a stamp back, by the degrees its page is turned (ISO 32000-2, 8.3.3)."""
    width, height = f"{stamp.width:.3f}", f"{stamp.height:.3f}"
    return {
        0: b"1 0 0 1 0 0",
        90: f"0 1 -1 0 {height} 0".encode(),
        180: f"-1 0 0 -1 {width} {height}".encode(),
        270: f"0 -1 1 0 0 {width}".encode(),
    }


def stamp_style(stamp: Stamp, *, turned: int = 0) -> StaticStampStyle:
    """Return the appearance that fills a signature's box with ``stamp``, without a frame of its own.

    ``turned`` is by how many degrees the page is turned clockwise when it is shown.
    """
    middle = AxisAlignment.ALIGN_MID
    layout = SimpleBoxLayoutRule(x_align=middle, y_align=middle, margins=Margins(0, 0, 0, 0))
    return StaticStampStyle(
        border_width=0,
        background=StampPage(stamp, turned=turned),
        background_layout=layout,
        background_opacity=1.0,
    )
