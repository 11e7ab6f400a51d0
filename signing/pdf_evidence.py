"""What sealed PDFs carry to be checked by in later years: revocation lists, answers, timestamps.

They were put in when the PDF was sealed (PAdES B-LT, ETSI EN 319 142-1, 5.4.2 and 5.4.3), so they tell how
the certificates stood then. What the frozen document had brought along is its author's word and not counted.

    carried((original, sealed)).timestamps[0].at
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.pdf_document import read_structure

_TOKEN = "signature_time_stamp_token"  # noqa: S105  the name of an attribute (RFC 3161, appendix A)


@dataclass(frozen=True)
class Timestamp:
    """A timestamp token (RFC 3161, DER) and the time that it states."""

    token: bytes
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What was put into PDFs; all but the certificates DER as it was put in."""

    certificates: tuple[x509.Certificate, ...]
    revocation_lists: tuple[bytes, ...]
    ocsp_responses: tuple[bytes, ...]
    timestamps: tuple[Timestamp, ...]


def carried(*documents: tuple[bytes, bytes]) -> Carried:
    """Read what was put in between each frozen document and its sealed PDF, each thing once and unchecked.

    Raises:
        DocumentTooLarge, DocumentBroken, DocumentEncrypted: see ``open_document``.
    """
    kinds = zip(*(_added(original, sealed) for original, sealed in documents), strict=True)
    certificates, lists, answers, tokens = (list(dict.fromkeys(chain(*kind))) for kind in kinds)
    return Carried(
        certificates=tuple(x509.load_der_x509_certificate(each) for each in certificates),
        revocation_lists=tuple(lists),
        ocsp_responses=tuple(answers),
        timestamps=tuple(Timestamp(token, _stated(token)) for token in tokens),
    )


def _added(original: bytes, sealed: bytes) -> Iterator[list[bytes]]:
    """Give the certificates, lists, answers and timestamp tokens that are in ``sealed`` alone, as DER.

    Increments write no object anew, so that what the original refers to is known by its number.
    """
    before, after = read_structure(original), read_structure(sealed)
    known = {_number(each) for references in _stored(before) for each in references}
    for references in _stored(after):
        yield [_stream(each) for each in references if _number(each) not in known]
    ours = after.embedded_signatures[len(before.embedded_signatures) :]
    yield [bytes(token.dump()) for signature in ours for token in _tokens(signature)]


def _stored(reader: PdfFileReader) -> tuple[Sequence[generic.IndirectObject], ...]:
    """Give the references to the certificates, lists and answers of a document."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return (), (), ()
    return tuple(store.certs.values()), store.crls, store.ocsps


def _number(reference: generic.IndirectObject) -> tuple[int, int]:
    return reference.idnum, reference.generation


def _stream(reference: generic.IndirectObject) -> bytes:
    data: bytes = reference.get_object().data  # type: ignore[no-untyped-call]
    return data


def _stated(token: bytes) -> datetime:
    info = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
    stated: datetime = info["gen_time"].native
    return stated


def _tokens(signature: EmbeddedPdfSignature) -> Iterator[cms.ContentInfo]:
    if signature.sig_object_type == "/DocTimeStamp":
        yield cms.ContentInfo.load(signature.pkcs7_content)
        return
    for attribute in signature.signer_info["unsigned_attrs"]:
        if attribute["type"].native == _TOKEN:
            yield from attribute["values"]


def asn1_name(certificate: x509.Certificate) -> str:
    """The name that a certificate is for, as readers show it."""
    name = asn1.Name.load(certificate.subject.public_bytes())
    return str(name.native.get("common_name", name.human_friendly))
