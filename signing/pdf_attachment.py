"""Files inside a PDF: attached as ISO 32000-2, 7.11.4 says, by an increment, and not compressed.

What is not compressed can be found again by who has no PDF library (``verify.attachment``). Each has the
date and the relation to the document that PDF/A-3 asks for (ISO 19005-3, 6.8).

    content = attach(content, (Attachment(name="authorization.bundle", data=bundle, …),), at=now)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO

from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


class Relationship(StrEnum):
    """What an attached file is to the document (ISO 32000-2, 7.11.3)."""

    SOURCE = "/Source"
    DATA = "/Data"


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file to attach: its ``name`` (ASCII), what it is in words, its media type and relation."""

    name: str
    data: bytes
    what: str
    media_type: str = "application/octet-stream"
    relationship: Relationship = Relationship.SOURCE


def attach(content: bytes, attachments: Sequence[Attachment], *, at: datetime) -> bytes:
    """Return the PDF ``content`` with the files attached, dated ``at``, by one increment."""
    writer = IncrementalPdfFileWriter(BytesIO(content))
    enclose(writer, attachments, at=at)
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]  # pyHanko leaves it unannotated
    return out.getvalue()


def enclose(writer: IncrementalPdfFileWriter, attachments: Sequence[Attachment], *, at: datetime) -> None:
    """Attach the files in the increment that ``writer`` is going to write."""
    related = generic.ArrayObject()
    for each in sorted(attachments, key=lambda attachment: attachment.name):  # as a name tree must be
        stored = embed.EmbeddedFileObject.from_file_data(
            writer,
            each.data,
            compress=False,
            mime_type=each.media_type,
            params=embed.EmbeddedFileParams(modification_date=at.astimezone(UTC)),
        )
        spec = embed.FileSpec(
            file_spec_string=each.name, file_name=each.name, embedded_data=stored, description=each.what
        )
        embed.embed_file(writer, spec)
        named = writer.root["/Names"]["/EmbeddedFiles"]["/Names"].raw_get(-1)
        named.get_object()["/AFRelationship"] = generic.NameObject(each.relationship)
        related.append(named)
    writer.root["/AF"] = related  # by hand: pyHanko's own way says PDF 2.0, which PDF/A-3 is not
    writer.update_root()  # type: ignore[no-untyped-call]  # pyHanko leaves it unannotated
