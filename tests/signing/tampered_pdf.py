"""Assembled PDFs as a forger would hand them over: bytes turned, more appended, signatures moved."""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO

from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.signing.hostile_pdf import file_of, stream

Tampered = tuple[str, bytes]
"""A name and the bytes of a PDF."""

SHOWN, HIDDEN, ATTACHED = 5, 6, 7
_CONTENTS = re.compile(rb"/Contents <([0-9a-f]+)>", re.IGNORECASE)
_RANGE = re.compile(rb"/ByteRange ?\[ ?(\d+) (\d+) (\d+) (\d+) *\]")


def prepared_by_a_forger() -> bytes:
    """A contract whose page shows object 5; object 6, another text, waits for its turn."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << >> >>"
    specification = b"<< /Type /Filespec /F (annex.txt) /EF << /F 7 0 R >> >>"
    return file_of(
        b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(annex.txt) 4 0 R] >> >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        specification,
        stream(b"0 0 595 421 re f"),
        stream(b"0 421 595 421 re f"),
        stream(b"annex", "/Type /EmbeddedFile"),
    )


def flipped(content: bytes, *, count: int) -> Iterator[Tampered]:
    """One bit turned at ``count`` places spread over the whole file."""
    for number in range(count):
        place = number * len(content) // count
        turned = content[place] ^ 1 << number % 8
        yield f"byte {place}", content[:place] + bytes([turned]) + content[place + 1 :]


def continued(content: bytes, objects: Mapping[int, bytes]) -> bytes:
    """Append an increment that says ``objects`` anew, by their numbers."""
    written = bytearray(content + b"\n")
    table = b""
    for number, body in objects.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(written))
        written += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    before = int(re.findall(rb"startxref\s+(\d+)", content)[-1])
    size = max(int(said) for said in re.findall(rb"/Size (\d+)", content)) + 10
    start = len(written)
    end = f"trailer\n<< /Size {size} /Root 1 0 R /Prev {before} >>\nstartxref\n{start}\n%%EOF\n"
    return bytes(written) + b"xref\n" + table + end.encode()


def appended(content: bytes, reader: PdfFileReader) -> Iterator[Tampered]:
    """What changes after signing: pictures, words, fields, pages, attachments; nothing of it signed."""
    page = written(reader, 3)
    more = 9000
    yield "text exchanged", continued(content, {SHOWN: stream(b"0 421 595 421 re f")})
    yield "hidden text shown", continued(content, {3: page.replace(b"/Contents 5 0 R", b"/Contents 6 0 R")})
    yield "text hidden", continued(content, {3: page.replace(b"/Contents 5 0 R", b"")})
    yield "attachment exchanged", continued(content, {ATTACHED: stream(b"another", "/Type /EmbeddedFile")})
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [0 0 200 200] /Contents (no) /DA () >>"
    noted = re.sub(rb"/Annots (\d+ 0 R|\[[^]]*\])", b"/Annots [9000 0 R]", page)
    yield "annotation added", continued(content, {more: note, 3: noted})
    kids = b"<< /Type /Pages /Kids [3 0 R 9000 0 R] /Count 2 >>"
    blank = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>"
    yield "page added", continued(content, {more: blank, 2: kids})
    yield "page removed", continued(content, {2: b"<< /Type /Pages /Kids [] /Count 0 >>"})


def moved(content: bytes) -> Iterator[Tampered]:
    """Signatures taken away, exchanged, emptied, or spread over less than they covered."""
    found = list(_CONTENTS.finditer(content))
    first, last = found[0], found[-1]
    same = first[1] + b"0" * (len(last[1]) - len(first[1]))
    yield (
        "a party's signature as the seal",
        content[: last.start(1)] + same[: len(last[1])] + content[last.end(1) :],
    )
    for name, each in (("party's", first), ("seal's", last)):
        emptied = content[: each.start(1)] + b"0" * len(each[1]) + content[each.end(1) :]
        yield f"the {name} signature emptied", emptied
    ranges = list(_RANGE.finditer(content))[-1]
    numbers = [int(each) for each in ranges.groups()]
    wide = b"/ByteRange [0 %d %d %d]" % (numbers[1] - 400, numbers[2], numbers[3])
    yield "a gap that was widened", _said(content, ranges, wide)
    yield "a range of nothing", _said(content, ranges, b"/ByteRange [0 0 0 0]")
    yield "no range", _said(content, ranges, b"/ByteRange null")
    inserted = b"\n9000 0 obj\nnull\nendobj\n"
    shifted = b"/ByteRange [0 %d %d %d]" % (numbers[1], numbers[2] + len(inserted), numbers[3])
    wrapped = _said(content, ranges, shifted)
    yield "more within the gap", wrapped[: last.end(0)] + inserted + wrapped[last.end(0) :]


def _said(content: bytes, place: re.Match[bytes], said: bytes) -> bytes:
    return content[: place.start()] + said.ljust(len(place[0])) + content[place.end() :]


def without_the_seal(content: bytes) -> bytes:
    """The file as it was before the closing seal, as readers would have it."""
    ends = [match.end() for match in re.finditer(rb"%%EOF\n?", content)]
    sealed = list(_RANGE.finditer(content))[-1].start()
    return content[: max(end for end in ends if end < sealed)]


def padding_of_the_seal(content: bytes) -> int:
    """Where a filler zero of the last signature stands, which no signature covers."""
    return list(_CONTENTS.finditer(content))[-1].end(1) - 40


def written(reader: PdfFileReader, number: int) -> bytes:
    """The newest body of an object, in bytes."""
    out = BytesIO()
    found = reader.get_object(Reference(number, 0, reader))  # type: ignore[no-untyped-call]  # typed in part
    found.write_to_stream(out, None)
    return out.getvalue()
