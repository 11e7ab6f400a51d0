"""A file inside a PDF: attached as ISO 32000-2, 7.11.4 says, by an increment, and not compressed.

What is not compressed can be found again by who has no PDF library (``verify.attachment``).

    content = attach(content, name="authorization.bundle", data=bundle, what="evidence")
"""

from io import BytesIO

from pyhanko.pdf_utils import embed
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


def attach(content: bytes, *, name: str, data: bytes, what: str) -> bytes:
    """Return the PDF ``content`` with ``data`` attached as ``name`` (ASCII); ``what`` describes it."""
    writer = IncrementalPdfFileWriter(BytesIO(content))
    attached = embed.EmbeddedFileObject.from_file_data(
        writer, data, compress=False, mime_type="application/octet-stream"
    )
    embed.embed_file(
        writer,
        embed.FileSpec(file_spec_string=name, file_name=name, embedded_data=attached, description=what),
    )
    out = BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]  # pyHanko leaves it unannotated
    return out.getvalue()
