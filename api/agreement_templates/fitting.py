"""Whether the documents of a template bear the marks of its roles.

rehearse_marks(house, content, documents, own=uscc)      # when a template is kept
"""

from collections.abc import Sequence

from api.agreement_templates.content import Content
from api.house import House
from evidence.identifiers import Uscc
from signing.agreement_documents import naming
from signing.agreement_text import filled, render_text
from signing.pdf_document import open_document
from signing.placement import check_marked
from signing.rehearsal import rehearse


def trial(house: House, content: Content) -> bytes | None:
    """Set the text of a template with the names of its fields in their places; None over PDFs.

    Raises:
        GlyphMissing: the text, or what its fields are called, cannot be set.
    """
    if content.text is None:
        return None
    names = {each.zh: each.zh for each in content.fields}
    title, text = (filled(each, names) for each in (content.title, content.text))
    return render_text(house.typesetter, title=title, text=text, at=house.clock.now())


def rehearse_marks(
    house: House, content: Content, documents: Sequence[tuple[bytes, str]], *, own: Uscc
) -> None:
    """Stamp the roles of a template on its ``documents``, bytes and names, as when all have signed.

    Raises:
        MarkedDocumentMissing, PerforationNeedsSeal, PerforationNeedsPages: they cannot bear the marks.
        BoxOutsidePage, MarksOverlap, FieldReserved, …: the marks do not lie on their pages.
        DocumentAtFault: the same, of one among several documents.
    """
    blanks = [role.slot(own) for role in content.roles]
    check_marked([len(open_document(each).pages) for each, _ in documents], blanks)
    for place, (each, name) in enumerate(documents):
        with naming(name, place=place, among=len(documents)):
            rehearse(each, blanks, document=place, typesetter=house.typesetter, at=house.clock.now())
