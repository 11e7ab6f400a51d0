"""Fields of a PDF that a party fills beside its signature, in the same increment: a date, strips of a seal.

A reader that compares revisions takes a new picture for a forgery, yet lets a field that was there before
be filled (ISO 32000-2, 12.8.2.2). So the empty fields are prepared before anybody's signature is added, and
whoever signs fills its own. Each is a read-only check box, empty or ``Signed``: the one kind whose picture
pyHanko lets stand under a lock (it takes any other for changed by the next revision).

    content = prepare(content, (Field(name="slot-1-date", box=box),))
    fill(writer, (Filling(field=field, picture=stamp),), pages=pages)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.pdf_document import open_document
from signing.pdf_pages import Box, PageSize
from signing.stamps import Stamp

_Dictionary: Any = generic.DictionaryObject  # pyHanko is typed in part
_Number: Any = generic.NumberObject
_Float: Any = generic.FloatObject

EMPTY, SIGNED = pdf_name("/Off"), pdf_name("/Signed")
READ_ONLY = 1  # ISO 32000-2, table 227
PRINTED_AND_LOCKED = 4 | 128  # ISO 32000-2, table 167

_TURNS = {0: (1, 0, 0, 1, 0, 0), 90: (0, 1, -1, 0, 0, 0), 180: (-1, 0, 0, -1, 0, 0), 270: (0, -1, 1, 0, 0, 0)}
"""What turns a picture back on a page that is turned clockwise when it is shown, by its degrees."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field by its name, without full stops, and where it is seen."""

    name: str
    box: Box


@dataclass(frozen=True, kw_only=True)
class Filling:
    """What a prepared field shows: ``picture`` from ``offset`` points right of its left edge on."""

    field: Field
    picture: Stamp
    offset: float = 0


def prepare(content: bytes, fields: Sequence[Field]) -> bytes:
    """Append an increment with the empty ``fields``; without any, return ``content`` as it is.

    Raises:
        DocumentBroken, DocumentEncrypted, …: see ``open_document``.
    """
    if not fields:
        return content
    pages = open_document(content).pages
    writer: Any = IncrementalPdfFileWriter(BytesIO(content))
    listed = _form_fields(writer)
    for field in fields:
        page, _ = writer.find_page_for_modification(field.box.page)
        entry = _Dictionary(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/Widget"),
                pdf_name("/FT"): pdf_name("/Btn"),
                pdf_name("/Ff"): _Number(READ_ONLY),
                pdf_name("/F"): _Number(PRINTED_AND_LOCKED),
                pdf_name("/T"): generic.pdf_string(field.name),
                pdf_name("/V"): EMPTY,
                pdf_name("/AS"): EMPTY,
                pdf_name("/Rect"): _numbers(pages[field.box.page].rectangle(field.box)),
                pdf_name("/P"): page,
            }
        )
        reference = writer.add_object(entry)
        writer.register_annotation(page, reference)
        listed.append(reference)
    writer.update_container(listed)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def fill(writer: Any, filling: Sequence[Filling], *, pages: Sequence[PageSize]) -> None:
    """Fill prepared fields in the increment that ``writer`` is about to write.

    Raises:
        KeyError: a field was not prepared.
    """
    if not filling:
        return
    listed = _form_fields(writer)
    entries = {str(listed[index].get("/T", "")): listed[index] for index in range(len(listed))}
    drawn: dict[bytes, generic.IndirectObject] = {}
    for each in filling:
        content = each.picture.content
        if content not in drawn:
            drawn[content] = writer.import_page_as_xobject(PdfFileReader(BytesIO(content)))
        entry = entries[each.field.name]
        shown = _appearance(each, drawn[content], turned=pages[each.field.box.page].turned)
        entry[pdf_name("/V")] = entry[pdf_name("/AS")] = SIGNED
        states = _Dictionary({SIGNED: writer.add_object(shown)})
        entry[pdf_name("/AP")] = _Dictionary({pdf_name("/N"): states})
        writer.update_container(entry)


def _appearance(filling: Filling, drawn: generic.IndirectObject, *, turned: int) -> generic.StreamObject:
    """Return the picture as it lies over the page, as ink."""
    box = filling.field.box
    ink = _Dictionary({pdf_name("/BM"): pdf_name("/Multiply")})
    resources = _Dictionary(
        {
            pdf_name("/XObject"): _Dictionary({pdf_name("/Stamp"): drawn}),
            pdf_name("/ExtGState"): _Dictionary({pdf_name("/Ink"): ink}),
        }
    )
    return generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): _numbers((0, 0, box.width, box.height)),
            pdf_name("/Matrix"): _numbers(_TURNS[turned]),
            pdf_name("/Resources"): resources,
        },
        stream_data=f"/Ink gs 1 0 0 1 {-filling.offset:.3f} 0 cm /Stamp Do".encode(),
    )


def _form_fields(writer: Any) -> generic.ArrayObject:
    """Return the list of the form's fields, which is made where there is none."""
    root = writer.root
    if "/AcroForm" not in root:
        root[pdf_name("/AcroForm")] = writer.add_object(_Dictionary())
        writer.update_root()
    form = root["/AcroForm"]
    if "/Fields" not in form:
        form[pdf_name("/Fields")] = generic.ArrayObject()
        writer.update_container(form)
    fields: generic.ArrayObject = form["/Fields"]
    return fields


def _numbers(values: Sequence[float]) -> generic.ArrayObject:
    return generic.ArrayObject([_Float(f"{value:.3f}") for value in values])
