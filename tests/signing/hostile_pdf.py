"""PDFs of a few kilobytes that ask a reader for gigabytes, or for ever; and such as contradict themselves."""

import zlib

MIB = 2**20
CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R /More 4 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>"
PICTURED = PAGE.replace(b"<< >>", b"<< /XObject << /X 5 0 R >> >>")
DRAW = b"500 0 0 500 0 0 cm /X Do"
_HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def file_of(*bodies: bytes, trailer: str = "") -> bytes:
    """A PDF of ``bodies`` as objects 1, 2, …; the first is the catalogue."""
    content, offsets = _HEAD, []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count, start = len(bodies) + 1, len(content)
    end = f"trailer\n<< /Size {count} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n"
    return content + f"xref\n0 {count}\n0000000000 65535 f \n".encode() + table + end.encode()


def page_with(more: bytes, *others: bytes, page: bytes = PAGE) -> bytes:
    """A PDF of one page with ``more`` as object 4, and others after it."""
    return file_of(CATALOGUE, PAGES, page, more, *others)


def stream(data: bytes, entries: str = "", *, length: int | None = None) -> bytes:
    """A stream, whose length may be a lie."""
    said = len(data) if length is None else length
    return f"<< {entries} /Length {said} >>\nstream\n".encode() + data + b"\nendstream"


def zeros(size: int, *, layers: int = 1) -> bytes:
    """``size`` bytes of zero, a multiple of a mebibyte, compressed ``layers`` times; made in no time."""
    whole = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = whole.compress(bytes(MIB)) + whole.flush(zlib.Z_FULL_FLUSH)
    checksum = (size % 65521 << 16 | 1).to_bytes(4, "big")  # Adler-32 of zeros (RFC 1950, 8.2)
    data = b"\x78\xda" + block * (size // MIB) + b"\x03\x00" + checksum
    for _ in range(layers - 1):
        data = zlib.compress(data, 9)
    return data


def deflated(*, layers: int) -> str:
    return f"/Filter [{'/FlateDecode ' * layers}]"


def picture(data: bytes, *, side: int, layers: int = 1) -> bytes:
    """A page with a picture of ``side`` pixels each way."""
    entries = f"/Subtype /Image /Width {side} /Height {side} /ColorSpace /DeviceRGB /BitsPerComponent 8"
    return page_with(stream(DRAW), stream(data, f"{entries} {deflated(layers=layers)}"), page=PICTURED)


def indexed(entries: str, rows: bytes) -> bytes:
    """A PDF whose table is the stream of ``rows``."""
    start = len(_HEAD)
    table = stream(rows, f"/Type /XRef /Root 1 0 R {entries} {deflated(layers=1)}")
    return _HEAD + b"6 0 obj\n" + table + f"\nendobj\nstartxref\n{start}\n%%EOF\n".encode()


def packed(page: bytes, *, layers: int = 1, within: int = 5) -> bytes:
    """A PDF whose page, object 3, lies compressed in object ``within``; 5 is the stream that holds it."""
    content, at = _HEAD, dict[int, int]()
    for number, body in ((1, CATALOGUE.replace(b"4 0 R", b"0")), (2, PAGES)):
        at[number] = len(content)
        content += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    at[5] = len(content)
    held = stream(page, f"/Type /ObjStm /N 1 /First 10 {deflated(layers=layers)}")
    content += b"5 0 obj\n" + held + b"\nendobj\n"
    at[6] = len(content)
    places = [b"\0\0\0\0\0\xff\xff", *(_row(1, at[each]) for each in (1, 2)), _row(2, within)]
    rows = b"".join([*places, _row(0, 0), _row(1, at[5]), _row(1, at[6])])
    table = stream(rows, "/Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R")
    return content + b"6 0 obj\n" + table + f"\nendobj\nstartxref\n{at[6]}\n%%EOF\n".encode()


def _row(kind: int, place: int) -> bytes:
    return bytes([kind]) + place.to_bytes(4, "big") + b"\0\0"


HELD = b"3 0       " + PAGE.replace(b"/Contents 4 0 R ", b"")


def branching(*, levels: int = 40) -> bytes:
    """A page tree of 3 kB that has two to the power of ``levels`` branches, and no page."""
    both = (b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 0 >>" % (each, each) for each in range(3, levels))
    return file_of(CATALOGUE.replace(b"4 0 R", b"0"), *both, b"<< /Type /Pages /Kids [] /Count 0 >>")


def hybrid() -> bytes:
    """A PDF of two tables, which need not agree: readers choose."""
    return file_of(CATALOGUE, PAGES, PAGE, stream(b"q Q"), trailer="/XRefStm 15")
