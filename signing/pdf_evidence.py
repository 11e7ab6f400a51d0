"""What sealed PDFs carry to be checked by in later years: revocation lists, answers, timestamps.

They were put in when the PDF was sealed (PAdES B-LT, ETSI EN 319 142-1, 5.4.2 and 5.4.3), so they tell how
the certificates stood then.

    carried(content).timestamps[0].at
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography import x509
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
    """What PDFs carry; all but the certificates DER as it was put in."""

    certificates: tuple[x509.Certificate, ...]
    revocation_lists: tuple[bytes, ...]
    ocsp_responses: tuple[bytes, ...]
    timestamps: tuple[Timestamp, ...]


def carried(*contents: bytes) -> Carried:
    """Read what PDFs carry, each thing once; nothing of it is checked here.

    Raises:
        DocumentTooLarge, DocumentBroken, DocumentEncrypted: see ``open_document``.
    """
    each = [_carried(content) for content in contents]
    return Carried(
        certificates=tuple(dict.fromkeys(found for one in each for found in one.certificates)),
        revocation_lists=tuple(dict.fromkeys(found for one in each for found in one.revocation_lists)),
        ocsp_responses=tuple(dict.fromkeys(found for one in each for found in one.ocsp_responses)),
        timestamps=tuple(dict.fromkeys(found for one in each for found in one.timestamps)),
    )


def _carried(content: bytes) -> Carried:
    reader = read_structure(content)
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        store = DocumentSecurityStore(writer=None)
    certificates = [_stream(each) for each in store.certs.values()]
    return Carried(
        certificates=tuple(x509.load_der_x509_certificate(each) for each in dict.fromkeys(certificates)),
        revocation_lists=tuple(dict.fromkeys(_stream(each) for each in store.crls)),
        ocsp_responses=tuple(dict.fromkeys(_stream(each) for each in store.ocsps)),
        timestamps=tuple(_timestamps(reader)),
    )


def _stream(reference: object) -> bytes:
    data: bytes = reference.get_object().data  # type: ignore[attr-defined]  # pyHanko's references
    return data


def _timestamps(reader: PdfFileReader) -> Iterator[Timestamp]:
    for signature in reader.embedded_signatures:
        for token in _tokens(signature):
            stated = token["content"]["encap_content_info"]["content"].parsed
            yield Timestamp(bytes(token.dump()), stated["gen_time"].native)


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
