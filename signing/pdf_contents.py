"""Everything a PDF holds, walked from its trailer: refused is what could show another text than was signed.

    refuse_changeable(reader)

Scripts and actions may change what is shown; layers hide what is there. The names of actions and annotations
are those of ISO 32000-2, 12.6.4 and 12.5.6.
"""

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from evidence.errors import Refused

MOST_NODES = 1_000_000
"""Entries looked at, which takes some seconds; a tagged contract of 100 pages has about 100,000."""

ACTIONS = frozenset(
    [
        "/GoTo3DView",
        "/Hide",
        "/ImportData",
        "/JavaScript",
        "/Launch",
        "/Movie",
        "/Rendition",
        "/ResetForm",
        "/RichMediaExecute",
        "/SetOCGState",
        "/Sound",
        "/SubmitForm",
    ]
)
"""Actions that change what is shown, or reach beyond the document; links and pages turned are neither."""

ANNOTATIONS = frozenset(("/3D", "/Movie", "/RichMedia", "/Screen", "/Sound"))
"""Annotations that play something."""

ENTRIES = frozenset(("/AA", "/JS", "/JavaScript", "/XFA"))
"""Entries that hold scripts, or actions that nobody starts."""


class DocumentActive(Refused):
    """The document holds what runs. Facts: ``feature``, its name in the PDF."""

    code = "document-active"
    zh = "该 PDF 含有可执行的内容（{feature}），显示的文字可能改变；请去除后再提交。"
    en = "This PDF holds something that runs ({feature}), so its text may change; remove that and resubmit."


class DocumentLayered(Refused):
    """The document has layers that a reader may switch off."""

    code = "document-layered"
    zh = "该 PDF 含有可隐藏的图层，各人看到的内容可能不同；请合并图层后再提交。"
    en = "This PDF has layers that can be hidden, so not all see the same text; flatten it and resubmit."


class DocumentTangled(Refused):
    """The document has more parts than can be looked at. Facts: ``most``."""

    code = "document-tangled"
    zh = "该 PDF 的内部对象超过 {most} 个，无法逐一检查；请重新导出或拆分后再提交。"
    en = "This PDF has more than {most} inner parts, too many to check; export it again or split it."


def refuse_changeable(reader: PdfFileReader) -> None:
    """Look at everything that the file's newest trailer reaches.

    Raises:
        DocumentActive: a script, or an action that does more than lead somewhere.
        DocumentLayered: optional content.
        DocumentTangled: more than a million entries.
    """
    for entry in _dictionaries(reader):
        _check(entry)


def _check(entry: generic.DictionaryObject) -> None:
    if "/OCProperties" in entry:
        raise DocumentLayered
    for name in sorted(ENTRIES & entry.keys()):
        if not _is_resource(entry[name]):
            raise DocumentActive(feature=name[1:])
    for name, harmful in (("/S", ACTIONS), ("/Subtype", ANNOTATIONS)):
        value = followed(entry, name)
        if isinstance(value, generic.NameObject) and value in harmful:
            raise DocumentActive(feature=value[1:])


def followed(entry: generic.DictionaryObject, name: str) -> Any:
    """Return the value of ``name`` or None; pyHanko's ``get`` would give a reference as it is."""
    try:
        return entry[name]
    except KeyError:
        return None


def _is_resource(value: generic.PdfObject) -> bool:
    """Whether a font or picture merely bears the name; were it an action, its own ``/S`` would tell."""
    return isinstance(value, generic.DictionaryObject) and ("/Type" in value or "/Subtype" in value)


def _dictionaries(reader: PdfFileReader) -> Iterator[generic.DictionaryObject]:
    """Give every dictionary once, those of streams included."""
    waiting: list[generic.PdfObject] = [reader.trailer_view]
    seen: set[tuple[int, int]] = set()
    nodes = 0
    while waiting:
        each = waiting.pop()
        if isinstance(each, generic.IndirectObject):
            if (each.idnum, each.generation) in seen:
                continue
            seen.add((each.idnum, each.generation))
            each = each.get_object()  # type: ignore[no-untyped-call]  # typed in part
        if isinstance(each, generic.DictionaryObject):
            yield each
            held = [each.raw_get(name) for name in each]
        elif isinstance(each, generic.ArrayObject):
            held = [each.raw_get(index) for index in range(len(each))]
        else:
            continue
        nodes += len(held)
        if nodes > MOST_NODES:
            raise DocumentTangled(most=MOST_NODES)
        waiting += held
