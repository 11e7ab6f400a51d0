"""One party's increment of a PDF before it is signed: the file with a gap for the signature.

The signature covers all of the file but the gap (ISO 32000-1, 12.8.1, ByteRange). What the key signs are the
CMS attributes (RFC 5652, 5.4) that carry the digest of that. So whoever holds the key makes the attributes
of this file by itself, sees that it begins with an approved document, and signs nothing else.

    increment = Increment(content=pdf, original=size, start=at, end=after, attributes=der)
    place = increment.check(documents=manifest.documents, certificate=certificate, slot="1")
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from asn1crypto import cms
from cryptography import x509
from pyhanko.sign.general import as_signing_certificate_v2

from evidence.digest import Digest, sha256
from signing.activation_refusals import IncrementWrong
from signing.asn1_signature import to_asn1
from signing.cms_envelope import attribute

LARGEST = 64 * 1024 * 1024
"""Bytes: a document of 20 MB, with a stamp of every party."""

_GAP = re.compile(rb"<0+>")
_RANGE = re.compile(rb"/ByteRange ?\[ ?0 (\d+) (\d+) (\d+) *\]")


@dataclass(frozen=True, kw_only=True)
class Increment:
    """A file of which all but the bytes ``start`` to ``end`` are to be signed.

    ``original`` is the length of the document that it extends; ``attributes`` are the signed attributes, DER.
    """

    content: bytes = field(repr=False)
    original: int
    start: int
    end: int
    attributes: bytes = field(repr=False)

    def check(self, *, documents: Sequence[Digest], certificate: x509.Certificate, slot: str) -> int:
        """Check that signing ``attributes`` signs this file, which extends one of ``documents``, and no more.

        Returns the place, from 0, of the document that it extends.

        Raises:
            IncrementWrong: names the part that is otherwise.
        """
        extended = sha256(self.content[: self.original])
        if extended not in documents:
            raise IncrementWrong(slot=slot, part="document")
        gap = self.content[self.start : self.end]
        if not self.original < self.start or not _GAP.fullmatch(gap):
            raise IncrementWrong(slot=slot, part="gap")
        if gap_of(self.content) != (self.start, self.end):
            raise IncrementWrong(slot=slot, part="ByteRange")
        covered = sha256(self.content[: self.start] + self.content[self.end :])
        if not _are(self.attributes, _attributes(covered, certificate)):
            raise IncrementWrong(slot=slot, part="attributes")
        return documents.index(extended)


def gap_of(content: bytes) -> tuple[int, int] | None:
    """Give the gap that the last ByteRange of ``content`` leaves, or None."""
    ranges = _RANGE.findall(content)
    if not ranges:
        return None
    start, end, rest = (int(number) for number in ranges[-1])
    return (start, end) if end + rest == len(content) else None


def _attributes(covered: Digest, certificate: x509.Certificate) -> list[cms.CMSAttribute]:
    """Give what PAdES signs (ETSI EN 319 142-1, 6.3); the claimed moment stands in the file."""
    return [
        attribute("content_type", "data"),
        attribute("message_digest", covered.value),
        attribute("signing_certificate_v2", as_signing_certificate_v2(to_asn1(certificate))),
    ]


def _are(encoded: bytes, expected: list[cms.CMSAttribute]) -> bool:
    """Tell whether ``encoded`` is a set of exactly these attributes, in whatever order."""
    try:
        parsed = cms.CMSAttributes.load(encoded, strict=True)
        said = [each.dump() for each in parsed]
    except (ValueError, TypeError):
        return False
    whole = encoded == cms.CMSAttributes(list(parsed)).dump()
    return whole and sorted(said) == sorted(each.dump() for each in expected)
